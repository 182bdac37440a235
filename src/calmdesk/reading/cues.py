"""Cues: phrases that speak for a label, found in a folded text. No I/O."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ahocorasick_rs import AhoCorasick, MatchKind
from pydantic import BaseModel, ConfigDict

from calmdesk.text.clauses import clauses
from calmdesk.text.fold import Folded, fold
from calmdesk.text.language import Language, Words
from calmdesk.text.numbers import NUMBER

Strength = Literal["strong", "weak"]

_CHOICE = re.compile(r"\(([^()]*)\)")
_SPECIAL = re.compile(r"[…#]")
_LATIN = re.compile(r"[a-z0-9]")
_NUMBER = re.compile(NUMBER)


class CueLists(BaseModel):
    """The `[cues]` of a file: phrases by strength and by the language they are written for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    strong: dict[str, Words] = {}
    weak: dict[str, Words] = {}

    def __iter__(self) -> Iterator[tuple[Strength, str, str]]:  # type: ignore[override]
        """Yield (strength, language, phrase) of every cue."""
        for strength, lists in (("strong", self.strong), ("weak", self.weak)):
            for lang, phrases in lists.items():
                for phrase in phrases:
                    yield strength, lang, phrase  # type: ignore[misc]


class Example(BaseModel):
    """A sentence beside its cues, with what must happen in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    hit: bool = True
    known_miss: bool = False


@dataclass(frozen=True, slots=True)
class Cue:
    """One phrase of one label."""

    label: str
    """Such as "types.logistics" or "signals.insult"."""
    strength: Strength
    lang: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue found in a text, with its offsets in the folded text."""

    cue: Cue
    start: int
    end: int
    negated: bool


class CueSyntaxError(ValueError):
    """A phrase that can't be read as a cue."""


@dataclass(frozen=True, slots=True)
class _Form:
    """One spelling of a cue: what is looked for first, and the whole, where it is more than that."""

    cue: Cue
    anchor: str
    pattern: str | None
    tail: int = 0
    """How long its last piece is, where that stands apart from the first: a negator may stand between them."""


def spellings(phrase: str) -> list[str]:
    """Return a phrase's spellings, one for each choice of its alternatives; raise CueSyntaxError where it can't be read."""
    parts = _CHOICE.split(phrase)
    if any(sign in part for part in parts for sign in "()"):
        raise CueSyntaxError(f"brackets don't match in {phrase!r}")
    choices = [part.split("|") if odd % 2 else [part] for odd, part in enumerate(parts)]
    found = list(dict.fromkeys("".join(choice) for choice in itertools.product(*choices)))
    if any(not fold(_SPECIAL.sub("", spelling)).text.strip("*") for spelling in found):
        raise CueSyntaxError(f"nothing to look for in {phrase!r}")
    return found


def _forms(cue: Cue, gap: int) -> Iterator[_Form]:
    for spelling in spellings(cue.phrase):
        # Gap and number signs are kept out of folding, which would drop white space beside them.
        pieces = [fold(piece).text for piece in _SPECIAL.split(spelling)]
        anchor = max((piece.rstrip("*") for piece in pieces), key=len)
        if len(pieces) == 1 and not pieces[0].endswith("*") and not _LATIN.match(pieces[0][0] + pieces[0][-1]):
            yield _Form(cue, anchor, None)
            continue
        pattern = _edge(pieces[0], start=True)
        for sign, piece in zip([*_SPECIAL.findall(spelling), ""], pieces, strict=True):
            pattern += re.escape(piece.rstrip("*"))
            if not piece.endswith("*"):
                pattern += _edge(piece, start=False)
            pattern += {"…": rf"[^,.!?;\n]{{0,{gap}}}?", "#": rf" ?{NUMBER} ?", "": ""}[sign]
        apart = len(pieces[-1].rstrip("*")) if "…" in spelling else 0
        yield _Form(cue, anchor, pattern, apart)


def _edge(piece: str, *, start: bool) -> str:
    """Return what keeps a Latin word from matching inside a longer one."""
    if not piece or not _LATIN.match(piece[0 if start else -1]):
        return ""
    return "(?<![a-z0-9])" if start else "(?![a-z0-9])"


class Negation:
    """The negators of all languages, looked for before a cue in its clause."""

    def __init__(self, languages: Iterable[Language]) -> None:
        self._rules: list[tuple[re.Pattern[str], re.Pattern[str] | None, int]] = []
        for language in languages:
            negators = _any_of(language.negators, spaced=language.spaced)
            harmless = _any_of(language.not_negators, spaced=language.spaced) if language.not_negators else None
            self._rules.append((negators, harmless, language.negator_reach))

    def begins(self, text: str) -> bool:
        """Say whether *text* begins with a negator."""
        return any(negators.match(text) for negators, _, _ in self._rules)

    def covers(self, text: str, clause_start: int, start: int) -> bool:
        """Say whether an odd number of negators stands close before *start* in the clause."""
        for negators, harmless, reach in self._rules:
            before = text[max(clause_start, start - reach - 8) : start + 1]
            if harmless:
                before = harmless.sub(lambda match: "□" * len(match[0]), before)
            before = before[: len(before) - 1]
            near = [match for match in negators.finditer(before) if len(before) - match.end() <= reach]
            if len(near) % 2:
                return True
        return False


def _any_of(words: Sequence[str], *, spaced: bool) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(fold(word).text) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"\b(?:{alternatives})\b" if spaced else f"(?:{alternatives})")


class Lexicon:
    """All cues of a playbook, found in one pass."""

    def __init__(self, cues: Iterable[Cue], languages: Mapping[str, Language]) -> None:
        self.negation = Negation(languages.values())
        self.cues = tuple(cues)
        self._forms: list[_Form] = []
        for cue in self.cues:
            gap = languages[cue.lang].gap if cue.lang in languages else 6
            self._forms.extend(_forms(cue, gap))
        self._own_negation = [self.negation.begins(form.anchor) for form in self._forms]
        self._patterns: dict[int, re.Pattern[str]] = {}

    @cached_property
    def _anchors(self) -> tuple[AhoCorasick, list[list[int]]]:
        by_anchor: dict[str, list[int]] = {}
        for number, form in enumerate(self._forms):
            by_anchor.setdefault(form.anchor, []).append(number)
        return AhoCorasick(list(by_anchor), matchkind=MatchKind.Standard), list(by_anchor.values())

    def find(self, folded: Folded) -> tuple[Hit, ...]:
        """Return the cues that fire in *folded*, in the text's order; a negated one is marked so.

        Of several cues of one label and strength at the same place one is enough.
        """
        hits: dict[object, Hit] = {}
        for hit in self.find_all(folded):
            hits.setdefault((hit.cue.label, hit.cue.strength, hit.start, hit.end), hit)
        return tuple(sorted(hits.values(), key=lambda hit: (hit.start, -hit.end)))

    def find_all(self, folded: Folded) -> Iterator[Hit]:
        """Yield every cue that fires in *folded*."""
        if not self._forms or not folded.text:
            return
        text = folded.text
        spans = list(clauses(folded))
        automaton, forms_of = self._anchors
        tried: set[tuple[int, int]] = set()
        for which, start, end in automaton.find_matches_as_indexes(text, overlapping=True):
            place = bisect_right(spans, (start, len(text))) - 1
            clause = spans[place] if place >= 0 and start < spans[place][1] else (start, end)
            for number in forms_of[which]:
                form = self._forms[number]
                if form.pattern is None:
                    yield self._hit(number, text, clause[0], start, end)
                elif (number, clause[0]) not in tried:
                    tried.add((number, clause[0]))
                    for match in self._pattern(number).finditer(text, clause[0], max(clause[1], end)):
                        yield self._hit(number, text, clause[0], match.start(), match.end(), form.tail)

    def _pattern(self, number: int) -> re.Pattern[str]:
        pattern = self._patterns.get(number)
        if pattern is None:
            pattern = self._patterns[number] = re.compile(self._forms[number].pattern or "")
        return pattern

    def _hit(self, number: int, text: str, clause: int, start: int, end: int, tail: int = 0) -> Hit:
        negated = not self._own_negation[number] and (
            self.negation.covers(text, clause, start) or (tail > 0 and self.negation.covers(text, start, end - tail))
        )
        return Hit(self._forms[number].cue, start, end, negated)
