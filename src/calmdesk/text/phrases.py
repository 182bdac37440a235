"""Phrases: many fixed words looked for at once. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ahocorasick_rs import AhoCorasick, MatchKind

from calmdesk.text.fold import fold


class Phrases:
    """Finds words in folded texts; where several could stand, the first and then the longest does.

    A Latin word stands only by itself, or with an s behind it.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = list(dict.fromkeys(folded for word in words if (folded := fold(word).text)))
        self._automaton = AhoCorasick(self._words, matchkind=MatchKind.LeftmostLongest)

    def find(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yield (word, start, end) of each that stands in the folded *text*, in order."""
        for number, start, end in self._automaton.find_matches_as_indexes(text):
            word = self._words[number]
            if word[0].isascii() and word[0].isalpha() and _letter(text[start - 1 : start]):
                continue
            if word[-1].isascii() and word[-1].isalpha() and _letter(text[end : end + 1]):
                if text[end] == "s" and not _letter(text[end + 1 : end + 2]):
                    yield word, start, end + 1
                continue
            yield word, start, end


def _letter(sign: str) -> bool:
    return sign.isascii() and sign.isalpha()
