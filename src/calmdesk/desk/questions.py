"""What the bot asks an agent about a case: one question at a time at a place; when it is over, it is taken away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calmdesk.desk.calls import Button
from calmdesk.desk.card import with_blanks
from calmdesk.desk.kit import Buttons, Kit, plain
from calmdesk.replies.template import blanks_of
from calmdesk.store.rows import Case, Colleague
from calmdesk.store.store import Books

Place = tuple[int, int]
"""Chat and topic."""


def ask(
    kit: Kit, books: Books, colleague: Colleague, place: Place, lang: str, case: Case, kind: str, data: Mapping[str, Any], text: str,
    buttons: Buttons | None = None,
) -> None:  # fmt: skip
    """Ask one of the staff something about a case where they are: *text* is HTML, *kind* says who takes the answer."""
    over(books, colleague, place)
    books.staff.begin(colleague.user_id, *place, kind, case.id, data)
    give_up = Button(kit.words(lang, "button_give_up"), data=f"drop:{case.id}")
    rows = [[*(buttons or [[]])[0], give_up]]
    kit.whisper(books, place[0], text, rows, thread=place[1], asks=colleague.user_id, customer_id=case.customer_id)


def over(books: Books, colleague: Colleague, place: Place) -> None:
    """End what somebody was asked at a place, and take the question away: its buttons mean nothing any more."""
    step = books.staff.step(colleague.user_id, *place)
    books.staff.finish(colleague.user_id, *place)
    if step is not None and step.data.get("question"):
        take_away(books, place[0], step.data["question"])


def take_away(books: Books, chat_id: int, number: int) -> None:
    """Have a message of ours deleted."""
    books.outbox.put("remove", chat_id, {"numbers": [number]})


def ask_blanks(
    kit: Kit, books: Books, colleague: Colleague, place: Place, lang: str, case: Case, text: str, data: Mapping[str, Any],
    *, again: bool = False,
) -> None:  # fmt: skip
    """Ask for the blanks of a text, all at once; *again*, for those that are left, without the text."""
    newest = books.readings.last(case.id)
    written = newest.advice["reading"]["lang"] if newest else None
    blanks = [kit.blank(key, lang, written) for key in blanks_of(text)]
    agent = plain(colleague.name, 40)
    if len(blanks) == 1:
        name, example = blanks[0]
        lines = [kit.words(lang, "ask_blank", agent=agent, name=plain(name), example=plain(example))]
    else:
        lines = [kit.words(lang, "ask_blanks", agent=agent)]
        lines += [kit.words(lang, "one_blank", name=plain(name), example=plain(example)) for name, example in blanks]
    if not again:
        lines += ["", with_blanks(kit, text, lang)]
    ask(kit, books, colleague, place, lang, case, "blank", {**data, "text": text}, "\n".join(lines))


def filled(text: str, answer: str) -> str:
    """Return a text with its blanks filled in from an answer, a line for each; what one line says too much is the last one's."""
    keys = blanks_of(text)
    lines = [" ".join(line.split()) for line in answer.splitlines() if line.strip()]
    lines = [*lines[: len(keys) - 1], " ".join(lines[len(keys) - 1 :])] if len(lines) > len(keys) else lines
    for key, value in zip(keys, lines, strict=False):
        text = text.replace(f"〔{key}〕", value)
    return text
