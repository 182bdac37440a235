"""Topics of a forum."""

from __future__ import annotations

from calmdesk.playground import topics
from calmdesk.playground.chats import Group, Topic
from calmdesk.playground.errors import Json, bad_request
from calmdesk.playground.methods.delivery import find_group
from calmdesk.playground.methods.registry import Call, ChatId, NoParameters, Parameters, method

ICONS = ("📰", "💡", "⚡️", "🎙", "🔝", "🗣", "🆒", "❗️", "📝", "📆", "📁", "🔎", "📣", "🔥", "❤️", "❓", "📈", "📉", "💎", "💰", "💸", "🪙")


class OneForum(Parameters):
    """A forum."""

    chat_id: ChatId = None


class CreateForumTopic(OneForum):
    """A new topic."""

    name: str = ""
    icon_color: int | None = None
    icon_custom_emoji_id: str | None = None


class OneTopic(OneForum):
    """A topic of a forum."""

    message_thread_id: int | None = None


class EditForumTopic(OneTopic):
    """A new name or icon."""

    name: str | None = None
    icon_custom_emoji_id: str | None = None


class EditGeneral(OneForum):
    """A new name for General."""

    name: str = ""


def icon_stickers() -> dict[str, str]:
    """Return the icons that every topic may have: emoji by id."""
    return {str(5_312_000_000_000_000_000 + index): emoji for index, emoji in enumerate(ICONS)}


def _forum(call: Call, chat_id: ChatId, task: str, topic: Topic | None = None) -> Group:
    """Return a forum in which the bot may manage topics, or this topic of its own."""
    group = find_group(call.world, chat_id)
    if not group.is_forum:
        raise bad_request("the chat is not a forum")
    own = topic is not None and topic.creator == call.world.bot.id
    if not own and not group.member(call.world.bot).may("can_manage_topics"):
        raise bad_request(f"not enough rights to {task}")
    return group


def _topic(call: Call, asked: OneTopic, task: str) -> Topic:
    """Return the topic that is meant, or refuse."""
    group = find_group(call.world, asked.chat_id)
    topic = group.topics.get(asked.message_thread_id or 0)
    _forum(call, asked.chat_id, task, topic)
    if topic is None or topic.is_deleted:
        raise bad_request("TOPIC_ID_INVALID")
    return topic


def _check_icon(icon: str | None) -> None:
    if icon and icon not in icon_stickers():
        raise bad_request("DOCUMENT_INVALID")


@method("createForumTopic", CreateForumTopic)
def create_forum_topic(call: Call, asked: CreateForumTopic) -> Json:
    """Open a topic."""
    group = _forum(call, asked.chat_id, "create a topic")
    _check_icon(asked.icon_custom_emoji_id)
    return topics.create(call.world, group, call.world.bot, asked.name, asked.icon_color, asked.icon_custom_emoji_id).as_json()


@method("editForumTopic", EditForumTopic)
def edit_forum_topic(call: Call, asked: EditForumTopic) -> bool:
    """Change a topic's name or icon."""
    topic = _topic(call, asked, "edit the topic")
    _check_icon(asked.icon_custom_emoji_id)
    topics.edit(call.world, topic, call.world.bot, asked.name, asked.icon_custom_emoji_id)
    return True


@method("closeForumTopic", OneTopic)
def close_forum_topic(call: Call, asked: OneTopic) -> bool:
    """Close a topic."""
    topics.close(call.world, _topic(call, asked, "close the topic"), call.world.bot, closed=True)
    return True


@method("reopenForumTopic", OneTopic)
def reopen_forum_topic(call: Call, asked: OneTopic) -> bool:
    """Open a topic again."""
    topics.close(call.world, _topic(call, asked, "reopen the topic"), call.world.bot, closed=False)
    return True


@method("deleteForumTopic", OneTopic)
def delete_forum_topic(call: Call, asked: OneTopic) -> bool:
    """Delete a topic with all its messages."""
    topic = _topic(call, asked, "delete the topic")
    if not topic.group.member(call.world.bot).may("can_delete_messages"):
        raise bad_request("not enough rights to delete the topic")
    topics.delete(call.world, topic)
    return True


@method("unpinAllForumTopicMessages", OneTopic)
def unpin_all_forum_topic_messages(call: Call, asked: OneTopic) -> bool:
    """Unpin all messages of a topic."""
    _unpin(call, _topic(call, asked, "unpin messages"))
    return True


def _unpin(call: Call, topic: Topic) -> None:
    group = topic.group
    if not group.member(call.world.bot).may("can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    inside = {message.id for message in topic.messages}
    group.pinned[:] = [number for number in group.pinned if number not in inside]
    call.world.record("unpinned", group, topic=topic)


@method("getForumTopicIconStickers", NoParameters)
def get_forum_topic_icon_stickers(call: Call, asked: NoParameters) -> list[Json]:  # noqa: ARG001 - every method has both
    """Return the icons that every topic may have."""
    shape = {"width": 512, "height": 512, "is_animated": True, "is_video": False, "type": "custom_emoji"}
    return [
        {"file_id": f"icon-{number}", "file_unique_id": f"i{number}", "custom_emoji_id": number, "emoji": emoji, **shape}
        for number, emoji in icon_stickers().items()
    ]


@method("editGeneralForumTopic", EditGeneral)
def edit_general_forum_topic(call: Call, asked: EditGeneral) -> bool:
    """Rename General."""
    topics.edit(call.world, _forum(call, asked.chat_id, "edit the topic").general, call.world.bot, asked.name, None)
    return True


@method("closeGeneralForumTopic", OneForum)
def close_general_forum_topic(call: Call, asked: OneForum) -> bool:
    """Close General."""
    topics.close(call.world, _forum(call, asked.chat_id, "close the topic").general, call.world.bot, closed=True)
    return True


@method("reopenGeneralForumTopic", OneForum)
def reopen_general_forum_topic(call: Call, asked: OneForum) -> bool:
    """Open General again."""
    topics.close(call.world, _forum(call, asked.chat_id, "reopen the topic").general, call.world.bot, closed=False)
    return True


@method("hideGeneralForumTopic", OneForum)
def hide_general_forum_topic(call: Call, asked: OneForum) -> bool:
    """Hide General."""
    topics.hide_general(call.world, _forum(call, asked.chat_id, "hide the topic").general, call.world.bot, hidden=True)
    return True


@method("unhideGeneralForumTopic", OneForum)
def unhide_general_forum_topic(call: Call, asked: OneForum) -> bool:
    """Show General again."""
    topics.hide_general(call.world, _forum(call, asked.chat_id, "unhide the topic").general, call.world.bot, hidden=False)
    return True


@method("unpinAllGeneralForumTopicMessages", OneForum)
def unpin_all_general_forum_topic_messages(call: Call, asked: OneForum) -> bool:
    """Unpin all messages of General."""
    _unpin(call, _forum(call, asked.chat_id, "unpin messages").general)
    return True
