"""The desk on Telegram, put together: store, desk, sender, worker, the way in, the clock; and taken apart again in order."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

from telegram.ext import ApplicationBuilder, ContextTypes, ExtBot, JobQueue
from telegram.request import HTTPXRequest

from calmdesk.adviser import Adviser
from calmdesk.config import Settings
from calmdesk.desk.desk import Desk
from calmdesk.store.store import Store
from calmdesk.telegram.calls import perform
from calmdesk.telegram.connection import EdgeError, bot_for, patiently, request_for
from calmdesk.telegram.context import DeskApplication, DeskContext, House
from calmdesk.telegram.desklike import DeskLike
from calmdesk.telegram.handlers import handlers
from calmdesk.telegram.intake import Intake
from calmdesk.telegram.jobs import schedule
from calmdesk.telegram.logs import hiding
from calmdesk.telegram.poller import Poller
from calmdesk.telegram.sender import Sender
from calmdesk.telegram.updates import ALLOWED_UPDATES
from calmdesk.telegram.webhook import MOST_CONNECTIONS, WebhookServer
from calmdesk.telegram.worker import Worker

_LOG = logging.getLogger(__name__)

SECRET = "CALMDESK_WEBHOOK_SECRET"  # noqa: S105 - where it stands in the environment


class Part(Protocol):
    """Something that runs until it is stopped."""

    async def run(self) -> None:
        """Run until stopped."""

    async def stop(self) -> None:
        """Begin nothing any more and end what is under way."""


@dataclass(frozen=True)
class Running:
    """A desk that is open on Telegram."""

    house: House
    bot: ExtBot[None]
    parts: tuple[asyncio.Task[None], ...]

    async def wait(self) -> None:
        """Wait until one of its parts ends, which none should, and raise what ended it."""
        done, _ = await asyncio.wait(self.parts, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        raise EdgeError(f"{', '.join(task.get_name() for task in done)} ended by itself")


async def run(settings: Settings, token: str) -> None:
    """Keep a desk open on Telegram until the process is told to stop; raise EdgeError or StoreError where it can't be."""
    loop, task, told = asyncio.get_running_loop(), asyncio.current_task(), asyncio.Event()

    def stop() -> None:
        _LOG.info("Told to stop; ending what is under way")
        told.set()
        for sign in _SIGNS:  # a second time ends it at once
            loop.remove_signal_handler(sign)
        if task is not None:
            task.cancel()

    with suppress(NotImplementedError):  # on Windows, where Ctrl-C comes as an exception
        for sign in _SIGNS:
            loop.add_signal_handler(sign, stop)
    try:
        async with running(settings, token) as desk:
            await desk.wait()
    except asyncio.CancelledError:
        if not told.is_set():
            raise
    _LOG.info("Stopped")


_SIGNS = (signal.SIGTERM, signal.SIGINT)


@asynccontextmanager
async def running(
    settings: Settings, token: str, *, desk: DeskLike | None = None, store: Callable[[Settings], Store] | None = None, pace: float = 1.0
) -> AsyncIterator[Running]:
    """Keep a desk open on Telegram as long as the context lasts.

    It ends in the opposite order: first nothing comes in any more, at last the file is closed. A test may bring a desk and a store of
    its own and, with *pace*, let the time of Telegram's limits run faster.
    """
    secret = _secret()
    async with AsyncExitStack() as stack:
        stack.enter_context(hiding(token, secret))
        books = (store or open_store)(settings)
        stack.callback(books.close)
        at_desk: DeskLike = desk or Desk(settings, Adviser.open(settings))
        polling = request_for(connections=2)
        bot = bot_for(token, settings.telegram.api, polling)
        application = _application(bot)
        sender = Sender(books, at_desk, partial(perform, bot), pace=pace)
        worker = Worker(books, bot, application.process_update)
        application.house = House(books, at_desk, sender, worker)
        stack.push_async_callback(bot.shutdown)
        stack.push_async_callback(application.shutdown)
        await patiently("getMe", application.initialize)
        at_desk.named(bot.username)
        intake = Intake(books, worker.wake)
        parts = [_begin(stack, sender), _begin(stack, worker)]
        schedule(_clock(application))
        await application.start()
        stack.push_async_callback(application.stop)
        parts.append(await _let_in(stack, settings, secret, bot, polling, intake))
        _LOG.info("The desk is open: @%s, %s, %s", bot.username, settings.telegram.mode, books.path)
        yield Running(application.house, bot, tuple(parts))


def open_store(settings: Settings) -> Store:
    """Return the store that the settings name, opened for a desk that is alone on it."""
    return Store.open(settings.base / settings.store.path)


def _application(bot: ExtBot[None]) -> DeskApplication:
    """Return the library's application with our handlers; it fetches no updates by itself."""
    builder = ApplicationBuilder().application_class(DeskApplication).context_types(ContextTypes(context=DeskContext))
    application = cast("DeskApplication", builder.bot(bot).updater(None).build())
    application.add_handlers(handlers())
    return application


def _clock(application: DeskApplication) -> JobQueue[DeskContext]:
    if application.job_queue is None:
        raise EdgeError('the library\'s job queue is missing: pip install "python-telegram-bot[job-queue]"')
    return application.job_queue


def _begin(stack: AsyncExitStack, part: Part) -> asyncio.Task[None]:
    """Let a part run, and see to it that it is stopped when its turn comes."""
    task = asyncio.create_task(part.run(), name=type(part).__name__.lower())

    async def end() -> None:
        await part.stop()
        await asyncio.gather(task, return_exceptions=True)  # what it raised, if anything, is raised by who waits for it

    stack.push_async_callback(end)
    return task


async def _let_in(
    stack: AsyncExitStack, settings: Settings, secret: str, bot: ExtBot[None], polling: HTTPXRequest, intake: Intake
) -> asyncio.Task[None]:
    """Begin to take updates in, Telegram being told by which way."""
    if settings.telegram.mode == "polling":
        await patiently("deleteWebhook", partial(bot.delete_webhook, drop_pending_updates=False))
        return _begin(stack, Poller(bot, polling, intake))
    url = settings.telegram.webhook_url or ""
    server = WebhookServer(settings.telegram.listen, url, secret, intake)
    await server.start()
    task = _begin(stack, server)
    set_webhook = partial(bot.set_webhook, url, max_connections=MOST_CONNECTIONS, allowed_updates=ALLOWED_UPDATES, secret_token=secret)
    await patiently("setWebhook", partial(set_webhook, drop_pending_updates=False))
    return task


def _secret() -> str:
    """Return what Telegram has to say to be let in: from the environment, or made for this run."""
    secret = os.environ.get(SECRET) or secrets.token_urlsafe(32)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise EdgeError(f"{SECRET} may only have letters, digits, - and _, at most 256")
    return secret
