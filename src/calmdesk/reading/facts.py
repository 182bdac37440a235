"""Facts: what a message tells that a reply can take up. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from calmdesk.conversation import Conversation
from calmdesk.reading.reading import Facts
from calmdesk.text.fold import Folded, fold
from calmdesk.text.language import Language, Patterns, Words
from calmdesk.text.numbers import pattern_with_numbers, value
from calmdesk.text.patterns import Sieve


class CommonFacts(BaseModel):
    """`templates/facts.toml`: patterns that hold in every language, over the folded text; the group `value` is the fact."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order_numbers: Patterns = ()
    tracking_numbers: Patterns = ()
    couriers: Words = ()
    """Names as customers write them; the longest wins."""


class _Found(NamedTuple):
    said: str
    value: float | None


class _Fact(NamedTuple):
    """What a pattern finds."""

    name: str
    """A field of Facts."""
    largest: bool
    """Whether the largest of all finds counts; else the first does."""
    unit: float | None = None
    """How many days one is."""


_NOTHING = Facts()


class FactFinder:
    """Finds facts with the patterns of all languages: customers mix them."""

    def __init__(self, common: CommonFacts, languages: Mapping[str, Language]) -> None:
        everyone = [language.facts for language in sorted(languages.values(), key=lambda one: one.rank)]
        wanted: list[tuple[_Fact, re.Pattern[str]]] = []
        for name, largest, sources in (
            ("order_number", False, common.order_numbers),
            ("tracking_number", False, common.tracking_numbers),
            ("date", False, [source for facts in everyone for source in facts.dates]),
            ("customer_name", False, [source for facts in everyone for source in facts.names]),
            ("amount", True, [source for facts in everyone for source in facts.amounts]),
            ("times", True, [source for facts in everyone for source in facts.times]),
        ):
            wanted += [(_Fact(name, largest), pattern_with_numbers(source)) for source in sources]
        for facts in everyone:
            wanted += [(_Fact("days", True, unit), pattern_with_numbers(source)) for source, unit in facts.days.items()]
        if common.couriers:
            wanted.append((_Fact("courier", False), _words(common.couriers)))
        self._facts = [fact for fact, _ in wanted]
        self._patterns = Sieve(pattern for _, pattern in wanted)

    def find(self, folded: Folded) -> Facts:
        """Return what one message tells."""
        first: dict[str, str] = {}
        largest: dict[str, _Found] = {}
        for number in self._patterns.likely(folded.text):
            (name, wants_largest, unit), pattern = self._facts[number], self._patterns.patterns[number]
            if not wants_largest:
                if name not in first and (match := pattern.search(folded.text)):
                    first[name] = _raw(folded, *match.span(_group(pattern)))
                continue
            for found in _all(pattern, folded, unit):
                if name not in largest or (found.value or 0) > (largest[name].value or 0):
                    largest[name] = found
        if not first and not largest:
            return _NOTHING
        values: dict[str, Any] = {**first, **{name: found.value for name, found in largest.items()}}
        return Facts(**values, said={name: largest[name].said for name in _IN_OWN_WORDS if name in largest})


_IN_OWN_WORDS = ("days", "amount", "times")
"""The facts whose words are kept, in this order."""
_NAMES = ("order_number", "tracking_number", "courier", "amount", "days", "date", "times", "product", "customer_name")


def gathered(latest_first: Iterable[Facts], conversation: Conversation) -> Facts:
    """Return the facts of a conversation: what the order says, then what was said last, then what was said before."""
    order = conversation.order
    known: dict[str, Any] = dict.fromkeys(_NAMES)
    known.update(
        order_number=order.number,
        tracking_number=order.tracking_number,
        courier=order.courier,
        amount=order.amount,
        product=order.product,
        customer_name=conversation.customer.name,
    )
    said: dict[str, str] = {}
    for facts in latest_first:
        if facts is _NOTHING:
            continue
        for key, words in facts.said.items():
            if known[key] in {None, getattr(facts, key)}:
                said.setdefault(key, words)
        for name in _NAMES:
            if known[name] is None:
                known[name] = getattr(facts, name)
    return Facts(**known, said=said)


def _words(words: Sequence[str]) -> re.Pattern[str]:
    folded = sorted({fold(word).text for word in words}, key=len, reverse=True)
    bounded = (rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word) for word in folded)
    return re.compile("|".join(bounded))


def _raw(folded: Folded, start: int, end: int) -> str:
    left, right = folded.span(start, end)
    return folded.raw[left:right].strip()


def _group(pattern: re.Pattern[str]) -> str | int:
    """Return the group of *pattern* that is the fact: its name or value, else all that it matches."""
    return next((group for group in ("value", "name") if group in pattern.groupindex), 0)


def _all(pattern: re.Pattern[str], folded: Folded, unit: float | None) -> Iterator[_Found]:
    for match in pattern.finditer(folded.text):
        figure = match["value"] if "value" in pattern.groupindex else None
        number = value(figure) if figure else None
        if figure and number is None:
            continue
        if unit is not None:
            number = (1 if number is None else number) * unit
        span = match.span("said" if "said" in pattern.groupindex and match["said"] else 0)
        yield _Found(_raw(folded, *span), number)
