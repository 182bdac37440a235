"""Training: weights for the classifier from labelled messages; the same messages give the same weights.

Needs scikit-learn, JAX and Optax: `pip install "calmdesk[train]"`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calmdesk.reading.calibration import cuts_of, mixed, shares_of, thresholds_of
from calmdesk.reading.classifier import HIGHEST, POINT, Classifier, Sight
from calmdesk.reading.cues import Lexicon
from calmdesk.reading.features import clause_features
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

Progress = Callable[[str], None]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Example:
    """A message as the models see it."""

    message: LabelledMessage
    folded: Folded
    sight: Sight
    lang: str


@dataclass(frozen=True, slots=True)
class _Matrix:
    rows: Any
    """Sparse, a row for each message or clause, a column for each feature."""
    vocabulary: dict[str, int]
    squares: Floats
    """Per feature the square of its rarity; 0 for a feature of the whole."""


def train(
    learnt: Sequence[LabelledMessage], judges: Sequence[LabelledMessage], lexicon: Lexicon, languages: Mapping[str, Language],
    labels: Mapping[str, Sequence[str]], sources: Mapping[str, int], tell: Progress,
) -> Classifier:  # fmt: skip
    """Return a classifier trained on *learnt*.

    *judges* are never trained on: by them it is decided how much each model counts and from when on a label is claimed.
    *labels* are those of the playbook, *sources* what to note of where the messages came from.
    """
    tell(f"reading {len(learnt)} messages to learn from, {len(judges)} to judge by")
    meanings = shipped_meanings()
    examples = [_example(message, lexicon, languages, meanings) for message in learnt]
    targets = _targets(learnt, labels)
    outputs = tuple(targets)
    clauses = list(chain.from_iterable(_clauses(example, languages) for example in examples))
    linear = _fit_linear(examples, targets, clauses, tell)
    network = fit_network([example.sight for example in examples], np.stack(list(targets.values()), axis=1), tell)
    draft = Classifier(outputs, linear, network, np.zeros((3, len(outputs)), dtype=np.float32), {}, (), dict(sources), meanings)
    tell("judging")
    judged = [_example(message, lexicon, languages, meanings).sight for message in judges]
    opinions = draft.opinions(judged)
    truth = dict(zip(outputs, _true(judges, outputs).T, strict=True))
    shares = shares_of(outputs, opinions, truth)
    likely = mixed(opinions, shares)
    steps = [outputs.index(f"intensity>{step}") for step in range(HIGHEST) if f"intensity>{step}" in outputs]
    cuts = cuts_of(likely[:, steps].sum(axis=1), np.array([message.intensity for message in judges]), HIGHEST)
    return Classifier(outputs, linear, network, shares, thresholds_of(truth, likely), cuts, dict(sources), meanings)


def _example(message: LabelledMessage, lexicon: Lexicon, languages: Mapping[str, Language], meanings: Meanings) -> _Example:
    folded = fold(message.text)
    lang = message.lang if message.lang in languages else detect([message.text], languages)
    return _Example(message, folded, Sight.of(folded.text, lexicon.find(folded), meanings), lang)


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


@dataclass(frozen=True, slots=True)
class _Clause:
    runs: frozenset[str]
    whole: frozenset[str]
    pointed: bool


def _clauses(example: _Example, languages: Mapping[str, Language]) -> list[_Clause]:
    """Return the clauses of a message of which it was said where its points are."""
    places = example.message.pointed
    if places is None:
        return []
    text, found = example.folded.text, []
    runs = example.sight.runs()
    for start, end in split_clauses(example.folded, languages[example.lang]):
        first, last = example.folded.span(start, end)
        inside = frozenset(name for name, left, right in runs if left >= start and right <= end)
        whole = frozenset(clause_features(text, start, end, example.sight.hits))
        found.append(_Clause(inside, whole, any(first <= place < last for place in places)))
    return found


def _fit_linear(examples: Sequence[_Example], targets: Mapping[str, Bools], clauses: Sequence[_Clause], tell: Progress) -> Linear:
    seen = [({name for name, _, _ in example.sight.runs()}, set(example.sight.whole())) for example in examples]
    matrix = _matrix(seen, [(clause.runs, clause.whole) for clause in clauses])
    tell(f"{len(matrix.vocabulary)} features, {len(clauses)} clauses")
    first = len(examples)
    weights, bias = _fit(matrix.rows[:first], matrix.squares > 0, targets, tell)
    if clauses:
        pointed = {POINT: np.array([clause.pointed for clause in clauses])}
        of_points, point_bias = _fit(matrix.rows[first:], matrix.squares > 0, pointed, tell)
    else:
        of_points, point_bias = np.zeros((1, weights.shape[1]), dtype=np.float32), np.zeros(1, dtype=np.float32)
    return _packed(matrix, np.concatenate([weights, of_points]), np.concatenate([bias, point_bias]))


_Seen = tuple[set[str] | frozenset[str], set[str] | frozenset[str]]


def _matrix(messages: Sequence[_Seen], clauses: Sequence[_Seen]) -> _Matrix:
    """Return the feature matrix: runs weighted by rarity to length 1, and features of the whole; clauses behind the messages."""
    from scipy.sparse import csr_matrix

    counts: Counter[str] = Counter()
    of_clauses: Counter[str] = Counter()
    for inside, whole in messages:
        counts.update(inside)
        counts.update(whole)
    for _, whole in clauses:
        of_clauses.update(whole)
    counts.update(of_clauses)
    vocabulary = {name: row for row, name in enumerate(sorted(name for name, count in counts.items() if count >= _SEEN_AT_LEAST))}
    rarity = np.array([np.log((1 + len(messages)) / (1 + min(len(messages), counts[name]))) + 1 for name in vocabulary], dtype=np.float64)
    data: list[NDArray[np.float32]] = []
    indices: list[NDArray[np.int32]] = []
    starts = [0]
    is_whole = np.zeros(len(vocabulary), dtype=bool)
    for inside, whole in chain(messages, clauses):
        rows = np.array(sorted(vocabulary[name] for name in inside if name in vocabulary), dtype=np.int32)
        norm = float(np.sqrt((rarity[rows] ** 2).sum() + _STEADY))
        others = np.array(sorted(vocabulary[name] for name in whole if name in vocabulary), dtype=np.int32)
        is_whole[others] = True
        indices += [rows, others]
        data += [(rarity[rows] / norm).astype(np.float32), np.full(len(others), _WHOLE, dtype=np.float32)]
        starts.append(starts[-1] + len(rows) + len(others))
    squares = np.where(is_whole, 0.0, rarity**2).astype(np.float32)
    shape = (len(messages) + len(clauses), len(vocabulary))
    return _Matrix(csr_matrix((np.concatenate(data), np.concatenate(indices), starts), shape=shape), vocabulary, squares)


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
    names = list(matrix.vocabulary)
    packed, scale = closed(folded[kept])
    squares = matrix.squares[kept].astype(np.float16).astype(np.float32)  # as kept in the file
    return Linear({names[old]: new for new, old in enumerate(kept)}, packed, scale, squares, bias, _STEADY)
