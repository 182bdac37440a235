"""What the tests of the local Telegram begin with."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from calmdesk.playground import MovableClock
from tests.botapi import checked_world, new_bot
from tests.playground.desk import Desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """Return a checked world with its people."""
    clock = MovableClock()
    async with checked_world(clock=clock) as world, new_bot(world) as bot:
        lin, anna = world.person("林 小姐", language_code="zh-hans", username="lin_xj"), world.person("Anna", language_code="en")
        await lin.starts()
        yield Desk(world, bot, clock, lin, anna)
