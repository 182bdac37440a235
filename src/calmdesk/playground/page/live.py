"""What happens in the world, passed on to the page as it happens (server-sent events)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from calmdesk.playground.chats import BusinessChat
from calmdesk.playground.errors import Json
from calmdesk.playground.messages import Event
from calmdesk.playground.page.shown import shown_message, shown_topic, topic_number
from calmdesk.playground.page.stage import Stage

HEARTBEAT = 15.0
"""Seconds; without a word now and then neither side would notice that the other has gone."""


RETRY = 300
"""Milliseconds until the page comes back to a line that has ended."""


async def stream(stage: Stage) -> AsyncIterator[str]:
    """Yield everything that is there, then what happens, as long as somebody listens and the stage isn't over."""
    events = stage.world.events()
    coming = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)  # from here on nothing is missed; what is there now may come a second time, which does no harm
    try:
        yield f"retry: {RETRY}\n\n"
        yield _line("all", stage.as_json())
        while True:
            done, _ = await asyncio.wait({coming}, timeout=HEARTBEAT)
            if not done:
                yield ": still here\n\n"
                continue
            if coming.result().kind == "over":
                return
            shown = shown_event(stage, coming.result())
            coming = asyncio.ensure_future(anext(events))
            if shown is not None:
                yield _line("now", shown)
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await events.aclose()


def _line(kind: str, data: Json) -> str:
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def shown_event(stage: Stage, event: Event) -> Json | None:
    """Return an event as the page takes it; None for what it doesn't show."""
    if isinstance(event.chat, BusinessChat):
        return None
    chat, message = (event.chat.id if event.chat else None), event.message
    match event.kind:
        case "sent" | "edited" | "reacted" if message is not None and event.chat is not None:
            now = event.chat.find(message.id)
            return {"kind": "message", "message": shown_message(now)} if now else None
        case "deleted" if message is not None:
            return {"kind": "deleted", "chat": chat, "id": message.id, "topic": topic_number(message)}
        case "topic":
            return {"kind": "topic", "topic": shown_topic(event.detail["topic"])}
        case "pinned" | "unpinned" if event.chat is not None:
            return {"kind": "pinned", "chat": chat, "ids": event.chat.pinned}
        case "action":
            return {"kind": "action", "chat": chat, "topic": event.detail.get("thread"), "action": event.detail["action"]}
        case "person":
            return {"kind": "person", "person": stage.shown_person(event.detail["person"])}
        case "member" if chat in stage.world.people:
            return {"kind": "person", "person": stage.shown_person(stage.world.people[chat])}
        case "story":
            return {"kind": "story", "story": stage.shown_story(event.detail["story"])}
        case "menu":
            return {"kind": "menu"}
        case _:
            return None
