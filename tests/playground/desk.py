"""What the tests of the local Telegram share: a bot in it, a customer who has begun, an agent; and how they expect a refusal."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, TelegramError

from calmdesk.playground import MovableClock, Person, TelegramWorld


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


def refused(words: str, kind: type[TelegramError] = BadRequest) -> AbstractContextManager[Any]:
    """Expect an error with these words; the library changes capital letters."""
    return pytest.raises(kind, match=re.compile(re.escape(words), re.IGNORECASE))


def keyboard(*data: str, label: str = "Send {}") -> InlineKeyboardMarkup:
    """Return a row of buttons."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label.format(index), callback_data=one) for index, one in enumerate(data, 1)]])
