"""Bad input gets a clear result, and costs nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from calmdesk.adviser import Adviser
from calmdesk.cli.main import main
from tests.conftest import ROOT
from tests.people import conversation, texts
from tests.test_contract import run

GOOD = {"id": "good", "text": "快递还没到"}


@pytest.mark.parametrize(
    ("line", "id_", "message"),
    [
        ('{"id": "x", "text": ', None, "not valid JSON"),
        ("[1, 2]", None, "must be a JSON object"),
        ("hello", None, "not valid JSON"),
        ("[" * 100_000, None, "not valid JSON"),
        ({"id": "x"}, "x", "turns: is missing"),
        ({"id": "x", "text": 5.5}, "x", "turns.0.text"),
        ({"id": "x", "text": None}, "x", "turns: is missing"),
        ({"id": "x", "turns": []}, "x", "at least one turn of the customer's"),
        ({"id": "x", "turns": [{"role": "agent", "text": "hi"}]}, "x", "at least one turn of the customer's"),
        ({"id": "x", "turns": [{"role": "boss", "text": "hi"}]}, "x", "turns.0.role"),
        ({"id": "x", "turns": [{"role": "customer"}]}, "x", "turns.0.text: is missing"),
        ({"id": "x", "turns": [{"role": "customer", "text": "hi", "at": "yesterday"}]}, "x", "turns.0.at"),
        ({"id": {"a": 1}, "turns": "none"}, {"a": 1}, "turns"),
    ],
)
def test_a_faulty_line_is_answered_in_its_place(line: object, id_: object, message: str) -> None:
    """The fault is told with the line's number and, where it could be read, its id; the lines around it are answered; exit code 1."""
    answers, code = run("suggest", GOOD, line, GOOD)

    assert code == 1
    assert [answer["id"] for answer in answers] == ["good", id_, "good"]
    assert answers[1]["line"] == 2
    assert message in answers[1]["error"]
    assert set(answers[1]) == {"id", "line", "error"}
    assert answers[0] == answers[2]


@pytest.mark.parametrize("verb", ["read", "suggest"])
def test_nothing_but_faulty_lines_is_answered_too(verb: str) -> None:
    """Where no line can be read, each is told what is wrong with it."""
    answers, code = run(verb, "{", "[]")

    assert code == 1
    assert [answer["line"] for answer in answers] == [1, 2]


def test_a_line_is_answered_before_the_next_one_comes() -> None:
    """A program that writes a message, waits for its reading and then writes the next one isn't left waiting."""
    command = [sys.executable, "-m", "calmdesk", "read"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT) as process:
        assert process.stdin
        assert process.stdout
        for number in (1, 2):
            process.stdin.write(json.dumps({"id": number, "text": "快递八天了还没到"}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "😡😡😡", "……！！！", "\u200b\u200d", "\x00\x01\x02\x1b[31m", "12345", "。"])
@pytest.mark.parametrize("verb", ["read", "suggest"])
def test_a_message_without_words_claims_nothing(verb: str, text: str) -> None:
    """Nothing is complained of where nothing is said, and there still is something to answer with."""
    (answer,), code = run(verb, {"id": 1, "text": text})

    assert code == 0
    reading = answer if verb == "read" else answer["reading"]
    assert reading["types"] == []
    assert reading["points"] == []
    assert verb == "read" or answer["suggestions"]


@pytest.mark.parametrize(
    "text", ["快递还没到，" * 33_334, "a" * 200_000, "我要退款" * 50_000, "没" * 200_000, "😡" * 200_000, "( " * 100_000, "1" * 200_000]
)
def test_a_message_of_200_000_characters_is_answered(adviser: Adviser, text: str) -> None:
    """Length alone breaks nothing, and no reply grows with it."""
    advice = adviser.suggest(conversation(f"customer: {text}"))

    assert advice.suggestions
    assert all(len(reply) < 400 for reply in texts(advice))


@pytest.mark.parametrize("said", ["退我{}元", "等了{}天还没到", "打了{}次电话没人接"])
def test_a_figure_without_end_is_no_fact(adviser: Adviser, said: str) -> None:
    """Where a key was held down nothing is counted; a figure that is only large is."""
    endless, large = (adviser.read(conversation(f"customer: {said.format('9' * length)}")).facts for length in (400, 8))

    assert (endless.amount, endless.days, endless.times) == (None, None, None)
    assert large.amount or large.days or large.times


@pytest.mark.parametrize(
    "attack",
    [
        "{{ 7 * 7 }}",
        "{% for x in range(9) %}x{% endfor %}",
        "{{ self.__class__ }}",
        "<script>alert(1)</script>",
        "<b>坏了</b> & 'x'",
        "${jndi:ldap://x}",
        "〔eta〕",
        "%s%n",
        "\\u0000",
    ],
)
def test_a_message_is_never_taken_for_a_template(adviser: Adviser, attack: str) -> None:
    """Template syntax, HTML and our own blanks inside a message stay what they are: text that is neither run nor taken for a hole of ours."""
    text = f"收到的杯子坏了，写着{attack}，客服也不理我，我要退款"

    advice = adviser.suggest(conversation(f"customer: {text}", customer={"name": attack}))

    assert "defect" in advice.reading.types or "service" in advice.reading.types
    for suggestion in advice.suggestions:
        assert "49" not in suggestion.text
        assert "xxxxxxxxx" not in suggestion.text
        template = (ROOT / "templates" / "replies" / f"{suggestion.template}.j2").read_text("utf-8")
        assert all(f"〔{blank}〕" in template for blank in suggestion.blanks), "a blank that the customer wrote"


def test_a_lone_surrogate_is_answered() -> None:
    """JSON can carry half a character; it is answered like any other."""
    answers, code = run("suggest", '{"id": 1, "text": "东西坏了\\ud83d"}', '{"text": "东西坏了\\ud83d"}')

    assert code == 0
    assert all("defect" in answer["reading"]["types"] for answer in answers)
    assert len(answers) == 2


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    """No traceback: one line that names the file."""
    result = CliRunner().invoke(main, ["read", str(tmp_path / "nowhere.jsonl"), "--config", str(ROOT / "bot.toml")])

    assert result.exit_code == 1
    assert "nowhere.jsonl: can't be read" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[shop\n", "isn't valid TOML"),
        ("[shop]\nnaem = 'x'", "shop.naem: unknown key"),
        ("[policy]\nreturn_days = -1\nlarge_sum = 0", "policy.return_days"),
        ("[templates]\nfolders = 'nowhere'", "no such folder"),
        ("[desk]\nlanguage = 'zh'", "unknown language 'zh'"),
    ],
)
def test_faulty_settings_are_one_line(tmp_path: Path, text: str, message: str) -> None:
    """A fault in bot.toml is named with its key, and what is wrong."""
    config = tmp_path / "bot.toml"
    config.write_text(text, "utf-8")

    result = CliRunner().invoke(main, ["read", "--config", str(config)], input="{}")

    assert result.exit_code == 1
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_faulty_gold_names_its_line(tmp_path: Path) -> None:
    """`evaluate` says which line of the gold file isn't labelled as it should be."""
    gold = tmp_path / "gold.jsonl"
    gold.write_text(
        '{"text": "ok", "nature": "none", "intensity": 0, "temperament": "unclear"}\n{"text": "ok", "nature": "none", "intensity": 9}\n',
        "utf-8",
    )

    result = CliRunner().invoke(main, ["evaluate", str(gold), "--config", str(ROOT / "bot.toml")])

    assert result.exit_code == 1
    assert "line 2: intensity" in result.stderr
