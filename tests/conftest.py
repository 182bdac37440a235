"""What the tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from calmdesk.adviser import Adviser
from calmdesk.config import load_settings

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def adviser() -> Adviser:
    """Return the adviser of the demo shop, as `make demo` has it."""
    return Adviser.open(load_settings(ROOT / "bot.toml"))
