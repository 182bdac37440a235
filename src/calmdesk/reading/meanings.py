"""Meanings: words and expressions that say the same, in whatever language, as one class. No I/O at call time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from calmdesk.reading.keys import Bools, Keys, KeyTable, Places, Units, key_of, run_keys, word_keys
from calmdesk.text.fold import fold

LONGEST = 8
"""A word or expression has at most so many units."""
_MOST_CLASSES = 3


class Said(NamedTuple):
    """Words, or expressions, of known meaning in joined texts, in order, none overlapping."""

    starts: Places
    ends: Places
    classes: Places
    """For each the numbers of its classes, counted from 1, such as that of "broken"; 0 is none."""


class Meant(NamedTuple):
    """What in joined texts has a known meaning. Expressions ("stuck in customs") are looked for beside the words that they are made of."""

    words: Said
    expressions: Said


@dataclass(frozen=True, eq=False, repr=False)
class Meanings:
    """The classes and what belongs to them."""

    classes: tuple[str, ...]
    table: KeyTable
    """Of all words and expressions, by their units."""
    of_row: NDArray[np.int16]
    """The numbers of each one's classes."""
    is_expression: Bools
    """What is both a word and an expression is a word."""

    @classmethod
    def of(cls, words: Mapping[str, Iterable[str]], expressions: Mapping[str, Iterable[str]]) -> Self:
        """Return the meanings of the folded *words* and *expressions* of each class; a Latin word may have an s behind it."""
        found: dict[str, list[int]] = {}
        for number, listed in enumerate([*words.values(), *expressions.values()], 1):
            for word in listed:
                found.setdefault(word, []).append(number)
        for word in list(found):
            if word[-1].isascii() and word[-1].isalpha():
                found.setdefault(word + "s", found[word])
        keys, first = np.unique(word_keys(list(found), LONGEST), return_index=True)
        first = first[keys != 0]
        numbers = list(found.values())
        of_row = np.zeros((len(first), _MOST_CLASSES), dtype=np.int16)
        for row, place in enumerate(first.tolist()):
            some = numbers[place][:_MOST_CLASSES]
            of_row[row, : len(some)] = some
        return cls((*words, *expressions), KeyTable(keys[keys != 0]), of_row, of_row[:, 0] > len(words))

    def find(self, units: Units) -> Meant:
        """Return what of known meaning stands in joined texts; of several words that could stand at a place the longest does."""
        runs = run_keys(units.spelt, LONGEST)
        rows, known = self.table.find(np.concatenate(runs))
        sizes = np.arange(1, len(runs) + 1).repeat([len(run) for run in runs])[known]
        places = np.concatenate([np.arange(len(run)) for run in runs])[known]
        inside = units.keys[places] != 0  # what stands between two texts leaves no mark in a run's key where the run begins with it
        rows, sizes, places = rows[inside], sizes[inside], places[inside]
        expression = self.is_expression[rows]
        return Meant(*(self._said(units, rows[kind], places[kind], sizes[kind]) for kind in (~expression, expression)))

    def _said(self, units: Units, rows: Places, places: Places, sizes: Places) -> Said:
        """Return the words that stand, from left to right the longest at its place, of all that could."""
        taken: list[int] = []
        behind = -1
        order = np.lexsort((-sizes, places))
        for number, place, size in zip(order.tolist(), places[order].tolist(), sizes[order].tolist(), strict=True):
            if place >= behind:
                taken.append(number)
                behind = place + size
        chosen = np.array(taken, dtype=np.intp)
        first = places[chosen]
        return Said(units.starts[first], units.ends[first + sizes[chosen] - 1], self.of_row[rows[chosen]].astype(np.intp))

    @cached_property
    def class_keys(self) -> Keys:
        """The keys of the classes by their numbers; 0 is none."""
        return np.array([0, *(key_of(f"^{name}") for name in self.classes)], dtype=np.uint64)


@cache
def shipped_meanings() -> Meanings:
    """Return the packaged classes, as training takes them; reading goes by what the weights' file has of them."""
    return Meanings.of(*(_listed(name) for name in ("meanings.txt", "expressions.txt")))


def _listed(name: str) -> dict[str, list[str]]:
    lines = (files("calmdesk") / "data" / name).read_text("utf-8").splitlines()
    named = (line.partition(": ") for line in lines if line and not line.startswith("#"))
    return {name: [fold(word).text for word in words.split(", ")] for name, _, words in named}
