"""The kinds of files that a playbook consists of; docs/playbook.md says how they are written. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from calmdesk.playbook.conditions import Conditions
from calmdesk.reading.cues import CueLists, Example, readable
from calmdesk.text.language import ByLanguage, ListByLanguage, Words

STAGES = ("contact", "recognise", "need", "solve", "close")
"""The five steps of a case (E2), in order."""
Stage = Literal["contact", "recognise", "need", "solve", "close"]
ScriptStep = Literal[
    "analysis", "layering", "taking_initiative", "delivery_point", "lowering_expectations", "educating", "indirect", "benefit", "gain"
]
"""The nine steps in which scripts are made (E9)."""
_AWAKE = (9, 21)
"""The hours that an example of a time may name."""


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
    lasts: bool = False
    """Whether it holds for the rest of the case once it was said: what smoked isn't safe because the customer has calmed down."""
    awaits: bool = False
    """Whether it asks for a word of ours: until that was given, no word of agreement settles the case."""
    keeps_heat: bool = False
    """Whether nobody who says it has calmed down: the heat is at least that of the message before, however calm the words."""
    calms: bool = False
    """Whether who says it has calmed down; without such a sign cold words are hardly cooler than the hot ones before them."""
    asks: bool = False
    """Whether who says it wants to know something: calm and without a complaint, such words vent nothing."""
    own_words: bool = False
    """Whether only wordings that name it may be offered: to who mourns, a word made for others is a wrong one."""
    over: Words = ()
    """Risks that are over when it is said, until they are spoken of again: what was taken for a danger was none."""
    no_sign_of: Words = ()
    """Risks that a message in which it is said only has where it speaks of them: a teddy's broken arm is no injury."""
    read_back: Literal["yes", "without", "no", "nothing"] = "yes"
    """Whether a clause with a strong cue of it may be read back: "without", only what is left when its words are cut out; "no", never; and
    "nothing", nor anything else of the message."""
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
    waits: Conditions | None = None
    """Said for the first time where all of these hold it isn't raised yet, for it may pass; without them it never waits …"""
    passes: Conditions | None = None
    """… and where one of these holds later on, it has passed."""
    names: ByLanguage
    tell: ByLanguage
    """What the agent and the supervisor are told to do now."""
    acknowledged: ByLanguage = {}
    """What the customer is told by itself when it is the first thing they write, in place of the usual acknowledgement."""


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
    answers: bool = False
    """Whether it answers what was asked; until then a question waits."""
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


def _readable(table: dict[str, Words]) -> dict[str, Words]:
    """Raise CueSyntaxError for a phrase that can't be read as a cue."""
    for phrase in (phrase for phrases in table.values() for phrase in phrases):
        readable(phrase)
    return table


class ToAgent(_File):
    """`[agent]` of a wording: what an agent who types such words is told before they go out."""

    severity: int = Field(ge=1, le=3)
    """1 could be said better, 2 makes it worse, 3 must not go out unless it is really meant."""
    why: ByLanguage
    """One short sentence: what it does to the customer, or what it rests on."""
    better: ByLanguage
    """What may be said in its place; blanks as in a reply. If it ends in a full stop, what follows begins a new sentence."""
    replaces: Literal["clause", "sentence"] = "clause"
    """How much of the message `better` takes the place of."""
    skip: Words = ()
    """Cues of this file that are too broad for what people type; they count in wordings only."""
    unless: Annotated[ListByLanguage, AfterValidator(_readable)] = {}
    """Phrases, written as cues, beside which nothing is wrong."""
    unless_in: Literal["sentence", "message"] = "sentence"
    """How far such a phrase reaches."""
    along: Annotated[ListByLanguage, AfterValidator(_readable)] = {}
    """Phrases, written as cues: clauses next to the one at fault that have one are replaced with it, such as when it is paid."""
    limit: str | None = None
    """The key of `[policy]` that holds a sum: from it on an offer isn't the agent's to make, whatever `policy` allows."""


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
    agent: ToAgent | None = None
    """Without it agents aren't warned; the cues hold for wordings alone."""

    @model_validator(mode="after")
    def _skips_what_there_is(self) -> Self:
        phrases = {phrase for _, _, phrase in self.cues}
        if self.agent and (unknown := [phrase for phrase in self.agent.skip if phrase not in phrases]):
            raise ValueError(f"agent.skip names {unknown[0]!r}, which is no cue of this file; write it as it stands there")
        return self

    def typed(self) -> Iterator[tuple[str, str]]:
        """Yield (language, phrase) of every cue that counts in what an agent types."""
        if self.agent:
            yield from ((lang, phrase) for _, lang, phrase in self.cues if phrase not in self.agent.skip)


class Ahead(_File):
    """How far ahead the time of an example lies: the next full hour after that, or the day."""

    days: int = Field(default=0, ge=0)
    hours: int = Field(default=0, ge=0)


class Blank(_File):
    """What the agent alone can know: a hole in a reply that must be filled before it is sent."""

    kind: str | None = None
    """Which of the kinds its values are of; any words will do without one."""
    names: ByLanguage
    called: dict[str, Words] = {}
    """What people also call it, by language: who writes that in brackets is shown the name."""
    example: ByLanguage
    ahead: Ahead | None = None
    """The clock fills in the example: `{hour24}`, `{hour} {half}` (6 pm), `{day}`, `{month}`, `{month_name}`, `{weekday}`."""
    late: ByLanguage = {}
    """The example when no decent hour of today is so far ahead."""

    @model_validator(mode="after")
    def _can_be_worked_out(self) -> Self:
        try:
            for lang in self.example:
                self.at(lang, datetime(2026, 3, 2, 9, tzinfo=UTC))
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise ValueError(f"an example names {error}, which no clock says") from error
        return self

    def at(self, lang: str, now: datetime) -> str:
        """Return an example that lies ahead *now*, by the desk's own clock."""
        example = self.example.get(lang, "")
        if self.ahead is None:
            return example
        moment = now + timedelta(days=self.ahead.days, hours=self.ahead.hours, minutes=59)
        moment = moment.replace(hour=max(moment.hour, _AWAKE[0]))
        if self.late and (moment.hour > _AWAKE[1] or moment.date() != now.date()):
            return self.late.get(lang, "")
        return example.format(
            hour=moment.hour % 12 or 12, half="am" if moment.hour < 12 else "pm", hour24=moment.hour,
            day=moment.day, month=moment.month, weekday=f"{moment:%A}", month_name=f"{moment:%B}",
        )  # fmt: skip


class Blanks(BaseModel):
    """`blanks.toml`: a table for each blank."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Blank] = Field(init=False)


class Samples(BaseModel):
    """`samples.toml`: for each language a table with a value for each variable of a reply."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, dict[str, Any]] = Field(init=False)
