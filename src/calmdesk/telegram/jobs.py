"""What the desk does by the clock: daily work, taking over changed files of the playbook, keeping people's menus of commands up to date."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, time
from time import monotonic

from telegram import BotCommand, BotCommandScope, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ExtBot, JobQueue

from calmdesk.store.store import Books
from calmdesk.telegram.context import DeskContext

_LOG = logging.getLogger(__name__)

_LOOK_EVERY = 5.0
"""Seconds."""
_SOON = 10.0
_AT_NIGHT = time(4, 0)
_SCRUB_EVERY = 3600.0
_REFUSED_FOR = 60.0

Menu = tuple[int | None, str, tuple[tuple[str, str], ...]]
"""The commands of a chat (None: of every private chat) for people of a language ("": of any): each with its description."""


def schedule(queue: JobQueue[DeskContext]) -> None:
    """Put everything that happens by the clock on it."""
    queue.run_once(daily, _SOON, name="daily, at the start")
    queue.run_daily(daily, _AT_NIGHT.replace(tzinfo=datetime.now().astimezone().tzinfo), name="daily")
    queue.run_repeating(scrub, _SCRUB_EVERY, name="scrub")
    queue.run_repeating(look, _LOOK_EVERY, name="playbook")
    queue.run_repeating(Menus().refresh, _LOOK_EVERY, first=0.1, name="menus")


async def daily(context: DeskContext) -> None:
    """Have the desk do its daily work, and take what it erased out of the file."""
    while await context.house.store.write(context.house.desk.daily):
        await asyncio.sleep(0)  # customers' messages come between
    context.house.sender.wake()
    await scrub(context)


async def scrub(context: DeskContext) -> None:
    """Take the last traces of what was erased out of the file; where somebody reads, the next time."""
    await context.house.store.scrub()


async def look(context: DeskContext) -> None:
    """Take over files of the playbook that have changed; reading them happens beside everything else."""
    house = context.house
    found = await asyncio.to_thread(house.desk.look)
    if found is None:
        return
    _LOG.info("The playbook's files have changed")
    await house.store.write(lambda books: house.desk.reload(books, found))
    house.sender.wake()


class Menus:
    """Keeps the menus as the desk wants them; the staff's change with their roles."""

    def __init__(self) -> None:
        self._set: dict[tuple[int | None, str], tuple[tuple[str, str], ...]] = {}
        self._refused: dict[tuple[int | None, str], float] = {}
        """When a menu that was refused is tried again."""

    async def refresh(self, context: DeskContext) -> None:
        """Set the menus that aren't as they should be; a desk without any isn't asked."""
        menus: Callable[[Books], Sequence[Menu]] | None = getattr(context.house.desk, "menus", None)
        if menus is None:
            return
        wanted = {(chat_id, language): commands for chat_id, language, commands in await context.house.store.read(menus)}
        for key in [*wanted, *(key for key in self._set if key not in wanted)]:
            commands = wanted.get(key, ())
            if self._set.get(key) == commands or self._refused.get(key, 0.0) > monotonic():
                continue
            try:
                await _set_menu(context.bot, *key, commands)
            except (BadRequest, Forbidden) as error:  # somebody who never wrote to the bot, say
                _LOG.info("The menu of chat %s can't be set: %s", key[0], error)
                self._refused[key] = monotonic() + _REFUSED_FOR
                if key in wanted:
                    continue
            except TelegramError as error:
                _LOG.warning("Menus can't be set now: %s", error)
                return
            if key in wanted:
                self._set[key] = commands
            else:
                self._set.pop(key)


async def _set_menu(bot: ExtBot[None], chat_id: int | None, language: str, commands: tuple[tuple[str, str], ...]) -> None:
    scope: BotCommandScope = BotCommandScopeAllPrivateChats() if chat_id is None else BotCommandScopeChat(chat_id)
    if commands:
        await bot.set_my_commands([BotCommand(*command) for command in commands], scope, language or None)
    else:
        await bot.delete_my_commands(scope, language or None)
