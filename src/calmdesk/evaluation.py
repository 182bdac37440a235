"""Evaluation: how well readings agree with gold labels. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from calmdesk.reading.classifier import HIGHEST
from calmdesk.reading.labelled import MANY, ONE, LabelledMessage
from calmdesk.reading.reading import Reading
from calmdesk.reading.scales import Tally, kappa
from calmdesk.text.fold import fold

_COVERS = 0.5
"""A point counts where it shares so much of the shorter one's pairs of signs with the gold point."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """How often a reading was unsure of a dimension, and how often it was wholly right where it was sure and where it wasn't."""

    rate: float
    right_when_sure: float
    right_when_unsure: float


@dataclass(frozen=True)
class Figures:
    """The agreement of readings with gold."""

    messages: int
    labels: Mapping[str, Mapping[str, Tally]]
    """Per dimension, per label."""
    intensity_kappa: float
    intensity_error: float
    """Mean absolute error, in steps."""
    temperament_accuracy: float
    temperament_accuracy_clear: float
    """Where gold isn't `unclear`."""
    nature_accuracy: float
    complaint_macro_f1: float
    """Complaint or not, mean of both sides."""
    points: Tally | None
    calibration_error: Mapping[str, float]
    """Per dimension, how far on average a label's score is from how often labels of such a score are true."""
    doubt: Mapping[str, Doubt]
    """Of each dimension that can be unsure."""

    def micro(self, dimension: str) -> Tally:
        """Return all labels of *dimension* together."""
        return sum(self.labels[dimension].values(), Tally(0, 0, 0))

    def macro_f1(self, dimension: str) -> float:
        """Return the mean F1 of the labels that gold has."""
        present = [tally.f1 for tally in self.labels[dimension].values() if tally.true]
        return sum(present) / len(present) if present else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return everything for programs."""
        return {
            "messages": self.messages,
            **{
                dimension: {
                    "labels": {label: _json(tally) for label, tally in tallies.items()},
                    "micro": _json(self.micro(dimension)),
                    "macro_f1": round(self.macro_f1(dimension), 4),
                }
                for dimension, tallies in self.labels.items()
            },
            "intensity": {"kappa": round(self.intensity_kappa, 4), "mean_absolute_error": round(self.intensity_error, 4)},
            "temperament_accuracy": round(self.temperament_accuracy, 4),
            "temperament_accuracy_without_unclear": round(self.temperament_accuracy_clear, 4),
            "nature_accuracy": round(self.nature_accuracy, 4),
            "complaint_macro_f1": round(self.complaint_macro_f1, 4),
            "points": _json(self.points) if self.points else None,
            "calibration_error": {dimension: round(error, 4) for dimension, error in self.calibration_error.items()},
            "unsure": {dimension: {key: round(value, 4) for key, value in asdict(one).items()} for dimension, one in self.doubt.items()},
        }


def _json(tally: Tally) -> dict[str, Any]:
    return {
        "precision": round(tally.precision, 4), "recall": round(tally.recall, 4), "f1": round(tally.f1, 4), "support": tally.true,
    }  # fmt: skip


def compare(pairs: Sequence[tuple[LabelledMessage, Reading]], known: Mapping[str, Sequence[str]]) -> Figures:
    """Return how well the readings agree with gold; *known* are the labels of each dimension."""
    golds = [gold for gold, _ in pairs]
    readings = [reading for _, reading in pairs]
    labels: dict[str, dict[str, Tally]] = {}
    for dimension in MANY:
        labels[dimension] = {
            label: _tally((label in getattr(gold, dimension), label in getattr(reading, dimension)) for gold, reading in pairs)
            for label in known[dimension]
        }
    for dimension in ONE:
        labels[dimension] = {
            label: _tally((getattr(gold, dimension) == label, getattr(reading, dimension) == label) for gold, reading in pairs)
            for label in known[dimension]
        }
    clear = [(gold, reading) for gold, reading in pairs if gold.temperament != "unclear"]
    complaints = [(gold.nature != "none", reading.nature != "none") for gold, reading in pairs]
    return Figures(
        messages=len(pairs),
        labels=labels,
        intensity_kappa=kappa([gold.intensity for gold in golds], [reading.intensity for reading in readings], HIGHEST + 1),
        intensity_error=_mean(abs(gold.intensity - reading.intensity) for gold, reading in pairs),
        temperament_accuracy=_mean(gold.temperament == reading.temperament for gold, reading in pairs),
        temperament_accuracy_clear=_mean(gold.temperament == reading.temperament for gold, reading in clear),
        nature_accuracy=_mean(gold.nature == reading.nature for gold, reading in pairs),
        complaint_macro_f1=(_tally(complaints).f1 + _tally((not one, not other) for one, other in complaints).f1) / 2,
        points=_points([(gold.points, reading.points) for gold, reading in pairs if gold.points is not None]),
        calibration_error={dimension: _calibration_error(pairs, dimension) for dimension in (*MANY, *ONE)},
        doubt={dimension: _doubt(pairs, dimension) for dimension in ("types", "nature", "intensity")},
    )


def _calibration_error(pairs: Sequence[tuple[LabelledMessage, Reading]], dimension: str) -> float:
    """Return the expected calibration error over all labels of *dimension*: scores in ten steps, each against how many were true."""
    steps: dict[int, list[tuple[float, bool]]] = {}
    for gold, reading in pairs:
        true = getattr(gold, dimension)
        for label, score in reading.scores[dimension].items():
            steps.setdefault(min(9, int(score * 10)), []).append((score, label == true if isinstance(true, str) else label in true))
    apart = (abs(sum(score for score, _ in step) - sum(true for _, true in step)) for step in steps.values())
    return sum(apart) / max(1, sum(map(len, steps.values())))


def _doubt(pairs: Sequence[tuple[LabelledMessage, Reading]], dimension: str) -> Doubt:
    sure: list[bool] = []
    unsure: list[bool] = []
    for gold, reading in pairs:
        one, other = getattr(gold, dimension), getattr(reading, dimension)
        right = set(one) == set(other) if dimension in MANY else one == other
        (unsure if dimension in reading.unsure else sure).append(right)
    return Doubt(len(unsure) / max(1, len(pairs)), _mean(sure), _mean(unsure))


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0


def _tally(pairs: Iterable[tuple[bool, bool]]) -> Tally:
    hit = claimed = true = 0
    for gold, read in pairs:
        hit += gold and read
        claimed += read
        true += gold
    return Tally(hit, claimed, true)


def _points(pairs: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Tally | None:
    """Tally the points that cover the same clause, each gold point at most once."""
    if not pairs:
        return None
    total = Tally(0, 0, 0)
    for gold, read in pairs:
        left = [_pairs(point) for point in gold]
        hit = 0
        for point in read:
            signs = _pairs(point)
            match = next((other for other in left if _cover(signs, other)), None)
            if match is not None:
                left.remove(match)
                hit += 1
        total += Tally(hit, len(read), len(gold))
    return total


def _pairs(text: str) -> frozenset[str]:
    folded = fold(text).text.replace(" ", "")
    return frozenset(folded[place : place + 2] for place in range(max(1, len(folded) - 1)))


def _cover(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _COVERS * max(1, min(len(one), len(other)))
