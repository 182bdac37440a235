"""What handlers of the library get to work with: the house, by name and type."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, cast

from telegram import Update
from telegram.ext import Application, CallbackContext, ExtBot, Job, JobQueue

from calmdesk.desk.events import Event
from calmdesk.store.store import Books, Store
from calmdesk.telegram.desklike import DeskLike
from calmdesk.telegram.sender import Sender
from calmdesk.telegram.worker import Worker

_IN_LINE = 2
"""So many updates stand in line for the store's one thread: enough to keep it busy, and few enough for the sender, whose work is short
and whose time is limited, to get its turn."""


@dataclass
class House:
    """What is there once, for all handlers and jobs."""

    store: Store
    desk: DeskLike
    sender: Sender
    worker: Worker
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_IN_LINE))

    async def take(self, update_id: int, event: Event | None) -> None:
        """Handle an event and note that its update is done, in one transaction: both stand, or neither does."""

        def work(books: Books) -> None:
            if books.inbox.done(update_id) and event is not None:
                self.desk.handle(books, event)

        async with self.turns:
            await self.store.write(work)
        self.worker.done(update_id)
        self.sender.wake()


class DeskContext(CallbackContext[ExtBot[None], dict[str, Any], dict[str, Any], dict[str, Any]]):
    """The library's context, with the house in it."""

    @property
    def house(self) -> House:
        """Return the house."""
        return cast("DeskApplication", self.application).house


class DeskApplication(Application[ExtBot[None], DeskContext, dict[str, Any], dict[str, Any], dict[str, Any], JobQueue[DeskContext]]):
    """The library's application, with the house in it and errors that aren't swallowed."""

    __slots__ = ("house",)
    house: House

    async def process_error(
        self,
        update: object,
        error: Exception,
        job: Job[DeskContext] | None = None,
        coroutine: Any = None,
    ) -> bool:
        """Pass an update's error on to the worker, which keeps account of it; a job's is the library's to log."""
        if isinstance(update, Update):
            raise error
        return await super().process_error(update, error, job, coroutine)


Translator = Callable[[Update], Event | None]


def handling(translate: Translator) -> Callable[[Update, DeskContext], Coroutine[Any, Any, None]]:
    """Return the library's kind of callback for a function that says which event an update is."""

    async def callback(update: Update, context: DeskContext) -> None:
        await context.house.take(update.update_id, translate(update))

    return callback
