"""Checks that what is shown to people is there in every language, and that nothing is ranked alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from calmdesk.playbook.playbook import Playbook
from calmdesk.playbook.schema import ComplaintType
from calmdesk.shelf import Problem
from calmdesk.text.language import BY_LANGUAGE

_MORNING, _NIGHT = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 23, tzinfo=UTC)


def check_languages(playbook: Playbook) -> list[Problem]:
    """Return what is missing in a language, unknown languages, equal ranks and broken procedures."""
    problems: list[Problem] = []
    if not playbook.languages:
        return [Problem("languages/", "", "there is no language; a playbook needs at least one file there")]
    for label, content in _files(playbook):
        path = playbook.paths.get(label, label)
        for where, table in _tables(content):
            problems += [
                Problem(path, f"{where}.{lang}", "is missing or empty; write it in this language too")
                for lang in playbook.languages
                if not table.get(lang)
            ]
            problems += [
                Problem(path, f"{where}.{lang}", f"unknown language; there are {', '.join(playbook.languages)}")
                for lang in table
                if lang not in playbook.languages
            ]
        if isinstance(content, ComplaintType):
            problems += _procedure(content, path)
    problems += _likes(playbook)
    problems += _same_ranks(playbook)
    problems += _blanks(playbook)
    return problems


def _likes(playbook: Playbook) -> Iterator[Problem]:
    """Yield the languages that are to be like one that there isn't."""
    for key, language in playbook.languages.items():
        if language.like is not None and (language.like == key or language.like not in playbook.languages):
            others = ", ".join(other for other in playbook.languages if other != key)
            yield Problem(playbook.paths[f"languages.{key}"], "like", f"{language.like!r} is no other language; there are {others}")


def _files(playbook: Playbook) -> Iterator[tuple[str, BaseModel]]:
    yield from playbook.recognised()
    folders: tuple[tuple[str, Mapping[str, BaseModel]], ...] = (
        ("languages", playbook.languages),
        ("alerts", playbook.alerts),
        ("products", playbook.products),
        ("techniques", playbook.techniques),
        ("wording", playbook.wording),
        ("blanks", playbook.blanks),
        ("kinds", playbook.kinds),
    )
    for prefix, found in folders:
        for key, content in found.items():
            yield f"{prefix}.{key}", content


def _tables(content: BaseModel, above: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every table by language in a file, with its key path."""
    for name, described in type(content).model_fields.items():
        value = getattr(content, name)
        where = f"{above}{name}"
        if BY_LANGUAGE in described.metadata:
            if value or described.is_required():
                yield where, value
        elif isinstance(value, BaseModel):
            yield from _tables(value, f"{where}.")
        elif isinstance(value, tuple):
            for number, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from _tables(item, f"{where}[{number}].")


def _procedure(content: ComplaintType, path: str) -> Iterator[Problem]:
    ids = [step.id for step in content.procedure]
    for number, step in enumerate(content.procedure):
        if ids.index(step.id) != number:
            yield Problem(path, f"procedure[{number}].id", f"{step.id!r} stands twice; give each step its own id")
        for way in step.next:
            if way.go not in ids:
                yield Problem(path, f"procedure[{number}].next", f"leads to {way.go!r}, which is no step of this procedure")


def _blanks(playbook: Playbook) -> Iterator[Problem]:
    """Yield blanks of a kind that there isn't, and those whose own example would be doubted."""
    for key, blank in playbook.blanks.items():
        if blank.kind is None:
            continue
        path, kind = playbook.paths[f"blanks.{key}"], playbook.kinds.get(blank.kind)
        if kind is None:
            there_are = ", ".join(sorted(playbook.kinds)) or "none, for kinds.toml is missing"
            yield Problem(path, f"{key}.kind", f"unknown kind {blank.kind!r}; there are {there_are}")
            continue
        for lang, example in ((lang, blank.at(lang, moment)) for lang in blank.example for moment in (_MORNING, _NIGHT)):
            if not kind.fits(example):
                yield Problem(path, f"{key}.example.{lang}", f"{example!r} doesn't look like one of the kind {blank.kind!r} (kinds.toml)")


def _same_ranks(playbook: Playbook) -> Iterator[Problem]:
    for folder, found in (("techniques", playbook.techniques), ("alerts", playbook.alerts), ("languages", playbook.languages)):
        ranks: dict[int, str] = {}
        for key, content in found.items():
            other = ranks.setdefault(content.rank, key)
            if other != key:
                yield Problem(
                    playbook.paths[f"{folder}.{key}"], "rank", f"{content.rank} is also that of {other}: a tie; no two may share one"
                )
