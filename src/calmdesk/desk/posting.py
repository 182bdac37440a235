"""Posting: turns a row of the outbox into a call at the moment it goes, so that it shows the newest state, and notes what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from calmdesk.desk.calls import Button, Call, Change, ChangeTopic, Copy, Found, MakeTopic, Outcome, Remove, Results, Say, SendFile, Toast
from calmdesk.desk.card import TOPIC_COLOUR, View, card, topic_name
from calmdesk.desk.events import TopicMade
from calmdesk.desk.kit import Kit, packed, plain, unpacked
from calmdesk.desk.transcript import transcript
from calmdesk.store.outbox import REPEATABLE
from calmdesk.store.rows import Customer, Message, Post
from calmdesk.store.store import Books

_GATHERED = 2000
"""Characters that are shown together at most: a card has to find room below them."""
_LONGEST_WAIT = 60.0
"""Seconds."""
_NEWS_COME_WITHIN = 5.0
"""Seconds, after a start, until Telegram has told what it did for us last: that a topic was made, say."""
_TROUBLE_TOLD_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call that is about to be made, and the posts that it settles."""

    posts: tuple[Post, ...]
    call: Call
    mark: str = ""
    """Of a card, or words that bring it along, what it will show."""

    @property
    def post(self) -> Post:
        """Return the first of its posts."""
        return self.posts[0]


def prepare(kit: Kit, books: Books, post: Post) -> Prepared | None:
    """Return the call for a post as things stand now; None where there is nothing to do any more."""
    try:
        thread = _thread(kit, books, post)
        if isinstance(thread, Prepared):
            return thread
        return _KINDS[post.kind](kit, books, post, thread)
    except LookupError:
        return None  # its case or customer has been erased


def _thread(kit: Kit, books: Books, post: Post) -> int | Prepared:
    """Return the topic that a post goes to, 0 for none; where the topic has yet to be made, the call that makes it."""
    if not is_group(post.chat_id) or not post.customer_id:
        return 0
    topic = books.places.topic(post.customer_id)
    if topic is None or topic.chat_id != post.chat_id:
        return 0
    if topic.thread_id is None:
        view = _view(books, post)
        return Prepared((post,), MakeTopic(post.chat_id, topic_name(kit, view), TOPIC_COLOUR))
    return topic.thread_id


def is_group(chat_id: int) -> bool:
    """Say whether a chat is a group: Telegram gives groups negative numbers."""
    return chat_id < 0


def _view(books: Books, post: Post) -> View:
    case = books.cases.last_of(post.customer_id) if post.case_id is None else books.cases.get(post.case_id)
    if case is None:
        raise LookupError(f"no case of customer {post.customer_id}")
    return View.of(books, case.id)


def _chat_language(kit: Kit, books: Books, chat_id: int) -> str:
    return kit.desk_language if is_group(chat_id) else kit.language(books.staff.get(chat_id))


def _card(kit: Kit, books: Books, post: Post, thread: int) -> Prepared | None:
    """Bring a card up to date where it stands. Words that wait to be shown take it along instead, to below them."""
    shown = books.places.card(post.case_id or 0, post.chat_id)
    if shown is None:
        return None
    first = books.outbox.first_in_line(post.chat_id, post.customer_id)
    words = _mirror(kit, books, first, thread) if first and first.kind == "mirror" else None
    if words is not None and words.mark and first is not None and first.case_id == post.case_id:
        return replace(words, posts=(*words.posts, post))
    if books.outbox.words_wait(post.chat_id, post.case_id or 0):
        return None
    view = _view(books, post)
    said = [books.cases.message(one) for one in books.places.mirrored_as(post.chat_id, shown.message_id or 0)]
    if view.said is not None and view.said not in said:
        said.append(view.said)
    text, buttons, mark = _rendered(kit, books, view, said, post.chat_id, shown.panel)
    if shown.message_id is None:
        return Prepared((post,), Say(post.chat_id, text, marked=True, thread=thread, buttons=buttons), mark)
    if shown.shown == mark:
        return None
    return Prepared((post,), Change(post.chat_id, shown.message_id, text, marked=True, buttons=buttons), mark)


def _rendered(
    kit: Kit, books: Books, view: View, said: Sequence[Message], chat_id: int, panel: str
) -> tuple[str, tuple[tuple[Button, ...], ...], str]:
    """Return a card's text and buttons below what was *said*, and a mark of both."""
    lang = _chat_language(kit, books, chat_id)
    evidence = {view.said.id: view.advice["reading"].get("evidence", ())} if view.said else {}
    words = transcript(kit, books, view.customer, said, lang, evidence=evidence)
    text, buttons = card(kit, view, panel, lang, words or f"<b>{plain(view.customer.name, 60)}</b>")
    kept = packed(buttons)
    return text, unpacked(kept), hashlib.sha256(f"{text}{kept}".encode()).hexdigest()[:16]


def _mirror(kit: Kit, books: Books, post: Post, thread: int) -> Prepared | None:
    """Gather what waits to be shown of one customer into one message; the last of the customer's words bring the card along."""
    lang, customer = _chat_language(kit, books, post.chat_id), books.customers.get(post.customer_id)
    part = post.content.get("part")
    posts = [post]
    said = [books.cases.message(post.message_id or 0)]
    if part is None:
        for one in books.outbox.following(post, "mirror"):
            more = books.cases.message(one.message_id or 0)
            if "part" in one.content or one.case_id != post.case_id or sum(len(each.text) for each in (*said, more)) > _GATHERED:
                break
            posts.append(one)
            said.append(more)
    theirs = any(message.role == "customer" for message in said)
    if theirs and part is None and not books.outbox.words_wait(post.chat_id, post.case_id or 0, posts[-1].id):
        text, buttons, mark = _rendered(kit, books, _view(books, post), said, post.chat_id, "")
        return Prepared(tuple(posts), Say(post.chat_id, text, marked=True, thread=thread, buttons=buttons), mark)
    said = [message for one, message in zip(posts, said, strict=True) if "echo" not in one.content]
    if not said:
        return None
    text = transcript(kit, books, customer, said, lang, part=part)
    return Prepared(tuple(posts), Say(post.chat_id, text, marked=True, thread=thread, quietly=not theirs))


def _retire(kit: Kit, books: Books, post: Post, _thread: int) -> Prepared | None:
    """Leave of a card that another has taken the place of what was said, without buttons."""
    number = post.content["number"]
    said = [books.cases.message(one) for one in books.places.mirrored_as(post.chat_id, number)]
    said = said or [one for one in books.cases.messages(post.case_id or 0) if one.role == "customer"][:1]
    lang = _chat_language(kit, books, post.chat_id)
    text = transcript(kit, books, books.customers.get(post.customer_id), said, lang)
    return Prepared((post,), Change(post.chat_id, number, text, marked=True)) if text else None


def _file(_kit: Kit, books: Books, post: Post, thread: int) -> Prepared | None:
    """Show a picture, voice or file of a customer's to the staff."""
    message = books.cases.message(post.message_id or 0)
    customer = books.customers.get(message.customer_id)
    if message.chat_message_id is None:
        return None
    return Prepared((post,), Copy(
        post.chat_id, customer.chat_id, message.chat_message_id, thread=thread, kind=message.kind if customer.account else "",
        file_id=message.file_id or "", details=message.details,
    ))  # fmt: skip


def _to_customer(books: Books, post: Post) -> tuple[Customer, str]:
    """Return the customer that a post goes to, and through which connection; raise LookupError where there is no way any more."""
    customer = books.customers.get(post.customer_id)
    if not customer.account:
        return customer, ""
    connection = books.customers.connection_of(customer.account)
    if connection is None:
        raise LookupError(f"account {customer.account} is not connected")
    return customer, connection[0]


def _say(_kit: Kit, books: Books, post: Post, _thread: int) -> Prepared | None:
    customer, connection = _to_customer(books, post)
    text, reply_to = post.content["text"], post.content.get("reply_to")
    return Prepared((post,), Say(customer.chat_id, text, connection=connection, reply_to=reply_to))


def _copy(_kit: Kit, books: Books, post: Post, _thread: int) -> Prepared | None:
    customer, connection = _to_customer(books, post)
    message = books.cases.message(post.message_id or 0)
    return Prepared((post,), Copy(
        customer.chat_id, post.content["from"], post.content["number"], connection=connection, kind=message.kind if connection else "",
        file_id=message.file_id or "", details=message.details, caption=message.text if connection else None,
    ))  # fmt: skip


def _change(_kit: Kit, books: Books, post: Post, _thread: int) -> Prepared | None:
    customer, connection = _to_customer(books, post)
    return Prepared((post,), Change(customer.chat_id, post.content["number"], post.content["text"], connection=connection))


def _notice(_kit: Kit, _books: Books, post: Post, _thread: int) -> Prepared | None:
    content = post.content
    buttons, connection = unpacked(content["buttons"]), content.get("connection", "")
    return Prepared((post,), Say(post.chat_id, content["text"], buttons=buttons, connection=connection))


def _tell(kit: Kit, books: Books, post: Post, thread: int) -> Prepared | None:
    content = post.content
    there = kit.way_to(books, books.customers.get(post.customer_id), content["leads_there"]) if content.get("leads_there") else []
    if content.get("number"):  # a page takes the place of the one whose button was tapped
        page = Change(post.chat_id, content["number"], content["text"], marked=True, buttons=unpacked(content["buttons"]))
        return Prepared((post,), page)
    return Prepared((post,), Say(
        post.chat_id, content["text"], marked=True, thread=content.get("thread", 0) or thread,
        buttons=(*unpacked(content["buttons"]), *unpacked(packed(there))), asks=bool(content.get("asks")),
    ))  # fmt: skip


def _document(_kit: Kit, _books: Books, post: Post, _thread: int) -> Prepared | None:
    return Prepared((post,), SendFile(post.chat_id, post.content["name"], post.content["data"], post.content["caption"]))


def _toast(_kit: Kit, _books: Books, post: Post, _thread: int) -> Prepared | None:
    return Prepared((post,), Toast(post.content["tap"], post.content["text"], post.content["box"]))


def _results(_kit: Kit, _books: Books, post: Post, _thread: int) -> Prepared | None:
    content = post.content
    found = tuple(Found(**one) for one in content["found"])
    return Prepared((post,), Results(content["query"], found, content.get("next", ""), content.get("nothing", "")))


def _topic(kit: Kit, books: Books, post: Post, thread: int) -> Prepared | None:
    topic = books.places.topic(post.customer_id)
    view = _view(books, post)
    name, closed = topic_name(kit, view), not view.case.is_open
    if topic is None or (topic.shown, topic.closed) == (name, closed):
        return None
    call = ChangeTopic(post.chat_id, thread, name=name if name != topic.shown else None, closed=closed if closed != topic.closed else None)
    return Prepared((post,), call, name)


def _end_topic(_kit: Kit, _books: Books, post: Post, _thread: int) -> Prepared | None:
    return Prepared((post,), ChangeTopic(post.chat_id, post.content["thread"], ended=True))


def _remove(_kit: Kit, _books: Books, post: Post, _thread: int) -> Prepared | None:
    return Prepared((post,), Remove(post.chat_id, tuple(post.content["numbers"][:100])))


_KINDS: dict[str, Callable[[Kit, Books, Post, int], Prepared | None]] = {
    "card": _card, "mirror": _mirror, "retire": _retire, "file": _file, "say": _say, "copy": _copy, "change": _change, "notice": _notice,
    "tell": _tell,
    "whisper": _tell, "document": _document, "toast": _toast, "results": _results, "topic": _topic, "end_topic": _end_topic,
    "remove": _remove,
}  # fmt: skip


def settle(kit: Kit, books: Books, prepared: Prepared, outcome: Outcome) -> None:
    """Note what became of a call, and do what follows from it."""
    post, ids = prepared.post, [one.id for one in prepared.posts]
    if outcome.moved_to is not None:
        moved(books, post.chat_id, outcome.moved_to)
    if isinstance(prepared.call, MakeTopic):
        _topic_settled(kit, books, prepared, prepared.call, outcome)
    elif outcome.done or outcome.trouble == "same":
        _done(kit, books, prepared, outcome)
    elif outcome.trouble == "topic gone":
        books.places.topic_gone(post.customer_id)
        books.outbox.later(ids, 0, outcome.reason)
    elif outcome.trouble == "message gone" and post.kind == "card":
        books.places.card_shows(post.case_id or 0, post.chat_id, None, "")
        books.outbox.later(ids, 0, outcome.reason)
    elif outcome.trouble == "message gone" and post.kind == "whisper" and post.content.get("number"):
        books.outbox.end(ids, "dropped", outcome.reason)
        books.outbox.put(post.kind, post.chat_id, {**post.content, "number": None}, customer_id=post.customer_id, urgency=post.urgency)
    elif outcome.trouble == "later" or (outcome.trouble == "unknown" and post.kind in REPEATABLE):
        if post.kind in {"toast", "results"}:
            books.outbox.end(ids, "dropped", outcome.reason)  # a tap or a search waits for no answer any longer
        else:
            books.outbox.later(ids, outcome.wait or min(_LONGEST_WAIT, 2.0 ** min(post.attempts, 6)), outcome.reason)
    else:
        _failed(kit, books, prepared, outcome)


def _topic_settled(kit: Kit, books: Books, prepared: Prepared, call: MakeTopic, outcome: Outcome) -> None:
    """Note that a topic was made (or couldn't be); the post that needed it stays in line."""
    wait = 0.0
    if outcome.done and outcome.number is not None:
        _topic_is_there(books, prepared.post.customer_id, outcome.number, call.name)
    else:
        wait = outcome.wait or _LONGEST_WAIT
        if outcome.trouble != "later":
            _tell_admins(kit, books, "no_topic", outcome.reason)
    books.outbox.later([one.id for one in prepared.posts], wait, outcome.reason)


def _done(kit: Kit, books: Books, prepared: Prepared, outcome: Outcome) -> None:
    post = prepared.post
    books.outbox.sent([one.id for one in prepared.posts], outcome.number)
    if post.kind == "card":
        shown = books.places.card(post.case_id or 0, post.chat_id)
        books.places.card_shows(post.case_id or 0, post.chat_id, outcome.number or (shown.message_id if shown else None), prepared.mark)
        _name_topic(kit, books, post)
    elif post.kind in {"mirror", "file"} and outcome.number is not None:
        books.places.mirrored(post.chat_id, outcome.number, [one.message_id for one in prepared.posts if one.message_id])
        if prepared.mark:
            _card_moved(kit, books, prepared, outcome.number)
    elif post.kind in {"say", "copy"} and outcome.number is not None and post.message_id is not None:
        books.cases.stands_as(post.message_id, outcome.number)
    elif post.kind == "whisper" and post.content.get("asks") and outcome.number is not None:
        books.staff.asked(post.content["asks"], post.chat_id, post.content["thread"], outcome.number)
    elif post.kind == "topic" and isinstance(prepared.call, ChangeTopic):
        topic = books.places.topic(post.customer_id)
        if topic is not None:
            closed = topic.closed if prepared.call.closed is None else prepared.call.closed
            books.places.topic_shows(post.customer_id, prepared.mark, closed)


def _card_moved(kit: Kit, books: Books, prepared: Prepared, number: int) -> None:
    """Note that a card stands below newer words now; the one before keeps what was said, and nothing else."""
    post = prepared.post
    case_id = post.case_id or 0
    before = books.places.card(case_id, post.chat_id)
    books.places.want_card(case_id, post.chat_id)
    books.places.card_shows(case_id, post.chat_id, number, prepared.mark)
    books.places.open_panel(case_id, post.chat_id, "")
    if before is not None and before.message_id is not None:
        content = {"number": before.message_id}
        books.outbox.put("retire", post.chat_id, content, customer_id=post.customer_id, case_id=case_id, urgency=post.urgency)
    _name_topic(kit, books, post)


def _name_topic(kit: Kit, books: Books, post: Post) -> None:
    """Have the topic's name follow the card: the heat's sign, what it is about, closed or open."""
    topic = books.places.topic(post.customer_id)
    if topic is None or topic.chat_id != post.chat_id or topic.thread_id is None:
        return
    view = _view(books, post)
    if (topic.shown, topic.closed) != (topic_name(kit, view), not view.case.is_open):
        books.outbox.put("topic", post.chat_id, {}, customer_id=post.customer_id, case_id=post.case_id, urgency=-10)


def _failed(kit: Kit, books: Books, prepared: Prepared, outcome: Outcome) -> None:
    """Note that posts won't go, and tell those who can act."""
    post = prepared.post
    state = "unknown" if outcome.trouble == "unknown" else "failed"
    books.outbox.end([one.id for one in prepared.posts], state, outcome.reason)
    if post.customer_id and post.kind in {"say", "copy", "notice", "document", "change"}:
        customer = books.customers.get(post.customer_id)
        if outcome.trouble == "blocked":
            books.customers.blocked(customer.id, True)
        if post.case_id is not None:
            kit.show(books, books.cases.get(post.case_id), books.customers.get(customer.id), more=10)
    elif outcome.trouble == "blocked" and (colleague := books.staff.get(post.chat_id)):
        books.staff.reachable(colleague.user_id, colleague.name, False)
    elif post.kind not in {"toast", "results", "end_topic", "remove", "retire"}:
        _tell_admins(kit, books, "cannot_send", outcome.reason)
        if post.kind == "mirror" and prepared.mark:  # the words are on the card at least
            kit.show(books, books.cases.get(post.case_id or 0), books.customers.get(post.customer_id))


def _tell_admins(kit: Kit, books: Books, key: str, reason: str) -> None:
    """Tell the admins what is wrong with the desk itself; the same thing at most once an hour."""
    if books.staff.noted(key, books.now - _TROUBLE_TOLD_EVERY):
        return
    books.staff.note(key, None, reason=reason)
    for colleague in books.staff.all():
        if colleague.reachable and colleague.may("admin"):
            kit.whisper(books, colleague.user_id, f"⚠️ {plain(kit.words(kit.language(colleague), key, reason=reason))}")


def moved(books: Books, chat_id: int, now: int) -> None:
    """Follow a group that got a new number."""
    for table in ("topics", "cards", "mirrors", "outbox"):
        books.db.execute(f"UPDATE OR IGNORE {table} SET chat_id = ? WHERE chat_id = ?", (now, chat_id))  # noqa: S608 - names of ours


def adopt(kit: Kit, books: Books, made: TopicMade) -> None:
    """Take a topic that was made before the house died for the customer who was to have it."""
    if books.places.topic_at(made.chat.id, made.chat.thread) is not None:
        return
    for customer_id in books.places.without_topic(made.chat.id):
        case = books.cases.last_of(customer_id)
        if case is not None and topic_name(kit, View.of(books, case.id)) == made.name:
            _topic_is_there(books, customer_id, made.chat.thread, made.name)
            return


def _topic_is_there(books: Books, customer_id: int, thread_id: int, name: str) -> None:
    """Note that a customer has a topic; what is to lead there goes now."""
    books.places.topic_made(customer_id, thread_id, name)
    books.outbox.whispers_at_once(customer_id)


def recover(kit: Kit, books: Books, interrupted: Sequence[Post]) -> None:
    """Sort out what was on its way when the house died: what may be repeated goes again, of the rest nobody knows."""
    for post in interrupted:
        if post.kind in REPEATABLE:
            books.outbox.later([post.id], _NEWS_COME_WITHIN if is_group(post.chat_id) else 0, "interrupted")
            continue
        books.outbox.end([post.id], "unknown", "interrupted")
        if post.case_id is not None and post.customer_id:
            case = books.cases.get(post.case_id)
            kit.show(books, case, books.customers.get(case.customer_id), more=10)
