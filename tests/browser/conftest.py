"""What the browser tests share: a browser, and a demo for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.driver import Browser, browser, demo, missing


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return a browser, or skip what needs one."""
    if without := missing():
        pytest.skip(without)
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(chromium: Browser) -> Iterator[str]:  # noqa: ARG001 - without a browser no demo is started
    """Return the address of a demo that runs while a file's tests do."""
    with demo() as running:
        yield running


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Browser]:
    """Return a browser with the page open, in which nobody was before; its console has to stay silent."""
    chromium.size(1440, 900)
    chromium.opens(address)
    yield chromium
    troubles = chromium.troubles()
    chromium.forgets()
    assert troubles == []
