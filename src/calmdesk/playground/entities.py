"""The text of a message and what is marked in it: given, parsed from HTML, or found (commands, links, mentions)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from calmdesk.playground.errors import Json, bad_request
from calmdesk.playground.markup import read_html, width

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
_FOUND = (
    (
        "url",
        re.compile(
            r"https?://[^\s<>，。！？、（）]+|(?<![\w@./])(?:[a-z0-9-]+\.)+(?:com|cn|org|net|me|io)(?![\w.])(?:/[^\s<>，。]*)?",
            re.IGNORECASE,
        ),
    ),
    ("email", re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])", re.ASCII)),
    ("mention", re.compile(r"(?<![\w@])@[A-Za-z]\w{2,31}", re.ASCII)),
    ("hashtag", re.compile(r"(?<!\w)#\w*[^\W\d]\w*")),
)
_NOT_SEARCHED = {"code", "pre", "text_link", "text_mention"}
KINDS = {
    *(
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
    ),
    *("blockquote", "expandable_blockquote", "code", "pre", "text_link", "text_mention", "custom_emoji", "date_time"),
}


def understand(text: str, parse_mode: str | None, given: Sequence[Json] | None) -> tuple[str, list[Json]]:
    """Return the text as Telegram shows it, and its entities in order."""
    entities: list[Json] = []
    mode = (parse_mode or "").lower()
    if mode == "html":
        text, entities = read_html(text)
    elif mode in ("markdown", "markdownv2"):
        raise bad_request(f"can't parse entities: this server doesn't read {parse_mode}; send HTML")
    elif mode:
        raise bad_request("unsupported parse_mode")
    elif given:
        entities = [_checked(entity, text) for entity in given]
    text, entities = _trimmed(text.replace("\r", ""), entities)
    return text, sorted([*entities, *_found(text, entities)], key=lambda entity: (entity["offset"], -entity["length"]))


def pieces(text: str) -> list[str]:
    """Return a text as the apps send it: cut where it is too long for one message, at a line's end or a space where there is one."""
    found = []
    while width(text := text.strip()) > TEXT_LIMIT:
        head = text.encode("utf-16-le")[: TEXT_LIMIT * 2].decode("utf-16-le", "ignore")
        cut = max(head.rfind("\n"), head.rfind(" "))
        cut = cut if cut > len(head) // 2 else len(head)
        found.append(text[:cut].rstrip())
        text = text[cut:]
    return [*found, text]


def message_text(text: str | None, parse_mode: str | None, given: Sequence[Json] | None) -> Json:
    """Return the body of a text message."""
    shown, entities = understand(text or "", parse_mode, given)
    if not shown:
        raise bad_request("message text is empty")
    if width(shown) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return {"text": shown, **({"entities": entities} if entities else {})}


def caption_text(text: str | None, parse_mode: str | None, given: Sequence[Json] | None) -> Json:
    """Return the caption's part of a body; nothing without a caption."""
    shown, entities = understand(text or "", parse_mode, given)
    if width(shown) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    if not shown:
        return {}
    return {"caption": shown, **({"caption_entities": entities} if entities else {})}


def _checked(entity: Json, text: str) -> Json:
    """Return one given entity, refused where it lies outside the text."""
    kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
    if kind not in KINDS:
        raise bad_request(f'can\'t parse MessageEntity: Unsupported type "{kind}" specified')
    if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length <= 0:
        raise bad_request("can't parse entities: receive an entity with incorrect offset or length")
    if offset + length > width(text):
        raise bad_request(f"entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset {offset + length}")
    return {key: value for key, value in entity.items() if value is not None}


def _trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Take the white space at both ends away, as Telegram does, and move the entities along."""
    shift = width(text) - width(text.lstrip())
    text = text.strip()
    kept: list[Json] = []
    for entity in entities:
        start = max(entity["offset"] - shift, 0)
        end = min(entity["offset"] + entity["length"] - shift, width(text))
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return text, kept


def _found(text: str, entities: Sequence[Json]) -> list[Json]:
    """Return what Telegram marks by itself."""
    taken = [(entity["offset"], entity["offset"] + entity["length"]) for entity in entities if entity["type"] in _NOT_SEARCHED]
    found: list[Json] = []
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            start = width(text[: match.start()])
            end = start + width(match[0])
            if all(end <= first or start >= last for first, last in taken):
                taken.append((start, end))
                found.append({"type": kind, "offset": start, "length": end - start})
    return found
