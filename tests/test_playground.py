"""The local Bot API server: strict as Telegram, with people who write and tap."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import aiogram.methods
import httpx
import pytest
from aiohttp import web
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChatAdministrators,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputMediaPhoto,
    InputTextMessageContent,
    KeyboardButton,
    ReplyKeyboardMarkup,
    Update,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

from calmdesk.playground import (
    BadGateway,
    Dropped,
    Limits,
    LostAnswer,
    MovableClock,
    NeverAnswered,
    Person,
    Slow,
    TelegramWorld,
    flood,
    server_error,
)
from calmdesk.playground.methods import METHODS, UNCOVERED
from tests.botapi import PLAIN, check_request, checked_world, new_application, new_bot

SECRET = "Geheim-1"  # noqa: S105 - a test's own


@dataclass
class Desk:
    """A world with a bot on it, a customer who has begun, and an agent in a forum."""

    world: TelegramWorld
    bot: Bot
    clock: MovableClock
    lin: Person
    anna: Person

    async def updates(self, seconds: float = 0) -> list[Update]:
        """Fetch what waits and acknowledge it."""
        found = list(await self.bot.get_updates(timeout=int(seconds), allowed_updates=Update.ALL_TYPES))
        if found:
            await self.bot.get_updates(offset=found[-1].update_id + 1)
        return found


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """Return a checked world with its people."""
    clock = MovableClock()
    async with checked_world(clock=clock) as world, new_bot(world) as bot:
        lin, anna = world.person("林 小姐", language_code="zh-hans", username="lin_xj"), world.person("Anna", language_code="en")
        await lin.starts()
        yield Desk(world, bot, clock, lin, anna)


@pytest.fixture
def _new_durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the library give durations as it will in its next version, without a warning."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


def refused(words: str, kind: type[TelegramError] = BadRequest) -> AbstractContextManager[Any]:
    """Expect an error with these words; the library changes capital letters."""
    return pytest.raises(kind, match=re.compile(re.escape(words), re.IGNORECASE))


def keyboard(*data: str, label: str = "Send {}") -> InlineKeyboardMarkup:
    """Return a row of buttons."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label.format(index), callback_data=one) for index, one in enumerate(data, 1)]])


def _names(owner: object) -> set[str]:
    return {name for name in dir(owner) if re.fullmatch(r"[a-z]+([A-Z][a-z0-9]*)+", name) and callable(getattr(owner, name))}


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


# The server


async def test_it_starts_and_stops_at_once() -> None:
    """Ten servers come and go in under a second."""
    begun = time.perf_counter()
    for _ in range(10):
        async with TelegramWorld.serve() as world, httpx.AsyncClient(verify=PLAIN) as client:
            assert (await client.get(f"{world.url}/bot{world.token}/getMe")).json()["result"]["username"] == "calmdesk_bot"

    assert time.perf_counter() - begun < 3


def test_every_method_of_the_library_is_covered_or_refused_by_name() -> None:
    """No method of the library is unknown here, and no name is made up."""
    typed = {name[0].lower() + name[1:] for name in aiogram.methods.__all__}
    covered = {row.name for row in METHODS.values()}

    assert _names(Bot) <= covered | UNCOVERED
    assert covered | UNCOVERED <= typed
    assert not covered & UNCOVERED


async def test_what_it_cannot_do_it_refuses(desk: Desk) -> None:
    """A method that isn't covered says so, another name is not found, a wrong token is nobody's."""
    with refused("method sendPoll isn't available"):
        await desk.bot.send_poll(desk.lin.id, "?", ["a", "b"])
    async with httpx.AsyncClient(verify=PLAIN) as client:
        missing = await client.get(f"{desk.world.url}/bot{desk.world.token}/sendLove")
        assert (missing.status_code, missing.json()) == (404, {"ok": False, "error_code": 404, "description": "Not Found"})
        assert (await client.get(f"{desk.world.url}/bot{desk.world.token}/GETME")).json()["ok"]
    with pytest.raises(InvalidToken):
        async with new_bot(desk.world, "1:wrong"):
            pass


async def test_parameters_come_as_json_form_or_query(desk: Desk) -> None:
    """All ways to send parameters mean the same."""
    address = f"{desk.world.url}/bot{desk.world.token}/sendMessage"
    asked: dict[str, Any] = {"chat_id": desk.lin.id, "text": "好"}
    async with httpx.AsyncClient(verify=PLAIN) as client:
        for sent in (client.post(address, json=asked), client.post(address, data=asked), client.get(address, params=asked)):
            assert (await sent).json()["result"]["text"] == "好"
        assert (await client.post(address, content=b"{", headers={"content-type": "application/json"})).json()["error_code"] == 400


async def test_a_request_of_a_wrong_shape_fails_the_test() -> None:
    """The check refuses a parameter that the method doesn't have, and `serve` raises at its end."""

    async def careless() -> None:
        async with TelegramWorld.serve() as world, new_bot(world) as bot:
            world.check = check_request
            await world.person("Li").starts()
            with refused("doesn't know"):
                await bot.send_message(100001, "hi", api_kwargs={"colour": "red"})

    with pytest.raises(ExceptionGroup, match="wrong shape"):
        await careless()


@pytest.mark.parametrize(
    "values",
    [
        {"chat_id": 1, "text": "a", "message_thread_id": "x"},
        {"chat_id": 1},
        {"chat_id": 1, "text": "a", "reply_markup": '{"inline_keyboard": [[{"text": "a", "data": "b"}]]}'},
    ],
)
def test_the_check_finds_wrong_shapes(values: dict[str, Any]) -> None:
    """A wrong type, a missing parameter and an unknown part of a keyboard are found."""
    with pytest.raises((TypeError, ValueError)):
        check_request("sendMessage", values, {})


# What people do


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


# Updates


async def test_updates_come_again_until_they_are_acknowledged(desk: Desk) -> None:
    """The offset acknowledges; without it the same comes again, and unwanted kinds don't come at all."""
    await desk.lin.says("一")
    first = await desk.bot.get_updates()
    assert [update.update_id for update in await desk.bot.get_updates()] == [update.update_id for update in first]
    assert [update.message.text for update in await desk.bot.get_updates(offset=first[-1].update_id) if update.message] == ["一"]
    assert await desk.bot.get_updates(offset=first[-1].update_id + 1, allowed_updates=["callback_query"]) == ()
    await desk.lin.says("二")
    assert await desk.bot.get_updates() == ()
    assert (await desk.bot.get_webhook_info()).allowed_updates == ("callback_query",)


async def test_a_long_poll_waits_and_a_second_poller_is_a_conflict(desk: Desk) -> None:
    """A poll ends when something comes; another poll ends the first one with 409."""
    await desk.updates()
    waiting = asyncio.create_task(desk.bot.get_updates(timeout=5))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(desk.bot.get_updates(timeout=5))
    with refused("terminated by other getUpdates", Conflict):
        await waiting
    await desk.lin.says("你好")
    assert len(await second) == 1


async def test_old_taps_are_forgotten(desk: Desk) -> None:
    """A tap that nobody fetches is gone after 150 seconds, a message after a day."""
    await desk.updates()
    await desk.bot.send_message(desk.lin.id, "?", reply_markup=keyboard("a"))
    with pytest.raises(TimeoutError, match="didn't answer"):
        await desk.lin.taps("a", timeout=0.01)
    await desk.lin.says("?")
    desk.clock.advance(151)
    assert [update.message is not None for update in await desk.bot.get_updates()] == [True]
    desk.clock.advance(86400)
    assert await desk.bot.get_updates() == ()


async def test_updates_may_come_twice_in_disorder_or_broken(desk: Desk) -> None:
    """The faults of delivery: each of them on demand."""
    await desk.updates()
    desk.world.updates.deliver_twice()
    await desk.lin.says("一")
    assert [len(await desk.updates()), len(await desk.updates()), len(await desk.updates())] == [1, 1, 0]
    desk.world.updates.reverse(2)
    await desk.lin.says("二")
    assert await desk.bot.get_updates() == ()
    await desk.lin.says("三")
    assert [update.message.text for update in await desk.bot.get_updates() if update.message] == ["三", "二"]
    desk.world.updates.clear()
    desk.world.updates.push_raw({"message": {"message_id": "?"}})
    with pytest.raises((TypeError, KeyError)):
        await desk.bot.get_updates()


@dataclass
class Receiver:
    """A web server that takes updates, failing first as often as it is told to."""

    application: Application[Any, Any, Any, Any, Any, Any]
    failures: int = 0
    secrets: list[str] | None = None

    async def take(self, request: web.Request) -> web.Response:
        """Answer one update."""
        if self.failures:
            self.failures -= 1
            return web.Response(status=500)
        self.secrets = [*(self.secrets or []), request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")]
        raw = await request.json()
        await self.application.update_queue.put(Update.de_json(raw, self.application.bot))
        if raw["message"]["text"] == "答":
            return web.json_response({"method": "sendMessage", "chat_id": raw["message"]["chat"]["id"], "text": "在回答里"})
        return web.Response()


async def _answer(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:  # noqa: ARG001 - a handler has both
    assert update.effective_message
    await update.effective_message.reply_text(f"您说{update.effective_message.text}", reply_markup=keyboard("go"))


async def test_an_application_polls() -> None:
    """The library's application runs on the server as on Telegram: commands, texts, taps."""

    async def tapped(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:  # noqa: ARG001 - a handler has both
        assert update.callback_query
        await update.callback_query.answer("好", show_alert=True)
        await update.callback_query.edit_message_text("完了")

    async with checked_world() as world:
        application = new_application(world)
        application.add_handler(CommandHandler("start", _answer))
        application.add_handler(MessageHandler(filters.TEXT, _answer))
        application.add_handler(CallbackQueryHandler(tapped))
        lin = world.person("林小姐")
        async with application:
            assert application.updater
            await application.updater.start_polling(timeout=1)
            await application.start()
            await lin.starts("shop7")
            await lin.chat.until(lambda messages: messages[-1].text == "您说/start shop7")
            await lin.says("快递呢?")
            await lin.chat.until(lambda messages: messages[-1].text == "您说快递呢?")
            assert (await lin.taps("Send 1")).show_alert
            await lin.chat.until(lambda messages: messages[-1].text == "完了" and not messages[-1].buttons)
            await application.updater.stop()
            await application.stop()


async def test_a_webhook_is_tried_until_it_answers(desk: Desk) -> None:
    """Updates reach the address with the secret, in order, again after failures; the answer may hold a call."""
    await desk.updates()
    application = new_application(desk.world)
    receiver = Receiver(application, failures=2)
    site = web.Application()
    site.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    application.add_handler(MessageHandler(filters.TEXT, _answer))
    with refused("addresses on this machine only"):
        await desk.bot.set_webhook("https://example.com/hook")
    async with application:
        await application.start()
        await desk.bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token=SECRET, max_connections=2)
        with refused("while webhook is active", Conflict):
            await desk.bot.get_updates()
        for text in ("一", "二", "答"):
            await desk.lin.says(text)
        assert (await desk.bot.get_webhook_info()).pending_update_count == 3
        await desk.lin.chat.until(lambda messages: {"您说一", "您说二", "您说答", "在回答里"} <= {message.text for message in messages})
        info = await desk.bot.get_webhook_info()
        assert (info.pending_update_count, info.last_error_message) == (0, "Wrong response from the webhook: 500 Internal Server Error")
        assert receiver.secrets == [SECRET] * 3
        await desk.bot.delete_webhook()
        await desk.lin.says("三")
        assert len(await desk.bot.get_updates()) == 1
        await application.stop()
    await runner.cleanup()


# Sending and editing


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


# Topics, members, pins


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


# Taps, searches, menus


async def test_keys_of_a_reply_keyboard(desk: Desk) -> None:
    """A key says its label, or sends the person's own number."""
    keys = ReplyKeyboardMarkup([["订单", KeyboardButton("电话", request_contact=True)]], resize_keyboard=True)
    await desk.bot.send_message(desk.lin.id, "?", reply_markup=keys)

    assert (await desk.lin.presses("订单")).text == "订单"
    assert (await desk.lin.presses("电话")).body["contact"]["user_id"] == desk.lin.id
    with pytest.raises(LookupError, match="no key"):
        await desk.lin.presses("退款")


async def test_a_tap_is_answered_once_and_in_time(desk: Desk) -> None:
    """The person sees the answer; a second or a late one is refused; other buttons need no bot."""
    await desk.updates()
    buttons = [InlineKeyboardButton("✅ 发送", callback_data="s:1"), InlineKeyboardButton("网页", url="https://a.cn")]
    await desk.bot.send_message(desk.lin.id, "?", reply_markup=InlineKeyboardMarkup([buttons]))
    tap = asyncio.create_task(desk.lin.taps("发送"))
    query = (await desk.updates(1))[0].callback_query
    assert query
    assert (query.data, query.message and query.message.message_id) == ("s:1", desk.lin.chat.last.id)
    await query.answer("已发送", show_alert=True)
    assert ((await tap).text, (await tap).show_alert) == ("已发送", True)
    with refused("query is too old and response timeout expired or query ID is invalid"):
        await query.answer()
    assert (await desk.lin.taps("网页")).url == "https://a.cn"
    with pytest.raises(LookupError, match="no button"):
        await desk.lin.taps("删除")
    late = asyncio.create_task(desk.lin.taps("s:1", timeout=0.2))
    query = (await desk.updates(1))[0].callback_query
    desk.clock.advance(31)
    assert query
    with refused("query is too old"):
        await query.answer()
    with pytest.raises(TimeoutError):
        await late


async def test_scripts_are_found_from_any_chat(desk: Desk) -> None:
    """An inline search is answered and remembered; what is taken arrives, can be tapped and edited."""
    await desk.updates()
    search = asyncio.create_task(desk.lin.types_inline("快递"))
    query = (await desk.updates(1))[0].inline_query
    assert query
    article = InlineQueryResultArticle(
        "r1", "延误", InputTextMessageContent("<b>抱歉</b>", parse_mode="HTML"), reply_markup=keyboard("go"), description="致歉"
    )
    with refused("RESULT_ID_DUPLICATE"):
        await query.answer([article, article])
    await query.answer([article], cache_time=60)
    result = (await search)[0]
    assert (result.title, result.description) == ("延误", "致歉")
    assert [again.id for again in await desk.lin.types_inline("快递")] == ["r1"]
    group = desk.world.forum("组", [desk.anna, desk.lin])
    message = await desk.lin.picks(result, to=group)
    assert (message.text, message.via_bot) == ("抱歉", desk.world.bot)
    updates = await desk.updates()
    chosen = next(update.chosen_inline_result for update in updates if update.chosen_inline_result)
    assert chosen.inline_message_id
    assert await desk.bot.edit_message_text("改了", inline_message_id=chosen.inline_message_id) is True
    assert group.last.text == "改了"


async def test_menus_depend_on_place_and_language(desk: Desk) -> None:
    """The narrowest list wins, the person's language first."""
    bot, group = desk.bot, desk.world.forum("组", [desk.anna])
    await bot.set_my_commands([BotCommand("help", "Help")])
    await bot.set_my_commands([BotCommand("help", "帮助")], language_code="zh")
    await bot.set_my_commands([BotCommand("forget", "Forget me")], scope=BotCommandScopeAllPrivateChats())
    await bot.set_my_commands([BotCommand("team", "Team")], scope=BotCommandScopeChatAdministrators(group.id))
    assert desk.lin.menu()[0]["command"] == "forget"
    assert desk.anna.menu(group)[0]["command"] == "team"
    assert desk.lin.menu(group)[0]["description"] == "帮助"
    await bot.delete_my_commands(scope=BotCommandScopeAllPrivateChats())
    assert [command.description for command in await bot.get_my_commands(language_code="zh")] == ["帮助"]
    with refused("BOT_COMMAND_INVALID"):
        await bot.set_my_commands([BotCommand("帮助", "x")])
    await bot.set_my_name("冷静台")
    await bot.set_my_description("长", language_code="zh")
    await bot.set_my_short_description("短")
    assert ((await bot.get_me()).first_name, (await bot.get_my_description("zh")).description) == ("冷静台", "长")
    assert (await bot.get_my_short_description("zh")).short_description == "短"
    assert (await bot.get_chat_menu_button(desk.lin.id)).type == "commands"


# A shop's own chats


async def test_a_business_chat_can_be_answered_for_a_day(desk: Desk) -> None:
    """The bot answers in the shop's name, within 24 hours, with the rights that it has."""
    bot, lin = desk.bot, desk.lin
    shop = desk.world.business("山货铺")
    where: dict[str, Any] = {"chat_id": lin.id, "business_connection_id": shop.id}
    with refused("chat not found"):
        await bot.send_message(**where, text="x")
    await shop.says("欢迎", to=lin)
    with refused("BUSINESS_PEER_USAGE_MISSING"):
        await bot.send_message(**where, text="x")
    asked = await lin.says("在吗", via=shop)
    sent = await bot.send_message(**where, text="在", reply_markup=keyboard("a"))
    assert (sent.from_user and sent.from_user.first_name, sent.sender_business_bot and sent.sender_business_bot.id) == ("山货铺", bot.id)
    await bot.edit_message_text("在的", lin.id, sent.message_id, business_connection_id=shop.id)
    assert shop.chat_with(lin).texts == ["欢迎", "在吗", "在的"]
    assert await bot.read_business_message(shop.id, lin.id, asked.id)
    assert await bot.delete_business_messages(shop.id, [sent.message_id])
    desk.clock.advance(24 * 3600 + 1)
    with refused("BUSINESS_PEER_USAGE_MISSING"):
        await bot.send_message(**where, text="x")
    await lin.says("?", via=shop)
    await shop.allows("can_read_messages")
    with refused("BUSINESS_CONNECTION_NOT_ALLOWED"):
        await bot.send_message(**where, text="x")
    await shop.disconnects()
    await lin.says("没人看见", via=shop)
    with refused("BUSINESS_CONNECTION_INVALID"):
        await bot.send_message(**where, text="x")
    assert (await bot.get_business_connection(shop.id)).is_enabled is False
    updates = await desk.updates()
    assert [update.business_message.text for update in updates if update.business_message] == ["?"]


# Limits and faults


@pytest.mark.usefixtures("_new_durations")
async def test_telegrams_limits_are_kept() -> None:
    """Three at once and then one a second in private, 20 a minute in a group, 30 a second in all; all is recorded."""
    clock = MovableClock(1_800_000_000, speed=0)
    async with checked_world(clock=clock, limits=True) as world, new_bot(world) as bot:
        lin = world.person("林")
        group = world.forum("组", [lin])
        await lin.starts()

        async def count_sent(chat_id: int, tries: int) -> tuple[int, int]:
            for done in range(tries):
                try:
                    await bot.send_message(chat_id, "x")
                except RetryAfter as error:
                    return done, cast("timedelta", error.retry_after) // timedelta(seconds=1)
            return tries, 0

        assert await count_sent(lin.id, 5) == (3, 1)
        clock.advance(1)
        assert await count_sent(lin.id, 5) == (1, 1)
        assert await count_sent(group.id, 25) == (20, 60)
        clock.advance(59)
        assert await count_sent(group.id, 1) == (0, 1)
        clock.advance(1)
        assert await count_sent(group.id, 25) == (20, 60)
        crowd = [world.person(f"p{number}") for number in range(12)]
        for person in crowd:
            await person.starts()
        assert [await count_sent(person.id, 1) for person in crowd] == [(1, 0)] * 10 + [(0, 1)] * 2
        assert (world.gate.busiest(group), world.gate.busiest(seconds=1), len(world.gate.refused(group))) == (20, 30, 3)
    async with checked_world(limits=Limits(burst=1)) as world, new_bot(world) as bot:
        lin = world.person("林")
        await lin.starts()
        await bot.send_message(lin.id, "x")
        with pytest.raises(RetryAfter):
            await bot.send_message(lin.id, "x")


@pytest.mark.parametrize(
    ("fault", "error", "arrived"),
    [
        (flood(7), RetryAfter, False),
        (server_error(), NetworkError, False),
        (BadGateway(), NetworkError, False),
        (Dropped(), NetworkError, False),
        (LostAnswer(), NetworkError, True),
        (NeverAnswered(), TimedOut, False),
        (NeverAnswered(with_effect=True), TimedOut, True),
        (Slow(0.05), None, True),
    ],
    ids=lambda value: type(value).__name__ + str(value)[-6:-1] if not isinstance(value, type) else value.__name__,
)
@pytest.mark.usefixtures("_new_durations")
async def test_each_fault_happens_once(fault: Any, error: type[TelegramError] | None, arrived: bool) -> None:
    """The library sees the fault that was asked for; the effect is there or not; the next request is well again."""
    async with checked_world() as world, new_bot(world, read_timeout=0.3) as bot:
        lin = world.person("林")
        await lin.starts()
        world.faults.add(fault, method="sendMessage", chat_id=lin.id)
        if error:
            with pytest.raises(error):
                await bot.send_message(lin.id, "一")
        else:
            await bot.send_message(lin.id, "一")
        await bot.send_message(lin.id, "二")

        assert lin.chat.texts == ["/start", *(["一"] if arrived else []), "二"]
        assert len(world.faults.happened) == 1


async def test_a_share_of_requests_fails_the_same_in_every_run() -> None:
    """The seed decides which requests fail."""

    async def outcome(seed: int) -> list[bool]:
        async with checked_world(seed=seed) as world, new_bot(world) as bot:
            world.faults.add(server_error(), method="getMyName", share=0.4)
            done = []
            for _ in range(12):
                try:
                    await bot.get_my_name()
                    done.append(True)
                except NetworkError:
                    done.append(False)
            world.faults.clear()
            return done

    first = await outcome(3)
    assert first == await outcome(3)
    assert {True, False} == set(first)
    assert first != await outcome(4)
