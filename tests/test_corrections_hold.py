"""What an agent said of a case holds in it: types and risks that were added or taken away with "Correct", message after message."""

from __future__ import annotations

from datetime import timedelta

import pytest

from calmdesk.adviser import Adviser
from calmdesk.desk.card import View
from tests.desk_people import ANYBODY, LATE, Somebody, Stage, word
from tests.people import conversation


def claims(stage: Stage, dimension: str) -> list[str]:
    """Return what the card claims now."""
    return list(stage.store.now(lambda books: View.of(books, 1)).advice["reading"][dimension])


def corrects(agent: Somebody, *labels: str) -> None:
    """Tap labels of the panel, one after the other."""
    agent.taps(word("button_correct"))
    for label in labels:
        agent.taps(label)
    agent.taps(word("button_done"))


def test_a_type_taken_away_stays_away(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """The next message says nothing of it: it isn't back, neither on the card nor among the case's types."""
    lin.says(LATE)
    assert "logistics" in claims(stage, "types")
    corrects(wang, "快递物流")
    lin.says(ANYBODY)

    assert "logistics" not in claims(stage, "types")
    assert "logistics" not in stage.store.now(lambda books: books.cases.get(1)).types


def test_a_type_taken_away_is_back_when_it_is_spoken_of(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """A later message with words of its own for it brings it back, and from there on it goes on as ever."""
    lin.says(LATE)
    corrects(wang, "快递物流")
    lin.says("快递还是没到，物流信息都不动了")
    assert "logistics" in claims(stage, "types")
    lin.says(ANYBODY)

    assert "logistics" in claims(stage, "types")


def test_what_was_carried_over_is_taken_away_for_good(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """A type that the second message was shown with only because of the first can be taken away there."""
    lin.says(LATE)
    lin.says(ANYBODY)
    corrects(wang, "快递物流")
    lin.says("你们倒是回一句")

    assert "logistics" not in claims(stage, "types")


def test_the_level_follows_what_an_agent_says(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """A risk that was added by mistake makes a hard case of it, and taken away again an ordinary one."""
    lin.says(LATE)

    def level() -> int:
        return stage.store.now(lambda books: books.cases.get(1)).level

    before = level()
    corrects(wang, "人身安全")
    assert level() > before
    corrects(wang, "人身安全")

    assert level() == before


def test_a_case_that_a_supervisor_was_called_to_stays_hard(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """Correcting its types doesn't make it one for beginners."""
    lin.says(LATE)
    wang.taps(word("button_supervisor"))
    corrects(wang, "快递物流")

    assert stage.store.now(lambda books: books.cases.get(1)).level == 5


@pytest.mark.parametrize("labels", [["只是问问"], ["✓ 快递物流", "🟢0"]])
def test_an_agent_can_say_that_it_is_just_a_question(stage: Stage, lin: Somebody, wang: Somebody, labels: list[str]) -> None:
    """One button, or no type left and the heat at 0: it is a question then, and no reply is sorry for anything."""
    lin.says("快递八天了还没到")
    assert claims(stage, "types") == ["logistics"]
    corrects(wang, *labels)
    advice = stage.store.now(lambda books: View.of(books, 1)).advice

    assert (advice["reading"]["nature"], advice["reading"]["types"], advice["reading"]["intensity"]) == ("inquiry", [], 0)
    assert not {"apologize", "empathize"} & {technique for one in advice["suggestions"] for technique in one["techniques"]}


def test_a_type_that_was_added_stays_until_it_is_taken_away(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """However many messages say nothing of it; taken away it is gone, and put back it stays again."""
    lin.says(LATE)
    corrects(wang, "发错货")
    for _ in range(4):
        lin.says(ANYBODY)
        assert "wrong_item" in claims(stage, "types")
        lin.says("你们倒是回一句")
        assert "wrong_item" in claims(stage, "types")
    corrects(wang, "发错货")
    lin.says("还在吗")
    assert "wrong_item" not in claims(stage, "types")
    corrects(wang, "发错货")
    lin.says("怎么还不理人")

    assert "wrong_item" in claims(stage, "types")


def test_words_of_thanks_end_what_was_added_too(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """Who thanks and is content has no complaint, whatever was said of it before."""
    lin.says(LATE)
    corrects(wang, "发错货")
    lin.says("已经收到了，谢谢你们，没事了")

    assert claims(stage, "types") == []


def test_a_risk_that_was_added_stays_and_one_taken_away_too(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """A danger that an agent saw is on the next card; one that they took away isn't, until the customer speaks of it."""
    lin.says("再不处理我就去12315投诉你们")
    assert "authority" in claims(stage, "risks")
    corrects(wang, "人身安全", "官方投诉")
    lin.says(ANYBODY)

    assert claims(stage, "risks") == ["safety"]

    lin.says("我现在就打12315")

    assert "authority" in claims(stage, "risks")


def test_what_was_said_of_words_that_were_rewritten_falls_away(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """The agent judged other words: a threat with an authority that an edit brings back is seen again."""
    number = lin.says("再不处理我就去12315投诉你们")
    corrects(wang, "官方投诉")
    assert "authority" not in claims(stage, "risks")
    stage.now += timedelta(minutes=1)
    lin.edits(number, "东西坏了没人管，我已经打了12315，工商明天来找你们")

    assert "authority" in claims(stage, "risks")


def test_an_agents_word_on_safety_that_was_none_ends_it(adviser: Adviser) -> None:
    """Safety lasts for the rest of a case; where an agent said that there is no such matter, nothing of it lasts."""
    talk = conversation("customer: 这锅盖一掀就烫到手", "agent: 我去问。", "customer: 好的，那什么时候能有结果")

    assert "safety" in adviser.situation(talk)[2].labels["risks"]
    assert "safety" not in adviser.situation(talk, {0: {"risks": []}})[2].labels["risks"]


def test_an_agents_word_on_danger_does_not_alarm_again_once_it_was_taken_up(adviser: Adviser) -> None:
    """The risk stays on the card; the alert is raised until an agent took it to a supervisor, not for ever."""
    said = {0: {"risks": ["safety"]}}
    talk = conversation("customer: 这锅盖一掀就弹起来，我往后躲的", "agent: 我去问。", "customer: 那什么时候能有结果")
    later = conversation("customer: 这锅盖一掀就弹起来，我往后躲的", "agent(escalate): 主管会打给您。", "customer: 那什么时候能有结果")

    assert "safety" in adviser.suggest(talk, said).alerts
    assert "safety" not in adviser.suggest(later, said).alerts
    assert "safety" in adviser.suggest(later, said).reading.risks


@pytest.mark.parametrize(
    "data", ["fix:1:intensity:²", "fix:1:intensity:5", "fix:²:intensity:2", "send:1:²", "send:1", "again:1:" + "9" * 40, "send:" + "9" * 40]
)
def test_a_made_up_button_of_a_card_does_nothing(stage: Stage, lin: Somebody, wang: Somebody, data: str) -> None:
    """What no button of ours has ever carried corrects nothing, sends nothing and doesn't fail."""
    lin.says(LATE)
    before = len(stage.said_to(lin))

    assert wang.sends_data(data, wang.last.number) == word("outdated")
    assert len(stage.said_to(lin)) == before


def test_the_panel_has_headings_in_the_cards_order(lin: Somebody, wang: Somebody) -> None:
    """What it is about, heat, manner, risk: each heading stands before its own choices, and a tap on one changes nothing."""
    lin.says(LATE)
    wang.taps(word("button_correct"))
    headings = [f"— {word(key)} —" for key in ("fix_types", "heat", "fix_manner", "fix_risks")]
    assert [label for label in wang.last.labels if label.startswith("—")] == headings
    places = {label.removeprefix("✓ "): place for place, label in enumerate(wang.last.labels)}
    assert places[headings[0]] < places["快递物流"] < places[headings[1]] < places["🟡1"] < places[headings[2]]
    wang.taps(headings[1])

    assert headings[1] in wang.last.labels


def test_types_are_joined_with_another_sign_than_their_names_have(lin: Somebody, wang: Somebody) -> None:
    """Two types whose names are lists read as two."""
    lin.says(LATE)
    corrects(wang, "快递物流", "服务态度、客服失误", "瑕疵、质量问题")

    assert " + 瑕疵、质量问题" in wang.last.text or "瑕疵、质量问题 + " in wang.last.text
