"""A wording is written in the chat: the new text, what the check says, the preview, publishing, approval, versions, switching off."""

from __future__ import annotations

from dataclasses import replace

from calmdesk.desk.admins import brackets, scripts, telling
from calmdesk.desk.admins.conditions import changed, conditions_of
from calmdesk.desk.admins.findings import findings, wording
from calmdesk.desk.admins.preview import preview
from calmdesk.desk.admins.renewal import SWITCHED_OFF, renewed
from calmdesk.desk.admins.visit import Visit, admins, fitting, mark, marked
from calmdesk.desk.calls import Button
from calmdesk.desk.kit import Kit, carried, plain
from calmdesk.shelf import Problem, front_matter
from calmdesk.store.rows import Step
from calmdesk.store.wordings import Version

_LONGEST = 4000


def new(visit: Visit, wanted: str) -> None:
    """Ask for a wording's new text."""
    key = marked(wanted, scripts.wordings(visit))
    if key is None:
        visit.toast("outdated", box=True)
        return
    _, body = front_matter(used(visit, key))
    shown = plain(brackets.as_written(visit.kit, body, visit.lang).strip(), 1500)
    visit.ask("wording", f"{plain(visit.words('admin_write_new'))}\n\n<code>{shown}</code>", key=key)


def written(visit: Visit, text: str, step: Step) -> None:
    """Take the new text: keep it as a draft, and show what the check says and what it would say in real cases."""
    key = step.data["key"]
    if key not in visit.kit.adviser.shelf.sheets:
        visit.show(plain(visit.words("outdated")))
        return
    head, body = front_matter(used(visit, key))
    own_head, said = front_matter(text.lstrip())
    said, unknown = brackets.written(visit.kit, said.strip(), body, visit.lang)
    whole = f"{'' if said.startswith('+++') else own_head or head}{said}\n"
    again = _again(visit, key)
    if len(text) > _LONGEST:
        visit.show(plain(visit.words("admin_too_long", most=_LONGEST)), [again])
    elif whole.strip() == f"{head}{body}".strip() and not _is_off(visit, key):
        visit.show(plain(visit.words("admin_same")), [again])
    else:
        heard = [*unknown, *faults(visit, key, whole, own_head.count("\n"), bracketed=bool(unknown))]
        if heard:
            visit.show(telling.refused(visit.kit, heard, visit.lang), [again])
        else:
            offer(visit, visit.books.wordings.add(key, whole, visit.colleague.user_id))


def _again(visit: Visit, key: str) -> list[Button]:
    return [visit.button("admin_button_again", f"script.new:{mark(key)}"), visit.button("admin_button_back", f"script.open:{mark(key)}")]


def offer(visit: Visit, version: Version) -> None:
    """Show what a draft would say in real cases, and when it would be offered, with the button that publishes it."""
    key = version.key
    before = visit.kit.adviser.shelf.sheets[key].text
    when = "\n".join(f"· {plain(line, 200)}" for line in _when(visit, version))
    lines = [f"✅ {visit.words('admin_no_findings')}", preview(visit, key, before, version.text), _changes(visit, version), when]
    needs = "admin_button_propose" if visit.kit.settings.desk.two_people else "admin_button_publish"
    way = visit.button("admin_button_when", f"script.when:{mark(key)}:{version.id}")
    visit.show(fitting(lines), [[visit.button(needs, f"script.publish:{version.id}"), way], _again(visit, key)])


def _changes(visit: Visit, version: Version) -> str:
    """Return which conditions come and go with a version, as HTML."""
    before, after = wording(version.key, used(visit, version.key))[0], wording(version.key, version.text)[0]
    return "\n".join(f"<b>{plain(line, 200)}</b>" for line in changed(visit.kit, before, after, visit.lang))


def _when(visit: Visit, version: Version) -> list[str]:
    """Return when a version would be offered, a line for each condition."""
    reply = wording(version.key, version.text)[0]
    return (conditions_of(visit.kit, reply, visit.lang) if reply else []) or [visit.words("admin_always")]


def used(visit: Visit, key: str) -> str:
    """Return a wording's text; of one that is switched off, the last that wasn't."""
    shelf = visit.kit.adviser.shelf
    past = [one.text for one in visit.books.wordings.of(key) if one.state == "past"]
    below = shelf.bare().sheets.get(key)
    for text in [shelf.sheets[key].text, *past, *([below.text] if below else [])]:
        if wording(key, text)[0] is not None:
            return text
    return ""


def _is_off(visit: Visit, key: str) -> bool:
    return wording(key, visit.kit.adviser.shelf.sheets[key].text)[0] is None


def faults(visit: Visit, key: str, whole: str, above: int = 0, *, bracketed: bool = False) -> list[str]:
    """Return what the check finds in a text below so many lines of conditions; of brackets only where nobody else tells."""
    problems = findings(visit.kit.adviser, key, whole, visit.lang)
    heard = [one for one in problems if not (bracketed and (one.kind == "brackets" or one.about.startswith("〔")))]
    return [telling.in_words(visit.kit, one, visit.lang, above) for one in heard]


def _told(visit: Visit, problems: list[Problem]) -> str:
    return telling.refused(visit.kit, [telling.in_words(visit.kit, problem, visit.lang) for problem in problems], visit.lang)


def publish(visit: Visit, number: str) -> Kit | None:
    """Bring a draft into force, or before a second person where the settings want one."""
    version = own_draft(visit, number)
    if version is None or _overtaken(visit, version):
        return None
    if visit.kit.settings.desk.two_people:
        propose(visit, version)
        return None
    return _into_force(visit, version)


def own_draft(visit: Visit, number: str) -> Version | None:
    """Return the draft of who asks that a button is about; None, said so, where it isn't one."""
    version = _version(visit, number, {"draft"})
    if version is not None and version.made_by != visit.colleague.user_id:
        visit.toast("outdated", box=True)
        return None
    return version


def _version(visit: Visit, number: str, states: set[str]) -> Version | None:
    """Return the version that a button is about, where it is in one of *states*; None, said so, where it isn't."""
    try:
        version = visit.books.wordings.get(carried(number))
    except LookupError:
        version = None
    if version is None or version.state not in states:
        visit.toast("outdated", box=True)
        return None
    return version


def _overtaken(visit: Visit, version: Version) -> bool:
    """Say whether another version of the same wording came into force since this one was written; if so, that is told."""
    overtaken = any(one.id > version.id and one.state in {"live", "past"} for one in visit.books.wordings.of(version.key))
    if overtaken:
        visit.toast("admin_overtaken", box=True)
    return overtaken


def _into_force(visit: Visit, version: Version, approved_by: int | None = None) -> Kit | None:
    """Make a version the live one, if the check has nothing against it today; return the kit that works with it."""
    if problems := findings(visit.kit.adviser, version.key, version.text, visit.lang):
        visit.afresh().show(_told(visit, problems), [[visit.button("admin_button_back", f"script.open:{mark(version.key)}")]])
        visit.toast("admin_not_published", box=True)
        return None
    visit.books.wordings.publish(version.id, approved_by)
    below = visit.kit.adviser.shelf.bare().sheets.get(version.key)
    if below is not None and below.text == version.text:  # the file itself counts again, and follows when it is changed
        visit.books.wordings.retire(version.key)
    visit.books.staff.note("wording published", visit.colleague.user_id, key=version.key, version=version.id)
    return _in_force(visit, version.key, "admin_published")


def _in_force(visit: Visit, key: str, said: str) -> Kit:
    """Take over what is live now, show the wording as it stands, and return the kit that works with it."""
    kit = renewed(visit.kit, visit.books)
    visit.toast(said)
    scripts.show(replace(visit, kit=kit), key)
    return kit


def propose(visit: Visit, version: Version) -> None:
    """Put a version before the other admins."""
    visit.books.wordings.state(version.id, "awaits")
    visit.books.staff.note("wording proposed", visit.colleague.user_id, key=version.key, version=version.id)
    told = 0
    for one in admins(visit.books, but=visit.colleague.user_id):
        reader = replace(visit, colleague=one, lang=visit.kit.language(one), chat_id=one.user_id, thread=0, page=None)
        reader.show(*_proposal(reader, version))
        told += 1
    visit.toast("admin_proposed" if told else "admin_nobody_approves", box=not told)
    scripts.show(visit, version.key)


def _proposal(visit: Visit, version: Version) -> tuple[str, list[list[Button]]]:
    before = visit.kit.adviser.shelf.sheets[version.key].text
    head = visit.words("admin_please_approve", name=visit.name(version.made_by), script=scripts.called(visit, version.key))
    text = f"<blockquote>{plain(_in_words(visit, version), 1200)}</blockquote>"
    buttons = [
        visit.button("admin_button_approve", f"script.approve:{version.id}"),
        visit.button("admin_button_refuse", f"script.refuse:{version.id}"),
    ]
    parts = [head, text, preview(visit, version.key, before, version.text), _changes(visit, version)]
    return fitting(parts), [buttons]


def approve(visit: Visit, number: str) -> Kit | None:
    """Bring somebody else's version into force."""
    version = _another_persons(visit, number)
    if version is None or _overtaken(visit, version):
        return None
    kit = _into_force(visit, version, visit.colleague.user_id)
    if kit is not None:
        _tell_author(visit, version, "admin_was_approved")
    return kit


def refuse(visit: Visit, number: str) -> None:
    """Refuse somebody else's version; it stays in the list of versions."""
    version = _another_persons(visit, number)
    if version is not None:
        visit.books.wordings.state(version.id, "refused")
        visit.books.staff.note("wording refused", visit.colleague.user_id, key=version.key, version=version.id)
        _tell_author(visit, version, "admin_was_refused")
        visit.toast("admin_refused_now")
        scripts.show(visit, version.key)


def _in_words(visit: Visit, version: Version) -> str:
    """Return what a version says, and below it when it would be offered."""
    reply = wording(version.key, version.text)[0]
    if reply is None:
        return visit.words("admin_is_off")
    said = brackets.shown(visit.kit, reply.body, visit.lang).strip()
    return "\n".join([said, *(f"· {line}" for line in _when(visit, version))])


def _another_persons(visit: Visit, number: str) -> Version | None:
    version = _version(visit, number, {"awaits"})
    if version is not None and version.made_by == visit.colleague.user_id:
        visit.toast("admin_not_your_own", box=True)
        return None
    return version


def _tell_author(visit: Visit, version: Version, key: str) -> None:
    author = visit.books.staff.get(version.made_by)
    if author is not None and author.reachable:
        told = replace(visit, lang=visit.kit.language(author))
        said = told.words(key, name=plain(visit.colleague.name, 40), script=scripts.called(told, version.key))
        visit.kit.whisper(visit.books, author.user_id, said)


def returned(visit: Visit, number: str) -> Kit | None:
    """Go back to a version that was in force before."""
    version = _version(visit, number, {"past"})
    if version is not None and visit.kit.settings.desk.two_people:
        propose(visit, visit.books.wordings.add(version.key, version.text, visit.colleague.user_id))
        return None
    return _into_force(visit, version) if version is not None else None


def to_file(visit: Visit, wanted: str) -> Kit | None:
    """Leave a wording without a live version: the file counts again."""
    key = marked(wanted, visit.kit.adviser.shelf.texts)
    below = visit.kit.adviser.shelf.bare().sheets.get(key) if key else None
    if key is None or below is None:
        visit.toast("outdated", box=True)
        return None
    if problems := findings(visit.kit.adviser, key, below.text, visit.lang):
        visit.afresh().show(_told(visit, problems))
        visit.toast("admin_not_published", box=True)
        return None
    if visit.kit.settings.desk.two_people:
        propose(visit, visit.books.wordings.add(key, below.text, visit.colleague.user_id))
        return None
    visit.books.wordings.retire(key)
    visit.books.staff.note("wording back to the file", visit.colleague.user_id, key=key)
    return _in_force(visit, key, "admin_published")


def off(visit: Visit, wanted: str) -> Kit | None:
    """Switch a wording off: a version of it that says so."""
    key = marked(wanted, scripts.wordings(visit))
    if key is None or _is_off(visit, key):
        visit.toast("outdated", box=True)
        return None
    if problems := findings(visit.kit.adviser, key, SWITCHED_OFF, visit.lang):
        visit.afresh().show(_told(visit, problems))
        visit.toast("admin_not_off", box=True)
        return None
    version = visit.books.wordings.add(key, SWITCHED_OFF, visit.colleague.user_id)
    if visit.kit.settings.desk.two_people:
        propose(visit, version)
        return None
    return _into_force(visit, version)
