"""Meanings: words that say the same, in whatever language, as one class. No I/O at call time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from ahocorasick_rs import AhoCorasick, MatchKind
from numpy.typing import NDArray

from calmdesk.text.fold import fold


class Meant(NamedTuple):
    """Words of known meaning in a folded text, in order."""

    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    classes: NDArray[np.intp]
    """For each word the numbers of its classes, counted from 1, such as that of "broken"; 0 is none."""


class Meanings:
    """Finds words of known meaning; of several that could stand at a place, the first and then the longest does.

    A Latin word stands only by itself, or with an s behind it.
    """

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        """Take the *words* of each class."""
        self.classes = tuple(words)
        found: dict[str, list[int]] = {}
        for number, listed in enumerate(words.values(), 1):
            for word in listed:
                if folded := fold(word).text:
                    found.setdefault(folded, []).append(number)
        self._classes = np.zeros((len(found) + 1, max(map(len, found.values()), default=1)), dtype=np.intp)
        for row, numbers in enumerate(found.values()):
            self._classes[row, : len(numbers)] = numbers
        self._begins_latin = np.array([_latin(word[0]) for word in found], dtype=bool)
        self._ends_latin = np.array([_latin(word[-1]) for word in found], dtype=bool)
        self._automaton = AhoCorasick(list(found), matchkind=MatchKind.LeftmostLongest)

    def find(self, text: str, codes: NDArray[np.uint32]) -> Meant:
        """Return the words of known meaning in the folded *text*, whose signs have the *codes*; no letter is its first or last."""
        rows, starts, ends = np.array(self._automaton.find_matches_as_indexes(text), dtype=np.intp).reshape(-1, 3).T
        letter = (codes >= ord("a")) & (codes <= ord("z"))
        runs_on = self._ends_latin[rows] & letter[ends]
        plural = runs_on & (codes[ends] == ord("s")) & ~letter[np.minimum(ends + 1, len(codes) - 1)]
        apart = ~(self._begins_latin[rows] & letter[starts - 1]) & (plural | ~runs_on)
        return Meant(starts[apart], (ends + plural)[apart], self._classes[rows[apart]])


def _latin(sign: str) -> bool:
    return sign.isascii() and sign.isalpha()


@cache
def shipped_meanings() -> Meanings:
    """Return the packaged classes, read once."""
    lines = (files("calmdesk") / "data" / "meanings.txt").read_text("utf-8").splitlines()
    named = (line.partition(": ") for line in lines if line and not line.startswith("#"))
    return Meanings({name: words.split(", ") for name, _, words in named})
