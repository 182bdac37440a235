"""Filling the blanks of a reply, so that its words and what an agent typed make one sentence. No I/O."""

from __future__ import annotations

from collections.abc import Mapping

from calmdesk.replies.template import BLANK

Joins = Mapping[str, str]
"""What would stand where a value and the words beside it meet, and what is said instead: 内前 is 内."""


def filled(text: str, values: Mapping[str, str], joins: Mapping[str, Joins]) -> str:
    """Return *text* with these values in its blanks, each joined by its own *joins*; a blank without a value stays.

    Agents type whole phrases: "by Friday" where the text has "by 〔eta〕", 明天中午前 for 〔eta〕前. What both say is said once.
    """
    done, rest = "", text
    while blank := BLANK.search(rest):
        done, rest = done + rest[: blank.start()], rest[blank.end() :]
        if blank[1] not in values:
            done += blank[0]
            continue
        value, own = values[blank[1]].strip(), joins.get(blank[1], {})
        done, value = _joined(done, value[_shared(done, value, whole=value) :], own)
        value, rest = _joined(value[: len(value) - _shared(value, rest, whole=value)], rest, own)
        done += value
    return done + rest


def _shared(left: str, right: str, *, whole: str) -> int:
    """Return how many characters *left* ends and *right* begins with alike: not the *whole* value, no part of a word, no bare figure."""
    for count in range(min(len(left), len(right), len(whole) - 1), 0, -1):
        said = right[:count]
        tells = not said.isspace() and not said.strip().isdecimal()
        if tells and left[-count:].casefold() == said.casefold() and _cut(left, len(left) - count) and _cut(right, count):
            return count
    return 0


def _cut(text: str, place: int) -> bool:
    """Say whether *text* can be cut at *place*: not inside a Latin word or a number."""
    return not all(sign.isascii() and sign.isalnum() for sign in text[place - 1 : place + 1]) or not 0 < place < len(text)


def _joined(left: str, right: str, joins: Joins) -> tuple[str, str]:
    """Return two neighbours with what stands where they meet as *joins* has it."""
    for wrong, instead in joins.items():
        for cut in range(1, len(wrong)):
            if left.casefold().endswith(wrong[:cut]) and right.casefold().startswith(wrong[cut:]) and _cut(left, len(left) - cut):
                begun = instead[:1].upper() + instead[1:] if left[-cut].isupper() else instead
                return left[:-cut] + begun, right[len(wrong) - cut :]
    return left, right
