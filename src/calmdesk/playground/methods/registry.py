"""The table of methods: each has a name, the parameters it takes, and what it does."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from calmdesk.playground.chats import Chat
from calmdesk.playground.errors import Json, Refusal, bad_request, not_found
from calmdesk.playground.files import Upload
from calmdesk.playground.messages import Message
from calmdesk.playground.methods.uncovered import UNCOVERED
from calmdesk.playground.world import TelegramWorld


def _from_json(value: Any) -> Any:
    """Read what came as a JSON text in a form."""
    return json.loads(value) if isinstance(value, str) else value


FromJson = BeforeValidator(_from_json)
ChatId = int | str | None
JsonObject = Annotated[Json | None, FromJson]
JsonObjects = Annotated[list[Json] | None, FromJson]
Numbers = Annotated[list[int] | None, FromJson]
Words = Annotated[list[str] | None, FromJson]


class Parameters(BaseModel):
    """What a method takes; names that it doesn't know are passed over, as Telegram does."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class NoParameters(Parameters):
    """A method that takes nothing."""


@dataclass(frozen=True)
class Call:
    """One request: the world it is made in, its name, and the files that came along."""

    world: TelegramWorld
    method: str
    uploads: Mapping[str, Upload]


Asked = TypeVar("Asked", bound=Parameters)
Handler = Callable[[Call, Any], "object | Awaitable[object]"]


@dataclass(frozen=True)
class Method:
    """A row of the table."""

    name: str
    parameters: type[Parameters]
    handler: Handler


METHODS: dict[str, Method] = {}
"""By name in small letters, since Telegram doesn't mind the case."""


def method(name: str, parameters: type[Asked]) -> Callable[[Callable[[Call, Asked], Any]], Callable[[Call, Asked], Any]]:
    """Put a function into the table."""

    def enter(handler: Callable[[Call, Asked], Any]) -> Callable[[Call, Asked], Any]:
        METHODS[name.lower()] = Method(name, parameters, handler)
        return handler

    return enter


def named(name: str) -> Method:
    """Return the method of this name, or refuse: what isn't covered clearly, what doesn't exist as Telegram does."""
    if found := METHODS.get(name.lower()):
        return found
    for known in UNCOVERED:
        if known.lower() == name.lower():
            raise bad_request(f"method {known} isn't available on this server")
    raise not_found()


def read(method_: Method, values: Mapping[str, Any]) -> Parameters:
    """Return the parameters, or refuse what can't be read."""
    try:
        return method_.parameters.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "parameters"
        raise bad_request(f"can't parse {where}: {first['msg']}") from None
    except json.JSONDecodeError as error:
        raise bad_request(f"can't parse JSON object: {error.msg}") from None


def shown(result: object) -> Any:
    """Return a result as it goes over the wire."""
    if isinstance(result, Message | Chat):
        return result.as_json()
    if isinstance(result, list):
        return [shown(item) for item in result]
    return result


async def perform(call: Call, method_: Method, values: Mapping[str, Any]) -> Json:
    """Carry a request out and return the answer's body."""
    try:
        result = method_.handler(call, read(method_, values))
        if isinstance(result, Awaitable):
            result = await result
    except Refusal as refusal:
        return refusal.as_json()
    return {"ok": True, "result": shown(result)}
