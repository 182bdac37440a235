"""The desk's one door: every event comes in through `handle`, every post goes out through `prepare` and `settle`."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from calmdesk.adviser import Adviser
from calmdesk.config import Settings
from calmdesk.desk import admins, agents, customers, pasted, posting, typed
from calmdesk.desk.admins import renewal
from calmdesk.desk.admins.renewal import Found
from calmdesk.desk.calls import Outcome
from calmdesk.desk.events import Connected, Deleted, Edited, Event, Moved, Person, Reached, Said, Sought, Tapped, TopicChanged, TopicMade
from calmdesk.desk.kit import Kit
from calmdesk.desk.posting import Prepared
from calmdesk.desk.words import Words
from calmdesk.shelf import Stamps
from calmdesk.store.forget import forget
from calmdesk.store.rows import Colleague, Customer, Post
from calmdesk.store.store import Books


class Desk:
    """A shop's desk. Everything that it does, it does within one transaction of the books it is given."""

    def __init__(self, settings: Settings, adviser: Adviser, words: Words | None = None, bot: str = "") -> None:
        self.kit = Kit(settings, adviser, words or Words.shipped(), bot=bot)
        self._refused: Stamps | None = None
        """The state of the playbook's folders that couldn't be used."""

    def handle(self, books: Books, event: Event) -> None:
        """Do what follows from an event."""
        match event:
            case Said():
                self._said(books, event)
            case Edited():
                self._edited(books, event)
            case Deleted():
                customers.deleted(self.kit, books, event, self._account(books, event.chat.connection))
            case Tapped():
                self._tapped(books, event)
            case Sought():
                pasted.sought(self.kit, books, event, self._colleague(books, event.person))
            case Reached():
                self._reached(books, event)
            case Connected():
                books.customers.connected(event.connection, event.person.id, can_reply=event.can_reply, enabled=event.enabled)
            case Moved():
                posting.moved(books, event.chat_id, event.now)
            case TopicChanged():
                topic = books.places.topic_at(event.chat.id, event.chat.thread)
                if topic is not None:
                    books.places.topic_shows(topic.customer_id, topic.shown, event.closed)
            case TopicMade():
                posting.adopt(self.kit, books, event)
            case _:
                assert_never(event)

    def prepare(self, books: Books, post: Post) -> Prepared | None:
        """Return the call for a post as things stand now; None where there is nothing to do any more."""
        return posting.prepare(self.kit, books, post)

    def settle(self, books: Books, prepared: Prepared, outcome: Outcome) -> None:
        """Note what became of a call."""
        posting.settle(self.kit, books, prepared, outcome)

    def recover(self, books: Books) -> None:
        """Begin where the house stopped: sort out what was on its way then, remember corrections and wordings of the chat."""
        posting.recover(self.kit, books, books.outbox.interrupted())
        for text, _, became in books.readings.all_corrected():
            self.kit.learnt.add(text, became)
        books.staff.note(renewal.STARTED, None)
        self.kit = renewal.renewed(self.kit, books)

    def daily(self, books: Books) -> bool:
        """Forget a part of what the settings no longer want kept; return whether there is more."""
        return forget(books, self.kit.settings).more

    def named(self, bot: str) -> None:
        """Take note of the bot's username; invitations need it."""
        self.kit = replace(self.kit, bot=bot)

    def look(self) -> Found | None:
        """Return what has changed in the playbook's folders, read and checked, for `reload`; needs no books, so any thread may do it."""
        return renewal.look(self.kit, self._refused)

    def reload(self, books: Books, found: Found | None = None) -> None:
        """Take over what folders and books hold now; what is broken is refused, told to the admins once, and the old one stays."""
        found = found or self.look()
        if found is None:
            self.kit = renewal.renewed(self.kit, books)
            return
        self._refused = None if found.adviser else found.stamps
        self.kit = renewal.take(self.kit, books, found)

    def menus(self, books: Books) -> list[tuple[int | None, str, tuple[tuple[str, str], ...]]]:
        """Return the commands that people see: chat (None for every private chat), language of their app ("" for any), the commands.

        Staff who haven't opened the bot yet have theirs as well: a customer's aren't for them.
        """
        kit = self.kit
        # An app says no more than "zh"; of the languages for it, the one that stands first counts.
        spoken = reversed([(tag, lang) for lang, words in kit.words.languages.items() for tag in words["tags"].split()])
        tags = {tag.partition("-")[0]: lang for tag, lang in spoken}
        for_customers = [(None, tag, customers.menu(kit, lang)) for tag, lang in tags.items()]
        anybody = [*for_customers, (None, "", customers.menu(kit, kit.words.language_of("en") or kit.words.first))]
        in_groups = [(group, "", admins.group_menu(kit, kit.desk_language)) for group in kit.settings.staff.groups]
        return [*anybody, *in_groups, *((one.user_id, "", admins.menu(kit, one, kit.language(one))) for one in books.staff.all())]

    # -- who and where

    def _colleague(self, books: Books, person: Person) -> Colleague | None:
        """Return one of the staff; those that the settings name as admins are taken on when they are first seen."""
        colleague = books.staff.get(person.id)
        if person.id in self.kit.settings.staff.admins and (colleague is None or not colleague.may("admin")):
            books.staff.join(person.id, person.name, "admin")
            colleague = books.staff.get(person.id)
        return colleague

    def _account(self, books: Books, connection: str) -> int:
        """Return whose business account a connection is; 0 for none.

        The news of a new connection may be handled after its first message: that one fails then, and is tried again soon.
        """
        if not connection:
            return 0
        found = books.customers.connection(connection)
        if found is None:
            raise LookupError(f"business connection {connection!r} isn't known (yet)")
        return found[0]

    def _topics_customer(self, books: Books, chat_id: int, thread: int) -> Customer | None:
        topic = books.places.topic_at(chat_id, thread)
        return None if topic is None else books.customers.get(topic.customer_id)

    # -- events

    def _said(self, books: Books, said: Said) -> None:
        if said.person.is_bot:
            return
        if said.chat.connection:
            account = self._account(books, said.chat.connection)
            if said.outgoing or said.person.id == account:
                customers.said_by_hand(self.kit, books, said, account)
            else:
                customers.receive(self.kit, books, said, account)
        elif said.chat.kind == "private":
            self._said_in_private(books, said)
        elif said.chat.id in self.kit.settings.staff.groups or (said.chat.thread and books.places.topic_at(said.chat.id, said.chat.thread)):
            self._said_at_the_desk(books, said)

    def _said_in_private(self, books: Books, said: Said) -> None:
        """Take what somebody writes to the bot itself: the staff work, anybody else is a customer."""
        if admins.accepts(self.kit, books, said):
            return
        colleague = self._colleague(books, said.person)
        if colleague is None:
            customers.receive(self.kit, books, said)
            return
        books.staff.reachable(colleague.user_id, said.person.name)
        message_id = books.places.mirrored_at(said.chat.id, said.reply_to) if said.reply_to else None
        card = books.places.card_at(said.chat.id, said.reply_to) if said.reply_to else None
        step = books.staff.step(colleague.user_id, said.chat.id, 0)
        case_id = card.case_id if card else books.cases.message(message_id).case_id if message_id else None
        if case_id is None and step is not None and typed.answers(step, said):
            case_id = step.case_id
        if _is_command(said):
            self.kit = admins.command(self.kit, books, said, colleague)
        elif case_id is not None:
            typed.typed(self.kit, books, said, colleague, books.customers.get(books.cases.get(case_id).customer_id))
        elif step is not None and step.case_id is None:
            admins.answered(self.kit, books, said, colleague, step)
        elif said.content.text:
            pasted.pasted(self.kit, books, colleague, said.content.text)

    def _said_at_the_desk(self, books: Books, said: Said) -> None:
        customer = self._topics_customer(books, said.chat.id, said.chat.thread) if said.chat.thread else None
        colleague = self._colleague(books, said.person)
        if colleague is None:
            if customer is not None:  # what a stranger types must not pass for sent
                self.kit.whisper(books, said.chat.id, "⛔ " + self.kit.words(self.kit.desk_language, "staff_only"), thread=said.chat.thread)
        elif customer is not None and not _is_command(said):
            typed.typed(self.kit, books, said, colleague, customer)
        elif _is_command(said):
            self.kit = admins.command(self.kit, books, said, colleague)

    def _edited(self, books: Books, event: Edited) -> None:
        account = self._account(books, event.chat.connection)
        colleague = self._colleague(books, event.person) if not event.chat.connection else None
        if colleague is not None:
            typed.edited(self.kit, books, event, colleague)
        elif event.chat.kind == "private":
            customers.edited(self.kit, books, event, account)

    def _tapped(self, books: Books, tap: Tapped) -> None:
        colleague = self._colleague(books, tap.person)
        customer = books.customers.find(tap.chat.id) if tap.chat and tap.chat.kind == "private" else None
        if customer is not None and tap.person.id == customer.user_id and customers.tapped(self.kit, books, tap, customer):
            return
        if colleague is None:
            self.kit.toast(books, tap.tap_id, self.kit.words(self.kit.desk_language, "staff_only"), box=True)
        elif kit := admins.tapped(self.kit, books, tap, colleague):
            self.kit = kit
        else:
            agents.tapped(self.kit, books, tap, colleague)

    def _reached(self, books: Books, event: Reached) -> None:
        if event.chat.kind == "private":
            colleague = self._colleague(books, event.person)
            if colleague is not None:
                books.staff.reachable(colleague.user_id, event.person.name, event.inside)
            else:
                customers.reached(self.kit, books, event)
        elif event.inside:
            books.outbox.at_once(event.chat.id)


def _is_command(said: Said) -> bool:
    """Say whether a message is a command; a line that begins with // is a note."""
    return said.content.text.startswith("/") and not said.content.text.startswith("//")
