"""The demo's page over a world whose bot says nothing, and a client that has its address."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from calmdesk.playground import TelegramWorld
from calmdesk.playground.page import Page, Stage, serving_page
from calmdesk.playground.people import Person


def client_of(page: Page) -> httpx.AsyncClient:
    """Return a client that has the page's address; without the machine's certificates, whose loading takes long: all is plain HTTP."""
    return httpx.AsyncClient(base_url=page.address, verify=False, trust_env=False)  # noqa: S501


@asynccontextmanager
async def bare_page(**settings: Any) -> AsyncIterator[Stand]:
    """Serve the page over a world whose bot says nothing."""
    async with TelegramWorld.serve(**settings) as world:
        boss, agent = world.person("王经理"), world.person("小王")
        group = world.forum("客服组", [boss, agent])
        async with serving_page(Stage(world, group, {boss.id: "admin", agent.id: "agent"})) as page, client_of(page) as client:
            yield Stand(page, client, boss, agent)


class Stand:
    """A page being served, and a client that has its address."""

    def __init__(self, page: Page, client: httpx.AsyncClient, boss: Person, agent: Person) -> None:
        self.page = page
        self.stage = page.stage
        self.world = page.stage.world
        self.client = client
        self.boss = boss
        self.agent = agent

    async def does(self, act: str, **asked: Any) -> Any:
        """Have somebody do something, which has to work."""
        answer = await self.client.post(f"do/{act}", json=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, act: str, **asked: Any) -> tuple[int, str]:
        """Have somebody do something that isn't done; return the status and why."""
        answer = await self.client.post(f"do/{act}", json=asked)
        return answer.status_code, str(answer.json()["error"])

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """Yield what comes over the page's line, event by event; the first holds everything."""
        async with self.client.stream("GET", "live", timeout=10) as response:

            async def events() -> AsyncIterator[dict[str, Any]]:
                async for line in response.aiter_lines():
                    if line.startswith("data: "):
                        yield json.loads(line.removeprefix("data: "))

            yield events()
