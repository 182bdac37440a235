"""The connection to Telegram: the bot with its ways to send and to poll, and patience where Telegram can't be reached."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
from httpx_aiohttp import AiohttpTransport
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from calmdesk.telegram.troubles import seconds

_LOG = logging.getLogger(__name__)
T = TypeVar("T")

_CONNECTIONS = 64
_ANSWERS_WITHIN = 30.0
"""Seconds. Generous: where the answer doesn't come in time, nobody knows whether a message was sent."""
_KEPT_OPEN = 10.0
"""Seconds that a connection is kept for the next call: less than Telegram keeps it, which would cut off a call that is just leaving."""
_LONGEST_PAUSE = 30.0
UNKNOWN_TOKEN = "Telegram doesn't know this token (any more): get the bot's current one from @BotFather (/mybots)"  # noqa: S105 - a message


class EdgeError(RuntimeError):
    """The desk can't go on on Telegram; the message says why and what to do."""


def request_for(connections: int = _CONNECTIONS, *, answers_within: float = _ANSWERS_WITHIN, free_within: float = 15.0) -> HTTPXRequest:
    """Return a way to make requests: by aiohttp, several times as fast under load as the library's own."""

    def session() -> aiohttp.ClientSession:
        # With trust_env a proxy is taken from HTTPS_PROXY, as people behind a firewall set it.
        connector = aiohttp.TCPConnector(limit=connections, keepalive_timeout=_KEPT_OPEN, ssl=transport.ssl_context)
        return aiohttp.ClientSession(connector=connector, trust_env=True)

    transport = AiohttpTransport(client=session)
    return HTTPXRequest(
        connection_pool_size=connections,
        read_timeout=answers_within,
        write_timeout=answers_within,
        connect_timeout=10.0,
        pool_timeout=free_within,
        httpx_kwargs={"transport": transport},
    )


def bot_for(token: str, api: str, polling: HTTPXRequest) -> ExtBot[None]:
    """Return the bot; *polling* is its way to ask for updates."""
    return ExtBot(
        token, base_url=f"{api.rstrip('/')}/bot", base_file_url=f"{api.rstrip('/')}/file/bot", request=request_for(),
        get_updates_request=polling,
    )  # fmt: skip


async def patiently(what: str, call: Callable[[], Awaitable[T]], pause: float = 1.0) -> T:
    """Return what *call* returns, tried again until Telegram can be reached; raise EdgeError where that is no use."""
    while True:
        try:
            return await call()
        except InvalidToken:
            raise EdgeError(UNKNOWN_TOKEN) from None  # the library's own message has the token in it
        except BadRequest as error:
            raise EdgeError(f"Telegram refuses {what}: {error}") from error
        except RetryAfter as error:
            pause = max(pause, seconds(error.retry_after))
            _LOG.warning("Telegram wants %s to wait for %.0f s", what, pause)
        except TelegramError as error:
            _LOG.warning("Telegram can't be reached for %s, trying again in %.0f s: %s", what, pause, error)
        await asyncio.sleep(pause)
        pause = min(_LONGEST_PAUSE, pause * 2)
