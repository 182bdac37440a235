"""What the server refuses, in Telegram's own words."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""An object as it goes over the wire."""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer of the API and no fault of the program
    """A request that is answered with `ok: false`."""

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> Json:
        """Return the answer's body."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(why: str, parameters: Json | None = None) -> Refusal:
    """Return a 400."""
    return Refusal(400, f"Bad Request: {why}", parameters)


def forbidden(why: str) -> Refusal:
    """Return a 403."""
    return Refusal(403, f"Forbidden: {why}")


def conflict(why: str) -> Refusal:
    """Return a 409."""
    return Refusal(409, f"Conflict: {why}")


def too_many_requests(retry_after: int) -> Refusal:
    """Return a 429 that says when to come again."""
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


def unauthorized() -> Refusal:
    """Return a 401, the answer to a token that nobody has."""
    return Refusal(401, "Unauthorized")


def not_found() -> Refusal:
    """Return a 404, the answer to a name that is no method."""
    return Refusal(404, "Not Found")
