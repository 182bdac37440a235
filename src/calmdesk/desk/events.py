"""What comes in, in the desk's words. The edge makes these from Telegram's updates; everything in them is untrusted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Person:
    """Who did something."""

    id: int
    name: str
    username: str | None = None
    language: str | None = None
    """As their own Telegram says it: an IETF tag such as "zh-hans" or "en-GB"."""
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Chat:
    """Where it happened."""

    id: int
    kind: Literal["private", "group", "supergroup", "channel"]
    thread: int = 0
    """The topic; 0 for none, and for a forum's general one."""
    connection: str = ""
    """The business connection, where it is a chat of the shop's own account."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a message holds."""

    text: str = ""
    """Its text or caption."""
    kind: str = "text"
    """"text", "photo", "voice", "audio", "video", "video_note", "animation", "file", "sticker", "location", "venue", "contact", "poll",
    or "other"."""
    file_id: str | None = None
    album: str | None = None
    """What photos that were sent together have in common."""
    details: dict[str, Any] = field(default_factory=dict)
    """What else is worth keeping: a file's name and size, a voice's seconds, a place's latitude and longitude, a contact's phone and name,
    a sticker's emoji."""


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote a message."""

    chat: Chat
    person: Person
    message_id: int
    at: datetime
    content: Content
    reply_to: int | None = None
    """The message that it answers."""
    forwarded: bool = False
    outgoing: bool = False
    """Whether the shop's own account wrote it, by hand, in a business chat."""


@dataclass(frozen=True, slots=True)
class Edited:
    """Somebody changed a message."""

    chat: Chat
    person: Person
    message_id: int
    at: datetime
    content: Content


@dataclass(frozen=True, slots=True)
class Deleted:
    """Messages of a business chat were deleted."""

    chat: Chat
    message_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tapped:
    """Somebody tapped a button under a message of ours."""

    tap_id: str
    chat: Chat | None
    """None where the message is too old for Telegram to say."""
    person: Person
    message_id: int | None
    data: str


@dataclass(frozen=True, slots=True)
class Sought:
    """Somebody types the bot's name and words in any chat (inline mode)."""

    query_id: str
    person: Person
    words: str
    offset: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody shut the bot out of a private chat or let it in again, or it was put into or out of a group."""

    chat: Chat
    person: Person
    inside: bool
    may_manage_topics: bool = False


@dataclass(frozen=True, slots=True)
class Connected:
    """A shop's account was connected to the bot, changed, or disconnected."""

    connection: str
    person: Person
    can_reply: bool
    enabled: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """A group became a supergroup and has a new number."""

    chat_id: int
    now: int


@dataclass(frozen=True, slots=True)
class TopicChanged:
    """Somebody closed or reopened a topic by hand."""

    chat: Chat
    person: Person
    closed: bool


@dataclass(frozen=True, slots=True)
class TopicMade:
    """A topic that the bot opened is there; the answer to the call may have got lost."""

    chat: Chat
    name: str


Event = Said | Edited | Deleted | Tapped | Sought | Reached | Connected | Moved | TopicChanged | TopicMade
