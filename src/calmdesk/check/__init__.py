"""`calmdesk check`: every problem of a playbook at once. Reads the shelf, writes nothing."""

from __future__ import annotations

from calmdesk.adviser import unfit_settings
from calmdesk.check.conditions import check_conditions
from calmdesk.check.cues import check_cues
from calmdesk.check.languages import check_languages
from calmdesk.check.wordings import check_wordings
from calmdesk.config import Settings
from calmdesk.playbook.playbook import Playbook
from calmdesk.replies.replies import Replies
from calmdesk.shelf import Problem, Shelf


def check_playbook(settings: Settings) -> list[Problem]:
    """Return every problem of the shop's playbook, by file."""
    return check_shelf(Shelf.open(settings.folders), settings)


def check_shelf(shelf: Shelf, settings: Settings) -> list[Problem]:
    """Return every problem of the playbook on *shelf*, by file."""
    playbook, problems = Playbook.load(shelf)
    problems += unfit_settings(settings, playbook)
    replies = Replies(shelf)
    problems += replies.all()[1]
    problems += _misplaced(shelf)
    problems += _too_long(playbook)
    problems += check_languages(playbook)
    problems += check_conditions(playbook, replies)
    problems += check_cues(playbook)
    problems += check_wordings(playbook, replies, settings)
    return sorted(set(problems), key=lambda problem: (problem.path, problem.where, problem.message))


_LONGEST_ID = 32
"""Bytes: what a button carries back has room for 64, and says beside it which case and what is to be done."""


def _too_long(playbook: Playbook) -> list[Problem]:
    """Return the ids that no button could carry; each Chinese character takes three bytes."""
    told = f"this name is longer than the {_LONGEST_ID} bytes that a button has room for (a Chinese character takes three)"
    return [
        Problem(playbook.paths[one], one.partition(".")[2], told)
        for one in playbook.paths
        if len(one.partition(".")[2].encode()) > _LONGEST_ID
    ]


_FOLDERS = frozenset({"languages", "complaints", "labels", "signals", "demands", "alerts", "products", "techniques", "wording", "replies"})
_FILES = frozenset({"blanks.toml", "facts.toml", "kinds.toml", "samples.toml"})


def _misplaced(shelf: Shelf) -> list[Problem]:
    """Return the files that nothing reads."""
    told = f"isn't read; the folders are {', '.join(sorted(_FOLDERS))}"
    return [Problem(sheet.path, "", told) for key, sheet in shelf.sheets.items() if key.partition("/")[0] not in _FOLDERS | _FILES]
