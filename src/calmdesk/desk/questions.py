"""What the bot asks an agent about a case: one question at a time at a place; when it is over, it is taken away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calmdesk.desk.calls import Button
from calmdesk.desk.kit import Buttons, Kit
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
    *above, beside = buttons or [[]]
    rows = [*above, [*beside, give_up]]
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
