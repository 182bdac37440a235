"""`bot.toml`: what is off is never promised."""

from __future__ import annotations

from pathlib import Path

from calmdesk.adviser import Adviser
from calmdesk.check import check_playbook
from calmdesk.config import Settings, load_settings
from tests.desk_people import Stage
from tests.people import conversation, texts


def test_false_and_nought_switch_a_promise_off(tmp_path: Path) -> None:
    """People write false or 0 to switch a line off; both mean that it isn't set."""
    config = tmp_path / "bot.toml"
    config.write_text("[policy]\nprice_protection_days = 0\nwarranty_months = false\nreturn_days = 15\nlarge_sum = 0\n", "utf-8")

    assert load_settings(config).promises == {"return_days": 15}


def test_a_wording_that_rests_on_a_policy_isnt_offered_where_that_is_off(adviser: Adviser) -> None:
    """With no policy at all, no suggestion is one whose front matter or text names a policy."""
    bare = Adviser.open(Settings())
    messages = [
        "买完第二天降了30",
        "少发了一个充电头",
        "是不是正品啊",
        "耳机坏了，要换货",
        "衣服开线了，运费谁出",
        "快递丢了",
        "要求见你们经理",
    ]

    for message in messages:
        for suggestion in bare.suggest(conversation(f"customer: {message}")).suggestions:
            reply = next(reply for reply in bare.replies.all()[0] if reply.id == suggestion.template)
            assert not reply.head.policy, reply.id
            assert not reply.uses.policy, reply.id
    assert any(
        "7天" in text or "运费" in text for message in messages for text in texts(adviser.suggest(conversation(f"customer: {message}")))
    )


def test_a_shop_has_a_name_in_each_language(adviser: Adviser, tmp_path: Path) -> None:
    """Who writes in English is greeted, and answered, in the name that the shop has in English; the others in its own."""
    shop = {"name": "山野小店", "names": {"en": "Hillside Store"}}
    settings = Settings.model_validate({"shop": shop, "staff": {"groups": [-100]}})
    named = Adviser(settings, adviser.playbook, adviser.replies, adviser.reader, adviser.shelf)
    stage = Stage(tmp_path, settings, named)
    english, chinese = stage.person(7, "Ms Lee", language="en"), stage.person(8, "林小姐")
    for somebody in (english, chinese):
        somebody.says("/start")
        somebody.says("/start")
    stage.store.close()

    assert len(stage.said_to(english)) == len(stage.said_to(chinese)) == 2
    assert all("Hillside Store" in text and "山野小店" not in text for text in stage.said_to(english))
    assert all("山野小店" in text for text in stage.said_to(chinese))
    for said, name in {"My parcel is 8 days late": "Hillside Store", "快递八天没到": "山野小店", "宅配八天沒到": "山野小店"}.items():
        assert named.situation(conversation(f"customer: {said}"))[2].known["shop"] == name


def test_a_name_in_an_unknown_language_is_a_problem() -> None:
    """A language that is misspelt would never be heard; the check names it."""
    problems = check_playbook(Settings.model_validate({"shop": {"names": {"english": "Hillside Store"}}}))

    assert ("shop.names", "bot.toml") in {(problem.where, str(problem.path)) for problem in problems}
