"""The way in: what is kept, what is refused, and that nobody is told "OK" before it is committed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from calmdesk.store.store import Store
from calmdesk.telegram.connection import EdgeError
from calmdesk.telegram.intake import Intake
from calmdesk.telegram.webhook import LARGEST_BODY, SECRET_HEADER, WebhookServer, webhook_app

SECRET = "s3cret-of-this-test"  # noqa: S105 - a test's own


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty store."""
    store = Store.open(tmp_path / "desk.db")
    yield store
    store.close()


def kept(store: Store) -> list[dict[str, Any]]:
    """Return the updates that are in the inbox."""
    return store.look(lambda books: [json.loads(raw) for (raw,) in books.db.execute("SELECT raw FROM inbox ORDER BY update_id")])


def update(number: int, **more: Any) -> dict[str, Any]:
    """Return an update."""
    return {"update_id": number, "message": {"chat": {"id": 5}, **more}}


async def test_a_batch_is_kept_and_announced(store: Store) -> None:
    """The highest number is what is acknowledged next."""
    told: list[int] = []
    intake = Intake(store, lambda: told.append(len(kept(store))))
    assert await intake.keep([update(3), update(1), update(2)]) == 3
    assert told == [3], "who handles them hears of it when they are there"
    assert await intake.keep([update(3)]) == 3
    assert len(kept(store)) == 3


@pytest.mark.parametrize(
    "odd", [5, None, "update", [], {}, {"update_id": "7"}, {"update_id": True}, {"update_id": -1}, {"update_id": 2**63}]
)
async def test_what_is_no_update_is_left_out(store: Store, odd: object, caplog: pytest.LogCaptureFixture) -> None:
    """The others of its batch are kept."""
    intake = Intake(store, lambda: None)
    assert await intake.keep([odd]) is None
    assert await intake.keep([update(1), odd, update(2)]) == 2
    assert [one["update_id"] for one in kept(store)] == [1, 2]
    assert "isn't an update" in caplog.text


async def test_half_a_character_is_mended(store: Store) -> None:
    """A lone surrogate has no form in a file; it must not keep its batch out."""
    await Intake(store, lambda: None).keep([update(1, text="half \ud83d"), update(2, text="whole 😡")])
    assert [one["message"]["text"] for one in kept(store)] == ["half ?", "whole 😡"]


@dataclass
class Caller:
    """Somebody who calls the webhook."""

    client: httpx.AsyncClient

    async def posts(self, body: bytes | str, secret: bytes | None = SECRET.encode(), path: str = "/telegram") -> int:
        """Post something and return the answer's code."""
        headers = {} if secret is None else {SECRET_HEADER.encode(): secret}
        return (await self.client.post(path, content=body, headers=headers)).status_code


@pytest.fixture
async def caller(store: Store) -> AsyncIterator[Caller]:
    """Return somebody who calls."""
    app = webhook_app("/telegram", SECRET, Intake(store, lambda: None))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        yield Caller(client)


async def test_an_update_with_the_secret_is_kept(store: Store, caller: Caller) -> None:
    """And only then it is taken for delivered."""
    assert await caller.posts(json.dumps(update(1))) == 200
    assert len(kept(store)) == 1


@pytest.mark.parametrize("secret", [None, b"", b"wrong", SECRET.encode() + b"x", SECRET[:-1].encode(), "geheimé".encode()])
async def test_without_the_secret_nobody_is_let_in(store: Store, caller: Caller, secret: bytes | None) -> None:
    """Whoever finds the address can't write into the desk."""
    assert await caller.posts(json.dumps(update(1)), secret) == 403
    assert kept(store) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"update_id": "x"}', 400),
        (b"[]", 400),
        (b'{"update_id": 1, "x": "' + b"x" * LARGEST_BODY + b'"}', 413),
    ],
    ids=["nothing", "half", "no text", "deep", "no number", "a list", "large"],
)
async def test_what_makes_no_sense_is_refused(store: Store, caller: Caller, body: bytes, code: int) -> None:
    """Without harm."""
    assert await caller.posts(body) == code
    assert kept(store) == []


async def test_other_addresses_and_methods_do_not_exist(caller: Caller) -> None:
    """One address, one method."""
    assert await caller.posts(json.dumps(update(1)), path="/") == 404
    assert (await caller.client.get("/telegram", headers={SECRET_HEADER: SECRET})).status_code == 405


async def test_what_cannot_be_kept_is_not_taken_for_delivered(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram brings it again."""

    async def fails(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Store, "write", fails)
    assert await caller.posts(json.dumps(update(1))) == 500


@pytest.mark.parametrize("listen", ["nowhere.invalid:80", "127.0.0.1:notaport", "127.0.0.1:99999", "127.0.0.1"])
async def test_an_address_that_is_not_ours_is_named(store: Store, listen: str) -> None:
    """The setting and what is wrong with it."""
    with pytest.raises(EdgeError, match="listen = "):
        await WebhookServer(listen, "https://example.com/telegram", SECRET, Intake(store, lambda: None)).start()
