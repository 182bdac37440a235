"""Sending: texts, files, albums, places, contacts."""

from __future__ import annotations

from typing import Any

from pydantic import create_model

from calmdesk.playground.entities import caption_text, message_text
from calmdesk.playground.errors import Json, bad_request
from calmdesk.playground.files import media_body
from calmdesk.playground.messages import Message
from calmdesk.playground.methods.delivery import Target, deliver, deliver_all, find_chat, find_connection, writable
from calmdesk.playground.methods.registry import Call, ChatId, JsonObject, JsonObjects, Parameters, method

FILES = {
    "sendPhoto": "photo",
    "sendDocument": "document",
    "sendVoice": "voice",
    "sendVideo": "video",
    "sendVideoNote": "video_note",
    "sendAudio": "audio",
    "sendAnimation": "animation",
    "sendSticker": "sticker",
}
"""The methods that send one file, and the parameter that it comes in."""
CHAT_ACTIONS = {
    *("typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document"),
    *("choose_sticker", "find_location", "record_video_note", "upload_video_note"),
}
ALBUMS = {"photo", "video", "document", "audio"}


class SendMessage(Target):
    """A text."""

    text: str | None = None
    parse_mode: str | None = None
    entities: JsonObjects = None
    link_preview_options: JsonObject = None


class SendFile(Target):
    """A file; the subclass made for each method adds the parameter that it comes in."""

    caption: str | None = None
    parse_mode: str | None = None
    caption_entities: JsonObjects = None
    duration: int | None = None
    width: int | None = None
    height: int | None = None
    length: int | None = None
    performer: str | None = None
    title: str | None = None
    emoji: str | None = None
    has_spoiler: bool = False
    show_caption_above_media: bool = False


class SendMediaGroup(Target):
    """An album."""

    media: JsonObjects = None


class SendLocation(Target):
    """A place on the map."""

    latitude: float | None = None
    longitude: float | None = None
    horizontal_accuracy: float | None = None


class SendVenue(SendLocation):
    """A place with a name and an address."""

    title: str | None = None
    address: str | None = None


class SendContact(Target):
    """A telephone number with a name."""

    phone_number: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class SendChatAction(Parameters):
    """What the bot is doing: typing, sending a file."""

    chat_id: ChatId = None
    business_connection_id: str | None = None
    message_thread_id: int | None = None
    action: str = ""


@method("sendMessage", SendMessage)
def send_message(call: Call, asked: SendMessage) -> Message:
    """Send a text."""
    return deliver(call, asked, message_text(asked.text, asked.parse_mode, asked.entities))


def _send_file(call: Call, asked: SendFile) -> Message:
    """Send a file with its caption."""
    kind = FILES[call.method]
    stored = call.world.files.accept(kind, getattr(asked, kind), call.uploads)
    body = media_body(stored, asked.model_dump()) | caption_text(asked.caption, asked.parse_mode, asked.caption_entities)
    flags = {"has_media_spoiler": asked.has_spoiler, "show_caption_above_media": asked.show_caption_above_media}
    return deliver(call, asked, body | {name: True for name, said in flags.items() if said})


for _name, _kind in FILES.items():
    _field: Any = {_kind: (str | None, None)}
    method(_name, create_model(_name[0].upper() + _name[1:], __base__=SendFile, **_field))(_send_file)


def input_media_body(call: Call, given: Json) -> Json:
    """Return the body that an `InputMedia` object describes."""
    stored = call.world.files.accept(str(given.get("type")), given.get("media"), call.uploads)
    return media_body(stored, given) | caption_text(given.get("caption"), given.get("parse_mode"), given.get("caption_entities"))


@method("sendMediaGroup", SendMediaGroup)
def send_media_group(call: Call, asked: SendMediaGroup) -> list[Message]:
    """Send an album."""
    media = asked.media or []
    if not 2 <= len(media) <= 10:
        raise bad_request("wrong number of messages in the album; it must have 2-10 items")
    kinds = {str(item.get("type")) for item in media}
    if not kinds <= ALBUMS or (len(kinds) > 1 and kinds & {"document", "audio"}):
        raise bad_request("can't send such media in one album")
    return deliver_all(call, asked, [input_media_body(call, item) for item in media], album=call.world.album_id())


def _place(asked: SendLocation) -> Json:
    if asked.latitude is None or asked.longitude is None:
        raise bad_request(f"{'latitude' if asked.latitude is None else 'longitude'} is empty")
    if not (-90 <= asked.latitude <= 90 and -180 <= asked.longitude <= 180):
        raise bad_request("wrong location specified")
    return {"latitude": asked.latitude, "longitude": asked.longitude}


@method("sendLocation", SendLocation)
def send_location(call: Call, asked: SendLocation) -> Message:
    """Send a place on the map."""
    return deliver(call, asked, {"location": _place(asked)})


@method("sendVenue", SendVenue)
def send_venue(call: Call, asked: SendVenue) -> Message:
    """Send a place with a name and an address."""
    if not asked.title or not asked.address:
        raise bad_request(f"{'title' if not asked.title else 'address'} is empty")
    return deliver(
        call, asked, {"venue": {"location": _place(asked), "title": asked.title, "address": asked.address}, "location": _place(asked)}
    )


@method("sendContact", SendContact)
def send_contact(call: Call, asked: SendContact) -> Message:
    """Send a telephone number with a name."""
    if not asked.phone_number or not asked.first_name:
        raise bad_request(f"{'phone_number' if not asked.phone_number else 'first_name'} is empty")
    last = {"last_name": asked.last_name} if asked.last_name else {}
    return deliver(call, asked, {"contact": {"phone_number": asked.phone_number, "first_name": asked.first_name, **last}})


@method("sendChatAction", SendChatAction)
def send_chat_action(call: Call, asked: SendChatAction) -> bool:
    """Show what the bot is doing; a topic that is gone doesn't matter here."""
    if asked.action not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    world = call.world
    if asked.business_connection_id:
        connection = find_connection(world, asked.business_connection_id)
        chat = connection.open_for_reply(int(asked.chat_id or 0), world.clock.now())
        world.record("action", chat, action=asked.action)
    else:
        world.record("action", writable(world, find_chat(world, asked.chat_id)), action=asked.action, thread=asked.message_thread_id)
    return True
