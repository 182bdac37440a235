"""The local Bot API server itself: it starts, covers the library's methods, and is strict about shapes."""

from __future__ import annotations

import re
import time
from typing import Any

import aiogram.methods
import httpx
import pytest
from telegram import Bot
from telegram.error import InvalidToken

from calmdesk.playground import TelegramWorld
from calmdesk.playground.methods import METHODS, UNCOVERED
from tests.botapi import PLAIN, check_request, new_bot
from tests.playground.desk import Desk, refused


def _names(owner: object) -> set[str]:
    return {name for name in dir(owner) if re.fullmatch(r"[a-z]+([A-Z][a-z0-9]*)+", name) and callable(getattr(owner, name))}


async def test_it_starts_and_stops_at_once() -> None:
    """Ten servers come and go in under a second."""
    begun = time.perf_counter()
    for _ in range(10):
        async with TelegramWorld.serve() as world, httpx.AsyncClient(verify=PLAIN) as client:
            assert (await client.get(f"{world.url}/bot{world.token}/getMe")).json()["result"]["username"] == "calmdesk_bot"

    assert time.perf_counter() - begun < 3


def test_every_method_of_the_library_is_covered_or_refused_by_name() -> None:
    """No method of the library is unknown here, and no name is made up."""
    typed = {name[0].lower() + name[1:] for name in aiogram.methods.__all__}
    covered = {row.name for row in METHODS.values()}

    assert _names(Bot) <= covered | UNCOVERED
    assert covered | UNCOVERED <= typed
    assert not covered & UNCOVERED


async def test_what_it_cannot_do_it_refuses(desk: Desk) -> None:
    """A method that isn't covered says so, another name is not found, a wrong token is nobody's."""
    with refused("method sendPoll isn't available"):
        await desk.bot.send_poll(desk.lin.id, "?", ["a", "b"])
    async with httpx.AsyncClient(verify=PLAIN) as client:
        missing = await client.get(f"{desk.world.url}/bot{desk.world.token}/sendLove")
        assert (missing.status_code, missing.json()) == (404, {"ok": False, "error_code": 404, "description": "Not Found"})
        assert (await client.get(f"{desk.world.url}/bot{desk.world.token}/GETME")).json()["ok"]
    with pytest.raises(InvalidToken):
        async with new_bot(desk.world, "1:wrong"):
            pass


async def test_parameters_come_as_json_form_or_query(desk: Desk) -> None:
    """All ways to send parameters mean the same."""
    address = f"{desk.world.url}/bot{desk.world.token}/sendMessage"
    asked: dict[str, Any] = {"chat_id": desk.lin.id, "text": "好"}
    async with httpx.AsyncClient(verify=PLAIN) as client:
        for sent in (client.post(address, json=asked), client.post(address, data=asked), client.get(address, params=asked)):
            assert (await sent).json()["result"]["text"] == "好"
        assert (await client.post(address, content=b"{", headers={"content-type": "application/json"})).json()["error_code"] == 400


async def test_a_request_of_a_wrong_shape_fails_the_test() -> None:
    """The check refuses a parameter that the method doesn't have, and `serve` raises at its end."""

    async def careless() -> None:
        async with TelegramWorld.serve() as world, new_bot(world) as bot:
            world.check = check_request
            await world.person("Li").starts()
            with refused("doesn't know"):
                await bot.send_message(100001, "hi", api_kwargs={"colour": "red"})

    with pytest.raises(ExceptionGroup, match="wrong shape"):
        await careless()


@pytest.mark.parametrize(
    "values",
    [
        {"chat_id": 1, "text": "a", "message_thread_id": "x"},
        {"chat_id": 1},
        {"chat_id": 1, "text": "a", "reply_markup": '{"inline_keyboard": [[{"text": "a", "data": "b"}]]}'},
    ],
)
def test_the_check_finds_wrong_shapes(values: dict[str, Any]) -> None:
    """A wrong type, a missing parameter and an unknown part of a keyboard are found."""
    with pytest.raises((TypeError, ValueError)):
        check_request("sendMessage", values, {})
