"""Customers: what they write is kept, read and shown; the little that the bot says to them by itself is said here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

from calmdesk.adviser import Advice
from calmdesk.desk.advising import FILES, advise
from calmdesk.desk.alarms import alarm
from calmdesk.desk.calls import Button
from calmdesk.desk.events import Deleted, Edited, Reached, Said, Tapped
from calmdesk.desk.kit import Kit, packed, plain
from calmdesk.desk.transcript import parts_of
from calmdesk.store.export import customer_record
from calmdesk.store.rows import Case, Customer
from calmdesk.store.store import Books
from calmdesk.text.language import detect


def receive(kit: Kit, books: Books, said: Said, account: int = 0) -> None:
    """Take in a message of a customer's: greet or acknowledge where that is due, keep it, read it, show it."""
    known = books.customers.find(said.chat.id, account)
    customer = books.customers.meet(
        said.chat.id, account, user_id=said.person.id, name=said.person.name, username=said.person.username,
        language=known.language if known else _first_language(kit, said),
    )  # fmt: skip
    command = said.content.text.split(maxsplit=1)[0].split("@")[0].lower() if said.content.text.startswith("/") else ""
    if command in _COMMANDS:
        _COMMANDS[command](kit, books, customer)
        return
    _greet(kit, books, customer)
    before = books.cases.last_of(customer.id)
    case, fresh = _case_for(kit, books, customer)
    message_id = books.cases.add(
        case, "customer", said.content.text, at=said.at, kind=said.content.kind, file_id=said.content.file_id,
        details={**said.content.details, **({"album": said.content.album} if said.content.album else {})}, chat_message_id=said.message_id,
    )  # fmt: skip
    if message_id is None:
        return  # the same message once more
    woken = before is not None and before.id == case.id and not before.is_open
    advice = _read_and_show(kit, books, case, customer, message_id, said.content.text, said.content.kind, woken=woken)
    if fresh and kit.settings.desk.acknowledge:
        say(kit, books, books.cases.get(case.id), customer, _acknowledgement(kit, customer.language, said.content.kind, advice), role="bot")


def said_by_hand(kit: Kit, books: Books, said: Said, account: int) -> None:
    """Keep what the shop's own account wrote by hand in one of its chats: it is an answer like any other."""
    customer = books.customers.find(said.chat.id, account)
    case = books.cases.last_of(customer.id) if customer else None
    if customer is None or case is None or books.cases.in_chat(customer.id, said.message_id):
        return
    message_id = books.cases.add(
        case, "agent", said.content.text, at=said.at, kind=said.content.kind, staff_id=account, chat_message_id=said.message_id
    )
    if message_id is not None:
        kit.mirror(books, case, customer, message_id)
        kit.show(books, books.cases.get(case.id), customer)


def edited(kit: Kit, books: Books, event: Edited, account: int = 0) -> None:
    """Take in a changed message: the old text stays as a version; what it says now counts as if it were said now."""
    customer = books.customers.find(event.chat.id, account)
    message = books.cases.in_chat(customer.id, event.message_id) if customer else None
    if customer is None or message is None or not books.cases.edit(message.id, event.content.text, event.at):
        return
    case = books.cases.get(message.case_id)
    if message.role == "customer":
        newest = books.cases.last_of(customer.id)
        woken = newest is not None and newest.id == case.id and not case.is_open and _lately(kit, books, case)
        if woken:
            case = awake(books, case)
        _read_and_show(kit, books, case, customer, message.id, event.content.text, woken=woken)
    else:
        kit.mirror(books, case, customer, message.id)
        kit.show(books, case, customer)


def deleted(kit: Kit, books: Books, event: Deleted, account: int) -> None:
    """Take note that messages were taken back; what they said stays in the record, marked."""
    customer = books.customers.find(event.chat.id, account)
    if customer is None:
        return
    for number in event.message_ids:
        message = books.cases.in_chat(customer.id, number)
        if message is not None and message.deleted_at is None:
            books.cases.deleted(message.id)
            case = books.cases.get(message.case_id)
            kit.mirror(books, case, customer, message.id)
            kit.show(books, case, customer)


def reached(kit: Kit, books: Books, event: Reached) -> None:
    """Take note that a customer shut the bot out or let it in again, and tell the staff."""
    customer = books.customers.find(event.chat.id)
    if customer is None or (customer.blocked_at is None) == event.inside:
        return
    books.customers.blocked(customer.id, not event.inside)
    case = books.cases.last_of(customer.id)
    if case is not None:
        kit.show(books, case, books.customers.get(customer.id))


def say(
    kit: Kit, books: Books, case: Case, customer: Customer, text: str, *,
    role: str = "agent", staff_id: int | None = None, template: str | None = None, techniques: tuple[str, ...] | None = None,
    warned: tuple[str, ...] | None = None, reply_to: int | None = None, filled: Mapping[str, str] | None = None,
) -> int:  # fmt: skip
    """Keep something that is said to a customer, with what an agent *filled* in, and have it sent; return the message's number."""
    message_id = books.cases.add(
        case, role, text, staff_id=staff_id, template=template, techniques=techniques, warned=warned,
        details={"filled": dict(filled)} if filled else None,
    )  # fmt: skip
    if message_id is None:
        raise RuntimeError("a new message of ours can't be there already")
    books.outbox.put(
        "say", customer.chat_id, {"text": text, "reply_to": reply_to}, customer_id=customer.id, case_id=case.id, message_id=message_id,
        urgency=kit.urgency(case),
    )  # fmt: skip
    return message_id


def tell_customer(books: Books, customer: Customer, text: str, buttons: list[list[Button]] | None = None) -> None:
    """Tell a customer something about the bot itself; it belongs to no case."""
    connection = books.customers.connection_of(customer.account) if customer.account else None
    content = {"text": text, "buttons": packed(buttons or []), "connection": connection[0] if connection else ""}
    books.outbox.put("notice", customer.chat_id, content, customer_id=customer.id)


def _first_language(kit: Kit, said: Said) -> str:
    if said.content.text and not said.content.text.startswith("/"):
        return detect([said.content.text], kit.adviser.playbook.languages)
    return kit.words.language_of(said.person.language) or kit.words.first


def _greet(kit: Kit, books: Books, customer: Customer) -> None:
    if customer.greeted_at is None and customer.account == 0 and kit.settings.desk.greet:
        books.customers.greeted(customer.id)
        lang, shop, days = customer.language, kit.settings.shop.called(customer.language), kit.settings.store.keep_days
        words = kit.words(lang, "greeting", shop=shop, days=days) if days else kit.words(lang, "greeting_kept", shop=shop)
        tell_customer(books, customer, words)


def _acknowledgement(kit: Kit, lang: str, kind: str, advice: Advice | None) -> str:
    """Return what is said by itself to a customer's first message: it takes up no more than what is certain of it."""
    alerts = (kit.adviser.playbook.alerts[key].acknowledged.get(lang) for key in (advice.alerts if advice else ()))
    if urgent := next(filter(None, alerts), None):
        return urgent
    if kind in FILES:
        return kit.words(lang, "acknowledgement_file")
    asks = advice is not None and (
        advice.reading.nature == "inquiry"
        or (advice.reading.nature == "none" and any(kit.adviser.playbook.signals[signal].asks for signal in advice.reading.signals))
    )
    return kit.words(lang, "acknowledgement_question" if asks else "acknowledgement")


def _case_for(kit: Kit, books: Books, customer: Customer) -> tuple[Case, bool]:
    """Return the case that a new word of a customer's belongs to, and whether it is a new one (A1: acknowledged once)."""
    case = books.cases.last_of(customer.id)
    if case is not None and (case.is_open or _lately(kit, books, case)):
        return awake(books, case), False
    return books.cases.open(customer.id), True


def _lately(kit: Kit, books: Books, case: Case) -> bool:
    """Say whether the last word of a case is so fresh that a new one belongs to it, closed or not."""
    return books.now - case.last_at < timedelta(hours=kit.settings.desk.quiet_hours)


def awake(books: Books, case: Case, colleague_id: int | None = None) -> Case:
    """Open a case again where it is closed, and note who did: a colleague, or the customer by writing."""
    if not case.is_open:
        books.cases.set(case.id, state="open", closed_at=None, closed_by=None)
        books.staff.note("reopened", colleague_id, case.id)
    return books.cases.get(case.id)


def _read_and_show(
    kit: Kit, books: Books, case: Case, customer: Customer, message_id: int, text: str, kind: str = "text", *, woken: bool = False
) -> Advice | None:  # fmt: skip
    """Read a customer's new or changed words, or look anew at what fits with a picture, show the staff what comes of it, and return it.

    The words may have *woken* a closed case: what it alerted of has been dealt with, and is told again only where they speak of it.
    """
    flooded = books.cases.said_since(customer.id, books.now - timedelta(minutes=1)) > kit.settings.desk.flood_per_minute
    before, advice = None if woken else case.alert, None
    if flooded != case.flooded:
        books.cases.set(case.id, flooded=flooded)
        case = books.cases.get(case.id)
    if (text or kind in FILES) and not flooded and not text.startswith("/"):  # a command of other bots says nothing about anybody
        read = advise(kit, books, case, customer, changed=message_id, woken=woken)
        if read is not None:
            case, advice = read
            if text:
                books.customers.speaks(customer.id, advice.reading.lang, chosen=False)
    apart = [("file", {})] if kind != "text" else [("mirror", {"part": part}) for part in range(parts_of(text))]
    kit.mirror(books, case, customer, message_id, apart)
    kit.show(books, case, customer)
    if advice and advice.alerts and case.alert != before:
        alarm(kit, books, case, customer, advice.alerts[0], text)
    return advice


# -- commands


def _start(kit: Kit, books: Books, customer: Customer) -> None:
    if customer.greeted_at is None:
        _greet(kit, books, customer)
    else:
        shop = kit.settings.shop.called(customer.language)
        tell_customer(books, customer, kit.words(customer.language, "welcome_back", shop=shop))


def _language(kit: Kit, books: Books, customer: Customer) -> None:
    buttons = [[Button(sentences["own_name"], data=f"language:{lang}")] for lang, sentences in kit.words.languages.items()]
    tell_customer(books, customer, kit.words(customer.language, "which_language"), buttons)


def _forget(kit: Kit, books: Books, customer: Customer) -> None:
    buttons = [[Button(kit.words(customer.language, "forget_yes"), data=f"forget:{customer.id}")],
               [Button(kit.words(customer.language, "forget_no"), data="forget:no")]]  # fmt: skip
    tell_customer(books, customer, kit.words(customer.language, "forget_sure"), buttons)


def _export(kit: Kit, books: Books, customer: Customer) -> None:
    record = json.dumps(customer_record(books, customer.id), ensure_ascii=False, indent=1)
    content = {"name": "calmdesk.json", "data": record, "caption": kit.words(customer.language, "export_caption")}
    books.outbox.put("document", customer.chat_id, content, customer_id=customer.id)


_COMMANDS = {"/start": _start, "/help": _start, "/language": _language, "/forget": _forget, "/export": _export}


def menu(kit: Kit, lang: str) -> tuple[tuple[str, str], ...]:
    """Return the commands that a customer may give, each with what it is for."""
    names = [name.removeprefix("/") for name in _COMMANDS if _COMMANDS[name] is not _start]
    return tuple((name, kit.words(lang, f"menu_{name}")) for name in names)


def tapped(kit: Kit, books: Books, tap: Tapped, customer: Customer) -> bool:
    """Do what a customer's own button says; False where it isn't one of theirs."""
    action, _, rest = tap.data.partition(":")
    if action == "language" and rest in kit.words.languages:
        kit.toast(books, tap.tap_id, chose_language(kit, books, customer, rest))
    elif action == "forget" and rest == str(customer.id):
        forget(kit, books, customer)
        kit.toast(books, tap.tap_id)
    elif action == "forget":
        kit.toast(books, tap.tap_id, kit.words(customer.language, "kept"))
    else:
        return False
    return True


def chose_language(kit: Kit, books: Books, customer: Customer, lang: str) -> str:
    """Speak to a customer in a language from now on; return what to say to that."""
    books.customers.speaks(customer.id, lang, chosen=True)
    return kit.words(lang, "language_chosen")


def forget(kit: Kit, books: Books, customer: Customer) -> None:
    """Erase a customer and all they said; what remains is that somebody was erased, and that is told where the case was seen."""
    topic = books.places.topic(customer.id)
    shown = books.places.shown_of(customer.id)
    case = books.cases.last_of(customer.id)
    agent = books.staff.get(case.taken_by) if case is not None and case.taken_by else None
    seen_in = list(kit.places(books, case, customer)) if case is not None else []
    books.customers.erase(customer.id)
    kit.learnt.begin_anew((text, became) for text, _, became in books.readings.all_corrected())
    books.staff.note("erased", None)
    connection = books.customers.connection_of(customer.account) if customer.account else None
    content = {"text": kit.words(customer.language, "forgotten"), "buttons": [], "connection": connection[0] if connection else ""}
    books.outbox.put("notice", customer.chat_id, content)
    for chat_id in seen_in:  # without the customer's name, which is erased as well
        lang = kit.desk_language if topic is not None else kit.language(books.staff.get(chat_id))
        said = kit.words(lang, "forgotten_of", name=plain(agent.name, 40)) if agent else kit.words(lang, "forgotten_one")
        kit.whisper(books, chat_id, f"🗑 {said}")
    if topic is not None and topic.thread_id is not None:
        books.outbox.put("end_topic", topic.chat_id, {"thread": topic.thread_id})
    for chat_id, numbers in shown.items():
        if topic is None or chat_id != topic.chat_id:
            books.outbox.put("remove", chat_id, {"numbers": numbers})
