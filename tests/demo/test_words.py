"""The demo's stories, words and files: all there, none idle."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from calmdesk.adviser import Adviser
from calmdesk.cli.demo import Place
from calmdesk.desk.words import Words
from calmdesk.playground.page import cast_for
from calmdesk.playground.page.routes import HERE, words
from calmdesk.playground.page.stories import Story, shipped_stories
from calmdesk.replies.tone import inspect
from calmdesk.store.rows import ROLES

SCRIPTS = sorted((HERE / "static" / "js").glob("*.js"))
PAGE_FILES = [path for path in sorted(HERE.rglob("*")) if path.suffix in (".js", ".css", ".html", ".svg")]
NAMED_IN_CODE = re.compile(r"""(?:say\(|iconButton\("\w+", )"([\w-]+)"|data-word(?:-label)?="([\w-]+)\"""")
READ_BY_NAME = re.compile(r"^(?:role_|service_|theme_|zh-|en$|in_|tags$|own_name$|\w+_word$)")


def test_there_are_the_stories_that_were_asked_for() -> None:
    """Five in Chinese, one of them at least in Traditional characters, and three in English."""
    languages = [story.language for story in shipped_stories().values()]

    assert sum(language.startswith("zh") for language in languages) == 5
    assert languages.count("en") == 3
    assert "zh-hant" in languages


@pytest.mark.parametrize("story", shipped_stories().values(), ids=lambda story: story.id)
def test_every_turn_says_where_to_look_in_every_language_of_the_page(story: Story) -> None:
    """No turn is without a hint, and each claims something about the card that the browser tests look up."""
    for turn in story.turns:
        assert set(turn.hint) == set(words())
        assert all(turn.hint.values())
        assert turn.card


def test_what_a_hint_has_one_type_is_stopped_before_it_goes_out(adviser: Adviser) -> None:
    """A hint that asks for a rude sentence promises that it is held back; it is, in the language of each hint."""
    hints = [(lang, hint) for story in shipped_stories().values() for turn in story.turns for lang, hint in turn.hint.items()]
    typed = [(lang, rude) for lang, hint in hints for rude in re.findall(r"[“「](你[^”」]+)[”」]", hint)]

    assert {lang for lang, _ in typed} == set(words())
    assert [rude for lang, rude in typed if not inspect(rude, lang, adviser.playbook, adviser.settings.promises)] == []


@pytest.mark.parametrize("language", Words.shipped().languages)
def test_hints_name_buttons_and_people_as_they_read(language: str) -> None:
    """Whatever the desk speaks: what a hint calls a button stands on the card, and nothing is left to be put in."""
    stage = Place(Path("unused.db")).stage(language)
    hints = [hint for story in stage.stories.values() for turn in stage.shown_story(story)["turns"] for hint in turn["hint"].values()]

    assert not [hint for hint in hints if "{" in hint]
    assert any(f"“{Words.shipped()(language, 'button_supervisor')}”" in hint for hint in hints)
    assert any(cast_for(language).staff[0][0] in hint for hint in hints)
    assert stage.as_json()["desk"]["close"] == Words.shipped()(language, "button_close")


def test_the_languages_say_the_same_things() -> None:
    """Each of the page's languages has the same words with the same blanks."""
    first, *others = words().values()
    for other in others:
        assert other.keys() == first.keys()
        for key, text in first.items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", other[key])), key


def test_every_word_that_the_page_says_is_there_and_none_is_idle() -> None:
    """What the scripts and the template name stands in the words, and what stands there is named."""
    code = "\n".join(path.read_text("utf-8") for path in (*SCRIPTS, HERE / "templates" / "page.html"))
    known = set(next(iter(words().values())))
    named = {match[1] or match[2] for match in NAMED_IN_CODE.finditer(code)}

    assert {name for name in named if name not in known} == set()
    assert {word for word in known if f'"{word}"' not in code and not READ_BY_NAME.match(word)} == set()
    assert {f"role_{role}" for role in ROLES} <= known


@pytest.mark.parametrize("path", PAGE_FILES, ids=lambda path: path.name)
def test_the_page_needs_nothing_from_elsewhere(path: Path) -> None:
    """No script, style or picture of the page comes from another address, nothing becomes markup by itself, and no file is long."""
    text = path.read_text("utf-8")

    assert not [found for found in re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text) if "www.w3.org" not in found]
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|\bstyle=", text)
    assert len(text.splitlines()) <= 400


@pytest.mark.parametrize("language", [None, "zh-Hans", "zh-Hant", "en"])
def test_each_language_of_the_desk_has_people(language: str | None) -> None:
    """There is an admin and an agent at least, whatever the desk speaks."""
    roles = [role for _, role in cast_for(language).staff]

    assert "admin" in roles
    assert "agent" in roles
