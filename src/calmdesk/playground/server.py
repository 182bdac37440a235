"""The world over HTTP, on a loopback port: a bot talks to it as it talks to Telegram."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from calmdesk.playground.errors import Json, Refusal, bad_request, not_found, unauthorized
from calmdesk.playground.faults import BadGateway, Dropped, Fault, LostAnswer, NeverAnswered, Refused, Slow
from calmdesk.playground.methods import Call, named, perform
from calmdesk.playground.requests import Incoming, read_request
from calmdesk.playground.world import CallRecord, TelegramWorld

HOST = "127.0.0.1"
BAD_GATEWAY = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body>\r\n</html>"
FOREVER = 3600.0
KEEP_ALIVE = 75
"""Seconds; longer than the usual clients keep an idle connection, so that none is closed under their hands."""


class Server(uvicorn.Server):
    """uvicorn inside somebody else's event loop: no signal handlers, up and down in milliseconds."""

    async def start(self, listener: socket.socket) -> None:
        """Begin to serve on a socket."""
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.startup(sockets=[listener])

    async def stop(self) -> None:
        """End at once, with the requests that are still waiting."""
        for server in self.servers:
            server.close()
        tasks = list(self.server_state.tasks)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)

    def drop(self, request: Request) -> None:
        """Break the connection that a request came by."""
        for connection in list(self.server_state.connections):
            peer = connection.transport.get_extra_info("peername")
            if request.client and peer == (request.client.host, request.client.port):
                connection.transport.abort()


class BotApi:
    """The two addresses that a bot knows: its methods and its files."""

    def __init__(self, world: TelegramWorld) -> None:
        self.world = world
        self.server: Server | None = None
        world.carry_out = self._from_webhook
        self.app = Starlette(
            routes=[
                Route("/file/bot{token}/{path:path}", self.file, methods=["GET"]),
                Route("/bot{token}/{method}", self.method, methods=["GET", "POST"]),
            ]
        )

    async def file(self, request: Request) -> Response:
        """Hand out a file."""
        if request.path_params["token"] != self.world.token:
            return _answer(unauthorized().as_json())
        stored = self.world.files.at(request.path_params["path"])
        if stored is None:
            return _answer(not_found().as_json())
        return Response(stored.content, media_type=stored.upload.mime_type or "application/octet-stream")

    async def method(self, request: Request) -> Response:
        """Carry out a method, with what may go wrong on the way."""
        if request.path_params["token"] != self.world.token:
            return _answer(unauthorized().as_json())
        name = str(request.path_params["method"])
        try:
            incoming = await read_request(request)
        except Refusal as refusal:
            return _answer(refusal.as_json())
        fault = self.world.faults.due(name, incoming.chat_id)
        match fault:
            case Refused(refusal=planned):
                return _answer(self._record(name, incoming.values, planned.as_json()))
            case BadGateway():
                return HTMLResponse(BAD_GATEWAY, status_code=502)
            case Dropped():
                return self._drop(request)
            case NeverAnswered(with_effect=False):
                return await self._hang(request)
        answer = await self.carry_out(name, incoming)
        return await self._after(request, fault, answer)

    async def _after(self, request: Request, fault: Fault | None, answer: Json) -> Response:
        """Return the answer, unless it gets lost."""
        match fault:
            case LostAnswer():
                return self._drop(request)
            case NeverAnswered():
                return await self._hang(request)
            case Slow(seconds):
                await asyncio.sleep(seconds)
        return _answer(answer)

    async def carry_out(self, name: str, incoming: Incoming) -> Json:
        """Carry out a method and return the answer's body."""
        try:
            found = named(name)
            self._check(found.name, incoming)
            answer = await perform(Call(self.world, found.name, incoming.uploads), found, incoming.values)
        except Refusal as refusal:
            answer = refusal.as_json()
        return self._record(name, incoming.values, answer)

    async def _from_webhook(self, name: str, values: Json) -> object:
        return await self.carry_out(name, Incoming({key: value for key, value in values.items() if key != "method"}))

    def _check(self, name: str, incoming: Incoming) -> None:
        """Let the world's check look at a request; what it finds is refused and kept for the end."""
        if self.world.check is None:
            return
        try:
            self.world.check(name, incoming.values, incoming.uploads)
        except Exception as error:
            self.world.violations.append(error)
            raise bad_request(f"the request's shape is wrong: {error}") from error

    def _record(self, name: str, values: Json, answer: Json) -> Json:
        self.world.calls.append(CallRecord(self.world.clock.now(), name, values, answer))
        return answer

    def _drop(self, request: Request) -> Response:
        if self.server:
            self.server.drop(request)
        return Response()

    async def _hang(self, request: Request) -> Response:
        """Wait until the client has gone."""
        async with asyncio.timeout(FOREVER):
            while not await request.is_disconnected():
                await asyncio.sleep(0.01)
        return Response()


def _answer(body: Json) -> Response:
    return JSONResponse(body, status_code=200 if body["ok"] else body["error_code"])


def _listener(port: int) -> socket.socket:
    """Return a socket on the loopback address; port 0 takes any free one."""
    # The protocol is named because asyncio sends at once (TCP_NODELAY) only then; otherwise every answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    return listener


@asynccontextmanager
async def serving(world: TelegramWorld, port: int = 0) -> AsyncIterator[TelegramWorld]:
    """Serve a world as long as the context lasts; at its end raise what the check found."""
    api = BotApi(world)
    listener = _listener(port)
    server = api.server = Server(
        uvicorn.Config(
            api.app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE,
        )
    )
    await server.start(listener)
    world.url = f"http://{HOST}:{listener.getsockname()[1]}"
    try:
        yield world
    finally:
        if world.webhook:
            await world.webhook.stop()
        world.updates.let_go()
        await server.stop()
        listener.close()
    if world.violations:
        raise ExceptionGroup("requests of a wrong shape", world.violations)
