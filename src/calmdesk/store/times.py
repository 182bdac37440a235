"""Times, texts and lists as the tables keep them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

_HALF = re.compile("[\ud800-\udfff]")


def stamp(at: datetime) -> str:
    """Return *at* as it is kept: ISO 8601 in UTC to the millisecond, so that it sorts as text."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(kept: str) -> datetime:
    """Return the time that is kept as *kept*."""
    return datetime.fromisoformat(kept)


def moment_or_none(kept: str | None) -> datetime | None:
    """Return the time that is kept as *kept*, None for none."""
    return None if kept is None else moment(kept)


def whole(text: str) -> str:
    """Return *text* with a mark for each half of a character: it has no form in UTF-8, and one would keep a message out of the file."""
    return text.encode("utf-8", "replace").decode() if _HALF.search(text) else text


def as_json(value: Any) -> str:
    """Return *value* as it is kept."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(value, separators=(",", ":")) if _HALF.search(text) else text
