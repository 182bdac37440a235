"""Cues: phrases that speak for a label, found in a folded text. No I/O."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind
from pydantic import BaseModel, ConfigDict

from calmdesk.text.clauses import clauses
from calmdesk.text.fold import Folded, fold
from calmdesk.text.language import Language, Words
from calmdesk.text.numbers import NUMBER

Strength = Literal["strong", "weak"]

_CHOICE = re.compile(r"\(([^()]*)\)")
_SPECIAL = re.compile(r"[…#]")
_ODD = re.compile(r"[…#*a-z0-9 ]")
"""What makes a spelling more than a plain string to be looked up."""
_OVER = 12
"""So many signs behind its clause a cue may reach: some end in punctuation."""
_BOUND = "(?:(?<![a-z0-9])|(?![a-z0-9]))"
"""Keeps a Latin word from matching inside a longer one."""
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


@dataclass(frozen=True, slots=True, eq=False)
class Cue:
    """One phrase of one label; each is only the same as itself, so that it is cheap to look up."""

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


class _Form(NamedTuple):
    """One way in which a cue is looked for."""

    cue: Cue
    anchor: str
    """What is found first."""
    spelling: str | None
    """The spelling that must stand there; None for any of the cue's."""
    plain: bool
    """Whether the anchor is all there is to it."""


def spellings(phrase: str) -> list[str]:
    """Return a phrase's folded spellings, one for each choice of its alternatives; raise CueSyntaxError where it can't be read."""
    parts = _parts(phrase)
    found = [" ".join(spelling.split()) for spelling in map("".join, itertools.product(*parts))]
    if any(not spelling.strip("…#* ") for spelling in found):
        raise CueSyntaxError(f"nothing to look for in {phrase!r}")
    return list(dict.fromkeys(found))


def _parts(phrase: str) -> list[tuple[str, ...]]:
    """Return the folded phrase as a row of alternatives; a plain stretch is one alternative."""
    folded = fold(phrase).text
    pieces = _CHOICE.split(folded) if "(" in folded or ")" in folded else [folded]
    if any(sign in piece for piece in pieces for sign in "()"):
        raise CueSyntaxError(f"brackets don't match in {phrase!r}")
    return [tuple(dict.fromkeys(piece.split("|"))) if odd % 2 else (piece,) for odd, piece in enumerate(pieces) if piece or odd % 2]


def _forms(cue: Cue) -> Iterator[_Form]:
    """Yield what to look for: not every spelling by itself, but whatever the cue's most telling part reads."""
    parts = _parts(cue.phrase)
    if len(parts) > 1 and (anchors := max((_anchors_of(part) for part in parts), key=_worth)) and not _has_loose_space(cue, parts):
        for anchor in anchors:
            yield _Form(cue, anchor, None, plain=False)
        return
    for spelling in spellings(cue.phrase):
        plain = not _ODD.search(spelling)
        yield _Form(cue, spelling if plain else _anchors_of((spelling,))[0], spelling, plain)


def _has_loose_space(cue: Cue, parts: Iterable[tuple[str, ...]]) -> bool:
    """Say whether a part that may be missing stands beside a space, which is then too many."""
    return " " in cue.phrase and any("" in part for part in parts)


def _anchors_of(part: tuple[str, ...]) -> tuple[str, ...]:
    """Return what to look for, such that one of it is found wherever *part* is; nothing where there is no such thing."""
    found = tuple(max((piece.strip("* ") for piece in _SPECIAL.split(choice)), key=len) for choice in part)
    return found if all(found) else ()


def _worth(anchors: tuple[str, ...]) -> float:
    """Say how much finding one of *anchors* tells: long ones tell more, many cost more."""
    return min(map(len, anchors)) - len(anchors) / 100 if anchors else -1


class _Whole(NamedTuple):
    """The whole of a cue as a pattern."""

    pattern: re.Pattern[str]
    tail: int
    """How long its last piece is, where a gap stands before it: a negator may stand in the gap."""


def _whole(form: _Form, gap: int) -> _Whole:
    parts = _parts(form.cue.phrase) if form.spelling is None else [(form.spelling,)]
    pattern = re.compile(_BOUND + "".join(_either(part, gap) for part in parts) + _BOUND)
    last = parts[-1][0] if len(parts[-1]) == 1 else ""
    return _Whole(pattern, len(_SPECIAL.split(last)[-1].rstrip("*")) if "…" in last else 0)


def _either(part: tuple[str, ...], gap: int) -> str:
    return _pattern(part[0], gap) if len(part) == 1 else f"(?:{'|'.join(_pattern(choice, gap) for choice in part)})"


def _pattern(text: str, gap: int) -> str:
    """Return the regular expression for a stretch of a cue."""
    pieces = [re.escape(piece) for piece in _SPECIAL.split(text)]
    signs = {"…": rf"{_BOUND}[^,.!?;\n]{{0,{gap}}}?{_BOUND}", "#": rf" ?{NUMBER} ?"}
    found = pieces[0] + "".join(signs[sign] + piece for sign, piece in zip(_SPECIAL.findall(text), pieces[1:], strict=True))
    return found.replace(r"\*", "[a-z]*")


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
            first = max(clause_start, start - reach - 8)
            if not negators.search(text, first, start):
                continue
            before = text[first : start + 1]
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
        self._gaps = {lang: language.gap for lang, language in languages.items()}
        for cue in self.cues:
            self._forms.extend(_forms(cue))
        self._own_negation: dict[Cue, bool] = {}
        self._wholes: dict[int, _Whole] = {}

    @cached_property
    def _groups(self) -> list[int]:
        """The number of each form's whole pattern: forms of one cue that differ in their anchor alone share it."""
        numbers: dict[tuple[Cue, str | None], int] = {}
        return [numbers.setdefault((form.cue, form.spelling), len(numbers)) for form in self._forms]

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
        forms, groups = self._forms, self._groups
        tried: set[tuple[int, int]] = set()
        covered: dict[tuple[int, int], bool] = {}
        for which, start, end in automaton.find_matches_as_indexes(text, overlapping=True):
            place = bisect_right(spans, (start, len(text))) - 1
            left, right = spans[place] if place >= 0 and start < spans[place][1] else (start, end)
            for number in forms_of[which]:
                form = forms[number]
                if form.plain:
                    yield self._hit(form, text, left, start, end, 0, covered)
                elif (key := (groups[number], left)) not in tried:
                    tried.add(key)
                    whole = self._wholes.get(key[0]) or self._whole(key[0], form)
                    for match in whole.pattern.finditer(text, left, right + _OVER):
                        yield self._hit(form, text, left, *match.span(), whole.tail, covered)

    def _whole(self, group: int, form: _Form) -> _Whole:
        whole = self._wholes[group] = _whole(form, self._gaps[form.cue.lang])
        return whole

    def _covered(self, text: str, clause: int, start: int, known: dict[tuple[int, int], bool]) -> bool:
        """Say whether a negator covers *start*; *known* keeps what was found out about this text."""
        key = (clause, start)
        found = known.get(key)
        if found is None:
            found = known[key] = self.negation.covers(text, clause, start)
        return found

    def _hit(self, form: _Form, text: str, clause: int, start: int, end: int, tail: int, known: dict[tuple[int, int], bool]) -> Hit:
        own = self._own_negation.get(form.cue)
        if own is None:
            own = self._own_negation[form.cue] = any(map(self.negation.begins, _parts(form.cue.phrase)[0]))
        negated = not own and (self._covered(text, clause, start, known) or (tail > 0 and self._covered(text, start, end - tail, known)))
        return Hit(form.cue, start, end, negated)
