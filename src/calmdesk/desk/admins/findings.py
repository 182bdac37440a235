"""What `calmdesk check` would say of one wording, without checking the whole playbook: an admin waits for it."""

from __future__ import annotations

import re
from dataclasses import replace

from calmdesk.adviser import Adviser
from calmdesk.check.conditions import check_conditions
from calmdesk.check.wordings import check_said, check_wordings
from calmdesk.replies.replies import Replies
from calmdesk.replies.template import Reply
from calmdesk.shelf import Problem, Sheet, Shelf, front_matter

_TOO_MUCH = (RecursionError, SyntaxError, MemoryError, OverflowError, ValueError)
"""What texts raise that nobody writes by mistake: a thousand brackets, a hundred `if` in one another."""


def findings(adviser: Adviser, key: str, text: str, lang: str = "en") -> list[Problem]:
    """Return every problem of the wording *key* if it had *text*, and what its folder would then lack; problems of others aren't shown.

    What must not be said is explained in *lang*.
    """
    folder = f"{key.rpartition('/')[0]}/"
    found = _checked(adviser, key, text, folder, lang)
    lacks = [problem for problem in found if problem.path == folder]
    if lacks and key in adviser.shelf.sheets:
        before = _checked(adviser, key, adviser.shelf.sheets[key].text, folder, lang)
        found = [problem for problem in found if problem not in lacks or problem not in before]
    return sorted(set(found), key=lambda problem: (problem.path, problem.where, problem.message))


def _checked(adviser: Adviser, key: str, text: str, folder: str, lang: str) -> list[Problem]:
    own = Sheet(key, key, text)
    shelf = Shelf({**_neighbours(adviser.shelf, key, text, folder), key: own})
    try:
        read = wording(key, text)[1]
        if read:
            return [*read, *check_said(key, front_matter(text)[1], adviser.playbook, lang)]
        replies = Replies(shelf)
        problems = [*check_conditions(adviser.playbook, replies), *check_wordings(adviser.playbook, replies, adviser.settings, lang)]
    except _TOO_MUCH as error:
        return [Problem(key, "text", f"can't be used: {error or type(error).__name__}"[:200], "deep")]
    name = key.removeprefix("replies/").removesuffix(".j2")
    told = [problem for problem in problems if problem.path in {key, folder}]
    others = [problem for problem in problems if problem.kind == "twin" and problem.about == name and problem.path != key]
    return [*told, *(replace(problem, path=key, about=problem.path.rpartition("replies/")[2].removesuffix(".j2")) for problem in others)]


def wording(key: str, text: str) -> tuple[Reply | None, list[Problem]]:
    """Return the wording that a file would be, None where it can't be used or is switched off, and its problems."""
    try:
        replies, problems = Replies(Shelf({key: Sheet(key, key, text)})).all()
    except _TOO_MUCH as error:
        return None, [Problem(key, "text", f"can't be used: {error or type(error).__name__}"[:200], "deep")]
    return (replies[0] if replies else None), problems


def _neighbours(shelf: Shelf, key: str, text: str, folder: str) -> dict[str, Sheet]:
    """Return the files that this one is checked beside: its folder's, and what says the same in its language."""
    language = "/".join(folder.split("/")[:2]) + "/"
    said = _letters(text)
    return {
        other: sheet
        for other, sheet in shelf.sheets.items()
        if other.startswith(language) and other != key and (other.startswith(folder) or _letters(sheet.text) == said)
    }


def _letters(text: str) -> str:
    return re.sub(r"\W", "", front_matter(text)[1])
