"""Where the staff see a case: the customer's topic, the card, and which of the desk's messages shows which of the case's."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """A customer's topic in a staff group."""

    customer_id: int
    chat_id: int
    thread_id: int | None
    """None until Telegram has made it."""
    shown: str
    """Its name as Telegram has it."""
    closed: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A case's card in a staff chat."""

    case_id: int
    chat_id: int
    message_id: int | None
    """None until it has been sent."""
    shown: str
    """A mark of what it shows, so that nothing is sent that changes nothing."""
    panel: str
    """Which of its panels is open: "" for the replies, "checklist", "correct" …"""


class Places:
    """The places of one transaction's view."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def topic(self, customer_id: int) -> Topic | None:
        """Return a customer's topic."""
        row = self._db.execute("SELECT * FROM topics WHERE customer_id = ?", (customer_id,)).fetchone()
        return None if row is None else _topic(row)

    def topic_at(self, chat_id: int, thread_id: int) -> Topic | None:
        """Return the topic that Telegram keeps under a number."""
        row = self._db.execute("SELECT * FROM topics WHERE chat_id = ? AND thread_id = ?", (chat_id, thread_id)).fetchone()
        return None if row is None else _topic(row)

    def want_topic(self, customer_id: int, chat_id: int) -> Topic:
        """Return a customer's topic, noted as wanted where there is none; it stays in the group where it began."""
        self._db.execute("INSERT OR IGNORE INTO topics (customer_id, chat_id) VALUES (?, ?)", (customer_id, chat_id))
        topic = self.topic(customer_id)
        if topic is None:
            raise LookupError(f"no customer {customer_id}")
        return topic

    def topic_made(self, customer_id: int, thread_id: int, shown: str) -> None:
        """Note under which number Telegram keeps a topic, and what it is called."""
        self._db.execute("UPDATE topics SET thread_id = ?, shown = ?, closed = 0 WHERE customer_id = ?", (thread_id, shown, customer_id))

    def without_topic(self, chat_id: int) -> list[int]:
        """Return the customers whose topic in a group has yet to be made."""
        return [row[0] for row in self._db.execute("SELECT customer_id FROM topics WHERE chat_id = ? AND thread_id IS NULL", (chat_id,))]

    def topic_shows(self, customer_id: int, shown: str, closed: bool) -> None:
        """Note what a topic is called now, and whether it is closed."""
        self._db.execute("UPDATE topics SET shown = ?, closed = ? WHERE customer_id = ?", (shown, closed, customer_id))

    def topic_gone(self, customer_id: int) -> None:
        """Note that somebody deleted a topic: it and its cards are to be made anew."""
        self._db.execute("UPDATE topics SET thread_id = NULL, shown = '', closed = 0 WHERE customer_id = ?", (customer_id,))
        self._db.execute(
            """UPDATE cards SET message_id = NULL, shown = '' WHERE case_id IN (SELECT id FROM cases WHERE customer_id = ?)
               AND chat_id = (SELECT chat_id FROM topics WHERE customer_id = ?)""",
            (customer_id, customer_id),
        )

    def shown_of(self, customer_id: int) -> dict[int, list[int]]:
        """Return by chat the numbers of the desk's messages that show a customer: cards, what was said, what staff were told of them."""
        rows = self._db.execute(
            """SELECT cards.chat_id, cards.message_id FROM cards JOIN cases ON cases.id = cards.case_id
               WHERE cases.customer_id = :customer AND cards.message_id IS NOT NULL
               UNION SELECT mirrors.chat_id, staff_message_id FROM mirrors JOIN messages ON messages.id = mirrors.message_id
               WHERE messages.customer_id = :customer
               UNION SELECT chat_id, sent_as FROM outbox
               WHERE customer_id = :customer AND kind = 'whisper' AND state = 'sent' AND sent_as IS NOT NULL""",
            {"customer": customer_id},
        )
        shown: dict[int, list[int]] = {}
        for chat_id, number in rows:
            shown.setdefault(chat_id, []).append(number)
        return shown

    def open_in(self, chat_id: int) -> int:
        """Return how many open cases are worked on in a group."""
        (count,) = self._db.execute(
            """SELECT count(*) FROM cases CROSS JOIN topics ON topics.customer_id = cases.customer_id
               WHERE cases.state = 'open' AND topics.chat_id = ?""",
            (chat_id,),
        ).fetchone()
        return int(count)

    def card(self, case_id: int, chat_id: int) -> Card | None:
        """Return a case's card in a chat."""
        row = self._db.execute("SELECT * FROM cards WHERE case_id = ? AND chat_id = ?", (case_id, chat_id)).fetchone()
        return None if row is None else _card(row)

    def cards(self, case_id: int) -> list[Card]:
        """Return a case's cards in all chats."""
        return [_card(row) for row in self._db.execute("SELECT * FROM cards WHERE case_id = ?", (case_id,))]

    def card_at(self, chat_id: int, message_id: int) -> Card | None:
        """Return the card that stands as a message in a chat."""
        row = self._db.execute("SELECT * FROM cards WHERE chat_id = ? AND message_id = ?", (chat_id, message_id)).fetchone()
        return None if row is None else _card(row)

    def want_card(self, case_id: int, chat_id: int) -> None:
        """Note that a case is to have a card in a chat."""
        self._db.execute("INSERT OR IGNORE INTO cards (case_id, chat_id) VALUES (?, ?)", (case_id, chat_id))

    def card_shows(self, case_id: int, chat_id: int, message_id: int | None, shown: str) -> None:
        """Note as which message a card stands and what it shows; None where it has to be sent anew."""
        self._db.execute(
            "UPDATE cards SET message_id = ?, shown = ? WHERE case_id = ? AND chat_id = ?", (message_id, shown, case_id, chat_id)
        )

    def open_panel(self, case_id: int, chat_id: int, panel: str) -> None:
        """Note which panel of a card is open."""
        self._db.execute("UPDATE cards SET panel = ? WHERE case_id = ? AND chat_id = ?", (panel, case_id, chat_id))

    def mirrored(self, chat_id: int, staff_message_id: int, message_ids: list[int]) -> None:
        """Note which messages of the case one message on the desk shows."""
        self._db.executemany(
            "INSERT OR IGNORE INTO mirrors (chat_id, staff_message_id, message_id) VALUES (?, ?, ?)",
            [(chat_id, staff_message_id, one) for one in message_ids],
        )

    def mirrored_as(self, chat_id: int, staff_message_id: int) -> list[int]:
        """Return which messages of a case a message on the desk shows, in order."""
        rows = self._db.execute(
            "SELECT message_id FROM mirrors WHERE chat_id = ? AND staff_message_id = ? ORDER BY message_id", (chat_id, staff_message_id)
        )
        return [row[0] for row in rows]

    def mirrored_at(self, chat_id: int, staff_message_id: int) -> int | None:
        """Return the (last) message of a case that a message on the desk shows."""
        row = self._db.execute(
            "SELECT max(message_id) FROM mirrors WHERE chat_id = ? AND staff_message_id = ?", (chat_id, staff_message_id)
        ).fetchone()
        return None if row is None or row[0] is None else int(row[0])


def _topic(row: sqlite3.Row) -> Topic:
    return Topic(row["customer_id"], row["chat_id"], row["thread_id"], row["shown"], bool(row["closed"]))


def _card(row: sqlite3.Row) -> Card:
    return Card(row["case_id"], row["chat_id"], row["message_id"], row["shown"], row["panel"])
