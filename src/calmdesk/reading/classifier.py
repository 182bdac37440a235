"""The trained part of reading: linear over runs of signs and cues, so that every score can be traced to the words behind it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from calmdesk.reading.cues import Hit
from calmdesk.reading.features import cue_features, manner, runs

Floats = NDArray[np.float32]

VERSION = 1
"""Of the weights' file; another one is refused."""
HIGHEST = 4
"""The highest intensity."""


class WeightsError(ValueError):
    """A weights' file that can't be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One text's scores, with what is needed to explain them."""

    logits: Floats
    rows: NDArray[np.intp]
    """The rows, in the weights, of the runs that the classifier knows."""
    starts: NDArray[np.intp]
    """Where each run first starts in the folded text."""
    ends: NDArray[np.intp]
    norm: float

    @property
    def known(self) -> int:
        """Return how many different runs of the text the classifier knows: how much it has to go by."""
        return len(self.rows)


@dataclass(frozen=True, repr=False)
class Classifier:
    """Weights for each output, such as "types.logistics" or "intensity>2"."""

    outputs: tuple[str, ...]
    vocabulary: Mapping[str, int]
    weights: Floats
    """A row for each feature, a column for each output; the features' own weight is folded in."""
    squares: Floats
    """For each feature the square of its own weight: the share in a text's length (0 for what isn't a run)."""
    bias: Floats
    steady: float
    """Added to the squares in a text's length, so that two runs by themselves don't weigh as much as a hundred."""
    thresholds: Mapping[str, float]
    """From which probability on a label is claimed."""
    cuts: tuple[float, ...]
    """The expected intensity, 0 to 4, from which on the next higher step is claimed."""
    trained_on: Mapping[str, Any]
    """What the training saw: file names, counts."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the classifier kept in *path*; raise WeightsError for a file of another version."""
        with np.load(path) as stored:
            about = json.loads(bytes(stored["about"]).decode())
            if about.get("version") != VERSION:
                raise WeightsError(f"{path}: weights of version {about.get('version')}, wanted {VERSION}; run `calmdesk train`")
            words = bytes(stored["vocabulary"]).decode().split("\n")
            return cls(
                outputs=tuple(about["outputs"]),
                vocabulary={word: row for row, word in enumerate(words)},
                weights=_opened(stored["weights"], stored["scale"]),
                squares=stored["squares"].astype(np.float32),
                bias=stored["bias"],
                steady=float(about.get("steady", 0.0)),
                thresholds=about["thresholds"],
                cuts=tuple(about["cuts"]),
                trained_on=about["trained_on"],
            )

    def save(self, path: Path) -> None:
        """Write the weights to *path*, each in 8 bits."""
        about = {
            "version": VERSION, "outputs": self.outputs, "thresholds": dict(self.thresholds), "cuts": self.cuts,
            "steady": self.steady, "trained_on": dict(self.trained_on),
        }  # fmt: skip
        packed, scale = _closed(self.weights)
        np.savez(
            path,
            about=np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), dtype=np.uint8),
            vocabulary=np.frombuffer("\n".join(self.vocabulary).encode(), dtype=np.uint8),
            weights=packed,
            scale=scale,
            squares=self.squares.astype(np.float16),
            bias=self.bias.astype(np.float32),
        )

    def score(self, text: str, hits: Iterable[Hit]) -> Scored:
        """Score the folded *text*, in which the cues *hits* fired."""
        known: dict[int, tuple[int, int]] = {}
        find = self.vocabulary.get
        for name, start, end in runs(text):
            row = find(name)
            if row is not None and row not in known:
                known[row] = (start, end)
        places = np.fromiter(known, dtype=np.intp, count=len(known))
        spans = np.array(list(known.values()), dtype=np.intp).reshape(-1, 2)
        norm = self._length(places)
        whole = [row for name in (*manner(text), *cue_features(hits)) if (row := find(name)) is not None]
        logits = self.bias + self.weights[places].sum(axis=0) / norm + self.weights[whole].sum(axis=0)
        return Scored(logits, places, spans[:, 0], spans[:, 1], norm)

    def part(self, scored: Scored, start: int, end: int, columns: Sequence[int] | slice = slice(None)) -> Floats:
        """Return the logits, of the outputs *columns*, of the stretch `start:end` of a scored text: what its runs say by themselves."""
        rows = scored.rows[(scored.starts >= start) & (scored.ends <= end)]
        return np.asarray((self.bias + self.weights[rows].sum(axis=0) / self._length(rows))[columns], dtype=np.float32)

    def _length(self, rows: NDArray[np.intp]) -> float:
        """Return the length of a text that has the runs *rows*."""
        return math.sqrt(float(self.squares[rows].sum()) + self.steady) or 1.0

    def column(self, output: str) -> int | None:
        """Return the column of an output, None for a label that the weights don't know yet."""
        return self._columns.get(output)

    def __post_init__(self) -> None:
        """Index the outputs."""
        object.__setattr__(self, "_columns", {output: number for number, output in enumerate(self.outputs)})

    _columns = {}  # type: ignore[var-annotated]  # noqa: RUF012 - set for each instance above

    def strongest(self, scored: Scored, output: str, most: int = 2) -> list[tuple[int, int]]:
        """Return the stretches of the folded text that speak most for *output*, at most *most*, none overlapping."""
        column = self.column(output)
        if column is None or not len(scored.rows):
            return []
        shares = self.weights[scored.rows, column]
        spans: list[tuple[int, int]] = []
        for place in np.argsort(-shares, kind="stable")[: 4 * most]:
            first, last = int(scored.starts[place]), int(scored.ends[place])
            if shares[place] <= 0 or len(spans) == most:
                break
            if all(last <= start or first >= end for start, end in spans):
                spans.append((first, last))
        return spans or [(int(scored.starts[0]), int(scored.ends[0]))]


def _closed(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return *weights* in 8 bits and each column's largest: by their square roots, since most weights are small and all of them add up."""
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9).astype(np.float32)
    return np.asarray(np.round(np.sign(weights) * np.sqrt(np.abs(weights) / scale) * 127), dtype=np.int8), scale


def _opened(packed: NDArray[np.int8], scale: Floats) -> Floats:
    roots = packed.astype(np.float32) / 127
    return np.asarray(roots * np.abs(roots) * scale, dtype=np.float32)


def probability(logits: Floats) -> Floats:
    """Return the logistic function of each of *logits*."""
    return np.asarray(1 / (1 + np.exp(np.minimum(np.maximum(-logits, -30), 30))), dtype=np.float32)
