"""Whether a desk could open with its settings, as Telegram sees it: the token, the groups and the bot's rights in them, the admins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from telegram import Bot, Chat, ChatMember
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from calmdesk.config import Settings
from calmdesk.telegram.connection import UNKNOWN_TOKEN, bot_for, request_for
from calmdesk.telegram.logs import hiding
from calmdesk.telegram.updates import is_inside, may_manage_topics


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was found out."""

    text: str
    fault: bool = True
    """Whether it has to be mended; else it is good to know."""


async def ask_telegram(settings: Settings, token: str) -> list[Finding]:
    """Return everything that Telegram says is wrong, or worth knowing, at once."""
    with hiding(token):
        bot = bot_for(token, settings.telegram.api, request_for(1))
        try:
            await bot.initialize()
            return [finding async for finding in _findings(settings, bot)]
        except InvalidToken:
            return [Finding(f"CALMDESK_TOKEN: {UNKNOWN_TOKEN}")]
        except TelegramError as error:
            return [Finding(f"Telegram can't be asked now ({settings.telegram.api}): {error}")]
        finally:
            await bot.shutdown()


async def _findings(settings: Settings, bot: Bot) -> AsyncIterator[Finding]:
    yield Finding(f"the token is that of @{bot.username}", fault=False)
    if not bot.supports_inline_queries:
        yield Finding("inline mode is off: agents can't find scripts from other chats; @BotFather: /setinline", fault=False)
    for group in settings.staff.groups:
        async for finding in _group(bot, group):
            yield finding
    for admin in settings.staff.admins:
        async for finding in _admin(bot, admin):
            yield finding


async def _group(bot: Bot, group: int) -> AsyncIterator[Finding]:
    """Find out whether a group is one in which the desk can work."""
    where = f"[staff] groups: {group}"
    try:
        chat = await bot.get_chat(group)
        member = await bot.get_chat_member(group, bot.id)
    except (BadRequest, Forbidden) as error:
        yield Finding(f"{where}: the bot isn't in it, or there is no such group ({error}); add @{bot.username} to the group")
        return
    where += f" ({chat.effective_name})"
    if chat.type != Chat.SUPERGROUP or not chat.is_forum:
        yield Finding(f"{where}: has no topics; switch them on in the group's settings")
    if not is_inside(member):
        yield Finding(f"{where}: the bot isn't in it; add @{bot.username} to the group")
    elif member.status not in {ChatMember.ADMINISTRATOR, ChatMember.OWNER}:
        yield Finding(f"{where}: the bot is no administrator; make it one, with the right to manage topics")
    elif not may_manage_topics(member):
        yield Finding(f"{where}: the bot may not manage topics; give it that right")


async def _admin(bot: Bot, admin: int) -> AsyncIterator[Finding]:
    """Find out whether an admin is a person."""
    where = f"[staff] admins: {admin}"
    if admin <= 0:
        yield Finding(f"{where}: is the number of a group; a person's is positive")
        return
    try:
        chat = await bot.get_chat(admin)
    except (BadRequest, Forbidden):
        yield Finding(f"{where}: not known to the bot yet: once it runs, this person opens @{bot.username} and presses Start", fault=False)
        return
    if chat.type != Chat.PRIVATE or admin == bot.id:
        yield Finding(f"{where}: isn't a person")
