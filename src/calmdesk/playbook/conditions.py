"""Conditions: when a technique or a wording fits. Equality, membership and ranges over a fixed set of keys; no language of its own."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from calmdesk.text.language import Words


def _pair(value: object) -> object:
    """Take a single number for a range of one."""
    return [value, value] if isinstance(value, int) and not isinstance(value, bool) else value


def _in_order(value: tuple[int, int]) -> tuple[int, int]:
    if value[0] > value[1]:
        raise ValueError(f"the range [{value[0]}, {value[1]}] is empty; the smaller number comes first")
    return value


Range = Annotated[tuple[int, int], BeforeValidator(_pair), AfterValidator(_in_order)]


class Conditions(BaseModel):
    """All that are given must hold; of a list, one member is enough. docs/playbook.md says what each key means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    types: Words = ()
    nature: Words = ()
    temperament: Words = ()
    traits: Words = ()
    needs: Words = ()
    risks: Words = ()
    signals: Words = ()
    demands: Words = ()
    alerts: Words = ()
    product: Words = ()
    lang: Words = ()
    stage: Words = ()
    trend: Words = ()
    tried: Words = ()
    last: Words = ()
    heat: Range | None = None
    turn: Range | None = None
    points: Range | None = None
    tries: Range | None = None
    insults: Range | None = None
    limits: Range | None = None
    level: Range | None = None
    complaint: bool | None = None
    open_demand: bool | None = None
    repeated: bool | None = None
    goes_on: bool | None = None
    complained: bool | None = None
    large_sum: bool | None = None
    shown: bool | None = None
    knows: Words = ()
    policy: Words = ()

    def given(self) -> frozenset[str]:
        """Return the keys that are set."""
        return frozenset(key for key in CONDITION_KEYS if getattr(self, key) not in (None, ()))

    def hold(self, situation: Situation) -> bool:
        """Say whether every given condition holds."""
        return all(self._holds(key, situation) for key in self.given())

    def any_holds(self, situation: Situation) -> bool:
        """Say whether at least one of the given conditions holds (for `unless`)."""
        return any(self._holds(key, situation) for key in self.given())

    def _holds(self, key: str, situation: Situation) -> bool:
        wanted = getattr(self, key)
        if key == "knows":
            return all(name in situation.known for name in wanted)
        if key == "policy":
            return all(situation.policy.get(name) for name in wanted)
        if key in situation.numbers:
            low, high = wanted
            return bool(low <= situation.numbers[key] <= high)
        if key in situation.flags:
            return bool(situation.flags[key] == wanted)
        return not situation.labels[key].isdisjoint(wanted)


CONDITION_KEYS = tuple(Conditions.model_fields)
LABEL_KEYS = tuple(key for key, field_ in Conditions.model_fields.items() if field_.default == () and key not in {"knows", "policy"})
"""The conditions that name labels."""


@dataclass(frozen=True)
class Situation:
    """Where a case stands when the agent is about to answer: all that conditions can ask for."""

    labels: Mapping[str, frozenset[str]]
    """For each of LABEL_KEYS what is so."""
    numbers: Mapping[str, int]
    flags: Mapping[str, bool]
    known: Mapping[str, Any] = field(default_factory=dict)
    """The variables that a reply may use, by name; what isn't known isn't there."""
    policy: Mapping[str, Any] = field(default_factory=dict)
    """The shop's `[policy]`."""

    main_type: str | None = None
    """The most certain of the complaint types: what the case is about first."""
    own_words: frozenset[str] = frozenset()
    """Signals of the case beside which only wordings that name one of them may be offered."""

    def with_alerts(self, alerts: frozenset[str]) -> Situation:
        """Return the same situation with these alerts."""
        return replace(self, labels={**self.labels, "alerts": alerts})

    def with_risks(self, risks: Set[str]) -> Situation:
        """Return the same situation with these risks beside its own."""
        return replace(self, labels={**self.labels, "risks": self.labels["risks"] | risks})
