"""What the classifier goes by, what it learns from, and what it is sure of."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from calmdesk.adviser import Adviser
from calmdesk.cli.learning import Source, sources
from calmdesk.cli.main import main
from calmdesk.evaluation import compare
from calmdesk.reading.calibration import mixed, shares_of, thresholds_of
from calmdesk.reading.features import Sight
from calmdesk.reading.keys import KeyTable, word_keys
from calmdesk.reading.labelled import LabelledMessage, LabelTableError, joined, labels_by_id
from calmdesk.reading.meanings import Meanings, Said, shipped_meanings
from calmdesk.reading.network import LONGEST, Network, class_rows
from calmdesk.text.fold import fold
from tests.conftest import ROOT
from tests.people import conversation

TABLE = [
    "# types: L=logistics D=defect",
    "# nature: v=valid n=none",
    "# temperament: c=choleric u=unclear",
    "# traits: x=terse",
    "# needs: m=remedy",
    "# risks: c=churn",
    "a1\tLD\tv3c\t-\tm\tc\t0,6",
    "a2\t-\tn0u\tx\t-\t-\t?",
]


def sight(*texts: str) -> Sight:
    """Return what the models see of *texts*, in which no cue fires."""
    return Sight.of_texts([fold(text).text for text in texts], [()] * len(texts), shipped_meanings())


def seen(text: str) -> set[int]:
    """Return the keys of the features that stand in *text*."""
    return set(sight(text).runs().keys.tolist())


@pytest.mark.parametrize("text", ["箱子碎了", "箱子碎了喔", "the box is broken"])
def test_words_of_one_meaning_are_the_same_in_every_language(text: str) -> None:
    """A broken parcel is a broken parcel, said in Chinese or English: parcel, broken and both together."""
    assert len(seen(text) & seen("紙箱…破了") & seen("boxes smashed")) == 3


def test_a_negator_turns_round_what_the_next_words_mean_and_no_more() -> None:
    """What is negated is another feature; the next clause isn't touched."""
    negated = seen("没有碎") & seen("没有破")

    assert len(negated - seen("没有") - seen("碎")) == 2  # not broken, and "not" beside "broken"
    assert not negated & seen("没有,碎了") - seen("没有") - seen("碎")


def test_a_message_is_seen_alike_alone_and_among_others() -> None:
    """What stands in one message has nothing to do with its neighbours, and places are told from where all begin."""
    texts = ["快递8天没到", "", "The parcel wasn't there, 3.5 stars!", "碎", "don't"]
    together, offsets = sight(*texts).runs(), sight(*texts).offsets

    for number, text in enumerate(texts):
        alone, inside = sight(text).runs(), together.of == number
        found = zip(together.keys[inside], together.starts[inside] - offsets[number], together.ends[inside] - offsets[number], strict=True)
        assert sorted(found) == sorted(zip(alone.keys, alone.starts - 1, alone.ends - 1, strict=True)), text


def test_words_numbers_and_signs_are_units() -> None:
    """A Latin word with its apostrophe is one unit, a number with its point too and all numbers alike, any other sign stands alone."""
    units = sight("I don't 付 3.50 或12, ok").units

    assert len(units.keys) - 2 == len(["i", "don't", "付", "3.50", "或", "12", ",", "ok"])
    assert units.keys[4] == units.keys[6] == sight("7").units.keys[1]
    assert units.spelt[4] != units.spelt[6]


def test_the_longest_word_stands_and_an_expression_beside_its_words() -> None:
    """Of words the longest counts, from left to right; an expression is found though words stand in it, in any language."""
    meanings = Meanings.of({"broken": ["碎", "smashed"], "dispatch": ["发货"], "not": ["没"]}, {"not_sent": ["没发货", "not sent"]})
    texts = ["一直没发货,碎碎", "it was not sent, smashedx"]
    said = Sight.of_texts(texts, [(), ()], meanings).meant

    def names(found: Said) -> list[str]:
        return [meanings.classes[number - 1] for number in found.classes[:, 0].tolist()]

    assert names(said.words) == ["not", "dispatch", "broken", "broken"]
    assert names(said.expressions) == ["not_sent", "not_sent"]
    assert Sight.of_texts(["碎"], [()], meanings).meant.words.starts.tolist() == [1], "nothing begins before its text"


def test_labels_without_texts_are_joined_by_id() -> None:
    """A text gets the labels of its id; one without labels is left out."""
    texts = [{"id": "a1", "lang": "zh-Hans", "text": "等了八天，箱子还破了"}, {"id": "b", "text": "?"}, {"id": "a2", "text": "ok"}]

    found = list(joined(texts, labels_by_id(TABLE)))

    assert [message.id for message in found] == ["a1", "a2"]
    assert found[0].types == ("logistics", "defect")
    assert (found[0].nature, found[0].intensity, found[0].temperament) == ("valid", 3, "choleric")
    assert (found[0].needs, found[0].risks, found[0].pointed) == (("remedy",), ("churn",), (0, 6))
    assert found[1].traits == ("terse",)
    assert found[1].pointed is None


@pytest.mark.parametrize("line", ["a3\tQ\tv3c\t-\t-\t-\t-", "a3\tL", "a3\tL\tv3\t-\t-\t-\t-", "a3\tL\tv3c\t-\t-\t-\there"])
def test_a_table_that_cannot_be_read_names_its_line(line: str, tmp_path: Path) -> None:
    """A letter without a label, a missing column, a place that is no number: the line is said, and no weights are written."""
    with pytest.raises(LabelTableError, match="line 9"):
        labels_by_id([*TABLE, line])

    (tmp_path / "labels.tsv").write_text("\n".join([*TABLE, line]), "utf-8")
    (tmp_path / "texts.jsonl").write_text('{"id": "a1", "text": "ok"}\n', "utf-8")
    arguments = ["train", "--labels", str(tmp_path / "labels.tsv"), str(tmp_path / "texts.jsonl"), "--out", str(tmp_path / "w.npz")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert "line 9" in result.stderr
    assert not (tmp_path / "w.npz").exists()


def test_the_shipped_table_can_be_read() -> None:
    """Every line of training/labels.tsv has labels that the playbook knows, and no text."""
    found = labels_by_id((ROOT / "training" / "labels.tsv").read_text("utf-8").splitlines())

    assert len(found) >= 25_000
    assert {path.stem for path in (ROOT / "templates" / "complaints").glob("*.toml")} >= {
        label for labels in found.values() for label in labels["types"]
    }


def test_what_judges_is_never_learnt_from() -> None:
    """Every fifth message judges; together they are all there are."""
    messages = [LabelledMessage(id=number, text="?", nature="none", intensity=0, temperament="unclear") for number in range(12)]
    source = Source("some", messages, judges=5)

    assert [message.id for message in source.judging()] == [4, 9]
    assert sorted([*source.judging(), *source.teaching()], key=lambda message: int(message.id)) == messages


def test_our_own_messages_judge_only_where_there_are_no_real_ones(tmp_path: Path) -> None:
    """Real messages decide from when on a label is claimed."""
    own, real = ROOT / "src/calmdesk/data/messages/brief.jsonl", tmp_path / "real.jsonl"
    real.write_text(own.read_text("utf-8"), "utf-8")

    assert [bool(source.judging()) for source in sources([own], [], [])] == [True]
    assert [bool(source.judging()) for source in sources([own], [real], [])] == [False, True]


def test_labels_of_a_table_judge_only_where_there_are_no_more_trusted_ones(tmp_path: Path) -> None:
    """From when on a label is claimed is for the careful reader to say; a table's marks of points judge points."""
    own, real, texts, table = (tmp_path / name for name in ("own.jsonl", "real.jsonl", "texts.jsonl", "labels.tsv"))
    row = {"text": "?", "nature": "none", "intensity": 0, "temperament": "unclear"}
    for path in (own, real, texts):
        path.write_text("".join(json.dumps({"id": f"u{number}", **row}) + "\n" for number in range(60)), "utf-8")
    legends = ["types: L=logistics", "nature: n=none", "temperament: u=unclear", "traits: x=terse", "needs: v=vent", "risks: a=abuse"]
    table.write_text(
        "".join(f"# {legend}\n" for legend in legends) + "".join(f"u{number}\t-\tn0u\t-\t-\t-\t-\n" for number in range(60)), "utf-8"
    )

    *_, of_table = sources([own], [real], [(table, texts)])
    assert of_table.judging()
    assert not of_table.trusted
    *_, of_table = sources([own], [], [(table, texts)])
    assert of_table.trusted


def order_network() -> Network:
    """Return a network with one output, that says yes where b stands right behind a."""
    vectors = np.array([[0, 0], [0, 0], [1, 0], [0, 1]], dtype=np.float32)
    layer = np.zeros((6, 1), dtype=np.float32)
    layer[0, 0] = layer[3, 0] = 1.0  # the first of the unit before, the second of the unit itself
    bias = np.array([-1.0], dtype=np.float32)
    out = np.array([[4.0, 0.0], [0.0, 0.0]], dtype=np.float32)
    said = np.append(bias, np.float32(0))
    units = KeyTable(word_keys(["a", "b"], 1))
    no_marks = np.zeros((1, 2), dtype=np.float32)
    return Network(
        units, {}, class_rows({}, shipped_meanings()), vectors, no_marks, ((layer, bias),), out, said, np.zeros((1, 2), dtype=np.float32)
    )


@pytest.mark.parametrize(("text", "said"), [("a b", True), ("b a", False), ("c a b c", True), ("a c b", False), ("", False)])
def test_the_network_sees_the_order_of_words(text: str, *, said: bool) -> None:
    """The same words in another order are another message."""
    assert (order_network().look(sight(text))[0][0, 0] > 0) is np.bool_(said)


def test_the_network_sees_beginning_and_end_of_a_long_message() -> None:
    """Of a message of any length what stands first and last counts, at a bounded cost."""
    between = "c " * 4 * LONGEST

    at_the_end, in_the_middle = order_network().look(sight(between + "a b", between + "a b " + between))[0][:, 0]
    assert at_the_end > 0 > in_the_middle


def test_the_better_model_gets_the_larger_share_and_alarms_are_raised_early() -> None:
    """A model that knows counts more than one that guesses; an alarm's threshold is lower than another label's of the same scores."""
    chance = np.random.default_rng(0)
    true = chance.random(600) < 0.2
    knows = (np.where(true, 1.0, -1.0) + chance.normal(size=600))[:, None].astype(np.float32)
    guesses = chance.normal(size=(600, 1)).astype(np.float32)

    shares = shares_of(["risks.safety"], (knows, guesses), {"risks.safety": true})
    likely = mixed((knows, guesses), shares)

    assert shares[0, 0] > 3 * shares[1, 0]
    assert abs(float(likely.mean()) - 0.2) < 0.02, "scores are probabilities"
    assert thresholds_of({"risks.safety": true}, likely)["risks.safety"] < thresholds_of({"risks.churn": true}, likely)["risks.churn"]


def test_evaluation_tells_how_far_scores_can_be_trusted(adviser: Adviser) -> None:
    """A clear complaint is read as one and surely; gibberish isn't claimed to be sure; both show in the figures."""
    clear = LabelledMessage(text="快递都八天了还没到", types=("logistics",), nature="valid", intensity=2, temperament="unclear")
    reading = adviser.read(conversation("customer: " + clear.text))

    figures = compare([(clear, reading)], adviser.reader.glancer.labels)

    assert "types" not in reading.unsure
    assert figures.doubt["types"].rate == 0
    assert figures.doubt["types"].right_when_sure == 1
    assert figures.calibration_error["types"] < 0.1
