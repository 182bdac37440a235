"""A glance: what one message says by itself, before the conversation is considered. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calmdesk.reading.classifier import HIGHEST, Classifier, Scored, probability
from calmdesk.reading.cues import Hit, Lexicon
from calmdesk.reading.facts import FactFinder
from calmdesk.reading.goods import Goods, GoodsFinder
from calmdesk.reading.linear import Floats
from calmdesk.reading.reading import CALM, CONTENT, Facts
from calmdesk.text.clauses import clause_at, clauses
from calmdesk.text.fold import Folded, fold
from calmdesk.text.language import Languages, detect

_CUES_ALONE = {"strong": 0.9, "weak": 0.4}
"""How much a cue says of a label that the weights don't know yet, such as a shop's own complaint type."""
_UNLEARNED_THRESHOLD = 0.5
_LITTLE = 3
"""Fewer runs than these that the classifier knows are thin evidence: such a message gets labels from strong cues only."""
_BY_CUE = {"risks", "traits"}
"""Of these a strong cue is enough, whatever the classifier says: one alarm too many costs less than one that is missed, and a manner
that is said in so many words ("I don't care, I just want …") is rare in what it learnt from."""
_SURE = 0.9
"""How likely a strong cue makes its label where there is no more to go by."""
_NEAR = 0.5
"""A valid complaint that reaches no type's threshold is of the type that comes nearest, if it reaches this share of it."""
_DISPLEASED = {"valid", "venting"}
"""Of these natures no message is wholly calm."""
_CALM_THOUGH_SAID = 0.65
"""A message with a strong cue of a complaint is none only if it is so likely none."""
_PLAIN = 0.8
"""So likely valid, a message complains plainly, whatever was asked (of twenty answers, those without a fault had at most 0.78)."""
_PLAINLY = ("types.", "demands.", "risks.", "nature.valid", "signals.threat", "signals.insult")
"""Strong cues of these are no mere answer."""
_COME_RIGHT = "signals.resolved"
"""The cues of somebody for whom it has come right by itself: without a plain complaint beside it there is none any more."""
LONGEST_READ = 5000
"""Characters of a message that are read; Telegram's own limit is 4,096. What stands behind is kept, not read."""
SCORED = ("types", "nature", "temperament", "traits", "needs", "risks")
"""The dimensions that are scored label by label."""
_DECLINED = ("types", "needs")
"""The dimensions that what isn't wanted says nothing of."""
_MISREAD = "signals.misread"
"""The cues of somebody who says that they were taken wrong."""
_OF_THEMSELVES = "signals.relents"
"""The cues of somebody who speaks of their own manner: "I snapped at you" is no fault of the goods."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What one message says by itself."""

    folded: Folded
    lang: str
    hits: tuple[Hit, ...]
    scored: Scored
    probabilities: Mapping[str, float]
    """For each output of the weights, and each label that only has cues."""
    intensity: int
    types: tuple[str, ...]
    denied: Set[str]
    """The types that it names only to say that they were never meant."""
    nature: str
    strongly: Set[str]
    """The labels that a strong cue speaks for."""
    signals: tuple[str, ...]
    demands: tuple[str, ...]
    facts: Facts
    goods: Goods | None

    @property
    def ends(self) -> bool:
        """Whether the message ends the matter: settled, thanks or praise, said calmly."""
        return not CONTENT.isdisjoint(self.signals) and self.intensity <= CALM

    @property
    def says_nothing_against_us(self) -> bool:
        """Whether the message may go on with a question: it complains of nothing, at most in a tone that a bare fact can have."""
        if self.types or self.ends or self.intensity > CALM:
            return False
        return self.nature not in _DISPLEASED or not any(label.startswith(("types.", "demands.", "signals.")) for label in self.strongly)


@dataclass(frozen=True, repr=False)
class Glancer:
    """Reads messages each by itself: cues and the classifier for the labels, patterns for the facts."""

    lexicon: Lexicon
    languages: Languages
    labels: Mapping[str, tuple[str, ...]]
    """The labels of each dimension, `signals` and `demands` included."""
    asking: Set[str]
    """The cues' labels of those who want to know something."""
    goods: GoodsFinder
    facts: FactFinder
    classifier: Classifier

    def glances(self, messages: Sequence[tuple[str, Sequence[str]]]) -> list[Glance]:
        """Read messages each by itself; the ones *before* it help to tell the language of one that gives no sign."""
        if not messages:
            return []
        folded = [fold(text[:LONGEST_READ]) for text, _ in messages]
        hits = [self.lexicon.find(one) for one in folded]
        scored = self.classifier.score([one.text for one in folded], hits)
        return [
            self._glance(one, found, score, detect([*before, text], self.languages))
            for one, found, score, (text, before) in zip(folded, hits, scored, messages, strict=True)
        ]

    def _glance(self, folded: Folded, hits: tuple[Hit, ...], scored: Scored, lang: str) -> Glance:
        probabilities = self._probabilities(scored.logits, hits) if folded.text else {}
        claimed = self._claimed("types", probabilities)
        less, never = self._denied(folded, hits, probabilities)
        probabilities |= less
        fired = {hit.cue.label for hit in hits if not hit.negated and (hit.cue.strength == "strong" or _is_all(hit, folded))}
        if scored.known < _LITTLE:
            probabilities = {output: max(likely, _SURE) if output in fired else 0.0 for output, likely in probabilities.items()}
        if any(_is_all(hit, folded) and hit.cue.label.startswith(("types.", "demands.")) and not hit.negated for hit in hits):
            probabilities |= {output: _SURE for output in fired if output in probabilities} | {"nature.none": 0.0}
        intensity = max(self._intensity(probabilities), HIGHEST if "signals.threat" in fired else 0)
        calm = intensity < HIGHEST - 1 and _COME_RIGHT in fired
        if calm and not any(label.startswith(_PLAINLY) for label in fired - {"nature.valid"}):
            probabilities |= {f"nature.{label}": float(label == "none") for label in self.labels["nature"]}
        nature, types = self._nature_and_types(probabilities, intensity, fired, asks=folded.text.endswith("?"))
        return Glance(
            folded=folded,
            lang=lang,
            hits=hits,
            scored=scored,
            probabilities=probabilities,
            intensity=0 if nature == "none" else max(intensity, int(nature in _DISPLEASED)),
            types=types,
            denied=never & frozenset(claimed) - frozenset(self._claimed("types", probabilities)),
            nature=nature,
            strongly=fired,
            signals=tuple(label for label in self.labels["signals"] if f"signals.{label}" in fired),
            demands=tuple(label for label in self.labels["demands"] if f"demands.{label}" in fired),
            facts=self.facts.find(folded),
            goods=self.goods.find(folded),
        )

    def _denied(self, folded: Folded, hits: Sequence[Hit], probabilities: Mapping[str, float]) -> tuple[dict[str, float], Set[str]]:
        """Return the labels that are less likely without the clauses that say what isn't wanted, and the types that were never meant.

        "I never said that I want a refund" isn't about a refund, and "don't apologise, just find it" is no call for respect. What else
        such a clause has words for stays.
        """
        spans = clauses(folded)
        misread = {clause_at(hit.start, hit.end, spans) for hit in hits if hit.cue.label == _MISREAD and not hit.negated}
        declined = [(hit.start, hit.end) for hit in hits if hit.disclaimed and hit.cue.label.startswith("demands.")]
        declined += [(hit.start, hit.end) for hit in hits if hit.cue.label == _OF_THEMSELVES and not hit.negated]
        declined += [span for clause in spans for span in self.lexicon.negation.waived(folded.text, clause)]
        denials = {clause for hit in hits if hit.disclaimed and (clause := clause_at(hit.start, hit.end, spans)) in misread}
        denials |= {clause_at(*span, spans) for span in declined}
        if not denials:
            return {}, frozenset()
        left = [(start, end) if (start, end) not in denials else (_behind(start, end, declined), end) for start, end in spans]
        rest = fold(",".join(folded.text[start:end] for start, end in left if (start, end) not in misread and start < end))
        found = self.lexicon.find(rest)
        [scored] = self.classifier.score([rest.text], [found])
        without = self._probabilities(scored.logits, found) if rest.text else {}
        within = [hit for hit in hits if not hit.negated and clause_at(hit.start, hit.end, spans) in denials]
        meant = [
            hit
            for hit in within
            if not _in_one_of(hit, declined) and not (hit.disclaimed and clause_at(hit.start, hit.end, spans) in misread)
        ]
        outputs = {f"{dimension}.{label}" for dimension in _DECLINED for label in self.labels[dimension]} - {hit.cue.label for hit in meant}
        less = {output: one for output in outputs if (one := without.get(output, 0.0)) < probabilities.get(output, 0.0)}
        named = {hit.cue.label for hit in within if hit.disclaimed}
        never = {output for output in less if output in named or misread}
        return less, {output.removeprefix("types.") for output in never if output.startswith("types.")}

    def _probabilities(self, logits: Floats, hits: Sequence[Hit]) -> dict[str, float]:
        known = dict(zip(self.classifier.outputs, probability(logits).tolist(), strict=True))
        for dimension in SCORED:
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
        if not types and ranked[0] == "venting" and intensity <= CALM and not self.asking.isdisjoint(fired):
            return "inquiry", ()
        if types or ranked[0] != "valid":
            return ranked[0], types
        nearest = max(self.labels["types"], key=lambda label: self._nearness(f"types.{label}", probabilities))
        if self._nearness(f"types.{nearest}", probabilities) >= _NEAR:
            return "valid", (nearest,)
        return ("venting" if intensity > CALM else ranked[1] if len(ranked) > 1 else ranked[0]), ()

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

    def reaches(self, dimension: str, label: str, likely: float) -> bool:
        """Say whether a label that is so *likely* is claimed."""
        return likely >= self.classifier.thresholds.get(f"{dimension}.{label}", _UNLEARNED_THRESHOLD)

    def many(self, dimension: str, glance: Glance) -> tuple[str, ...]:
        """Return the labels of a dimension of which a message may have several."""
        if glance.nature == "none" and not CONTENT.isdisjoint(glance.signals):
            return ()
        claimed = self._claimed(dimension, glance.probabilities)
        if dimension not in _BY_CUE:
            return claimed
        return claimed + tuple(
            label for label in self.labels[dimension] if label not in claimed and f"{dimension}.{label}" in glance.strongly
        )

    def one_of(self, dimension: str, glance: Glance, *, without: str | None = None, unsure: str | None = None) -> str:
        """Return the likeliest label of a dimension of which a message has one, *unsure* where that isn't likely enough."""
        likely = {label: glance.probabilities.get(f"{dimension}.{label}", 0.0) for label in self.labels[dimension] if label != without}
        best = max(likely, key=lambda label: likely[label])
        threshold = self.classifier.thresholds.get(f"{dimension}.{best}", 0.0)
        if not glance.probabilities:
            return unsure or ("none" if "none" in likely else best)
        return unsure if unsure and best != unsure and likely[best] < threshold else best

    def spoken(self, dimension: str, glance: Glance) -> frozenset[str]:
        """Return the labels that a message has words of its own for: a cue, or it is all but sure without one."""
        cued = {hit.cue.label for hit in glance.hits if not hit.negated}
        claims = self._claims[dimension]
        return frozenset(label for label, output, _ in claims if output in cued or glance.probabilities.get(output, 0.0) >= _SURE)

    def may_answer(self, glance: Glance) -> bool:
        """Say whether a message may just answer a question: it is cool, and neither its cues nor the classifier are sure of a complaint."""
        plainly = any(label.startswith(_PLAINLY) for label in glance.strongly)
        return not plainly and glance.intensity <= CALM and glance.probabilities.get("nature.valid", 0.0) < _PLAIN

    def insults(self, glance: Glance) -> bool:
        """Say whether a message insults."""
        abuse = glance.probabilities.get("risks.abuse", 0.0) >= self.classifier.thresholds.get("risks.abuse", 1.0)
        return abuse or "insult" in glance.signals

    def scores(self, glance: Glance) -> dict[str, dict[str, float]]:
        """Return how likely each label of each dimension is, and each step of the intensity."""
        likely = glance.probabilities
        scored = [likely.get(f"{dimension}.{label}", 0.0) for dimension in SCORED for label in self.labels[dimension]]
        rounded = iter(np.round(scored, 3).tolist())
        scores = {dimension: dict(zip(self.labels[dimension], rounded, strict=False)) for dimension in SCORED}
        steps = [1.0, *(likely.get(f"intensity>{step}", 0.0) for step in range(HIGHEST)), 0.0]
        scores["intensity"] = {str(step): round(max(0.0, steps[step] - steps[step + 1]), 3) for step in range(HIGHEST + 1)}
        return scores


def _is_all(hit: Hit, folded: Folded) -> bool:
    """Say whether a message is nothing but the cue ("退货"): then it means it, however weak the cue is inside a longer one."""
    return hit.start == 0 and hit.end >= len(folded.text.rstrip("!?.,~ "))


def _in_one_of(hit: Hit, stretches: Sequence[tuple[int, int]]) -> bool:
    """Say whether a cue shares words with one of some *stretches*."""
    return any(hit.start < end and start < hit.end for start, end in stretches)


def _behind(start: int, end: int, stretches: Sequence[tuple[int, int]]) -> int:
    """Return where the last of the *stretches* inside *start:end* ends; *end* where there is none: nothing is left of it."""
    return max((last for first, last in stretches if start <= first < end), default=end)
