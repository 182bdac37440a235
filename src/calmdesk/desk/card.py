"""The card of a case: all that an agent needs to see before they answer, and the buttons to do it. Builds text; sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from calmdesk.desk.calls import Button
from calmdesk.desk.kit import BUSINESS_WINDOW, Buttons, Kit, plain
from calmdesk.replies.template import BLANK
from calmdesk.store.rows import Case, Customer, Message, Offered
from calmdesk.store.store import Books

HEAT_SIGNS = ("🟢", "🟡", "🟠", "🔴", "🟣")
"""By heat, 0 to 4: what a topic's name begins with, and the reading on a card."""
TOPIC_COLOUR = 0x6FB9F0
"""The same for every topic: Telegram never lets it change, and heat does."""
_CURVE = "▁▃▅▆█"
_LONGEST_CARD = 4000


@dataclass(frozen=True)
class View:
    """Everything that a card shows, as it stands in the books."""

    case: Case
    customer: Customer
    said: Message | None
    """The customer's newest message in words."""
    last: Message | None
    advice: Mapping[str, Any]
    replies: Sequence[Offered]
    taken_by: str | None
    """The agent's name."""
    earlier: int
    """How many cases the customer had before."""
    notes: Sequence[Message]
    """What the staff wrote down about the customer, in this case and earlier ones (E4)."""
    unsure: Sequence[Message]
    """Messages of ours of which nobody knows whether they arrived."""
    undelivered: Sequence[Message]

    @classmethod
    def of(cls, books: Books, case_id: int) -> View:
        """Return what the books say of a case."""
        case = books.cases.get(case_id)
        customer = books.customers.get(case.customer_id)
        messages = books.cases.messages(case_id)
        kept = books.readings.last(case_id)
        colleague = books.staff.get(case.taken_by) if case.taken_by else None
        ours = [message for message in messages if message.role in {"agent", "bot"}][-10:]
        states = {message.id: books.outbox.state_of(message.id) for message in ours}
        return cls(
            case=case,
            customer=customer,
            said=next((message for message in reversed(messages) if kept and message.id == kept.message_id), None),
            last=messages[-1] if messages else None,
            advice=kept.advice if kept else {},
            replies=books.readings.offered(kept.id) if kept else (),
            taken_by=colleague.name if colleague else None,
            earlier=books.cases.number_of(customer.id) - 1,
            notes=books.cases.notes(customer.id),
            unsure=[message for message in ours if (states[message.id] or ("",))[0] == "unknown"],
            undelivered=[message for message in ours if (states[message.id] or ("",))[0] == "failed"],
        )

    @property
    def risks(self) -> tuple[str, ...]:
        """Return the risks of the case: those of the newest words, then those that still hold of earlier ones."""
        return (*self.advice.get("reading", {}).get("risks", ()), *self.advice.get("standing", ()))

    @property
    def answered(self) -> bool:
        """Say whether our side had the last word."""
        return self.last is not None and self.last.role == "agent"


def topic_name(kit: Kit, view: View) -> str:
    """Return what a customer's topic is called: the heat's sign, the name, what it is about."""
    lang = kit.desk_language
    about = kit.types(view.case.types[:2], lang)
    sign = "✅" if not view.case.is_open else "🆘" if view.case.alert else HEAT_SIGNS[view.case.heat]
    return " ".join([sign, view.customer.name[:60], *(["·", about] if about else [])])[:128]


def card(kit: Kit, view: View, panel: str, chat_lang: str, words: str) -> tuple[str, Buttons]:
    """Return a card's text (HTML) and buttons: *words* is what was said, *panel* which of its panels is open.

    What a button sends can be read whole in the same card: a reply that finds no room has no button.
    """
    lines = [words, *_reading(kit, view, chat_lang), *_troubles(kit, view, chat_lang)]
    last = _state(kit, view, chat_lang)
    offered: list[tuple[int, Offered]] = []
    if panel == "checklist":
        lines += _checklist(kit, view, chat_lang)
    elif view.case.is_open:
        for number, reply in enumerate(view.replies, 1):
            shown = _reply(kit, view, number, reply, chat_lang)
            if len("\n".join([*lines, shown, *last])) > _LONGEST_CARD:
                break
            lines.append(shown)
            if not reply.sent_at:
                offered.append((number, reply))
    return "\n".join(line for line in [*lines, *last] if line), _buttons(kit, view, panel, chat_lang, offered)


def _reading(kit: Kit, view: View, lang: str) -> list[str]:
    """Return what an agent has to know first, and folded up below it the rest of the reading."""
    lines = [f"🆘 <b>{plain(view.case.alert, 300)}</b>"] if view.case.alert and view.case.is_open else []
    reading = view.advice.get("reading")
    join = kit.words(lang, "join").join
    if reading:
        about = kit.about(reading["types"], reading["nature"], view.case.heats, lang)
        curve = "".join(_CURVE[step] for step in view.case.heats[-12:])
        heat = f"{kit.words(lang, 'heat')} {curve} {view.case.heat}"
        level = kit.words(lang, "level", level=view.case.level)
        lines.append(f"{HEAT_SIGNS[view.case.heat]} <b>{escape(about)}</b> · {escape(f'{level} · {heat}')}")
        manner = [kit.name("temperament", reading["temperament"], lang)] if reading["temperament"] != "unclear" else []
        manner += [kit.name("traits", key, lang) for key in reading["traits"]]
        more = [join(manner), join(kit.name("risks", key, lang) for key in view.risks)]
        details = [" · ".join(escape(part) for part in more if part)]
        details += [f"{number}. {plain(point, 80)}" for number, point in enumerate(reading["points"], 1)]
        if facts := _facts(reading["facts"]):
            details.append(f"{kit.words(lang, 'facts')}: {plain(facts, 200)}")
        folded = "\n".join(line for line in details if line)
        lines.append(f"<blockquote expandable>{folded}</blockquote>" * bool(folded))
    history = [kit.words(lang, "earlier_cases", count=view.earlier)] if view.earlier else []
    history += [f"📝 {plain(note.text, 120)}" for note in view.notes]
    return [*lines, " · ".join(history)]


def _facts(facts: Mapping[str, Any]) -> str:
    said = facts.get("said", {})
    values = [facts["product"], said.get("days"), said.get("times"), said.get("amount"), facts["courier"], facts["order_number"],
              facts["tracking_number"]]  # fmt: skip
    return " · ".join(str(value) for value in values if value)


def _reply(kit: Kit, view: View, number: int, reply: Offered, lang: str) -> str:
    """Return a reply as HTML: what it does, why it is offered, its words; of one that was sent, only that it was."""
    names = escape(" + ".join(kit.technique(key, lang) for key in reply.techniques))
    if reply.sent_at:
        return f"\n<b>{number}</b> {names} ✓"
    return f"\n<b>{number}</b> {names} <i>{plain(_rule(kit, view, reply.why), 120)}</i>\n{with_blanks(kit, reply.text, lang)}"


def _rule(kit: Kit, view: View, why: str) -> str:
    """Return the rule's own words of a reason: what happened stands at the head of the card."""
    language = kit.adviser.playbook.languages.get(kit.settings.desk.language or view.advice["reading"]["lang"])
    return (why.partition(language.situation["reason"])[2] if language else "") or why


def with_blanks(kit: Kit, text: str, lang: str) -> str:
    """Return a reply as HTML, its blanks underlined and named."""
    shown, place = "", 0
    for match in BLANK.finditer(text):
        shown += escape(text[place : match.start()], quote=False) + f"<u>〔{escape(kit.blank(match[1], lang))}〕</u>"
        place = match.end()
    return shown + escape(text[place:], quote=False)


def _checklist(kit: Kit, view: View, lang: str) -> list[str]:
    lines = [f"\n<b>{kit.words(lang, 'checklist')}</b>"]
    lines += [f"☐ {plain(line, 200)}" for line in view.advice.get("checklist", ())]
    if view.advice.get("avoid"):
        lines.append(f"<b>{kit.words(lang, 'avoid')}</b>")
        lines += [f"✗ {plain(line, 200)}" for line in view.advice["avoid"]]
    return lines


def _troubles(kit: Kit, view: View, lang: str) -> list[str]:
    lines = [f"⚠️ {kit.words(lang, 'unsure', text=plain(message.text, 40))}" for message in view.unsure]
    lines += [f"⚠️ {kit.words(lang, 'undelivered', text=plain(message.text, 40))}" for message in view.undelivered]
    if view.customer.blocked_at:
        lines.append(f"⛔ {kit.words(lang, 'blocked')}")
    if view.case.flooded:
        lines.append(f"🌊 {kit.words(lang, 'flooded')}")
    return lines


def _state(kit: Kit, view: View, lang: str) -> list[str]:
    parts = []
    if not view.case.is_open:
        parts.append(kit.words(lang, "closed"))
    elif view.taken_by:
        parts.append(kit.words(lang, "taken_by", name=plain(view.taken_by, 40)))
    if view.case.supervised_at:
        parts.append(kit.words(lang, "with_supervisor"))
    if view.customer.account and view.case.said_at:
        ends = (view.case.said_at + BUSINESS_WINDOW).astimezone()
        parts.append(kit.words(lang, "window", until=f"{ends:%m-%d %H:%M}"))
    return ["\n<i>" + " · ".join(parts) + "</i>"] if parts else []


def _buttons(kit: Kit, view: View, panel: str, lang: str, offered: Sequence[tuple[int, Offered]]) -> Buttons:
    case = view.case.id

    def button(key: str, action: str, **values: Any) -> Button:
        return Button(kit.words(lang, f"button_{key}", **values), data=f"{action}:{case}")

    if panel == "correct":
        return _corrections(kit, view, lang)
    rows: Buttons = []
    if not view.case.is_open:
        return [[button("reopen", "reopen"), button("note", "note")]]
    if offered:
        rows.append([Button(kit.words(lang, "button_send", number=number), data=f"send:{case}:{reply.id}") for number, reply in offered])
        rows.append([Button(kit.words(lang, "button_edit", number=number), data=f"edit:{case}:{reply.id}") for number, reply in offered])
    checklist = button("replies", "panel.") if panel == "checklist" else button("checklist", "panel.checklist")
    rows.append([button("others", "others"), checklist, button("correct", "panel.correct")])
    rows.append([button("note", "note"), button("hand", "hand"), button("supervisor", "supervisor"), button("close", "close")])
    rows += [[Button(kit.words(lang, "button_again"), data=f"again:{case}:{message.id}")] for message in view.unsure[:2]]
    return rows


def _corrections(kit: Kit, view: View, lang: str) -> Buttons:
    """Return one button for each type, heat, manner and risk, under headings in the card's order; what is claimed now has a tick."""
    case = view.case.id
    reading = view.advice.get("reading", {})
    playbook = kit.adviser.playbook

    def choice(dimension: str, key: str, name: str, chosen: bool) -> Button:
        return Button(("✓ " if chosen else "") + name, data=f"fix:{case}:{dimension}:{key}")

    types = [choice("types", key, one.names.get(lang, key), key in reading.get("types", ())) for key, one in playbook.complaints.items()]
    heat = [choice("intensity", str(step), f"{HEAT_SIGNS[step]}{step}", reading.get("intensity") == step) for step in range(5)]
    risks = [choice("risks", key, one.names.get(lang, key), key in view.risks) for key, one in playbook.labels["risks"].items()]
    manner = [
        choice("temperament", key, one.names.get(lang, key), reading.get("temperament") == key)
        for key, one in playbook.labels["temperament"].items()
    ]
    asks = reading.get("nature") == "inquiry" and not reading.get("types")
    types.append(choice("nature", "inquiry", kit.words(lang, "button_question"), asks))
    rows: Buttons = []
    for heading, choices in (("fix_types", types), ("heat", heat), ("fix_manner", manner), ("fix_risks", risks)):
        rows.append([Button(f"— {kit.words(lang, heading)} —", data=f"panel.correct:{case}")])
        across = len(choices) if choices is heat else 3
        rows += [choices[place : place + across] for place in range(0, len(choices), across)]
    return [*rows, [Button(kit.words(lang, "button_done"), data=f"panel.:{case}")]]
