"""Polling: asks Telegram for updates, as they are, and asks for the next only when these are committed.

The library's own poller parses each batch first; one update that it can't parse would then keep all others from coming for ever.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from typing import Any
from urllib.parse import urlencode

from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import BaseRequest

from calmdesk.telegram.connection import UNKNOWN_TOKEN, EdgeError
from calmdesk.telegram.intake import Intake
from calmdesk.telegram.troubles import seconds
from calmdesk.telegram.updates import ALLOWED_UPDATES

_LOG = logging.getLogger(__name__)

LONG_POLL = 30
"""Seconds for which Telegram holds a request back while there is nothing new."""
_ANSWERS_WITHIN = LONG_POLL + 15
_LONGEST_PAUSE = 30.0
_CONFLICTS = 5
"""So many times in a row another poller may be there (one that is just going, say) before this one gives up."""


class Poller:
    """Polls for one bot, by its own requests."""

    def __init__(self, bot: Bot, request: BaseRequest, intake: Intake, *, pause: float = 1.0) -> None:
        self._bot = bot
        self._request = request
        self._intake = intake
        self._pause = pause
        """Seconds before the second try after an error; each further one waits twice as long."""
        self._offset = 0
        self._failures = 0
        self._conflicts = 0
        self._asking: asyncio.Task[None] | None = None
        self._stopping = False

    async def run(self) -> None:
        """Poll until stopped; raise EdgeError where that is no use."""
        while not self._stopping:
            self._asking = asyncio.create_task(self._once())
            await asyncio.wait([self._asking])
            if not self._asking.cancelled():
                self._asking.result()

    async def stop(self) -> None:
        """Stop asking; what was not acknowledged comes again at the next start."""
        self._stopping = True
        if self._asking is not None:
            self._asking.cancel()

    async def _once(self) -> None:
        """Ask once and keep what comes, or wait a while after an error."""
        try:
            batch = await self._ask()
            # Once it has come it is kept, even when told to stop meanwhile.
            last = await asyncio.shield(self._intake.keep(batch))
        except InvalidToken as error:
            raise EdgeError(UNKNOWN_TOKEN) from error
        except Conflict as error:
            await self._conflict(error)
        except RetryAfter as error:
            await asyncio.sleep(seconds(error.retry_after))
        except (TelegramError, sqlite3.Error) as error:
            await self._failed(error)
        else:
            self._conflicts = 0
            if last is not None:
                self._failures, self._offset = 0, last + 1
            elif batch:  # nothing in it can be acknowledged: asked again at once it would come again at once
                await self._failed(ValueError("a batch without a single update in it"))
            else:
                self._failures = 0

    async def _ask(self) -> list[Any]:
        query = urlencode({"offset": self._offset, "timeout": LONG_POLL, "allowed_updates": json.dumps(ALLOWED_UPDATES)})
        payload = await self._request.retrieve(f"{self._bot.base_url}/getUpdates?{query}", read_timeout=_ANSWERS_WITHIN)
        try:
            result = json.loads(payload.decode("utf-8", "replace"))["result"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise TelegramError("getUpdates was answered with something that can't be read") from error
        if not isinstance(result, list):
            raise TelegramError("getUpdates was answered with something that isn't a list")
        return result

    async def _conflict(self, error: Conflict) -> None:
        self._conflicts += 1
        if self._conflicts >= _CONFLICTS:
            raise EdgeError(f"another program polls with this token; stop it, or give it a bot of its own ({error})") from error
        _LOG.warning("Another program polls with this token: %s", error)
        await self._wait()

    async def _failed(self, error: Exception) -> None:
        self._failures += 1
        _LOG.warning("Asking Telegram for updates failed (%d in a row): %s", self._failures, error)
        await self._wait()

    async def _wait(self) -> None:
        await asyncio.sleep(min(_LONGEST_PAUSE, self._pause * 2 ** min(self._failures + self._conflicts - 1, 10)))
