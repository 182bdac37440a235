"""Corrections: what agents said of a message holds at once for the same message and for very similar ones. No I/O."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from calmdesk.text.fold import fold

_ALIKE = 0.75
"""Two messages that share this part of their pairs of signs are very similar: another courier's name, one word more or less."""
_SHORTEST = 4
"""Signs; of a shorter message only the very same one counts."""


class Corrections:
    """What agents corrected, by the message's words; the newest goes before the older."""

    def __init__(self, corrected: Iterable[tuple[str, Mapping[str, Any]]] = ()) -> None:
        self._labels: list[Mapping[str, Any]] = []
        self._pairs: list[frozenset[str]] = []
        self._same: dict[str, int] = {}
        self._with: defaultdict[str, list[int]] = defaultdict(list)
        for text, labels in corrected:
            self.add(text, labels)

    def begin_anew(self, corrected: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Forget everything, and learn *corrected*."""
        for kept in (self._labels, self._pairs, self._same, self._with):
            kept.clear()
        for text, labels in corrected:
            self.add(text, labels)

    def add(self, text: str, labels: Mapping[str, Any]) -> None:
        """Learn what a message is, by dimension: types, intensity, risks, temperament."""
        bare = _bare(text)
        if not bare:
            return
        number = len(self._labels)
        pairs = _pairs(bare)
        self._labels.append({**self._labels[self._same[bare]], **labels} if bare in self._same else labels)
        self._pairs.append(pairs)
        self._same[bare] = number
        for pair in pairs:
            self._with[pair].append(number)

    def of(self, text: str) -> Mapping[str, Any]:
        """Return what is known of a message's labels from one like it; empty where there is none."""
        if not self._labels:
            return {}
        bare = _bare(text)
        if bare in self._same:
            return self._labels[self._same[bare]]
        if len(bare) < _SHORTEST:
            return {}
        pairs = _pairs(bare)
        shared = Counter(number for pair in pairs for number in self._with.get(pair, ()))
        alike = [
            (count / len(pairs | self._pairs[number]), number)
            for number, count in shared.items()
            if count / len(pairs | self._pairs[number]) >= _ALIKE
        ]
        return self._labels[max(alike)[1]] if alike else {}

    def __len__(self) -> int:
        """Return how many were learnt."""
        return len(self._labels)


def _bare(text: str) -> str:
    """Return a message's letters, figures and characters, whatever its script, case and signs."""
    return "".join(sign for sign in fold(text).text if sign.isalnum())


def _pairs(bare: str) -> frozenset[str]:
    return frozenset(bare[place : place + 2] for place in range(max(1, len(bare) - 1)))
