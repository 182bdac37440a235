"""The linear model: every score is a sum over stretches of the text, so that it can be traced to the words behind it. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from calmdesk.reading.features import Sight
from calmdesk.reading.keys import KeyTable, Places, key_of

Floats = NDArray[np.float32]

_ROOTS = np.concatenate([np.arange(128), np.arange(-128, 0)]).astype(np.float32) / 127
OPENED: Floats = (_ROOTS * np.abs(_ROOTS)).astype(np.float32)
"""What each 8-bit weight is, as a share of the largest; negative ones are looked up from the end."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What of one text the model knows, to explain an opinion by."""

    rows: Places
    """The rows, in the weights, of the runs that the model knows, in order, each as often as it stands in the text."""
    starts: Places
    """Where in the folded text."""
    ends: Places
    known: int
    """How many different runs of the text have a share in its length: how much the model has to go by."""


@dataclass(frozen=True, repr=False)
class Linear:
    """A row of weights for each feature, a column for each output; the features' own weight is folded in."""

    table: KeyTable
    """Of the features: each has its row."""
    weights: NDArray[np.int8]
    """In 8 bits: opened only where a text needs them, so that what is looked up lies close together."""
    scale: Floats
    """What each column's largest weight is worth."""
    squares: Floats
    """For each feature the square of its own weight: the share in a text's length (0 for what isn't a run)."""
    bias: Floats
    steady: float
    """Added to the squares in a text's length, so that two runs by themselves don't weigh as much as a hundred."""

    def weigh(self, sight: Sight) -> tuple[Floats, list[Weighed]]:
        """Weigh all texts of *sight*: a row of logits for each, and what they rest on."""
        keys, of, starts, ends = sight.runs()
        rows, known = self.table.find(keys)
        places = of[known] * len(self.table) + rows
        order = places.argsort(kind="stable")
        places, starts, ends = places[order], starts[known][order], ends[known][order]
        of, rows = places // len(self.table), places % len(self.table)
        edges = of.searchsorted(np.arange(len(sight.texts) + 1))
        once = _first_of_each(places).nonzero()[0]
        different, first = rows[once], once.searchsorted(edges)
        squares = self.squares[different]
        lengths = np.sqrt(_summed(squares, first) + np.float32(self.steady))
        weight = _summed(OPENED[self.weights[different]], first) / np.maximum(lengths, 1e-9)[:, None]
        for number in range(len(sight.texts)):
            weight[number] += self._named(sight.whole(number))
        shared = _summed((squares > 0).astype(np.float32), first).astype(int)
        bounds = zip(edges[:-1].tolist(), edges[1:].tolist(), sight.offsets.tolist(), shared.tolist(), strict=True)
        weighed = [
            Weighed(rows[left:right], starts[left:right] - offset, ends[left:right] - offset, count)
            for left, right, offset, count in bounds
        ]
        return np.asarray(self.bias + weight * self.scale, dtype=np.float32), weighed

    def _named(self, names: Iterable[str]) -> Floats:
        """Return the sum of the opened weights of features that have names."""
        rows = [row for name in names if (row := self._row_of[name]) is not None]
        return np.asarray(OPENED[self.weights[rows]].sum(axis=0), dtype=np.float32)

    @cached_property
    def _row_of(self) -> _Rows:
        return _Rows(self)

    @cached_property
    def _of_points(self) -> list[float]:
        """The opened weights in the last column."""
        found: list[float] = OPENED[self.weights[:, -1]].tolist()
        return found

    def pointed(self, weighed: Weighed, spans: Sequence[tuple[int, int]], whole: Iterable[Iterable[str]]) -> Floats:
        """Return the logits, in the last column, of clauses of a weighed text, each with the features *whole* of its own."""
        first = _first_of_each(weighed.rows)
        rows, numbers = weighed.rows[first], first.cumsum() - 1
        edges = np.array(spans, dtype=np.intp).reshape(-1, 2)
        clause, place = ((weighed.starts >= edges[:, :1]) & (weighed.ends <= edges[:, 1:])).nonzero()
        there = np.zeros((len(edges), len(rows)), dtype=np.float32)
        there[clause, numbers[place]] = 1
        weight = there @ OPENED[self.weights[rows, -1]] / np.sqrt(there @ self.squares[rows] + np.float32(self.steady))
        weight += [sum(self._of_points[row] for name in names if (row := self._row_of[name]) is not None) for names in whole]
        return np.asarray(self.bias[-1] + weight * self.scale[-1], dtype=np.float32)

    def strongest(self, weighed: Weighed, column: int, most: int = 2) -> list[tuple[int, int]]:
        """Return the stretches of the folded text that speak most for the output in *column*, at most *most*, none overlapping."""
        if not len(weighed.rows):
            return []
        shares = self.weights[weighed.rows, column].astype(np.int16)
        spans: list[tuple[int, int]] = []
        for place in np.argsort(-shares, kind="stable")[: 4 * most]:
            first, last = int(weighed.starts[place]), int(weighed.ends[place])
            if shares[place] <= 0 or len(spans) == most:
                break
            if all(last <= start or first >= end for start, end in spans):
                spans.append((first, last))
        return spans or [(int(weighed.starts[0]), int(weighed.ends[0]))]


class _Rows(dict[str, int | None]):
    """The rows of features that have names, None for one that the model doesn't know; looked up once, there are some hundreds."""

    def __init__(self, linear: Linear) -> None:
        self._linear = linear

    def __missing__(self, name: str) -> int | None:
        rows, known = self._linear.table.find(np.array([key_of(name)], dtype=np.uint64))
        row = self[name] = int(rows[0]) if known[0] else None
        return row


def _first_of_each(ordered: Places) -> NDArray[np.bool_]:
    """Say which of some numbers in order are the first of their kind."""
    return np.concatenate([np.ones(min(1, len(ordered)), dtype=bool), ordered[1:] != ordered[:-1]])


def _summed(values: Floats, first: Places) -> Floats:
    """Return the sums of the stretches of *values* that begin at each of *first*, the last of which is their end; 0 for an empty one."""
    sums = np.zeros((len(first) - 1, *values.shape[1:]), dtype=np.float32)
    filled = (first[1:] - first[:-1]).nonzero()[0]
    if len(filled):
        sums[filled] = np.add.reduceat(values, first[filled], axis=0)
    return sums


def closed(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return *weights* in 8 bits and each column's largest: by their square roots, since most weights are small and all of them add up."""
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9).astype(np.float32)
    return np.asarray(np.round(np.sign(weights) * np.sqrt(np.abs(weights) / scale) * 127), dtype=np.int8), scale


def opened(packed: NDArray[np.int8], scale: Floats) -> Floats:
    """Return what *closed* packed."""
    return np.asarray(OPENED[packed] * scale, dtype=np.float32)
