"""Where one is on the page: what a reload keeps, what others' doing leaves alone, who is who among many, and which language is spoken."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.request import Request, urlopen

import pytest
from selenium.webdriver.common.keys import Keys

from calmdesk.desk.words import Words
from calmdesk.playground.page import cast_for
from calmdesk.playground.page.routes import words
from calmdesk.playground.page.stories import shipped_stories
from tests.browser.driver import NARROW, Browser, browser, demo, newcomer

SAYS = Words.shipped()
INSIDE = """
const [one, other] = [...arguments].map((selector) => document.querySelector(selector).getBoundingClientRect());
return one.left >= other.left - 1 && one.right <= other.right + 1 && one.top >= other.top - 1 && one.bottom <= other.bottom + 1;
"""
TYPE = """
const field = document.querySelector(arguments[0] + ' textarea');
field.value = arguments[1];
field.dispatchEvent(new Event('input'));
"""


def elsewhere(address: str, act: str, **asked: Any) -> Any:
    """Do something as another tab does it."""
    wanted = Request(f"{address}do/{act}", json.dumps(asked).encode(), {"Content-Type": "application/json"})  # noqa: S310 - plain HTTP
    with urlopen(wanted) as answer:  # noqa: S310 - plain HTTP
        return json.load(answer)


def open_topic(page: Browser) -> str:
    """Return the name of the topic that is open."""
    return page.find("#desk .chat > .chat-head .who b").text


def chooses(page: Browser, name: str) -> None:
    """Take up the telephone of the first customer of this name."""
    page.click(f"#customer .person:has([title^='{name}'])")


def reload(page: Browser) -> None:
    """Load the page anew."""
    page.driver.refresh()
    page.until(lambda: page.find("html[data-ready]"))


def test_a_reload_leaves_everybody_where_they_were(page: Browser) -> None:
    """The chosen customer, topic, colleague, drafts and a story's bar and hint are there again, and the story goes on."""
    page.click("#stories-button")
    page.click("[data-story=courier]")
    page.card_shows("赵先生")
    newcomer(page, "曹女士")
    page.writes("customer", "退款三天没到账")
    page.card_shows("曹女士")
    page.writes("customer", "还有一件", sends=False)
    page.writes("desk", "我查一下", sends=False)
    page.find('#colleague .person[aria-pressed="false"]').click()
    colleague = page.find("#colleague .chat-head b").text
    reload(page)

    page.until(lambda: "曹女士" in page.find("#customer .chat-head").text and "曹女士" in open_topic(page))
    assert page.find("#customer textarea").get_attribute("value") == "还有一件"
    assert page.find("#desk textarea").get_attribute("value") == "我查一下"
    assert page.find("#colleague .chat-head b").text == colleague

    page.driver.execute_script(TYPE, "#desk", "")
    chooses(page, "赵先生")
    page.until(lambda: "赵先生" in open_topic(page))
    reload(page)
    page.until(lambda: page.find(".story-hint").is_displayed())
    page.click("#next-turn")
    page.until(lambda: len(page.all(".story-bar .done")) == 2)


def test_what_is_unread_stays_unread(page: Browser, address: str) -> None:
    """A reload marks nothing as read, what comes meanwhile is unread too, and the private chat's mark is on a narrow page's tab."""
    page.size(*NARROW)
    newcomer(page, "许小姐")
    page.writes("customer", "充电宝冒烟，差点烧到孩子")
    page.until(lambda: page.find("[data-tab=desk] .badge") and page.find("[data-tab=colleague] .badge"))
    number = int(str(page.find('#customer .person[aria-pressed="true"]').get_attribute("data-person")))
    before = page.find("[data-tab=desk] .badge").text
    reload(page)
    assert page.until(lambda: page.find("[data-tab=desk] .badge").text) >= before
    assert page.find("[data-tab=colleague] .badge").text
    page.click("[data-tab=desk]")

    def read_to_the_end() -> bool:
        page.driver.execute_script("document.querySelector('#desk .log').scrollTop = 1e6")
        return not page.all("[data-tab=desk] .badge")

    page.until(read_to_the_end)  # the card may still be growing
    page.click("[data-tab=customer]")
    reload(page)
    assert not page.all("[data-tab=desk] .badge")
    elsewhere(address, "say", by=number, text="人呢")
    page.until(lambda: page.find("[data-tab=desk] .badge"))


def test_nobody_is_thrown_out_of_what_they_read(page: Browser, address: str) -> None:
    """A customer who writes from another tab comes into the list; the open topic stays."""
    newcomer(page, "魏先生")
    page.writes("customer", "洗衣机漏水")
    page.card_shows("魏先生")
    stranger = elsewhere(address, "come", name="陶女士", language="zh-hans")["id"]
    elsewhere(address, "say", by=stranger, text="发错颜色了")
    page.until(lambda: any("陶女士" in one.text for one in page.all("#desk .topic")))
    page.until(lambda: any("发错颜色了" in one.text for one in page.all("#desk .topic-last")))
    assert "魏先生" in open_topic(page)


def test_a_text_that_is_too_long_for_one_message_is_sent_in_two(page: Browser) -> None:
    """Nothing is cut off."""
    newcomer(page, "姜先生")
    page.driver.execute_script(TYPE, "#customer", "退" * 5000)
    page.presses("customer", Keys.ENTER)
    page.until(lambda: sum(one.text.count("退") for one in page.all("#customer article.own .text")) == 5000)
    assert len(page.all("#customer article.own")) == 2


def test_among_many_customers_the_button_for_another_stays_in_sight(page: Browser, address: str) -> None:
    """Names that are alike are numbered, on the telephones as in the list of topics; each has the topic of their own."""
    for number in range(9):
        newcomer(page, f"客人{number}")
    assert page.driver.execute_script(INSIDE, "#new-customer", "#customer .people")
    for text in ("第一个的话", "第二个的话"):
        newcomer(page, "谢先生")
        page.writes("customer", f"{text}，快递没到")
        page.card_shows("谢先生", text)
    assert "谢先生 2" in page.find("#customer .chat-head").text
    row = next(one for one in page.all("#desk .topic") if one.find_elements("css selector", ".nth"))
    assert "第二个的话" in row.text
    page.click("#customer .person:has([title='谢先生'])")
    page.until(lambda: "第一个的话" in page.text("desk"))
    elsewhere(address, "say", by=int(str(page.find('#customer .person[aria-pressed="true"]').get_attribute("data-person"))), text="在吗")
    page.shows("customer", "在吗")


def test_a_story_is_over_its_own_telephone_only(page: Browser) -> None:
    """Another customer's telephone has no bar; back with the story's customer it is there again, until it is put away."""
    page.click("#stories-button")
    page.click("[data-story=colour]")
    page.until(lambda: page.find(".story-bar").is_displayed())
    chooses(page, "林小姐")
    page.until(lambda: not page.find(".story-bar").is_displayed())
    chooses(page, "周")
    page.until(lambda: page.find(".story-bar").is_displayed())
    page.click(".story-head .round")
    page.until(lambda: not page.find(".story-bar").is_displayed())


def test_the_list_shows_what_the_customer_said(page: Browser) -> None:
    """Under a topic's name stands the customer's last word, not the card's first line, which says the name again; its colour is the heat's."""
    newcomer(page, "戚女士")
    page.writes("customer", "你们就是骗子，气死我了！")
    page.card_shows("戚女士")
    row = page.until(lambda: next(one for one in page.all("#desk .topic") if "戚女士" in one.text))
    page.until(lambda: row.find_element("css selector", ".topic-last").text == "你们就是骗子，气死我了！")


def test_english_is_spoken_where_the_browser_does() -> None:
    """On the first visit the desk begins in the browser's language; afterwards a line offers to start it in the page's own."""
    with demo() as address, browser("en-GB") as page:
        page.opens(address)
        page.until(lambda: "Customer care" in page.find("#desk .topic-column").text)
        assert page.find("#stories-button").text == "Stories"
        assert not page.find("#tongue").is_displayed()
        page.click("#stories-button")
        assert shipped_stories()["picky"].title in page.until(lambda: page.find(".story").text), "those in English come first"
        page.click("[data-story=picky]")
        page.until(lambda: page.keys("desk", SAYS("en", "button_close")))
        for number in range(2, 7):
            page.click("#next-turn")
            page.until(lambda number=number: len(page.all(".story-bar .done")) == number or page.find(".story-next.ended"))  # type: ignore[misc]
            if page.all(".story-next.ended"):
                break
        page.until(lambda: f"“{SAYS('en', 'button_close')}”" in page.find(".story-next p").text)
        fits = "const p = document.querySelector('.story-next p'); return p.scrollHeight <= p.clientHeight + 1"
        page.until(lambda: page.driver.execute_script(fits))

        page.find("#language option[value=zh-Hans]").click()
        page.until(lambda: "英文" in page.find("#tongue").text)
        page.until(lambda: f"“{SAYS('en', 'button_close')}”" in page.find(".story-next p").text)
        page.click("#restart")
        page.until(lambda: "客服组" in page.find("#desk .topic-column").text)
        page.until(lambda: not page.find("#tongue").is_displayed())
        page.writes("customer", "快递三天没到")
        page.until(lambda: page.keys("desk", SAYS("zh-Hans", "button_close")))
        assert page.troubles() == []


def test_traditional_characters_are_written_where_the_browser_asks_for_them() -> None:
    """In Taiwan the page and the desk are Traditional from the first visit."""
    with demo() as address, browser("zh-TW") as page:
        page.opens(address)
        page.until(lambda: cast_for("zh-Hant").group in page.find("#desk .topic-column").text)
        assert page.find("#stories-button").text == words()["zh-Hant"]["stories"]
        assert not page.find("#tongue").is_displayed()
        page.writes("customer", "宅配三天沒到")
        page.until(lambda: page.keys("desk", SAYS("zh-Hant", "button_supervisor")))
        assert page.troubles() == []


@pytest.mark.parametrize(
    ("tags", "lang"),
    [
        (["zh-TW", "zh"], "zh-Hant"), (["zh-HK"], "zh-Hant"), (["zh-Hant-MO"], "zh-Hant"), (["zh"], "zh-Hans"), (["zh-SG"], "zh-Hans"),
        (["fr", "en-GB", "zh-TW"], "en"),
    ],
)  # fmt: skip
def test_the_browser_tells_the_pages_language(page: Browser, tags: list[str], lang: str) -> None:
    """The first of its languages that the page speaks is taken; Taiwan and Hong Kong get Traditional characters."""
    asked = """
    import(new URL('static/js/words.js', location)).then(({ languageFor }) => arguments[1](languageFor(arguments[0])));
    """
    assert page.driver.execute_async_script(asked, tags) == lang


def test_a_language_that_was_asked_for_is_the_pages_too() -> None:
    """With --lang the page speaks as the desk does, whatever the browser prefers; nothing starts anew by itself."""
    with demo("--lang", "en") as address, browser() as page:
        page.opens(address)
        page.until(lambda: page.find("#stories-button").text == "Stories")
        assert not page.find("#tongue").is_displayed()
        page.find("#language option[value=zh-Hans]").click()
        page.click("#tongue .round")
        page.until(lambda: not page.find("#tongue").is_displayed())
        assert "Customer care" in page.find("#desk .topic-column").text


def test_names_in_latin_letters_stand_apart(page: Browser) -> None:
    """Between Chinese and a name in Latin letters is a space."""
    newcomer(page, "Mr Brown")
    assert page.find("#customer textarea").get_attribute("placeholder") == "以 Mr Brown 的身份写消息…"
    assert re.search(r"Mr Brown 的手机", page.find("#customer .chat-head").text)
    newcomer(page, "沈女士")
    assert page.find("#customer textarea").get_attribute("placeholder") == "以沈女士的身份写消息…"
