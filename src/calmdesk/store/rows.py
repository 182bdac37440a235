"""What the tables hold, as the rest of the house sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Role = Literal["agent", "senior", "supervisor", "admin"]
ROLES: tuple[Role, ...] = ("agent", "senior", "supervisor", "admin")
"""Of the staff, each may do what those before it may."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who writes to the shop, in a chat with the bot or with the shop's own account."""

    id: int
    chat_id: int
    account: int
    """The Telegram user whose business account the chat belongs to; 0 for a chat with the bot itself."""
    user_id: int
    name: str
    username: str | None
    language: str
    language_chosen: bool
    first_seen: datetime
    last_seen: datetime
    greeted_at: datetime | None
    blocked_at: datetime | None
    """Since when the bot can't write to them."""


@dataclass(frozen=True, slots=True)
class Case:
    """One complaint of a customer's, from its first message to its closing (E2, E3)."""

    id: int
    customer_id: int
    state: str
    opened_at: datetime
    last_at: datetime
    said_at: datetime | None
    """When the customer last wrote."""
    answered_at: datetime | None
    closed_at: datetime | None
    taken_by: int | None
    """The agent whose case it is."""
    supervised_at: datetime | None
    heat: int
    heats: tuple[int, ...]
    level: int
    types: tuple[str, ...]
    stage: str | None
    alert: str | None
    flooded: bool
    """Whether the customer sends more than can be read one by one."""

    @property
    def is_open(self) -> bool:
        """Say whether it is still worked on."""
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a case: the customer's, an agent's, the bot's own, or an internal note."""

    id: int
    case_id: int
    customer_id: int
    role: str
    staff_id: int | None
    at: datetime
    kind: str
    """"text", or what was sent: "photo", "voice", "file", "sticker", "location" …"""
    text: str
    file_id: str | None
    details: dict[str, Any]
    chat_message_id: int | None
    """Its number in the customer's chat."""
    edited_at: datetime | None
    deleted_at: datetime | None
    template: str | None
    techniques: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Offered:
    """A suggestion that was put before the agents."""

    id: int
    case_id: int
    reading_id: int
    place: int
    template: str
    techniques: tuple[str, ...]
    text: str
    blanks: tuple[str, ...]
    why: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptReading:
    """A reading that was kept, with the advice that came with it."""

    id: int
    case_id: int
    message_id: int
    at: datetime
    advice: dict[str, Any]
    """As `calmdesk suggest` gives it."""
    offered: int
    """How many suggestions have been shown for it; more than three when the agent asked for others."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of the staff."""

    user_id: int
    name: str
    role: Role
    language: str | None
    joined_at: datetime
    reachable: bool
    """Whether they have opened a private chat with the bot, so that it can write to them."""

    def may(self, role: Role) -> bool:
        """Say whether they may do what *role* may."""
        return ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True, slots=True)
class Update:
    """One update as Telegram sent it, kept until it has been handled."""

    update_id: int
    lane: str
    raw: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Post:
    """Something that is to be sent."""

    id: int
    chat_id: int
    customer_id: int
    """Whose topic or chat it belongs to; within it the order holds. 0 for none."""
    case_id: int | None
    message_id: int | None
    """The message of the case that it carries to the customer, or shows to the staff."""
    kind: str
    content: dict[str, Any]
    urgency: int
    attempts: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody is in the middle of: the next thing they write belongs to it."""

    kind: str
    case_id: int | None
    data: dict[str, Any]
    at: datetime
