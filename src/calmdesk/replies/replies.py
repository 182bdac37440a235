"""The wordings: read from the shelf, matched to a situation (most specific wins), rendered. No I/O but loading."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from calmdesk.playbook.conditions import CONDITION_KEYS, Situation
from calmdesk.replies.template import BLANK, Reply, ReplyHead, ReplySyntaxError, blanks_of, uses_of
from calmdesk.shelf import Problem, Shelf, parsed_with_body

_TELLING = ("alerts", "risks", "limits", "stage", "types", "demands", "signals", "product", "traits", "temperament")
"""Which condition decides between wordings with equally many: the earlier the stronger; the others follow."""
_ORDER = (*_TELLING, *(key for key in CONDITION_KEYS if key not in _TELLING))

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
    """All wordings of a playbook."""

    def __init__(self, replies: Iterable[Reply]) -> None:
        self.all = tuple(sorted(replies, key=lambda reply: reply.id))
        self._of: dict[tuple[str, str], list[Reply]] = {}
        for reply in self.all:
            self._of.setdefault((reply.lang, reply.technique), []).append(reply)

    @classmethod
    def load(cls, shelf: Shelf) -> tuple[Replies, list[Problem]]:
        """Return the wordings of *shelf* and every problem of their files; a faulty one is left out."""
        problems: list[Problem] = []
        found = []
        for sheet in shelf.below("replies", ".j2"):
            parts = sheet.key.removesuffix(".j2").split("/")
            if len(parts) != 4:
                problems.append(Problem(sheet.path, "", "belongs into replies/<lang>/<technique>/<name>.j2"))
                continue
            read = parsed_with_body(ReplyHead, sheet, problems)
            if read is None:
                continue
            head, body = read
            try:
                uses = uses_of(body)
            except ReplySyntaxError as error:
                problems.append(Problem(sheet.path, "text", str(error)))
                continue
            _, lang, technique, _name = parts
            found.append(Reply("/".join(parts[1:]), lang, technique, head, body, uses, sheet.path))
        return cls(found), problems

    def of(self, lang: str, technique: str) -> list[Reply]:
        """Return the wordings of a technique in a language."""
        return self._of.get((lang, technique), [])

    def ranked(self, lang: str, technique: str, situation: Situation, *, barred: frozenset[str], seed: str) -> Iterator[Reply]:
        """Yield the wordings of *technique* that fit, the most specific first; equal ones take turns by *seed*.

        *barred* are techniques that must not be used now, not even beside the lead.
        """
        fitting = [
            reply
            for reply in self.of(lang, technique)
            if reply.head.hold(situation)
            and not (reply.head.unless and reply.head.unless.any_holds(situation))
            and reply.uses.required <= situation.known.keys()
            and all(situation.policy.get(key) for key in reply.uses.policy)
            and barred.isdisjoint(reply.head.also)
        ]
        return iter(sorted(fitting, key=lambda reply: (*_specificity(reply), _turn(reply, seed))))


def _specificity(reply: Reply) -> tuple[int, tuple[bool, ...]]:
    """Return the sort key by which the more specific wording comes first."""
    given = reply.conditions
    return -len(given), tuple(key not in given for key in _ORDER)


def _turn(reply: Reply, seed: str) -> int:
    """Return a wording's place among its equals: fixed for one customer, different for another."""
    return zlib.crc32(f"{seed}/{reply.id}".encode())


def render(reply: Reply, situation: Situation) -> Message:
    """Return the wording filled in for *situation*, which must know what it requires."""
    return Message(reply, reply.render(situation.known, situation.policy))


def already_said(text: str, said: Iterable[str]) -> bool:
    """Say whether *text*, its blanks filled in anyhow, was sent before."""
    pattern = re.compile(r"\s*" + ".{1,40}?".join(re.escape(part) for part in BLANK.split(text)[::2]) + r"\s*", re.DOTALL)
    return any(pattern.fullmatch(one) for one in said)
