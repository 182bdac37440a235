"""Every guided story, played to its end by clicks, with the agent answering in between."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from calmdesk.cli.demo import Place
from calmdesk.desk.words import Words
from calmdesk.playground.page.stories import Story, shipped_stories
from tests.browser.driver import Browser

WORDS = Words.shipped()
SAID = Place(Path("unused.db")).stage(None).said
SEND = WORDS("zh-Hans", "button_send", number=1)
GIVE_UP = WORDS("zh-Hans", "button_give_up")
EXAMPLE = re.sub(r"\\{\w+\\}", "(.+)", re.escape(WORDS("zh-Hans", "one_blank").partition("〕")[2]))
"""Where the bot asks for a blank, what it says by way of example."""
ANSWER_AFTER = (0, 2)
"""The turns after which the agent sends the first suggestion."""


@pytest.mark.parametrize("story", shipped_stories().values(), ids=lambda story: story.id)
def test_a_story_is_played_to_its_end(page: Browser, story: Story) -> None:
    """Each turn reaches the desk, moves the card as its hint says, and the agent's replies reach the customer."""
    page.click("#stories-button")
    page.click(f"[data-story={story.id}]")
    for number, turn in enumerate(story.turns):
        if number:
            page.click("#next-turn")
        page.until(lambda number=number: len(page.all(".story-bar .done")) == number + 1)  # type: ignore[misc]
        page.card_shows(*turn.card, turn.say[:30])
        assert SAID(turn.hint["zh-Hans"]) in page.find(".story-hint").text
        for name in re.findall(r"\{(button_\w+)\}", turn.hint["zh-Hans"]):
            assert page.keys("desk", SAID(f"{{{name}}}")), "the hint names a button that isn't there"
        page.shows("customer", turn.say or str(turn.sticker))
        if turn.photo:
            page.until(lambda: page.find("#customer .photo img") and page.find("#desk .photo img"))
        if number in ANSWER_AFTER:
            _answer(page)
    if any("🆘" in turn.card for turn in story.turns):
        page.shows("colleague", "🆘", story.name)
    page.taps("desk", WORDS("zh-Hans", "button_close"))
    page.card_shows("✅", WORDS("zh-Hans", "closed"))
    page.click("#next-turn")
    page.until(lambda: len(page.all(".story-bar .done")) == 1)


def _answer(page: Browser) -> None:
    """Send the first suggestion, fill its blanks with the examples that the question gives, and see it arrive."""
    before, asked = _arrived(page), _asked(page)
    page.taps("desk", SEND)
    if _happens(page, before, asked) == "asked":
        for example in page.until(lambda: re.findall(EXAMPLE, page.all("#desk article:has(.key)")[-1].text)):
            page.writes("desk", example, sends=False)
            page.presses("desk", Keys.SHIFT + Keys.ENTER)
        page.presses("desk", Keys.ENTER)
    page.until(lambda: _arrived(page) > before)


def _happens(page: Browser, before: int, asked: int) -> str:
    """Wait until a reply has arrived, or one of its blanks is asked for."""
    return page.until(lambda: "arrived" if _arrived(page) > before else "asked" if _asked(page) > asked else "")


def _arrived(page: Browser) -> int:
    """Return how many messages the customer has got."""
    return len(page.all("#customer article.theirs"))


def _asked(page: Browser) -> int:
    """Return how many questions of the bot's can be given up."""
    return page.keys("desk", GIVE_UP)
