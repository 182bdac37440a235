"""Customers write, agents answer with one tap: the desk from end to end on the local Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from calmdesk.playground.chats import Topic
from calmdesk.playground.messages import Message
from calmdesk.playground.people import Person
from tests.desk_people import shipped_adviser
from tests.house import House, open_house

LATE = "快递都八天了还没到，你们管不管？"


@pytest.fixture(params=["polling", "webhook"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """Open a desk with one group, reached either way."""
    async with open_house(tmp_path, mode=request.param) as opened:
        yield opened


async def test_a_customer_is_greeted_and_acknowledged_once_and_gets_a_topic_with_a_card(house: House) -> None:
    """The first message brings a greeting, an acknowledgement (A1) and a topic with the card; the second neither of the first two."""
    lin = house.customer("林小姐")
    await lin.says(LATE)
    card = await house.card(lin, "八天")
    await lin.says("说话啊")
    await house.group.until(lambda messages: any("说话啊" in message.text for message in messages))

    assert "快递物流" in card.text
    assert [house.word("button_send", number=number) for number in (1, 2, 3)] == [button["text"] for button in card.inline_rows[0]]
    assert len([text for text in lin.chat.texts if text not in {LATE, "说话啊"}]) == 2


async def test_one_tap_sends_the_suggestion(house: House) -> None:
    """A reply without a blank goes to the customer at a tap, once, and the card says who is on it."""
    wang = await house.hires("小王")
    lin = house.customer()
    await lin.says(LATE)
    card, number = await _with_a_reply(house, wang, lin, blank=False)
    tapped = await wang.taps(house.word("button_send", number=number), on=card)
    again = await wang.taps(house.word("button_send", number=number), on=card)
    await lin.chat.until(lambda messages: len(messages) == 4)
    await house.card(lin, house.word("taken_by", name="小王"))

    assert tapped.text == house.word("sent")
    assert again.text == house.word("sent_already")
    assert lin.chat.last.text in card.text


async def test_a_reply_with_a_blank_asks_for_it_and_leaves_only_when_it_is_filled(house: House) -> None:
    """The agent is asked for the value; what they write next is put in, and only then does the reply go out."""
    wang = await house.hires("小王")
    lin = house.customer()
    await lin.says(LATE)
    card, number = await _with_a_reply(house, wang, lin, blank=True)
    await wang.taps(house.word("button_send", number=number), on=card)
    topic = await house.topic_of(lin)
    await house.group.until(lambda messages: any("小王" in message.text for message in messages))
    before = len(lin.chat.messages)
    await wang.says("明天18:00", to=topic)
    await lin.chat.until(lambda messages: len(messages) == before + 1)

    assert "明天18:00" in lin.chat.last.text
    assert "〔" not in lin.chat.last.text


async def test_what_an_agent_types_goes_out_and_a_double_slash_stays_inside(house: House) -> None:
    """A line in the topic is an answer; one that begins with // is a note that only the staff see, on the card."""
    wang = await house.hires("小王")
    lin = house.customer()
    await lin.says(LATE)
    topic = await house.topic_of(lin)
    await wang.says("// 老客户，上次也是快递", to=topic)
    await wang.says("林小姐您好，我现在就给快递打电话，18点前给您结果。", to=topic)
    await lin.chat.until(lambda messages: any("18点前" in message.text for message in messages))
    await house.card(lin, "老客户")

    assert not any("老客户" in text for text in lin.chat.texts)


async def test_a_sentence_that_would_hurt_is_held_back_until_the_agent_says_so(house: House) -> None:
    """A denied feeling is warned of with a better wording; nothing goes out before a tap, and "anyway" is written down."""
    wang = await house.hires("小王")
    lin = house.customer()
    await lin.says(LATE)
    topic = await house.topic_of(lin)
    await wang.says("您冷静一点好不好", to=topic)
    await house.group.until(lambda messages: any("✋" in message.text for message in messages))
    assert not any("冷静" in text for text in lin.chat.texts)
    await wang.taps(house.word("button_anyway"), on=topic)
    await lin.chat.until(lambda messages: any("冷静" in message.text for message in messages))

    deeds = await house.read(lambda books: [row[0] for row in books.db.execute("SELECT deed FROM deeds")])
    assert "sent although warned" in deeds


async def test_two_agents_never_answer_the_same_customer(house: House) -> None:
    """The first touch takes the case; a colleague's tap is refused with the name, until the case is handed over."""
    wang, li = await house.hires("小王"), await house.hires("小李")
    lin = house.customer()
    await lin.says(LATE)
    card = await house.card(lin, "八天")
    await wang.taps(house.word("button_others"), on=card)
    await wang.says("我来看", to=await house.topic_of(lin))
    await lin.chat.until(lambda messages: any("我来看" in message.text for message in messages))
    refused = await li.taps(house.word("button_send", number=1), on=await house.card(lin, house.word("taken_by", name="小王")))

    assert "小王" in refused.text
    assert refused.show_alert


async def test_a_suggestion_is_refused_once_the_customer_has_written_since(house: House) -> None:
    """A tap on what was suggested for an older message sends nothing: the agent has to see the new one first."""
    wang = await house.hires("小王")
    lin = house.customer()
    await lin.says(LATE)
    card = await house.card(lin, "八天")
    old = card.inline_rows[0][0]["callback_data"]
    await lin.says("算了，找到了，谢谢")
    await house.card(lin, "找到了")
    _, case, suggestion = old.split(":")
    stale = await house.read(lambda books: books.readings.suggestion(int(suggestion)))
    assert stale.case_id == int(case)
    count = len(lin.chat.messages)
    house.world.updates.push("callback_query", {
        "id": "777", "from": wang.user.as_json(), "chat_instance": "1", "data": old, "message": card.as_json(),
    }, wang.id)  # fmt: skip
    await house.world_until(
        lambda: any(house.word("wrote_since") in str(call.parameters) for call in house.world.called("answerCallbackQuery"))
    )

    assert count == len(lin.chat.messages)


async def test_a_correction_changes_the_suggestions_at_once(house: House) -> None:
    """The agent says what it really is; card, topic and suggestions follow."""
    wang = await house.hires("小王")
    lin = house.customer()
    await lin.says("这个跟我想的不一样")
    card = await house.card(lin)
    await wang.taps(house.word("button_correct"), on=card)
    topic = await house.topic_of(lin)
    await house.offers("发错货", topic)
    await wang.taps("发错货", on=topic)
    await wang.taps(house.word("button_done"), on=topic)
    card = await house.card(lin, "发错货")

    corrections = await house.read(lambda books: books.readings.all_corrected())
    assert "wrong_item" in corrections[0][2]["types"]


async def test_an_agent_who_sees_a_danger_that_was_not_read_says_so(house: House) -> None:
    """One tap marks the risk: the case goes to a supervisor, and nobody is asked to go on using the thing."""
    wang = await house.hires("小王")
    lin = house.customer()
    await lin.says("这锅盖一掀就弹起来，我往后躲的")
    card = await house.card(lin, "锅盖")
    assert "🆘" not in card.text

    await wang.taps(house.word("button_correct"), on=card)
    topic = await house.topic_of(lin)
    safety = "人身安全"
    await house.offers(safety, topic)
    await wang.taps(safety, on=topic)

    await house.card(lin, "🆘")


async def test_what_was_sent_is_not_offered_again_after_a_correction(house: House) -> None:
    """An agent who sends a reply and then corrects the reading gets others; the same one would go out twice."""
    wang = await house.hires("小王")
    lin = house.customer()
    await lin.says(LATE)
    card = await house.card(lin, "八天")
    await wang.taps(house.word("button_correct"), on=card)
    topic = await house.topic_of(lin)
    await house.offers("发错货", topic)
    offered = (await house.read(lambda books: books.readings.offered(1)))[0]
    await house.write(lambda books: books.cases.add(books.cases.get(1), "agent", "发出去了。", template=offered.template))
    await wang.taps("发错货", on=topic)
    await house.card(lin, "发错货")

    kept = await house.read(lambda books: books.readings.last(1))
    assert kept
    later = await house.read(lambda books: books.readings.offered(kept.id))
    assert offered.template not in {reply.template for reply in later}


async def test_strangers_get_nothing_from_the_desk(house: House) -> None:
    """Somebody in the group who isn't of the staff can neither tap nor write to a customer."""
    lin, stranger = house.customer(), house.customer("路人")
    house.group.members.update({stranger.id: house.group.members[house.boss.id].__class__(user=stranger.user)})
    await lin.says(LATE)
    card = await house.card(lin, "八天")
    tapped = await stranger.taps(house.word("button_send", number=1), on=card)
    await stranger.says("我是客服", to=await house.topic_of(lin))
    await house.group.until(lambda messages: any(house.word("staff_only") in message.text for message in messages))

    assert tapped.text == house.word("staff_only")
    assert not any("我是客服" in text for text in lin.chat.texts)


async def test_everything_a_customer_sends_is_shown_in_order(house: House) -> None:
    """Photo, voice, file, sticker, place and contact come to the topic, and an edit shows what it said before."""
    lin = house.customer()
    first = await lin.says(LATE)
    topic = await house.topic_of(lin)
    await lin.sends_photo(b"photo", caption="你看")
    await lin.sends_voice()
    await lin.sends_file(b"pdf", "invoice.pdf")
    await lin.sends_sticker()
    await lin.sends_location(25.03, 121.56)
    await lin.sends_contact("+886900000000")
    await lin.edits(first, "快递九天了还没到")
    await house.group.until(lambda _: any("✏️" in message.text for message in topic.messages))

    wanted = ["photo", "voice", "document", "sticker", "location", "contact"]
    assert wanted == [kind for message in topic.messages for kind in wanted if kind in message.body]
    assert LATE in topic.messages[-1].text


async def test_a_customer_can_see_and_erase_everything(house: House) -> None:
    """/export sends what is kept; /forget asks, then erases it and the topic."""
    lin = house.customer()
    await lin.says(LATE)
    topic = await house.topic_of(lin)
    await lin.says("/export")
    await lin.chat.until(lambda messages: any("document" in message.body for message in messages))
    await lin.says("/forget")
    await lin.chat.until(lambda messages: any(message.inline_rows for message in messages))
    await lin.taps(house.word("forget_yes"))
    await lin.chat.until(lambda messages: any(house.word("forgotten") in message.text for message in messages))
    await house.world_until(lambda: topic.is_deleted)

    assert await house.read(lambda books: books.cases.search("快递")) == []
    assert await house.read(lambda books: books.db.execute("SELECT count(*) FROM customers").fetchone()[0]) == 0


async def test_a_closed_case_is_reopened_when_the_customer_comes_back(house: House) -> None:
    """Closing closes the topic; the customer's next word opens both again."""
    wang = await house.hires("小王")
    lin = house.customer()
    await lin.says(LATE)
    card = await house.card(lin, "八天")
    await wang.taps(house.word("button_close"), on=card)
    topic = await house.topic_of(lin)
    await house.world_until(lambda: topic.is_closed)
    await lin.says("还是没到！")
    await house.world_until(lambda: not topic.is_closed)
    card = await house.card(lin, "还是没到")

    assert house.word("closed") not in card.text


async def test_a_deleted_topic_is_made_anew(house: House) -> None:
    """Somebody deletes the topic by hand; the customer's next word makes another, with a card."""
    lin = house.customer()
    await lin.says(LATE)
    topic = await house.topic_of(lin)
    await house.boss.deletes_topic(topic)
    await lin.says("人呢")
    await house.world_until(lambda: any(
        other is not topic and lin.name in other.name and not other.is_deleted for other in house.group.topics.values()
    ))  # fmt: skip
    card = await house.card(lin, "人呢")

    assert card.inline_rows


async def test_customers_of_the_shops_own_account_are_served_for_24_hours(house: House) -> None:
    """Messages to the shop's own account come to the desk; the answer goes out through the account, until Telegram's window closes."""
    wang = await house.hires("小王")
    shop = house.world.business("山野小店")
    lin = house.customer()
    await lin.says(LATE, via=shop)
    topic = await house.topic_of(lin)
    await wang.says("我马上去问快递，18点前回您。", to=topic)
    await shop.chat_with(lin).until(lambda messages: any("18点前" in message.text for message in messages))
    await house.write(lambda books: books.db.execute("UPDATE cases SET said_at = '2020-01-01T00:00:00.000Z'"))
    await wang.says("还有什么可以帮您？", to=topic)
    await house.group.until(lambda messages: any(house.word("window_over") in message.text for message in messages))

    assert not any("还有什么" in message.text for message in shop.chat_with(lin).messages)


async def test_a_customer_who_shuts_the_bot_out_is_shown_as_such(house: House) -> None:
    """The card says that nothing can reach the customer, and an answer is refused instead of lost."""
    wang = await house.hires("小王")
    lin = house.customer()
    await lin.says(LATE)
    topic = await house.topic_of(lin)
    await lin.blocks_bot()
    await house.card(lin, house.word("blocked"))
    await wang.says("林小姐在吗，18点前给您结果。", to=topic)

    await house.group.until(lambda messages: any("⛔" in message.text for message in messages if message.text.startswith("⛔")))


async def test_a_pasted_message_gets_the_reading_and_replies_to_copy(house: House) -> None:
    """Any shop on any platform: an agent pastes a customer's words in private and gets the card's parts back, each reply copyable."""
    wang = await house.hires("小王", reachable=True)
    await wang.says("买的杯子到手就是碎的，怎么处理")
    await wang.chat.until(lambda messages: len(messages) >= 5)

    assert "瑕疵" in wang.chat.messages[1].text or "质量" in wang.chat.messages[1].text
    assert all("code" in [entity["type"] for entity in message.entities] for message in wang.chat.messages[2:5])
    assert await house.read(lambda books: books.db.execute("SELECT count(*) FROM customers").fetchone()[0]) == 0


async def test_scripts_are_found_from_any_chat_by_the_staff_only(house: House) -> None:
    """Typing the bot's name and a customer's words offers replies to one of the staff, and none to anybody else."""
    wang, lin = await house.hires("小王"), house.customer()

    assert len(await wang.types_inline("快递八天没到")) >= 3
    assert await lin.types_inline("快递八天没到") == []


async def _with_a_reply(house: House, agent: Person, customer: Person, *, blank: bool) -> tuple[Message, int]:
    """Ask for other replies until the card offers one with a blank, or without; return the card and the reply's number."""
    card = await house.card(customer, "八天")
    for _ in range(4):
        offered = [card.text.split(f"\n{number} ")[1].split(f"\n{number + 1} ")[0] for number in (1, 2, 3)]
        for number, text in enumerate(offered, 1):
            if ("〔" in text) == blank:
                return card, number
        await agent.taps(house.word("button_others"), on=card)
        await _changed(house, await house.topic_of(customer), card.text)
        card = await house.card(customer, "八天")
    raise AssertionError(f"no reply {'with' if blank else 'without'} a blank was offered: {card.text}")


async def _changed(house: House, topic: Topic, before: str) -> None:
    await house.world_until(lambda: (card := house.card_in(topic)) is not None and card.text != before)


async def test_staff_read_their_own_language_whatever_the_customer_writes(house: House) -> None:
    """Reasons and the alert on the card are in the desk's language; a blank is named in it, its example is in the reply's."""
    wang, began = await house.hires("小王"), datetime.now().astimezone()
    smith = house.customer("Mr Smith", language_code="en")
    await smith.says("The kettle caught fire and my daughter burnt her hand!")
    card = await house.card(smith, "🆘")
    topic = await house.topic_of(smith)
    await wang.taps(house.word("button_send", number=1), on=card)
    await house.world_until(lambda: any("请填" in message.text for message in topic.messages))
    asked = next(message.text for message in topic.messages if "请填" in message.text)
    blanks = [blank for blank in shipped_adviser().playbook.blanks.values() if f"〔{blank.names['zh-Hans']}〕" in asked]

    assert "情绪" in card.text
    assert "先问人有没有事" in card.text
    assert blanks
    assert all(any(blank.at("en", moment) in asked for moment in (began, datetime.now().astimezone())) for blank in blanks)


async def test_rage_that_names_nothing_is_not_called_no_complaint(house: House) -> None:
    """Somebody who only curses has a complaint that isn't named yet."""
    han = house.customer("老韩")
    await han.says("骗子！！！垃圾店！！！我要疯了")
    card = await house.card(han, house.word("unnamed_complaint"))

    assert house.word("no_complaint") not in card.text
    assert house.word("level", level=3) in card.text
