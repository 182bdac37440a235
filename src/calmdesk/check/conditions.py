"""Checks that conditions name what exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from calmdesk.playbook.conditions import LABEL_KEYS, Conditions
from calmdesk.playbook.playbook import Playbook
from calmdesk.playbook.schema import STAGES, Bar, Rule
from calmdesk.replies.replies import MOST_TECHNIQUES, Replies
from calmdesk.replies.template import POLICY_KEYS, VARIABLES
from calmdesk.shelf import Problem


def check_conditions(playbook: Playbook, replies: Replies) -> list[Problem]:
    """Return every label, technique, variable or policy key that a condition names and nothing defines."""
    known = known_labels(playbook)
    problems: list[Problem] = []
    for key, technique in playbook.techniques.items():
        path = playbook.paths[f"techniques.{key}"]
        tables: tuple[tuple[str, Sequence[Rule | Bar]], ...] = (("fits", technique.fits), ("never", technique.never))
        for name, rules in tables:
            for number, rule in enumerate(rules):
                problems += _unknown(rule.when, known, path, f"{name}[{number}].when.")
                if rule.unless:
                    problems += _unknown(rule.unless, known, path, f"{name}[{number}].unless.")
    for key, alert in playbook.alerts.items():
        for name, conditions in (("when", alert.when), ("waits", alert.waits), ("passes", alert.passes)):
            if conditions:
                problems += _unknown(conditions, known, playbook.paths[f"alerts.{key}"], f"{name}.")
    for key, signal in playbook.signals.items():
        for name, risks in (("over", signal.over), ("no_sign_of", signal.no_sign_of)):
            problems += _unknown(Conditions(risks=risks), known, playbook.paths[f"signals.{key}"], f"{name}.")
    for reply in replies.all()[0]:
        problems += _unknown(reply.head, known, reply.path, "")
        if reply.head.unless:
            problems += _unknown(reply.head.unless, known, reply.path, "unless.")
        if reply.lang not in playbook.languages:
            problems.append(Problem(reply.path, "", f"unknown language {reply.lang!r}; there are {', '.join(playbook.languages)}"))
        for technique_id in reply.techniques:
            if technique_id not in playbook.techniques:
                problems.append(Problem(reply.path, "also", f"unknown technique {technique_id!r}", "unknown", technique_id))
        if len(set(reply.techniques)) != len(reply.techniques) or len(reply.techniques) > MOST_TECHNIQUES:
            problems.append(
                Problem(
                    reply.path, "also", f"a reply performs at most {MOST_TECHNIQUES} different techniques", "many", str(MOST_TECHNIQUES)
                )
            )
    return problems


def known_labels(playbook: Playbook) -> Mapping[str, frozenset[str]]:
    """Return for each condition that names labels those that exist."""
    techniques = frozenset(playbook.techniques)
    return {
        "types": frozenset(playbook.complaints),
        **{dimension: frozenset(labels) for dimension, labels in playbook.labels.items()},
        "signals": frozenset(playbook.signals),
        "demands": frozenset(playbook.demands),
        "alerts": frozenset(playbook.alerts),
        "product": frozenset(playbook.products) | {kind.group for kind in playbook.products.values()},
        "lang": frozenset(playbook.languages),
        "stage": frozenset(STAGES),
        "trend": frozenset({"first", "rising", "level", "falling"}),
        "tried": techniques,
        "last": techniques,
        "knows": VARIABLES,
        "policy": POLICY_KEYS,
    }


def _unknown(conditions: Conditions, known: Mapping[str, frozenset[str]], path: str, where: str) -> Iterator[Problem]:
    for key in (*LABEL_KEYS, "knows", "policy"):
        for label in getattr(conditions, key):
            if label not in known[key]:
                there_are = ", ".join(sorted(known[key]))
                yield Problem(path, f"{where}{key}", f"unknown {label!r}; there are {there_are}", "unknown", f"{label} ({there_are})")
