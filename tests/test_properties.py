"""What holds for any text."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from calmdesk.adviser import Adviser
from calmdesk.reading.points import turn_persons
from calmdesk.text.fold import fold
from calmdesk.text.numbers import pattern_with_numbers
from calmdesk.text.patterns import Sieve
from tests.people import conversation, texts

_PIECES = [
    "快递", "还没到", "我", "你们", "客服", "不理我", "退款", "箱子破了", "，", "。", "！", "？", " ", "三天", "骗子", "太差了", "我们", "自我", "東西壞了", "還沒到", "宅配",
    "沒有", "退貨", "my parcel", " is late", "broken", " I ", " you ", "refund", "!!!", "…", "😡", "\n", "8", "¥30", "打了三次电话", "2 weeks", "last monday", "sf123456789012", "我叫李雷", "没有", "不是假货", "{{ x }}", "<b>", "〔eta〕",
]  # fmt: skip
chatter = st.lists(st.sampled_from(_PIECES), max_size=14).map("".join)
anything = st.one_of(chatter, st.text(max_size=60))
relaxed = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
thorough = settings(relaxed, max_examples=6000)


def _offsets_hold(adviser: Adviser, text: str) -> None:
    reading = adviser.read(conversation(f"customer: {text}"))
    for piece in reading.evidence:
        assert 0 <= piece.start < piece.end <= len(text)
        assert text[piece.start : piece.end] == piece.text


@relaxed
@given(text=anything)
@example(text="ﷺ½㍿")
@example(text="İstanbul ß ﬁ")
def test_evidence_stands_where_it_says(adviser: Adviser, text: str) -> None:
    """For any Unicode text, each piece of evidence is the stretch of the message that its offsets name."""
    _offsets_hold(adviser, text)


@relaxed
@given(text=st.one_of(anything, st.text(alphabet=" \n\t\u1680\u3000\u200ba快!1", max_size=12)))
def test_folding_leaves_nothing_loose(text: str) -> None:
    """A folded text has no white space at its ends or twice in a row and nothing invisible; of many signs alike three are left."""
    assert not re.search(r"\A\s|\s\Z|\s\s|[\t\r\u1680\u200b]", fold(text).text)
    assert fold(f"{text}1好好好好好").text == fold(f"{text}1好好好").text


@relaxed
@given(some=st.lists(anything, max_size=6))
def test_messages_are_read_alike_alone_and_together(adviser: Adviser, some: list[str]) -> None:
    """What a message is read as has nothing to do with those that are read at the same time."""
    talks = [conversation(f"customer: {text}") for text in some]
    for together, talk in zip(adviser.read_all(talks), talks, strict=True):
        alone = adviser.read(talk)
        assert together.as_json() | {"scores": None} == alone.as_json() | {"scores": None}
        for dimension, scores in alone.scores.items():
            assert scores == pytest.approx(together.scores[dimension], abs=0.0011), "products of matrices differ in their last bits"


@relaxed
@given(text=anything)
def test_the_sieve_holds_back_no_pattern_that_matches(adviser: Adviser, text: str) -> None:
    """Of the patterns for facts every one that matches somewhere is among the likely ones."""
    facts = [language.facts for language in adviser.playbook.languages.values()]
    sources = [source for one in facts for source in (*one.days, *one.dates, *one.times, *one.amounts, *one.names)]
    sieve = Sieve([pattern_with_numbers(source) for source in (*sources, *adviser.playbook.common_facts.tracking_numbers)])

    matching = {number for number, pattern in enumerate(sieve.patterns) if pattern.search(fold(text).text)}

    assert matching <= set(sieve.likely(fold(text).text))


@relaxed
@given(text=anything, name=st.text(max_size=12), before=anything)
def test_no_reply_leaks_a_variable(adviser: Adviser, text: str, name: str, before: str) -> None:
    """Whatever a customer writes and is called, the reply shows no raw variable, no None and no blank that isn't ours."""
    turns = (f"customer: {before}", "agent: 我去查", f"customer: {text}")

    advice = adviser.suggest(conversation(*turns, customer={"name": name}))

    known = set(adviser.playbook.blanks)
    for suggestion in advice.suggestions:
        if not re.search("none", text + before + name, re.IGNORECASE):
            assert "None" not in suggestion.text
        assert "{%" not in suggestion.text or "{%" in text + name
        assert set(suggestion.blanks) <= known
        assert suggestion.text.strip()
        assert len(suggestion.text) < 700


@relaxed
@given(text=chatter)
@example(text="我的天我自己买的")
def test_no_point_speaks_as_the_customer(adviser: Adviser, text: str) -> None:
    """A point that is read back never says 我 for the customer."""
    reading = adviser.read(conversation(f"customer: {text}"))

    for point in reading.points:
        assert not re.search(r"(?<!自)我", point), point
        assert not re.search(r"\b(I|my|me)\b", point, re.IGNORECASE), point


@relaxed
@given(text=st.text(alphabet="我们你您的自家店客服说不理退款了 ", max_size=30))
def test_turning_leaves_no_first_person(adviser: Adviser, text: str) -> None:
    """Turning persons leaves no 我 but in 自我."""
    turned = turn_persons(text, adviser.playbook.languages["zh-Hans"])

    assert "我" not in turned.replace("自我", "")


def _wide(text: str) -> str:
    """Return *text* in full width."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


@relaxed
@given(words=st.lists(st.sampled_from([piece for piece in _PIECES if piece not in {"\n", "〔eta〕"}]), min_size=1, max_size=12))
def test_spacing_and_width_change_nothing(adviser: Adviser, words: list[str]) -> None:
    """The same words with wider spaces, or in full width, get the same labels."""
    text = "".join(words)
    plain = adviser.read(conversation(f"customer: {text}"))

    for other in (re.sub(" ", "   ", f"  {text} "), _wide(text), re.sub(" ", "\u3000", text)):
        reading = adviser.read(conversation(f"customer: {other}"))
        for dimension in ("lang", "types", "nature", "intensity", "temperament", "traits", "needs", "risks"):
            assert getattr(reading, dimension) == getattr(plain, dimension), f"{dimension} of {other!r}"


@pytest.mark.long
@thorough
@given(text=anything)
def test_evidence_stands_where_it_says_for_long(adviser: Adviser, text: str) -> None:
    """The same as above, for thousands of texts."""
    _offsets_hold(adviser, text)


@pytest.mark.long
@thorough
@given(turns=st.lists(anything, min_size=1, max_size=8))
def test_any_conversation_is_answered(adviser: Adviser, turns: list[str]) -> None:
    """Whatever is said, turn after turn, with our first suggestion as each answer, nothing breaks and no wording comes twice."""
    talk = conversation(f"customer: {turns[0]}")
    for text in turns[1:]:
        advice = adviser.suggest(talk)
        if advice.suggestions:
            assert not set(texts(advice)) & {turn.text for turn in talk.turns if turn.role == "agent" and "〔" not in turn.text}
            talk = talk.then("agent", advice.suggestions[0].text, advice.suggestions[0].techniques)
        talk = talk.then("customer", text)
    adviser.suggest(talk)
