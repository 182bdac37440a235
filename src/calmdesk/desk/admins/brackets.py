"""What a wording fills in, as people read and write it.

[the customer's points] is what is known, 〔when we come back〕 a blank, 【if [the goods]: …｜else: …】 said only where something is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from calmdesk.config import Policy
from calmdesk.desk.kit import Kit
from calmdesk.replies.template import BLANK, POLICY_KEYS, VARIABLES

_CODE = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})", re.DOTALL)
_VARIABLE = re.compile(r"\{\{\s*([\w.]+).*?\}\}", re.DOTALL)
_BRACKETS = re.compile(r"[\[［]([^\[\]［］\n]*)[\]］]")
_FORMS = {"points": "{{ points | joined }}", "point": "{{ point | trim }}", "detail": "{{ detail | trim }}"}
"""How a fact is put in where the text before didn't put it in another way."""
_BRANCH = r"((?:(?!\{%).)*)"
_CONDITION = re.compile(rf"\{{%\s*if\s+(not\s+|)([\w.]+)\s*%\}}{_BRANCH}(?:\{{%\s*else\s*%\}}{_BRANCH})?\{{%\s*endif\s*%\}}", re.DOTALL)
"""A condition with none inside it."""
_INNERMOST = re.compile(r"【([^【】]*)】")
_REMARK = re.compile(r"\{#.*?#\}|\{%.*?%\}", re.DOTALL)
_NEAR = 0.5
"""How like two names are where one may be meant for the other."""


def shown(kit: Kit, body: str, lang: str) -> str:
    """Return a text with its facts, blanks and conditions in words; conditions on more than one fact stay as they are written."""
    names = _asked(kit, lang)
    facts = _VARIABLE.sub(lambda match: f"[{names.get(match[1], match[1])}]", body)
    words = {key: kit.words(lang, f"admin_when_{key}") for key in ("known", "unknown", "else")}
    colon = kit.words(lang, "admin_when_colon")

    def remark(match: re.Match[str]) -> str:
        asked = words["unknown" if match[1] else "known"] + f"[{names.get(match[2], match[2])}]"
        other = "" if match[4] is None else f"｜{words['else'].strip()}{colon}{match[4]}"
        return f"【{asked}{colon}{match[3]}{other}】"

    while (said := _CONDITION.sub(remark, facts)) != facts:
        facts = said
    return BLANK.sub(lambda match: f"〔{kit.blank(match[1], lang)[0]}〕", facts)


def in_short(kit: Kit, body: str, lang: str) -> str:
    """Return a text as it reads where all is known: without its conditions, and without what is said in place of a fact."""
    while (said := _CONDITION.sub(lambda match: (match[4] or "") if match[1] else match[3], body)) != body:
        body = said
    return shown(kit, _REMARK.sub("", body), lang)


def written(kit: Kit, text: str, before: str, lang: str) -> tuple[str, list[str]]:
    """Return a text with its names in brackets turned into what they stand for, and what is wrong with those that stand for nothing.

    A fact is put in as it is *before*, in the text that this one takes the place of.
    """
    facts = _by_name(kit)
    blanks = {name.casefold(): key for one in kit.words.languages for key, name in _blank_names(kit, one).items()}
    forms = {match[1]: match[0] for match in _VARIABLE.finditer(before)}
    text, unknown = _with_conditions(kit, text.replace("\0", ""), lang)

    def fact(match: re.Match[str]) -> str:
        key = facts.get(match[1].strip().casefold())
        if key is None:
            unknown.append(no_such_fact(kit, match[0], lang))
            return match[0]
        return forms.get(key) or _FORMS.get(key) or f"{{{{ {key} }}}}"

    def blank(match: re.Match[str]) -> str:
        key = blanks.get(match[1].strip().casefold(), match[1].strip())
        if key not in kit.adviser.playbook.blanks:
            unknown.append(_no_such_blank(kit, match[0], lang))
        return f"〔{key}〕"

    parts = _CODE.split(text)
    parts[::2] = [BLANK.sub(blank, _BRACKETS.sub(fact, part)) for part in parts[::2]]
    return "".join(parts), list(dict.fromkeys(unknown))


def as_written(kit: Kit, body: str, lang: str) -> str:
    """Return a text as people write it, where that means the same when it is sent; else as it stands in the file."""
    text = shown(kit, body, lang)
    return text if written(kit, text, body, lang) == (body, []) else body


def _with_conditions(kit: Kit, text: str, lang: str) -> tuple[str, list[str]]:
    """Return a text with its conditions as the code has them, and what is wrong with those that can't be read.

    What stands in 【】 and doesn't begin like a condition is text, as shops write it: 【Please note】.
    """
    facts = {name.casefold(): key for one in kit.words.languages for key, name in _asked(kit, one).items()}
    heads = [kit.words(one, f"admin_when_{key}") for one in kit.words.languages for key in ("known", "unknown")]
    known = {kit.words(one, "admin_when_known") for one in kit.words.languages}
    either = "|".join(sorted((re.escape(head.strip()) for head in heads), key=len, reverse=True))
    condition = re.compile(rf"\s*({either})\s*[\[［]([^\[\]［］]*)[\]］]\s*(?:：|: ?)", re.IGNORECASE)
    others = "|".join(re.escape(kit.words(one, "admin_when_else").strip()) for one in kit.words.languages)
    otherwise = re.compile(rf"[|｜]\s*(?:{others})\s*(?:：|: ?)", re.IGNORECASE)
    kept: list[str] = []
    unknown: list[str] = []

    def code(match: re.Match[str]) -> str:
        head = condition.match(match[1])
        key = facts.get(head[2].strip().casefold()) if head else None
        if head is None or key is None:
            if head is not None:
                unknown.append(no_such_fact(kit, f"[{head[2]}]", lang))
            kept.append(match[0])
            return f"\0{len(kept) - 1}\0"
        negated = "" if head[1].casefold() in {one.strip().casefold() for one in known} else "not "
        then, *other = otherwise.split(match[1][head.end() :], maxsplit=1)
        return f"{{% if {negated}{key} %}}{then}{f'{{% else %}}{other[0]}' if other else ''}{{% endif %}}"

    while (said := _INNERMOST.sub(code, text)) != text:
        text = said
    begun = re.search(rf"【\s*(?:{either})\s*[\[［][^\n]{{0,20}}", text, re.IGNORECASE)
    if begun:
        unknown.append(kit.words(lang, "admin_open_condition", said=begun[0]))
    while "\0" in text:
        text = re.sub(r"\0(\d+)\0", lambda match: kept[int(match[1])], text)
    return text, unknown


def no_such_fact(kit: Kit, said: str, lang: str) -> str:
    """Return that a name stands for nothing that can be put in, which one may have been meant, and which there are."""
    names = _names(kit, lang)
    return kit.words(lang, "admin_unknown_fact", said=said, **_there_are(kit, said, _by_name(kit), names, "[{}]", lang))


def _no_such_blank(kit: Kit, said: str, lang: str) -> str:
    names = _blank_names(kit, lang)
    keys = {name.casefold(): key for one in kit.words.languages for key, name in _blank_names(kit, one).items()} | {
        key: key for key in names
    }
    return kit.words(lang, "admin_unknown_blank", said=said, **_there_are(kit, said, keys, names, "〔{}〕", lang))


def _there_are(kit: Kit, said: str, keys: dict[str, str], names: dict[str, str], form: str, lang: str) -> dict[str, str]:
    """Return the names that there are, and the one that *said* is like, each in its brackets."""
    near = get_close_matches(re.sub(r"\W", " ", said).strip().casefold(), keys, n=1, cutoff=_NEAR)
    meant = kit.words(lang, "admin_meant", name=form.format(names[keys[near[0]]])) if near else ""
    return {"known": kit.words(lang, "join").join(map(form.format, names.values())), "meant": meant}


def _by_name(kit: Kit) -> dict[str, str]:
    """Return each fact by its names in any language, and by what the code calls it."""
    names = {name.casefold(): key for one in kit.words.languages for key, name in _names(kit, one).items()}
    return names | {key: key for key in _facts()}


def _facts() -> Iterator[str]:
    """Yield what can be put in: what a message tells, and what the shop's policy says in figures or words."""
    yield from sorted(VARIABLES)
    yield from (f"policy.{key}" for key in sorted(POLICY_KEYS) if Policy.model_fields[key].annotation is not bool)


def _names(kit: Kit, lang: str) -> dict[str, str]:
    return {key: _name(kit, key, lang) for key in _facts()}


def _asked(kit: Kit, lang: str) -> dict[str, str]:
    """Return the names of what a condition may ask for: all that can be put in, and what the shop's policy allows."""
    return {key: _name(kit, key, lang) for key in (*_facts(), *(f"policy.{one}" for one in sorted(POLICY_KEYS)))}


def _name(kit: Kit, key: str, lang: str) -> str:
    if key.startswith("policy."):
        return kit.words(lang, f"admin_policy_{key.removeprefix('policy.')}")
    return kit.words(lang, f"admin_knows_{key}")


def _blank_names(kit: Kit, lang: str) -> dict[str, str]:
    return {key: kit.blank(key, lang)[0] for key in kit.adviser.playbook.blanks}
