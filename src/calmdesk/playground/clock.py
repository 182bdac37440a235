"""The world's time, which a test can move."""

from __future__ import annotations

import time


class Clock:
    """The time of day, as the machine has it."""

    def now(self) -> float:
        """Return the seconds since 1970."""
        return time.time()


class MovableClock(Clock):
    """A clock that starts where a test wants it, runs at any speed, and can be moved.

    Only dates and limits follow it. Waiting (a long poll, a slow answer) takes real time.
    """

    def __init__(self, start: float | None = None, *, speed: float = 1.0) -> None:
        self._start = time.time() if start is None else start
        self._speed = speed
        self._born = time.monotonic()

    def now(self) -> float:
        """Return the seconds since 1970 as this clock shows them."""
        return self._start + (time.monotonic() - self._born) * self._speed

    def advance(self, seconds: float) -> None:
        """Move the clock; negative seconds move it back, as a machine's clock may jump."""
        self._start += seconds
