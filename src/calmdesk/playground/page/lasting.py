"""The stage in a file beside the database, so that a demo goes on where it ended: whole or not at all, and nobody else's to read."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from calmdesk.playground.keeping import Kept, KeptWorld, bring_back, kept_world
from calmdesk.playground.page.stage import Play, Stage
from calmdesk.playground.page.stories import shipped_stories
from calmdesk.playground.world import TelegramWorld

EVERY = 1.0
"""Seconds that pass at least from one writing to the next."""


class LastingError(Exception):
    """The file can't be read; says which and what to do."""


class KeptPlay(Kept):
    """A story that is being played."""

    story: str
    customer: int
    turns: int


class KeptStage(Kept):
    """Everything that a later run shows again."""

    layout: Literal[1] = 1
    id: str
    group: int
    staff: dict[int, str]
    plays: tuple[KeptPlay, ...]
    port: int
    """Where the page was."""
    token: Annotated[str, Field(pattern=r"^[\w-]{32,}$")] | None = None
    """The word in its address, so that a page that is still open finds the next run; None in files of earlier layouts."""
    world: KeptWorld


def kept_stage(stage: Stage) -> KeptStage:
    """Return what is on the stage now."""
    plays = (KeptPlay(story=play.story.id, customer=play.customer.id, turns=play.turns) for play in stage.plays.values())
    return KeptStage(
        id=stage.id,
        group=stage.group.id,
        staff=dict(stage.staff),
        plays=tuple(plays),
        port=stage.port,
        token=stage.token,
        world=kept_world(stage.world),
    )


@dataclass(frozen=True)
class StageFile:
    """Where a stage lasts."""

    path: Path

    @classmethod
    def beside(cls, db: Path) -> StageFile:
        """Return the file that belongs to a database."""
        return cls(db.with_name(f"{db.name}.world.json"))

    def read(self) -> Stage:
        """Return the stage as it was, in a world of its own; raise LastingError where the file doesn't hold one."""
        try:
            kept = KeptStage.model_validate_json(self.path.read_bytes())
            world = TelegramWorld()
            bring_back(world, kept.world)
            stories = shipped_stories()
            plays = {
                one.story: Play(stories[one.story], world.people[one.customer], one.turns) for one in kept.plays if one.story in stories
            }
            token = kept.token or secrets.token_urlsafe(24)
            return Stage(world, world.groups[kept.group], kept.staff, plays=plays, id=kept.id, port=kept.port, token=token)
        except (ValidationError, KeyError, UnicodeDecodeError) as error:
            raise LastingError(
                f"{self.path} is damaged. Move it away and start again: the demo then begins with new customers; the cases stay."
            ) from error

    def write(self, kept: KeptStage) -> None:
        """Put a stage into the file, for its owner alone; what was there stays until the new one is whole."""
        fresh = self.path.with_name(f"{self.path.name}.new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(kept.model_dump_json().encode())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)


@asynccontextmanager
async def lasting(stage: Stage, file: StageFile) -> AsyncIterator[None]:
    """Write the stage down at the beginning, while something happens, and at the end."""
    changed = asyncio.Event()
    tasks = [asyncio.create_task(_watch(stage, changed)), asyncio.create_task(_write_on(stage, file, changed))]
    await asyncio.sleep(0)  # from here on nothing is missed
    try:
        file.write(kept_stage(stage))
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        file.write(kept_stage(stage))


async def _watch(stage: Stage, changed: asyncio.Event) -> None:
    async for _ in stage.world.events():
        changed.set()


async def _write_on(stage: Stage, file: StageFile, changed: asyncio.Event) -> None:
    while True:
        await changed.wait()
        changed.clear()
        file.write(kept_stage(stage))
        await asyncio.sleep(EVERY)
