"""Clauses: the stretches of a text between its punctuation marks. No I/O."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import itemgetter

from calmdesk.text.fold import Folded

# A comma or full stop between digits belongs to the number.
_MARK = re.compile(r"(?<!\d)[,.:]|[,.:](?!\d)|[!?;、~…—\n\[\]{}()\"「」『』【】《》|]")
_SHORT = 3
"""White space is taken for a comma only where so many characters stand on both sides: 快 递 太 慢 is one clause."""


@lru_cache(maxsize=8)
def clauses(folded: Folded) -> tuple[tuple[int, int], ...]:
    """Return the offsets in the folded text of each clause that isn't empty, in order; kept, as a reading asks several times."""
    text = folded.text
    marks = [match.span() for match in _MARK.finditer(text)]
    if folded.breaks:
        marks += [(place, place) for place in _meant_breaks(folded)]
        marks.sort()
    found = []
    start = 0
    for left, right in (*marks, (len(text), len(text))):
        if left > start and not text[start:left].isspace():
            found.append((start, left))
        start = max(start, right)
    return tuple(found)


def _meant_breaks(folded: Folded) -> Iterator[int]:
    places = sorted(folded.breaks)
    edges = [0, *places, len(folded.text)]
    for before, place, after in zip(edges, places, edges[2:], strict=False):
        if place - before >= _SHORT and after - place >= _SHORT:
            yield place


def clause_at(start: int, end: int, spans: Sequence[tuple[int, int]], *, beside: bool = False) -> tuple[int, int]:
    """Return the clause in which *start* stands, with the ones *beside* it if asked; where it stands in none, *start* and *end*."""
    place = bisect_right(spans, start, key=itemgetter(0)) - 1
    if place < 0 or start >= spans[place][1]:
        return start, end
    return (spans[max(0, place - 1)][0], spans[min(place + 1, len(spans) - 1)][1]) if beside else spans[place]
