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
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from calmdesk.adviser import Adviser
from calmdesk.cli.lines import stop
from calmdesk.config import Settings
from calmdesk.desk.desk import Desk
from calmdesk.desk.words import Words
from calmdesk.playground import TelegramWorld
from calmdesk.playground.page import LastingError, Stage, StageFile, cast_for, kept_stage, lasting, serving_page
from calmdesk.playground.server import serving
from calmdesk.reading.classifier import WeightsError
from calmdesk.shelf import PlaybookError
from calmdesk.store.store import Books, Store, StoreError
from calmdesk.telegram.app import running

HURRIED = 60.0
"""Here a minute of Telegram's limits passes in a second."""
_ROLES_EVERY = 0.5
"""So often the page learns who has become what, in seconds."""


@dataclass(frozen=True)
class Place:
    """Where a demo keeps its cases."""

    db: Path
    lasts: bool = False
    """Whether the people and what they said stay beside the database, for the next run."""

    @property
    def file(self) -> StageFile | None:
        """Return where they stay."""
        return StageFile.beside(self.db) if self.lasts else None

    def stage(self, language: str | None) -> Stage:
        """Return the stage of the run before, or one with who works in the shop and one customer."""
        before = self.file if self.file and self.file.path.exists() and self.db.exists() else None
        stage = before.read() if before else _stage(language)
        stage.language = language or Words.shipped().first
        stage.chosen, stage.lasts = language is not None, self.lasts
        return stage


@asynccontextmanager
async def at_work(settings: Settings, place: Place, stage: Stage, adviser: Adviser) -> AsyncIterator[None]:
    """Keep a desk open on a stage as long as the context lasts; what was written before it waits for it, as it does in Telegram."""
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(serving(stage.world))
        settings = _moved(settings, stage, place.db)
        desk = Desk(settings, adviser, bot=world.bot.username or "")
        open_desk = await stack.enter_async_context(running(settings, world.token, desk=desk, pace=HURRIED))
        admin = stage.person(settings.staff.admins[0])
        if not admin.chat.started:
            await open_desk.house.store.write(partial(_hire, stage=stage))
            await admin.starts()
        await stack.enter_async_context(_following_roles(stage, open_desk.house.store))
        if place.file:  # not before the desk has the database to itself
            await stack.enter_async_context(lasting(stage, place.file))
        yield
    if place.file:
        place.file.write(kept_stage(stage))  # with what the desk did while it closed


def _stage(language: str | None) -> Stage:
    """Bring in who works in the shop, and one customer.

    The staff and the group have the same numbers in every run. All others begin where no earlier run can have come: a database that
    stays knows the updates, messages and customers of the runs before.
    """
    world, cast = TelegramWorld(), cast_for(language)
    people = [world.person(name, language_code=cast.tag) for name, _ in cast.staff]
    group = world.forum(cast.group, people)
    world.number_on()
    stage = Stage(world, group, {person.id: role for person, (_, role) in zip(people, cast.staff, strict=True)})
    stage.newcomer(cast.customer, cast.tag)
    return stage


def _moved(settings: Settings, stage: Stage, db: Path) -> Settings:
    """Return the shop's settings, moved from Telegram to the local one."""
    cast = zip(stage.staff, cast_for(stage.language).staff, strict=False)  # others came later, and are what the desk made them
    admins = tuple(number for number, (_, role) in cast if role == "admin")
    return settings.model_copy(
        update={
            "telegram": settings.telegram.model_copy(update={"api": stage.world.url, "mode": "polling"}),
            "staff": settings.staff.model_copy(update={"groups": (stage.group.id,), "admins": admins}),
            "store": settings.store.model_copy(update={"path": str(db.absolute())}),
        }
    )


def _hire(books: Books, stage: Stage) -> None:
    for number, (name, role) in zip(stage.staff, cast_for(stage.language).staff, strict=True):
        books.staff.join(number, name, role)


@asynccontextmanager
async def _following_roles(stage: Stage, store: Store) -> AsyncIterator[None]:
    follows = asyncio.create_task(_follow_roles(stage, store))
    try:
        yield
    finally:
        follows.cancel()
        await asyncio.gather(follows, return_exceptions=True)


async def _follow_roles(stage: Stage, store: Store) -> None:
    """Keep what the page says of the staff true: who is invited or becomes something else has the role that the desk gives them."""
    while True:
        now = await store.read(lambda books: {one.user_id: one.role for one in books.staff.all()})
        for number, role in now.items():
            if number in stage.world.people and stage.staff.get(number) != role:
                stage.staff[number] = role
                stage.world.record("person", None, person=stage.world.people[number])
        await asyncio.sleep(_ROLES_EVERY)


def _is_news(record: logging.LogRecord) -> bool:
    """Say whether a line of a server's log says more than that it was stopped with requests still waiting, as a long poll does."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def _spoken(settings: Settings, language: str) -> Settings:
    """Return the settings of a desk that speaks this language."""
    return settings.model_copy(update={"desk": settings.desk.model_copy(update={"language": language})})


async def keep_open(settings: Settings, places: Callable[[], Place], port: int, opened: Callable[[str], None]) -> None:
    """Run the demo until the process is told to stop; *opened* is called with the address as soon as the page is there.

    Where the page asks for a desk in another language, the desk starts anew in the next of the *places*.
    """
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    place = places()
    async with serving_page(place.stage(settings.desk.language), port) as page:
        opened(page.address)
        adviser = await asyncio.to_thread(Adviser.open, settings)
        while not stop.is_set():
            async with at_work(settings, place, page.stage, adviser):
                await _first(stop, page.stage.curtain)
            if not stop.is_set() and (language := page.stage.wanted):
                settings, place = _spoken(settings, language), places()
                page.turn_to(place.stage(language))


async def _first(*signs: asyncio.Event) -> None:
    waits = [asyncio.create_task(sign.wait()) for sign in signs]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def run(settings: Settings, port: int, db: Path | None, lang: str | None, *, browser: bool) -> None:
    """Run the demo, say where the page is, and open it where there is a browser."""
    if lang and lang not in Words.shipped().languages:
        raise click.BadParameter(f"{lang!r} isn't among {', '.join(Words.shipped().languages)}", param_hint="--lang")
    if lang:
        settings = _spoken(settings, lang)

    def opened(address: str) -> None:
        click.echo(f"calmdesk demo: {address}\nNothing leaves this machine. Ctrl-C stops it.")
        if browser:
            # In a thread: where there is only a browser for the terminal, it doesn't come back.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    with tempfile.TemporaryDirectory(prefix="calmdesk-demo-") as folder:
        fresh = (Place(Path(folder) / f"demo-{number}.db") for number in itertools.count(1))
        places = partial(Place, db, lasts=True) if db else partial(next, fresh)
        try:
            asyncio.run(keep_open(settings, places, port, opened))
        except (LastingError, StoreError, PlaybookError, WeightsError, OSError) as error:
            stop(str(error))
