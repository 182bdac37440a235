"""Calls as requests, and errors as outcomes: above all, whether Telegram may have done it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import ExtBot

from calmdesk.desk.calls import Button, Call, Change, ChangeTopic, Copy, Found, MakeTopic, Outcome, Results, Say, SendFile, Toast
from calmdesk.playground import (
    BadGateway,
    Dropped,
    Group,
    LostAnswer,
    Message,
    NeverAnswered,
    Person,
    Shop,
    TelegramWorld,
    flood,
    server_error,
)
from calmdesk.telegram.calls import perform
from calmdesk.telegram.connection import bot_for, request_for
from calmdesk.telegram.troubles import outcome_of
from tests.botapi import checked_world


@dataclass
class Place:
    """A bot in a world, a customer who has begun, and a group."""

    world: TelegramWorld
    bot: ExtBot[None]
    lin: Person
    group: Group

    async def does(self, call: Call) -> Outcome:
        """Make a call."""
        return await perform(self.bot, call)

    async def number(self, call: Call) -> int:
        """Make a call that works, and return the number that came of it."""
        outcome = await self.does(call)
        assert outcome.done, outcome
        assert outcome.number is not None
        return outcome.number


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """Return a checked world with a bot as the desk builds it."""
    async with checked_world() as world, bot_for(world.token, world.url, request_for(1)) as bot:
        lin, anna = world.person("林小姐"), world.person("Anna")
        await lin.starts()
        yield Place(world, bot, lin, world.forum("客服组", [anna]))


async def test_a_text_goes_as_it_is(place: Place) -> None:
    """A customer's reply isn't HTML: what looks like it stays what it is, and no preview is made."""
    await place.number(Say(place.lin.id, "1 < 2 & <b>nicht fett</b> https://example.com"))
    message = place.lin.chat.messages[-1]
    assert message.text == "1 < 2 & <b>nicht fett</b> https://example.com"
    assert [entity["type"] for entity in message.entities] == ["url"]
    sent = place.world.called("sendMessage")[-1].parameters
    assert json.loads(sent["link_preview_options"]) == {"is_disabled": True}
    assert "parse_mode" not in sent


async def test_a_card_has_markup_and_buttons(place: Place) -> None:
    """Marked text is HTML; a button sends data, copies, or leads somewhere."""
    thread = await place.number(MakeTopic(place.group.id, "林小姐", 0x6FB9F0))
    buttons = ((Button("Send 1", data="s:1"), Button("Copy", copies="亲")), (Button("Site", url="https://example.com/"),))
    await place.number(Say(place.group.id, "<b>hot</b>", marked=True, thread=thread, buttons=buttons, quietly=True))
    card = place.group.topics[thread].messages[-1]
    assert (card.text, card.buttons) == ("hot", ["Send 1", "Copy", "Site"])
    assert card.entities[0]["type"] == "bold"
    assert place.world.called("sendMessage")[-1].parameters["disable_notification"]


async def test_an_answer_to_a_message_that_is_gone_still_goes(place: Place) -> None:
    """A reply finds its message, or goes without."""
    asked = await place.lin.says("快递呢？")
    await place.number(Say(place.lin.id, "a", reply_to=asked.id))
    assert place.lin.chat.messages[-1].reply_to is not None
    await place.number(Say(place.lin.id, "b", reply_to=99999))
    assert place.lin.chat.messages[-1].reply_to is None


async def test_a_question_opens_the_field(place: Place) -> None:
    """What asks for an answer carries the forced reply."""
    await place.number(Say(place.lin.id, "How many days?", asks=True))
    assert json.loads(place.world.called("sendMessage")[-1].parameters["reply_markup"])["force_reply"]


async def test_a_message_is_changed(place: Place) -> None:
    """Its text and its buttons; a change that changes nothing is "same"."""
    number = await place.number(Say(place.lin.id, "a", buttons=((Button("x", data="x"),),)))
    assert await place.does(Change(place.lin.id, number, "b")) == Outcome(done=True, number=number)
    assert (place.lin.chat.messages[-1].text, place.lin.chat.messages[-1].buttons) == ("b", [])
    assert (await place.does(Change(place.lin.id, number, "b"))).trouble == "same"
    assert (await place.does(Change(place.lin.id, 4711, "b"))).trouble == "message gone"


async def test_a_message_is_copied(place: Place) -> None:
    """With its own caption or another."""
    photo = await place.lin.sends_photo(b"jpg", caption="破了")
    await place.number(Copy(place.group.id, place.lin.id, photo.id))
    await place.number(Copy(place.group.id, place.lin.id, photo.id, caption="box"))
    assert [message.text for message in place.group.messages[-2:]] == ["破了", "box"]
    assert (await place.does(Copy(place.group.id, place.lin.id, 4711))).trouble == "message gone"


async def test_what_cannot_be_copied_is_sent_as_what_it_is(place: Place) -> None:
    """Between business chats and the desk a file goes by its number, a place and a contact by what they say."""
    shop: Shop = place.world.business("山野小店")
    await place.lin.says("在吗", via=shop)
    photo = await place.lin.sends_photo(b"jpg", caption="破了", via=shop)
    file_id = photo.as_json()["photo"][-1]["file_id"]
    copy = Copy(place.group.id, place.lin.id, photo.id, caption="破了", kind="photo", file_id=file_id)
    await place.number(copy)
    assert "photo" in place.group.messages[-1].body
    await place.number(Copy(place.lin.id, place.group.id, 1, connection=shop.id, kind="photo", file_id=file_id, caption="给您"))
    assert shop.chat_with(place.lin).messages[-1].text == "给您"
    here: dict[str, Any] = {"latitude": 31.2, "longitude": 121.5}
    for kind, details in {
        "location": here,
        "venue": here | {"title": "驿站", "address": "1 号"},
        "contact": {"phone": "123", "name": "林"},
    }.items():
        await place.number(Copy(place.group.id, place.lin.id, 1, kind=kind, details=details))
        assert kind in place.group.messages[-1].body
    assert (await place.does(Copy(place.group.id, 1, 1, kind="location"))).trouble == "refused"
    assert (await place.does(Copy(place.group.id, 1, 1, kind="poll"))).trouble == "refused"


@pytest.mark.parametrize("kind", ["voice", "video", "sticker", "file"])
async def test_every_kind_of_file_goes_by_its_number(place: Place, kind: str) -> None:
    """Kinds that can carry no words are sent without."""
    sends: dict[str, Callable[[], Awaitable[Message]]] = {
        "voice": place.lin.sends_voice,
        "video": place.lin.sends_video,
        "sticker": place.lin.sends_sticker,
    }
    message = await sends[kind]() if kind in sends else await place.lin.sends_file(b"%PDF", "bill.pdf")
    body = message.body.get(kind) or message.body["document"]
    await place.number(Copy(place.lin.id, 1, 1, kind=kind, file_id=body["file_id"], caption="x"))


async def test_a_file_of_the_desk_is_sent(place: Place) -> None:
    """Under its name, in UTF-8."""
    await place.number(SendFile(place.lin.id, "data.json", '{"name": "林"}', "您的资料"))
    document = place.lin.chat.messages[-1].body["document"]
    assert document["file_name"] == "data.json"
    assert document["file_size"] == len('{"name": "林"}'.encode())


async def test_taps_and_searches_are_answered(place: Place) -> None:
    """A toast, a box, results with scripts, and the way to the private chat where there are none."""
    await place.number(Say(place.lin.id, "a", buttons=((Button("x", data="x"),),)))
    tap = asyncio.create_task(place.lin.taps("x"))
    await asyncio.sleep(0.05)
    tap_id = place.world.updates.sent[-1]["callback_query"]["id"]
    assert await place.does(Toast(tap_id, "sent", box=True)) == Outcome(done=True)
    assert ((await tap).text, (await tap).show_alert) == ("sent", True)
    assert (await place.does(Toast("12345", "late"))).trouble == "refused"
    for found in ((Found("1", "道歉", "about delay", "亲，抱歉"),), ()):
        search = asyncio.create_task(place.lin.types_inline(f"快递{len(found)}"))
        await asyncio.sleep(0.05)
        query_id = place.world.updates.sent[-1]["inline_query"]["id"]
        assert (await place.does(Results(query_id, found, nothing="Nothing"))).done
        assert len(await search) == len(found)
    assert json.loads(place.world.called("answerInlineQuery")[-1].parameters["button"])["text"] == "Nothing"


async def test_topics_are_made_renamed_closed_opened_and_ended(place: Place) -> None:
    """One call may do two things; that one of them was so already doesn't matter."""
    thread = await place.number(MakeTopic(place.group.id, "林小姐", 0x6FB9F0))
    topic = place.group.topics[thread]
    assert await place.does(ChangeTopic(place.group.id, thread, name="🔥 林小姐", closed=True)) == Outcome(done=True, number=thread)
    assert (topic.name, topic.is_closed) == ("🔥 林小姐", True)
    await place.number(ChangeTopic(place.group.id, thread, name="🔥 林小姐", closed=False))
    assert not topic.is_closed
    assert (await place.does(ChangeTopic(place.group.id, thread, closed=False))).trouble == "same"
    await place.number(ChangeTopic(place.group.id, thread, ended=True))
    assert topic.is_deleted
    for error in ("message thread not found", "TOPIC_DELETED"):
        place.world.deleted_topic_error = error
        assert (await place.does(Say(place.group.id, "a", thread=thread))).trouble == "topic gone"
    assert (await place.does(ChangeTopic(place.group.id, thread, name="b"))).trouble == "topic gone"


async def test_who_shut_us_out_is_blocked(place: Place) -> None:
    """Somebody who blocked the bot, somebody unknown, a group that threw it out."""
    await place.lin.blocks_bot()
    anna = next(iter(place.group.members))
    await place.world.people[anna].kicks_bot(place.group)
    for chat_id in (place.lin.id, 4711, place.group.id):
        assert (await place.does(Say(chat_id, "a"))).trouble == "blocked"


async def test_what_will_never_work_is_refused(place: Place) -> None:
    """Faulty HTML, an empty text, one that is too long: the same again would be refused again."""
    for call in (Say(place.lin.id, "<b>", marked=True), Say(place.lin.id, ""), Say(place.lin.id, "x" * 4097)):
        outcome = await place.does(call)
        assert (outcome.trouble, outcome.done) == ("refused", False)
        assert outcome.reason


async def test_an_answer_that_says_no_means_that_nothing_happened(place: Place) -> None:
    """A flood with its wait, errors of Telegram's own, a page of a gateway."""
    say = Say(place.lin.id, "a")
    for fault, wait in ((flood(7), 7.0), (server_error(), 0.0), (server_error(503, "Service Unavailable"), 0.0), (BadGateway(), 0.0)):
        place.world.faults.add(fault, method="sendMessage")
        outcome = await place.does(say)
        assert (outcome.trouble, outcome.wait) == ("later", wait)
    assert (await place.does(say)).done
    assert [message.text for message in place.lin.chat.messages].count("a") == 1


async def test_a_missing_answer_means_that_nobody_knows(place: Place) -> None:
    """The connection breaks before or after the effect, a gateway has waited in vain: from here it all looks the same."""
    for fault in (LostAnswer(), Dropped(), server_error(504, "Gateway Timeout")):
        place.world.faults.add(fault, method="sendMessage")
        outcome = await place.does(Say(place.lin.id, "a"))
        assert outcome.trouble == "unknown", fault


async def test_no_answer_in_time_means_that_nobody_knows(place: Place) -> None:
    """A request that hangs may have been carried out."""
    place.world.faults.add(NeverAnswered(with_effect=True), method="sendMessage")
    async with Bot(place.world.token, base_url=f"{place.world.url}/bot", request=request_for(answers_within=0.2)) as bot:
        assert (await perform(bot, Say(place.lin.id, "a"))).trouble == "unknown"


async def test_what_never_left_can_go_again(place: Place) -> None:
    """Nobody listens, or the name isn't known: nothing happened."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    for address in (f"http://127.0.0.1:{free}", "http://nowhere.invalid"):
        async with request_for() as request:
            bot = Bot(place.world.token, base_url=f"{address}/bot", request=request)
            assert (await perform(bot, Say(place.lin.id, "a"))).trouble == "later"


async def test_all_connections_busy_can_go_again(place: Place) -> None:
    """A call that found no free connection never left."""
    place.world.faults.add(NeverAnswered(), method="sendMessage")
    async with Bot(place.world.token, base_url=f"{place.world.url}/bot", request=request_for(1, free_within=0.1)) as bot:
        hanging = asyncio.create_task(perform(bot, Say(place.lin.id, "a")))
        await asyncio.sleep(0.05)
        assert (await perform(bot, Say(place.lin.id, "b"))).trouble == "later"
        hanging.cancel()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RetryAfter(5), Outcome(done=False, trouble="later", wait=5.0)),
        (ChatMigrated(-1001), Outcome(done=False, trouble="later", wait=1.0, moved_to=-1001)),
        (Forbidden("Forbidden: user is deactivated"), Outcome(done=False, trouble="blocked")),
        (BadRequest("Bad Request: TOPIC_NOT_MODIFIED"), Outcome(done=False, trouble="same")),
        (BadRequest("Bad Request: message can't be edited"), Outcome(done=False, trouble="message gone")),
        (BadRequest("Bad Request: BUSINESS_PEER_INVALID"), Outcome(done=False, trouble="refused")),
        (BadRequest("Bad Request: not enough rights to create a topic"), Outcome(done=False, trouble="refused")),
        (InvalidToken("Unauthorized"), Outcome(done=False, trouble="later", wait=60.0)),
        (InvalidToken("Not Found"), Outcome(done=False, trouble="refused")),
        (TimedOut(), Outcome(done=False, trouble="unknown")),
        (NetworkError("Too Many Requests"), Outcome(done=False, trouble="later")),
        (Conflict("Conflict"), Outcome(done=False, trouble="unknown")),
        (TelegramError("Invalid server response"), Outcome(done=False, trouble="unknown")),
    ],
    ids=repr,
)
def test_errors_are_told_by_type_and_words(error: TelegramError, expected: Outcome) -> None:
    """Each error of the library's has its meaning."""
    found = outcome_of(error)
    assert (found.trouble, found.wait, found.moved_to) == (expected.trouble, expected.wait, expected.moved_to)
    assert found.reason
