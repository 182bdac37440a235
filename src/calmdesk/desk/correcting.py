"""Correcting: an agent says what a customer's words are, or what their case isn't about; what was read of it follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from calmdesk.desk.advising import advise
from calmdesk.desk.kit import Kit
from calmdesk.reading.classifier import HIGHEST
from calmdesk.reading.standing import GONE
from calmdesk.store.rows import Case, Colleague, Customer
from calmdesk.store.store import Books

JUST_A_QUESTION = ("nature", "inquiry")
"""What a tap says on a message that complains of nothing: of no type, and calm."""


def correct(
    kit: Kit, books: Books, case: Case, customer: Customer, colleague: Colleague, dimension: str, label: str
) -> tuple[Case, tuple[str, ...]] | None:  # fmt: skip
    """Correct one label of a case's newest reading; return the case as it stands then and its alerts, None where there is no such label."""
    kept = books.readings.last(case.id)
    said = books.readings.corrected_in(case.id).get(kept.message_id, {}) if kept else {}
    changes = _changes(kit, kept.advice, said, dimension, label) if kept else {}
    if kept is None or not changes:
        return None
    for what, became in changes.items():
        books.readings.correct(case.id, kept.message_id, colleague.user_id, what, kept.advice["reading"].get(what, ()), became)
    taught = {what: became for what, became in changes.items() if what != GONE}
    if taught:
        kit.learnt.add(books.cases.message(kept.message_id).text, taught)
    books.staff.note("corrected", colleague.user_id, case.id, dimension=dimension)
    case = _withdrawn(kit, books, case, dimension, label)
    read = advise(kit, books, case, customer)
    if read is None:
        return books.cases.get(case.id), ()
    case, advice = read
    types = tuple(changes.get("types", case.types))
    level = kit.adviser.reader.case_level(replace(advice.reading, types=types))
    books.cases.set(case.id, types=types, level=case.level if case.supervised_at else level)
    return books.cases.get(case.id), advice.alerts


def _changes(kit: Kit, advice: Mapping[str, Any], said: Mapping[str, Any], dimension: str, label: str) -> dict[str, Any]:
    """Return by dimension what a tap on a label says; a risk that is taken away is gone from the message and from the case."""
    playbook, reading = kit.adviser.playbook, advice["reading"]
    known = set(playbook.complaints) if dimension == "types" else set(playbook.labels.get(dimension, ()))
    if (dimension, label) == JUST_A_QUESTION:
        return {"types": [], "intensity": 0, dimension: label}
    if dimension == "intensity" and label.isdecimal() and int(label) <= HIGHEST:
        return {dimension: int(label)}
    if dimension not in {"types", "risks", "temperament"} or label not in known:
        return {}
    if dimension == "temperament":
        return {dimension: label}
    labels, gone = list(reading[dimension]), list(said.get(GONE, ()))
    toggled = {dimension: [one for one in labels if one != label] if label in labels else [*labels, label]}
    if dimension == "types":
        return toggled
    if label in gone:  # tapped once more: what only came from earlier messages is there again by itself
        return {GONE: [one for one in gone if one != label]} | (toggled if dimension in said else {})
    if label in labels or label in advice.get("standing", ()):
        return {GONE: [*gone, label]} | (toggled if label in labels else {})
    return toggled


def _withdrawn(kit: Kit, books: Books, case: Case, dimension: str, label: str) -> Case:
    """Take back what a case alerts of because of a label, and its level with it; what still holds is read anew."""
    about = "heat" if dimension == "intensity" else dimension
    alerts = [one for one in kit.adviser.playbook.alerts.values() if about in one.when.given()]
    if about != "heat":
        alerts = [one for one in alerts if label in getattr(one.when, about)]
    if not any(case.alert in one.tell.values() for one in alerts):
        return case
    books.cases.set(case.id, alert=None, level=5 if case.supervised_at else 1)
    return books.cases.get(case.id)
