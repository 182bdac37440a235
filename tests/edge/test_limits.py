"""What may go when: never more than Telegram allows, and never less than needed."""

from __future__ import annotations

from bisect import bisect_left
from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st

from calmdesk.telegram.limits import Limits, Window

GROUP, SECOND_GROUP, LIN, ANNA = -100, -200, 1, 2


def most_in(times: list[float], seconds: float) -> int:
    """Return the largest number of times in any stretch of *seconds*."""
    times = sorted(times)
    return max((bisect_left(times, at + seconds) - place for place, at in enumerate(times)), default=0)


attempts = st.lists(
    st.tuples(
        st.sampled_from([GROUP, GROUP, GROUP, SECOND_GROUP, LIN, ANNA]),
        st.floats(0, 4),  # seconds since the attempt before
        st.floats(0, 3),  # seconds until the answer
        st.floats(0, 1),  # where between leaving and answer Telegram counts it
    ),
    min_size=30,
    max_size=150,
)


@given(attempts)
def test_telegram_never_counts_more_than_it_allows(calls: list[tuple[int, float, float, float]]) -> None:
    """However long calls take and whenever Telegram counts them, its limits hold."""
    limits, now, counted = Limits(), 0.0, dict[int, list[float]]()
    under_way: dict[int, float] = {}
    for chat_id, pause, takes, where in calls:
        now += pause
        for chat, end in sorted(under_way.items(), key=lambda item: item[1]):
            if end <= now:
                limits.end(chat, end)
                del under_way[chat]
        if chat_id in under_way or limits.wait(chat_id, now) > 0:
            continue
        limits.begin(chat_id)
        under_way[chat_id] = now + takes
        counted.setdefault(chat_id, []).append(now + takes * where)
    for chat_id, times in counted.items():
        assert most_in(times, 60) <= 20 if chat_id < 0 else most_in(times, 3) <= 3


@given(st.integers(0, 60), st.floats(0, 100), st.sampled_from([GROUP, LIN]))
def test_a_wait_is_as_long_as_it_says(before: int, pause: float, chat_id: int) -> None:
    """After the wait that was asked for, a call may go; with nothing under way the wait has an end."""
    limits, now = Limits(), 0.0
    for _ in range(before):
        now += limits.wait(chat_id, now)
        limits.begin(chat_id)
        limits.end(chat_id, now)
    wait = limits.wait(chat_id, now + pause)
    assert wait < 60.1
    assert limits.wait(chat_id, now + pause + wait + 1e-6) == 0


def test_a_group_takes_all_that_telegram_allows() -> None:
    """Twenty at once, and twenty more each minute."""
    limits, now, count = Limits(), 0.0, 0
    while now < 3599:
        wait = limits.wait(GROUP, now)
        if wait == 0:
            limits.begin(GROUP)
            limits.end(GROUP, now)
            count += 1
        now += wait
    assert count == 1200


def test_a_restart_does_not_forget_what_was_sent() -> None:
    """What the run before sent still counts."""
    limits = Limits()
    limits.remember([(GROUP, ago) for ago in range(59, 39, -1)] + [(LIN, 0.5)] * 3, now=1000.0)
    assert limits.wait(GROUP, 1000.0) == 1.0
    assert limits.wait(LIN, 1000.0) == 2.5
    assert limits.wait(ANNA, 1000.0) == 0


def test_what_telegram_wants_left_alone_is() -> None:
    """A chat that was flooded waits alone; a flood without a chat stops everything."""
    limits = Limits()
    limits.hold(GROUP, 30.0)
    assert (limits.wait(GROUP, 10.0), limits.wait(LIN, 10.0)) == (20.0, 0.0)
    limits.hold(None, 15.0)
    assert (limits.wait(LIN, 10.0), limits.room(10.0), limits.held(10.0)) == (5.0, 0, 5.0)
    assert limits.wait(LIN, 16.0) == 0
    assert limits.full(31.0) == {}


def test_a_call_under_way_counts_until_it_has_ended() -> None:
    """A window that is full of calls under way opens when one of them has ended, not before."""
    window = Window(2, 1.0)
    window.begin()
    window.begin()
    assert (window.wait(100.0), window.room(100.0)) == (inf, 0)
    window.end(100.0)
    assert window.wait(100.0) == 1.0
    assert not window.empty(200.0)
    window.end(200.0)
    assert window.empty(201.0)


@settings(max_examples=25)
@given(st.lists(st.floats(0, 0.2), min_size=60, max_size=90), st.floats(0, 0.5))
def test_all_chats_together_take_thirty_a_second(pauses: list[float], takes: float) -> None:
    """However many chats want something at once."""
    limits, now, times = Limits(), 0.0, list[float]()
    for chat_id, pause in enumerate(pauses, 1):
        now += pause
        while (wait := limits.wait(chat_id, now)) > 0:
            now += wait
        assert limits.room(now) > 0
        limits.begin(chat_id)
        limits.end(chat_id, now + takes)
        times.append(now + takes)
        now += takes / 10
    assert most_in(times, 1) <= 30
