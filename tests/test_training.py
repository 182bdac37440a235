"""`calmdesk train`: weights from labelled messages, the same every time."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from calmdesk.adviser import Adviser
from calmdesk.cli.main import main
from calmdesk.reading.classifier import Classifier
from calmdesk.reading.labelled import LabelledMessage
from calmdesk.reading.scales import kappa
from calmdesk.reading.training import Judges, train
from tests.conftest import ROOT


def messages(count: int) -> list[LabelledMessage]:
    """Return some of the project's own messages."""
    lines = (ROOT / "src/calmdesk/data/messages/zh-Hans.jsonl").read_text("utf-8").splitlines()
    return [LabelledMessage.model_validate_json(line) for line in lines[:count]]


def trained(adviser: Adviser, count: int) -> Classifier:
    """Return a classifier that saw little."""
    playbook, found = adviser.playbook, messages(count)
    return train(
        found[5:],
        Judges(found[:5], found[:5]),
        playbook.lexicon,
        playbook.languages,
        adviser.reader.glancer.labels,
        {"some": count},
        lambda _line: None,
    )


def test_the_same_messages_give_the_same_file(adviser: Adviser, tmp_path: Path) -> None:
    """Trained twice, the weights' files are the same to the byte; read again, they claim what they claimed."""
    for name in ("one.npz", "two.npz"):
        trained(adviser, 60).save(tmp_path / name)

    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    again = Classifier.load(tmp_path / "one.npz")
    assert again.trained_on == {"some": 60}
    assert "types.logistics" in again.outputs


def test_a_message_without_labels_is_named(tmp_path: Path) -> None:
    """`train --with` says which line isn't labelled, and writes nothing."""
    more = tmp_path / "more.jsonl"
    more.write_text('{"text": "ok"}\n', "utf-8")

    result = CliRunner().invoke(main, ["train", "--with", str(more), "--out", str(tmp_path / "w.npz")])

    assert result.exit_code == 1
    assert "line 1" in result.stderr
    assert not (tmp_path / "w.npz").exists()


def test_a_complaint_type_of_ones_own_is_recognised_at_once(tmp_path: Path) -> None:
    """A new file in a folder of the shop's own is enough: recognised by its cues, listed, answered; no training needed."""
    folder = tmp_path / "mine" / "complaints"
    folder.mkdir(parents=True)
    (folder / "installation.toml").write_text(
        """
level = 2
[names]
zh-Hans = "安装服务"
zh-Hant = "安裝服務"
en = "Installation"
[cues.strong]
zh-Hans = ["安装师傅…没来"]
[[examples]]
text = "安装师傅到现在没来"
[checklist]
zh-Hans = ["查师傅的预约时间"]
zh-Hant = ["查師傅的預約時間"]
en = ["Look up the fitter's appointment"]
[avoid]
zh-Hans = ["别让客户自己联系师傅"]
zh-Hant = ["別讓客人自己聯絡師傅"]
en = ["Don't send them to the fitter"]
[[procedure]]
id = "ask"
text = { zh-Hans = "问师傅几点到", zh-Hant = "問師傅幾點到", en = "Ask the fitter when" }
""",
        "utf-8",
    )
    config = tmp_path / "bot.toml"
    config.write_text('[templates]\nfolders = ["mine"]\n', "utf-8")

    check = CliRunner().invoke(main, ["check", "--config", str(config)])
    advice = json.loads(CliRunner().invoke(main, ["suggest", "--config", str(config)], input='{"text": "约好的安装师傅一直没来"}').stdout)

    assert check.exit_code == 0, check.output
    assert "installation" in advice["reading"]["types"]
    assert "查师傅的预约时间" in advice["checklist"]
    assert advice["suggestions"]


def test_kappa_is_one_for_the_same_and_zero_for_chance() -> None:
    """The measure for intensity: 1 where both gradings are the same, about 0 where one is always the same."""
    assert kappa([0, 1, 2, 3, 4], [0, 1, 2, 3, 4], 5) == 1
    assert abs(kappa([0, 4, 0, 4], [2, 2, 2, 2], 5)) < 1e-9
    assert kappa([0, 4], [4, 0], 5) < 0
