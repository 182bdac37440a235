"""A case as a conversation: reads it, keeps the reading and the suggestions, and brings the case up to date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from calmdesk.adviser import Advice
from calmdesk.conversation import Conversation, Customer, Turn
from calmdesk.desk.kit import Kit
from calmdesk.store.rows import Case, Message
from calmdesk.store.rows import Customer as Person
from calmdesk.store.store import Books

PICTURES = {"photo", "video", "video_note"}
"""The kinds of messages that show what a case is about."""
FILES = PICTURES | {"file"}
"""The kinds of messages that can be answered before a word was written."""
_TURNS = 40
"""So many of a case's newest messages are read together."""


def conversation_of(case: Case, messages: Sequence[Message], customer: Person, *, closed: bool = False) -> Conversation | None:
    """Return what was said in a case so far, which may have been *closed* before; None where there is nothing to answer.

    Who has sent nothing but a picture or a file has said something too, though no words.
    """
    turns = [
        Turn(
            role="customer" if message.role == "customer" else "agent",
            text=message.text,
            at=message.at,
            techniques=message.techniques,
            template=message.template,
        )
        for message in _read_together(messages)
    ]
    while turns and turns[-1].role == "agent":  # what an agent said last is known, but the reading is of the customer's last word
        turns.pop()
    sent = {message.kind for message in messages if message.role == "customer" and not message.deleted_at}
    wordless = not any(turn.role == "customer" for turn in turns)
    if wordless and not sent & FILES:
        return None
    return Conversation(
        id=f"case-{case.id}", turns=(*turns, Turn(role="customer", text="")) if wordless else tuple(turns),
        customer=Customer(name=form_of_address(customer.name)), lang=customer.language,
        shown=bool(sent & (FILES if wordless else PICTURES)), closed=closed,
    )  # fmt: skip


def form_of_address(name: str) -> str | None:
    """Return what of a Telegram name can be used to address somebody; None for handles, pictures and signs."""
    words = [word for word in name.split() if word.replace(".", "").isalpha()]
    return " ".join(words[:1] + [word for word in words[1:] if not word.endswith(".")])[:20] or None


def advise(
    kit: Kit, books: Books, case: Case, customer: Person, changed: int = 0, *, woken: bool = False
) -> tuple[Case, Advice] | None:  # fmt: skip
    """Read a case anew, keep what comes of it, and return the case as it stands now; None where there are no words.

    The reading is of the customer's newest words. What an earlier message says since it was *changed* alerts all the same. Where these
    words have *woken* a closed case, and are words of somebody content, what it alerted of is over.
    """
    messages = books.cases.messages(case.id)
    closed = books.staff.did("closed", case.id)
    conversation = conversation_of(case, messages, customer, closed=closed)
    if conversation is None:
        return None
    theirs = [message for message in reversed(messages) if message.role == "customer"]
    newest = next((message.id for message in theirs if _is_words(message)), theirs[0].id)
    seen = books.readings.offered_before(case.id, newest)
    advice = kit.adviser.suggest(conversation, _corrected(kit, books, messages), _sent(messages), kit.desk_language, seen)
    if 0 < changed < newest:
        until_then = [message for message in messages if message.id <= changed]
        told = conversation_of(case, until_then, customer, closed=closed)
        earlier = kit.adviser.suggest(told, _corrected(kit, books, until_then), lang=kit.desk_language) if told else advice
        if earlier.escalate and not advice.escalate:
            advice = replace(advice, escalate=True, alert=earlier.alert, alerts=earlier.alerts)
    books.readings.keep(case.id, newest, advice.as_json())
    if woken and advice.reading.content:
        case = replace(case, alert=None)
    return _up_to_date(books, case, advice), advice


def _is_words(message: Message) -> bool:
    """Say whether a message is one of the customer's that can be read."""
    return message.role == "customer" and bool(message.text) and not message.deleted_at


def _sent(messages: Sequence[Message]) -> set[str]:
    """Return the wordings that were sent, those behind the customer's last word too: none is offered twice."""
    return {message.template for message in messages if message.role == "agent" and message.template}


def _read_together(messages: Sequence[Message]) -> list[Message]:
    """Return of a case's messages the words that are read: the newest ones of both sides."""
    return [message for message in messages if _is_words(message) or (message.role == "agent" and message.text)][-_TURNS:]


def _corrected(kit: Kit, books: Books, messages: Sequence[Message]) -> dict[int, dict[str, Any]]:
    """Return what agents say of the customer's messages: of each itself, and of the newest what they said of one very like it.

    Of an earlier message that is like another one only the heat counts: what such words complain of may be another matter here.
    """
    customers = [message for message in _read_together(messages) if message.role == "customer"]
    if not customers:
        return {}
    of_each = books.readings.corrected_in(customers[-1].case_id)
    corrected: dict[int, dict[str, Any]] = {}
    for number, message in enumerate(customers):
        alike = dict(kit.learnt.of(message.text))
        if message is not customers[-1]:
            alike = {key: value for key, value in alike.items() if key == "intensity"}
        corrected[number] = alike | of_each.get(message.id, {})
    return corrected


def others(kit: Kit, books: Books, case: Case, customer: Person) -> bool:
    """Offer other replies for the newest reading; False where there are no more."""
    kept = books.readings.last(case.id)
    messages = books.cases.messages(case.id)
    conversation = conversation_of(case, messages, customer, closed=books.staff.did("closed", case.id))
    if kept is None or conversation is None:
        return False
    shown = {*books.readings.shown_templates(kept.id), *_sent(messages)}
    seen = books.readings.offered_before(case.id, kept.message_id)
    advice = kit.adviser.suggest(conversation, _corrected(kit, books, messages), shown, kit.desk_language, seen)
    if not advice.suggestions:
        return False
    books.readings.offer(case.id, kept.id, [suggestion.as_json() for suggestion in advice.suggestions])
    return True


def _up_to_date(books: Books, case: Case, advice: Advice) -> Case:
    reading = advice.reading
    changes: dict[str, Any] = {
        "heat": reading.intensity,
        "heats": reading.heat,
        "level": max(reading.level, case.level),
        "types": tuple(dict.fromkeys((*reading.types, *case.types))),
        "stage": advice.stage,
        "alert": advice.alert or (case.alert if case.supervised_at is None else None),
    }
    books.cases.set(case.id, **changes)
    return replace(case, **changes)
