"""Updates as events: every kind that Telegram sends, in the desk's words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC
from types import SimpleNamespace
from typing import Any

import pytest
from telegram import Update
from telegram.ext import ExtBot

from calmdesk.desk.calls import Button, MakeTopic, Say
from calmdesk.desk.events import (
    Chat,
    Connected,
    Deleted,
    Edited,
    Event,
    Moved,
    Person,
    Reached,
    Said,
    Sought,
    Tapped,
    TopicChanged,
    TopicMade,
)
from calmdesk.playground import Group, TelegramWorld
from calmdesk.playground import Person as Somebody
from calmdesk.telegram.calls import perform
from calmdesk.telegram.connection import bot_for, request_for
from calmdesk.telegram.handlers import handlers
from calmdesk.telegram.updates import ALLOWED_UPDATES
from tests.botapi import checked_world


@dataclass
class House:
    """Takes events as the house does."""

    events: list[Event | None] = field(default_factory=list)

    async def take(self, _update_id: int, event: Event | None) -> None:
        """Take an event."""
        self.events.append(event)


@dataclass
class Place:
    """A world, its bot, and people in it."""

    world: TelegramWorld
    bot: ExtBot[None]
    lin: Somebody
    anna: Somebody
    group: Group

    async def event(self, raw: dict[str, Any] | None = None) -> Event | None:
        """Return what the newest update is to the desk; each update is taken by one handler."""
        update = Update.de_json(raw or self.world.updates.sent[-1], self.bot)
        house = House()
        for handler in handlers():
            if handler.check_update(update):
                await handler.callback(update, SimpleNamespace(house=house))  # type: ignore[arg-type]
                break
        (event,) = house.events
        return event

    async def said(self) -> Said:
        """Return the newest update, which is something that was said."""
        event = await self.event()
        assert isinstance(event, Said)
        return event


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """Return a checked world with people."""
    async with checked_world() as world, bot_for(world.token, world.url, request_for(1)) as bot:
        world.updates.allow(ALLOWED_UPDATES)
        lin = world.person("林 小姐", username="lin_xj", language_code="zh-hans")
        anna = world.person("Anna")
        await lin.starts()
        yield Place(world, bot, lin, anna, world.forum("客服组", [anna]))


async def test_a_message_in_private(place: Place) -> None:
    """Who, where, when and what."""
    message = await place.lin.says("快递呢？")
    said = await place.said()
    assert said.chat == Chat(place.lin.id, "private")
    assert said.person == Person(place.lin.id, "林 小姐", "lin_xj", "zh-hans")
    assert (said.message_id, said.content.text, said.content.kind) == (message.id, "快递呢？", "text")
    assert said.at.tzinfo == UTC
    assert (said.reply_to, said.forwarded, said.outgoing) == (None, False, False)


async def test_answers_and_forwards(place: Place) -> None:
    """Which message is answered, and that one is passed on."""
    first = await place.lin.says("a")
    await place.lin.says("b", reply_to=first)
    assert (await place.said()).reply_to == first.id
    await place.lin.forwards(first)
    assert (await place.said()).forwarded


async def test_a_topic_is_told_from_an_answer(place: Place) -> None:
    """In a topic the thread counts; Telegram's pointer to the topic's first message is no answer; in the general topic there is neither."""
    thread = (await perform(place.bot, MakeTopic(place.group.id, "林小姐", 0x6FB9F0))).number or 0
    first = await place.anna.says("a", to=place.group.topics[thread])
    said = await place.said()
    assert (said.chat.thread, said.chat.kind, said.reply_to) == (thread, "supergroup", None)
    await place.anna.says("b", to=place.group.topics[thread], reply_to=first)
    assert (await place.said()).reply_to == first.id
    general = await place.anna.says("c", to=place.group)
    assert (await place.said()).chat.thread == 0
    await place.anna.says("d", to=place.group, reply_to=general)
    said = await place.said()
    assert (said.chat.thread, said.reply_to) == (0, general.id)


async def test_the_topics_first_message_is_no_answer(place: Place) -> None:
    """As Telegram writes it: each message of a topic that answers none points at the topic's first."""
    chat = {"id": -100123, "type": "supergroup", "title": "g", "is_forum": True}
    root = {"message_id": 7, "date": 1, "chat": chat, "forum_topic_created": {"name": "n", "icon_color": 1}}
    message = {"message_id": 9, "date": 1, "chat": chat, "from": {"id": 5, "is_bot": False, "first_name": "A"}, "text": "a"}
    raw = {"update_id": 1, "message": {**message, "message_thread_id": 7, "is_topic_message": True, "reply_to_message": root}}
    event = await place.event(raw)
    assert isinstance(event, Said)
    assert (event.reply_to, event.chat.thread) == (None, 7)


async def test_every_kind_of_content(place: Place) -> None:
    """Its kind, its file, its words, and what is worth keeping of it."""
    await place.lin.sends_photo(b"jpg", caption="破了")
    content = (await place.said()).content
    assert (content.kind, content.text, bool(content.file_id)) == ("photo", "破了", True)
    assert content.details.keys() >= {"width", "height"}
    await place.lin.sends_voice(seconds=4)
    content = (await place.said()).content
    assert (content.kind, content.details["seconds"], bool(content.file_id)) == ("voice", 4, True)
    await place.lin.sends_video()
    assert (await place.said()).content.kind == "video"
    await place.lin.sends_file(b"%PDF", "发票.pdf", "application/pdf", caption="发票")
    content = (await place.said()).content
    assert (content.kind, content.text) == ("file", "发票")
    assert content.details == {"name": "发票.pdf", "type": "application/pdf", "size": 4}
    await place.lin.sends_sticker("😡")
    content = (await place.said()).content
    assert (content.kind, content.details["emoji"]) == ("sticker", "😡")
    await place.lin.sends_location(31.2, 121.5)
    content = (await place.said()).content
    assert (content.kind, content.details) == ("location", {"latitude": 31.2, "longitude": 121.5})
    await place.lin.sends_contact("13800000000", "林")
    content = (await place.said()).content
    assert (content.kind, content.details) == ("contact", {"phone": "13800000000", "name": "林"})


def _message(**content: Any) -> dict[str, Any]:
    """Return an update with a message of any content."""
    person = {"id": 5, "is_bot": False, "first_name": "A"}
    return {"update_id": 1, "message": {"message_id": 9, "date": 1, "chat": {"id": 5, "type": "private"}, "from": person, **content}}


_FILE = {"file_id": "f", "file_unique_id": "u", "duration": 3, "width": 1, "height": 1, "length": 1}
_PLACE = {"latitude": 1.0, "longitude": 2.0}
_POLL = {
    "id": "1", "question": "?", "total_voter_count": 0, "is_closed": False, "is_anonymous": True, "type": "regular",
    "allows_multiple_answers": False, "allows_revoting": True, "members_only": False, "options": [{"text": "a", "voter_count": 0, "persistent_id": "0"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("content", "kind", "details"),
    [
        ({"audio": _FILE | {"title": "t", "performer": "p"}}, "audio", {"title": "p – t", "seconds": 3}),
        ({"video_note": _FILE}, "video_note", {"seconds": 3}),
        ({"animation": _FILE, "document": _FILE}, "animation", {"seconds": 3, "width": 1, "height": 1}),
        ({"location": _PLACE | {"live_period": 60}}, "location", {**_PLACE, "live_seconds": 60}),
        (
            {"location": _PLACE, "venue": {"location": _PLACE, "title": "驿站", "address": "1 号"}},
            "venue",
            {**_PLACE, "title": "驿站", "address": "1 号"},
        ),
        ({"poll": _POLL}, "poll", {"question": "?", "options": ["a"]}),
        ({"dice": {"emoji": "🎲", "value": 6}}, "other", {"what": "dice", "emoji": "🎲", "value": 6}),
        ({"story": {"chat": {"id": 5, "type": "private"}, "id": 1}}, "other", {"what": "story"}),
        ({"hologram": {"depth": 3}}, "other", {"what": "hologram"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_rarer_kinds_of_content(place: Place, content: dict[str, Any], kind: str, details: dict[str, Any]) -> None:
    """Also what is newer than the library reaches the desk, by its name."""
    event = await place.event(_message(**content))
    assert isinstance(event, Said)
    assert (event.content.kind, event.content.details) == (kind, details)


async def test_an_album_is_recognised(place: Place) -> None:
    """Photos that were sent together have that in common."""
    await place.lin.sends_album([b"1", b"2"], caption="都坏了")
    events = [await place.event(raw) for raw in place.world.updates.sent[-2:]]
    albums = {event.content.album for event in events if isinstance(event, Said)}
    assert len(albums) == 1
    assert None not in albums


async def test_an_edit(place: Place) -> None:
    """What the message says now, and when it was changed."""
    message = await place.lin.says("快递呢？")
    await place.lin.edits(message, "快递到哪了？")
    event = await place.event()
    assert isinstance(event, Edited)
    assert (event.message_id, event.content.text, event.chat.id) == (message.id, "快递到哪了？", place.lin.id)


async def test_business_chats(place: Place) -> None:
    """What the customer writes, what the shop writes by hand, edits and deletions, and the connection itself."""
    shop = place.world.business("山野小店")
    assert await place.event() == Connected(shop.id, Person(shop.owner.id, "山野小店"), can_reply=True, enabled=True)
    first = await place.lin.says("在吗", via=shop)
    said = await place.said()
    assert (said.chat, said.outgoing) == (Chat(place.lin.id, "private", 0, shop.id), False)
    await shop.says("在的", to=place.lin)
    said = await place.said()
    assert (said.chat.id, said.person.id, said.outgoing) == (place.lin.id, shop.owner.id, True)
    await place.lin.edits(first, "在不在")
    event = await place.event()
    assert isinstance(event, Edited)
    assert event.chat.connection == shop.id
    await place.lin.deletes(first)
    assert await place.event() == Deleted(Chat(place.lin.id, "private", 0, shop.id), (first.id,))
    await shop.allows()
    assert await place.event() == Connected(shop.id, Person(shop.owner.id, "山野小店"), can_reply=False, enabled=True)
    await shop.disconnects()
    event = await place.event()
    assert isinstance(event, Connected)
    assert not event.enabled


async def test_what_the_bot_says_for_the_shop_is_its_own(place: Place) -> None:
    """A business message that the bot itself sent is no news."""
    raw = _message(text="a", business_connection_id="bc", sender_business_bot={"id": place.world.bot.id, "is_bot": True, "first_name": "b"})
    assert await place.event({"update_id": 1, "business_message": raw["message"]}) is None


async def test_a_tap(place: Place) -> None:
    """Where, who, and what the button carries; also under a message that is too old to be shown."""
    outcome = await perform(place.bot, Say(place.lin.id, "a", buttons=((Button("x", data="c:1"),),)))
    tap = asyncio.create_task(place.lin.taps("x"))
    await asyncio.sleep(0.02)
    event = await place.event()
    assert isinstance(event, Tapped)
    assert (event.chat, event.message_id, event.data) == (Chat(place.lin.id, "private"), outcome.number, "c:1")
    tap.cancel()
    raw = place.world.updates.sent[-1]
    query = raw["callback_query"]
    old = {"chat": query["message"]["chat"], "message_id": query["message"]["message_id"], "date": 0}
    event = await place.event({**raw, "callback_query": {**query, "message": old}})
    assert isinstance(event, Tapped)
    assert event.message_id == outcome.number
    inline = {key: value for key, value in query.items() if key != "message"} | {"inline_message_id": "i"}
    event = await place.event({**raw, "callback_query": inline})
    assert isinstance(event, Tapped)
    assert (event.chat, event.message_id) == (None, None)


async def test_a_search(place: Place) -> None:
    """What is typed behind the bot's name."""
    search = asyncio.create_task(place.lin.types_inline("快递"))
    await asyncio.sleep(0.02)
    event = await place.event()
    assert isinstance(event, Sought)
    assert (event.words, event.person.id) == ("快递", place.lin.id)
    search.cancel()


async def test_the_bot_is_let_in_and_shut_out(place: Place) -> None:
    """By a customer, and by a group, with what it may do there."""
    await place.lin.blocks_bot()
    event = await place.event()
    assert isinstance(event, Reached)
    assert (event.inside, event.chat.kind) == (False, "private")
    await place.lin.unblocks_bot()
    event = await place.event()
    assert isinstance(event, Reached)
    assert event.inside
    for rights, may in ((["can_manage_topics"], True), ([], False), (None, False)):
        await place.anna.adds_bot(place.group, rights)
        event = await place.event()
        assert isinstance(event, Reached)
        assert (event.chat.id, event.inside, event.may_manage_topics) == (place.group.id, True, may)
    await place.anna.kicks_bot(place.group)
    event = await place.event()
    assert isinstance(event, Reached)
    assert not event.inside


async def test_a_group_gets_a_new_number(place: Place) -> None:
    """Of the two notes that Telegram writes, one is enough."""
    small = place.world.group("小组", [place.anna])
    before = len(place.world.updates.sent)
    large = await place.anna.upgrades(small)
    events = [await place.event(raw) for raw in place.world.updates.sent[before:]]
    assert [event for event in events if isinstance(event, Moved)] == [Moved(small.id, large.id)]
    assert not any(isinstance(event, Said) for event in events)


async def test_topics_are_closed_and_opened_by_hand(place: Place) -> None:
    """What people do is told, and that a topic of the bot's own is there; Telegram's other notes aren't."""
    thread = (await perform(place.bot, MakeTopic(place.group.id, "林小姐", 0x6FB9F0))).number or 0
    made = await place.event()
    assert isinstance(made, TopicMade)
    assert (made.chat.thread, made.name) == (thread, "林小姐")
    await place.anna.closes_topic(place.group.topics[thread])
    event = await place.event()
    assert isinstance(event, TopicChanged)
    assert (event.chat.thread, event.person.id, event.closed) == (thread, place.anna.id, True)
    await place.anna.reopens_topic(place.group.topics[thread])
    event = await place.event()
    assert isinstance(event, TopicChanged)
    assert not event.closed
    await place.bot.close_forum_topic(place.group.id, thread)
    assert await place.event() is None
    bo = place.world.person("Bo")
    await bo.joins(place.group)
    assert await place.event() is None


async def test_an_anonymous_admin_speaks_as_the_group(place: Place) -> None:
    """Nobody knows who it was; a message without an author is its chat's."""
    chat = {"id": -100123, "type": "supergroup", "title": "g"}
    raw = {"update_id": 1, "message": {"message_id": 9, "date": 1, "chat": chat, "sender_chat": chat, "text": "a"}}
    event = await place.event(raw)
    assert isinstance(event, Said)
    assert event.person == Person(-100123, "g")


async def test_what_nobody_asked_for_is_no_event(place: Place) -> None:
    """Kinds that aren't listed are done without a word."""
    assert await place.event({"update_id": 1, "poll_answer": {"poll_id": "1", "option_ids": [], "option_persistent_ids": []}}) is None
