"""`calmdesk demo`: it starts, lasts, stops, and refuses what it can't do."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from calmdesk.adviser import Adviser
from calmdesk.cli.demo import Place, at_work, keep_open
from calmdesk.config import Settings, load_settings
from calmdesk.playground import Message
from calmdesk.playground.page import Page, cast_for, serving_page
from calmdesk.playground.page.lasting import EVERY, StageFile, kept_stage, lasting
from tests.browser.stand import bare_page, client_of
from tests.conftest import ROOT


def settings() -> Settings:
    """Return the settings of the checkout's bot.toml."""
    return load_settings(ROOT / "bot.toml")


@asynccontextmanager
async def open_demo(place: Place, adviser: Adviser, language: str | None = None) -> AsyncIterator[Page]:
    """Serve the page with a desk at work, as the command does."""
    wanted = settings()
    wanted = wanted.model_copy(update={"desk": wanted.desk.model_copy(update={"language": language})})
    async with serving_page(place.stage(language)) as page, at_work(wanted, place, page.stage, adviser):
        yield page


async def test_the_real_desk_answers_on_the_page(tmp_path: Path, adviser: Adviser) -> None:
    """A story's first turn brings a card into a topic, and the customer gets the greeting; inline results are offered."""
    async with open_demo(Place(tmp_path / "demo.db"), adviser) as page, client_of(page) as client:
        played = await client.post("do/story", json={"story": "courier"})
        customer = page.stage.person(played.json()["customer"])
        await customer.chat.until(lambda messages: len(messages) >= 3)
        await page.stage.group.until(lambda messages: any(message.inline_rows for message in messages))
        agent = next(number for number, role in page.stage.staff.items() if role == "agent")
        found = (await client.post("do/search", json={"by": agent, "query": "快递没到"})).json()
        nothing = (await client.post("do/search", json={"by": customer.id, "query": "快递没到"})).json()
        picked = {"by": agent, "query": "快递没到", "result": found["results"][0]["id"]}
        assert (await client.post("do/pick", json=picked)).status_code == 200

    assert found["results"]
    assert nothing["results"] == []
    assert nothing["hint"]


async def test_a_database_without_its_people_can_be_used_again(tmp_path: Path, adviser: Adviser) -> None:
    """A second run on the same database takes nothing for what the first knew: every message is new, and has its card."""
    for _ in range(2):
        async with open_demo(Place(tmp_path / "kept.db"), adviser) as page:
            customer = page.stage.newcomer("吴先生", "zh-hans")
            await customer.says("快递三天没到")
            await customer.chat.until(lambda messages: len(messages) >= 3)
            await page.stage.group.until(lambda messages: sum(bool(message.inline_rows) for message in messages) == 1)
            assert [topic.name.split()[1] for topic in page.stage.group.open_topics] == ["吴先生"]


async def test_a_demo_that_lasts_goes_on_where_it_ended(tmp_path: Path, adviser: Adviser) -> None:
    """Customers, topics, messages with buttons, files and a story's place come back, and the desk knows them: one case, one topic."""
    place = Place(tmp_path / "kept.db", lasts=True)
    async with open_demo(place, adviser) as page, client_of(page) as client:
        customer = page.stage.newcomer("吴先生", "zh-hans")
        await customer.says("快递三天没到")
        await page.stage.group.until(lambda messages: any(message.inline_rows for message in messages))
        await customer.sends_photo(b"\x89PNG a cup", "看")
        await customer.chat.until(lambda messages: len(messages) >= 4)
        await client.post("do/story", json={"story": "courier"})
        await page.stage.group.until(lambda messages: sum(bool(message.inline_rows) for message in messages) == 2)

    async with open_demo(place, adviser) as again, client_of(again) as client:
        first, second = page.stage.as_json(), again.stage.as_json()
        for part in ("id", "bot", "group", "people", "topics", "pinned", "stories", "desk"):
            assert second[part] == first[part], part
        assert second["messages"] == first["messages"]
        assert again.stage.world.people[customer.id].chat.last.date == customer.chat.last.date
        photo = next(message["media"]["file"] for message in second["messages"] if message["media"])
        assert (await client.get(f"file/{photo}")).content == b"\x89PNG a cup"
        assert again.address == page.address, "a page that is still open finds the next run"

        await again.stage.person(customer.id).says("还没到！")
        await again.stage.group.until(lambda messages: any("还没到！" in message.text for message in messages))
        await client.post("do/story", json={"story": "courier"})
        assert again.stage.plays["courier"].turns == 2
        assert len(again.stage.group.open_topics) == len(page.stage.group.open_topics) == 2

    assert (tmp_path / "kept.db.world.json").stat().st_mode & 0o077 == 0


async def test_what_the_bot_has_not_fetched_waits_for_the_next_run(tmp_path: Path) -> None:
    """A message that was written while no desk was open is still delivered after the world was kept and brought back."""
    stage = Place(tmp_path / "kept.db", lasts=True).stage(None)
    customer = stage.newcomer("吴先生", "zh-hans")
    first = await customer.says("在吗")
    await customer.says("人呢", reply_to=first)
    file = StageFile(tmp_path / "world.json")
    file.write(kept_stage(stage))
    back = file.read()

    assert [update.body["message"]["text"] for update in back.world.updates.waiting()] == ["在吗", "人呢"]
    answer = back.world.people[customer.id].chat.last
    assert answer.reply_to is back.world.people[customer.id].chat.find(first.id)
    later = await back.world.people[customer.id].says("？")
    assert later.id > answer.id
    assert back.newcomer("钱女士", "zh-hans").id not in stage.world.people


@pytest.mark.parametrize("content", [b"", b"{", b'{"layout": 2}', b"\xff\xfe", b"[]"])
def test_a_damaged_file_is_refused_with_one_helpful_line(tmp_path: Path, content: bytes) -> None:
    """The command names the file and says what to do; the file stays as it was."""
    (tmp_path / "desk.db").touch()
    file = tmp_path / "desk.db.world.json"
    file.write_bytes(content)
    command = [
        sys.executable,
        "-m",
        "calmdesk",
        "demo",
        "--no-browser",
        "--config",
        str(ROOT / "bot.toml"),
        "--db",
        str(tmp_path / "desk.db"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)

    assert done.returncode == 1
    assert re.fullmatch(rf"Error: {re.escape(str(file))} is damaged\..*Move it away.*\n", done.stderr)
    assert file.read_bytes() == content


async def test_a_second_demo_on_the_same_database_is_refused_and_changes_nothing(tmp_path: Path, adviser: Adviser) -> None:
    """It says in one line who has the database; what the first has written down stays."""
    place = Place(tmp_path / "desk.db", lasts=True)
    command = [sys.executable, "-m", "calmdesk", "demo", "--no-browser", "--config", str(ROOT / "bot.toml"), "--db", str(place.db)]
    async with open_demo(place, adviser) as page:
        await page.stage.person(next(iter(page.stage.staff))).chat.until(lambda messages: len(messages) > 1)
        await asyncio.sleep(2 * EVERY)  # nothing happens any more, so nothing is written
        before = StageFile.beside(place.db).path.stat().st_mtime_ns
        other = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        _, errors = await asyncio.wait_for(other.communicate(), 20)
        assert StageFile.beside(place.db).path.stat().st_mtime_ns == before

    assert other.returncode == 1
    assert re.fullmatch(r"Error: .*another calmdesk runs on this database.*\n", errors.decode())


async def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where writing breaks off, what was there before stays."""
    async with bare_page() as stand:
        file = StageFile(tmp_path / "world.json")
        file.write(kept_stage(stand.stage))
        before = file.path.read_bytes()
        await stand.boss.says("还在吗")

        def full(_: int) -> None:
            raise OSError("no space left")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="no space"):
            file.write(kept_stage(stand.stage))

    assert file.path.read_bytes() == before


async def test_a_file_of_an_earlier_version_can_be_read(tmp_path: Path) -> None:
    """One without the address's word gets a new one."""
    file = StageFile(tmp_path / "world.json")
    async with bare_page() as stand:
        kept = kept_stage(stand.stage)
        file.path.write_text(kept.model_dump_json(exclude={"token"}), "utf-8")
        back = file.read()

    assert back.id == stand.stage.id
    assert len(back.token) >= 32
    assert back.token != stand.stage.token


async def test_what_happens_is_written_down_while_it_happens(tmp_path: Path) -> None:
    """A demo that is killed loses a second at most."""
    file = StageFile(tmp_path / "world.json")
    async with bare_page() as stand, lasting(stand.stage, file):
        await stand.boss.says("在吗")
        async with asyncio.timeout(5):
            while "在吗" not in file.path.read_text("utf-8"):
                await asyncio.sleep(0.02)
        assert file.read().person(stand.boss.id).chat.texts == ["在吗"]


async def test_a_port_that_is_taken_is_only_insisted_on_where_it_was_asked_for() -> None:
    """Where it was before, a demo comes back if it can; a port that was asked for and is taken is an error."""
    async with bare_page() as stand:
        taken = stand.stage.port
        other = Place(Path("unused.db")).stage(None)
        other.port = taken
        async with serving_page(other) as page:
            assert httpx.URL(page.address).port != taken
        with pytest.raises(OSError, match="in use"):
            async with serving_page(other, taken):
                pass


async def test_the_desk_starts_anew_in_the_language_that_the_page_asks_for(tmp_path: Path) -> None:
    """The address stays; people, group and card are those of the other language, and whoever looks is told of everything anew."""
    places = (Place(tmp_path / f"{number}.db") for number in range(2))
    addresses: asyncio.Queue[str] = asyncio.Queue()
    demo = asyncio.create_task(keep_open(settings(), partial(next, places), 0, addresses.put_nowait))
    address = await asyncio.wait_for(addresses.get(), 10)
    async with httpx.AsyncClient(base_url=address, verify=False, trust_env=False, timeout=10) as client:  # noqa: S501 - plain HTTP
        first = await _everything(client)
        wrong = await client.post("do/restart", json={"language": "xx"})
        assert (await client.post("do/restart", json={"language": "en"})).status_code == 200
        async with asyncio.timeout(15):
            while (second := await _everything(client))["id"] == first["id"]:
                await asyncio.sleep(0.05)
        customer = next(person for person in second["people"] if person["role"] is None)
        await client.post("do/say", json={"by": customer["id"], "text": "My parcel is 8 days late!"})
        async with asyncio.timeout(15):
            while "Send 1" not in json.dumps((await _everything(client))["messages"]):
                await asyncio.sleep(0.05)
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.wait_for(demo, 10)

    assert wrong.status_code == 409
    assert (first["desk"]["language"], second["desk"]["language"]) == ("zh-Hans", "en")
    assert second["group"]["title"] == cast_for("en").group


async def _everything(client: httpx.AsyncClient) -> Any:
    """Return what a page is told first."""
    async with client.stream("GET", "live") as response:
        lines = (line async for line in response.aiter_lines() if line.startswith("data: "))
        return json.loads((await anext(lines)).removeprefix("data: "))


async def test_the_desk_speaks_english_where_it_is_asked_to(tmp_path: Path, adviser: Adviser) -> None:
    """With an English desk the staff have English names, and the card is in English."""
    async with open_demo(Place(tmp_path / "demo.db"), adviser, "en") as page:
        customer = page.stage.newcomer("Mr Evans", "en")
        await customer.says("My parcel is 8 days late!")
        await page.stage.group.until(lambda messages: any("Send 1" in message.buttons for message in messages))
        assert page.stage.group.title == cast_for("en").group


def test_the_command_says_where_the_page_is_and_stops_cleanly() -> None:
    """`calmdesk demo` prints the address, serves it, and ends at Ctrl-C without a word."""
    command = [sys.executable, "-m", "calmdesk", "demo", "--no-browser", "--config", str(ROOT / "bot.toml")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/[\w-]+/", running.stdout.readline())
        assert address is not None
        assert httpx.get(address[0], verify=False, trust_env=False).status_code == 200  # noqa: S501 - plain HTTP
        time.sleep(1)
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=15)

    assert (running.returncode, errors) == (0, "")


def test_weights_that_cannot_be_used_are_one_line(tmp_path: Path) -> None:
    """What is wrong with a shop's own weights is told as by every other command, without a traceback."""
    (tmp_path / "bot.toml").write_text('[reading]\nweights = "mine.npz"\n', "utf-8")
    (tmp_path / "mine.npz").write_text("nothing", "utf-8")
    command = [sys.executable, "-m", "calmdesk", "demo", "--no-browser", "--config", str(tmp_path / "bot.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "aren't calmdesk's weights" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_language_is_refused() -> None:
    """`--lang` takes the languages that the bot speaks, and names them."""
    command = [sys.executable, "-m", "calmdesk", "demo", "--no-browser", "--lang", "xx"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "zh-Hant" in done.stderr


def _offers(button: str, messages: Sequence[Message]) -> bool:
    """Say whether a message has a button with this data."""
    return any(button in str(message.inline_rows) for message in messages)


async def test_the_page_says_what_somebody_has_become(tmp_path: Path, adviser: Adviser) -> None:
    """Who is made an admin in /team is one below their name too; when the demo starts anew, only the cast's admin is so by the settings."""
    async with open_demo(Place(tmp_path / "demo.db"), adviser) as page:
        stage = page.stage
        agent = next(number for number, role in stage.staff.items() if role == "agent")
        admin = stage.person(next(number for number, role in stage.staff.items() if role == "admin"))
        await admin.says("/team")
        for button in (f"team.who:{agent}", f"team.role:{agent}:admin"):
            await admin.chat.until(partial(_offers, button))
            await admin.taps(button)
        for _ in range(100):
            if stage.staff[agent] == "admin":
                break
            await asyncio.sleep(0.05)

        assert stage.shown_person(stage.person(agent))["role"] == "admin"
