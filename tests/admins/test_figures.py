"""Figures and health: what the desk says of itself."""

from __future__ import annotations

from datetime import timedelta

from calmdesk.desk.admins.figures import Figures, width
from calmdesk.desk.calls import Outcome
from tests.desk_people import Somebody, Stage, word


def test_stats_of_today_and_of_the_week(shop: Stage) -> None:
    """What came in, how long people waited for a person, whether heat fell, what was sent: all in one table."""
    chief, agent = shop.person(1, "陈", "supervisor"), shop.person(2, "小王", "agent")
    old = shop.person(50, "Kim")
    old.says("东西坏了")
    shop.passes(minutes=3)
    agent.taps(word("button_send", number=1))
    agent.taps(word("button_close"))
    shop.passes(days=2)
    shop.person(51, "Lee").says("盖子坏了")
    chief.says("/stats")
    table = {line.split()[0]: line.split()[1:] for line in chief.last.text.splitlines() if len(line.split()) == 3 and "·" not in line}

    assert word("stats_open_now", count=1) in chief.last.text
    assert table[word("stats_opened")] == ["1", "2"]
    assert table[word("stats_closed")] == ["0", "1"]
    assert table[word("stats_first_answer")] == ["–", word("stats_minutes", count=3)]
    assert "坏了 · 2" in chief.last.text
    assert "问 · " in chief.last.text


def test_stats_call_a_wording_by_its_first_words(shop: Stage, admin: Somebody) -> None:
    """What was sent most is named as the list of wordings names it, not by a file."""
    shop.person(50, "韩先生").says("东西坏了")
    admin.taps(word("button_send", number=1))
    sent = shop.store.now(lambda books: [*books.readings.times_sent()])[0]
    admin.says("/stats")
    begins = {"zh-Hans/ask/one": "哪一块坏了？", "zh-Hans/ask/three": "拍张照给我看看？", "zh-Hans/ask/two": "是收到就坏的吗？"}[sent]

    assert f"问 · [称呼]，{begins}" in admin.last.text
    assert sent.rpartition("/")[2] not in admin.last.text


def test_the_table_is_straight(shop: Stage) -> None:
    """Chinese characters take two columns; no line is wider than a phone's."""
    chief = shop.person(1, "陈", "supervisor")
    chief.says("/stats")
    lines = chief.last.text.partition("<pre>")[2].partition("</pre>")[0].splitlines()

    assert len({width(line) for line in lines}) == 1
    assert width(lines[0]) <= 30


def test_stats_count_only_their_time(shop: Stage) -> None:
    """What is older than a week is in neither column."""
    chief = shop.person(1, "陈", "supervisor")
    for number in range(30):
        shop.person(50 + number, "Kim").says("东西坏了")
        shop.passes(days=1)
    figures = shop.store.now(lambda books: Figures.since(books, books.now - timedelta(days=7)))
    chief.says("/stats")

    assert figures.opened == 7
    assert word("stats_open_now", count=30) in chief.last.text


def test_health_says_what_waits_and_why(shop: Stage, admin: Somebody) -> None:
    """Well is said in a word; failed posts and dead letters stand with their reasons, which are text."""
    admin.says("/health")
    assert admin.last.text.startswith("✅")
    assert "2026-03-02" in admin.last.text
    customer, agent = shop.person(50, "Kim"), shop.person(2, "小王", "agent")
    customer.says("东西坏了")
    shop.outcomes[customer.id] = Outcome(done=False, trouble="unknown", reason="read timeout <x>")
    agent.taps(word("button_send", number=1))
    shop.store.now(lambda books: books.inbox.keep([{"update_id": 7}]))
    shop.store.now(lambda books: books.inbox.bury(7, "Traceback\nKeyError: 'chat'"))
    admin.says("/health")

    assert admin.last.text.startswith("⚠️")
    assert "say: read timeout &lt;x&gt;" in admin.last.text
    assert "#7: KeyError: 'chat'" in admin.last.text
    assert "calmdesk inbox retry" in admin.last.text
