"""Agents: what happens when they tap a button of a card, or write in a customer's topic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from calmdesk.desk import customers
from calmdesk.desk.advising import others
from calmdesk.desk.alarms import alarm, told
from calmdesk.desk.blanks import ORDERED, ask_blanks
from calmdesk.desk.calls import Button
from calmdesk.desk.card import View
from calmdesk.desk.correcting import correct
from calmdesk.desk.events import Tapped
from calmdesk.desk.kit import BUSINESS_WINDOW, Kit, carried, plain
from calmdesk.desk.questions import Place, ask, over, take_away
from calmdesk.replies.filling import filled
from calmdesk.replies.template import BLANK
from calmdesk.store.rows import Case, Colleague, Customer, Offered, Step
from calmdesk.store.store import Books


class RefusalError(Exception):
    """Something that isn't done now; says which sentence tells the agent why."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def tapped(kit: Kit, books: Books, tap: Tapped, colleague: Colleague) -> None:
    """Do what a button of a card says, if it is this person's to do and still means what it meant when it was shown."""
    action, number, *arguments = [*tap.data.split(":"), ""]
    name, _, choice = action.partition(".")
    lang = kit.language_in(tap.chat, colleague)
    try:
        case, customer = _case_of(kit, books, tap, carried(number))
        act = _ACTIONS.get(name, _outdated)
        said = act(kit, books, Hand(tap, colleague, lang, case, customer, choice, tuple(arguments[:-1])))
        kit.toast(books, tap.tap_id, said)
    except RefusalError as refused:
        kit.toast(books, tap.tap_id, kit.words(lang, refused.key, **refused.values), box=True)


@dataclass(frozen=True, slots=True)
class Hand:
    """One touch of an agent's: who, where, which case, and what the button said besides."""

    tap: Tapped
    colleague: Colleague
    lang: str
    case: Case
    customer: Customer
    choice: str
    arguments: tuple[str, ...]

    @property
    def place(self) -> tuple[int, int]:
        """Return chat and topic of the touch."""
        return (self.tap.chat.id, self.tap.chat.thread) if self.tap.chat else (self.colleague.user_id, 0)


def _case_of(kit: Kit, books: Books, tap: Tapped, case_id: int) -> tuple[Case, Customer]:
    """Return the case of a tapped card; refused where the message isn't that case's, whatever the data say."""
    if tap.chat is None or tap.message_id is None:
        raise RefusalError("outdated")
    try:
        case = books.cases.get(case_id)
        customer = books.customers.get(case.customer_id)
    except LookupError as error:
        raise RefusalError("outdated") from error
    card = books.places.card_at(tap.chat.id, tap.message_id)
    topic = books.places.topic(customer.id)
    in_topic = topic is not None and tap.chat.thread != 0 and (topic.chat_id, topic.thread_id) == (tap.chat.id, tap.chat.thread)
    in_private = tap.chat.kind == "private" and tap.chat.id in set(kit.places(books, case, customer))
    if not ((card is not None and card.case_id == case_id) or in_topic or in_private):
        raise RefusalError("outdated")
    return case, customer


def take(books: Books, case: Case, colleague: Colleague) -> Case:
    """Make a case the agent's who touched it first; refused where it is somebody else's, so that two never answer at once."""
    if case.taken_by not in {None, colleague.user_id}:
        owner = books.staff.get(case.taken_by or 0)
        if owner is not None:
            raise RefusalError("taken", name=owner.name)
    customers.awake(books, case, colleague.user_id)
    if case.taken_by != colleague.user_id:
        books.cases.set(case.id, taken_by=colleague.user_id, taken_at=books.now)
        books.staff.note("took", colleague.user_id, case.id)
    return books.cases.get(case.id)


def may_write(books: Books, case: Case, customer: Customer) -> None:
    """Refuse where nothing can reach the customer: they shut the bot out, or Telegram's 24 hours for a shop's account are over."""
    if customer.blocked_at:
        raise RefusalError("blocked")
    if customer.account:
        connection = books.customers.connection_of(customer.account)
        if connection is None or not connection[1]:
            raise RefusalError("disconnected")
        if case.said_at is None or books.now - case.said_at >= BUSINESS_WINDOW:
            raise RefusalError("window_over")


def _offered(books: Books, hand: Hand) -> Offered:
    """Return the suggestion of a button; refused where the customer has written since it was shown."""
    try:
        reply = books.readings.suggestion(carried(hand.arguments[0]))
    except LookupError as error:
        raise RefusalError("outdated") from error
    newest = books.readings.last(hand.case.id)
    if reply.case_id != hand.case.id:
        raise RefusalError("outdated")
    if newest is None or newest.id != reply.reading_id:
        raise RefusalError("wrote_since")
    return reply


def _send(kit: Kit, books: Books, hand: Hand) -> str:
    reply = _offered(books, hand)
    case = take(books, hand.case, hand.colleague)
    may_write(books, case, hand.customer)
    if reply.sent_at:
        raise RefusalError("sent_already")
    if BLANK.search(reply.text):
        ask_blanks(kit, books, hand.colleague, hand.place, hand.lang, case, reply.text, {"suggestion": reply.id})
        return kit.words(hand.lang, "fill_in")
    send(kit, books, case, hand.customer, hand.colleague, reply.text, reply)
    return kit.words(hand.lang, "sent")


def send(
    kit: Kit, books: Books, case: Case, customer: Customer, colleague: Colleague, text: str, reply: Offered | None,
    values: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Send a text without blanks that the desk made, mostly a suggestion, with the *values* that were in them; a suggestion goes once."""
    if reply is not None and not books.readings.sent(reply.id, colleague.user_id):
        raise RefusalError("sent_already")
    message_id = customers.say(
        kit, books, case, customer, text, staff_id=colleague.user_id, template=reply.template if reply else None,
        techniques=reply.techniques if reply else None, filled=values,
    )  # fmt: skip
    kit.mirror(books, case, customer, message_id)
    kit.show(books, books.cases.get(case.id), customer)


def fill(
    kit: Kit, books: Books, place: Place, lang: str, colleague: Colleague, customer: Customer, step: Step, values: Mapping[str, str],
    doubted: Mapping[str, str] | None = None, ordered: Mapping[str, str] | None = None,
) -> bool:  # fmt: skip
    """Put values into the blanks that somebody was asked for; say whether the reply goes out, for what is left is asked for again."""
    case = books.cases.get(step.case_id or 0)
    reply = books.readings.suggestion(step.data["suggestion"]) if step.data.get("suggestion") else None
    newest = books.readings.last(case.id)
    if reply is not None and (newest is None or newest.id != reply.reading_id):
        raise RefusalError("wrote_since")
    text, values = filled(step.data["text"], values, kit.adviser.playbook.joins), {**step.data.get("values", {}), **values}
    if BLANK.search(text):
        data = {**step.data, "values": values}
        ask_blanks(kit, books, colleague, place, lang, case, text, data, again=True, doubted=doubted, ordered=ordered)
        return False
    case = take(books, case, colleague)
    may_write(books, case, customer)
    send(kit, books, case, customer, colleague, text, reply, values)
    return True


def _fill(kit: Kit, books: Books, hand: Hand) -> str:
    """Fill a blank with what was last typed for it, or all with what was typed in another order."""
    step = books.staff.step(hand.colleague.user_id, *hand.place)
    asked = books.staff.asked_by(hand.place[0], hand.tap.message_id or 0)
    if asked is not None and asked != hand.colleague.user_id:
        raise RefusalError("not_asked")
    if step is None or step.kind != "blank" or not asked or step.case_id != hand.case.id:
        raise RefusalError("outdated")
    values = step.data["ordered"] if hand.arguments == (ORDERED,) else {key: step.data["offered"].get(key) for key in hand.arguments}
    if not values or not all(values.values()):
        raise RefusalError("outdated")
    over(books, hand.colleague, hand.place)
    gone = fill(kit, books, hand.place, hand.lang, hand.colleague, hand.customer, step, values)
    return kit.words(hand.lang, "sent" if gone else "fill_in")


def _edit(kit: Kit, books: Books, hand: Hand) -> str:
    reply = _offered(books, hand)
    case = take(books, hand.case, hand.colleague)
    may_write(books, case, hand.customer)
    text = kit.with_names(reply.text, hand.lang)
    said = kit.words(hand.lang, "edit_this", agent=plain(hand.colleague.name, 40))
    copies = [Button(kit.words(hand.lang, "button_copy"), copies=text)] if len(text) <= 256 else []
    data = {"suggestion": reply.id}
    ask(kit, books, hand.colleague, hand.place, hand.lang, case, "edit", data, f"{said}\n\n<code>{plain(text)}</code>", [copies])
    kit.show(books, case, hand.customer)
    return ""


def _others(kit: Kit, books: Books, hand: Hand) -> str:
    if not others(kit, books, hand.case, hand.customer):
        raise RefusalError("no_others")
    kit.show(books, hand.case, hand.customer, more=10)
    return ""


def _panel(kit: Kit, books: Books, hand: Hand) -> str:
    books.places.open_panel(hand.case.id, hand.place[0], hand.choice)
    kit.show(books, hand.case, hand.customer, more=10)
    return ""


def _fix(kit: Kit, books: Books, hand: Hand) -> str:
    """Correct one label of the newest reading, or say that it is just a question; supervisors hear what it alerts of."""
    if len(hand.arguments) != 2:
        raise RefusalError("outdated")
    corrected = correct(kit, books, hand.case, hand.customer, hand.colleague, *hand.arguments)
    if corrected is None:
        raise RefusalError("outdated")
    before, (case, alerts) = hand.case.alert, corrected
    if alerts and case.alert != before and not told(books, case, alerts[0]):
        said = View.of(books, case.id).said
        alarm(kit, books, case, hand.customer, alerts[0], said.text if said else "")
    kit.show(books, case, hand.customer, more=10)
    return kit.words(hand.lang, "corrected")


def _note(kit: Kit, books: Books, hand: Hand) -> str:
    asked = kit.words(hand.lang, "ask_note", agent=plain(hand.colleague.name, 40))
    ask(kit, books, hand.colleague, hand.place, hand.lang, hand.case, "note", {}, asked)
    return ""


def _hand_over(kit: Kit, books: Books, hand: Hand) -> str:
    """Give a case up for anybody to take, or take over somebody else's."""
    if hand.case.taken_by is None:
        raise RefusalError("nobodys")
    if hand.case.taken_by == hand.colleague.user_id:
        books.cases.set(hand.case.id, taken_by=None, taken_at=None)
        said = kit.words(hand.lang, "handed_over")
        kit.tell(
            books,
            hand.case,
            hand.customer,
            kit.words(kit.desk_language, "free_now", name=plain(hand.colleague.name, 40), customer=plain(hand.customer.name, 60)),
        )
    else:
        books.cases.set(hand.case.id, taken_by=hand.colleague.user_id, taken_at=books.now)
        said = kit.words(hand.lang, "took_over")
    books.staff.note("handed over", hand.colleague.user_id, hand.case.id)
    kit.show(books, books.cases.get(hand.case.id), hand.customer)
    return said


def _supervisor(kit: Kit, books: Books, hand: Hand) -> str:
    """Call a supervisor in: each is told in private, and the card says so."""
    told = 0
    for colleague in books.staff.all():
        if colleague.may("supervisor") and colleague.user_id != hand.colleague.user_id and colleague.reachable:
            lang = kit.language(colleague)
            asked = kit.words(lang, "supervise", agent=plain(hand.colleague.name, 40), name=plain(hand.customer.name, 60))
            kit.whisper(books, colleague.user_id, asked, kit.way_to(books, hand.customer, lang), customer_id=hand.customer.id)
            told += 1
    books.cases.set(hand.case.id, supervised_at=books.now, level=5)
    books.staff.note("supervisor", hand.colleague.user_id, hand.case.id)
    kit.show(books, books.cases.get(hand.case.id), hand.customer)
    return kit.words(hand.lang, "supervisor_told" if told else "no_supervisor")


def _close(kit: Kit, books: Books, hand: Hand) -> str:
    take(books, hand.case, hand.colleague)
    books.cases.set(hand.case.id, state="closed", closed_at=books.now, closed_by=hand.colleague.user_id)
    books.staff.note("closed", hand.colleague.user_id, hand.case.id)
    kit.show(books, books.cases.get(hand.case.id), hand.customer)
    return kit.words(hand.lang, "case_closed")


def _reopen(kit: Kit, books: Books, hand: Hand) -> str:
    kit.show(books, customers.awake(books, hand.case, hand.colleague.user_id), hand.customer)
    return ""


def _drop(kit: Kit, books: Books, hand: Hand) -> str:
    """Give up what one was asked, or what was held back; the message with the button goes, so that it can't be tapped again."""
    number = hand.tap.message_id or 0
    asked = books.staff.asked_by(hand.place[0], number)
    if asked is not None and asked != hand.colleague.user_id:
        raise RefusalError("not_asked")
    step = books.staff.step(hand.colleague.user_id, *hand.place)
    if hand.arguments and (step is None or hand.arguments != (str(step.data.get("typed_as")),)):
        raise RefusalError("outdated")
    if asked is not None or hand.arguments:
        books.staff.finish(hand.colleague.user_id, *hand.place)
    take_away(books, hand.place[0], number)
    return kit.words(hand.lang, "dropped")


def _again(kit: Kit, books: Books, hand: Hand) -> str:
    """Send once more what may not have arrived: only when a person says so."""
    try:
        message = books.cases.message(carried(hand.arguments[0]))
    except LookupError as error:
        raise RefusalError("outdated") from error
    state = books.outbox.state_of(message.id)
    if message.case_id != hand.case.id or state is None or state[0] != "unknown":
        raise RefusalError("outdated")
    may_write(books, hand.case, hand.customer)
    books.outbox.again(message.id)
    kit.show(books, hand.case, hand.customer)
    return kit.words(hand.lang, "sent")


def _anyway(kit: Kit, books: Books, hand: Hand) -> str:
    """Send what was warned of after all, or the better wording."""
    step = books.staff.step(hand.colleague.user_id, *hand.place)
    if step is None or step.kind != "warned" or step.case_id != hand.case.id or hand.arguments != (str(step.data["typed_as"]),):
        raise RefusalError("outdated")  # another text has been held back since
    case = take(books, hand.case, hand.colleague)
    may_write(books, case, hand.customer)
    books.staff.finish(hand.colleague.user_id, *hand.place)
    take_away(books, hand.place[0], hand.tap.message_id or 0)
    if hand.choice == "better":
        if BLANK.search(step.data["better"]):
            ask_blanks(kit, books, hand.colleague, hand.place, hand.lang, case, step.data["better"], {})
            return kit.words(hand.lang, "fill_in")
        send(kit, books, case, hand.customer, hand.colleague, step.data["better"], None)
        return kit.words(hand.lang, "sent")
    kinds = tuple(step.data["kinds"])
    if kinds:  # a bare value was only asked about
        books.staff.note("sent although warned", hand.colleague.user_id, case.id, kinds=list(kinds))
    message_id = customers.say(kit, books, case, hand.customer, step.data["text"], staff_id=hand.colleague.user_id, warned=kinds or None)
    books.places.mirrored(hand.place[0], step.data["typed_as"], [message_id])
    kit.show(books, books.cases.get(case.id), hand.customer)
    return kit.words(hand.lang, "sent")


def _outdated(_kit: Kit, _books: Books, _hand: Hand) -> str:
    raise RefusalError("outdated")


_ACTIONS: dict[str, Callable[[Kit, Books, Hand], str]] = {
    "send": _send, "fill": _fill, "edit": _edit, "others": _others, "panel": _panel, "fix": _fix, "note": _note, "hand": _hand_over,
    "supervisor": _supervisor, "close": _close, "reopen": _reopen, "drop": _drop, "again": _again, "anyway": _anyway,
}  # fmt: skip
