"""The page's server: on the loopback address only, and in the same event loop as the world that it shows."""

from __future__ import annotations

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

    address: str
    """The whole address, with the word that nobody else knows."""
    _routes: Routes

    @property
    def stage(self) -> Stage:
        """Return what is shown."""
        return self._routes.stage

    def turn_to(self, stage: Stage) -> None:
        """Show this stage from now on, or the same one as it is now; whoever looks at the page sees it at once."""
        before, self._routes.stage = self.stage, stage
        stage.port, stage.token = before.port, before.token
        before.world.record("over", None)


@asynccontextmanager
async def serving_page(stage: Stage, port: int = 0) -> AsyncIterator[Page]:
    """Serve the page as long as the context lasts: at this port, else where it was in an earlier run, else at any that is free."""
    with _listener(port, stage.port) as listener:
        routes = Routes(stage)
        app = routes.app(stage.token)
        stage.port = listener.getsockname()[1]
        server = Server(uvicorn.Config(app, http="h11", ws="none", lifespan="off", log_config=None, access_log=False, server_header=False))
        await server.start(listener)
        try:
            yield Page(f"http://{HOST}:{stage.port}/{stage.token}/", routes)
        finally:
            await server.stop()


def _listener(asked: int, before: int) -> socket.socket:
    # The protocol is named because asyncio sends at once (TCP_NODELAY) only then.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, asked or before))
    except OSError:
        if asked:
            listener.close()
            raise
        listener.bind((HOST, 0))
    return listener
