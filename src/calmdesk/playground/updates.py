"""Updates on their way to the bot: kept until it says that it has them, or until they are too old."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from calmdesk.playground.clock import Clock
from calmdesk.playground.errors import Json, conflict
from calmdesk.playground.numbers import Numbers

DAY = 86400.0
LIFETIMES = {"inline_query": 30.0, "chosen_inline_result": 600.0, "callback_query": 150.0}
"""How long Telegram keeps an update that nobody fetches, in seconds; a day where nothing is said."""
ONLY_WHEN_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass
class Pending:
    """An update that the bot hasn't acknowledged."""

    id: int
    kind: str
    body: Json
    lane: object
    """Updates of one lane reach a webhook one after the other."""
    expires: float
    deliveries: int = 1
    """How often it has to be acknowledged; more than once is a fault."""

    def as_json(self) -> Json:
        """Return the `Update` object."""
        return {"update_id": self.id, **self.body}


class Mailbox:
    """The queue of updates, and who may take from it."""

    def __init__(self, clock: Clock, first_id: int = 700_000_001) -> None:
        self.allowed: frozenset[str] | None = None
        """None stands for Telegram's usual ones."""
        self.webhook_set = False
        self.sent: list[Json] = []
        """Every update that was ever made, for tests that look at them."""
        self._clock = clock
        self.ids = Numbers(first_id)
        self._queue: list[Pending] = []
        self._arrived = asyncio.Event()
        self._poller: asyncio.Future[None] | None = None
        self._twice = 0
        self._held: list[Pending] = []
        self._hold = 0

    def __len__(self) -> int:
        """Return how many updates wait."""
        return len(self._queue) + len(self._held)

    def push(self, kind: str, payload: Json, lane: object) -> None:
        """Queue an update, unless the bot doesn't want this kind."""
        if (kind in ONLY_WHEN_ASKED) if self.allowed is None else (kind not in self.allowed):
            return
        self._queue_up(kind, {kind: payload}, lane)

    def push_raw(self, body: Json) -> None:
        """Queue an update of any shape: what a library can't parse comes this way."""
        self._queue_up("", body, "raw")

    def _queue_up(self, kind: str, body: Json, lane: object) -> None:
        update = Pending(next(self.ids), kind, body, lane, self._clock.now() + LIFETIMES.get(kind, DAY))
        self.sent.append(update.as_json())
        if self._twice:
            self._twice -= 1
            update.deliveries = 2
        if self._hold:
            self._held.append(update)
            if len(self._held) < self._hold:
                return
            self._queue.extend(reversed(self._held))
            self._held, self._hold = [], 0
        else:
            self._queue.append(update)
        self._wake()

    def deliver_twice(self, updates: int = 1) -> None:
        """Let each of the next updates come once more after it was acknowledged."""
        self._twice = updates

    def reverse(self, updates: int = 2) -> None:
        """Hold the next updates back until all are there, then give them out in the wrong order."""
        self._hold = updates

    def _wake(self) -> None:
        self._arrived.set()
        self._arrived = asyncio.Event()

    def arrival(self) -> Coroutine[Any, Any, object]:
        """Return what waits for the next update from now on, however late the waiting itself begins."""
        return self._arrived.wait()

    def waiting(self) -> list[Pending]:
        """Return what is still to be delivered, without what is too old."""
        now = self._clock.now()
        self._queue = [update for update in self._queue if update.expires > now]
        return list(self._queue)

    def bring_back(self, updates: Iterable[Pending]) -> None:
        """Take in what an earlier run couldn't deliver."""
        self._queue.extend(updates)
        self._wake()

    def acknowledge(self, done: Callable[[Pending], bool]) -> None:
        """Forget what the bot has, but for what has to come twice."""
        for update in [update for update in self._queue if done(update)]:
            update.deliveries -= 1
            if update.deliveries <= 0:
                self._queue.remove(update)

    def clear(self) -> None:
        """Forget all."""
        self._queue.clear()
        self._held.clear()

    async def take(self, offset: int | None, limit: int, seconds: float, allowed: Iterable[str] | None) -> list[Json]:
        """Answer getUpdates: acknowledge what lies below the offset, wait if nothing is there."""
        if self.webhook_set:
            raise conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
        if allowed is not None:
            self.allow(allowed)
        self._end_other_poll()
        if offset is not None and offset < 0:
            keep = {update.id for update in self._queue[offset:]}
            self.acknowledge(lambda update: update.id not in keep)
        elif offset:
            self.acknowledge(lambda update: update.id < offset)
        if not self.waiting() and seconds > 0:
            await self._wait(seconds)
        return [update.as_json() for update in self.waiting()[:limit]]

    def _end_other_poll(self) -> None:
        if self._poller and not self._poller.done():
            self._poller.set_exception(conflict("terminated by other getUpdates request; make sure that only one bot instance is running"))

    async def _wait(self, seconds: float) -> None:
        """Sleep until an update comes, the time is over, or another poller takes the place."""
        mine = self._poller = asyncio.get_running_loop().create_future()
        arrival = asyncio.create_task(self.arrival())
        try:
            await asyncio.wait({mine, arrival}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if mine.done():
                mine.result()
        finally:
            arrival.cancel()
            mine.cancel()

    def allow(self, kinds: Iterable[str]) -> None:
        """Take note of the kinds that the bot wants; an empty list stands for the usual ones."""
        self.allowed = frozenset(kinds) or None

    def close_polls(self) -> None:
        """End a poll that waits, since a webhook was set."""
        if self._poller and not self._poller.done():
            self._poller.set_exception(conflict("terminated by setWebhook request"))

    def let_go(self) -> None:
        """End a poll that waits with nothing, since the server stops."""
        if self._poller and not self._poller.done():
            self._poller.set_result(None)

    def by_lane(self, busy: set[object]) -> Iterator[Pending]:
        """Yield the first waiting update of each lane that isn't busy."""
        taken = set(busy)
        for update in self.waiting():
            if update.lane not in taken:
                taken.add(update.lane)
                yield update
