"""A shop's own corrections folded into the weights: the shipped ones move no further than the corrections ask. No I/O.

Needs NumPy alone. What moves is the linear model's weights of the runs and marks that the corrections share, in the columns of what
they say; the network, the thresholds and all other labels stay as they are, to the bit.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from calmdesk.conversation import Conversation
from calmdesk.reading.classifier import HIGHEST, Classifier, probability
from calmdesk.reading.features import Sight
from calmdesk.reading.keys import KeyTable, Places, key_of
from calmdesk.reading.labelled import MANY, ONE, LabelledMessage
from calmdesk.reading.linear import OPENED, Floats, Linear
from calmdesk.reading.reader import Reader
from calmdesk.reading.reading import DIMENSIONS, Reading
from calmdesk.reading.scales import Tally
from calmdesk.text.fold import fold

JUDGES_AT_LEAST = 5
"""Fewer held-out corrections can't judge: one message more or less would decide …"""
TEACHERS_AT_LEAST = 15
"""… and from fewer than these a chance likeness is learnt as readily as the shop's own word."""
_JUDGES = 4
"""Every fourth message judges."""
_OF_OUR_OWN = 4
"""Of our own messages every fourth is taken, some 4,500: all 18,000 took four times as long and judged a pottery alike."""
_SHARED = 2
"""In so many corrections a run must stand to move: what stands in one is that message, not the shop."""
_MOST = 4000
"""So many features move at most."""
_WEIGHT = 5.0
"""A correction counts as so many of our own messages."""
_PULL = 0.05
"""How strongly each weight is pulled back to the shipped one."""
_PASSES = 200
_WHOLE = 0.15
"""The weight of a feature of the whole text, as in training."""
_LETS_FALL = 0.01
"""A figure may fall by so much on the held-out messages, or by one message where they are few."""
_NEARER_FOR_ASTRAY = 2
_AT_A_TIME = 64
_JUDGED = ("types", "intensity", "temperament")


class Correction(BaseModel):
    """A message and what the agents say it is; a dimension that isn't there was not spoken of."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str = Field(min_length=1)
    types: tuple[str, ...] | None = None
    nature: str | None = None
    intensity: int | None = Field(default=None, ge=0, le=HIGHEST)
    temperament: str | None = None
    traits: tuple[str, ...] | None = None
    needs: tuple[str, ...] | None = None
    risks: tuple[str, ...] | None = None
    corrected: tuple[str, ...] | None = None
    """Which of the dimensions the agents spoke of, where the line also has what was merely read."""

    @property
    def said(self) -> dict[str, Any]:
        """Return what the agents say, by dimension."""
        spoken = DIMENSIONS if self.corrected is None else self.corrected
        return {name: getattr(self, name) for name in DIMENSIONS if name in spoken and getattr(self, name) is not None}


_Seen = tuple[set[int], set[int]]
"""The keys of the features of a message: those that stand somewhere, and those of the whole."""
Said = tuple[str, Mapping[str, Any]]
"""A message's text, and what it is by dimension."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far readings agree with what was said of the messages; None of what nothing was said of."""

    messages: int
    types: float | None
    """Micro-F1."""
    intensity: float | None
    """Mean error in steps: the only one of which less is better."""
    temperament: float | None
    """The share that is right."""

    def worse_than(self, before: Agreement) -> list[str]:
        """Return what got worse: fell by more than 0.01, or by more than one message's worth where there are fewer than a hundred.

        So much comes by chance: a weight that moves turns round a message or two that were undecided. 0.01 is also about what one more
        change to the models gave or took when they were made (docs/reading.md), so more than that would undo one.
        """
        allowed = max(_LETS_FALL, 1 / max(1, self.messages)) + 1e-9
        fell = {
            "types": (before.types or 0) - (self.types or 0),
            "intensity": (self.intensity or 0) - (before.intensity or 0),
            "temperament": (before.temperament or 0) - (self.temperament or 0),
        }
        return [name for name, by in fell.items() if by > allowed]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the held-out messages say of new weights against the shipped ones."""

    corrections: tuple[Agreement, Agreement]
    """Before and after, on held-out corrections …"""
    own: tuple[Agreement, Agreement]
    """… and on held-out messages of our own."""
    nearer: int
    """How much of what the held-out corrections say is read otherwise now and nearer to it …"""
    astray: int
    """… and how much is read otherwise, but no nearer."""
    changed: int
    """How many of our own held-out messages are read otherwise in types, intensity or temperament."""

    @property
    def refusal(self) -> str | None:
        """Return why the new weights aren't to be used; None where they are.

        On neither side may a figure get worse (see `Agreement.worse_than`). And of what is read otherwise in the held-out corrections at
        least two things must come nearer to what was said, and twice as many as don't: corrections that contradict each other turn round
        as many messages wrongly as rightly, which an F1 that began at 0 would still call a gain.
        """
        for what, (before, after) in (("our own messages", self.own), ("the corrections", self.corrections)):
            if worse := after.worse_than(before):
                return f"read worse in {' and '.join(worse)} on the held-out part of {what}"
        if self.nearer < _NEARER_FOR_ASTRAY * max(1, self.astray):
            turned = f"of what is read otherwise, {self.nearer} came nearer to what was said, {self.astray} didn't"
            return f"the held-out corrections are read no better ({turned}); do they contradict each other?"
        return None


def merged(corrections: Iterable[Correction]) -> list[Said]:
    """Return what is said of each message once: of the same words the newest goes before.

    They are in the order of their words, so that the same corrections teach the same however they stand.
    """
    found: dict[str, Said] = {}
    for one in corrections:
        if bare := _bare(one.text):
            found[bare] = one.text, {**found.get(bare, ("", {}))[1], **one.said}
    return [found[bare] for bare in sorted(found) if found[bare][1]]


def of_our_own(messages: Iterable[LabelledMessage]) -> list[Said]:
    """Return what every fourth of our own messages is, by dimension: as many as hold the reading where it was, without the wait."""
    return [
        (message.text, {name: getattr(message, name) for name in DIMENSIONS})
        for message in messages
        if _drawn(message.text, 1) % _OF_OUR_OWN == 0
    ]


def judges(text: str) -> bool:
    """Say whether a message judges instead of teaching: every fourth, by its words alone, whatever stands beside it."""
    return _drawn(text, 0) % _JUDGES == 0


def _drawn(text: str, draw: int) -> int:
    """Return a number that a message's words alone decide, another one in each draw."""
    return int.from_bytes(hashlib.sha256(_bare(text).encode()).digest()[8 * draw : 8 * draw + 8], "big")


def _bare(text: str) -> str:
    return "".join(sign for sign in fold(text).text if sign.isalnum())


def judged(reader: Reader, became: Classifier, corrections: Sequence[Said], own: Sequence[Said]) -> Verdict:
    """Return how held-out messages are read with the weights *became*, against *reader*'s."""
    then, now = ([_readings(one, said) for said in (corrections, own)] for one in (reader, reader.with_weights(became)))
    turned = [
        (_distance(one, name, labels[name]), _distance(other, name, labels[name]))
        for (_, labels), one, other in zip(corrections, then[0], now[0], strict=True)
        for name in _JUDGED
        if name in labels and _shown(one, name) != _shown(other, name)
    ]
    return Verdict(
        corrections=(_agreement(corrections, then[0]), _agreement(corrections, now[0])),
        own=(_agreement(own, then[1]), _agreement(own, now[1])),
        nearer=sum(after < before for before, after in turned),
        astray=sum(after >= before for before, after in turned),
        changed=sum(any(_shown(one, name) != _shown(other, name) for name in _JUDGED) for one, other in zip(then[1], now[1], strict=True)),
    )


def _readings(reader: Reader, said: Sequence[Said]) -> list[Reading]:
    talks = [Conversation.of(text) for text, _ in said]
    return [reading for first in range(0, len(talks), _AT_A_TIME) for reading in reader.read_all(talks[first : first + _AT_A_TIME])]


def _shown(reading: Reading, name: str) -> Any:
    read = getattr(reading, name)
    return set(read) if name in MANY else read


def _distance(reading: Reading, name: str, said: Any) -> int:
    """Return how far a reading is from what was said: labels too many or missing, steps, or whether it is another."""
    read = getattr(reading, name)
    return len(set(read) ^ set(said)) if name in MANY else abs(read - said) if isinstance(said, int) else int(read != said)


def _agreement(said: Sequence[Said], readings: Sequence[Reading]) -> Agreement:
    pairs = [(labels, reading) for (_, labels), reading in zip(said, readings, strict=True)]
    types = [(set(labels["types"]), set(reading.types)) for labels, reading in pairs if "types" in labels]
    errors = [abs(labels["intensity"] - reading.intensity) for labels, reading in pairs if "intensity" in labels]
    manner = [labels["temperament"] == reading.temperament for labels, reading in pairs if "temperament" in labels]
    tally = sum((Tally(len(true & read), len(read), len(true)) for true, read in types), Tally(0, 0, 0))
    return Agreement(
        messages=len(said),
        types=tally.f1 if types else None,
        intensity=sum(errors) / len(errors) if errors else None,
        temperament=sum(manner) / len(manner) if manner else None,
    )


def fold_in(reader: Reader, corrections: Sequence[Said], own: Sequence[Said]) -> Classifier:
    """Return *reader*'s classifier with what *corrections* teach; of our *own* messages each is to be read as it was.

    Logistic regression from where the weights stand, each pulled back to its place. A dimension of a correction that is read so already,
    or of which nothing is said, is to stay as it is, like all of our own messages.
    """
    sight = _sight(reader, [text for text, _ in (*corrections, *own)])
    seen = list(_seen(sight))
    moving = _moving(seen[: len(corrections)], seen[len(corrections) :])
    linear = _extended(reader.glancer.classifier.linear, moving)
    classifier = replace(reader.glancer.classifier, linear=linear)
    of_linear, of_network, _ = classifier.opinions(sight)
    shares = classifier.shares[:, :-1]
    logits = of_linear * shares[0] + of_network * shares[1] + shares[2]
    wanted, weight = probability(logits), np.ones_like(logits)
    for row, (text, labels) in enumerate(corrections):
        for column, true in _taught(reader, text, labels).items():
            wanted[row, column], weight[row, column] = true, _WEIGHT
    columns = np.flatnonzero((weight > 1).any(axis=0))
    if not len(columns) or not moving:
        return reader.glancer.classifier
    own_weight = _own_weight(linear, moving, seen[: len(corrections)], seen[len(corrections) :])
    rows = _rows(linear, moving, own_weight, seen)
    moved = _moved(rows, logits[:, columns], wanted[:, columns], weight[:, columns], shares[0, columns])
    return replace(classifier, linear=_with(linear, moving, moved * own_weight[:, None], columns), trained_on={
        **classifier.trained_on, "corrections": len(corrections),
    })  # fmt: skip


def _seen(sight: Sight) -> Iterator[_Seen]:
    """Yield the features of each text."""
    keys, of, _, _ = sight.runs()
    order = of.argsort(kind="stable")
    edges = of[order].searchsorted(np.arange(1, len(sight.texts)))
    for number, runs in enumerate(np.split(keys[order], edges)):
        yield set(runs.tolist()), set(map(key_of, sight.whole(number)))


def _sight(reader: Reader, texts: Iterable[str]) -> Sight:
    folded = [fold(text) for text in texts]
    return Sight.of_texts(
        [one.text for one in folded], [reader.glancer.lexicon.find(one) for one in folded], reader.glancer.classifier.meanings
    )


def _taught(reader: Reader, text: str, labels: Mapping[str, Any]) -> dict[int, bool]:
    """Return which outputs a correction teaches, by column: those of the dimensions that it says and that are read otherwise."""
    reading = reader.read(Conversation.of(text))
    taught = {name: said for name, said in labels.items() if _distance(reading, name, said)}
    if taught.get("types") and reading.nature == "none" and labels.get("nature", "none") == "none":
        taught["nature"] = "valid"  # as a corrected reading has it: what is complained of is a complaint
    found: dict[int, bool] = {}
    for column, output in enumerate(reader.glancer.classifier.outputs):
        dimension, _, label = output.partition(".")
        if dimension in MANY and dimension in taught:
            found[column] = label in taught[dimension]
        elif dimension in ONE and dimension in taught:
            found[column] = label == taught[dimension]
        elif output.startswith("intensity>") and "intensity" in taught:
            found[column] = taught["intensity"] > int(output.removeprefix("intensity>"))
    return found


def _moving(corrections: Sequence[_Seen], own: Sequence[_Seen]) -> list[int]:
    """Return the features that may move: those that corrections share, the more they are the shop's own the sooner."""
    counts = Counter(key for runs, whole in corrections for key in (*runs, *whole))
    ours = Counter(key for runs, whole in own for key in (*runs, *whole))
    shared = [key for key, count in counts.items() if count >= _SHARED]
    return sorted(sorted(shared, key=lambda key: (-counts[key] / (1 + ours[key]), key))[:_MOST])


def _extended(linear: Linear, moving: Sequence[int]) -> Linear:
    """Return the model with a row, so far of nothing, for each of the *moving* features that it doesn't know.

    They have no share in a text's length: so a message that has them is read as before in all that nobody corrected.
    """
    wanted = np.array(moving, dtype=np.uint64)
    new = wanted[~linear.table.find(wanted)[1]]
    keys = np.concatenate([linear.table.keys, new])
    order = np.argsort(keys)
    return replace(
        linear,
        table=KeyTable(keys[order]),
        weights=np.concatenate([linear.weights, np.zeros((len(new), linear.weights.shape[1]), dtype=np.int8)])[order],
        squares=np.concatenate([linear.squares, np.zeros(len(new), dtype=np.float32)])[order],
    )


def _own_weight(linear: Linear, moving: Sequence[int], corrections: Sequence[_Seen], own: Sequence[_Seen]) -> Floats:
    """Return how readily each of the *moving* features moves.

    By what it weighs in the model, a run its rarity (a new one that among these messages); and by how much it is the shop's own: one that
    is as common in our own messages moves half as readily, for it has a meaning already.
    """
    here, elsewhere = (Counter(key for runs, whole in seen for key in (*runs, *whole)) for seen in (corrections, own))
    runs = {key for inside, _ in corrections for key in inside}
    count = len(corrections) + len(own)
    rare = [np.log((1 + count) / (1 + here[key] + elsewhere[key])) + 1 if key in runs else _WHOLE for key in moving]
    squares = linear.squares[_rows_of(linear, moving)]
    shares = [(here[key] / len(corrections), elsewhere[key] / max(1, len(own))) for key in moving]
    of_the_shop = np.array([one / (one + other) for one, other in shares])
    return np.asarray(np.where(squares > 0, np.sqrt(squares), rare) * of_the_shop, dtype=np.float32)


def _rows_of(linear: Linear, keys: Iterable[int]) -> Places:
    """Return the rows of those of the *keys* that the model knows."""
    return linear.table.find(np.array(list(keys), dtype=np.uint64))[0]


def _rows(linear: Linear, moving: Sequence[int], own: Floats, seen: Sequence[_Seen]) -> Floats:
    """Return a row for each message, a column for each moving feature: its own weight, of a run as a share of the text's length."""
    number = {key: place for place, key in enumerate(moving)}
    found = np.zeros((len(seen), len(moving)), dtype=np.float32)
    for row, (runs, whole) in enumerate(seen):
        inside = [number[key] for key in runs if key in number]
        others = [number[key] for key in whole if key in number]
        found[row, inside] = own[inside] / float(np.sqrt(linear.squares[_rows_of(linear, runs)].sum() + linear.steady))
        found[row, others] = own[others]
    return found


def _moved(rows: Floats, logits: Floats, wanted: Floats, weight: Floats, share: Floats) -> Floats:
    """Return by how much each feature's weight moves, for each output: descent with momentum, always with the same steps."""
    steepest = np.ones(rows.shape[1], dtype=np.float32)
    most = weight.max(axis=1)
    for _ in range(20):
        steepest = rows.T @ (most * (rows @ steepest))
        steepest /= np.linalg.norm(steepest)
    slope = float(np.linalg.norm(rows.T @ (most * (rows @ steepest)))) * float((share**2).max()) / 4 + _PULL
    there = np.zeros((rows.shape[1], logits.shape[1]), dtype=np.float32)
    before, pace = there, 1.0
    for _ in range(_PASSES):
        faster = (1 + np.sqrt(1 + 4 * pace**2)) / 2
        ahead = there + (pace - 1) / faster * (there - before)
        missed = (probability(logits + (rows @ ahead) * share) - wanted) * weight
        before, pace = there, float(faster)
        there = (ahead - (rows.T @ (missed * share) + _PULL * ahead) / slope).astype(np.float32)
    return there


def _with(linear: Linear, moving: Sequence[int], moved: Floats, columns: Any) -> Linear:
    """Return the model with the moved weights; none becomes larger than its column's largest, so that no other has to be packed anew."""
    at = np.ix_(_rows_of(linear, moving), columns)
    became = np.clip(OPENED[linear.weights[at]] + moved / linear.scale[columns], -1, 1)
    weights = linear.weights.copy()
    weights[at] = np.round(np.sign(became) * np.sqrt(np.abs(became)) * 127).astype(np.int8)
    return replace(linear, weights=weights)
