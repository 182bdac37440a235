"""Conversations as the tests write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from calmdesk.conversation import Conversation

_LINE = re.compile(r"(?P<who>customer|agent)(?:\((?P<techniques>[\w, ]*)\))?: (?P<text>.*)", re.DOTALL)


def conversation(*lines: str, **about: Any) -> Conversation:
    """Return a conversation from lines such as "customer: …" and "agent(empathize, restate): …"."""
    turns = []
    for line in lines:
        match = _LINE.fullmatch(line)
        assert match, f"a line begins with `customer: ` or `agent(techniques): `, not {line!r}"
        turn: dict[str, Any] = {"role": match["who"], "text": match["text"]}
        if match["techniques"] is not None:
            turn["techniques"] = [name.strip() for name in match["techniques"].split(",") if name.strip()]
        turns.append(turn)
    return Conversation.model_validate({"turns": turns, **about})


def leads(advice: Any) -> list[str]:
    """Return the technique that leads each suggestion."""
    return [suggestion.techniques[0] for suggestion in advice.suggestions]


def performed(advice: Any) -> set[str]:
    """Return every technique of every suggestion."""
    return {technique for suggestion in advice.suggestions for technique in suggestion.techniques}


def texts(advice: Any) -> Sequence[str]:
    """Return the suggested texts."""
    return [suggestion.text for suggestion in advice.suggestions]
