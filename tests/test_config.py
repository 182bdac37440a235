"""`bot.toml`: what is off is never promised."""

from __future__ import annotations

from pathlib import Path

from calmdesk.adviser import Adviser
from calmdesk.config import Settings, load_settings
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
