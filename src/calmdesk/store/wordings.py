"""The versions of wordings that admins wrote in the chat: who, when, and which of them is live."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from calmdesk.store.times import moment, moment_or_none, stamp, whole


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a file of the playbook."""

    id: int
    key: str
    """The file's path in the playbook, such as "replies/zh-Hans/ask/photo.j2"."""
    text: str
    state: str
    """"draft", "awaits" a second person, "live", "past", or "refused"."""
    made_by: int
    made_at: datetime
    approved_by: int | None
    approved_at: datetime | None
    number: int
    """Its place among those of its file that came into force; 0 for one that never did."""


_VERSIONS = """SELECT *, CASE WHEN state IN ('live', 'past') THEN (
    SELECT count(*) FROM wordings AS other WHERE other.key = wordings.key AND other.id <= wordings.id AND other.state IN ('live', 'past')
) ELSE 0 END AS number FROM wordings"""


class Wordings:
    """The versions of one transaction's view."""

    def __init__(self, db: sqlite3.Connection, now: datetime) -> None:
        self._db = db
        self._now = now

    def add(self, key: str, text: str, made_by: int, state: str = "draft") -> Version:
        """Keep a new version of a file."""
        made = self._db.execute(
            """INSERT INTO wordings (key, version, text, state, made_by, made_at)
               VALUES (?, (SELECT coalesce(max(version), 0) + 1 FROM wordings WHERE key = ?), ?, ?, ?, ?) RETURNING id""",
            (key, key, whole(text), state, made_by, stamp(self._now)),
        ).fetchone()
        return self.get(made["id"])

    def drop(self, version_id: int) -> None:
        """Throw a draft away."""
        self._db.execute("DELETE FROM wordings WHERE id = ? AND state = 'draft'", (version_id,))

    def get(self, version_id: int) -> Version:
        """Return a version; raise LookupError where there is none."""
        row = self._db.execute(f"{_VERSIONS} WHERE id = ?", (version_id,)).fetchone()
        if row is None:
            raise LookupError(f"no version {version_id}")
        return _version(row)

    def of(self, key: str) -> list[Version]:
        """Return the versions of a file, the newest first."""
        return [_version(row) for row in self._db.execute(f"{_VERSIONS} WHERE key = ? ORDER BY id DESC", (key,))]

    def live(self) -> dict[str, str]:
        """Return the text of every file that has a live version: it goes before the file in the folders."""
        return {row["key"]: row["text"] for row in self._db.execute("SELECT key, text FROM wordings WHERE state = 'live'")}

    def awaiting(self) -> list[Version]:
        """Return the versions that a second person has to approve, the oldest first."""
        return [_version(row) for row in self._db.execute(f"{_VERSIONS} WHERE state = 'awaits' ORDER BY id")]

    def publish(self, version_id: int, approved_by: int | None = None) -> None:
        """Make a version the live one of its file; the one before it is past. Who approved it once is kept."""
        self.retire(self.get(version_id).key)
        self._db.execute(
            """UPDATE wordings SET state = 'live', approved_by = coalesce(?, approved_by), approved_at = coalesce(?, approved_at)
               WHERE id = ?""",
            (approved_by, stamp(self._now) if approved_by else None, version_id),
        )

    def retire(self, key: str) -> None:
        """Leave a file without a live version: what stands in the folders counts again."""
        self._db.execute("UPDATE wordings SET state = 'past' WHERE key = ? AND state = 'live'", (key,))

    def state(self, version_id: int, state: str) -> None:
        """Change the state of a version to anything but live."""
        self._db.execute("UPDATE wordings SET state = ? WHERE id = ?", (state, version_id))

    def tried_on(self, template: str, newest: int) -> list[int]:
        """Return the cases to try a wording on: those that it was sent in, then the newest; the newest of each first."""
        sent = self._db.execute(
            """SELECT case_id FROM suggestions WHERE template = ? AND sent_at IS NOT NULL
               GROUP BY case_id ORDER BY max(sent_at) DESC LIMIT ?""",
            (template, newest),
        )
        last = self._db.execute("SELECT id FROM cases ORDER BY id DESC LIMIT ?", (newest,))
        return list(dict.fromkeys(row[0] for row in [*sent, *last]))

    def last_sent(self, template: str) -> datetime | None:
        """Return when a wording was last sent."""
        (kept,) = self._db.execute(
            "SELECT max(sent_at) FROM suggestions WHERE template = ? AND sent_at IS NOT NULL", (template,)
        ).fetchone()
        return moment_or_none(kept)


def _version(row: sqlite3.Row) -> Version:
    return Version(
        row["id"], row["key"], row["text"], row["state"], row["made_by"], moment(row["made_at"]), row["approved_by"],
        moment_or_none(row["approved_at"]), row["number"],
    )  # fmt: skip
