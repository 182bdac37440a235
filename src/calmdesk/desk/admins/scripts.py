"""/templates: finding a wording by technique and language, by type of complaint or by its words, and looking at it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import shorten

from calmdesk.desk.admins import brackets, telling
from calmdesk.desk.admins.conditions import conditions_of
from calmdesk.desk.admins.findings import wording
from calmdesk.desk.admins.renewal import is_wording
from calmdesk.desk.admins.visit import Visit, leaf, mark, marked, rows, turning
from calmdesk.desk.calls import Button
from calmdesk.desk.kit import Kit, plain
from calmdesk.store.rows import Colleague, Step
from calmdesk.store.store import Books
from calmdesk.store.wordings import Version
from calmdesk.text.fold import fold

_LONGEST_SEARCH = 40
"""Bytes of a search that fit into a button for its next page."""
_FIRST_WORDS, _FIRST_LETTERS = 38, 80
"""How long the beginning of a wording may be: in characters, and where a language sets words apart, up to the end of one."""
_WAITING = 5


def home(visit: Visit, page: str = "") -> None:
    """Show the techniques."""
    counts: dict[str, int] = {}
    for key in wordings(visit):
        counts[key.split("/")[2]] = counts.get(key.split("/")[2], 0) + 1
    known = visit.kit.adviser.playbook.techniques
    techniques = sorted(counts, key=lambda one: known[one].rank if one in known else 0)
    here, pages, shown = leaf(techniques, page)
    buttons = [Button(f"{visit.kit.technique(one, visit.lang)} {counts[one]}", data=f"script.technique:{mark(one)}") for _, one in shown]
    ways = [visit.button("admin_button_types", "script.types:0"), visit.button("admin_button_search", "script.search:")]
    title = f"<b>{visit.words('admin_scripts', count=sum(counts.values()))}</b>"
    lines, waiting = waiting_for(visit)
    visit.show("\n".join([title, *lines]), [*rows(waiting), *rows(buttons, 2), *turning("script.home:{}", here, pages), ways])


def waiting_for(visit: Visit) -> tuple[list[str], list[Button]]:
    """Return the wordings that wait for approval, as HTML, each with a button to its versions; none where nothing waits."""
    sheets = visit.kit.adviser.shelf.sheets
    awaiting = list(enumerate((one for one in visit.books.wordings.awaiting() if one.key in sheets), 1))[:_WAITING]
    lines = [f"⏳ <b>{visit.words('admin_waiting')}</b>"] if awaiting else []
    lines += [f"{number}. {called(visit, one.key)} · {visit.name(one.made_by)}" for number, one in awaiting]
    return lines, [Button(f"⏳ {number}", data=f"script.versions:{mark(one.key)}:0") for number, one in awaiting]


def tell_waiting(kit: Kit, books: Books, colleague: Colleague) -> None:
    """Tell who has become an admin what waits for one."""
    if colleague.may("admin"):
        lines, buttons = waiting_for(Visit(kit, books, colleague, kit.language(colleague), colleague.user_id))
        if lines:
            kit.whisper(books, colleague.user_id, "\n".join(lines), rows(buttons))


def wordings(visit: Visit) -> Iterator[str]:
    """Yield the keys of all wordings, switched off or not, in order."""
    return (key for key in sorted(visit.kit.adviser.shelf.sheets) if is_wording(key))


def technique(visit: Visit, wanted: str) -> None:
    """Show a technique's languages."""
    keys = list(wordings(visit))
    found = marked(wanted, {key.split("/")[2] for key in keys})
    if found is None:
        visit.toast("outdated", box=True)
        return
    known = visit.kit.adviser.playbook
    buttons = []
    for lang in sorted({key.split("/")[1] for key in keys}, key=lambda one: known.languages[one].rank if one in known.languages else 0):
        folder = f"replies/{lang}/{found}/"
        name = known.languages[lang].names.get(visit.lang, lang) if lang in known.languages else lang
        buttons.append(Button(f"{name} {sum(key.startswith(folder) for key in keys)}", data=f"script.folder:{mark(folder)}:0"))
    lines = [f"<b>{plain(visit.kit.technique(found, visit.lang))}</b>"]
    if found in known.techniques:
        lines.append(plain(known.techniques[found].purpose.get(visit.lang, ""), 300))
    visit.show("\n".join(lines), [*rows(buttons, 1), [visit.button("admin_button_back", "script.home:0")]])


def folder(visit: Visit, rest: str) -> None:
    """Show the wordings of a technique in a language."""
    wanted, _, page = rest.partition(":")
    keys = list(wordings(visit))
    found = marked(wanted, {f"{key.rpartition('/')[0]}/" for key in keys})
    if found is None:
        visit.toast("outdated", box=True)
        return
    _, lang, name, _ = found.split("/")
    title = f"{visit.kit.technique(name, visit.lang)} · {_language(visit, lang)}"
    back = visit.button("admin_button_back", f"script.technique:{mark(name)}")
    visit.came_from(f"script.folder:{wanted}:{page}")
    _list(visit, title, [key for key in keys if key.startswith(found)], page, f"script.folder:{wanted}:{{}}", back)


def types(visit: Visit, page: str) -> None:
    """Show the types of complaint that wordings are made for."""
    complaints = list(visit.kit.adviser.playbook.complaints)
    here, pages, shown = leaf(complaints, page)
    buttons = [Button(visit.kit.name("types", one, visit.lang), data=f"script.type:{mark(one)}:0") for _, one in shown]
    title = f"<b>{visit.words('admin_by_type')}</b>"
    back = visit.button("admin_button_back", "script.home:0")
    visit.show(title, [*rows(buttons, 2), *turning("script.types:{}", here, pages), [back]])


def of_type(visit: Visit, rest: str) -> None:
    """Show the wordings made for a type of complaint; those in the admin's language come first."""
    wanted, _, page = rest.partition(":")
    found = marked(wanted, visit.kit.adviser.playbook.complaints)
    if found is None:
        visit.toast("outdated", box=True)
        return
    sheets = visit.kit.adviser.shelf.sheets
    keys = []
    for key in wordings(visit):
        reply = wording(key, sheets[key].text)[0] if f'"{found}"' in sheets[key].text else None
        if reply is not None and found in reply.head.types:
            keys.append(key)
    keys.sort(key=lambda key: (key.split("/")[1] != visit.lang, key))
    back = visit.button("admin_button_back", "script.types:0")
    visit.came_from(f"script.type:{wanted}:{page}")
    _list(visit, visit.kit.name("types", found, visit.lang), keys, page, f"script.type:{wanted}:{{}}", back)


def listed(visit: Visit, rest: str) -> None:
    """Show the list again out of which a wording was opened; where that is long ago, its technique's."""
    action, _, seen = visit.came_from().partition(":")
    page = {"script.found": found, "script.type": of_type, "script.folder": folder}.get(action)
    if page is None:
        folder(visit, rest)
    else:
        page(visit, seen)


def search(visit: Visit, _rest: str = "") -> None:
    """Ask what to look for."""
    visit.ask("search", visit.words("admin_search_for"))


def sought(visit: Visit, text: str, _step: Step | None = None) -> None:
    """Show the wordings that hold all the words of a search; two Chinese characters are a word."""
    found(visit, f"0:{' '.join(text.split())[:100]}")


def found(visit: Visit, rest: str) -> None:
    """Show a page of what a search finds."""
    page, _, words = rest.partition(":")
    parts = [fold(part).text for part in words.split()]
    sheets = visit.kit.adviser.shelf.sheets
    keys = [key for key in wordings(visit) if parts and _holds(sheets[key].text, key, parts)]
    keys.sort(key=lambda key: (key.split("/")[1] != visit.lang, key))
    visit.came_from(f"script.found:{page}:{words}")
    turn = f"script.found:{{}}:{words}" if len(words.encode("utf-8", "replace")) <= _LONGEST_SEARCH and not set("{}") & set(words) else ""
    _list(visit, visit.words("admin_found", words=words), keys, page, turn, visit.button("admin_button_back", "script.home:0"))


def _holds(text: str, key: str, parts: Sequence[str]) -> bool:
    folded = fold(text).text
    return all(part in folded or part in key for part in parts)


def _list(visit: Visit, title: str, keys: Sequence[str], page: str, turn: str, back: Button) -> None:
    """Show wordings with their first words and how often each was sent."""
    here, pages, shown = leaf(keys, page)
    sent = visit.books.readings.times_sent()
    lines = [f"<b>{plain(title, 200)}</b> · {len(keys)}"]
    langs = {key.split("/")[1] for key in keys}
    for number, key in shown:
        where = f" · {plain(_language(visit, key.split('/')[1]))}" if len(langs) > 1 else ""
        lines.append(f"{number}. {first_words(visit, key)}{where}{_times(visit, sent.get(template(key), 0))}")
    if not keys:
        lines.append(plain(visit.words("admin_nothing_found")))
    elif pages > 1 and not turn:
        lines.append(plain(visit.words("admin_and_more", count=len(keys) - len(shown))))
    buttons = [Button(str(number), data=f"script.open:{mark(key)}") for number, key in shown]
    visit.show("\n".join(lines), [*rows(buttons), *(turning(turn, here, pages) if turn else []), [back]])


def _times(visit: Visit, count: int) -> str:
    return f" · {visit.words('admin_times_sent', count=count)}" if count else ""


def first_words(visit: Visit, key: str) -> str:
    """Return how a wording begins, as HTML."""
    reply = wording(key, visit.kit.adviser.shelf.sheets[key].text)[0]
    if reply is None:
        return f"🚫 {plain(key.rpartition('/')[2], _FIRST_WORDS)}"
    said = " ".join(brackets.in_short(visit.kit, reply.body, visit.lang).split())
    language = visit.kit.adviser.playbook.languages.get(reply.lang)
    if language is not None and language.spaced:
        return plain(shorten(said, _FIRST_LETTERS, placeholder=" …"))
    return plain(said, _FIRST_WORDS)


def called(visit: Visit, key: str) -> str:
    """Return what a wording is called in a sentence, as HTML: what it does, and how it begins."""
    return f"{plain(visit.kit.technique(key.split('/')[2], visit.lang), 40)} · {first_words(visit, key)}"


def template(key: str) -> str:
    """Return the id under which a wording's being sent is noted."""
    return key.removeprefix("replies/").removesuffix(".j2")


def _language(visit: Visit, lang: str) -> str:
    languages = visit.kit.adviser.playbook.languages
    return languages[lang].names.get(visit.lang, lang) if lang in languages else lang


def opened(visit: Visit, wanted: str) -> None:
    """Show one wording: its text, when it fits, how often it was sent, and what can be done."""
    key = marked(wanted, wordings(visit))
    if key is None:
        visit.toast("outdated", box=True)
        return
    show(visit, key)


def show(visit: Visit, key: str) -> None:
    """Show the wording *key*; the techniques where it is gone."""
    if key not in visit.kit.adviser.shelf.sheets:
        home(visit)
        return
    _, lang, name, file = key.split("/")
    text = visit.kit.adviser.shelf.sheets[key].text
    reply, problems = wording(key, text)
    versions = visit.books.wordings.of(key)
    lines = [f"<b>{plain(visit.kit.technique(name, visit.lang))}</b> · {plain(_language(visit, lang))} · {plain(file, 60)}"]
    lines.append(f"<i>{_origin(visit, versions)}</i>")
    if reply is None:
        lines.append(f"🚫 {plain(telling.in_words(visit.kit, problems[0], visit.lang), 300) if problems else visit.words('admin_is_off')}")
    else:
        lines.append(f"<code>{plain(brackets.shown(visit.kit, reply.body, visit.lang).strip(), 1500)}</code>")
        conditions = conditions_of(visit.kit, reply, visit.lang)
        lines += [f"· {plain(line, 200)}" for line in conditions] or [f"· {plain(visit.words('admin_always'))}"]
        if reply.head.also:
            also = "、".join(visit.kit.technique(one, visit.lang) for one in reply.head.also)
            lines.append(plain(visit.words("admin_also", what=also), 200))
    count, last = visit.books.readings.times_sent().get(template(key), 0), visit.books.wordings.last_sent(template(key))
    sent = visit.words("admin_sent_since", count=count, when=visit.at(last)) if last else visit.words("admin_never_sent")
    lines.append(plain(sent))
    it = mark(key)
    row = [visit.button("admin_button_new", f"script.new:{it}"), visit.button("admin_button_versions", f"script.versions:{it}:0")]
    last_row = []
    if reply is not None:
        last_row = [visit.button("admin_button_when", f"script.when:{it}:0"), visit.button("admin_button_off", f"script.off:{it}")]
    last_row.append(visit.button("admin_button_back", f"script.list:{mark(key.rpartition('/')[0] + '/')}:0"))
    visit.show("\n".join(lines), [row, last_row])


def _origin(visit: Visit, versions: Sequence[Version]) -> str:
    """Say where the text in force comes from, and what waits to be approved."""
    live = next((one for one in versions if one.state == "live"), None)
    awaits = next((one for one in versions if one.state == "awaits"), None)
    said = visit.words("admin_from_file")
    if live is not None:
        said = visit.words("admin_from_chat", number=live.number, name=visit.name(live.made_by), when=visit.at(live.made_at))
    return f"{said} · {visit.words('admin_one_awaits', name=visit.name(awaits.made_by))}" if awaits else said
