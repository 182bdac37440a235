"""The world: one bot, people, their chats, and everything that was said. No network here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from calmdesk.playground.business import ALL_RIGHTS, Connection
from calmdesk.playground.chats import ADMIN_RIGHTS, Chat, Group, Member, PrivateChat, Topic, User
from calmdesk.playground.clock import Clock
from calmdesk.playground.errors import Json
from calmdesk.playground.faults import Faults
from calmdesk.playground.files import Files, Upload
from calmdesk.playground.limits import Gate, Limits
from calmdesk.playground.menus import Menus
from calmdesk.playground.messages import Event, Message
from calmdesk.playground.numbers import Numbers
from calmdesk.playground.queries import Queries
from calmdesk.playground.updates import Mailbox

if TYPE_CHECKING:
    from calmdesk.playground.people import Person, Shop
    from calmdesk.playground.webhook import Webhook

Check = Callable[[str, Json, Mapping[str, Upload]], None]
BOT_ID = 7_000_000_001


@dataclass
class CallRecord:
    """One request of the bot, and how it was answered."""

    at: float
    method: str
    parameters: Json
    answer: Json = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Say whether it was accepted."""
        return bool(self.answer.get("ok"))


class TelegramWorld:
    """Telegram, as far as one bot can see it."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        limits: Limits | bool = False,
        seed: int = 0,
        name: str = "calmdesk",
        username: str = "calmdesk_bot",
    ) -> None:
        self.clock = clock or Clock()
        self.bot = User(id=BOT_ID, is_bot=True, first_name=name, username=username)
        self.token = f"{BOT_ID}:playground-token-of-thirty-five-ch"
        self.url = ""
        """The server's address, while it runs."""
        self.reads_all_group_messages = False
        """Whether privacy mode is off; an administrator reads all in any case."""
        self.deleted_topic_error = "message thread not found"
        """How a message to a deleted topic is refused; some servers say TOPIC_DELETED for a while."""
        self.inline_feedback = True
        """Whether the bot is told which inline result was taken."""
        self.updates = Mailbox(self.clock)
        self.webhook: Webhook | None = None
        self.carry_out: Callable[[str, Json], Awaitable[object]] | None = None
        """What a server gives the world, so that a webhook's answer can call a method."""
        self.faults = Faults(seed)
        self.gate = Gate(self.clock, Limits() if limits is True else limits or None)
        self.files = Files()
        self.queries = Queries(self.clock)
        self.menus = Menus()
        self.people: dict[int, Person] = {}
        self.private: dict[int, PrivateChat] = {}
        self.groups: dict[int, Group] = {}
        self.connections: dict[str, Connection] = {}
        self.inline_messages: dict[str, Message] = {}
        self.calls: list[CallRecord] = []
        """Every request of the bot that named a method."""
        self.check: Check | None = None
        """Looks at every request; what it raises refuses the request and fails the test at the end of `serve`."""
        self.violations: list[Exception] = []
        self._private_ids = Numbers(1)
        self._user_ids = Numbers(100_001)
        self.group_ids = Numbers(1_900_000_001)
        self._album_ids = Numbers(13_000_000_000_001)
        self._listeners: set[asyncio.Queue[Event]] = set()

    @classmethod
    def serve(cls, port: int = 0, **settings: Any) -> AbstractAsyncContextManager[TelegramWorld]:
        """Make a world and let it speak the Bot API over HTTP on a loopback port, as long as the context lasts."""
        from calmdesk.playground.server import serving

        return serving(cls(**settings), port)

    @property
    def numbers(self) -> list[Numbers]:
        """Return the counts of people, messages, updates and taps."""
        return [self._private_ids, self._user_ids, self.updates.ids, self.queries.ids, *(group.ids for group in self.groups.values())]

    def number_on(self, past: int = 0) -> None:
        """Go on counting where no earlier run can have come, for a bot that knows the people, messages and updates of before."""
        for numbers in self.numbers:
            numbers.skip_to(max(past, int(self.clock.now() * 100)))

    # People and places

    def person(self, name: str, *, username: str | None = None, language_code: str | None = None, is_premium: bool | None = None) -> Person:
        """Bring a person into the world who hasn't met the bot yet."""
        first, _, last = name.partition(" ")
        user = User(
            id=next(self._user_ids),
            first_name=first,
            last_name=last or None,
            username=username,
            language_code=language_code,
            is_premium=is_premium,
        )
        return self.settle(user)

    def settle(self, user: User) -> Person:
        """Give an account its private chat with the bot, and return who has it."""
        from calmdesk.playground.people import Person

        self.private[user.id] = PrivateChat(user, self._private_ids)
        person = self.people[user.id] = Person(self, user)
        return person

    def forum(
        self, title: str, members: Iterable[Person] = (), *, owner: Person | None = None, bot_rights: Iterable[str] | None = ADMIN_RIGHTS
    ) -> Group:
        """Open a supergroup with topics, in which the bot is an administrator with all rights, those named, or none (None)."""
        return self._group(title, members, owner, bot_rights, kind="supergroup", is_forum=True)

    def group(
        self, title: str, members: Iterable[Person] = (), *, owner: Person | None = None, bot_rights: Iterable[str] | None = ADMIN_RIGHTS
    ) -> Group:
        """Open a small group without topics, which can be upgraded."""
        return self._group(title, members, owner, bot_rights, kind="group", is_forum=False)

    def _group(
        self, title: str, members: Iterable[Person], owner: Person | None, bot_rights: Iterable[str] | None, *, kind: str, is_forum: bool
    ) -> Group:
        number = next(self.group_ids)
        group = Group(-1_000_000_000_000 - number if kind == "supergroup" else -number, title, kind=kind, is_forum=is_forum)
        self.groups[group.id] = group
        people = list(members)
        for person in people:
            group.members[person.user.id] = Member(user=person.user)
        founder = owner or (people[0] if people else None)
        if founder:
            group.members[founder.user.id] = Member(user=founder.user, status="creator")
        status = "member" if bot_rights is None else "administrator"
        group.members[self.bot.id] = Member(user=self.bot, status=status, rights=frozenset(bot_rights or ()))
        return group

    def business(self, name: str, *, rights: Iterable[str] = ALL_RIGHTS) -> Shop:
        """Bring a shop into the world whose account is connected to the bot."""
        from calmdesk.playground.people import Shop

        owner = self.person(name, is_premium=True)
        self.private[owner.user.id].started = True
        connection = Connection(id=f"bc-{owner.user.id}", owner=owner.user, date=self.today(), rights=set(rights))
        self.connections[connection.id] = connection
        self.updates.push("business_connection", connection.as_json(), connection.id)
        return Shop(self, owner, connection)

    def today(self) -> int:
        """Return the time in whole seconds, as messages are dated."""
        return int(self.clock.now())

    def album_id(self) -> str:
        """Return a number for an album."""
        return str(next(self._album_ids))

    # What is said

    def post(self, chat: Chat, sender: User | None, body: Mapping[str, Any], *, topic: Topic | None = None, **fields: Any) -> Message:
        """Put a message into a chat and tell the bot, if it is to know."""
        thread, in_topic = None, False
        reply_to: Message | None = fields.get("reply_to")
        if topic and topic.id != 1:
            thread, in_topic = topic.id, True
        elif reply_to and isinstance(chat, Group) and chat.kind == "supergroup":
            # An answer outside of topics is numbered after what it answers, though that is no topic.
            thread = reply_to.thread or reply_to.id
        fields = {"id": chat.next_id(), "date": self.today(), "thread": thread, "in_topic": in_topic, **fields}
        message = Message(chat=chat, sender=sender, body=body, **fields)
        self.record("sent", chat, message)
        self._announce(message, "message")
        return message

    def revise(self, message: Message, *, told: bool = True, **changes: Any) -> Message:
        """Change a message; the bot is told of what others change."""
        revised = replace(message, **changes)
        self.record("edited", message.chat, revised)
        if told:
            self._announce(revised, "edited_message")
        return revised

    def remove(self, message: Message) -> None:
        """Take a message away."""
        self.record("deleted", message.chat, message)
        if message.id in message.chat.pinned:
            message.chat.pinned.remove(message.id)

    def service(self, chat: Chat, actor: User | None, body: Mapping[str, Any], **fields: Any) -> Message:
        """Put a message into a chat that Telegram writes itself."""
        return self.post(chat, actor, body, **fields)

    def _announce(self, message: Message, kind: str) -> None:
        if message.business_connection:
            connection = self.connections[message.business_connection]
            if connection.is_enabled and message.business_bot is None:
                kind = {"message": "business_message", "edited_message": "edited_business_message"}[kind]
                self.updates.push(kind, message.as_json(), message.chat.id)
        elif self._bot_sees(message):
            self.updates.push(kind, message.as_json(), message.chat.id)

    def _bot_sees(self, message: Message) -> bool:
        """Say whether the bot is told: not of what it writes itself, and in a group perhaps only of what is meant for it."""
        if message.sender is self.bot:
            return message.is_service
        if not isinstance(message.chat, Group):
            return True
        member = message.chat.member(self.bot)
        if not member.is_in:
            return False
        if member.is_admin or self.reads_all_group_messages or message.is_service or message.via_bot is self.bot:
            return True
        to_bot = message.reply_to is not None and message.reply_to.sender is self.bot
        named = f"@{self.bot.username}" in message.text
        return to_bot or named or any(entity["type"] == "bot_command" for entity in message.entities)

    def origin_of(self, message: Message) -> Json:
        """Say where a forwarded message came from."""
        if message.origin:
            return message.origin
        author = self.people.get(message.sender.id) if message.sender else None
        if message.sender is None or (author and author.hides_forwards):
            return {"type": "hidden_user", "date": message.date, "sender_user_name": message.sender.name if message.sender else "?"}
        return {"type": "user", "date": message.date, "sender_user": message.sender.as_json()}

    # What happened

    def record(self, kind: str, chat: Chat | None, message: Message | None = None, **detail: Any) -> None:
        """Write an event down and pass it on to those who listen."""
        event = Event(kind=kind, at=self.clock.now(), chat=chat, message=message, detail=detail)
        if chat:
            chat.record(event)
        for listener in self._listeners:
            listener.put_nowait(event)

    async def events(self) -> AsyncGenerator[Event, None]:
        """Yield everything that happens from now on."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)

    def called(self, method: str) -> list[CallRecord]:
        """Return the bot's requests of one kind."""
        return [call for call in self.calls if call.method == method]
