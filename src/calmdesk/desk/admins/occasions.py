"""When a wording is offered, chosen by taps: only if …, not if …, out of the conditions that there are, in plain words."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from calmdesk.check.conditions import known_labels
from calmdesk.desk.admins import scripts, telling, writing
from calmdesk.desk.admins.conditions import condition, conditions_of, label_name
from calmdesk.desk.admins.findings import wording
from calmdesk.desk.admins.visit import Visit, leaf, mark, marked, rows, turning
from calmdesk.desk.calls import Button
from calmdesk.desk.kit import plain
from calmdesk.playbook.conditions import CONDITION_KEYS, Conditions
from calmdesk.replies.template import ALWAYS_KNOWN, ReplyHead
from calmdesk.shelf import front_matter
from calmdesk.store.wordings import Version

OFFERED = (
    "shown", "types", "demands", "heat", "traits", "temperament", "signals", "risks", "product", "knows", "turn", "repeated", "open_demand",
    "goes_on", "complaint", "complained", "nature", "stage", "large_sum", "policy", "tried", "needs",
)  # fmt: skip
"""The conditions that can be chosen, the likeliest first; the others stand in the front matter of files."""
_RANGES = {"heat": ((0, 1), (0, 2), (1, 4), (2, 4), (3, 4)), "turn": ((1, 1), (2, 99))}
_ONLY, _NOT = "only", "not"


def when(visit: Visit, rest: str) -> None:
    """Show when a wording is offered, with the buttons that change it."""
    wanted, _, base = rest.partition(":")
    found = _text(visit, wanted, base)
    if found is None:
        return
    head = _head(*found)
    reply = wording(*found)[0]
    lines = [f"<b>{visit.words('admin_when_title')}</b> · {scripts.called(visit, found[0])}"]
    drops: list[Button] = []
    for side, key in _given(head):
        lines.append(f"{len(drops) + 1}. {plain(_line(visit, head, side, key), 200)}")
        drops.append(visit.button("admin_button_drop", f"script.drop:{wanted}:{base}:{side}:{_place(key)}", number=len(drops) + 1))
    own = set(conditions_of(visit.kit, reply, visit.lang)) if reply else set()
    by_text = sorted(own - {_line(visit, head, side, key) for side, key in _given(head)})
    lines += [f"· {plain(line, 200)}" for line in by_text]
    if not drops and not by_text:
        lines.append(f"· {plain(visit.words('admin_always'))}")
    add = [visit.button(f"admin_button_{side}", f"script.side:{wanted}:{base}:{side}:0") for side in (_ONLY, _NOT)]
    last = [visit.button("admin_button_back", f"script.open:{wanted}")]
    draft = _own_draft(visit, found[0], base)
    if draft is not None:
        lines.append(f"<i>{visit.words('admin_a_draft')}</i>")
        last.insert(0, visit.button("admin_button_draft", f"script.draft:{draft.id}"))
    visit.show("\n".join(lines), [add, *rows(drops), last])


def side(visit: Visit, rest: str) -> None:
    """Show what may be asked for, to choose from."""
    wanted, base, which, page = _parts(rest, 4)
    if which not in {_ONLY, _NOT} or _text(visit, wanted, base) is None:
        return
    here = f"script.side:{wanted}:{base}:{which}:{{}}"
    data = [f"script.kind:{wanted}:{base}:{which}:{_place(key)}:0" for key in OFFERED]
    said = [visit.words(f"admin_if_{key}", what="…") for key in OFFERED]
    back = visit.button("admin_button_back", f"script.when:{wanted}:{base}")
    _choose(visit, visit.words(f"admin_{which}_if"), list(zip(said, data, strict=True)), page, here, back)


def kind(visit: Visit, rest: str) -> None:
    """Show the values of a condition; one that is so or isn't is taken at once."""
    wanted, base, which, place, page = _parts(rest, 5)
    key = _key(place)
    if which not in {_ONLY, _NOT} or key is None or _text(visit, wanted, base) is None:
        return
    values = _values(visit, key)
    if values is None:
        pick(visit, f"{wanted}:{base}:{which}:{place}:")
        return
    data = [f"script.pick:{wanted}:{base}:{which}:{place}:{mark(str(value))}" for _, value in values]
    here = f"script.kind:{wanted}:{base}:{which}:{place}:{{}}"
    back = visit.button("admin_button_back", f"script.side:{wanted}:{base}:{which}:0")
    title = f"{visit.words(f'admin_{which}_if')} {visit.words(f'admin_if_{key}', what='…')}"
    _choose(visit, title, [(name, one) for (name, _), one in zip(values, data, strict=True)], page, here, back)


def pick(visit: Visit, rest: str) -> None:
    """Add what was chosen; the wording with it is a draft, checked and shown in real cases."""
    wanted, base, which, place, chosen = _parts(rest, 5)
    key, found = _key(place), _text(visit, wanted, base)
    if which not in {_ONLY, _NOT} or key is None or found is None:
        return
    values = _values(visit, key)
    value = True if values is None else next((value for _, value in values if mark(str(value)) == chosen), None)
    if value is None:
        visit.toast("outdated", box=True)
        return
    head = _head(*found)
    unless = head.unless or Conditions()
    mine, other = (head, unless) if which == _ONLY else (unless, head)
    mine, other = _with(mine, key, value), _without(other, key, value)
    _draft(visit, found, base, *((mine, other) if which == _ONLY else (other, mine)))


def drop(visit: Visit, rest: str) -> None:
    """Take a condition away."""
    wanted, base, which, place = _parts(rest, 4)
    key, found = _key(place), _text(visit, wanted, base)
    if key is None or found is None:
        return
    head = _head(*found)
    empty = {key: Conditions.model_fields[key].default}
    unless = head.unless or Conditions()
    if which == _NOT:
        _draft(visit, found, base, head, unless.model_copy(update=empty))
    else:
        _draft(visit, found, base, head.model_copy(update=empty), unless)


def _draft(visit: Visit, found: tuple[str, str], base: str, head: Conditions, unless: Conditions) -> None:
    """Keep the wording with other conditions as a draft, and show what comes of it."""
    key, text = found
    whole = f"{_front_matter(head, unless)}{front_matter(text)[1]}"
    if whole == text:
        visit.toast("admin_same")
    elif heard := writing.faults(visit, key, whole):
        back = visit.button("admin_button_back", f"script.when:{mark(key)}:{base}")
        visit.show(telling.refused(visit.kit, heard, visit.lang), [[back]])
    else:
        if before := _own_draft(visit, key, base):
            visit.books.wordings.drop(before.id)  # the new draft has all of it
        writing.offer(visit, visit.books.wordings.add(key, whole, visit.colleague.user_id))


def _front_matter(head: Conditions, unless: Conditions) -> str:
    """Return conditions as they stand above a text."""

    def lines(conditions: Conditions) -> list[str]:
        given = {name: getattr(conditions, name, ()) for name in ("also", *CONDITION_KEYS)}
        return [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in given.items() if value not in (None, ())]

    told = [*lines(head), *([f"unless = {{ {', '.join(lines(unless))} }}"] if unless.given() else [])]
    return "\n".join(["+++", *told, "+++", ""]) if told else ""


def _with(conditions: Conditions, key: str, value: object) -> Conditions:
    """Return conditions with one more, beside what the same key asks for."""
    before = getattr(conditions, key)
    if isinstance(value, str):
        return conditions.model_copy(update={key: tuple(dict.fromkeys([*before, value]))})
    return conditions.model_copy(update={key: value})


def _without(conditions: Conditions, key: str, value: object) -> Conditions:
    """Return conditions without one: what is asked for on one side isn't shut out on the other."""
    before = getattr(conditions, key)
    if isinstance(value, str):
        return conditions.model_copy(update={key: tuple(one for one in before if one != value)})
    return conditions.model_copy(update={key: None}) if before == value else conditions


def _values(visit: Visit, key: str) -> Sequence[tuple[str, object]] | None:
    """Return what a condition may ask for, with its name; None for one that is so or isn't."""
    if key in _RANGES:
        return [(f"{low}–{high}" if low != high else str(low), (low, high)) for low, high in _RANGES[key]]
    labels = known_labels(visit.kit.adviser.playbook).get(key)
    if labels is None:
        return None
    return sorted((label_name(visit.kit, key, label, visit.lang), label) for label in labels - ALWAYS_KNOWN)


def _choose(visit: Visit, title: str, choices: Sequence[tuple[str, str]], page: str, turn: str, back: Button) -> None:
    """Show a numbered list with a button for each of its lines."""
    here, pages, shown = leaf(choices, page)
    lines = [f"<b>{plain(title, 200)}</b>", *(f"{number}. {plain(said, 100)}" for number, (said, _) in shown)]
    buttons = [Button(str(number), data=data) for number, (_, data) in shown]
    visit.show("\n".join(lines), [*rows(buttons), *turning(turn, here, pages), [back]])


def _given(head: ReplyHead) -> list[tuple[str, str]]:
    """Return each condition by its side and key, in their order."""
    sides = ((_ONLY, head), (_NOT, head.unless or Conditions()))
    return [(which, key) for which, conditions in sides for key in CONDITION_KEYS if key in conditions.given()]


def _line(visit: Visit, head: ReplyHead, which: str, key: str) -> str:
    if which == _ONLY:
        return condition(visit.kit, key, getattr(head, key), visit.lang)
    return visit.words("admin_unless", what=condition(visit.kit, key, getattr(head.unless, key), visit.lang))


def _head(key: str, text: str) -> ReplyHead:
    reply = wording(key, text)[0]
    return reply.head if reply else ReplyHead()


def _text(visit: Visit, wanted: str, base: str) -> tuple[str, str] | None:
    """Return a wording's key and the text to go on from: a draft of who asks, or else what is used; None, said so, where there is none."""
    key = marked(wanted, scripts.wordings(visit))
    if key is None:
        visit.toast("outdated", box=True)
        return None
    draft = _own_draft(visit, key, base)
    return key, draft.text if draft else writing.used(visit, key)


def _own_draft(visit: Visit, key: str, base: str) -> Version | None:
    """Return the draft of who asks that a button is about; None where it is about what is used."""
    drafts = (one for one in visit.books.wordings.of(key) if one.state == "draft" and one.made_by == visit.colleague.user_id)
    return next((one for one in drafts if str(one.id) == base), None)


def _place(key: str) -> int:
    return CONDITION_KEYS.index(key)


def _key(place: str) -> str | None:
    """Return the condition that a button is about; None where it is about none that can be chosen."""
    return dict(enumerate(CONDITION_KEYS)).get(int(place)) if place.isdecimal() and len(place) < 3 else None


def _parts(rest: str, count: int) -> list[str]:
    """Return what a button carries, in so many parts."""
    parts = rest.split(":", count - 1)
    return [*parts, *[""] * (count - len(parts))]


BUTTONS: dict[str, Callable[[Visit, str], None]] = {
    "script.when": when, "script.side": side, "script.kind": kind, "script.pick": pick, "script.drop": drop,
}  # fmt: skip
"""By action, what such a button does; all are for admins."""
