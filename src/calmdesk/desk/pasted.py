"""Any shop on any platform: a customer's words pasted into the private chat, and scripts found from any chat. Nothing of it is kept."""

from __future__ import annotations

from calmdesk.adviser import Advice
from calmdesk.conversation import Conversation
from calmdesk.desk.calls import Button
from calmdesk.desk.card import HEAT_SIGNS
from calmdesk.desk.events import Sought
from calmdesk.desk.kit import Kit, plain
from calmdesk.desk.transcript import marked
from calmdesk.store.rows import Colleague
from calmdesk.store.store import Books

_LONGEST_COPY = 256
"""Characters that Telegram lets a button put on the clipboard."""
_ROUNDS = 3
"""So many times three scripts are looked for."""


def pasted(kit: Kit, books: Books, colleague: Colleague, text: str) -> None:
    """Answer a customer's words that one of the staff pasted or forwarded: the reading, then each reply ready to be copied."""
    lang = kit.language(colleague)
    advice = kit.adviser.suggest(Conversation.of(text), lang=lang)
    kit.whisper(books, colleague.user_id, _reading(kit, advice, text, lang))
    for suggestion in advice.suggestions:
        names = " + ".join(kit.technique(key, lang) for key in suggestion.techniques)
        copies = [[Button(kit.words(lang, "button_copy"), copies=suggestion.text)]] if len(suggestion.text) <= _LONGEST_COPY else []
        said = f"<b>{plain(names)}</b> <i>{plain(suggestion.why, 200)}</i>\n<code>{plain(kit.with_names(suggestion.text, lang))}</code>"
        kit.whisper(books, colleague.user_id, said, copies)


def _reading(kit: Kit, advice: Advice, text: str, lang: str) -> str:
    reading = advice.reading
    about = kit.about(reading.types, reading.nature, reading.heat, lang)
    manner = [kit.name("temperament", reading.temperament, lang)] if reading.temperament != "unclear" else []
    manner += [kit.name("traits", key, lang) for key in reading.traits] + [kit.name("risks", key, lang) for key in reading.risks]
    lines = [
        f"{HEAT_SIGNS[reading.intensity]} <b>{plain(about)}</b> · {kit.words(lang, 'heat')} {reading.intensity}",
        plain(kit.words(lang, "join").join(manner)),
        f"<blockquote>{marked(text, [piece.as_json() for piece in reading.evidence])}</blockquote>",
    ]
    if advice.alert:
        lines.append(f"🆘 <b>{plain(advice.alert, 300)}</b>")
    if advice.checklist:
        lines += [f"☐ {plain(line, 200)}" for line in advice.checklist]
    return "\n".join(line for line in lines if line)


def sought(kit: Kit, books: Books, event: Sought, colleague: Colleague | None) -> None:
    """Answer an inline search: replies to a customer who would say these words; for the staff only."""
    lang = kit.language(colleague)
    found: list[dict[str, str]] = []
    words = event.words.strip()
    if colleague is not None and words:
        shown: set[str] = set()
        for _ in range(_ROUNDS):
            advice = kit.adviser.suggest(Conversation.of(words), without=shown)
            for suggestion in advice.suggestions:
                shown.add(suggestion.template)
                names = " + ".join(kit.technique(key, lang) for key in suggestion.techniques)
                text = kit.with_names(suggestion.text, lang)
                found.append({"id": str(len(found)), "title": names, "description": text[:120], "text": text})
    nothing = "" if found else kit.words(lang, "inline_type" if colleague else "staff_only")
    books.outbox.put("results", 0, {"query": event.query_id, "found": found, "nothing": nothing}, urgency=100)
