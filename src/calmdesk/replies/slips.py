"""Where the code of a wording went wrong: the piece at fault and its line, so that who wrote it can be told in plain words. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Self

from jinja2 import TemplateSyntaxError

_MARK = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_CLOSES = {"{{": "}}", "{%": "%}", "{#": "#}"}
_SHOWN = 24
"""Characters of what has no end, or no beginning."""
_LONGEST = 80


class ReplySyntaxError(ValueError):
    """A wording that can't be used; the message names the line and what to do."""

    def __init__(self, message: str, kind: str = "code", about: str = "", line: int = 0) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.message = message
        self.kind = kind
        """What sort of slip it is, where somebody may be told in a language of theirs."""
        self.about = about if len(about) <= _LONGEST else f"{about[:_LONGEST]}…"
        """The piece at fault, as it was written."""
        self.line = line
        """In the text, from 1; 0 where it isn't known."""

    def at(self, line: int) -> Self:
        """Return the same slip on a line."""
        return type(self)(self.message, self.kind, self.about, line)


def first_slip(body: str, check: Callable[[str], object]) -> ReplySyntaxError | None:
    """Return the first slip of a text whose pieces of code *check* raises for; None where each is sound by itself."""
    conditions: list[ReplySyntaxError] = []
    place = 0
    while begin := _MARK.search(body, place):
        line = body.count("\n", 0, begin.start()) + 1
        end = _MARK.search(body, begin.end())
        if begin[0] not in _CLOSES:
            piece = body[max(0, begin.end() - _SHOWN) : begin.end()].rpartition("\n")[2]
            return ReplySyntaxError(f"{begin[0]} closes nothing; write {{{{ before it, or take it away", "stray", piece, line)
        if end is None or end[0] != _CLOSES[begin[0]]:
            piece = body[begin.start() : min(end.start() if end else len(body), begin.start() + _SHOWN)].partition("\n")[0]
            return ReplySyntaxError(f"{piece!r} has no end; close it with {_CLOSES[begin[0]]}", "open", piece, line)
        piece, place = body[begin.start() : end.end()], end.end()
        slip = _of_condition(piece, conditions) if begin[0] == "{%" else None
        if slip := slip or (_of_code(piece, check) if begin[0] != "{#" else None):
            return slip.at(line)
        if begin[0] == "{%" and _word(piece) == "if":
            told = f"{piece} has no end; put {{% endif %}} behind the words that it is about"
            conditions.append(ReplySyntaxError(told, "endless", piece, line))
    return conditions[-1] if conditions else None


def _word(piece: str) -> str:
    return (piece.strip("{}%+-").split() or [""])[0]


def _of_condition(piece: str, conditions: list[ReplySyntaxError]) -> ReplySyntaxError | None:
    """Return what is wrong with a condition's place among the others, and close the one that it ends."""
    word = _word(piece)
    if word not in {"if", "elif", "else", "endif"}:
        return ReplySyntaxError(f"{piece}: {word} isn't allowed; there are {{% if … %}}, {{% else %}}, {{% endif %}}", "tag", piece)
    if word != "if" and not conditions:
        return ReplySyntaxError(f"{piece} has no {{% if … %}} before it; put one there, or take this away", "alone", piece)
    if word == "endif":
        conditions.pop()
    return None


def _of_code(piece: str, check: Callable[[str], object]) -> ReplySyntaxError | None:
    """Return what is wrong with a piece of code by itself."""
    word = _word(piece)
    code = piece if not piece.startswith("{%") else f"{piece.replace('elif', 'if', 1)}{{% endif %}}" if word in {"if", "elif"} else ""
    try:
        check(code)
    except ReplySyntaxError as slip:
        return ReplySyntaxError(slip.message, slip.kind, slip.about or piece)
    except TemplateSyntaxError as error:
        return ReplySyntaxError(f"{piece} can't be read ({error.message})", "expression", piece)
    return None
