"""The network beside the linear model: small convolutions over a text's units and what they mean; sees order and distance. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from calmdesk.reading.features import Sight, cue_name
from calmdesk.reading.keys import Keys, KeyTable, Places, run_keys
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
    starts: Places
    """Where they stand in the joined texts."""
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
    (keys,), starts = run_keys(sight.units.keys, 1), sight.units.starts
    edges = (keys == 0).nonzero()[0]
    if len(keys) > LONGEST and (np.diff(edges) - 1 > LONGEST).any():
        stays = _within(edges)
        keys, starts = keys[stays], starts[stays]
        edges = (keys == 0).nonzero()[0]
    said = [np.concatenate(parts) for parts in zip(*sight.meant, strict=True)]
    words, numbers = _covered(said[0], said[1], starts)
    classes = said[2][words]
    marked = numbers.repeat((classes > 0).sum(axis=1))
    fired = [(hit, offset) for hits, offset in zip(sight.hits, sight.offsets.tolist(), strict=True) for hit in hits]
    spans = np.array([(hit.start + offset, hit.end + offset) for hit, offset in fired], dtype=np.intp).reshape(-1, 2)
    which, at = _covered(spans[:, 0], spans[:, 1], starts)
    return Seen(keys, starts, edges, marked, classes[classes > 0], at, [cue_name(fired[number][0]) for number in which.tolist()])


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
    left, right = starts.searchsorted(first), starts.searchsorted(last)
    counts = right - left
    which = np.arange(len(first)).repeat(counts)
    return which, np.arange(counts.sum()) + (left - counts.cumsum() + counts).repeat(counts)


class Pointing(NamedTuple):
    """The network's opinion on which clauses of a text are points."""

    starts: Places
    """Where the units that it sees stand in the folded text."""
    at_units: Floats
    """For each a row: what counts if it is the strongest of its clause, and what counts as a part of the mean."""
    of_all: float
    """What the whole text adds to each clause."""

    def of(self, spans: Sequence[tuple[int, int]]) -> list[float | None]:
        """Return the logits of clauses, None for one of which the network sees nothing."""
        edges = self.starts.searchsorted(np.array(spans, dtype=np.intp)).tolist()
        strongest, parts = self.at_units.T.tolist()
        return [
            max(strongest[left:right]) + sum(parts[left:right]) / (right - left) + self.of_all if left < right else None
            for left, right in edges
        ]


@dataclass(frozen=True, repr=False)
class Network:
    """Vectors for units and marks, layers over neighbours, and what the strongest and the summed answers of each layer speak for."""

    units: KeyTable
    """Of the units that have a vector of their own; the first of them has row UNKNOWN + 1."""
    marks: Mapping[str, int]
    """The rows of the marks: classes of meaning, with ^ before them, and features of cues; 0 is none."""
    class_rows: Places
    """The rows of the classes of meaning by their numbers."""
    unit_vectors: Floats
    mark_vectors: Floats
    layers: tuple[tuple[Floats, Floats], ...]
    """Of each the weights (neighbours' vectors, answers) and the bias."""
    out: Floats
    """From the answers to the classifier's outputs, and in the last column to whether a text's clauses are points."""
    bias: Floats
    pointing: Floats
    """From the answers at a unit to whether its clause is a point: the strongest such opinion in a clause counts, and the mean one."""

    def look(self, sight: Sight) -> tuple[Floats, list[Pointing]]:
        """Return the network's opinion on each of the classifier's outputs, a row for each text; and on what in it is a point."""
        keys, starts, edges, marked, classes, fired, names = seen(sight)
        vectors = self.unit_vectors[unit_rows(self.units, keys)]
        at = np.concatenate([marked, fired])
        rows = np.concatenate([self.class_rows[classes], np.array([self.marks.get(name, 0) for name in names], dtype=np.intp)])
        _add(vectors, at, self.mark_vectors[rows])
        counts = edges[1:] - edges[:-1] - 1
        length = np.sqrt((counts + CALM).astype(np.float32))[:, None]
        answers, layers = [], []
        for weights, bias in self._side_by_side:
            vectors = _over_neighbours(vectors, weights, bias)
            vectors[edges] = 0
            layers.append(vectors)
            # Nothing is below 0, and at each first place stands a 0: so an empty text's strongest answer is 0 too.
            answers += [np.maximum.reduceat(vectors, edges[:-1]), np.add.reduceat(vectors, edges[:-1]) / length]
        logits = np.concatenate(answers, axis=1) @ self.out + self.bias
        logits[counts == 0] = self.bias
        at_units = np.concatenate(layers, axis=1) @ self.pointing
        pointing = [
            Pointing(starts[before + 1 : behind] - offset, at_units[before + 1 : behind], float(logits[number, -1]))
            for number, (before, behind, offset) in enumerate(
                zip(edges[:-1].tolist(), edges[1:].tolist(), sight.offsets.tolist(), strict=True)
            )
        ]
        return np.asarray(logits[:, :-1], dtype=np.float32), pointing

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


def unit_rows(units: KeyTable, keys: Keys) -> Places:
    """Return the rows of *keys*: 0 for no unit, UNKNOWN for one that isn't among *units*."""
    rows = np.where(keys == 0, 0, UNKNOWN)
    places, known = units.find(keys)
    rows[known] = places + UNKNOWN + 1
    return rows


def _add(vectors: Floats, at: Places, marks: Floats) -> None:
    """Add to the *vectors* of units *at* the vectors of their *marks*."""
    if not len(at):
        return
    order = at.argsort(kind="stable")
    units = at[order]
    first = np.concatenate([[True], units[1:] != units[:-1]]).nonzero()[0]
    vectors[units[first]] += np.add.reduceat(marks[order], first)


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
