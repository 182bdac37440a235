"""What the tests of the store share: a clock that they move, an open store, and people who write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from calmdesk.store.rows import Case, Customer
from calmdesk.store.store import Books, Store

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
GROUP = -100200
Do = Callable[[Callable[[Books], Any]], Any]
"""Runs a piece of work as one transaction."""


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def pass_by(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


@contextmanager
def opened(path: Path, clock: Clock | None = None) -> Iterator[Store]:
    """Open a store for a while."""
    store = Store.open(path, clock=clock or Clock())
    try:
        yield store
    finally:
        store.close()


def update(number: int, chat: int = 7, **more: Any) -> dict[str, Any]:
    """Return an update as Telegram sends it."""
    return {"update_id": number, "message": {"message_id": number, "chat": {"id": chat}, **more}}


def lin(books: Books, chat: int = 7, account: int = 0, name: str = "林小姐") -> Customer:
    """Return a customer."""
    return books.customers.meet(chat, account, user_id=chat, name=name, username=None, language="zh-Hans")


def case_of(books: Books, *texts: str, chat: int = 7) -> Case:
    """Return a customer's new case with what they said."""
    case = books.cases.open(lin(books, chat).id)
    for text in texts:
        books.cases.add(case, "customer", text)
    return case


READING = {
    "lang": "zh-Hans", "types": ["logistics"], "nature": "valid", "intensity": 2, "temperament": "choleric", "traits": ["efficient"],
    "needs": ["remedy"], "risks": [], "points": ["快递没到"],
}  # fmt: skip


def advice(*texts: str, **labels: Any) -> dict[str, Any]:
    """Return advice as `calmdesk suggest` gives it, with suggestions of *texts*."""
    suggestions = [
        {"template": f"zh-Hans/ask/{number}", "techniques": ["ask"], "text": text, "blanks": [], "why": "问清楚"}
        for number, text in enumerate(texts, 1)
    ]
    return {"reading": {**READING, **labels}, "suggestions": suggestions, "checklist": [], "avoid": ["别解释太多"], "alert": None}
