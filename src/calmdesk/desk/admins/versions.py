"""The versions of a wording: which was in force when, and by whom; drafts are taken up again or thrown away."""

from __future__ import annotations

from calmdesk.desk.admins import brackets, scripts, telling, writing
from calmdesk.desk.admins.conditions import conditions_of
from calmdesk.desk.admins.findings import wording
from calmdesk.desk.admins.visit import Visit, leaf, mark, marked, rows, turning
from calmdesk.desk.kit import plain
from calmdesk.store.wordings import Version

_ON_A_LINE = 150


def versions(visit: Visit, rest: str) -> None:
    """Show every version of a wording: who wrote it when, and a button to go back to it."""
    wanted, _, page = rest.partition(":")
    key = marked(wanted, scripts.wordings(visit))
    if key is None:
        visit.toast("outdated", box=True)
        return
    kept = visit.books.wordings.of(key)
    drafts = [one for one in kept if one.state == "draft" and one.made_by == visit.colleague.user_id]
    here, pages, shown = leaf(kept, page)
    lines = [f"<b>{visit.words('admin_versions')}</b> · {scripts.called(visit, key)}"]
    buttons = []
    for _, one in shown:
        mine = drafts.index(one) + 1 if one in drafts else 0
        lines.append(_line(visit, one, mine))
        if mine:
            buttons.append(visit.button("admin_button_take_up", f"script.draft:{one.id}", number=mine))
            buttons.append(visit.button("admin_button_throw", f"script.throw:{one.id}", number=mine))
        elif one.state == "past":
            buttons.append(visit.button("admin_button_return", f"script.return:{one.id}", number=one.number))
        elif one.state == "awaits" and one.made_by != visit.colleague.user_id:
            buttons.append(visit.button("admin_button_approve", f"script.approve:{one.id}"))
            buttons.append(visit.button("admin_button_refuse", f"script.refuse:{one.id}"))
    below = visit.kit.adviser.shelf.bare().sheets.get(key)
    if below is not None:
        lines.append(f"{visit.words('admin_the_file')}\n{_shown(visit, key, below.text)}")
        if key in visit.kit.adviser.shelf.texts:
            buttons.append(visit.button("admin_button_file", f"script.file:{wanted}"))
    turn = turning(f"script.versions:{wanted}:{{}}", here, pages)
    visit.show("\n".join(lines), [*rows(buttons, 2), *turn, [visit.button("admin_button_back", f"script.open:{wanted}")]])


def _line(visit: Visit, version: Version, draft: int) -> str:
    """Return a version as HTML; what was published has the number of its kind, one's own *draft* another."""
    by = visit.words("admin_made_by", name=visit.name(version.made_by), when=visit.at(version.made_at))
    if version.approved_by and version.approved_at:
        by += f" · {visit.words('admin_approved_by', name=visit.name(version.approved_by), when=visit.at(version.approved_at))}"
    state = visit.words(f"admin_state_{version.state}")
    number = visit.words("admin_version", number=version.number) if version.number else ""
    called = " ".join(part for part in (number, state, str(draft or "")) if part)
    return f"<b>{called}</b> · {by}\n{_shown(visit, version.key, version.text)}"


def _shown(visit: Visit, key: str, text: str) -> str:
    """Return a version as HTML: what it says on one line, with what is put in called by its name, and below it when it is offered."""
    reply = wording(key, text)[0]
    if reply is None:
        return f"<blockquote>{visit.words('admin_is_off')}</blockquote>"
    said = " ".join(brackets.shown(visit.kit, reply.body, visit.lang).split())
    when = " · ".join(conditions_of(visit.kit, reply, visit.lang)) or visit.words("admin_always")
    return f"<blockquote>{plain(said, _ON_A_LINE)}\n<i>{plain(when, _ON_A_LINE)}</i></blockquote>"


def draft(visit: Visit, number: str) -> None:
    """Go on with a draft: check it anew and show what it would say."""
    version = writing.own_draft(visit, number)
    if version is None:
        return
    if heard := writing.faults(visit, version.key, version.text):
        back = visit.button("admin_button_back", f"script.versions:{mark(version.key)}:0")
        visit.show(telling.refused(visit.kit, heard, visit.lang), [[back]])
    else:
        writing.offer(visit, version)


def throw(visit: Visit, number: str) -> None:
    """Throw a draft away."""
    version = writing.own_draft(visit, number)
    if version is not None:
        visit.books.wordings.drop(version.id)
        visit.toast("admin_thrown_away")
        versions(visit, f"{mark(version.key)}:0")
