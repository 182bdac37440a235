"""Points: what of a message is read back, and what of it can stand inside a sentence."""

from __future__ import annotations

import pytest

from calmdesk.adviser import Adviser
from calmdesk.conversation import Conversation


@pytest.mark.parametrize(
    "said",
    [
        "杯子碎了，别跟我扯那些没用的", "杯子碎了，少跟我来这套", "杯子碎了，不要再找借口了", "杯子碎了，什么破服务", "杯子碎了，凭什么我去鉴定", "杯子碎了，你们就是这么做生意的",
        "杯子碎了，刚才我骂人不对", "杯子破了，少敷衍我", "杯子碎了，別再跟我說抱歉", "杯子碎了，这也能叫正品", "杯子碎了，我又不是第一次买",
        "The cup is broken, don't tell me to calm down", "The cup is broken, spare me the apologies", "The cup is broken. Stop lying to me",
        "The cup is broken. I'll post this everywhere", "The cup is broken. No offence", "It came on Monday. The cup is broken", "The cup is broken. This is how you treat people",
    ],
)  # fmt: skip
def test_what_stands_beside_the_matter_is_not_read_back(adviser: Adviser, said: str) -> None:
    """Outcries, threats, orders how to speak and the bare news that it came are no points; what went wrong is."""
    reading = adviser.read(Conversation.of(said))

    assert [point for point in reading.points if not point.startswith(("杯子", "the cup"))] == []
    assert reading.points


@pytest.mark.parametrize(
    ("said", "read_back"),
    [
        ("杯子碎了，马上给我退钱", "希望马上给您退钱"),
        ("杯子碎了，你们把钱退给我", "希望店里把钱退给您"),
        ("杯子碎了，立刻幫我退款", "希望立刻幫您退款"),
        ("The cup is broken. Refund me now or I'll call my bank", "you want us to refund you now"),
        ("The cup is broken. Please replace it this week", "you want us to replace it this week"),
    ],
)
def test_what_the_shop_is_told_to_do_is_read_back_as_a_wish(adviser: Adviser, said: str, read_back: str) -> None:
    """A demand in the imperative becomes what they want, without the threat, and never what went wrong."""
    reading = adviser.read(Conversation.of(said))

    assert read_back in reading.points
    assert reading.point in {"杯子碎了", "the cup is broken"}
    assert read_back not in reading.point_of.values()


@pytest.mark.parametrize("said", ["The wrong cup arrived", "It arrived broken", "Only one came", "It still hasn't arrived"])
def test_how_it_came_is_read_back(adviser: Adviser, said: str) -> None:
    """That something else came, or nothing, or in pieces, is what went wrong."""
    assert adviser.read(Conversation.of(said)).points


@pytest.mark.parametrize("said", ["给我换了三次还是坏的", "少给我发了一件，怎么办", "Refund was refused twice and nobody answers"])
def test_what_the_shop_did_is_no_wish(adviser: Adviser, said: str) -> None:
    """The same verbs tell what happened: that can stand inside a sentence."""
    reading = adviser.read(Conversation.of(said))

    assert reading.point
    assert not reading.point.startswith(("希望", "you want us"))
