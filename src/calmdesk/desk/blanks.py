"""Blanks: they are asked for all at once, with what was last typed for them at a tap; what looks wrong is asked about once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import permutations
from typing import Any

from calmdesk.desk.calls import Button
from calmdesk.desk.card import with_blanks
from calmdesk.desk.kit import Kit, plain
from calmdesk.desk.questions import Place, ask
from calmdesk.playbook.kinds import Doubt, Kind, alone
from calmdesk.replies.filling import filled
from calmdesk.replies.template import blanks_of
from calmdesk.store.rows import Case, Colleague, Message
from calmdesk.store.store import Books

ORDERED = "*"
"""What the button says that takes all values in the order shown."""
_LONGEST_OFFER = 60
"""Characters; what is longer is typed anew, for a button couldn't show what it sends."""

_MOST_ORDERED = 5
"""Of more values than so many no other order is looked for."""


def ask_blanks(
    kit: Kit, books: Books, colleague: Colleague, place: Place, lang: str, case: Case, text: str, data: Mapping[str, Any],
    *, again: bool = False, doubted: Mapping[str, str] | None = None, ordered: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Ask for the blanks of a text, all at once; *again*, for those that are left, without the text.

    Values that were *doubted* stand above: the same words once more are taken as they are. *ordered* are those that were typed, each
    where it belongs: the whole text is shown with them, and goes out at a tap, or with the same words once more.
    """
    newest = books.readings.last(case.id)
    written = newest.advice["reading"]["lang"] if newest else None
    keys = blanks_of(text)
    blanks = [(kit.blank(key, lang), kit.example(key, written or lang, books.now)) for key in keys]
    agent = plain(colleague.name, 40)
    lines = [_asked_about(kit, lang, key, value, books.now) for key, value in (doubted or {}).items()]
    lines += [kit.words(lang, "send_same_again"), ""] if doubted else []
    if ordered:
        lines += [
            kit.words(lang, "ask_order"),
            "",
            with_blanks(kit, filled(text, ordered, kit.adviser.playbook.joins), lang),
            "",
            kit.words(lang, "order_so"),
        ]
    elif len(blanks) == 1:
        name, example = blanks[0]
        lines.append(kit.words(lang, "ask_blank", agent=agent, name=plain(name), example=plain(example)))
    else:
        lines.append(kit.words(lang, "ask_blanks", agent=agent))
        lines += [kit.words(lang, "one_blank", name=plain(name), example=plain(example)) for name, example in blanks]
    offered = _offered(kit, books, colleague, case, keys) if not ordered else {}
    if place[0] > 0:  # where the field for a reply opens by itself there is no room for buttons
        lines += [kit.words(lang, "last_filled", value=f"<code>{plain(value)}</code>") for value in offered.values()]
    if not again:
        lines += ["", with_blanks(kit, text, lang)]
    names = dict(zip(keys, (name for name, _ in blanks), strict=True))
    taps = [
        [Button(value if len(keys) == 1 else f"〔{names[key]}〕{value}", data=f"fill:{case.id}:{key}")] for key, value in offered.items()
    ]
    if ordered:
        taps = [[Button(kit.words(lang, "button_order"), data=f"fill:{case.id}:{ORDERED}")]]
    step = {**data, "text": text, "offered": offered, "doubted": dict(ordered or doubted or {}), "ordered": dict(ordered or {})}
    ask(kit, books, colleague, place, lang, case, "blank", step, "\n".join(lines), [*taps, []])


def values_in(text: str, answer: str) -> dict[str, str]:
    """Return what an answer says for the blanks of a text, a line for each; what one line says too much is the last one's."""
    keys = blanks_of(text)
    lines = [" ".join(line.split()) for line in answer.splitlines() if line.strip()]
    lines = [*lines[: len(keys) - 1], " ".join(lines[len(keys) - 1 :])] if len(lines) > len(keys) else lines
    return dict(zip(keys, lines, strict=False))


def in_order(kit: Kit, values: Mapping[str, str]) -> dict[str, str]:
    """Return values that don't fit their blanks in the order in which each of them does; none where there is no such order."""
    fits = {(key, value): (kind := _kind(kit, key)) is None or kind.fits(value) for key in values for value in values.values()}
    if len(values) > _MOST_ORDERED or all(fits[pair] for pair in values.items()):
        return {}
    orders = (dict(zip(values, order, strict=True)) for order in permutations(values.values()))
    return next((order for order in orders if all(fits[pair] for pair in order.items())), {})


def doubtful(kit: Kit, values: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Return the values that look odd in their blank: something else, or a time that is over or none."""
    return {key: value for key, value in values.items() if _doubt(kit, key, value, now)}


def lone(kit: Kit, books: Books, colleague: Colleague, case: Case, text: str) -> Kind | None:
    """Return of what kind a message is that is a bare value, most likely an answer that comes too late.

    Such are names as well, where it is a colleague's or one that this agent filled in before. Who was asked something may answer so.
    """
    kinds = kit.adviser.playbook.kinds
    found = alone(kinds.values(), text) or _names(kit, books, colleague).get(text.strip())
    return None if found is None or _was_asked(books, case) else found


def _names(kit: Kit, books: Books, colleague: Colleague) -> dict[str, Kind]:
    """Return what travels from case to case with its kind: what was filled in, and the colleagues' names."""
    filled_in = {value: kind for one in books.cases.filled_by(colleague.user_id) for key, value in one.details["filled"].items()
                 if (kind := _kind(kit, key)) and kind.offered == "agent"}  # fmt: skip
    named = next((kind for kind in kit.adviser.playbook.kinds.values() if kind.offered == "agent"), None)
    return filled_in | ({one.name: named for one in books.staff.all()} if named else {})


def _was_asked(books: Books, case: Case) -> bool:
    """Say whether the customer had the last word, and it was a question."""
    last = next((one for one in reversed(books.cases.messages(case.id)) if one.role in {"customer", "agent"}), None)
    newest = books.readings.last(case.id)
    return bool(last and newest and last.role == "customer" and newest.advice["reading"]["nature"] == "inquiry")


def _kind(kit: Kit, key: str) -> Kind | None:
    playbook = kit.adviser.playbook
    blank = playbook.blanks.get(key)
    return playbook.kinds.get(blank.kind or "") if blank else None


def _doubt(kit: Kit, key: str, value: str, now: datetime) -> Doubt | None:
    kind = _kind(kit, key)
    return kind.doubt(value, now.astimezone()) if kind else None


def _asked_about(kit: Kit, lang: str, key: str, value: str, now: datetime) -> str:
    """Return what is said of an odd value."""
    kind, doubt = _kind(kit, key), _doubt(kit, key, value, now) or "unlike"
    return kit.words(lang, f"odd_{doubt}", said=plain(value, 60), kind=plain(kind.names.get(lang, key) if kind else key))


def _offered(kit: Kit, books: Books, colleague: Colleague, case: Case, keys: Sequence[str]) -> dict[str, str]:
    """Return for each blank what was last typed for it, where it still stands: in this case, some kinds also in the agent's others."""
    here = [message for message in reversed(books.cases.messages(case.id)) if "filled" in message.details]
    elsewhere = books.cases.filled_by(colleague.user_id) if any(_travels(kit, key) for key in keys) else []
    offered: dict[str, str] = {}
    for key in keys:
        last = next((one for one in (*here, *(elsewhere if _travels(kit, key) else ())) if key in one.details["filled"]), None)
        if last is not None and _stands(kit, books, key, last):
            offered[key] = last.details["filled"][key]
    return offered


def _travels(kit: Kit, key: str) -> bool:
    kind = _kind(kit, key)
    return kind is not None and kind.offered == "agent"


def _stands(kit: Kit, books: Books, key: str, last: Message) -> bool:
    value, kind = last.details["filled"][key], _kind(kit, key)
    if len(value) > _LONGEST_OFFER:
        return False
    return kind is None or kind.stands(value, last.at.astimezone(), books.now.astimezone())
