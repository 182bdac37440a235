"""Training: weights for the classifier from labelled messages; the same messages give the same weights.

Needs scikit-learn: `pip install "calmdesk[train]"`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from calmdesk.reading.classifier import HIGHEST, Classifier, Floats, probability
from calmdesk.reading.cues import Lexicon
from calmdesk.reading.features import cue_features, manner, runs
from calmdesk.reading.scales import kappa
from calmdesk.text.fold import fold

MANY = ("types", "traits", "needs", "risks")
"""Dimensions of which a message may have several labels."""
ONE = ("nature", "temperament")
"""Dimensions of which it has one."""

_FOLDS = 5
_SEEN_AT_LEAST = 2
"""In so many messages a run must stand to be learnt."""
_KEPT = 60_000
"""So many features stay: those with the largest weights."""
_WHOLE = 0.15
"""The weight of a feature of the whole text or a cue, beside runs that together have length 1."""
_STRENGTH = 6.0
"""Inverse regularisation."""
_STEADY = 1000.0
"""Added to the squares in a text's length; about what ten rare runs weigh."""
_UNSEEN = 0.5
"""The lowest threshold of a label that none of them has: all that is known of it was made up."""
_TRUSTED_FROM = 20
"""A label that fewer held-out messages have is claimed only with some certainty, whatever threshold those few suggest."""
_CAREFUL = 0.14
_JUDGES_AT_LEAST = 10
"""So many messages with a label are needed to set its threshold by them alone."""

Progress = Callable[[str], None]


class LabelledMessage(BaseModel):
    """One line of training or gold data."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Any = None
    lang: str = ""
    text: str
    types: tuple[str, ...] = ()
    nature: str
    intensity: int = Field(ge=0, le=HIGHEST)
    temperament: str
    traits: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    points: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Matrix:
    rows: Any
    """Sparse, a row for each message, a column for each feature."""
    vocabulary: dict[str, int]
    squares: Floats
    """Per feature the square of its rarity; 0 for a feature of the whole."""


def train(
    messages: Sequence[LabelledMessage], lexicon: Lexicon, labels: Mapping[str, Sequence[str]], sources: Mapping[str, int], tell: Progress,
    judges_from: int = 0,
) -> Classifier:  # fmt: skip
    """Return a classifier trained on *messages*.

    *labels* are those of the playbook, *sources* what to note of where the messages came from. Thresholds are set by the messages from
    number *judges_from* on, where those have the label often enough: put real ones last, and name where they begin.
    """
    tell(f"reading {len(messages)} messages")
    matrix = _matrix([message.text for message in messages], lexicon)
    tell(f"{len(matrix.vocabulary)} features")
    targets = _targets(messages, labels)
    folds = np.arange(len(messages)) % _FOLDS
    outputs = list(targets)
    held_out = np.zeros((len(messages), len(outputs)), dtype=np.float32)
    for fold_number in range(_FOLDS):
        tell(f"trying on held-out part {fold_number + 1} of {_FOLDS}")
        inside, outside = folds != fold_number, folds == fold_number
        weights, bias = _fit(matrix, inside, {name: target[inside] for name, target in targets.items()})
        held_out[outside] = probability(matrix.rows[outside] @ weights.T + bias)
    thresholds = _thresholds(outputs, targets, held_out, judges_from)
    steps = [outputs.index(f"intensity>{step}") for step in range(HIGHEST)]
    judged = slice(judges_from, None)
    cuts = _cuts(held_out[judged, steps].sum(axis=1), np.array([message.intensity for message in messages[judged]]))
    tell("training on everything")
    weights, bias = _fit(matrix, np.ones(len(messages), dtype=bool), targets)
    return _packed(outputs, matrix, weights, bias, thresholds, cuts, sources)


def _matrix(texts: Sequence[str], lexicon: Lexicon) -> _Matrix:
    """Return the feature matrix: runs weighted by rarity to length 1, and features of the whole."""
    from scipy.sparse import csr_matrix

    seen: list[tuple[set[str], set[str]]] = []
    counts: Counter[str] = Counter()
    for text in texts:
        folded = fold(text)
        inside = {name for name, _, _ in runs(folded.text)}
        whole = {*manner(folded.text), *cue_features(lexicon.find(folded))}
        counts.update(inside)
        counts.update(whole)
        seen.append((inside, whole))
    vocabulary = {name: row for row, name in enumerate(sorted(name for name, count in counts.items() if count >= _SEEN_AT_LEAST))}
    rarity = np.array([np.log((1 + len(texts)) / (1 + counts[name])) + 1 for name in vocabulary], dtype=np.float64)
    data: list[float] = []
    indices: list[int] = []
    starts = [0]
    is_whole = np.zeros(len(vocabulary), dtype=bool)
    for inside, whole in seen:
        rows = sorted(vocabulary[name] for name in inside if name in vocabulary)
        norm = float(np.sqrt((rarity[rows] ** 2).sum() + _STEADY))
        others = sorted(vocabulary[name] for name in whole if name in vocabulary)
        is_whole[others] = True
        indices += rows + others
        data += [float(value) / norm for value in rarity[rows]] + [_WHOLE] * len(others)
        starts.append(len(indices))
    squares = np.where(is_whole, 0.0, rarity**2).astype(np.float32)
    return _Matrix(csr_matrix((data, indices, starts), shape=(len(texts), len(vocabulary))), vocabulary, squares)


def _targets(messages: Sequence[LabelledMessage], labels: Mapping[str, Sequence[str]]) -> dict[str, NDArray[np.bool_]]:
    targets: dict[str, NDArray[np.bool_]] = {}
    for dimension in MANY:
        for label in labels[dimension]:
            targets[f"{dimension}.{label}"] = np.array([label in getattr(message, dimension) for message in messages])
    for dimension in ONE:
        for label in labels[dimension]:
            targets[f"{dimension}.{label}"] = np.array([getattr(message, dimension) == label for message in messages])
    for step in range(HIGHEST):
        targets[f"intensity>{step}"] = np.array([message.intensity > step for message in messages])
    return {name: target for name, target in targets.items() if target.any()}


def _fit(matrix: _Matrix, inside: NDArray[np.bool_], targets: Mapping[str, NDArray[np.bool_]]) -> tuple[Floats, Floats]:
    """Return a row of weights and a bias for each target, learnt from the messages *inside*: logistic regression, each by itself.

    Each run counts by how much more often it stands in messages with the label than in those without (naive Bayes weights).
    """
    from scipy.sparse import diags_array
    from sklearn.linear_model import LogisticRegression

    rows = matrix.rows[inside]
    is_run = matrix.squares > 0
    present = (rows > 0).astype(np.float64)
    seen = np.asarray(present.sum(axis=0)).ravel()
    weights = np.zeros((len(targets), rows.shape[1]), dtype=np.float32)
    bias = np.full(len(targets), -6.0, dtype=np.float32)
    for number, target in enumerate(targets.values()):
        if target.any() and not target.all():
            with_it = np.asarray(present.T @ target.astype(np.float64)).ravel()
            share = (with_it + 1) / target.sum() / ((seen - with_it + 1) / (~target).sum())
            telling = np.where(is_run, np.abs(np.log(share)), 0.0)
            telling = np.where(is_run, telling / np.sqrt((telling**2).sum() / max(1, is_run.sum())), 1.0)
            model = LogisticRegression(C=_STRENGTH, solver="liblinear", random_state=0, max_iter=200)
            model.fit(rows @ diags_array(telling), target)
            weights[number], bias[number] = model.coef_[0] * telling, model.intercept_[0]
    return weights, bias


def _thresholds(outputs: Sequence[str], targets: Mapping[str, NDArray[np.bool_]], held_out: Floats, judges_from: int) -> dict[str, float]:
    """Return for each label the probability from which claiming it does best on held-out messages (F1)."""
    thresholds = {}
    for column, output in enumerate(outputs):
        if output.split(".")[0] not in (*MANY, "temperament") and output != "nature.none":
            continue
        first = judges_from if targets[output][judges_from:].sum() >= _JUDGES_AT_LEAST else 0
        true, likely = targets[output][first:], held_out[first:, column]
        real = targets[output][judges_from:].sum()
        lowest = 0.1 if real >= _TRUSTED_FROM else _CAREFUL if real else _UNSEEN
        best, threshold = -1.0, 0.5
        for tried in np.arange(lowest, 0.8, 0.02):
            claimed = likely >= tried
            score = 2 * float((claimed & true).sum()) / max(1.0, float(claimed.sum() + true.sum()))
            if score > best + 1e-4:
                best, threshold = score, float(tried)
        thresholds[output] = round(threshold, 2)
    return thresholds


def _cuts(expected: Floats, intensity: NDArray[np.int_]) -> tuple[float, ...]:
    """Return the cuts of the expected intensity that agree best with the labels (quadratic kappa)."""
    cuts = [step + 0.5 for step in range(HIGHEST)]
    for _ in range(4):
        for number in range(HIGHEST):
            low = cuts[number - 1] + 0.05 if number else 0.1
            high = cuts[number + 1] - 0.05 if number + 1 < HIGHEST else HIGHEST - 0.1
            tried = np.arange(low, high, 0.05)
            scores = []
            for cut in tried:
                steps = np.digitize(expected, [*cuts[:number], cut, *cuts[number + 1 :]])
                scores.append(kappa(intensity.tolist(), steps.tolist(), HIGHEST + 1))
            if scores:
                cuts[number] = float(tried[int(np.argmax(scores))])
    return tuple(round(cut, 2) for cut in cuts)


def _packed(
    outputs: Sequence[str], matrix: _Matrix, weights: Floats, bias: Floats, thresholds: Mapping[str, float],
    cuts: tuple[float, ...], sources: Mapping[str, int],
) -> Classifier:  # fmt: skip
    """Return the classifier with the features' own weights folded in and the weakest features left out."""
    runs_own = np.sqrt(matrix.squares)
    own = np.where(matrix.squares > 0, runs_own, _WHOLE).astype(np.float32)
    folded = weights.T * own[:, None]
    # A run's share is divided by its text's length later on; only so are runs and features of the whole comparable.
    length = float(np.sqrt(matrix.rows.astype(bool) @ matrix.squares + _STEADY).mean()) or 1.0
    strength = np.abs(folded).max(axis=1) / np.where(matrix.squares > 0, length, 1.0)
    kept = np.sort(np.argsort(-strength, kind="stable")[:_KEPT])
    names = list(matrix.vocabulary)
    return Classifier(
        outputs=tuple(outputs),
        vocabulary={names[old]: new for new, old in enumerate(kept)},
        weights=folded[kept],
        squares=matrix.squares[kept],
        bias=bias,
        steady=_STEADY,
        thresholds=thresholds,
        cuts=cuts,
        trained_on=dict(sources),
    )
