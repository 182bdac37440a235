"""Kinds of goods, recognised by the words that name them. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from calmdesk.text.fold import Folded, fold
from calmdesk.text.language import ByLanguage, ListByLanguage


class ProductKind(BaseModel):
    """`templates/products/<id>.toml`: what is said of one kind of goods, by language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: str
    """The coarse kind, as programs see it: food, clothing …"""
    names: ByLanguage
    words: ListByLanguage
    """Names of such goods."""
    details: ListByLanguage
    """Parts and qualities that people mention."""
    questions: ListByLanguage
    """Mild, concrete questions beside the blame (A5)."""
    remedies: ListByLanguage = {}


@dataclass(frozen=True, slots=True)
class Goods:
    """The goods that a message speaks of."""

    kind: str
    said: str
    """As the customer or the order names them."""


class GoodsFinder:
    """Finds goods in a text: the longest name wins, then the one that comes first."""

    def __init__(self, kinds: Mapping[str, ProductKind]) -> None:
        self.kinds = kinds
        self._kind_of: dict[str, str] = {}
        for key, kind in kinds.items():
            for words in kind.words.values():
                for word in words:
                    self._kind_of.setdefault(fold(word).text, key)
        self._pattern = _alternatives(self._kind_of)
        self._details = {
            key: _alternatives({fold(word).text: key for words in kind.details.values() for word in words}) for key, kind in kinds.items()
        }
        self._any_detail = _alternatives({fold(w).text: key for key, kind in kinds.items() for ws in kind.details.values() for w in ws})

    def find(self, folded: Folded) -> Goods | None:
        """Return the goods that *folded* names, None where it names none that is known."""
        if not self._pattern:
            return None
        found = max(self._pattern.finditer(folded.text), key=lambda match: match.end() - match.start(), default=None)
        if not found:
            return None
        left, right = folded.span(*found.span())
        word = found[0] if found[0] in self._kind_of else found[0].removesuffix("s")
        return Goods(self._kind_of[word], folded.raw[left:right])

    def named(self, product: str) -> Goods | None:
        """Return the goods of an order; its own words are kept as the name."""
        found = self.find(fold(product))
        return Goods(found.kind, product) if found else None

    def details(self, kind: str | None, text: str) -> int:
        """Count the parts and qualities of such goods in the folded *text*; of any goods where the kind isn't known."""
        pattern = self._details.get(kind) if kind else self._any_detail
        return len({match[0] for match in pattern.finditer(text)}) if pattern else 0


def _alternatives(words: Mapping[str, str]) -> re.Pattern[str] | None:
    ordered = sorted(words, key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(word)}s?\b" if word.isascii() else re.escape(word) for word in ordered)) if ordered else None
