"""What in a wording looks like an attempt at a fact, a blank or a condition and is none: told with the right form, ready to copy.

Ordinary words in brackets stay text: 【Please note】, (three days). What counts is a known name in brackets that aren't its own or aren't
closed, and 【 that begins as a condition does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from calmdesk.desk.admins import names
from calmdesk.desk.kit import Kit

_OPEN, _CLOSE = "[［【〔（(<＜《〈", "]］】〕）)>＞》〉"
_PAIRS = {"[": "]］", "［": "]］", "〔": "〕"}
"""What closes the brackets of a fact and of a blank."""
_COLON, _PAUSE = "：:", "：:，,、|｜"
_SHOWN = 30


@dataclass(frozen=True)
class Attempts:
    """What admins write in brackets, as this shop and its languages name it."""

    kit: Kit
    lang: str

    @cached_property
    def _names(self) -> str:
        """Return a pattern for the name of any fact or blank."""
        return _any_of([*names.facts(self.kit), *names.blanks(self.kit)])

    @cached_property
    def _asked(self) -> dict[str, str]:
        """Return by name what a condition may ask for."""
        found = {names.folded(name): key for one in self.kit.words.languages for key, name in names.asked(self.kit, one).items()}
        return found | {key: key for key in names.fillable()}

    @cached_property
    def heads(self) -> dict[str, bool]:
        """Return how a condition begins, in any language, and whether it then asks for what is known."""
        words = self.kit.words
        unknown = {names.folded(words(one, key)) for one in words.languages for key in ("admin_when_unknown", "admin_when_without")}
        return dict.fromkeys(unknown, False) | {names.folded(words(one, "admin_when_known")): True for one in words.languages}

    @cached_property
    def _otherwise(self) -> str:
        return _any_of(self.kit.words(one, "admin_when_else").strip() for one in self.kit.words.languages)

    def in_brackets(self, text: str) -> tuple[str, list[str]]:
        """Return a text without brackets that aren't their name's own or aren't closed, and what to write in their place."""
        told: list[str] = []

        def wrong(match: re.Match[str]) -> str:
            opened, called, closed = match.groups()
            blank = opened == "〔" or closed == "〕"
            forms = names.forms(self.kit, called, self.lang, blank=blank)
            alone = not opened or not closed
            if (alone and (opened or closed) not in "[［〔]］〕") or (not alone and closed in _PAIRS.get(opened, "")):
                return match[0]
            told.append(names.write_so(self.kit, match[0], names.either(self.kit, forms, self.lang), self.lang))
            return called

        both = re.compile(rf"([{re.escape(_OPEN)}])[ \t]*({self._names})[ \t]*([{re.escape(_CLOSE)}])", re.IGNORECASE)
        before = re.compile(rf"([\[［〔])[ \t]*({self._names})()(?![^\[\]［］〔〕\n]*[\]］〕])", re.IGNORECASE)
        after = re.compile(rf"(?<![\[［〔])()({self._names})[ \t]*([\]］〕])", re.IGNORECASE)
        left = both.sub(wrong, text)
        whole = re.split(r"([\[［][^\[\]［］\n]*[\]］]|〔[^〔〕]*〕)", left)
        whole[::2] = [after.sub(wrong, before.sub(wrong, part)) for part in whole[::2]]
        return "".join(whole), told

    def condition(self, said: str, *, closed: bool = True) -> str | None:
        """Return what to write for 【*said*】, which can't be read as a condition; None where it doesn't look like one."""
        head = re.match(rf"\s*({_any_of(self.heads)})\s*", said, re.IGNORECASE)
        rest = said[head.end() :] if head else said
        bracketed = rf"[{re.escape(_OPEN)}]?\s*({_any_of([*self._asked, *names.blanks(self.kit)])})\s*[{re.escape(_CLOSE)}]?"
        first = re.match(rf"\s*{bracketed}\s*(?:[{_PAUSE}]|$)", rest, re.IGNORECASE)
        named = first or re.search(rf"{bracketed}\s*[{_COLON}]", rest, re.IGNORECASE)
        if head is None and (named is None or (closed and named is first and not rest[named.end() :].strip(_PAUSE))):
            return None  # text; or a name and no more, which is put in and no condition
        begun = re.match(rf"\s*{bracketed}", rest, re.IGNORECASE)
        named = begun or re.search(bracketed, rest, re.IGNORECASE)
        then = rest[begun.end() :] if begun else rest
        shown = f"【{said[:_SHOWN]}{'…' if len(said) > _SHOWN else ''}{'】' if closed else ''}"
        called = names.folded(named[1]) if named else ""
        if called and called not in self._asked:
            hole = names.blank_form(self.kit, names.blanks(self.kit)[called], self.lang)
            return self.kit.words(self.lang, "admin_blank_condition", said=shown, form=f"`{hole}`")
        form = self._whole(bool(head is None or self.heads[names.folded(head[1])]), self._asked.get(called, "product"), then)
        if not closed:
            return self.kit.words(self.lang, "admin_open_condition", said=shown, form=f"`{form}`")
        return self.kit.words(self.lang, "admin_write_so" if called else "admin_no_condition", said=shown, form=f"`{form}`")

    def _whole(self, known: bool, key: str, then: str) -> str:
        """Return a condition as it is to be written, with what is said where it holds and where it doesn't."""
        said, *other = re.split(rf"[，,；;。|｜/]?\s*(?:{self._otherwise})\s*[{_COLON}]\s*", then, maxsplit=1, flags=re.IGNORECASE)
        said = re.sub(rf"^\s*[{_PAUSE}]?\s*", "", said).rstrip("|｜") or "…"
        words = {one: self.kit.words(self.lang, f"admin_when_{one}") for one in ("known", "unknown", "else", "colon")}
        asked = words["known" if known else "unknown"] + f"[{names.fact_name(self.kit, key, self.lang)}]"
        behind = f"｜{words['else'].strip()}{words['colon']}{other[0]}" if other else ""
        return f"【{asked}{words['colon']}{said}{behind}】"

    def no_bar(self, then: str) -> bool:
        """Say whether what a condition says holds another "else:" that no bar stands before."""
        return bool(re.search(rf"(?:^|[，,；;。/\s])\s*(?:{self._otherwise})\s*[{_COLON}]", then, re.IGNORECASE))


def _any_of(these: Iterable[str]) -> str:
    """Return a pattern for any of some names, the longest first; a Latin one is a word by itself."""
    found = sorted({*these}, key=len, reverse=True)
    return "|".join(rf"(?<![a-z]){re.escape(one)}(?![a-z])" if one[:1].isascii() else re.escape(one) for one in found)
