"""Errors as outcomes: what the library raises for a call, by its type and by Telegram's own words.

The question that matters is whether Telegram may have done it all the same. Where it answered, or was never reached, nothing happened and
the call can be made again; where the answer is missing, nobody knows, and what a customer would see twice is not repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import aiohttp
import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from calmdesk.desk.calls import Outcome

_WORDS = {
    "message is not modified": "same",
    "topic_not_modified": "same",
    "message thread not found": "topic gone",
    "topic_deleted": "topic gone",
    "topic_id_invalid": "topic gone",
    "message to edit not found": "message gone",
    "message to copy not found": "message gone",
    "message to delete not found": "message gone",
    "message can't be edited": "message gone",
    "message_id_invalid": "message gone",
    "chat not found": "blocked",
    "user not found": "blocked",
    "peer_id_invalid": "blocked",
    "input_user_deactivated": "blocked",
}
"""What stands in Telegram's description of a bad request, in small letters, and what it means; anything else won't ever work."""
_NOT_REACHED = (
    aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError, aiohttp.InvalidURL,
    httpx.ConnectError, httpx.PoolTimeout, httpx.UnsupportedProtocol,
)  # fmt: skip
"""Errors that come before a request has left. The transport gives some connections that broke afterwards the name of a connect timeout,
so what counts is the first cause."""
_REVOKED_WAIT = 60.0
"""Seconds to leave Telegram alone when it doesn't know the token any more."""
_MOVED_WAIT = 1.0


def outcome_of(error: TelegramError) -> Outcome:
    """Return what became of a call that raised *error*."""
    reason = str(error)
    match error:
        case RetryAfter():
            return Outcome(done=False, trouble="later", wait=max(1.0, seconds(error.retry_after)), reason=reason)
        case ChatMigrated():
            return Outcome(done=False, trouble="later", wait=_MOVED_WAIT, reason=reason, moved_to=error.new_chat_id)
        case Forbidden():
            return Outcome(done=False, trouble="blocked", reason=reason)
        case InvalidToken():  # for a method that this server doesn't have, too: that is "Not Found"
            revoked = "unauthorized" in reason.casefold()
            return Outcome(done=False, trouble="later" if revoked else "refused", wait=_REVOKED_WAIT if revoked else 0.0, reason=reason)
        case BadRequest():
            said = reason.casefold()
            return Outcome(done=False, trouble=next((kind for words, kind in _WORDS.items() if words in said), "refused"), reason=reason)
        case NetworkError():
            return Outcome(done=False, trouble="later" if _nothing_happened(error) else "unknown", reason=reason)
        case _:  # an answer that can't be understood: it may have been a yes
            return Outcome(done=False, trouble="unknown", reason=reason)


def seconds(time: float | timedelta) -> float:
    """Return a stretch of time in seconds."""
    return time.total_seconds() if isinstance(time, timedelta) else float(time)


def _nothing_happened(error: NetworkError) -> bool:
    """Say whether a call surely had no effect: Telegram answered with an error, or was never reached."""
    causes = list(_causes(error))
    if causes or isinstance(error, TimedOut):
        return any(isinstance(cause, _NOT_REACHED) for cause in causes)
    return "gateway timeout" not in str(error).casefold()  # it answered; only a gateway that waited in vain doesn't know


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield what *error* came from, but for the library's own complaint about an answer that isn't JSON."""
    cause = error.__cause__
    while cause is not None and not isinstance(cause, TelegramError):
        yield cause
        cause = cause.__cause__
