"""How updates come from the local Bot API server: by polling and by webhook, again and again until they are acknowledged."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from telegram import Update
from telegram.error import Conflict
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

from tests.botapi import checked_world, new_application
from tests.playground.desk import Desk, keyboard, refused

SECRET = "Geheim-1"  # noqa: S105 - a test's own


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


async def test_what_comes_the_moment_a_poll_begins_to_wait_is_not_left_lying(desk: Desk) -> None:
    """An update that is queued before the poll's own waiting has had its turn answers that poll."""
    await desk.updates()
    poll = asyncio.create_task(desk.world.updates.take(None, 100, 5, None))
    await asyncio.sleep(0)
    await desk.lin.says("一")

    async with asyncio.timeout(1):
        assert len(await poll) == 1


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
