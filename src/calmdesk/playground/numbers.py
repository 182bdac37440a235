"""Numbers that are given out one after the other, and never twice."""

from __future__ import annotations

from collections.abc import Iterator


class Numbers(Iterator[int]):
    """A count that can be moved on."""

    def __init__(self, first: int) -> None:
        self.next = first
        """The one that is given out next."""

    def __next__(self) -> int:
        """Give out the next number."""
        number, self.next = self.next, self.next + 1
        return number

    def skip_to(self, number: int) -> None:
        """Go on from a number; those before it were given out in an earlier run."""
        self.next = max(self.next, number)
