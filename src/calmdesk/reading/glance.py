"""A glance: one message by itself, before the conversation is considered. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from calmdesk.reading.classifier import Scored
from calmdesk.reading.cues import Hit
from calmdesk.reading.goods import Goods
from calmdesk.reading.reading import Facts
from calmdesk.text.fold import Folded


@dataclass(frozen=True, slots=True)
class Glance:
    """What one message says by itself."""

    folded: Folded
    lang: str
    hits: tuple[Hit, ...]
    scored: Scored
    probabilities: Mapping[str, float]
    """For each output of the weights, and each label that only has cues."""
    intensity: int
    types: tuple[str, ...]
    nature: str
    strongly: Set[str]
    """The labels that a strong cue speaks for."""
    signals: tuple[str, ...]
    demands: tuple[str, ...]
    facts: Facts
    goods: Goods | None
