"""`calmdesk check` names every fault of a playbook by file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from calmdesk.check import check_playbook, check_shelf
from calmdesk.config import Settings, load_settings
from calmdesk.shelf import Problem, Shelf
from tests.conftest import ROOT
from tests.small import SMALL, write


def problems_of(folder: Path) -> list[Problem]:
    """Return what the check says of the playbook in *folder*."""
    return check_shelf(Shelf.open([folder]), Settings())


def changed(key: str, old: str, new: str) -> dict[str, str | None]:
    """Return the file *key* of the small playbook with *old* replaced."""
    assert old in SMALL[key]
    return {key: SMALL[key].replace(old, new)}


DEFECT, ASK, ONE = "complaints/defect.toml", "techniques/ask.toml", "replies/zh-Hans/ask/one.j2"


SUM = "[sum]\nnames = { zh-Hans = '金额', en = 'a sum' }\nlooks_like = ['# ?(?:元|点)']\n"


def reply(text: str, head: str = "") -> dict[str, str | None]:
    """Return the small playbook's first wording with another text and front matter."""
    return {ONE: f"+++\n{head}\n+++\n{text}" if head else text}


FAULTS: dict[str, tuple[dict[str, str | None], str, str, str]] = {
    # what is wrong: (changed files, file, line or key, what the message says)
    "broken TOML": (changed(DEFECT, "level = 4", "level = "), DEFECT, "line 2", "isn't valid TOML"),
    "unknown key": (changed(DEFECT, "level = 4", "level = 4\ncolour = 1"), DEFECT, "colour", "unknown key"),
    "missing key": (changed(ASK, "rank = 10", ""), ASK, "rank", "is missing"),
    "wrong kind of value": (changed(DEFECT, "level = 4", "level = 9"), DEFECT, "level", "less than or equal to 5"),
    "unknown condition": (changed(ASK, "{ types =", "{ tipes ="), ASK, "fits.0.when.tipes", "unknown key"),
    "unknown label in a condition": (changed(ASK, '["defect"]', '["defekt"]'), ASK, "fits[0].when.types", "unknown 'defekt'"),
    "empty range": (changed(ASK, 'types = ["defect"]', "heat = [4, 2]"), ASK, "fits.0.when.heat", "is empty"),
    "missing language": (changed(DEFECT, 'en = "Broken"', ""), DEFECT, "names.en", "is missing or empty"),
    "missing language of a list": (changed(DEFECT, 'en = ["Look at the photo"]', ""), DEFECT, "checklist.en", "is missing or empty"),
    "missing language of a reason": (changed(ASK, ', en = "ask first"', ""), ASK, "fits[0].why.en", "is missing or empty"),
    "unknown language": (changed(DEFECT, 'en = "Broken"', 'en = "Broken"\nfr = "Cassé"'), DEFECT, "names.fr", "unknown language"),
    "unknown language of a cue": (changed(DEFECT, 'en = ["broken"]', 'xx = ["broken"]'), DEFECT, "cues.strong.xx", "unknown language"),
    "tie of techniques": ({"techniques/tell.toml": SMALL[ASK]}, "techniques/tell.toml", "rank", "a tie"),
    "cue that can't be read": (changed(DEFECT, '["broken"]', '["(broken"]'), DEFECT, "cues.strong.en", "brackets don't match"),
    "empty cue": (changed(DEFECT, '["broken"]', '["…"]'), DEFECT, "cues.strong.en", "nothing to look for"),
    "example that misses": (changed(DEFECT, '"东西坏了"', '"东西很好"'), DEFECT, "examples[0]", "no cue fires"),
    "example that fires though it mustn't": (changed(DEFECT, '"没坏了什么"', '"全坏了"'), DEFECT, "examples[2]", "the strong cue '坏了' fires"),
    "known miss that works": (
        changed(DEFECT, 'text = "东西坏了"', 'text = "东西坏了"\nknown_miss = true'), DEFECT, "examples[0]", "works today",
    ),
    "cue without an example": (changed(DEFECT, '["broken"]', '["broken", "smashed"]'), DEFECT, "cues.strong.en", "no example exercises 'smashed'"),
    "procedure that leads nowhere": (changed(DEFECT, 'go = "record"', 'go = "rekord"'), DEFECT, "procedure[0].next", "no step"),
    "brackets that a customer would see": (reply("您说[顾客说的几点]，是哪一块？"), ONE, "text", "would see [顾客说的几点]"),
    "regular expression that isn't one": ({"facts.toml": "order_numbers = ['(']"}, "facts.toml", "order_numbers.0", "isn't a regular expression"),
    "question without a question mark": (changed("products/toys.toml", "哪一块？", "哪一块"), "products/toys.toml", "questions.zh-Hans[0]", "isn't a question"),
    "no sample for a variable": (changed("samples.toml", 'days = "8"\n', ""), "samples.toml", "zh-Hans", "no value for days"),
    "missing file": ({"blanks.toml": None}, "blanks.toml", "", "is missing"),
    "too few wordings": ({ONE: None}, "replies/zh-Hans/ask/", "", "has 2 wordings"),
    "no wording for some reading": (
        {f"replies/zh-Hans/ask/{name}.j2": f'+++\ntypes = ["defect"]\n+++\n第{name}块？' for name in ("one", "two", "three")},
        "replies/zh-Hans/ask/", "", "no reply",
    ),
    "front matter that isn't closed": ({ONE: "+++\nheat = 2\n你好"}, ONE, "line 1", "isn't closed"),
    "broken front matter": (reply("好？", "heat == 2"), ONE, "line 2", "isn't valid TOML"),
    "unknown key in front matter": (reply("好？", "hot = 3"), ONE, "hot", "unknown key"),
    "unknown technique": (reply("好？", 'also = ["sing"]'), ONE, "also", "unknown technique 'sing'"),
    "unknown variable": (reply("{{ nmae }}好？"), ONE, "text", "unknown variable 'nmae'"),
    "unknown filter": (reply("{{ name | upper }}好？"), ONE, "text", "unknown filter 'upper'"),
    "unknown policy": (reply("{{ policy.gold }}好？"), ONE, "text", "unknown policy key 'gold'"),
    "loop": (reply("{% for point in points %}{{ point }}{% endfor %}"), ONE, "text", "for isn't allowed"),
    "call": (reply("{{ name.upper() }}好？"), ONE, "text", "isn't allowed"),
    "arithmetic bomb": (reply("{{ 'a' * 1000000000 }}好？"), ONE, "text", "mul isn't allowed"),
    "attribute trick": (reply("{{ name.__class__ }}好？"), ONE, "text", "only `policy` has parts"),
    "broken Jinja": (reply("{% if name %}好？"), ONE, "text", "line 1"),
    "raw variable where nothing is known": (reply("{% if not name %}{{ name }}{% endif %}好？"), ONE, "text", "shows a raw variable"),
    "blank that isn't closed": (reply("〔eta前回您"), ONE, "text", "a blank isn't closed"),
    "unknown blank": (reply("〔when〕前回您"), ONE, "text", "unknown blank 〔when〕"),
    "brackets by the thousand": (reply("{{ " + "(" * 1800 + "name" + ")" * 1800 + " }}好？"), ONE, "text", "too deep"),
    "negations by the hundred": (reply("{{ " + "not " * 900 + "name }}好？"), ONE, "text", "can't be used"),
    "conditions by the hundred": (reply("{% if name %}" * 120 + "好？" + "{% endif %}" * 120), ONE, "text", "can't be used"),
    "brackets by the thousand above": (reply("好？", "heat = " + "[" * 1900 + "]" * 1900), ONE, "", "too deep"),
    "unbalanced cue of what is not said": (changed("wording/vague.toml", "尽快", "尽(快"), "wording/vague.toml", "cues.strong.zh-Hans", "尽(快"),
    "unknown kind of a blank": (changed("blanks.toml", "[eta]", '[eta]\nkind = "tiem"'), "blanks.toml", "eta.kind", "unknown kind 'tiem'"),
    "like a language that there isn't": (
        changed("languages/zh-Hans.toml", "rank = ", 'like = "zh-Hant"\nrank = '), "languages/zh-Hans.toml", "like", "is no other language",
    ),
    "name too long for a button": (changed("blanks.toml", "[eta]", '["什么时候给顾客一个准确的答复"]\nnames = { zh-Hans = "时间" }\nexample = { zh-Hans = "六点" }\n[eta]'), "blanks.toml", "什么时候给顾客一个准确的答复", "a button has room for"),
    "example of another kind": (
        changed("blanks.toml", "[eta]", '[eta]\nkind = "sum"') | {"kinds.toml": SUM}, "blanks.toml", "eta.example.en", "'6 pm' doesn't look like",
    ),
    "vague promise": (reply("我们尽快回您。"), ONE, "text", "a promise without a time"),
    "over-long text": (reply("好" * 121), ONE, "text", "is 121 characters long"),
    "other writing": (reply("東西壞了嗎？"), ONE, "text", "has traditional characters"),
    "other language": (reply("Which one?"), ONE, "text", "isn't written in"),
    "stray punctuation": (reply("{% if name %}{{ name }}{% endif %}，，好？"), ONE, "text", "punctuation"),
    "twins": ({ONE: SMALL["replies/zh-Hans/ask/two.j2"]}, "replies/zh-Hans/ask/two.j2", "text", "says the same as"),
    "wrong place": ({"replies/zh-Hans/stray.j2": "好？"}, "replies/zh-Hans/stray.j2", "", "belongs into"),
}  # fmt: skip


def test_a_sound_playbook_has_no_problem(tmp_path: Path) -> None:
    """The small playbook that the faults below are cut into is clean itself."""
    assert problems_of(write(tmp_path)) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_file_and_key(tmp_path: Path, fault: str) -> None:
    """Each kind of fault is told with the file, the line or key, and what is wrong."""
    changes, file, where, message = FAULTS[fault]

    problems = problems_of(write(tmp_path, changes))

    assert any(problem.path.endswith(file) and problem.where == where and message in problem.message for problem in problems), "\n".join(
        map(str, problems)
    )


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Three faults in three files are three problems in one run."""
    changes = {**changed(DEFECT, 'en = "Broken"', ""), **changed(ASK, '["defect"]', '["defekt"]'), **reply("我们尽快回您。")}

    assert {Path(problem.path).name for problem in problems_of(write(tmp_path, changes))} == {"defect.toml", "ask.toml", "one.j2"}


def test_the_shipped_playbook_is_clean() -> None:
    """`calmdesk check` has nothing to say of the playbook that ships."""
    assert check_playbook(load_settings(ROOT / "bot.toml")) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A folder in bot.toml that isn't there is a problem of its own."""
    assert any("no such folder" in problem.message for problem in problems_of(tmp_path / "nowhere"))


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """A file in another encoding is named, and the rest is read."""
    write(tmp_path)
    (tmp_path / ASK).write_bytes("rank = 10 # 好".encode("gbk"))

    assert any("can't be read as UTF-8" in problem.message for problem in problems_of(tmp_path))


UNSAYABLE = {
    "vague": ("zh-Hans", "我们尽快给您处理。", "a promise without a time"),
    "denied-feeling": ("zh-Hant", "請您先冷靜一下。", "telling people to calm down"),
    "blame": ("en", "You should have checked the label.", "blames the customer"),
    "untrue": ("zh-Hans", "已经联系仓库了，今天就发。", "isn't known or done yet"),
    "threat": ("zh-Hans", "请注意言辞，否则终止服务。", "a limit is no threat"),
    "canned": ("en", "Rest assured, valued customer.", "heard a thousand times"),
    "unauthorised-postage": ("zh-Hans", "退回来的运费我们出。", "promises postage"),
    "unauthorised-papers": ("zh-Hant", "進貨單我現在傳給您。", "promises papers"),
    "unauthorised-damages": ("zh-Hans", "我们假一赔三。", "promises damages"),
    "unauthorised-times": ("zh-Hans", "丢了我们赔您十倍。", "promises damages"),
    "unauthorised-times-for-her": ("zh-Hant", "東西不見了，我們雙倍賠妳。", "promises damages"),
    "unauthorised-double": ("en", "If it is lost we will pay you double.", "promises damages"),
    "unauthorised-sum": ("zh-Hans", "耽误您了，赔您五百块。", "compensation must be within"),
    "unauthorised-pounds": ("en", "I'll pay you 80 pounds.", "compensation must be within"),
    "unauthorised-warranty": ("en", "It has a two year warranty.", "promises a warranty"),
}


def test_every_slip_is_named_with_its_words(tmp_path: Path) -> None:
    """Two slips of one sentence are both told in the text's own words, though one has a negator; so is each of one kind."""
    mine = write(tmp_path, {ONE: "您别急我们尽快处理，也别生气。"})
    wording = {path.name: path.read_text("utf-8") for path in (ROOT / "templates" / "wording").glob("*.toml")}
    for name in ("vague.toml", "denied_feeling.toml"):
        (mine / "wording" / name).write_text(wording[name], "utf-8")

    said = {problem.message.partition(":")[0] for problem in problems_of(mine) if problem.path.endswith(ONE) and problem.where == "text"}

    assert {"'别急'", "'尽快'", "'别生气'"} <= said


def test_what_must_not_be_said_is_told_of_a_wording_of_ones_own(tmp_path: Path) -> None:
    """A shop's own wording with a vague promise, a denied feeling, blame, an unproven claim, a threat or an unauthorised promise is named."""
    for name, (lang, text, _) in UNSAYABLE.items():
        path = tmp_path / "mine" / "replies" / lang / "acknowledge" / f"{name}.j2"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (tmp_path / "mine" / "complaint").mkdir()
    (tmp_path / "mine" / "complaint" / "fit.toml").write_text("level = 1\n", "utf-8")
    (tmp_path / "mine" / "notes.txt").write_text("note\n", "utf-8")

    problems = check_playbook(Settings.model_validate({"templates": {"folders": ["mine"]}, "base": tmp_path, "desk": {"language": "xx"}}))

    for name, (_, _, message) in UNSAYABLE.items():
        assert any(problem.path.endswith(f"{name}.j2") and message in problem.message for problem in problems), name
    assert any(problem.path.endswith("complaint/fit.toml") and "isn't read" in problem.message for problem in problems)
    assert any(problem.path.endswith("notes.txt") and "isn't read" in problem.message for problem in problems)
    assert any(problem.where == "desk.language" for problem in problems)
