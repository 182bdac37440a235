"""Labelled messages: what training learns from and evaluation compares with. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from calmdesk.reading.classifier import HIGHEST

MANY = ("types", "traits", "needs", "risks")
"""Dimensions of which a message may have several labels."""
ONE = ("nature", "temperament")
"""Dimensions of which it has one."""
_NONE, _UNSAID = "-", "?"


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
    pointed: tuple[int, ...] | None = None
    """Where in the text each clause begins that is a point; None where nobody said."""


class LabelTableError(ValueError):
    """A table of labels that can't be read; says the line."""


def labels_by_id(lines: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the labels of a table without texts, by the messages' ids.

    The table's first lines say which letter means which label (`# types: L=logistics …`); each other one has tabs between its columns:
    id, types, nature with intensity and temperament, traits, needs, risks, places of points.
    """
    letters: dict[str, dict[str, str]] = {}
    found: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(lines, 1):
        if line.startswith("#"):
            dimension, _, legend = line[1:].strip().partition(": ")
            letters[dimension] = dict(pair.split("=", 1) for pair in legend.split() if "=" in pair)
            continue
        columns = line.rstrip("\n").split("\t")
        try:
            found[columns[0]] = _labels(columns, letters)
        except (KeyError, ValueError, IndexError) as error:
            raise LabelTableError(f"line {number}: can't be read: {error}") from error
    return found


def _labels(columns: list[str], letters: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    _, types, whole, traits, needs, risks, places = columns
    if len(whole) != len("v3c"):
        raise ValueError(f"{whole!r} isn't nature, intensity and temperament")

    def several(dimension: str, listed: str) -> tuple[str, ...]:
        return tuple(letters[dimension][letter] for letter in listed if letter != _NONE)

    return {
        "types": several("types", types),
        "nature": letters["nature"][whole[0]],
        "intensity": int(whole[1]),
        "temperament": letters["temperament"][whole[2]],
        "traits": several("traits", traits),
        "needs": several("needs", needs),
        "risks": several("risks", risks),
        "pointed": None if places == _UNSAID else tuple(int(place) for place in places.split(",") if place != _NONE),
    }  # fmt: skip


def joined(texts: Iterable[Mapping[str, Any]], labels: Mapping[str, Mapping[str, Any]]) -> Iterator[LabelledMessage]:
    """Yield the *texts* (with `id` and `text`) that have *labels*, with them."""
    for row in texts:
        if (found := labels.get(str(row.get("id")))) is not None:
            yield LabelledMessage.model_validate({**row, **found})
