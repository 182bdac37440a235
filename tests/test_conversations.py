"""Conversations as they go: what a message means in the light of the ones before it."""

from __future__ import annotations

import pytest

from calmdesk.adviser import Advice, Adviser
from tests.people import conversation, leads


def after(adviser: Adviser, *lines: str) -> Advice:
    """Return what the agent gets for the last of some messages; "agent: …" is ours."""
    return adviser.suggest(conversation(*(line if line.startswith("agent") else f"customer: {line}" for line in lines)))


DENIALS = [
    ("我的快递卡在中转站五天没动了", "我又没说要退货", "看错"),
    ("包裹一直卡在中轉站五天了", "我又沒說要退貨，我是要你們補寄", "沒看懂"),
    ("My parcel has been stuck at the depot for a week", "I never said I wanted a refund", "misread"),
]


@pytest.mark.parametrize(("case", "denial"), [told[:2] for told in DENIALS])
def test_what_was_never_asked_for_is_not_what_the_case_is_about(adviser: Adviser, case: str, denial: str) -> None:
    """Who says that they never wanted to return it still has the parcel that is stuck; nothing of the denial is read back."""
    advice = after(adviser, case, denial)

    assert advice.reading.types == ("logistics",)
    assert not any("没说" in point or "沒說" in point or "never said" in point for point in advice.reading.points)


@pytest.mark.parametrize(("case", "denial", "owned"), DENIALS)
def test_who_was_misread_hears_first_that_we_misread_them(adviser: Adviser, case: str, denial: str, owned: str) -> None:
    """The first reply owns it; it doesn't ask for anything and doesn't go on about what they never said."""
    advice = after(adviser, case, denial)

    assert leads(advice)[0] == "apologize"
    assert owned in advice.suggestions[0].text


def test_what_we_took_from_an_earlier_message_falls_away_too(adviser: Adviser) -> None:
    """A return that was read into the case is out of it once they say that they never meant one; the parcel is back."""
    assert after(adviser, "快递五天没到", "我要退货", "我又没说要退货，你们赶紧送过来").reading.types == ("logistics",)


def test_what_a_denial_says_besides_still_counts(adviser: Adviser) -> None:
    """The clause beside the denial speaks for itself."""
    assert "refund_return" in after(adviser, "杯子碎了", "我没说要换，我要退款，快点把钱退给我").reading.types
