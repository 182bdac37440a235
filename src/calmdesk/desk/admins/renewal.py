"""The playbook in force: taken over anew when a file or a wording of the chat's changes, and kept where the new one is broken."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from calmdesk.adviser import Adviser
from calmdesk.check import check_shelf
from calmdesk.desk.admins.findings import findings, wording
from calmdesk.desk.admins.visit import admins
from calmdesk.desk.kit import Kit, plain
from calmdesk.shelf import PlaybookError, Problem, Sheet, Shelf, Stamps, stamps_of
from calmdesk.store.store import Books
from calmdesk.store.times import moment

STARTED, TAKEN_OVER, REFUSED = "started", "playbook taken over", "playbook refused"
"""As the record of deeds has it."""
_ONE_BY_ONE = 10
"""Up to so many changed wordings are checked each by itself, which takes milliseconds; more, or other files, with the whole playbook."""
_SHOWN = 5
_FOLDERS = 3
"""Above a wording: replies, its language, its technique."""
SWITCHED_OFF = "+++\nenabled = false\n+++\n"
"""The text of a wording that isn't used."""


@dataclass(frozen=True)
class Found:
    """What the folders hold now, and whether it can be used."""

    stamps: Stamps
    changed: tuple[str, ...]
    """The files' keys."""
    adviser: Adviser | None
    """None where it can't be used: then `problems` says why."""
    problems: tuple[Problem, ...] = ()


def look(kit: Kit, refused: Stamps | None = None) -> Found | None:
    """Return what the folders hold, where that is neither what was last read nor what was *refused*; needs no books: any thread may."""
    stamps = stamps_of(kit.settings.folders)
    was = kit.adviser.shelf.bare()
    if stamps in (was.stamps, refused):
        return None
    shelf = Shelf.open(kit.settings.folders, was)
    changed = tuple(key for key in sorted({*shelf.sheets, *was.sheets}) if shelf.sheets.get(key) != was.sheets.get(key))
    problems = [problem for problem in shelf.problems if problem not in was.problems]
    try:
        adviser, more = _read(kit.adviser, shelf, changed)
        problems += more
    except PlaybookError as error:
        problems += error.problems
    except (RecursionError, ValueError, SyntaxError, MemoryError) as error:
        problems.append(Problem(", ".join(changed[:_SHOWN]), "", f"can't be used: {error}"[:300]))
    return Found(stamps, changed, None if problems else adviser, tuple(problems))


def _read(adviser: Adviser, shelf: Shelf, changed: Sequence[str]) -> tuple[Adviser, list[Problem]]:
    """Return the adviser with the files of *shelf*, and every problem that they didn't have before."""
    if len(changed) <= _ONE_BY_ONE and all(is_wording(key) for key in changed):
        problems = []
        for key in changed:
            sheet = shelf.sheets.get(key) or Sheet(key, key, SWITCHED_OFF)
            problems += [replace(problem, path=sheet.path) for problem in findings(adviser, key, sheet.text)]
        return adviser.with_wordings(shelf), problems
    became = Adviser.of(shelf, adviser.settings)
    problems = check_shelf(shelf, adviser.settings)
    if problems:
        before = set(check_shelf(adviser.shelf.bare(), adviser.settings))
        problems = [problem for problem in problems if problem not in before]
    return became, problems


def is_wording(key: str) -> bool:
    """Say whether a file is a wording."""
    return key.startswith("replies/") and key.endswith(".j2") and key.count("/") == _FOLDERS


def take(kit: Kit, books: Books, found: Found) -> Kit:
    """Return the kit with what was found in force; where it can't be used the same kit, and the admins hear why."""
    if found.adviser is None:
        reasons = list(map(str, found.problems))
        if standing(books).reasons != tuple(reasons[:_SHOWN]):  # nobody needs to hear the same twice
            tell_refused(kit, books, reasons)
        return kit
    if found.changed:
        books.staff.note(TAKEN_OVER, None, files=list(found.changed[:_SHOWN]), count=len(found.changed))
    return renewed(replace(kit, adviser=found.adviser), books)


def renewed(kit: Kit, books: Books) -> Kit:
    """Return the kit with the live wordings of the books above its files; one that can't be used any more is taken back, and told of."""
    live = books.wordings.live()
    broken = {key: str(problems[0]) for key, text in live.items() if (problems := wording(key, text)[1])}
    for key in broken:
        books.wordings.retire(key)
        live.pop(key)
    if broken:
        tell_refused(kit, books, list(broken.values()))
    if live == kit.adviser.shelf.texts:
        return kit
    return replace(kit, adviser=kit.adviser.with_wordings(kit.adviser.shelf.over(live)))


@dataclass(frozen=True, slots=True)
class Standing:
    """Since when the playbook is as it is, and what has been refused since."""

    since: datetime | None
    refused_at: datetime | None = None
    reasons: tuple[str, ...] = ()


def standing(books: Books) -> Standing:
    """Return how the playbook in force stands, by the record of deeds."""
    rows = books.db.execute(
        "SELECT deed, max(id) AS id, at, detail FROM deeds WHERE deed IN (?, ?, ?) GROUP BY deed", (STARTED, TAKEN_OVER, REFUSED)
    )
    refused: sqlite3.Row | None = None
    used: sqlite3.Row | None = None
    for row in sorted(rows, key=lambda row: int(row["id"])):
        used, refused = (used, row) if row["deed"] == REFUSED else (row, None)
    since = moment(used["at"]) if used else None
    return Standing(since, moment(refused["at"]), tuple(json.loads(refused["detail"])["problems"])) if refused else Standing(since)


def tell_refused(kit: Kit, books: Books, reasons: Sequence[str]) -> None:
    """Tell every admin why something of the playbook isn't used, and write it down."""
    books.staff.note(REFUSED, None, problems=list(reasons[:_SHOWN]))
    for one in admins(books):
        lang = kit.language(one)
        lines = [f"⚠️ {kit.words(lang, 'admin_refused')}", *(f"· {plain(reason, 300)}" for reason in reasons[:_SHOWN])]
        if len(reasons) > _SHOWN:
            lines.append(kit.words(lang, "admin_and_more", count=len(reasons) - _SHOWN))
        kit.whisper(books, one.user_id, "\n".join(lines))
