"""The desk on the command line: opened, asked after, and stopped, as a person at a terminal does it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from calmdesk.cli.main import main
from calmdesk.cli.run import TOKEN
from calmdesk.playground import TelegramWorld
from calmdesk.store.store import Books, Store
from calmdesk.telegram.logs import HIDDEN
from tests.botapi import checked_world

GOOD = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"


@pytest.fixture
async def world() -> AsyncIterator[TelegramWorld]:
    """Return a world."""
    async with checked_world() as world:
        yield world


@pytest.fixture
def clean_playbook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the check of the playbook, which takes seconds and has tests of its own."""
    monkeypatch.setattr("calmdesk.check.check_playbook", lambda _settings: [])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return a store in a desk's folder."""
    store = Store.open(tmp_path / "calmdesk.db")
    yield store
    store.close()


def write(folder: Path, **tables: dict[str, object]) -> Path:
    """Write a bot.toml and return it."""
    lines = [
        line for table, keys in tables.items() for line in (f"[{table}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items()))
    ]
    (folder / "bot.toml").write_text("\n".join(lines), "utf-8")
    return folder / "bot.toml"


def calmdesk(*arguments: str, token: str | None = None) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, arguments, env={TOKEN: token})


@pytest.mark.parametrize(
    ("token", "says"),
    [
        (None, "isn't set: @BotFather"),
        ("", "isn't set: @BotFather"),
        ("my-secret-token-that-is-none", "isn't a bot's token"),
        ("12345:short-secret", "isn't a bot's token"),
    ],
)
def test_a_token_that_is_none_is_explained_and_not_shown(tmp_path: Path, token: str | None, says: str) -> None:
    """One line says where to get one."""
    result = calmdesk("run", "--config", str(write(tmp_path)), token=token)
    assert result.exit_code == 1
    assert says in result.output
    assert "@BotFather" in result.output
    assert "secret" not in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_a_second_desk_is_refused_in_one_line(store: Store) -> None:
    """The line says what to do."""
    result = calmdesk("run", "--config", str(write(store.path.parent)), token=GOOD)
    assert result.exit_code == 1
    assert "another calmdesk runs on this database; stop it first" in result.output.strip().splitlines()[-1]


def test_the_settings_are_checked_all_at_once(tmp_path: Path) -> None:
    """What can be seen without Telegram, and that it wasn't asked."""
    file = write(
        tmp_path,
        staff={"groups": [5, -7, -7], "admins": []},
        store={"path": "."},
        telegram={"mode": "webhook", "webhook_url": "https://a.b/c", "listen": "8443"},
    )
    result = calmdesk("config", "check", "--config", str(file))
    assert result.exit_code == 1
    for part in (
        "admins: is empty",
        "5: is a person's",
        "named twice",
        "is a folder",
        "needs an address",
        "wasn't asked",
        "5 problems to mend",
    ):
        assert part in result.output, part
    result = calmdesk("config", "check", "--config", str(file), token="nonsense-secret")  # noqa: S106 - a test's own
    assert "isn't a bot's token" in result.output
    assert "nonsense" not in result.output


@pytest.mark.usefixtures("clean_playbook")
async def test_telegram_is_asked_about_the_bot_and_its_groups(world: TelegramWorld, tmp_path: Path) -> None:
    """Each group that won't do, with what to do; admins that aren't people, or that the bot doesn't know yet."""
    anna, bo = world.person("Anna"), world.person("Bo")
    await anna.starts()
    good = world.forum("Good", [anna])
    groups = {
        world.forum("No right", [anna], bot_rights=["can_pin_messages"]).id: "may not manage topics",
        world.forum("A member", [anna], bot_rights=None).id: "is no administrator",
        world.group("Small", [anna]).id: "has no topics",
        -1009999999999: "there is no such group",
    }
    kicked = world.forum("Kicked", [anna])
    await anna.kicks_bot(kicked)
    groups[kicked.id] = "add @calmdesk_bot"
    file = write(tmp_path, telegram={"api": world.url}, staff={"groups": [good.id, *groups], "admins": [anna.id, bo.id, world.bot.id, -5]})
    result = await asyncio.to_thread(calmdesk, "config", "check", "--config", str(file), token=world.token)
    lines = result.output.splitlines()
    for group, says in groups.items():
        assert any(str(group) in line and says in line and line.startswith("✗") for line in lines), (group, says, lines)
    assert not any(str(good.id) in line for line in lines)
    assert any(f"{bo.id}: not known to the bot yet" in line and line.startswith("·") for line in lines)
    assert any("-5: is the number of a group" in line for line in lines)
    assert not any(f"admins: {anna.id}" in line for line in lines)
    assert "· the token is that of @calmdesk_bot" in lines
    assert result.exit_code == 1
    file = write(tmp_path, telegram={"api": world.url}, staff={"groups": [good.id], "admins": [anna.id]})
    result = await asyncio.to_thread(calmdesk, "config", "check", "--config", str(file), token=world.token)
    assert (result.exit_code, "The desk can open." in result.output) == (0, True), result.output
    result = await asyncio.to_thread(calmdesk, "config", "check", "--config", str(file), token=GOOD)
    assert "Telegram doesn't know this token" in result.output
    assert GOOD not in result.output


@pytest.mark.usefixtures("clean_playbook")
async def test_telegram_that_cannot_be_asked_is_said(tmp_path: Path) -> None:
    """In a line, without the token."""
    file = write(tmp_path, telegram={"api": "http://127.0.0.1:9"}, staff={"admins": [5]})
    result = await asyncio.to_thread(calmdesk, "config", "check", "--config", str(file), token=GOOD)
    assert "Telegram can't be asked now" in result.output
    assert GOOD not in result.output


def bury_all(books: Books) -> None:
    """Put 25 updates among the dead letters."""
    for number in range(25):
        books.inbox.bury(number, f"RuntimeError: no {number}")


def test_dead_letters_are_listed_and_tried_again(store: Store) -> None:
    """Also beside a desk that is open."""
    file = str(write(store.path.parent))
    assert "There are no dead letters." in calmdesk("inbox", "list", "--config", file).output
    store.now(lambda books: books.inbox.keep([{"update_id": number} for number in range(25)]))
    store.now(bury_all)
    output = calmdesk("inbox", "list", "--config", file).output
    assert "RuntimeError: no 19" in output
    assert "… and 5 more" in output
    listed = json.loads(calmdesk("inbox", "list", "--json", "--most", "30", "--config", file).output)
    assert [one["update"] for one in listed] == list(range(25))
    assert "25 updates back in line" in calmdesk("inbox", "retry", "--config", file).output
    assert store.look(lambda books: books.inbox.counts()) == {"waiting": 25, "dead": 0}


def test_health_says_what_waits_and_what_failed(store: Store) -> None:
    """Exit code 1 where somebody should look."""
    file = str(write(store.path.parent))
    result = calmdesk("health", "--config", file)
    assert (result.exit_code, "dead letters" in result.output) == (0, True)
    long_ago, now = store.clock() - timedelta(seconds=90), store.clock
    store.clock = lambda: long_ago
    store.now(lambda books: books.inbox.keep([{"update_id": 1}]))
    first = store.now(lambda books: books.outbox.put("say", 5, {}))
    store.now(lambda books: books.outbox.put("say", 6, {}))
    store.clock = now
    store.now(lambda books: books.outbox.end([first], "unknown", "lost"))
    result = calmdesk("health", "--json", "--config", file)
    figures = json.loads(result.output)
    assert result.exit_code == 1
    assert 89 <= figures.pop("oldest_update_seconds") <= 120
    assert 89 <= figures.pop("oldest_message_seconds") <= 120
    assert figures == {
        "well": False, "updates_waiting": 1, "dead_letters": 0, "messages_waiting": 1, "failed": 0, "unknown_outcome": 1, "stuck": 0,
    }  # fmt: skip


@asynccontextmanager
async def opened(file: Path, token: str) -> AsyncIterator[Process]:
    """Run `calmdesk run` as a process of its own until it says that it is open; end it for good at the end."""
    environment = {**os.environ, TOKEN: token}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "calmdesk", "run", "--verbose", "--config", str(file), env=environment, stdout=PIPE, stderr=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_a_desk_opens_and_closes_as_a_process(world: TelegramWorld, tmp_path: Path, sign: signal.Signals) -> None:
    """It answers, stops when it is told to, and its log has no token, however much it says."""
    lin = world.person("林小姐", language_code="zh-hans")
    file = write(tmp_path, telegram={"api": world.url}, staff={"admins": [5]})
    async with opened(file, world.token) as process:
        await lin.says("快递八天了，还没到！")
        await lin.chat.until(lambda messages: len(messages) > 1, timeout=60)
        process.send_signal(sign)
        _, log = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    text = log.decode()
    assert "The desk is open: @calmdesk_bot" in text
    assert text.rstrip().endswith("Stopped")
    assert world.token.partition(":")[2] not in text
    assert HIDDEN not in text, "nothing tried to write it, at this level"
