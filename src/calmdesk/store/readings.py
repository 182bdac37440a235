"""Readings, what was suggested for them, what of it was sent, and what agents corrected."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from calmdesk.reading.standing import GONE
from calmdesk.store.rows import KeptReading, Offered
from calmdesk.store.times import as_json, moment, moment_or_none, stamp


class Readings:
    """The readings of one transaction's view."""

    def __init__(self, db: sqlite3.Connection, now: datetime) -> None:
        self._db = db
        self._now = now

    def keep(self, case_id: int, message_id: int, advice: Mapping[str, Any]) -> int:
        """Keep a reading with its suggestions, as `calmdesk suggest` gives them; return its number."""
        (reading_id,) = self._db.execute(
            "INSERT INTO readings (case_id, message_id, at, advice) VALUES (?, ?, ?, ?) RETURNING id",
            (case_id, message_id, stamp(self._now), as_json(advice)),
        ).fetchone()
        self.offer(case_id, int(reading_id), advice["suggestions"])
        return int(reading_id)

    def offer(self, case_id: int, reading_id: int, suggestions: Sequence[Mapping[str, Any]]) -> None:
        """Note suggestions that are put before the agents for a reading, behind those that were before."""
        (offered,) = self._db.execute("SELECT offered FROM readings WHERE id = ?", (reading_id,)).fetchone()
        self._db.executemany(
            """INSERT INTO suggestions (case_id, reading_id, place, template, techniques, text, blanks, why, at)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            [
                (
                    case_id, reading_id, offered + place, one["template"], as_json(one["techniques"]), one["text"], as_json(one["blanks"]),
                    one["why"], stamp(self._now),
                )
                for place, one in enumerate(suggestions, 1)
            ],
        )  # fmt: skip
        self._db.execute("UPDATE readings SET offered = offered + ? WHERE id = ?", (len(suggestions), reading_id))

    def last(self, case_id: int) -> KeptReading | None:
        """Return a case's newest reading."""
        row = self._db.execute("SELECT * FROM readings WHERE case_id = ? ORDER BY id DESC LIMIT 1", (case_id,)).fetchone()
        if row is None:
            return None
        return KeptReading(row["id"], row["case_id"], row["message_id"], moment(row["at"]), json.loads(row["advice"]), row["offered"])

    def offered(self, reading_id: int, last: int = 3) -> list[Offered]:
        """Return the newest *last* suggestions of a reading, in their order."""
        rows = self._db.execute("SELECT * FROM suggestions WHERE reading_id = ? ORDER BY place DESC LIMIT ?", (reading_id, last)).fetchall()
        return [_offered(row) for row in reversed(rows)]

    def shown_templates(self, reading_id: int) -> set[str]:
        """Return every wording that has been shown for a reading."""
        return {row[0] for row in self._db.execute("SELECT template FROM suggestions WHERE reading_id = ?", (reading_id,))}

    def offered_before(self, case_id: int, message_id: int) -> dict[str, int]:
        """Return of every wording for how many messages of a case before this one it was offered."""
        rows = self._db.execute(
            """SELECT template, count(DISTINCT readings.message_id) FROM readings JOIN suggestions ON suggestions.reading_id = readings.id
               WHERE readings.case_id = ? AND readings.message_id < ? GROUP BY template""",
            (case_id, message_id),
        )
        return {row[0]: row[1] for row in rows}

    def suggestion(self, suggestion_id: int) -> Offered:
        """Return a suggestion; raise LookupError where there is none (any more)."""
        row = self._db.execute("SELECT * FROM suggestions WHERE id = ?", (suggestion_id,)).fetchone()
        if row is None:
            raise LookupError(f"no suggestion {suggestion_id}")
        return _offered(row)

    def sent(self, suggestion_id: int, staff_id: int) -> bool:
        """Note that an agent sends a suggestion; False where it was sent already, so that a second tap does nothing."""
        changed = self._db.execute(
            "UPDATE suggestions SET sent_at = ?, sent_by = ? WHERE id = ? AND sent_at IS NULL", (stamp(self._now), staff_id, suggestion_id)
        )
        return changed.rowcount == 1

    def times_sent(self) -> dict[str, int]:
        """Return how often each wording was sent."""
        rows = self._db.execute("SELECT template, count(*) FROM suggestions WHERE sent_at IS NOT NULL GROUP BY template")
        return {row[0]: row[1] for row in rows}

    def correct(self, case_id: int, message_id: int, staff_id: int, dimension: str, was: Any, became: Any) -> None:
        """Note that an agent corrects what was read: a label's dimension, what it was and what it is."""
        self._db.execute(
            "INSERT INTO corrections (case_id, message_id, at, staff_id, dimension, was, became) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (case_id, message_id, stamp(self._now), staff_id, dimension, as_json(was), as_json(became)),
        )

    def corrected(self, message_id: int) -> dict[str, Any]:
        """Return what agents say that a message is, by dimension; what they say of the case is no part of it."""
        rows = self._db.execute(
            "SELECT dimension, became FROM corrections WHERE message_id = ? AND dimension != ? ORDER BY id", (message_id, GONE)
        )
        return {row[0]: json.loads(row[1]) for row in rows}

    def corrected_in(self, case_id: int) -> dict[int, dict[str, Any]]:
        """Return what agents say of the messages of a case, by the message's number and by dimension; of words rewritten since, nothing."""
        said: dict[int, dict[str, Any]] = {}
        rows = self._db.execute(
            """SELECT message_id, dimension, became FROM corrections JOIN messages ON messages.id = message_id
               WHERE corrections.case_id = ? AND (edited_at IS NULL OR corrections.at >= edited_at) ORDER BY corrections.id""",
            (case_id,),
        )
        for message_id, dimension, became in rows:
            said.setdefault(message_id, {})[dimension] = json.loads(became)
        return said

    def all_corrected(self) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
        """Return of every message that was corrected its text, its reading of that time, and what agents say it is; the oldest first."""
        # A text that was changed afterwards isn't what the agents saw: the version of that time counts, and the reading of it.
        rows = self._db.execute(
            """SELECT messages.id,
                   coalesce(
                       (SELECT text FROM message_versions WHERE message_id = messages.id AND messages.edited_at > seen.at
                            AND at <= seen.at ORDER BY version DESC LIMIT 1),
                       messages.text) AS text,
                   coalesce(
                       (SELECT advice FROM readings WHERE message_id = messages.id AND at <= seen.at ORDER BY id DESC LIMIT 1),
                       (SELECT advice FROM readings WHERE message_id = messages.id ORDER BY id LIMIT 1)) AS advice
               FROM (SELECT message_id, max(at) AS at FROM corrections WHERE dimension != ? GROUP BY message_id) AS seen
               JOIN messages ON messages.id = seen.message_id ORDER BY messages.id""",
            (GONE,),
        ).fetchall()
        return [(row["text"], json.loads(row["advice"])["reading"] if row["advice"] else {}, self.corrected(row["id"])) for row in rows]


def _offered(row: sqlite3.Row) -> Offered:
    return Offered(
        row["id"], row["case_id"], row["reading_id"], row["place"], row["template"], tuple(json.loads(row["techniques"])), row["text"],
        tuple(json.loads(row["blanks"])), row["why"], moment_or_none(row["sent_at"]),
    )  # fmt: skip
