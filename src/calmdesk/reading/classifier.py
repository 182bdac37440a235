"""The trained part of reading: a linear model, which can say why, and a network beside it, which sees more."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from calmdesk.reading.cues import Hit
from calmdesk.reading.features import Sight, clause_features
from calmdesk.reading.keys import KeyTable
from calmdesk.reading.linear import Floats, Linear, Weighed, closed, opened
from calmdesk.reading.meanings import Meanings
from calmdesk.reading.network import Network, Pointing, class_rows

VERSION = 3
"""Of the weights' file; another one is refused."""
HIGHEST = 4
"""The highest intensity."""
POINT = "point"
"""The linear model's last column: whether a clause is a point."""


class WeightsError(ValueError):
    """A weights' file that can't be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One text's scores, with what is needed to explain them."""

    logits: Floats
    """For each output."""
    weighed: Weighed
    pointing: Pointing
    hits: Sequence[Hit]

    @property
    def known(self) -> int:
        """Return how many different runs of the text the classifier knows: how much it has to go by."""
        return self.weighed.known


@dataclass(frozen=True, repr=False)
class Classifier:
    """How likely each output is, such as "types.logistics" or "intensity>2"."""

    outputs: tuple[str, ...]
    linear: Linear
    network: Network
    shares: Floats
    """For each output, and last for points: how much the linear model's opinion counts, the network's, and what is added; so that a
    score is a probability."""
    thresholds: Mapping[str, float]
    """From which probability on a label is claimed."""
    cuts: tuple[float, ...]
    """The expected intensity, 0 to 4, from which on the next higher step is claimed."""
    trained_on: Mapping[str, Any]
    """What the training saw: file names, counts."""
    meanings: Meanings

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the classifier kept in *path*; raise WeightsError for a file of another version."""
        with np.load(path) as stored:
            about = json.loads(bytes(stored["about"]).decode())
            if about.get("version") != VERSION:
                raise WeightsError(f"{path}: weights of version {about.get('version')}, wanted {VERSION}; run `calmdesk train`")

            def floats(name: str) -> Floats:
                return opened(stored[name], stored[f"{name}_scale"])

            linear = Linear(
                KeyTable(stored["keys"]),
                stored["weights"],
                stored["weights_scale"],
                stored["squares"].astype(np.float32),
                stored["bias"],
                about["steady"],
            )
            meanings = Meanings(
                tuple(about["classes"]), KeyTable(stored["meanings"]), stored["meanings_classes"], stored["meanings_expression"]
            )
            marks = {name: row for row, name in enumerate(about["marks"])}
            network = Network(
                KeyTable(stored["units"]), marks, class_rows(marks, meanings), floats("unit_vectors"), floats("mark_vectors"),
                tuple((floats(f"layer{number}"), stored[f"layer{number}_bias"]) for number in range(about["layers"])),
                floats("out"), stored["out_bias"], floats("pointing"),
            )  # fmt: skip
            return cls(
                tuple(about["outputs"]), linear, network, stored["shares"], about["thresholds"], tuple(about["cuts"]), about["trained_on"],
                meanings,
            )  # fmt: skip

    def save(self, path: Path) -> None:
        """Write the weights to *path*, nearly all of them in 8 bits."""
        about = {
            "version": VERSION, "outputs": self.outputs, "thresholds": dict(self.thresholds), "cuts": self.cuts,
            "steady": self.linear.steady, "layers": len(self.network.layers), "marks": list(self.network.marks),
            "classes": self.meanings.classes,
            "trained_on": dict(self.trained_on),
        }  # fmt: skip
        parts: dict[str, NDArray[Any]] = {
            "about": np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), dtype=np.uint8),
            "squares": self.linear.squares.astype(np.float16),
            "bias": self.linear.bias,
            "out_bias": self.network.bias,
            "shares": self.shares,
            "weights": self.linear.weights,
            "weights_scale": self.linear.scale,
            "keys": self.linear.table.keys,
            "units": self.network.units.keys,
            "meanings": self.meanings.table.keys,
            "meanings_classes": self.meanings.of_row,
            "meanings_expression": self.meanings.is_expression,
        }
        packed = {
            "unit_vectors": self.network.unit_vectors, "mark_vectors": self.network.mark_vectors,
            "out": self.network.out, "pointing": self.network.pointing,
        }  # fmt: skip
        for number, (weights, bias) in enumerate(self.network.layers):
            packed[f"layer{number}"], parts[f"layer{number}_bias"] = weights, bias
        for name, weights in packed.items():
            parts[name], parts[f"{name}_scale"] = closed(weights)
        np.savez(path, allow_pickle=False, **parts)

    def score(self, texts: Sequence[str], hits: Sequence[Sequence[Hit]]) -> list[Scored]:
        """Score folded *texts*, in each of which the cues *hits* fired."""
        return self.opinions(Sight.of_texts(texts, hits, self.meanings))[2]

    def opinions(self, sight: Sight) -> tuple[Floats, Floats, list[Scored]]:
        """Return what the linear model and what the network think of each text, and the scores that both come to."""
        weights, weighed = self.linear.weigh(sight)
        of_linear = weights[:, : len(self.outputs)]
        of_network, pointing = self.network.look(sight)
        logits = of_linear * self.shares[0, :-1] + of_network * self.shares[1, :-1] + self.shares[2, :-1]
        return of_linear, of_network, [Scored(*found) for found in zip(logits, weighed, pointing, sight.hits, strict=True)]

    def on_clauses(self, scored: Scored, text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
        """Return what both models think of whether each of the clauses *spans* of the scored folded *text* is a point."""
        whole = [clause_features(text, start, end, scored.hits) for start, end in spans]
        of_linear = self.linear.pointed(scored.weighed, spans, whole).tolist()
        # In the middle of a very long text, which the network doesn't see, the linear model speaks for both.
        of_network = scored.pointing.of(spans)
        return [(one, one if other is None else other) for one, other in zip(of_linear, of_network, strict=True)]

    def pointed(self, scored: Scored, text: str, spans: Sequence[tuple[int, int]]) -> list[float]:
        """Return how likely each of the clauses *spans* of the scored folded *text* is a point."""
        both = np.array(self.on_clauses(scored, text, spans), dtype=np.float32)
        found: list[float] = probability(both @ self.shares[:2, -1] + self.shares[2, -1]).tolist()
        return found

    def column(self, output: str) -> int | None:
        """Return the column of an output, None for a label that the weights don't know yet."""
        return self._columns.get(output)

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {output: number for number, output in enumerate(self.outputs)}

    def strongest(self, scored: Scored, output: str, most: int = 2) -> list[tuple[int, int]]:
        """Return the stretches of the folded text that speak most for *output*, at most *most*, none overlapping."""
        column = self.column(output)
        return [] if column is None else self.linear.strongest(scored.weighed, column, most)


def probability(logits: Floats | np.float32) -> NDArray[np.float32]:
    """Return the logistic function of each of *logits*."""
    return np.asarray(1 / (1 + np.exp(np.minimum(np.maximum(-logits, -30), 30))), dtype=np.float32)
