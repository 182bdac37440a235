"""One message, as it stood at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from calmdesk.playground.errors import Json

if TYPE_CHECKING:
    from calmdesk.playground.chats import Chat, User

MEDIA = ("animation", "photo", "document", "voice", "video", "video_note", "audio", "sticker")
CONTENT = ("text", *MEDIA, "location", "venue", "contact")


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message in a chat; an edit makes a new one with the same id."""

    chat: Chat
    id: int
    date: int
    sender: User | None
    body: Mapping[str, Any]
    """What is in it: text and entities, a photo with its caption, a service message …"""
    thread: int | None = None
    in_topic: bool = False
    reply_to: Message | None = None
    markup: Json | None = None
    edit_date: int | None = None
    album: str | None = None
    origin: Json | None = None
    via_bot: User | None = None
    business_connection: str | None = None
    business_bot: User | None = None
    protected: bool = False
    extras: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return what can be read: the text or the caption."""
        return str(self.body.get("text", self.body.get("caption", "")))

    @property
    def kind(self) -> str:
        """Return what it is: text, photo, voice …, or the name of the service message."""
        return next((kind for kind in CONTENT if kind in self.body), next(iter(self.body), ""))

    @property
    def is_service(self) -> bool:
        """Say whether Telegram wrote it and no person."""
        return self.kind not in CONTENT

    @property
    def inline_rows(self) -> list[list[Json]]:
        """Return the buttons under it, row by row."""
        return list((self.markup or {}).get("inline_keyboard", []))

    @property
    def buttons(self) -> list[str]:
        """Return the labels of all buttons under it."""
        return [button["text"] for row in self.inline_rows for button in row]

    @property
    def entities(self) -> list[Json]:
        """Return what is marked in the text or the caption."""
        return list(self.body.get("entities", self.body.get("caption_entities", [])))

    @property
    def file_id(self) -> str | None:
        """Return the file in it; of a photo the largest size."""
        for kind in MEDIA:
            if kind in self.body:
                media = self.body[kind]
                return str((media[-1] if isinstance(media, list) else media)["file_id"])
        return None

    def as_json(self, *, with_reply: bool = True) -> Json:
        """Return the object that the Bot API shows."""
        shown: Json = {"message_id": self.id, "date": self.date, "chat": self.chat.as_json()}
        if self.sender:
            shown["from"] = self.sender.as_json()
        if self.thread is not None:
            shown["message_thread_id"] = self.thread
        if self.in_topic:
            shown["is_topic_message"] = True
        # A message in a topic that answers nothing is shown as an answer to the topic's beginning.
        answered = self.reply_to or (self.chat.find(self.thread) if self.in_topic and self.thread != self.id else None)
        if with_reply and answered:
            shown["reply_to_message"] = answered.as_json(with_reply=False)
        if self.markup and "inline_keyboard" in self.markup:
            shown["reply_markup"] = self.markup
        optional = {
            "edit_date": self.edit_date,
            "media_group_id": self.album,
            "forward_origin": self.origin,
            "via_bot": self.via_bot and self.via_bot.as_json(),
            "business_connection_id": self.business_connection,
            "sender_business_bot": self.business_bot and self.business_bot.as_json(),
            "has_protected_content": self.protected or None,
        }
        shown.update({name: value for name, value in optional.items() if value is not None})
        return {**shown, **self.body, **self.extras}


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened in the world."""

    kind: str
    """sent, edited, deleted, reacted, pinned, unpinned, topic, action, answered, member or menu."""
    at: float
    chat: Chat | None = None
    message: Message | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
