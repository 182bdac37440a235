"""What an agent is about to send is read for what would make things worse: tests/tone/*.toml. Adding a sentence is adding an entry there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calmdesk.adviser import Adviser
from calmdesk.check import check_shelf
from calmdesk.check.wordings import sample_known
from calmdesk.config import Settings, load_settings
from calmdesk.replies.template import POLICY_KEYS, blanks_of
from calmdesk.replies.tone import inspect
from calmdesk.shelf import Shelf
from calmdesk.text.fold import fold
from tests.conftest import ROOT
from tests.small import SMALL, write

FOLDER = Path(__file__).parent / "tone"
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
FEWEST_GOOD, FEWEST_BAD = 60, 90


@dataclass(frozen=True)
class Said:
    """A sentence of an agent's, with what is read in it and what the shop's policy is."""

    text: str
    kinds: frozenset[str] = frozenset()
    known_miss: bool = False
    off: tuple[str, ...] = ()
    on: Mapping[str, Any] = field(default_factory=dict)

    def policy(self, adviser: Adviser) -> dict[str, Any]:
        """Return the demo shop's policy with this sentence's changes."""
        return {key: value for key, value in {**adviser.settings.promises, **self.on}.items() if key not in self.off}


def _good() -> list[Said]:
    table = tomllib.loads((FOLDER / "good.toml").read_text("utf-8"))
    plain = [Said(text) for lang in LANGUAGES for text in table[lang]["said"]]
    return plain + [Said(entry["said"], off=tuple(entry.get("off", ())), on=entry.get("set", {})) for entry in table["about"]]


def _bad() -> list[Said]:
    table = tomllib.loads((FOLDER / "bad.toml").read_text("utf-8"))["said"]
    return [
        Said(entry["text"], frozenset(entry["kind"].split()), entry.get("known_miss", False), tuple(filter(None, [entry.get("off")])))
        for entry in table
    ]


GOOD, BAD = _good(), _bad()
SEEN = [said for said in BAD if not said.known_miss]


@pytest.mark.parametrize("said", GOOD, ids=lambda said: said.text)
def test_a_good_sentence_is_left_alone(adviser: Adviser, said: Said) -> None:
    """What a good agent writes raises no caution."""
    assert inspect(said.text, "en", adviser.playbook, said.policy(adviser)) == ()


@pytest.mark.parametrize("said", BAD, ids=lambda said: said.text)
def test_a_bad_sentence_is_read_as_what_it_is(adviser: Adviser, said: Said) -> None:
    """What makes things worse raises a caution of its kind and of no other; a known miss raises none."""
    kinds = {caution.kind for caution in inspect(said.text, "en", adviser.playbook, said.policy(adviser))}

    assert kinds == (set() if said.known_miss else said.kinds)


@pytest.mark.parametrize("said", SEEN, ids=lambda said: said.text)
def test_what_is_suggested_instead_raises_no_caution(adviser: Adviser, said: Said) -> None:
    """A better wording is there, has only blanks that the desk can ask for, and would go out without a warning."""
    cautions = inspect(said.text, "en", adviser.playbook, said.policy(adviser))

    for caution in cautions:
        assert said.text[slice(*caution.span)] == caution.said
        assert caution.better
        assert set(blanks_of(caution.better)) <= set(adviser.playbook.blanks)
        assert inspect(caution.better, "en", adviser.playbook, said.policy(adviser)) == ()


def test_the_tables_are_large_enough_and_every_kind_is_in_them(adviser: Adviser) -> None:
    """Each wording that agents are warned of is seen in at least one sentence, and no sentence stands twice."""
    kinds = {key for key, item in adviser.playbook.wording.items() if item.agent}

    assert frozenset().union(*(said.kinds for said in SEEN)) == kinds
    assert len({said.text for said in GOOD}) == len(GOOD) >= FEWEST_GOOD
    assert len({said.text for said in BAD}) == len(BAD) >= FEWEST_BAD


def test_every_excuse_is_shown_by_a_good_sentence(adviser: Adviser) -> None:
    """No phrase of `[agent.unless]` stands there without a sentence that has it."""
    said = {hit.cue.phrase for one in GOOD for hit in adviser.playbook.excuses.find_all(fold(one.text))}
    unused = {cue.phrase for cue in adviser.playbook.excuses.cues} - said

    assert not unused


def test_the_shipped_replies_are_left_alone(adviser: Adviser) -> None:
    """No shipped reply raises a caution, rendered with all sample facts or only with those it needs."""
    policy = {**dict.fromkeys(POLICY_KEYS, 7), **adviser.settings.promises}
    for reply in adviser.replies.all()[0]:
        known = sample_known(adviser.playbook, reply.lang)
        least = {key: value for key, value in known.items() if key in reply.uses.required | {"shop"}}
        for text in (reply.render(known, policy), reply.render(least, {key: policy[key] for key in reply.uses.policy})):
            assert inspect(text, reply.lang, adviser.playbook, policy) == (), reply.id


WHOLE = {
    # as typed: as it could be sent instead
    "您别激动，我现在去查物流，五点前回您。": "遇上这种事，换谁都会急，我现在去查物流，五点前回您。",
    "我们会尽快、尽早处理，请您稍安勿躁。谢谢！": "这件事我来跟，〔eta〕前不管有没有结果都回您。谢谢！",
    "韩先生：\n1. 您没看清说明\n2. 快递不是我们的\n谢谢": "韩先生：\n1. 不管原因在哪，能怎么办我都跟您说清楚\n2. 快递这边我替您去问清楚，〔eta〕前把结果告诉您\n谢谢",
    "全额退款再赔您一千块，今天就打给您。单号我也发您。": "补偿的事我先请示主管，〔eta〕前告诉您。单号我也发您。",
    "We'll pay you 800 pounds. The money leaves today! Thanks for the photos.": (
        "I'll ask my supervisor about compensation and tell you by 〔eta〕. Thanks for the photos."
    ),
    "赔您三倍，今天到账，补您900元": "我先把事情查清楚，能怎么赔也一起请示，〔eta〕前告诉您，能补多少我先请示主管，〔eta〕前告诉您",
    "今天就打款，赔您三倍，到账快，图我收到了。": "我先把事情查清楚，能怎么赔也一起请示，〔eta〕前告诉您，图我收到了。",
    "这个我们查一下，如果是您自己摔的就没办法了": "这个我们查一下，不管原因在哪，能怎么办我都跟您说清楚",
    "是您自己没看清楚说明，我们也没办法。": "不管原因在哪，能怎么办我都跟您说清楚。",
    "已经寄出了，请耐心等待": "已经寄出了，这件事我来跟，〔eta〕前不管有没有结果都回您",
    "快递员态度差不是我们能控制的": "快递这边我替您去问清楚，〔eta〕前把结果告诉您",
    "Calm down, I'm checking the tracking now.": "Anyone would be upset by this. I'm checking the tracking now.",
    "Hi Sam, we'll reply as soon as possible!": "Hi Sam, I'm looking after this and will message you by 〔eta〕, whatever I know by then.",
    "You should have checked. Shut up!": "Whatever the cause, I'll go through with you what we can do. I'm looking into this and will come back to you by 〔eta〕.",
}


@pytest.mark.parametrize("text", WHOLE)
def test_only_the_place_at_fault_is_said_otherwise(adviser: Adviser, text: str) -> None:
    """The rest of the message stays as the agent typed it, nothing is said twice, and when a promise would be kept goes with it."""
    cautions = inspect(text, "en", adviser.playbook, adviser.settings.promises)

    assert {caution.better for caution in cautions} == {WHOLE[text]}


def test_the_reason_is_in_the_agents_language_and_the_better_wording_in_the_messages(adviser: Adviser) -> None:
    """An agent of Taiwan who writes English is told why in Chinese, and is offered English."""
    (caution,) = inspect("Calm down.", "zh-Hant", adviser.playbook, {})
    rule = adviser.playbook.wording["denied_feeling"].agent

    assert rule
    assert caution.why == rule.why["zh-Hant"]
    assert caution.better == rule.better["en"]
    assert caution.severity == rule.severity


def test_words_that_both_writings_share_are_answered_in_the_agents_own(adviser: Adviser) -> None:
    """Where a message could be either Chinese, what is offered is in the agent's."""
    rule = adviser.playbook.wording["threat"].agent

    assert rule
    for lang in ("zh-Hans", "zh-Hant"):
        assert inspect("法律上追究您", lang, adviser.playbook, {})[0].better == rule.better[lang]


@pytest.mark.parametrize("quote", ["「{}」", "『{}』", "“{}”", '"{}"', "> {}\n"])
def test_what_the_customer_said_is_not_the_agents_word(adviser: Adviser, quote: str) -> None:
    """A quotation raises nothing; the same words unquoted do."""
    words = "calm down"

    assert inspect(quote.format(words) + " wasn't right of us.", "en", adviser.playbook, {}) == ()
    assert inspect(words, "en", adviser.playbook, {})


@pytest.mark.parametrize(("amount", "warned"), [(499, False), (500, True), (1200, True)])
def test_a_sum_is_the_agents_to_promise_below_the_limit(adviser: Adviser, amount: int, *, warned: bool) -> None:
    """From `large_sum` on an offer is the supervisor's, in digits of any length; without a limit none is."""
    policy = adviser.settings.promises
    text = f"我现在赔您{amount}元，今天到账。"

    assert bool(inspect(text, "zh-Hans", adviser.playbook, policy)) == warned
    assert not inspect(text, "zh-Hans", adviser.playbook, {**policy, "large_sum": None})


@given(st.text(max_size=60), st.sampled_from([said.text for said in SEEN]), st.text(max_size=60))
def test_anything_can_be_typed(adviser: Adviser, before: str, said: str, after: str) -> None:
    """Whatever stands around it, places lie within the text and what is suggested raises no caution."""
    text = before + said + after

    for caution in inspect(text, "en", adviser.playbook, adviser.settings.promises):
        assert text[slice(*caution.span)] == caution.said != ""
        assert caution.better is None or not inspect(caution.better, "en", adviser.playbook, adviser.settings.promises)


AGENT = """
[agent]
severity = 2
[agent.why]
zh-Hans = "让人不放心"
en = "It worries people."
[agent.better]
zh-Hans = "〔eta〕前回您"
en = "You'll hear from me by 〔eta〕."
[agent.unless]
zh-Hans = ["今天"]
en = ["today"]
[agent.along]
zh-Hans = ["随后"]
en = ["then"]
"""
FAULTS = {
    # what is wrong: (what stands there, what stands there instead, key, what the check says)
    "a reason missing in a language": ('en = "It worries people."\n', "", "agent.why.en", "is missing or empty"),
    "a better wording missing in a language": ('zh-Hans = "〔eta〕前回您"\n', "", "agent.better.zh-Hans", "is missing or empty"),
    "an excuse missing in a language": ('en = ["today"]', "", "agent.unless.en", "is missing or empty"),
    "a clause that goes along missing in a language": ('en = ["then"]', "", "agent.along.en", "is missing or empty"),
    "a clause that goes along that can't be read": ('["then"]', '["(then"]', "agent.along", "brackets don't match"),
    "no reason": ('[agent.why]\nzh-Hans = "让人不放心"\nen = "It worries people."\n', "", "agent.why", "is missing"),
    "no severity": ("severity = 2\n", "", "agent.severity", "is missing"),
    "a severity that there isn't": ("severity = 2", "severity = 4", "agent.severity", "less than or equal to 3"),
    "an excuse that can't be read": ('["today"]', '["(today"]', "agent.unless", "brackets don't match"),
    "a cue to skip that isn't there": ("severity = 2", 'severity = 2\nskip = ["asap"]', "", "'asap', which is no cue"),
    "an unknown key": ("severity = 2", "severity = 2\ncolour = 1", "agent.colour", "unknown key"),
}


def _small(folder: Path, agent: str) -> Path:
    return write(folder, {"wording/vague.toml": SMALL["wording/vague.toml"] + agent})


def test_a_wording_that_warns_agents_is_sound(tmp_path: Path) -> None:
    """The table that the faults below are cut into is clean itself."""
    assert check_shelf(Shelf.open([_small(tmp_path, AGENT)]), Settings()) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_the_check_names_what_is_missing(tmp_path: Path, fault: str) -> None:
    """Each fault of `[agent]` is told with its key."""
    old, new, where, message = FAULTS[fault]
    assert old in AGENT

    problems = check_shelf(Shelf.open([_small(tmp_path, AGENT.replace(old, new))]), Settings())

    assert any(problem.where == where and message in problem.message for problem in problems), "\n".join(map(str, problems))


def test_policy_and_limits_name_keys_that_there_are(adviser: Adviser) -> None:
    """No shipped wording rests on a line of [policy] that bot.toml doesn't know."""
    for item in adviser.playbook.wording.values():
        assert {item.policy, item.agent and item.agent.limit} - {None} <= POLICY_KEYS


def test_a_wording_without_a_word_for_agents_warns_nobody(tmp_path: Path) -> None:
    """The small playbook's vague promise is a matter of wordings alone until it has an `[agent]` table."""
    for agent, warned in (("", False), (AGENT, True)):
        folder = _small(tmp_path / str(warned), agent)
        settings = Settings.model_validate({"templates": {"folders": [str(folder)]}})
        playbook = Adviser.open(settings).playbook

        assert bool(inspect("我们尽快办", "zh-Hans", playbook, {})) == warned


def test_the_demo_shop_is_what_the_tables_were_written_for() -> None:
    """The tables say which keys they change; the rest is bot.toml's."""
    promises = load_settings(ROOT / "bot.toml").promises

    assert {key for said in BAD for key in said.off} <= promises.keys()
