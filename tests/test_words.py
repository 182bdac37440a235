"""What the bot itself says: whole in every language, called for by the code, and fit for where it is shown."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from calmdesk.adviser import Adviser
from calmdesk.desk.words import Words
from calmdesk.replies.tone import inspect
from calmdesk.store.rows import ROLES
from tests.conftest import ROOT

SOURCE = ROOT / "src" / "calmdesk"
WORDS = Words.shipped()
FIRST = WORDS.languages[WORDS.first]
LONGEST_LABEL = {"zh-Hans": 12, "zh-Hant": 12, "en": 16}
LONGEST_TOAST, LONGEST_OVER_SEARCH = 200, 64
"""In characters, as Telegram has it."""
NO_SENTENCES = {"tags", "own_name"}
by_language = pytest.mark.parametrize("lang", WORDS.languages)


def placeholders(sentence: str) -> list[str]:
    """Return the names that a sentence has room for."""
    return sorted({name for _, name, _, _ in Formatter().parse(sentence) if name is not None})


# -- how the code calls for sentences

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Route:
    """A way by which keys come to the words: a function or method, and which of its arguments the key is, or ends."""

    name: str
    place: int
    keyword: str
    begin: str = ""
    """What the function puts before it."""
    owner: str = ""
    """Of a method, the class."""
    file: str = ""
    """Of what is known in one file only, that file."""


ROUTES = (Route("words", 1, "key", owner="Kit"), Route("RefusalError", 0, "key"))
"""Where keys end. A refusal carries its key to where it is told."""


@dataclass(frozen=True)
class Key:
    """What an expression says of a key."""

    text: str
    whole: bool = True
    """Whether that is all of it, and not only how it begins."""
    parameter: tuple[Function, str] | None = None
    """What of the function around it ends it."""


UNKNOWN = Key("", whole=False)


@dataclass(frozen=True)
class Use:
    """One place of the code that calls for a sentence, or for any that begins alike."""

    key: str
    whole: bool
    where: str
    values: tuple[str, ...] | None
    """What is put in; None where the place doesn't say."""
    on_button: bool
    in_passing: bool
    """Whether it appears over the screen, in answer to a tap."""


class Reader:
    """Follows keys through one file: written out, chosen by a condition, put together, or handed on by a function."""

    def __init__(self, path: Path) -> None:
        self.name = str(path.relative_to(SOURCE))
        self.tree = ast.parse(path.read_text("utf-8"))
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what *node* stands in, the nearest first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def calls(self, route: Route) -> Iterator[ast.Call]:
        """Yield the calls that go by a route."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and _name(node.func) == route.name and self._reaches(node, route):
                yield node

    def _reaches(self, call: ast.Call, route: Route) -> bool:
        """Say whether a call is one of the route's class, as far as names tell: `kit.words`, `self.kit.words`, `self.words` in Kit."""
        if not route.owner:
            return route.file in {"", self.name}
        holder = _name(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        inside = next((node.name for node in self.around(call) if isinstance(node, ast.ClassDef)), "")
        return holder == route.owner.lower() or (holder == "self" and inside == route.owner)

    def keys(self, node: ast.AST) -> Iterator[Key]:
        """Yield the keys that an expression may be."""
        match node:
            case ast.Constant(value=str(text)):
                yield Key(text)
            case ast.IfExp(body=body, orelse=other):
                yield from (*self.keys(body), *self.keys(other))
            case ast.JoinedStr(values=[ast.Constant(value=str(begin)), ast.FormattedValue(value=end)]):
                yield from (replace(key, text=begin + key.text) for key in self.keys(end))
            case ast.BinOp(left=ast.Constant(value=str(begin)), right=end):
                yield from (replace(key, text=begin + key.text) for key in self.keys(end))
            case ast.JoinedStr(values=[ast.Constant(value=str(begin)), *_]):
                yield Key(begin, whole=False)
            case ast.Name(id=name):
                yield from self._named(name, node)
            case _:
                yield UNKNOWN

    def _named(self, name: str, node: ast.AST) -> Iterator[Key]:
        """Yield what a name may stand for: what the function assigns to it or runs through, or else its parameter."""
        for function in self.around(node):
            if not isinstance(function, Function):
                continue
            given = [one.value for one in ast.walk(function) if isinstance(one, ast.Assign) and name in map(_name, one.targets)]
            loops = [one for one in ast.walk(function) if isinstance(one, ast.For | ast.comprehension) and name in _names(one.target)]
            loops = [one for one in loops if {one, self.parents[one]} & {*self.around(node)}]
            if given or loops:
                yield from (key for value in (*given, *(one for loop in loops for one in _items(loop, name))) for key in self.keys(value))
                return
            if name in [one.arg for one in (*function.args.args, *function.args.kwonlyargs)]:
                yield Key("", parameter=(function, name))
                return
        yield UNKNOWN

    def route_through(self, function: Function, parameter: str, begin: str) -> Route:
        """Return the way that leads through a function's parameter."""
        names = [one.arg for one in function.args.args if one.arg != "self"]
        place = names.index(parameter) if parameter in names else len(names) + 99
        holder = self.parents[function]
        if isinstance(holder, ast.ClassDef):
            return Route(function.name, place, parameter, begin, owner=holder.name)
        private = isinstance(holder, Function) or function.name.startswith("_")
        return Route(function.name, place, parameter, begin, file=self.name if private else "")

    def use(self, call: ast.Call, key: Key, route: Route) -> Use:
        """Return a call as a use."""
        wraps = next((node for node in self.around(call) if isinstance(node, ast.Call)), None)
        says = None not in {one.arg for one in call.keywords} and route.name in {"words", "RefusalError"}
        return Use(
            route.begin + key.text, key.whole, f"{self.name}:{call.lineno}",
            tuple(sorted(one.arg or "" for one in call.keywords)) if says else None,
            on_button=wraps is not None and _name(wraps.func) == "Button" and call in wraps.args[:1],
            in_passing=route.name in {"RefusalError", "toast"},
        )  # fmt: skip


def _name(node: ast.AST) -> str:
    """Return the last of the names that an expression is made of."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _names(target: ast.expr) -> list[str]:
    return [_name(one) for one in getattr(target, "elts", [target])]


def _items(loop: ast.For | ast.comprehension, name: str) -> list[ast.expr]:
    """Return what a name of a loop's stands for in each round, where that is written out."""
    rounds = getattr(loop.iter, "elts", [loop.iter])
    return [getattr(one, "elts", [one] * 9)[_names(loop.target).index(name)] for one in rounds]


@cache
def uses() -> tuple[Use, ...]:
    """Return every place of the code that calls for a sentence."""
    readers = [Reader(path) for folder in ("desk", "telegram", "cli") for path in sorted((SOURCE / folder).rglob("*.py"))]
    found: list[Use] = []
    routes = list(ROUTES)
    for route in routes:  # which grows as ways through functions are found
        for reader in readers:
            for call in reader.calls(route):
                given = [*call.args[route.place : route.place + 1], *(one.value for one in call.keywords if one.arg == route.keyword)]
                if not given or (isinstance(given[0], ast.Attribute) and given[0].attr == "key"):
                    continue  # nothing is said, or what a refusal carries: followed from where it is raised
                for key in reader.keys(given[0]):
                    if key.parameter is None:
                        found.append(reader.use(call, key, route))
                    elif (through := reader.route_through(*key.parameter, route.begin + key.text)) not in routes:
                        routes.append(through)
    return tuple(found)


def named(use: Use) -> set[str]:
    """Return the sentences that a place may mean."""
    return {use.key} & set(FIRST) if use.whole else {key for key in FIRST if use.key and key.startswith(use.key)}


def test_the_code_calls_only_for_sentences_that_exist() -> None:
    """Every key that the code names is a sentence; where it is put together, one begins so."""
    missing = sorted(f"{use.where} {use.key}{'' if use.whole else '…'}" for use in uses() if not named(use))

    assert len(uses()) > 80, "the code is read as it is written"
    assert not missing


def test_no_sentence_is_left_over() -> None:
    """Every sentence is called for somewhere."""
    called_for = set().union(*(named(use) for use in uses()))

    assert sorted(set(FIRST) - called_for - NO_SENTENCES) == []


def test_a_sentence_gets_what_it_has_room_for() -> None:
    """Each place puts in exactly the values that the sentence names."""
    wrong = [
        f"{use.where} {key}: {use.values} for {placeholders(FIRST[key])}"
        for use in uses()
        for key in named(use)
        if use.whole and use.values is not None and list(use.values) != placeholders(FIRST[key])
    ]

    assert not wrong


# -- every language


@by_language
def test_a_language_has_every_sentence(lang: str) -> None:
    """No language lacks a sentence, has one of its own, or has them in another order."""
    assert list(WORDS.languages[lang]) == list(FIRST)


@by_language
def test_the_names_in_a_sentence_stay(lang: str) -> None:
    """What the program puts in has its place in every language."""
    sentences = WORDS.languages[lang]

    assert {key: placeholders(sentences[key]) for key in sentences} == {key: placeholders(FIRST[key]) for key in FIRST}


@by_language
def test_labels_are_short(lang: str) -> None:
    """What stands on a button can be read on a phone."""
    labels = {key for key in FIRST if "button_" in key} | {key for use in uses() if use.on_button for key in named(use)}
    bare = {key: re.sub(r"\{\w+\}", "", WORDS.languages[lang][key]) for key in labels}
    too_long = {key: label for key, label in bare.items() if len(label) > LONGEST_LABEL[lang]}

    assert len(labels) > 15
    assert not too_long


@by_language
def test_sentences_hold_no_marks(lang: str) -> None:
    """The program puts the marks; a sentence that held some would break the message that it stands in. None is empty."""
    assert [key for key, said in WORDS.languages[lang].items() if re.search(r"[<>&]|  |^$", said)] == []


@by_language
def test_what_appears_over_the_screen_is_not_cut(lang: str) -> None:
    """Why something isn't done fits into the box that Telegram shows, a name included; so does what stands over an empty search."""
    refusals = {key for use in uses() if use.in_passing for key in named(use)}

    assert len(refusals) > 8
    assert [key for key in refusals if len(WORDS.languages[lang][key]) + 40 > LONGEST_TOAST] == []
    assert all(len(WORDS(lang, key)) <= LONGEST_OVER_SEARCH for key in ("inline_type", "staff_only"))


@by_language
def test_what_the_bot_says_to_customers_passes_as_an_agents_words_do(lang: str, adviser: Adviser) -> None:
    """By itself it says nothing that an agent would be warned of: no vague promise, no blame, no offer."""
    said = {key for use in uses() if use.where.startswith("desk/customers.py") for key in named(use)}
    cautions = {key: inspect(WORDS.languages[lang][key], lang, adviser.playbook, {}) for key in said}

    assert {"greeting", "acknowledgement", "forgotten"} <= said
    assert {key: found for key, found in cautions.items() if found} == {}


@by_language
def test_the_greeting_says_what_is_kept_how_long_and_how_to_erase_it(lang: str) -> None:
    """A customer is told the days and the commands to see and to erase it."""
    greeting = WORDS(lang, "greeting", shop="山野小店", days=365)

    assert all(part in greeting for part in ("山野小店", "365", "/export", "/forget", "/language", "Telegram"))


@by_language
def test_help_says_what_the_figures_on_a_card_mean(lang: str) -> None:
    """Level and heat stand on every card without a word; /help explains both, under the names that they have there."""
    told = WORDS(lang, "staff_help").casefold()

    assert WORDS(lang, "heat").casefold() in told
    assert WORDS(lang, "level", level="").strip().casefold() in told
    assert all(str(level) in told for level in range(6))


OTHER_NAMES = {"zh-Hans": r"客户(?!端)|客人", "zh-Hant": "客戶(?!端)|顧客"}
THEIR_OWN = {"cues", "examples", "lexicon", "hits", "misses", "patterns", "admin_called_name"}
"""What customers or admins say, and what is looked for in what is said, in whatever words."""


def said_in(lang: str, data: object, inside: bool = False) -> Iterator[str]:
    """Yield the texts that a file of words or of the playbook has in one language for its readers."""
    if isinstance(data, str):
        if inside:
            yield data
    elif isinstance(data, list):
        for one in data:
            yield from said_in(lang, one, inside)
    elif isinstance(data, dict):
        for key, one in data.items():
            if key not in THEIR_OWN:
                yield from said_in(lang, one, inside or key == lang)


@pytest.mark.parametrize("lang", OTHER_NAMES)
def test_a_customer_is_called_the_same_everywhere(lang: str) -> None:
    """One word for the customer on the card, on the pages of the desk and the demo, in the playbook's advice and in the guides."""
    files = [SOURCE / "data" / "desk.toml", SOURCE / "data" / "trial.toml", *(SOURCE / "playground" / "page").rglob("*.toml")]
    files += (ROOT / "templates").rglob("*.toml")
    texts = {path.name: list(said_in(lang, tomllib.loads(path.read_text("utf-8")))) for path in files}
    if lang == "zh-Hans":
        texts |= {path.name: [path.read_text("utf-8")] for path in (*ROOT.glob("*.zh-CN.md"), *(ROOT / "docs").glob("*.zh-CN.md"))}

    assert sum(map(len, texts.values())) > 400
    assert {name: found for name, said in texts.items() if (found := [one for one in said if re.search(OTHER_NAMES[lang], one)])} == {}


@by_language
def test_sentences_call_buttons_by_their_names(lang: str) -> None:
    """Where an agent is told to tap something, it is called what stands on it."""
    first = {name: WORDS(lang, f"button_{name}", number=1).removeprefix("✏️ ") for name in ("send", "edit")}

    assert all(label in WORDS.languages[lang]["welcome_staff"] for label in first.values())
    assert WORDS(lang, "button_hand") in WORDS.languages[lang]["taken"]


@by_language
def test_every_role_and_every_kind_of_message_has_a_name(lang: str) -> None:
    """What a card may have to name, it can."""
    from calmdesk.telegram.content import _KINDS, _NAMES

    kinds = {_NAMES.get(kind, kind) for kind in _KINDS} | {"text", "other"}

    assert {key.removeprefix("role_") for key in WORDS.languages[lang] if key.startswith("role_")} == set(ROLES)
    assert {key.removeprefix("kind_") for key in WORDS.languages[lang] if key.startswith("kind_")} == kinds


@pytest.mark.parametrize(
    ("tag", "lang"),
    [
        ("zh-hans", "zh-Hans"), ("zh-CN", "zh-Hans"), ("zh-Hans-SG", "zh-Hans"), ("zh-hant", "zh-Hant"), ("zh_TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"), ("zh-Hant-HK", "zh-Hant"), ("en", "en"), ("en-GB", "en"), ("fr", None), ("english", None), ("", None),
        (None, None),
    ],
)  # fmt: skip
def test_a_persons_app_tells_their_language(tag: str | None, lang: str | None) -> None:
    """The tag of somebody's own Telegram leads to the words that they read; Taiwan and Hong Kong to Traditional ones."""
    assert WORDS.language_of(tag) == lang


def test_the_languages_are_the_playbooks(adviser: Adviser) -> None:
    """The bot speaks every language that the replies are written in."""
    assert set(WORDS.languages) == set(adviser.playbook.languages)
