"""The admins' shop, opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.admins.shop import Open, small_shop
from tests.desk_people import Somebody, Stage


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[Open]:
    """Return how to open a shop with the small playbook: its files changed, its settings as in bot.toml.

    At the end everything that was shown fits into Telegram's limits.
    """
    stages: list[Stage] = []

    def opened(changes: dict[str, str | None] | None = None, **sections: Any) -> Stage:
        stages.append(Stage(tmp_path, small_shop(tmp_path / "templates", changes, **sections)))
        return stages[-1]

    yield opened
    for stage in stages:
        stage.store.close()
        for call in stage.calls:
            for button in (button for row in getattr(call, "buttons", ()) for button in row):
                assert len(button.data.encode()) <= 64, button
                assert len(button.copies) <= 256, button
            assert len(getattr(call, "text", "")) <= 4096


@pytest.fixture
def shop(open_shop: Open) -> Stage:
    """Return a shop as it comes."""
    return open_shop()


@pytest.fixture
def admin(shop: Stage) -> Somebody:
    """Return the shop's admin."""
    return shop.person(1, "林姐", "admin")
