"""What the check says of a wording, in an admin's own language: the line, the piece at fault, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Sequence

from calmdesk.desk.admins import names
from calmdesk.desk.kit import Kit, plain
from calmdesk.replies.template import ReplyHead
from calmdesk.shelf import Problem

_SHOWN = 6
_COPIED = re.compile(r"`([^`\n]+)`")
"""What stands so in a reason is to be copied."""
_EXAMPLES = {"tuple[int, int]": "{key} = [1, 3]", "bool": "{key} = true", "Conditions": "{key} = {{ shown = true }}"}
"""How the value of a condition is written, by what it takes; a list of names where it isn't here."""


def in_words(kit: Kit, problem: Problem, lang: str, above: int = 0) -> str:
    """Return a problem in *lang*; its line is counted with those that stand *above* the text. What has no kind is told as it is."""
    if problem.kind == "fact":
        told = names.no_such(kit, problem.about, lang)
    elif problem.kind == "head_value":
        told = kit.words(lang, "admin_fault_head_value", about=_example(problem.about))
    elif problem.kind == "policy":
        said, _, key = problem.about.rpartition(": ")
        told = kit.words(lang, "admin_fault_policy", about=said, policy=kit.words(lang, f"admin_policy_{key}"))
    elif problem.kind:
        told = kit.words(lang, f"admin_fault_{problem.kind}", about=problem.about)
    else:
        told = kit.with_names(problem.message, lang)
        return f"{problem.where}: {told}" if problem.where not in {"", "text"} else told
    line = problem.line + (0 if problem.kind.startswith("head") else above)
    return kit.words(lang, "admin_at_line", line=line, what=told) if problem.line else told


def refused(kit: Kit, reasons: Sequence[str], lang: str) -> str:
    """Return as HTML why a text can't be published: what is to be copied can be, and what there is to choose from is listed once, below."""
    told = [reason.partition("\n") for reason in reasons[:_SHOWN]]
    known = dict.fromkeys(there_are for _, _, there_are in told if there_are)
    lines = [*(f"· {plain(said, 400)}" for said, _, _ in told), *(plain(one, 800) for one in known)]
    return "\n".join([f"⛔ <b>{kit.words(lang, 'admin_findings')}</b>", *(_COPIED.sub(r"<code>\1</code>", line) for line in lines)])


def _example(where: str) -> str:
    """Return a line of front matter as it could stand in place of one that can't be used: heat = [1, 3]."""
    key = next((part for part in reversed(where.split(".")) if part in ReplyHead.model_fields), where)
    takes = str(ReplyHead.model_fields[key].annotation) if key in ReplyHead.model_fields else ""
    return next((form for kind, form in _EXAMPLES.items() if kind in takes), '{key} = ["…"]').format(key=key)
