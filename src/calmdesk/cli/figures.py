"""Figures of an evaluation as text."""

from __future__ import annotations

from collections.abc import Iterator

from calmdesk.evaluation import Figures
from calmdesk.reading.scales import Tally


def printed(figures: Figures, lang: str = "") -> str:
    """Return the tables, widest column first."""
    return "\n".join(_lines(figures, lang))


def _lines(figures: Figures, lang: str) -> Iterator[str]:
    yield f"{lang + ': ' if lang else ''}{figures.messages} messages"
    for dimension, tallies in figures.labels.items():
        yield ""
        yield f"{dimension:<20} precision  recall      F1  support"
        for label, tally in tallies.items():
            yield _row(label, tally)
        yield _row("together (micro)", figures.micro(dimension))
        yield f"{'mean (macro)':<20}{'':>19}{figures.macro_f1(dimension):>8.3f}"
    yield ""
    yield f"complaint or not: macro-F1 {figures.complaint_macro_f1:.3f}"
    yield f"nature: accuracy {figures.nature_accuracy:.3f}"
    yield f"intensity: quadratic kappa {figures.intensity_kappa:.3f}, mean absolute error {figures.intensity_error:.3f}"
    yield f"temperament: accuracy {figures.temperament_accuracy:.3f}, without unclear {figures.temperament_accuracy_clear:.3f}"
    if figures.points:
        yield _row("points", figures.points)
    for dimension, one in figures.doubt.items():
        right = f"wholly right where sure {one.right_when_sure:.0%}, where unsure {one.right_when_unsure:.0%}"
        yield f"unsure of {dimension}: {one.rate:.0%}; {right}"
    errors = ", ".join(f"{dimension} {error:.3f}" for dimension, error in figures.calibration_error.items())
    yield f"calibration error of the scores: {errors}"


def _row(label: str, tally: Tally) -> str:
    return f"{label:<20}{tally.precision:>10.3f}{tally.recall:>8.3f}{tally.f1:>8.3f}{tally.true:>9}"
