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


@pytest.mark.parametrize(
    ("question", "more"),
    [
        ("有什么茶推荐吗", "送岳父的，他爱喝浓一点的，三百左右"),
        ("有什麼茶推薦嗎", "送岳父的，他愛喝濃一點的"),
        ("Any tea you recommend?", "It's a present for my father in law, he likes it strong"),
    ],
)
def test_who_says_more_about_their_question_gets_the_answer(adviser: Adviser, question: str, more: str) -> None:
    """What they like is said now: first comes what we recommend."""
    advice = after(adviser, question, more)

    assert (advice.reading.nature, advice.reading.goes_on) == ("inquiry", True)
    assert advice.suggestions[0].blanks == ("pick",)


def test_a_question_back_leaves_the_question_open(adviser: Adviser) -> None:
    """What they answer to our question goes on with theirs, message after message."""
    advice = after(adviser, "有什么茶推荐吗", "agent(ask): 自己喝还是送人，预算大概多少？", "送岳父的", "三百左右")

    assert "advice" in advice.reading.signals
    assert leads(advice)[0] == "teach"


@pytest.mark.parametrize("last", ["好的谢谢", "你们发的杯子碎了三个"])
def test_thanks_and_complaints_go_on_with_no_question(adviser: Adviser, last: str) -> None:
    """Thanks end it, a complaint takes its place."""
    assert not after(adviser, "有什么茶推荐吗", last).reading.goes_on


def test_a_question_that_was_answered_is_closed(adviser: Adviser) -> None:
    """What comes behind the answer is a matter of its own."""
    assert not after(adviser, "有什么茶推荐吗", "agent(teach): 您试试正山小种。", "我先看看").reading.goes_on


@pytest.mark.parametrize("question", ["发货了没", "出貨了沒", "has it shipped?"])
def test_has_it_been_sent_is_a_question_about_the_parcel(adviser: Adviser, question: str) -> None:
    """It isn't small talk."""
    reading = after(adviser, question).reading

    assert (reading.nature, reading.intensity) == ("inquiry", 0)
    assert "tracking" in reading.demands


def test_has_it_been_sent_after_many_days_is_a_complaint(adviser: Adviser) -> None:
    """The days say so."""
    assert after(adviser, "下单八天了，发货了没").reading.types == ("late_shipment",)


HOT = "快递八天没到，你们是骗子吗！退钱！"


@pytest.mark.parametrize(
    ("before", "cold"), [(HOT, "退我多少？？"), ("孩子被你们的玩具划伤了，流血了！你们怎么回事", "说话呀"), (HOT, "你们是不是看不懂字")]
)
def test_cold_words_are_not_calm(adviser: Adviser, before: str, cold: str) -> None:
    """Who raged and now says little is still sore, and nobody closes the case or thanks them for it."""
    advice = after(adviser, before, "agent(propose_remedy): 我来办，今天给您退。", cold)

    assert advice.reading.heat[-1] >= 2
    assert not {"close", "exceed", "thank"} & set(leads(advice))


def test_a_demand_that_stands_open_is_not_calm_either(adviser: Adviser) -> None:
    """However short the words become, what they asked for wasn't given yet."""
    assert after(adviser, HOT, "嗯", "哦。", "哦").reading.heat[-1] == 1


@pytest.mark.parametrize("calm", ["好的谢谢，退了就行", "刚才话说重了，别往心里去"])
def test_a_sign_of_calm_cools_at_once(adviser: Adviser, calm: str) -> None:
    """Thanks, agreement, a tone taken back: then it may fall by as much as it does."""
    assert after(adviser, HOT, calm).reading.heat[-1] <= 1


def test_the_days_of_a_wait_are_counted(adviser: Adviser) -> None:
    """The eighth day of promises is a late delivery and a broken word; one reminder, one promise, is no count."""
    reading = after(adviser, "第八天了！催一次说一次明天，你们的明天是哪个星球的明天").reading

    assert reading.types == ("late_shipment",)
    assert "let_down" in reading.signals
    assert (reading.facts.days, reading.facts.said["days"], reading.facts.times) == (8, "八天", None)


@pytest.mark.parametrize("text", ["我要的是红色，收到的是蓝色，麻烦您看一下", "I ordered a large, got a small"])
def test_what_was_ordered_and_what_came_are_two_things(adviser: Adviser, text: str) -> None:
    """However politely it is said."""
    assert after(adviser, text).reading.types == ("wrong_item",)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("那个什么时候到，我急着送人", ("什么时候到",)),
        ("发票抬头：杭州云山科技有限公司，税号91330106MA2B1CXY3K", ()),
        ("收到的山药,粗的像手腕,细得像筷子,坑人呢!", ("收到的山药,粗的像手腕", "细得像筷子")),
        ("你们说了一堆没用的，杯子到底换不换", ("杯子到底换不换",)),
        ("發票抬頭：台北雲山有限公司，訂單編號A12345678", ()),
        ("上周二买的枕头到现在没收到，订单号 202611080012345", ("上周二买的枕头到现在没收到",)),
    ],
)
def test_a_point_is_what_happened_not_what_a_number_stands_under(adviser: Adviser, text: str, points: tuple[str, ...]) -> None:
    """Headings of data are no points, and no clause begins in the middle of a word."""
    assert after(adviser, text).reading.points == points


def test_the_sum_of_an_order_is_known(adviser: Adviser) -> None:
    """Without a unit too."""
    assert after(adviser, "订单金额289").reading.facts.amount == 289
