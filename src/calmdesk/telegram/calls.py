"""Calls as methods of the Bot API: each is made once, and what became of it is an outcome, never an exception."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from telegram import (
    Bot,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputFile,
    InputTextMessageContent,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError

from calmdesk.desk.calls import Button, Call, Change, ChangeTopic, Copy, MakeTopic, Outcome, Remove, Results, Say, SendFile, Toast
from calmdesk.telegram.troubles import outcome_of

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_FROM_SEARCH = "search"
"""What `/start` carries for somebody who comes from a search that found nothing."""


class _UnsendableError(TelegramError):
    """A kind of message that a bot can't send."""


async def perform(bot: Bot, call: Call) -> Outcome:
    """Make *call* and return what became of it."""
    try:
        return Outcome(done=True, number=await _number_of(bot, call))
    except _UnsendableError as error:
        return Outcome(done=False, trouble="refused", reason=str(error))
    except TelegramError as error:
        return outcome_of(error)


async def _number_of(bot: Bot, call: Call) -> int | None:
    """Make *call* and return the number of the message or topic that came of it."""
    match call:
        case Say():
            return await _say(bot, call)
        case Change():
            await bot.edit_message_text(
                call.text,
                call.chat_id,
                call.message_id,
                parse_mode=_mode(call.marked),
                link_preview_options=_NO_PREVIEW,
                reply_markup=_keyboard(call.buttons),
                business_connection_id=call.connection or None,
            )
            return call.message_id
        case Remove():
            await bot.delete_messages(call.chat_id, list(call.message_ids))
            return None
        case Copy():
            return await _copy(bot, call)
        case SendFile():
            file = InputFile(call.data.encode(), filename=call.name)
            return (await bot.send_document(call.chat_id, file, caption=call.caption or None)).message_id
        case Toast():
            await bot.answer_callback_query(call.tap_id, call.text or None, show_alert=call.box)
            return None
        case Results():
            await _answer(bot, call)
            return None
        case MakeTopic():
            return (await bot.create_forum_topic(call.chat_id, call.name, icon_color=call.colour)).message_thread_id
        case ChangeTopic():
            await _change_topic(bot, call)
            return call.thread


async def _say(bot: Bot, call: Say) -> int:
    message = await bot.send_message(
        call.chat_id,
        call.text,
        parse_mode=_mode(call.marked),
        message_thread_id=call.thread or None,
        reply_markup=_keyboard(call.buttons) or (ForceReply(selective=call.reply_to is not None) if call.asks else None),
        reply_parameters=_reply(call.reply_to),
        link_preview_options=_NO_PREVIEW,
        disable_notification=call.quietly,
        business_connection_id=call.connection or None,
    )
    return message.message_id


async def _copy(bot: Bot, call: Copy) -> int:
    common: dict[str, Any] = {"message_thread_id": call.thread or None, "reply_parameters": _reply(call.reply_to)}
    if not call.kind:
        copied = await bot.copy_message(call.chat_id, call.from_chat_id, call.message_id, caption=call.caption, **common)
        return copied.message_id
    common["business_connection_id"] = call.connection or None
    if call.kind in _FILES:
        send, has_caption = _FILES[call.kind]
        if has_caption:
            common["caption"] = call.caption or None
        return (await send(bot)(call.chat_id, call.file_id, **common)).message_id
    if call.kind == "text":
        return (await bot.send_message(call.chat_id, call.caption or "", link_preview_options=_NO_PREVIEW, **common)).message_id
    return (await _send_details(bot, call, common)).message_id


_Send = Callable[..., Awaitable[Message]]
_FILES: Mapping[str, tuple[Callable[[Bot], _Send], bool]] = {
    "photo": (lambda bot: bot.send_photo, True),
    "voice": (lambda bot: bot.send_voice, True),
    "audio": (lambda bot: bot.send_audio, True),
    "video": (lambda bot: bot.send_video, True),
    "video_note": (lambda bot: bot.send_video_note, False),
    "animation": (lambda bot: bot.send_animation, True),
    "file": (lambda bot: bot.send_document, True),
    "sticker": (lambda bot: bot.send_sticker, False),
}
"""How a file of each kind is sent again by its number, and whether it can carry words."""


_NEEDED = {"location": ("latitude", "longitude"), "venue": ("latitude", "longitude"), "contact": ("phone", "name")}


async def _send_details(bot: Bot, call: Copy, common: Mapping[str, Any]) -> Message:
    """Send anew what has no file: a place or a contact."""
    details = call.details
    if missing := [key for key in _NEEDED.get(call.kind, ()) if key not in details]:
        raise _UnsendableError(f"the {call.kind} can't be sent again: {', '.join(missing)} isn't known")
    match call.kind:
        case "location":
            return await bot.send_location(call.chat_id, details["latitude"], details["longitude"], **common)
        case "venue":
            return await bot.send_venue(
                call.chat_id, details["latitude"], details["longitude"], details.get("title", ""), details.get("address", ""), **common
            )
        case "contact":
            return await bot.send_contact(call.chat_id, details["phone"], details["name"], **common)
        case kind:
            raise _UnsendableError(f"a bot can't send a message of the kind {kind!r} again")


async def _answer(bot: Bot, call: Results) -> None:
    articles = [
        InlineQueryResultArticle(
            one.id,
            one.title,
            InputTextMessageContent(one.text, link_preview_options=_NO_PREVIEW),
            description=one.description,
        )
        for one in call.found
    ]
    button = InlineQueryResultsButton(call.nothing, start_parameter=_FROM_SEARCH) if call.nothing and not articles else None
    await bot.answer_inline_query(
        call.query_id, articles, cache_time=0, is_personal=True, next_offset=call.next_offset or None, button=button
    )


async def _change_topic(bot: Bot, call: ChangeTopic) -> None:
    if call.ended:
        await bot.delete_forum_topic(call.chat_id, call.thread)
        return
    if call.name is not None:
        try:
            await bot.edit_forum_topic(call.chat_id, call.thread, name=call.name)
        except TelegramError as error:
            if call.closed is None or outcome_of(error).trouble != "same":
                raise
    if call.closed is not None:
        change = bot.close_forum_topic if call.closed else bot.reopen_forum_topic
        await change(call.chat_id, call.thread)


def _mode(marked: bool) -> ParseMode | None:
    return ParseMode.HTML if marked else None


def _reply(message_id: int | None) -> ReplyParameters | None:
    return None if message_id is None else ReplyParameters(message_id, allow_sending_without_reply=True)


def _keyboard(buttons: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    return InlineKeyboardMarkup([[_button(one) for one in row] for row in buttons]) if buttons else None


def _button(button: Button) -> InlineKeyboardButton:
    if button.copies:
        return InlineKeyboardButton(button.label, copy_text=CopyTextButton(button.copies))
    if button.url:
        return InlineKeyboardButton(button.label, url=button.url)
    return InlineKeyboardButton(button.label, callback_data=button.data)
