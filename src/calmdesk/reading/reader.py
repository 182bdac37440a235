"""The reader: a conversation in, a reading out. No I/O at call time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Self

from calmdesk.conversation import Conversation
from calmdesk.reading.certainty import unsure_of
from calmdesk.reading.classifier import HIGHEST, Classifier
from calmdesk.reading.evidence import evidence_of
from calmdesk.reading.facts import gathered
from calmdesk.reading.glance import Glance, Glancer
from calmdesk.reading.goods import Goods
from calmdesk.reading.reading import Facts, Reading
from calmdesk.reading.retelling import Retelling, stated
from calmdesk.reading.standing import GONE, Said, Standing

_STILL_SORE = 2
"""Who was hotter than this and now has cold words, but shows no calm, is still so hot."""
_FADES = 0.6
"""How much of what an earlier message complained of still holds in the next."""
_ASKED = re.compile(r"[?？]\s*$")


@dataclass(frozen=True, repr=False)
class Reader:
    """Reads customers: cues and the classifier for the labels, patterns for the facts, the history for what only it can tell."""

    glancer: Glancer
    retelling: Retelling
    levels: Mapping[str, int]
    """The level (1 to 5) that a label such as "types.defect" asks for."""
    answering: Set[str]
    """The techniques that answer what was asked."""
    keeping: Set[str]
    """The signals with which the heat doesn't fall."""
    calming: Set[str]
    """The signals of those who have calmed down."""
    ending: Mapping[str, Sequence[str]]
    """Signals with which risks of the case are over, and which they are."""
    denying: Mapping[str, Sequence[str]]
    """Signals of messages that only have some risks where they speak of them, and which."""

    def with_weights(self, classifier: Classifier) -> Self:
        """Return the same reader with another classifier."""
        return replace(self, glancer=replace(self.glancer, classifier=classifier))

    def read(self, conversation: Conversation, said: Said | None = None) -> Reading:
        """Return the reading of the customer's last message in the light of the conversation and of what agents *said* of earlier ones."""
        talk = [turn.text for turn in conversation.customer_turns]
        return self._read(conversation, self.glancer.glances([(text, talk[:number]) for number, text in enumerate(talk)]), said or {})

    def read_all(self, conversations: Sequence[Conversation]) -> list[Reading]:
        """Return the readings of many conversations; much quicker than one by one."""
        talks = [[turn.text for turn in conversation.customer_turns] for conversation in conversations]
        glances = iter(self.glancer.glances([(text, talk[:number]) for talk in talks for number, text in enumerate(talk)]))
        return [self._read(talk, list(islice(glances, len(texts))), {}) for talk, texts in zip(conversations, talks, strict=True)]

    def _read(self, conversation: Conversation, found: Sequence[Glance], said: Said) -> Reading:
        glances = self._with_answers(found, conversation)
        last, earlier = glances[-1], glances[:-1]
        types = self._about(glances, said)
        asked = self._asked(glances, conversation) if not types and last.says_nothing_against_us else None
        nature = self._nature(last, types) if asked is None else "inquiry"
        complains = bool(types) or nature != "none"
        traits = self._traits(last, earlier, conversation) if complains else ()
        risks, kept_risks, earlier_risks = self._risks(glances, said)
        facts = self._facts(glances, conversation)
        goods = self._goods(facts, glances)
        points = self.retelling.points(last, partial(self.glancer.classifier.pointed, last.scored, last.folded.text))
        scores = self.glancer.scores(last)
        heat = self._heat(glances, said)
        reading = Reading(
            lang=last.lang,
            types=types,
            nature=nature,
            intensity=heat[-1],
            temperament=self.glancer.one_of("temperament", last, unsure="unclear"),
            traits=traits,
            needs=self.glancer.many("needs", last) if complains else (),
            risks=risks,
            points=tuple(point.text for point in points),
            **stated(points, self.glancer.languages[last.lang]),
            level=1,
            product=self.glancer.goods.kinds[goods].group if goods else None,
            facts=facts,
            heat=heat,
            scores=scores,
            evidence=(),
            signals=last.signals + tuple(signal for signal in asked or () if signal not in last.signals),
            demands=last.demands,
            product_kind=goods,
            detail=self.retelling.detail(last, goods),
            insults=sum(self.glancer.insults(glance) for glance in glances),
            repeated=self._repeated(last, earlier),
            open_demand=any(demand in glance.demands for glance in earlier for demand in last.demands),
            goes_on=asked is not None,
            complained=any(said.get(number, {}).get("types", glance.types) for number, glance in enumerate(earlier)),
            kept_risks=kept_risks,
            earlier_risks=earlier_risks,
            earlier_signals=tuple(dict.fromkeys(signal for glance in earlier for signal in glance.signals)),
            unsure=unsure_of(scores, last.types, nature, last.intensity),
        )
        evidence = evidence_of(reading, last.folded, last.hits, partial(self.glancer.classifier.strongest, last.scored))
        return replace(reading, level=self.level_of(reading), evidence=evidence)

    def _about(self, glances: Sequence[Glance], said: Said) -> tuple[str, ...]:
        """Return what the last message complains of, and what the ones before it did, each the less likely the longer ago.

        Words that end the matter (settled, thanks, praise) end it. What complains of nothing by itself is about the last complaint. What
        the customer says they never meant falls away. What agents *said* of earlier messages holds.
        """
        standing, likely, types = Standing(), dict[str, float](), tuple[str, ...]()
        complaints: list[tuple[str, ...]] = []
        for number, glance in enumerate(glances):
            own = standing.heard(glance.types, self.glancer.spoken("types", glance))
            faded = {label: still * _FADES for label, still in likely.items()} | dict.fromkeys(standing.added, _FADES)
            likely = faded | {label: max(glance.probabilities[f"types.{label}"], faded.get(label, 0.0)) for label in own}
            likely = {label: still for label, still in likely.items() if label not in glance.denied}
            complaints = [kept for one in complaints if (kept := tuple(label for label in one if label not in glance.denied))]
            if glance.ends:
                types = own
            else:
                said_so = {*own, *standing.added}
                claimed = [label for label, still in likely.items() if label in said_so or self.glancer.reaches("types", label, still)]
                types = tuple(sorted(claimed, key=lambda label: -likely[label])) or (
                    complaints[-1] if complaints and glance.nature != "none" else ()
                )
            complaints += [own] if own else []
            became = self._corrected("types", said, number)
            if became is not None and number < len(glances) - 1:
                standing.corrected(types, became)
                likely = {label: still for label, still in likely.items() if label in became}
                complaints = [became] if became else []
        return types

    def _with_answers(self, glances: Sequence[Glance], conversation: Conversation) -> list[Glance]:
        """Return the glances, as answers those that follow a question of ours to who only asked something.

        "Around £30, for my father" is no complaint about a price there, and by itself it may well be one.
        """
        became: list[Glance] = []
        inquired = complained = questioned = False
        coming = iter(glances)
        for turn in conversation.turns:
            if turn.role == "agent":
                questioned = bool(_ASKED.search(turn.text))
            elif glance := next(coming, None):
                if inquired and questioned and not complained and self.glancer.may_answer(glance):
                    glance = replace(glance, types=(), nature="none", intensity=0)
                inquired = inquired or glance.nature == "inquiry" or not self.glancer.asking.isdisjoint(glance.strongly)
                complained = complained or not glance.says_nothing_against_us
                became.append(glance)
        return became

    def _asked(self, glances: Sequence[Glance], conversation: Conversation) -> tuple[str, ...] | None:
        """Return with which signals an earlier message asked something that waits for its answer; None where none does.

        A complaint takes its place, and what ends the matter ends it; an answer is a technique that gives one, or our own words without a
        question back.
        """
        asked: tuple[str, ...] | None = None
        numbered = iter(glances[:-1])
        for turn in conversation.turns:
            if turn.role == "agent":
                answered = bool(self.answering & set(turn.techniques)) if turn.techniques is not None else not _ASKED.search(turn.text)
                asked = None if answered else asked
            elif glance := next(numbered, None):
                signals = tuple(signal for signal in glance.signals if f"signals.{signal}" in self.glancer.asking)
                if not glance.says_nothing_against_us:
                    asked = None
                elif signals or glance.nature == "inquiry":
                    asked = signals
        return asked

    def _risks(self, glances: Sequence[Glance], said: Said) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Return the risks of the last message, those of them that agents named before it, and those of the messages before."""
        standing, risks, kept, earlier = Standing(), tuple[str, ...](), tuple[str, ...](), dict[str, None]()
        for number, glance in enumerate(glances):
            earlier |= dict.fromkeys(risks)
            over, unlike = self._without(glance, self.ending), self._without(glance, self.denying)
            read = (risk for risk in self.glancer.many("risks", glance) if risk not in unlike)
            own = standing.heard(read, self.glancer.spoken("risks", glance))
            standing.taken_away(taken := (*said.get(number, {}).get(GONE, ()), *over))
            kept = () if glance.ends else tuple(risk for risk in standing.added if risk not in own)
            risks = tuple(risk for risk in (*own, *kept) if risk not in taken)
            became = self._corrected("risks", said, number)
            if became is not None and number < len(glances) - 1:
                standing.corrected(risks, became)
                risks = became
            earlier = {risk: None for risk in earlier if risk not in standing.gone}
        return risks, kept, tuple(earlier)

    @staticmethod
    def _without(glance: Glance, signals: Mapping[str, Sequence[str]]) -> set[str]:
        """Return the risks that *signals* take from a message: those of its own that it doesn't plainly speak of."""
        return {risk for signal in glance.signals for risk in signals.get(signal, ()) if f"risks.{risk}" not in glance.strongly}

    def _corrected(self, dimension: str, said: Said, number: int) -> tuple[str, ...] | None:
        """Return the labels that agents gave a message; None where they said nothing of it."""
        became = said.get(number, {}).get(dimension)
        return None if became is None else tuple(label for label in became if label in self.glancer.labels[dimension])

    def _heat(self, glances: Sequence[Glance], said: Said) -> tuple[int, ...]:
        """Return the heat of each message: its own or what agents *said*, and no less than the one before it leaves.

        A broken word leaves all of it. Without a sign of calm (thanks, agreement, a tone taken back) cold words cool by one step, from rage
        to soreness, and not to nothing while what was asked for stands open.
        """
        heat: list[int] = []
        open_demand = False
        for number, glance in enumerate(glances):
            before = heat[-1] if heat else 0
            calm = glance.ends or not self.calming.isdisjoint(glance.signals)
            if not self.keeping.isdisjoint(glance.signals):
                least = before
            elif calm:
                least = 0
            else:
                least = max(min(before - 1, _STILL_SORE), min(before, int(open_demand)))
            heat.append(said.get(number, {}).get("intensity", max(glance.intensity, least)))
            open_demand = not calm and (open_demand or bool(glance.demands and glance.nature != "inquiry"))
        return tuple(heat)

    def _nature(self, last: Glance, types: Sequence[str]) -> str:
        """Return the nature in a talk about *types*: who demands something, and doesn't just ask about it, goes on with a complaint."""
        if last.demands and set(types) - set(last.types) and not last.folded.text.endswith("?"):
            return "valid"
        return self.glancer.one_of("nature", last, without="none") if types and last.nature == "none" else last.nature

    def _traits(self, last: Glance, earlier: Sequence[Glance], conversation: Conversation) -> tuple[str, ...]:
        traits = list(self.glancer.many("traits", last))
        few = len(last.folded.text.strip("!?.,~ ")) <= self.glancer.languages[last.lang].clauses.terse
        if few and last.nature == "valid" and "terse" in self.glancer.labels["traits"] and "terse" not in traits:
            traits.append("terse")
        asked = any(_ASKED.search(turn.text) for turn in conversation.answered[-1:])
        long = len(last.folded.text) > self.glancer.languages[last.lang].clauses.longest
        if "terse" in traits and (asked or long or last.intensity == HIGHEST):
            traits.remove("terse")  # a short answer to a question is just an answer, and a short curse isn't reserve
        repeats = sum(1 for glance in earlier if set(glance.demands) & set(last.demands))
        if repeats >= 2 and "stubborn" in self.glancer.labels["traits"] and "stubborn" not in traits:
            traits.append("stubborn")
        return tuple(traits)

    def _repeated(self, last: Glance, earlier: Sequence[Glance]) -> bool:
        said = {hit.cue.phrase for glance in earlier for hit in glance.hits if hit.cue.label.startswith("types.")}
        return bool(said & {hit.cue.phrase for hit in last.hits if hit.cue.label.startswith("types.")})

    def _facts(self, glances: Sequence[Glance], conversation: Conversation) -> Facts:
        facts = gathered((one.facts for one in reversed(glances)), conversation)
        goods = _complained_of(glances)
        return replace(facts, product=goods.said) if goods and not facts.product else facts

    def _goods(self, facts: Facts, glances: Sequence[Glance]) -> str | None:
        if facts.product and (goods := self.glancer.goods.named(facts.product)):
            return goods.kind
        named = _complained_of(glances)
        return named.kind if named else None

    def level_of(self, reading: Reading) -> int:
        """Return the level (1 to 5) that a reading's labels ask for (B7)."""
        claimed = [f"types.{label}" for label in reading.types] + [f"risks.{label}" for label in reading.risks]
        claimed += [f"signals.{label}" for label in reading.signals] + [f"intensity.{reading.intensity}"]
        return max((self.levels.get(label, 1) for label in claimed), default=1)

    def case_level(self, reading: Reading) -> int:
        """Return the level that a case asks for: that of its last message, or of a risk that an earlier one named."""
        return self.level_of(replace(reading, risks=(*reading.risks, *reading.earlier_risks)))


def _complained_of(glances: Sequence[Glance]) -> Goods | None:
    """Return the goods that the case is about: those of the newest complaint that names any, else those named last."""
    named = [glance for glance in glances if glance.goods]
    complaints = [glance for glance in named if glance.types]
    return (complaints or named)[-1].goods if named else None
