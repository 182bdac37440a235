"""A small desk that answers each message with itself, so that the edge can be looked at alone."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from calmdesk.config import Settings
from calmdesk.desk.admins.renewal import Found as Renewal
from calmdesk.desk.calls import Call, Found, MakeTopic, Outcome, Results, Say, Toast
from calmdesk.desk.events import Event, Said, Sought, Tapped
from calmdesk.desk.posting import Prepared
from calmdesk.playground import TelegramWorld
from calmdesk.store.rows import Post
from calmdesk.store.store import Books, Store
from calmdesk.telegram.app import Running, running


class EchoDesk:
    """Says back what it hears. What it is told to stumble over, it stumbles over."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        """What it handled, each time; also what was undone."""
        self.outcomes: list[tuple[Post, Outcome]] = []
        self.stumbles: Counter[str] = Counter()
        """How often it raises over a text."""
        self.days = 0
        self.reloads = 0
        self.name = ""
        self.found: Renewal | None = None
        self.wanted_menus: list[tuple[int | None, str, tuple[tuple[str, str], ...]]] = []

    @property
    def heard(self) -> list[str]:
        """Return the texts that it handled."""
        return [event.content.text for event in self.events if isinstance(event, Said)]

    def handle(self, books: Books, event: Event) -> None:
        """Answer."""
        self.events.append(event)
        match event:
            case Said(content=content, chat=chat):
                books.staff.note("heard", None, text=content.text)
                books.outbox.put("say", chat.id, {"text": f"→ {content.text}", "thread": chat.thread})
                if self.stumbles[content.text]:
                    self.stumbles[content.text] -= 1
                    raise RuntimeError(f"stumbled over {content.text}")
            case Tapped(tap_id=tap_id, data=data):
                books.outbox.put("toast", 0, {"tap": tap_id, "text": data}, urgency=100)
            case Sought(query_id=query_id, words=words):
                books.outbox.put("results", 0, {"query": query_id, "text": words}, urgency=100)

    def prepare(self, _books: Books, post: Post) -> Prepared | None:
        """Make the call of a post."""
        text = post.content.get("text", "")
        if self.stumbles[f"prepare {text}"]:
            raise RuntimeError(f"stumbled over {text}")
        return None if text == "→ nothing" else Prepared((post,), _call(post))

    def settle(self, books: Books, prepared: Prepared, outcome: Outcome) -> None:
        """Note what became of it."""
        post = prepared.post
        self.outcomes.append((post, outcome))
        if self.stumbles[f"settle {post.content.get('text')}"]:
            raise RuntimeError("stumbled")
        if outcome.done:
            books.outbox.sent([post.id], outcome.number)
        elif outcome.trouble == "later":
            books.outbox.later([post.id], outcome.wait, outcome.reason)
        else:
            books.outbox.end([post.id], "unknown" if outcome.trouble == "unknown" else "failed", outcome.reason)

    def recover(self, books: Books) -> None:
        """Repeat nothing of which nobody knows."""
        books.outbox.end([post.id for post in books.outbox.interrupted()], "unknown", "interrupted")

    def daily(self, _books: Books) -> bool:
        """Count the days."""
        self.days += 1
        return False

    def named(self, bot: str) -> None:
        """Hear the bot's name."""
        self.name = bot

    def look(self) -> Renewal | None:
        """Return what a test says has changed, once."""
        found, self.found = self.found, None
        return found

    def reload(self, _books: Books, found: Renewal | None = None) -> None:
        """Count how often the playbook was read anew."""
        assert found is not None
        self.reloads += 1

    def menus(self, _books: Books) -> list[tuple[int | None, str, tuple[tuple[str, str], ...]]]:
        """Return what menus there should be."""
        return self.wanted_menus


def _call(post: Post) -> Call:
    content: dict[str, Any] = post.content
    match post.kind:
        case "toast":
            return Toast(content["tap"], content["text"])
        case "results":
            return Results(content["query"], (Found("1", content["text"], "a script", f"{content['text']}!"),))
        case "topic":
            return MakeTopic(post.chat_id, content["text"], 0x6FB9F0)
        case _:
            return Say(post.chat_id, content["text"], thread=content.get("thread", 0))


def settings_for(world: TelegramWorld, folder: Path, **telegram: Any) -> Settings:
    """Return settings for a desk in a world."""
    return Settings.model_validate({"telegram": {"api": world.url, **telegram}, "store": {"path": "desk.db"}, "base": folder})


def hurried(speed: float) -> Callable[[Settings], Store]:
    """Return what opens a store whose time runs faster."""
    begun, born = datetime.now(UTC), time.monotonic()

    def open_store(settings: Settings) -> Store:
        return Store.open(settings.base / settings.store.path, clock=lambda: begun + timedelta(seconds=(time.monotonic() - born) * speed))

    return open_store


@asynccontextmanager
async def echo(
    world: TelegramWorld, folder: Path, desk: EchoDesk | None = None, *, speed: float = 1.0, **telegram: Any
) -> AsyncIterator[tuple[EchoDesk, Running]]:
    """Run the whole edge with a desk that answers each message with itself; with *speed*, its time runs faster."""
    desk = desk or EchoDesk()
    settings, store = settings_for(world, folder, **telegram), None if speed == 1.0 else hurried(speed)
    async with running(settings, world.token, desk=desk, store=store, pace=speed) as edge:
        yield desk, edge


def rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    """Return what a query finds."""
    return store.look(lambda books: [tuple(row) for row in books.db.execute(query)])
