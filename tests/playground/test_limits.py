"""Limits and faults: as Telegram has them, and as a test asks for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut

from calmdesk.playground import BadGateway, Dropped, Limits, LostAnswer, MovableClock, NeverAnswered, Slow, flood, server_error
from tests.botapi import checked_world, new_bot


@pytest.fixture
def _new_durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the library give durations as it will in its next version, without a warning."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.mark.usefixtures("_new_durations")
async def test_telegrams_limits_are_kept() -> None:
    """Three at once and then one a second in private, 20 a minute in a group, 30 a second in all; all is recorded."""
    clock = MovableClock(1_800_000_000, speed=0)
    async with checked_world(clock=clock, limits=True) as world, new_bot(world) as bot:
        lin = world.person("林")
        group = world.forum("组", [lin])
        await lin.starts()

        async def count_sent(chat_id: int, tries: int) -> tuple[int, int]:
            for done in range(tries):
                try:
                    await bot.send_message(chat_id, "x")
                except RetryAfter as error:
                    return done, cast("timedelta", error.retry_after) // timedelta(seconds=1)
            return tries, 0

        assert await count_sent(lin.id, 5) == (3, 1)
        clock.advance(1)
        assert await count_sent(lin.id, 5) == (1, 1)
        assert await count_sent(group.id, 25) == (20, 60)
        clock.advance(59)
        assert await count_sent(group.id, 1) == (0, 1)
        clock.advance(1)
        assert await count_sent(group.id, 25) == (20, 60)
        crowd = [world.person(f"p{number}") for number in range(12)]
        for person in crowd:
            await person.starts()
        assert [await count_sent(person.id, 1) for person in crowd] == [(1, 0)] * 10 + [(0, 1)] * 2
        assert (world.gate.busiest(group), world.gate.busiest(seconds=1), len(world.gate.refused(group))) == (20, 30, 3)
    async with checked_world(limits=Limits(burst=1)) as world, new_bot(world) as bot:
        lin = world.person("林")
        await lin.starts()
        await bot.send_message(lin.id, "x")
        with pytest.raises(RetryAfter):
            await bot.send_message(lin.id, "x")


@pytest.mark.parametrize(
    ("fault", "error", "arrived"),
    [
        (flood(7), RetryAfter, False),
        (server_error(), NetworkError, False),
        (BadGateway(), NetworkError, False),
        (Dropped(), NetworkError, False),
        (LostAnswer(), NetworkError, True),
        (NeverAnswered(), TimedOut, False),
        (NeverAnswered(with_effect=True), TimedOut, True),
        (Slow(0.05), None, True),
    ],
    ids=lambda value: type(value).__name__ + str(value)[-6:-1] if not isinstance(value, type) else value.__name__,
)
@pytest.mark.usefixtures("_new_durations")
async def test_each_fault_happens_once(fault: Any, error: type[TelegramError] | None, arrived: bool) -> None:
    """The library sees the fault that was asked for; the effect is there or not; the next request is well again."""
    async with checked_world() as world, new_bot(world, read_timeout=0.3) as bot:
        lin = world.person("林")
        await lin.starts()
        world.faults.add(fault, method="sendMessage", chat_id=lin.id)
        if error:
            with pytest.raises(error):
                await bot.send_message(lin.id, "一")
        else:
            await bot.send_message(lin.id, "一")
        await bot.send_message(lin.id, "二")

        assert lin.chat.texts == ["/start", *(["一"] if arrived else []), "二"]
        assert len(world.faults.happened) == 1


async def test_a_share_of_requests_fails_the_same_in_every_run() -> None:
    """The seed decides which requests fail."""

    async def outcome(seed: int) -> list[bool]:
        async with checked_world(seed=seed) as world, new_bot(world) as bot:
            world.faults.add(server_error(), method="getMyName", share=0.4)
            done = []
            for _ in range(12):
                try:
                    await bot.get_my_name()
                    done.append(True)
                except NetworkError:
                    done.append(False)
            world.faults.clear()
            return done

    first = await outcome(3)
    assert first == await outcome(3)
    assert {True, False} == set(first)
    assert first != await outcome(4)
