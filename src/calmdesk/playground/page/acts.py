"""What a person on the page can do; each act is one request, carried out by the person as the tests' people do it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from calmdesk.playground.chats import Topic
from calmdesk.playground.entities import pieces
from calmdesk.playground.errors import Json
from calmdesk.playground.messages import Message
from calmdesk.playground.page.stage import Play, Stage
from calmdesk.playground.page.stories import PICTURES
from calmdesk.playground.people import Person, Where
from calmdesk.playground.queries import InlineResult

Name = Annotated[str, Field(min_length=1, max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=4096)]
LongText = Annotated[str, Field(min_length=1, max_length=100_000)]
"""Telegram's apps send it in several messages."""


class Act(BaseModel):
    """Who does something."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: int


class Placed(Act):
    """Something in a chat: the private chat with the bot, or a topic of the group."""

    topic: int | None = None


class Says(Placed):
    """Write, perhaps in answer to something."""

    text: LongText
    reply_to: int | None = None


class Sticks(Placed):
    """Send a sticker."""

    emoji: Annotated[str, Field(min_length=1, max_length=8)]


class Touches(Placed):
    """Do something with a message."""

    id: int


class Rewrites(Touches):
    """Change a message."""

    text: Text


class Taps(Touches):
    """Tap a button, counted from the top left."""

    row: int
    place: int


class Reacts(Touches):
    """Put a reaction under a message, or take it away."""

    emoji: str | None = None


class Searches(Placed):
    """Type the bot's name and some words."""

    query: str = ""
    offset: str = ""


class Picks(Searches):
    """Send one of the offered results."""

    result: str


class Comes(BaseModel):
    """Come into the world: as a customer, or by an invitation to the staff."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    language: Annotated[str, Field(max_length=12)] = ""
    payload: Annotated[str, Field(max_length=64)] | None = None
    """What the link said after start=; None for a customer."""


class Goes(BaseModel):
    """Play a story's next turn."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    story: str


class Speaks(BaseModel):
    """In which language the desk is to start anew."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Annotated[str, Field(max_length=12)]


Given = TypeVar("Given", bound=BaseModel)
Handler = Callable[[Stage, Any], Awaitable[Json]]


@dataclass(frozen=True)
class Known:
    """An act's name, what it takes, and what it does."""

    takes: type[BaseModel]
    carry_out: Handler


ACTS: dict[str, Known] = {}


def act(name: str, takes: type[Given]) -> Callable[[Callable[[Stage, Given], Awaitable[Json]]], Callable[[Stage, Given], Awaitable[Json]]]:
    """Enter an act in the table."""

    def enter(carry_out: Callable[[Stage, Given], Awaitable[Json]]) -> Callable[[Stage, Given], Awaitable[Json]]:
        ACTS[name] = Known(takes, carry_out)
        return carry_out

    return enter


def whereabouts(stage: Stage, topic: int | None, reply_to: int | None = None, by: Person | None = None) -> Where:
    """Return where an act takes place, as people say it."""
    where: Where = {}
    if topic is not None:
        where["to"] = _topic(stage, topic)
    if reply_to is not None:
        chat = stage.group if topic is not None else by.chat if by else stage.group
        where["reply_to"] = chat.find(reply_to)
    return where


def _topic(stage: Stage, number: int) -> Topic:
    if number not in stage.group.topics:
        raise LookupError(f"there is no topic {number}")
    return stage.group.topics[number]


def _touched(stage: Stage, asked: Touches) -> tuple[Person, Message]:
    person = stage.person(asked.by)
    chat = stage.group if asked.topic is not None else person.chat
    message = chat.find(asked.id)
    if message is None:
        raise LookupError("the message was deleted")
    return person, message


@act("say", Says)
async def say(stage: Stage, asked: Says) -> Json:
    """Write a message."""
    person = stage.person(asked.by)
    reply_to = asked.reply_to
    for piece in pieces(asked.text):
        await person.says(piece, **whereabouts(stage, asked.topic, reply_to, person))
        reply_to = None
    return {}


@act("sticker", Sticks)
async def sticker(stage: Stage, asked: Sticks) -> Json:
    """Send a sticker."""
    await stage.person(asked.by).sends_sticker(asked.emoji, **whereabouts(stage, asked.topic))
    return {}


@act("edit", Rewrites)
async def edit(stage: Stage, asked: Rewrites) -> Json:
    """Change a message of one's own."""
    person, message = _touched(stage, asked)
    await person.edits(message, asked.text)
    return {}


@act("delete", Touches)
async def delete(stage: Stage, asked: Touches) -> Json:
    """Delete a message: one's own, or in a private chat any."""
    person, message = _touched(stage, asked)
    if asked.topic is not None and message.sender is not person.user and not stage.group.member(person.user).is_admin:
        raise PermissionError(f"{person.name} didn't write this")
    await person.deletes(message)
    return {}


@act("forward", Touches)
async def forward(stage: Stage, asked: Touches) -> Json:
    """Pass a message on to the bot, in private."""
    person, message = _touched(stage, asked)
    await person.forwards(message)
    return {}


@act("react", Reacts)
async def react(stage: Stage, asked: Reacts) -> Json:
    """Put a reaction under a message."""
    person, message = _touched(stage, asked)
    await person.reacts(message, asked.emoji)
    return {}


@act("tap", Taps)
async def tap(stage: Stage, asked: Taps) -> Json:
    """Tap a button and return what the bot answers."""
    person, message = _touched(stage, asked)
    try:
        button = message.inline_rows[asked.row][asked.place]
    except IndexError as error:
        raise LookupError("the button is gone") from error
    # By its data where it has some: two buttons may be called the same.
    answer = await person.taps(button.get("callback_data") or button["text"], on=message)
    return {"text": answer.text, "alert": answer.show_alert, "url": answer.url}


@act("search", Searches)
async def search(stage: Stage, asked: Searches) -> Json:
    """Return what is offered to somebody who types the bot's name and words."""
    person = stage.person(asked.by)
    found = await _search(stage, person, asked)
    return {"results": [{"id": one.id, "title": one.title, "text": one.description} for one in found], "hint": _hint(stage)}


def _hint(stage: Stage) -> str:
    """Return what stands on the button over the newest results; the bot may have sent it as an object or as a JSON text."""
    given = stage.world.called("answerInlineQuery")[-1].parameters.get("button")
    button = json.loads(given) if isinstance(given, str) else given
    return str(button["text"]) if button else ""


async def _search(stage: Stage, person: Person, asked: Searches) -> list[InlineResult]:
    kind = stage.group.kind if asked.topic is not None else "sender"
    return await person.types_inline(asked.query, offset=asked.offset, chat_type=kind)


@act("pick", Picks)
async def pick(stage: Stage, asked: Picks) -> Json:
    """Send one of the offered results."""
    person = stage.person(asked.by)
    for result in await _search(stage, person, asked):
        if result.id == asked.result:
            await person.picks(result, **whereabouts(stage, asked.topic))
            return {}
    raise LookupError("this result isn't offered any more")


@act("menu", Placed)
async def menu(stage: Stage, asked: Placed) -> Json:
    """Return the bot's commands as somebody sees them; none for who isn't here: a page may still ask for people of the desk before."""
    if asked.by not in stage.world.people:
        return {"commands": []}
    commands = stage.person(asked.by).menu(stage.group if asked.topic is not None else None)
    return {"commands": [{"command": one["command"], "description": one["description"]} for one in commands]}


@act("block", Act)
async def block(stage: Stage, asked: Act) -> Json:
    """Block the bot, or take it back."""
    person = stage.person(asked.by)
    await (person.unblocks_bot() if person.chat.blocked else person.blocks_bot())
    return {}


@act("topic", Touches)
async def topic(stage: Stage, asked: Touches) -> Json:
    """Close a topic by hand, or open it again."""
    person, place = stage.person(asked.by), _topic(stage, asked.id)
    if not stage.group.member(person.user).is_admin:
        raise PermissionError(f"{person.name} may not close topics")
    await (person.reopens_topic(place) if place.is_closed else person.closes_topic(place))
    return {}


@act("come", Comes)
async def come(stage: Stage, asked: Comes) -> Json:
    """Bring a new customer in, or a colleague who opens an invitation."""
    if asked.payload is None:
        return {"id": stage.newcomer(asked.name, asked.language).id}
    person = stage.newcomer(asked.name, asked.language, role="invited")
    await person.joins(stage.group)
    await person.starts(asked.payload)
    return {"id": person.id}


@act("restart", Speaks)
async def restart(stage: Stage, asked: Speaks) -> Json:
    """Have the desk start anew in another language."""
    stage.start_anew(asked.language)
    return {}


@act("story", Goes)
async def story(stage: Stage, asked: Goes) -> Json:
    """Play a story's next turn; one that was over begins anew with another customer."""
    if asked.story not in stage.stories:
        raise LookupError(f"there is no story {asked.story}")
    told = stage.stories[asked.story]
    play = stage.plays.get(told.id)
    if play is None or play.turns == len(told.turns):
        play = stage.plays[told.id] = Play(told, stage.newcomer(told.name, told.language))
    turn = told.turns[play.turns]
    play.turns += 1
    if turn.photo:
        await play.customer.sends_photo((PICTURES / turn.photo).read_bytes(), turn.say)
    elif turn.sticker:
        await play.customer.sends_sticker(turn.sticker)
    else:
        await play.customer.says(turn.say)
    stage.world.record("story", None, story=told)
    return {"customer": play.customer.id}
