"""Training: weights for the classifier from labelled messages; the same messages give the same weights.

Needs scikit-learn, JAX and Optax: `pip install "calmdesk[train]"`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from calmdesk.reading.calibration import cuts_of, mixed, shares_of, thresholds_of
from calmdesk.reading.classifier import HIGHEST, POINT, Classifier
from calmdesk.reading.cues import Hit, Lexicon
from calmdesk.reading.features import Sight, clause_features
from calmdesk.reading.keys import Keys, KeyTable, Places, key_of
from calmdesk.reading.labelled import MANY, ONE, LabelledMessage
from calmdesk.reading.linear import Floats, Linear, closed
from calmdesk.reading.meanings import Meanings, shipped_meanings
from calmdesk.reading.points import split_clauses
from calmdesk.reading.training_network import fit_network
from calmdesk.text.fold import Folded, fold
from calmdesk.text.language import Language, detect

_SEEN_AT_LEAST = 3
"""In so many messages a run must stand to be learnt."""
_KEPT = 120_000
"""So many features stay: those with the largest weights."""
_WHOLE = 0.15
"""The weight of a feature of the whole text or a cue, beside runs that together have length 1."""
_STRENGTH = 6.0
"""Inverse regularisation."""
_STEADY = 1000.0
"""Added to the squares in a text's length; about what ten rare runs weigh."""

_NEVER_SEEN = -6.0
"""The bias of what no message has."""
_AT_ONCE = 2
_AT_A_TIME = 256
"""So many messages are looked at together."""

Progress = Callable[[str], None]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Example:
    """A message as the models see it."""

    message: LabelledMessage
    folded: Folded
    hits: Sequence[Hit]
    lang: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """The features of a message or clause."""

    runs: Keys
    """In order, each once."""
    whole: Keys


@dataclass(frozen=True, slots=True)
class _Matrix:
    rows: Any
    """Sparse, a row for each message or clause, a column for each feature."""
    keys: Keys
    squares: Floats
    """Per feature the square of its rarity; 0 for a feature of the whole."""


class Judges(NamedTuple):
    """Messages that are never trained on: by them it is decided how much each model counts and from when on a label is claimed."""

    of_labels: Sequence[LabelledMessage]
    of_points: Sequence[LabelledMessage]
    """Those with marked points judge points; they may be the same."""


def train(
    learnt: Sequence[LabelledMessage], judges: Judges, lexicon: Lexicon, languages: Mapping[str, Language],
    labels: Mapping[str, Sequence[str]], sources: Mapping[str, int], tell: Progress,
) -> Classifier:  # fmt: skip
    """Return a classifier trained on *learnt*, balanced by *judges*.

    *labels* are those of the playbook, *sources* what to note of where the messages came from.
    """
    tell(f"reading {len(learnt)} messages to learn from; {len(judges.of_labels)} judge labels, {len(judges.of_points)} points")
    meanings = shipped_meanings()
    examples = [_example(message, lexicon, languages) for message in learnt]
    targets = _targets(learnt, labels)
    outputs = tuple(targets)
    linear = _fit_linear(examples, targets, meanings, languages, tell)
    clauses = [list(_said_of(example, languages)) for example in examples]
    network = fit_network(list(_sights(examples, meanings)), np.stack(list(targets.values()), axis=1), clauses, meanings, tell)
    draft = Classifier(outputs, linear, network, np.zeros((3, len(outputs) + 1), dtype=np.float32), {}, (), dict(sources), meanings)
    tell("judging")
    of_labels, of_points = ([_example(message, lexicon, languages) for message in some] for some in judges)
    opinions = _on_messages(draft, of_labels)
    truth = dict(zip(outputs, _true(judges.of_labels, outputs).T, strict=True))
    shares = shares_of(outputs, opinions, truth)
    likely = mixed(opinions, shares)
    *on_clauses, pointed = _on_clauses(draft, of_points, languages)
    shares = np.hstack([shares, shares_of([POINT], (on_clauses[0], on_clauses[1]), {POINT: pointed[:, 0] > 0})])
    steps = [outputs.index(f"intensity>{step}") for step in range(HIGHEST) if f"intensity>{step}" in outputs]
    cuts = cuts_of(likely[:, steps].sum(axis=1), np.array([message.intensity for message in judges.of_labels]), HIGHEST)
    return Classifier(outputs, linear, network, shares, thresholds_of(truth, likely), cuts, dict(sources), meanings)


def _on_messages(draft: Classifier, judging: Sequence[_Example]) -> tuple[Floats, Floats]:
    """Return what both models think of each message."""
    both = [draft.opinions(sight)[:2] for sight in _sights(judging, draft.meanings)]
    return np.concatenate([linear for linear, _ in both]), np.concatenate([network for _, network in both])


def _on_clauses(draft: Classifier, judging: Sequence[_Example], languages: Mapping[str, Language]) -> Floats:
    """Return what both models think of each marked clause, and 1 where it is a point: three columns of one value each."""
    found: list[tuple[float, float, bool]] = []
    examples = iter(judging)
    for sight in _sights(judging, draft.meanings):
        for text, one in zip(sight.texts, draft.opinions(sight)[2], strict=True):
            if said := list(_said_of(next(examples), languages)):
                both = draft.on_clauses(one, text, [(start, end) for start, end, _ in said])
                found += [(*opinion, is_point) for opinion, (_, _, is_point) in zip(both, said, strict=True)]
    return np.array(found or [(0.0, 0.0, False)], dtype=np.float32).T[:, :, None]


def _example(message: LabelledMessage, lexicon: Lexicon, languages: Mapping[str, Language]) -> _Example:
    folded = fold(message.text)
    lang = message.lang if message.lang in languages else detect([message.text], languages)
    return _Example(message, folded, lexicon.find(folded), lang)


def _sights(examples: Sequence[_Example], meanings: Meanings) -> Iterator[Sight]:
    """Yield what is seen of the messages, some at once."""
    for first in range(0, len(examples), _AT_A_TIME):
        some = examples[first : first + _AT_A_TIME]
        yield Sight.of_texts([example.folded.text for example in some], [example.hits for example in some], meanings)


def _targets(messages: Sequence[LabelledMessage], labels: Mapping[str, Sequence[str]]) -> dict[str, Bools]:
    outputs = [f"{dimension}.{label}" for dimension in (*MANY, *ONE) for label in labels[dimension]]
    outputs += [f"intensity>{step}" for step in range(HIGHEST)]
    columns = _true(messages, outputs).T
    return {output: column for output, column in zip(outputs, columns, strict=True) if column.any()}


def _true(messages: Sequence[LabelledMessage], outputs: Sequence[str]) -> Bools:
    """Return for each message which of the *outputs* are true of it."""
    number = {output: place for place, output in enumerate(outputs)}
    found = np.zeros((len(messages), len(outputs)), dtype=bool)
    for row, message in enumerate(messages):
        said = [f"{dimension}.{label}" for dimension in MANY for label in getattr(message, dimension)]
        said += [f"{dimension}.{getattr(message, dimension)}" for dimension in ONE]
        said += [f"intensity>{step}" for step in range(message.intensity)]
        found[row, [number[output] for output in said if output in number]] = True
    return found


def _fit_linear(
    examples: Sequence[_Example], targets: Mapping[str, Bools], meanings: Meanings, languages: Mapping[str, Language],
    tell: Progress,
) -> Linear:  # fmt: skip
    seen, clauses, pointed = _seen(examples, meanings, languages)
    matrix = _matrix(seen, clauses)
    tell(f"{len(matrix.keys)} features, {len(clauses)} clauses")
    first = len(examples)
    weights, bias = _fit(matrix.rows[:first], matrix.squares > 0, targets, tell)
    if clauses:
        of_points, point_bias = _fit(matrix.rows[first:], matrix.squares > 0, {POINT: np.array(pointed)}, tell)
    else:
        of_points, point_bias = np.zeros((1, weights.shape[1]), dtype=np.float32), np.zeros(1, dtype=np.float32)
    return _packed(matrix, np.concatenate([weights, of_points]), np.concatenate([bias, point_bias]))


def _seen(
    examples: Sequence[_Example], meanings: Meanings, languages: Mapping[str, Language]
) -> tuple[list[_Seen], list[_Seen], list[bool]]:
    """Return the features of the messages, those of the clauses of which somebody said whether they are points, and what was said."""
    messages: list[_Seen] = []
    clauses: list[_Seen] = []
    pointed: list[bool] = []
    number = 0
    for sight in _sights(examples, meanings):
        keys, of, starts, ends = sight.runs()
        for text in range(len(sight.texts)):
            inside = of == text
            own, left, right = keys[inside], starts[inside] - sight.offsets[text], ends[inside] - sight.offsets[text]
            messages.append(_Seen(np.unique(own), _named(sight.whole(text))))
            for start, end, is_point in _said_of(examples[number], languages):
                within = own[(left >= start) & (right <= end)]
                clauses.append(_Seen(np.unique(within), _named(clause_features(sight.texts[text], start, end, sight.hits[text]))))
                pointed.append(is_point)
            number += 1
    return messages, clauses, pointed


def _said_of(example: _Example, languages: Mapping[str, Language]) -> Iterator[tuple[int, int, bool]]:
    """Yield the clauses of a message with whether each is a point; none of one of which nobody said."""
    if (places := example.message.pointed) is not None:
        for start, end in split_clauses(example.folded, languages[example.lang]):
            first, last = example.folded.span(start, end)
            yield start, end, any(first <= place < last for place in places)


def _named(names: Iterable[str]) -> Keys:
    return np.unique(np.array([key_of(name) for name in names], dtype=np.uint64))


def _matrix(messages: Sequence[_Seen], clauses: Sequence[_Seen]) -> _Matrix:
    """Return the feature matrix: runs weighted by rarity to length 1, and features of the whole; clauses behind the messages."""
    from scipy.sparse import csr_matrix

    everything = np.concatenate([*(part for one in messages for part in (one.runs, one.whole)), *(one.whole for one in clauses)])
    keys, counts = np.unique(everything, return_counts=True)
    keys, counts = keys[counts >= _SEEN_AT_LEAST], np.minimum(counts[counts >= _SEEN_AT_LEAST], len(messages))
    table, is_whole = KeyTable(keys), np.zeros(len(keys), dtype=bool)
    is_whole[table.find(np.unique(np.concatenate([one.whole for one in (*messages, *clauses)])))[0]] = True
    rarity = np.log((1 + len(messages)) / (1 + counts)) + 1
    data: list[NDArray[np.float32]] = []
    indices: list[Places] = []
    starts = [0]
    for one in chain(messages, clauses):
        rows, others = table.find(one.runs)[0], table.find(one.whole)[0]
        norm = float(np.sqrt((rarity[rows] ** 2).sum() + _STEADY))
        indices += [rows, others]
        data += [(rarity[rows] / norm).astype(np.float32), np.full(len(others), _WHOLE, dtype=np.float32)]
        starts.append(starts[-1] + len(rows) + len(others))
    shape = (len(messages) + len(clauses), len(keys))
    rows = csr_matrix((np.concatenate(data), np.concatenate(indices).astype(np.int32), starts), shape=shape)
    return _Matrix(rows, keys, np.where(is_whole, 0.0, rarity**2).astype(np.float32))


def _fit(rows: Any, is_run: Bools, targets: Mapping[str, Bools], tell: Progress) -> tuple[Floats, Floats]:
    """Return a row of weights and a bias for each target: logistic regression, each by itself.

    Each run counts by how much more often it stands in messages with the label than in those without (naive Bayes weights).
    """
    present = (rows > 0).astype(np.float64)
    seen = np.asarray(present.sum(axis=0)).ravel()

    def fitted(name: str) -> tuple[Floats, float]:
        tell(f"linear: {name}")
        return _fit_one(rows, is_run, present, seen, targets[name])

    # The solver lets go of the interpreter and draws no lots: side by side they learn the same as one by one.
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as workers:
        found = list(workers.map(fitted, targets))
    return np.stack([weights for weights, _ in found]), np.array([bias for _, bias in found], dtype=np.float32)


def _fit_one(rows: Any, is_run: Bools, present: Any, seen: NDArray[np.float64], target: Bools) -> tuple[Floats, float]:
    from scipy.sparse import diags_array
    from sklearn.linear_model import LogisticRegression

    if target.all() or not target.any():
        return np.zeros(rows.shape[1], dtype=np.float32), _NEVER_SEEN
    with_it = np.asarray(present.T @ target.astype(np.float64)).ravel()
    share = (with_it + 1) / target.sum() / ((seen - with_it + 1) / (~target).sum())
    telling = np.where(is_run, np.abs(np.log(share)), 0.0)
    telling = np.where(is_run, telling / np.sqrt((telling**2).sum() / max(1, is_run.sum())), 1.0)
    model = LogisticRegression(C=_STRENGTH, solver="liblinear", random_state=0, max_iter=200)
    model.fit(rows @ diags_array(telling), target)
    return (model.coef_[0] * telling).astype(np.float32), float(model.intercept_[0])


def _packed(matrix: _Matrix, weights: Floats, bias: Floats) -> Linear:
    """Return the model with the features' own weights folded in and the weakest features left out."""
    own = np.where(matrix.squares > 0, np.sqrt(matrix.squares), _WHOLE).astype(np.float32)
    folded = weights.T * own[:, None]
    # A run's share is divided by its text's length later on; only so are runs and features of the whole comparable.
    length = float(np.sqrt(matrix.rows.astype(bool) @ matrix.squares + _STEADY).mean()) or 1.0
    strength = np.abs(folded).max(axis=1) / np.where(matrix.squares > 0, length, 1.0)
    kept = np.sort(np.argsort(-strength, kind="stable")[:_KEPT])
    packed, scale = closed(folded[kept])
    squares = matrix.squares[kept].astype(np.float16).astype(np.float32)  # as kept in the file
    return Linear(KeyTable(matrix.keys[kept]), packed, scale, squares, bias, _STEADY)
