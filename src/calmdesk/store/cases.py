"""Cases and their messages: every version of what was said, by whom, and when (E3, D13)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from calmdesk.store.rows import Case, Message
from calmdesk.store.search import holds, indexed, wanted
from calmdesk.store.times import as_json, moment, moment_or_none, stamp, whole

_SETTABLE = frozenset({
    "state", "closed_at", "closed_by", "taken_by", "taken_at", "supervised_at", "heat", "heats", "level", "types", "stage", "alert",
    "answered_at", "flooded",
})  # fmt: skip


class Cases:
    """The cases of one transaction's view."""

    def __init__(self, db: sqlite3.Connection, now: datetime) -> None:
        self._db = db
        self._now = now

    def open(self, customer_id: int) -> Case:
        """Open a case."""
        at = stamp(self._now)
        row = self._db.execute(
            "INSERT INTO cases (customer_id, opened_at, last_at) VALUES (?, ?, ?) RETURNING *", (customer_id, at, at)
        ).fetchone()
        return _case(row)

    def get(self, case_id: int) -> Case:
        """Return a case; raise LookupError where there is none (any more)."""
        row = self._db.execute("SELECT * FROM cases WHERE id = ?", (case_id,)).fetchone()
        if row is None:
            raise LookupError(f"no case {case_id}")
        return _case(row)

    def last_of(self, customer_id: int) -> Case | None:
        """Return a customer's newest case."""
        row = self._db.execute("SELECT * FROM cases WHERE customer_id = ? ORDER BY id DESC LIMIT 1", (customer_id,)).fetchone()
        return None if row is None else _case(row)

    def number_of(self, customer_id: int) -> int:
        """Return how many cases a customer has had."""
        (count,) = self._db.execute("SELECT count(*) FROM cases WHERE customer_id = ?", (customer_id,)).fetchone()
        return int(count)

    def open_ones(self, most: int = 100) -> list[Case]:
        """Return the open cases, the one with the newest word first."""
        rows = self._db.execute("SELECT * FROM cases WHERE state = 'open' ORDER BY last_at DESC LIMIT ?", (most,))
        return [_case(row) for row in rows]

    def find(
        self, *, state: str | None = None, complaint: str | None = None, heat: int = 0, taken_by: int | None = None,
        since: datetime | None = None, most: int = 100,
    ) -> list[Case]:  # fmt: skip
        """Return the cases that fit, the one with the newest word first: of a complaint type, at least so hot, with a word since a time."""
        where = {"state = ?": state, "EXISTS (SELECT 1 FROM json_each(types) WHERE value = ?)": complaint, "heat >= ?": heat or None,
                 "taken_by = ?": taken_by, "last_at >= ?": since and stamp(since)}  # fmt: skip
        asked = {condition: value for condition, value in where.items() if value is not None}
        rows = self._db.execute(
            f"SELECT * FROM cases WHERE {' AND '.join(asked) or '1'} ORDER BY last_at DESC LIMIT ?",  # noqa: S608 - names and question marks
            (*asked.values(), most),
        )
        return [_case(row) for row in rows]

    def set(self, case_id: int, **changes: Any) -> None:
        """Change what a case says of itself; times and lists are kept in their form."""
        unknown = set(changes) - _SETTABLE
        if unknown:
            raise ValueError(f"a case has no {', '.join(sorted(unknown))}")
        if not changes:
            return
        columns = ", ".join(f"{name} = ?" for name in changes)
        self._db.execute(f"UPDATE cases SET {columns} WHERE id = ?", (*map(_kept, changes.values()), case_id))  # noqa: S608 - checked names

    def add(
        self, case: Case, role: str, text: str, *,
        at: datetime | None = None, kind: str = "text", staff_id: int | None = None, file_id: str | None = None,
        details: Mapping[str, Any] | None = None, chat_message_id: int | None = None, template: str | None = None,
        techniques: Sequence[str] | None = None, warned: Sequence[str] | None = None,
    ) -> int | None:  # fmt: skip
        """Add a message to a case and return its number; None where the customer's message is there already."""
        said = stamp(at or self._now)
        text = whole(text)
        row = self._db.execute(
            """INSERT INTO messages (case_id, customer_id, role, staff_id, at, kind, text, file_id, details, chat_message_id, template,
               techniques, warned) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (customer_id, chat_message_id) WHERE chat_message_id IS NOT NULL DO NOTHING RETURNING id""",
            (
                case.id, case.customer_id, role, staff_id, said, kind, text, file_id, None if details is None else as_json(details),
                chat_message_id, template, None if techniques is None else as_json(techniques), None if warned is None else as_json(warned),
            ),
        ).fetchone()  # fmt: skip
        if row is None:
            return None
        self._index(row[0], text)
        column = {"customer": ", said_at = :at", "agent": ", answered_at = :at"}.get(role, "")
        self._db.execute(f"UPDATE cases SET last_at = :at{column} WHERE id = :id", {"at": stamp(self._now), "id": case.id})  # noqa: S608
        return int(row[0])

    def messages(self, case_id: int) -> list[Message]:
        """Return a case's messages in order."""
        return [_message(row) for row in self._db.execute("SELECT * FROM messages WHERE case_id = ? ORDER BY id", (case_id,))]

    def filled_by(self, staff_id: int, newest: int = 2000) -> list[Message]:
        """Return one of the staff's messages that had blanks, the newest first, of the *newest* messages of all."""
        rows = self._db.execute(
            """SELECT * FROM messages WHERE id > (SELECT coalesce(max(id), 0) FROM messages) - ? AND staff_id = ?
               AND json_extract(details, '$.filled') IS NOT NULL ORDER BY id DESC""",
            (newest, staff_id),
        )
        return [_message(row) for row in rows]

    def notes(self, customer_id: int, most: int = 3) -> list[Message]:
        """Return the newest notes about a customer, in order, whichever case they were written in (E4)."""
        rows = self._db.execute(
            "SELECT * FROM messages WHERE customer_id = ? AND role = 'note' ORDER BY at DESC, id DESC LIMIT ?", (customer_id, most)
        ).fetchall()
        return [_message(row) for row in reversed(rows)]

    def message(self, message_id: int) -> Message:
        """Return a message; raise LookupError where there is none (any more)."""
        row = self._db.execute("SELECT * FROM messages WHERE id = ?", (message_id,)).fetchone()
        if row is None:
            raise LookupError(f"no message {message_id}")
        return _message(row)

    def in_chat(self, customer_id: int, chat_message_id: int) -> Message | None:
        """Return the message that has a number in the customer's chat."""
        row = self._db.execute(
            "SELECT * FROM messages WHERE customer_id = ? AND chat_message_id = ?", (customer_id, chat_message_id)
        ).fetchone()
        return None if row is None else _message(row)

    def stands_as(self, message_id: int, chat_message_id: int) -> None:
        """Note which number a message of ours got in the customer's chat."""
        self._db.execute("UPDATE OR IGNORE messages SET chat_message_id = ? WHERE id = ?", (chat_message_id, message_id))

    def edit(self, message_id: int, text: str, at: datetime) -> bool:
        """Give a message a new text and keep the old one as a version; False where it says the same."""
        old = self.message(message_id)
        text = whole(text)
        if old.text == text:
            return False
        (version,) = self._db.execute("SELECT count(*) + 1 FROM message_versions WHERE message_id = ?", (message_id,)).fetchone()
        self._db.execute(
            "INSERT INTO message_versions (message_id, version, text, at) VALUES (?, ?, ?, ?)",
            (message_id, version, old.text, stamp(old.edited_at or old.at)),
        )
        self._db.execute("UPDATE messages SET text = ?, edited_at = ? WHERE id = ?", (text, stamp(at), message_id))
        self._index(message_id, text)
        return True

    def versions(self, message_id: int) -> list[str]:
        """Return a message's earlier texts, the oldest first."""
        rows = self._db.execute("SELECT text FROM message_versions WHERE message_id = ? ORDER BY version", (message_id,))
        return [row[0] for row in rows]

    def deleted(self, message_id: int) -> None:
        """Note that the customer took a message back; what it said stays in the record."""
        self._db.execute("UPDATE messages SET deleted_at = ? WHERE id = ?", (stamp(self._now), message_id))

    def said_since(self, customer_id: int, since: datetime) -> int:
        """Return how many messages a customer has sent since a time."""
        (count,) = self._db.execute(
            "SELECT count(*) FROM messages WHERE customer_id = ? AND at >= ? AND role = 'customer'", (customer_id, stamp(since))
        ).fetchone()
        return int(count)

    def search(self, words: str, most: int = 20) -> list[Message]:
        """Return the newest messages that hold all of *words*: of whatever script, half or full width, Simplified or Traditional."""
        search = wanted(words)
        if search is None:
            return []
        query, parts = search
        rows = self._db.execute(
            """SELECT messages.* FROM message_words JOIN messages ON messages.id = message_words.rowid
               WHERE message_words MATCH ? ORDER BY message_words.rowid DESC""",
            (query,),
        )
        return list(islice((message for message in map(_message, rows) if holds(message.text, parts)), most))

    def scrub_words(self, pages: int = 64) -> bool:
        """Take some of what was erased out of the index, which only marks it; return whether there is more to do."""
        before = self._db.total_changes
        self._db.execute("INSERT INTO message_words (message_words, rank) VALUES ('merge', ?)", (-pages,))
        return self._db.total_changes - before > 1

    def _index(self, message_id: int, text: str) -> None:
        self._db.execute("DELETE FROM message_words WHERE rowid = ?", (message_id,))
        if words := indexed(text):
            self._db.execute("INSERT INTO message_words (rowid, words) VALUES (?, ?)", (message_id, words))


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    return as_json(value) if isinstance(value, tuple | list) else value


def _case(row: sqlite3.Row) -> Case:
    return Case(
        row["id"], row["customer_id"], row["state"], moment(row["opened_at"]), moment(row["last_at"]), moment_or_none(row["said_at"]),
        moment_or_none(row["answered_at"]), moment_or_none(row["closed_at"]), row["taken_by"], moment_or_none(row["supervised_at"]),
        row["heat"], tuple(json.loads(row["heats"])), row["level"], tuple(json.loads(row["types"])), row["stage"], row["alert"],
        bool(row["flooded"]),
    )  # fmt: skip


def _message(row: sqlite3.Row) -> Message:
    return Message(
        row["id"], row["case_id"], row["customer_id"], row["role"], row["staff_id"], moment(row["at"]), row["kind"], row["text"],
        row["file_id"], json.loads(row["details"]) if row["details"] else {}, row["chat_message_id"], moment_or_none(row["edited_at"]),
        moment_or_none(row["deleted_at"]), row["template"], tuple(json.loads(row["techniques"])) if row["techniques"] else None,
    )  # fmt: skip
