"""The local Bot API server as tests use it: the library's bot on it, and a second opinion on every request's shape."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiogram.methods
import aiogram.types
from aiogram.types import InputFile
from httpx_aiohttp import AiohttpTransport
from pydantic import BaseModel
from telegram.ext import Application, ApplicationBuilder, ExtBot
from telegram.request import HTTPXRequest

from calmdesk.playground import TelegramWorld
from calmdesk.playground.files import Upload

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Without the machine's certificates, whose loading takes longer than most tests; all is plain HTTP here."""


def request(**settings: Any) -> HTTPXRequest:
    """Return the library's client with the transport that the desk uses."""
    return HTTPXRequest(httpx_kwargs={"transport": AiohttpTransport(verify=PLAIN)}, **settings)


def new_bot(world: TelegramWorld, token: str | None = None, **settings: Any) -> ExtBot[None]:
    """Return the library's bot, talking to a world."""
    return ExtBot(
        token or world.token,
        base_url=f"{world.url}/bot",
        base_file_url=f"{world.url}/file/bot",
        request=request(**settings),
        get_updates_request=request(),
    )


def new_application(world: TelegramWorld) -> Application[Any, Any, Any, Any, Any, Any]:
    """Return the library's application, talking to a world."""
    return ApplicationBuilder().bot(new_bot(world)).build()


@asynccontextmanager
async def checked_world(**settings: Any) -> AsyncIterator[TelegramWorld]:
    """Serve a world in which every request's shape and every update's shape is checked."""
    async with TelegramWorld.serve(**settings) as world:
        world.check = check_request
        yield world
        for update in world.updates.sent:
            check_update(update)


def check_request(method: str, values: Mapping[str, Any], uploads: Mapping[str, Upload]) -> None:
    """Raise unless aiogram's typed method takes these parameters: none unknown, none of a wrong type."""
    model = getattr(aiogram.methods, method[0].upper() + method[1:], None)
    if model is None:
        raise TypeError(f"{method} is no method of the Bot API")
    given = {name: _value(model, name, value) for name, value in values.items()}
    given |= {name: f"attach://{name}" for name in uploads if name in model.model_fields and name not in given}
    if "certificate" in uploads:
        given.pop("certificate")
    _no_extras(model.model_validate(given), method)


def _value(model: type[BaseModel], name: str, value: Any) -> Any:
    """Read what is an object or a list in the typed method and came as a JSON text."""
    if not isinstance(value, str) or name not in model.model_fields or value[:1] not in "[{":
        return value
    annotation = model.model_fields[name].annotation
    return value if annotation is str or annotation == (str | None) else json.loads(value)


def check_update(update: Mapping[str, Any]) -> None:
    """Raise unless aiogram reads an update with nothing left over."""
    if isinstance(update.get("message", {}).get("message_id", 0), int):
        _no_extras(aiogram.types.Update.model_validate(update), "update")


def _no_extras(value: object, path: str) -> None:
    """Raise where a typed object holds something that its type doesn't know."""
    if isinstance(value, BaseModel) and not isinstance(value, InputFile):
        if value.model_extra:
            raise TypeError(f"{path} doesn't know {sorted(value.model_extra)}")
        for name in type(value).model_fields:
            _no_extras(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _no_extras(item, f"{path}[{index}]")
