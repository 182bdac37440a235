"""The network beside the linear model: small convolutions over a text's units and what they mean; sees order and distance. No I/O."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calmdesk.reading.cues import Hit
from calmdesk.reading.features import Run, cue_name
from calmdesk.reading.meanings import Meant

Floats = NDArray[np.float32]

WIDTH = 3
"""So many neighbouring units are seen at once by a layer."""
LONGEST = 160
"""Of a longer text its beginning and its end are seen, together so many units."""
UNKNOWN = 1
"""The row of a unit that training didn't see often enough; row 0 is no unit."""
CALM = 4.0
"""Added to a text's length before sums are divided by its square root, so that short texts don't speak too loudly."""


def shortened(cut: Sequence[Run]) -> Sequence[Run]:
    """Return the units of a text that the network sees."""
    half = LONGEST // 2
    return cut if len(cut) <= LONGEST else [*cut[:half], *cut[-half:]]


def marks(cut: Sequence[Run], meant: Iterable[Meant], hits: Iterable[Hit]) -> Iterator[tuple[int, str]]:
    """Yield what is known of each unit beside its spelling: (its number, a class of meaning or a label whose cue fired there)."""
    starts = [start for _, start, _ in cut]
    named = [(start, end, f"^{name}") for start, end, classes in meant for name in classes]
    named += [(hit.start, hit.end, cue_name(hit)) for hit in hits]
    for start, end, name in named:
        for number in range(bisect_left(starts, start), bisect_left(starts, end)):
            yield number, name


@dataclass(frozen=True, repr=False)
class Network:
    """Vectors for units and marks, layers over neighbours, and what the strongest and the summed answers of each layer speak for."""

    units: Mapping[str, int]
    marks: Mapping[str, int]
    unit_vectors: Floats
    mark_vectors: Floats
    layers: tuple[tuple[Floats, Floats], ...]
    """Of each the weights (neighbours' vectors, answers) and the bias."""
    out: Floats
    """From the answers to the classifier's outputs."""
    bias: Floats

    def logits(self, cut: Sequence[Run], meant: Iterable[Meant], hits: Iterable[Hit]) -> Floats:
        """Return the network's opinion on each of the classifier's outputs."""
        seen = shortened(cut)
        count = len(seen)
        if not count:
            return self.bias
        vectors = self.unit_vectors[[self.units.get(name, UNKNOWN) for name, _, _ in seen]]
        placed = [(number, row) for number, name in marks(seen, meant, hits) if (row := self.marks.get(name)) is not None]
        if placed:
            numbers, rows = np.array(placed).T
            stands = np.zeros((count, len(placed)), dtype=np.float32)
            stands[numbers, np.arange(len(placed))] = 1
            vectors += stands @ self.mark_vectors[rows]
        length = np.sqrt(np.float32(count + CALM))
        answers = []
        for weights, bias in self.layers:
            before, own, after = weights.reshape(WIDTH, -1, len(bias))
            seen_by = vectors @ own + bias
            seen_by[1:] += vectors[:-1] @ before
            seen_by[:-1] += vectors[1:] @ after
            vectors = np.maximum(seen_by, 0)
            answers += [vectors.max(axis=0), vectors.sum(axis=0) / length]
        return np.asarray(np.concatenate(answers) @ self.out + self.bias, dtype=np.float32)
