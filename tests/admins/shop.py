"""What the tests of the admins share: the shop with the small playbook, and how somebody goes through its pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from calmdesk.config import Settings
from tests.desk_people import Somebody, Stage, word
from tests.small import write as write_small

ONE = "replies/zh-Hans/ask/one.j2"
Open = Callable[..., Stage]
ADMINS_ONLY = word("not_your_role", role=word("role_admin"))
OUTDATED = word("outdated")
_LABELS = {"nature": ("none", "valid"), "temperament": ("unclear", "choleric"), "intensity": ("0", "1", "2", "3", "4")}
"""What a card needs of labels, beside the small playbook."""


class SmallShop(Settings):
    """Settings of a shop whose only playbook is the one in *base*."""

    @property
    def folders(self) -> list[Path]:
        """Return that folder alone."""
        return [self.base]


def small_shop(folder: Path, changes: Mapping[str, str | None] | None = None, **sections: Any) -> Settings:
    """Write the small playbook of `tests.small` (with *changes*) to *folder* and return its shop's settings; *sections* as in bot.toml."""
    labels = {f"labels/{key}/{one}.toml": f'names = {{ zh-Hans = "{one}", en = "{one}" }}' for key, ones in _LABELS.items() for one in ones}
    return SmallShop.model_validate({**sections, "base": write_small(folder, {**labels, **(changes or {})})})


def goes_to(person: Somebody, *labels: str) -> list[str]:
    """Tap one button after the other; return what popped up."""
    return [person.taps(label) for label in labels]


def opens(person: Somebody, script: str = "1") -> None:
    """Open a wording of the small playbook: 1 哪一块坏了？, 2 拍张照给我看看？, 3 是收到就坏的吗？."""
    person.says("/templates")
    goes_to(person, "问", "语言1", script)


def writes(person: Somebody, text: str, script: str = "1") -> str:
    """Open a wording, send a new text for it, and return what is said to that."""
    opens(person, script)
    person.taps(word("admin_button_new"))
    person.says(text)
    return person.last.text
