"""What agents type: it goes to the customer, read first; a line that begins with // stays inside; a step takes what it asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from calmdesk.desk import customers
from calmdesk.desk.agents import RefusalError, fill, may_write, take
from calmdesk.desk.blanks import doubtful, in_order, lone, values_in
from calmdesk.desk.calls import Button
from calmdesk.desk.card import with_blanks
from calmdesk.desk.events import Edited, Said
from calmdesk.desk.kit import Kit, plain
from calmdesk.desk.questions import over
from calmdesk.playbook.kinds import Kind
from calmdesk.replies.template import BLANK
from calmdesk.replies.tone import Caution, inspect
from calmdesk.store.rows import Case, Colleague, Customer, Step
from calmdesk.store.store import Books

_NOTE = re.compile(r"\A(?://|／／)\s*")


def typed(kit: Kit, books: Books, said: Said, colleague: Colleague, customer: Customer) -> None:
    """Take what an agent wrote about a customer: a step's answer, a note, or an answer that goes out."""
    lang = kit.language_in(said.chat, colleague)
    case = books.cases.last_of(customer.id)
    if case is None:
        return
    step = books.staff.step(colleague.user_id, said.chat.id, said.chat.thread)
    try:
        if _NOTE.match(said.content.text):
            _write_note(kit, books, case, customer, colleague, _NOTE.sub("", said.content.text))
        elif step is not None and step.case_id == case.id and answers(step, said):
            over(books, colleague, (said.chat.id, said.chat.thread))
            STEPS[step.kind](kit, books, said, colleague, case, customer, step)
        else:
            _no_old_question(books, said, step)
            _answer(kit, books, said, colleague, case, customer)
    except RefusalError as refused:
        _reply(kit, books, said, f"⛔ {plain(kit.words(lang, refused.key, **refused.values))}")


def answers(step: Step, said: Said) -> bool:
    """Say whether a message answers what its writer was asked.

    In a topic the next message does, unless it replies to something else. In a private chat, where customers' words from anywhere are
    pasted, only a reply to the question does, and nothing that was forwarded.
    """
    if step.kind not in STEPS or said.content.kind != "text" or said.forwarded:
        return False
    if said.reply_to is None:
        return said.chat.kind != "private"
    return said.reply_to == step.data.get("question")


def edited(kit: Kit, books: Books, event: Edited, colleague: Colleague) -> None:
    """Change what an agent sent when they change what they typed; read first, like anything that goes out."""
    message_id = books.places.mirrored_at(event.chat.id, event.message_id)
    text = event.content.text
    if message_id is None or not text:
        return
    message = books.cases.message(message_id)
    if message.role != "agent" or message.text == text:
        return
    lang = kit.language_in(event.chat, colleague)
    cautions = inspect(text, lang, kit.adviser.playbook, kit.settings.promises)
    if cautions or BLANK.search(text):
        said = _cautioned(kit, lang, colleague, cautions) if cautions else f"⛔ {plain(kit.words(lang, 'has_blank'))}"
        kit.whisper(books, event.chat.id, said, thread=event.chat.thread)
    elif books.cases.edit(message.id, text, event.at) and message.chat_message_id is not None:
        customer = books.customers.get(message.customer_id)
        content = {"text": text, "number": message.chat_message_id}
        books.outbox.put("change", customer.chat_id, content, customer_id=customer.id, case_id=message.case_id, message_id=message.id)


def _no_old_question(books: Books, said: Said, step: Step | None) -> None:
    """Refuse the answer to a question that is over; a reply to the card, or to what somebody said, is an answer to the customer."""
    if step is None or said.reply_to is None:
        return
    shows = books.places.mirrored_at(said.chat.id, said.reply_to) or books.places.card_at(said.chat.id, said.reply_to)
    if shows is None:
        raise RefusalError("outdated")


def _answer(kit: Kit, books: Books, said: Said, colleague: Colleague, case: Case, customer: Customer) -> None:
    """Send what an agent typed, or warn first where it would make things worse."""
    case = take(books, case, colleague)
    may_write(books, case, customer)
    text = said.content.text
    if BLANK.search(text):
        raise RefusalError("has_blank")
    lang = kit.language_in(said.chat, colleague)
    cautions = inspect(text, lang, kit.adviser.playbook, kit.settings.promises)
    if said.content.kind != "text":
        if cautions:
            _reply(kit, books, said, _cautioned(kit, lang, colleague, cautions))
            return
        _send_file(books, said, colleague, case, customer)
        kit.show(books, books.cases.get(case.id), customer)
        return
    bare = lone(kit, books, colleague, case, text)
    if cautions or bare:
        why = _cautioned(kit, lang, colleague, cautions) if cautions or bare is None else _bare(kit, lang, colleague, text, bare)
        _warn(kit, books, said, colleague, case, text, cautions, why)
        kit.show(books, case, customer)
        return
    _go(kit, books, said, colleague, case, customer, text)


def _go(kit: Kit, books: Books, said: Said, colleague: Colleague, case: Case, customer: Customer, text: str) -> None:
    answered = books.places.mirrored_at(said.chat.id, said.reply_to) if said.reply_to else None
    quoted = books.cases.message(answered).chat_message_id if answered else None
    message_id = customers.say(kit, books, case, customer, text, staff_id=colleague.user_id, reply_to=quoted)
    books.places.mirrored(said.chat.id, said.message_id, [message_id])
    kit.show(books, books.cases.get(case.id), customer)


def _send_file(books: Books, said: Said, colleague: Colleague, case: Case, customer: Customer) -> None:
    """Send a picture, a voice or a file that an agent put into the topic."""
    message_id = books.cases.add(
        case, "agent", said.content.text, kind=said.content.kind, staff_id=colleague.user_id, file_id=said.content.file_id,
        details=said.content.details,
    )  # fmt: skip
    if message_id is None:
        return
    content = {"from": said.chat.id, "number": said.message_id}
    books.outbox.put("copy", customer.chat_id, content, customer_id=customer.id, case_id=case.id, message_id=message_id)
    books.places.mirrored(said.chat.id, said.message_id, [message_id])


def _warn(
    kit: Kit, books: Books, said: Said, colleague: Colleague, case: Case, text: str, cautions: Sequence[Caution], why: str
) -> None:  # fmt: skip
    """Show *why* what an agent typed hasn't gone out yet, with a better wording where there is one."""
    lang = kit.language_in(said.chat, colleague)
    lines = [why]
    better = next((caution.better for caution in cautions if caution.better), None)
    if better:
        lines.append(f"\n{kit.words(lang, 'better')}\n{with_blanks(kit, better, lang)}")
    kinds = sorted({caution.kind for caution in cautions})
    step = {"text": text, "better": better, "kinds": kinds, "typed_as": said.message_id}
    over(books, colleague, (said.chat.id, said.chat.thread))
    books.staff.begin(colleague.user_id, said.chat.id, said.chat.thread, "warned", case.id, step)
    buttons = [[Button(kit.words(lang, "button_better"), data=f"anyway.better:{case.id}:{said.message_id}")]] if better else []
    give_up = Button(kit.words(lang, "button_give_up"), data=f"drop:{case.id}:{said.message_id}")
    buttons.append([Button(kit.words(lang, "button_anyway"), data=f"anyway:{case.id}:{said.message_id}"), give_up])
    _reply(kit, books, said, "\n".join(lines), buttons)


def _cautioned(kit: Kit, lang: str, colleague: Colleague, cautions: Sequence[Caution]) -> str:
    """Return what may hurt in what an agent wrote, and that it hasn't gone out."""
    lines = [f"✋ {kit.words(lang, 'not_sent_yet', agent=plain(colleague.name, 40))}"]
    return "\n".join([*lines, *(f"· <b>{plain(caution.said, 60)}</b> {plain(caution.why, 200)}" for caution in cautions)])


def _bare(kit: Kit, lang: str, colleague: Colleague, text: str, kind: Kind) -> str:
    """Return that a message is nothing but a value, and hasn't gone out."""
    said = kit.words(lang, "bare_value", said=plain(text, 60), kind=plain(kind.names.get(lang, "")))
    return f"✋ {kit.words(lang, 'not_sent_yet', agent=plain(colleague.name, 40))}\n{said}"


def _write_note(kit: Kit, books: Books, case: Case, customer: Customer, colleague: Colleague, text: str) -> None:
    if text:
        books.cases.add(case, "note", text, staff_id=colleague.user_id)
        kit.show(books, books.cases.get(case.id), customer)


def _note_step(kit: Kit, books: Books, said: Said, colleague: Colleague, case: Case, customer: Customer, _step: Step) -> None:
    _write_note(kit, books, case, customer, colleague, said.content.text)
    lang = kit.language_in(said.chat, colleague)
    _reply(kit, books, said, f"📝 {plain(kit.words(lang, 'noted'))}")


def _edit_step(kit: Kit, books: Books, said: Said, colleague: Colleague, case: Case, customer: Customer, _step: Step) -> None:
    _answer(kit, books, said, colleague, case, customer)


def _blank_step(kit: Kit, books: Books, said: Said, colleague: Colleague, _case: Case, customer: Customer, step: Step) -> None:
    """Put what was written into the blanks, a line for each; those that are left are asked for, and without any the reply goes out.

    What looks odd in its blank is asked about once: the same words again are meant. What would fit in another order is shown in it.
    """
    lang = kit.language_in(said.chat, colleague)
    answer = said.content.text.strip()
    if not answer or BLANK.search(answer) or answer.startswith("/"):
        raise RefusalError("dropped")
    meant = step.data.get("doubted") or {}
    same = bool(meant) and answer.split() in (step.data["typed"].split(), " ".join(meant.values()).split())
    values = meant if same else values_in(step.data["text"], answer)
    ordered = {} if same else in_order(kit, values)
    doubted = {} if same or ordered else doubtful(kit, values, books.now)
    sure = {key: value for key, value in values.items() if key not in doubted and not ordered}
    asked = Step(step.kind, step.case_id, {**step.data, "typed": answer}, step.at)
    fill(kit, books, (said.chat.id, said.chat.thread), lang, colleague, customer, asked, sure, doubted, ordered)


def _reply(kit: Kit, books: Books, said: Said, text: str, buttons: list[list[Button]] | None = None) -> None:
    kit.whisper(books, said.chat.id, text, buttons, thread=said.chat.thread)


STEPS = {"note": _note_step, "edit": _edit_step, "blank": _blank_step}
