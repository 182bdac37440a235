"""What people on the demo's page can do."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from calmdesk.playground.entities import message_text
from calmdesk.playground.page.stories import PICTURES
from calmdesk.playground.queries import Tap
from tests.botapi import new_bot
from tests.browser.stand import bare_page


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
        assert await stand.does("menu", by=987654321) == {"commands": []}, "somebody of a desk that was here before"


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

    assert [message.text for message in said] == [*("怒" * 4096, "怒" * 904), *("😡" * 2048, "😡" * 952), *("x" * 3000, "y" * 3000)]
    assert [message.reply_to for message in said] == [first, *[None] * 5]
