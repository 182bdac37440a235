"""Topics, members and pins of a group."""

from __future__ import annotations

from typing import Any

import pytest

from tests.playground.desk import Desk, refused


async def test_the_life_of_a_topic(desk: Desk) -> None:
    """Made, renamed, closed, opened, deleted; each wrong step is refused in Telegram's words."""
    bot = desk.bot
    group = desk.world.forum("组", [desk.anna])
    icon = (await bot.get_forum_topic_icon_stickers())[0].custom_emoji_id
    topic = await bot.create_forum_topic(group.id, "林小姐", icon_color=0xFB6F5F, icon_custom_emoji_id=icon)
    where: dict[str, Any] = {"chat_id": group.id, "message_thread_id": topic.message_thread_id}
    sent = await bot.send_message(**where, text="在")
    assert (sent.message_thread_id, sent.is_topic_message) == (topic.message_thread_id, True)
    await bot.pin_chat_message(group.id, sent.message_id)
    await bot.unpin_all_forum_topic_messages(**where)
    assert group.pinned == []
    await bot.edit_forum_topic(**where, name="林小姐 🔥")
    with refused("TOPIC_NOT_MODIFIED"):
        await bot.edit_forum_topic(**where, name="林小姐 🔥")
    await bot.close_forum_topic(**where)
    with refused("TOPIC_NOT_MODIFIED"):
        await bot.close_forum_topic(**where)
    await bot.send_message(**where, text="管理员还能写")
    await bot.reopen_forum_topic(**where)
    with refused("message thread not found"):
        await bot.send_message(group.id, "x", message_thread_id=1)
    await desk.anna.deletes_topic(group.topic("林小姐 🔥"))
    with refused("message thread not found"):
        await bot.send_message(**where, text="x")
    desk.world.deleted_topic_error = "TOPIC_DELETED"
    with refused("TOPIC_DELETED"):
        await bot.send_message(**where, text="x")
    with refused("TOPIC_ID_INVALID"):
        await bot.edit_forum_topic(**where, name="x")
    assert await bot.send_chat_action(**where, action="typing")
    assert group.open_topics == []
    told = [update.message for update in await desk.updates() if update.message and update.message.chat.id == group.id]
    assert [bool(message.forum_topic_created or message.forum_topic_edited or message.pinned_message) for message in told][:3] == [True] * 3


async def test_general_can_be_run_too(desk: Desk) -> None:
    """General is renamed, closed, opened, hidden and shown, and can't be deleted."""
    bot, group = desk.bot, desk.world.forum("组", [desk.anna])
    await bot.edit_general_forum_topic(group.id, "大厅")
    await bot.close_general_forum_topic(group.id)
    await bot.reopen_general_forum_topic(group.id)
    await bot.hide_general_forum_topic(group.id)
    await bot.unhide_general_forum_topic(group.id)
    await bot.unpin_all_general_forum_topic_messages(group.id)
    assert (group.general.name, group.general.is_closed) == ("大厅", False)
    with refused("TOPIC_ID_INVALID"):
        await bot.delete_forum_topic(group.id, 1)


async def test_rights_are_asked_for(desk: Desk) -> None:
    """Without the right there is no topic, no writing into a closed one, no ban, no pin, no invitation."""
    group = desk.world.forum("组", [desk.anna], bot_rights=[])
    topic = await desk.anna.opens_topic(group, "t")
    await desk.anna.closes_topic(topic)
    said = await desk.anna.says("x", to=group)
    tries = {
        "not enough rights to create a topic": desk.bot.create_forum_topic(group.id, "x"),
        "TOPIC_CLOSED": desk.bot.send_message(group.id, "x", message_thread_id=topic.id),
        "not enough rights to restrict/unrestrict chat member": desk.bot.ban_chat_member(group.id, desk.anna.id),
        "not enough rights to manage pinned messages in the chat": desk.bot.pin_chat_message(group.id, said.id),
        "not enough rights to manage chat invite link": desk.bot.create_chat_invite_link(group.id),
        "the chat is not a forum": desk.bot.create_forum_topic(desk.world.group("小", []).id, "x"),
    }
    for why, attempt in tries.items():
        with refused(why):
            await attempt


async def test_members_come_and_go(desk: Desk) -> None:
    """By an invitation for one, thrown out, let in again; the bot is told, and can ask."""
    bot, lin, group = desk.bot, desk.lin, desk.world.forum("组", [desk.anna])
    await desk.updates()
    link = await bot.create_chat_invite_link(group.id, member_limit=1, name="新同事")
    await lin.joins(group, link.invite_link)
    with pytest.raises(PermissionError, match="used up"):
        await desk.world.person("Bo").joins(group, link.invite_link)
    assert await bot.get_chat_member_count(group.id) == 3
    assert (await bot.get_chat_member(group.id, lin.id)).status == "member"
    assert {member.user.id for member in await bot.get_chat_administrators(group.id)} == {desk.anna.id, bot.id}
    await bot.promote_chat_member(group.id, lin.id, can_manage_topics=True)
    with refused("user is an administrator of the chat"):
        await bot.ban_chat_member(group.id, lin.id)
    await bot.promote_chat_member(group.id, lin.id)
    await bot.ban_chat_member(group.id, lin.id)
    with pytest.raises(PermissionError, match="banned"):
        await lin.joins(group)
    await bot.unban_chat_member(group.id, lin.id, only_if_banned=True)
    await lin.joins(group)
    assert (await bot.get_chat(group.id)).is_forum
    assert (await bot.revoke_chat_invite_link(group.id, link.invite_link)).is_revoked
    with refused("can't remove chat owner"):
        await bot.ban_chat_member(group.id, desk.anna.id)
    changes = [update.chat_member for update in await desk.updates() if update.chat_member]
    assert [change.new_chat_member.status for change in changes] == ["member", "administrator", "member", "kicked", "left", "member"]
    assert changes[0].invite_link
    assert changes[0].invite_link.name == "新同事"


async def test_pins_and_reactions(desk: Desk) -> None:
    """A pin shows in the chat, a reaction under the message; a wrong emoji is refused."""
    said = await desk.lin.says("x")
    await desk.bot.pin_chat_message(desk.lin.id, said.id)
    assert (pinned := (await desk.bot.get_chat(desk.lin.id)).pinned_message)
    assert pinned.message_id == said.id
    await desk.bot.unpin_chat_message(desk.lin.id)
    assert (await desk.bot.get_chat(desk.lin.id)).pinned_message is None
    await desk.bot.set_message_reaction(desk.lin.id, said.id, "👍")
    assert desk.lin.chat.reactions[said.id] == [{"type": "emoji", "emoji": "👍"}]
    with refused("REACTION_INVALID"):
        await desk.bot.set_message_reaction(desk.lin.id, said.id, "🧧")
