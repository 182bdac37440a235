"""`calmdesk demo`: the bot, unchanged, on a local Telegram, with a page in the browser for all who take part."""

from __future__ import annotations

import asyncio
import itertools
import logging
import signal
import tempfile
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import click

from calmdesk.adviser import Adviser
from calmdesk.cli.lines import stop
from calmdesk.config import Settings
from calmdesk.desk.desk import Desk
from calmdesk.desk.words import Words
from calmdesk.playground import TelegramWorld
from calmdesk.playground.page import Cast, Page, Stage, cast_for, serving_page
from calmdesk.playground.updates import Mailbox
from calmdesk.reading.classifier import WeightsError
from calmdesk.shelf import PlaybookError
from calmdesk.store.store import Books
from calmdesk.telegram.app import running

HURRIED = 60.0
"""Here a minute of Telegram's limits passes in a second."""


@asynccontextmanager
async def open_demo(settings: Settings, db: Path, *, port: int = 0, served: Callable[[Page], None] | None = None) -> AsyncIterator[Page]:
    """Serve the page, and keep a desk open beside it, as long as the context lasts.

    *served* is called as soon as the page is there, for a browser to fetch it while the desk opens; what is written in between waits
    for the desk, as it does in Telegram.
    """
    opening = asyncio.create_task(asyncio.to_thread(Adviser.open, settings))
    async with TelegramWorld.serve() as world:
        cast = cast_for(settings.desk.language)
        stage = _stage(world, cast)
        settings = _at(settings, stage, db)
        async with serving_page(stage, port) as page:
            if served:
                served(page)
            desk = Desk(settings, await opening, bot=world.bot.username or "")
            async with running(settings, world.token, desk=desk, pace=HURRIED) as open_desk:
                await open_desk.house.store.write(partial(_hire, stage=stage, cast=cast))
                await stage.person(settings.staff.admins[0]).starts()
                yield page


def _stage(world: TelegramWorld, cast: Cast) -> Stage:
    """Bring in who works in the shop, and one customer.

    The staff and the group have the same numbers in every run. All others begin where no earlier run can have come: a file that stays
    (--db) knows the updates, messages and customers of the runs before.
    """
    fresh = int(world.clock.now() * 100)
    world.updates = Mailbox(world.clock, fresh)
    world._private_ids = itertools.count(fresh)
    people = [world.person(name, language_code=cast.tag) for name, _ in cast.staff]
    world._user_ids = itertools.count(fresh)
    group = world.forum(cast.group, people)
    group._ids = itertools.count(fresh)
    stage = Stage(world, group, {person.id: role for person, (_, role) in zip(people, cast.staff, strict=True)})
    stage.newcomer(cast.customer, cast.tag)
    return stage


def _at(settings: Settings, stage: Stage, db: Path) -> Settings:
    """Return the shop's settings, moved from Telegram to the local one."""
    admins = tuple(number for number, role in stage.staff.items() if role == "admin")
    return settings.model_copy(
        update={
            "telegram": settings.telegram.model_copy(update={"api": stage.world.url, "mode": "polling"}),
            "staff": settings.staff.model_copy(update={"groups": (stage.group.id,), "admins": admins}),
            "store": settings.store.model_copy(update={"path": str(db.absolute())}),
        }
    )


def _hire(books: Books, stage: Stage, cast: Cast) -> None:
    for number, (name, role) in zip(stage.staff, cast.staff, strict=True):
        books.staff.join(number, name, role)


def _is_news(record: logging.LogRecord) -> bool:
    """Say whether a line of a server's log says more than that it was stopped with requests still waiting, as a long poll does."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


async def keep_open(settings: Settings, db: Path, port: int, opened: Callable[[str], None]) -> None:
    """Run the demo until the process is told to stop; *opened* is called with the address as soon as the page is there."""
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    async with open_demo(settings, db, port=port, served=lambda page: opened(page.address)):
        await stop.wait()


def run(settings: Settings, port: int, db: Path | None, lang: str | None, *, browser: bool) -> None:
    """Run the demo, say where the page is, and open it where there is a browser."""
    if lang and lang not in Words.shipped().languages:
        raise click.BadParameter(f"{lang!r} isn't among {', '.join(Words.shipped().languages)}", param_hint="--lang")
    if lang:
        settings = settings.model_copy(update={"desk": settings.desk.model_copy(update={"language": lang})})

    def opened(address: str) -> None:
        click.echo(f"calmdesk demo: {address}\nNothing leaves this machine. Ctrl-C stops it.")
        if browser:
            # In a thread: where there is only a browser for the terminal, it doesn't come back.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    with tempfile.TemporaryDirectory(prefix="calmdesk-demo-") as folder:
        try:
            asyncio.run(keep_open(settings, db or Path(folder) / "demo.db", port, opened))
        except (PlaybookError, WeightsError) as error:
            stop(str(error))
