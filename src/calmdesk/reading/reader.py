"""The reader: a conversation in, a reading out. No I/O at call time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import islice

import numpy as np

from calmdesk.conversation import Conversation
from calmdesk.reading.certainty import unsure_of
from calmdesk.reading.classifier import HIGHEST, Classifier, Scored, probability
from calmdesk.reading.cues import Hit, Lexicon
from calmdesk.reading.evidence import evidence_of
from calmdesk.reading.facts import FactFinder, gathered
from calmdesk.reading.glance import Glance
from calmdesk.reading.goods import Goods, GoodsFinder
from calmdesk.reading.linear import Floats
from calmdesk.reading.reading import Facts, Reading
from calmdesk.reading.retelling import Retelling, stated
from calmdesk.reading.standing import Said, Standing
from calmdesk.text.clauses import clause_at, clauses
from calmdesk.text.fold import Folded, fold
from calmdesk.text.language import Languages, detect

_CUES_ALONE = {"strong": 0.9, "weak": 0.4}
"""How much a cue says of a label that the weights don't know yet, such as a shop's own complaint type."""
_UNLEARNED_THRESHOLD = 0.5
_LITTLE = 3
"""Fewer runs than these that the classifier knows are thin evidence: such a message gets labels from strong cues only."""
_SCORED = ("types", "nature", "temperament", "traits", "needs", "risks")
"""The dimensions that are scored label by label."""
_BY_CUE = {"risks", "traits"}
"""Of these a strong cue is enough, whatever the classifier says: one alarm too many costs less than one that is missed, and a manner
that is said in so many words ("I don't care, I just want …") is rare in what it learnt from."""
_CONTENT = {"settled", "praise", "thanks"}
"""Signals of somebody who has no complaint, if nothing else speaks of one: "No allergy at all, thank you" is no alarm."""
_SURE = 0.9
"""How likely a strong cue makes its label where there is no more to go by."""
_NEAR = 0.5
"""A valid complaint that reaches no type's threshold is of the type that comes nearest, if it reaches this share of it."""
_DISPLEASED = {"valid", "venting"}
"""Of these natures no message is wholly calm."""
_CALM_THOUGH_SAID = 0.65
"""A message with a strong cue of a complaint is none only if it is so likely none."""
_CALM = 1
"""Up to this intensity a message may be settled, thankful or praising."""
_FADES = 0.6
"""How much of what an earlier message complained of still holds in the next."""
_ASKED = re.compile(r"[?？]\s*$")
LONGEST_READ = 5000
"""Characters of a message that are read; Telegram's own limit is 4,096. What stands behind is kept, not read."""


@dataclass(frozen=True, repr=False)
class Reader:
    """Reads customers: cues and the classifier for the labels, patterns for the facts, the history for what only it can tell."""

    lexicon: Lexicon
    languages: Languages
    labels: Mapping[str, tuple[str, ...]]
    """The labels of each dimension, `signals` and `demands` included."""
    levels: Mapping[str, int]
    """The level (1 to 5) that a label such as "types.defect" asks for."""
    keeping: Set[str]
    """The signals with which the heat doesn't fall."""
    asking: Set[str]
    """The cues' labels of those who want to know something."""
    goods: GoodsFinder
    facts: FactFinder
    classifier: Classifier

    def read(self, conversation: Conversation, said: Said | None = None) -> Reading:
        """Return the reading of the customer's last message in the light of the conversation and of what agents *said* of earlier ones."""
        talk = [turn.text for turn in conversation.customer_turns]
        return self._read(conversation, self.glances([(text, talk[:number]) for number, text in enumerate(talk)]), said or {})

    @cached_property
    def _retelling(self) -> Retelling:
        return Retelling(self.languages, self.goods)

    def read_all(self, conversations: Sequence[Conversation]) -> list[Reading]:
        """Return the readings of many conversations; much quicker than one by one."""
        talks = [[turn.text for turn in conversation.customer_turns] for conversation in conversations]
        glances = iter(self.glances([(text, talk[:number]) for talk in talks for number, text in enumerate(talk)]))
        return [self._read(talk, list(islice(glances, len(texts))), {}) for talk, texts in zip(conversations, talks, strict=True)]

    def _read(self, conversation: Conversation, glances: Sequence[Glance], said: Said) -> Reading:
        last, earlier = glances[-1], glances[:-1]
        types = self._about(glances, said)
        nature = self._nature(last, types)
        complains = bool(types) or nature != "none"
        traits = self._traits(last, earlier, conversation) if complains else ()
        risks, kept_risks, earlier_risks = self._risks(glances, said)
        facts = self._facts(glances, conversation)
        goods = self._goods(facts, glances)
        points = self._retelling.points(last, partial(self.classifier.pointed, last.scored, last.folded.text))
        scores = self._scores(last)
        heat = self._heat(glances, said)
        reading = Reading(
            lang=last.lang,
            types=types,
            nature=nature,
            intensity=heat[-1],
            temperament=self._one_of("temperament", last, unsure="unclear"),
            traits=traits,
            needs=self._many("needs", last) if complains else (),
            risks=risks,
            points=tuple(point.text for point in points),
            **stated(points, self.languages[last.lang]),
            level=1,
            product=self.goods.kinds[goods].group if goods else None,
            facts=facts,
            heat=heat,
            scores=scores,
            evidence=(),
            signals=last.signals,
            demands=last.demands,
            product_kind=goods,
            detail=self._retelling.detail(last, goods),
            insults=sum(self._insults(glance) for glance in glances),
            repeated=self._repeated(last, earlier),
            open_demand=any(demand in glance.demands for glance in earlier for demand in last.demands),
            kept_risks=kept_risks,
            earlier_risks=earlier_risks,
            earlier_signals=tuple(dict.fromkeys(signal for glance in earlier for signal in glance.signals)),
            unsure=unsure_of(scores, last.types, nature, last.intensity),
        )
        evidence = evidence_of(reading, last.folded, last.hits, partial(self.classifier.strongest, last.scored))
        return replace(reading, level=self.level_of(reading), evidence=evidence)

    def glances(self, messages: Sequence[tuple[str, Sequence[str]]]) -> list[Glance]:
        """Read messages each by itself; the ones *before* it help to tell the language of one that gives no sign."""
        if not messages:
            return []
        folded = [fold(text[:LONGEST_READ]) for text, _ in messages]
        hits = [self._meant(one, self.lexicon.find(one)) for one in folded]
        scored = self.classifier.score([one.text for one in folded], hits)
        return [
            self._glance(one, found, score, detect([*before, text], self.languages))
            for one, found, score, (text, before) in zip(folded, hits, scored, messages, strict=True)
        ]

    def _meant(self, folded: Folded, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """Return the hits, a demand negated where its clause says that it was never made ("nobody asked for a refund")."""
        return tuple(
            hit._replace(negated=True)
            if hit.cue.label.startswith("demands.") and not hit.negated and self._disclaimed(folded, hit)
            else hit
            for hit in hits
        )

    def _disclaimed(self, folded: Folded, hit: Hit) -> bool:
        left, right = clause_at(hit.start, hit.end, clauses(folded))
        found = (match for language in self.languages.values() for match in language.disclaimer.finditer(folded.text, left, right))
        return any(match.start() < hit.start <= match.end() for match in found)

    def _glance(self, folded: Folded, hits: tuple[Hit, ...], scored: Scored, lang: str) -> Glance:
        probabilities = self._probabilities(scored.logits, hits) if folded.text else {}
        fired = {hit.cue.label for hit in hits if not hit.negated and (hit.cue.strength == "strong" or _is_all(hit, folded))}
        if scored.known < _LITTLE:
            probabilities = {output: max(likely, _SURE) if output in fired else 0.0 for output, likely in probabilities.items()}
        if any(_is_all(hit, folded) and hit.cue.label.startswith(("types.", "demands.")) and not hit.negated for hit in hits):
            probabilities |= {output: _SURE for output in fired if output in probabilities} | {"nature.none": 0.0}
        intensity = max(self._intensity(probabilities), HIGHEST if "signals.threat" in fired else 0)
        nature, types = self._nature_and_types(probabilities, intensity, fired, asks=folded.text.endswith("?"))
        return Glance(
            folded=folded,
            lang=lang,
            hits=hits,
            scored=scored,
            probabilities=probabilities,
            intensity=0 if nature == "none" else max(intensity, int(nature in _DISPLEASED)),
            types=types,
            nature=nature,
            strongly=fired,
            signals=tuple(label for label in self.labels["signals"] if f"signals.{label}" in fired),
            demands=tuple(label for label in self.labels["demands"] if f"demands.{label}" in fired),
            facts=self.facts.find(folded),
            goods=self.goods.find(folded),
        )

    def _probabilities(self, logits: Floats, hits: Sequence[Hit]) -> dict[str, float]:
        known = dict(zip(self.classifier.outputs, probability(logits).tolist(), strict=True))
        for dimension in _SCORED:
            for label in self.labels[dimension]:
                output = f"{dimension}.{label}"
                if output not in known:
                    doubt = 1.0
                    for hit in hits:
                        if hit.cue.label == output and not hit.negated:
                            doubt *= 1 - _CUES_ALONE[hit.cue.strength]
                    known[output] = 1 - doubt
        return known

    def _intensity(self, probabilities: Mapping[str, float]) -> int:
        expected = sum(probabilities.get(f"intensity>{step}", 0.0) for step in range(HIGHEST))
        return sum(expected >= cut for cut in self.classifier.cuts)

    def _nature_and_types(
        self, probabilities: Mapping[str, float], intensity: int, fired: Set[str], *, asks: bool
    ) -> tuple[str, tuple[str, ...]]:
        """Return nature and types that go together: no complaint has no types, a valid one has at least one."""
        likely = {label: probabilities.get(f"nature.{label}", 0.0) for label in self.labels["nature"]}
        total = sum(likely.values())
        types = self._claimed("types", probabilities)
        if not total:
            wants = any(label.startswith("demands.") for label in fired)
            return ("valid" if types or wants else "inquiry" if asks else "none"), types
        said = {label for label in fired if label.startswith("nature.")}
        said_so = any(label.startswith("types.") for label in fired) or (said and "nature.none" not in said)
        from_when = self.classifier.thresholds.get("nature.none", _UNLEARNED_THRESHOLD)
        unlearnt = any(label.startswith("types.") and self.classifier.column(label) is None for label in fired)
        if not unlearnt and likely.get("none", 0.0) / total >= (max(from_when, _CALM_THOUGH_SAID) if said_so else from_when):
            return "none", ()
        ranked = sorted((label for label in likely if label != "none"), key=lambda label: -likely[label])
        if not types and ranked[0] == "venting" and intensity <= _CALM and not self.asking.isdisjoint(fired):
            return "inquiry", ()
        if types or ranked[0] != "valid":
            return ranked[0], types
        nearest = max(self.labels["types"], key=lambda label: self._nearness(f"types.{label}", probabilities))
        if self._nearness(f"types.{nearest}", probabilities) >= _NEAR:
            return "valid", (nearest,)
        return ("venting" if intensity > _CALM else ranked[1]), ()

    def _nearness(self, output: str, probabilities: Mapping[str, float]) -> float:
        """Return a label's probability as a share of its threshold."""
        return probabilities.get(output, 0.0) / self.classifier.thresholds.get(output, _UNLEARNED_THRESHOLD)

    def _claimed(self, dimension: str, probabilities: Mapping[str, float]) -> tuple[str, ...]:
        claimed = [
            (likely, label)
            for label, output, threshold in self._claims[dimension]
            if (likely := probabilities.get(output, 0.0)) >= threshold
        ]
        return tuple(label for _, label in sorted(claimed, reverse=True))

    @cached_property
    def _claims(self) -> dict[str, list[tuple[str, str, float]]]:
        """For each dimension its labels, each with its output and from when on it is claimed."""
        from_when = self.classifier.thresholds
        return {
            dimension: [(label, f"{dimension}.{label}", from_when.get(f"{dimension}.{label}", _UNLEARNED_THRESHOLD)) for label in labels]
            for dimension, labels in self.labels.items()
        }

    def _many(self, dimension: str, glance: Glance) -> tuple[str, ...]:
        if glance.nature == "none" and _CONTENT & set(glance.signals):
            return ()
        claimed = self._claimed(dimension, glance.probabilities)
        if dimension not in _BY_CUE:
            return claimed
        return claimed + tuple(
            label for label in self.labels[dimension] if label not in claimed and f"{dimension}.{label}" in glance.strongly
        )

    def _one_of(self, dimension: str, glance: Glance, *, without: str | None = None, unsure: str | None = None) -> str:
        likely = {label: glance.probabilities.get(f"{dimension}.{label}", 0.0) for label in self.labels[dimension] if label != without}
        best = max(likely, key=lambda label: likely[label])
        threshold = self.classifier.thresholds.get(f"{dimension}.{best}", 0.0)
        if not glance.probabilities:
            return unsure or ("none" if "none" in likely else best)
        return unsure if unsure and best != unsure and likely[best] < threshold else best

    def _about(self, glances: Sequence[Glance], said: Said) -> tuple[str, ...]:
        """Return what the last message complains of, and what the ones before it did, each the less likely the longer ago.

        Words that end the matter (settled, thanks, praise) end it. What complains of nothing by itself is about the last complaint. What
        agents *said* of earlier messages holds.
        """
        standing, likely, newest, types = Standing(), dict[str, float](), tuple[str, ...](), tuple[str, ...]()
        for number, glance in enumerate(glances):
            own = standing.heard(glance.types, self._spoken("types", glance))
            faded = {label: still * _FADES for label, still in likely.items()} | dict.fromkeys(standing.added, _FADES)
            likely = faded | {label: max(glance.probabilities[f"types.{label}"], faded.get(label, 0.0)) for label in own}
            if _ends(glance):
                types = own
            else:
                claimed = [label for label in likely if label in own or label in standing.added or self._claims_type(label, likely[label])]
                types = tuple(sorted(claimed, key=lambda label: -likely[label])) or (newest if glance.nature != "none" else ())
            newest = own or newest
            became = self._corrected("types", said, number)
            if became is not None and number < len(glances) - 1:
                standing.corrected(types, became)
                likely = {label: still for label, still in likely.items() if label in became}
                newest = became
        return types

    def _claims_type(self, label: str, likely: float) -> bool:
        return likely >= self.classifier.thresholds.get(f"types.{label}", _UNLEARNED_THRESHOLD)

    def _risks(self, glances: Sequence[Glance], said: Said) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Return the risks of the last message, those of them that agents named before it, and those of the messages before."""
        standing, risks, kept, earlier = Standing(), tuple[str, ...](), tuple[str, ...](), dict[str, None]()
        for number, glance in enumerate(glances):
            earlier |= dict.fromkeys(risks)
            own = standing.heard(self._many("risks", glance), self._spoken("risks", glance))
            kept = () if _ends(glance) else tuple(risk for risk in standing.added if risk not in own)
            risks = (*own, *kept)
            became = self._corrected("risks", said, number)
            if became is not None and number < len(glances) - 1:
                standing.corrected(risks, became)
                earlier = {risk: None for risk in earlier if risk not in standing.gone}
                risks = became
        return risks, kept, tuple(earlier)

    def _corrected(self, dimension: str, said: Said, number: int) -> tuple[str, ...] | None:
        """Return the labels that agents gave a message; None where they said nothing of it."""
        became = said.get(number, {}).get(dimension)
        return None if became is None else tuple(label for label in became if label in self.labels[dimension])

    def _spoken(self, dimension: str, glance: Glance) -> frozenset[str]:
        """Return the labels that a message has words of its own for: a cue, or it is all but sure without one."""
        cued = {hit.cue.label for hit in glance.hits if not hit.negated}
        outputs = {label: f"{dimension}.{label}" for label in self.labels[dimension]}
        return frozenset(label for label, output in outputs.items() if output in cued or glance.probabilities.get(output, 0.0) >= _SURE)

    def _heat(self, glances: Sequence[Glance], said: Said) -> tuple[int, ...]:
        """Return the heat of each message: its own, or what agents *said*, and after a broken word no less than before it."""
        heat: list[int] = []
        for number, glance in enumerate(glances):
            before = heat[-1] if heat and not self.keeping.isdisjoint(glance.signals) else 0
            heat.append(said.get(number, {}).get("intensity", max(glance.intensity, before)))
        return tuple(heat)

    def _nature(self, last: Glance, types: Sequence[str]) -> str:
        """Return the nature in a talk about *types*: who demands something, and doesn't just ask about it, goes on with a complaint."""
        if last.demands and set(types) - set(last.types) and not last.folded.text.endswith("?"):
            return "valid"
        return self._one_of("nature", last, without="none") if types and last.nature == "none" else last.nature

    def _traits(self, last: Glance, earlier: Sequence[Glance], conversation: Conversation) -> tuple[str, ...]:
        traits = list(self._many("traits", last))
        few = len(last.folded.text.strip("!?.,~ ")) <= self.languages[last.lang].clauses.terse
        if few and last.nature == "valid" and "terse" in self.labels["traits"] and "terse" not in traits:
            traits.append("terse")
        asked = any(_ASKED.search(turn.text) for turn in conversation.answered[-1:])
        long = len(last.folded.text) > self.languages[last.lang].clauses.longest
        if "terse" in traits and (asked or long or last.intensity == HIGHEST):
            traits.remove("terse")  # a short answer to a question is just an answer, and a short curse isn't reserve
        repeats = sum(1 for glance in earlier if set(glance.demands) & set(last.demands))
        if repeats >= 2 and "stubborn" in self.labels["traits"] and "stubborn" not in traits:
            traits.append("stubborn")
        return tuple(traits)

    def _insults(self, glance: Glance) -> bool:
        abuse = glance.probabilities.get("risks.abuse", 0.0) >= self.classifier.thresholds.get("risks.abuse", 1.0)
        return abuse or "insult" in glance.signals

    def _repeated(self, last: Glance, earlier: Sequence[Glance]) -> bool:
        said = {hit.cue.phrase for glance in earlier for hit in glance.hits if hit.cue.label.startswith("types.")}
        return bool(said & {hit.cue.phrase for hit in last.hits if hit.cue.label.startswith("types.")})

    def _facts(self, glances: Sequence[Glance], conversation: Conversation) -> Facts:
        facts = gathered((one.facts for one in reversed(glances)), conversation)
        goods = _complained_of(glances)
        return replace(facts, product=goods.said) if goods and not facts.product else facts

    def _goods(self, facts: Facts, glances: Sequence[Glance]) -> str | None:
        if facts.product and (goods := self.goods.named(facts.product)):
            return goods.kind
        named = _complained_of(glances)
        return named.kind if named else None

    def _scores(self, glance: Glance) -> dict[str, dict[str, float]]:
        likely = glance.probabilities
        scored = [likely.get(f"{dimension}.{label}", 0.0) for dimension in _SCORED for label in self.labels[dimension]]
        rounded = iter(np.round(scored, 3).tolist())
        scores = {dimension: dict(zip(self.labels[dimension], rounded, strict=False)) for dimension in _SCORED}
        steps = [1.0, *(likely.get(f"intensity>{step}", 0.0) for step in range(HIGHEST)), 0.0]
        scores["intensity"] = {str(step): round(max(0.0, steps[step] - steps[step + 1]), 3) for step in range(HIGHEST + 1)}
        return scores

    def level_of(self, reading: Reading) -> int:
        """Return the level (1 to 5) that a reading's labels ask for (B7)."""
        claimed = [f"types.{label}" for label in reading.types] + [f"risks.{label}" for label in reading.risks]
        claimed += [f"signals.{label}" for label in reading.signals] + [f"intensity.{reading.intensity}"]
        return max((self.levels.get(label, 1) for label in claimed), default=1)


def _ends(glance: Glance) -> bool:
    """Say whether a message ends the matter: settled, thanks or praise, said calmly."""
    return bool(_CONTENT & set(glance.signals)) and glance.intensity <= _CALM


def _complained_of(glances: Sequence[Glance]) -> Goods | None:
    """Return the goods that the case is about: those of the newest complaint that names any, else those named last."""
    named = [glance for glance in glances if glance.goods]
    complaints = [glance for glance in named if glance.types]
    return (complaints or named)[-1].goods if named else None


def _is_all(hit: Hit, folded: Folded) -> bool:
    """Say whether a message is nothing but the cue ("退货"): then it means it, however weak the cue is inside a longer one."""
    return hit.start == 0 and hit.end >= len(folded.text.rstrip("!?.,~ "))
