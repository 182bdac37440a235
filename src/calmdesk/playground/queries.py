"""Questions that wait for the bot's answer: taps on a button and inline searches."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from calmdesk.playground.chats import User
from calmdesk.playground.clock import Clock
from calmdesk.playground.errors import Json, bad_request
from calmdesk.playground.numbers import Numbers

Answer = TypeVar("Answer")
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(frozen=True)
class Tap:
    """What a person sees after tapping a button."""

    text: str = ""
    show_alert: bool = False
    url: str | None = None
    copied: str | None = None


@dataclass(frozen=True)
class InlineResult:
    """One line of what a person sees while typing the bot's name and a few words."""

    id: str
    query: str
    json: Json = field(repr=False)

    @property
    def title(self) -> str:
        """Return the headline."""
        return str(self.json.get("title", ""))

    @property
    def description(self) -> str:
        """Return the line below."""
        return str(self.json.get("description", ""))


@dataclass
class _Asked(Generic[Answer]):
    """A question that was put to the bot."""

    user: User
    at: float
    answer: asyncio.Future[Answer]


class Queries:
    """The open questions."""

    callback_lifetime = 30.0
    """Seconds in which a tap can be answered. Telegram doesn't publish its own number."""
    inline_lifetime = 15.0

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.ids = Numbers(4_100_000_000_000)
        self._taps: dict[str, _Asked[Tap]] = {}
        self._searches: dict[str, tuple[_Asked[Json], tuple[str, str]]] = {}
        self._cache: dict[tuple[str, str, int | None], tuple[float, Json]] = {}

    def ask_tap(self, user: User) -> tuple[str, asyncio.Future[Tap]]:
        """Open a callback query."""
        number, future = str(next(self.ids)), asyncio.get_running_loop().create_future()
        self._taps[number] = _Asked(user, self._clock.now(), future)
        return number, future

    def answer_tap(self, number: str, tap: Tap) -> User:
        """Close a callback query; a second answer, or a late one, is refused."""
        asked = self._taps.pop(number, None)
        if asked is None or self._clock.now() - asked.at > self.callback_lifetime:
            raise bad_request(TOO_OLD)
        if not asked.answer.done():
            asked.answer.set_result(tap)
        return asked.user

    def cached(self, user: User, query: str, offset: str) -> Json | None:
        """Return what Telegram answers by itself, since the bot allowed it to remember."""
        for key in ((query, offset, None), (query, offset, user.id)):
            until, answer = self._cache.get(key, (0.0, {}))
            if until > self._clock.now():
                return answer
        return None

    def ask_inline(self, user: User, query: str, offset: str) -> tuple[str, asyncio.Future[Json]]:
        """Open an inline query."""
        number, future = str(next(self.ids)), asyncio.get_running_loop().create_future()
        self._searches[number] = (_Asked(user, self._clock.now(), future), (query, offset))
        return number, future

    def answer_inline(self, number: str, answer: Json) -> None:
        """Close an inline query; a second answer, or a late one, is refused."""
        asked, (query, offset) = self._searches.pop(number, (None, ("", "")))
        if asked is None or self._clock.now() - asked.at > self.inline_lifetime:
            raise bad_request(TOO_OLD)
        owner = asked.user.id if answer.get("is_personal") else None
        self._cache[query, offset, owner] = (self._clock.now() + answer["cache_time"], answer)
        if not asked.answer.done():
            asked.answer.set_result(answer)
