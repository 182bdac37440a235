"""The guided stories: each is a file that says who writes what, turn by turn, and where to look after each turn."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from calmdesk.playground.errors import Json

FOLDER = Path(__file__).parent / "stories"
PICTURES = FOLDER / "pictures"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Turn(_Part):
    """One message of the customer's, and what to look at when it has arrived."""

    say: str = ""
    photo: str | None = None
    """A picture of the folder beside the stories; what is said is its caption."""
    sticker: str | None = None
    """An emoji."""
    hint: dict[str, str]
    """By the page's language; {button_close} stands for what the desk calls that button, {admin} for the admin's name."""
    card: tuple[str, ...] = ()
    """Words that stand on the card or in its topic's name then, for the tests: so that the hint stays true."""

    @model_validator(mode="after")
    def _says_something(self) -> Turn:
        if not (self.say or self.photo or self.sticker):
            raise ValueError("a turn says nothing")
        if self.photo and not (PICTURES / self.photo).is_file():
            raise ValueError(f"there is no picture {self.photo}")
        return self


class Story(_Part):
    """A customer's story."""

    id: str
    title: str
    about: str
    """One line of what happens."""
    name: str
    """The customer's."""
    language: str
    """The customer's, as Telegram's apps say it."""
    turns: tuple[Turn, ...] = Field(min_length=3)

    def as_json(self, said: Callable[[str], str]) -> Json:
        """Return what the page shows of it; *said* puts the desk's words into a hint."""
        turns = [
            {
                "text": turn.say or turn.sticker,
                "photo": turn.photo is not None,
                "hint": {language: said(hint) for language, hint in turn.hint.items()},
            }
            for turn in self.turns
        ]
        return {**self.model_dump(include={"id", "title", "about", "name", "language"}), "turns": turns}


@cache
def _read(folder: Path) -> tuple[Story, ...]:
    return tuple(
        Story.model_validate({"id": path.stem.partition("-")[2], **tomllib.loads(path.read_text("utf-8"))})
        for path in sorted(folder.glob("*.toml"))
    )


def shipped_stories() -> dict[str, Story]:
    """Return the stories that come with calmdesk, in the order of their files."""
    return {story.id: story for story in _read(FOLDER)}
