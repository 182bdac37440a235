"""A danger at the desk: who hears of it, what an agent takes away of it, and what is left of it when the case was closed."""

from __future__ import annotations

import pytest

from calmdesk.adviser import Adviser
from calmdesk.conversation import Conversation
from calmdesk.desk.calls import ChangeTopic, MakeTopic, Outcome
from calmdesk.desk.card import View, card, topic_name
from tests.desk_people import ANYBODY, GROUP, LATE, Shown, Somebody, Stage, word

THREAT = "我要打12315投诉你们，还要找记者曝光"
SCALD = "热水壶的壶嘴掉下来，开水烫到我女儿的脚，起水泡了"


def alarms(stage: Stage, boss: Somebody) -> list[Shown]:
    """Return what the supervisor was told in private."""
    return [shown for shown in stage.shown_to(boss) if "🆘" in shown.text]


def seen(stage: Stage) -> tuple[str, str, View]:
    """Return the name of the first customer's topic, the text of the card, and what it was made of."""
    kit, view = stage.desk.kit, stage.store.now(lambda books: View.of(books, 1))
    return topic_name(kit, view), card(kit, view, "", kit.desk_language, "")[0], view


def taps(agent: Somebody, *labels: str) -> None:
    """Tap labels of the panel for corrections, one after the other."""
    agent.taps(word("button_correct"))
    for label in labels:
        agent.taps(label)
    agent.taps(word("button_done"))


# -- who hears of it


def test_a_risk_that_an_agent_adds_is_told_as_one_that_was_read(stage: Stage, lin: Somebody, wang: Somebody, boss: Somebody) -> None:
    """The supervisor hears of it in private, with the customer's words and a button that leads there."""
    lin.says(LATE)
    assert alarms(stage, boss) == []
    taps(wang, "人身安全")
    (told,) = alarms(stage, boss)

    assert seen(stage)[0].startswith("🆘")
    assert LATE in told.text
    assert told.labels == [word("button_go")]


def test_a_mistaken_tap_does_not_tell_them_twice(stage: Stage, lin: Somebody, wang: Somebody, boss: Somebody) -> None:
    """Once for a case and an alert, until the case was closed or a supervisor was called."""
    lin.says(LATE)
    taps(wang, "人身安全", "人身安全", "人身安全")
    assert len(alarms(stage, boss)) == 1
    wang.taps(word("button_supervisor"))
    taps(wang, "人身安全", "人身安全")

    assert len(alarms(stage, boss)) == 2


def test_the_first_alarm_of_a_case_leads_there_too(stage: Stage, lin: Somebody, boss: Somebody) -> None:
    """It waits for the topic to be made; it quotes what the customer wrote, fit to stand in HTML."""
    lin.says(SCALD + " <b>")
    (told,) = alarms(stage, boss)

    assert SCALD + " &lt;b&gt;" in told.text
    assert told.labels == [word("button_go")]


def test_an_alarm_goes_without_a_button_where_no_topic_can_be_made(stage: Stage, lin: Somebody, boss: Somebody) -> None:
    """A group in which the bot may make no topics holds up no alarm for longer than a few seconds."""
    stage.outcomes[GROUP] = Outcome(done=False, trouble="refused", reason="not enough rights")
    lin.says(SCALD)
    assert alarms(stage, boss) == []
    stage.passes(seconds=6)
    stage.outcomes[boss.id] = Outcome(done=True, number=500)
    stage.sends()

    assert [shown.labels for shown in alarms(stage, boss)] == [[]]
    assert not any(isinstance(call, MakeTopic) for call in stage.calls)


def test_whoever_is_erased_is_erased_from_what_the_supervisor_was_told(stage: Stage, lin: Somebody, boss: Somebody) -> None:
    """Their words aren't left in the supervisor's private chat."""
    lin.says(SCALD)
    assert alarms(stage, boss)
    lin.says("/forget")
    lin.taps(word("forget_yes"))

    assert alarms(stage, boss) == []


# -- what an agent takes away of it


def test_a_risk_of_an_earlier_message_has_its_tick_and_can_be_taken_away(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """Card, topic, alerts and replies are rid of it, on the next message too, until one speaks of it by itself."""
    lin.says(SCALD)
    lin.says(ANYBODY)
    wang.taps(word("button_correct"))
    assert "✓ 人身安全" in wang.last.labels
    wang.taps("人身安全")
    assert "✓ 人身安全" not in wang.last.labels
    for _ in range(2):
        name, text, view = seen(stage)
        assert not name.startswith("🆘")
        assert "🆘" not in text
        assert "人身安全" not in text
        assert view.advice["alerts"] == []
        assert "safety" not in [technique for reply in view.replies for technique in reply.techniques]
        lin.says("你们倒是回一句")
    lin.says("孩子的脚又起水泡了，是你们的壶烫的")

    assert seen(stage)[0].startswith("🆘")


def test_a_risk_taken_away_from_its_own_message_takes_the_alert_along(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """Also what an earlier message said of it; the level falls to what is left."""
    lin.says(SCALD)
    lin.says(SCALD + "，你们看着办")
    taps(wang, "人身安全")
    name, text, view = seen(stage)

    assert not name.startswith("🆘")
    assert "🆘" not in text
    assert view.case.alert is None
    assert view.advice["standing"] == []


def test_another_danger_stays_where_one_is_taken_away(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """Who was hurt and threatens with an authority: without the injury the authority is left."""
    lin.says(SCALD + "，我要打12315投诉")
    taps(wang, "人身安全")

    assert seen(stage)[0].startswith("🆘")
    assert seen(stage)[2].advice["alerts"] == ["authority"]


def test_what_was_taken_away_by_mistake_is_there_again_with_a_second_tap(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """And the message that says nothing of it isn't taken for one that does."""
    lin.says(SCALD)
    lin.says(ANYBODY)
    taps(wang, "人身安全", "人身安全")
    view = seen(stage)[2]

    assert seen(stage)[0].startswith("🆘")
    assert view.risks.count("safety") == 1
    assert "safety" not in stage.desk.kit.learnt.of(ANYBODY).get("risks", [])


# -- what is left of it when the case was closed


@pytest.mark.parametrize("words", ["谢谢，已经好多了", "谢谢，收到了", "谢谢"])
def test_thanks_after_closing_alarm_nobody(stage: Stage, lin: Somebody, wang: Somebody, boss: Somebody, words: str) -> None:
    """The case opens again without 🆘, and whatever is asked after that doesn't bring it back."""
    lin.says(SCALD)
    wang.taps(word("button_close"))
    lin.says(words)
    assert not seen(stage)[0].startswith("🆘")
    lin.says("对了，发票开一下")

    assert not seen(stage)[0].startswith("🆘")
    assert "🆘" not in seen(stage)[1]
    assert len(alarms(stage, boss)) == 1


def test_a_danger_that_is_spoken_of_after_closing_is_told_anew(stage: Stage, lin: Somebody, wang: Somebody, boss: Somebody) -> None:
    """What was dealt with has come back."""
    lin.says(SCALD)
    wang.taps(word("button_close"))
    lin.says("孩子的脚又起水泡了，是你们的壶烫的")

    assert seen(stage)[0].startswith("🆘")
    assert len(alarms(stage, boss)) == 2


def test_who_asks_again_after_closing_finds_the_case_as_it_was(stage: Stage, lin: Somebody, wang: Somebody, boss: Somebody) -> None:
    """The 🆘 is there, but nobody is told once more."""
    lin.says(SCALD)
    wang.taps(word("button_close"))
    lin.says(ANYBODY)

    assert seen(stage)[0].startswith("🆘")
    assert len(alarms(stage, boss)) == 1


def test_a_closed_case_shows_no_alarm_and_reopened_by_hand_it_is_as_it_was(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """✅ while it is closed, 🆘 again in the topic, on the card and in its alerts afterwards."""
    lin.says(SCALD)
    before = seen(stage)[1]
    wang.taps(word("button_close"))
    assert seen(stage)[0].startswith("✅")
    assert "🆘" not in seen(stage)[1]
    wang.taps(word("button_reopen"))

    assert seen(stage)[0].startswith("🆘")
    assert seen(stage)[1].splitlines()[0] == before.splitlines()[0]
    assert [call for call in stage.calls if isinstance(call, ChangeTopic)][-1].closed is False


# -- who was hurt, as people say it


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("锅把手没焊牢，开水全浇我孙子手上了，起了一溜泡", "hurt_child"),
        ("夹子弹到我女儿眼睛，又红又肿", "hurt_child"),
        ("壶盖一掀热气喷到我婆婆脸上，烫出一片水泡", "hurt_other"),
        ("你们那个梯子我爬上去腿断了", ""),
        ("滾水整個倒在我孫子手上，起了一整排水泡", "hurt_child"),
        ("隔壁鄰居踩那張凳子摔斷手", "hurt_other"),
        ("梯突然散開，我跌落嚟斷咗隻手", ""),
        ("The clip pinged into my daughter's eye, red and swollen", "hurt_child"),
        ("Gran slipped off the chair and fractured her hip", "hurt_other"),
    ],
)
def test_an_injury_is_read_with_whoever_has_it(adviser: Adviser, text: str, who: str) -> None:
    """A burn, a fall, a broken bone, an eye; a grandson, a neighbour, the writer: in three languages."""
    reading = adviser.read(Conversation.of(text))

    assert "safety" in reading.risks
    assert [signal for signal in reading.signals if signal.startswith("hurt_")] == ([who] if who else [])


@pytest.mark.parametrize("text", ["椅子腿断了", "桌腳斷一隻", "One of the table legs snapped off", "爷爷说很好用，就是眼镜腿断了"])
def test_a_chairs_leg_is_nobodys(adviser: Adviser, text: str) -> None:
    """Things have legs, arms and faces too."""
    assert "safety" not in adviser.read(Conversation.of(text)).risks


INJURED = {
    "zh-Hans": "开水烫了我一腿的泡，医院说二度烫伤，气死我了，叫你们老板出来！",
    "zh-Hant": "鍋子把手鬆脫，滾水整個倒在我孫子手上，氣死我了，叫你們老闆出來",
    "en": "The pan handle came off and boiling water went all over my grandson's hand, I'm furious, get me your manager!!",
}
AS_IF_NOBODY_WERE_HURT = ("买个东西", "買東西", "生气太正常", "图个高兴", "费口舌", "“医院说二度烫伤”", "fed up", "annoyed")


@pytest.mark.parametrize("lang", INJURED)
def test_where_somebody_is_hurt_no_reply_speaks_as_of_a_spoilt_purchase(adviser: Adviser, lang: str) -> None:
    """Whatever else they say, the injury leads the card, and none of the replies behind it forgets it."""
    talk, shown = Conversation.of(INJURED[lang]), set[str]()
    advice = adviser.suggest(talk)
    assert advice.suggestions[0].techniques[0] == "escalate"
    for _ in range(4):
        replies = adviser.suggest(talk, without=shown).suggestions
        shown |= {reply.template for reply in replies}
        for reply in replies:
            assert not [words for words in AS_IF_NOBODY_WERE_HURT if words in reply.text], reply.template


def test_an_edit_before_the_newest_words_raises_nothing_that_was_dealt_with(
    stage: Stage, lin: Somebody, boss: Somebody, wang: Somebody
) -> None:
    """A word put right between two messages tells nobody again of what an agent took away, or of what was closed."""
    lin.says(THREAT)
    wang.taps(word("button_close"))
    thanks = lin.says("收到退款了，谢谢")
    lin.says("发票能开吗")
    heard = len(alarms(stage, boss))
    lin.edits(thanks, "收到退款，谢谢")

    assert stage.store.now(lambda books: books.cases.get(1)).alert is None
    assert len(alarms(stage, boss)) == heard


def test_an_edit_before_the_newest_words_leaves_what_an_agent_took_away(
    stage: Stage, lin: Somebody, boss: Somebody, wang: Somebody
) -> None:
    """The risks that an agent says the case doesn't have stay away when a later message is put right."""
    lin.says(THREAT)
    wang.taps(word("button_correct"))
    for risk in stage.store.now(lambda books: View.of(books, 1)).risks:
        wang.sends_data(f"fix:1:risks:{risk}", wang.last.number)
    late = lin.says(LATE)
    lin.says(ANYBODY)
    heard = len(alarms(stage, boss))
    lin.edits(late, LATE + "！")

    assert stage.store.now(lambda books: books.cases.get(1)).alert is None
    assert len(alarms(stage, boss)) == heard


@pytest.mark.parametrize(
    "text", ["I can't do this any more. I want to kill myself.", "快递丢了没人管，我不想活了", "包裹丟了沒人理，我想輕生了"]
)
def test_nothing_is_read_back_to_who_speaks_of_ending_their_life(adviser: Adviser, text: str) -> None:
    """Neither that nor the order: the first card asks how they are, and doesn't yet thank them for an answer."""
    advice = adviser.suggest(Conversation.of(text))

    assert advice.reading.points == ()
    assert advice.suggestions[0].techniques[0] == "escalate"
    assert "acknowledge" not in {technique for reply in advice.suggestions for technique in reply.techniques}
