"""What people do in the local Telegram: they write, see and are kept from what the apps forbid."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from telegram import Update

from tests.playground.desk import Desk, refused


def _covers(raw: Any, parsed: Any, path: str = "update") -> None:
    """Fail unless everything raw is in what was parsed."""
    if isinstance(raw, dict):
        for key, value in raw.items():
            assert key in parsed or value == [], f"{path}.{key} got lost"
            _covers(value, parsed.get(key, []), f"{path}.{key}")
    elif isinstance(raw, list):
        for index, (one, other) in enumerate(zip(raw, parsed, strict=True)):
            _covers(one, other, f"{path}[{index}]")
    else:
        assert raw == parsed, path


async def test_the_library_reads_every_update_without_loss(desk: Desk) -> None:
    """Whatever a person can do arrives at the library whole."""
    world, lin, anna = desk.world, desk.lin, desk.anna
    group = world.forum("客服组", [anna])
    shop = world.business("山货铺")
    await desk.updates()
    topic = await anna.opens_topic(group, "林小姐")
    photo = await lin.sends_photo(b"jpeg", caption="烂了 #山药")
    await lin.sends_voice(seconds=7)
    await lin.sends_video()
    await lin.sends_file(b"%PDF", "发票.pdf", "application/pdf")
    await lin.sends_sticker("😡")
    await lin.sends_location(31.2, 121.5)
    await lin.sends_contact("+8613800000000", user_id=lin.id)
    await lin.sends_album([b"1", b"2"], caption="两张")
    await lin.edits(photo, "烂了两箱")
    await lin.says("你看", reply_to=photo)
    await anna.forwards(photo, to=group, topic=topic)
    await anna.reacts(group.last, "👍")
    await lin.joins(group)
    await lin.leaves(group)
    message = await lin.says("在吗", via=shop)
    await lin.edits(message, "在吗?")
    await shop.says("在的", to=lin)
    await lin.deletes(message)
    await shop.allows("can_reply")
    await lin.blocks_bot()
    await lin.unblocks_bot()
    await anna.closes_topic(topic)
    await anna.reopens_topic(topic)
    await anna.adds_bot(group, ["can_manage_topics"])
    await anna.kicks_bot(group)
    sent = desk.world.updates.sent

    for raw in sent:
        _covers(raw, Update.de_json(raw, desk.bot).to_dict())
    kinds = {key for raw in sent for key in raw} - {"update_id"}
    assert kinds == {
        "message",
        "edited_message",
        "chat_member",
        "my_chat_member",
        "message_reaction",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
    }


async def test_a_topic_message_names_its_topic_and_general_does_not(desk: Desk) -> None:
    """As in Telegram: an answer in General is numbered by what it answers, though it is in no topic."""
    group = desk.world.forum("客服组", [desk.anna])
    topic = await desk.anna.opens_topic(group, "林小姐")
    await desk.updates()
    await desk.anna.says("在处理", to=topic)
    plain = await desk.anna.says("大家好", to=group)
    await desk.anna.says("好", to=group, reply_to=plain)
    inside, general, answer = (update.message for update in await desk.updates())

    assert inside
    assert general
    assert answer
    assert (inside.message_thread_id, inside.is_topic_message) == (topic.id, True)
    assert inside.reply_to_message
    assert inside.reply_to_message.forum_topic_created
    assert (general.message_thread_id, general.is_topic_message) == (None, None)
    assert (answer.message_thread_id, answer.is_topic_message) == (plain.id, None)
    with refused("message thread not found"):
        await desk.bot.send_message(group.id, "x", message_thread_id=answer.message_thread_id)


async def test_in_privacy_mode_the_bot_sees_only_what_is_meant_for_it(desk: Desk) -> None:
    """Without an administrator's rights it gets commands, answers and mentions."""
    group = desk.world.forum("大群", [desk.anna], bot_rights=None)
    await desk.updates()
    for text in ("随便说说", "/help", "@calmdesk_bot 在吗"):
        await desk.anna.says(text, to=group)

    assert [update.message.text for update in await desk.updates() if update.message] == ["/help", "@calmdesk_bot 在吗"]


async def test_a_person_cannot_do_what_the_apps_forbid(desk: Desk) -> None:
    """Writing into a closed or foreign place, or changing somebody else's words, fails in the test."""
    group = desk.world.forum("客服组", [desk.anna])
    topic = await desk.anna.opens_topic(group, "t")
    await desk.anna.closes_topic(topic)
    await desk.bot.send_message(desk.lin.id, "hi")
    with pytest.raises(PermissionError, match="isn't in"):
        await desk.lin.says("hi", to=group)
    await desk.lin.joins(group)
    with pytest.raises(PermissionError, match="closed"):
        await desk.lin.says("hi", to=topic)
    with pytest.raises(PermissionError, match="didn't write"):
        await desk.lin.edits(desk.lin.chat.last, "x")


async def test_what_is_seen_and_what_happened(desk: Desk) -> None:
    """`messages` is what is visible now, `history` all that happened, and `until` waits for it."""
    chat = desk.lin.chat

    async def bot_works() -> None:
        first = await desk.bot.send_message(desk.lin.id, "一")
        await desk.bot.edit_message_text("二", desk.lin.id, first.message_id)
        await desk.bot.delete_message(desk.lin.id, first.message_id)

    task = asyncio.create_task(bot_works())
    await chat.until(lambda messages: messages[-1].text == "二")
    await task

    assert chat.texts == ["/start"]
    assert [(event.kind, event.message and event.message.text) for event in chat.history[1:]] == [
        ("sent", "一"),
        ("edited", "二"),
        ("deleted", "二"),
    ]
    with pytest.raises(TimeoutError, match="visible"):
        await chat.until(lambda messages: len(messages) > 9, timeout=0.01)


async def test_the_world_can_be_listened_to(desk: Desk) -> None:
    """A live page gets every event in order."""
    events = desk.world.events()
    first = asyncio.create_task(anext(events))
    await asyncio.sleep(0)
    await desk.bot.send_chat_action(desk.lin.id, "typing")

    assert ((await first).kind, (await first).chat) == ("action", desk.lin.chat)
    await events.aclose()
