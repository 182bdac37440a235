"""The sender: takes what the outbox holds to Telegram, within its limits, one call at a time per chat and several chats side by side."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from math import inf

from calmdesk.desk.calls import Call, Outcome, Results, Toast
from calmdesk.desk.posting import Prepared
from calmdesk.store.rows import Post
from calmdesk.store.store import Books, Store
from calmdesk.telegram.desklike import DeskLike
from calmdesk.telegram.limits import GROUP, Limits

_LOG = logging.getLogger(__name__)

SIDE_BY_SIDE = 16
"""So many chats are written to at the same time."""
NO_CHAT = 0
"""The chat of posts that go to none: answers to taps and searches. They never wait for others."""
PATIENCE = 5.0
"""Seconds that calls under way get to end when the sender stops."""
_LOOKS = 100
"""So many posts are prepared in one transaction at most."""
_IDLE = 5.0
_SHORTEST = 0.01
"""Seconds between two looks into the outbox, at most and at least, where nobody wakes the sender."""
_LONGEST_WAIT = 60.0


class Sender:
    """Sends for one bot. `wake` it when there may be something new in the outbox."""

    def __init__(self, store: Store, desk: DeskLike, perform: Callable[[Call], Awaitable[Outcome]], *, pace: float = 1.0) -> None:
        self._store = store
        self._desk = desk
        self._perform = perform
        self._pace = pace
        """How many seconds of the limits pass in one; tests hurry."""
        self._limits = Limits()
        self._woken = asyncio.Event()
        self._stopping = False
        self._busy: set[int] = set()
        self._under_way: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look into the outbox at once."""
        self._woken.set()

    async def run(self) -> None:
        """Send until stopped; then wait a little for the calls under way. One that doesn't end is looked into at the next start."""
        await self._store.write(self._start)
        while not self._stopping:
            self._woken.clear()
            try:
                pause = await self._send_what_may_go()
            except sqlite3.Error:
                _LOG.exception("The outbox can't be read; trying again")
                pause = _IDLE
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), max(_SHORTEST, min(pause, _IDLE) / self._pace))
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=PATIENCE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def stop(self) -> None:
        """Begin no call any more."""
        self._stopping = True
        self.wake()

    def _now(self) -> float:
        return time.monotonic() * self._pace

    def _start(self, books: Books) -> None:
        """Take up where the last run ended: what it sent still counts for the limits."""
        sent = books.outbox.sent_since(books.now - timedelta(seconds=GROUP[1]))
        calls = [(chat_id, max(0.0, (books.now - at).total_seconds())) for chat_id, at in sent]
        calls += [(post.chat_id, 0.0) for post in books.outbox.interrupted()]
        self._limits.remember([call for call in calls if call[0] != NO_CHAT], self._now())
        self._desk.recover(books)

    async def _send_what_may_go(self) -> float:
        """Begin every call that may go now; return the seconds until the next may."""
        now = self._now()
        if held := self._limits.held(now):
            return held
        full = self._limits.full(now)
        room = min(SIDE_BY_SIDE - len(self._busy), self._limits.room(now))
        taken, due = await self._store.write(lambda books: (self._take(books, {*full, *self._busy}, room), _due(books)))
        for prepared in taken:
            self._begin(prepared)
        waits = [*full.values(), self._limits.wait_for_all(self._now()), due]
        return min((wait for wait in waits if 0 < wait < inf), default=_IDLE)

    def _take(self, books: Books, busy: set[int], room: int) -> list[Prepared]:
        """Prepare the most urgent posts, one for each chat, and note that they are on their way."""
        taken: list[Prepared] = []
        looked = 0
        while looked < _LOOKS:
            posts = [post for post in books.outbox.ready(busy) if room > 0 or post.chat_id == NO_CHAT]
            if not posts:
                break
            for post in posts:
                if post.chat_id in busy or (room <= 0 and post.chat_id != NO_CHAT):
                    continue
                looked += 1
                prepared = self._prepared(books, post)
                if prepared is None:
                    continue
                taken.append(prepared)
                if post.chat_id != NO_CHAT:
                    busy.add(post.chat_id)
                    room -= 1
        return taken

    def _prepared(self, books: Books, post: Post) -> Prepared | None:
        """Have the desk prepare a post. One that it can't prepare has failed, and undoes nothing of the others'."""
        books.db.execute("SAVEPOINT post")
        try:
            prepared = self._desk.prepare(books, post)
            if prepared is None:
                books.outbox.end([post.id], "dropped", "")
            else:
                books.outbox.sending([one.id for one in prepared.posts])
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not keep everything else from being sent
            _LOG.error("Post %d (%s) can't be prepared", post.id, post.kind, exc_info=error)
            books.db.execute("ROLLBACK TO post")
            books.outbox.end([post.id], "failed", f"{type(error).__name__}: {error}")
            prepared = None
        books.db.execute("RELEASE post")
        return prepared

    def _begin(self, prepared: Prepared) -> None:
        chat_id = prepared.post.chat_id
        if chat_id != NO_CHAT:
            self._busy.add(chat_id)
        task = asyncio.create_task(self._deliver(prepared, chat_id), name=f"post {prepared.post.id}")
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _LOG.critical("A fault in the sender: %s stays as it is until the next start", task.get_name(), exc_info=error)

    async def _deliver(self, prepared: Prepared, chat_id: int) -> None:
        """Make a call and note what became of it; only then the next for its chat may go."""
        try:
            outcome = await self._made(prepared, chat_id)
            while not await self._settled(prepared, outcome):
                await asyncio.sleep(_IDLE)
        finally:
            self._busy.discard(chat_id)
            self.wake()

    async def _made(self, prepared: Prepared, chat_id: int) -> Outcome:
        """Make a call, with what it means for the limits."""
        counts = not isinstance(prepared.call, Toast | Results)
        if counts:
            self._limits.begin(chat_id)
        try:
            outcome = await self._outcome(prepared)
        finally:
            if counts:
                self._limits.end(chat_id, self._now())
        if outcome.trouble == "later":
            outcome = replace(outcome, wait=outcome.wait or min(_LONGEST_WAIT, 2.0**prepared.post.attempts))
            self._limits.hold(chat_id if counts else None, self._now() + outcome.wait)
        return outcome

    async def _outcome(self, prepared: Prepared) -> Outcome:
        post = prepared.post
        try:
            outcome = await self._perform(prepared.call)
        except Exception as error:  # noqa: BLE001 - an answer that the library couldn't read, say: the call may have been made
            _LOG.error("Post %d (%s) ended in an error; whether it was sent isn't known", post.id, post.kind, exc_info=error)
            return Outcome(done=False, trouble="unknown", reason=f"{type(error).__name__}: {error}")
        if outcome.trouble not in {"", "same"}:
            _LOG.warning("Post %d (%s) to %d: %s: %s", post.id, post.kind, post.chat_id, outcome.trouble, outcome.reason)
        return outcome

    async def _settled(self, prepared: Prepared, outcome: Outcome) -> bool:
        try:
            await self._store.write(lambda books: self._settle(books, prepared, outcome))
        except sqlite3.Error:  # a full disk, say; until it can be noted, nothing else goes to this chat
            _LOG.exception("What became of post %d (%s) can't be written down; trying again", prepared.post.id, prepared.post.kind)
            return False
        return True

    def _settle(self, books: Books, prepared: Prepared, outcome: Outcome) -> None:
        """Have the desk note what became of a call; where it can't, note at least that."""
        books.db.execute("SAVEPOINT settling")
        try:
            self._desk.settle(books, prepared, outcome)
        except Exception as error:  # noqa: BLE001 - it was sent or wasn't, and that much has to be noted
            _LOG.error("What became of post %d (%s) can't be noted by the desk", prepared.post.id, prepared.post.kind, exc_info=error)
            books.db.execute("ROLLBACK TO settling")
            _note(books, [post.id for post in prepared.posts], outcome)
        books.db.execute("RELEASE settling")


def _note(books: Books, ids: list[int], outcome: Outcome) -> None:
    if outcome.done or outcome.trouble == "same":
        books.outbox.sent(ids, outcome.number)
    elif outcome.trouble == "later":
        books.outbox.later(ids, outcome.wait, outcome.reason)
    else:
        books.outbox.end(ids, "unknown" if outcome.trouble == "unknown" else "failed", outcome.reason)


def _due(books: Books) -> float:
    """Return the seconds until the first post that was put off may be tried."""
    at = books.outbox.next_at()
    return inf if at is None else max(0.05, (at - books.now).total_seconds())
