"""/stats: how the desk did today and in the last seven days, as a table that fits a phone."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from calmdesk.desk.admins import scripts
from calmdesk.desk.admins.visit import Visit
from calmdesk.desk.kit import plain
from calmdesk.store.store import Books
from calmdesk.store.times import moment, stamp

_TOP = 5
_NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened since a time."""

    opened: int
    closed: int
    first_answer: float | None
    """Seconds, the middle one; of cases opened since then, and a person's answer."""
    heat: tuple[float, float] | None
    """The middle one of the first and of the last messages."""
    types: Counter[str]
    wordings: Counter[str]
    """By the wording's id, how often it was sent."""
    warned: int
    """Messages that were sent although the agent was warned."""
    corrections: int

    @classmethod
    def since(cls, books: Books, since: datetime) -> Figures:
        """Return what the books say of the time from *since* on."""
        db, from_then = books.db, stamp(since)
        cases = db.execute(
            """SELECT opened_at, heats, types,
                   (SELECT min(at) FROM messages WHERE case_id = cases.id AND role = 'agent') AS answered_at
               FROM cases WHERE id >= ? AND opened_at >= ?""",
            (_first(books, "cases", "opened_at", from_then), from_then),
        ).fetchall()
        waits = [(moment(row["answered_at"]) - moment(row["opened_at"])).total_seconds() for row in cases if row["answered_at"]]
        heats = [heats for row in cases if (heats := json.loads(row["heats"]))]
        sent = db.execute(
            "SELECT template FROM messages WHERE id >= ? AND at >= ? AND role = 'agent' AND template IS NOT NULL",
            (_first(books, "messages", "at", from_then), from_then),
        )
        closed = db.execute("SELECT count(*) FROM cases WHERE state = 'closed' AND closed_at >= ?", (from_then,))
        return cls(
            opened=len(cases),
            closed=closed.fetchone()[0],
            first_answer=median(waits) if waits else None,
            heat=(median(one[0] for one in heats), median(one[-1] for one in heats)) if heats else None,
            types=Counter(key for row in cases for key in json.loads(row["types"])),
            wordings=Counter(row["template"] for row in sent),
            warned=_deeds(books, "sent although warned", from_then),
            corrections=_deeds(books, "corrected", from_then),
        )


def _first(books: Books, table: str, column: str, since: str) -> int:
    """Return the number of about the first row since a time: rows are numbered as they come, so none before it needs to be read."""
    (low, high) = books.db.execute(f"SELECT coalesce(min(id), 0), coalesce(max(id), 0) + 1 FROM {table}").fetchone()  # noqa: S608
    query = f"SELECT id, {column} FROM {table} WHERE id >= ? ORDER BY id LIMIT 1"  # noqa: S608 - names of ours
    while low < high:
        middle = (low + high) // 2
        row = books.db.execute(query, (middle,)).fetchone()
        if row is not None and row[1] < since:
            low = int(row[0]) + 1
        else:
            high = middle
    return int(low)


def _deeds(books: Books, deed: str, since: str) -> int:
    (count,) = books.db.execute("SELECT count(*) FROM deeds WHERE deed = ? AND at >= ?", (deed, since)).fetchone()
    return int(count)


def stats(visit: Visit, _rest: str = "") -> None:
    """Show the figures."""
    today = visit.books.now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    columns = [Figures.since(visit.books, today), Figures.since(visit.books, visit.books.now - timedelta(days=7))]
    (open_now,) = visit.books.db.execute("SELECT count(*) FROM cases WHERE state = 'open'").fetchone()

    def row(key: str, shown: Callable[[Figures], str]) -> list[str]:
        return [visit.words(key), *map(shown, columns)]

    table = [
        ["", visit.words("stats_today"), visit.words("stats_week")],
        row("stats_opened", lambda one: str(one.opened)),
        row("stats_closed", lambda one: str(one.closed)),
        row("stats_first_answer", lambda one: _time(visit, one.first_answer)),
        row("stats_heat", lambda one: f"{one.heat[0]:g}→{one.heat[1]:g}" if one.heat else _NOTHING),
        row("stats_warned", lambda one: str(one.warned)),
        row("stats_corrections", lambda one: str(one.corrections)),
    ]
    week = columns[1]
    types = [(plain(visit.kit.name("types", key, visit.lang), 60), count) for key, count in week.types.most_common(_TOP)]
    wordings = [(_wording(visit, key), count) for key, count in week.wordings.most_common(_TOP)]
    blocks = [
        f"<b>{visit.words('stats_title')}</b> · {visit.words('stats_open_now', count=open_now)}",
        f"<pre>{plain(laid_out(table))}</pre>",
    ]
    if types:
        blocks.append(_top(visit.words("stats_types"), types))
    if wordings:
        blocks.append(_top(visit.words("stats_wordings"), wordings))
    visit.show("\n".join(blocks))


def _top(title: str, counted: Sequence[tuple[str, int]]) -> str:
    """Return what is most frequent; names are HTML."""
    return f"<b>{title}</b>\n" + "\n".join(f"{name} · {count}" for name, count in counted)


def _wording(visit: Visit, template: str) -> str:
    """Return what a wording does and how it begins, as HTML; of one that is gone, what it was called."""
    _, technique, name = [*template.split("/"), "", ""][:3]
    key = f"replies/{template}.j2"
    begins = scripts.first_words(visit, key) if key in visit.kit.adviser.shelf.sheets else plain(name, 60)
    return f"{plain(visit.kit.technique(technique, visit.lang))} · {begins}"


def _time(visit: Visit, seconds: float | None) -> str:
    if seconds is None:
        return _NOTHING
    if seconds < 60:
        return visit.words("stats_seconds", count=round(seconds))
    minutes = round(seconds / 60)
    return visit.words("stats_minutes", count=minutes) if minutes < 100 else visit.words("stats_hours", count=round(minutes / 60))


def laid_out(table: Sequence[Sequence[str]]) -> str:
    """Return rows as text in columns: the first to the left, the others to the right."""
    widths = [max(map(width, column)) for column in zip(*table, strict=True)]
    lines = []
    for first, *others in table:
        cells = [first + " " * (widths[0] - width(first))]
        cells += [" " * (wide - width(cell)) + cell for cell, wide in zip(others, widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def width(text: str) -> int:
    """Return how many columns a text takes: a Chinese character two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def pairs(lines: Iterable[tuple[str, object]]) -> str:
    """Return names and values as text in two columns."""
    return laid_out([[name, str(value)] for name, value in lines])
