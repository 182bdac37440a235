"""Words for the full-text index: Chinese has no spaces and its words mostly two characters, so each pair of neighbours is a word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from calmdesk.text.fold import fold

_HAN = "㐀-鿿豈-﫿\U00020000-\U0003ffff"
_STRETCH = re.compile(rf"(?P<han>[{_HAN}]+)|[^\W_{_HAN}]+")
"""A stretch of Chinese characters, or a word or number of any other script."""


def indexed(text: str) -> str:
    """Return *text* as words apart by spaces: 「我要退款」 as "我要 要退 退款 款", anything else as it stands; folded as for reading."""
    return " ".join(word for stretch in _stretches(text) for word in _pairs(stretch))


def wanted(search: str) -> tuple[str, list[str]] | None:
    """Return a search as a query of the index, and what a text must hold, folded, to be meant; None where it has no words.

    Each part between spaces must be there; a part may end within a word (refun, 123) or be a single Chinese character.
    """
    queries: list[str] = []
    parts: list[str] = []
    for part in search.split():
        stretches = list(_stretches(part))
        if not stretches:
            continue
        words = [word for stretch in stretches for word in _pairs(stretch)]
        *_, last = stretches
        open_end = not _is_han(last) or len(last) == 1
        if not open_end:
            words.pop()  # in the text the stretch may go on
        queries.append(f'"{" ".join(words)}"{"*" if open_end else ""}')
        parts.append(fold(part).text)
    return (" ".join(queries), parts) if queries else None


def holds(text: str, parts: list[str]) -> bool:
    """Say whether a text holds all *parts*: pairs side by side in the index may bridge a gap between two words."""
    folded = fold(text).text
    return all(part in folded for part in parts)


def _stretches(text: str) -> Iterator[str]:
    return (match[0] for match in _STRETCH.finditer(fold(text).text))


def _is_han(stretch: str) -> bool:
    return re.match(f"[{_HAN}]", stretch) is not None


def _pairs(stretch: str) -> Iterator[str]:
    """Yield a stretch's words: of Chinese each pair, and the last character by itself, so that every character begins a word."""
    if _is_han(stretch):
        yield from (stretch[place : place + 2] for place in range(len(stretch)))
    else:
        yield stretch
