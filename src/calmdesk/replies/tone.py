"""Tone: reads what an agent is about to send, and says what in it would make things worse. No I/O."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from calmdesk.playbook.playbook import Playbook
from calmdesk.playbook.schema import ToAgent
from calmdesk.reading.cues import Hit
from calmdesk.reading.glance import LONGEST_READ
from calmdesk.text.clauses import clauses
from calmdesk.text.fold import Folded, fold
from calmdesk.text.language import detect
from calmdesk.text.numbers import NUMBER, value

_QUOTED = re.compile(r'「[^」]*」|『[^』]*』|《[^》]*》|"[^"\n]*"|(?m:^>.*$)')
"""Somebody else's words."""
_END = re.compile(r"(?<!\d)\.|\.(?!\d)|[!?;\n]")
_NUMBER = re.compile(NUMBER)
_FULL_STOPS = (".", "。")
_MARKS = " ,.;，。；、"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Caution:
    """One place of a message that would make things worse, and what to say instead."""

    kind: str
    """The id of the wording, such as "blame"."""
    span: Span
    """Where it stands in the text as given, in characters."""
    said: str
    """The words at fault."""
    why: str
    """One sentence, in the agents' language."""
    better: str | None
    """The whole message with every place at fault said better, blanks to be filled in; None where that would raise a caution again."""
    severity: int
    """1 could be said better, 2 makes it worse, 3 must not go out unless it is really meant."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """A cue that counts, in offsets of the folded text."""

    kind: str
    rule: ToAgent
    start: int
    end: int
    clause: Span
    sentence: Span
    loose: bool
    """Whether the cue spans a gap: the words of a plain one tell an agent more."""


def inspect(text: str, lang: str, playbook: Playbook, policy: Mapping[str, Any]) -> tuple[Caution, ...]:
    """Return what is wrong with *text*, in its order; *lang* is the agents' language, *policy* what the shop allows."""
    folded = fold(text[:LONGEST_READ])
    faults = _faults(folded, playbook, policy)
    if not faults:
        return ()
    along = list(playbook.along.find_all(folded))
    places = _places(folded, [(fault, _place(fault, folded, along)) for fault in faults])
    better: str | None = _rewritten(text, folded, places, _language_of(text, lang, playbook))
    if better is not None and _faults(fold(better), playbook, policy):
        better = None
    cautions = []
    for fault in faults:
        start, end = folded.span(fault.start, fault.end)
        why = fault.rule.why.get(lang, "")
        cautions.append(Caution(fault.kind, (start, end), text[start:end], why, better, fault.rule.severity))
    return tuple(cautions)


def _language_of(text: str, lang: str, playbook: Playbook) -> str:
    """Return the language that *text* is written in; the agents' own where both would do."""
    own = playbook.languages.get(lang)
    return detect((own.names.get(lang, ""), text) if own else (text,), playbook.languages)


def _faults(folded: Folded, playbook: Playbook, policy: Mapping[str, Any]) -> list[_Fault]:
    """Return what counts, one for each clause and kind; of kinds that share words the graver stays, or both where none is."""
    hits = [hit for hit in playbook.cautions.find(folded) if not hit.negated]
    if not hits:
        return []
    quoted = [match.span() for match in _QUOTED.finditer(folded.text)]
    pieces, sentences = list(clauses(folded)), _sentences(folded)
    excuses = list(playbook.excuses.find(folded))
    found: list[_Fault] = []
    for hit in hits:
        item = playbook.wording[hit.cue.label]
        rule = item.agent
        if rule is None or any(_overlap((hit.start, hit.end), span) for span in quoted):
            continue
        fault = _Fault(
            hit.cue.label, rule, hit.start, hit.end, _around(hit.start, pieces), _around(hit.start, sentences), "…" in hit.cue.phrase
        )
        if _allowed(item.policy, rule.limit, folded.text[hit.start : hit.end], policy) or _excused(fault, excuses):
            continue
        found.append(fault)
    found.sort(key=lambda fault: (-fault.rule.severity, fault.loose, fault.start, -fault.end))
    kept: list[_Fault] = []
    for fault in found:
        if not any(_same(fault, one) for one in kept):
            kept.append(fault)
    return sorted(kept, key=lambda fault: fault.start)


def _same(one: _Fault, graver: _Fault) -> bool:
    """Say whether two faults are one to an agent: of one kind in one clause, or a lesser one in the graver's words."""
    if one.kind == graver.kind:
        return one.clause == graver.clause or _overlap((one.start, one.end), (graver.start, graver.end))
    return one.rule.severity < graver.rule.severity and _overlap((one.start, one.end), (graver.start, graver.end))


def _allowed(key: str | None, limit: str | None, said: str, policy: Mapping[str, Any]) -> bool:
    """Say whether policy backs an offer: its key is set, and the sum in it is below the limit."""
    if key is None or not policy.get(key):
        return False
    most = policy.get(limit) if limit else None
    sums = [value(match[0]) or 0 for match in _NUMBER.finditer(said)]
    return most is None or max(sums, default=0) < most


def _excused(fault: _Fault, excuses: Sequence[Hit]) -> bool:
    everywhere = fault.rule.unless_in == "message"
    return any(hit.cue.label == fault.kind and (everywhere or _overlap((hit.start, hit.end), fault.sentence)) for hit in excuses)


def _sentences(folded: Folded) -> list[Span]:
    edges = [0, *(match.end() for match in _END.finditer(folded.text)), len(folded.text)]
    return [(start, end) for start, end in pairwise(edges) if folded.text[start:end].strip(_MARKS)]


def _around(place: int, spans: Sequence[Span]) -> Span:
    """Return the span of those in order that holds *place*."""
    return spans[max(0, bisect_right(spans, (place, 1 << 30)) - 1)]


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _place(fault: _Fault, folded: Folded, along: Sequence[Hit]) -> Span:
    """Return what is rewritten: the sentence, or the clause with those next to it that go along."""
    if fault.rule.replaces == "sentence":
        return fault.sentence
    pieces = clauses(folded)
    going = {_around(hit.start, pieces) for hit in along if hit.cue.label == fault.kind}
    first = last = pieces.index(fault.clause)
    while first > 0 and pieces[first - 1] in going:
        first -= 1
    while last + 1 < len(pieces) and pieces[last + 1] in going:
        last += 1
    return pieces[first][0], pieces[last][1]


def _rewritten(text: str, folded: Folded, places: Iterable[tuple[int, int, ToAgent]], written: str) -> str | None:
    """Return *text* with each place at fault said better; what would be said twice is dropped the second time."""
    said: set[str] = set()
    made, upto = "", 0
    for start, end, rule in places:
        better = rule.better.get(written)
        if better is None:
            return None
        left, right = folded.span(start, end)
        between = text[upto:left]
        if better in said:
            made, upto = made + (between.rstrip(_MARKS) if not between.strip(_MARKS) else between), right
            continue
        said.add(better)
        made, upto = _joined(made, between) + better, right
    return _joined(made, text[upto:]).strip()


def _places(folded: Folded, faults: Sequence[tuple[_Fault, Span]]) -> Iterator[tuple[int, int, ToAgent]]:
    """Yield the stretches to be replaced, in order and apart, each with the gravest rule that it breaks; a sentence keeps its mark."""
    chosen: list[tuple[Span, ToAgent]] = []
    for fault, whole in sorted(faults, key=lambda one: (-one[0].rule.severity, one[0].start)):
        for start, end in (_bare(folded, whole), _bare(folded, fault.clause)):
            if not any(_overlap((start, end), span) for span, _ in chosen):
                chosen.append(((start, end), fault.rule))
                break
    return ((start, end, rule) for (start, end), rule in sorted(chosen, key=lambda one: one[0]))


def _bare(folded: Folded, span: Span) -> Span:
    """Return *span* without white space around it and the mark at its end."""
    start, end = span
    inner = folded.text[start:end]
    return start + len(inner) - len(inner.lstrip()), end - (len(inner) - len(inner.rstrip(" .!?;\n")))


def _joined(made: str, rest: str) -> str:
    """Return both in a row; after a full stop of ours no second mark stands, and a new sentence begins."""
    if not made.endswith(_FULL_STOPS):
        return made + rest
    bare = rest.lstrip(_MARKS + "!?！？")
    gap = " " if made.endswith(".") and not bare.startswith("\n") else ""
    return made + gap + bare[:1].upper() + bare[1:]
