"""/health: whether the desk itself is well. And /reload."""

from __future__ import annotations

import time
from datetime import timedelta

from calmdesk import __version__
from calmdesk.desk.admins.figures import pairs
from calmdesk.desk.admins.renewal import look, standing, take
from calmdesk.desk.admins.visit import Visit
from calmdesk.desk.kit import Kit, plain
from calmdesk.store.outbox import STUCK_AFTER
from calmdesk.store.times import moment

_BEGAN = time.monotonic()
_REASONS = 3


def health(visit: Visit, _rest: str = "") -> None:
    """Show what waits, what failed and why, and what the desk works with."""
    books = visit.books
    inbox, outbox, oldest = books.inbox.counts(), books.outbox.counts(), books.outbox.oldest_waiting()
    (size,) = books.db.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()
    stuck = books.outbox.stuck(books.now - STUCK_AFTER)
    well = not (inbox["dead"] or outbox["failed"] or outbox["unknown"] or stuck or standing(books).refused_at)
    waited = f" ({_long(visit, books.now - oldest)})" if oldest else ""
    table = pairs([
        (visit.words("health_inbox"), inbox["waiting"]),
        (visit.words("health_dead"), inbox["dead"]),
        (visit.words("health_outbox"), f"{outbox['waiting'] + outbox['sending']}{waited}"),
        (visit.words("health_failed"), outbox["failed"]),
        (visit.words("health_unknown"), outbox["unknown"]),
        (visit.words("health_size"), f"{size / 1_000_000:.1f} MB"),
        (visit.words("health_version"), __version__),
        (visit.words("health_uptime"), _long(visit, timedelta(seconds=time.monotonic() - _BEGAN))),
    ])  # fmt: skip
    blocks = [f"{'✅' if well else '⚠️'} <b>{visit.words('health_well' if well else 'health_troubles')}</b>", f"<pre>{plain(table)}</pre>"]
    if reasons := _reasons(visit):
        blocks.append(f"<b>{visit.words('health_reasons')}</b>\n" + "\n".join(f"· {plain(reason, 200)}" for reason in reasons))
    if inbox["dead"]:
        blocks.append(plain(visit.words("health_retry")))
    blocks.append(_playbook(visit))
    visit.show("\n".join(blocks))


def _reasons(visit: Visit) -> list[str]:
    """Return the last reasons why something couldn't be sent or handled."""
    rows = []
    for state in ("failed", "unknown"):
        rows += visit.books.db.execute(
            "SELECT made_at, kind, error FROM outbox WHERE state = ? ORDER BY made_at DESC LIMIT ?", (state, _REASONS)
        ).fetchall()
    rows.sort(key=lambda row: str(row["made_at"]), reverse=True)
    sent = [f"{visit.at(moment(row['made_at']))} {row['kind']}: {row['error']}" for row in rows[:_REASONS]]
    sent += [reason for reason in visit.books.outbox.stuck(visit.books.now - STUCK_AFTER)[:_REASONS] if reason]
    dead = [f"{visit.at(moment(at))} #{number}: {_last_line(error)}" for number, at, error in visit.books.inbox.dead(_REASONS)]
    return [*sent, *dead]


def _last_line(error: str) -> str:
    return error.strip().splitlines()[-1] if error.strip() else ""


def _playbook(visit: Visit) -> str:
    """Say when the playbook was taken over, how much of it was written in the chat, and why newer files aren't used."""
    now = standing(visit.books)
    shelf = visit.kit.adviser.shelf
    when = visit.at(now.since) if now.since else "–"
    lines = [visit.words("health_playbook", when=when, files=len(shelf.sheets), live=len(shelf.texts))]
    if now.refused_at is not None:
        lines.append(f"⚠️ {visit.words('health_refused', when=visit.at(now.refused_at))}")
        lines += [f"· {plain(reason, 300)}" for reason in now.reasons]
    return "\n".join(lines)


def _long(visit: Visit, span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 100:
        return visit.words("health_minutes", count=minutes)
    return visit.words("health_hours", count=minutes // 60) if minutes < 60 * 48 else visit.words("health_days", count=minutes // 1440)


def reload(visit: Visit, _rest: str = "") -> Kit | None:
    """Take over what has changed in the folders, and say what came of it."""
    found = look(visit.kit)
    if found is None or not (found.changed or found.problems):
        visit.show(plain(visit.words("health_nothing_changed")))
        return None
    kit = take(visit.kit, visit.books, found)
    if found.adviser is not None:
        visit.show(plain(visit.words("health_taken_over", count=len(found.changed))))
    else:
        visit.show(plain(visit.words("health_not_taken_over")))
    return kit
