"""The guides for agents and admins call everything by its name: buttons, commands, sentences, lines of tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from calmdesk.adviser import Adviser
from calmdesk.desk.admins import _COMMANDS, figures, health
from calmdesk.replies.template import VARIABLES
from calmdesk.store.rows import ROLES
from tests.conftest import ROOT
from tests.test_words import FIRST, SOURCE, WORDS, named, uses

DOCS = ROOT / "docs"
AGENTS = {"en": DOCS / "agents.md", "zh-Hans": DOCS / "agents.zh-CN.md"}
ADMINS = {"en": DOCS / "admins.md", "zh-Hans": DOCS / "admins.zh-CN.md"}
by_language = pytest.mark.parametrize("lang", ADMINS)
by_guide = pytest.mark.parametrize("guide", [*AGENTS.values(), *ADMINS.values()], ids=lambda path: path.name)


def language(guide: Path) -> str:
    """Return the language that a guide is written in."""
    return "zh-Hans" if ".zh-CN" in guide.suffixes else "en"


def labels(lang: str, *, admins: bool) -> dict[str, set[str]]:
    """Return by key what stands on the buttons of the admins' pages, or else on the cards and questions that agents see."""
    keys = {key for use in uses() if use.where.startswith("desk/admins") == admins for key in named(use) if "button_" in key}
    return {
        key: {WORDS(lang, key, number=number, role=WORDS(lang, f"role_{role}")) for number in (1, 2, 3) for role in ROLES} for key in keys
    }


def in_bold(guide: Path) -> set[str]:
    """Return what a guide prints bold: labels of buttons, and nothing else."""
    return set(re.findall(r"\*\*(.+?)\*\*", guide.read_text("utf-8")))


def said_by_the_bot(lang: str) -> list[str]:
    """Return the bot's sentences as a guide quotes them: with … for what is put in."""
    return [re.sub(r"\{\w+\}", "…", sentence) for sentence in WORDS.languages[lang].values()]


def rows(guide: Path, *, under: str) -> list[str]:
    """Return what a table of a guide's explains: its first column, below a head that begins so."""
    table = guide.read_text("utf-8").split(f"\n| {under} |")[1].split("\n\n")[0]
    return [line.split("|")[1].strip() for line in table.splitlines()[2:]]


@by_guide
def test_a_guide_names_only_buttons_that_exist(guide: Path) -> None:
    """What is bold in a guide stands on a button, letter by letter."""
    existing = set().union(*labels(language(guide), admins=True).values(), *labels(language(guide), admins=False).values())

    assert in_bold(guide) - existing == set()


@by_guide
def test_a_guide_explains_every_button(guide: Path) -> None:
    """No button that its readers see is left to be guessed; one for each role stands there for each."""
    for key, spelt in labels(language(guide), admins=guide in ADMINS.values()).items():
        explained = spelt & in_bold(guide)
        assert explained == spelt if "{role}" in FIRST[key] else explained, key


@by_guide
def test_a_guide_names_only_commands_that_exist(guide: Path) -> None:
    """Each `/command` in a guide is one that the bot takes."""
    desk = "\n".join(path.read_text("utf-8") for path in (SOURCE / "desk").rglob("*.py"))
    taken = set(re.findall(r'"(/[a-z]+)"', desk))
    told = set(re.findall(r"`(/[a-z]+)[` ]", guide.read_text("utf-8")))

    assert "/language" in told
    assert told - taken == set()


@by_guide
def test_a_guide_quotes_what_the_bot_says(guide: Path) -> None:
    """What a guide sets off as the bot's own sentence is one, word by word; … stands for what is put in."""
    quoted = re.findall(r"^ *> (.+)$", guide.read_text("utf-8"), re.MULTILINE)

    assert len(quoted) > 3
    assert set(quoted) - set(said_by_the_bot(language(guide))) == set()


@by_language
def test_the_guide_tells_troubles_as_the_card_does(lang: str) -> None:
    """The signs of trouble in the agents' guide are the card's own words."""
    told = re.findall(r"^\| (?:⚠️|⛔|🌊) (.+?) \|", AGENTS[lang].read_text("utf-8"), re.MULTILINE)

    assert len(told) == 4
    assert [words for words in told if not any(said.startswith(words) for said in said_by_the_bot(lang))] == []


@by_language
def test_the_admins_guide_explains_every_command_of_the_staffs(lang: str) -> None:
    """Whatever the bot takes from its staff stands in the table at the beginning."""
    told = {row.strip("`") for row in rows(ADMINS[lang], under={"en": "command", "zh-Hans": "命令"}[lang])}

    assert told == set(_COMMANDS)


@by_language
def test_the_admins_guide_explains_every_role_and_state(lang: str) -> None:
    """The tables of roles and of the states of a version have a row for each, called as the bot calls it."""
    heads = {"en": ("role", "state"), "zh-Hans": ("角色", "状态")}[lang]
    for head, prefix in zip(heads, ("role_", "admin_state_"), strict=True):
        assert sorted(rows(ADMINS[lang], under=head)) == sorted(WORDS(lang, key) for key in FIRST if key.startswith(prefix))


@by_language
def test_the_admins_guide_explains_every_line_of_the_figures_and_of_health(lang: str) -> None:
    """The tables have a row for each line of /stats and /health, in the bot's words and order."""
    text = ADMINS[lang].read_text("utf-8")
    for page in (figures.__file__, health.__file__):
        keys = re.findall(r'(?:row|^ +)\((?:visit\.words\()?"((?:stats|health)_\w+)"', Path(page).read_text("utf-8"), re.MULTILINE)
        lines = [f"\n| {WORDS(lang, key)} | " for key in keys]

        assert len(lines) >= 6
        assert [line for line in lines if line not in text] == []
        assert sorted(lines, key=text.index) == lines


@by_language
def test_the_admins_guide_names_every_fact_and_blank(lang: str, adviser: Adviser) -> None:
    """Who writes a wording finds what can be put in, and what an agent can be asked for."""
    text = ADMINS[lang].read_text("utf-8")

    assert [name for name in (*VARIABLES, *adviser.playbook.blanks) if name != "policy" and f"`{name}`" not in text] == []
