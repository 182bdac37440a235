"""The webhook: takes updates that Telegram sends, and says "OK" only when they are committed; else they come again."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
import socket
import sqlite3
from collections.abc import Iterator
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from calmdesk.telegram.connection import EdgeError
from calmdesk.telegram.intake import Intake

_LOG = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
LARGEST_BODY = 1_000_000
_LARGEST_PORT = 65535
_ENDS_WITHIN = 5
"""Seconds."""
MOST_CONNECTIONS = 40
"""So many updates Telegram may bring at the same time."""


def webhook_app(path: str, secret: str, intake: Intake) -> Starlette:
    """Return the web application that takes updates at *path* from whoever knows the secret."""

    async def take(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(), secret.encode()):
            return Response(status_code=403)
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return Response(status_code=400)
        try:
            kept = await intake.keep([update])
        except sqlite3.Error:
            _LOG.exception("An update can't be kept; Telegram will bring it again")
            return Response(status_code=500)
        return Response(status_code=400 if kept is None else 200)

    return Starlette(routes=[Route(path, take, methods=["POST"])])


async def _body(request: Request) -> bytes | None:
    """Return a request's body; None for one that is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


class WebhookServer:
    """The web application, listening."""

    def __init__(self, listen: str, url: str, secret: str, intake: Intake) -> None:
        self._listen = listen
        app = webhook_app(urlsplit(url).path or "/", secret, intake)
        config = uvicorn.Config(
            app, lifespan="off", log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=_ENDS_WITHIN
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Begin to listen and return the port; raise EdgeError where that can't be."""
        host, _, port = self._listen.rpartition(":")
        if not port.isdecimal() or int(port) > _LARGEST_PORT:
            raise EdgeError(f'[telegram] listen = "{self._listen}": {port!r} is no port; write it like "127.0.0.1:8443"')
        try:
            listener = socket.create_server((host.strip("[]"), int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        except OSError as error:
            raise EdgeError(f'[telegram] listen = "{self._listen}": can\'t listen there: {error}') from error
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started and not self._task.done():
            await asyncio.sleep(0.01)
        number: int = listener.getsockname()[1]
        return number

    async def run(self) -> None:
        """Take updates until stopped."""
        if self._task is not None:
            await self._task

    async def stop(self) -> None:
        """Take no more; those under way are answered."""
        self._server.should_exit = True
        await self.run()


class _Server(uvicorn.Server):
    """A server inside a house that has its own way to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield
