"""Keys: texts cut into units, and the numbers that units, runs of them and names are known by. No I/O.

A run's key is worked out from the keys of its units, so an array of signs gives an array of keys and nothing is spelt or looked up to find
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import shake_128
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Places = NDArray[np.intp]
Bools = NDArray[np.bool_]
Codes = NDArray[np.uint32]

BETWEEN = "\0"
"""Stands before, between and behind texts; folding leaves none inside."""
_NUMBER = np.uint64(ord("#"))
_LETTERS = 63
"""A word's letters behind so many count alike."""

FACTORS: Keys = np.frombuffer(shake_128(b"calmdesk").digest(80 * 8), dtype="<u8").astype(np.uint64) | np.uint64(1)
"""Odd numbers without a pattern; what is multiplied by different ones and added up is hardly ever the same."""
_OF_UNIT, _OF_RUN, _OF_NAME = FACTORS[[0, 1, 5]]
_IN_WORD = np.concatenate([np.ones(1, dtype=np.uint64), FACTORS[16 : 16 + _LETTERS]])
"""By its place in a word a letter counts differently; by the first it is itself, so that a word of one letter is that sign."""


class Units(NamedTuple):
    """Texts cut into Latin words, numbers and single other signs, in order; a key of 0 stands between two texts."""

    keys: Keys
    """Numbers are all alike: which one it is says nothing about the kind of complaint."""
    spelt: Keys
    """The same with each number as it is: 12315 is a hotline."""
    starts: Places
    ends: Places


def joined(texts: Sequence[str]) -> Codes:
    """Return the signs' codes of folded *texts*, one behind the other."""
    return np.frombuffer((BETWEEN + BETWEEN.join(texts) + BETWEEN).encode("utf-32-le"), dtype=np.uint32)


def cut(codes: Codes) -> Units:
    """Return joined texts cut into units."""
    letter, digit = letters(codes), (codes >= ord("0")) & (codes <= ord("9"))
    inner = codes[1:-1]
    letter[1:-1] |= (inner == ord("'")) & letter[:-2] & letter[2:]
    digit[1:-1] |= ((inner == ord(".")) | (inner == ord(","))) & digit[:-2] & digit[2:]
    goes_on = np.zeros(len(codes), dtype=bool)
    goes_on[1:] = (letter[1:] & letter[:-1]) | (digit[1:] & digit[:-1])
    edges = (~goes_on).nonzero()[0]
    begins = (codes[edges] > ord(" ")) | (codes[edges] == 0)
    starts, ends = edges[begins], np.concatenate([edges[1:], [len(codes)]])[begins]
    spelt = codes[starts].astype(np.uint64)
    if goes_on.any():
        within = np.arange(len(codes)) - np.maximum.accumulate(np.where(goes_on, 0, np.arange(len(codes))))
        long = ends - starts > 1
        spelt[long] = np.add.reduceat(codes * _IN_WORD[np.minimum(within, _LETTERS)], edges)[begins][long]
    return Units(np.where(digit[starts], _NUMBER, spelt), spelt, starts, ends)


def letters(codes: Codes) -> Bools:
    """Say which signs are plain small letters."""
    return (codes >= ord("a")) & (codes <= ord("z"))


def run_keys(units: Keys, longest: int) -> list[Keys]:
    """Return the keys of the runs of one to *longest* units that begin at each of *units*, shorter ones first."""
    single = units * _OF_UNIT
    found = [single]
    for size in range(2, min(longest, len(units)) + 1):
        found.append(found[-1][:-1] * _OF_RUN + single[size - 1 :])
    return found


def word_keys(words: Sequence[str], longest: int) -> Keys:
    """Return the keys of folded *words* as runs of units with numbers as spelt; 0 for one of more than *longest* units."""
    units = cut(joined(words))
    runs = run_keys(units.spelt, longest)
    edges = np.flatnonzero(units.keys == 0)
    counts = np.diff(edges) - 1
    keys = np.zeros(len(words), dtype=np.uint64)
    for size, run in enumerate(runs, 1):
        of_size = counts == size
        keys[of_size] = run[edges[:-1][of_size] + 1]
    return keys


@cache
def key_of(name: str) -> int:
    """Return the key of a feature that has a name: of a whole text, of a clause, or of a class of meaning."""
    return (crc32(name.encode()) + 1) * int(_OF_NAME) % 2**64


@dataclass(frozen=True, eq=False, repr=False)
class KeyTable:
    """Keys in order, each once; its row is its place."""

    keys: Keys

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.keys)

    def find(self, keys: Keys) -> tuple[Places, Bools]:
        """Return which of *keys* are in the table, and the rows of those.

        Keys are spread evenly, so that their first bits tell nearly where they stand.
        """
        begins, shift = self._begins
        bucket = (keys >> shift).astype(np.intp)
        rows, behind = begins[bucket], begins[bucket + 1]
        known = np.zeros(len(keys), dtype=bool)
        left = (rows < behind).nonzero()[0]
        while len(left):
            hit = self.keys[rows[left]] == keys[left]
            known[left[hit]] = True
            left = left[~hit]
            rows[left] += 1
            left = left[rows[left] < behind[left]]
        return rows[known].astype(np.intp), known

    @cached_property
    def _begins(self) -> tuple[NDArray[np.int32], np.uint64]:
        """For each beginning of a key the row of the first key that has it; and by how many bits a key is longer than a beginning."""
        bits = max(1, len(self.keys).bit_length())
        shift = np.uint64(64 - bits)
        counts = np.bincount((self.keys >> shift).astype(np.intp), minlength=2**bits)
        return np.concatenate([np.zeros(1, dtype=np.int32), np.cumsum(counts, dtype=np.int32)]), shift
