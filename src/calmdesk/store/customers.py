"""Customers: who writes to the shop, and through which of its accounts."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from calmdesk.store.erasing import erase_customer
from calmdesk.store.rows import Customer
from calmdesk.store.times import moment, moment_or_none, stamp, whole


class Customers:
    """The customers of one transaction's view."""

    def __init__(self, db: sqlite3.Connection, now: datetime) -> None:
        self._db = db
        self._now = now

    def meet(self, chat_id: int, account: int, *, user_id: int, name: str, username: str | None, language: str) -> Customer:
        """Return the customer of a chat, made or brought up to date; a language that was chosen stays."""
        row = self._db.execute(
            """INSERT INTO customers (chat_id, account, user_id, name, username, language, first_seen, last_seen)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (chat_id, account) DO UPDATE SET user_id = excluded.user_id, name = excluded.name, username = excluded.username,
                   language = CASE WHEN language_chosen THEN language ELSE excluded.language END,
                   last_seen = excluded.last_seen, blocked_at = NULL
               RETURNING *""",
            (chat_id, account, user_id, whole(name), username, language, stamp(self._now), stamp(self._now)),
        ).fetchone()
        return _customer(row)

    def find(self, chat_id: int, account: int = 0) -> Customer | None:
        """Return the customer of a chat."""
        row = self._db.execute("SELECT * FROM customers WHERE chat_id = ? AND account = ?", (chat_id, account)).fetchone()
        return None if row is None else _customer(row)

    def get(self, customer_id: int) -> Customer:
        """Return a customer; raise LookupError where there is none (any more)."""
        row = self._db.execute("SELECT * FROM customers WHERE id = ?", (customer_id,)).fetchone()
        if row is None:
            raise LookupError(f"no customer {customer_id}")
        return _customer(row)

    def greeted(self, customer_id: int) -> None:
        """Note that a customer has been told what is stored."""
        self._db.execute("UPDATE customers SET greeted_at = ? WHERE id = ?", (stamp(self._now), customer_id))

    def speaks(self, customer_id: int, language: str, *, chosen: bool) -> None:
        """Note a customer's language; one that they chose isn't changed by what they write."""
        self._db.execute(
            "UPDATE customers SET language = ?, language_chosen = max(language_chosen, ?) WHERE id = ? AND (? OR NOT language_chosen)",
            (language, chosen, customer_id, chosen),
        )

    def blocked(self, customer_id: int, blocked: bool) -> None:
        """Note that a customer has shut the bot out, or let it in again."""
        self._db.execute("UPDATE customers SET blocked_at = ? WHERE id = ?", (stamp(self._now) if blocked else None, customer_id))

    def erase(self, customer_id: int) -> None:
        """Erase a customer and everything that hangs on them, what came in and what went out included; raise LookupError where unknown.

        `Store.scrub` afterwards takes the last traces out of the file.
        """
        erase_customer(self._db, self._now, self.get(customer_id))

    def connection(self, connection_id: str) -> tuple[int, bool] | None:
        """Return owner and whether the bot may reply, of a business connection, in force or not."""
        row = self._db.execute("SELECT user_id, can_reply FROM connections WHERE id = ?", (connection_id,)).fetchone()
        return None if row is None else (row[0], bool(row[1]))

    def connection_of(self, account: int) -> tuple[str, bool] | None:
        """Return the connection that is in force for a shop's account, and whether the bot may reply through it."""
        row = self._db.execute(
            "SELECT id, can_reply FROM connections WHERE user_id = ? AND enabled ORDER BY at DESC LIMIT 1", (account,)
        ).fetchone()
        return None if row is None else (row[0], bool(row[1]))

    def connected(self, connection_id: str, account: int, *, can_reply: bool, enabled: bool) -> None:
        """Note that a shop's account was connected, changed or disconnected."""
        self._db.execute(
            "INSERT OR REPLACE INTO connections (id, user_id, can_reply, enabled, at) VALUES (?, ?, ?, ?, ?)",
            (connection_id, account, can_reply, enabled, stamp(self._now)),
        )


def _customer(row: sqlite3.Row) -> Customer:
    return Customer(
        row["id"], row["chat_id"], row["account"], row["user_id"], row["name"], row["username"], row["language"],
        bool(row["language_chosen"]), moment(row["first_seen"]), moment(row["last_seen"]), moment_or_none(row["greeted_at"]),
        moment_or_none(row["blocked_at"]),
    )  # fmt: skip
