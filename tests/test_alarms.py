"""The early warning of rage: it waits for the customer's next message, since rage often passes."""

from __future__ import annotations

import json
from collections import Counter

from calmdesk.adviser import Adviser
from calmdesk.conversation import Conversation
from tests.conftest import ROOT
from tests.people import conversation


def warned(adviser: Adviser, turns: list[dict[str, str]]) -> tuple[bool, bool]:
    """Say whether the conversation held rage at all, and whether a supervisor was warned of it by its end."""
    raged = told = False
    for number, turn in enumerate(turns, 1):
        if turn["role"] == "customer":
            advice = adviser.suggest(Conversation.model_validate({"turns": turns[:number]}))
            raged |= advice.reading.intensity == 4
            told |= "boiling" in advice.alerts
    return raged, told


def test_who_stays_beside_themselves_is_told_of_and_who_calms_down_is_not(adviser: Adviser) -> None:
    """Of sixty conversations (tests/rage.jsonl) nearly all in which the rage goes on warn the supervisor, and nearly no others."""
    rows = [json.loads(line) for line in (ROOT / "tests" / "rage.jsonl").read_text("utf-8").splitlines()]
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows:
        raged, told = warned(adviser, row["turns"])
        counts["stays" if row["stays"] else "passes", "raged"] += raged
        counts["stays" if row["stays"] else "passes", "told"] += told

    assert counts["stays", "told"] >= 18
    assert counts["passes", "told"] <= 2
    assert counts["passes", "raged"] >= 10, "so many were false alarms if the warning didn't wait"


def test_what_concerns_safety_authorities_threats_money_and_media_never_waits(adviser: Adviser) -> None:
    """However hot the message: such an alarm is raised by the very first."""
    for text, alert in (
        ("你们的热水壶炸了！！我儿子烫伤了！！气死我了！！", "safety"),
        ("你们这群骗子！！我不想活了！！", "self_harm"),
        ("垃圾！！我现在就打12315投诉你们！！", "authority"),
        ("骗子！！信不信我带人砸了你的店！！", "threat"),
        ("给我转五百块，不然我天天给你们刷差评！！", "extortion"),
        ("垃圾店！！我已经联系记者了，等着上电视曝光吧！！", "media"),
    ):
        assert alert in adviser.suggest(conversation(f"customer: {text}")).alerts, text
