"""Who is in the demo: the shop's people and the first customer, by the language of the desk."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from calmdesk.store.rows import Role

FILE = Path(__file__).parent / "cast.toml"


class Cast(BaseModel):
    """The people of one language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: str
    """What the staff's group is called."""
    tag: str
    """The language as Telegram's apps say it."""
    customer: str
    staff: tuple[tuple[str, Role], ...]


def cast_for(language: str | None) -> Cast:
    """Return the people for a desk that is spoken to in a language; the first where there are none."""
    casts = TypeAdapter(dict[str, Cast]).validate_python(tomllib.loads(FILE.read_text("utf-8")))
    return casts.get(language or "", next(iter(casts.values())))
