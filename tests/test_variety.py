"""In a long case the cards don't offer the same few wordings again and again, sent or not."""

from __future__ import annotations

from collections import Counter

from calmdesk.adviser import Adviser
from tests.desk_people import Somebody, Stage, ours, word
from tests.people import conversation

MESSAGES = (
    "快递都八天了还没到，你们管不管？", "人呢", "到底什么时候能到", "你们是不是不想管了", "我已经问了三次了", "今天再没消息我就退款",
    "还没查到吗", "快点行不行", "你们就会拖", "我等得都没脾气了",
)  # fmt: skip


def test_what_was_passed_over_lets_others_go_first(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """An agent who answers in their own words sees fresh wordings: none stands on more than three of ten cards."""
    offered: Counter[str] = Counter()
    for number, text in enumerate(MESSAGES):
        lin.says(text)
        offered.update(reply.template for reply in ours(stage))
        wang.says(f"我在查，第{number}次跟您说进展。")

    assert max(offered.values()) <= 3, offered.most_common(4)


def test_a_card_that_is_only_read_again_offers_the_same(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """A correction of another kind and back doesn't use a wording up: only the customer's next message counts."""
    lin.says(MESSAGES[0])
    before = [reply.template for reply in ours(stage)]
    wang.taps(word("button_correct"))
    for _ in range(3):
        wang.taps("差评")
        wang.taps("差评")

    assert [reply.template for reply in ours(stage)] == before


def test_of_equals_the_least_offered_goes_first(adviser: Adviser) -> None:
    """What was offered on one card stands behind its equals on the next."""
    talk = conversation("customer: 这个跟我想的不一样，太失望了")
    first = adviser.suggest(talk).suggestions
    again = adviser.suggest(talk, seen={reply.template: 2 for reply in first}).suggestions

    assert {reply.template for reply in first} != {reply.template for reply in again}
    assert len(again) == len(first)
