"""Messages and topics as the page shows them; what people wrote goes as it is, and only ever becomes text there."""

from __future__ import annotations

from typing import Any

from calmdesk.playground.chats import GENERAL, Group, Topic
from calmdesk.playground.errors import Json
from calmdesk.playground.messages import MEDIA, Message

_ACTIONS = {"callback_data": "ask", "url": "url", "copy_text": "copy"}
"""What a button does, as the page calls it; anything else it shows as a button that does nothing here."""


def shown_topic(topic: Topic) -> Json:
    """Return a topic."""
    return {
        "id": topic.id,
        "name": topic.name,
        "color": topic.icon_color,
        "closed": topic.is_closed,
        "hidden": topic.is_hidden,
        "deleted": topic.is_deleted,
    }


def topic_number(message: Message) -> int | None:
    """Return the topic that a message stands in; None where the chat has none."""
    if not isinstance(message.chat, Group) or not message.chat.is_forum:
        return None
    return message.thread if message.in_topic else GENERAL


def shown_message(message: Message) -> Json:
    """Return a message."""
    return {
        "chat": message.chat.id,
        "id": message.id,
        "topic": topic_number(message),
        "date": message.date,
        "from": _sender(message),
        "text": message.text,
        "entities": message.entities,
        "edited": message.edit_date is not None and not _is_kept_up(message),
        "album": message.album,
        "reply": _quoted(message.reply_to),
        "origin": _origin(message),
        "via": message.via_bot.username if message.via_bot else None,
        "service": _service(message) if message.is_service else None,
        "media": _media(message),
        "reactions": [one.get("emoji", "") for one in message.chat.reactions.get(message.id, [])],
        **_keyboards(message),
    }


def _is_kept_up(message: Message) -> bool:
    """Say whether a change is only the bot's upkeep of a card or a page, which would look as if the customer quoted there had edited."""
    return message.sender is not None and message.sender.is_bot and (isinstance(message.chat, Group) or bool(message.inline_rows))


def _sender(message: Message) -> Json | None:
    return {"id": message.sender.id, "name": message.sender.name, "bot": message.sender.is_bot} if message.sender else None


def _quoted(answered: Message | None) -> Json | None:
    if answered is None or answered.is_service:
        return None
    return {"id": answered.id, "name": answered.sender.name if answered.sender else "", "text": answered.text[:120], "kind": answered.kind}


def _origin(message: Message) -> str | None:
    if message.origin is None:
        return None
    user = message.origin.get("sender_user", {})
    return " ".join(filter(None, (user.get("first_name"), user.get("last_name")))) or message.origin.get("sender_user_name") or "?"


def _service(message: Message) -> Json:
    """Return what Telegram says happened: the kind, and the name that belongs into the sentence."""
    detail: Any = message.body.get(message.kind)
    name = ""
    if isinstance(detail, dict):
        name = str(detail.get("name") or detail.get("first_name") or "")
    elif isinstance(detail, list) and detail:
        name = "、".join(str(one.get("first_name", "")) for one in detail if isinstance(one, dict))
    elif isinstance(detail, str):
        name = detail
    return {"kind": message.kind, "name": name}


def _media(message: Message) -> Json | None:
    for kind in (*MEDIA, "venue", "location", "contact"):
        if kind in message.body:
            found: Any = message.body[kind]
            detail = found[-1] if isinstance(found, list) else found
            kept = ("width", "height", "duration", "emoji", "file_name", "file_size", "latitude", "longitude", "title", "address")
            shown = {name: detail[name] for name in (*kept, "phone_number", "first_name") if name in detail}
            return {"kind": kind, "file": detail.get("file_id"), **shown}
    return None


def _keyboards(message: Message) -> Json:
    """Return the buttons under a message, and what it asks of the one who reads it."""
    markup = message.markup or {}
    shown: Json = {"buttons": [[_button(button) for button in row] for row in message.inline_rows]}
    if "keyboard" in markup:
        shown["keys"] = [[key["text"] for key in row] for row in markup["keyboard"]]
    if markup.get("force_reply"):
        shown["asks"] = {"placeholder": markup.get("input_field_placeholder", ""), "selective": bool(markup.get("selective"))}
    return shown


def _button(button: Json) -> Json:
    for key, kind in _ACTIONS.items():
        if key in button:
            value = {"ask": None, "url": button.get("url"), "copy": button.get("copy_text", {}).get("text")}[kind]
            return {"text": button["text"], "kind": kind, "value": value}
    return {"text": button["text"], "kind": "other", "value": None}
