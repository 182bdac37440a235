"""A world as data, and a world out of it: people, chats, topics, messages with their buttons, files, and what the bot hasn't fetched.

A shop's own chats (business connections) aren't kept, nor are the bot's menus, which it sets anew when it starts.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from calmdesk.playground.chats import Chat, Group, Member, Topic, User
from calmdesk.playground.errors import Json
from calmdesk.playground.files import Upload
from calmdesk.playground.messages import Message
from calmdesk.playground.people import Person
from calmdesk.playground.updates import Pending
from calmdesk.playground.world import TelegramWorld


class Kept(BaseModel):
    """Something that stays from one run to the next."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class KeptMessage(Kept):
    """A message, with numbers for the people and the message that it points to."""

    id: int
    date: int
    sender: int | None
    body: Json
    thread: int | None
    in_topic: bool
    reply_to: int | None
    markup: Json | None
    edit_date: int | None
    album: str | None
    origin: Json | None
    via_bot: int | None
    protected: bool
    extras: Json


class KeptChat(Kept):
    """What was said in a chat and what hangs on it."""

    messages: tuple[KeptMessage, ...]
    pinned: list[int]
    reactions: dict[int, list[Json]]


class KeptPerson(Kept):
    """Somebody, with the private chat."""

    user: User
    hides_forwards: bool
    started: bool
    blocked: bool
    chat: KeptChat


class KeptMember(Kept):
    """How somebody stands to a group."""

    user: int
    status: str
    rights: frozenset[str]
    until: int


class KeptTopic(Kept):
    """A topic of a group."""

    id: int
    name: str
    icon_color: int
    icon_custom_emoji_id: str | None
    creator: int
    is_closed: bool
    is_hidden: bool
    is_deleted: bool
    pinned: list[int]


class KeptGroup(Kept):
    """A group with its topics."""

    id: int
    title: str
    kind: str
    is_forum: bool
    members: tuple[KeptMember, ...]
    topics: tuple[KeptTopic, ...]
    links: dict[str, Json]
    chat: KeptChat


class KeptFile(Kept):
    """A file that was sent."""

    kind: str
    name: str | None
    mime_type: str | None
    content: bytes


class KeptUpdate(Kept):
    """An update that the bot hasn't acknowledged."""

    id: int
    kind: str
    body: Json
    lane: str
    expires: float


class KeptWorld(Kept):
    """A whole world."""

    layout: Literal[1] = 1
    people: tuple[KeptPerson, ...]
    groups: tuple[KeptGroup, ...]
    files: tuple[KeptFile, ...]
    waiting: tuple[KeptUpdate, ...]
    numbered: int
    """All numbers that were given out are below."""


# Out of a world


def kept_world(world: TelegramWorld) -> KeptWorld:
    """Return all that a later run needs."""
    return KeptWorld(
        people=tuple(_kept_person(person) for person in world.people.values()),
        groups=tuple(_kept_group(group) for group in world.groups.values()),
        files=tuple(
            KeptFile(kind=one.kind, name=one.upload.name, mime_type=one.upload.mime_type, content=one.content) for one in world.files.all()
        ),
        waiting=tuple(
            KeptUpdate(id=one.id, kind=one.kind, body=one.body, lane=str(one.lane), expires=one.expires) for one in world.updates.waiting()
        ),
        numbered=max(numbers.next for numbers in world.numbers),
    )


def _kept_person(person: Person) -> KeptPerson:
    chat = person.chat
    return KeptPerson(
        user=person.user, hides_forwards=person.hides_forwards, started=chat.started, blocked=chat.blocked, chat=_kept_chat(chat)
    )


def _kept_group(group: Group) -> KeptGroup:
    return KeptGroup(
        id=group.id,
        title=group.title,
        kind=group.kind,
        is_forum=group.is_forum,
        members=tuple(
            KeptMember(user=member.user.id, status=member.status, rights=member.rights, until=member.until)
            for member in group.members.values()
        ),
        topics=tuple(KeptTopic(**_named_in(KeptTopic, topic)) for topic in group.topics.values()),
        links=group.links,
        chat=_kept_chat(group),
    )


def _kept_chat(chat: Chat) -> KeptChat:
    return KeptChat(messages=tuple(map(_kept_message, chat.messages)), pinned=list(chat.pinned), reactions=dict(chat.reactions))


def _kept_message(message: Message) -> KeptMessage:
    people = {"sender": message.sender and message.sender.id, "via_bot": message.via_bot and message.via_bot.id}
    return KeptMessage(**{**_named_in(KeptMessage, message), **people, "reply_to": message.reply_to and message.reply_to.id})


def _named_in(kind: type[Kept], thing: object) -> dict[str, Any]:
    """Return what a kind names, as the thing has it."""
    return {name: getattr(thing, name) for name in kind.model_fields}


# Into a world


def bring_back(world: TelegramWorld, kept: KeptWorld) -> None:
    """Bring everybody and everything into a world in which nothing has happened yet, and number on from where no earlier run has come."""
    for file in kept.files:
        world.files.keep(file.kind, Upload(file.content, file.name, file.mime_type))
    users = {world.bot.id: world.bot, **{one.user.id: one.user for one in kept.people}}
    for one in kept.people:
        world.settle(one.user)
        person = world.people[one.user.id]
        person.hides_forwards = one.hides_forwards
        person.chat.started, person.chat.blocked = one.started, one.blocked
        _fill(person.chat, one.chat, users)
    for group in kept.groups:
        world.groups[group.id] = _group(group, users)
    world.updates.bring_back(Pending(one.id, one.kind, one.body, one.lane, one.expires) for one in kept.waiting)
    world.number_on(kept.numbered)


def _group(kept: KeptGroup, users: dict[int, User]) -> Group:
    group = Group(kept.id, kept.title, kind=kept.kind, is_forum=kept.is_forum)
    group.links = kept.links
    group.members = {
        one.user: Member(user=users[one.user], status=one.status, rights=one.rights, until=one.until)
        for one in kept.members
        if one.user in users
    }
    group.topics = {one.id: Topic(group=group, **_named_in(KeptTopic, one)) for one in kept.topics}
    _fill(group, kept.chat, users)
    return group


def _fill(chat: Chat, kept: KeptChat, users: dict[int, User]) -> None:
    """Put the messages into a chat, the oldest first, so that an answer finds what it answers."""
    for one in kept.messages:
        people = {"sender": users.get(one.sender or 0), "via_bot": users.get(one.via_bot or 0)}
        message = Message(chat=chat, **{**_named_in(KeptMessage, one), **people, "reply_to": chat.find(one.reply_to)})
        chat.bring_back(message)
    chat.pinned, chat.reactions = kept.pinned, kept.reactions
