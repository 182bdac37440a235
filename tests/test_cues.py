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

    assert bool(Lexicon(cues, adviser.reader.languages).find(fold(text))) == found


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
