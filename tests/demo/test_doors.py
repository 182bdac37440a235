"""What keeps others out of the demo's page."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.browser.stand import bare_page


async def test_the_page_is_served_with_headers_that_keep_others_out() -> None:
    """The page comes with a policy that lets only its own files run, in no frame, and tells nobody where it was."""
    async with bare_page() as stand:
        answer = await stand.client.get("")

    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/wrong-word/", "/wrong-word/do/say", "/do/say", "/live", "/static/base.css"])
async def test_without_this_runs_word_nothing_is_served(path: str) -> None:
    """An address without the word, or with another run's, is refused."""
    async with bare_page() as stand:
        answer = await stand.client.get(str(httpx.URL(stand.page.address).join(path)))

    assert answer.status_code == 403
    assert "calmdesk demo" in answer.text


async def test_another_name_for_this_machine_is_refused() -> None:
    """A foreign name that was made to point here (DNS rebinding) isn't answered."""
    async with bare_page() as stand:
        answer = await stand.client.get("", headers={"Host": "shop.example"})

    assert answer.status_code == 400


async def test_another_pages_script_is_refused() -> None:
    """A request that comes from another site's page isn't carried out, even with the right word."""
    async with bare_page() as stand:
        asked = {"by": stand.boss.id, "text": "hello"}
        answer = await stand.client.post("do/say", json=asked, headers={"Origin": "https://evil.example"})
        form = await stand.client.post("do/say", content=json.dumps(asked), headers={"Content-Type": "text/plain"})

        assert (answer.status_code, form.status_code) == (403, 404)
        assert stand.boss.chat.messages == []


async def test_the_page_listens_on_the_loopback_address_only() -> None:
    """The address is this machine's own, with a word nobody guesses."""
    async with bare_page() as stand:
        url = httpx.URL(stand.page.address)

    assert url.host == "127.0.0.1"
    assert len(url.path.strip("/")) >= 32
