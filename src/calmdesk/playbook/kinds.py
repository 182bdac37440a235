"""The kinds of values that agents type for blanks: what one looks like, and whether what it names lies ahead. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from calmdesk.text.fold import fold
from calmdesk.text.language import ByLanguage, Patterns
from calmdesk.text.numbers import pattern_with_numbers, value

_NOON = 12
_HOURS = 24
_WORD = re.compile(r"\w")
_SINCE = timedelta(days=180)
"""A date without a year that was so long ago is next year's; one that was lately is over."""

Doubt = Literal["unlike", "vague", "over", "impossible"]
"""What is odd about a value: it is something else, says no time to count on, is past, or there is no such time."""


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

    vague: Patterns = ()
    """Words that name no time at all (soon); with nothing else that does, an agent is asked when."""
    gone: Patterns = ()
    """What is past whenever it is said (yesterday)."""
    span: Patterns = ()
    """A span from now on (within two hours): it lies ahead whenever it is said."""
    on: Annotated[Patterns, _with("month", "day")] = ()
    """A day that is the same whenever it is said, in groups `month`, `day`, and `year` where it is named; of several one must be ahead."""
    months: dict[str, Annotated[int, Field(ge=1, le=12)]] = {}
    """Names of months, as the group `month` finds them."""
    later: Patterns = ()
    """Another day than today; the hours of today don't count then."""
    at: Annotated[Patterns, _with("hour")] = ()
    """A time of day, in groups `hour`, `minute`, `half`, and `late` where it is after noon."""
    until: dict[str, Annotated[int, Field(ge=1, le=24)]] = {}
    """Words for a part of the day, and the hour in which it is over."""

    def doubt(self, text: str, then: datetime, now: datetime) -> Doubt | None:
        """Say what is wrong *now* with a time typed *then*, both in the desk's own time; *text* is folded.

        "Today" and "Friday" mean another day tomorrow: such words hold on the day on which they were typed.
        """
        parts = [hour for word, hour in self.until.items() if fold(word).text in text]
        at = _found(self.at, text)
        if _found(self.vague, text) and not (parts or at or _found((*self.span, *self.on, *self.later), text)):
            return "vague"
        if at and not _is_time(at):
            return "impossible"
        if _found(self.gone, text):
            return "over"
        if _found(self.span, text):
            return None
        if named := [found for pattern in self.on for found in pattern_with_numbers(pattern).finditer(text)]:
            days = [day for found in named if (day := _day(found, then, self.months))]
            return "impossible" if not days else "over" if max(days) < now.date() else None
        if then.date() != now.date():
            return "over"
        if _found(self.later, text):
            return None
        ahead = _minutes(at) > now.hour * 60 + now.minute if at else all(now.hour < hour for hour in parts)
        return None if ahead else "over"


class Kind(BaseModel):
    """One kind of values, such as a time, a sum or a name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: ByLanguage
    looks_like: Patterns
    """One of these is found in such a value …"""
    unlike: Patterns = ()
    """… and none of these."""
    beside: Patterns = ()
    """What may stand beside such a value in a message that says nothing else; without any a message isn't looked through for this kind."""
    joins: dict[str, str] = {}
    """What would stand where such a value meets the words beside its blank, and what is said instead: 内前 is 内."""
    offered: Literal["case", "agent"] = "case"
    """Where it is offered again: in the same case, or also in the other cases of the agent who typed it."""
    clock: Clock | None = None
    """For a kind that says when: what doesn't lie ahead is asked about, and isn't offered again."""

    def without(self, text: str) -> str:
        """Return a folded text without the values of this kind in it."""
        clock = self.clock or Clock()
        for pattern in (*clock.on, *clock.at, *clock.span, *clock.gone, *clock.later, *clock.vague, *self.looks_like):
            text = pattern_with_numbers(pattern).sub(" ", text)
        return text

    def fits(self, typed: str) -> bool:
        """Say whether a value looks like one of this kind."""
        text = fold(typed).text
        return _found(self.looks_like, text) is not None and _found(self.unlike, text) is None

    def doubt(self, typed: str, now: datetime) -> Doubt | None:
        """Say what is odd about a value that is typed *now*, in the desk's own time."""
        odd = self.clock.doubt(fold(typed).text, now, now) if self.clock else None
        return odd or (None if self.fits(typed) else "unlike")

    def stands(self, typed: str, then: datetime, now: datetime) -> bool:
        """Say whether a value typed *then* may be offered *now*, both in the desk's own time: what it names must lie ahead."""
        return self.clock is None or self.clock.doubt(fold(typed).text, then, now) is None


def alone(kinds: Iterable[Kind], typed: str) -> Kind | None:
    """Return the kind of what was typed where that is a value, or several, and nothing else: the answer to a question, not a sentence."""
    looked_for = [kind for kind in kinds if kind.beside]
    text, first = fold(typed).text, None
    for kind in looked_for:
        rest = kind.without(text)
        first, text = first or (kind if rest != text else None), rest
    for pattern in (pattern for kind in looked_for for pattern in kind.beside):
        text = pattern_with_numbers(pattern).sub(" ", text)
    return first if first and not _WORD.search(text) else None


def _found(patterns: Patterns, text: str) -> re.Match[str] | None:
    return next((found for pattern in patterns if (found := pattern_with_numbers(pattern).search(text))), None)


def _day(found: re.Match[str], then: datetime, months: Mapping[str, int]) -> date | None:
    """Return the day that a value typed *then* names; without a year this year's, or where that was long ago the next; None for no day."""
    parts = found.groupdict()
    month, day = months.get(parts["month"]) or int(value(parts["month"]) or 0), int(value(parts["day"]) or 0)
    if parts.get("year"):
        return _date(int(parts["year"]), month, day)
    named = (_date(year, month, day) for year in (then.year, then.year + 1))
    return next((one for one in named if one and then.date() - one < _SINCE), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def _is_time(found: re.Match[str]) -> bool:
    minute = value(found.groupdict().get("minute") or "0") or 0
    return (value(found["hour"]) or 0) <= _HOURS and minute < 60


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
