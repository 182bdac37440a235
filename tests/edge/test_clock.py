"""What happens by the clock: daily work, changed files, menus."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from telegram.ext import ExtBot

from calmdesk.desk.admins.renewal import Found
from calmdesk.playground import TelegramWorld, server_error
from calmdesk.shelf import Shelf
from calmdesk.store.store import Store
from calmdesk.telegram.connection import bot_for, request_for
from calmdesk.telegram.context import DeskContext
from calmdesk.telegram.jobs import Menus, look
from tests.botapi import checked_world
from tests.edge.standin import EchoDesk, echo
from tests.test_telegram_edge import until


@pytest.fixture
async def world() -> AsyncIterator[TelegramWorld]:
    """Return a world."""
    async with checked_world() as world:
        yield world


def context_of(bot: ExtBot[None] | None, store: Store | None, desk: object) -> DeskContext:
    """Return what a job gets, without the library's queue."""
    house = SimpleNamespace(store=store, desk=desk, sender=SimpleNamespace(wake=lambda: None))
    return cast("DeskContext", SimpleNamespace(bot=bot, house=house))


async def test_changed_files_are_taken_over(tmp_path: Path) -> None:
    """What the desk finds it is given to work with; where nothing changed, nothing happens."""
    desk, store = EchoDesk(), Store.open(tmp_path / "desk.db")
    context = context_of(None, store, desk)
    await look(context)
    assert desk.reloads == 0
    desk.found = Found(stamps=Shelf({}).stamps, changed=("a.j2",), adviser=None)
    await look(context)
    await look(context)
    assert desk.reloads == 1
    store.close()


async def test_menus_follow_the_desk(world: TelegramWorld, tmp_path: Path) -> None:
    """They are set once, set anew when they change, and taken away; what can't be set keeps no other back."""
    lin, anna = world.person("林小姐", language_code="zh-hans"), world.person("Anna", language_code="en")
    await lin.starts()
    await anna.starts()
    desk, store = EchoDesk(), Store.open(tmp_path / "desk.db")
    async with bot_for(world.token, world.url, request_for(1)) as bot:
        context, menus = context_of(bot, store, desk), Menus()
        desk.wanted_menus = [
            (4711, "", (("team", "Nobody knows them"),)),
            (None, "", (("language", "Choose a language"),)),
            (None, "zh", (("language", "选择语言"),)),
            (anna.id, "", (("team", "Who works here"),)),
        ]
        await menus.refresh(context)
        assert [shown(lin.menu()), shown(anna.menu())] == [{"language": "选择语言"}, {"team": "Who works here"}]
        count = len(world.calls)
        await menus.refresh(context)
        assert len(world.calls) == count
        desk.wanted_menus.pop()
        world.faults.add(server_error(), method="deleteMyCommands")
        await menus.refresh(context)
        assert shown(anna.menu()) == {"team": "Who works here"}
        await menus.refresh(context)
        assert shown(anna.menu()) == {"language": "Choose a language"}
        await menus.refresh(context_of(bot, store, object()))
    store.close()


def shown(menu: list[dict[str, Any]]) -> dict[str, str]:
    """Return a menu's commands and what they are for."""
    return {command["command"]: command["description"] for command in menu}


async def test_it_all_happens_by_itself(world: TelegramWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a desk that is open."""
    monkeypatch.setattr("calmdesk.telegram.jobs._SOON", 0.05)
    lin = world.person("林小姐")
    desk = EchoDesk()
    desk.wanted_menus = [(None, "", (("forget", "Erase"),))]
    async with echo(world, tmp_path, desk):
        await until(lambda: desk.days == 1 and lin.menu())
    assert desk.name == "calmdesk_bot"
