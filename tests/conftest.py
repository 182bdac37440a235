"""What the tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from calmdesk.adviser import Adviser
from calmdesk.config import load_settings
from calmdesk.store.store import Store
from tests.desk_people import GROUP, Somebody, Stage, open_stage
from tests.keeping import Clock, Do, opened

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def adviser() -> Adviser:
    """Return the adviser of the demo shop, as `make demo` has it."""
    return Adviser.open(load_settings(ROOT / "bot.toml"))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Open a desk with one group of staff."""
    opened = open_stage(tmp_path, GROUP)
    yield opened
    opened.store.close()


@pytest.fixture
def lin(stage: Stage) -> Somebody:
    """Return a customer."""
    return stage.person(7, "林小姐")


@pytest.fixture
def boss(stage: Stage) -> Somebody:
    """Return the supervisor, who can be reached in private."""
    return stage.person(1, "王主管", "supervisor")


@pytest.fixture
def wang(stage: Stage) -> Somebody:
    """Return an agent, in the topic of the first customer."""
    return stage.person(2, "小王", "agent").at(GROUP, 2)


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """Return a new store."""
    with opened(tmp_path / "desk.db", clock) as store:
        yield store


@pytest.fixture
def do(store: Store) -> Do:
    """Return what runs a piece of work as one transaction."""
    return store.now
