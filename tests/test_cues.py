"""Cues: what is heard in a message, across its marks, denied or turned round."""

from __future__ import annotations

import pytest

from calmdesk.adviser import Adviser
from calmdesk.conversation import Conversation
from calmdesk.reading.cues import Cue, Lexicon
from calmdesk.text.fold import fold


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("说好今天到，结果呢", True), ("说好今天到。结果呢？", True), ("说好今天到？！结果呢", True), ("说好今天到结果呢", True),
        ("说好今天到，我等了，结果呢", False), ("结果呢，说好今天到", False),
        ("you said noon. Still nothing", True), ("you said noon, still nothing", True), ("you said noon. I waited. Still nothing", False),
    ],
)  # fmt: skip
def test_a_cue_may_cross_one_mark(adviser: Adviser, text: str, found: bool) -> None:
    """What stands behind `/` is looked for in the same clause or the next one, no further."""
    cues = [
        Cue("signals.let_down", "strong", "zh-Hans", "说好…/…结果呢"),
        Cue("signals.let_down", "strong", "en", "you said …/…(still nothing|never came)"),
    ]

    assert bool(Lexicon(cues, adviser.reader.glancer.languages).find(fold(text))) == found


@pytest.mark.parametrize(
    "said",
    [
        "说好今天到的，结果呢？", "說好今天到的，結果呢？", "不是说上午处理吗，现在都几点了", "你们说三天内发货。还没发", "答应我昨天回电话，人呢",
        "講好今日覆我，而家幾點呀", "說好今天下午打給我，結果咧",
        "You said you'd call by noon. Still nothing.", "You promised an answer within an hour; nobody has called", "You told me it would come on Friday. Still no sign of it.",
    ],
)  # fmt: skip
def test_a_broken_word_is_heard_behind_a_mark(adviser: Adviser, said: str) -> None:
    """What we said and that it didn't come may stand in two sentences."""
    assert "let_down" in adviser.read(Conversation.of(said)).signals


@pytest.mark.parametrize(
    "said",
    [
        "说好今天到的，果然到了，谢谢", "说好今天到，没想到昨天就到了", "不是说三天到吗，今天就到了", "你们说下午有人来修。我下午没人在家，改明天吧", "說好今天到，真的到了",
        "You said you'd call by noon. Thanks, you did", "You said two days. No problem, take your time", "You said it would arrive by Friday. It arrived, nobody had to sign",
    ],
)  # fmt: skip
def test_a_word_that_was_kept_lets_nobody_down(adviser: Adviser, said: str) -> None:
    """The same beginnings with a good end are no broken word."""
    assert "let_down" not in adviser.read(Conversation.of(said)).signals


@pytest.mark.parametrize(
    "said",
    [
        "我又没说要退货", "我从来没有跟你们说过要退款", "谁要退款了，我要的是灯", "我什么时候说要退款了", "我不是来要赔偿的", "我不稀罕你们那点赔偿", "我沒說要退款，我要那盞燈",
        "I never asked for a refund", "I never once said that I wanted a refund", "I don't want a refund, I want the lamp", "Nobody asked for a voucher",
        "Who said I wanted my money back?", "Did I ask for a refund? No.",
    ],
)  # fmt: skip
def test_what_was_never_asked_for_is_no_demand(adviser: Adviser, said: str) -> None:
    """A denied demand isn't heard as one, isn't named as what happened, and no reply offers it as if it was asked for."""
    advice = adviser.suggest(Conversation.of(said))
    replies = [reply.text for reply in advice.suggestions]
    for point in advice.reading.points:
        replies = [text.replace(point, "") for text in replies]

    assert not {"refund", "return", "compensation"} & set(advice.reading.demands)
    assert not any(name in text for text in replies for name in ("a refund", "your refund", "voucher", "退款", "退货", "赔偿", "退貨"))


@pytest.mark.parametrize(
    ("said", "demand"),
    [
        ("我不要退款，我要换货", "exchange"), ("要不要退款给句话", "refund"), ("谁给我退款", "refund"), ("我没说清楚，我要退款", "refund"), ("不给退货", "return"), ("什么时候给我退款", "refund"),
        ("You won't refund me", "refund"), ("They never refunded me", "refund"), ("I still haven't received my refund", "refund"), ("I haven't heard back since I asked for a refund", "refund"),
        ("I don't want to wait for my refund any longer", "refund"), ("I'd like a replacement rather than a refund", "resend"),
    ],
)  # fmt: skip
def test_what_the_shop_denies_is_still_demanded(adviser: Adviser, said: str, demand: str) -> None:
    """A refund that was refused or hasn't come is wanted all the same; beside what is declined, what is wanted is heard."""
    assert adviser.read(Conversation.of(said)).demands[0] == demand


@pytest.mark.parametrize(
    "said",
    [
        "Love paying twice for nothing", "Lovely. Another voicemail.", "Nothing like being ignored for a week", "Worth every penny. Broke on day two.", "太好了，又是坏的", "真是神速，等了二十天", "谢谢你们让我白跑一趟", "好棒喔，又是破的",
    ],
)  # fmt: skip
def test_praise_beside_a_failure_is_sarcasm(adviser: Adviser, said: str) -> None:
    """Words of praise mean the opposite where the next clause, or their object, says what went wrong."""
    assert "sarcasm" in adviser.read(Conversation.of(said)).signals


@pytest.mark.parametrize(
    "said",
    [
        "Lovely. Another one for my sister, please",
        "Love paying with points",
        "Thanks so much for the gift",
        "Worth every penny",
        "真棒，又买了一件给妈妈",
        "真是神速，昨天下单今天就到",
        "太棒了，又買了兩件",
    ],
)
def test_praise_that_is_meant_is_no_sarcasm(adviser: Adviser, said: str) -> None:
    """The same words beside something good are praise."""
    assert "sarcasm" not in adviser.read(Conversation.of(said)).signals


@pytest.mark.parametrize(
    ("said", "risk"),
    [
        ("儿子吸进去一颗珠子", "safety"), ("椅子坐上去散架，腰摔坏了", "safety"), ("开水溅了一腿", "safety"), ("充电头烫得能煎鸡蛋", "safety"), ("气到想报警", "authority"),
        ("Boiling water went down my leg", "safety"), ("I spent the night on the toilet", "safety"), ("My dog died after eating your treats", "safety"),
    ],
)  # fmt: skip
def test_harm_and_authorities_are_heard(adviser: Adviser, said: str, risk: str) -> None:
    """Somebody hurt, a thing too hot to touch, a wish to call the police: the words say it."""
    assert risk in adviser.read(Conversation.of(said)).risks


@pytest.mark.parametrize(
    "said", ["苹果上有霉点，切掉还能吃", "水管接头断了，水洒了一地", "Hot coffee stays hot in it for hours", "There was a hair in my food"]
)
def test_what_is_only_unpleasant_is_no_danger(adviser: Adviser, said: str) -> None:
    """Mould on the fruit or water on the floor hurts nobody by itself."""
    assert "safety" not in adviser.read(Conversation.of(said)).risks
