"""How much a bot may send, and a record of what it tried to."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from calmdesk.playground.chats import Chat, Group
from calmdesk.playground.clock import Clock
from calmdesk.playground.errors import too_many_requests


@dataclass(frozen=True)
class Limits:
    """Telegram's limits for bots; the numbers can be changed to see what a desk does under others."""

    burst: int = 3
    """Messages that a private chat takes at once; after them one a second."""
    per_second: float = 1.0
    group_per_minute: int = 20
    all_per_second: int = 30
    edits_count: bool = False
    """Whether an edit counts like a message in a group."""


@dataclass(frozen=True)
class SendRecord:
    """A message that the bot sent or tried to send."""

    at: float
    chat: Chat
    method: str
    accepted: bool
    retry_after: int | None = None


class Gate:
    """Lets messages through at the rate that Telegram allows."""

    def __init__(self, clock: Clock, limits: Limits | None) -> None:
        self.limits = limits
        self.records: list[SendRecord] = []
        self._clock = clock
        self._buckets: dict[Chat, tuple[float, float]] = {}
        self._groups: dict[Chat, deque[float]] = {}
        self._all: deque[float] = deque()

    def admit(self, chat: Chat, method: str, count: int = 1, *, edit: bool = False) -> None:
        """Let messages through or refuse them all; either is recorded."""
        now = self._clock.now()
        if edit and not (self.limits and self.limits.edits_count):
            return
        wait = self._wait(chat, count, now) if self.limits else 0.0
        if wait > 0:
            retry_after = max(1, math.ceil(wait))
            self.records += [SendRecord(now, chat, method, accepted=False, retry_after=retry_after)] * count
            raise too_many_requests(retry_after)
        self.records += [SendRecord(now, chat, method, accepted=True)] * count
        self._all.extend([now] * count)
        if isinstance(chat, Group):
            self._groups.setdefault(chat, deque()).extend([now] * count)
        elif self.limits:
            level, _ = self._bucket(chat, now)
            self._buckets[chat] = (level - count, now)

    def _bucket(self, chat: Chat, now: float) -> tuple[float, float]:
        """Return how many messages a private chat takes now."""
        if self.limits is None:
            return math.inf, now
        level, then = self._buckets.get(chat, (float(self.limits.burst), now))
        return min(self.limits.burst, level + max(now - then, 0) * self.limits.per_second), now

    def _wait(self, chat: Chat, count: int, now: float) -> float:
        """Return the seconds until these messages would be let through."""
        if self.limits is None:
            return 0
        waits = [_window_wait(self._all, self.limits.all_per_second, 1.0, now, count)]
        if isinstance(chat, Group):
            waits.append(_window_wait(self._groups.setdefault(chat, deque()), self.limits.group_per_minute, 60.0, now, count))
        else:
            # An album passes when there is room for one message, as in Telegram, and is paid for afterwards.
            level, _ = self._bucket(chat, now)
            waits.append((1 - level) / self.limits.per_second if level < 1 - 1e-9 else 0)
        return max(waits)

    def sent_to(self, chat: Chat) -> list[SendRecord]:
        """Return the accepted messages to a chat."""
        return [record for record in self.records if record.chat is chat and record.accepted]

    def refused(self, chat: Chat | None = None) -> list[SendRecord]:
        """Return the refused messages, to one chat or to all."""
        return [record for record in self.records if not record.accepted and (chat is None or record.chat is chat)]

    def busiest(self, chat: Chat | None = None, seconds: float = 60.0) -> int:
        """Return the largest number of accepted messages in any stretch of time."""
        return _largest((record.at for record in self.records if record.accepted and (chat is None or record.chat is chat)), seconds)


def _window_wait(times: deque[float], most: int, seconds: float, now: float, count: int) -> float:
    while times and times[0] <= now - seconds:
        times.popleft()
    free = most - len(times)
    if count <= free or not times:
        return 0
    return times[min(count - free, len(times)) - 1] + seconds - now


def _largest(times: Iterable[float], seconds: float) -> int:
    ordered = sorted(times)
    return max((bisect_left(ordered, at + seconds) - index for index, at in enumerate(ordered)), default=0)
