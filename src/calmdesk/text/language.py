"""A language as data, and which one a text is written in. No I/O."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from calmdesk.text.fold import character_tables, fold
from calmdesk.text.numbers import pattern_with_numbers

Words = tuple[Annotated[str, StringConstraints(min_length=1)], ...]

BY_LANGUAGE = "by language"
"""Marks a table that has an entry for each language of the playbook."""
ByLanguage = Annotated[dict[str, str], BY_LANGUAGE]
ListByLanguage = Annotated[dict[str, Words], BY_LANGUAGE]


def _compiles(source: str) -> str:
    try:
        pattern_with_numbers(source)
    except re.error as error:
        raise ValueError(f"isn't a regular expression: {error}") from error
    return source


Pattern = Annotated[str, AfterValidator(_compiles)]
"""A regular expression over the folded text, in which `#` is a number (write \\x23 for the sign itself)."""
Patterns = tuple[Pattern, ...]


class Dialect(BaseModel):
    """A way of speaking within a language that has persons of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    marks: Words
    """A clause that holds one of these is spoken so."""
    words: dict[str, str]
    """As in `Turning`."""


class Turning(BaseModel):
    """How the customer's "I" and "you" become the shop's "you" and "we" when a point is read back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: dict[str, str]
    """What stands in a point, and what is said instead; the longest comes first. An empty value drops it."""
    spaced: bool = False
    """Whether these are whole words, set apart by spaces."""
    dialect: Dialect | None = None
    """Where a clause is spoken so, its persons are turned in its own words."""


class Clauses(BaseModel):
    """What is taken off a clause before it is read back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    joints: Words = ()
    """Words before which a clause may be cut, beside punctuation."""
    openers: Words = ()
    """Conjunctions, interjections and addresses that a point doesn't begin with."""
    never: Words = ()
    """Words of threats and ultimatums; a clause that holds one is not read back."""
    beside: Patterns = ()
    """What a clause beside the matter looks like: an outcry, a threat, an order how to speak. It is not read back."""
    requests: Patterns = ()
    """How a clause begins that tells the shop to do something: what is wanted, not what happened."""
    request: str = "{clause}"
    """How such a clause is read back."""
    wishes: Patterns = ()
    """How other clauses begin that say what is wanted, or on what condition."""
    leads: Patterns = ()
    """What a clause looks like that leads up to the next one: both are one point."""
    follows: Patterns = ()
    """How a clause begins that goes on with the one before it: both are one point."""
    closers: Words = ()
    """Particles that a point doesn't end with."""
    questions: Words = ()
    """Words that make a clause a question: anywhere in it, or at its beginning where words are set apart by spaces."""
    likeness: Words = ()
    """Words of comparison: what is likened to something is a detail worth taking up."""
    shortest: int = Field(ge=1)
    """Characters; a shorter clause is no point."""
    longest: int = Field(ge=10)
    """Characters; a longer clause is cut or left out."""
    terse: int = 0
    """Characters; a complaint that has no more is terse (C8)."""


class Facts(BaseModel):
    """Patterns (regular expressions over the folded text) for what a message tells; the group `value` is the number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: dict[Pattern, float] = {}
    """Pattern of a time span, and how many days one unit has."""
    dates: Patterns = ()
    times: Patterns = ()
    """How often the customer says they tried; a group `said` is what of it a reply takes up."""
    amounts: Patterns = ()
    names: Patterns = ()
    """How customers give their name; the group `name` is the name."""


class Address(BaseModel):
    """How customers are addressed (A16)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: str
    """With {name} and {title}."""
    male: str
    female: str
    titles: Words = ()
    """Titles as they may already stand in a name."""
    longest_surname: int = 2
    """A name of at most so many characters gets a title; a longer one stands as it is."""


class Language(BaseModel):
    """One language: `templates/languages/<id>.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: ByLanguage
    rank: int
    """The lower comes first where a text doesn't decide."""
    like: str | None = None
    """Another language whose patterns over the folded text serve here too, before its own: both fold to the same signs."""
    scripts: Words
    """First words of the Unicode names of its letters: CJK, LATIN, HIRAGANA …"""
    variant: Literal["simplified", "traditional"] | None = None
    """Which writing of a shared script it uses."""
    marks: Words = ()
    """Characters or words that only this language, of those in its script, uses."""
    asides: Words = ()
    """What a wording may hold in square brackets as it stands: [picture], as chats show what isn't text."""
    spaced: bool
    """Whether its words are set apart by spaces."""
    gap: int = Field(ge=1)
    """How many characters a cue's `…` spans at most."""
    negators: Words
    negator_reach: int = Field(ge=1)
    """How many characters may stand between a negator and what it negates."""
    not_negators: Words = ()
    """Words that hold a negator and negate nothing."""
    disclaims: Patterns = ()
    """How a clause says that something isn't wanted or was never asked for; a demand that it reaches is none."""
    waives: Patterns = ()
    """What a clause looks like that lets something go, the thing itself included; a demand within it is none, and it is no point."""
    listing: str
    """How points are joined in one line."""
    situation: dict[str, str]
    """Words for the reason shown with a suggestion; see `playbook.choosing`."""
    turning: Turning
    clauses: Clauses
    facts: Facts
    address: Address

    @cached_property
    def joint(self) -> re.Pattern[str] | None:
        """A word before which a clause may be cut."""
        return any_of((fold(word).text for word in self.clauses.joints), spaced=self.spaced) if self.clauses.joints else None

    @cached_property
    def threat(self) -> re.Pattern[str]:
        """A word that no clause read back holds."""
        return any_of(self.clauses.never)

    @cached_property
    def disclaimer(self) -> re.Pattern[str]:
        """What says that something isn't wanted."""
        return _any_pattern(self.disclaims)

    @cached_property
    def waiver(self) -> re.Pattern[str]:
        """What says that something is let go, with the thing itself."""
        return _any_pattern(self.waives)

    @cached_property
    def beside(self) -> re.Pattern[str]:
        """What a clause beside the matter looks like."""
        return _any_pattern(self.clauses.beside)

    @cached_property
    def request(self) -> re.Pattern[str]:
        """The beginning of a clause that tells the shop to do something."""
        return _any_pattern(self.clauses.requests)

    @cached_property
    def wish(self) -> re.Pattern[str]:
        """The beginning of any other clause that says what is wanted."""
        return _any_pattern(self.clauses.wishes)

    @cached_property
    def lead(self) -> re.Pattern[str]:
        """What a clause looks like that leads up to the next."""
        return _any_pattern(self.clauses.leads)

    @cached_property
    def follow(self) -> re.Pattern[str]:
        """The beginning of a clause that goes on with the one before."""
        return _any_pattern(self.clauses.follows)

    @cached_property
    def likeness(self) -> re.Pattern[str]:
        """A word of comparison."""
        return any_of(self.clauses.likeness)

    @cached_property
    def question(self) -> re.Pattern[str]:
        """A word that makes a clause a question."""
        words = any_of(self.clauses.questions)
        return re.compile(rf"\A(?:{words.pattern})(?: |\Z)") if self.spaced else words

    @cached_property
    def openers(self) -> tuple[str, ...]:
        """Words that a point doesn't begin with."""
        return tuple(word.lower() for word in self.clauses.openers)

    @cached_property
    def closers(self) -> tuple[str, ...]:
        """Words that a point doesn't end with."""
        return tuple(word.lower() for word in self.clauses.closers)

    @cached_property
    def _turned(self) -> tuple[re.Pattern[str], Mapping[str, str]]:
        return self._persons(self.turning.words), self.turning.words

    @cached_property
    def _turned_in_dialect(self) -> tuple[re.Pattern[str], re.Pattern[str], Mapping[str, str]] | None:
        dialect = self.turning.dialect
        return (any_of(dialect.marks), self._persons(dialect.words), dialect.words) if dialect else None

    def persons_in(self, clause: str) -> tuple[re.Pattern[str], Mapping[str, str]]:
        """Return which words of *clause* are turned when it is read back, and into what."""
        dialect = self._turned_in_dialect
        return dialect[1:] if dialect and dialect[0].search(clause) else self._turned

    def _persons(self, words: Mapping[str, str]) -> re.Pattern[str]:
        if not self.turning.spaced:
            return any_of(words)
        ordered = any_of(words).pattern.replace("'", "['’]")
        return re.compile(rf"(?<![\w'’])(?:{ordered})(?![\w'’])", re.IGNORECASE)


def completed(languages: Mapping[str, Language]) -> dict[str, Language]:
    """Return *languages*, each with the patterns over the folded text of the one that it is `like` before its own."""
    return {key: _with_those_of(other, one) if (other := languages.get(one.like or "")) else one for key, one in languages.items()}


_SHARED = ("never", "beside", "requests", "wishes", "leads", "follows", "questions", "likeness")
"""Of the clauses' words and patterns those over the folded text."""


def _with_those_of(other: Language, own: Language) -> Language:
    clauses = {name: _both(getattr(other.clauses, name), getattr(own.clauses, name)) for name in _SHARED}
    update = {
        "disclaims": _both(other.disclaims, own.disclaims),
        "waives": _both(other.waives, own.waives),
        "clauses": own.clauses.model_copy(update=clauses),
    }
    return own.model_copy(update=update)


def _both(first: Words, second: Words) -> Words:
    return tuple(dict.fromkeys((*first, *second)))


def any_of(words: Iterable[str], *, spaced: bool = False) -> re.Pattern[str]:
    """Return a pattern for any of *words*, the longest first; one that never matches where there are none."""
    found = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or r"(?!)"
    return re.compile(rf"\b(?:{found})\b" if spaced else found)


def _any_pattern(sources: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for what one of *sources* finds; one that never matches where there are none."""
    return pattern_with_numbers("|".join(f"(?:{source})" for source in sources) or r"(?!)")


Languages = Mapping[str, Language]


@cache
def script_of(character: str) -> str | None:
    """Return the script of a letter as the first word of its Unicode name, None for what is no letter."""
    character = unicodedata.normalize("NFKC", character)[:1]
    if not character.isalpha():
        return None
    return unicodedata.name(character, "").partition(" ")[0] or None


def detect(texts: Sequence[str], languages: Languages) -> str:
    """Return the id of the language of the last of *texts*; earlier ones help where it gives no sign (emoji, digits)."""
    ordered = sorted(languages, key=lambda key: languages[key].rank)
    for text in reversed(texts):
        counts = Counter(map(script_of, text))
        del counts[None]
        if not counts:
            continue
        scores = {key: _score(text, counts, languages[key]) for key in ordered}
        best = max(scores.values())
        if best <= 0:
            continue
        likely = [key for key in ordered if scores[key] == best]
        if len(likely) > 1 and text is texts[-1] and len(texts) > 1:
            earlier = detect(texts[:-1], languages)
            if earlier in likely:
                return earlier
        return likely[0]
    return ordered[0]


_WORD = 4.5
"""Letters that weigh as much as one sign of a language that writes without spaces."""


def _score(text: str, counts: Mapping[str | None, int], language: Language) -> float:
    letters = sum(counts.get(script, 0) for script in language.scripts)
    score = letters / _WORD if language.spaced else letters
    if not score:
        return 0
    if language.variant:
        own = character_tables().variants[language.variant]
        score += sum(map(own.__contains__, text))
    low = f" {text.lower()} " if language.spaced else text
    return score + sum((f" {mark} " if language.spaced else mark) in low for mark in language.marks)
