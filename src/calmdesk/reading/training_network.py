"""Training of the network: stochastic descent with JAX, the same every time. Needs JAX and Optax."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calmdesk.reading.classifier import Sight
from calmdesk.reading.linear import Floats, closed, opened
from calmdesk.reading.network import CALM, LONGEST, UNKNOWN, WIDTH, Network, marks, shortened

_SEEN_AT_LEAST = 4
"""So often a unit or a mark must stand to have a vector of its own."""
_VECTOR = 64
_ANSWERS = 128
_LAYERS = 2
_ROUNDS = 7
"""How often every message is seen."""
_BATCH = 64
_RATE = 2e-3
_DECAY = 0.02
_BLANKED = 0.2
"""The share of units hidden while learning."""
_DROPPED = 0.4
"""The share of answers hidden while learning."""
_MARKS = 6
"""So many marks of one unit are seen while learning."""
_LENGTHS = (16, 32, 48, 64, 96, LONGEST)
"""Messages of a batch are padded to one of these, so that little is compiled."""

Arrays = tuple[NDArray[np.int32], NDArray[np.int32]]


def fit_network(sights: Sequence[Sight], targets: NDArray[Any], tell: Callable[[str], None], seed: int = 0) -> Network:
    """Return a network that learnt from *sights* what is true of them: *targets* has a row for each, a column for each output."""
    units = _vocabulary((name for sight in sights for name, _, _ in sight.cut), first=UNKNOWN + 1)
    known = _vocabulary((name for sight in sights for _, name in marks(shortened(sight.cut), sight.meant, sight.hits)), first=1)
    seen, marked = encoded(sights, units, known)
    learnt = _descend(_begin(len(units) + 2, len(known) + 1, targets, seed), (seen, marked), targets.astype(np.float32), tell, seed)
    # As they will be read from the file, so that what is judged is what is used.
    kept = {name: values if name.endswith("bias") else opened(*closed(values)) for name, values in learnt.items()}
    layers = tuple((kept[f"layer{number}"], kept[f"layer{number}_bias"]) for number in range(_LAYERS))
    return Network({"": 0, " ": UNKNOWN, **units}, {"": 0, **known}, kept["units"], kept["marks"], layers, kept["out"], kept["out_bias"])


def _vocabulary(names: Iterator[str], first: int) -> dict[str, int]:
    often = sorted(name for name, count in Counter(names).items() if count >= _SEEN_AT_LEAST)
    return {name: number for number, name in enumerate(often, first)}


def encoded(sights: Sequence[Sight], units: dict[str, int], known: dict[str, int]) -> Arrays:
    """Return the rows of each text's units and of the marks on them; 0 where there is none."""
    seen = np.zeros((len(sights), LONGEST), dtype=np.int32)
    marked = np.zeros((len(sights), LONGEST, _MARKS), dtype=np.int32)
    for row, sight in enumerate(sights):
        cut = shortened(sight.cut)
        seen[row, : len(cut)] = [units.get(name, UNKNOWN) for name, _, _ in cut]
        count = [0] * len(cut)
        for number, name in marks(cut, sight.meant, sight.hits):
            if (mark := known.get(name)) and count[number] < _MARKS:
                marked[row, number, count[number]] = mark
                count[number] += 1
    return seen, marked


def _begin(units: int, known: int, targets: NDArray[Any], seed: int) -> dict[str, Floats]:
    """Return the parameters before learning."""
    chance = np.random.default_rng(seed)

    def drawn(*shape: int, size: float) -> Floats:
        return np.asarray(chance.normal(size=shape) * size, dtype=np.float32)

    found = {
        "units": drawn(units, _VECTOR, size=0.3),
        "marks": drawn(known, _VECTOR, size=0.3),
        "out": drawn(2 * _LAYERS * _ANSWERS, targets.shape[1], size=0.02),
        "out_bias": np.asarray(np.log(targets.mean(axis=0) + 1e-3), dtype=np.float32),
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

    def answers(parameters: Any, seen: Any, marked: Any, key: Any) -> Any:
        there = (seen > 0)[..., None].astype(jnp.float32)
        blank, hide = jax.random.split(key)
        vectors = parameters["units"][seen] + (parameters["marks"][marked] * (marked > 0)[..., None]).sum(axis=2)
        vectors = vectors * there * jax.random.bernoulli(blank, 1 - _BLANKED, (*seen.shape, 1))
        length = jnp.sqrt(there.sum(axis=1) + CALM)
        found = []
        for number in range(_LAYERS):
            padded = jnp.pad(vectors, ((0, 0), (1, 1), (0, 0)))
            neighbours = jnp.concatenate([padded[:, shift : shift + seen.shape[1]] for shift in range(WIDTH)], axis=-1)
            vectors = jax.nn.relu(neighbours @ parameters[f"layer{number}"] + parameters[f"layer{number}_bias"]) * there
            found += [vectors.max(axis=1), vectors.sum(axis=1) / length]
        together = jnp.concatenate(found, axis=-1)
        together = together * jax.random.bernoulli(hide, 1 - _DROPPED, together.shape) / (1 - _DROPPED)
        return together @ parameters["out"] + parameters["out_bias"]

    def loss(parameters: Any, seen: Any, marked: Any, wanted: Any, key: Any) -> Any:
        return optax.sigmoid_binary_cross_entropy(answers(parameters, seen, marked, key), wanted).sum(axis=1).mean()

    lengths = (arrays[0] > 0).sum(axis=1)
    steps = -(-len(lengths) // _BATCH)
    descent = optax.adamw(optax.warmup_cosine_decay_schedule(_RATE / 20, _RATE, steps, _ROUNDS * steps), weight_decay=_DECAY)

    @jax.jit
    def step(parameters: Any, state: Any, seen: Any, marked: Any, wanted: Any, key: Any) -> Any:
        missed, slope = jax.value_and_grad(loss)(parameters, seen, marked, wanted, key)
        change, state = descent.update(slope, state, parameters)
        return optax.apply_updates(parameters, change), state, missed

    chance, key = np.random.default_rng(seed), jax.random.key(seed)
    state = descent.init(parameters)
    for number in range(_ROUNDS):
        missed = []
        for batch in _batches(lengths, chance):
            width = next(length for length in _LENGTHS if length >= lengths[batch].max())
            key, use = jax.random.split(key)
            parameters, state, miss = step(parameters, state, arrays[0][batch, :width], arrays[1][batch, :width], targets[batch], use)
            missed.append(miss)
        tell(f"network, round {number + 1} of {_ROUNDS}: misses {float(np.mean(jax.device_get(missed))):.3f}")
    return {name: np.asarray(values) for name, values in parameters.items()}
