"""Lines: JSON in, JSON out, one conversation a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BufferedReader, BytesIO
from itertools import chain
from pathlib import Path
from typing import IO, Any, NoReturn, cast

import click
from pydantic import ValidationError

from calmdesk.conversation import Conversation
from calmdesk.shelf import PlaybookError, explained


def stop(message: str) -> NoReturn:
    """End with one helpful line."""
    raise click.ClickException(message)


def utf8_out() -> IO[str]:
    """Return standard output, writing UTF-8 whatever the terminal's settings are."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    return sys.stdout


def lines_of(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the number and text of each line that isn't blank, from a file or, for `-`, standard input."""
    return chain.from_iterable(lines_at_hand(file))


def lines_at_hand(file: Path) -> Iterator[list[tuple[int, str]]]:
    """Yield what `lines_of` does, as many lines at once as are there without waiting for more."""
    number, begun = 0, BytesIO()
    try:
        with click.open_file(str(file), "rb") as opened:
            stream = cast("BufferedReader", opened)
            while some := stream.read1(_AT_HAND):
                first, *others = some.split(b"\n")
                begun.write(first)
                if others:
                    yield list(_written([begun.getvalue(), *others[:-1]], number))
                    number += len(others)
                    begun = BytesIO()
                    begun.write(others[-1])
            yield list(_written([begun.getvalue()], number))
    except OSError as error:
        stop(f"{file}: can't be read: {error.strerror}")


_AT_HAND = 2**16


def _written(lines: list[bytes], before: int) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, before + 1):
        if text := line.decode("utf-8", "replace").strip("\ufeff \t\r\n"):
            yield number, text


class LineError(ValueError):
    """A line of input that isn't valid; carries its id where that could be read."""

    def __init__(self, id_: Any, message: str) -> None:
        super().__init__(message)
        self.id = id_


def decoded(line: str) -> Any:
    """Return the JSON object of *line*, or raise LineError."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LineError(None, f"not valid JSON: {error}") from error
    if not isinstance(data, dict):
        raise LineError(None, "a line must be a JSON object with `text` or `turns`")
    return data


def conversation_of(line: str) -> Conversation:
    """Return the conversation that *line* holds, or raise LineError."""
    data = decoded(line)
    try:
        return Conversation.model_validate(data)
    except ValidationError as error:
        faults = "; ".join(f"{where}: {message}" if where else message for where, message in explained(error))
        raise LineError(data.get("id"), faults.replace("value error, ", "")) from error


def answer_each(file: Path, answer: Callable[[Sequence[Conversation]], Iterable[dict[str, Any]]], out: IO[str]) -> bool:
    """Write one JSON line for each line of *file*, as soon as it is there; return whether all were valid."""
    clean = True
    for lines in lines_at_hand(file):
        for some in (lines[first : first + _AT_A_TIME] for first in range(0, len(lines), _AT_A_TIME)):
            taken = [_taken(number, line) for number, line in some]
            clean = clean and all(isinstance(one, Conversation) for one in taken)
            try:
                answers = iter(answer([one for one in taken if isinstance(one, Conversation)]))
                for one in taken:
                    _write({"id": one.id, **next(answers)} if isinstance(one, Conversation) else one, out)
            except PlaybookError as error:
                stop(str(error))
        out.flush()
    return clean


_AT_A_TIME = 64


def _taken(number: int, line: str) -> Conversation | dict[str, Any]:
    """Return the conversation of a line, or what to answer to one that isn't valid."""
    try:
        return conversation_of(line)
    except LineError as error:
        return {"id": error.id, "line": number, "error": str(error)}


def _write(data: dict[str, Any], out: IO[str]) -> None:
    # A lone surrogate can come in as \ud800 and has no UTF-8 form; it goes out as it came in.
    text = _READABLE(data)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(data)
    out.write(text + "\n")


_READABLE = json.JSONEncoder(ensure_ascii=False).encode
"""Made once: json.dumps would make one for each line."""
