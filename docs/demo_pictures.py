"""`make pictures`: what `calmdesk demo` looks like, light and dark, wide and narrow, from a real run."""

from __future__ import annotations

import time
from pathlib import Path

from tests.browser.driver import NARROW, Browser, browser, demo, missing

from calmdesk.playground.page.stories import shipped_stories

FOLDER = Path(__file__).parent
STORY, TURNS = "accusation", 3
WIDE = 1440, 1040
SETTLES = 4.0
"""Seconds until nothing moves any more."""


def main() -> None:
    """Play a story and write docs/demo-*.png."""
    if without := missing():
        raise SystemExit(f"make pictures: {without}")
    with demo() as address, browser() as page:
        page.opens(address)
        page.click("#stories-button")
        page.click(f"[data-story={STORY}]")
        page.card_shows("假货")
        page.taps("desk", "发送 1")
        page.until(lambda: len(page.all("#customer article.theirs")) > 2 or page.all("#desk .key")[-1].text == "取消")
        if page.all("#desk .key")[-1].text == "取消":
            page.writes("desk", "明天18:00")
            page.until(lambda: len(page.all("#customer article.theirs")) > 2)
        for turn in shipped_stories()[STORY].turns[1:TURNS]:
            page.click("#next-turn")
            page.card_shows(turn.say)
        page.taps("desk", "请主管")
        page.shows("colleague", "钱小姐", "🆘")
        page.writes("colleague", "/templates")
        page.shows("colleague", "话术")
        page.driver.execute_script("document.activeElement.blur()")
        page.click(".story-hint .plain")
        for scheme in ("light", "dark"):
            _take(page, scheme)


def _take(page: Browser, scheme: str) -> None:
    page.prefers(scheme)
    page.size(*WIDE)
    time.sleep(SETTLES)
    page.picture(FOLDER / f"demo-wide-{scheme}.png")
    page.size(*NARROW)
    for pane in ("customer", "desk"):
        page.click(f"[data-tab={pane}]")
        page.driver.execute_script("document.activeElement.blur()")
        time.sleep(SETTLES)
        page.picture(FOLDER / f"demo-narrow-{pane}-{scheme}.png")


if __name__ == "__main__":
    main()
