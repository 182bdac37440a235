"""What the models look at: runs of signs and words, what words mean, and the cues that fired. For training and for use. No I/O."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from calmdesk.reading.cues import Hit
from calmdesk.reading.meanings import Meant

_UNIT = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*|\S")
"""A Latin word, a number, or any other single sign."""
_LONGEST_RUN = 4
_WORD_PARTS = (4, 5)
"""Lengths of the parts of Latin words, so that an unseen form is half known."""
_CLAUSE_END = re.compile(r"[.!?;,\n~]")
_NEGATOR = "not"
"""The class of words that turn round what the next ones mean."""
_NEGATED = 3
"""So many words of known meaning behind a negator are turned round."""
_REACH = 4
"""Two meanings in a clause are seen together when they are at most so many words of known meaning apart."""


Run = tuple[str, int, int]
"""A feature's name, and where it stands in the folded text: start and end."""


def units(text: str) -> list[Run]:
    """Return the folded *text* cut into Latin words, numbers and single signs.

    Numbers are all alike (`#`): which one it is says nothing about the kind of complaint.
    """
    return [("#" if match[0][0].isdigit() else match[0], *match.span()) for match in _UNIT.finditer(text)]


def runs(cut: Sequence[Run]) -> Iterator[Run]:
    """Yield each run of one to four of a text's units, and parts of its longer Latin words."""
    # A space stands between two neighbours that are both plain letters or digits.
    joints = ["", *(" " if one[0][-1].isascii() and other[0][0].isascii() else "" for one, other in itertools.pairwise(cut))]
    count = len(cut)
    for first in range(count):
        name, start, end = cut[first]
        yield name, start, end
        for last in range(first + 1, min(first + _LONGEST_RUN, count)):
            name = f"{name}{joints[last]}{cut[last][0]}"
            yield name, start, cut[last][2]
    for unit, start, _end in cut:
        if len(unit) > _WORD_PARTS[0] and unit.isascii() and unit[0].isalpha():
            for size in _WORD_PARTS:
                for place in range(len(unit) - size + 1):
                    yield f"<{unit[place : place + size]}", start + place, start + place + size


def meaning_runs(text: str, meant: Sequence[Meant]) -> Iterator[Run]:
    """Yield what the words of the folded *text* mean: each meaning, negated or not, and those that stand near each other in a clause."""
    ends = [match.start() for match in _CLAUSE_END.finditer(text)]
    clause: list[Meant] = []
    for word in meant:
        while ends and ends[0] <= word.start:
            ends.pop(0)
            if clause:
                yield from _together(clause)
                clause = []
        clause.append(word)
    yield from _together(clause)


def _together(clause: Sequence[Meant]) -> Iterator[Run]:
    turned = 0
    for place, (start, end, classes) in enumerate(clause):
        negates = _NEGATOR in classes
        for name in classes:
            yield f"^{name}", start, end
            if turned and not negates:
                yield f"^!{name}", start, end
        turned = _NEGATED if negates else max(0, turned - 1)
        for one, other in itertools.combinations(classes, 2):
            yield f"^{one} {other}", start, end
        for after in clause[place + 1 : place + 1 + _REACH]:
            for one in classes:
                for other in after.classes:
                    yield f"^{one} {other}", start, after.end
        for second, third in itertools.pairwise(clause[place + 1 : place + 3]):
            for one in classes:
                for two in second.classes:
                    for three in third.classes:
                        yield f"^{one} {two} {three}", start, third.end


def manner(text: str) -> Iterator[str]:
    """Yield features of the whole: length, exclamation and question marks, how it ends."""
    length = len(text)
    yield f"=length{min(length.bit_length(), 9)}"
    for sign, name in (("!", "exclaims"), ("?", "asks"), ("~", "waves"), (".", "stops")):
        if count := text.count(sign):
            yield f"={name}{min(count, 4)}"
    if not text or text[-1] not in "!?.~,;":
        yield "=ends bare"


def cue_name(hit: Hit) -> str:
    """Return the feature of a cue that fired: its label, behind `+` strong, `~` weak or `!` negated."""
    return ("!" if hit.negated else "+" if hit.cue.strength == "strong" else "~") + hit.cue.label


def cue_features(hits: Iterable[Hit]) -> Iterator[str]:
    """Yield one feature for each label that a cue speaks for, doubled where several fired."""
    counts: dict[str, set[int]] = {}
    for hit in hits:
        counts.setdefault(cue_name(hit), set()).add(hit.start)
    for name, places in counts.items():
        yield name
        if len(places) > 1:
            yield name + "*"


def clause_features(text: str, start: int, end: int, hits: Iterable[Hit]) -> Iterator[str]:
    """Yield features of the clause `start:end` as a whole: the cues in it, its length, where it stands, how it ends."""
    for name in cue_features(hit for hit in hits if start <= hit.start < end):
        yield f"@{name}"
    length = len(text[start:end].strip())
    yield f"@length{min(length.bit_length(), 7)}"
    yield f"@of{min(len(text).bit_length(), 9)}"
    if not text[:start].strip():
        yield "@first"
    if not text[end:].strip("!?.~,; "):
        yield "@last"
    if text[end : end + 1] in {"!", "?", "~"}:
        yield f"@ends {text[end]}"
