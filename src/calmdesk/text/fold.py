"""Folding: one writing for matching, with the way back to the customer's own characters. No I/O at call time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

# One Chinese character or a full-width mark: white space beside it carries no meaning for matching.
_HAN = r"\u2e80-\u303f\u31c0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_HAN_CHARACTER = re.compile(f"[{_HAN}]")
# Invisible: zero-width signs, variation selectors, direction marks, soft hyphen, control characters but for white space.
_INVISIBLE = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"
# What folding takes away: invisible signs, runs of white space, and the fourth and later of the same sign in a row (never digits).
_REMOVED = re.compile(rf"[\s{_INVISIBLE}]+|(?P<same>[^\s\d{_INVISIBLE}])(?P=same){{3,}}")
# In a text without these folding takes nothing away; each is quick to look for, and most texts have none.
_FOUR_ALIKE = re.compile(r"(.)\1\1\1", re.DOTALL)
_UNSEEN = re.compile(rf"[\t-\r\x1c-\x1f\u0085\u1680\u2028\u2029{_INVISIBLE}]")
_LOOSE_SPACE = re.compile(rf" (?:(?<=\A )|(?<=[ {_HAN}] )|(?=[ {_HAN}]|\Z))")
_WHITE = re.compile(r"\s")
# What compatibility folding leaves apart though people type either.
_TYPED_ALIKE = {"’": "'", "‘": "'", "´": "'", "`": "'", "“": '"', "”": '"', "。": ".", "﹒": "."}


@dataclass(frozen=True, slots=True)
class CharacterTables:
    """The Traditional-to-Simplified table and the characters that only one of the two writings has."""

    to_simplified: dict[int, int]
    variants: dict[str, frozenset[str]]


@cache
def character_tables() -> CharacterTables:
    """Return the packaged character tables, read once."""
    lines = (files("calmdesk") / "data" / "characters.txt").read_text("utf-8").splitlines()
    traditional, simplified, only_traditional, only_simplified = (line for line in lines if not line.startswith("#"))
    return CharacterTables(
        to_simplified=dict(zip(map(ord, traditional), map(ord, simplified), strict=True)),
        variants={"traditional": frozenset(only_traditional), "simplified": frozenset(only_simplified)},
    )


class _FoldTable(dict[int, str]):
    """Folds one character to one character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        character = _TYPED_ALIKE.get(chr(code), chr(code))
        narrow = unicodedata.normalize("NFKC", character)
        if len(narrow) == 1:
            character = narrow
        if unicodedata.category(character) == "Cs":
            character = "\ufffd"  # half a character has no place in UTF-8, which the search for cues goes by
        small = character.lower()
        if len(small) == 1:
            character = small
        character = chr(character_tables().to_simplified.get(ord(character), ord(character)))
        self[code] = character
        return character


_TABLE = _FoldTable()


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """A text in its folded writing; only the same as itself, so that it is cheap to look up.

    `raw` is the text as given; `text` is folded; `origin[i]` is the offset in `raw` of `text[i]`; `breaks` holds the offsets in
    `text` before which white space stood between Chinese characters (dropped for matching, yet often meant as a comma).
    """

    raw: str
    text: str
    origin: Sequence[int]
    breaks: frozenset[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in `raw`, in characters, of the folded stretch `start:end` (not empty)."""
        return self.origin[start], self.origin[end - 1] + 1


def fold(raw: str) -> Folded:
    """Fold *raw*: half width, small letters, Simplified characters, single spaces, none beside Chinese characters."""
    text = raw.translate(_TABLE)
    if not (_FOUR_ALIKE.search(text) or _UNSEEN.search(text) or _LOOSE_SPACE.search(text)):
        return Folded(raw, text, range(len(text)), frozenset())
    kept: list[str] = []
    origin: list[int] = []
    breaks: set[int] = set()
    length = place = 0
    for match in _REMOVED.finditer(text):
        start, end = match.span()
        if match["same"]:
            keep, start = "", start + 3
        else:
            keep = _white(text, start, end)
            if not keep and start and end < len(text) and _WHITE.search(match[0]):
                breaks.add(length + start - place)
        kept.append(text[place:start])
        origin.extend(range(place, start))
        length += start - place
        if keep:
            kept.append(keep)
            origin.append(start)
            length += 1
        place = end
    kept.append(text[place:])
    origin.extend(range(place, len(text)))
    return Folded(raw, "".join(kept), origin, frozenset(breaks))


def _white(text: str, start: int, end: int) -> str:
    """Say what stands for the removed stretch: a line break, a space or nothing."""
    run = text[start:end]
    if not start or end == len(text) or not _WHITE.search(run):
        return ""
    if "\n" in run:
        return "\n"
    return "" if _HAN_CHARACTER.match(text[start - 1]) or _HAN_CHARACTER.match(text[end]) else " "
