"""The linear model: every score is a sum over stretches of the text, so that it can be traced to the words behind it. No I/O."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calmdesk.reading.features import Run

Floats = NDArray[np.float32]

_ROOTS = np.concatenate([np.arange(128), np.arange(-128, 0)]).astype(np.float32) / 127
OPENED: Floats = (_ROOTS * np.abs(_ROOTS)).astype(np.float32)
"""What each 8-bit weight is, as a share of the largest; negative ones are looked up from the end."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One text's opinions, with what is needed to explain them."""

    logits: Floats
    rows: NDArray[np.intp]
    """The rows, in the weights, of the runs that the model knows, each as often as it stands in the text."""
    starts: NDArray[np.intp]
    """Where in the folded text."""
    ends: NDArray[np.intp]
    known: int
    """How many different runs of the text the model knows: how much it has to go by."""


@dataclass(frozen=True, repr=False)
class Linear:
    """A row of weights for each feature, a column for each output; the features' own weight is folded in."""

    vocabulary: Mapping[str, int]
    weights: NDArray[np.int8]
    """In 8 bits: opened only where a text needs them, so that what is looked up lies close together."""
    scale: Floats
    """What each column's largest weight is worth."""
    squares: Floats
    """For each feature the square of its own weight: the share in a text's length (0 for what isn't a run)."""
    bias: Floats
    steady: float
    """Added to the squares in a text's length, so that two runs by themselves don't weigh as much as a hundred."""

    def weigh(self, runs: Iterable[Run], whole: Iterable[str]) -> Weighed:
        """Weigh a text by its *runs* and by the features of the *whole*."""
        find = self.vocabulary.get
        found = [(row, start, end) for name, start, end in runs if (row := find(name)) is not None]
        spans = np.array(found, dtype=np.intp).reshape(-1, 3)
        different = list(dict.fromkeys(row for row, _, _ in found))
        rest = [row for name in whole if (row := find(name)) is not None]
        weight = self._opened(different).sum(axis=0) / self._length(different) + self._opened(rest).sum(axis=0)
        return Weighed(self.bias + weight * self.scale, spans[:, 0], spans[:, 1], spans[:, 2], len(different))

    def part(self, weighed: Weighed, start: int, end: int, whole: Iterable[str], column: int) -> float:
        """Return the logit, in one *column*, of the stretch `start:end` of a weighed text with the features *whole* of its own."""
        rows = np.unique(weighed.rows[(weighed.starts >= start) & (weighed.ends <= end)])
        rest = [row for name in whole if (row := self.vocabulary.get(name)) is not None]
        weight = self._opened(rows, column).sum() / self._length(rows) + self._opened(rest, column).sum()
        return float(self.bias[column] + weight * self.scale[column])

    def _opened(self, rows: Sequence[int] | NDArray[np.intp], columns: int | slice = slice(None)) -> Floats:
        """Return the weights of *rows*, of which 1 is the column's largest."""
        return OPENED[self.weights[rows, columns]]

    def _length(self, rows: Sequence[int] | NDArray[np.intp]) -> float:
        """Return the length of a text that has the runs *rows*."""
        return math.sqrt(float(self.squares[rows].sum()) + self.steady) or 1.0

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


def closed(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return *weights* in 8 bits and each column's largest: by their square roots, since most weights are small and all of them add up."""
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9).astype(np.float32)
    return np.asarray(np.round(np.sign(weights) * np.sqrt(np.abs(weights) / scale) * 127), dtype=np.int8), scale


def opened(packed: NDArray[np.int8], scale: Floats) -> Floats:
    """Return what *closed* packed."""
    return np.asarray(OPENED[packed] * scale, dtype=np.float32)
