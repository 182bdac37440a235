"""What the staff ask the bot itself: commands in the private chat and in a group, invitations, the pages of /team and /templates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from calmdesk.desk import pasted
from calmdesk.desk.admins import figures, health, occasions, scripts, team, versions, writing
from calmdesk.desk.admins.team import accepts
from calmdesk.desk.admins.visit import Page, Visit
from calmdesk.desk.events import Said, Tapped
from calmdesk.desk.kit import Kit, plain
from calmdesk.desk.questions import over, take_away
from calmdesk.store.rows import Colleague, Role, Step
from calmdesk.store.store import Books

__all__ = ["accepts", "answered", "command", "tapped"]

_HELP = frozenset({"/start", "/help"})
_WAITED_FOR = timedelta(hours=1)
"""So long what was asked for is taken for the answer; after that it is a customer's words, pasted."""


def command(kit: Kit, books: Books, said: Said, colleague: Colleague) -> Kit:
    """Do what a command of the staff's says; return the kit to work with from then on."""
    name, _, rest = said.content.text.partition(" ")
    private = said.chat.kind == "private"
    lang = kit.language_in(said.chat, colleague)
    visit = Visit(kit, books, colleague, lang, said.chat.id, said.chat.thread)
    asked = name.split("@")[0].lower()
    known = _COMMANDS.get(asked)
    if private:
        over(books, colleague, (said.chat.id, said.chat.thread))
    if known is None:
        unknown = [] if asked in _HELP else [visit.words("no_such_command", command=asked), ""]
        told = [f"/{one} {what}" for one, what in menu(kit, colleague, lang)] if private else []
        visit.show(plain("\n".join([*unknown, visit.words("staff_help"), *told])))
    elif not colleague.may(known[0]):
        visit.show(plain(visit.words("not_your_role", role=visit.words(f"role_{known[0]}"))))
    elif not private and asked in _PRIVATE:
        visit.show(plain(visit.words("team_in_private")))
    else:
        return known[1](visit, rest.strip()) or kit
    return kit


def answered(kit: Kit, books: Books, said: Said, colleague: Colleague, step: Step) -> None:
    """Take what was asked for by a step that belongs to no case."""
    over(books, colleague, (said.chat.id, said.chat.thread))
    role, take = _STEPS.get(step.kind, (None, None))
    visit = Visit(kit, books, colleague, kit.language(colleague), said.chat.id, said.chat.thread)
    if role is None or take is None or books.now - step.at > _WAITED_FOR:
        if said.content.text:
            pasted.pasted(kit, books, colleague, said.content.text)
    elif not colleague.may(role):
        visit.show(plain(visit.words("not_your_role", role=visit.words(f"role_{role}"))))
    elif said.content.kind != "text" or not said.content.text.strip():
        visit.show(plain(visit.words("admin_only_text")))
    else:
        take(visit, said.content.text, step)


def tapped(kit: Kit, books: Books, tap: Tapped, colleague: Colleague) -> Kit | None:
    """Do what a button of these pages says, and return the kit to work with from then on; None where it is no such button."""
    action, _, rest = tap.data.partition(":")
    known = _BUTTONS.get(action)
    if known is None:
        return None
    lang = kit.language(colleague)
    role, page = known
    if not colleague.may(role):
        kit.toast(books, tap.tap_id, kit.words(lang, "not_your_role", role=kit.words(lang, f"role_{role}")), box=True)
        return kit
    if tap.chat is None or tap.chat.kind != "private" or tap.chat.id != colleague.user_id:
        kit.toast(books, tap.tap_id, kit.words(lang, "outdated"), box=True)
        return kit
    visit = Visit(kit, books, colleague, lang, tap.chat.id, tap.chat.thread, tap.message_id, tap.tap_id)
    became = page(visit, rest)
    if tap.tap_id not in visit.answered:
        visit.toast()
    return became or kit


def _templates(visit: Visit, words: str) -> None:
    """Show the techniques, or what is found."""
    if words:
        scripts.sought(visit, words)
    else:
        scripts.home(visit)


def _leave(visit: Visit, _rest: str) -> None:
    """Give up what was asked, and take the question away, whichever it is."""
    over(visit.books, visit.colleague, (visit.chat_id, visit.thread))
    take_away(visit.books, visit.chat_id, visit.page or 0)
    visit.toast("admin_left")


_COMMANDS: dict[str, tuple[Role, Page]] = {
    "/team": ("supervisor", lambda visit, _rest: team.team(visit)), "/templates": ("admin", _templates),
    "/stats": ("supervisor", figures.stats), "/health": ("admin", health.health), "/reload": ("admin", health.reload),
    "/language": ("agent", lambda visit, _rest: team.speak(visit)),
}  # fmt: skip
"""By command, who may give it and what it does."""
_PRIVATE = frozenset({"/team", "/templates", "/language"})
"""Commands whose pages are one person's."""
_BUTTONS: dict[str, tuple[Role, Page]] = {
    **team.BUTTONS, "leave": ("agent", _leave), "script.home": ("admin", scripts.home), "script.technique": ("admin", scripts.technique),
    "script.folder": ("admin", scripts.folder), "script.types": ("admin", scripts.types), "script.type": ("admin", scripts.of_type),
    "script.search": ("admin", scripts.search), "script.found": ("admin", scripts.found), "script.open": ("admin", scripts.opened),
    "script.list": ("admin", scripts.listed),
    "script.new": ("admin", writing.new), "script.publish": ("admin", writing.publish), "script.versions": ("admin", versions.versions),
    "script.draft": ("admin", versions.draft), "script.throw": ("admin", versions.throw),
    "script.return": ("admin", writing.returned), "script.file": ("admin", writing.to_file), "script.off": ("admin", writing.off),
    "script.approve": ("admin", writing.approve), "script.refuse": ("admin", writing.refuse),
    **{action: ("admin", page) for action, page in occasions.BUTTONS.items()},
}  # fmt: skip
"""By action, who may tap such a button and what it does."""
_STEPS: dict[str, tuple[Role, Callable[[Visit, str, Step], None]]] = {
    "wording": ("admin", writing.written), "search": ("admin", scripts.sought),
}  # fmt: skip
"""By what was asked for, whose answer counts and what takes it."""


def menu(kit: Kit, colleague: Colleague, lang: str) -> tuple[tuple[str, str], ...]:
    """Return the commands that one of the staff may give in private, each with what it is for."""
    names = [name.removeprefix("/") for name, (role, _) in _COMMANDS.items() if colleague.may(role)]
    return (*group_menu(kit, lang), *((name, kit.words(lang, f"menu_{name}")) for name in names))


def group_menu(kit: Kit, lang: str) -> tuple[tuple[str, str], ...]:
    """Return the command that anybody of the staff may give anywhere, a customer's topic too."""
    return (("help", kit.words(lang, "menu_help")),)
