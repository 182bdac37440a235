"""The kinds of values that agents type for blanks: what one looks like, and how long it may be offered again. No I/O."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from calmdesk.text.fold import fold
from calmdesk.text.language import ByLanguage, Patterns
from calmdesk.text.numbers import pattern_with_numbers, value

_NOON = 12


def _with(*groups: str) -> AfterValidator:
    """Have patterns checked for the groups that are read from them."""

    def check(patterns: Patterns) -> Patterns:
        for pattern in patterns:
            for group in groups:
                if f"(?P<{group}>" not in pattern:
                    raise ValueError(f"{pattern!r} has no group (?P<{group}>…)")
        return patterns

    return AfterValidator(check)


class Clock(BaseModel):
    """How a value says when something is to be; patterns as those of a kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    span: Patterns = ()
    """A span from now on (within two hours): it lies ahead whenever it is said."""
    on: Annotated[Patterns, _with("month", "day")] = ()
    """A day that is the same whenever it is said, in groups `month` and `day`."""
    later: Patterns = ()
    """Another day than today; the hours of today don't count then."""
    at: Annotated[Patterns, _with("hour")] = ()
    """A time of day, in groups `hour`, `minute`, `half`, and `late` where it is after noon."""
    until: dict[str, Annotated[int, Field(ge=1, le=24)]] = {}
    """Words for a part of the day, and the hour in which it is over."""


class Kind(BaseModel):
    """One kind of values, such as a time, a sum or a name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: ByLanguage
    looks_like: Patterns
    """One of these is found in such a value …"""
    unlike: Patterns = ()
    """… and none of these."""
    offered: Literal["case", "agent"] = "case"
    """Where it is offered again: in the same case, or also in the other cases of the agent who typed it."""
    clock: Clock | None = None
    """For a kind that says when: it is offered only as long as it lies ahead."""

    def fits(self, typed: str) -> bool:
        """Say whether a value looks like one of this kind."""
        text = fold(typed).text
        return _found(self.looks_like, text) is not None and _found(self.unlike, text) is None

    def stands(self, typed: str, then: datetime, now: datetime) -> bool:
        """Say whether a value typed *then* may be offered *now*, both in the desk's own time: what it names must lie ahead.

        "Today" and "Friday" mean another day tomorrow: such words stand on the day on which they were typed.
        """
        if self.clock is None:
            return True
        text, clock = fold(typed).text, self.clock
        if _found(clock.span, text):
            return True
        if on := _found(clock.on, text):
            return _day(on, then) >= now.date()
        if then.date() != now.date():
            return False
        if _found(clock.later, text):
            return True
        if at := _found(clock.at, text):
            return _minutes(at) > now.hour * 60 + now.minute
        return all(now.hour < hour for word, hour in clock.until.items() if fold(word).text in text)


def _found(patterns: Patterns, text: str) -> re.Match[str] | None:
    return next((found for pattern in patterns if (found := pattern_with_numbers(pattern).search(text))), None)


def _day(found: re.Match[str], then: datetime) -> date:
    """Return the day that a value names: the next one after it was typed; the past where there is no such day."""
    month, day = int(value(found["month"]) or 0), int(value(found["day"]) or 0)
    try:
        named = date(then.year, month, day)
        return named if named >= then.date() else date(then.year + 1, month, day)
    except ValueError:
        return date.min


def _minutes(found: re.Match[str]) -> float:
    """Return a time of day in minutes."""
    parts = found.groupdict()
    hour, minute = value(found["hour"]) or 0.0, value(parts.get("minute") or "0") or 0.0
    afternoon = bool(parts.get("late")) and hour < _NOON
    return (hour + _NOON * afternoon) * 60 + (30 if parts.get("half") else minute)


class Kinds(BaseModel):
    """`kinds.toml`: a table for each kind."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Kind] = Field(init=False)
