"""Kinds of goods, recognised by the words that name them. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from calmdesk.text.fold import Folded, fold
from calmdesk.text.language import ByLanguage, ListByLanguage
from calmdesk.text.phrases import Phrases


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

    def __init__(self, kinds: Mapping[str, ProductKind], likeness: Iterable[str] = ()) -> None:
        self.kinds = kinds
        self._likeness = tuple(dict.fromkeys(fold(word).text for word in likeness))
        self._kind_of: dict[str, str] = {}
        for key, kind in kinds.items():
            for words in kind.words.values():
                for word in words:
                    self._kind_of.setdefault(fold(word).text, key)
        self._names = Phrases(self._kind_of)
        self._details: dict[str | None, Phrases] = {}

    def find(self, folded: Folded) -> Goods | None:
        """Return the goods that *folded* names, None where it names none that is known."""
        named = (name for name in self._names.find(folded.text) if not self._likened(folded.text, name[1], name[2]))
        found = max(named, key=lambda name: name[2] - name[1], default=None)
        if not found:
            return None
        word, start, end = found
        left, right = folded.span(start, end)
        return Goods(self._kind_of[word], folded.raw[left:right])

    def _likened(self, text: str, start: int, end: int) -> bool:
        """Say whether goods are only named to compare with: as small as a ping-pong ball."""
        return any(
            text.endswith(word, 0, start) or text.endswith(word + " ", 0, start) or text.startswith(word, end) for word in self._likeness
        )

    def named(self, product: str) -> Goods | None:
        """Return the goods of an order; its own words are kept as the name."""
        found = self.find(fold(product))
        return Goods(found.kind, product) if found else None

    def details(self, kind: str | None, text: str) -> int:
        """Count the parts and qualities of such goods in the folded *text*; of any goods where the kind isn't known."""
        phrases = self._details.get(kind)
        if phrases is None:
            kinds = [self.kinds[kind]] if kind else self.kinds.values()
            phrases = self._details[kind] = Phrases(word for one in kinds for words in one.details.values() for word in words)
        return len({word for word, _, _ in phrases.find(text)})
