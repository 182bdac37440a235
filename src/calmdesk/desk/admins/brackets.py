"""What a wording fills in, as people read and write it.

[the customer's points] is what is known, 〔when we come back〕 a blank, 【if [the goods]: …｜else: …】 said only where something is known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from calmdesk.desk.admins import names
from calmdesk.desk.admins.attempts import Attempts
from calmdesk.desk.kit import Kit
from calmdesk.replies.template import BLANK

_CODE = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})", re.DOTALL)
_VARIABLE = re.compile(r"\{\{\s*([\w.]+).*?\}\}", re.DOTALL)
_BRACKETS = re.compile(r"[\[［]([^\[\]［］\n]*)[\]］]")
_FORMS = {"points": "{{ points | joined }}", "point": "{{ point | trim }}", "detail": "{{ detail | trim }}"}
"""How a fact is put in where the text before didn't put it in another way."""
_BRANCH = r"((?:(?!\{%).)*)"
_CONDITION = re.compile(rf"\{{%\s*if\s+(not\s+|)([\w.]+)\s*%\}}{_BRANCH}(?:\{{%\s*else\s*%\}}{_BRANCH})?\{{%\s*endif\s*%\}}", re.DOTALL)
"""A condition with none inside it."""
_INNERMOST = re.compile(r"【([^【】]*)】")
_ANY_BRACKET = re.compile(r"[\[\]［］〔〕【】（）()<>＜＞]")
_BEGUN = re.compile(r"【([^【】\n]*)")
_REMARK = re.compile(r"\{#.*?#\}|\{%.*?%\}", re.DOTALL)


def shown(kit: Kit, body: str, lang: str) -> str:
    """Return a text with its facts, blanks and conditions in words; conditions on more than one fact stay as they are written."""
    called = names.asked(kit, lang)
    facts = _VARIABLE.sub(lambda match: f"[{called.get(match[1], match[1])}]", body)
    words = {key: kit.words(lang, f"admin_when_{key}") for key in ("known", "unknown", "else")}
    colon = kit.words(lang, "admin_when_colon")

    def remark(match: re.Match[str]) -> str:
        asked = words["unknown" if match[1] else "known"] + f"[{called.get(match[2], match[2])}]"
        other = "" if match[4] is None else f"｜{words['else'].strip()}{colon}{match[4]}"
        return f"【{asked}{colon}{match[3]}{other}】"

    while (said := _CONDITION.sub(remark, facts)) != facts:
        facts = said
    return kit.with_names(facts, lang)


def in_short(kit: Kit, body: str, lang: str) -> str:
    """Return a text as it reads where all is known: without its conditions, and without what is said in place of a fact."""
    while (said := _CONDITION.sub(lambda match: (match[4] or "") if match[1] else match[3], body)) != body:
        body = said
    return shown(kit, _REMARK.sub("", body), lang)


def written(kit: Kit, text: str, before: str, lang: str) -> tuple[str, list[str]]:
    """Return a text with its names in brackets turned into what they stand for, and what is wrong with those that stand for nothing.

    A fact is put in as it is *before*, in the text that this one takes the place of.
    """
    facts, blanks = names.facts(kit), names.blanks(kit)
    marks = {names.folded(mark) for language in kit.adviser.playbook.languages.values() for mark in language.asides}
    forms = {match[1]: match[0] for match in _VARIABLE.finditer(before)}
    attempts = Attempts(kit, lang)
    text, kept, unknown = _with_conditions(kit, text.replace("\0", ""), attempts)

    def fact(match: re.Match[str]) -> str:
        called = names.folded(match[1])
        key = facts.get(called)
        if key is None:
            if called not in marks:
                unknown.append(names.no_such(kit, match[0], lang))
            return match[0]
        return forms.get(key) or _FORMS.get(key) or f"{{{{ {key} }}}}"

    def blank(match: re.Match[str]) -> str:
        key = blanks.get(names.folded(match[1]), match[1].strip())
        if key not in kit.adviser.playbook.blanks:
            unknown.append(names.no_such(kit, match[0], lang, blank=True))
        return f"〔{key}〕"

    parts = _CODE.split(_put_back(text, kept))
    for place, part in enumerate(parts[::2]):
        left, told = attempts.in_brackets(part)
        unknown += told
        parts[2 * place] = BLANK.sub(blank, _BRACKETS.sub(fact, left))
    return "".join(parts), list(dict.fromkeys(unknown))


def as_written(kit: Kit, body: str, lang: str) -> str:
    """Return a text as people write it, where that means the same when it is sent; else as it stands in the file."""
    text = shown(kit, body, lang)
    return text if written(kit, text, body, lang) == (body, []) else body


def _with_conditions(kit: Kit, text: str, attempts: Attempts) -> tuple[str, list[str], list[str]]:
    """Return a text with its conditions as the code has them, the other 【】, and what is wrong with those meant as conditions.

    What stands in 【】 and doesn't look like a condition is text, as shops write it: 【Please note】.
    """
    facts = {names.folded(name): key for one in kit.words.languages for key, name in names.asked(kit, one).items()}
    either = "|".join(sorted(map(re.escape, attempts.heads), key=len, reverse=True))
    condition = re.compile(rf"\s*({either})\s*[\[［]([^\[\]［］]*)[\]］]\s*(?:：|: ?)", re.IGNORECASE)
    others = "|".join(re.escape(kit.words(one, "admin_when_else").strip()) for one in kit.words.languages)
    otherwise = re.compile(rf"[|｜]\s*(?:{others})\s*(?:：|: ?)", re.IGNORECASE)
    kept: list[str] = []
    unknown: list[str] = []

    def code(match: re.Match[str]) -> str:
        head = condition.match(match[1])
        key = facts.get(names.folded(head[2])) if head else None
        then, *other = otherwise.split(match[1][head.end() :], maxsplit=1) if head else [""]
        if head is None or key is None or any(map(attempts.no_bar, (then, *other))):
            said = _put_back(match[1], kept)
            told = attempts.condition(_CODE.sub("…", said))
            if head is not None and names.folded(head[2]) not in {*facts, *names.blanks(kit)}:
                told = names.no_such(kit, f"[{_put_back(head[2], kept)}]", attempts.lang)
            unknown.extend([told] if told else [])
            kept.append(_ANY_BRACKET.sub("", said) if told else match[0])
            return f"\0{len(kept) - 1}\0"
        negated = "" if attempts.heads[names.folded(head[1])] else "not "
        return f"{{% if {negated}{key} %}}{then}{f'{{% else %}}{other[0]}' if other else ''}{{% endif %}}"

    while (said := _INNERMOST.sub(code, text)) != text:
        text = said
    for begun in _BEGUN.findall(text):
        told = attempts.condition(_CODE.sub("…", _put_back(begun, kept)), closed=False)
        if told:
            unknown.append(told)
            text = text.replace(f"【{begun}", _ANY_BRACKET.sub("", begun))
    return text, kept, unknown


def _put_back(text: str, kept: Sequence[str]) -> str:
    """Return a text with what was kept of it in its places."""
    while "\0" in text:
        text = re.sub(r"\0(\d+)\0", lambda match: kept[int(match[1])], text)
    return text
