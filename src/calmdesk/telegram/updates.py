"""Updates as events in the desk's words: one function for each kind. None where an update is nothing that the desk needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from telegram import CallbackQuery, ChatMember, ChatMemberAdministrator, ChatMemberOwner, ChatMemberRestricted, Message, Update, User
from telegram import Chat as TelegramChat

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
from calmdesk.telegram.content import content_of

ALLOWED_UPDATES = (
    "message", "edited_message", "business_message", "edited_business_message", "deleted_business_messages", "business_connection",
    "callback_query", "inline_query", "my_chat_member",
)  # fmt: skip
"""The kinds of update that Telegram is asked for; what isn't listed never comes."""


def said(update: Update) -> Event | None:
    """Return what somebody wrote, to the bot, in a group, or in a chat of the shop's own account."""
    message = update.message or update.business_message
    if message is None or _is_own(message):
        return None
    chat, person = _chat(message), _author(message)
    return Said(
        chat,
        person,
        message.message_id,
        message.date,
        content_of(message),
        reply_to=_reply_to(message),
        forwarded=message.forward_origin is not None,
        outgoing=bool(chat.connection) and person.id != chat.id,  # in a private chat its number is the other's; else it is the shop's
    )


def edited(update: Update) -> Event | None:
    """Return what somebody changed."""
    message = update.edited_message or update.edited_business_message
    if message is None or _is_own(message):
        return None
    return Edited(_chat(message), _author(message), message.message_id, message.edit_date or message.date, content_of(message))


def deleted(update: Update) -> Event | None:
    """Return which messages were deleted in a chat of the shop's own account."""
    gone = update.deleted_business_messages
    if gone is None:
        return None
    return Deleted(_place(gone.chat, connection=gone.business_connection_id), tuple(gone.message_ids))


def tapped(update: Update) -> Event | None:
    """Return which button somebody tapped; one under a message in inline mode has no chat."""
    query = update.callback_query
    if query is None:
        return None
    message = query.message
    return Tapped(query.id, _chat_of_tap(query), _person(query.from_user), message.message_id if message else None, query.data or "")


def sought(update: Update) -> Event | None:
    """Return what somebody looks for in inline mode."""
    query = update.inline_query
    return None if query is None else Sought(query.id, _person(query.from_user), query.query, query.offset)


def reached(update: Update) -> Event | None:
    """Return whether the bot is in a chat now, and what it may do there."""
    change = update.my_chat_member
    if change is None:
        return None
    now = change.new_chat_member
    return Reached(_place(change.chat), _person(change.from_user), is_inside(now), may_manage_topics(now))


def connected(update: Update) -> Event | None:
    """Return which account of the shop's was connected, changed or disconnected."""
    connection = update.business_connection
    if connection is None:
        return None
    can_reply = bool(connection.rights and connection.rights.can_reply)
    return Connected(connection.id, _person(connection.user), can_reply, connection.is_enabled)


def moved(update: Update) -> Event | None:
    """Return the new number of a group that became a supergroup."""
    message = update.message
    if message is None or message.migrate_to_chat_id is None:
        return None
    return Moved(message.chat.id, message.migrate_to_chat_id)


def topic_changed(update: Update) -> Event | None:
    """Return which topic somebody closed or opened again by hand; what the bot did itself it knows."""
    message = update.message
    if message is None or _is_own(message):
        return None
    return TopicChanged(_chat(message), _author(message), closed=message.forum_topic_closed is not None)


def topic_made(update: Update) -> Event | None:
    """Return which topic the bot has opened: where it died before it heard so, this is how it finds out."""
    message = update.message
    if message is None or not _is_own(message) or message.forum_topic_created is None:
        return None
    return TopicMade(_chat(message), message.forum_topic_created.name)


def nothing(_update: Update) -> None:
    """Return no event: Telegram's own notes in a chat, and kinds that nobody asked for."""


def is_inside(member: ChatMember) -> bool:
    """Say whether somebody with this standing is in the chat."""
    if isinstance(member, ChatMemberRestricted):
        return member.is_member
    return member.status not in {ChatMember.LEFT, ChatMember.BANNED}


def may_manage_topics(member: ChatMember) -> bool:
    """Say whether somebody with this standing may make, rename and close topics."""
    return isinstance(member, ChatMemberOwner) or (isinstance(member, ChatMemberAdministrator) and bool(member.can_manage_topics))


def _is_own(message: Message) -> bool:
    """Say whether the bot wrote a message itself, in its own name or in the shop's."""
    own = message.get_bot().id
    return any(author is not None and author.id == own for author in (message.from_user, message.sender_business_bot))


def _author(message: Message) -> Person:
    """Return who wrote a message; a channel or an anonymous admin writes as the chat."""
    if message.from_user is not None:
        return _person(message.from_user)
    speaker = message.sender_chat or message.chat
    return Person(speaker.id, speaker.effective_name or "", speaker.username)


def _person(user: User) -> Person:
    return Person(user.id, user.full_name, user.username, user.language_code, user.is_bot)


def _chat(message: Message) -> Chat:
    # Replies in a group without topics carry a thread's number as well; only a topic's counts.
    thread = message.message_thread_id if message.is_topic_message and message.chat.type == TelegramChat.SUPERGROUP else None
    return _place(message.chat, thread or 0, message.business_connection_id or "")


def _chat_of_tap(query: CallbackQuery) -> Chat | None:
    if query.message is None:
        return None
    return _chat(query.message) if isinstance(query.message, Message) else _place(query.message.chat)


def _place(chat: TelegramChat, thread: int = 0, connection: str = "") -> Chat:
    return Chat(chat.id, _KINDS[chat.type], thread, connection)


_KINDS: Mapping[str, Literal["private", "group", "supergroup", "channel"]] = {
    TelegramChat.PRIVATE: "private",
    TelegramChat.GROUP: "group",
    TelegramChat.SUPERGROUP: "supergroup",
    TelegramChat.CHANNEL: "channel",
}


def _reply_to(message: Message) -> int | None:
    """Return which message this one answers; in a topic Telegram names the topic's first message where it answers none."""
    answered = message.reply_to_message
    if answered is None or (message.is_topic_message and answered.message_id == message.message_thread_id):
        return None
    return answered.message_id
