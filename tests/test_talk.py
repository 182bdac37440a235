"""The talk on the desk: what a customer's words become there, turn by turn, and who hears of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from calmdesk.adviser import Adviser
from calmdesk.config import Settings
from calmdesk.desk.events import Chat, Content, Edited
from calmdesk.desk.words import Words
from tests.desk_people import Somebody, Stage
from tests.house import adviser

GROUP = -1001
WORDS = Words.shipped()
REFUND = "我要退款200元"
THREAT = "我要打12315投诉你们，还要找记者曝光"
LATE = "快递都八天了还没到，你们管不管？"


def word(key: str, **values: object) -> str:
    """Return what the bot says for *key* in the language of this desk."""
    return WORDS(WORDS.first, key, **values)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Open a desk with one group of staff."""
    settings = Settings.model_validate({"staff": {"groups": [GROUP]}})
    shipped = adviser()
    opened = Stage(tmp_path, settings, Adviser(settings, shipped.playbook, shipped.replies, shipped.reader, shipped.shelf))
    yield opened
    opened.store.close()


@pytest.fixture
def lin(stage: Stage) -> Somebody:
    """Return a customer."""
    return stage.person(7, "林小姐")


@pytest.fixture
def boss(stage: Stage) -> Somebody:
    """Return the supervisor, who can be reached in private."""
    return stage.person(1, "王主管", "supervisor")


def edits(somebody: Somebody, number: int, text: str) -> None:
    """Change a message that somebody wrote."""
    somebody.stage.happens(Edited(Chat(somebody.id, "private"), somebody.person, number, somebody.stage.now, Content(text)))


# -- what is changed


def test_a_changed_message_alerts_as_a_new_one_does(stage: Stage, lin: Somebody, boss: Somebody) -> None:
    """What a customer edits into a threat is told to the supervisor at once, and only once."""
    number = lin.says(REFUND)
    edits(lin, number, THREAT)
    alarms = [text for text in stage.said_to(boss) if "🆘" in text]
    edits(lin, number, THREAT + "！")

    assert len(alarms) == 1
    assert "林小姐" in alarms[0]
    assert [text for text in stage.said_to(boss) if "🆘" in text] == alarms


def test_an_earlier_message_that_is_changed_alerts_too(stage: Stage, lin: Somebody, boss: Somebody) -> None:
    """The card goes on showing the newest words, but a threat put into the words before isn't overlooked."""
    number = lin.says(REFUND)
    newest = lin.says("在吗")
    edits(lin, number, THREAT)
    kept = stage.store.now(lambda books: books.readings.last(1))
    shown = stage.store.now(lambda books: books.cases.in_chat(1, newest))

    assert any("🆘" in text for text in stage.said_to(boss))
    assert kept is not None and shown is not None
    assert kept.message_id == shown.id


def test_a_change_in_a_closed_case_opens_it_again(stage: Stage, lin: Somebody) -> None:
    """As a new word would: else nobody would look at it."""
    number = lin.says(REFUND)
    stage.store.now(lambda books: books.cases.set(1, state="closed", closed_at=books.now))
    edits(lin, number, "我要退款300元")

    assert stage.store.now(lambda books: books.cases.get(1)).is_open
