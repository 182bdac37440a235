"""Checks that cues do what their examples say, and that every cue has one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from calmdesk.playbook.playbook import Playbook
from calmdesk.reading.cues import Cue, CueLists, CueSyntaxError, Example, Hit, Lexicon, readable
from calmdesk.shelf import Problem
from calmdesk.text.fold import fold

_Item = tuple[str, CueLists, tuple[Example, ...]]


def check_cues(playbook: Playbook) -> list[Problem]:
    """Return cues that can't be read, examples that don't hold and cues that no example exercises."""
    customers: list[_Item] = [(label, content.cues, content.examples) for label, content in playbook.recognised()]
    agents: list[_Item] = [(f"techniques.{key}", item.cues, item.examples) for key, item in playbook.techniques.items()]
    agents += [(f"wording.{key}", item.cues, item.examples) for key, item in playbook.wording.items()]
    return [*_checked(customers, playbook), *_checked(agents, playbook)]


def _checked(items: list[_Item], playbook: Playbook) -> Iterator[Problem]:
    cues: list[Cue] = []
    for label, lists, _ in items:
        for strength, lang, phrase in lists:
            where = f"cues.{strength}.{lang}"
            if lang not in playbook.languages:
                yield Problem(playbook.paths[label], where, f"unknown language; there are {', '.join(playbook.languages)}")
                continue
            try:
                readable(phrase)
            except CueSyntaxError as error:
                yield Problem(playbook.paths[label], where, str(error))
                continue
            cues.append(Cue(label, strength, lang, phrase))
    lexicon = Lexicon(cues, playbook.languages)
    fired: set[Cue] = set()
    for label, _, examples in items:
        for number, example in enumerate(examples):
            hits = list(lexicon.find_all(fold(example.text)))
            fired.update(hit.cue for hit in hits)
            yield from _example(example, number, label, hits, playbook.paths[label])
    for cue in cues:
        if cue not in fired:
            yield Problem(
                playbook.paths[cue.label],
                f"cues.{cue.strength}.{cue.lang}",
                f"no example exercises {cue.phrase!r}; add one, or drop the cue",
            )


def _example(example: Example, number: int, label: str, hits: Iterable[Hit], path: str) -> Iterator[Problem]:
    own = [hit for hit in hits if hit.cue.label == label and not hit.negated]
    strong = [hit for hit in own if hit.cue.strength == "strong"]
    holds = bool(own) if example.hit else not strong
    where = f"examples[{number}]"
    if example.known_miss:
        if holds:
            yield Problem(path, where, "is marked known_miss and works today; drop the mark")
    elif not holds:
        what = "no cue fires in" if example.hit else f"the strong cue {strong[0].cue.phrase!r} fires in"
        yield Problem(path, where, f"{what} {example.text!r}")
