"""`calmdesk train --corrections`: a shop's own corrections in its weights, refused where the reading got worse."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from calmdesk.adviser import Adviser, shipped_weights
from calmdesk.cli.main import main
from calmdesk.config import Settings, load_settings
from calmdesk.conversation import Conversation
from calmdesk.reading.classifier import VERSION, Classifier
from calmdesk.reading.shop import Agreement, Correction, Verdict, fold_in, judged, judges, merged

THINGS = ["茶壶", "盖碗", "公道杯", "品茗杯", "花瓶", "茶盘", "汤碗", "酒杯", "香炉", "笔洗"]
SAID = ["刚收到的{}就惊釉了", "{}用了两天，整个惊釉", "你们家{}怎么惊釉啊", "打开一看{}惊釉了，怎么办", "这个{}底下惊釉一大片"]
"""A pottery: 惊釉, a crackled glaze, is a defect there, and nobody else says it."""
CRACKLED = [said.format(thing) for thing, said in itertools.product(THINGS, SAID)]
UNSEEN = "昨天到的茶洗，里面惊釉了"
CALM = ["好的谢谢", "什么时候发货呀", "这个有几种颜色", "收到了，很喜欢"]


def jsonl(path: Path, lines: Iterable[dict[str, Any]]) -> Path:
    """Write *lines* to *path*."""
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return path


def train(*arguments: str | Path) -> Result:
    """Run `calmdesk train` with *arguments*."""
    return CliRunner().invoke(main, ["train", *map(str, arguments)])


def types(adviser: Adviser, text: str) -> tuple[str, ...]:
    """Return what a message complains of."""
    return adviser.read(Conversation.of(text)).types


@pytest.fixture(scope="module")
def corrections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a pottery's corrections: of fifty messages the type and the heat."""
    folder = tmp_path_factory.mktemp("pottery")
    return jsonl(folder / "corrections.jsonl", ({"text": text, "types": ["defect"], "intensity": 2} for text in CRACKLED))


@pytest.fixture(scope="module")
def learnt(corrections: Path) -> tuple[Path, Result]:
    """Return the pottery's weights, beside its bot.toml, and what was said on the way."""
    (corrections.parent / "bot.toml").write_text('[reading]\nweights = "shop-weights.npz"\n', "utf-8")
    result = train("--corrections", corrections, "--config", corrections.parent / "bot.toml")
    return corrections.parent / "shop-weights.npz", result


def test_a_word_of_the_trade_is_learnt_and_the_figures_are_shown(learnt: tuple[Path, Result]) -> None:
    """What nobody else calls a defect is one now; the table has held-out corrections and our own messages, before and after."""
    path, result = learnt

    assert result.exit_code == 0, result.output
    assert path.exists()
    rows = {
        line.split(",")[0]: line.split()[-4:]
        for line in result.stdout.splitlines()
        if line.startswith(("types,", "intensity,", "temperament,"))
    }
    assert float(rows["types"][0]) < 0.2
    assert float(rows["types"][1]) > 0.9
    assert float(rows["intensity"][1]) < 0.5 < float(rows["intensity"][0]), "steps off: less is better"
    assert rows["temperament"][:2] == ["–", "–"], "nothing was said of it"
    assert rows["temperament"][2] == rows["temperament"][3]
    assert '[reading] weights = "shop-weights.npz"' in result.stdout


def test_it_takes_effect_with_bot_toml(learnt: tuple[Path, Result], adviser: Adviser) -> None:
    """A message that nobody corrected is read as the shop means it by the weights that bot.toml names, from the file's own folder."""
    own = Adviser.open(load_settings(learnt[0].parent / "bot.toml"))

    assert types(adviser, UNSEEN) == ()
    assert types(own, UNSEEN) == ("defect",)
    assert own.reader.glancer.classifier.trained_on["corrections"] == sum(not judges(text) for text in CRACKLED)


def test_other_messages_are_read_as_they_were(learnt: tuple[Path, Result], adviser: Adviser) -> None:
    """Of our own messages at most one in fifty is read otherwise; ordinary ones, and their scores of what nobody corrected, not at all."""
    own = Adviser.open(load_settings(learnt[0].parent / "bot.toml"))
    line = next(line for line in learnt[1].stdout.splitlines() if line.startswith("Of our own messages"))
    header = learnt[1].stdout.splitlines()[0]

    assert 0 < int(line.split()[4]) <= int(header.split()[4]) / 50
    for text in (*CALM, *CRACKLED[:5]):
        before, after = (one.read(Conversation.of(text)) for one in (adviser, own))
        for dimension in ("temperament", "traits", "needs", "risks"):
            assert before.scores[dimension] == after.scores[dimension], text
    assert [types(own, text) for text in CALM] == [types(adviser, text) for text in CALM]


def test_what_nobody_corrected_stays_to_the_bit(learnt: tuple[Path, Result]) -> None:
    """The network, the thresholds and the columns of all other labels are those of the shipped weights."""
    before, after = Classifier.load(shipped_weights()), Classifier.load(learnt[0])
    known = np.isin(after.linear.table.keys, before.linear.table.keys)
    spoken = [output.startswith(("types.", "nature.", "intensity>")) for output in before.outputs]
    silent = [column for column, touched in enumerate([*spoken, False]) if not touched]

    assert (before.linear.weights[:, silent] == after.linear.weights[known][:, silent]).all()
    assert not after.linear.weights[~known][:, silent].any()
    assert (before.linear.weights != after.linear.weights[known]).any()
    assert (before.linear.scale == after.linear.scale).all()
    assert before.thresholds == after.thresholds
    assert (before.network.unit_vectors == after.network.unit_vectors).all()


@pytest.mark.long
def test_the_same_corrections_give_the_same_file(learnt: tuple[Path, Result], corrections: Path, tmp_path: Path) -> None:
    """In whatever order they stand, the weights' file is the same to the byte."""
    turned = tmp_path / "turned.jsonl"
    turned.write_text("\n".join(reversed(corrections.read_text("utf-8").splitlines())), "utf-8")

    assert train("--corrections", turned, "-o", tmp_path / "again.npz").exit_code == 0
    assert (tmp_path / "again.npz").read_bytes() == learnt[0].read_bytes()


@pytest.mark.parametrize(
    "other", [pytest.param([], id="no complaint"), pytest.param(["service"], id="another type", marks=pytest.mark.long)]
)
def test_corrections_that_contradict_each_other_are_refused(other: list[str], tmp_path: Path) -> None:
    """Every second one says something else of the same: one line says so, and nothing is written."""
    file = jsonl(
        tmp_path / "torn.jsonl", ({"text": text, "types": other if number % 2 else ["defect"]} for number, text in enumerate(CRACKLED))
    )

    result = train("--corrections", file, "-o", tmp_path / "torn.npz")

    assert result.exit_code == 1
    assert "do they contradict each other?" in result.stderr.splitlines()[-1]
    assert "nothing was written" in result.stderr.splitlines()[-1]
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([{"text": text, "types": ["defect"]} for text in CRACKLED[:9]], "9 different corrections, of which"),
        ([{"text": CRACKLED[0] + "!" * number, "types": ["defect"]} for number in range(40)], "1 different corrections, of which"),
        ([{"text": "惊釉了", "intensity": 9}], "line 1: intensity"),
        ([{"types": ["defect"]}], "line 1: text"),
    ],
    ids=["too few", "always the same", "no such intensity", "no text"],
)
def test_what_cant_be_judged_is_refused(lines: list[dict[str, Any]], said: str, tmp_path: Path) -> None:
    """Too few corrections, with their number, or a line that isn't one: refused before anything is learnt."""
    file = jsonl(tmp_path / "few.jsonl", lines)

    result = train("--corrections", file, "-o", tmp_path / "few.npz")

    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == [file]


def test_the_shipped_weights_are_never_overwritten(corrections: Path) -> None:
    """They are what every shop starts from; and there is nothing to mix corrections with from elsewhere."""
    before = shipped_weights().stat()

    assert "name another file" in train("--corrections", corrections, "-o", shipped_weights()).stderr
    assert "doesn't go with --with" in train("--corrections", corrections, "--with", corrections).stderr
    assert shipped_weights().stat() == before


def test_the_newest_of_the_same_words_counts_and_judges_are_told_by_the_words() -> None:
    """Case and signs make no other message; what was said of other dimensions before stays."""
    said = merged(
        [
            Correction(text="到货惊釉了", types=("service",), intensity=3),
            Correction(text="到貨惊釉了！！", types=("defect",)),
            Correction(text="…"),
        ]
    )

    assert said == [("到貨惊釉了！！", {"types": ("defect",), "intensity": 3})]
    assert judges("到货惊釉了") == judges("到貨惊釉了！！")
    assert 0.15 < sum(map(judges, CRACKLED)) / len(CRACKLED) < 0.4


def test_only_what_the_agents_spoke_of_is_said() -> None:
    """A line that also has what was merely read names what was corrected."""
    line = Correction(text="到货惊釉了", types=("defect",), intensity=1, temperament="choleric", corrected=("types",))

    assert line.said == {"types": ("defect",)}
    assert Correction(text="到货惊釉了", intensity=1).said == {"intensity": 1}


def test_corrections_that_are_read_so_already_change_nothing(adviser: Adviser) -> None:
    """Where the reading and the agents agree, the weights stay the shipped ones, and that is no gain."""
    said = [(text, {"types": types(adviser, text)}) for text in CRACKLED]

    became = fold_in(adviser.reader, said[:30], [])

    assert became is adviser.reader.glancer.classifier
    assert "read no better" in str(judged(adviser.reader, became, said[30:], []).refusal)


BEFORE = Agreement(1000, 0.8, 0.4, 0.75)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (Agreement(1000, 0.785, 0.4, 0.75), "worse in types on"),
        (Agreement(1000, 0.8, 0.42, 0.7), "worse in intensity and temperament on"),
        (Agreement(1000, 0.792, 0.408, 0.742), None),
    ],
)
def test_worse_on_our_own_messages_is_refused(own: Agreement, said: str | None) -> None:
    """A hundredth is let pass, more isn't, however much the corrections gained."""
    few = Agreement(10, 0.2, 1.0, 0.5), Agreement(10, 0.9, 0.2, 0.5)

    refusal = Verdict(corrections=few, own=(BEFORE, own), nearer=9, astray=0, changed=1).refusal

    assert refusal is None if said is None else said in str(refusal)


def test_where_few_judge_one_message_is_let_pass() -> None:
    """Of ten held-out corrections one may go wrong where others gained; two may not."""
    before = Agreement(10, 0.2, 1.0, 0.9)

    assert Agreement(10, 0.9, 0.1, 0.8).worse_than(before) == []
    assert Agreement(10, 0.9, 0.1, 0.7).worse_than(before) == ["temperament"]


def another_version(path: Path) -> None:
    """Write weights of another version to *path*."""
    with np.load(shipped_weights()) as stored:
        parts = dict(stored)
    about = {**json.loads(bytes(parts["about"])), "version": VERSION + 1}
    np.savez(path, allow_pickle=False, **{**parts, "about": np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)})


WRONG: list[tuple[str, Callable[[Path], object], str]] = [
    ("missing", lambda _path: None, "can't be read: No such file or directory"),
    ("a text", lambda path: path.write_text("hello", "utf-8"), "aren't calmdesk's weights"),
    ("empty", lambda path: path.touch(), "aren't calmdesk's weights"),
    ("cut off", lambda path: path.write_bytes(shipped_weights().read_bytes()[:9000]), "aren't calmdesk's weights"),
    ("other arrays", lambda path: np.savez(path, some=np.zeros(3)), "these weights are damaged"),
    ("a folder", lambda path: path.mkdir(), "can't be read"),
    ("another version", another_version, "another version of calmdesk"),
]


@pytest.mark.parametrize(("write", "said"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_weights_that_cant_be_used_are_one_line(write: Callable[[Path], object], said: str, tmp_path: Path) -> None:
    """Reading ends with one helpful line that names the file."""
    config = tmp_path / "bot.toml"
    config.write_text('[reading]\nweights = "mine.npz"\n', "utf-8")
    write(tmp_path / "mine.npz")

    read = CliRunner().invoke(main, ["read", "--config", str(config)], input='{"text": "ok"}')

    assert read.exit_code == 1
    assert len(read.stderr.splitlines()) == 1
    assert said in read.stderr
    assert str(tmp_path / "mine.npz") in read.stderr


def test_the_settings_check_tells_of_weights_that_cant_be_used(tmp_path: Path) -> None:
    """`calmdesk config check` has the same words among its findings, with the key that names the file."""
    config = tmp_path / "bot.toml"
    config.write_text('[reading]\nweights = "mine.npz"\n[staff]\nadmins = [1]\n', "utf-8")
    another_version(tmp_path / "mine.npz")

    check = CliRunner().invoke(main, ["config", "check", "--config", str(config)], env={"CALMDESK_TOKEN": ""})

    assert check.exit_code == 1
    assert "another version of calmdesk" in check.stdout
    assert str(tmp_path / "mine.npz") in check.stdout
    assert "reading.weights" in check.stdout


def test_without_the_line_the_shipped_weights_are_used() -> None:
    """A bot.toml that says nothing of weights reads as before; an empty name is a mistake."""
    assert Settings().reading.weights is None
    with pytest.raises(ValueError, match="weights"):
        Settings.model_validate({"reading": {"weights": ""}})
