"""Calibration: how much each model counts, so that a score is a probability, and from when on a label is claimed.

All of it by messages that no model was trained on. Needs scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from calmdesk.reading.classifier import probability
from calmdesk.reading.labelled import MANY
from calmdesk.reading.linear import Floats
from calmdesk.reading.scales import kappa

Bools = NDArray[np.bool_]

_TRUSTED_FROM = 20
"""So many judges are enough to set a label's threshold."""
_LOWEST = 0.2
"""No threshold is lower …"""
_CAREFUL = 0.22
"""… than this where fewer judges have the label …"""
_UNSEEN = 0.5
"""… and than this where none has."""
_ALARMS = ("risks.safety", "risks.authority", "risks.abuse")
"""Of these one too many costs less than one that is missed."""
_MISSED_COSTS = 2
"""So many times."""
_MANNER = "traits"
"""Nothing is claimed of these on thin evidence."""
_MANNER_FROM = 0.2
_CUT_MOVES = 0.2
"""So far a cut may stand from the middle between two steps of the intensity."""
_SEEN = 0.25
"""How much a label's threshold rests on what the judges are, the rest on how likely they are: few judges have a rare label."""


def shares_of(outputs: Sequence[str], opinions: tuple[Floats, Floats], truth: Mapping[str, Bools]) -> Floats:
    """Return for each output the share of both models' opinions and what is added to them.

    The shares are the same within a dimension; what is added is each output's own.
    """
    from sklearn.linear_model import LogisticRegression

    shares = np.zeros((3, len(outputs)), dtype=np.float32)
    groups: dict[str, list[int]] = {}
    for number, output in enumerate(outputs):
        groups.setdefault(output.partition(".")[0].partition(">")[0], []).append(number)
    for numbers in groups.values():
        judges = len(opinions[0])
        own = np.kron(np.eye(len(numbers)), np.ones((judges, 1)))
        both = np.stack([opinion[:, numbers].T.reshape(-1) for opinion in opinions], axis=1)
        target = np.concatenate([truth[outputs[number]] for number in numbers])
        if not target.any() or target.all():
            shares[:2, numbers] = 0.5
            continue
        model = LogisticRegression(C=1.0, fit_intercept=False, solver="lbfgs", max_iter=1000).fit(np.hstack([both, own]), target)
        shares[:2, numbers] = np.maximum(model.coef_[0, :2], 0.0)[:, None]
        shares[2, numbers] = model.coef_[0, 2:]
    return shares


def mixed(opinions: tuple[Floats, Floats], shares: Floats) -> Floats:
    """Return the probabilities that both models' *opinions* come to."""
    return probability(opinions[0] * shares[0] + opinions[1] * shares[1] + shares[2])


def thresholds_of(truth: Mapping[str, Bools], likely: Floats) -> dict[str, float]:
    """Return for each label the probability from which claiming it does best."""
    thresholds = {}
    for column, (output, true) in enumerate(truth.items()):
        dimension = output.partition(".")[0]
        if dimension not in MANY and output != "nature.none":
            continue
        count = int(true.sum())
        lowest = _LOWEST if count >= _TRUSTED_FROM else _CAREFUL if count else _UNSEEN
        if dimension == _MANNER:
            lowest = max(lowest, _MANNER_FROM)
        expected = _SEEN * true.astype(np.float64) + (1 - _SEEN) * likely[:, column]
        best, threshold = -1.0, 0.5
        for tried in np.arange(lowest, 0.8, 0.02):
            score = _worth(expected, likely[:, column] >= tried, output)
            if score > best + 1e-4:
                best, threshold = score, float(tried)
        thresholds[output] = round(threshold, 2)
    return thresholds


def _worth(true: NDArray[np.float64], claimed: Bools, output: str) -> float:
    """Return F1, or its like for an alarm; *true* may be a chance."""
    missed_costs = _MISSED_COSTS if output in _ALARMS else 1
    hit = float(true[claimed].sum())
    both = (1 + missed_costs) * hit
    return both / max(1.0, both + missed_costs * (float(true.sum()) - hit) + float(claimed.sum()) - hit)


def cuts_of(expected: Floats, intensity: NDArray[np.int_], highest: int) -> tuple[float, ...]:
    """Return the cuts of the expected intensity that agree best with the labels (quadratic kappa)."""
    cuts = [step + 0.5 for step in range(highest)]
    for _ in range(4):
        for number in range(highest):
            tried = number + 0.5 + np.arange(-_CUT_MOVES, _CUT_MOVES + 0.01, 0.05)
            scores = []
            for cut in tried:
                steps = np.digitize(expected, [*cuts[:number], cut, *cuts[number + 1 :]])
                scores.append(kappa(intensity.tolist(), steps.tolist(), highest + 1))
            cuts[number] = float(tried[int(np.argmax(scores))])
    return tuple(round(cut, 2) for cut in cuts)
