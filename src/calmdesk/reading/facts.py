"""Facts: what a message tells that a reply can take up. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict

from calmdesk.conversation import Conversation
from calmdesk.reading.reading import Facts
from calmdesk.text.fold import Folded, fold
from calmdesk.text.language import Language, Patterns, Words
from calmdesk.text.numbers import pattern_with_numbers, value


class CommonFacts(BaseModel):
    """`templates/facts.toml`: patterns that hold in every language, over the folded text; the group `value` is the fact."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order_numbers: Patterns = ()
    tracking_numbers: Patterns = ()
    couriers: Words = ()
    """Names as customers write them; the longest wins."""


@dataclass(frozen=True, slots=True)
class _Found:
    said: str
    value: float | None


class FactFinder:
    """Finds facts with the patterns of all languages: customers mix them."""

    def __init__(self, common: CommonFacts, languages: Mapping[str, Language]) -> None:
        everyone = [language.facts for language in sorted(languages.values(), key=lambda one: one.rank)]
        self._orders = _compiled(common.order_numbers)
        self._trackings = _compiled(common.tracking_numbers)
        self._couriers = _words(common.couriers)
        self._days = [(pattern, unit) for facts in everyone for source, unit in facts.days.items() for pattern in _compiled([source])]
        self._dates = _compiled(pattern for facts in everyone for pattern in facts.dates)
        self._times = _compiled(pattern for facts in everyone for pattern in facts.times)
        self._amounts = _compiled(pattern for facts in everyone for pattern in facts.amounts)
        self._names = _compiled(pattern for facts in everyone for pattern in facts.names)

    def find(self, folded: Folded) -> Facts:
        """Return what one message tells."""
        days = max(
            (
                _Found(found.said, (found.value if found.value is not None else 1) * unit)
                for pattern, unit in self._days
                for found in _all(pattern, folded)
            ),
            key=lambda found: found.value or 0,
            default=None,
        )
        amount = _largest(self._amounts, folded)
        times = _largest(self._times, folded)
        courier = self._couriers.search(folded.text) if self._couriers else None
        name = next((match for pattern in self._names if (match := pattern.search(folded.text))), None)
        said = {key: found.said for key, found in (("days", days), ("amount", amount), ("times", times)) if found}
        return Facts(
            order_number=_first(self._orders, folded),
            tracking_number=_first(self._trackings, folded),
            courier=_raw(folded, *courier.span()) if courier else None,
            amount=amount.value if amount else None,
            days=days.value if days else None,
            date=_first(self._dates, folded),
            times=times.value if times else None,
            customer_name=_raw(folded, *name.span("name")) if name else None,
            said=said,
        )


def gathered(latest_first: Sequence[Facts], conversation: Conversation) -> Facts:
    """Return the facts of a conversation: what the order says, then what was said last, then what was said before."""
    order, customer = conversation.order, conversation.customer
    known = Facts(
        order_number=order.number,
        tracking_number=order.tracking_number,
        courier=order.courier,
        amount=order.amount,
        product=order.product,
        customer_name=customer.name,
    )
    for facts in latest_first:
        said = dict(known.said)
        for key, words in facts.said.items():
            if getattr(known, key) in {None, getattr(facts, key)}:
                said.setdefault(key, words)
        missing = {
            name: getattr(facts, name)
            for name in ("order_number", "tracking_number", "courier", "amount", "days", "date", "times", "product", "customer_name")
            if getattr(known, name) is None
        }
        known = replace(known, said=said, **missing)
    return known


def _compiled(patterns: Iterable[str]) -> list[re.Pattern[str]]:
    return [pattern_with_numbers(pattern) for pattern in patterns]


def _words(words: Sequence[str]) -> re.Pattern[str] | None:
    folded = sorted({fold(word).text for word in words}, key=len, reverse=True)
    bounded = (rf"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word) for word in folded)
    return re.compile("|".join(bounded)) if folded else None


def _raw(folded: Folded, start: int, end: int) -> str:
    left, right = folded.span(start, end)
    return folded.raw[left:right].strip()


def _all(pattern: re.Pattern[str], folded: Folded) -> Iterable[_Found]:
    for match in pattern.finditer(folded.text):
        number = value(match["value"]) if "value" in pattern.groupindex and match["value"] else None
        span = match.span("said" if "said" in pattern.groupindex and match["said"] else 0)
        yield _Found(_raw(folded, *span), number)


def _first(patterns: Iterable[re.Pattern[str]], folded: Folded) -> str | None:
    for pattern in patterns:
        if match := pattern.search(folded.text):
            return _raw(folded, *match.span("value" if "value" in pattern.groupindex else 0))
    return None


def _largest(patterns: Iterable[re.Pattern[str]], folded: Folded) -> _Found | None:
    found = [one for pattern in patterns for one in _all(pattern, folded)]
    return max(found, key=lambda one: one.value or 0, default=None)
