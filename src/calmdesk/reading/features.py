"""What the classifier looks at: runs of signs and words, and the cues that fired. The same for training and for use. No I/O."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from calmdesk.reading.cues import Hit

_UNIT = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*|\S")
"""A Latin word, a number, or any other single sign."""
_LONGEST_RUN = 4
_WORD_PARTS = (4, 5)
"""Lengths of the parts of Latin words, so that an unseen form is half known."""


Run = tuple[str, int, int]
"""A feature's name, and where it stands in the folded text: start and end."""


def runs(text: str) -> Iterator[Run]:
    """Yield each run of one to four units of the folded *text*, and parts of its longer Latin words.

    Numbers are all alike (`#`): which one it is says nothing about the kind of complaint.
    """
    units = [(match[0], *match.span()) for match in _UNIT.finditer(text)]
    names = ["#" if unit[0].isdigit() else unit for unit, _, _ in units]
    # A space stands between two neighbours that are both plain letters or digits.
    joints = ["", *(" " if one[-1].isascii() and other[0].isascii() else "" for one, other in itertools.pairwise(names))]
    count = len(units)
    for first in range(count):
        name, start, end = names[first], units[first][1], units[first][2]
        yield name, start, end
        for last in range(first + 1, min(first + _LONGEST_RUN, count)):
            name = f"{name}{joints[last]}{names[last]}"
            yield name, start, units[last][2]
    for unit, start, _end in units:
        if len(unit) > _WORD_PARTS[0] and unit.isascii() and unit[0].isalpha():
            for size in _WORD_PARTS:
                for place in range(len(unit) - size + 1):
                    yield f"<{unit[place : place + size]}", start + place, start + place + size


def manner(text: str) -> Iterator[str]:
    """Yield features of the whole: length, exclamation and question marks, how it ends."""
    length = len(text)
    yield f"=length{min(length.bit_length(), 9)}"
    for sign, name in (("!", "exclaims"), ("?", "asks"), ("~", "waves"), (".", "stops")):
        if count := text.count(sign):
            yield f"={name}{min(count, 4)}"
    if not text or text[-1] not in "!?.~,;":
        yield "=ends bare"


def cue_features(hits: Iterable[Hit]) -> Iterator[str]:
    """Yield one feature for each label that a cue speaks for: `+` strong, `~` weak, `!` negated, doubled where several fired."""
    counts: dict[str, set[int]] = {}
    for hit in hits:
        sign = "!" if hit.negated else "+" if hit.cue.strength == "strong" else "~"
        counts.setdefault(sign + hit.cue.label, set()).add(hit.start)
    for name, places in counts.items():
        yield name
        if len(places) > 1:
            yield name + "*"
