"""The way of a newcomer: an angry message, the card, a reply, a correction, another wording, and the next suggestion uses it."""

from __future__ import annotations

import re

from calmdesk.desk.words import Words
from tests.browser.driver import Browser

SAYS = Words.shipped()
ANGRY = "收到就是坏的，你们什么态度！"
OWN = "东西坏了是我们不对，新的马上给您换。"


def word(key: str, **values: object) -> str:
    """Return one of the bot's words."""
    return SAYS("zh-Hans", key, **values)


def test_a_newcomer_finds_the_whole_way(page: Browser) -> None:
    """Write, look at the card, send, correct the reading, edit the wording as admin; the next customer's card offers it."""
    page.writes("customer", ANGRY)
    card = page.card_shows("林小姐", "瑕疵")
    replies = _replies(card)
    place, plain = next((number, text) for number, text in replies.items() if "〔" not in text and "林小姐" not in text)
    piece = max(re.findall(r"[\u4e00-\u9fff]+", plain.replace("林小姐", "")), key=len)

    page.taps("desk", word("button_send", number=place))
    page.shows("customer", plain)

    page.taps("desk", word("button_correct"))
    page.taps("desk", "🟡1")
    page.card_shows("🟡")
    page.taps("desk", word("button_done"))
    page.card_shows(word("button_send", number=1))

    page.writes("colleague", "/templates")
    page.taps("colleague", word("admin_button_search"))
    page.shows("colleague", word("admin_search_for"))
    page.writes("colleague", piece)
    page.taps("colleague", "1")
    assert piece in page.until(lambda: page.all("#colleague code")[-1].text)
    page.taps("colleague", word("admin_button_new"))
    page.shows("colleague", word("admin_write_new").split("\n")[0])
    page.writes("colleague", OWN)
    page.taps("colleague", word("admin_button_publish"))
    page.shows("colleague", OWN)

    page.click("#new-customer")
    page.click("#new-come")
    page.until(lambda: page.find("#customer .empty").is_displayed())
    page.writes("customer", ANGRY)
    page.card_shows("陈先生", OWN)


def _replies(card: str) -> dict[int, str]:
    """Return the suggestions of a card by number, each on one line."""
    found: dict[int, str] = {}
    lines = card.splitlines()
    for place, line in enumerate(lines):
        if match := re.match(r"([123]) \D", line):
            found[int(match[1])] = lines[place + 1].strip()
    return found
