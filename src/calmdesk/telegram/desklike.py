"""What the edge needs of a desk. The desk proper is `calmdesk.desk.desk.Desk`; tests of the edge bring a smaller one."""

from __future__ import annotations

from typing import Protocol

from calmdesk.desk.admins.renewal import Found
from calmdesk.desk.calls import Outcome
from calmdesk.desk.events import Event
from calmdesk.desk.posting import Prepared
from calmdesk.store.rows import Post
from calmdesk.store.store import Books


class DeskLike(Protocol):
    """A desk. What is given books runs within one transaction of the store."""

    def handle(self, books: Books, event: Event) -> None:
        """Do what an event asks for; what is to be sent goes into the outbox."""

    def prepare(self, books: Books, post: Post) -> Prepared | None:
        """Return the call that a post asks for now, with all posts that it carries; None where there is nothing to do any more."""

    def settle(self, books: Books, prepared: Prepared, outcome: Outcome) -> None:
        """Note what became of a call, in the outbox and wherever else it matters."""

    def recover(self, books: Books) -> None:
        """Decide what becomes of posts that were on their way when the house died."""

    def daily(self, books: Books) -> bool:
        """Do a part of what is to be done once a day; return whether there is more."""

    def named(self, bot: str) -> None:
        """Hear the bot's username, before anything else; this and `look` need no books."""

    def look(self) -> Found | None:
        """Return what has changed in the playbook's folders, None for nothing; any thread may ask."""

    def reload(self, books: Books, found: Found | None = None) -> None:
        """Work with the changed playbook."""
