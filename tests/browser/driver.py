"""A page of the demo in headless Chromium, moved by clicks and keys as a person moves it."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from selenium import webdriver
from selenium.common.exceptions import ElementNotInteractableException, NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.conftest import ROOT

T = TypeVar("T")
PATIENCE = 10.0
LOOK_EVERY = 0.03
WIDE, NARROW = (1440, 900), (390, 844)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRIVERS = ("chromedriver", "chromium.chromedriver")


def missing() -> str:
    """Say what isn't installed, in words for the one who can install it; nothing where all is there."""
    if not any(shutil.which(name) for name in BROWSERS):
        return "no browser is installed (Debian: apt-get install chromium)"
    if not any(shutil.which(name) for name in DRIVERS):
        return "the browser's driver isn't installed (Debian: apt-get install chromium-driver)"
    return ""


@contextmanager
def demo(*arguments: str) -> Iterator[str]:
    """Run `calmdesk demo` as a person does, and yield the page's address; it has to end cleanly."""
    command = [sys.executable, "-m", "calmdesk", "demo", "--no-browser", "--config", str(ROOT / "bot.toml"), *arguments]
    with tempfile.TemporaryFile("w+") as errors, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as running:
        try:
            assert running.stdout is not None
            address = re.search(r"http://\S+", running.stdout.readline())
            assert address is not None
            yield address[0]
        finally:
            running.send_signal(signal.SIGINT)
            code = running.wait(15)
            errors.seek(0)
            said = errors.read()
    assert (code, said) == (0, "")


COUNT = "return [...document.querySelectorAll(arguments[0])].filter((one) => one.textContent === arguments[1]).length"


class Browser:
    """A browser with the page in it."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def opens(self, address: str) -> None:
        """Open the page and wait until it can be used."""
        self.driver.get(address)
        self.until(lambda: self.find("html[data-ready]"))

    def forgets(self) -> None:
        """Leave the page, and forget who was where on it."""
        # In one go, so that the page keeps nothing more in between.
        self.driver.execute_script("sessionStorage.clear(); localStorage.clear(); location.replace('about:blank')")
        self.until(lambda: self.driver.current_url == "about:blank")

    def size(self, width: int, height: int) -> None:
        """Give the page a size; a narrow one is a telephone's."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < WIDE[0] / 2}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def prefers(self, scheme: str) -> None:
        """Say whether the system is light or dark."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def picture(self, path: Path) -> None:
        """Take a picture of the page."""
        assert self.driver.save_screenshot(str(path))

    def until(self, look: Callable[[], T], seconds: float = PATIENCE) -> T:
        """Wait until something is so, and return it."""
        end = time.monotonic() + seconds
        while True:
            try:
                if found := look():
                    return found
            except (NoSuchElementException, StaleElementReferenceException, ElementNotInteractableException, IndexError):
                pass
            if time.monotonic() > end:
                raise TimeoutError(f"not so within {seconds} s; the page says:\n{self.find('main').text}")
            time.sleep(LOOK_EVERY)

    def find(self, selector: str) -> WebElement:
        """Return the first element of a kind."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        """Return all elements of a kind."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def click(self, selector: str) -> None:
        """Click something as soon as it is there."""
        self.until(lambda: self._clicked(lambda: self.find(selector)))

    def taps(self, pane: str, label: str) -> None:
        """Tap the newest button of this label in a pane's chat."""
        self.until(lambda: self._clicked(lambda: [key for key in self.all(f"#{pane} .key") if key.text == label][-1]))

    def keys(self, pane: str, label: str) -> int:
        """Return how many buttons of this label there are in a pane's chat."""
        return int(self.driver.execute_script(COUNT, f"#{pane} .key", label))

    def _clicked(self, look: Callable[[], WebElement]) -> bool:
        element = look()
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()
        return True

    def writes(self, pane: str, text: str, *, sends: bool = True) -> None:
        """Write into a pane's field."""
        field = self.until(lambda: self.find(f"#{pane} textarea"))
        field.send_keys(text)
        if sends:
            field.send_keys(Keys.ENTER)

    def presses(self, pane: str, key: str) -> None:
        """Press a key in a pane's field."""
        self.find(f"#{pane} textarea").send_keys(key)

    def text(self, pane: str) -> str:
        """Return what stands in a pane's chat."""
        return self.find(f"#{pane} .log").text

    def shows(self, pane: str, *words: str) -> str:
        """Wait until a pane's chat shows some words, and return all that it shows."""

        def look() -> str:
            text = self.text(pane)
            return text if all(word in text for word in words) else ""

        return self.until(look)

    def card(self) -> str:
        """Return the newest card in the open topic: what quotes the customer and has buttons."""
        cards = [one.text for one in self.all("#desk article:has(blockquote):has(.key)")]
        return cards[-1] if cards else ""

    def replies(self) -> dict[int, str]:
        """Return the card's suggestions by number, each by its first line."""
        found: dict[int, str] = {}
        lines = self.card().splitlines()
        for place, line in enumerate(lines):
            if match := re.match(r"([123]) \D", line):
                found[int(match[1])] = lines[place + 1].strip()
        return found

    def card_shows(self, *words: str) -> str:
        """Wait until the card, or its topic's name, shows some words."""

        def look() -> str:
            card = self.card()
            shown = card + self.find("#desk .chat > .chat-head .who b").text
            return card if card and all(word in shown for word in words) else ""

        return self.until(look)

    def troubles(self) -> list[str]:
        """Return what the browser's console complains of."""
        lines = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [str(line["message"]) for line in lines if line["level"] in ("SEVERE", "WARNING")]


@contextmanager
def browser(language: str = "zh-CN") -> Iterator[Browser]:
    """Open a headless Chromium that asks for pages in a language."""
    options = webdriver.ChromeOptions()
    options.binary_location = next(filter(None, map(shutil.which, BROWSERS)))
    for argument in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "hide-scrollbars", f"lang={language}"):
        options.add_argument(f"--{argument}")
    options.add_experimental_option("prefs", {"intl.accept_languages": language})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(next(filter(None, map(shutil.which, DRIVERS)))))
    try:
        opened = Browser(driver)
        opened.size(*WIDE)
        yield opened
    finally:
        driver.quit()


def newcomer(page: Browser, name: str) -> None:
    """Bring in a customer of one's own."""
    page.click("#new-customer")
    field = page.until(lambda: page.find("#new-name"))
    field.clear()
    field.send_keys(name)
    page.click("#new-come")
    page.until(lambda: name in page.find("#customer .chat-head").text)
