"""A visit of one of the staff's to the bot's own pages: who asks, where the answer goes, and what pages have in common."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from calmdesk.desk.calls import Button
from calmdesk.desk.kit import ALARM, Buttons, Kit, carried, packed, plain
from calmdesk.desk.questions import over
from calmdesk.store.rows import Colleague
from calmdesk.store.store import Books

T = TypeVar("T")

PAGE = 8
"""So many things stand on one page."""
_ROW = 4
_LONGEST_PAGE = 4000
"""Characters; Telegram takes 4,096."""
_LISTS = -1
"""In place of a thread: where it is kept which list somebody looks at."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One command, word or tap of one of the staff's about the bot itself."""

    kit: Kit
    books: Books
    colleague: Colleague
    lang: str
    chat_id: int
    thread: int = 0
    page: int | None = None
    """The message that was tapped: the answer takes its place."""
    tap_id: str = ""
    answered: set[str] = field(default_factory=set)
    """The taps that got their answer."""

    def words(self, key: str, **values: Any) -> str:
        """Return a sentence in the language of who asks."""
        return self.kit.words(self.lang, key, **values)

    def show(self, text: str, buttons: Buttons | None = None, *, asks: bool = False) -> None:
        """Show a page (HTML) in place of the one that was tapped; one that *asks* is taken away once it is answered."""
        asked = self.colleague.user_id if asks else 0
        content = {"text": text, "buttons": packed(buttons or []), "thread": self.thread, "asks": asked, "number": self.page}
        self.books.outbox.put("whisper", self.chat_id, content, urgency=ALARM)

    def ask(self, kind: str, text: str, **data: Any) -> None:
        """Ask for something: the next thing that they write in private is taken for it."""
        over(self.books, self.colleague, (self.chat_id, self.thread))
        self.books.staff.begin(self.colleague.user_id, self.chat_id, self.thread, kind, None, data)
        self.afresh().show(text, [[self.button("button_give_up", "leave:")]], asks=True)

    def toast(self, key: str = "", *, box: bool = False, **values: Any) -> None:
        """Say something in passing over the page that was tapped."""
        if self.tap_id:
            self.answered.add(self.tap_id)
            self.kit.toast(self.books, self.tap_id, self.words(key, **values) if key else "", box=box)
        elif key:
            self.show(plain(self.words(key, **values)))

    def came_from(self, action: str = "") -> str:
        """Note by which action somebody got the list they see now; without one, return the last, "" where that is long ago."""
        if action:
            self.books.staff.begin(self.colleague.user_id, self.chat_id, _LISTS, "list", None, {"action": action})
            return action
        seen = self.books.staff.step(self.colleague.user_id, self.chat_id, _LISTS)
        return str(seen.data["action"]) if seen else ""

    def afresh(self) -> Visit:
        """Return the same visit, to be answered below and not in place."""
        return replace(self, page=None)

    def button(self, key: str, data: str, **values: Any) -> Button:
        """Return a button."""
        return Button(self.words(key, **values), data=data)

    def at(self, moment: datetime) -> str:
        """Return a time as people read it, in the machine's time zone."""
        return f"{moment.astimezone():%Y-%m-%d %H:%M}"

    def name(self, user_id: int | None) -> str:
        """Return the name of one of the staff, of whoever isn't any more a number, as HTML."""
        colleague = self.books.staff.get(user_id) if user_id else None
        return plain(colleague.name, 40) if colleague else str(user_id or "")


Page = Callable[[Visit, str], Kit | None]
"""What a button does with what it carries; it returns the kit where that has become another."""


def leaf(items: Sequence[T], page: str) -> tuple[int, int, list[tuple[int, T]]]:
    """Return the page that is meant, how many there are, and what stands on it with its number, from 1."""
    pages = max(1, -(-len(items) // PAGE))
    here = min(carried(page), pages - 1)
    return here, pages, list(enumerate(items, 1))[here * PAGE : (here + 1) * PAGE]


def turning(action: str, here: int, pages: int) -> Buttons:
    """Return the buttons that turn the pages of *action*, none for a single page; the page's number takes the place of {}."""
    if pages < 2:
        return []
    before, after = (here - 1) % pages, (here + 1) % pages
    return [[Button("‹", data=action.format(before)), Button(f"{here + 1}/{pages}", data=action.format(here)),
             Button("›", data=action.format(after))]]  # fmt: skip


def fitting(parts: Iterable[str]) -> str:
    """Return the parts of a page (HTML) one below the other, without those that Telegram would have no room for."""
    page = ""
    for part in filter(None, parts):
        if len(page) + len(part) <= _LONGEST_PAGE:
            page += f"\n\n{part}" if page else part
    return page


def rows(buttons: Iterable[Button], across: int = _ROW) -> Buttons:
    """Return buttons in rows."""
    flat = list(buttons)
    return [flat[place : place + across] for place in range(0, len(flat), across)]


def mark(key: str) -> str:
    """Return a short mark for a file or folder, whatever it is called: callback data has room for 64 bytes."""
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=5).hexdigest()


def marked(wanted: str, keys: Iterable[str]) -> str | None:
    """Return the one of *keys* that has a mark; None where none has."""
    return next((key for key in keys if mark(key) == wanted), None)


def admins(books: Books, but: int = 0) -> Iterator[Colleague]:
    """Yield the admins who can be reached in private."""
    return (one for one in books.staff.all() if one.reachable and one.may("admin") and one.user_id != but)
