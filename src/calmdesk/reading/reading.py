"""What the bot reads out of a customer's messages (TAXONOMY). No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

DIMENSIONS = ("types", "nature", "intensity", "temperament", "traits", "needs", "risks")
"""The dimensions of the taxonomy that carry labels."""


CONTENT = frozenset({"settled", "praise", "thanks", "resolved"})
"""Signals of somebody who has no complaint, if nothing else speaks of one: "No allergy at all, thank you" is no alarm."""
CALM = 1
"""Up to this intensity a message may be settled, thankful or praising."""


class Evidence(NamedTuple):
    """Why a label is claimed: a stretch of the customer's last message."""

    label: str
    """Such as "types.logistics"."""
    start: int
    """Offset in characters into the message as given."""
    end: int
    text: str

    def as_json(self) -> dict[str, Any]:
        """Return the contract's form."""
        return {"label": self.label, "start": self.start, "end": self.end, "text": self.text}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the messages, or the order, tell that a reply can take up."""

    order_number: str | None = None
    tracking_number: str | None = None
    courier: str | None = None
    amount: float | None = None
    days: float | None = None
    date: str | None = None
    times: float | None = None
    product: str | None = None
    """The goods' name as said or ordered."""
    customer_name: str | None = None
    said: Mapping[str, str] = field(default_factory=dict)
    """`days`, `amount` and `times` in the customer's own words: 八天, 30块, three times."""

    def as_json(self) -> dict[str, Any]:
        """Return the contract's form."""
        return {
            "order_number": self.order_number,
            "courier": self.courier,
            "amount": _short(self.amount),
            "days": _short(self.days),
            "customer_name": self.customer_name,
            "tracking_number": self.tracking_number,
            "date": self.date,
            "times": _short(self.times),
            "product": self.product,
            "said": dict(self.said),
        }


def _short(number: float | None) -> float | None:
    """Return a whole number without a fraction, another one with two places."""
    return number if number is None else int(number) if number == int(number) else round(number, 2)


@dataclass(frozen=True, slots=True)
class Reading:
    """The last message of a customer, read in the light of the whole conversation."""

    lang: str
    types: tuple[str, ...]
    """Complaint types, the most certain first; empty where there is no complaint."""
    nature: str
    intensity: int
    """0 (calm) to 4 (out of control)."""
    temperament: str
    traits: tuple[str, ...]
    needs: tuple[str, ...]
    risks: tuple[str, ...]
    points: tuple[str, ...]
    """What to read back: short clauses in the customer's words, persons turned."""
    level: int
    """1 to 5: who should take the case."""
    product: str | None
    """The group of the goods, such as "food"."""
    facts: Facts
    heat: tuple[int, ...]
    """The intensity of each message of the customer's."""
    scores: Mapping[str, Mapping[str, float]]
    """Per dimension, how likely each label is, 0 to 1."""
    evidence: tuple[Evidence, ...]
    signals: tuple[str, ...] = ()
    """Ways of speaking that matter though they are no labels: insult, sarcasm, settled …"""
    point: str | None = None
    """The weightiest point that says what happened, so that it can stand inside a sentence."""
    point_of: Mapping[str, str] = field(default_factory=dict)
    """For each complaint type the weightiest such point that speaks of it."""
    demands: tuple[str, ...] = ()
    """What is asked for: refund, exchange …"""
    product_kind: str | None = None
    """The kind of goods within the group, such as "root_vegetables"."""
    detail: str | None = None
    """A concrete detail, as said but for the persons, that a question can take up (A5)."""
    insults: int = 0
    """How many of the customer's messages insulted."""
    repeated: bool = False
    """Whether a point of an earlier message is made again."""
    open_demand: bool = False
    """Whether a demand of an earlier message is made again."""
    goes_on: bool = False
    """Whether the message says more about a question that waits for its answer."""
    complained: bool = False
    """Whether an earlier message complained of something."""
    kept_risks: tuple[str, ...] = ()
    """Of the risks those that this message doesn't speak of: an agent named them before it."""
    earlier_risks: tuple[str, ...] = ()
    """The risks of the messages before."""
    earlier_signals: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    """Of types, nature and intensity those that are more likely wrong than right."""

    @property
    def complaint(self) -> bool:
        """Whether there is a complaint at all."""
        return bool(self.types) or self.nature in {"valid", "venting"} or self.intensity >= 2

    @property
    def content(self) -> bool:
        """Whether the message ends the matter: settled, thanks or praise, said calmly."""
        return not CONTENT.isdisjoint(self.signals) and self.intensity <= CALM

    @property
    def trend(self) -> str:
        """`first`, `rising`, `level` or `falling`: heat against the message before."""
        if len(self.heat) < 2:
            return "first"
        before, now = self.heat[-2:]
        return "rising" if now > before else "falling" if now < before else "level"

    def corrected(self, labels: Mapping[str, Any]) -> Reading:
        """Return the reading with what somebody who knows better says, by dimension; the level is the caller's to set anew.

        Who says that it complains of nothing and is wholly calm says that it is a question.
        """
        types = tuple(labels.get("types", self.types))
        nature = labels.get("nature", self.nature)
        if types and nature == "none":
            nature = "valid"
        intensity = labels.get("intensity", self.intensity)
        if "types" in labels and not types and labels.get("intensity") == 0:
            nature = "inquiry"
        return replace(
            self,
            types=types,
            nature=nature,
            intensity=intensity,
            heat=(*self.heat[:-1], intensity),
            temperament=labels.get("temperament", self.temperament),
            traits=tuple(labels.get("traits", self.traits)),
            needs=tuple(labels.get("needs", self.needs)),
            risks=tuple(labels.get("risks", self.risks)),
            evidence=tuple(piece for piece in self.evidence if not piece.label.startswith("types.") or piece.label[6:] in types),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the contract's form."""
        return {
            "lang": self.lang,
            "types": list(self.types),
            "nature": self.nature,
            "intensity": self.intensity,
            "temperament": self.temperament,
            "traits": list(self.traits),
            "needs": list(self.needs),
            "risks": list(self.risks),
            "points": list(self.points),
            "level": self.level,
            "product": self.product,
            "facts": self.facts.as_json(),
            "heat": list(self.heat),
            "scores": {dimension: dict(labels) for dimension, labels in self.scores.items()},
            "evidence": [piece.as_json() for piece in self.evidence],
            "signals": list(self.signals),
            "demands": list(self.demands),
            "product_kind": self.product_kind,
            "detail": self.detail,
            "unsure": list(self.unsure),
        }
