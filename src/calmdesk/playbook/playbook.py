"""The playbook: everything that is recognised and advised, as read from the shelf. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from pydantic import BaseModel

from calmdesk.playbook.kinds import Kind, Kinds
from calmdesk.playbook.schema import Alert, Blank, Blanks, ComplaintType, Label, Samples, Technique, Wording
from calmdesk.reading.classifier import Classifier
from calmdesk.reading.cues import Cue, Example, Lexicon
from calmdesk.reading.facts import CommonFacts, FactFinder
from calmdesk.reading.glance import Glancer
from calmdesk.reading.goods import GoodsFinder, ProductKind
from calmdesk.reading.points import Unsaid
from calmdesk.reading.reader import Reader
from calmdesk.reading.retelling import Retelling
from calmdesk.shelf import Problem, Shelf, parsed
from calmdesk.text.language import Language, Words, completed

LABELLED = ("nature", "intensity", "temperament", "traits", "needs", "risks")
"""The dimensions whose labels are files below `labels/`; complaint types have a folder of their own."""


@dataclass(frozen=True, repr=False)
class Playbook:
    """What the shop recognises and how it answers; each mapping by the file's name."""

    languages: Mapping[str, Language]
    complaints: Mapping[str, ComplaintType]
    labels: Mapping[str, Mapping[str, Label]]
    """By dimension (nature, intensity, temperament, traits, needs, risks)."""
    signals: Mapping[str, Label]
    demands: Mapping[str, Label]
    alerts: Mapping[str, Alert]
    products: Mapping[str, ProductKind]
    techniques: Mapping[str, Technique]
    wording: Mapping[str, Wording]
    """What must not be said, or only with policy behind it."""
    blanks: Mapping[str, Blank]
    kinds: Mapping[str, Kind]
    """Of what agents type for blanks; a playbook needs none."""
    samples: Mapping[str, Mapping[str, Any]]
    """By language, a value for each variable of a reply, to try every wording with."""
    common_facts: CommonFacts
    paths: Mapping[str, str]
    """Where each label, such as "types.logistics" or "techniques.ask", was read from."""

    @classmethod
    def load(cls, shelf: Shelf) -> tuple[Playbook, list[Problem]]:
        """Return the playbook of *shelf* and every problem of its files; a faulty file is left out."""
        problems = list(shelf.problems)
        paths: dict[str, str] = {}

        def folder(name: str, model: type[Any], prefix: str) -> dict[str, Any]:
            found: dict[str, Any] = {}
            for sheet in shelf.below(name):
                if str(PurePosixPath(sheet.key).parent) != name:
                    continue
                value: BaseModel | None = parsed(model, sheet, problems)
                if value is not None:
                    found[sheet.id] = value
                    paths[f"{prefix}.{sheet.id}"] = sheet.path
            return found

        def single(name: str, model: type[Any]) -> Any:
            sheet = shelf.sheets.get(name)
            if sheet is None:
                problems.append(Problem(name, "", "is missing; a playbook needs it"))
                return model()
            value = parsed(model, sheet, problems) or model()
            paths.update(dict.fromkeys((f"{sheet.id}.{key}" for key in value.model_extra or {}), sheet.path))
            return value

        playbook = cls(
            languages=completed(folder("languages", Language, "languages")),
            complaints=folder("complaints", ComplaintType, "types"),
            labels={dimension: folder(f"labels/{dimension}", Label, dimension) for dimension in LABELLED},
            signals=folder("signals", Label, "signals"),
            demands=folder("demands", Label, "demands"),
            alerts=folder("alerts", Alert, "alerts"),
            products=folder("products", ProductKind, "products"),
            techniques=folder("techniques", Technique, "techniques"),
            wording=folder("wording", Wording, "wording"),
            samples=dict(single("samples.toml", Samples).__pydantic_extra__ or {}),
            blanks=dict(single("blanks.toml", Blanks).__pydantic_extra__ or {}),
            kinds=dict(single("kinds.toml", Kinds).__pydantic_extra__ or {}) if "kinds.toml" in shelf.sheets else {},
            common_facts=single("facts.toml", CommonFacts),
            paths=paths,
        )
        return playbook, problems

    def recognised(self) -> Iterator[tuple[str, Label]]:
        """Yield every label with cues for customers' words, such as ("types.logistics", …)."""
        for key, complaint in self.complaints.items():
            yield f"types.{key}", complaint
        for dimension, labels in self.labels.items():
            for key, label in labels.items():
                yield f"{dimension}.{key}", label
        for key, signal in self.signals.items():
            yield f"signals.{key}", signal
        for key, demand in self.demands.items():
            yield f"demands.{key}", demand

    def examples(self) -> Iterator[tuple[str, Example]]:
        """Yield every example that stands beside cues, with the label it belongs to."""
        for label, content in self.recognised():
            for example in content.examples:
                yield label, example

    @cached_property
    def lexicon(self) -> Lexicon:
        """The cues for customers' words."""
        return Lexicon(
            (Cue(label, strength, lang, phrase) for label, content in self.recognised() for strength, lang, phrase in content.cues),
            self.languages,
        )

    @cached_property
    def agents_lexicon(self) -> Lexicon:
        """The cues for agents' words: by them a message that names no technique is understood."""
        return Lexicon(
            (Cue(key, strength, lang, phrase) for key, technique in self.techniques.items() for strength, lang, phrase in technique.cues),
            self.languages,
        )

    @cached_property
    def unsaid(self) -> Lexicon:
        """The cues of what must not be said, for any reason that policy can't lift."""
        return Lexicon(
            (
                Cue(key, strength, lang, phrase)
                for key, item in self.wording.items()
                if not item.policy
                for strength, lang, phrase in item.cues
            ),
            self.languages,
        )

    @cached_property
    def cautions(self) -> Lexicon:
        """The cues of what an agent is warned of before it goes out."""
        return Lexicon(
            (
                Cue(key, "strong", lang, phrase)
                for key, item in self.wording.items()
                for lang, phrase in item.typed()
                if lang in self.languages
            ),
            self.languages,
        )

    @cached_property
    def excuses(self) -> Lexicon:
        """The phrases beside which an agent isn't warned, by the wording that they excuse."""
        return self._phrases({key: item.agent.unless for key, item in self.wording.items() if item.agent})

    @cached_property
    def along(self) -> Lexicon:
        """The phrases of clauses that are rewritten with the one at fault, by the wording that they go along with."""
        return self._phrases({key: item.agent.along for key, item in self.wording.items() if item.agent})

    @cached_property
    def joins(self) -> Mapping[str, Mapping[str, str]]:
        """For each blank with a kind, what is said where its values meet the words beside it; see `replies.filling`."""
        return {key: kind.joins for key, blank in self.blanks.items() if (kind := self.kinds.get(blank.kind or ""))}

    def _phrases(self, tables: Mapping[str, Mapping[str, Words]]) -> Lexicon:
        """Return a lexicon of phrases, by wording and language."""
        cues = (
            Cue(key, "strong", lang, phrase)
            for key, table in tables.items()
            for lang, phrases in table.items()
            if lang in self.languages
            for phrase in phrases
        )
        return Lexicon(cues, self.languages)

    def reader(self, classifier: Classifier) -> Reader:
        """Return the reader that goes by this playbook's cues and *classifier*'s weights."""
        ids: dict[str, Mapping[str, Label]] = {"types": self.complaints, **self.labels, "signals": self.signals, "demands": self.demands}
        glancer = Glancer(
            lexicon=self.lexicon,
            languages=self.languages,
            labels={dimension: tuple(sorted(labels, key=lambda key: labels[key].rank)) for dimension, labels in ids.items()},
            asking=frozenset(f"signals.{key}" for key, signal in self.signals.items() if signal.asks),
            goods=GoodsFinder(self.products, (word for language in self.languages.values() for word in language.clauses.likeness)),
            facts=FactFinder(self.common_facts, self.languages),
            classifier=classifier,
        )
        silent = {
            how: frozenset(label for label, content in self.recognised() if content.read_back == how)
            for how in ("without", "no", "nothing")
        }
        return Reader(
            glancer,
            Retelling(
                self.languages,
                glancer.goods,
                Unsaid(clauses=silent["no"] | silent["nothing"], messages=silent["nothing"], words=silent["without"]),
            ),
            levels={label: content.level for label, content in self.recognised() if content.level},
            answering=frozenset(key for key, technique in self.techniques.items() if technique.answers),
            keeping=frozenset(key for key, signal in self.signals.items() if signal.keeps_heat),
            calming=frozenset(key for key, signal in self.signals.items() if signal.calms),
            ending={key: signal.over for key, signal in self.signals.items() if signal.over},
            denying={key: signal.no_sign_of for key, signal in self.signals.items() if signal.no_sign_of},
        )
