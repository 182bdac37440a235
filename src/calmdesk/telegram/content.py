"""What a message holds, in the desk's words: its text, its kind, and what is worth keeping of an attachment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from telegram import Message

from calmdesk.desk.events import Content

_File = tuple[str | None, dict[str, Any]]


def content_of(message: Message) -> Content:
    """Return what *message* holds."""
    text = message.text or message.caption or ""
    for kind, describe in _KINDS.items():
        if getattr(message, kind, None):
            file_id, details = describe(message)
            known = {key: value for key, value in details.items() if value is not None}
            return Content(text, _NAMES.get(kind, kind), file_id, message.media_group_id, known)
    return Content(text, "text" if message.text else "other", details=_other(message))


def _photo(message: Message) -> _File:
    photo = max(message.photo, key=lambda size: size.width * size.height)
    return photo.file_id, {"width": photo.width, "height": photo.height, "size": photo.file_size}


def _voice(message: Message) -> _File:
    voice = message.voice
    return (voice.file_id, {"seconds": _seconds(voice.duration), "size": voice.file_size}) if voice else (None, {})


def _audio(message: Message) -> _File:
    audio = message.audio
    if audio is None:
        return None, {}
    title = " – ".join(part for part in (audio.performer, audio.title) if part) or None
    return audio.file_id, {"name": audio.file_name, "title": title, "seconds": _seconds(audio.duration), "size": audio.file_size}


def _video(message: Message) -> _File:
    video = message.video or message.animation
    if video is None:
        return None, {}
    details = {"name": video.file_name, "seconds": _seconds(video.duration), "width": video.width, "height": video.height}
    return video.file_id, {**details, "size": video.file_size}


def _video_note(message: Message) -> _File:
    note = message.video_note
    return (note.file_id, {"seconds": _seconds(note.duration), "size": note.file_size}) if note else (None, {})


def _document(message: Message) -> _File:
    file = message.document
    return (file.file_id, {"name": file.file_name, "type": file.mime_type, "size": file.file_size}) if file else (None, {})


def _sticker(message: Message) -> _File:
    sticker = message.sticker
    return (sticker.file_id, {"emoji": sticker.emoji, "set": sticker.set_name}) if sticker else (None, {})


def _venue(message: Message) -> _File:
    venue = message.venue
    if venue is None:
        return None, {}
    place = venue.location
    return None, {"latitude": place.latitude, "longitude": place.longitude, "title": venue.title, "address": venue.address}


def _location(message: Message) -> _File:
    place = message.location
    if place is None:
        return None, {}
    live = _seconds(place.live_period) if place.live_period else None
    return None, {"latitude": place.latitude, "longitude": place.longitude, "live_seconds": live}


def _contact(message: Message) -> _File:
    contact = message.contact
    if contact is None:
        return None, {}
    name = " ".join(part for part in (contact.first_name, contact.last_name) if part)
    return None, {"phone": contact.phone_number, "name": name, "user_id": contact.user_id}


def _poll(message: Message) -> _File:
    poll = message.poll
    return (None, {"question": poll.question, "options": [option.text for option in poll.options]}) if poll else (None, {})


_KINDS: Mapping[str, Callable[[Message], _File]] = {
    "photo": _photo,
    "voice": _voice,
    "audio": _audio,
    "video": _video,
    "video_note": _video_note,
    "animation": _video,  # before "document" and "venue" before "location": Telegram sets both
    "document": _document,
    "sticker": _sticker,
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
}
_NAMES = {"document": "file"}


def _other(message: Message) -> dict[str, Any]:
    """Say of a message that is none of the known kinds what it is, such as a die with its emoji."""
    if message.dice:
        return {"what": "dice", "emoji": message.dice.emoji, "value": message.dice.value}
    if message.text:
        return {}
    kinds = ("story", "paid_media", "checklist", "game", "invoice", "giveaway")
    known = [kind for kind in kinds if getattr(message, kind, None)]
    return next(({"what": kind} for kind in (*known, *message.api_kwargs)), {})  # the latter is newer than the library


def _seconds(length: float | timedelta) -> int:
    return round(length.total_seconds() if isinstance(length, timedelta) else length)
