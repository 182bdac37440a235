"""The page's server: on the loopback address only, and in the same event loop as the world that it shows."""

from __future__ import annotations

import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn

from calmdesk.playground.page.routes import Routes
from calmdesk.playground.page.stage import Stage
from calmdesk.playground.server import HOST, Server


@dataclass(frozen=True)
class Page:
    """A page that is being served."""

    stage: Stage
    address: str
    """The whole address, with the word that only this run knows."""


@asynccontextmanager
async def serving_page(stage: Stage, port: int = 0) -> AsyncIterator[Page]:
    """Serve the page as long as the context lasts; port 0 takes any free one."""
    token = secrets.token_urlsafe(24)
    # The protocol is named because asyncio sends at once (TCP_NODELAY) only then.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        app = Routes(stage).app(token)
        server = Server(uvicorn.Config(app, http="h11", ws="none", lifespan="off", log_config=None, access_log=False, server_header=False))
        await server.start(listener)
        try:
            yield Page(stage, f"http://{HOST}:{listener.getsockname()[1]}/{token}/")
        finally:
            await server.stop()
