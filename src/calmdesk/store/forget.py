"""Forgetting: what the shop no longer wants kept, by the days in `[store]`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from calmdesk.config import Settings
from calmdesk.store.erasing import erase_case, erase_records
from calmdesk.store.store import Books
from calmdesk.store.times import stamp


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was erased."""

    cases: int
    customers: int
    updates: int
    dead: int
    """Dead letters: updates that could never be handled."""
    posts: int
    more: bool
    """Whether cases are left for another time: each takes about a millisecond, in which nobody else writes."""


def forget(books: Books, settings: Settings, most: int = 500) -> Forgotten:
    """Erase what is older than it is to be kept, at most *most* cases.

    Telegram's own form of what was said is kept no longer than the case that it was said in.
    """
    store = settings.store
    gone, strangers, dead = 0, 0, 0
    updates_days = store.keep_updates_days
    if store.keep_days is not None:
        updates_days = min(updates_days, store.keep_days)
        before = stamp(books.now - timedelta(days=store.keep_days))
        old = books.db.execute(
            "SELECT id FROM cases WHERE state = 'closed' AND closed_at < ? ORDER BY closed_at LIMIT ?", (before, most)
        ).fetchall()
        for (case_id,) in old:
            erase_case(books.db, case_id)
        gone = len(old)
        without = books.db.execute(
            "SELECT id FROM customers WHERE last_seen < ? AND NOT EXISTS (SELECT 1 FROM cases WHERE customer_id = customers.id)", (before,)
        ).fetchall()
        for (customer_id,) in without:
            erase_records(books.db, customer_id)
        strangers = len(without)
        dead = books.db.execute("DELETE FROM inbox WHERE state = 'dead' AND came_at < ?", (before,)).rowcount
    handled_before = books.now - timedelta(days=updates_days)
    updates, posts = books.inbox.forget(handled_before), books.outbox.forget(handled_before)
    return Forgotten(gone, strangers, updates, dead, posts, more=gone == most)
