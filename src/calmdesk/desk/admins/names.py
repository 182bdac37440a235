"""What can stand in a wording's brackets, as people call it: facts, blanks and the shop's policy, and which one was meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from calmdesk.config import Policy
from calmdesk.desk.kit import Kit
from calmdesk.replies.template import POLICY_KEYS, VARIABLES

_NEAR, _NEARER = 0.5, 0.7
"""How like two names are where one may be meant for the other: in its own brackets, and in the other's."""


def fillable() -> Iterator[str]:
    """Yield what can be put in: what a message tells, and what the shop's policy says in figures or words."""
    yield from sorted(VARIABLES)
    yield from (f"policy.{key}" for key in sorted(POLICY_KEYS) if Policy.model_fields[key].annotation is not bool)


def folded(said: str) -> str:
    """Return a name by which it is looked up: in small letters, also where a Turkish keyboard writes İf or tıme."""
    return said.strip().casefold().replace("i\u0307", "i").replace("ı", "i")


def fact_name(kit: Kit, key: str, lang: str) -> str:
    """Return what a fact, or a line of the shop's policy, is called."""
    if key.startswith("policy."):
        return kit.words(lang, f"admin_policy_{key.removeprefix('policy.')}")
    return kit.words(lang, f"admin_knows_{key}")


def asked(kit: Kit, lang: str) -> dict[str, str]:
    """Return the names of what a condition may ask for: all that can be put in, and what the shop's policy allows."""
    return {key: fact_name(kit, key, lang) for key in (*fillable(), *(f"policy.{one}" for one in sorted(POLICY_KEYS)))}


def facts(kit: Kit) -> dict[str, str]:
    """Return each fact by its names in any language, and by what the code calls it."""
    return {folded(fact_name(kit, key, one)): key for one in kit.words.languages for key in fillable()} | {key: key for key in fillable()}


def blanks(kit: Kit) -> dict[str, str]:
    """Return each blank by its names in any language, and by what the code calls it."""
    there_are = kit.adviser.playbook.blanks
    return {folded(kit.blank(key, one)): key for one in kit.words.languages for key in there_are} | {key: key for key in there_are}


def fact_form(kit: Kit, key: str, lang: str) -> str:
    """Return a fact as people write it."""
    return f"[{fact_name(kit, key, lang)}]"


def blank_form(kit: Kit, key: str, lang: str) -> str:
    """Return a blank as people write it."""
    return f"〔{kit.blank(key, lang)}〕"


def forms(kit: Kit, called: str, lang: str, *, blank: bool = False) -> list[str]:
    """Return how what has just that name is written: the fact, the blank, or both, a *blank* first; none where nothing has it."""
    sought = folded(called)
    fact, hole = facts(kit).get(sought), blanks(kit).get(sought)
    found = [fact_form(kit, fact, lang)] if fact else []
    hollow = [blank_form(kit, hole, lang)] if hole else []
    return [*hollow, *found] if blank else [*found, *hollow]


def no_such(kit: Kit, said: str, lang: str, *, blank: bool = False) -> str:
    """Return that what stands in brackets is neither fact nor *blank*, and what to write; where nothing is like it, what there is."""
    if exact := forms(kit, re.sub(r"^\W+|\W+$", "", said), lang, blank=blank):
        return write_so(kit, said, either(kit, exact, lang), lang)
    meant = _meant(kit, said, lang, blank=blank)
    ask = kit.words(lang, "admin_meant", name=either(kit, meant, lang)) if meant else ""
    told = kit.words(lang, "admin_unknown_blank" if blank else "admin_unknown_fact", said=said) + ask
    return told.strip() if meant else f"{told.strip()}\n{_there_are(kit, lang, blank=blank)}"


def write_so(kit: Kit, said: str, form: str, lang: str) -> str:
    """Return what to write in place of what was *said*."""
    return kit.words(lang, "admin_write_so", said=said, form=form)


def either(kit: Kit, shown: Iterable[str], lang: str) -> str:
    """Return forms of which one is to be chosen, each ready to be copied."""
    return kit.words(lang, "admin_or").join(f"`{one}`" for one in shown)


def _there_are(kit: Kit, lang: str, *, blank: bool) -> str:
    shown = (
        [blank_form(kit, key, lang) for key in kit.adviser.playbook.blanks] if blank else [fact_form(kit, key, lang) for key in fillable()]
    )
    return kit.words(lang, "admin_blanks" if blank else "admin_facts", known=kit.words(lang, "join").join(shown))


def _meant(kit: Kit, said: str, lang: str, *, blank: bool) -> list[str]:
    """Return how that is written which a name may be meant for: what people also call it so, or what it is like."""
    sought = " ".join(re.sub(r"\W", " ", said).casefold().split())
    own, other = list(_called(kit, blank=blank)), list(_called(kit, blank=not blank))
    for called in (own, other):
        if also := [form for one, form in called if one == sought]:
            return _shown(kit, also, lang)
    named = ([(one, (key, False)) for one, key in facts(kit).items()], [(one, (key, True)) for one, key in blanks(kit).items()])
    for known, near in (([*named[blank], *own], _NEAR), ([*named[not blank], *other], _NEARER)):
        likeness, form = max(((SequenceMatcher(None, sought, one).ratio(), form) for one, form in known), key=lambda item: item[0])
        if likeness >= near:
            return _shown(kit, [form], lang)
    return []


def _called(kit: Kit, *, blank: bool) -> Iterator[tuple[str, tuple[str, bool]]]:
    """Yield what people also call each fact or each blank, in any language."""
    for one in kit.words.languages:
        spoken: dict[str, Iterable[str]] = {key: kit.words(one, f"admin_called_{key}").split() for key in sorted(VARIABLES)}
        if blank:
            spoken = {key: known.called.get(one, ()) for key, known in kit.adviser.playbook.blanks.items()}
        for key, also in spoken.items():
            yield from ((each.casefold(), (key, blank)) for each in also)


def _shown(kit: Kit, found: Iterable[tuple[str, bool]], lang: str) -> list[str]:
    shown = (blank_form(kit, key, lang) if blank else fact_form(kit, key, lang) for key, blank in found)
    return list(dict.fromkeys(shown))
