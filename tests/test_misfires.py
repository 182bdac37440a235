"""Nothing goes where it wasn't meant: old questions, old warnings, pastes and commands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from calmdesk.playground.messages import Message
from calmdesk.playground.people import Person
from tests.house import House, open_house

LATE = "快递都八天了还没到，你们管不管？"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Open a desk with one group."""
    async with open_house(tmp_path) as opened:
        yield opened


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[House]:
    """Open a desk without a group: cards come to private chats."""
    async with open_house(tmp_path, staff={"groups": []}) as opened:
        yield opened


async def _private_card(agent: Person, *words: str) -> Message:
    """Wait until a card in an agent's private chat shows *words*."""
    found = await agent.chat.until(lambda messages: [
        message for message in messages if len(message.inline_rows) > 2 and all(word in message.text for word in words)
    ])  # fmt: skip
    return next(message for message in found if len(message.inline_rows) > 2 and all(word in message.text for word in words))


async def test_an_older_warning_doesnt_send_a_newer_text(house: House) -> None:
    """Two texts are held back; the button under the first one is out of date, the one under the second sends the second."""
    wang, lin = await house.hires("小王"), house.customer()
    await lin.says(LATE)
    topic = await house.topic_of(lin)
    await wang.says("您冷静一点", to=topic)
    await house.world_until(lambda: sum("✋" in message.text for message in topic.messages) == 1)
    first = next(message for message in topic.messages if "✋" in message.text)
    await wang.says("您别激动", to=topic)
    await house.world_until(lambda: sum("✋" in message.text for message in topic.messages) == 2)
    tapped = await wang.taps(house.word("button_anyway"), on=first)

    assert tapped.text == house.word("outdated")
    assert not any("激动" in text or "冷静" in text for text in lin.chat.texts)


async def test_a_command_in_a_customers_topic_isnt_an_answer(house: House) -> None:
    """/stats typed in a topic goes to the bot, not to the customer, and takes no case."""
    lin = house.customer()
    await lin.says(LATE)
    topic = await house.topic_of(lin)
    await house.boss.says("/health", to=topic)
    await house.world_until(lambda: any(house.word("health_well") in message.text for message in house.group.messages))

    assert "/health" not in lin.chat.texts
    assert (await house.read(lambda books: books.cases.open_ones()))[0].taken_by is None


async def test_without_a_group_a_paste_is_never_taken_for_an_answer(alone: House) -> None:
    """An agent is asked for a new text and then pastes another buyer's words: they get a reading, the customer gets nothing."""
    wang, lin = await alone.hires("小王", reachable=True), alone.customer()
    await lin.says(LATE)
    card = await _private_card(wang, "八天")
    await wang.taps(alone.word("button_edit", number=1), on=card)
    await wang.chat.until(lambda messages: any("小王" in message.text and "code" in str(message.entities) for message in messages))
    await wang.says("买的杯子碎了，我电话13800000000")
    await wang.chat.until(lambda messages: any("blockquote" in str(message.entities) and "杯子" in message.text for message in messages))

    assert not any("杯子" in text for text in lin.chat.texts)


async def test_without_a_group_the_answer_to_an_old_question_is_refused(alone: House) -> None:
    """Edit on one customer's card, then on another's: a reply to the first question goes to neither, one to the second to the second."""
    wang = await alone.hires("小王", reachable=True)
    lin, chen = alone.customer("林小姐"), alone.customer("陈先生")
    questions = []
    for customer in (lin, chen):
        await customer.says(LATE)
        card = await _private_card(wang, customer.name, "八天")
        await wang.taps(alone.word("button_edit", number=1), on=card)
        await alone.settles()
        questions.append(next(message for message in reversed(wang.chat.messages) if "code" in str(message.entities)))
    await wang.says("给第一位的话，十八点前回您。", reply_to=questions[0])
    await alone.settles()
    await wang.says("给第二位的话，十八点前回您。", reply_to=questions[1])
    await chen.chat.until(lambda messages: any("第二位" in message.text for message in messages))

    assert not any("第一位" in text for person in (lin, chen) for text in person.chat.texts)
    assert not any("第二位" in text for text in lin.chat.texts)


async def test_without_a_group_a_taken_case_shows_so_to_the_others(alone: House) -> None:
    """Every agent gets the card; when one answers, the others see whose it is."""
    wang, li = await alone.hires("小王", reachable=True), await alone.hires("小李", reachable=True)
    lin = alone.customer()
    await lin.says(LATE)
    card = await _private_card(wang, "八天")
    await _private_card(li, "八天")
    await wang.says("林小姐您好，18点前给您结果。", reply_to=card)
    await lin.chat.until(lambda messages: any("18点前" in message.text for message in messages))

    await _private_card(li, alone.word("taken_by", name="小王"))


async def test_a_corrected_heat_stays_when_the_customer_writes_again(house: House) -> None:
    """What an agent said of an earlier message stands in the curve afterwards."""
    wang, lin = await house.hires("小王"), house.customer()
    await lin.says("杯子的颜色跟图片有点不一样")
    topic = await house.topic_of(lin)
    await wang.taps(house.word("button_correct"), on=topic)
    await house.offers("🔴3", topic)
    await wang.taps("🔴3", on=topic)
    await lin.says("麻烦看一下")
    await house.world_until(lambda: any("麻烦看一下" in message.text for message in topic.messages))
    await house.settles()

    assert (await house.read(lambda books: books.cases.open_ones()))[0].heats[0] == 3


async def test_a_customers_help_is_answered_and_not_read(house: House) -> None:
    """/help says where one is; it opens no case."""
    lin = house.customer()
    await lin.says("/help")
    await lin.chat.until(lambda messages: len(messages) >= 2)

    assert await house.read(lambda books: books.cases.open_ones()) == []


async def test_a_topic_that_was_made_before_the_desk_died_is_taken_up(house: House) -> None:
    """Telegram made the topic, and the desk never heard so: by the news of it the topic becomes the customer's, and no second one is made."""
    lin = house.customer()
    await lin.says(LATE)
    topic = await house.topic_of(lin)
    await house.settles()
    await house.write(lambda books: books.places.topic_gone(1))
    created = next(update for update in house.world.updates.sent if "forum_topic_created" in update.get("message", {}))
    house.world.updates.push("message", created["message"], house.group.id)
    await house.world_until(lambda: len(house.world.updates) == 0)
    await house.settles()
    await lin.says("人呢")
    await house.settles()

    assert len([one for one in house.group.topics.values() if lin.name in one.name]) == 1
    assert any("人呢" in message.text for message in topic.messages)
