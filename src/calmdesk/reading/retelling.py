"""Retelling: what of a message a reply can take up in the customer's own words, persons turned (A5, A7). No I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from calmdesk.reading.classifier import HIGHEST
from calmdesk.reading.glance import Glance
from calmdesk.reading.goods import GoodsFinder
from calmdesk.reading.points import Point, Unsaid, asks_in, find_points, split_clauses, trimmed, turn_persons
from calmdesk.text.language import Language, Languages

_LONGEST_DETAIL = 24
_OFFENCES = {"signals.insult", "risks.abuse", "signals.threat"}


def stated(points: Sequence[Point], language: Language) -> dict[str, Any]:
    """Return the points that can stand inside a sentence: the weightiest, and the weightiest of each type."""
    found = [point for point in points if point.statement and len(point.text) <= language.clauses.longest]
    found.sort(key=lambda point: -point.weight)
    of_type: dict[str, str] = {}
    for point in found:
        for label in point.types:
            of_type.setdefault(label, point.text)
    return {"point": found[0].text if found else None, "point_of": of_type}


@dataclass(frozen=True)
class Retelling:
    """Finds in a glance what can be said back."""

    languages: Languages
    goods: GoodsFinder
    unsaid: Unsaid

    def points(self, glance: Glance, weigh: Callable[[Sequence[tuple[int, int]]], list[float]]) -> list[Point]:
        """Return what to read back: nothing where nothing is complained of; *weigh* says how likely each of some clauses is a point."""
        raging = glance.intensity == HIGHEST
        if glance.nature == "none" or (raging and not glance.types) or not self.unsaid.messages.isdisjoint(glance.strongly):
            return []
        language = self.languages[glance.lang]
        found = find_points(glance.folded, glance.hits, language, self.unsaid, weigh)
        return [point._replace(text=self._turned_too(point.text, language)) for point in found]

    def _turned_too(self, text: str, language: Language) -> str:
        """Turn the persons of words that another kind of language put into *text*: customers mix them."""
        other = self._other_kind[language.spaced]
        return turn_persons(text, other) if other else text

    @cached_property
    def _other_kind(self) -> dict[bool, Language | None]:
        """For languages that set words apart by spaces, and for those that don't, the first of the others."""
        ranked = sorted(self.languages.values(), key=lambda one: one.rank)
        return {spaced: next((one for one in ranked if one.spaced != spaced), None) for spaced in (True, False)}

    def detail(self, glance: Glance, kind: str | None) -> str | None:
        """Return the stretch of neighbouring clauses that says most about the goods themselves (A5), persons turned."""
        folded, language = glance.folded, self.languages[glance.lang]
        best: tuple[float, str] | None = None
        stretch: tuple[int, int] | None = None
        worth_a_look = self.goods.details(kind, folded.text) or language.likeness.search(folded.text)
        for start, end in split_clauses(folded, language) if worth_a_look else ():
            hits = [hit for hit in glance.hits if start <= hit.start < end and not hit.negated]
            offends = any(hit.cue.label in _OFFENCES for hit in hits)
            named = self.goods.details(kind, folded.text[start:end])
            likened = language.likeness.search(folded.text, start, end) is not None
            told = named + likened if kind or likened or named > 1 else 0
            if not told or offends or asks_in(folded, start, end, language):
                stretch = None
                continue
            left, right = folded.span(start, end)
            if stretch and right - stretch[0] <= _LONGEST_DETAIL:
                left = stretch[0]
                told += 1
            stretch = (left, right)
            text = trimmed(folded.raw[left:right], language)
            if 3 <= len(text) <= _LONGEST_DETAIL * (3 if language.spaced else 1) and (best is None or told > best[0]):
                best = (told, text)
        return self._turned_too(turn_persons(best[1], language), language) if best else None
