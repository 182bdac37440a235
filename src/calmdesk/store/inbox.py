"""The inbox: each update is kept as it came before Telegram is told that it arrived, and handled once in effect."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from calmdesk.store.rows import Update
from calmdesk.store.times import as_json, stamp, whole

_CHATS = (
    ("message",), ("edited_message",), ("business_message",), ("edited_business_message",), ("deleted_business_messages",),
    ("callback_query", "message"), ("my_chat_member",), ("chat_member",), ("channel_post",),
)  # fmt: skip
"""Where in an update its chat stands."""
ATTEMPTS = 4
"""So often an update that fails is tried before it goes to the dead letters."""
_PAUSES = (1, 5, 30)
"""Seconds before it is tried again."""


def lane_of(update: Mapping[str, Any]) -> str:
    """Return what an update waits in line for: its chat, else its person; within a lane the order holds."""
    for path in _CHATS:
        part: Any = update
        for key in path:
            part = part.get(key) if isinstance(part, Mapping) else None
        if isinstance(part, Mapping) and isinstance(chat := part.get("chat"), Mapping):
            return str(chat.get("id"))
    for part in update.values():
        if isinstance(part, Mapping) and isinstance(person := part.get("from", part.get("user")), Mapping):
            return str(person.get("id"))
    return "0"


class Inbox:
    """The updates of one transaction's view."""

    def __init__(self, db: sqlite3.Connection, now: datetime) -> None:
        self._db = db
        self._now = now

    def keep(self, updates: Iterable[Mapping[str, Any]]) -> int:
        """Keep *updates*; one that is kept already changes nothing. Return how many are new."""
        before = self._db.total_changes
        self._db.executemany(
            "INSERT INTO inbox (update_id, lane, raw, came_at) VALUES (?, ?, ?, ?) ON CONFLICT (update_id) DO NOTHING",
            [(update["update_id"], lane_of(update), as_json(update), stamp(self._now)) for update in updates],
        )
        return self._db.total_changes - before

    def next(self, busy: Iterable[str], most: int) -> list[Update]:
        """Return the first waiting update of each lane that isn't *busy*, the oldest first, at most *most*."""
        taken = list(busy)
        # After a night without the desk thousands wait: from lane to lane, the index is asked for the next.
        rows = self._db.execute(
            f"""WITH RECURSIVE line (lane) AS (
                    SELECT min(lane) FROM inbox WHERE state = 'waiting'
                    UNION ALL
                    SELECT (SELECT min(lane) FROM inbox WHERE state = 'waiting' AND lane > line.lane) FROM line WHERE lane IS NOT NULL
                )
                SELECT update_id, inbox.lane, raw, attempts FROM line CROSS JOIN inbox
                    ON update_id = (SELECT min(update_id) FROM inbox WHERE state = 'waiting' AND lane = line.lane)
                WHERE line.lane NOT IN ({",".join("?" * len(taken))}) AND (not_before IS NULL OR not_before <= ?)
                ORDER BY update_id LIMIT ?""",  # noqa: S608 - question marks only
            (*taken, stamp(self._now), most),
        )
        return [Update(row["update_id"], row["lane"], row["raw"], row["attempts"]) for row in rows]

    def done(self, update_id: int) -> bool:
        """Note that an update has been handled; False where it was already, so that its effect must not happen again."""
        changed = self._db.execute(
            "UPDATE inbox SET state = 'done', done_at = ?, error = NULL WHERE update_id = ? AND state != 'done'",
            (stamp(self._now), update_id),
        )
        return changed.rowcount == 1

    def failed(self, update_id: int, error: str) -> bool:
        """Note that handling an update failed, to try again later; return whether it is given up and now among the dead letters."""
        attempts = int(self._db.execute("SELECT attempts + 1 FROM inbox WHERE update_id = ?", (update_id,)).fetchone()[0])
        dead = attempts >= ATTEMPTS
        again = stamp(self._now + timedelta(seconds=_PAUSES[min(attempts, len(_PAUSES)) - 1]))
        self._db.execute(
            "UPDATE inbox SET state = ?, attempts = ?, not_before = ?, error = ? WHERE update_id = ?",
            ("dead" if dead else "waiting", attempts, again, whole(error), update_id),
        )
        return dead

    def bury(self, update_id: int, error: str) -> None:
        """Put an update that can't be understood among the dead letters at once."""
        self._db.execute(
            "UPDATE inbox SET state = 'dead', attempts = attempts + 1, error = ? WHERE update_id = ?", (whole(error), update_id)
        )

    def retry(self) -> int:
        """Put the dead letters back in line; return how many."""
        changed = self._db.execute("UPDATE inbox SET state = 'waiting', attempts = 0, not_before = NULL WHERE state = 'dead'")
        return changed.rowcount

    def counts(self) -> dict[str, int]:
        """Return how many updates wait and how many are dead letters."""
        row = self._db.execute(
            """SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting') AS waiting,
                   (SELECT count(*) FROM inbox WHERE state = 'dead') AS dead"""
        ).fetchone()
        return dict(row)

    def dead(self, most: int = 20) -> list[tuple[int, str, str]]:
        """Return the dead letters, the oldest first: number, when it came, and why it failed."""
        rows = self._db.execute("SELECT update_id, came_at, error FROM inbox WHERE state = 'dead' ORDER BY update_id LIMIT ?", (most,))
        return [(row[0], row[1], row[2] or "") for row in rows]

    def forget(self, before: datetime) -> int:
        """Erase handled updates from before a time: what they said stands in the cases. Return how many."""
        return self._db.execute("DELETE FROM inbox WHERE state = 'done' AND done_at < ?", (stamp(before),)).rowcount
