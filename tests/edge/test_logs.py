"""Secrets don't get into the log, whoever writes it."""

from __future__ import annotations

import logging

import pytest

from calmdesk.telegram.logs import HIDDEN, hider, hiding

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"  # noqa: S105 - a test's own


@pytest.mark.parametrize("form", [TOKEN, TOKEN.replace(":", "%3A"), TOKEN.partition(":")[2]])
def test_every_form_of_the_token_is_hidden(form: str) -> None:
    """The whole token, as an address has it, and its secret half."""
    assert hider(TOKEN)(f"POST /bot{form}/getMe") in {f"POST /bot{HIDDEN}/getMe", f"POST /bot123456789%3A{HIDDEN}/getMe"}


def test_arguments_and_tracebacks_are_hidden(caplog: pytest.LogCaptureFixture) -> None:
    """A record's arguments, its exception and what that came from are free of it, whichever logger and handler."""
    log = logging.getLogger("some.library")

    def fails() -> None:
        raise ValueError(f"https://api.telegram.org/bot{TOKEN}")

    with hiding(TOKEN, "another-secret"):
        log.warning("GET %s %d", f"https://api.telegram.org/bot{TOKEN}/getMe", 200)
        try:
            try:
                fails()
            except ValueError as error:
                raise RuntimeError("another-secret is wrong") from error
        except RuntimeError:
            log.exception("It failed")
        log.info("nothing secret %s", "here")
    text = "".join(caplog.handler.format(record) for record in caplog.records)
    assert TOKEN.partition(":")[2] not in text
    assert "another-secret" not in text
    assert "RuntimeError" in text
    assert HIDDEN in text
    log.warning("afterwards %s", TOKEN)
    assert TOKEN in caplog.text, "the log is as before afterwards"


def test_a_faulty_record_hurts_nobody() -> None:
    """A library that logs with the wrong arguments is none the worse for it."""
    with hiding(TOKEN):
        record = logging.getLogRecordFactory()("name", logging.INFO, "file", 1, "%d and %d", ("one",), None)
    assert record.getMessage() == "%d and %d ('one',)"
