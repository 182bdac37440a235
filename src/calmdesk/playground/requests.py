"""One request as it came over HTTP: JSON, form or multipart, all the same afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.requests import Request

from calmdesk.playground.errors import Json, bad_request
from calmdesk.playground.files import Upload


@dataclass(frozen=True)
class Incoming:
    """The parameters and the files of a request."""

    values: Json
    uploads: dict[str, Upload] = field(default_factory=dict)

    @property
    def chat_id(self) -> int | None:
        """Return the chat that is meant, where it is a number."""
        text = str(self.values.get("chat_id", ""))
        return int(text) if text.lstrip("-").isdigit() else None


async def read_request(request: Request) -> Incoming:
    """Return what a request says, whichever way it says it."""
    values: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/json":
        try:
            body = json.loads(await request.body() or b"{}")
        except ValueError:
            raise bad_request("can't parse JSON object") from None
        if not isinstance(body, dict):
            raise bad_request("object expected as JSON")
        return Incoming({**values, **body})
    uploads: dict[str, Upload] = {}
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        async with request.form(max_part_size=4 * 1024 * 1024) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    uploads[name] = Upload(await value.read(), value.filename, value.content_type)
                else:
                    values[name] = value
    return Incoming(values, uploads)
