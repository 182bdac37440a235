"""Measures of agreement between two readings of the same messages. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a label was claimed and how often it was right."""

    hit: int
    claimed: int
    true: int

    @property
    def precision(self) -> float:
        """Return the share of claims that were right; 0 where none was made."""
        return self.hit / self.claimed if self.claimed else 0.0

    @property
    def recall(self) -> float:
        """Return the share of true labels that were claimed."""
        return self.hit / self.true if self.true else 0.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        return 2 * self.hit / (self.claimed + self.true) if self.claimed + self.true else 0.0

    def __add__(self, other: Tally) -> Tally:
        """Return both tallies together."""
        return Tally(self.hit + other.hit, self.claimed + other.claimed, self.true + other.true)


def kappa(gold: Sequence[int], read: Sequence[int], steps: int) -> float:
    """Return Cohen's kappa with quadratic weights for two gradings on 0 to *steps* - 1; 1 where both are the same throughout."""
    count = len(gold)
    seen = [[0] * steps for _ in range(steps)]
    for one, other in zip(gold, read, strict=True):
        seen[one][other] += 1
    rows = [sum(row) for row in seen]
    columns = [sum(row[column] for row in seen) for column in range(steps)]
    apart = sum((one - other) ** 2 * seen[one][other] for one in range(steps) for other in range(steps))
    by_chance = sum((one - other) ** 2 * rows[one] * columns[other] for one in range(steps) for other in range(steps))
    return 1.0 if not by_chance else 1 - apart * count / by_chance
