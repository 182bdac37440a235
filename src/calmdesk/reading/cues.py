"""Cues: phrases that speak for a label, found in a folded text. No I/O."""

from __future__ import annotations

import itertools
import math
import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind
from pydantic import BaseModel, ConfigDict

from calmdesk.text.clauses import clause_at, clauses
from calmdesk.text.fold import Folded, fold
from calmdesk.text.language import Language, Words, any_of
from calmdesk.text.numbers import NUMBER

Strength = Literal["strong", "weak"]

_CHOICE = re.compile(r"\(([^()]*)\)")
_SPECIAL = re.compile(r"[…#/]")
_LOOSE = re.compile(r"[…#/*]")
"""What may read many ways."""
_MOST_READINGS = 48
"""A stretch of a cue that may read more ways than these is too costly to look for."""
_CONTEXT = 8
"""So many signs more than its reach are looked at before a negator, to tell it from a harmless word."""
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_NOT_PLAIN = -1
"""Stands for a spelling's rank where there is more to be found than the anchor."""
_OVER = 12
"""So many signs behind its clause a cue may reach: some end in punctuation."""
_BOUND = "(?:(?<![a-z0-9])|(?![a-z0-9]))"
"""Keeps a Latin word from matching inside a longer one."""
_NUMBER = re.compile(NUMBER)
_DEMANDS = "demands."
_DENIABLE = ("types.", _DEMANDS)
"""Labels of what somebody may say that they never asked for."""
_CROSSING = "/"
"""Where a cue may cross a mark, out of its clause into the next."""


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


class Hit(NamedTuple):
    """A cue found in a text, with its offsets in the folded text."""

    cue: Cue
    start: int
    end: int
    negated: bool
    disclaimed: bool = False
    """Whether its clause says of it that it isn't wanted or was never asked for; only types and demands can be."""


class CueSyntaxError(ValueError):
    """A phrase that can't be read as a cue."""


class _Form(NamedTuple):
    """A spelling of a cue to be looked for, or all of its spellings."""

    cue: Cue
    spelling: str | None
    """None for all, of which the first that stands at a place counts."""
    anchors: Sequence[str]
    """What is looked for first: one of these is found wherever the form stands."""
    plain: bool
    """Whether an anchor is all there is to it."""

    @property
    def crosses(self) -> bool:
        """Whether it may reach from one clause into the next."""
        return _CROSSING in self.cue.phrase


def readable(phrase: str) -> None:
    """Raise CueSyntaxError where a phrase can't be read as a cue, or one of its choices leaves nothing to look for."""
    if all(any(not choice.strip("…#* ") for choice in part) for part in _parts(phrase)):
        raise CueSyntaxError(f"nothing to look for in {phrase!r}")


def _spellings(phrase: str, parts: Sequence[tuple[str, ...]]) -> list[str]:
    """Return a phrase's folded spellings, one for each choice of its alternatives."""
    found = list(map("".join, itertools.product(*parts))) if len(parts) > 1 else list(*parts)
    if " " in phrase:
        found = [" ".join(spelling.split()) for spelling in found]
    return list(dict.fromkeys(found))


def _parts(phrase: str) -> list[tuple[str, ...]]:
    """Return the folded phrase as a row of alternatives; a plain stretch is one alternative."""
    folded = fold(phrase).text
    if "(" not in folded and ")" not in folded:
        return [(folded,)]
    pieces = _CHOICE.split(folded)
    if any(sign in piece for piece in pieces for sign in "()"):
        raise CueSyntaxError(f"brackets don't match in {phrase!r}")
    return [tuple(dict.fromkeys(piece.split("|"))) if odd % 2 else (piece,) for odd, piece in enumerate(pieces) if piece or odd % 2]


def _forms(cue: Cue) -> Iterator[_Form]:
    """Yield what to look for: every spelling where they are few, plain strings; else whatever the cue's most telling stretch reads."""
    parts = _parts(cue.phrase)
    loose = any(_LOOSE.search(choice) for part in parts for choice in part)
    if len(parts) > 1 and not _has_loose_space(cue, parts):
        if not loose and math.prod(map(len, parts)) <= _MOST_READINGS:
            yield _Form(cue, None, _spellings(cue.phrase, parts), plain=True)
            return
        if anchors := max(_stretches(parts), key=_worth, default=()):
            yield _Form(cue, None, anchors, plain=False)
            return
    for spelling in _spellings(cue.phrase, parts):
        if loose and _LOOSE.search(spelling):
            yield _Form(cue, spelling, max(_stretches([(spelling,)]), key=_worth), plain=False)
        else:
            yield _Form(cue, spelling, (spelling,), plain=True)


def _has_loose_space(cue: Cue, parts: Iterable[tuple[str, ...]]) -> bool:
    """Say whether a part that may be missing stands beside a space, which is then too many."""
    return " " in cue.phrase and any("" in part for part in parts)


def _stretches(parts: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield all that each stretch of neighbouring parts may read: one of it is found wherever the cue is."""
    growing: list[tuple[str, ...]] = []
    for part in _unbroken(parts):
        longer = [one for one in growing if len(one) * len(part) <= _MOST_READINGS]
        growing = [tuple(before + piece for before in one for piece in part) for one in (*longer, ("",)) if part]
        yield from (found for one in growing if all(found := tuple(reading.strip() for reading in one)))


def _unbroken(parts: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield the parts without what is no plain string, an empty part where it was."""
    for part in parts:
        if not any(map(_LOOSE.search, part)):
            yield part
        elif len(part) == 1:
            first, *others = _LOOSE.split(part[0])
            yield (first,)
            for piece in others:
                yield ()
                yield (piece,)
        else:
            yield ()
            yield tuple(max(_LOOSE.split(choice), key=len) for choice in part)
            yield ()


def _worth(anchors: Sequence[str]) -> float:
    """Say how much finding one of *anchors* tells: long ones tell more, many cost more."""
    return min(map(len, anchors)) - len(anchors) / 100


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
    signs = {"…": rf"{_BOUND}[^,.!?;\n]{{0,{gap}}}?{_BOUND}", "#": rf" ?{NUMBER} ?", _CROSSING: r"(?: ?[,.!?;~\n]+ ?)?"}
    found = pieces[0] + "".join(signs[sign] + piece for sign, piece in zip(_SPECIAL.findall(text), pieces[1:], strict=True))
    return found.replace(r"\*", "[a-z]*")


class Negation:
    """The negators of all languages, looked for before a cue in its clause."""

    def __init__(self, languages: Collection[Language]) -> None:
        self._rules: list[tuple[re.Pattern[str], re.Pattern[str] | None, int]] = []
        for language in languages:
            negators = _any_folded(language.negators, spaced=language.spaced)
            harmless = _any_folded(language.not_negators, spaced=language.spaced) if language.not_negators else None
            self._rules.append((negators, harmless, language.negator_reach))
        self._any = re.compile("|".join(negators.pattern for negators, _, _ in self._rules))
        self._furthest = max((reach for _, _, reach in self._rules), default=0) + _CONTEXT
        self._disclaimers = list(dict.fromkeys(language.disclaimer for language in languages))
        self._waivers = list(dict.fromkeys(language.waiver for language in languages))

    def begins(self, text: str) -> bool:
        """Say whether *text* begins with a negator."""
        return any(negators.match(text) for negators, _, _ in self._rules)

    def places(self, text: str) -> list[int]:
        """Return where negators begin in *text*."""
        return [match.start() for match in self._any.finditer(text)]

    def covers(self, text: str, clause_start: int, start: int, places: Sequence[int]) -> bool:
        """Say whether an odd number of negators, of which *places* are known, stands close before *start* in the clause."""
        next_one = bisect_left(places, max(clause_start, start - self._furthest))
        if next_one == len(places) or places[next_one] >= start:
            return False
        for negators, harmless, reach in self._rules:
            first = max(clause_start, start - reach - _CONTEXT)
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

    def disclaimed(self, text: str, clause: tuple[int, int]) -> list[tuple[int, int]]:
        """Return the stretches of the *clause* behind which what is named isn't wanted, or was never asked for."""
        return [match.span() for pattern in self._disclaimers for match in pattern.finditer(text, *clause)] + [
            (first - 1, last) for first, last in self.waived(text, clause)
        ]

    def waived(self, text: str, clause: tuple[int, int]) -> list[tuple[int, int]]:
        """Return the stretches of the *clause* that let go of what they name."""
        start, end = clause
        return [(start + match.start(), start + match.end()) for pattern in self._waivers for match in pattern.finditer(text[start:end])]


def _any_folded(words: Iterable[str], *, spaced: bool) -> re.Pattern[str]:
    return any_of((fold(word).text for word in words), spaced=spaced)


class Lexicon:
    """All cues of a playbook, found in one pass."""

    def __init__(self, cues: Iterable[Cue], languages: Mapping[str, Language]) -> None:
        self.negation = Negation(languages.values())
        self.cues = tuple(cues)
        self._forms = [form for cue in self.cues for form in _forms(cue)]
        self._gaps = {lang: language.gap for lang, language in languages.items()}
        self._wholes: dict[int, _Whole] = {}

    @cached_property
    def _anchors(self) -> tuple[AhoCorasick, list[list[tuple[int, int]]]]:
        """What is looked for; and for each anchor the numbers of its forms, each with its rank among that form's plain spellings."""
        found: dict[str, list[tuple[int, int]]] = {}
        for number, (_, _, anchors, plain) in enumerate(self._forms):
            for rank, anchor in enumerate(anchors):
                found.setdefault(anchor, []).append((number, rank if plain else _NOT_PLAIN))
        return AhoCorasick(list(found), matchkind=MatchKind.Standard), list(found.values())

    def find(self, folded: Folded) -> tuple[Hit, ...]:
        """Return the cues that fire in *folded*, in the text's order; a negated one is marked so.

        Of several cues of one label and strength at the same place one is enough.
        """
        hits: dict[object, Hit] = {}
        for hit in self.find_all(folded):
            hits.setdefault((hit.cue.label, hit.cue.strength, hit.start, hit.end), hit)
        return tuple(sorted(hits.values(), key=lambda hit: (hit.start, -hit.end)))

    def find_all(self, folded: Folded) -> Iterator[Hit]:
        """Yield every cue that fires in *folded*, by place; of the readings of one cue at the same place its first."""
        text, spans = folded.text, clauses(folded)
        negators = self.negation.places(text)
        reached: dict[Cue, int] = {}
        denials: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for start, number, _, end, tail in sorted(self._places(folded)):
            cue, spelling, _, _ = self._forms[number]
            if spelling is None:
                if start < reached.get(cue, 0):
                    continue
                reached[cue] = end
            clause = left, _ = clause_at(start, end, spans)
            covered = bool(negators) and (
                self.negation.covers(text, left, start, negators) or (tail > 0 and self.negation.covers(text, start, end - tail, negators))
            )
            # What begins with a negator of its own isn't turned round by another one before it.
            negated = covered and not self.negation.begins(text[start:end])
            if (deniable := cue.label.startswith(_DENIABLE)) and clause not in denials:
                denials[clause] = self.negation.disclaimed(text, clause)
            disclaimed = deniable and any(first < start <= last for first, last in denials[clause])
            yield Hit(cue, start, end, negated or (disclaimed and cue.label.startswith(_DEMANDS)), disclaimed)

    def _places(self, folded: Folded) -> Iterator[tuple[int, int, int, int, int]]:
        """Yield where forms stand: start, the form's number, the spelling's rank, end, and how much of the end is a tail."""
        if not self._forms or not folded.text:
            return
        text, spans = folded.text, clauses(folded)
        automaton, forms_of = self._anchors
        tried: set[tuple[int, int, int]] = set()
        for which, start, end in automaton.find_matches_as_indexes(text, overlapping=True):
            for number, rank in forms_of[which]:
                if rank != _NOT_PLAIN:
                    if not _inside_a_word(text, start, end):
                        yield start, number, rank, end, 0
                    continue
                left, right = clause_at(start, end, spans, beside=self._forms[number].crosses)
                if (number, left, right) not in tried:
                    tried.add((number, left, right))
                    whole = self._wholes.get(number) or self._whole(number)
                    for match in whole.pattern.finditer(text, left, right + _OVER):
                        yield match.start(), number, 0, match.end(), whole.tail

    def _whole(self, number: int) -> _Whole:
        form = self._forms[number]
        whole = self._wholes[number] = _whole(form, self._gaps[form.cue.lang])
        return whole


def _inside_a_word(text: str, start: int, end: int) -> bool:
    """Say whether a Latin word runs on over an edge of *start:end*."""
    return (start > 0 and text[start] in _LATIN and text[start - 1] in _LATIN) or (
        end < len(text) and text[end] in _LATIN and text[end - 1] in _LATIN
    )
