"""Erasing: a customer or a case with all that hangs on them, wherever it was written down."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import datetime
from typing import Any

from calmdesk.store.rows import Customer
from calmdesk.store.times import as_json, stamp

_FINISHED = "state IN ('sent', 'failed', 'unknown', 'dropped')"
_PLACE = re.compile(r'"(message_id|message_thread_id)":(\d+)')
"""Where in an update, as it is kept, a message or a topic is named."""
_EMPTIED = "raw = NULL, error = NULL, state = 'done', done_at = coalesce(done_at, :now)"


def erase_customer(db: sqlite3.Connection, now: datetime, customer: Customer) -> None:
    """Erase a customer: what is kept of them, and what the updates that came in and the posts that went out say of them.

    What they wrote that still waits to be handled is handled as usual: they write again.
    """
    _erase_from_inbox(db, now, customer)
    # What the staff were told in private may name the customer; once it is sent, or won't be, nobody needs its words.
    db.execute(
        f"UPDATE outbox SET content = '{{}}' WHERE customer_id = 0 AND made_at >= ? AND {_FINISHED} AND content != '{{}}'",  # noqa: S608
        (stamp(customer.first_seen),),
    )
    erase_records(db, customer.id)


def erase_records(db: sqlite3.Connection, customer_id: int) -> None:
    """Erase a customer, their cases and what was or was to be sent about them."""
    for (case_id,) in db.execute("SELECT id FROM cases WHERE customer_id = ?", (customer_id,)).fetchall():
        erase_case(db, case_id)
    db.execute("DELETE FROM outbox WHERE customer_id = ?", (customer_id,))
    db.execute("DELETE FROM customers WHERE id = ?", (customer_id,))


def erase_case(db: sqlite3.Connection, case_id: int) -> None:
    """Erase a case with its messages, readings, suggestions, corrections and cards; that somebody did something to it stays, not what."""
    db.execute("DELETE FROM outbox WHERE case_id = ?", (case_id,))
    db.execute("DELETE FROM outbox WHERE message_id IN (SELECT id FROM messages WHERE case_id = ?)", (case_id,))
    db.execute("UPDATE deeds SET detail = NULL WHERE case_id = ?", (case_id,))
    db.execute("DELETE FROM cases WHERE id = ?", (case_id,))


def _erase_from_inbox(db: sqlite3.Connection, now: datetime, customer: Customer) -> None:
    """Empty the updates from the customer's chat, and those from the staff's chats that quote or concern the customer."""
    at = {"now": stamp(now), "own": str(customer.chat_id), "customer": customer.id}
    db.execute(f"UPDATE inbox SET {_EMPTIED} WHERE lane = :own AND state != 'waiting'", at)  # noqa: S608 - a constant
    places = _places(db, customer.id)
    name = as_json(customer.name)[1:-1]
    for (lane,) in db.execute(_STAFF_LANES, at).fetchall():
        rows = db.execute(
            """SELECT update_id, state, raw FROM inbox WHERE lane = ? AND state != 'waiting' AND came_at >= ? AND raw IS NOT NULL
               UNION ALL SELECT update_id, state, raw FROM inbox WHERE lane = ? AND state = 'waiting'""",
            (lane, stamp(customer.first_seen), lane),
        )
        shown = {(kind, number) for chat, kind, number in places if str(chat) == lane}
        concerned = [
            row["update_id"]
            for row in rows
            if row["raw"]
            and (
                name in row["raw"] or not shown.isdisjoint((kind, int(number)) for kind, number in _PLACE.findall(row["raw"]))
                if row["state"] == "done"
                else _concerns(json.loads(row["raw"]), places)  # it may be another customer's, and has still to be done
            )
        ]
        db.executemany(f"UPDATE inbox SET {_EMPTIED} WHERE update_id = :id", [{**at, "id": one} for one in concerned])  # noqa: S608


_STAFF_LANES = """
    SELECT CAST(chat_id AS TEXT) AS lane FROM topics WHERE customer_id = :customer
    UNION SELECT CAST(cards.chat_id AS TEXT) FROM cases JOIN cards ON cards.case_id = cases.id WHERE cases.customer_id = :customer
    UNION SELECT CAST(mirrors.chat_id AS TEXT) FROM messages JOIN mirrors ON mirrors.message_id = messages.id
        WHERE messages.customer_id = :customer
    UNION SELECT CAST(user_id AS TEXT) FROM staff
    EXCEPT SELECT :own
"""
"""In which lines the staff's updates stand that may quote a customer."""
_Place = tuple[int, str, int]


def _places(db: sqlite3.Connection, customer_id: int) -> set[_Place]:
    """Return the topic and the messages on the desk that show a customer."""
    rows = db.execute(
        """SELECT chat_id, 'message_thread_id', thread_id FROM topics WHERE customer_id = :customer AND thread_id IS NOT NULL
           UNION SELECT cards.chat_id, 'message_id', cards.message_id FROM cases JOIN cards ON cards.case_id = cases.id
               WHERE cases.customer_id = :customer AND cards.message_id IS NOT NULL
           UNION SELECT mirrors.chat_id, 'message_id', staff_message_id FROM messages JOIN mirrors ON mirrors.message_id = messages.id
               WHERE messages.customer_id = :customer""",
        {"customer": customer_id},
    )
    return {(row[0], row[1], row[2]) for row in rows}


def _concerns(part: Any, places: set[_Place]) -> bool:
    """Say whether an update, or a part of one, is about a message or a topic that shows the customer."""
    if isinstance(part, list):
        return any(_concerns(one, places) for one in part)
    if not isinstance(part, dict):
        return False
    chat = part.get("chat")
    if isinstance(chat, dict) and any((chat.get("id"), key, part.get(key)) in places for key in ("message_id", "message_thread_id")):
        return True
    return any(_concerns(one, places) for one in part.values())
