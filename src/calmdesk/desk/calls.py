"""What goes out, in the desk's words; the edge turns each into one call of the Bot API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: what it says, and one of what it does."""

    label: str
    data: str = ""
    """What comes back when it is tapped; at most 64 bytes."""
    copies: str = ""
    """What it puts on the clipboard; at most 256 characters."""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """Send a text."""

    chat_id: int
    text: str
    marked: bool = False
    """Whether the text is Telegram's HTML; else it goes out letter by letter."""
    thread: int = 0
    buttons: tuple[tuple[Button, ...], ...] = ()
    reply_to: int | None = None
    connection: str = ""
    quietly: bool = False
    """Without a sound."""
    asks: bool = False
    """Whether the answer is expected as a reply to it (the field opens by itself)."""


@dataclass(frozen=True, slots=True)
class Change:
    """Change the text and buttons of a message of ours."""

    chat_id: int
    message_id: int
    text: str
    marked: bool = False
    buttons: tuple[tuple[Button, ...], ...] = ()
    connection: str = ""


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete messages of ours."""

    chat_id: int
    message_ids: tuple[int, ...]
    """At most a hundred."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Send a copy of a message from another chat."""

    chat_id: int
    from_chat_id: int
    message_id: int
    thread: int = 0
    caption: str | None = None
    """In place of its own; None keeps that."""
    connection: str = ""
    reply_to: int | None = None
    kind: str = ""
    file_id: str = ""
    """For chats that a message can't be copied from or to (business): send the file itself, as what it is."""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendFile:
    """Send a file that the desk made."""

    chat_id: int
    name: str
    data: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Toast:
    """Answer a tap: a short line over the screen, or a box to be closed."""

    tap_id: str
    text: str = ""
    box: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One script that inline mode finds."""

    id: str
    title: str
    description: str
    text: str


@dataclass(frozen=True, slots=True)
class Results:
    """Answer an inline search."""

    query_id: str
    found: tuple[Found, ...]
    next_offset: str = ""
    nothing: str = ""
    """What a button above the results says where there are none; it leads to the private chat."""


@dataclass(frozen=True, slots=True)
class MakeTopic:
    """Open a topic in a group."""

    chat_id: int
    name: str
    colour: int
    """One of the six that Telegram allows."""


@dataclass(frozen=True, slots=True)
class ChangeTopic:
    """Rename a topic, close it, open it again, or delete it with all it holds."""

    chat_id: int
    thread: int
    name: str | None = None
    closed: bool | None = None
    ended: bool = False
    """Delete it; the rest doesn't matter then."""


Call = Say | Change | Remove | Copy | SendFile | Toast | Results | MakeTopic | ChangeTopic
"""Each is done once; its result is the number of the message or topic that came of it, None where there is none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call."""

    done: bool
    number: int | None = None
    """The message's or topic's."""
    trouble: str = ""
    """"" where it was done; else one of "blocked" (the person shut us out), "topic gone", "message gone", "same" (nothing to change),
    "refused" (won't ever work), "later" (limit, Telegram down: nothing happened), "unknown" (nobody knows whether it happened)."""
    wait: float = 0.0
    """Seconds to wait before the next try, for "later"."""
    reason: str = ""
    """In Telegram's words."""
    moved_to: int | None = None
    """The group's new number, where it has one."""
