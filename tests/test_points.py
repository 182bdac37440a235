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


@pytest.mark.parametrize(
    ("said", "read_back"),
    [
        ("第一次洗，就掉色", "第一次洗，就掉色"),
        ("我问了客服，没人回", "您问了客服，没人回"),
        ("页面写着两件，结果只寄了一件", "页面写着两件，结果只寄了一件"),
        ("打了三次電話，結果沒人接", "打了三次電話，結果沒人接"),
        ("I rang three times, but nobody picked up", "you rang three times, but nobody picked up"),
        ("When I opened the box, the cup was in pieces", "when you opened the box, the cup was in pieces"),
    ],
)
def test_clauses_that_belong_together_are_one_point(adviser: Adviser, said: str, read_back: str) -> None:
    """What leads up to it (when, after three days) and what came of it (but, not) are read back in one."""
    assert adviser.read(Conversation.of(said)).points == (read_back,)


@pytest.mark.parametrize(
    "said",
    [
        "杯子碎了，颜色也发错了。发票没给",
        "杯子碎了。没人理我",
        "杯子碎了，给我退款",
        "The cup is broken. But nobody answers",
        "The cup is broken, refund me",
    ],
)
def test_different_matters_stay_apart(adviser: Adviser, said: str) -> None:
    """A full stop parts two points, and what is wanted is never joined to what happened."""
    points = adviser.read(Conversation.of(said)).points

    assert len(points) >= 2
    assert points[0].startswith(("杯子碎了", "the cup is broken"))


@pytest.mark.parametrize(
    "said",
    [
        "杯子碎了，你们是乌龟吗", "杯子碎了，你们仓库是闭着眼发货的吗？", "杯子碎了，拿我当傻子吗", "杯子碎了，你们良心不会痛吗", "杯子碎了，你們眼睛長在頭頂上嗎", "杯子碎了，你們是烏龜嗎",
        "The cup is broken. Do you people even look at what you pack?", "The cup is broken. Are you all asleep?", "The cup is broken. What do you take me for?",
        "The cup is broken. Is this some kind of joke?",
    ],
)  # fmt: skip
def test_a_question_that_asks_nothing_is_not_read_back(adviser: Adviser, said: str) -> None:
    """A jab at the shop's people is no point; the fact beside it is."""
    assert adviser.read(Conversation.of(said)).points in {("杯子碎了",), ("the cup is broken",)}


@pytest.mark.parametrize(
    "said",
    ["你们是不是发错货了？", "你们不是说包邮吗", "你们能换一个吗", "Did you even ship the second box?", "Are you sending the missing lid?"],
)
def test_a_question_with_a_fact_of_the_order_is_read_back(adviser: Adviser, said: str) -> None:
    """Whether they sent the wrong thing, or when they will send it, is a question worth reading back."""
    assert adviser.read(Conversation.of(said)).points


@pytest.mark.parametrize(
    "said", ["杯子碎了，几点前回我？", "杯子碎了，今天下午三点前？", "The cup is broken. By what time?", "The cup is broken. Before 6 pm?"]
)
def test_a_bare_time_is_not_read_back(adviser: Adviser, said: str) -> None:
    """A time cut from its sentence says nothing by itself."""
    assert adviser.read(Conversation.of(said)).points in {("杯子碎了",), ("the cup is broken",)}


@pytest.mark.parametrize("said", ["說好今天到的，結果呢？", "杯子碎了，所以呢", "The cup is broken, and so"])
def test_a_point_doesnt_end_in_the_air(adviser: Adviser, said: str) -> None:
    """A connective that nothing follows is left off."""
    assert not adviser.read(Conversation.of(said)).points[0].endswith(("結果", "所以", "and", "so"))


@pytest.mark.parametrize(
    ("said", "point"),
    [
        ("I placed an order on the 26th and it still has not been dispatched?", "it still has not been dispatched"),
        ("都十天了，还没发货？", "还没发货"),
    ],
)
def test_what_went_wrong_is_said_in_spite_of_its_question_mark(adviser: Adviser, said: str, point: str) -> None:
    """A mark alone makes no question of a clause that says what went wrong: it is the weightiest, and can stand inside a sentence."""
    assert adviser.read(Conversation.of(said)).point == point


def test_a_question_is_no_statement(adviser: Adviser) -> None:
    """Who asks whether it is a fake hasn't said that it is one."""
    assert adviser.read(Conversation.of("这是假货吗？")).point is None


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        ("今天收到新书，但是书的封面上有折痕", "书的封面上有折痕"),
        ("买了双鞋，难怪穿起来左右脚大小不一样", "穿起来左右脚大小不一样"),
        ("It's fine I guess but the colour is nothing like the photo", "the colour is nothing like the photo"),
    ],
)
def test_a_detail_is_the_thing_alone(adviser: Adviser, said: str, detail: str) -> None:
    """Words that only lead to it (但是, 难怪) and what else the clause says stay behind where a reply quotes it."""
    assert adviser.read(Conversation.of(said)).detail == detail
