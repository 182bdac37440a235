"""What the bot says of itself: its commands by place and language, its name and descriptions, the menu button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from calmdesk.playground.chats import Chat, Group, User
from calmdesk.playground.errors import Json

Place = tuple[object, ...]


@dataclass
class Menus:
    """Texts that depend on the language, and commands that depend on the place too."""

    commands: dict[tuple[Place, str], list[Json]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    buttons: dict[int | None, Json] = field(default_factory=dict)

    def text(self, kind: str, language: str) -> str:
        """Return the name or a description in a language, or the one for all languages."""
        return self.texts.get((kind, language)) or self.texts.get((kind, ""), "")

    def button(self, chat_id: int | None) -> Json:
        """Return the button beside the text field of a private chat."""
        return self.buttons.get(chat_id) or self.buttons.get(None) or {"type": "commands"}

    def seen_by(self, user: User, chat: Chat) -> list[Json]:
        """Return the commands that a person sees in a chat: the narrowest list that was set, in their language first."""
        places: list[Place] = []
        if isinstance(chat, Group):
            admin = chat.member(user).is_admin
            places = [
                ("chat_member", chat.id, user.id),
                *([("chat_administrators", chat.id)] if admin else []),
                ("chat", chat.id),
                *([("all_chat_administrators",)] if admin else []),
                ("all_group_chats",),
            ]
        else:
            places = [("chat", chat.id), ("all_private_chats",)]
        language = (user.language_code or "").split("-")[0]
        for place in [*places, ("default",)]:
            for code in (language, ""):
                if found := self.commands.get((place, code)):
                    return found
        return []


def place_of(scope: Mapping[str, Any] | None) -> Place:
    """Return what a `BotCommandScope` means, as a key."""
    scope = scope or {"type": "default"}
    return tuple(scope[name] for name in ("type", "chat_id", "user_id") if scope.get(name) is not None)
