"""Sending, editing, deleting, files: as strict as Telegram."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto
from telegram.error import ChatMigrated, Forbidden

from tests.playground.desk import Desk, keyboard, refused


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<b>粗<i>斜</i></b>", [("bold", "粗斜"), ("italic", "斜")]),
        ("😡<u>线</u> &lt;b&gt; &amp; &#33;", [("underline", "线")]),
        ('<a href="https://a.cn/?x=1&amp;y=2">单</a> <span class="tg-spoiler">密</span>', [("text_link", "单"), ("spoiler", "密")]),
        ('<pre><code class="language-python">x = 1</code></pre>', [("pre", "x = 1")]),
        ("<blockquote expandable>长</blockquote><code>SF123</code>", [("expandable_blockquote", "长"), ("code", "SF123")]),
        (
            "/start@calmdesk_bot https://a.cn/x，#山药 @lin_xj a@b.cn",
            [
                ("bot_command", "/start@calmdesk_bot"),
                ("url", "https://a.cn/x"),
                ("hashtag", "#山药"),
                ("mention", "@lin_xj"),
                ("email", "a@b.cn"),
            ],
        ),
        ("<code>/start</code> 1/2 a.b", [("code", "/start")]),
        ('<a href="tg://user?id=100001">林</a><a href="tg://user?id=5">谁</a>', [("text_mention", "林")]),
        ("  <s>边</s>  ", [("strikethrough", "边")]),
    ],
)
async def test_html_becomes_entities(desk: Desk, html: str, shown: list[tuple[str, str]]) -> None:
    """Marks lie where Telegram would put them, counted in UTF-16; commands, links and mentions are found."""
    sent = await desk.bot.send_message(desk.lin.id, html, parse_mode="HTML")

    assert [(str(entity.type), text) for entity, text in sent.parse_entities().items()] == shown


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"text": "a < b", "parse_mode": "HTML"}, 'can\'t parse entities: Unsupported start tag "" at byte offset 2'),
        ({"text": "爱<foo>", "parse_mode": "HTML"}, 'Unsupported start tag "foo" at byte offset 3'),
        ({"text": "<b>x", "parse_mode": "HTML"}, 'Can\'t find end tag corresponding to start tag "b"'),
        ({"text": "<b>x</i>", "parse_mode": "HTML"}, 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ({"text": "x</b>", "parse_mode": "HTML"}, "Unexpected end tag at byte offset 1"),
        ({"text": "<b x", "parse_mode": "HTML"}, "Unclosed start tag at byte offset 0"),
        ({"text": "*x*", "parse_mode": "MarkdownV2"}, "this server doesn't read MarkdownV2"),
        ({"text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        ({"text": " \n "}, "message text is empty"),
        ({"text": "长" * 4097}, "message is too long"),
        ({"text": "x", "reply_markup": keyboard("数" * 22)}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard("a", label=" ")}, "inline keyboard button text must be non-empty"),
        ({"text": "x", "reply_markup": InlineKeyboardMarkup([[InlineKeyboardButton("a")]])}, "Text buttons are unallowed"),
        ({"text": "x", "reply_markup": InlineKeyboardMarkup([[InlineKeyboardButton("a", url="a")]])}, "is invalid: Wrong HTTP URL"),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "copy_text": {"text": "长" * 257}}]]}},
            "BUTTON_COPY_TEXT_INVALID",
        ),
        ({"text": "x", "reply_to_message_id": 99}, "message to be replied not found"),
        ({"text": "x", "message_thread_id": 5}, "message thread not found"),
        ({"text": "x", "chat_id": 42}, "chat not found"),
    ],
)
async def test_a_message_that_telegram_refuses(desk: Desk, settings: dict[str, Any], why: str) -> None:
    """Each is refused in Telegram's words, and nothing is sent."""
    with refused(why):
        await desk.bot.send_message(**{"chat_id": desk.lin.id, **settings})

    assert desk.lin.chat.texts == ["/start"]


async def test_the_longest_that_fits(desk: Desk) -> None:
    """Lengths are counted after the tags are gone; data of 64 bytes, copies of 256 characters and answers pass."""
    first = await desk.bot.send_message(desk.lin.id, "<b>" + "长" * 4096 + "</b>", parse_mode="HTML", reply_markup=keyboard("x" * 64))
    answer = await desk.bot.send_message(desk.lin.id, "x", reply_to_message_id=99, allow_sending_without_reply=True)
    assert (await first.reply_text("y", do_quote=True)).reply_to_message
    assert answer.reply_to_message is None
    with refused("message caption is too long"):
        await desk.bot.send_photo(desk.lin.id, b"x", caption="长" * 1025)


async def test_editing_is_strict(desk: Desk) -> None:
    """An edit must change something, of a message that is there, is the bot's own, and has what is edited."""
    bot, chat = desk.bot, desk.lin.id
    card = await bot.send_message(chat, "卡", reply_markup=keyboard("a"))
    with refused("message is not modified: specified new message content"):
        await bot.edit_message_text("卡", chat, card.message_id, reply_markup=keyboard("a"))
    with refused("message to edit not found"):
        await bot.edit_message_text("x", chat, 999)
    with refused("message can't be edited"):
        await bot.edit_message_text("x", chat, desk.lin.chat.messages[0].id)
    with refused("there is no caption in the message to edit"):
        await bot.edit_message_caption(chat, card.message_id, caption="x")
    assert isinstance(edited := await bot.edit_message_text("新", chat, card.message_id), type(card))
    assert (edited.text, edited.reply_markup, edited.edit_date is not None) == ("新", None, True)
    await bot.edit_message_reply_markup(chat, card.message_id, reply_markup=keyboard("b"))
    assert desk.lin.chat.last.buttons == ["Send 1"]
    photo = await bot.send_photo(chat, b"one", caption="一")
    with refused("there is no text in the message to edit"):
        await bot.edit_message_text("x", chat, photo.message_id)
    await bot.edit_message_media(InputMediaPhoto(b"two", caption="二"), chat, photo.message_id)
    await bot.edit_message_caption(chat, photo.message_id, caption="三")
    assert desk.lin.chat.last.text == "三"
    assert desk.world.files.find(desk.lin.chat.last.file_id or "").content == b"two"


async def test_deleting_has_its_rules(desk: Desk) -> None:
    """For two days, in a group with the right; several at once pass over what is gone."""
    group = desk.world.forum("组", [desk.anna], bot_rights=["can_manage_topics"])
    said = await desk.anna.says("x", to=group)
    with refused("message can't be deleted for everyone"):
        await desk.bot.delete_message(group.id, said.id)
    with refused("message to delete not found"):
        await desk.bot.delete_message(desk.lin.id, 999)
    sent = await desk.bot.send_message(desk.lin.id, "a")
    assert await desk.bot.delete_messages(desk.lin.id, [sent.message_id, 999])
    old = await desk.bot.send_message(desk.lin.id, "b")
    desk.clock.advance(48 * 3600 + 1)
    with refused("message can't be deleted"):
        await desk.bot.delete_message(desk.lin.id, old.message_id)
    assert desk.lin.chat.texts == ["/start", "b"]


async def test_files_go_and_come(desk: Desk) -> None:
    """What is uploaded can be sent again by its id, as the same kind only, and fetched."""
    bot, chat = desk.bot, desk.lin.id
    document = (await bot.send_document(chat, b"a,b", filename="账.csv", caption="账")).document
    assert document
    assert document.file_name == "账.csv"
    assert bytes(await (await bot.get_file(document.file_id)).download_as_bytearray()) == b"a,b"
    again = await bot.send_document(chat, document.file_id)
    assert again.document
    assert again.document.file_unique_id == document.file_unique_id
    with refused("can't use file of type Document as Photo"):
        await bot.send_photo(chat, document.file_id)
    with refused("wrong remote file identifier"):
        await bot.send_photo(chat, "nonsense")
    with refused("failed to get HTTP URL content"):
        await bot.send_photo(chat, "https://example.com/a.jpg")
    senders: list[Callable[[int, bytes], Coroutine[Any, Any, Any]]] = [
        bot.send_voice,
        bot.send_video,
        bot.send_video_note,
        bot.send_audio,
        bot.send_animation,
        bot.send_sticker,
    ]
    for send in senders:
        assert (await send(chat, b"data")).effective_attachment
    with refused("file must be non-empty"):
        await bot.send_voice(chat, b"")
    await bot.send_location(chat, 31.2, 121.5)
    await bot.send_venue(chat, 31.2, 121.5, "店", "路 1 号")
    await bot.send_contact(chat, "+86", "店")
    album = await bot.send_media_group(chat, [InputMediaPhoto(b"1", caption="一"), InputMediaPhoto(b"2")])
    assert len({message.media_group_id for message in album}) == 1
    with refused("wrong number of messages"):
        await bot.send_media_group(chat, [InputMediaPhoto(b"1")])
    photo = await desk.lin.sends_photo(b"jpeg")
    assert bytes(await (await bot.get_file(photo.file_id or "")).download_as_bytearray()) == b"jpeg"


async def test_copies_and_forwards(desk: Desk) -> None:
    """A copy has no origin, a forward has; what isn't there can't be copied, a service message neither."""
    group = desk.world.forum("组", [desk.anna])
    topic = await desk.anna.opens_topic(group, "t")
    photo = await desk.lin.sends_photo(b"x", caption="旧")
    text = await desk.lin.says("y")
    await desk.bot.copy_message(group.id, desk.lin.id, photo.id, caption="新", message_thread_id=topic.id)
    assert (topic.last.text, topic.last.origin) == ("新", None)
    desk.lin.hides_forwards = True
    forwarded = await desk.bot.forward_message(group.id, desk.lin.id, text.id, message_thread_id=topic.id)
    assert forwarded.forward_origin
    assert str(forwarded.forward_origin.type) == "hidden_user"
    assert len(await desk.bot.copy_messages(group.id, desk.lin.id, [photo.id, text.id, 999], message_thread_id=topic.id)) == 2
    assert len(await desk.bot.forward_messages(group.id, desk.lin.id, [photo.id, text.id])) == 2
    assert topic.texts == ["新", "y", "旧", "y"]
    with refused("message to copy not found"):
        await desk.bot.copy_message(group.id, desk.lin.id, 999)
    with refused("message can't be forwarded"):
        await desk.bot.forward_message(desk.lin.id, group.id, topic.id)


async def test_who_cannot_be_written_to(desk: Desk) -> None:
    """A stranger, somebody who blocked the bot, a group that threw it out, one that it left, one that moved."""
    group, small = desk.world.forum("组", [desk.anna]), desk.world.group("小组", [desk.anna])
    with refused("bot can't initiate conversation with a user", Forbidden):
        await desk.bot.send_message(desk.anna.id, "x")
    await desk.lin.blocks_bot()
    with refused("bot was blocked by the user", Forbidden):
        await desk.bot.send_message(desk.lin.id, "x")
    await desk.lin.says("算了")
    await desk.bot.send_message(desk.lin.id, "x")
    bigger = await desk.anna.upgrades(small)
    with pytest.raises(ChatMigrated) as moved:
        await desk.bot.send_message(small.id, "x")
    assert moved.value.new_chat_id == bigger.id
    await desk.bot.send_message(bigger.id, "x")
    await desk.bot.leave_chat(bigger.id)
    with refused("bot is not a member of the supergroup chat", Forbidden):
        await desk.bot.get_chat(bigger.id)
    await desk.anna.kicks_bot(group)
    with refused("bot was kicked from the supergroup chat", Forbidden):
        await desk.bot.send_message(group.id, "x")
    statuses = [update.my_chat_member.new_chat_member.status for update in await desk.updates() if update.my_chat_member]
    assert statuses == ["kicked", "member", "left", "kicked"]
