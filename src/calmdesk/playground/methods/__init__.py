"""The methods of the Bot API, by theme; importing them fills the table."""

from __future__ import annotations

from calmdesk.playground.methods import business, copying, editing, members, profile, queries, sending, topics, updates
from calmdesk.playground.methods.registry import METHODS, Call, named, perform
from calmdesk.playground.methods.uncovered import UNCOVERED

THEMES = (business, copying, editing, members, profile, queries, sending, topics, updates)

__all__ = ["METHODS", "THEMES", "UNCOVERED", "Call", "named", "perform"]
