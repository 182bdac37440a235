"""The JSON of `calmdesk read` and `calmdesk suggest`, as outside programs rely on it (CONTRACT)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from calmdesk.adviser import Adviser
from calmdesk.cli.main import main
from calmdesk.conversation import Conversation
from tests.conftest import ROOT

READING = {
    "id": object, "lang": str, "types": list, "nature": str, "intensity": int, "temperament": str, "traits": list, "needs": list,
    "risks": list, "points": list, "level": int, "product": object, "facts": dict, "heat": list, "scores": dict, "evidence": list,
}  # fmt: skip
FACTS = {"order_number", "courier", "amount", "days", "customer_name"}
LATE = {"id": "a1", "text": "快递都八天了还没到,你们管不管?"}


def run(verb: str, *lines: Any) -> tuple[list[dict[str, Any]], int]:
    """Return the JSON lines and the exit code of a verb fed with *lines* on standard input."""
    text = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines) + "\n"
    result = CliRunner().invoke(main, [verb, "--config", str(ROOT / "bot.toml")], input=text.encode("utf-8", "surrogatepass"))
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return [json.loads(line) for line in result.stdout.splitlines()], result.exit_code


def test_a_reading_has_every_field_of_the_contract() -> None:
    """One message gives one line with all fields, each of its kind."""
    (reading,), code = run("read", LATE)

    assert code == 0
    assert reading["id"] == "a1"
    for name, kind in READING.items():
        assert isinstance(reading[name], kind), name
    assert set(reading["facts"]) >= FACTS
    assert reading["lang"] == "zh-Hans"
    assert reading["types"] == ["logistics"]
    assert reading["facts"]["days"] == 8
    assert reading["scores"]["types"]["logistics"] > 0.5
    assert set(reading["scores"]["temperament"]) == {"choleric", "sanguine", "phlegmatic", "melancholic", "unclear"}


@pytest.mark.parametrize(
    "text",
    [
        "快递都八天了还没到,你们管不管?",
        "😤😤ｑｕａｌｉｔｙ太差！！！！！！  箱子 破了 🧨",
        "貨到了可是少一個轉接頭，客服已讀不回兩天了😤",
        "Where's my PARCEL?? 8 days late 😡 — and nobody answers!!!",
        "👨‍👩‍👧‍👦全家都等着，东西　坏了",
    ],
)
def test_offsets_are_right_to_the_character(text: str) -> None:
    """What evidence quotes stands at its offsets in the message as given, emoji and full-width text included."""
    (reading,), _ = run("read", {"text": text})

    assert reading["evidence"]
    for piece in reading["evidence"]:
        assert piece["text"] == text[piece["start"] : piece["end"]] != ""


@pytest.mark.parametrize(
    "text",
    ["快递都八天了还没到,你们管不管?", "東西壞了，要退款，客服都不理人", "It broke after a day and nobody answers. I want a refund now!"],
)
def test_every_label_has_evidence(text: str) -> None:
    """Each label that is claimed has at least one stretch of the message behind it."""
    (reading,), _ = run("read", {"text": text})

    behind = {piece["label"] for piece in reading["evidence"]}
    for dimension in ("types", "traits", "needs", "risks"):
        for label in reading[dimension]:
            assert f"{dimension}.{label}" in behind
    assert f"nature.{reading['nature']}" in behind


def test_a_conversation_is_read_as_a_whole() -> None:
    """Heat has a step for each customer turn, and what the order and the customer's file say is taken up."""
    (reading,), code = run(
        "read",
        {
            "id": 7,
            "turns": [
                {"role": "customer", "text": "我的快递怎么还没到？", "at": "2026-11-01T09:00:00+08:00"},
                {"role": "agent", "text": "您好，我去查一下。", "techniques": ["acknowledge"]},
                {"role": "customer", "text": "都八天了！你们到底管不管！太过分了！！！", "mood": "?"},
            ],
            "customer": {"name": "韩", "gender": "male", "vip": True},
            "order": {"number": 20261103001, "product": "山药", "courier": "顺丰"},
            "extra": [1, 2],
        },
    )

    assert code == 0
    assert len(reading["heat"]) == 2
    assert reading["heat"][1] > reading["heat"][0]
    assert reading["intensity"] == reading["heat"][-1]
    assert reading["product"] == "food"
    assert reading["facts"]["courier"] == "顺丰"
    assert reading["facts"]["customer_name"] == "韩"
    assert reading["facts"]["order_number"] == "20261103001"
    assert reading["types"][0] == "logistics"


def test_suggestions_have_every_field_of_the_contract() -> None:
    """Up to three replies, each led by another technique, with their blanks named as they stand in the text."""
    (advice,), code = run("suggest", LATE)

    assert code == 0
    assert set(advice) >= {"id", "reading", "escalate", "alert", "suggestions", "checklist", "avoid"}
    assert advice["escalate"] is False
    assert advice["alert"] is None
    assert len(advice["suggestions"]) == 3
    assert len({suggestion["techniques"][0] for suggestion in advice["suggestions"]}) == 3
    for suggestion in advice["suggestions"]:
        assert set(suggestion) >= {"techniques", "template", "text", "blanks", "why"}
        assert suggestion["template"].startswith(f"zh-Hans/{suggestion['techniques'][0]}/")
        assert 1 <= len(suggestion["techniques"]) <= 3
        assert suggestion["why"]
        for blank in suggestion["blanks"]:
            assert f"〔{blank}〕" in suggestion["text"]
    assert any("快递单号" in line for line in advice["checklist"])
    assert advice["avoid"]


@pytest.mark.parametrize(("text", "lang"), [("快递还没到", "zh-Hans"), ("宅配還沒到，氣死人", "zh-Hant"), ("My parcel never came!", "en")])
def test_the_reply_is_in_the_customers_language(text: str, lang: str) -> None:
    """Simplified for Simplified, Traditional for Traditional, English for English."""
    (advice,), _ = run("suggest", {"text": text})

    assert advice["reading"]["lang"] == lang
    assert all(suggestion["template"].startswith(f"{lang}/") for suggestion in advice["suggestions"])


def test_the_same_input_gives_the_same_output() -> None:
    """Nothing is left to chance."""
    assert run("suggest", LATE, {"text": "东西坏了"}) == run("suggest", LATE, {"text": "东西坏了"})


def test_a_file_is_read_as_standard_input_is(tmp_path: Path) -> None:
    """A file name instead of standard input gives the same lines; blank lines and a byte order mark don't matter."""
    file = tmp_path / "messages.jsonl"
    file.write_text("\ufeff" + json.dumps(LATE) + "\r\n\r\n" + json.dumps({"text": "ok"}) + "\r\n", "utf-8")

    result = CliRunner().invoke(main, ["read", str(file), "--config", str(ROOT / "bot.toml")])

    assert result.exit_code == 0
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a1", None]


def test_gold_is_measured(tmp_path: Path) -> None:
    """`calmdesk evaluate` prints the figures of each label, and all of them as JSON for programs."""
    gold = tmp_path / "gold.jsonl"
    rows = [
        {"id": 1, "text": "快递八天还没到", "types": ["logistics"], "nature": "valid", "intensity": 2, "temperament": "unclear", "points": ["快递八天还没到"]},
        {"id": 2, "text": "很好，谢谢", "types": [], "nature": "none", "intensity": 0, "temperament": "unclear", "points": []},
    ]  # fmt: skip
    gold.write_text("\n".join(json.dumps({"traits": [], "needs": [], "risks": [], **row}) for row in rows), "utf-8")

    text = CliRunner().invoke(main, ["evaluate", str(gold), "--config", str(ROOT / "bot.toml")])
    data = CliRunner().invoke(main, ["evaluate", str(gold), "--json", "--by-language", "--config", str(ROOT / "bot.toml")])

    assert text.exit_code == data.exit_code == 0
    assert "logistics" in text.stdout
    assert "quadratic kappa" in text.stdout
    figures = json.loads(data.stdout)
    assert figures["messages"] == 2
    assert figures["types"]["labels"]["logistics"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 1}
    assert {"kappa", "mean_absolute_error"} <= set(figures["intensity"])
    assert {"temperament_accuracy", "temperament_accuracy_without_unclear", "by_language", "points"} <= set(figures)


@pytest.mark.parametrize("every", [40, pytest.param(1, marks=pytest.mark.long)])
def test_every_message_of_our_own_gets_something_to_send(adviser: Adviser, every: int) -> None:
    """No message of the project's own 18,000 is left without a reply, and nearly all get three; a fortieth of them is tried each time."""
    folder = ROOT / "src" / "calmdesk" / "data" / "messages"
    texts = [json.loads(line)["text"] for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]

    offered = [len(adviser.suggest(Conversation.of(text)).suggestions) for text in texts[::every]]

    assert min(offered) >= 1
    assert sum(count == 3 for count in offered) / len(offered) > 0.98
