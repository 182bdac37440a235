"""Meanings: words that say the same, in whatever language, as one class. No I/O at call time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from calmdesk.text.fold import fold
from calmdesk.text.phrases import Phrases


class Meant(NamedTuple):
    """A word of known meaning in a folded text."""

    start: int
    end: int
    classes: tuple[str, ...]
    """Such as "broken"; a word may have several meanings."""


class Meanings:
    """Finds words of known meaning; of several that could stand at a place, the longest does."""

    def __init__(self, words: Mapping[str, Iterable[str]]) -> None:
        """Take the *words* of each class."""
        self.classes = tuple(words)
        found: dict[str, list[str]] = {}
        for name, listed in words.items():
            for word in listed:
                found.setdefault(fold(word).text, []).append(name)
        self._classes = {word: tuple(names) for word, names in found.items()}
        self._phrases = Phrases(self._classes)

    def find(self, text: str) -> list[Meant]:
        """Return the words of known meaning in the folded *text*, in order."""
        classes = self._classes
        return [Meant(start, end, classes[word]) for word, start, end in self._phrases.find(text)]


@cache
def shipped_meanings() -> Meanings:
    """Return the packaged classes, read once."""
    lines = (files("calmdesk") / "data" / "meanings.txt").read_text("utf-8").splitlines()
    named = (line.partition(": ") for line in lines if line and not line.startswith("#"))
    return Meanings({name: words.split(", ") for name, _, words in named})
