"""What a reply may take up: the variables of a wording, filled from the case. No I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from calmdesk.conversation import Conversation
from calmdesk.playbook.playbook import Playbook
from calmdesk.reading.reading import Reading
from calmdesk.replies.template import BY_DEMAND, BY_TYPE, Points, trim
from calmdesk.text.language import Language

_LONGEST = {"name": 24, "product": 30, "courier": 20, "order_number": 32, "tracking_number": 32, "date": 24}
"""Characters; what is longer is no such thing."""
_INITIALS = re.compile(r"(?:[A-Za-z]\b\.?\s*)+(?=\w)")
"""What a name begins with where only the surname is written out: K. Stone."""
_BRACKETS = str.maketrans({"〔": "(", "〕": ")"})


def known_of(reading: Reading, conversation: Conversation, playbook: Playbook, shop: str, turn: int) -> dict[str, Any]:
    """Return the variables that are known, by name, in the customer's language; what isn't known isn't there.

    *turn* moves on through the questions of a kind of goods, so that none is asked twice in a row.
    """
    language = playbook.languages[reading.lang]
    facts = reading.facts
    demands = {key: playbook.demands[key].names[reading.lang] for key in reading.demands if key in playbook.demands}
    known: dict[str, Any] = {
        "name": address(facts.customer_name, conversation.customer.gender, language),
        "points": Points.of([_plain(point) for point in reading.points], language.listing),
        "point": _first_stated(reading),
        "detail": reading.detail,
        "product": facts.product,
        "question": _question(reading, playbook, turn),
        "date": facts.date,
        "courier": facts.courier,
        "order_number": facts.order_number,
        "tracking_number": facts.tracking_number,
        "demand": next(iter(demands.values()), None),
        BY_DEMAND: demands,
        BY_TYPE: {key: trim(_plain(point)) for key, point in reading.point_of.items()},
        "shop": shop,
        **{key: facts.said.get(key) for key in ("days", "times", "amount")},
    }
    cleaned = {key: _plain(value) if isinstance(value, str) else value for key, value in known.items()}
    return {key: value for key, value in cleaned.items() if value and len(value) <= _LONGEST.get(key, 10_000)}


def _first_stated(reading: Reading) -> str | None:
    """Return what the customer began with, of the points that can stand inside a sentence: the rest mostly came of it."""
    stated = {reading.point, *reading.point_of.values()} - {None}
    first = next((point for point in reading.points if point in stated), reading.point)
    return trim(_plain(first)) if first else None


def address(name: str | None, gender: str | None, language: Language) -> str | None:
    """Return how to address a customer (A16): 韩先生, Ms Chen; the bare name where that is all one can say, None for a bare surname."""
    form = language.address
    name = _plain(name or "")
    if not name:
        return None
    if any(name.endswith(title) or name.startswith(f"{title} ") for title in form.titles):
        return name
    initials = _INITIALS.match(name)
    name = name[initials.end() :] if initials else name
    title = {"male": form.male, "m": form.male, "男": form.male, "female": form.female, "f": form.female, "女": form.female}.get(
        (gender or "").strip().lower()
    )
    if title and (len(name) <= form.longest_surname or not form.longest_surname or "{title} " in form.form):
        return form.form.format(name=name, title=title)
    if title:
        return form.form.format(name=name[:1] if len(name) <= 3 else name, title=title)
    return name if len(name.rstrip(".")) > 1 and not initials else None


def _plain(text: str) -> str:
    """Return customers' words on one line, with nothing in them that looks like a blank of ours."""
    return re.sub(r"\s+", " ", text.translate(_BRACKETS)).strip()


def _question(reading: Reading, playbook: Playbook, turn: int) -> str | None:
    kind = playbook.products.get(reading.product_kind or "")
    questions: Sequence[str] = kind.questions.get(reading.lang, ()) if kind else ()
    if not questions:
        return None
    text = " ".join(reading.points) + (reading.detail or "")
    # A question that touches a detail the customer named comes first.
    details = [word for word in (kind.details.get(reading.lang, ()) if kind else ()) if word in text]
    fitting = [question for question in questions if any(word in question for word in details)]
    ordered = [*fitting, *(question for question in questions if question not in fitting)]
    return ordered[(turn - 1) % len(ordered)]
