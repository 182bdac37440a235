"""Taps, searches and menus."""

from __future__ import annotations

import asyncio

import pytest
from telegram import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChatAdministrators,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    KeyboardButton,
    ReplyKeyboardMarkup,
)

from tests.playground.desk import Desk, keyboard, refused


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
