"""When a wording is offered, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from calmdesk.desk.kit import Kit
from calmdesk.playbook.conditions import CONDITION_KEYS, Conditions
from calmdesk.playbook.schema import Alert, Label
from calmdesk.replies.template import Reply
from calmdesk.text.language import Language

_NAMED = frozenset({"types", "nature", "temperament", "traits", "needs", "risks"})
"""Conditions whose labels the card names too."""
_OURS = frozenset({"stage", "trend", "knows", "policy"})
"""Conditions whose labels aren't the playbook's."""
_ALL = frozenset({"knows", "policy"})
"""Conditions of which every label must hold."""
_FEW = 3


def conditions_of(kit: Kit, reply: Reply, lang: str) -> list[str]:
    """Return one line for each condition of a wording; none where it fits always."""
    lines = list(_each(kit, reply.head, lang))
    if reply.head.unless:
        lines += [kit.words(lang, "admin_unless", what=line) for line in _each(kit, reply.head.unless, lang)]
    for key, needed in (("knows", reply.uses.required - {*reply.head.knows}), ("policy", reply.uses.policy - {*reply.head.policy})):
        if needed:
            lines.append(_line(kit, key, sorted(needed), lang))
    return lines


def condition(kit: Kit, key: str, wanted: Any, lang: str) -> str:
    """Return one condition in plain words."""
    if isinstance(wanted, bool):
        said = kit.words(lang, f"admin_if_{key}")
        return said if wanted else kit.words(lang, "admin_not", what=said)
    if isinstance(wanted[0], int):
        low, high = wanted
        return kit.words(lang, f"admin_if_{key}", what=str(low) if low == high else f"{low}–{high}")
    return _line(kit, key, wanted, lang)


def _each(kit: Kit, conditions: Conditions, lang: str) -> Iterator[str]:
    for key in CONDITION_KEYS:
        wanted = getattr(conditions, key)
        if wanted not in (None, ()):
            yield condition(kit, key, wanted, lang)


def _line(kit: Kit, key: str, labels: Sequence[str], lang: str) -> str:
    return kit.words(
        lang, f"admin_if_{key}", what=_listed(kit, [label_name(kit, key, one, lang) for one in labels], lang, every=key in _ALL)
    )


def _listed(kit: Kit, names: Sequence[str], lang: str, *, every: bool) -> str:
    """Return names as a sentence lists them: *every* one, or any; a name that is a list itself is set apart from the next by a word."""
    comma, last = kit.words(lang, "admin_and"), kit.words(lang, "admin_and" if every else "admin_or")
    if any(comma in name for name in names):
        return last.join(names)
    return last.join([*([comma.join(names[:-1])] if names[1:] else []), names[-1]])


def changed(kit: Kit, before: Reply | None, after: Reply | None, lang: str) -> list[str]:
    """Return which conditions came and which went between two versions of a wording, in words; none where one of them isn't used."""
    if before is None or after is None:
        return []
    was, becomes = conditions_of(kit, before, lang), conditions_of(kit, after, lang)
    came = [kit.words(lang, "admin_came", what=one) for one in becomes if one not in was]
    return [*came, *(kit.words(lang, "admin_went", what=one) for one in was if one not in becomes)]


def label_name(kit: Kit, key: str, label: str, lang: str) -> str:
    """Return a label's name as people say it; of what has none, the label."""
    playbook = kit.adviser.playbook
    if key in _NAMED:
        return kit.name(key, label, lang)
    if key in {"tried", "last"}:
        return kit.technique(label, lang)
    if key in _OURS:
        name = f"admin_{key}_{label}"
        return kit.words(lang, name) if name in kit.words.languages[kit.words.first] else label
    if key == "product":
        named = [kind.names.get(lang, label) for one, kind in playbook.products.items() if label in {one, kind.group}]
        return "/".join(named[:_FEW]) + ("…" if len(named) > _FEW else "") or label
    tables: Mapping[str, Mapping[str, Label | Alert | Language]] = {
        "signals": playbook.signals, "demands": playbook.demands, "alerts": playbook.alerts, "lang": playbook.languages,
    }  # fmt: skip
    found = tables[key].get(label)
    return found.names.get(lang, label) if found else label
