"""Where a message goes, whether it may, and putting it there: what all sending methods share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from calmdesk.playground.business import Connection
from calmdesk.playground.chats import GENERAL, BusinessChat, Chat, Group, PrivateChat, Topic
from calmdesk.playground.errors import Json, bad_request, forbidden
from calmdesk.playground.keyboards import checked
from calmdesk.playground.messages import Message
from calmdesk.playground.methods.registry import Call, ChatId, JsonObject, Parameters
from calmdesk.playground.world import TelegramWorld


class Target(Parameters):
    """The parameters that every sending method has."""

    chat_id: ChatId = None
    message_thread_id: int | None = None
    business_connection_id: str | None = None
    reply_parameters: JsonObject = None
    reply_to_message_id: int | None = None
    allow_sending_without_reply: bool = False
    reply_markup: JsonObject = None
    protect_content: bool = False
    disable_notification: bool = False
    message_effect_id: str | None = None


@dataclass(frozen=True)
class Destination:
    """A place that was found fit for a message."""

    chat: Chat
    topic: Topic | None = None
    connection: Connection | None = None
    reply_to: Message | None = None


def find_chat(world: TelegramWorld, chat_id: ChatId) -> Chat:
    """Return a chat that the bot knows, or refuse."""
    if chat_id in (None, ""):
        raise bad_request("chat_id is empty")
    text = str(chat_id)
    if not text.lstrip("-").isdigit():
        raise bad_request("chat not found")
    number = int(text)
    if group := world.groups.get(number):
        if group.migrated_to:
            raise bad_request("group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": group.migrated_to.id})
        standing = group.member(world.bot)
        if standing.status == "kicked":
            raise forbidden(f"bot was kicked from the {group.kind} chat")
        if not standing.is_in:
            raise forbidden(f"bot is not a member of the {group.kind} chat")
        return group
    private = world.private.get(number)
    if private is None or not (private.started or _has_met(world, private)):
        raise bad_request("chat not found")
    return private


def _has_met(world: TelegramWorld, chat: PrivateChat) -> bool:
    """Say whether the bot has seen a person elsewhere."""
    return any(chat.id in group.members and group.member(world.bot).is_in for group in world.groups.values())


def find_group(world: TelegramWorld, chat_id: ChatId) -> Group:
    """Return a group that the bot is in, or refuse."""
    chat = find_chat(world, chat_id)
    if not isinstance(chat, Group):
        raise bad_request("method is available only for supergroup chats" if chat_id else "chat_id is empty")
    return chat


def find_connection(world: TelegramWorld, connection_id: str | None) -> Connection:
    """Return a business connection, or refuse."""
    connection = world.connections.get(connection_id or "")
    if connection is None:
        raise bad_request("BUSINESS_CONNECTION_INVALID")
    return connection


def writable(world: TelegramWorld, chat: Chat) -> Chat:
    """Return the chat if the bot may write there, or refuse."""
    if isinstance(chat, PrivateChat) and not isinstance(chat, BusinessChat):
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
    if isinstance(chat, Group) and chat.member(world.bot).status == "restricted":
        raise bad_request("not enough rights to send text messages to the chat")
    return chat


def find_topic(world: TelegramWorld, chat: Chat, thread: int | None, reply_to: Message | None) -> Topic | None:
    """Return the topic that a message goes to, or refuse; General is None, and its number isn't accepted."""
    if not isinstance(chat, Group) or not chat.is_forum:
        if thread:
            raise bad_request("message thread not found")
        return None
    if not thread:
        topic = chat.topics[reply_to.thread] if reply_to and reply_to.in_topic and reply_to.thread else chat.general
    elif thread == GENERAL or thread not in chat.topics:
        raise bad_request("message thread not found")
    else:
        topic = chat.topics[thread]
    if topic.is_deleted:
        raise bad_request(world.deleted_topic_error)
    if topic.is_closed and not chat.member(world.bot).may("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    return topic


def _answered(chat: Chat, asked: Target) -> Message | None:
    """Return the message that is answered, or refuse."""
    given = asked.reply_parameters or {}
    number = given.get("message_id") or asked.reply_to_message_id
    if not number:
        return None
    if "chat_id" in given and str(given["chat_id"]) != str(chat.id):
        raise bad_request("this server answers messages of the same chat only")
    if message := chat.find(int(number)):
        return message
    if given.get("allow_sending_without_reply") or asked.allow_sending_without_reply:
        return None
    raise bad_request("message to be replied not found")


def destination(call: Call, asked: Target) -> Destination:
    """Return where a request's message goes, or refuse."""
    world = call.world
    if asked.business_connection_id:
        connection = find_connection(world, asked.business_connection_id)
        if asked.chat_id is None:
            raise bad_request("chat_id is empty")
        business_chat = connection.open_for_reply(int(asked.chat_id), world.clock.now())
        return Destination(business_chat, connection=connection, reply_to=_answered(business_chat, asked))
    chat = writable(world, find_chat(world, asked.chat_id))
    reply_to = _answered(chat, asked)
    return Destination(chat, find_topic(world, chat, asked.message_thread_id, reply_to), None, reply_to)


def with_people(world: TelegramWorld, body: Mapping[str, Any]) -> Json:
    """Put the accounts into mentions by number; a mention of a stranger is no mention."""
    done = dict(body)
    for key in ("entities", "caption_entities"):
        if key in done:
            done[key] = [entity for given in done[key] if (entity := _mention(world, given))]
    return {key: value for key, value in done.items() if key not in ("entities", "caption_entities") or value}


def _mention(world: TelegramWorld, entity: Json) -> Json | None:
    if entity["type"] != "text_mention" or "user" in entity:
        return entity
    person = world.people.get(entity["user_id"])
    kept = {key: value for key, value in entity.items() if key != "user_id"}
    return {**kept, "user": person.user.as_json()} if person else None


def deliver(call: Call, asked: Target, body: Mapping[str, Any], **fields: Any) -> Message:
    """Put one message where a request wants it."""
    return deliver_all(call, asked, [body], **fields)[0]


def deliver_all(call: Call, asked: Target, bodies: list[Mapping[str, Any]], **fields: Any) -> list[Message]:
    """Put messages where a request wants them: all, or none where the limits are reached."""
    world = call.world
    place = destination(call, asked)
    markup = checked(asked.reply_markup)
    world.gate.admit(place.chat, call.method, len(bodies))
    sender = world.bot
    if place.connection:
        sender = place.connection.owner
        fields |= {"business_connection": place.connection.id, "business_bot": world.bot}
    fields |= {"reply_to": place.reply_to, "markup": markup, "protected": asked.protect_content}
    return [world.post(place.chat, sender, with_people(world, body), topic=place.topic, **fields) for body in bodies]
