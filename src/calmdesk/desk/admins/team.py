"""/team: who works here and as what; invitations, changes of role, farewells."""

from __future__ import annotations

from calmdesk.desk.admins import scripts
from calmdesk.desk.admins.visit import Page, Visit, leaf, rows, turning
from calmdesk.desk.calls import Button
from calmdesk.desk.events import Said
from calmdesk.desk.kit import Kit, carried, plain
from calmdesk.store.rows import ROLES, Colleague, Role
from calmdesk.store.store import Books

INVITED_FOR_DAYS = 3


def accepts(kit: Kit, books: Books, said: Said) -> bool:
    """Take on whoever opens the bot with an invitation; False where it isn't one."""
    command, _, token = said.content.text.partition(" ")
    if command.split("@")[0] != "/start" or not token.strip():
        return False
    known = books.staff.get(said.person.id)
    if known is not None:  # an invitation isn't used up by who is here, nor does it change what they may do
        kit.whisper(books, said.chat.id, plain(kit.words(kit.language(known), "team_here_already")))
        return True
    role = books.staff.accept(token.strip(), said.person.id, said.person.name)
    if role is None:
        return False
    books.staff.reachable(said.person.id, said.person.name)
    books.staff.note("joined", said.person.id, role=role)
    lang = kit.words.language_of(said.person.language) or kit.desk_language
    kit.whisper(
        books, said.chat.id, kit.words(lang, "welcome_staff", role=kit.words(lang, f"role_{role}"), name=plain(said.person.name, 60))
    )
    if joined := books.staff.get(said.person.id):
        scripts.tell_waiting(kit, books, joined)
    return True


def team(visit: Visit, page: str = "") -> None:
    """List the staff; an admin can open everybody."""
    staff = visit.books.staff.all()
    here, pages, shown = leaf(staff, page)
    lines = [f"<b>{visit.words('team_title', count=len(staff))}</b>"]
    for number, one in shown:
        away = "" if one.reachable else f" · {visit.words('team_not_reachable')}"
        fixed = f" · {visit.words('team_by_settings')}" if _by_settings(visit, one) else ""
        lines.append(f"{number}. {plain(one.name, 40)} · {visit.words(f'role_{one.role}')}{fixed}{away}")
    people = [Button(str(number), data=f"team.who:{one.user_id}") for number, one in shown] if visit.colleague.may("admin") else []
    invitations = [
        visit.button("team_button_invite", f"team.invite:{role}", role=visit.words(f"role_{role}")) for role in _may_invite(visit.colleague)
    ]
    visit.show("\n".join(lines), [*rows(people), *turning("team.list:{}", here, pages), *rows(invitations, 2)])


def _may_invite(colleague: Colleague) -> tuple[Role, ...]:
    """Return the roles that somebody may invite others to: admins all, supervisors agents."""
    if colleague.may("admin"):
        return ROLES
    return ("agent",) if colleague.may("supervisor") else ()


def _by_settings(visit: Visit, colleague: Colleague) -> bool:
    return colleague.user_id in visit.kit.settings.staff.admins


def _invite(visit: Visit, wanted: str) -> None:
    role = next((one for one in _may_invite(visit.colleague) if one == wanted), None)
    if role is None:
        visit.toast("team_only_agents", box=True)
        return
    token = visit.books.staff.invite(role, visit.colleague.user_id, INVITED_FOR_DAYS)
    visit.books.staff.note("invited", visit.colleague.user_id, role=role)
    link = f"https://t.me/{visit.kit.bot}?start={token}" if visit.kit.bot else f"/start {token}"
    text = visit.words("team_invitation", role=visit.words(f"role_{role}"), days=INVITED_FOR_DAYS)
    visit.afresh().show(f"{plain(text)}\n<code>{plain(link)}</code>", [[Button(visit.words("button_copy"), copies=link)]])


def _who(visit: Visit, number: str) -> None:
    """Show one of the staff, with what can be changed."""
    one = _found(visit, number)
    if one is None:
        return
    lines = [f"<b>{plain(one.name, 60)}</b> · {visit.words(f'role_{one.role}')}", visit.words("team_since", when=visit.at(one.joined_at))]
    buttons = []
    if _by_settings(visit, one):
        lines.append(visit.words("team_settings_only"))
    else:
        others = [role for role in ROLES if role != one.role]
        buttons = rows(
            visit.button("team_button_becomes", f"team.role:{one.user_id}:{role}", role=visit.words(f"role_{role}")) for role in others
        )
        buttons.append([visit.button("team_button_remove", f"team.remove:{one.user_id}")])
    visit.show("\n".join(lines), [*buttons, [visit.button("admin_button_back", "team.list:0")]])


def _found(visit: Visit, number: str) -> Colleague | None:
    """Return whom a button is about; None, said so, where they are gone."""
    one = visit.books.staff.get(carried(number))
    if one is None:
        visit.toast("team_gone", box=True)
    return one


def _may_leave_their_role(visit: Visit, one: Colleague) -> bool:
    """Say whether somebody's role can be taken from them here; if not, why is told."""
    if _by_settings(visit, one):
        visit.toast("team_settings_only", box=True)
        return False
    if one.may("admin") and not any(other.may("admin") and other.user_id != one.user_id for other in visit.books.staff.all()):
        visit.toast("team_last_admin", box=True)
        return False
    return True


def _change_role(visit: Visit, rest: str) -> None:
    number, _, wanted = rest.partition(":")
    one = _found(visit, number)
    role = next((role for role in ROLES if role == wanted), None)
    if one is None or role is None or not _may_leave_their_role(visit, one):
        return
    visit.books.staff.join(one.user_id, one.name, role, visit.colleague.user_id)
    visit.books.staff.note("role changed", visit.colleague.user_id, user=one.user_id, was=one.role, role=role)
    _withdraw_invitations(visit.books, one)
    if one.reachable and one.user_id != visit.colleague.user_id:
        lang = visit.kit.language(one)
        visit.kit.whisper(visit.books, one.user_id, visit.kit.words(lang, "team_your_role", role=visit.kit.words(lang, f"role_{role}")))
        if became := visit.books.staff.get(one.user_id):
            scripts.tell_waiting(visit.kit, visit.books, became)
    visit.toast("team_role_changed", name=one.name, role=visit.words(f"role_{role}"))
    if visit.books.staff.get(visit.colleague.user_id) == visit.colleague:
        _who(visit, number)
    else:  # who stepped down themselves sees no more of this
        visit.show(visit.words("team_your_role", role=visit.words(f"role_{role}")))


def _remove(visit: Visit, number: str) -> None:
    """Ask before somebody goes."""
    one = _found(visit, number)
    if one is None or not _may_leave_their_role(visit, one):
        return
    visit.show(
        visit.words("team_remove_sure", name=plain(one.name, 60)),
        [[visit.button("team_button_remove_yes", f"team.gone:{number}")], [visit.button("admin_button_back", f"team.who:{number}")]],
    )


def _gone(visit: Visit, number: str) -> None:
    one = _found(visit, number)
    if one is None or not _may_leave_their_role(visit, one):
        return
    visit.books.staff.remove(one.user_id)
    visit.books.staff.note("removed", visit.colleague.user_id, user=one.user_id)
    _withdraw_invitations(visit.books, one)
    if one.reachable and one.user_id != visit.colleague.user_id:
        visit.kit.whisper(visit.books, one.user_id, visit.kit.words(visit.kit.language(one), "team_you_were_removed"))
    visit.toast("team_removed", name=one.name)
    if one.user_id == visit.colleague.user_id:
        visit.show(plain(visit.words("team_removed", name=one.name)))
    else:
        team(visit)


def _withdraw_invitations(books: Books, colleague: Colleague) -> None:
    """Make void what somebody invited others to, now that they may do less."""
    books.db.execute("DELETE FROM invites WHERE made_by = ? AND used_by IS NULL", (colleague.user_id,))


def speak(visit: Visit, lang: str = "") -> None:
    """Ask in which language one of the staff wants to be spoken to, or note it."""
    languages = visit.kit.words.languages
    if lang in languages:
        visit.books.staff.speaks(visit.colleague.user_id, lang)
        visit.show(visit.kit.words(lang, "team_language_chosen"))
    else:
        buttons = [Button(sentences["own_name"], data=f"speak:{key}") for key, sentences in languages.items()]
        visit.show(visit.words("team_which_language"), rows(buttons, 1))


BUTTONS: dict[str, tuple[Role, Page]] = {
    "team.list": ("supervisor", team), "team.invite": ("supervisor", _invite), "team.who": ("admin", _who),
    "team.role": ("admin", _change_role), "team.remove": ("admin", _remove), "team.gone": ("admin", _gone), "speak": ("agent", speak),
}  # fmt: skip
"""By action, who may tap such a button and what it does."""
