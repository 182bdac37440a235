"""What every use case of the desk works with, and how urgent things are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape

from calmdesk.adviser import Adviser
from calmdesk.config import Settings
from calmdesk.desk.calls import Button
from calmdesk.desk.events import Chat
from calmdesk.desk.words import Words
from calmdesk.reading.corrections import Corrections
from calmdesk.replies.template import BLANK
from calmdesk.store.rows import Case, Colleague, Customer
from calmdesk.store.store import Books

Buttons = list[list[Button]]

NEW_CASE = 5
"""How much more urgent a case's first card is than a change of one that is known; a step of heat is 10."""
ALARM = 50
"""How much more urgent an alert makes everything of its case."""
_LONGEST_NUMBER = 18
"""Digits that the books have room for."""
BUSINESS_WINDOW = timedelta(hours=24)
"""For so long after the customer's last word Telegram lets a connected bot write in a chat of the shop's account."""


@dataclass(frozen=True)
class Kit:
    """The settings, the adviser and the bot's own words."""

    settings: Settings
    adviser: Adviser
    words: Words
    learnt: Corrections = field(default_factory=Corrections)
    """What agents corrected so far."""
    bot: str = ""
    """The bot's username, for links to it."""

    @property
    def desk_language(self) -> str:
        """Return the language of the staff's groups."""
        return self.settings.desk.language or self.words.first

    def language(self, colleague: Colleague | None) -> str:
        """Return the language in which one of the staff is spoken to in private."""
        return (colleague and colleague.language) or self.desk_language

    def language_in(self, chat: Chat | None, colleague: Colleague) -> str:
        """Return the language in which one of the staff is spoken to in a chat: their own in private, elsewhere the desk's."""
        return self.desk_language if chat and chat.kind != "private" else self.language(colleague)

    def name(self, dimension: str, key: str, lang: str) -> str:
        """Return a label's name as people say it."""
        playbook = self.adviser.playbook
        labels = playbook.labels.get(dimension, {})
        found = playbook.complaints.get(key) if dimension == "types" else labels.get(key)
        return found.names.get(lang, key) if found else key

    def technique(self, key: str, lang: str) -> str:
        """Return a technique's name."""
        found = self.adviser.playbook.techniques.get(key)
        return found.names.get(lang, key) if found else key

    def about(self, types: Iterable[str], nature: str | None, heats: Sequence[int], lang: str) -> str:
        """Return what a customer's words are about, after *heats* up to them; who rages without saying why has no lesser complaint."""
        if not types and nature == "inquiry" and not any(heats[:-1]):
            return self.name("nature", nature, lang)
        unnamed = "no_new_complaint" if any(heats[:-1]) else "no_complaint" if nature in {None, "none"} else "unnamed_complaint"
        return self.types(types, lang) or self.words(lang, unnamed)

    def types(self, keys: Iterable[str], lang: str) -> str:
        """Return types of complaint in one line; the name of one may be a list itself, so no comma stands between them."""
        return self.words(lang, "join_types").join(self.name("types", key, lang) for key in keys)

    def blank(self, key: str, lang: str) -> str:
        """Return a blank's name."""
        found = self.adviser.playbook.blanks.get(key)
        return found.names.get(lang, key) if found else key

    def with_names(self, text: str, lang: str) -> str:
        """Return a text with its blanks called by their names."""
        return BLANK.sub(lambda match: f"〔{self.blank(match[1], lang)}〕", text)

    def example(self, key: str, written: str, now: datetime) -> str:
        """Return an example of what goes into a blank *now*, in a reply that is *written* in a language."""
        found = self.adviser.playbook.blanks.get(key)
        return found.at(written, now.astimezone()) if found else ""

    def urgency(self, case: Case) -> int:
        """Return how urgent what concerns a case is: by its heat, and at once where there is an alert."""
        return 10 * case.heat + (ALARM if case.alert and case.is_open else 0)

    def places(self, books: Books, case: Case, customer: Customer) -> Iterator[int]:
        """Yield the chats in which the staff see a case: its group, or without groups the private chats of who works on it."""
        if self.settings.staff.groups:
            topic = books.places.topic(customer.id)
            if topic is None:
                topic = books.places.want_topic(customer.id, min(self.settings.staff.groups, key=books.places.open_in))
            yield topic.chat_id
            return
        for colleague in books.staff.all():
            if colleague.reachable and (case.taken_by in {None, colleague.user_id} or colleague.may("supervisor")):
                yield colleague.user_id

    def show(self, books: Books, case: Case, customer: Customer, *, more: int = 0) -> None:
        """Have every card of a case brought up to date."""
        seen_in = [card.chat_id for card in books.places.cards(case.id)]  # in private chats of colleagues, before one of them took it
        for chat_id in dict.fromkeys([*self.places(books, case, customer), *seen_in]):
            books.places.want_card(case.id, chat_id)
            fresh = books.places.card(case.id, chat_id)
            extra = NEW_CASE if fresh and fresh.message_id is None else 0
            urgency = self.urgency(case) + extra + more
            books.outbox.put("card", chat_id, {}, customer_id=customer.id, case_id=case.id, urgency=urgency)
            books.outbox.hurry(chat_id, customer.id, urgency)

    def mirror(
        self, books: Books, case: Case, customer: Customer, message_id: int, before: Sequence[tuple[str, dict[str, int]]] = ()
    ) -> None:
        """Have a message of a case shown to the staff where they see the case; several that wait are shown as one.

        A customer's words bring the card along. What is shown of them *before*, as posts of their own, isn't shown twice.
        """
        after: dict[str, int] = {"echo": 1} if before else {}
        for chat_id in self.places(books, case, customer):
            for kind, content in [*before, ("mirror", after)]:
                books.outbox.put(
                    kind, chat_id, content, customer_id=customer.id, case_id=case.id, message_id=message_id, urgency=self.urgency(case)
                )

    def tell(
        self, books: Books, case: Case, customer: Customer, text: str, buttons: Buttons | None = None, *, urgent: bool = False
    ) -> None:
        """Say something to the staff where they see a case; *text* is HTML."""
        for chat_id in self.places(books, case, customer):
            books.outbox.put(
                "tell", chat_id, {"text": text, "buttons": packed(buttons or [])},
                customer_id=customer.id, case_id=case.id, urgency=self.urgency(case) + (ALARM if urgent else 0),
            )  # fmt: skip

    def whisper(
        self, books: Books, chat_id: int, text: str, buttons: Buttons | None = None, *, thread: int = 0, asks: int = 0,
        customer_id: int = 0, leads_there: str = "", wait: float = 0.0,
    ) -> None:  # fmt: skip
        """Say something to one of the staff, in private or in a topic, not before *wait* seconds have passed; *text* is HTML.

        *customer_id* says whom it names, so that it is erased with them, and with *leads_there*, a language, a button leads to them as
        soon as there is a topic. *asks* says who is to answer it. In a private chat the field for a reply opens by itself then, in place
        of buttons.
        """
        shown = [] if asks and chat_id > 0 else packed(buttons or [])
        content = {"text": text, "buttons": shown, "thread": thread, "asks": asks, "leads_there": leads_there}
        books.outbox.put("whisper", chat_id, content, customer_id=customer_id, urgency=ALARM, wait=wait)

    def way_to(self, books: Books, customer: Customer, lang: str) -> Buttons:
        """Return a button that leads to a customer's topic, where there is one."""
        topic = books.places.topic(customer.id)
        if topic is None or topic.thread_id is None:
            return []
        return [[Button(self.words(lang, "button_go"), url=f"https://t.me/c/{str(topic.chat_id).removeprefix('-100')}/{topic.thread_id}")]]

    def toast(self, books: Books, tap_id: str, text: str = "", *, box: bool = False) -> None:
        """Answer a tap."""
        books.outbox.put("toast", 0, {"tap": tap_id, "text": text[:200], "box": box}, urgency=2 * ALARM)


def packed(buttons: Buttons) -> list[list[dict[str, str]]]:
    """Return buttons as the outbox keeps them."""
    return [[{key: value for key in ("label", "data", "copies", "url") if (value := getattr(one, key))} for one in row] for row in buttons]


def unpacked(kept: list[list[dict[str, str]]]) -> tuple[tuple[Button, ...], ...]:
    """Return buttons from what the outbox kept."""
    return tuple(tuple(Button(**one) for one in row) for row in kept)


def carried(text: str) -> int:
    """Return the number that a button carries; 0, which nothing has, where it carries none that could be one of ours."""
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER else 0


def plain(text: str, most: int = 3500) -> str:
    """Return a customer's or agent's text fit to stand in HTML, cut where it is too long: it is hostile until it has been here."""
    return escape(text if len(text) <= most else text[: most - 1] + "…", quote=False)
