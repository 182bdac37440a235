"""Changing what was sent, taking it away, pinning it, reacting to it."""

from __future__ import annotations

from typing import Any

from calmdesk.playground.chats import Chat, Group
from calmdesk.playground.entities import caption_text, message_text
from calmdesk.playground.errors import Json, bad_request
from calmdesk.playground.keyboards import checked
from calmdesk.playground.messages import MEDIA, Message
from calmdesk.playground.methods.delivery import find_chat, find_connection, with_people, writable
from calmdesk.playground.methods.registry import Call, ChatId, JsonObject, JsonObjects, Numbers, Parameters, method
from calmdesk.playground.methods.sending import input_media_body
from calmdesk.playground.reactions import REACTIONS

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
DELETABLE_FOR = 48 * 3600


class Which(Parameters):
    """One message, in a chat or sent from inline mode."""

    chat_id: ChatId = None
    message_id: int | None = None
    inline_message_id: str | None = None
    business_connection_id: str | None = None


class EditMarkup(Which):
    """A new keyboard."""

    reply_markup: JsonObject = None


class EditText(EditMarkup):
    """A new text."""

    text: str | None = None
    parse_mode: str | None = None
    entities: JsonObjects = None
    link_preview_options: JsonObject = None


class EditCaption(EditMarkup):
    """A new caption."""

    caption: str | None = None
    parse_mode: str | None = None
    caption_entities: JsonObjects = None


class EditMedia(EditMarkup):
    """Another file."""

    media: JsonObject = None


class Delete(Parameters):
    """A message to take away."""

    chat_id: ChatId = None
    message_id: int | None = None


class DeleteMany(Parameters):
    """Messages to take away."""

    chat_id: ChatId = None
    message_ids: Numbers = None


class React(Delete):
    """A reaction to put under a message."""

    reaction: JsonObjects = None
    is_big: bool = False


def place_of(call: Call, asked: Which) -> Chat:
    """Return the chat that a request is about."""
    if asked.business_connection_id:
        connection = find_connection(call.world, asked.business_connection_id)
        connection.require("can_reply")
        chat = connection.chats.get(int(asked.chat_id or 0))
        if chat is None:
            raise bad_request("chat not found")
        return chat
    return find_chat(call.world, asked.chat_id)


def _mine(call: Call, asked: Which) -> Message:
    """Return the message to change, if it is the bot's own."""
    if asked.inline_message_id:
        message = call.world.inline_messages.get(asked.inline_message_id)
        current = message and message.chat.find(message.id)
        if current is None:
            raise bad_request("MESSAGE_ID_INVALID")
        return current
    chat = place_of(call, asked)
    if asked.message_id is None:
        raise bad_request("message identifier is not specified")
    found = chat.find(asked.message_id)
    if found is None:
        raise bad_request("message to edit not found")
    if not asked.business_connection_id:
        writable(call.world, chat)
    own = call.world.bot in (found.sender, found.business_bot)
    if not own or found.is_service or found.origin:
        raise bad_request("message can't be edited")
    return found


def _change(call: Call, asked: EditMarkup, message: Message, body: Json) -> Message | bool:
    """Put a new body and keyboard in place, unless nothing would change."""
    markup = checked(asked.reply_markup, inline_only=True)
    body = with_people(call.world, body)
    if body == dict(message.body) and markup == message.markup:
        raise bad_request(NOT_MODIFIED)
    call.world.gate.admit(message.chat, call.method, edit=True)
    revised = call.world.revise(message, body=body, markup=markup, edit_date=call.world.today(), told=False)
    return True if asked.inline_message_id else revised


@method("editMessageText", EditText)
def edit_message_text(call: Call, asked: EditText) -> Message | bool:
    """Change a text; without a keyboard the old one goes."""
    said = message_text(asked.text, asked.parse_mode, asked.entities)
    message = _mine(call, asked)
    if "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    return _change(call, asked, message, said)


@method("editMessageCaption", EditCaption)
def edit_message_caption(call: Call, asked: EditCaption) -> Message | bool:
    """Change a caption."""
    said = caption_text(asked.caption, asked.parse_mode, asked.caption_entities)
    message = _mine(call, asked)
    if message.kind not in MEDIA:
        raise bad_request("there is no caption in the message to edit")
    kept = {key: value for key, value in message.body.items() if key not in ("caption", "caption_entities")}
    return _change(call, asked, message, kept | said)


@method("editMessageMedia", EditMedia)
def edit_message_media(call: Call, asked: EditMedia) -> Message | bool:
    """Put another file in the place of the old one."""
    message = _mine(call, asked)
    if asked.media is None:
        raise bad_request("input media is not specified")
    if message.kind not in MEDIA and message.kind != "text":
        raise bad_request("there is no media in the message to edit")
    return _change(call, asked, message, input_media_body(call, asked.media))


@method("editMessageReplyMarkup", EditMarkup)
def edit_message_reply_markup(call: Call, asked: EditMarkup) -> Message | bool:
    """Change the keyboard alone."""
    message = _mine(call, asked)
    return _change(call, asked, message, dict(message.body))


def _removable(call: Call, chat: Chat, message: Message) -> bool:
    """Say whether the bot may take a message away."""
    world = call.world
    mine = message.sender is world.bot
    may_all = isinstance(chat, Group) and chat.member(world.bot).may("can_delete_messages")
    if may_all:
        return True
    fresh = world.clock.now() - message.date <= DELETABLE_FOR
    return fresh and (mine or not isinstance(chat, Group))


@method("deleteMessage", Delete)
def delete_message(call: Call, asked: Delete) -> bool:
    """Take a message away."""
    chat = find_chat(call.world, asked.chat_id)
    if asked.message_id is None:
        raise bad_request("message identifier is not specified")
    message = chat.find(asked.message_id)
    if message is None:
        raise bad_request("message to delete not found")
    if not _removable(call, chat, message):
        raise bad_request("message can't be deleted for everyone")
    call.world.remove(message)
    return True


@method("deleteMessages", DeleteMany)
def delete_messages(call: Call, asked: DeleteMany) -> bool:
    """Take several messages away; what isn't there is passed over."""
    chat = find_chat(call.world, asked.chat_id)
    if not 1 <= len(asked.message_ids or []) <= 100:
        raise bad_request("message identifiers are not specified" if not asked.message_ids else "too many message identifiers specified")
    for number in asked.message_ids or []:
        message = chat.find(number)
        if message and _removable(call, chat, message):
            call.world.remove(message)
    return True


@method("setMessageReaction", React)
def set_message_reaction(call: Call, asked: React) -> bool:
    """Put a reaction under a message, or take it away."""
    chat = find_chat(call.world, asked.chat_id)
    message = chat.find(asked.message_id)
    if message is None:
        raise bad_request("message to react not found")
    reaction = asked.reaction or []
    if len(reaction) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(one.get("type") != "emoji" or str(one.get("emoji")).rstrip("\ufe0f") not in REACTIONS for one in reaction):
        raise bad_request("REACTION_INVALID")
    chat.reactions[message.id] = reaction
    call.world.record("reacted", chat, message, by=call.world.bot, emoji=reaction[0]["emoji"] if reaction else None)
    return True


class Pin(Which):
    """A message to pin or unpin."""

    disable_notification: bool = False


class OneChat(Parameters):
    """A chat."""

    chat_id: ChatId = None


def _pins(call: Call, chat: Chat) -> list[int]:
    """Return the numbers of the pinned messages, if the bot may change them."""
    if isinstance(chat, Group) and not chat.member(call.world.bot).may("can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat.pinned


@method("pinChatMessage", Pin)
def pin_chat_message(call: Call, asked: Pin) -> bool:
    """Pin a message."""
    chat = place_of(call, asked)
    message = chat.find(asked.message_id)
    if message is None:
        raise bad_request("message to pin not found")
    pins = _pins(call, chat)
    if message.id not in pins:
        pins.append(message.id)
        topic: dict[str, Any] = (
            {"topic": chat.topics[message.thread]} if isinstance(chat, Group) and message.in_topic and message.thread else {}
        )
        if not asked.business_connection_id:
            call.world.service(chat, call.world.bot, {"pinned_message": message.as_json(with_reply=False)}, **topic)
        call.world.record("pinned", chat, message)
    return True


@method("unpinChatMessage", Pin)
def unpin_chat_message(call: Call, asked: Pin) -> bool:
    """Unpin a message, or the newest pinned one."""
    chat = place_of(call, asked)
    pins = _pins(call, chat)
    number = asked.message_id if asked.message_id is not None else (pins[-1] if pins else None)
    if number not in pins:
        raise bad_request("message to unpin not found")
    pins.remove(number)
    call.world.record("unpinned", chat, chat.find(number))
    return True


@method("unpinAllChatMessages", OneChat)
def unpin_all_chat_messages(call: Call, asked: OneChat) -> bool:
    """Unpin all messages of a chat."""
    chat = find_chat(call.world, asked.chat_id)
    _pins(call, chat).clear()
    call.world.record("unpinned", chat)
    return True
