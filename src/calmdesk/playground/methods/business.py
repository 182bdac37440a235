"""A shop's own chats."""

from __future__ import annotations

from calmdesk.playground.chats import BusinessChat
from calmdesk.playground.errors import Json, bad_request
from calmdesk.playground.methods.delivery import find_connection
from calmdesk.playground.methods.registry import Call, Numbers, Parameters, method


class OneConnection(Parameters):
    """A business connection."""

    business_connection_id: str | None = None


class Read(OneConnection):
    """A message that was read."""

    chat_id: int = 0
    message_id: int = 0


class DeleteBusiness(OneConnection):
    """Messages to take away, all of one chat."""

    message_ids: Numbers = None


@method("getBusinessConnection", OneConnection)
def get_business_connection(call: Call, asked: OneConnection) -> Json:
    """Tell all about a connection, cut or not."""
    return find_connection(call.world, asked.business_connection_id).as_json()


@method("readBusinessMessage", Read)
def read_business_message(call: Call, asked: Read) -> bool:
    """Mark a customer's message as read."""
    connection = find_connection(call.world, asked.business_connection_id)
    connection.require("can_read_messages")
    chat = connection.chats.get(asked.chat_id)
    if chat is None or chat.find(asked.message_id) is None:
        raise bad_request("chat not found" if chat is None else "message not found")
    chat.read_up_to = max(chat.read_up_to, asked.message_id)
    call.world.record("read", chat, chat.find(asked.message_id))
    return True


@method("deleteBusinessMessages", DeleteBusiness)
def delete_business_messages(call: Call, asked: DeleteBusiness) -> bool:
    """Take messages of a shop's chat away: the bot's own with one right, others' with another."""
    connection = find_connection(call.world, asked.business_connection_id)
    connection.require("can_delete_sent_messages")
    wanted = asked.message_ids or []
    chats: list[BusinessChat] = [chat for chat in connection.chats.values() if any(chat.find(number) for number in wanted)]
    if not wanted or len(chats) != 1:
        raise bad_request("message identifiers are not specified" if not wanted else "MESSAGE_ID_INVALID")
    found = [message for number in wanted if (message := chats[0].find(number))]
    if any(message.business_bot is not call.world.bot for message in found):
        connection.require("can_delete_all_messages")
    for message in found:
        call.world.remove(message)
    return True
