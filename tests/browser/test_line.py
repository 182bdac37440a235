"""When the demo is gone and comes back: the page says so, keeps what was typed, and goes on by itself."""

from __future__ import annotations

from pathlib import Path

from calmdesk.desk.words import Words
from calmdesk.playground.page.routes import words
from tests.browser.driver import Browser, demo

SAYS = Words.shipped()
PAGE = words()
LATE = "快递8天了，显示签收，我根本没收到！问你们客服三次就会说亲请耐心等待"


def heads(page: Browser) -> list[str]:
    """Return the line below the name at the head of each chat."""
    return [one.text for one in page.all(".chat > .chat-head small")]


def test_a_page_goes_on_by_itself_when_the_demo_is_back(chromium: Browser, tmp_path: Path) -> None:
    """With --db the address stays: meanwhile the chats say that they are connecting, and what was typed isn't lost.

    A reply's blank that was asked for before is still asked for, and the field says so, after a reload too.
    """
    page, kept = chromium, str(tmp_path / "demo.db")
    asked = PAGE["zh-Hans"]["write_answer"]
    with demo("--db", kept) as before:
        page.opens(before)
        page.writes("customer", LATE)
        page.card_shows("林小姐")
        place = next(number for number, text in page.replies().items() if "〔" in text)
        page.taps("desk", SAYS("zh-Hans", "button_send", number=place))
        page.until(lambda: page.find("#desk textarea").get_attribute("placeholder") == asked)
        page.writes("desk", "明天", sends=False)
        page.writes("customer", "还有一件", sends=False)

    for lang in (*PAGE, "zh-Hans"):
        page.find(f"#language option[value={lang}]").click()
        page.until(lambda lang=lang: heads(page) == [PAGE[lang]["connecting"]] * 3)  # type: ignore[misc]
    page.writes("desk", "18点")
    page.until(lambda: PAGE["zh-Hans"]["offline"] in page.find("#toasts").text)
    page.until(lambda: page.find("#lost").is_displayed())

    with demo("--db", kept) as after:
        assert after == before
        page.until(lambda: PAGE["zh-Hans"]["connecting"] not in heads(page))
        assert not page.find("#lost").is_displayed()
        assert page.find("#customer textarea").get_attribute("value") == "还有一件"
        assert page.find("#desk textarea").get_attribute("value") == "明天18点"
        page.driver.refresh()
        page.until(lambda: page.find("html[data-ready]"))
        assert page.find("#desk textarea").get_attribute("placeholder") == asked
        page.writes("desk", "")
        page.presses("desk", "\ue007")
        page.shows("customer", "明天18点")
        page.until(lambda: page.find("#desk textarea").get_attribute("placeholder") == PAGE["zh-Hans"]["write_desk"])
        page.forgets()
    page.troubles()  # the requests that nobody answered
