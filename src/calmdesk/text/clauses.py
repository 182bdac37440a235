"""Clauses: the stretches of a text between its punctuation marks. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator

from calmdesk.text.fold import Folded

# A comma or full stop between digits belongs to the number.
_MARK = re.compile(r"(?<!\d)[,.:]|[,.:](?!\d)|[!?;、~…—\n\[\]{}()\"「」『』【】《》|]")
_SHORT = 3
"""White space is taken for a comma only where so many characters stand on both sides: 快 递 太 慢 is one clause."""


def clauses(folded: Folded) -> Iterator[tuple[int, int]]:
    """Yield the offsets in the folded text of each clause that isn't empty, in order."""
    marks = [(match.start(), match.end()) for match in _MARK.finditer(folded.text)]
    marks += [(place, place) for place in _meant_breaks(folded)]
    start = 0
    for left, right in [*sorted(marks), (len(folded.text), len(folded.text))]:
        if folded.text[start:left].strip():
            yield start, left
        start = max(start, right)


def _meant_breaks(folded: Folded) -> Iterator[int]:
    places = sorted(folded.breaks)
    edges = [0, *places, len(folded.text)]
    for before, place, after in zip(edges, places, edges[2:], strict=False):
        if place - before >= _SHORT and after - place >= _SHORT:
            yield place
