"""What people and the bot do with the topics of a forum."""

from __future__ import annotations

from calmdesk.playground.chats import GENERAL, TOPIC_COLOURS, Group, Topic, User
from calmdesk.playground.errors import Json, bad_request
from calmdesk.playground.world import TelegramWorld

MAX_NAME = 128


def create(world: TelegramWorld, group: Group, actor: User, name: str, color: int | None = None, icon: str | None = None) -> Topic:
    """Open a topic; the message that says so is its number."""
    name = _checked_name(name)
    if color is not None and color not in TOPIC_COLOURS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    number = group.next_id()
    topic = Topic(
        group=group,
        id=number,
        name=name,
        icon_color=TOPIC_COLOURS[0] if color is None else color,
        icon_custom_emoji_id=icon,
        creator=actor.id,
    )
    group.topics[number] = topic
    shown = {key: value for key, value in topic.as_json().items() if key != "message_thread_id"}
    world.service(group, actor, {"forum_topic_created": shown}, topic=topic, id=number)
    world.record("topic", group, topic=topic, what="created")
    return topic


def edit(world: TelegramWorld, topic: Topic, actor: User, name: str | None, icon: str | None) -> None:
    """Change a topic's name or icon."""
    changes: Json = {}
    if name is not None and _checked_name(name) != topic.name:
        changes["name"] = topic.name = _checked_name(name)
    if icon is not None and icon != (topic.icon_custom_emoji_id or ""):
        topic.icon_custom_emoji_id = icon or None
        changes["icon_custom_emoji_id"] = icon
    if not changes:
        raise bad_request("TOPIC_NOT_MODIFIED")
    world.service(topic.group, actor, {"forum_topic_edited": changes}, topic=topic)
    world.record("topic", topic.group, topic=topic, what="edited")


def close(world: TelegramWorld, topic: Topic, actor: User, *, closed: bool) -> None:
    """Close a topic, or open it again."""
    if topic.is_closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.is_closed = closed
    world.service(topic.group, actor, {"forum_topic_closed" if closed else "forum_topic_reopened": {}}, topic=topic)
    world.record("topic", topic.group, topic=topic, what="closed" if closed else "reopened")


def hide_general(world: TelegramWorld, topic: Topic, actor: User, *, hidden: bool) -> None:
    """Hide General, or show it again; hidden it is closed too."""
    if topic.is_hidden == hidden:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.is_hidden = topic.is_closed = hidden
    world.service(topic.group, actor, {"general_forum_topic_hidden" if hidden else "general_forum_topic_unhidden": {}})
    world.record("topic", topic.group, topic=topic, what="hidden" if hidden else "unhidden")


def delete(world: TelegramWorld, topic: Topic) -> None:
    """Delete a topic with all that was said in it; the bot isn't told."""
    if topic.id == GENERAL:
        raise bad_request("TOPIC_ID_INVALID")
    for message in topic.messages:
        world.remove(message)
    topic.is_deleted = True
    world.record("topic", topic.group, topic=topic, what="deleted")


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name:
        raise bad_request("TOPIC_TITLE_EMPTY")
    if len(name) > MAX_NAME:
        raise bad_request("topic name is too long")
    return name
