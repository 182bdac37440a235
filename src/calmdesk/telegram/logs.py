"""The log, without secrets: whatever any library writes into it, the token doesn't get there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

HIDDEN = "‹hidden›"
_NOISY = ("httpx", "httpcore", "telegram", "apscheduler", "uvicorn", "aiohttp", "asyncio")
"""Libraries that note each of their steps, some with the token in it."""
_PLAIN = logging.Formatter()


def configure(verbose: bool = False) -> None:
    """Have the log written to standard error, the libraries' only from warnings on."""
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


@contextmanager
def hiding(*secrets: str) -> Iterator[None]:
    """Keep secrets out of every record that is made meanwhile, by whomever and for whichever log, tracebacks included."""
    hide = hider(*secrets)
    make = logging.getLogRecordFactory()

    def without_secrets(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):  # arguments that don't fit; shown as they are
            message = record.msg = hide(f"{record.msg} {record.args}")
            record.args = ()
        if (hidden := hide(message)) != message:
            record.msg, record.args = hidden, ()
        if record.exc_info and record.exc_info[1] is not None:
            trace = _PLAIN.formatException(record.exc_info)
            if (hidden := hide(trace)) != trace:
                record.exc_info, record.exc_text = None, hidden
        return record

    logging.setLogRecordFactory(without_secrets)
    try:
        yield
    finally:
        logging.setLogRecordFactory(make)


def hider(*secrets: str) -> Callable[[str], str]:
    """Return a function that takes secrets out of a text; of a bot's token also the secret half by itself."""
    parts = {part for secret in secrets for part in (secret, secret.partition(":")[2]) if part}
    longest_first = sorted(parts | {quote(part, "") for part in parts}, key=len, reverse=True)

    def hide(text: str) -> str:
        for form in longest_first:
            text = text.replace(form, HIDDEN)
        return text

    return hide
