"""The worker: handles what the inbox holds, in order within a lane and several lanes side by side, each update once in effect.

An update is done when the transaction that did it says so, and in no other way: an exception that got lost somewhere would leave it
waiting, and it would be tried again.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable

from telegram import Bot
from telegram import Update as TelegramUpdate

from calmdesk.store.rows import Update
from calmdesk.store.store import Store

_LOG = logging.getLogger(__name__)

LANES = 8
"""So many chats' updates are handled at the same time."""
_AHEAD = 64
"""So many lanes' first updates are fetched in one go."""
_IDLE = 1.0
"""Seconds until the inbox is looked into unasked: what failed is due again, or somebody brought the dead letters back."""


class UnhandledError(RuntimeError):
    """No handler's transaction took an update."""


class Worker:
    """Handles updates by *process*, which hands them to a handler; `wake` it when some have arrived."""

    def __init__(self, store: Store, bot: Bot, process: Callable[[TelegramUpdate], Awaitable[None]]) -> None:
        self._store = store
        self._bot = bot
        self._process = process
        self._woken = asyncio.Event()
        self._stopping = False
        self._waiting: deque[Update] = deque()
        self._lanes: set[str] = set()
        self._under_way: set[asyncio.Task[None]] = set()
        self._done: set[int] = set()

    def wake(self) -> None:
        """Look into the inbox at once."""
        self._woken.set()

    def done(self, update_id: int) -> None:
        """Hear from a handler that its transaction is committed."""
        self._done.add(update_id)

    async def run(self) -> None:
        """Handle updates until stopped."""
        while not self._stopping:
            self._woken.clear()
            try:
                await self._begin_what_may()
            except sqlite3.Error:
                _LOG.exception("The inbox can't be read; trying again")
            try:
                await asyncio.wait_for(self._woken.wait(), _IDLE)
            except TimeoutError:
                continue

    async def stop(self) -> None:
        """Begin with no update any more, and wait for those under way."""
        self._stopping = True
        self.wake()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _begin_what_may(self) -> None:
        if len(self._waiting) < LANES:
            taken = self._lanes | {update.lane for update in self._waiting}
            self._waiting.extend(await self._store.read(lambda books: books.inbox.next(taken, _AHEAD)))
        while self._waiting and len(self._lanes) < LANES and not self._stopping:
            update = self._waiting.popleft()
            self._lanes.add(update.lane)
            task = asyncio.create_task(self._handle(update), name=f"update {update.update_id}")
            self._under_way.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _LOG.critical("A fault in the worker: %s stays in line", task.get_name(), exc_info=error)

    async def _handle(self, update: Update) -> None:
        try:
            await self._handled(update)
        except sqlite3.Error:  # it stays in line
            _LOG.exception("What became of update %d can't be written down; trying again", update.update_id)
            await asyncio.sleep(_IDLE)
        finally:
            self._done.discard(update.update_id)
            self._lanes.discard(update.lane)
            self.wake()

    async def _handled(self, update: Update) -> None:
        number = update.update_id
        try:
            parsed = TelegramUpdate.de_json(json.loads(update.raw), self._bot)
        except Exception as error:  # noqa: BLE001 - whatever the library raises over it, it must not keep the others from being handled
            _LOG.error("Update %d can't be understood; it is among the dead letters now", number, exc_info=error)
            why = f"can't be understood: {type(error).__name__}: {error}"
            await self._store.write(lambda books: books.inbox.bury(number, why))
            return
        try:
            await self._processed(parsed)
        except Exception as error:  # noqa: BLE001 - it is tried again and then kept among the dead letters
            _LOG.error("Update %d can't be handled (attempt %d)", number, update.attempts + 1, exc_info=error)
            why = f"{type(error).__name__}: {error}"
            if await self._store.write(lambda books: books.inbox.failed(number, why)):
                _LOG.error("Update %d is among the dead letters now; `calmdesk inbox retry` tries them again", number)

    async def _processed(self, update: TelegramUpdate) -> None:
        await self._process(update)
        if update.update_id not in self._done:
            raise UnhandledError("no handler's transaction took it")
