"""Nothing is lost when the desk is killed: short rounds each time, the long ones with `make test-long`."""

from __future__ import annotations

import asyncio

import pytest

from tests.kill_rounds import run


@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_a_killed_desk_goes_on_where_it_stopped(mode: str) -> None:
    """Killed twice while customers write, the desk loses nothing and does nothing twice."""
    counted = asyncio.run(run(mode, rounds=2, messages=40, seed=3))

    assert counted.clean, str(counted)


@pytest.mark.long
@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_thirty_kills_lose_nothing(mode: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Thirty kills among six hundred messages: none lost, none handled twice, no answer sent twice."""
    counted = asyncio.run(run(mode, rounds=30, messages=600, seed=1))
    with capsys.disabled():
        print(f"\n{mode}: {counted}")

    assert counted.clean, str(counted)
