"""Training of the network: stochastic descent with JAX, the same every time. Needs JAX and Optax."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calmdesk.reading.features import Sight
from calmdesk.reading.keys import KeyTable, Places
from calmdesk.reading.linear import Floats, closed, opened
from calmdesk.reading.meanings import Meanings
from calmdesk.reading.network import CALM, LONGEST, WIDTH, Network, Seen, class_rows, marks_of, seen, unit_rows

_SEEN_AT_LEAST = 4
"""So often a unit or a mark must stand to have a vector of its own."""
_VECTOR = 64
_ANSWERS = 128
_LAYERS = 2
_ROUNDS = 8
"""How often every message is seen."""
_BATCH = 64
_RATE = 3e-3
_DECAY = 0.02
_REMEMBERED = 0.9985
"""The parameters kept are a mean over the steps, in which each step counts so much less than the next one: single steps err."""
_BLANKED = 0.2
"""The share of units hidden while learning."""
_DROPPED = 0.4
"""The share of answers hidden while learning."""
_OF_POINTS = 1.0
"""How much a clause counts beside an output of the whole message."""
_MARKS = 6
"""So many marks of one unit are seen while learning."""
_LENGTHS = (16, 32, 48, 64, 96, LONGEST)
"""Messages of a batch are padded to one of these, so that little is compiled."""

_MOST_CLAUSES = 24
"""So many clauses of a message are seen while learning."""

Arrays = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], Floats]
Clauses = Sequence[tuple[int, int, bool]]
"""The clauses of a text and whether each is a point; none where nobody said."""


def fit_network(
    sights: Sequence[Sight], targets: NDArray[Any], clauses: Sequence[Clauses], meanings: Meanings, tell: Callable[[str], None],
    seed: int = 0,
) -> Network:  # fmt: skip
    """Return a network that learnt from *sights* what is true of their texts, and which of their *clauses* are points.

    *targets* has a row for each text, a column for each output.
    """
    found = [seen(sight) for sight in sights]
    keys, counts = np.unique(np.concatenate([one.keys for one in found]), return_counts=True)
    units = KeyTable(keys[(counts >= _SEEN_AT_LEAST) & (keys != 0)])
    often = Counter(name for one in found for name in marks_of(one, meanings.classes))
    names = sorted(name for name, count in often.items() if count >= _SEEN_AT_LEAST)
    marks = {"": 0, **{name: row for row, name in enumerate(names, 1)}}
    of_class = class_rows(marks, meanings)
    offsets = [sight.offsets for sight in sights]
    arrays = *_padded(found, units, marks, of_class), *_pointed(found, offsets, clauses)
    learnt = _descend(_begin(len(units) + 2, len(marks), targets, seed), arrays, targets.astype(np.float32), tell, seed)
    learnt["units"][0] = learnt["marks"][0] = 0  # no unit and no mark say nothing
    # As they will be read from the file, so that what is judged is what is used.
    kept = {name: values if name.endswith("bias") else opened(*closed(values)) for name, values in learnt.items()}
    layers = tuple((kept[f"layer{number}"], kept[f"layer{number}_bias"]) for number in range(_LAYERS))
    return Network(units, marks, of_class, kept["units"], kept["marks"], layers, kept["out"], kept["out_bias"], kept["pointing"])


def _padded(
    found: Sequence[Seen], units: KeyTable, marks: Mapping[str, int], of_class: Places
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the rows of each text's units and of the marks on them; 0 where there is none."""
    count = sum(len(one.edges) - 1 for one in found)
    rows = np.zeros((count, LONGEST), dtype=np.int32)
    marked = np.zeros((count, LONGEST, _MARKS), dtype=np.int32)
    begun = 0
    for one in found:
        text = begun + np.cumsum(one.keys == 0) - 1
        place = np.arange(len(one.keys)) - one.edges[text - begun] - 1
        inside = one.keys != 0
        rows[text[inside], place[inside]] = unit_rows(units, one.keys)[inside]
        taken = np.zeros(len(one.keys), dtype=np.intp)
        of_cues = [marks.get(name, 0) for name in one.names]
        for at, mark in zip([*one.marked.tolist(), *one.fired.tolist()], [*of_class[one.classes].tolist(), *of_cues], strict=True):
            if mark and taken[at] < _MARKS:
                marked[text[at], place[at], taken[at]] = mark
                taken[at] += 1
        begun += len(one.edges) - 1
    return rows, marked


def _pointed(found: Sequence[Seen], offsets: Sequence[Places], clauses: Sequence[Clauses]) -> tuple[NDArray[np.int32], Floats]:
    """Return for each unit the number of its clause, counted from 1, 0 for none; and for each clause 1 for a point, 0, or -1 unsaid."""
    within = np.zeros((len(clauses), LONGEST), dtype=np.int32)
    pointed = np.full((len(clauses), _MOST_CLAUSES), -1, dtype=np.float32)
    number = 0
    for one, begins in zip(found, offsets, strict=True):
        for before, behind, offset in zip(one.edges[:-1].tolist(), one.edges[1:].tolist(), begins.tolist(), strict=True):
            starts = one.starts[before + 1 : behind] - offset
            for clause, (start, end, is_point) in enumerate(clauses[number][:_MOST_CLAUSES]):
                left, right = np.searchsorted(starts, [start, end])
                if left < right:
                    within[number, left:right] = clause + 1
                    pointed[number, clause] = is_point
            number += 1
    return within, pointed


def _begin(units: int, known: int, targets: NDArray[Any], seed: int) -> dict[str, Floats]:
    """Return the parameters before learning."""
    chance = np.random.default_rng(seed)

    def drawn(*shape: int, size: float) -> Floats:
        return np.asarray(chance.normal(size=shape) * size, dtype=np.float32)

    found = {
        "units": drawn(units, _VECTOR, size=0.3),
        "marks": drawn(known, _VECTOR, size=0.3),
        "out": drawn(2 * _LAYERS * _ANSWERS, targets.shape[1] + 1, size=0.02),
        "out_bias": np.append(np.log(targets.mean(axis=0) + 1e-3), 0).astype(np.float32),
        "pointing": drawn(_LAYERS * _ANSWERS, 2, size=0.02),
    }
    for number in range(_LAYERS):
        inputs = WIDTH * (_ANSWERS if number else _VECTOR)
        found[f"layer{number}"] = drawn(inputs, _ANSWERS, size=float(np.sqrt(1.5 / inputs)))
        found[f"layer{number}_bias"] = np.zeros(_ANSWERS, dtype=np.float32)
    return found


def _batches(lengths: NDArray[np.intp], chance: np.random.Generator) -> list[NDArray[np.intp]]:
    """Return the messages in a new order, those of like length together."""
    order = chance.permutation(len(lengths))
    found: list[NDArray[np.intp]] = []
    for start in range(0, len(order), 16 * _BATCH):
        near = order[start : start + 16 * _BATCH]
        near = near[np.argsort(lengths[near], kind="stable")]
        found += [near[first : first + _BATCH] for first in range(0, len(near), _BATCH)]
    chance.shuffle(found)
    return [np.resize(batch, _BATCH) for batch in found]


def _descend(parameters: dict[str, Floats], arrays: Arrays, targets: Floats, tell: Callable[[str], None], seed: int) -> dict[str, Floats]:
    import jax
    import jax.numpy as jnp
    import optax

    def answers(parameters: Any, seen: Any, marked: Any, within: Any, key: Any) -> Any:
        there = (seen > 0)[..., None].astype(jnp.float32)
        blank, hide, hide_too = jax.random.split(key, 3)
        vectors = parameters["units"][seen] + (parameters["marks"][marked] * (marked > 0)[..., None]).sum(axis=2)
        vectors = vectors * there * jax.random.bernoulli(blank, 1 - _BLANKED, (*seen.shape, 1))
        length = jnp.sqrt(there.sum(axis=1) + CALM)
        found, layers = [], []
        for number in range(_LAYERS):
            padded = jnp.pad(vectors, ((0, 0), (1, 1), (0, 0)))
            neighbours = jnp.concatenate([padded[:, shift : shift + seen.shape[1]] for shift in range(WIDTH)], axis=-1)
            vectors = jax.nn.relu(neighbours @ parameters[f"layer{number}"] + parameters[f"layer{number}_bias"]) * there
            layers.append(vectors)
            found += [vectors.max(axis=1), vectors.sum(axis=1) / length]
        together = jnp.concatenate(found, axis=-1)
        together = together * jax.random.bernoulli(hide, 1 - _DROPPED, together.shape) / (1 - _DROPPED)
        logits = together @ parameters["out"] + parameters["out_bias"]
        units = jnp.concatenate(layers, axis=-1)
        units = units * jax.random.bernoulli(hide_too, 1 - _DROPPED, (len(seen), 1, units.shape[-1])) / (1 - _DROPPED)
        at_units = (units @ parameters["pointing"])[:, :, None]
        inside = within[:, :, None] == 1 + jnp.arange(_MOST_CLAUSES)
        strongest = jnp.where(inside, at_units[..., 0], -30.0).max(axis=1)
        mean = (at_units[..., 1] * inside).sum(axis=1) / jnp.maximum(1, inside.sum(axis=1))
        return logits[:, :-1], strongest + mean + logits[:, -1:]

    def loss(parameters: Any, batch: Any, key: Any) -> Any:
        seen, marked, within, pointed, wanted = batch
        logits, of_clauses = answers(parameters, seen, marked, within, key)
        missed = optax.sigmoid_binary_cross_entropy(logits, wanted).sum(axis=1)
        missed_points = optax.sigmoid_binary_cross_entropy(of_clauses, jnp.maximum(pointed, 0)) * (pointed >= 0)
        return (missed + _OF_POINTS * missed_points.sum(axis=1)).mean()

    lengths = (arrays[0] > 0).sum(axis=1)
    steps = -(-len(lengths) // _BATCH)
    descent = optax.adamw(optax.warmup_cosine_decay_schedule(_RATE / 20, _RATE, steps, _ROUNDS * steps), weight_decay=_DECAY)

    @jax.jit
    def step(parameters: Any, mean: Any, state: Any, batch: Any, key: Any) -> Any:
        missed, slope = jax.value_and_grad(loss)(parameters, batch, key)
        change, state = descent.update(slope, state, parameters)
        parameters = optax.apply_updates(parameters, change)
        return parameters, optax.incremental_update(parameters, mean, 1 - _REMEMBERED), state, missed

    chance, key = np.random.default_rng(seed), jax.random.key(seed)
    state = descent.init(parameters)
    mean: Any = {name: jnp.asarray(values) for name, values in parameters.items()}
    for number in range(_ROUNDS):
        missed = []
        for batch in _batches(lengths, chance):
            width = next(length for length in _LENGTHS if length >= lengths[batch].max())
            key, use = jax.random.split(key)
            seen, marked, within, pointed = arrays
            some = seen[batch, :width], marked[batch, :width], within[batch, :width], pointed[batch], targets[batch]
            parameters, mean, state, miss = step(parameters, mean, state, some, use)
            missed.append(miss)
        tell(f"network, round {number + 1} of {_ROUNDS}: misses {float(np.mean(jax.device_get(missed))):.3f}")
    return {name: np.array(values) for name, values in mean.items()}
