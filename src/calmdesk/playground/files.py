"""Files that were sent: kept in memory, known by their id."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from calmdesk.playground.errors import Json, Refusal, bad_request

UPLOAD_LIMIT = 50 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024
DOWNLOAD_LIMIT = 20 * 1024 * 1024
FOLDERS = {"photo": "photos", "voice": "voice", "video": "videos", "audio": "music", "sticker": "stickers"}
ENDINGS = {"photo": "jpg", "voice": "oga", "video": "mp4", "audio": "mp3", "sticker": "webp", "video_note": "mp4", "animation": "mp4"}


@dataclass(frozen=True)
class Upload:
    """A file as it came with a request or from a person."""

    content: bytes
    name: str | None = None
    mime_type: str | None = None


@dataclass(frozen=True)
class StoredFile:
    """A file that Telegram keeps."""

    id: str
    unique_id: str
    kind: str
    upload: Upload
    path: str

    @property
    def content(self) -> bytes:
        """Return the bytes."""
        return self.upload.content

    def as_json(self) -> Json:
        """Return what every kind of file has in common."""
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": len(self.content)}


class Files:
    """All files of the world."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def keep(self, kind: str, upload: Upload) -> StoredFile:
        """Store a file that was sent."""
        if not upload.content:
            raise bad_request("file must be non-empty")
        if len(upload.content) > (PHOTO_LIMIT if kind == "photo" else UPLOAD_LIMIT):
            raise Refusal(413, "Request Entity Too Large")
        number = len(self._by_id)
        digest = hashlib.sha256(upload.content).hexdigest()
        ending = upload.name.rpartition(".")[2] if upload.name and "." in upload.name and kind == "document" else ENDINGS.get(kind, "bin")
        path = f"{FOLDERS.get(kind, 'documents')}/file_{number}.{ending}"
        stored = StoredFile(f"{kind.replace('_', '')}-{number}-{digest[:24]}", f"U{digest[:14]}", kind, upload, path)
        self._by_id[stored.id] = self._by_path[path] = stored
        return stored

    def all(self) -> list[StoredFile]:
        """Return the files in the order in which they came; kept in this order elsewhere, they have the same ids."""
        return list(self._by_id.values())

    def find(self, file_id: str) -> StoredFile:
        """Return the file with this id."""
        if (stored := self._by_id.get(file_id.removesuffix("-s").removesuffix("-m"))) is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        return stored

    def at(self, path: str) -> StoredFile | None:
        """Return the file under this path of the download address."""
        return self._by_path.get(path)

    def accept(self, kind: str, given: str | None, uploads: Mapping[str, Upload]) -> StoredFile:
        """Return the file that a request means: uploaded with it, or known already."""
        name = given.removeprefix("attach://") if given and given.startswith("attach://") else kind
        if given is None or given.startswith("attach://"):
            if name not in uploads:
                raise bad_request(f"there is no {kind.replace('_', ' ')} in the request")
            return self.keep(kind, uploads[name])
        if given.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        if given not in self._by_id:
            raise bad_request("wrong remote file identifier specified: can't unserialize it. Wrong last symbol")
        stored = self._by_id[given]
        if stored.kind != kind:
            raise bad_request(f"can't use file of type {stored.kind.title()} as {kind.title()}")
        return stored


def picture_size(content: bytes) -> tuple[int, int]:
    """Return width and height of a PNG; other pictures are taken as 800 × 600."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    return 800, 600


def media_body(stored: StoredFile, asked: Mapping[str, Any]) -> Json:
    """Return the part of a message's body that shows a file."""
    common = stored.as_json()
    width, height = picture_size(stored.content)
    name = {"file_name": stored.upload.name} if stored.upload.name else {}
    mime = {"mime_type": stored.upload.mime_type} if stored.upload.mime_type else {}
    seconds = int(asked.get("duration") or 1)
    shape = {"width": asked.get("width") or width, "height": asked.get("height") or height, "duration": seconds}
    match stored.kind:
        case "photo":
            small = {**common, "file_id": f"{stored.id}-s", "file_unique_id": f"{stored.unique_id}s", "width": 90, "height": 67}
            return {"photo": [small, {**common, "width": width, "height": height}]}
        case "voice":
            return {"voice": {**common, "duration": seconds, "mime_type": "audio/ogg"}}
        case "audio":
            tags = {key: asked[key] for key in ("performer", "title") if asked.get(key)}
            return {"audio": {**common, **name, **mime, **tags, "duration": seconds}}
        case "video":
            return {"video": {**common, **name, "mime_type": "video/mp4", **shape}}
        case "animation":
            animation = {**common, **name, "mime_type": "video/mp4", **shape}
            return {"animation": animation, "document": {**common, **name, "mime_type": "video/mp4"}}
        case "video_note":
            return {"video_note": {**common, "length": asked.get("length") or 240, "duration": seconds}}
        case "sticker":
            emoji = {"emoji": asked["emoji"]} if asked.get("emoji") else {}
            return {"sticker": {**common, **emoji, "type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}}
        case _:
            return {"document": {**common, **name, **mime}}
