"""HTML as Telegram reads it: a few tags become entities, and anything else is refused."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from calmdesk.playground.errors import Json, bad_request

SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
}
KNOWN_TAGS = {*SIMPLE_TAGS, "span", "a", "tg-emoji", "tg-time", "blockquote"}
_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
_NAME = re.compile(r"[^\s>/]*")
_ATTRIBUTE = re.compile(r"""\s+([^\s=>/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?""")


def width(text: str) -> int:
    """Return the length in UTF-16 units, in which Telegram counts offsets."""
    return len(text.encode("utf-16-le")) // 2


@dataclass
class _Open:
    """A tag that waits for its end."""

    name: str
    start: int
    byte: int
    attributes: dict[str, str] = field(default_factory=dict)


class _Reader:
    """One pass over a text with tags."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[Json] = []

    def read(self) -> tuple[str, list[Json]]:
        while self.at < len(self.source):
            character = self.source[self.at]
            if character == "<":
                self._tag()
            elif character == "&" and (reference := _REFERENCE.match(self.source, self.at)):
                self._put(html.unescape(reference[0]))
                self.at = reference.end()
            else:
                self._put(character)
                self.at += 1
        if self.open:
            last = self.open[-1]
            raise _cannot(f'Can\'t find end tag corresponding to start tag "{last.name}"')
        return "".join(self.text), self.entities

    def _put(self, text: str) -> None:
        self.text.append(text)
        self.length += width(text)

    def _byte(self, at: int) -> int:
        return len(self.source[:at].encode())

    def _tag(self) -> None:
        begin = self.at
        closing = self.source.startswith("</", begin)
        self.at += 2 if closing else 1
        name_match = _NAME.match(self.source, self.at)
        name = name_match[0].lower() if name_match else ""
        self.at += len(name)
        if closing:
            self._end(begin, name)
            return
        attributes: dict[str, str] = {}
        while attribute := _ATTRIBUTE.match(self.source, self.at):
            attributes[attribute[1].lower()] = html.unescape(attribute[2] or attribute[3] or attribute[4] or "")
            self.at = attribute.end()
        if name not in KNOWN_TAGS:
            raise _cannot(f'Unsupported start tag "{name}" at byte offset {self._byte(begin)}')
        self._close_bracket(begin, "Unclosed start tag")
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise _cannot(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(begin)}')
        self.open.append(_Open(name, self.length, self._byte(begin), attributes))

    def _close_bracket(self, begin: int, complaint: str) -> None:
        while self.source.startswith((" ", "\n", "\t"), self.at):
            self.at += 1
        if not self.source.startswith(">", self.at):
            raise _cannot(f"{complaint} at byte offset {self._byte(begin)}")
        self.at += 1

    def _end(self, begin: int, name: str) -> None:
        self._close_bracket(begin, "Unclosed end tag")
        if not self.open:
            raise _cannot(f"Unexpected end tag at byte offset {self._byte(begin)}")
        tag = self.open.pop()
        if name and name != tag.name:
            raise _cannot(f'Unmatched end tag at byte offset {self._byte(begin)}, expected "</{tag.name}>", found "</{name}>"')
        if self.length > tag.start and (entity := self._entity(tag)):
            self.entities.append({**entity, "offset": tag.start, "length": self.length - tag.start})

    def _entity(self, tag: _Open) -> Json | None:
        """Return what a tag stands for; a link without an address stands for nothing."""
        if tag.name == "span":
            return {"type": "spoiler"}
        if tag.name == "a":
            address = tag.attributes.get("href") or self._said_since(tag)
            if mention := re.fullmatch(r"tg://user\?id=(\d+)", address):
                return {"type": "text_mention", "user_id": int(mention[1])}
            return {"type": "text_link", "url": address} if re.match(r"(https?|tg)://|[\w-]+\.\w", address) else None
        if tag.name == "tg-emoji":
            return {"type": "custom_emoji", "custom_emoji_id": tag.attributes.get("emoji-id", "")}
        if tag.name == "tg-time":
            format_ = {"date_time_format": tag.attributes["format"]} if tag.attributes.get("format") else {}
            return {"type": "date_time", "unix_time": int(tag.attributes.get("unix", "0")), **format_}
        if tag.name == "blockquote":
            return {"type": "expandable_blockquote" if "expandable" in tag.attributes else "blockquote"}
        if tag.name == "code" and self.open and self.open[-1].name == "pre":
            # `<pre><code class="language-x">` is one entity; the outer tag takes the language along.
            self.open[-1].attributes["class"] = tag.attributes.get("class", "")
            return None
        entity: Json = {"type": SIMPLE_TAGS[tag.name]}
        if tag.name == "pre" and tag.attributes.get("class", "").startswith("language-"):
            entity["language"] = tag.attributes["class"].removeprefix("language-")
        return entity

    def _said_since(self, tag: _Open) -> str:
        return "".join(self.text).encode("utf-16-le")[tag.start * 2 :].decode("utf-16-le")


def _cannot(why: str) -> Exception:
    return bad_request(f"can't parse entities: {why}")


def read_html(source: str) -> tuple[str, list[Json]]:
    """Return the text without its tags, and the entities."""
    return _Reader(source).read()
