"""Who is on the page: the staff with their group, the customers, and the stories that are being played."""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from calmdesk.desk.words import Words
from calmdesk.playground.chats import Group
from calmdesk.playground.errors import Json
from calmdesk.playground.page.shown import shown_message, shown_topic
from calmdesk.playground.page.stories import Story, shipped_stories
from calmdesk.playground.people import Person
from calmdesk.playground.world import TelegramWorld
from calmdesk.store.staff import STEP_LASTS

_NAME = re.compile(r"\{(\w+)\}")


@dataclass
class Play:
    """A story that is being played: by whom, and how many turns are over."""

    story: Story
    customer: Person
    turns: int = 0


@dataclass
class Stage:
    """The world as the page shows it."""

    world: TelegramWorld
    group: Group
    staff: dict[int, str]
    """The staff's numbers, and the role of each as far as the page was told."""
    stories: dict[str, Story] = field(default_factory=shipped_stories)
    plays: dict[str, Play] = field(default_factory=dict)
    """By story; a story is played once at a time."""
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    """By which the page knows, when it is loaded anew, whether this is the stage that it showed."""
    port: int = 0
    """Where the page is; 0 before it is anywhere."""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    """The word in the page's address that nobody else knows."""
    language: str = field(default_factory=lambda: Words.shipped().first)
    """In which the agents are spoken to."""
    chosen: bool = True
    """Whether somebody asked for that language."""
    lasts: bool = False
    """Whether the people stay when the desk starts anew."""
    wanted: str | None = None
    """The language in which the page wants the desk to start anew."""
    curtain: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the desk is to start anew."""

    def person(self, number: int) -> Person:
        """Return somebody by number, or raise LookupError."""
        if number not in self.world.people:
            raise LookupError(f"nobody has the number {number}")
        return self.world.people[number]

    def newcomer(self, name: str, language: str, *, role: str | None = None) -> Person:
        """Bring somebody in: a customer, or with a role one of the staff, who is in the group too."""
        person = self.world.person(name, language_code=language or None)
        if role is not None:
            self.staff[person.id] = role
        self.world.record("person", None, person=person)
        return person

    def start_anew(self, language: str) -> None:
        """Ask whoever runs the desk to start it in another language."""
        if language not in Words.shipped().languages:
            raise LookupError(f"the desk doesn't speak {language}")
        self.wanted = language
        self.curtain.set()

    # As JSON

    def shown_person(self, person: Person) -> Json:
        """Return what the page knows of a person."""
        chat = self.world.private[person.id]
        return {
            "id": person.id,
            "name": person.name,
            "language": person.user.language_code or "",
            "role": self.staff.get(person.id),
            "blocked": chat.blocked,
        }

    def shown_story(self, story: Story) -> Json:
        """Return a story and how far it has been played."""
        play = self.plays.get(story.id)
        return {**story.as_json(self.said), "played": play.turns if play else 0, "customer": play.customer.id if play else None}

    def said(self, text: str) -> str:
        """Return a text with the desk's own words put in, as {button_close}, and {admin}: a hint names buttons and people as they read."""
        admin = next((self.world.people[number].name for number, role in self.staff.items() if role == "admin"), "")
        words = {name: Words.shipped()(self.language, name).replace("{number}", "1") for name in _NAME.findall(text) if name != "admin"}
        return text.format(**words, admin=admin)

    def as_json(self) -> Json:
        """Return everything that is there now."""
        chats: list[Any] = [*self.world.private.values(), self.group]
        bot, words = self.world.bot, Words.shipped()
        return {
            "id": self.id,
            "desk": {
                "language": self.language,
                "chosen": self.chosen,
                "lasts": self.lasts,
                "close": self.said("{button_close}"),
                "giveUp": [words(lang, "button_give_up") for lang in words.languages],
                "waits": STEP_LASTS.total_seconds(),
            },
            "bot": {"id": bot.id, "name": bot.name, "username": bot.username},
            "group": {"id": self.group.id, "title": self.group.title},
            "people": [self.shown_person(person) for person in self.world.people.values()],
            "topics": [shown_topic(topic) for topic in self.group.topics.values() if not topic.is_deleted],
            "messages": [shown_message(message) for chat in chats for message in chat.messages],
            "pinned": [{"chat": chat.id, "ids": chat.pinned} for chat in chats if chat.pinned],
            "stories": [self.shown_story(story) for story in self.stories.values()],
        }
