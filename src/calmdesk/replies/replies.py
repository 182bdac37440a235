"""The wordings: read from the shelf, matched to a situation (most specific wins), rendered. No I/O but loading."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from calmdesk.playbook.conditions import CONDITION_KEYS, Situation
from calmdesk.replies.slips import ReplySyntaxError
from calmdesk.replies.template import BLANK, Reply, ReplyHead, blanks_of, uses_of
from calmdesk.shelf import PlaybookError, Problem, Sheet, Shelf, parsed_with_body

_TELLING = ("alerts", "risks", "limits", "stage", "types", "demands", "signals", "product", "traits", "temperament")
"""Which condition decides between wordings with equally many: the earlier the stronger; the others follow."""
_ORDER = (*_TELLING, *(key for key in CONDITION_KEYS if key not in _TELLING))

_DEPTH = 4
"""Parts of a wording's path below the playbook's folder."""
_OFTEN = 2
"""On so many cards of a case a wording is offered before it lets others go first: who didn't send it by then won't."""
MOST_TECHNIQUES = 3
"""In one message."""


@dataclass(frozen=True, slots=True)
class Message:
    """A wording with everything filled in that the case knows."""

    reply: Reply
    text: str

    @property
    def blanks(self) -> tuple[str, ...]:
        """What the agent has to fill in before it can be sent."""
        return blanks_of(self.text)


class Replies:
    """All wordings of a playbook; those of a technique and language are parsed when they are first asked for."""

    def __init__(self, shelf: Shelf) -> None:
        self._sheets: dict[tuple[str, str], list[Sheet]] = {}
        self._misplaced: list[Problem] = []
        for sheet in shelf.below("replies", ".j2"):
            parts = sheet.key.split("/")
            if len(parts) == _DEPTH:
                self._sheets.setdefault((parts[1], parts[2]), []).append(sheet)
            else:
                self._misplaced.append(Problem(sheet.path, "", "belongs into replies/<lang>/<technique>/<name>.j2"))
        self._parsed: dict[tuple[str, str], tuple[list[Reply], list[Problem]]] = {}

    def of(self, lang: str, technique: str) -> list[Reply]:
        """Return the wordings of a technique in a language; raise PlaybookError where one of them can't be used."""
        replies, problems = self._parse(lang, technique)
        if problems:
            raise PlaybookError(problems)
        return replies

    def all(self) -> tuple[list[Reply], list[Problem]]:
        """Return every wording that can be used, and the problems of the others."""
        found = [self._parse(lang, technique) for lang, technique in self._sheets]
        replies = sorted((reply for some, _ in found for reply in some), key=lambda reply: reply.id)
        return replies, [*self._misplaced, *(problem for _, some in found for problem in some)]

    def _parse(self, lang: str, technique: str) -> tuple[list[Reply], list[Problem]]:
        key = (lang, technique)
        if key not in self._parsed:
            problems: list[Problem] = []
            replies = [reply for sheet in self._sheets.get(key, ()) if (reply := _reply(sheet, lang, technique, problems))]
            self._parsed[key] = (replies, problems)
        return self._parsed[key]

    def ranked(
        self, lang: str, technique: str, situation: Situation, *, barred: frozenset[str], seed: str, seen: Mapping[str, int]
    ) -> Iterator[Reply]:
        """Yield the wordings of *technique* that fit, the most specific first.

        Of equals those that can use the customer's name come first; then those that were offered least, as *seen* counts by wording; the
        rest take turns by *seed*. One that was passed over often enough waits behind the less specific ones.

        *barred* are techniques that must not be used now, not even beside the lead.
        """
        fitting = [
            reply
            for reply in self.of(lang, technique)
            if reply.head.hold(situation)
            and not (reply.head.unless and reply.head.unless.any_holds(situation))
            and (not situation.own_words or not situation.own_words.isdisjoint(reply.head.signals))
            and reply.uses.required <= situation.known.keys()
            and all(situation.policy.get(key) for key in reply.uses.policy)
            and barred.isdisjoint(reply.head.also)
        ]
        return iter(
            sorted(
                fitting,
                key=lambda reply: (
                    _beside(reply, situation),
                    seen.get(reply.id, 0) >= _OFTEN,
                    *_specificity(reply),
                    not _by_name(reply, situation),
                    seen.get(reply.id, 0),
                    _turn(reply, seed),
                ),
            )
        )


def _reply(sheet: Sheet, lang: str, technique: str, problems: list[Problem]) -> Reply | None:
    read = parsed_with_body(ReplyHead, sheet, problems)
    if read is None:
        return None
    head, body = read
    try:
        uses = uses_of(body)
    except ReplySyntaxError as error:
        problems.append(Problem(sheet.path, "text", str(error), error.kind, error.about or error.message, error.line))
        return None
    return Reply(sheet.key.removeprefix("replies/").removesuffix(".j2"), lang, technique, head, body, uses, sheet.path)


def _beside(reply: Reply, situation: Situation) -> bool:
    """Say whether a wording is made for other types than the one that the case is about first."""
    return bool(reply.head.types) and situation.main_type not in reply.head.types


def _specificity(reply: Reply) -> tuple[int, tuple[bool, ...]]:
    """Return the sort key by which the more specific wording comes first."""
    given = reply.conditions
    return -len(given), tuple(key not in given for key in _ORDER)


def _by_name(reply: Reply, situation: Situation) -> bool:
    """Say whether a wording addresses the customer by name, where the name is known (A16)."""
    return "name" in situation.known and "name" in reply.uses.optional | reply.uses.required


def _turn(reply: Reply, seed: str) -> int:
    """Return a wording's place among its equals: fixed for one customer, different for another."""
    return zlib.crc32(f"{seed}/{reply.id}".encode("utf-8", "replace"))


def render(reply: Reply, situation: Situation) -> Message:
    """Return the wording filled in for *situation*, which must know what it requires."""
    return Message(reply, reply.render(situation.known, situation.policy))


def already_said(text: str, said: Iterable[str]) -> bool:
    """Say whether *text*, its blanks filled in anyhow, was sent before."""
    pattern = re.compile(r"\s*" + ".{1,40}?".join(re.escape(part) for part in BLANK.split(text)[::2]) + r"\s*", re.DOTALL)
    return any(pattern.fullmatch(one) for one in said)
