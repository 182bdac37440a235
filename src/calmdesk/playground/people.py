"""People as tests and pages move them: they write, tap, search, edit, leave."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

from calmdesk.playground import membership, topics
from calmdesk.playground.business import Connection
from calmdesk.playground.chats import BusinessChat, Chat, Group, PrivateChat, Topic, User
from calmdesk.playground.entities import caption_text, message_text
from calmdesk.playground.errors import Json, bad_request
from calmdesk.playground.files import Upload, media_body
from calmdesk.playground.messages import Message
from calmdesk.playground.queries import InlineResult, Tap
from calmdesk.playground.world import TelegramWorld

ANSWER_WITHIN = 5.0


class Where(TypedDict, total=False):
    """Where a person writes; the private chat with the bot where nothing is said."""

    to: Group | Topic
    topic: Topic | None
    via: Shop
    reply_to: Message | None


class Person:
    """Somebody with a Telegram account."""

    def __init__(self, world: TelegramWorld, user: User) -> None:
        self.world = world
        self.user = user
        self.hides_forwards = False
        """Whether forwarded messages of this person show a name only."""
        self.photos: list[bytes] = []
        """Profile pictures."""

    def __repr__(self) -> str:
        """Show the name."""
        return f"<Person {self.user.name}>"

    @property
    def id(self) -> int:
        """Return the account's number."""
        return self.user.id

    @property
    def name(self) -> str:
        """Return the whole name."""
        return self.user.name

    @property
    def chat(self) -> PrivateChat:
        """Return the private chat with the bot."""
        return self.world.private[self.user.id]

    # Writing

    async def says(self, text: str, **where: Unpack[Where]) -> Message:
        """Write something."""
        return await self._send(message_text(text, None, None), where)

    async def starts(self, payload: str = "") -> Message:
        """Open the chat with the bot by its Start button or a link with a payload."""
        return await self.says(f"/start {payload}".strip())

    async def sends_photo(self, content: bytes, caption: str = "", **where: Unpack[Where]) -> Message:
        """Send a picture."""
        return await self._send_file("photo", Upload(content), {}, caption, where)

    async def sends_voice(self, content: bytes = b"OggS voice", seconds: int = 3, **where: Unpack[Where]) -> Message:
        """Send a voice message."""
        return await self._send_file("voice", Upload(content), {"duration": seconds}, "", where)

    async def sends_video(self, content: bytes = b"video", caption: str = "", **where: Unpack[Where]) -> Message:
        """Send a video."""
        return await self._send_file("video", Upload(content), {}, caption, where)

    async def sends_file(
        self, content: bytes, name: str, mime_type: str = "application/octet-stream", caption: str = "", **where: Unpack[Where]
    ) -> Message:
        """Send a file."""
        return await self._send_file("document", Upload(content, name, mime_type), {}, caption, where)

    async def sends_sticker(self, emoji: str = "😡", **where: Unpack[Where]) -> Message:
        """Send a sticker."""
        return await self._send_file("sticker", Upload(b"sticker " + emoji.encode()), {"emoji": emoji}, "", where)

    async def sends_location(self, latitude: float, longitude: float, **where: Unpack[Where]) -> Message:
        """Send a place."""
        return await self._send({"location": {"latitude": latitude, "longitude": longitude}}, where)

    async def sends_contact(self, phone: str, name: str = "", user_id: int | None = None, **where: Unpack[Where]) -> Message:
        """Send a telephone number with a name."""
        contact = {"phone_number": phone, "first_name": name or self.user.first_name, **({"user_id": user_id} if user_id else {})}
        return await self._send({"contact": contact}, where)

    async def sends_album(self, contents: Sequence[bytes], caption: str = "", **where: Unpack[Where]) -> list[Message]:
        """Send several pictures at once; the caption belongs to the first."""
        album = self.world.album_id()
        sent = []
        for index, content in enumerate(contents):
            stored = self.world.files.keep("photo", Upload(content))
            body = media_body(stored, {}) | caption_text(caption if index == 0 else "", None, None)
            sent.append(await self._send(body, where, album=album))
        return sent

    async def _send_file(self, kind: str, upload: Upload, asked: Json, caption: str, where: Where) -> Message:
        stored = self.world.files.keep(kind, upload)
        return await self._send(media_body(stored, asked) | caption_text(caption, None, None), where)

    async def _send(self, body: Json, where: Where, **fields: Any) -> Message:
        chat, topic = self._place(where)
        if isinstance(chat, BusinessChat):
            fields["business_connection"] = where["via"].connection.id
            if self.user is chat.user:
                chat.last_from_customer = self.world.clock.now()
        elif isinstance(chat, PrivateChat):
            if chat.blocked:
                await self.unblocks_bot()
            chat.started = True
        message = self.world.post(chat, self.user, body, topic=topic, reply_to=where.get("reply_to"), **fields)
        await asyncio.sleep(0)
        return message

    def _place(self, where: Where) -> tuple[Chat, Topic | None]:
        if shop := where.get("via"):
            return shop.connection.chat_with(self.user), None
        place = where.get("to")
        topic = place if isinstance(place, Topic) else where.get("topic")
        group = place.group if isinstance(place, Topic) else place or (topic.group if topic else None)
        if group is None:
            return self.chat, None
        reply_to = where.get("reply_to")
        if topic is None and reply_to and reply_to.in_topic and reply_to.thread:
            topic = group.topics[reply_to.thread]
        if topic is None and group.is_forum:
            topic = group.general
        self._may_write(group, topic)
        return group, topic

    def _may_write(self, group: Group, topic: Topic | None) -> None:
        """Refuse what Telegram's own apps wouldn't let a person do."""
        member = group.member(self.user)
        if not member.is_in:
            raise PermissionError(f"{self.name} isn't in {group.title}")
        if topic and topic.is_deleted:
            raise PermissionError(f"the topic {topic.name} was deleted")
        if topic and topic.is_closed and not member.is_admin:
            raise PermissionError(f"the topic {topic.name} is closed")

    async def edits(self, message: Message, text: str) -> Message:
        """Change a message of one's own: its text, or its caption."""
        if message.sender is not self.user:
            raise PermissionError(f"{self.name} didn't write this")
        said = message_text(text, None, None) if "text" in message.body else caption_text(text, None, None)
        kept = {key: value for key, value in message.body.items() if key not in ("text", "entities", "caption", "caption_entities")}
        revised = self.world.revise(message, body=kept | said, edit_date=self.world.today())
        await asyncio.sleep(0)
        return revised

    async def deletes(self, *messages: Message) -> None:
        """Delete messages; a bot is told of it in business chats only."""
        for message in messages:
            self.world.remove(message)
        first = messages[0]
        if first.business_connection:
            shown = {"business_connection_id": first.business_connection, "chat": first.chat.as_json()}
            self.world.updates.push(
                "deleted_business_messages", {**shown, "message_ids": [message.id for message in messages]}, first.chat.id
            )
        await asyncio.sleep(0)

    async def forwards(self, message: Message, **where: Unpack[Where]) -> Message:
        """Pass a message on, to the bot or to a group."""
        return await self._send(dict(message.body), where, origin=self.world.origin_of(message))

    async def reacts(self, message: Message, emoji: str | None) -> None:
        """Put a reaction under a message, or take it away."""
        old = message.chat.reactions.get(message.id, [])
        new = [{"type": "emoji", "emoji": emoji}] if emoji else []
        message.chat.reactions[message.id] = new
        self.world.record("reacted", message.chat, message, by=self.user, emoji=emoji)
        if not isinstance(message.chat, Group) or message.chat.member(self.world.bot).is_admin:
            shown = {"chat": message.chat.as_json(), "message_id": message.id, "user": self.user.as_json(), "date": self.world.today()}
            self.world.updates.push("message_reaction", {**shown, "old_reaction": old, "new_reaction": new}, message.chat.id)

    # Tapping and searching

    async def taps(self, button: str, on: Message | Chat | Topic | None = None, timeout: float = ANSWER_WITHIN) -> Tap:
        """Tap a button by its label or its data, on a message or the newest message of a place that has it; return the answer."""
        message, found = self._find_button(button, on)
        if "url" in found:
            return Tap(url=found["url"])
        if "copy_text" in found:
            return Tap(copied=found["copy_text"]["text"])
        if "callback_data" not in found:
            raise LookupError(f"{found['text']!r} asks nothing of the bot: {found}")
        number, answer = self.world.queries.ask_tap(self.user)
        instance = hashlib.sha256(str(message.chat.id).encode()).hexdigest()[:16]
        shown = {"id": number, "from": self.user.as_json(), "chat_instance": str(int(instance, 16)), "data": found["callback_data"]}
        inline_id = next(
            (key for key, kept in self.world.inline_messages.items() if (kept.chat, kept.id) == (message.chat, message.id)), None
        )
        subject = {"inline_message_id": inline_id} if inline_id else {"message": message.as_json()}
        self.world.updates.push("callback_query", {**shown, **subject}, self.user.id)
        try:
            return await asyncio.wait_for(answer, timeout)
        except TimeoutError:
            raise TimeoutError(f"the bot didn't answer {self.name}'s tap on {found['text']!r} within {timeout} s") from None

    async def presses(self, label: str) -> Message:
        """Press a key of the reply keyboard in the private chat: it says its label, or sends one's own number."""
        for message in reversed(self.chat.messages):
            for row in (message.markup or {}).get("keyboard", []):
                for key in row:
                    if key["text"] == label:
                        return await (
                            self.sends_contact("+8613800000000", user_id=self.id) if key.get("request_contact") else self.says(label)
                        )
        raise LookupError(f"no key {label!r} in {self.chat!r}")

    def _find_button(self, wanted: str, on: Message | Chat | Topic | None) -> tuple[Message, Json]:
        place = self.chat if on is None else on
        if isinstance(place, Message):
            current = place.chat.find(place.id)
            if current is None:
                raise LookupError("the message was deleted")
            messages = [current]
        else:
            messages = place.messages[::-1]
        for same in (_is_named, _is_partly_named):
            for message in messages:
                for row in message.inline_rows:
                    for button in row:
                        if same(button, wanted):
                            return message, button
        raise LookupError(f"no button {wanted!r}; there are {[message.buttons for message in messages if message.buttons][:3]}")

    async def types_inline(
        self,
        query: str,
        *,
        offset: str = "",
        chat_type: str = "private",
        timeout: float = ANSWER_WITHIN,
    ) -> list[InlineResult]:
        """Type the bot's name and some words into any chat; return what is offered."""
        answer = self.world.queries.cached(self.user, query, offset)
        if answer is None:
            number, future = self.world.queries.ask_inline(self.user, query, offset)
            shown = {"id": number, "from": self.user.as_json(), "query": query, "offset": offset, "chat_type": chat_type}
            self.world.updates.push("inline_query", shown, ("inline", self.user.id))
            answer = await asyncio.wait_for(future, timeout)
        return [InlineResult(result["id"], query, result) for result in answer["results"]]

    async def picks(self, result: InlineResult, **where: Unpack[Where]) -> Message:
        """Send one of the offered results."""
        content = result.json.get("input_message_content")
        if not content or "message_text" not in content:
            raise bad_request("this server sends only inline results with a text")
        body = message_text(content["message_text"], content.get("parse_mode"), content.get("entities"))
        markup = result.json.get("reply_markup")
        message = await self._send(body, where, via_bot=self.world.bot, markup=markup)
        chosen: Json = {"result_id": result.id, "from": self.user.as_json(), "query": result.query}
        if markup:
            chosen["inline_message_id"] = f"inline-{message.chat.id}-{message.id}"
            self.world.inline_messages[chosen["inline_message_id"]] = message
        if self.world.inline_feedback:
            self.world.updates.push("chosen_inline_result", chosen, ("chosen", self.user.id))
        return message

    # Standing

    async def blocks_bot(self) -> None:
        """Block the bot: it can't write any more."""
        membership.block(self.world, self.chat, blocked=True)

    async def unblocks_bot(self) -> None:
        """Take the block back."""
        membership.block(self.world, self.chat, blocked=False)

    async def joins(self, group: Group, link: str | None = None) -> None:
        """Come into a group, perhaps by an invitation."""
        invitation = group.links.get(link) if link else None
        if link and (invitation is None or invitation["is_revoked"]):
            raise PermissionError("the invitation isn't valid")
        if group.member(self.user).status == "kicked":
            raise PermissionError(f"{self.name} was banned from {group.title}")
        if invitation and "member_limit" in invitation:
            if invitation["member_limit"] <= 0:
                raise PermissionError("the invitation was used up")
            invitation["member_limit"] -= 1
        membership.change(self.world, group, self.user, self.user, "member", link=invitation)

    async def leaves(self, group: Group) -> None:
        """Go out of a group."""
        membership.change(self.world, group, self.user, self.user, "left")

    async def adds_bot(self, group: Group, rights: Sequence[str] | None = None) -> None:
        """Add the bot to a group, as an administrator where rights are given; or change what it may do there."""
        status = "member" if rights is None else "administrator"
        membership.change(self.world, group, self.world.bot, self.user, status, rights=rights or ())

    async def kicks_bot(self, group: Group) -> None:
        """Throw the bot out of a group."""
        membership.change(self.world, group, self.world.bot, self.user, "kicked")

    async def upgrades(self, group: Group) -> Group:
        """Turn on topics in a small group, which makes it a supergroup with another id."""
        return membership.upgrade(self.world, group, self.user)

    async def opens_topic(self, group: Group, name: str) -> Topic:
        """Open a topic by hand."""
        return topics.create(self.world, group, self.user, name)

    async def closes_topic(self, topic: Topic) -> None:
        """Close a topic by hand."""
        topics.close(self.world, topic, self.user, closed=True)

    async def reopens_topic(self, topic: Topic) -> None:
        """Open a topic again by hand."""
        topics.close(self.world, topic, self.user, closed=False)

    async def deletes_topic(self, topic: Topic) -> None:
        """Delete a topic by hand; the bot isn't told."""
        topics.delete(self.world, topic)

    def menu(self, chat: Chat | None = None) -> list[Json]:
        """Return the bot's commands as this person sees them."""
        return self.world.menus.seen_by(self.user, chat or self.chat)


class Shop:
    """A shop whose own account is connected to the bot."""

    def __init__(self, world: TelegramWorld, owner: Person, connection: Connection) -> None:
        self.world = world
        self.owner = owner
        self.connection = connection

    @property
    def id(self) -> str:
        """Return the business connection's id."""
        return self.connection.id

    def chat_with(self, customer: Person) -> BusinessChat:
        """Return the shop's chat with a customer."""
        return self.connection.chat_with(customer.user)

    async def says(self, text: str, to: Person) -> Message:
        """Let the owner write to a customer by hand."""
        chat = self.chat_with(to)
        message = self.world.post(chat, self.owner.user, message_text(text, None, None), business_connection=self.id)
        await asyncio.sleep(0)
        return message

    async def disconnects(self) -> None:
        """Cut the tie."""
        self.connection.is_enabled = False
        self._tell()

    async def connects(self) -> None:
        """Tie the bot to the account again."""
        self.connection.is_enabled = True
        self._tell()

    async def allows(self, *rights: str) -> None:
        """Say what the bot may do; what isn't named it may not."""
        self.connection.rights = set(rights)
        self._tell()

    def _tell(self) -> None:
        self.world.updates.push("business_connection", self.connection.as_json(), self.id)


def _is_named(button: Json, wanted: str) -> bool:
    return wanted in (button["text"], button.get("callback_data"))


def _is_partly_named(button: Json, wanted: str) -> bool:
    return wanted in button["text"]
