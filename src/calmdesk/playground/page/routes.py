"""The page's addresses. All of them lie behind a word that only this run knows, so that no other page can use them."""

from __future__ import annotations

import tomllib
from collections.abc import Awaitable
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders, UploadFile
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from calmdesk.playground.errors import Json, Refusal
from calmdesk.playground.files import StoredFile
from calmdesk.playground.page.acts import ACTS, whereabouts
from calmdesk.playground.page.live import stream
from calmdesk.playground.page.stage import Stage
from calmdesk.shelf import explained

HERE = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
PICTURE_SIGNS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}
PLAYED = {"voice": "audio/ogg", "audio": "audio/mpeg", "video": "video/mp4", "video_note": "video/mp4", "animation": "video/mp4"}
WRONG_ADDRESS = (
    "This address belongs to another run. Take the one that `calmdesk demo` printed.\n"
    "这个地址属于另一次运行，请用 calmdesk demo 打印的那个。\n"
)


class Guard:
    """Puts the headers on every answer, and refuses what another page's script sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            await PlainTextResponse("Not from here.", 403)(scope, receive, send)
            return

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_on)


@cache
def words() -> dict[str, dict[str, str]]:
    """Return the page's words by language, the first being the one it falls back on."""
    return tomllib.loads((HERE / "words.toml").read_text("utf-8"))


class Routes:
    """What the addresses answer."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        """The one that is shown now; when the desk starts anew, another."""
        self.templates = Jinja2Templates(HERE / "templates")

    def app(self, token: str) -> Starlette:
        """Return the application behind a word."""
        inside = [
            Route("/", self.index),
            Route("/live", self.live),
            Route("/file/{number}", self.file),
            Route("/do/upload", self.upload, methods=["POST"]),
            Route("/do/{act}", self.do, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]
        hosts = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"], www_redirect=False)
        return Starlette(
            routes=[Mount(f"/{token}", routes=inside), Route("/{rest:path}", _elsewhere)], middleware=[Middleware(Guard), hosts]
        )

    async def index(self, request: Request) -> Response:
        """Return the page."""
        return self.templates.TemplateResponse(request, "page.html", {"words": words(), "first": next(iter(words().values()))})

    async def live(self, request: Request) -> Response:  # noqa: ARG002 - every address takes one
        """Return what happens, as it happens."""
        return StreamingResponse(stream(self.stage), media_type="text/event-stream")

    async def file(self, request: Request) -> Response:
        """Hand out a file: pictures, sound and films to be shown, anything else only to be saved."""
        try:
            stored = self.stage.world.files.find(str(request.path_params["number"]))
        except Refusal:
            return PlainTextResponse("There is no such file.", 404)
        kind = _kind(stored)
        name = stored.upload.name or stored.path.rpartition("/")[2]
        headers = {} if kind else {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
        return Response(stored.content, media_type=kind or "application/octet-stream", headers=headers)

    async def do(self, request: Request) -> Response:
        """Carry out what a person on the page does."""
        known = ACTS.get(str(request.path_params["act"]))
        if known is None or request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return JSONResponse({"error": "There is no such act."}, 404)
        try:
            asked = known.takes.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"error": "; ".join(f"{where}: {message}" for where, message in explained(error))}, 422)
        return await _done(known.carry_out(self.stage, asked))

    async def upload(self, request: Request) -> Response:
        """Send a picture or a file."""
        async with request.form(max_files=1, max_part_size=50 * 1024 * 1024) as form:
            given = form.get("file")
            numbers = [str(form.get(name) or "") for name in ("by", "topic", "seconds")]
            if not isinstance(given, UploadFile) or not numbers[0].isdigit() or not all((one or "0").isdigit() for one in numbers):
                return JSONResponse({"error": "A file is missing."}, 422)
            content, caption = await given.read(), str(form.get("caption") or "")
            shown_as, name, kind = form.get("as"), given.filename or "file", given.content_type or "application/octet-stream"

        async def send() -> Json:
            person = self.stage.person(int(numbers[0]))
            where = whereabouts(self.stage, int(numbers[1]) if numbers[1] else None)
            if shown_as == "photo":
                await person.sends_photo(content, caption, **where)
            elif shown_as == "voice":
                await person.sends_voice(content, int(numbers[2] or 1), **where)
            else:
                await person.sends_file(content, name, kind, caption, **where)
            return {}

        return await _done(send())


async def _done(work: Awaitable[Json]) -> Response:
    """Return an act's answer, or why it isn't done."""
    try:
        return JSONResponse(await work)
    except (LookupError, PermissionError, Refusal) as error:
        return JSONResponse({"error": str(error).strip("\"'")}, 409)
    except TimeoutError as error:
        return JSONResponse({"error": str(error)}, 504)


def _kind(stored: StoredFile) -> str | None:
    """Return the media type of what a browser may show by itself; told by its first bytes, since anybody may call a file anything."""
    if stored.kind in PLAYED:
        return PLAYED[stored.kind]
    return next((kind for sign, kind in PICTURE_SIGNS.items() if stored.content.startswith(sign)), None)


async def _elsewhere(request: Request) -> Response:  # noqa: ARG001 - every address takes one
    return PlainTextResponse(WRONG_ADDRESS, 403)
