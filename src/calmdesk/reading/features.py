"""What the models look at, in many texts at once: runs of signs and words, parts of words, what words mean, and the cues that fired.

Every feature is a number, its key. That of a run is worked out from its signs, so nothing is spelt or looked up to find it, and an array
of signs gives an array of keys. For training and for use. No I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, Self

import numpy as np

from calmdesk.reading.cues import Cue, Hit
from calmdesk.reading.keys import FACTORS, Bools, Codes, Keys, Places, Units, cut, joined, key_of, letters, run_keys
from calmdesk.reading.meanings import Meanings, Meant, Said

_LONGEST_RUN = 4
_WORD_PARTS = (4, 5)
"""Lengths of the parts of Latin words, so that an unseen form is half known."""
_NEGATOR = "not"
"""The class of words that turn round what the next ones mean."""
_NEGATED = 3
"""So many words of known meaning behind a negator are turned round."""
_REACH = 4
"""Two meanings in a clause are seen together when they are at most so many words of known meaning apart."""
_OF_PAIR, _OF_TRIPLE, _OF_NEGATED = FACTORS[[2, 3, 4]]
_OF_PART = FACTORS[6:16]


class Runs(NamedTuple):
    """Features that stand somewhere: their keys, the numbers of their texts, and where in the joined texts."""

    keys: Keys
    of: Places
    starts: Places
    ends: Places


@dataclass(frozen=True, slots=True)
class Sight:
    """What the models see of some folded texts; places are those in all of them joined."""

    texts: Sequence[str]
    hits: Sequence[Sequence[Hit]]
    """The cues that fired, for each text."""
    codes: Codes
    of: Places
    """For each sign the number of its text."""
    offsets: Places
    """Where each text begins."""
    units: Units
    meant: Meant
    class_keys: Keys
    """Of each class of meaning by its number."""

    @classmethod
    def of_texts(cls, texts: Sequence[str], hits: Sequence[Sequence[Hit]], meanings: Meanings) -> Self:
        """Return what is seen of the folded *texts*, in which the cues *hits* fired."""
        codes = joined(texts)
        between = codes == 0
        units = cut(codes)
        return cls(
            texts=texts,
            hits=hits,
            codes=codes,
            of=between.cumsum() - 1,
            offsets=between.nonzero()[0][:-1] + 1,
            units=units,
            meant=meanings.find(units),
            class_keys=meanings.class_keys,
        )

    def runs(self) -> Runs:
        """Return the features that stand somewhere in the texts."""
        words, expressions = self.meant
        found = [
            *_runs(self.units, self.of),
            *_word_parts(self.codes, self.units),
            *_meaning_runs(self.codes, words, self.class_keys),
            *_kept(self.class_keys[expressions.classes], expressions.starts, expressions.ends),
        ]
        keys, starts, ends = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return Runs(keys, self.of[starts], starts, ends)

    def whole(self, number: int) -> Iterator[str]:
        """Yield the names of the features of a text as a whole."""
        yield from _manner(self.texts[number])
        yield from cue_features(self.hits[number])


_Found = tuple[Keys, Places, Places]


def _runs(units: Units, of: Places) -> Iterator[_Found]:
    """Yield the runs of one to four of a text's units."""
    keys, _, starts, ends = units
    text, inside = of[starts], keys != 0
    for before, run in enumerate(run_keys(keys, _LONGEST_RUN)):
        count = len(run)
        whole = (text[:count] == text[before:]) & inside[:count]
        yield run[whole], starts[:count][whole], ends[before:][whole]


def _word_parts(codes: Codes, units: Units) -> Iterator[_Found]:
    """Yield the parts of the longer Latin words."""
    words = ((units.ends - units.starts > _WORD_PARTS[0]) & letters(codes[units.starts])).nonzero()[0]
    if not len(words):
        return
    starts, ends = units.starts[words], units.ends[words]
    for size in _WORD_PARTS:
        counts = ends - starts - size + 1
        places = (starts - counts.cumsum() + counts).repeat(counts) + np.arange(counts.sum())
        keys = sum(codes[places + shift] * _OF_PART[shift] for shift in range(size))
        yield np.asarray(keys, dtype=np.uint64) * _OF_PART[size], places, places + size


def _meaning_runs(codes: Codes, said: Said, class_keys: Keys) -> Iterator[_Found]:
    """Yield what words mean: each meaning, negated or not, and those that stand near each other in a clause."""
    starts, ends, classes = said
    if not len(starts):
        return
    # A class of 0 is none; its key is 0, and so is that of whatever it is a part of.
    keys = class_keys[classes]
    clause = _CLAUSE_ENDS[np.minimum(codes, 127)].cumsum()[starts]
    turned = _turned((keys == key_of(f"^{_NEGATOR}")).any(axis=1), clause)
    yield from _kept(np.concatenate([keys, keys * (turned * _OF_NEGATED)[:, None]], axis=1), starts, ends)
    first = np.arange(len(starts)).repeat(_REACH + 1)
    second = (np.arange(len(starts))[:, None] + np.arange(_REACH + 1)).reshape(-1)
    near = ((clause[first] == clause.take(second, mode="clip")) & (second < len(starts))).nonzero()[0]
    first, second = first[near], second[near]
    pairs = _pair(keys[first][:, :, None], keys[second][:, None, :])
    # Of two meanings of one word each pair counts once.
    pairs[first == second] *= _ONE_BEHIND_THE_OTHER[: keys.shape[1], : keys.shape[1]]
    yield from _kept(pairs.reshape(len(first), keys.shape[1] ** 2), starts[first], ends[second])
    following = ((second == first + 1) & (clause.take(second + 1, mode="clip") == clause[first]) & (second + 1 < len(starts))).nonzero()[0]
    if len(following):
        two, third = pairs[following][:, :, :, None], keys[second[following] + 1][:, None, None, :]
        triples = np.where((two != 0) & (third != 0), two * _OF_TRIPLE + third, np.uint64(0))
        yield from _kept(triples.reshape(len(following), keys.shape[1] ** 3), starts[first[following]], ends[second[following] + 1])


_ONE_BEHIND_THE_OTHER = np.triu(np.ones((8, 8), dtype=np.uint64), 1)
_CLAUSE_ENDS = np.array([chr(code) in "\0\n.!?;,~" for code in range(128)])


def _turned(negates: Bools, clause: Places) -> Keys:
    """Return 1 for the words of which the meaning is turned round by one that *negates* before them, else 0."""
    numbers = np.arange(len(negates))
    last = np.maximum.accumulate(np.where(negates, numbers, -1))
    turned = (last >= 0) & ~negates & (numbers - last <= _NEGATED) & (clause[last] == clause)
    return np.asarray(turned, dtype=np.uint64)


def _pair(one: Keys, other: Keys) -> Keys:
    return np.asarray(np.where((one != 0) & (other != 0), one * _OF_PAIR + other, np.uint64(0)), dtype=np.uint64)


def _kept(keys: Keys, starts: Places, ends: Places) -> Iterator[_Found]:
    """Yield those *keys*, a row for each place, that are not 0."""
    rows, columns = keys.nonzero()
    yield keys[rows, columns], starts[rows], ends[rows]


def _manner(text: str) -> Iterator[str]:
    """Yield features of the whole: length, exclamation and question marks, how it ends."""
    length = len(text)
    yield f"=length{min(length.bit_length(), 9)}"
    for sign, name in (("!", "exclaims"), ("?", "asks"), ("~", "waves"), (".", "stops")):
        if count := text.count(sign):
            yield f"={name}{min(count, 4)}"
    if not text or text[-1] not in "!?.~,;":
        yield "=ends bare"


def cue_name(hit: Hit) -> str:
    """Return the feature of a cue that fired: its label, behind `+` strong, `~` weak or `!` negated."""
    return _cue_name(hit.cue, hit.negated)


@cache
def _cue_name(cue: Cue, negated: bool) -> str:
    return ("!" if negated else "+" if cue.strength == "strong" else "~") + cue.label


def cue_features(hits: Iterable[Hit]) -> Iterator[str]:
    """Yield one feature for each label that a cue speaks for, doubled where several fired."""
    first: dict[str, int] = {}
    several: set[str] = set()
    for hit in hits:
        name = cue_name(hit)
        if first.setdefault(name, hit.start) != hit.start:
            several.add(name)
    yield from first
    for name in several:
        yield name + "*"


def clause_features(text: str, start: int, end: int, hits: Iterable[Hit]) -> Iterator[str]:
    """Yield features of the clause `start:end` as a whole: the cues in it, its length, where it stands, how it ends."""
    for name in cue_features([hit for hit in hits if start <= hit.start < end]):
        yield "@" + name
    length = len(text[start:end].strip())
    yield f"@length{min(length.bit_length(), 7)}"
    yield f"@of{min(len(text).bit_length(), 9)}"
    if not text[:start].strip():
        yield "@first"
    if not text[end:].strip("!?.~,; "):
        yield "@last"
    if text[end : end + 1] in {"!", "?", "~"}:
        yield f"@ends {text[end]}"
