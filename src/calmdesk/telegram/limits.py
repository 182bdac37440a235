"""What may go when: Telegram's limits for bots, kept from this side so that it hardly ever has to say no.

A call counts from when it leaves until the stretch after its answer came is over. Telegram counts it somewhere in between,
so that its count is never above ours, however long calls are on their way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf

OVER_ALL = (30, 1.0)
"""At most so many in any stretch of so many seconds, in all chats together."""
PRIVATE = (3, 3.0)
"""In a private chat: one a second, three at once."""
GROUP = (20, 60.0)
"""In a group, all its topics together."""


@dataclass(slots=True)
class Window:
    """At most *most* calls in any stretch of *seconds*."""

    most: int
    seconds: float
    _ended: deque[float] = field(default_factory=deque)
    _under_way: int = 0

    def wait(self, now: float) -> float:
        """Return the seconds until one more may begin; infinite where that hangs on one that is under way."""
        self._drop(now)
        too_many = len(self._ended) + self._under_way - self.most
        if too_many < 0:
            return 0.0
        return self._ended[too_many] + self.seconds - now if too_many < len(self._ended) else inf

    def room(self, now: float) -> int:
        """Return how many more there is room for."""
        self._drop(now)
        return max(0, self.most - len(self._ended) - self._under_way)

    def begin(self) -> None:
        """Note that a call leaves."""
        self._under_way += 1

    def end(self, now: float) -> None:
        """Note that the answer of a call came, or won't come any more."""
        self._under_way -= 1
        self._ended.append(now)

    def empty(self, now: float) -> bool:
        """Say whether nothing counts any more."""
        self._drop(now)
        return not self._ended and not self._under_way

    def _drop(self, now: float) -> None:
        while self._ended and self._ended[0] + self.seconds <= now:
            self._ended.popleft()


class Limits:
    """The windows of all chats, and what Telegram asked to leave alone for a while.

    Times are seconds, of any one clock that never goes back.
    """

    def __init__(self) -> None:
        self._all = Window(*OVER_ALL)
        self._chats: dict[int, Window] = {}
        self._held: dict[int, float] = {}
        self._all_held = 0.0

    def remember(self, calls: Iterable[tuple[int, float]], now: float) -> None:
        """Count calls that were made earlier, given as chat and seconds since, the oldest first."""
        for chat_id, ago in calls:
            self.begin(chat_id)
            self.end(chat_id, now - ago)

    def wait(self, chat_id: int, now: float) -> float:
        """Return the seconds until a call to a chat may be made."""
        window = self._chats.get(chat_id)
        own = max(self._held.get(chat_id, 0.0) - now, window.wait(now) if window else 0.0)
        return max(own, self.wait_for_all(now), 0.0)

    def wait_for_all(self, now: float) -> float:
        """Return the seconds until any call may be made at all."""
        return max(self._all.wait(now), self.held(now))

    def room(self, now: float) -> int:
        """Return how many calls may be made at once, to different chats."""
        return 0 if self.held(now) else self._all.room(now)

    def held(self, now: float) -> float:
        """Return for how many seconds Telegram wants no call at all."""
        return max(self._all_held - now, 0.0)

    def full(self, now: float) -> dict[int, float]:
        """Return the chats that have to wait of their own, and how long; forget those of which nothing counts any more."""
        self._held = {chat_id: until for chat_id, until in self._held.items() if until > now}
        self._chats = {chat_id: window for chat_id, window in self._chats.items() if not window.empty(now)}
        waits = {chat_id: window.wait(now) for chat_id, window in self._chats.items()}
        for chat_id, until in self._held.items():
            waits[chat_id] = max(waits.get(chat_id, 0.0), until - now)
        return {chat_id: wait for chat_id, wait in waits.items() if wait > 0}

    def begin(self, chat_id: int) -> None:
        """Note that a call to a chat leaves."""
        self._all.begin()
        self._window(chat_id).begin()

    def end(self, chat_id: int, now: float) -> None:
        """Note that a call to a chat is over, whatever became of it."""
        self._all.end(now)
        self._window(chat_id).end(now)

    def hold(self, chat_id: int | None, until: float) -> None:
        """Leave a chat alone until a time; without a chat, all of them."""
        if chat_id is None:
            self._all_held = max(self._all_held, until)
        else:
            self._held[chat_id] = max(self._held.get(chat_id, 0.0), until)

    def _window(self, chat_id: int) -> Window:
        if chat_id not in self._chats:
            # Groups have negative numbers.
            self._chats[chat_id] = Window(*PRIVATE) if chat_id > 0 else Window(*GROUP)
        return self._chats[chat_id]
