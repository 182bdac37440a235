"""Points: what the customer says went wrong or asks for, ready to be read back (A7). No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from calmdesk.reading.cues import Hit
from calmdesk.text.clauses import clauses
from calmdesk.text.fold import Folded, fold
from calmdesk.text.language import Language

MOST = 5
"""So many points are read back at most; more is a lecture."""

_ENOUGH = 0.36
"""A clause that is less likely a point isn't read back …"""
_LEAST = 0.25
"""… unless no other is and it is at least so likely: somebody who complains has said something."""
_FAINT = 0.1
"""What leads up to a point may be so unlikely one by itself."""
_POINTED = ("types.", "demands.")
"""A cue of these makes a clause a point."""
_EDGES = " \t\r\n,.!?;:、。，！？；：~～…—-·\"'“”「」()（）【】[]*#@"
_PICTURES = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")
_SPACES = re.compile(r" {2,}")
_COMMAS = {"", ",", "、"}
"""What may stand between clauses that are one point."""
_QUOTES = '"「『'
_LINK = re.compile(r"https?://\S+|www\.\S+|@\w+|\d{9,}")


class Point(NamedTuple):
    """A clause worth reading back."""

    text: str
    weight: float
    start: int
    """Offset in the folded text."""
    types: tuple[str, ...]
    """The complaint types that its cues speak for."""
    statement: bool
    """Whether it says what happened, so that it can stand inside a sentence; not a question, not what is wanted."""


class _Clause(NamedTuple):
    """A clause that may be a point."""

    start: int
    end: int
    insults: list[Hit]
    pointed: list[Hit]
    weight: float = 0.0
    """How likely it is one."""


class Unsaid(NamedTuple):
    """The labels of words that aren't said back to a customer."""

    clauses: Set[str]
    """A clause with a strong cue of these is left out: threats, what they regret, what they don't want …"""
    messages: Set[str]
    """Of a message with a strong cue of these nothing is said back, as of one that speaks of ending a life."""
    words: Set[str]
    """The words of these are cut out of a point, and a clause that holds nothing else is left out: insults."""


def find_points(
    folded: Folded, hits: Sequence[Hit], language: Language, unsaid: Unsaid, weigh: Callable[[Sequence[tuple[int, int]]], list[float]]
) -> list[Point]:
    """Return the points of a message in order, without duplicates; *weigh* says how likely each of some clauses is a point."""
    found: list[Point] = []
    said: list[str] = []
    likely = list(_likely(folded, hits, language, unsaid))
    weights = weigh([(clause.start, clause.end) for clause in likely]) if likely else []
    weighed = [clause._replace(weight=weight) for clause, weight in zip(likely, weights, strict=True)]
    for start, end, insults, pointed, weight in _joined(weighed, folded, language):
        if weight < _LEAST:
            continue
        plain = _plain(folded, start, end, insults, language)
        text = read_back(_spoken(folded, start, end, insults), language)
        if text is None or language.beside.search(plain):
            continue
        requests = language.request.match(plain) is not None
        if requests:
            text = language.clauses.request.format(clause=text)
        short = fold(text).text
        if not any(short in other or other in short for other in said):
            said.append(short)
            # "It still hasn't been sent?" says it, in spite of its mark.
            says = any(hit.cue.strength == "strong" and hit.cue.label.startswith("types.") for hit in pointed)
            asks = (
                requests
                or asks_in(folded, start, end, language, marked=not says)
                or _asks(short, language)
                or language.wish.match(plain) is not None
            )
            types = tuple(dict.fromkeys(hit.cue.label.removeprefix("types.") for hit in pointed if hit.cue.label.startswith("types.")))
            demands = any(hit.cue.label.startswith("demands.") for hit in pointed)
            declines = any(hit.negated and hit.cue.label.startswith("demands.") and start <= hit.start < end for hit in hits)
            found.append(Point(text, weight, start, types, (bool(types) or not demands) and not asks and not declines))
    weightiest = sorted(found, key=lambda point: -point.weight)
    enough = [point for point in weightiest if point.weight >= _ENOUGH] or weightiest[:1]
    return sorted(enough[:MOST], key=lambda point: point.start)


def _likely(folded: Folded, hits: Sequence[Hit], language: Language, unsaid: Unsaid) -> Iterator[_Clause]:
    """Yield the clauses that aren't something else: threats, insults and nothing more, quotations."""
    meant = [hit for hit in hits if not hit.negated]
    quotes = any(sign in folded.text for sign in _QUOTES)
    for start, end in split_clauses(folded, language):
        if language.threat.search(folded.text, start, end) or (quotes and (_quoted(folded.text, start) or _breaks_off(folded.text, end))):
            continue
        inside = [hit for hit in meant if start <= hit.start < end]
        strong = [hit for hit in inside if hit.cue.strength == "strong"]
        if any(hit.cue.label in unsaid.clauses for hit in strong):
            continue
        insults = [hit for hit in strong if hit.cue.label in unsaid.words]
        pointed = [hit for hit in inside if hit.cue.label.startswith(_POINTED) and not any(_overlap(hit, other) for other in insults)]
        declines = language.waiver.search(folded.text[start:end]) or any(_declines(hit) and start <= hit.start < end for hit in hits)
        if declines:  # what isn't wanted isn't what the matter is
            pointed = [hit for hit in pointed if not hit.disclaimed]
        if (insults or declines) and not pointed:
            continue
        yield _Clause(start, end, insults, pointed)


def _declines(hit: Hit) -> bool:
    """Say whether a cue names something only to say that it isn't wanted."""
    return hit.disclaimed and hit.cue.label.startswith("demands.")


def _joined(weighed: Iterable[_Clause], folded: Folded, language: Language) -> Iterator[_Clause]:
    """Yield the clauses, two that go together as one: "I rang twice, but nobody answered" is one point."""
    before: _Clause | None = None
    for clause in weighed:
        if before and before.weight >= _FAINT and clause.weight >= _ENOUGH and _go_together(before, clause, folded, language):
            weight = max(before.weight, clause.weight)
            yield _Clause(before.start, clause.end, before.insults + clause.insults, before.pointed + clause.pointed, weight)
            before = None
        else:
            if before:
                yield before
            before = clause
    if before:
        yield before


def _go_together(one: _Clause, other: _Clause, folded: Folded, language: Language) -> bool:
    """Say whether *one* leads up to *other* behind no more than a comma or *other* goes on with it, short enough for one point."""
    text = folded.text
    if text[one.end : other.start].strip(" ") not in _COMMAS or other.end - one.start > language.clauses.longest:
        return False
    if text[other.end : other.end + 1] == "?":
        return False
    first, second = text[one.start : one.end].strip(), text[other.start : other.end].strip()
    if not (language.lead.search(first) or language.follow.match(second)):
        return False
    plain = [_plain(folded, clause.start, clause.end, clause.insults, language) for clause in (one, other)]
    return not any(language.beside.search(said) or language.request.match(said) or language.wish.match(said) for said in plain)


def _overlap(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end


def _quoted(text: str, start: int) -> bool:
    """Say whether *start* stands inside somebody's quoted words, which are neither the customer's nor to be turned."""
    before = text[:start]
    return before.count('"') % 2 == 1 or sum(before.count(sign) for sign in "「『") > sum(before.count(sign) for sign in "」』")


def _breaks_off(text: str, end: int) -> bool:
    """Say whether a clause breaks off at *end* before a quotation: "she told me" says nothing without what she told."""
    return text[end : end + 1] in set(_QUOTES) and not _quoted(text, end)


def asks_in(folded: Folded, start: int, end: int, language: Language, *, marked: bool = True) -> bool:
    """Say whether the clause *start:end* is a question, by its words, or by its mark too."""
    return (marked and folded.text[end : end + 1] == "?") or _asks(folded.text[start:end].strip(), language)


def _asks(text: str, language: Language) -> bool:
    return bool(language.question.search(text))


def read_back(clause: str, language: Language) -> str | None:
    """Return a customer's clause as an agent says it: trimmed, persons turned; None where it is too short or too long."""
    text = trimmed(_LINK.sub("", clause), language)
    if not language.clauses.shortest <= len(text) <= language.clauses.longest * 1.5:
        return None
    turned = turn_persons(text, language).strip(_EDGES)
    return _begun_small(turned, language) if len(turned) >= language.clauses.shortest else None


def _begun_small(text: str, language: Language) -> str:
    """Return *text* so that it can stand inside a sentence: its first word small, unless it looks like a name."""
    first, _, rest = text.partition(" ")
    name = (not first[1:].islower() and len(first) > 1) or rest[:1].isupper()
    return text if name or not language.spaced else text[:1].lower() + text[1:]


def turn_persons(text: str, language: Language) -> str:
    """Return *text* with the customer's "I" as "you" and their "you" as the shop."""
    persons, words = language.persons_in(text)
    turned = persons.sub(lambda match: words[match[0].lower().replace("’", "'")], text)
    return _SPACES.sub(" ", turned).strip() if "  " in turned else turned.strip()


def split_clauses(folded: Folded, language: Language) -> Iterator[tuple[int, int]]:
    """Yield clauses, cut before joints (but, 而且 …) where both parts can stand."""
    shortest = language.clauses.shortest
    for start, end in clauses(folded):
        left = start
        if language.joint:
            for match in language.joint.finditer(folded.text, start, end):
                if match.start() - left >= shortest and end - match.end() >= shortest:
                    yield left, match.start()
                    left = match.start()
        yield left, end


def _spoken(folded: Folded, start: int, end: int, insults: Sequence[Hit]) -> str:
    """Return the raw clause without the insults."""
    left, right = folded.span(start, end)
    if not insults:
        return folded.raw[left:right]
    pieces, place = [], left
    for first, last in sorted(folded.span(hit.start, min(hit.end, end)) for hit in insults):
        pieces.append(folded.raw[place : max(place, first)])
        place = max(place, last)
    pieces.append(folded.raw[place:right])
    return "".join(pieces)


def _plain(folded: Folded, start: int, end: int, insults: Sequence[Hit], language: Language) -> str:
    """Return the clause as patterns look at it: trimmed, folded, the persons not turned."""
    return fold(trimmed(_spoken(folded, start, end, insults), language)).text


def trimmed(text: str, language: Language) -> str:
    """Return a clause without pictures, marks at its edges, and the words that only lead to it or away from it (but, so, 啊)."""
    text = _PICTURES.sub("", text).strip(_EDGES)
    openers, closers = language.openers, language.closers
    before = None
    while before != text:
        before = text
        if text.lower().startswith(openers):
            for opener in openers:
                if text.lower().startswith(opener) and _apart(text[len(opener) :][:1], language):
                    text = text[len(opener) :].strip(_EDGES)
        if text.lower().endswith(closers):
            for closer in closers:
                if text.lower().endswith(closer) and _apart(text[: -len(closer)][-1:], language):
                    text = text[: -len(closer)].strip(_EDGES)
    return text


def _apart(neighbour: str, language: Language) -> bool:
    return not language.spaced or not neighbour.isalnum()
