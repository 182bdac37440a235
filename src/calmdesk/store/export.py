"""Exports: what is kept about a customer or a case, as plain data for JSON and for a table (docs/data.md describes both).

Temperament and traits are how one message reads, never what a person is: they stand beside that message alone, marked as a reading.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from calmdesk.store.store import Books

READING_IS = "how this message reads, found by calmdesk; not a judgement of the person who wrote it"
_JSON = frozenset({"heats", "types", "details", "techniques", "warned", "advice", "blanks", "was", "became", "detail"})
_YES_OR_NO = frozenset({"language_chosen", "flooded"})
_INTERNAL = frozenset({
    "staff_id", "closed_by", "taken_by", "taken_at", "supervised_at", "template", "techniques", "warned", "alert", "stage", "level",
})  # fmt: skip
"""The shop's own doings, left out of what a customer gets."""
READ_AS = ("types", "nature", "intensity", "temperament", "traits", "needs", "risks")
TABLE = (
    "customer", "customer_name", "case", "case_state", "message", "at", "role", "staff", "kind", "text", "edited_at", "deleted_at",
    "template", "techniques", *(f"reading_{name}" for name in READ_AS),
)  # fmt: skip
"""The columns of the table: one row a message."""


def customer_record(books: Books, customer_id: int, *, internal: bool = False) -> dict[str, Any]:
    """Return all that is kept about a customer; raise LookupError where there is none.

    As the customer gets it: what was said, and how their messages read. *internal*: the shop's notes and doings as well.
    """
    row = books.db.execute("SELECT * FROM customers WHERE id = ?", (customer_id,)).fetchone()
    if row is None:
        raise LookupError(f"no customer {customer_id}")
    cases = books.db.execute("SELECT * FROM cases WHERE customer_id = ? ORDER BY id", (customer_id,)).fetchall()
    return {**_plain(row), "cases": [_case(books, case, internal=internal) for case in cases]}


def case_record(books: Books, case_id: int) -> dict[str, Any]:
    """Return all that is kept about a case, the customer beside it; raise LookupError where there is none."""
    row = books.db.execute("SELECT * FROM cases WHERE id = ?", (case_id,)).fetchone()
    if row is None:
        raise LookupError(f"no case {case_id}")
    customer = books.db.execute("SELECT * FROM customers WHERE id = ?", (row["customer_id"],)).fetchone()
    return {**_case(books, row, internal=True), "customer": _plain(customer)}


def customer_numbers(books: Books) -> Iterator[int]:
    """Yield the numbers of all customers."""
    return (row[0] for row in books.db.execute("SELECT id FROM customers ORDER BY id").fetchall())


def table_rows(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a row of TABLE for each message of a customer's record."""
    for case in record["cases"]:
        for message in case["messages"]:
            reading = message["readings"][-1] if message["readings"] else {}
            row = {
                "customer": record["id"], "customer_name": record["name"], "case": case["id"], "case_state": case["state"],
                "message": message["id"], "staff": message.get("staff_id"),
                **{name: message.get(name) for name in ("at", "role", "kind", "text", "edited_at", "deleted_at", "template", "techniques")},
                **{f"reading_{name}": reading.get(name) for name in READ_AS},
            }  # fmt: skip
            yield {name: _cell(row[name]) for name in TABLE}


def _cell(value: Any) -> str | int:
    """Return a value as a cell of a spreadsheet, which takes for a formula what begins like one."""
    if value is None:
        return ""
    if isinstance(value, int):
        return value
    text = " ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.lstrip()[:1] in _FORMULA or text.startswith(("\t", "\r", "\n")) else text


_FORMULA = tuple("=+-@＝＋－＠")


def _case(books: Books, row: sqlite3.Row, *, internal: bool) -> dict[str, Any]:
    messages = books.db.execute("SELECT * FROM messages WHERE case_id = ? ORDER BY id", (row["id"],)).fetchall()
    parts = {
        "readings": _by_message(books, "SELECT * FROM readings WHERE case_id = ? ORDER BY id", row["id"]),
        "corrections": _by_message(books, "SELECT * FROM corrections WHERE case_id = ? ORDER BY id", row["id"]),
        "versions": _by_message(
            books,
            """SELECT message_versions.* FROM messages JOIN message_versions ON message_versions.message_id = messages.id
               WHERE case_id = ? ORDER BY messages.id, version""",
            row["id"],
        ),
    }
    suggestions = _by_message(
        books,
        """SELECT suggestions.*, readings.message_id FROM suggestions JOIN readings ON readings.id = suggestions.reading_id
           WHERE suggestions.case_id = ? ORDER BY suggestions.id""",
        row["id"],
    )
    case = {**_plain(row, internal=internal), "messages": []}
    del case["customer_id"]
    for message in messages:
        if message["role"] == "note" and not internal:
            continue
        readings = [_reading(one, internal=internal) for one in parts["readings"].get(message["id"], [])]
        entry = {**_plain(message, internal=internal), "versions": parts["versions"].get(message["id"], []), "readings": readings}
        if internal:
            entry |= {"corrections": parts["corrections"].get(message["id"], []), "suggestions": suggestions.get(message["id"], [])}
        del entry["case_id"], entry["customer_id"]
        case["messages"].append(entry)
    if internal:
        deeds = books.db.execute("SELECT at, staff_id, deed, detail FROM deeds WHERE case_id = ? ORDER BY id", (row["id"],))
        case["deeds"] = [_plain(deed) for deed in deeds]
    return case


def _reading(row: dict[str, Any], *, internal: bool) -> dict[str, Any]:
    advice = row["advice"]
    reading = {"is": READING_IS, "at": row["at"], **advice["reading"]}
    if internal:
        reading |= {"id": row["id"], "advice": {key: value for key, value in advice.items() if key not in {"reading", "suggestions"}}}
    return reading


def _by_message(books: Books, query: str, case_id: int) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in books.db.execute(query, (case_id,)):
        plain = _plain(row)
        plain.pop("case_id", None)
        found.setdefault(plain.pop("message_id"), []).append(plain)
    return found


def _plain(row: sqlite3.Row, *, internal: bool = True) -> dict[str, Any]:
    """Return a row as plain data: lists and mappings unpacked, yes or no as such."""
    return {name: _unpacked(name, row[name]) for name in row.keys() if internal or name not in _INTERNAL}  # noqa: SIM118 - sqlite3.Row


def _unpacked(name: str, value: Any) -> Any:
    if name in _YES_OR_NO:
        return bool(value)
    return json.loads(value) if name in _JSON and value is not None else value
