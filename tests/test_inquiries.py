"""Ordinary questions to the shop: the card brings replies that answer them or take them up, and never an apology."""

from __future__ import annotations

import pytest

from calmdesk.adviser import Advice, Adviser
from calmdesk.conversation import Conversation
from calmdesk.desk.kit import Kit
from calmdesk.desk.words import Words

ADVICE = [
    "有什么茶推荐吗",
    "送老人买什么好",
    "請問有推薦的茶嗎",
    "這幾支哪支比較好",
    "Any tea you recommend?",
    "Which one is better for a beginner?",
]
SHOP = ["你们几点上班", "有没有实体店", "請問營業時間到幾點", "門市在哪裡", "What are your opening hours?", "Do you have a shop in London?"]
OTHER = [
    "请问有优惠券吗",
    "孕妇能喝吗",
    "这两款有什么区别",
    "能不能送到新疆",
    "這兩款差在哪裡",
    "這款多少錢",
    "Do you ship to Norway?",
    "How much is it?",
]


def advised(adviser: Adviser, text: str) -> Advice:
    """Return what the agent gets for a first message."""
    return adviser.suggest(Conversation.of(text))


@pytest.mark.parametrize("text", [*ADVICE, *SHOP, *OTHER])
def test_a_question_gets_three_replies_and_no_apology(adviser: Adviser, text: str) -> None:
    """Nobody is sorry, nobody is soothed, and no order is asked for: a question isn't a complaint."""
    suggestions = advised(adviser, text).suggestions

    assert len(suggestions) == 3
    assert not {"apologize", "empathize", "propose_remedy", "listen"} & {technique for one in suggestions for technique in one.techniques}


@pytest.mark.parametrize("text", [*SHOP, *OTHER])
def test_a_question_is_answered_first(adviser: Adviser, text: str) -> None:
    """The first reply has a blank for the answer; another says by when it comes, for an agent who must ask first."""
    first, *others = advised(adviser, text).suggestions

    assert first.blanks == ("answer",)
    assert any(one.blanks == ("eta",) for one in others)


@pytest.mark.parametrize("text", ADVICE)
def test_who_wants_advice_is_asked_what_they_like(adviser: Adviser, text: str) -> None:
    """First what it is for and what they like; then one to name; then some to be picked by a time."""
    first, *others = advised(adviser, text).suggestions

    assert first.techniques == ("ask",)
    assert first.blanks == ()
    assert {one.blanks for one in others} == {("pick",), ("eta",)}


def test_advice_that_was_bad_is_a_complaint(adviser: Adviser) -> None:
    """Who complains of what we recommended isn't asked what they like."""
    advice = advised(adviser, "你们推荐的那款根本不好用")

    assert "advice" not in advice.reading.signals
    assert not any("pick" in one.blanks for one in advice.suggestions)


@pytest.mark.parametrize(("lang", "called"), [("zh-Hans", "咨询"), ("zh-Hant", "諮詢"), ("en", "question")])
def test_the_card_calls_a_question_a_question(adviser: Adviser, lang: str, called: str) -> None:
    """Not a complaint whose matter wasn't said yet; that is what who was angry before and now only asks still has."""
    kit = Kit(adviser.settings, adviser, Words.shipped())

    assert kit.about((), "inquiry", (0,), lang) == called
    assert kit.about((), "inquiry", (3, 0), lang) == kit.words(lang, "no_new_complaint")


@pytest.mark.parametrize(
    ("question", "ours", "answer"),
    [
        ("有没有适合送长辈的茶？", "请问预算多少？", "三百左右，我岳父喝"),
        ("請問有推薦的茶嗎", "預算大概多少呢？", "三百左右，我岳父喝"),
        ("Do you have a blue scarf?", "We do. What's it for?", "It's for my father in law, around £30"),
        ("What would suit dry skin?", "How does yours react to the sun?", "mostly dry skin, and I burn easily"),
    ],
)
def test_an_answer_to_our_question_is_no_complaint(adviser: Adviser, question: str, ours: str, answer: str) -> None:
    """Who asked, was asked back and says what they look for is still asking; what it costs or who it is for is no grievance."""
    advice = adviser.suggest(talk(question, ours, answer))

    assert (advice.reading.types, advice.reading.nature, advice.reading.heat[-1]) == ((), "inquiry", 0)


@pytest.mark.parametrize(
    ("question", "ours", "answer"),
    [
        ("请问我的快递到哪了", "您的订单号是多少？", "4471，来的时候就破了"),
        ("Where is my parcel?", "What's the order number?", "4471, and I've been waiting for three weeks now"),
    ],
)
def test_a_complaint_behind_our_question_is_heard(adviser: Adviser, question: str, ours: str, answer: str) -> None:
    """A question of ours makes no grievance smaller."""
    advice = adviser.suggest(talk(question, ours, answer))

    assert advice.reading.types
    assert advice.reading.nature == "valid"


def talk(question: str, ours: str, answer: str) -> Conversation:
    """Return a conversation of three turns."""
    turns = [{"role": "customer", "text": question}, {"role": "agent", "text": ours}, {"role": "customer", "text": answer}]
    return Conversation.model_validate({"turns": turns})
