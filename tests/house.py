"""A desk open on the local Telegram, with the people of a small shop: what the dialogues of the tests take place in."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from calmdesk.adviser import Adviser
from calmdesk.config import Settings
from calmdesk.desk.desk import Desk
from calmdesk.desk.words import Words
from calmdesk.playground import TelegramWorld
from calmdesk.playground.chats import Chat, Group, Topic
from calmdesk.playground.clock import Clock
from calmdesk.playground.messages import Message
from calmdesk.playground.people import Person
from calmdesk.store.rows import Role
from calmdesk.store.store import Books
from calmdesk.telegram.app import Running, running
from tests.botapi import checked_world
from tests.desk_people import shipped_adviser

T = TypeVar("T")
HURRIED = 60.0
"""In most tests a minute of Telegram's limits passes in a second."""


@dataclass
class House:
    """The world, the desk in it, and who works there."""

    world: TelegramWorld
    settings: Settings
    running: Running
    groups: list[Group]
    boss: Person
    """An admin, by the settings."""
    staff: dict[str, Person] = field(default_factory=dict)
    _names: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def group(self) -> Group:
        """Return the (first) staff group."""
        return self.groups[0]

    def word(self, key: str, **values: Any) -> str:
        """Return a sentence of the desk's, as its agents read it."""
        return Words.shipped()("zh-Hans", key, **values)

    async def hires(self, name: str, role: Role = "agent", *, reachable: bool = False) -> Person:
        """Take somebody on."""
        person = self.world.person(name, language_code="zh-hans")
        self.group.members.update({person.id: self.group.members[self.boss.id].__class__(user=person.user)})
        await self.write(lambda books: books.staff.join(person.id, name, role))
        if reachable:
            self.world.private[person.id].started = True
            await self.write(lambda books: books.staff.reachable(person.id, name))
        return person

    def customer(self, name: str = "林小姐", language_code: str = "zh-hans") -> Person:
        """Bring a customer into the world."""
        return self.world.person(name, language_code=language_code)

    async def write(self, work: Callable[[Books], T]) -> T:
        """Change the books directly."""
        return await self.running.house.store.write(work)

    async def read(self, work: Callable[[Books], T]) -> T:
        """Look into the books."""
        return await self.running.house.store.read(work)

    async def world_until(self, condition: Callable[[], object], seconds: float = 8) -> None:
        """Wait until something is so in the world."""
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.02)

    async def settles(self, seconds: float = 60) -> None:
        """Wait until everything has been handled and sent."""

        def waiting(books: Books) -> int:
            (inbox,) = books.db.execute("SELECT count(*) FROM inbox WHERE state = 'waiting'").fetchone()
            (outbox,) = books.db.execute("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')").fetchone()
            return int(inbox) + int(outbox)

        async with asyncio.timeout(seconds):
            while len(self.world.updates) or await self.read(waiting):
                await asyncio.sleep(0.05)

    async def offers(self, label: str, place: Chat | Topic) -> None:
        """Wait until a button stands under a message of a place."""
        await self.world_until(lambda: any(label in str(message.inline_rows) for message in place.messages))

    async def topic_of(self, customer: Person) -> Topic:
        """Wait until a customer has a topic with a card in it, and return it."""

        def found() -> Topic | None:
            for topic in self.group.topics.values():
                if customer.name in topic.name and not topic.is_deleted and self.card_in(topic) is not None:
                    return topic
            return None

        await self.group.until(lambda _: found(), timeout=8)
        topic = found()
        assert topic is not None
        return topic

    def card_in(self, topic: Topic) -> Message | None:
        """Return the card in a topic as it stands now: the newest message with the panels."""
        for message in reversed(topic.messages):
            data = [button.get("callback_data", "") for row in message.inline_rows for button in row]
            if any(one.startswith(("panel.", "reopen:")) for one in data):
                return message
        return None

    async def card(self, customer: Person, *words: str) -> Message:
        """Wait until a customer's card shows *words*, and return it."""
        topic = await self.topic_of(customer)
        await self.group.until(lambda _: (card := self.card_in(topic)) and all(word in card.text for word in words), timeout=8)
        card = self.card_in(topic)
        assert card is not None
        return card


@asynccontextmanager
async def open_house(
    folder: Path, *, mode: str = "polling", pace: float = HURRIED, groups: int = 1, limits: bool = False, clock: Clock | None = None,
    **tables: Any,
) -> AsyncIterator[House]:  # fmt: skip
    """Open a desk; *tables* are those of bot.toml."""
    async with checked_world(limits=limits, clock=clock) as world:
        boss = world.person("王经理", language_code="zh-hans")
        forums = [world.forum(f"客服组{number or ''}", [boss]) for number in range(groups)]
        where: dict[str, Any] = {"api": world.url, "mode": mode}
        if mode == "webhook":
            port = free_port()
            where |= {"webhook_url": f"http://127.0.0.1:{port}/telegram", "listen": f"127.0.0.1:{port}"}
        staff = {"groups": [group.id for group in forums], "admins": [boss.id]} | tables.pop("staff", {})
        settings = Settings.model_validate(
            {"shop": {"name": "山野小店"}, "store": {"path": "desk.db"}, "telegram": where, "staff": staff, "base": folder, **tables}
        )
        shipped = shipped_adviser()
        desk = Desk(settings, Adviser(settings, shipped.playbook, shipped.replies, shipped.reader))
        async with running(settings, world.token, desk=desk, pace=pace) as open_desk:
            yield House(world, settings, open_desk, forums, boss)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
