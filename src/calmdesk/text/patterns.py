"""Patterns: many regular expressions at once, each tried only where a word stands that it can't do without. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from re import _constants, _parser  # type: ignore[attr-defined]  # the only way to see a pattern's parts
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

_MOST_SIGNS = 20
"""A class of more signs than these tells too little."""


class Sieve:
    """Compiled patterns, in an order of their own, and the words by which it is told which of them may match."""

    def __init__(self, patterns: Iterable[re.Pattern[str]]) -> None:
        self.patterns = list(patterns)
        by_word: dict[str, list[int]] = {}
        self._always: list[int] = []
        for number, pattern in enumerate(self.patterns):
            words = needed(pattern)
            for word in words:
                by_word.setdefault(word, []).append(number)
            if not words:
                self._always.append(number)
        self._words = AhoCorasick(list(by_word), matchkind=MatchKind.Standard)
        self._of_word = list(by_word.values())

    def likely(self, text: str) -> list[int]:
        """Return the numbers of the patterns that may match in *text*, in order; the others don't."""
        found = set(self._always)
        for which, _, _ in self._words.find_matches_as_indexes(text, overlapping=True):
            found.update(self._of_word[which])
        return sorted(found)


def needed(pattern: re.Pattern[str]) -> frozenset[str]:
    """Return words of which at least one stands wherever *pattern* matches; none where there is no telling."""
    if pattern.flags & re.IGNORECASE:
        return frozenset()
    return frozenset(_best(_needs(_parser.parse(pattern.pattern, pattern.flags))))


def _needs(parts: Sequence[tuple[Any, Any]]) -> Iterator[tuple[str, ...]]:
    """Yield, for each part of a parsed pattern that has to stand there, all that it may read."""
    run = ""
    for operation, argument in parts:
        if operation is _constants.LITERAL:
            run += chr(argument)
            continue
        if run:
            yield (run,)
            run = ""
        if operation is _constants.SUBPATTERN and not argument[1] & re.IGNORECASE:
            yield from _needs(argument[-1])
        elif operation is _constants.ATOMIC_GROUP:
            yield from _needs(argument)
        elif operation in _REPEATS and argument[0]:
            yield from _needs(argument[2])
        elif operation is _constants.IN and (signs := _signs(argument)):
            yield signs
        elif operation is _constants.BRANCH:
            ways = [_best(_needs(way)) for way in argument[1]]
            if all(ways):
                yield tuple(word for way in ways for word in way)
    if run:
        yield (run,)


_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)


def _signs(members: Sequence[tuple[Any, Any]]) -> tuple[str, ...]:
    """Return the signs of a class of a few, nothing for another one."""
    if len(members) > _MOST_SIGNS or any(operation is not _constants.LITERAL for operation, _ in members):
        return ()
    return tuple(chr(argument) for _, argument in members)


def _best(choices: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the words whose finding tells most: long ones tell more, many cost more."""
    return max(choices, key=lambda words: min(map(len, words)) - len(words) / 100, default=())
