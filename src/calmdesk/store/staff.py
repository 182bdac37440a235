"""The staff: who may do what, where cases are shown to them, and what each is in the middle of."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from calmdesk.store.rows import ROLES, Colleague, Role, Step
from calmdesk.store.times import as_json, moment, stamp

STEP_LASTS = timedelta(minutes=15)
"""For so long what somebody writes next is taken for the answer to what they were asked."""


class Staff:
    """The staff of one transaction's view."""

    def __init__(self, db: sqlite3.Connection, now: datetime) -> None:
        self._db = db
        self._now = now

    # -- people

    def get(self, user_id: int) -> Colleague | None:
        """Return one of the staff; None for anybody else."""
        row = self._db.execute("SELECT * FROM staff WHERE user_id = ? AND removed_at IS NULL", (user_id,)).fetchone()
        return None if row is None else _colleague(row)

    def all(self) -> list[Colleague]:
        """Return the staff, the highest roles first."""
        rows = [_colleague(row) for row in self._db.execute("SELECT * FROM staff WHERE removed_at IS NULL ORDER BY joined_at")]
        return sorted(rows, key=lambda one: -ROLES.index(one.role))

    def join(self, user_id: int, name: str, role: Role, invited_by: int | None = None) -> None:
        """Take somebody on, or change their role."""
        self._db.execute(
            """INSERT INTO staff (user_id, name, role, joined_at, invited_by) VALUES (?, ?, ?, ?, ?)
               ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, role = excluded.role, invited_by = excluded.invited_by,
                   removed_at = NULL""",
            (user_id, name, role, stamp(self._now), invited_by),
        )

    def remove(self, user_id: int) -> None:
        """Let somebody go; what they did stays in the record."""
        self._db.execute("UPDATE staff SET removed_at = ? WHERE user_id = ?", (stamp(self._now), user_id))
        self._db.execute("DELETE FROM steps WHERE user_id = ?", (user_id,))

    def reachable(self, user_id: int, name: str, reachable: bool = True) -> None:
        """Note that one of the staff has opened a private chat with the bot, or shut it."""
        self._db.execute("UPDATE staff SET reachable = ?, name = ? WHERE user_id = ?", (reachable, name, user_id))

    def speaks(self, user_id: int, language: str) -> None:
        """Note in which language one of the staff wants to be spoken to."""
        self._db.execute("UPDATE staff SET language = ? WHERE user_id = ?", (language, user_id))

    def invite(self, role: Role, made_by: int, days: int) -> str:
        """Return the token of an invitation that one person can use once."""
        token = secrets.token_urlsafe(18)
        self._db.execute(
            "INSERT INTO invites (token, role, made_by, made_at, ends_at) VALUES (?, ?, ?, ?, ?)",
            (token, role, made_by, stamp(self._now), stamp(self._now + timedelta(days=days))),
        )
        return token

    def accept(self, token: str, user_id: int, name: str) -> Role | None:
        """Take on who holds an invitation and return their role; None where it was used, has ended or never was."""
        row = self._db.execute(
            "UPDATE invites SET used_by = ?, used_at = ? WHERE token = ? AND used_by IS NULL AND ends_at > ? RETURNING role, made_by",
            (user_id, stamp(self._now), token, stamp(self._now)),
        ).fetchone()
        if row is None:
            return None
        self.join(user_id, name, row["role"], row["made_by"])
        role: Role = row["role"]
        return role

    # -- what was done

    def note(self, deed: str, staff_id: int | None, case_id: int | None = None, **detail: Any) -> None:
        """Write down who did what."""
        self._db.execute(
            "INSERT INTO deeds (at, staff_id, deed, case_id, detail) VALUES (?, ?, ?, ?, ?)",
            (stamp(self._now), staff_id, deed, case_id, as_json(detail) if detail else None),
        )

    def noted(self, deed: str, since: datetime) -> bool:
        """Say whether something has been written down since a time."""
        row = self._db.execute("SELECT 1 FROM deeds WHERE deed = ? AND at >= ? LIMIT 1", (deed, stamp(since))).fetchone()
        return row is not None

    def did(self, deed: str, case_id: int) -> bool:
        """Say whether something has ever been done in a case."""
        row = self._db.execute("SELECT 1 FROM deeds WHERE case_id = ? AND deed = ? LIMIT 1", (case_id, deed)).fetchone()
        return row is not None

    def done_since(self, deed: str, ends: Collection[str], case_id: int, **detail: Any) -> bool:
        """Say whether something was done in a case, with this detail, after the last deed that *ends* it."""
        rows = self._db.execute("SELECT deed, detail FROM deeds WHERE case_id = ? ORDER BY id DESC", (case_id,))
        since = takewhile(lambda row: row["deed"] not in ends, rows)
        return any(row["deed"] == deed and row["detail"] == as_json(detail) for row in since)

    # -- steps

    def step(self, user_id: int, chat_id: int, thread_id: int) -> Step | None:
        """Return what somebody is in the middle of at a place; a step that was left lying is none any more."""
        row = self._db.execute(
            "SELECT * FROM steps WHERE user_id = ? AND chat_id = ? AND thread_id = ? AND at > ?",
            (user_id, chat_id, thread_id, stamp(self._now - STEP_LASTS)),
        ).fetchone()
        return None if row is None else Step(row["kind"], row["case_id"], json.loads(row["data"]), moment(row["at"]))

    def begin(self, user_id: int, chat_id: int, thread_id: int, kind: str, case_id: int | None, data: Mapping[str, Any]) -> None:
        """Note that what somebody writes next at a place belongs to a step."""
        self._db.execute(
            "INSERT OR REPLACE INTO steps (user_id, chat_id, thread_id, kind, case_id, data, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (user_id, chat_id, thread_id, kind, case_id, as_json(data), stamp(self._now)),
        )

    def asked(self, user_id: int, chat_id: int, thread_id: int, question: int) -> None:
        """Note which message asked what somebody is in the middle of."""
        self._db.execute(
            "UPDATE steps SET data = json_set(data, '$.question', ?) WHERE user_id = ? AND chat_id = ? AND thread_id = ?",
            (question, user_id, chat_id, thread_id),
        )

    def asked_by(self, chat_id: int, question: int) -> int | None:
        """Return who is in the middle of answering a message; None where nobody is."""
        row = self._db.execute(
            "SELECT user_id FROM steps WHERE chat_id = ? AND json_extract(data, '$.question') = ? AND at > ?",
            (chat_id, question, stamp(self._now - STEP_LASTS)),
        ).fetchone()
        return None if row is None else int(row[0])

    def finish(self, user_id: int, chat_id: int, thread_id: int) -> None:
        """Note that a step is done or given up."""
        self._db.execute("DELETE FROM steps WHERE user_id = ? AND chat_id = ? AND thread_id = ?", (user_id, chat_id, thread_id))


def _colleague(row: sqlite3.Row) -> Colleague:
    return Colleague(row["user_id"], row["name"], row["role"], row["language"], moment(row["joined_at"]), bool(row["reachable"]))
