"""Choosing: from a reading and what was tried, to techniques with a score and a reason. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from calmdesk.conversation import Conversation, Turn
from calmdesk.playbook.conditions import Situation
from calmdesk.playbook.playbook import Playbook
from calmdesk.playbook.schema import STAGES, Alert, Rule, Technique
from calmdesk.reading.glance import LONGEST_READ
from calmdesk.reading.reading import Reading
from calmdesk.text.fold import fold

_CALM = 1
"""Up to this intensity "that's settled" is meant."""
_A_SENTENCE = 6
"""Characters; a shorter message of an agent's is no try."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A technique that fits, how well (1 to 100), and the rule that says so."""

    technique: str
    score: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class History:
    """What was done so far: by the agents, one entry for each of their messages, the oldest first, and by the customer beside words."""

    used: tuple[frozenset[str], ...]
    tries: int = 0
    """How many of them honestly tried to help (A6)."""
    shown: bool = False
    """Whether the customer has sent a picture of it."""
    closed: bool = False
    """Whether the case had been closed: what was said until then has been dealt with."""

    @property
    def all(self) -> frozenset[str]:
        """Every technique used so far."""
        return frozenset().union(*self.used)

    def running(self, technique: str) -> int:
        """Return in how many agent messages in a row, up to the last, *technique* was used."""
        count = 0
        for used in reversed(self.used):
            if technique not in used:
                break
            count += 1
        return count


def techniques_in(turn: Turn, playbook: Playbook) -> frozenset[str]:
    """Return the techniques of an agent's message: those it names, else those that its words show."""
    if turn.techniques is not None:
        return frozenset(turn.techniques)
    hits = playbook.agents_lexicon.find(fold(turn.text[:LONGEST_READ]))
    return frozenset(hit.cue.label for hit in hits if hit.cue.strength == "strong" and not hit.negated)


def history_of(conversation: Conversation, playbook: Playbook) -> History:
    """Return what the agents did before the customer's last message."""
    used = tuple(techniques_in(turn, playbook) for turn in conversation.answered)
    tries = sum(_tries(turn, techniques, playbook) for turn, techniques in zip(conversation.answered, used, strict=True))
    return History(used, tries, conversation.shown, conversation.closed)


def _tries(turn: Turn, techniques: frozenset[str], playbook: Playbook) -> bool:
    """Say whether a message honestly tried to help: by its techniques, or by words of the agent's own that neither stall nor hurt."""
    if turn.techniques is not None:
        return any(key in playbook.techniques and playbook.techniques[key].honest_try for key in techniques)
    return len(turn.text) >= _A_SENTENCE and not playbook.unsaid.find(fold(turn.text[:LONGEST_READ]))


def situation_of(reading: Reading, history: History, playbook: Playbook, known: Mapping[str, Any], policy: Mapping[str, Any]) -> Situation:
    """Return all that conditions can ask for, alerts included."""
    reading = _unsettled(reading, playbook)
    amount = reading.facts.amount
    large = policy.get("large_sum")
    lasting = {risk for risk in reading.earlier_risks if playbook.labels["risks"][risk].lasts}
    told = {signal for signal in reading.earlier_signals if signal in playbook.signals and playbook.signals[signal].lasts}
    signals = frozenset(reading.signals) | told
    situation = Situation(
        labels={
            "types": frozenset(reading.types),
            "nature": frozenset({reading.nature}),
            "temperament": frozenset({reading.temperament}),
            "traits": frozenset(reading.traits),
            "needs": frozenset(reading.needs),
            "risks": frozenset(reading.risks) - frozenset(reading.kept_risks),
            "signals": signals,
            "demands": frozenset(reading.demands),
            "alerts": frozenset(),
            "product": frozenset(filter(None, (reading.product, reading.product_kind))),
            "lang": frozenset({reading.lang}),
            "stage": frozenset({stage_of(reading, history, playbook)}),
            "trend": frozenset({reading.trend}),
            "tried": history.all,
            "last": history.used[-1] if history.used else frozenset(),
        },
        numbers={
            "heat": reading.intensity,
            "turn": len(reading.heat),
            "points": len(reading.points),
            "tries": history.tries,
            "insults": reading.insults,
            "limits": sum("set_limit" in used for used in history.used),
            "level": reading.level,
        },
        flags={
            "complaint": reading.complaint or bool(lasting),
            "open_demand": reading.open_demand,
            "repeated": reading.repeated,
            "goes_on": reading.goes_on,
            "complained": reading.complained and not history.closed,
            "large_sum": bool(large and amount is not None and amount >= large),
            "shown": history.shown,
        },
        known=known,
        policy=policy,
        main_type=reading.types[0] if reading.types else None,
        own_words=frozenset(key for key in signals if key in playbook.signals and playbook.signals[key].own_words),
    )
    before = {"risks": frozenset(reading.earlier_risks), "signals": frozenset(reading.earlier_signals)}
    past = Situation({**situation.labels, **before}, {**situation.numbers, "heat": max(reading.heat[:-1], default=0)}, situation.flags)
    taken_up = history.closed or "escalate" in history.all
    alerts = frozenset(key for key, alert in playbook.alerts.items() if _raised(alert, situation, past, taken_up=taken_up))
    return situation.with_alerts(alerts).with_risks(lasting | set(reading.kept_risks))


def _raised(alert: Alert, situation: Situation, past: Situation, *, taken_up: bool) -> bool:
    """Say whether an alert is raised: on what is said now, and on what was said before until somebody took it up.

    Some wait for the customer's next message where they may pass, as words of rage do (E6): see `Alert.waits`.
    """
    said_before = alert.when.hold(past)
    if alert.when.hold(situation):
        return said_before or alert.waits is None or not alert.waits.hold(situation)
    return said_before and not taken_up and not (alert.passes and alert.passes.any_holds(situation))


def _unsettled(reading: Reading, playbook: Playbook) -> Reading:
    """Return *reading* without its words of agreement where it asks for a word of ours in the same breath."""
    if not any(playbook.demands[demand].awaits for demand in reading.demands if demand in playbook.demands):
        return reading
    return replace(reading, signals=tuple(signal for signal in reading.signals if signal != "settled"))


def stage_of(reading: Reading, history: History, playbook: Playbook) -> str:
    """Return how far the case is (E2): the furthest stage that a technique led to; settled words, said calmly, close it."""
    if "settled" in reading.signals and reading.intensity <= _CALM:
        return "close"
    if not history.used:
        return "contact"
    reached = ["recognise"]
    for key in history.all:
        technique = playbook.techniques.get(key)
        if technique and technique.leads_to:
            reached.append(technique.leads_to)
    return max(reached, key=STAGES.index)


def choose(situation: Situation, history: History, playbook: Playbook) -> list[Choice]:
    """Return the techniques that fit, best first; the table is `techniques/*.toml`, read as docs/playbook.md says."""
    choices = []
    for key, technique in playbook.techniques.items():
        if history.running(key) >= technique.running or barred(technique, situation):
            continue
        rules = [rule for rule in technique.fits if rule.when.hold(situation) and not (rule.unless and rule.unless.any_holds(situation))]
        if rules:
            best = max(rules, key=lambda rule: rule.score)
            choices.append(Choice(key, best.score, best))
    return sorted(choices, key=lambda choice: (-choice.score, playbook.techniques[choice.technique].rank))


def barred(technique: Technique, situation: Situation) -> bool:
    """Say whether *technique* must not be used now."""
    return any(bar.when.hold(situation) and not (bar.unless and bar.unless.any_holds(situation)) for bar in technique.never)


def first_alert(situation: Situation, playbook: Playbook) -> Alert | None:
    """Return the gravest of the situation's alerts."""
    alerts = [playbook.alerts[key] for key in situation.labels["alerts"]]
    return min(alerts, key=lambda alert: alert.rank, default=None)


def standing_risks(reading: Reading, situation: Situation, playbook: Playbook) -> tuple[str, ...]:
    """Return the risks of the case that its last message doesn't speak of: they last, or an alert is raised that is about them."""
    alerted = {risk for key in situation.labels["alerts"] for risk in playbook.alerts[key].when.risks if risk in reading.earlier_risks}
    holding = situation.labels["risks"] | alerted
    return tuple(risk for risk in playbook.labels["risks"] if risk in holding and risk not in reading.risks)


def reason(choice: Choice, reading: Reading, playbook: Playbook, lang: str) -> str:
    """Return why this technique now, for the agent: what happened, then the rule's own words."""
    words = playbook.languages[lang].situation
    happened = [words["turn"].format(turn=len(reading.heat))] if len(reading.heat) > 1 else []
    before = reading.heat[-2] if len(reading.heat) > 1 else reading.intensity
    happened.append(words[reading.trend].format(before=before, heat=reading.intensity))
    return words["join"].join(happened) + words["reason"] + choice.rule.why.get(lang, "")


def checklist(reading: Reading, choices: Sequence[Choice], playbook: Playbook, lang: str, most: int = 8) -> list[str]:
    """Return what the agent looks up or does: the internal techniques' advice first, then each complaint type's list."""
    lines: list[str] = []
    for choice in choices:
        lines += playbook.techniques[choice.technique].advice.get(lang, ())
    for complaint in reading.types:
        if complaint in playbook.complaints:
            lines += playbook.complaints[complaint].checklist.get(lang, ())
    return list(dict.fromkeys(lines))[:most]


def avoid(reading: Reading, playbook: Playbook, lang: str, most: int = 5) -> list[str]:
    """Return what would make it worse."""
    lines = [line for key in reading.types if key in playbook.complaints for line in playbook.complaints[key].avoid.get(lang, ())]
    return list(dict.fromkeys(lines))[:most]
