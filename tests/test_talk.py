"""The talk on the desk: what a customer's words become there, turn by turn, and who hears of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from calmdesk.desk.calls import Call, ChangeTopic, MakeTopic
from calmdesk.desk.card import HEAT_SIGNS
from tests.desk_people import GROUP, LATE, Shown, Somebody, Stage, open_stage, ours, word

REFUND = "我要退款200元"
THREAT = "我要打12315投诉你们，还要找记者曝光"


# -- what is changed


def test_a_changed_message_alerts_as_a_new_one_does(stage: Stage, lin: Somebody, boss: Somebody) -> None:
    """What a customer edits into a threat is told to the supervisor at once, and only once."""
    number = lin.says(REFUND)
    lin.edits(number, THREAT)
    alarms = [text for text in stage.said_to(boss) if "🆘" in text]
    lin.edits(number, THREAT + "！")

    assert len(alarms) == 1
    assert "林小姐" in alarms[0]
    assert [text for text in stage.said_to(boss) if "🆘" in text] == alarms


def test_an_earlier_message_that_is_changed_alerts_too(stage: Stage, lin: Somebody, boss: Somebody) -> None:
    """The card goes on showing the newest words, but a threat put into the words before isn't overlooked."""
    number = lin.says(REFUND)
    newest = lin.says("在吗")
    lin.edits(number, THREAT)
    kept = stage.store.now(lambda books: books.readings.last(1))
    shown = stage.store.now(lambda books: books.cases.in_chat(1, newest))

    assert any("🆘" in text for text in stage.said_to(boss))
    assert kept is not None
    assert shown is not None
    assert kept.message_id == shown.id


def test_a_change_in_a_closed_case_opens_it_again(stage: Stage, lin: Somebody) -> None:
    """As a new word would: else nobody would look at it."""
    number = lin.says(REFUND)
    stage.store.now(lambda books: books.cases.set(1, state="closed", closed_at=books.now))
    lin.edits(number, "我要退款300元")

    assert stage.store.now(lambda books: books.cases.get(1)).is_open


# -- the card


def card(stage: Stage) -> Shown:
    """Return the one message of the group that has a card's buttons."""
    (shown,) = [one for one in stage.shown_to(GROUP) if word("button_note") in one.labels]
    return shown


def calls_to_the_group(stage: Stage) -> list[str]:
    """Return the kinds of calls that were made to the group, but for new names of topics."""
    return [type(call).__name__ for call in stage.calls if getattr(call, "chat_id", 0) == GROUP and not isinstance(call, ChangeTopic)]


def test_the_card_stands_below_the_newest_words(stage: Stage, lin: Somebody) -> None:
    """Each turn is one message, words and card together; the card before keeps the words alone. That is two calls, and no third."""
    for text in (LATE, "说话啊，三次了还没人管", "八天了还没到"):
        before = len(calls_to_the_group(stage))
        lin.says(text)

        assert calls_to_the_group(stage)[before:] == (["Say", "Change"] if before else ["MakeTopic", "Say"])
        assert card(stage) is stage.shown_to(GROUP)[-1]
        assert text in card(stage).text.replace("<b>", "").replace("</b>", "").replace("<i>", "").replace("</i>", "")
    first, second, _ = stage.shown_to(GROUP)

    assert first.text == f"<b>林小姐</b>\n<blockquote>{LATE}</blockquote>"
    assert second.text == "<b>林小姐</b>\n<blockquote>说话啊，三次了还没人管</blockquote>"


def test_the_card_comes_below_a_picture(stage: Stage, lin: Somebody) -> None:
    """A picture is shown as what it is, and the card stands below it."""
    lin.says(LATE)
    lin.says("你看", kind="photo", file_id="one")

    assert calls_to_the_group(stage)[-3:] == ["Copy", "Say", "Change"]
    assert card(stage) is stage.shown_to(GROUP)[-1]


def test_a_calm_word_in_an_open_case_is_not_called_no_complaint(stage: Stage, lin: Somebody) -> None:
    """Who only says that they are there has still complained: the card says that nothing came anew."""
    for text in (LATE, "在吗", "嗯嗯", "今天好冷啊", "吃饭去了"):
        lin.says(text)

    assert f"<b>{word('no_complaint')}</b>" not in card(stage).text
    assert word("no_new_complaint") in card(stage).text


def test_who_has_sent_a_picture_is_not_asked_for_one(stage: Stage, lin: Somebody) -> None:
    """A picture without words changes what fits: the card asks for none any more, and says that it was seen."""
    asking = re.compile("拍(一张|两张|给我|张|段)")
    lin.says("收到的杯子裂了一道口子")
    assert asking.search(card(stage).text)

    lin.says("", kind="photo", file_id="one")

    assert not asking.search(card(stage).text)
    assert "您发来的" in card(stage).text


def test_words_that_wait_bring_one_card(stage: Stage, lin: Somebody) -> None:
    """What a customer writes while nothing can go is shown in one message with the newest card."""
    lin.says(LATE)
    wait(stage, lin, "一", "二", "三")

    assert "一\n二\n三</blockquote>" in card(stage).text.replace("<i>", "").replace("</i>", "")
    assert len(stage.shown_to(GROUP)) == 2


def test_hot_words_do_not_wait_behind_mild_ones(stage: Stage, lin: Somebody) -> None:
    """What waits of a customer becomes as urgent as their newest words: another customer's mild ones come after."""
    lin.says("在吗")
    chen = stage.person(8, "陈先生")
    chen.says("在吗")
    stage.sends, sends = lambda: None, stage.sends  # type: ignore[method-assign]
    lin.says("有人吗")
    chen.says(LATE)
    lin.says(THREAT)
    stage.sends = sends  # type: ignore[method-assign]
    before = len(stage.shown_to(GROUP))
    stage.sends()

    assert "12315" in stage.shown_to(GROUP)[before].text


def wait(stage: Stage, somebody: Somebody, *texts: str) -> None:
    """Write while nothing can be sent; then it goes."""
    stage.sends, sends = lambda: None, stage.sends  # type: ignore[method-assign]
    for text in texts:
        somebody.says(text)
    stage.sends = sends  # type: ignore[method-assign]
    stage.sends()


def test_what_a_button_sends_can_be_read_on_the_card(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """The checklist takes the replies' place, and so their buttons go with them; every other state of the card shows both."""
    lin.says(LATE)
    send = word("button_send", number=1)
    assert send in card(stage).labels
    wang.taps(word("button_checklist"))
    assert word("checklist") in card(stage).text
    assert not {send, f"✏️ {word('button_edit', number=1)}"} & set(card(stage).labels)
    wang.taps(word("button_replies"))

    assert send in card(stage).labels


def test_a_reply_that_was_sent_is_a_line(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """Its words stand below as sent and its buttons are gone; the others keep their numbers."""
    lin.says("你好，在吗")
    number = first_without_blank(stage)
    wang.taps(word("button_send", number=number))
    left = [word("button_send", number=one) for one in (1, 2, 3) if one != number]

    assert f"<b>{number}</b> " in card(stage).text
    assert ours(stage)[number - 1].text not in card(stage).text
    assert [label for label in card(stage).labels if label.startswith(word("button_send", number=""))] == left


def test_the_heat_is_said_once(stage: Stage, lin: Somebody) -> None:
    """The card's head says it; beside a reply stands the rule alone."""
    lin.says(LATE)
    lin.says("三次了还没人管")
    for reply in ours(stage):
        assert reply.why.partition("：")[2] in card(stage).text
        assert reply.why not in card(stage).text


def test_a_reply_that_finds_no_room_has_no_button(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """A reply is shown whole or not offered at all."""
    lin.says(LATE)
    stage.store.now(lambda books: books.db.execute("UPDATE suggestions SET text = ? WHERE place = 2", ("长" * 3990,)))
    wang.taps(word("button_checklist"))
    wang.taps(word("button_replies"))

    assert word("button_send", number=1) in card(stage).labels
    assert word("button_send", number=2) not in card(stage).labels
    assert "长长" not in card(stage).text


def test_a_long_message_is_shown_to_its_end(stage: Stage, lin: Somebody) -> None:
    """What is too long for a card stands whole above it, in several messages where one can't hold it, the first message too."""
    for number in (1, 2):
        text = "".join(f"第{place}句话。" for place in range(700))[: 4096 * number // 2]
        lin.says(text)
        shown = "".join(one.text.split("<blockquote>")[1].removesuffix("</blockquote>") for one in stage.shown_to(GROUP) if not one.labels)

        assert text in shown
    assert all(len(one.text) <= 4096 for one in stage.shown_to(GROUP))
    assert "…" in card(stage).text


def test_customers_words_carry_their_name_and_ours_look_different(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """The customer's name stands before what they said, which is quoted; what an agent sent has an arrow and the agent's name."""
    lin.says("你好，在吗")
    wang.taps(word("button_send", number=first_without_blank(stage)))
    theirs, answer = stage.shown_to(GROUP)

    assert theirs.text.startswith("<b>林小姐</b>\n<blockquote>")
    assert answer.text.startswith("↩️ <i>小王</i>: ")


def first_without_blank(stage: Stage) -> int:
    """Return which of the replies on the card can go as it stands."""
    return next(number for number, reply in enumerate(ours(stage), 1) if "〔" not in reply.text)


def test_a_topics_name_and_colour_say_nothing_twice(stage: Stage, lin: Somebody) -> None:
    """The list of topics shows the words, not the topic's name again; its colour, which can't change, is no sign of heat."""
    lin.says(LATE)
    stage.person(8, "陈先生").says(THREAT)
    made: list[Call] = [call for call in stage.calls if isinstance(call, MakeTopic)]
    assert len({call.colour for call in made if isinstance(call, MakeTopic)}) == 1
    for shown in stage.shown_to(GROUP):
        assert not shown.text.startswith(HEAT_SIGNS)


def test_without_a_group_the_card_comes_to_the_private_chat(tmp_path: Path) -> None:
    """There too it stands below the newest words, and an answer to words of before goes to the customer."""
    stage = open_stage(tmp_path)
    wang, lin = stage.person(2, "小王", "agent"), stage.person(7, "林小姐")
    lin.says(LATE)
    lin.says("说话啊")
    before, newest = stage.shown_to(wang)
    assert not before.labels
    assert word("button_note") in newest.labels
    wang.says("林小姐您好，18点前给您结果。", reply_to=before.number)

    assert "林小姐您好，18点前给您结果。" in stage.said_to(lin)
    stage.store.close()


# -- what agents are told


def test_agents_see_their_own_commands_and_no_others(stage: Stage, wang: Somebody) -> None:
    """Before they open the bot and after, the menu and /help hold what they may do, and say how a note begins; an admin's hold more."""
    stage.store.now(lambda books: books.staff.reachable(wang.id, "小王", False))
    stage.store.now(lambda books: books.staff.join(3, "林姐", "admin"))
    menus = {chat: commands for chat, _, commands in stage.store.now(stage.desk.menus)}
    private = stage.person(wang.id, "小王")
    for command in ("/start", "/help"):
        private.says(command)

        assert private.last.text.startswith(word("staff_help"))
        assert "//" in private.last.text
        assert [line.split()[0] for line in private.last.text.removeprefix(word("staff_help")).split("\n")[1:]] == ["/help", "/language"]
    assert [name for name, _ in menus[wang.id]] == ["help", "language"]
    assert "templates" in dict(menus[3])


def test_a_command_that_there_isnt_is_told_as_such(stage: Stage, wang: Somebody) -> None:
    """Not just the help: whoever types /close wants to know that nothing was closed."""
    private = stage.person(wang.id, "小王")
    private.says("/close now")

    assert private.last.text.startswith(word("no_such_command", command="/close"))
    assert word("staff_help") in private.last.text


def test_a_group_has_a_menu(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """In a topic "/" offers /help, which says there what is typed where; it goes to nobody but the staff."""
    menus = {chat: commands for chat, _, commands in stage.store.now(stage.desk.menus)}
    assert [name for name, _ in menus[GROUP]] == ["help"]
    lin.says(LATE)
    told = len(stage.said_to(lin))
    wang.says("/help")

    assert wang.last.text == word("staff_help")
    assert len(stage.said_to(lin)) == told


# -- what agents are asked


def asks_for_blanks(stage: Stage, lin: Somebody, wang: Somebody, text: str) -> Shown:
    """Offer *text* as the first reply, tap it, and return the question."""
    lin.says(LATE)
    stage.store.now(lambda books: books.db.execute("UPDATE suggestions SET text = ? WHERE place = 1", (text,)))
    wang.taps(word("button_send", number=1))
    return wang.last


def test_blanks_are_filled_with_one_answer(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """Several blanks are asked for together and answered with a line each; the question goes with its answer."""
    question = asks_for_blanks(stage, lin, wang, "〔eta〕前回您，金额〔amount〕。")
    assert [word("one_blank", name=name, example="")[:-1] in question.text for name in ("回复时间", "金额")] == [True, True]
    wang.says("明天18:00\n 30元 ")

    assert "明天18:00前回您，金额30元。" in stage.said_to(lin)
    assert question not in stage.shown_to(GROUP)


def test_what_is_left_is_asked_for_without_the_whole_text(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """An answer for one of two blanks brings a short question for the other; the text isn't repeated."""
    asks_for_blanks(stage, lin, wang, "〔eta〕前回您，金额〔amount〕。")
    wang.says("明天18:00")
    assert "金额" in wang.last.text
    assert "前回您" not in wang.last.text
    wang.says("30元")

    assert "明天18:00前回您，金额30元。" in stage.said_to(lin)


def test_a_question_is_its_own_agents_to_give_up(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """A colleague's tap on Cancel ends nothing; the agent's own ends it and takes it away."""
    question = asks_for_blanks(stage, lin, wang, "〔eta〕前回您。")
    li = stage.person(4, "小李", "agent").at(GROUP, 2)
    assert li.taps(word("button_give_up")) == word("not_asked")
    assert question in stage.shown_to(GROUP)
    assert wang.taps(word("button_give_up")) == word("dropped")

    assert question not in stage.shown_to(GROUP)
    assert stage.store.now(lambda books: books.staff.step(wang.id, GROUP, 2)) is None


def test_an_older_question_goes_when_another_is_asked(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """There is one question at a time, and one Cancel."""
    question = asks_for_blanks(stage, lin, wang, "〔eta〕前回您。")
    wang.taps(word("button_note"))

    assert question not in stage.shown_to(GROUP)
    assert sum(word("button_give_up") in one.labels for one in stage.shown_to(GROUP)) == 1


def test_what_was_held_back_goes_with_the_decision(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """That something hasn't gone out is no longer said once it has."""
    lin.says(LATE)
    wang.says("您冷静一点好不好")
    warning = wang.last
    wang.taps(word("button_anyway"))

    assert "您冷静一点好不好" in stage.said_to(lin)
    assert warning not in stage.shown_to(GROUP)


# -- what is erased


def test_the_desk_is_told_of_an_erasure_without_the_name(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """The topic doesn't vanish without a word: the group hears whose customer it was, and nothing that says who."""
    lin.says(LATE)
    wang.taps(word("button_note"))
    wang.says("老客户")
    stage.store.now(lambda books: books.cases.set(1, taken_by=wang.id))
    lin.says("/forget")
    lin.taps(word("forget_yes"))

    assert stage.said_to(GROUP)[-1] == f"🗑 {word('forgotten_of', name='小王')}"
    assert "林小姐" not in stage.said_to(GROUP)[-1]


@pytest.mark.parametrize(
    ("lang", "text", "kind", "key"),
    [
        ("zh-hans", "", "photo", "acknowledgement_file"),
        ("zh-hans", "", "file", "acknowledgement_file"),
        ("zh-hans", "有什么茶推荐吗", "text", "acknowledgement_question"),
        ("zh-hant", "請問有什麼茶推薦嗎？", "text", "acknowledgement_question"),
        ("en", "Which tea would you recommend?", "text", "acknowledgement_question"),
        ("zh-hans", "快递八天了还没到，怎么回事！", "text", "acknowledgement"),
    ],
)
def test_the_first_answer_takes_up_what_came(stage: Stage, lang: str, text: str, kind: str, key: str) -> None:
    """Who sends a picture isn't asked for one, and who asks something is told that an answer comes."""
    customer = stage.person(7, "林小姐", language=lang)
    customer.says(text, kind=kind, file_id="one" if kind != "text" else None)
    written = next(one for one in stage.desk.kit.words.languages if one.lower() == lang)

    assert stage.said_to(customer)[-1] == stage.desk.kit.words(written, key)


@pytest.mark.parametrize(
    "text", ["水壶炸了，烫到我女儿的手", "水壺炸了，燙到我女兒的手", "The kettle blew up and burnt my daughter's hand"]
)
def test_the_first_answer_to_an_injury_is_about_people(stage: Stage, lin: Somebody, text: str) -> None:
    """Nobody who was hurt is asked for an order number, with a picture or without."""
    lin.says(text, kind="photo", file_id="one")

    assert stage.said_to(lin)[-1] in stage.desk.kit.adviser.playbook.alerts["safety"].acknowledged.values()


@pytest.mark.parametrize(
    ("text", "line"), [("我不想活了，你们还骗我", "12356"), ("我想輕生了", "1925"), ("I just want to end it all", "116 123")]
)
def test_the_first_answer_to_who_speaks_of_dying_names_who_listens(stage: Stage, lin: Somebody, text: str, line: str) -> None:
    """It goes out by itself, in their language, and speaks of no order."""
    lin.says(text)

    answer = stage.said_to(lin)[-1]
    assert answer in stage.desk.kit.adviser.playbook.alerts["self_harm"].acknowledged.values()
    assert line in answer
    assert not any(word in answer for word in ("订单", "訂單", "order"))


@pytest.mark.parametrize("kind", ["photo", "video", "file"])
@pytest.mark.parametrize(
    ("lang", "thanks"), [("zh-hans", "您发来的收到了"), ("zh-hant", "您傳來的收到了"), ("en", "Thank you for sending that")]
)
def test_a_picture_without_words_has_replies_too(stage: Stage, kind: str, lang: str, thanks: str) -> None:
    """The card offers to thank for it and to say when the customer hears, in the customer's language, and nothing that answers words."""
    customer = stage.person(7, "林小姐", language=lang)
    customer.says("", kind=kind, file_id="one")

    assert thanks in card(stage).text
    assert word("button_send", number=1) in card(stage).labels
    assert word("button_send", number=3) not in card(stage).labels


def test_the_first_words_after_a_picture_are_read_as_ever(stage: Stage, lin: Somebody) -> None:
    """What was offered for the picture alone gives way to what the words ask for."""
    lin.says("", kind="photo", file_id="one")
    lin.says("收到的杯子裂了一道口子，给我退款")

    assert word("no_complaint") not in card(stage).text
    assert "质量" in card(stage).text
