"""What can go wrong between a bot and Telegram, made to happen on purpose."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from calmdesk.playground.errors import Refusal, too_many_requests


@dataclass(frozen=True)
class Fault:
    """Something that happens to a request instead of, or beside, its answer."""


@dataclass(frozen=True)
class Refused(Fault):
    """The request is refused with a given answer and has no effect."""

    refusal: Refusal


@dataclass(frozen=True)
class BadGateway(Fault):
    """A machine before Telegram answers with a 502 page in HTML; no effect."""


@dataclass(frozen=True)
class Dropped(Fault):
    """The connection breaks before anything happened."""


@dataclass(frozen=True)
class LostAnswer(Fault):
    """The request has its effect, and then the connection breaks."""


@dataclass(frozen=True)
class Slow(Fault):
    """The answer comes late; the effect comes at once."""

    seconds: float


@dataclass(frozen=True)
class NeverAnswered(Fault):
    """The request hangs until the client gives up; with or without the effect."""

    with_effect: bool = False


def flood(retry_after: int = 3) -> Refused:
    """Return a 429."""
    return Refused(too_many_requests(retry_after))


def server_error(code: int = 500, description: str = "Internal Server Error") -> Refused:
    """Return a 500 or another error of Telegram's own."""
    return Refused(Refusal(code, description))


@dataclass
class _Rule:
    fault: Fault
    method: str | None
    chat_id: int | None
    times: int | None
    share: float | None


@dataclass
class Faults:
    """The faults that are due; the seed makes a share of requests the same in every run."""

    seed: int = 0
    happened: list[tuple[str, Fault]] = field(default_factory=list)
    _rules: list[_Rule] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Take the seed."""
        self._dice = random.Random(self.seed)  # noqa: S311 - chance in a test, no secret

    def add(
        self, fault: Fault, *, method: str | None = None, chat_id: int | None = None, times: int | None = None, share: float | None = None
    ) -> None:
        """Let a fault happen to the next *times* requests that fit, or to a *share* of them; once where neither is said."""
        self._rules.append(_Rule(fault, method, chat_id, 1 if times is None and share is None else times, share))

    def clear(self) -> None:
        """Let everything go well again."""
        self._rules.clear()

    def due(self, method: str, chat_id: int | None) -> Fault | None:
        """Return the fault that meets a request, if any."""
        for rule in self._rules:
            if rule.method not in (None, method) or rule.chat_id not in (None, chat_id):
                continue
            if rule.share is not None and self._dice.random() >= rule.share:
                continue
            if rule.times is not None:
                rule.times -= 1
                if rule.times <= 0:
                    self._rules.remove(rule)
            self.happened.append((method, rule.fault))
            return rule.fault
        return None
