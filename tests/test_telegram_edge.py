"""The edge to Telegram, end to end against the local Bot API server: nothing lost, nothing twice, in order, within the limits."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from calmdesk.desk.calls import Button, Say
from calmdesk.desk.events import Moved
from calmdesk.playground import (
    BadGateway,
    Dropped,
    Limits,
    LostAnswer,
    MovableClock,
    NeverAnswered,
    Person,
    Slow,
    TelegramWorld,
    flood,
    server_error,
)
from calmdesk.store.store import StoreError
from calmdesk.telegram import poller, sender
from calmdesk.telegram.app import SECRET, running
from calmdesk.telegram.calls import perform
from calmdesk.telegram.connection import EdgeError
from tests.botapi import checked_world
from tests.edge.standin import EchoDesk, echo, rows, settings_for

HURRY = 60.0


@pytest.fixture
async def world() -> AsyncIterator[TelegramWorld]:
    """Return a world in which the shape of every request is checked."""
    async with checked_world() as world:
        yield world


@pytest.fixture
def lin(world: TelegramWorld) -> Person:
    """Return a customer."""
    return world.person("林小姐", language_code="zh-hans")


async def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it didn't happen in time"
        await asyncio.sleep(0.01)


def answers(person: Person) -> list[str]:
    """Return what the bot said to somebody, in order."""
    return [message.text.removeprefix("→ ") for message in person.chat.messages if message.text.startswith("→ ")]


@pytest.fixture(params=["polling", "webhook"])
def way(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the settings of each way in."""
    if request.param == "polling":
        return {}
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    return {"mode": "webhook", "listen": address, "webhook_url": f"http://{address}/telegram"}


# -- nothing lost, nothing twice, in order


async def test_messages_are_answered_in_order(world: TelegramWorld, tmp_path: Path, way: dict[str, Any]) -> None:
    """Each customer gets each answer once, in the order of their messages, whichever way these come in."""
    people = [world.person(f"Customer {number}") for number in range(5)]
    async with echo(world, tmp_path, speed=HURRY, **way) as (desk, edge):
        for number in range(12):
            for person in people:
                await person.says(str(number))
        await until(lambda: all(len(answers(person)) == 12 for person in people), 15)
        assert edge.house.store.look(lambda books: books.inbox.counts()) == {"waiting": 0, "dead": 0}
    assert all(answers(person) == [str(number) for number in range(12)] for person in people)
    assert len(desk.heard) == 60


async def test_what_was_written_while_the_desk_was_closed_is_answered(world: TelegramWorld, lin: Person, tmp_path: Path) -> None:
    """Telegram keeps it until it has been committed here."""
    await lin.says("半夜")
    async with echo(world, tmp_path):
        await until(lambda: answers(lin) == ["半夜"])
    assert world.updates.waiting() == [] or len(world.updates.waiting()) == 1, "not acknowledged: comes again, and is known"
    async with echo(world, tmp_path) as (desk, _):
        await lin.says("早上")
        await until(lambda: answers(lin) == ["半夜", "早上"])
    assert desk.heard == ["早上"], "the second run handled only what was new"


async def test_an_error_undoes_everything_and_the_update_is_tried_again(world: TelegramWorld, lin: Person, tmp_path: Path) -> None:
    """What the desk did before it stumbled leaves no trace, and what comes behind in the same chat waits."""
    desk = EchoDesk()
    desk.stumbles["b"] = 2
    async with echo(world, tmp_path, desk, speed=HURRY) as (_, edge):
        for text in "abc":
            await lin.says(text)
        await until(lambda: len(answers(lin)) == 3, 8)
        heard = rows(edge.house.store, "SELECT detail FROM deeds")
    assert desk.heard == ["a", "b", "b", "b", "c"]
    assert [detail for (detail,) in heard] == ['{"text":"a"}', '{"text":"b"}', '{"text":"c"}']
    assert answers(lin) == ["a", "b", "c"]


async def test_what_keeps_failing_goes_to_the_dead_letters_and_can_be_tried_again(
    world: TelegramWorld, lin: Person, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """After some tries the others go on; when the fault is mended, one command brings it back."""
    desk = EchoDesk()
    desk.stumbles["b"] = 99
    async with echo(world, tmp_path, desk, speed=HURRY) as (_, edge):
        for text in "abc":
            await lin.says(text)
        await until(lambda: answers(lin) == ["a", "c"], 15)
        ((_, _, why),) = edge.house.store.look(lambda books: books.inbox.dead())
        assert why == "RuntimeError: stumbled over b"
        assert "Traceback" in caplog.text
        desk.stumbles.clear()
        await edge.house.store.write(lambda books: books.inbox.retry())
        await until(lambda: answers(lin) == ["a", "c", "b"])


async def test_an_update_that_comes_twice_is_handled_once(world: TelegramWorld, lin: Person, tmp_path: Path, way: dict[str, Any]) -> None:
    """Telegram may deliver again what it has delivered, and out of order."""
    async with echo(world, tmp_path, speed=HURRY, **way) as (desk, _):
        world.updates.deliver_twice(3)
        for text in "abc":
            await lin.says(text)
        await until(lambda: len(answers(lin)) == 3)
        await lin.says("d")
        await until(lambda: len(answers(lin)) == 4)
    assert desk.heard == ["a", "b", "c", "d"]


async def test_an_update_that_nobody_can_parse_stops_nothing(
    world: TelegramWorld, lin: Person, tmp_path: Path, way: dict[str, Any]
) -> None:
    """It goes to the dead letters at once; what comes behind it is handled."""
    async with echo(world, tmp_path, **way) as (_, edge):
        world.updates.push_raw({"message": {"message_id": "seven", "chat": "nowhere", "date": []}})
        world.updates.push_raw({"message": {"message_id": None}})
        await lin.says("a")
        await until(lambda: answers(lin) == ["a"])
        await until(lambda: edge.house.store.look(lambda books: books.inbox.counts())["dead"] == 2)
        dead = edge.house.store.look(lambda books: books.inbox.dead())
    assert all("can't be understood" in why for _, _, why in dead)


async def test_a_group_that_moves_is_told(world: TelegramWorld, lin: Person, tmp_path: Path) -> None:
    """The desk hears the new number."""
    small = world.group("小组", [lin])
    async with echo(world, tmp_path) as (desk, _):
        large = await lin.upgrades(small)
        await until(lambda: Moved(small.id, large.id) in desk.events)


# -- sending


async def test_a_flood_is_waited_out(world: TelegramWorld, lin: Person, tmp_path: Path) -> None:
    """The chat that Telegram wants left alone is; another goes on; nothing is lost or doubled."""
    bo = world.person("Bo")
    world.faults.add(flood(60), method="sendMessage", chat_id=lin.id)
    async with echo(world, tmp_path, speed=HURRY) as (desk, _):
        await lin.says("a")
        await until(lambda: desk.outcomes)
        began = time.monotonic()
        await lin.says("b")
        await bo.says("c")
        await until(lambda: answers(bo) == ["c"])
        assert answers(lin) == []
        await until(lambda: answers(lin) == ["a", "b"])
        assert time.monotonic() - began >= 0.9, "a minute, hurried"
    assert len(world.called("sendMessage")) == 4


@pytest.mark.parametrize("fault", [server_error(), BadGateway()], ids=["500", "502"])
async def test_a_refusal_of_telegrams_is_tried_again(world: TelegramWorld, lin: Person, tmp_path: Path, fault: object) -> None:
    """Nothing happened, so nothing can happen twice."""
    world.faults.add(fault, method="sendMessage", times=3)  # type: ignore[arg-type]
    async with echo(world, tmp_path, speed=HURRY):
        await lin.says("a")
        await lin.says("b")
        await until(lambda: answers(lin) == ["a", "b"])
    assert len(world.called("sendMessage")) >= 2


@pytest.mark.parametrize("fault", [LostAnswer(), Dropped()], ids=["after", "before"])
async def test_an_unknown_outcome_is_not_repeated(world: TelegramWorld, lin: Person, tmp_path: Path, fault: object) -> None:
    """Nobody knows whether the customer has it, so it is marked and shown and not sent again; what comes behind goes on."""
    world.faults.add(fault, method="sendMessage")  # type: ignore[arg-type]
    async with echo(world, tmp_path) as (desk, edge):
        await lin.says("a")
        await lin.says("b")
        await until(lambda: "b" in answers(lin))
        await asyncio.sleep(0.2)
        assert edge.house.store.look(lambda books: books.outbox.counts())["unknown"] == 1
    assert answers(lin) == (["a", "b"] if isinstance(fault, LostAnswer) else ["b"])
    assert desk.outcomes[0][1].trouble == "unknown"


async def test_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(world: TelegramWorld, lin: Person, tmp_path: Path) -> None:
    """Whatever the library raises over an answer, the message may have been sent."""
    desk = EchoDesk()
    async with echo(world, tmp_path, desk) as (_, edge):

        async def faulty(_call: object) -> None:
            raise TypeError("no such field")

        edge.house.sender._perform = faulty  # type: ignore[assignment]
        await lin.says("a")
        await until(lambda: desk.outcomes)
    assert desk.outcomes[0][1].trouble == "unknown"


async def test_a_post_that_cannot_be_prepared_stops_nothing(world: TelegramWorld, lin: Person, tmp_path: Path) -> None:
    """It has failed, with the reason; one that has become needless is dropped."""
    desk = EchoDesk()
    desk.stumbles["prepare → b"] = 1
    async with echo(world, tmp_path, desk) as (_, edge):
        for text in ("a", "b", "nothing", "c"):
            await lin.says(text)
        await until(lambda: answers(lin) == ["a", "c"])
        await until(lambda: "sending" not in str(rows(edge.house.store, "SELECT state FROM outbox")))
        states = rows(edge.house.store, "SELECT state, error FROM outbox ORDER BY id")
    assert states[1] == ("failed", "RuntimeError: stumbled over → b")
    assert [state for state, _ in states] == ["sent", "failed", "dropped", "sent"]


async def test_an_outcome_that_the_desk_cannot_note_is_noted_all_the_same(world: TelegramWorld, lin: Person, tmp_path: Path) -> None:
    """Else the message would stand as under way for ever, and all behind it would wait."""
    desk = EchoDesk()
    desk.stumbles["settle → a"] = 1
    async with echo(world, tmp_path, desk) as (_, edge):
        await lin.says("a")
        await lin.says("b")
        await until(lambda: answers(lin) == ["a", "b"])
        await until(lambda: rows(edge.house.store, "SELECT state FROM outbox") == [("sent",), ("sent",)])


async def test_a_tap_and_a_search_are_answered_at_once(world: TelegramWorld, lin: Person, tmp_path: Path) -> None:
    """They don't wait for what is under way or in line."""
    async with echo(world, tmp_path) as (_, edge):
        await lin.says("a")
        await until(lambda: answers(lin) == ["a"])
        await perform(edge.bot, Say(lin.id, "?", buttons=((Button("Yes", data="yes"),),)))
        world.faults.add(Slow(1.0), method="sendMessage", times=5)
        for text in "bcd":
            await lin.says(text)
        began = time.monotonic()
        assert (await lin.taps("Yes")).text == "yes"
        assert [result.json["title"] for result in await lin.types_inline("快递")] == ["快递"]
        assert time.monotonic() - began < 0.9
        world.faults.clear()


async def test_one_call_at_a_time_per_chat_and_several_chats_side_by_side(world: TelegramWorld, tmp_path: Path) -> None:
    """A slow chat holds up only itself."""
    people = [world.person(f"Customer {number}") for number in range(8)]
    world.faults.add(Slow(0.5), method="sendMessage", times=16)
    async with echo(world, tmp_path):
        for text in "ab":
            for person in people:
                await person.says(text)
        began = time.monotonic()
        await until(lambda: all(answers(person) == ["a", "b"] for person in people))
        took = time.monotonic() - began
    assert 0.45 <= took <= 3


async def test_telegrams_limits_are_kept(tmp_path: Path) -> None:
    """A group gets twenty a minute, across a restart too, and Telegram never has to say no."""
    async with checked_world(clock=MovableClock(speed=HURRY), limits=Limits(edits_count=True)) as world:
        anna = world.person("Anna")
        group = world.forum("客服组", [anna])
        for number in range(45):
            await anna.says(str(number), to=group)
        for _ in range(2):
            async with echo(world, tmp_path, speed=HURRY):
                enough = min(45, len(world.gate.sent_to(group)) + 22)
                await until(partial(lambda enough: len(world.gate.sent_to(group)) >= enough, enough), 10)
        texts = [message.text for message in group.messages if message.text.startswith("→")]
        assert world.gate.refused() == []
        assert world.gate.busiest(group) <= 20
    assert texts == [f"→ {number}" for number in range(len(texts))]


# -- opening and closing


async def test_calls_under_way_are_finished_before_it_closes(world: TelegramWorld, lin: Person, tmp_path: Path) -> None:
    """What was begun is ended and noted; what was not begun waits for the next opening."""
    world.faults.add(Slow(0.5), method="sendMessage", times=2)
    async with echo(world, tmp_path):
        for text in "abc":
            await lin.says(text)
        await until(lambda: answers(lin) == ["a"])
    assert answers(lin) == ["a"]
    async with echo(world, tmp_path) as (_, edge):
        await until(lambda: answers(lin) == ["a", "b", "c"])
        await until(lambda: {state for (state,) in rows(edge.house.store, "SELECT state FROM outbox")} == {"sent"})


async def test_a_call_that_does_not_end_is_looked_into_at_the_next_opening(
    world: TelegramWorld, lin: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing doesn't wait for ever; nobody knows about that call, so it isn't made again."""
    monkeypatch.setattr(sender, "PATIENCE", 0.2)
    world.faults.add(NeverAnswered(with_effect=True), method="sendMessage")
    async with echo(world, tmp_path):
        await lin.says("a")
        await until(lambda: answers(lin) == ["a"])
    async with echo(world, tmp_path) as (_, edge):
        await lin.says("b")
        await until(lambda: answers(lin) == ["a", "b"])
        assert edge.house.store.look(lambda books: books.outbox.counts())["unknown"] == 1


async def test_a_second_desk_on_the_same_database_is_refused(world: TelegramWorld, tmp_path: Path) -> None:
    """Two would answer everybody twice."""
    async with echo(world, tmp_path):
        with pytest.raises(StoreError, match="another calmdesk runs on this database"):
            async with echo(world, tmp_path):
                pass


async def test_telegram_may_be_away_when_it_opens(world: TelegramWorld, lin: Person, tmp_path: Path) -> None:
    """It keeps trying."""
    world.faults.add(server_error(), method="getMe")
    world.faults.add(server_error(), method="getUpdates")
    async with echo(world, tmp_path):
        await lin.says("a")
        await until(lambda: answers(lin) == ["a"])


async def test_a_wrong_token_is_said_in_one_line_without_it(world: TelegramWorld, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Telegram doesn't know it; it must not be shown either."""
    with pytest.raises(EdgeError, match="BotFather") as error:
        async with running(settings_for(world, tmp_path), "123456:wrong-token-of-somebody", desk=EchoDesk()):
            pass
    assert "wrong-token" not in str(error.value) + caplog.text


async def test_another_poller_is_told_of(world: TelegramWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gives way once in a while, then it says what is wrong."""
    monkeypatch.setattr(poller, "_CONFLICTS", 2)
    world.faults.add(server_error(409, "Conflict: terminated by other getUpdates request"), method="getUpdates", times=2)
    async with echo(world, tmp_path) as (_, edge):
        with pytest.raises(EdgeError, match="another program polls with this token"):
            await edge.wait()


async def test_the_token_is_never_in_the_log(
    world: TelegramWorld, lin: Person, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even with every library at its most talkative, and requests failing in every way."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(SECRET, "a-secret-of-ours")
    for name in ("httpx", "telegram", "aiohttp"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    desk = EchoDesk()
    desk.stumbles["settle → c"] = 1
    for method, fault in {"getMe": BadGateway(), "deleteWebhook": Dropped(), "getUpdates": LostAnswer()}.items():
        world.faults.add(fault, method=method)
    world.faults.add(Dropped(), method="sendMessage")
    async with echo(world, tmp_path, desk) as (_, edge):
        for text in "abc":
            await lin.says(text)
        await until(lambda: len(desk.outcomes) == 3)
        logging.getLogger("anything").warning("the bot is %r", edge.bot)
    written = "".join(caplog.handler.format(record) for record in caplog.records)
    assert "getUpdates" in written
    assert "Traceback" in written
    assert world.token.partition(":")[2] not in written
    assert "a-secret-of-ours" not in written
