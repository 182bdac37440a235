"""The kinds of files that a playbook consists of; docs/playbook.md says how they are written. No I/O."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from calmdesk.playbook.conditions import Conditions
from calmdesk.reading.cues import CueLists, Example
from calmdesk.text.language import ByLanguage, ListByLanguage, Words

STAGES = ("contact", "recognise", "need", "solve", "close")
"""The five steps of a case (E2), in order."""
Stage = Literal["contact", "recognise", "need", "solve", "close"]
ScriptStep = Literal[
    "analysis", "layering", "taking_initiative", "delivery_point", "lowering_expectations", "educating", "indirect", "benefit", "gain"
]
"""The nine steps in which scripts are made (E9)."""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(_File):
    """A label, a signal or a demand: names, and the cues by which it is recognised."""

    names: ByLanguage
    cues: CueLists = CueLists()
    examples: tuple[Example, ...] = ()
    level: int | None = Field(default=None, ge=1, le=5)
    """Who should take a case in which it is found (B7)."""
    rank: int = 50
    """Of several demands in a message the lowest is named: what is concrete before what is general."""
    practice: Words = ()


class Answer(_File):
    """One way on from a step of a procedure."""

    answer: ByLanguage
    go: str
    """The id of the step that comes next."""


class Step(_File):
    """One step of a procedure: a question or an action for the agent."""

    id: str
    text: ByLanguage
    next: tuple[Answer, ...] = ()
    """Where it branches; without it the step below follows."""
    end: bool = False


class ComplaintType(Label):
    """What is complained of (B1), and how such a complaint is handled (D1 to D13)."""

    level: int = Field(ge=1, le=5)
    checklist: ListByLanguage
    avoid: ListByLanguage
    procedure: tuple[Step, ...] = Field(min_length=1)


class Alert(_File):
    """What goes to a supervisor at once (E6)."""

    rank: int
    """The lowest that fits speaks."""
    practice: Words = ()
    when: Conditions
    names: ByLanguage
    tell: ByLanguage
    """What the agent and the supervisor are told to do now."""


class Rule(_File):
    """A line of the table by which techniques are chosen."""

    when: Conditions = Conditions()
    unless: Conditions | None = None
    score: Annotated[int, Field(ge=1, le=100)]
    why: ByLanguage


class Bar(_File):
    """When a technique must not be used."""

    when: Conditions
    unless: Conditions | None = None
    practice: str | None = None


class Technique(_File):
    """One way of answering: when it fits, when never, and why."""

    rank: int
    """Settles equal scores: the lower goes first."""
    practice: Words = ()
    serves: tuple[ScriptStep, ...] = ()
    honest_try: bool = True
    """Whether using it counts as an honest try to help (A6)."""
    running: int = Field(default=2, ge=1)
    """In so many agent messages in a row it may be used."""
    leads_to: Stage | None = None
    """The stage that a case has reached once it was used."""
    internal: bool = False
    """Advice to the agent, never a text to the customer."""
    names: ByLanguage
    purpose: ByLanguage
    advice: ListByLanguage = {}
    """What an internal technique tells the agent to do."""
    cues: CueLists = CueLists()
    """Words by which an agent's own message is recognised as this technique."""
    examples: tuple[Example, ...] = ()
    fits: tuple[Rule, ...] = Field(min_length=1)
    never: tuple[Bar, ...] = ()


class Wording(_File):
    """`wording/<id>.toml`: a way of speaking that a reply must not have, or only where policy backs it."""

    practice: Words = ()
    names: ByLanguage
    tell: ByLanguage
    """What is wrong with it and what to write instead."""
    cues: CueLists
    examples: tuple[Example, ...] = ()
    policy: str | None = None
    """With this key of `[policy]` named in the front matter it may be said."""
    unless_timed: bool = False
    """With a time in the same sentence (a blank or a number) it may be said."""


class Blank(_File):
    """What the agent alone can know: a hole in a reply that must be filled before it is sent."""

    names: ByLanguage
    example: ByLanguage


class Blanks(BaseModel):
    """`blanks.toml`: a table for each blank."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Blank] = Field(init=False)


class Samples(BaseModel):
    """`samples.toml`: for each language a table with a value for each variable of a reply."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, dict[str, Any]] = Field(init=False)
