"""The adviser: what outside callers use. Reads a conversation and suggests replies; decides nothing that isn't in the playbook."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, is_zipfile

from calmdesk.config import Settings
from calmdesk.conversation import Conversation
from calmdesk.playbook.choosing import (
    Choice,
    History,
    avoid,
    barred,
    checklist,
    choose,
    first_alert,
    history_of,
    reason,
    situation_of,
    standing_risks,
)
from calmdesk.playbook.conditions import Situation
from calmdesk.playbook.playbook import Playbook
from calmdesk.reading.classifier import Classifier, WeightsError
from calmdesk.reading.reader import Reader
from calmdesk.reading.reading import Reading
from calmdesk.reading.standing import Said
from calmdesk.replies.known import known_of
from calmdesk.replies.replies import Message, Replies, already_said, render
from calmdesk.shelf import PlaybookError, Problem, Shelf

MOST_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A reply ready to send, but for its blanks."""

    techniques: tuple[str, ...]
    template: str
    text: str
    blanks: tuple[str, ...]
    why: str

    def as_json(self) -> dict[str, Any]:
        """Return the contract's form."""
        return {
            "techniques": list(self.techniques), "template": self.template, "text": self.text, "blanks": list(self.blanks),
            "why": self.why,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Advice:
    """What an agent gets for a message: the reading and up to three replies, best first."""

    reading: Reading
    suggestions: tuple[Suggestion, ...]
    escalate: bool
    alert: str | None
    alerts: tuple[str, ...]
    standing: tuple[str, ...]
    """Risks of the case that the message itself doesn't speak of: they last, or what they alert of hasn't been dealt with."""
    checklist: tuple[str, ...]
    avoid: tuple[str, ...]
    stage: str

    def as_json(self) -> dict[str, Any]:
        """Return the contract's form."""
        return {
            "reading": self.reading.as_json(),
            "escalate": self.escalate,
            "alert": self.alert,
            "alerts": list(self.alerts),
            "standing": list(self.standing),
            "stage": self.stage,
            "suggestions": [suggestion.as_json() for suggestion in self.suggestions],
            "checklist": list(self.checklist),
            "avoid": list(self.avoid),
        }


@dataclass(frozen=True, repr=False)
class Adviser:
    """A reader, a playbook and its wordings, as one shop has them."""

    settings: Settings
    playbook: Playbook
    replies: Replies
    reader: Reader
    shelf: Shelf = field(default_factory=lambda: Shelf({}))
    """What it was made of."""

    @classmethod
    def open(cls, settings: Settings | None = None, texts: Mapping[str, str] | None = None) -> Adviser:
        """Return the adviser of a shop, with *texts* in place of files of its playbook.

        Raises PlaybookError where the playbook has errors, WeightsError where `[reading] weights` can't be used.

        Wordings are parsed when they are first needed; a faulty one raises then. `calmdesk check` finds all beforehand.
        """
        settings = settings or Settings()
        return cls.of(Shelf.open(settings.folders).over(texts or {}), settings)

    @classmethod
    def of(cls, shelf: Shelf, settings: Settings) -> Adviser:
        """Return the adviser of a shop whose playbook is on *shelf*; see `open`."""
        playbook, problems = Playbook.load(shelf)
        problems += _unknown_languages(settings, playbook)
        if problems:
            raise PlaybookError(problems)
        return cls(settings, playbook, Replies(shelf), playbook.reader(_classifier(settings)), shelf)

    def with_wordings(self, shelf: Shelf) -> Adviser:
        """Return the same adviser with the wordings of *shelf*, which differs from its own in nothing else."""
        return replace(self, replies=Replies(shelf), shelf=shelf)

    def read(self, conversation: Conversation, corrected: Said | None = None) -> Reading:
        """Return the reading of the customer's last message.

        What agents *corrected* stands instead of what was read; of an earlier message, as far as it holds for the case.
        """
        reading = self.reader.read(conversation, corrected)
        if conversation.wordless and conversation.lang and conversation.lang in self.playbook.languages:
            reading = replace(reading, lang=conversation.lang)
        last = (corrected or {}).get(len(reading.heat) - 1)
        if not last:
            return reading
        reading = reading.corrected(last)
        return replace(reading, level=self.reader.level_of(reading))

    def read_all(self, conversations: Sequence[Conversation]) -> list[Reading]:
        """Return the readings of many conversations; much quicker than one by one."""
        return self.reader.read_all(conversations)

    def situation(self, conversation: Conversation, corrected: Said | None = None) -> tuple[Reading, History, Situation]:
        """Return the reading of the customer's last message, what the agents did before it, and all that conditions can ask for."""
        reading = self.read(conversation, corrected)
        history = history_of(conversation, self.playbook)
        known = known_of(reading, conversation, self.playbook, self.settings.shop.called(reading.lang), len(reading.heat))
        return reading, history, situation_of(reading, history, self.playbook, known, self.settings.promises)

    def suggest(
        self, conversation: Conversation, corrected: Said | None = None, without: Collection[str] = (), lang: str | None = None,
        seen: Mapping[str, int] | None = None,
    ) -> Advice:  # fmt: skip
        """Return the reading and up to three replies, best first, each led by another technique; none of the wordings *without*.

        *seen* says on how many cards of the case a wording was offered before: fresh ones go first.
        What the staff read is in *lang*; where that isn't given, as `[desk] language` says, and else in the customer's language.
        """
        reading, history, situation = self.situation(conversation, corrected)
        choices = choose(situation, history, self.playbook)
        lang = lang or self.settings.desk.language or reading.lang
        alert = first_alert(situation, self.playbook)
        suggestions = tuple(
            Suggestion(
                message.reply.techniques, message.reply.id, message.text, message.blanks, reason(choice, reading, self.playbook, lang)
            )
            for choice, message in self._messages(choices, situation, history, conversation, reading.lang, without, seen or {})
        )
        internal = [choice for choice in choices if self.playbook.techniques[choice.technique].internal]
        return Advice(
            reading=reading,
            suggestions=suggestions,
            escalate=alert is not None,
            alert=alert.tell.get(lang) if alert else None,
            alerts=tuple(sorted(situation.labels["alerts"], key=lambda key: self.playbook.alerts[key].rank)),
            standing=standing_risks(reading, situation, self.playbook),
            checklist=tuple(checklist(reading, internal, self.playbook, lang)),
            avoid=tuple(avoid(reading, self.playbook, lang)),
            stage=next(iter(situation.labels["stage"])),
        )

    def _messages(
        self, choices: Sequence[Choice], situation: Situation, history: History, conversation: Conversation, lang: str,
        without: Collection[str], seen: Mapping[str, int],
    ) -> Iterator[tuple[Choice, Message]]:  # fmt: skip
        """Yield the best wording of each chosen technique; one that an earlier wording already performs waits for the others."""
        said = [turn.text for turn in conversation.turns if turn.role == "agent"]
        sent = {turn.template for turn in conversation.turns if turn.template} | set(without)
        out_of_bounds = frozenset(
            key
            for key, technique in self.playbook.techniques.items()
            if history.running(key) >= technique.running or barred(technique, situation)
        )
        seed = str(conversation.id or conversation.customer_turns[0].text[:80])
        offered: list[frozenset[str]] = []
        performed: set[str] = set()
        waiting: list[tuple[Choice, Message]] = []
        for choice in choices:
            if len(offered) == MOST_SUGGESTIONS:
                return
            for reply in self.replies.ranked(lang, choice.technique, situation, barred=out_of_bounds, seed=seed, seen=seen):
                if reply.id in sent or frozenset(reply.techniques) in offered:
                    continue
                if conversation.wordless and conversation.shown and "shown" not in reply.conditions:
                    continue  # it would answer words that nobody wrote
                message = render(reply, situation)
                if already_said(message.text, said):
                    continue
                if choice.technique in performed:
                    waiting.append((choice, message))
                else:
                    offered.append(frozenset(reply.techniques))
                    performed.update(reply.techniques)
                    yield choice, message
                break
        for choice, message in waiting[: MOST_SUGGESTIONS - len(offered)]:
            yield choice, message


def unfit_settings(settings: Settings, playbook: Playbook) -> list[Problem]:
    """Return the problems of settings that name what isn't there: a language in `[desk]` or `[shop]`, or `[reading] weights`."""
    problems = _unknown_languages(settings, playbook)
    if settings.reading.weights is not None:
        try:
            _classifier(settings)
        except WeightsError as error:
            problems.append(Problem("bot.toml", "reading.weights", str(error)))
    return problems


def _unknown_languages(settings: Settings, playbook: Playbook) -> list[Problem]:
    named = [("desk.language", settings.desk.language), *(("shop.names", lang) for lang in settings.shop.names)]
    return [
        Problem("bot.toml", where, f"unknown language {lang!r}; there are {', '.join(playbook.languages)}")
        for where, lang in named
        if lang is not None and lang not in playbook.languages
    ]


def _classifier(settings: Settings) -> Classifier:
    """Return the classifier with the shop's own weights, or with the shipped ones; raise WeightsError where they can't be used."""
    if settings.reading.weights is None:
        return Classifier.load(shipped_weights())
    path = settings.base / settings.reading.weights
    again = "`calmdesk train --corrections` makes them anew; without the line [reading] weights the shipped ones are used"
    try:
        with path.open("rb") as stream:
            if is_zipfile(stream):
                return Classifier.load(path)
    except WeightsError as error:
        raise WeightsError(f"{path}: these are for another version of calmdesk; {again}") from error
    except OSError as error:
        raise WeightsError(f"{path}: can't be read: {error.strerror or error}; {again}") from error
    except (ValueError, KeyError, BadZipFile) as error:
        raise WeightsError(f"{path}: these weights are damaged; {again}") from error
    raise WeightsError(f"{path}: these aren't calmdesk's weights; {again}")


def shipped_weights() -> Path:
    """Return the weights that ship with calmdesk."""
    return Path(str(files("calmdesk"))) / "data" / "weights.npz"
