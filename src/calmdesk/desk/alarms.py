"""Alarms: what a supervisor must see at once is told to each of them in private, whoever or whatever raised it."""

from __future__ import annotations

from calmdesk.desk.kit import Kit, plain
from calmdesk.store.rows import Case, Customer
from calmdesk.store.store import Books

_ALARMED = "alarmed"
"""As the record of deeds has it."""
_TOPIC_COMES_WITHIN = 5.0
"""Seconds that an alarm waits for the customer's topic, so that a button can lead there; after that it goes without."""
_QUOTED = 300
"""Characters of a customer's words."""


def alarm(kit: Kit, books: Books, case: Case, customer: Customer, alert: str, words: str) -> None:
    """Tell every supervisor who can be reached what the case alerts of (E6), and the customer's *words*; the staff see it on the card."""
    books.staff.note(_ALARMED, None, case.id, alert=alert)
    seen_at = set(kit.places(books, case, customer))
    topic = books.places.topic(customer.id)
    wait = _TOPIC_COMES_WITHIN if topic is not None and topic.thread_id is None else 0.0
    for colleague in books.staff.all():
        if colleague.reachable and colleague.may("supervisor") and colleague.user_id not in seen_at:
            lang = kit.language(colleague)
            said = kit.words(lang, "alarm", name=plain(customer.name, 60), alert=plain(case.alert or "", 400))
            quoted = f"\n<blockquote>{plain(words, _QUOTED)}</blockquote>" if words else ""
            kit.whisper(books, colleague.user_id, said + quoted, customer_id=customer.id, leads_there=lang, wait=wait)


def told(books: Books, case: Case, alert: str) -> bool:
    """Say whether the supervisors were told of an alert of a case, and nobody has dealt with it since."""
    return books.staff.done_since(_ALARMED, {"closed", "supervisor"}, case.id, alert=alert)
