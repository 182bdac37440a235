"""`calmdesk demo` without a browser: the page's addresses, what people on it can do, and what keeps other pages out."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from calmdesk.adviser import Adviser
from calmdesk.cli.demo import Place, at_work, keep_open
from calmdesk.config import Settings, load_settings
from calmdesk.desk.words import Words
from calmdesk.playground.entities import message_text
from calmdesk.playground.page import Page, cast_for, serving_page
from calmdesk.playground.page.lasting import EVERY, StageFile, kept_stage, lasting
from calmdesk.playground.page.routes import HERE, words
from calmdesk.playground.page.stories import PICTURES, Story, shipped_stories
from calmdesk.playground.queries import Tap
from calmdesk.replies.tone import inspect
from calmdesk.store.rows import ROLES
from tests.botapi import new_bot
from tests.browser.stand import bare_page, client_of
from tests.conftest import ROOT

SCRIPTS = sorted((HERE / "static" / "js").glob("*.js"))
PAGE_FILES = [path for path in sorted(HERE.rglob("*")) if path.suffix in (".js", ".css", ".html", ".svg")]
NAMED_IN_CODE = re.compile(r"""(?:say\(|iconButton\("\w+", )"([\w-]+)"|data-word(?:-label)?="([\w-]+)\"""")
READ_BY_NAME = re.compile(r"^(?:role_|service_|theme_|zh-|en$|in_|tags$|own_name$|\w+_word$)")


# What keeps others out


async def test_the_page_is_served_with_headers_that_keep_others_out() -> None:
    """The page comes with a policy that lets only its own files run, in no frame, and tells nobody where it was."""
    async with bare_page() as stand:
        answer = await stand.client.get("")

    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/wrong-word/", "/wrong-word/do/say", "/do/say", "/live", "/static/base.css"])
async def test_without_this_runs_word_nothing_is_served(path: str) -> None:
    """An address without the word, or with another run's, is refused."""
    async with bare_page() as stand:
        answer = await stand.client.get(str(httpx.URL(stand.page.address).join(path)))

    assert answer.status_code == 403
    assert "calmdesk demo" in answer.text


async def test_another_name_for_this_machine_is_refused() -> None:
    """A foreign name that was made to point here (DNS rebinding) isn't answered."""
    async with bare_page() as stand:
        answer = await stand.client.get("", headers={"Host": "shop.example"})

    assert answer.status_code == 400


async def test_another_pages_script_is_refused() -> None:
    """A request that comes from another site's page isn't carried out, even with the right word."""
    async with bare_page() as stand:
        asked = {"by": stand.boss.id, "text": "hello"}
        answer = await stand.client.post("do/say", json=asked, headers={"Origin": "https://evil.example"})
        form = await stand.client.post("do/say", content=json.dumps(asked), headers={"Content-Type": "text/plain"})

        assert (answer.status_code, form.status_code) == (403, 404)
        assert stand.boss.chat.messages == []


async def test_the_page_listens_on_the_loopback_address_only() -> None:
    """The address is this machine's own, with a word nobody guesses."""
    async with bare_page() as stand:
        url = httpx.URL(stand.page.address)

    assert url.host == "127.0.0.1"
    assert len(url.path.strip("/")) >= 32


# What people can do


async def test_people_write_answer_edit_and_delete() -> None:
    """In private and in a topic; an answer is tied to what it answers."""
    async with bare_page() as stand:
        customer = (await stand.does("come", name="林小姐", language="zh-hans"))["id"]
        await stand.does("say", by=customer, text="快递没到")
        first = stand.world.private[customer].last
        await stand.does("say", by=customer, text="还在吗", reply_to=first.id)
        await stand.does("edit", by=customer, id=first.id, text="快递还没到")
        assert stand.world.private[customer].texts == ["快递还没到", "还在吗"]
        assert stand.world.private[customer].last.reply_to is first

        await stand.does("delete", by=customer, id=first.id)
        await stand.does("sticker", by=customer, emoji="😡")
        assert [message.kind for message in stand.world.private[customer].messages] == ["text", "sticker"]

        topic = await stand.boss.opens_topic(stand.stage.group, "林小姐")
        await stand.does("say", by=stand.agent.id, topic=topic.id, text="在的")
        assert topic.texts == ["在的"]


async def test_only_what_the_apps_allow_is_done() -> None:
    """Others' messages aren't edited or deleted by an agent, closed topics aren't written in, and strangers aren't let into the group."""
    async with bare_page() as stand:
        topic = await stand.boss.opens_topic(stand.stage.group, "林小姐")
        said = await stand.boss.says("看一下", to=topic)
        await stand.does("topic", by=stand.boss.id, id=topic.id)
        assert topic.is_closed
        customer = stand.stage.newcomer("林小姐", "zh-hans")
        tries: dict[str, dict[str, Any]] = {
            "edit": {"by": stand.agent.id, "topic": topic.id, "id": said.id, "text": "x"},
            "delete": {"by": stand.agent.id, "topic": topic.id, "id": said.id},
            "say": {"by": stand.agent.id, "topic": topic.id, "text": "x"},
            "topic": {"by": stand.agent.id, "id": topic.id},
        }
        for act, asked in tries.items():
            assert (await stand.refused(act, **asked))[0] == 409, act
        assert (await stand.refused("say", by=customer.id, topic=topic.id, text="x"))[0] == 409
        assert topic.texts == ["看一下"]


@pytest.mark.parametrize(
    ("act", "asked", "status"),
    [
        ("say", {"by": 1, "text": "x"}, 409),
        ("say", {"by": 1}, 422),
        ("say", {"by": 1, "text": ""}, 422),
        ("say", {"by": 1, "text": "x", "more": 1}, 422),
        ("come", {"name": "x" * 61}, 422),
        ("story", {"story": "../../etc"}, 409),
        ("nothing", {}, 404),
    ],
)
async def test_what_makes_no_sense_is_refused_with_a_reason(act: str, asked: dict[str, Any], status: int) -> None:
    """Unknown people, acts and stories, and requests of a wrong shape, are answered by a sentence."""
    async with bare_page() as stand:
        code, why = await stand.refused(act, **asked)

    assert code == status
    assert why


async def test_a_tap_returns_what_the_bot_answers() -> None:
    """A toast, a box or an address comes back from a tap; a button that has gone is said to be gone."""
    async with bare_page() as stand:
        chat = stand.world.private[stand.boss.id]
        chat.started = True
        keyboard = {"inline_keyboard": [[{"text": "好", "callback_data": "a"}, {"text": "好", "callback_data": "b"}]]}
        asks = stand.world.post(chat, stand.world.bot, message_text("行吗", None, None), markup=keyboard)
        tapping = asyncio.create_task(stand.does("tap", by=stand.boss.id, id=asks.id, row=0, place=1))
        while not (taps := [one["callback_query"] for one in stand.world.updates.sent if "callback_query" in one]):
            await asyncio.sleep(0.01)
        stand.world.queries.answer_tap(taps[0]["id"], Tap("不行", show_alert=True))

        assert taps[0]["data"] == "b"
        assert await tapping == {"text": "不行", "alert": True, "url": None}
        assert (await stand.refused("tap", by=stand.boss.id, id=asks.id, row=3, place=0))[0] == 409


async def test_the_bots_commands_are_listed() -> None:
    """The menu shows what the bot set, as the person sees it."""
    async with bare_page() as stand:
        async with new_bot(stand.world) as bot:
            await bot.set_my_commands([("team", "团队")])

        assert await stand.does("menu", by=stand.boss.id) == {"commands": [{"command": "team", "description": "团队"}]}


async def test_files_are_sent_and_handed_out_safely() -> None:
    """A picture is shown by what it is and not by its name; anything else can only be saved."""
    picture = (PICTURES / "red-cup.png").read_bytes()
    async with bare_page() as stand:
        customer = stand.stage.newcomer("林小姐", "zh-hans")
        sent = {"by": str(customer.id), "as": "photo", "caption": "看"}
        await stand.client.post("do/upload", data=sent, files={"file": ("a.html", picture, "text/html")})
        sent = {"by": str(customer.id), "as": "file"}
        await stand.client.post("do/upload", data=sent, files={"file": ("账单.html", b"<script>alert(1)</script>", "text/html")})
        photo, file = customer.chat.messages
        shown, saved = [await stand.client.get(f"file/{message.file_id}") for message in (photo, file)]

        assert (photo.kind, photo.text, file.kind) == ("photo", "看", "document")
        assert (shown.headers["content-type"], shown.content) == ("image/png", picture)
        assert saved.headers["content-type"] == "application/octet-stream"
        assert saved.headers["content-disposition"].startswith("attachment;")
        assert (await stand.client.get("file/nothing")).status_code == 404
        assert (await stand.client.post("do/upload", data={"by": "1"})).status_code == 422


async def test_an_invitation_is_opened_by_somebody_new() -> None:
    """Whoever comes by a link is in the group and says its word to the bot."""
    async with bare_page() as stand:
        number = (await stand.does("come", name="小陈", payload="abc"))["id"]

        assert stand.world.private[number].texts == ["/start abc"]
        assert stand.stage.group.member(stand.stage.person(number).user).is_in
        assert stand.stage.staff[number] == "invited"


async def test_a_customer_blocks_the_bot_and_takes_it_back() -> None:
    """The same act does both."""
    async with bare_page() as stand:
        customer = stand.stage.newcomer("林小姐", "zh-hans")
        await stand.does("block", by=customer.id)
        assert customer.chat.blocked
        await stand.does("block", by=customer.id)
        assert not customer.chat.blocked


async def test_a_long_text_goes_in_several_messages() -> None:
    """As in Telegram's apps: cut at a line's end where there is one, nothing lost; what it answers is answered by the first."""
    async with bare_page() as stand:
        customer = stand.stage.newcomer("林小姐", "zh-hans")
        first = await customer.says("在吗")
        await stand.does("say", by=customer.id, text="怒" * 5000, reply_to=first.id)
        await stand.does("say", by=customer.id, text="😡" * 3000)
        await stand.does("say", by=customer.id, text="x" * 3000 + "\n" + "y" * 3000)
        said = customer.chat.messages[1:]

    assert [message.text for message in said] == [
        *("怒" * 4096, "怒" * 904),
        *("😡" * 2048, "😡" * 952),
        *("x" * 3000, "y" * 3000),
    ]
    assert [message.reply_to for message in said] == [first, *[None] * 5]


# What comes over the line


async def test_everything_comes_first_and_then_what_happens() -> None:
    """A page that is opened late knows all that is there; from then on it is told at once, in order."""
    async with bare_page() as stand:
        customer = stand.stage.newcomer("林小姐", "zh-hans")
        await customer.says("在吗")
        async with stand.listening() as events:
            everything = await anext(events)
            assert [message["text"] for message in everything["messages"]] == ["在吗"]
            assert {person["name"]: person["role"] for person in everything["people"]} == {
                "王经理": "admin",
                "小王": "agent",
                "林小姐": None,
            }
            assert len(everything["stories"]) == len(shipped_stories())

            second = await customer.says("人呢？")
            said = await anext(events)
            await customer.edits(second, "人呢！")
            edited = await anext(events)
            await customer.deletes(second)
            gone = await anext(events)
            topic = await stand.boss.opens_topic(stand.stage.group, "🔴 林小姐")
            created, opened = await anext(events), await anext(events)
            await stand.boss.says("我来", to=topic)
            answered = await anext(events)

    assert (said["message"]["text"], edited["message"]["text"], edited["message"]["edited"]) == ("人呢？", "人呢！", True)
    assert gone == {"kind": "deleted", "chat": customer.id, "id": second.id, "topic": None}
    assert created["message"]["service"] == {"kind": "forum_topic_created", "name": "🔴 林小姐"}
    assert (opened["kind"], opened["topic"]["name"]) == ("topic", "🔴 林小姐")
    assert (answered["message"]["topic"], answered["message"]["from"]["name"]) == (topic.id, "王经理")


async def test_only_what_somebody_changed_is_shown_as_edited() -> None:
    """The bot's upkeep in the group isn't, where a card quotes a customer; what it changed of its own words to a customer is."""
    async with bare_page() as stand:
        customer = stand.stage.newcomer("林小姐", "zh-hans")
        said = await customer.says("八天了")
        await customer.edits(said, "八天了！")
        async with new_bot(stand.world) as bot:
            for chat in (customer.id, stand.stage.group.id):
                sent = await bot.send_message(chat, "八天了")
                await bot.edit_message_text("八天了。", chat, sent.message_id)
        shown = {(one["chat"], one["text"]): one["edited"] for one in stand.stage.as_json()["messages"]}

    assert shown[customer.id, "八天了！"]
    assert shown[customer.id, "八天了。"]
    assert not shown[stand.stage.group.id, "八天了。"]


async def test_all_that_a_message_can_hold_is_shown() -> None:
    """Markings, buttons of each kind, a question, a quotation, an album, a forwarded message, voice, place and contact."""
    async with bare_page() as stand:
        customer = stand.stage.newcomer("林小姐", "zh-hans")
        said = await customer.says("坏了")
        async with new_bot(stand.world) as bot:
            rows = [
                [
                    {"text": "问", "callback_data": "1"},
                    {"text": "看", "url": "https://t.me/c/1/2"},
                    {"text": "抄", "copy_text": {"text": "x"}},
                ]
            ]
            markup = {"inline_keyboard": rows}
            await bot.send_message(customer.id, "<b>您好</b>", parse_mode="HTML", reply_markup=markup, reply_to_message_id=said.id)  # type: ignore[arg-type]
            asks = {"force_reply": True, "input_field_placeholder": "订单号"}
            await bot.send_message(customer.id, "订单号？", reply_markup=asks)  # type: ignore[arg-type]
            await bot.set_message_reaction(customer.id, said.id, "👍")
        await customer.sends_album([b"one", b"two"], "两张")
        await customer.sends_voice(seconds=4)
        await customer.sends_location(31.2, 121.5)
        await customer.sends_contact("+8613800000000", "妈妈")
        await customer.forwards(said)
        shown = [message for message in stand.stage.as_json()["messages"] if message["chat"] == customer.id]

    first, marked, asking, one, two, voice, place, contact, forwarded = shown
    assert first["reactions"] == ["👍"]
    assert marked["entities"] == [{"type": "bold", "offset": 0, "length": 2}]
    assert marked["reply"]["text"] == "坏了"
    assert [(button["kind"], button["value"]) for button in marked["buttons"][0]] == [
        ("ask", None),
        ("url", "https://t.me/c/1/2"),
        ("copy", "x"),
    ]
    assert asking["asks"] == {"placeholder": "订单号", "selective": False}
    assert one["album"] == two["album"] is not None
    assert (voice["media"]["kind"], voice["media"]["duration"]) == ("voice", 4)
    assert place["media"]["latitude"] == 31.2
    assert contact["media"]["phone_number"] == "+8613800000000"
    assert forwarded["origin"] == "林小姐"


# Stories, words, files


def test_there_are_the_stories_that_were_asked_for() -> None:
    """Five in Chinese, one of them at least in Traditional characters, and three in English."""
    languages = [story.language for story in shipped_stories().values()]

    assert sum(language.startswith("zh") for language in languages) == 5
    assert languages.count("en") == 3
    assert "zh-hant" in languages


@pytest.mark.parametrize("story", shipped_stories().values(), ids=lambda story: story.id)
def test_every_turn_says_where_to_look_in_every_language_of_the_page(story: Story) -> None:
    """No turn is without a hint, and each claims something about the card that the browser tests look up."""
    for turn in story.turns:
        assert set(turn.hint) == set(words())
        assert all(turn.hint.values())
        assert turn.card


def test_what_a_hint_has_one_type_is_stopped_before_it_goes_out(adviser: Adviser) -> None:
    """A hint that asks for a rude sentence promises that it is held back; it is, in the language of each hint."""
    hints = [(lang, hint) for story in shipped_stories().values() for turn in story.turns for lang, hint in turn.hint.items()]
    typed = [(lang, rude) for lang, hint in hints for rude in re.findall(r"[“「](你[^”」]+)[”」]", hint)]

    assert {lang for lang, _ in typed} == set(words())
    assert [rude for lang, rude in typed if not inspect(rude, lang, adviser.playbook, adviser.settings.promises)] == []


@pytest.mark.parametrize("language", Words.shipped().languages)
def test_hints_name_buttons_and_people_as_they_read(language: str) -> None:
    """Whatever the desk speaks: what a hint calls a button stands on the card, and nothing is left to be put in."""
    stage = Place(Path("unused.db")).stage(language)
    hints = [hint for story in stage.stories.values() for turn in stage.shown_story(story)["turns"] for hint in turn["hint"].values()]

    assert not [hint for hint in hints if "{" in hint]
    assert any(f"“{Words.shipped()(language, 'button_supervisor')}”" in hint for hint in hints)
    assert any(cast_for(language).staff[0][0] in hint for hint in hints)
    assert stage.as_json()["desk"]["close"] == Words.shipped()(language, "button_close")


def test_the_languages_say_the_same_things() -> None:
    """Each of the page's languages has the same words with the same blanks."""
    first, *others = words().values()
    for other in others:
        assert other.keys() == first.keys()
        for key, text in first.items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", other[key])), key


def test_every_word_that_the_page_says_is_there_and_none_is_idle() -> None:
    """What the scripts and the template name stands in the words, and what stands there is named."""
    code = "\n".join(path.read_text("utf-8") for path in (*SCRIPTS, HERE / "templates" / "page.html"))
    known = set(next(iter(words().values())))
    named = {match[1] or match[2] for match in NAMED_IN_CODE.finditer(code)}

    assert {name for name in named if name not in known} == set()
    assert {word for word in known if f'"{word}"' not in code and not READ_BY_NAME.match(word)} == set()
    assert {f"role_{role}" for role in ROLES} <= known


@pytest.mark.parametrize("path", PAGE_FILES, ids=lambda path: path.name)
def test_the_page_needs_nothing_from_elsewhere(path: Path) -> None:
    """No script, style or picture of the page comes from another address, nothing becomes markup by itself, and no file is long."""
    text = path.read_text("utf-8")

    assert not [found for found in re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text) if "www.w3.org" not in found]
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|\bstyle=", text)
    assert len(text.splitlines()) <= 400


@pytest.mark.parametrize("language", [None, "zh-Hans", "zh-Hant", "en"])
def test_each_language_of_the_desk_has_people(language: str | None) -> None:
    """There is an admin and an agent at least, whatever the desk speaks."""
    roles = [role for _, role in cast_for(language).staff]

    assert "admin" in roles
    assert "agent" in roles


# The command


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
