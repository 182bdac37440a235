"""What a wording fills in, as people read and write it: [the customer's points] for what is known, 〔when we come back〕 for a blank."""

from __future__ import annotations

import re
from collections.abc import Iterable

from calmdesk.config import Policy
from calmdesk.desk.kit import Kit
from calmdesk.replies.template import BLANK, POLICY_KEYS, VARIABLES

_CODE = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})", re.DOTALL)
_VARIABLE = re.compile(r"\{\{\s*([\w.]+).*?\}\}", re.DOTALL)
_BRACKETS = re.compile(r"[\[［]([^\[\]［］\n]*)[\]］]")
_FORMS = {"points": "{{ points | joined }}", "point": "{{ point | trim }}", "detail": "{{ detail | trim }}"}
"""How a fact is put in where the text before didn't put it in another way."""


def shown(kit: Kit, body: str, lang: str) -> str:
    """Return a text with its facts and blanks called by their names; conditions stay as they are written."""
    facts = _VARIABLE.sub(lambda match: f"[{_names(kit, lang).get(match[1], match[1])}]", body)
    return BLANK.sub(lambda match: f"〔{kit.blank(match[1], lang)[0]}〕", facts)


def written(kit: Kit, text: str, before: str, lang: str) -> tuple[str, list[str]]:
    """Return a text with its names in brackets turned into what they stand for, and what is wrong with those that stand for nothing.

    A fact is put in as it is *before*, in the text that this one takes the place of.
    """
    every = [*kit.words.languages]
    facts = {name.casefold(): key for one in every for key, name in _names(kit, one).items()} | {key: key for key in _facts()}
    blanks = {name.casefold(): key for one in every for key, name in _blank_names(kit, one).items()}
    forms = {match[1]: match[0] for match in _VARIABLE.finditer(before)}
    unknown: list[str] = []

    def fact(match: re.Match[str]) -> str:
        key = facts.get(match[1].strip().casefold())
        if key is None:
            known = kit.words(lang, "join").join(f"[{name}]" for name in _names(kit, lang).values())
            unknown.append(kit.words(lang, "admin_unknown_fact", said=match[0], known=known))
            return match[0]
        return forms.get(key) or _FORMS.get(key) or f"{{{{ {key} }}}}"

    def blank(match: re.Match[str]) -> str:
        key = blanks.get(match[1].strip().casefold(), match[1].strip())
        if key not in kit.adviser.playbook.blanks:
            known = kit.words(lang, "join").join(f"〔{name}〕" for name in _blank_names(kit, lang).values())
            unknown.append(kit.words(lang, "admin_unknown_blank", said=match[0], known=known))
        return f"〔{key}〕"

    parts = _CODE.split(text)
    parts[::2] = [BLANK.sub(blank, _BRACKETS.sub(fact, part)) for part in parts[::2]]
    return "".join(parts), list(dict.fromkeys(unknown))


def as_written(kit: Kit, body: str, lang: str) -> str:
    """Return a text as people write it, where that means the same when it is sent; else as it stands in the file."""
    text = shown(kit, body, lang)
    return text if written(kit, text, body, lang) == (body, []) else body


def _facts() -> Iterable[str]:
    """Return what can be put in: what a message tells, and what the shop's policy says in figures or words."""
    told = (f"policy.{key}" for key in sorted(POLICY_KEYS) if Policy.model_fields[key].annotation is not bool)
    return (*sorted(VARIABLES), *told)


def _names(kit: Kit, lang: str) -> dict[str, str]:
    return {
        key: kit.words(lang, f"admin_policy_{key.removeprefix('policy.')}")
        if key.startswith("policy.")
        else kit.words(lang, f"admin_knows_{key}")
        for key in _facts()
    }


def _blank_names(kit: Kit, lang: str) -> dict[str, str]:
    return {key: kit.blank(key, lang)[0] for key in kit.adviser.playbook.blanks}
