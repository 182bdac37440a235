"""The files in the folders: what is changed there is taken over without a restart, or refused with the reason."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from calmdesk.adviser import Adviser
from calmdesk.config import Settings
from calmdesk.desk.desk import Desk
from calmdesk.store.store import Store
from tests.admins.shop import ONE, goes_to, opens, writes
from tests.desk_people import Somebody, Stage, word
from tests.small import SMALL


def rewrite(stage: Stage, key: str, text: str) -> None:
    """Write a file of the playbook, and have the desk look as the clock does."""
    path = stage.desk.kit.settings.folders[0] / key
    path.write_text(text, "utf-8")
    stage.store.now(stage.desk.reload)
    stage.sends()


def test_a_changed_file_is_taken_over(shop: Stage, admin: Somebody) -> None:
    """Who works with files needs no restart, for wordings and for all the rest."""
    rewrite(shop, ONE, "坏的是哪一角呢？")
    opens(admin)
    assert "坏的是哪一角呢？" in admin.last.text

    rewrite(shop, "techniques/ask.toml", SMALL["techniques/ask.toml"].replace('zh-Hans = "问"', 'zh-Hans = "请教"'))
    admin.says("/templates")
    assert "请教 6" in admin.last.labels


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        (ONE, "我们尽快处理。", "尽快"),
        (ONE, "{{ nmae }}", "unknown variable"),
        (ONE, "{% if name %}" * 120 + "好" + "{% endif %}" * 120, "can't be used"),
        ("techniques/ask.toml", "rank = ", "isn't valid TOML"),
        ("techniques/ask.toml", SMALL["techniques/ask.toml"].replace('["defect"]', '["defekt"]'), "unknown 'defekt'"),
        ("complaints/defect.toml", SMALL["complaints/defect.toml"].replace('["broken"]', '["(broken"]'), "brackets don't match"),
        ("languages/en.toml", "enabled = false", "unknown language"),
        ("notes.toml", "a = 1", "isn't read"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_and_the_old_one_stays(shop: Stage, admin: Somebody, key: str, text: str, told: str) -> None:
    """The admins hear why, once; agents go on with what there was; mended, it is taken over."""
    agent = shop.person(2, "小王", "agent")
    rewrite(shop, key, text)
    assert word("admin_refused") in admin.last.text
    assert told in admin.last.text
    heard = len(shop.said_to(admin))
    for _ in range(3):
        shop.store.now(shop.desk.reload)
    shop.sends()
    assert len(shop.said_to(admin)) == heard
    shop.person(50, "Kim").says("东西坏了")
    assert any(text in agent.last.text for text in ("哪一块坏了？", "拍张照给我看看？", "是收到就坏的吗？"))
    admin.says("/health")
    assert told in admin.last.text

    if key == "notes.toml":
        (shop.desk.kit.settings.folders[0] / key).unlink()
        shop.store.now(shop.desk.reload)
    else:
        rewrite(shop, key, f"{SMALL[key]}\n")
    shop.passes(seconds=1)
    assert shop.desk.look() is None


def test_what_was_written_in_the_chat_stays_above_the_files(shop: Stage, admin: Somebody) -> None:
    """A changed file doesn't undo an admin's version; without that version the new file counts."""
    writes(admin, "坏的是哪一角呢？")
    admin.taps(word("admin_button_publish"))
    rewrite(shop, ONE, "坏的是哪一边呢？")
    opens(admin)
    assert "哪一角" in admin.last.text

    goes_to(admin, word("admin_button_versions"), word("admin_button_file"))
    assert "哪一边" in admin.last.text


def test_what_was_written_in_the_chat_outlives_a_restart(shop: Stage, admin: Somebody) -> None:
    """A desk that starts works with the live versions from its first suggestion on."""
    writes(admin, "坏的是哪一角呢？")
    admin.taps(word("admin_button_publish"))
    again = Desk(shop.desk.kit.settings, Adviser.open(shop.desk.kit.settings))
    shop.store.now(again.recover)

    assert again.kit.adviser.shelf.sheets[ONE].text == "坏的是哪一角呢？\n"


def test_a_version_that_cannot_be_used_any_more_is_taken_back(shop: Stage, admin: Somebody) -> None:
    """After an update that no longer knows a variable the file counts again, and the admins hear of it once."""
    version = shop.store.now(lambda books: books.wordings.add(ONE, "{{ nmae }}", 1))
    shop.store.now(lambda books: books.wordings.publish(version.id))
    for _ in range(2):
        shop.store.now(shop.desk.reload)
    shop.sends()

    assert len([text for text in shop.said_to(admin) if "unknown variable" in text]) == 1
    opens(admin)
    assert "哪一块坏了？" in admin.last.text


def test_reload_says_what_came_of_it(shop: Stage, admin: Somebody) -> None:
    """Nothing new, taken over, or refused: an admin who asks gets an answer."""
    admin.says("/reload")
    assert word("health_nothing_changed") in admin.last.text
    path = shop.desk.kit.settings.folders[0] / ONE
    path.write_text("坏的是哪一角呢？", "utf-8")
    admin.says("/reload")
    assert word("health_taken_over", count=1) in admin.last.text
    path.write_text("我们尽快处理。", "utf-8")
    for _ in range(2):
        admin.says("/reload")
        assert admin.last.text == word("health_not_taken_over")
    assert len([text for text in shop.said_to(admin) if word("admin_refused") in text]) == 1


def test_a_change_of_one_wording_is_quick(tmp_path: Path) -> None:
    """With the whole playbook a new text is in force within a few hundredths of a second; looking and seeing nothing takes less."""
    (tmp_path / "mine/replies/zh-Hans/ask").mkdir(parents=True)
    settings = Settings.model_validate({"base": tmp_path, "templates": {"folders": ["mine"]}})
    desk, store = Desk(settings, Adviser.open(settings)), Store.open(tmp_path / "desk.db")
    times, idle = [], []
    for number in range(4):
        text = f"是第{number}箱里的哪一块呢？"
        (tmp_path / "mine/replies/zh-Hans/ask/mine.j2").write_text(text, "utf-8")
        begin = process_time()
        store.now(desk.reload)
        times.append(process_time() - begin)
        begin = process_time()
        assert desk.look() is None
        idle.append(process_time() - begin)
        assert desk.kit.adviser.shelf.sheets["replies/zh-Hans/ask/mine.j2"].text == text
    store.close()

    assert min(times) < 0.1
    assert min(idle) < 0.02
