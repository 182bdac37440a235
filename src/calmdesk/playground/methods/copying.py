"""Copying and forwarding."""

from __future__ import annotations

from calmdesk.playground.entities import caption_text
from calmdesk.playground.errors import Json, bad_request
from calmdesk.playground.messages import Message
from calmdesk.playground.methods.delivery import Target, deliver, deliver_all, find_chat
from calmdesk.playground.methods.registry import Call, ChatId, JsonObjects, Numbers, method

MOST_AT_ONCE = 100


class Copy(Target):
    """One message to copy or forward."""

    from_chat_id: ChatId = None
    message_id: int | None = None
    caption: str | None = None
    parse_mode: str | None = None
    caption_entities: JsonObjects = None


class CopyMany(Target):
    """Several messages to copy or forward."""

    from_chat_id: ChatId = None
    message_ids: Numbers = None
    remove_caption: bool = False


def _original(call: Call, asked: Copy, verb: str, done: str) -> Message:
    """Return the message that is meant, or refuse."""
    source = find_chat(call.world, asked.from_chat_id)
    if asked.message_id is None:
        raise bad_request("message identifier is not specified")
    message = source.find(asked.message_id)
    if message is None:
        raise bad_request(f"message to {verb} not found")
    if message.is_service or message.protected:
        raise bad_request(f"message can't be {done}")
    return message


def _originals(call: Call, asked: CopyMany, verb: str) -> list[Message]:
    """Return the messages that are there, or refuse where none is."""
    source = find_chat(call.world, asked.from_chat_id)
    numbers = asked.message_ids or []
    if not 1 <= len(numbers) <= MOST_AT_ONCE or sorted(set(numbers)) != numbers:
        raise bad_request(
            "message identifiers must be in a strictly increasing order" if numbers else "message identifiers are not specified"
        )
    found = [message for number in numbers if (message := source.find(number)) and not message.is_service and not message.protected]
    if not found:
        raise bad_request(f"there are no messages to {verb}")
    return found


def _without_caption(message: Message) -> Json:
    return {key: value for key, value in message.body.items() if key not in ("caption", "caption_entities")}


@method("copyMessage", Copy)
def copy_message(call: Call, asked: Copy) -> Json:
    """Send a message once more, without its origin; a new caption takes the old one's place."""
    original = _original(call, asked, "copy", "copied")
    body = dict(original.body)
    if asked.caption is not None and "text" not in body:
        body = _without_caption(original) | caption_text(asked.caption, asked.parse_mode, asked.caption_entities)
    return {"message_id": deliver(call, asked, body).id}


@method("copyMessages", CopyMany)
def copy_messages(call: Call, asked: CopyMany) -> list[Json]:
    """Send several messages once more; what can't be found is passed over."""
    originals = _originals(call, asked, "copy")
    bodies = [_without_caption(message) if asked.remove_caption else message.body for message in originals]
    return [{"message_id": message.id} for message in deliver_all(call, asked, bodies)]


@method("forwardMessage", Copy)
def forward_message(call: Call, asked: Copy) -> Message:
    """Send a message on, with its origin."""
    original = _original(call, asked, "forward", "forwarded")
    return deliver(call, asked, original.body, origin=call.world.origin_of(original))


@method("forwardMessages", CopyMany)
def forward_messages(call: Call, asked: CopyMany) -> list[Json]:
    """Send several messages on, each with its origin."""
    world = call.world
    originals = _originals(call, asked, "forward")
    sent = deliver_all(call, asked, [message.body for message in originals])
    for message, original in zip(sent, originals, strict=True):
        world.revise(message, told=False, origin=world.origin_of(original))
    return [{"message_id": message.id} for message in sent]
