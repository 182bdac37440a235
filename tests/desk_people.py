"""People around a desk, without Telegram: what they say and tap goes in as events, what the desk sends lands in their chats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from calmdesk.adviser import Adviser
from calmdesk.config import Settings
from calmdesk.desk.calls import Button, Call, Change, Copy, Outcome, Remove, Say, SendFile, Toast
from calmdesk.desk.desk import Desk
from calmdesk.desk.events import Chat, Content, Edited, Event, Person, Said, Tapped
from calmdesk.desk.words import Words
from calmdesk.store.rows import Offered, Role
from calmdesk.store.store import Books, Store

GROUP = -1001
WORDS = Words.shipped()
LATE = "快递都八天了还没到，你们管不管？"
ANYBODY = "人呢，说话啊，到底管不管"


@cache
def shipped_adviser() -> Adviser:
    """Return the shipped adviser, opened once."""
    return Adviser.open(Settings())


def open_stage(folder: Path, *groups: int) -> Stage:
    """Open a desk with the shipped playbook."""
    settings, shipped = Settings.model_validate({"staff": {"groups": groups}}), shipped_adviser()
    return Stage(folder, settings, Adviser(settings, shipped.playbook, shipped.replies, shipped.reader, shipped.shelf))


def word(key: str, **values: object) -> str:
    """Return what the bot says for *key* in the language of these desks."""
    return WORDS(WORDS.first, key, **values)


def ours(stage: Stage) -> list[Offered]:
    """Return the replies on the (only) card."""
    return stage.store.now(lambda books: books.readings.offered(books.readings.last(1).id))  # type: ignore[union-attr]


@dataclass
class Shown:
    """A message as it stands in a chat now."""

    number: int
    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()

    @property
    def labels(self) -> list[str]:
        """Return what its buttons say."""
        return [button.label for row in self.buttons for button in row]


class Stage:
    """A desk on a store, with people around it. Whatever somebody does is handled and sent before they go on."""

    def __init__(self, folder: Path, settings: Settings, adviser: Adviser | None = None, bot: str = "shop_bot") -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self.store = Store.open(folder / "desk.db", clock=lambda: self.now)
        self.desk = Desk(settings, adviser or Adviser.open(settings), bot=bot)
        self.chats: dict[int, list[Shown]] = {}
        self.calls: list[Call] = []
        self.toasts: list[Toast] = []
        self.outcomes: dict[int, Outcome] = {}
        """By chat, what becomes of every call there instead of success; take it out to let things go again."""
        self._numbers = count(1)
        self.store.now(self.desk.recover)

    def person(self, user_id: int, name: str, role: Role | None = None, language: str | None = "zh-hans") -> Somebody:
        """Return somebody; with a *role* one of the staff who has opened the bot."""
        if role:
            self.store.now(lambda books: books.staff.join(user_id, name, role))
            self.store.now(lambda books: books.staff.reachable(user_id, name))
        return Somebody(self, Person(user_id, name, language=language), Chat(user_id, "private"))

    def passes(self, **time: float) -> None:
        """Let time pass, as timedelta says it: minutes=5."""
        self.now += timedelta(**time)

    def happens(self, event: Event) -> None:
        """Handle an event and send what comes of it."""
        self.store.now(lambda books: self.desk.handle(books, event))
        self.sends()

    def sends(self) -> None:
        """Send all that waits, each call with the next number as Telegram would give it."""
        while self.store.now(self._send_one):
            pass

    def said_to(self, chat: Somebody | int) -> list[str]:
        """Return the texts that stand in a chat now, the oldest first."""
        return [shown.text for shown in self.shown_to(chat)]

    def shown_to(self, chat: Somebody | int) -> list[Shown]:
        """Return the messages of ours that stand in a chat now, the oldest first."""
        return self.chats.get(chat if isinstance(chat, int) else chat.id, [])

    def _send_one(self, books: Books) -> bool:
        posts = books.outbox.ready(())
        prepared = self.desk.prepare(books, posts[0]) if posts else None
        if prepared is None:
            books.outbox.end([post.id for post in posts[:1]], "dropped", "")
            return bool(posts)
        number = prepared.call.message_id if isinstance(prepared.call, Change) else next(self._numbers)
        outcome = self.outcomes.get(posts[0].chat_id) or Outcome(done=True, number=number)
        books.outbox.sending([one.id for one in prepared.posts])
        if outcome.done:
            self._show(prepared.call, number)
        self.desk.settle(books, prepared, outcome)
        return True

    def _show(self, call: Call, number: int) -> None:
        self.calls.append(call)
        match call:
            case Say():
                self.chats.setdefault(call.chat_id, []).append(Shown(number, call.text, call.buttons))
            case Change():
                (shown,) = (one for one in self.chats[call.chat_id] if one.number == call.message_id)
                shown.text, shown.buttons = call.text, call.buttons
            case Copy() | SendFile():
                self.chats.setdefault(call.chat_id, []).append(Shown(number, call.caption or ""))
            case Remove():
                self.chats[call.chat_id] = [one for one in self.shown_to(call.chat_id) if one.number not in call.message_ids]
            case Toast():
                self.toasts.append(call)


@dataclass(frozen=True)
class Somebody:
    """A customer, an agent or an admin, at one place: their private chat with the bot, or a topic of a group (`at`)."""

    stage: Stage
    person: Person
    chat: Chat

    @property
    def id(self) -> int:
        """Return their number, which is also that of their private chat."""
        return self.person.id

    def at(self, group: int, thread: int = 0) -> Somebody:
        """Return the same person in a group's topic."""
        return replace(self, chat=Chat(group, "supergroup", thread))

    def says(self, text: str, *, reply_to: int | None = None, **content: Any) -> int:
        """Write a message (other *content* as `Content` has it) and return its number."""
        number = next(self.stage._numbers)
        self.stage.happens(Said(self.chat, self.person, number, self.stage.now, Content(text, **content), reply_to))
        return number

    def edits(self, number: int, text: str) -> None:
        """Change a message that they wrote."""
        self.stage.happens(Edited(self.chat, self.person, number, self.stage.now, Content(text)))

    def taps(self, label: str, *, on: Shown | None = None) -> str:
        """Tap the newest button here that says *label* (or one of *on*); return what pops up."""
        found = next(self._buttons(label, on), None)
        assert found, f"no button {label!r} in {[one.labels for one in self.stage.shown_to(self.chat.id)]}"
        return self.sends_data(found[1].data, found[0].number)

    def sends_data(self, data: str, number: int) -> str:
        """Send a button's data for a message, as a tap does, whether such a button is there or not; return what pops up."""
        before = len(self.stage.toasts)
        self.stage.happens(Tapped(f"tap{next(self.stage._numbers)}", self.chat, self.person, number, data))
        return " ".join(toast.text for toast in self.stage.toasts[before:])

    @property
    def last(self) -> Shown:
        """Return the newest message that the bot put here."""
        return self.stage.shown_to(self.chat.id)[-1]

    def _buttons(self, label: str, on: Shown | None) -> Iterator[tuple[Shown, Button]]:
        for shown in [on] if on else reversed(self.stage.shown_to(self.chat.id)):
            yield from ((shown, button) for row in shown.buttons for button in row if label in button.label and button.data)
