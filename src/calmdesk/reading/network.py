"""The network beside the linear model: small convolutions over a text's units and what they mean; sees order and distance. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calmdesk.reading.features import Keys, Places, Sight, cue_name
from calmdesk.reading.meanings import Meanings

Floats = NDArray[np.float32]

WIDTH = 3
"""So many neighbouring units are seen at once by a layer."""
LONGEST = 160
"""Of a longer text its beginning and its end are seen, together so many units."""
UNKNOWN = 1
"""The row of a unit that training didn't see often enough; row 0 is no unit."""
CALM = 4.0
"""Added to a text's length before sums are divided by its square root, so that short texts don't speak too loudly."""


class Seen(NamedTuple):
    """The units of some texts that the network sees, one of no unit before each text and behind the last, and what is known of them."""

    keys: Keys
    edges: Places
    """Where the units stand that are none."""
    marked: Places
    """The number of a unit …"""
    classes: Places
    """… and the number of a class that it means, in the texts' order …"""
    fired: Places
    """… or the number of a unit …"""
    names: list[str]
    """… and the feature of a cue that fired there."""


def seen(sight: Sight) -> Seen:
    """Return what the network sees of the texts of *sight*."""
    keys, starts, _ = sight.units
    edges = np.flatnonzero(keys == 0)
    if len(keys) > LONGEST and (np.diff(edges) - 1 > LONGEST).any():
        stays = _within(edges)
        keys, starts = keys[stays], starts[stays]
        edges = np.flatnonzero(keys == 0)
    words, numbers = _covered(sight.meant.starts, sight.meant.ends, starts)
    classes = sight.meant.classes[words]
    marked = np.repeat(numbers, np.count_nonzero(classes, axis=1))
    fired = [(hit, offset) for hits, offset in zip(sight.hits, sight.offsets.tolist(), strict=True) for hit in hits]
    spans = np.array([(hit.start + offset, hit.end + offset) for hit, offset in fired], dtype=np.intp).reshape(-1, 2)
    which, at = _covered(spans[:, 0], spans[:, 1], starts)
    return Seen(keys, edges, marked, classes[classes > 0], at, [cue_name(fired[number][0]) for number in which.tolist()])


def _within(edges: Places) -> NDArray[np.bool_]:
    """Say which units stay of texts of which some are too long."""
    stays = np.ones(edges[-1] + 1, dtype=bool)
    half = LONGEST // 2
    for before, behind in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if behind - before - 1 > LONGEST:
            stays[before + 1 + half : behind - half] = False
    return stays


def _covered(first: Places, last: Places, starts: Places) -> tuple[Places, Places]:
    """Return the units that begin in stretches from *first* to *last*: the number of the stretch and that of the unit."""
    left, right = np.searchsorted(starts, first), np.searchsorted(starts, last)
    counts = right - left
    which = np.repeat(np.arange(len(first)), counts)
    return which, np.arange(counts.sum()) + np.repeat(left - np.cumsum(counts) + counts, counts)


@dataclass(frozen=True, repr=False)
class Network:
    """Vectors for units and marks, layers over neighbours, and what the strongest and the summed answers of each layer speak for."""

    units: Keys
    """Of the units that have a vector of their own, in order; the first of them has row UNKNOWN + 1."""
    marks: Mapping[str, int]
    """The rows of the marks: classes of meaning, with ^ before them, and features of cues; 0 is none."""
    class_rows: Places
    """The rows of the classes of meaning by their numbers."""
    unit_vectors: Floats
    mark_vectors: Floats
    layers: tuple[tuple[Floats, Floats], ...]
    """Of each the weights (neighbours' vectors, answers) and the bias."""
    out: Floats
    """From the answers to the classifier's outputs."""
    bias: Floats

    def rows_of(self, keys: Keys) -> Places:
        """Return the rows of units by their *keys*."""
        return unit_rows(self.units, keys)

    def logits(self, sight: Sight) -> Floats:
        """Return the network's opinion on each of the classifier's outputs, a row for each text."""
        keys, edges, marked, classes, fired, names = seen(sight)
        vectors = self.unit_vectors[self.rows_of(keys)]
        at = np.concatenate([marked, fired])
        rows = np.concatenate([self.class_rows[classes], np.array([self.marks.get(name, 0) for name in names], dtype=np.intp)])
        _add(vectors, at, self.mark_vectors[rows])
        counts = np.diff(edges) - 1
        length = np.sqrt((counts + CALM).astype(np.float32))[:, None]
        answers = []
        for weights, bias in self._side_by_side:
            vectors = _over_neighbours(vectors, weights, bias)
            vectors[edges] = 0
            # Nothing is below 0, and at each first place stands a 0: so an empty text's strongest answer is 0 too.
            answers += [np.maximum.reduceat(vectors, edges[:-1]), np.add.reduceat(vectors, edges[:-1]) / length]
        logits = np.concatenate(answers, axis=1) @ self.out + self.bias
        logits[counts == 0] = self.bias
        return np.asarray(logits, dtype=np.float32)

    @cached_property
    def _side_by_side(self) -> list[tuple[Floats, Floats]]:
        """The layers, the weights of all neighbours side by side: one product instead of three."""
        return [
            (np.ascontiguousarray(weights.reshape(WIDTH, -1, len(bias)).transpose(1, 0, 2).reshape(-1, WIDTH * len(bias))), bias)
            for weights, bias in self.layers
        ]


def class_rows(marks: Mapping[str, int], meanings: Meanings) -> Places:
    """Return the row of each class of meaning by its number, 0 for none and for a class that training didn't see."""
    return np.array([0, *(marks.get(f"^{name}", 0) for name in meanings.classes)], dtype=np.intp)


def unit_rows(units: Keys, keys: Keys) -> Places:
    """Return the rows of *keys* among the sorted keys *units*: 0 for no unit, UNKNOWN for one that isn't among them."""
    if not len(units):
        return np.where(keys == 0, 0, UNKNOWN)
    places = np.minimum(np.searchsorted(units, keys), len(units) - 1)
    return np.where(keys == 0, 0, np.where(units[places] == keys, places + UNKNOWN + 1, UNKNOWN))


def _add(vectors: Floats, at: Places, marks: Floats) -> None:
    """Add to the *vectors* of units *at* the vectors of their *marks*."""
    if not len(at):
        return
    order = np.argsort(at, kind="stable")
    units, first = np.unique(at[order], return_index=True)
    vectors[units] += np.add.reduceat(marks[order], first)


def _over_neighbours(vectors: Floats, weights: Floats, bias: Floats) -> Floats:
    """Return the layer's answers at each place: what the unit, the one before it and the one behind it say, if it is above 0."""
    size = len(bias)
    said = vectors @ weights
    answers = said[:, size : 2 * size] + bias
    answers[1:] += said[:-1, :size]
    answers[:-1] += said[1:, 2 * size :]
    return np.asarray(np.maximum(answers, 0, out=answers), dtype=np.float32)


def marks_of(found: Seen, class_names: tuple[str, ...]) -> Iterator[str]:
    """Yield the name of each mark in *found*, for training."""
    for number in found.classes.tolist():
        yield f"^{class_names[number - 1]}"
    yield from found.names
