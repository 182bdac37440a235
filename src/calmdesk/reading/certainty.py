"""Certainty: of which dimensions a reading isn't sure. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

SURE = 0.5
"""A dimension whose labels are right with less than this chance is unsure."""


def chance_of_several(likely: Mapping[str, float], claimed: Sequence[str]) -> float:
    """Return how likely exactly the labels *claimed* are true, each label taken by itself."""
    chance = 1.0
    for label, probability in likely.items():
        chance *= probability if label in claimed else 1 - probability
    return chance


def chance_of_one(likely: Mapping[str, float], claimed: str) -> float:
    """Return how likely the label *claimed* is the true one of those of which one is."""
    total = sum(likely.values())
    return likely.get(claimed, 0.0) / total if total else 0.0


def unsure_of(scores: Mapping[str, Mapping[str, float]], types: Sequence[str], nature: str, intensity: int) -> tuple[str, ...]:
    """Return which of types, nature and intensity are more likely wrong than right.

    Manner isn't among them: where nothing is certain of it, nothing is claimed.
    """
    chances = {
        "types": chance_of_several(scores["types"], types),
        "nature": chance_of_one(scores["nature"], nature),
        "intensity": chance_of_one(scores["intensity"], str(intensity)),
    }
    return tuple(dimension for dimension, chance in chances.items() if chance < SURE)
