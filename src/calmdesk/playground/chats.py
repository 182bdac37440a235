"""People and the places where they talk: private chats, groups with topics, a shop's own chats."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from calmdesk.playground.errors import Json
from calmdesk.playground.messages import Event, Message
from calmdesk.playground.numbers import Numbers

ADMIN_RIGHTS = (
    *("can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_promote_members"),
    *("can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories", "can_pin_messages"),
    "can_manage_topics",
    "can_send_welcome_messages",
)
TOPIC_COLOURS = (0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F)
GENERAL = 1


@dataclass(kw_only=True)
class User:
    """An account: a person's or a bot's."""

    id: int
    first_name: str
    is_bot: bool = False
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_premium: bool | None = None

    @property
    def name(self) -> str:
        """Return the whole name."""
        return " ".join(filter(None, (self.first_name, self.last_name)))

    def as_json(self) -> Json:
        """Return the `User` object."""
        shown: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        optional = {name: getattr(self, name) for name in ("last_name", "username", "language_code", "is_premium")}
        return {**shown, **{name: value for name, value in optional.items() if value is not None}}


@dataclass(kw_only=True)
class Member:
    """An account in a group."""

    user: User
    status: str = "member"
    """creator, administrator, member, restricted, left or kicked."""
    rights: frozenset[str] = frozenset()
    until: int = 0

    @property
    def is_in(self) -> bool:
        """Say whether the account is in the group."""
        return self.status in ("creator", "administrator", "member", "restricted")

    @property
    def is_admin(self) -> bool:
        """Say whether the account helps to run the group."""
        return self.status in ("creator", "administrator")

    def may(self, right: str) -> bool:
        """Say whether an administrator's right is held."""
        return self.status == "creator" or (self.status == "administrator" and right in self.rights)

    def as_json(self) -> Json:
        """Return the `ChatMember` object."""
        shown: Json = {"user": self.user.as_json(), "status": self.status}
        if self.status == "creator":
            shown["is_anonymous"] = False
        elif self.status == "administrator":
            shown |= {"can_be_edited": False, "is_anonymous": False, **{right: right in self.rights for right in ADMIN_RIGHTS}}
        elif self.status == "kicked":
            shown["until_date"] = self.until
        return shown


class Chat:
    """A place with messages; each kind of place says how it is shown."""

    kind = "private"

    def __init__(self, chat_id: int, ids: Numbers | None = None) -> None:
        self.id = chat_id
        self.history: list[Event] = []
        """All that happened here, with times; the messages in it are as they were then."""
        self.pinned: list[int] = []
        self.reactions: dict[int, list[Json]] = {}
        self.ids = ids or Numbers(1)
        self._messages: dict[int, Message] = {}
        self._changed = asyncio.Event()

    def __repr__(self) -> str:
        """Show which chat it is."""
        return f"<{type(self).__name__} {self.id}>"

    def as_json(self) -> Json:
        """Return the `Chat` object."""
        return {"id": self.id, "type": self.kind}

    @property
    def messages(self) -> list[Message]:
        """Return what can be seen now, the oldest first: edits applied, deleted ones gone."""
        return list(self._messages.values())

    @property
    def texts(self) -> list[str]:
        """Return the texts and captions that can be seen now."""
        return [message.text for message in self.messages if not message.is_service]

    @property
    def last(self) -> Message:
        """Return the newest message that is no service message."""
        spoken = [message for message in self.messages if not message.is_service]
        if not spoken:
            raise LookupError(f"nothing was said in {self!r}")
        return spoken[-1]

    def find(self, message_id: int | None) -> Message | None:
        """Return the message with this number as it stands now, if it is still there."""
        return self._messages.get(message_id) if message_id is not None else None

    def next_id(self) -> int:
        """Return the number of the next message."""
        return next(self.ids)

    def record(self, event: Event) -> None:
        """Take in what happened and wake those who wait for it."""
        if event.message and event.kind in ("sent", "edited"):
            self._messages[event.message.id] = event.message
        elif event.message and event.kind == "deleted":
            self._messages.pop(event.message.id, None)
        self.history.append(event)
        self._changed.set()
        self._changed = asyncio.Event()

    def bring_back(self, message: Message) -> None:
        """Take in what was said in an earlier run."""
        self._messages[message.id] = message

    async def until(self, condition: Callable[[list[Message]], object], timeout: float = 5) -> list[Message]:
        """Wait until the visible messages are so; say what was there when they never were."""
        return await self._until(lambda: self.messages, condition, timeout)

    async def _until(
        self, look: Callable[[], list[Message]], condition: Callable[[list[Message]], object], seconds: float
    ) -> list[Message]:
        try:
            async with asyncio.timeout(seconds):
                while not condition(look()):
                    await self._changed.wait()
        except TimeoutError:
            seen = [message.text or message.kind for message in look()]
            raise TimeoutError(f"not so within {seconds} s in {self!r}; visible: {seen}") from None
        return look()


class PrivateChat(Chat):
    """A person's chat with the bot."""

    def __init__(self, user: User, ids: Numbers) -> None:
        super().__init__(user.id, ids)
        self.user = user
        self.started = False
        """A bot can't write before the person has."""
        self.blocked = False

    def as_json(self) -> Json:
        """Return the `Chat` object."""
        names = {name: getattr(self.user, name) for name in ("first_name", "last_name", "username")}
        return {"id": self.id, "type": self.kind, **{name: value for name, value in names.items() if value is not None}}


class BusinessChat(PrivateChat):
    """A customer's ordinary chat with a shop, seen by the bot through a business connection."""

    last_from_customer: float | None = None
    """When the customer wrote last; the bot may answer for a day."""
    read_up_to = 0


@dataclass(kw_only=True, eq=False)
class Topic:
    """A thread of a forum; its number is the message that began it."""

    group: Group
    id: int
    name: str
    icon_color: int = TOPIC_COLOURS[0]
    icon_custom_emoji_id: str | None = None
    creator: int = 0
    is_closed: bool = False
    is_hidden: bool = False
    is_deleted: bool = False
    pinned: list[int] = field(default_factory=list)

    @property
    def messages(self) -> list[Message]:
        """Return what can be seen in the topic now."""
        return [message for message in self.group.messages if self._holds(message)]

    def _holds(self, message: Message) -> bool:
        return not message.in_topic if self.id == GENERAL else message.in_topic and message.thread == self.id

    @property
    def texts(self) -> list[str]:
        """Return the texts and captions that can be seen now."""
        return [message.text for message in self.messages if not message.is_service]

    @property
    def last(self) -> Message:
        """Return the newest message that is no service message."""
        return [message for message in self.messages if not message.is_service][-1]

    async def until(self, condition: Callable[[list[Message]], object], timeout: float = 5) -> list[Message]:
        """Wait until the topic's visible messages are so."""
        return await self.group._until(lambda: self.messages, condition, timeout)

    def as_json(self) -> Json:
        """Return the `ForumTopic` object."""
        icon = {"icon_custom_emoji_id": self.icon_custom_emoji_id} if self.icon_custom_emoji_id else {}
        return {"message_thread_id": self.id, "name": self.name, "icon_color": self.icon_color, **icon}


class Group(Chat):
    """A group; as a supergroup it can have topics."""

    def __init__(self, chat_id: int, title: str, *, kind: str = "supergroup", is_forum: bool = False) -> None:
        super().__init__(chat_id)
        self.title = title
        self.kind = kind
        self.is_forum = is_forum
        self.members: dict[int, Member] = {}
        self.topics: dict[int, Topic] = {}
        self.migrated_to: Group | None = None
        self.links: dict[str, Json] = {}
        if is_forum:
            next(self.ids)  # the number of General, the topic that is always there
            self.topics[GENERAL] = Topic(group=self, id=GENERAL, name="General")

    @property
    def general(self) -> Topic:
        """Return the topic that can't be deleted."""
        return self.topics[GENERAL]

    @property
    def open_topics(self) -> list[Topic]:
        """Return the topics that people made and that are still there, the oldest first."""
        return [topic for topic in self.topics.values() if topic.id != GENERAL and not topic.is_deleted]

    def topic(self, name: str) -> Topic:
        """Return the topic of this name."""
        for topic in self.open_topics:
            if topic.name == name:
                return topic
        raise LookupError(f"{self.title} has no topic {name!r}, but {[topic.name for topic in self.open_topics]}")

    def member(self, user: User) -> Member:
        """Return how an account stands to the group."""
        return self.members.get(user.id, Member(user=user, status="left"))

    def as_json(self) -> Json:
        """Return the `Chat` object."""
        shown: Json = {"id": self.id, "type": self.kind, "title": self.title}
        return {**shown, "is_forum": True} if self.is_forum else shown
