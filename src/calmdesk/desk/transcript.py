"""What was said in a case, as the staff read it: the customer's name before their words, our own plainly different."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from calmdesk.desk.kit import Kit, plain
from calmdesk.store.rows import Customer, Message
from calmdesk.store.store import Books

LONG = 1000
"""Characters; longer words are shown whole in messages of their own, and a card quotes their beginning."""
PART = 3500
"""Characters of such a message."""
_BEGINNING = 300
_CAPTION = 80
_MARKS = {"types": "b", "risks": "u", "intensity": "b", "signals": "i"}
"""How the words behind a label are marked in the customer's text."""


def parts_of(text: str) -> int:
    """Return in how many messages of their own words are shown: none, unless they are long."""
    return -(-len(text) // PART) if len(text) > LONG else 0


def transcript(
    kit: Kit, books: Books, customer: Customer, messages: Iterable[Message], lang: str, *,
    part: int | None = None, evidence: Mapping[int, Sequence[Mapping[str, Any]]] | None = None,
) -> str:  # fmt: skip
    """Return as HTML what was said in *messages*; *part* is the one that is shown of long words, *evidence* by message what to mark."""
    lines = [
        (message.role, message.staff_id, _line(kit, books, message, lang, part, (evidence or {}).get(message.id, ())))
        for message in messages
    ]
    blocks = []
    for (role, staff_id), said in groupby(lines, key=lambda line: line[:2]):
        words = "\n".join(line[2] for line in said)
        if role == "customer":
            blocks.append(f"<b>{plain(customer.name, 60)}</b>\n<blockquote>{words}</blockquote>")
        else:
            colleague = books.staff.get(staff_id) if staff_id else None
            blocks.append(f"↩️ <i>{plain(colleague.name, 40) if colleague else kit.words(lang, 'the_shop')}</i>: {words}")
    return "\n".join(blocks)


def _line(kit: Kit, books: Books, message: Message, lang: str, part: int | None, evidence: Sequence[Mapping[str, Any]]) -> str:
    what = _words(kit, message, lang, part, evidence)
    if message.deleted_at:
        return f"🗑 {kit.words(lang, 'taken_back')} <s>{what}</s>"
    before = books.cases.versions(message.id) if message.role == "customer" and not part else []
    return f"✏️ <s>{plain(before[-1], _BEGINNING)}</s>\n{what}" if before else what


def _words(kit: Kit, message: Message, lang: str, part: int | None, evidence: Sequence[Mapping[str, Any]]) -> str:
    if part is not None:
        return plain(message.text[part * PART : (part + 1) * PART])
    if message.kind != "text" or not message.text:
        return f"{kit.words(lang, f'kind_{message.kind}')} {plain(message.text, _CAPTION)}".rstrip()
    if len(message.text) > LONG:
        return plain(message.text, _BEGINNING)
    return marked(message.text, evidence)


def marked(text: str, evidence: Sequence[Mapping[str, Any]]) -> str:
    """Return a customer's text as HTML, the words behind the reading marked; what is complained of goes before how."""
    tags: list[str] = [""] * len(text)
    for dimension in ("signals", "intensity", "types", "risks"):
        for piece in evidence:
            if piece["label"].startswith(f"{dimension}."):
                for place in range(max(0, piece["start"]), min(len(text), piece["end"])):
                    tags[place] = _MARKS[dimension]
    shown, open_tag = "", ""
    for sign, tag in zip(text[:LONG], tags, strict=False):
        if tag != open_tag:
            shown += f"</{open_tag}>" * bool(open_tag) + f"<{tag}>" * bool(tag)
            open_tag = tag
        shown += escape(sign, quote=False)
    return shown + f"</{open_tag}>" * bool(open_tag) + "…" * (len(text) > LONG)
