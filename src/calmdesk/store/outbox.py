"""The outbox: what is to be sent is a row first, written with what caused it; a sender takes it from there."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from calmdesk.store.rows import Post
from calmdesk.store.times import as_json, moment, stamp

_POST = "id, chat_id, customer_id, case_id, message_id, kind, content, urgency, attempts, made_at"
_LINES = "outbox INDEXED BY outbox_open WHERE state IN ('waiting', 'sending')"
"""What stands in line, read by its index: left to itself SQLite takes another one here and there."""
REPEATABLE = frozenset({"card", "retire", "topic", "toast", "results"})
"""Kinds that may be done again when nobody knows whether they were done: they set a state, or nobody minds."""
_ASIDE = frozenset({"card", "retire", "topic"})
"""Kinds that say nothing new, and so don't part words that can be shown together."""

STUCK_AFTER = timedelta(minutes=2)
"""What has waited for so long isn't just waiting for its turn."""


class Outbox:
    """The posts of one transaction's view."""

    def __init__(self, db: sqlite3.Connection, now: datetime) -> None:
        self._db = db
        self._now = now

    def put(
        self, kind: str, chat_id: int, content: Mapping[str, Any], *,
        customer_id: int = 0, case_id: int | None = None, message_id: int | None = None, urgency: int = 0, wait: float = 0.0,
    ) -> int:  # fmt: skip
        """Note something to be sent, not before *wait* seconds have passed; return its number.

        A card that still waits is not noted twice: it shows the newest when it goes.
        """
        row = self._db.execute(
            """INSERT INTO outbox (kind, chat_id, content, customer_id, case_id, message_id, urgency, made_at, not_before)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT DO UPDATE SET urgency = max(urgency, excluded.urgency) RETURNING id""",
            (
                kind, chat_id, as_json(content), customer_id, case_id, message_id, urgency, stamp(self._now),
                stamp(self._now + timedelta(seconds=wait)) if wait else None,
            ),
        ).fetchone()  # fmt: skip
        return int(row[0])

    def ready(self, busy: Collection[int], most: int = 50) -> list[Post]:
        """Return what could go now to chats that aren't *busy*, the most urgent first, and among equals the newest case.

        Within a customer's line the order holds; only cards and topics' names, which show a state, overtake and are overtaken.
        """
        # A storm leaves thousands waiting: from line to line, the index is asked for the next; the posts behind the first aren't looked at.
        rows = self._db.execute(
            f"""WITH RECURSIVE line (chat_id, customer_id, id) AS (
                    SELECT * FROM (SELECT chat_id, customer_id, id FROM {_LINES} ORDER BY chat_id, customer_id, id LIMIT 1)
                    UNION ALL
                    SELECT o.chat_id, o.customer_id, o.id FROM line JOIN outbox AS o ON o.id = coalesce(
                        (SELECT id FROM {_LINES} AND chat_id = line.chat_id AND customer_id > line.customer_id
                         ORDER BY customer_id, id LIMIT 1),
                        (SELECT id FROM {_LINES} AND chat_id > line.chat_id ORDER BY chat_id, customer_id, id LIMIT 1))
                ), able (id) AS (
                    SELECT (SELECT id FROM {_LINES} AND chat_id = line.chat_id AND customer_id = line.customer_id
                            AND kind NOT IN ('card', 'toast', 'results') ORDER BY id LIMIT 1)
                        FROM line
                    UNION ALL
                    SELECT id FROM outbox AS card INDEXED BY outbox_one_card WHERE state = 'waiting' AND kind = 'card' AND NOT EXISTS (
                        SELECT 1 FROM {_LINES} AND chat_id = card.chat_id AND customer_id = card.customer_id AND id < card.id
                        AND kind = 'topic')
                    UNION ALL
                    SELECT id FROM outbox INDEXED BY outbox_at_once WHERE state = 'waiting' AND kind IN ('toast', 'results')
                )
                SELECT {_POST} FROM able CROSS JOIN outbox USING (id)
                WHERE state = 'waiting' AND (not_before IS NULL OR not_before <= ?) AND chat_id NOT IN ({",".join("?" * len(busy))})
                ORDER BY urgency DESC, id LIMIT ?""",  # noqa: S608 - names and question marks only
            (stamp(self._now), *busy, most),
        )
        return [_post(row) for row in rows]

    def following(self, post: Post, kind: str) -> list[Post]:
        """Return the waiting posts of *kind* that stand right behind *post* for the same customer in the same chat."""
        rows = self._db.execute(
            f"SELECT {_POST} FROM {_LINES} AND state = 'waiting' AND chat_id = ? AND customer_id = ? AND id > ? ORDER BY id",  # noqa: S608
            (post.chat_id, post.customer_id, post.id),
        )
        behind: list[Post] = []
        for row in rows:
            if row["kind"] == kind:
                behind.append(_post(row))
            elif row["kind"] not in _ASIDE:
                break
        return behind

    def first_in_line(self, chat_id: int, customer_id: int) -> Post | None:
        """Return the post that is next for a customer in a chat, but for those that only bring up to date what is there."""
        aside = ", ".join(f"'{kind}'" for kind in sorted(_ASIDE))
        row = self._db.execute(
            f"SELECT {_POST} FROM {_LINES} AND chat_id = ? AND customer_id = ? AND kind NOT IN ({aside}) ORDER BY id LIMIT 1",  # noqa: S608
            (chat_id, customer_id),
        ).fetchone()
        return None if row is None else _post(row)

    def words_wait(self, chat_id: int, case_id: int, behind: int = 0) -> bool:
        """Say whether words of the customer's in a case wait to be shown in a chat, behind a post."""
        row = self._db.execute(
            """SELECT 1 FROM outbox JOIN messages ON messages.id = outbox.message_id
               WHERE outbox.case_id = ? AND chat_id = ? AND outbox.id > ? AND state = 'waiting' AND outbox.kind IN ('mirror', 'file')
                   AND role = 'customer' LIMIT 1""",
            (case_id, chat_id, behind),
        ).fetchone()
        return row is not None

    def hurry(self, chat_id: int, customer_id: int, urgency: int) -> None:
        """Make all that waits for a customer in a chat at least so urgent: what has grown urgent mustn't wait behind what wasn't."""
        self._db.execute(
            """UPDATE outbox INDEXED BY outbox_open SET urgency = ?
               WHERE state IN ('waiting', 'sending') AND state = 'waiting' AND chat_id = ? AND customer_id = ? AND kind != 'topic'
                   AND urgency < ?""",
            (urgency, chat_id, customer_id, urgency),
        )

    def sending(self, ids: Collection[int]) -> None:
        """Note that posts are on their way: if the house dies now, nobody knows whether they arrived."""
        self._db.executemany("UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id = ?", [(one,) for one in ids])

    def sent(self, ids: Collection[int], sent_as: int | None) -> None:
        """Note that posts went out, and under which number Telegram keeps them."""
        self._db.executemany(
            "UPDATE outbox SET state = 'sent', sent_at = ?, sent_as = ?, error = NULL WHERE id = ?",
            [(stamp(self._now), sent_as, one) for one in ids],
        )

    def later(self, ids: Collection[int], seconds: float, error: str) -> None:
        """Put posts back in line, not to be tried before *seconds* have passed."""
        again = stamp(self._now + timedelta(seconds=seconds))
        self._db.executemany(
            "UPDATE OR IGNORE outbox SET state = 'waiting', not_before = ?, error = ? WHERE id = ? AND state = 'sending'",
            [(again, error, one) for one in ids],
        )
        # What is still "sending" is a card of which a newer one waits already.
        self._db.executemany("UPDATE outbox SET state = 'dropped' WHERE id = ? AND state = 'sending'", [(one,) for one in ids])

    def at_once(self, chat_id: int) -> None:
        """Let what was put off for a chat go now: what stood in its way is gone."""
        self._db.execute("UPDATE outbox SET not_before = NULL WHERE state = 'waiting' AND chat_id = ?", (chat_id,))

    def whispers_at_once(self, customer_id: int) -> None:
        """Let what was put off for a word to the staff about a customer go now: the topic that it leads to is there."""
        self._db.execute(
            "UPDATE outbox SET not_before = NULL WHERE state = 'waiting' AND customer_id = ? AND kind = 'whisper'", (customer_id,)
        )

    def end(self, ids: Collection[int], state: str, error: str) -> None:
        """Note that posts will not go: "failed", "dropped", or "unknown" where nobody knows whether they went."""
        self._db.executemany("UPDATE outbox SET state = ?, error = ? WHERE id = ?", [(state, error, one) for one in ids])

    def interrupted(self) -> list[Post]:
        """Return the posts that were on their way when the house died."""
        return [_post(row) for row in self._db.execute(f"SELECT {_POST} FROM outbox WHERE state = 'sending' ORDER BY id")]  # noqa: S608

    def sent_since(self, since: datetime) -> list[tuple[int, datetime]]:
        """Return chat and time of what was sent since a time: what Telegram's limits still count."""
        rows = self._db.execute(
            "SELECT chat_id, sent_at FROM outbox INDEXED BY outbox_sent WHERE state = 'sent' AND sent_at >= ? ORDER BY sent_at",
            (stamp(since),),
        )
        return [(row[0], moment(row[1])) for row in rows]

    def next_at(self) -> datetime | None:
        """Return when the first post that was put off may be tried; None where none was."""
        (kept,) = self._db.execute(
            "SELECT min(not_before) FROM outbox INDEXED BY outbox_put_off WHERE state = 'waiting' AND not_before > ?", (stamp(self._now),)
        ).fetchone()
        return None if kept is None else moment(kept)

    def again(self, message_id: int) -> bool:
        """Put what carried a message to its customer in line once more, as it was; False where nothing did."""
        row = self._db.execute(
            """INSERT INTO outbox (kind, chat_id, content, customer_id, case_id, message_id, urgency, made_at)
               SELECT kind, chat_id, content, customer_id, case_id, message_id, urgency, ? FROM outbox
               WHERE message_id = ? AND kind IN ('say', 'copy') ORDER BY id DESC LIMIT 1 RETURNING id""",
            (stamp(self._now), message_id),
        ).fetchone()
        return row is not None

    def state_of(self, message_id: int) -> tuple[str, str] | None:
        """Return state and error of the last post that carried a message to its customer."""
        row = self._db.execute(
            "SELECT state, error FROM outbox WHERE message_id = ? AND kind IN ('say', 'copy') ORDER BY id DESC LIMIT 1", (message_id,)
        ).fetchone()
        return None if row is None else (row[0], row[1] or "")

    def counts(self) -> dict[str, int]:
        """Return how many posts wait, failed, or went with unknown outcome."""
        rows = self._db.execute(
            "SELECT state, count(*) FROM outbox WHERE state IN ('waiting', 'sending', 'failed', 'unknown') GROUP BY state"
        )
        return {"waiting": 0, "sending": 0, "failed": 0, "unknown": 0} | {row[0]: row[1] for row in rows}

    def stuck(self, before: datetime) -> list[str]:
        """Return why posts wait that were made before a time, each reason once; "" for those without one."""
        rows = self._db.execute(
            """SELECT DISTINCT coalesce(error, '') FROM outbox
               WHERE state IN ('waiting', 'sending') AND state = 'waiting' AND made_at < ?""",
            (stamp(before),),
        )
        return [row[0] for row in rows]

    def oldest_waiting(self) -> datetime | None:
        """Return when the post that has waited longest was made."""
        (kept,) = self._db.execute("SELECT min(made_at) FROM outbox WHERE state = 'waiting'").fetchone()
        return None if kept is None else moment(kept)

    def forget(self, before: datetime) -> int:
        """Erase finished posts from before a time. Return how many."""
        return self._db.execute(
            "DELETE FROM outbox WHERE state IN ('sent', 'dropped', 'failed', 'unknown') AND made_at < ?", (stamp(before),)
        ).rowcount


def _post(row: sqlite3.Row) -> Post:
    return Post(
        row["id"], row["chat_id"], row["customer_id"], row["case_id"], row["message_id"], row["kind"], json.loads(row["content"]),
        row["urgency"], row["attempts"], moment(row["made_at"]),
    )  # fmt: skip
