"""Blanks at the desk: what was typed before is offered at a tap, and what looks like something else is asked about once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calmdesk.adviser import Adviser
from calmdesk.replies.filling import filled
from calmdesk.store.store import Books
from tests.desk_people import GROUP, LATE, Shown, Somebody, Stage, open_stage, word


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """Let it be nine in the morning of the desk's own day."""
    stage.now = datetime(2026, 3, 2, 9, 0).astimezone().astimezone(UTC)
    return stage


def asked(stage: Stage, customer: Somebody, agent: Somebody, text: str) -> Shown:
    """Have the customer write, offer *text* as the first reply to that, tap it, and return the question."""
    customer.says(LATE)
    stage.store.now(lambda books: books.db.execute("UPDATE suggestions SET text = ? WHERE place = 1 AND sent_at IS NULL", (text,)))
    agent.taps(word("button_send", number=1))
    return agent.last


def topic_of(customer: Somebody) -> int:
    """Return the number of a customer's topic."""

    def thread(books: Books) -> int:
        found = books.customers.find(customer.id)
        topic = books.places.topic(found.id) if found else None
        return (topic and topic.thread_id) or 0

    return customer.stage.store.now(thread)


def test_what_was_typed_in_a_case_is_offered_there_at_a_tap(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """The next question for the same blank has a button with the last value; nothing is filled in without the tap."""
    asked(stage, lin, wang, "补您〔amount〕。")
    wang.says("30元")
    question = asked(stage, lin, wang, "再补您〔amount〕。")

    assert question.labels == ["30元", word("button_give_up")]
    assert "再补您30元。" not in stage.said_to(lin)

    assert wang.taps("30元", on=question) == word("sent")
    assert "再补您30元。" in stage.said_to(lin)
    assert question not in stage.shown_to(GROUP)


def test_another_value_can_still_be_typed_and_is_the_one_offered_next(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """The newest value takes the older one's place."""
    asked(stage, lin, wang, "补您〔amount〕。")
    wang.says("30元")
    asked(stage, lin, wang, "补您〔amount〕。")
    wang.says("50元")

    assert "补您50元。" in stage.said_to(lin)
    assert asked(stage, lin, wang, "补您〔amount〕。").labels[0] == "50元"


def test_of_several_blanks_each_has_its_own_offer(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """A tap fills one of them, and the rest is asked for; what was typed and what was tapped goes out together."""
    asked(stage, lin, wang, "主管〔supervisor〕〔eta〕前联系您，补〔amount〕。")
    wang.says("周敏\n两小时内\n30元")
    question = asked(stage, lin, wang, "主管〔supervisor〕〔eta〕前找您，金额〔amount〕。")
    assert question.labels[:3] == ["〔主管姓名〕周敏", "〔回复时间〕两小时内", "〔金额〕30元"]
    assert wang.taps("周敏", on=question) == word("fill_in")
    assert wang.last.labels[:2] == ["〔回复时间〕两小时内", "〔金额〕30元"]
    wang.says("今天18:00\n50元")

    assert "主管周敏今天18:00前找您，金额50元。" in stage.said_to(lin)


def test_a_name_goes_along_to_the_same_agents_other_cases(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """The supervisor is the same for every customer; a sum isn't. Another agent isn't offered it."""
    asked(stage, lin, wang, "主管〔supervisor〕找您，补〔amount〕。")
    wang.says("周敏\n30元")
    chen = stage.person(8, "陈先生")
    chen.says("你好，在吗")
    question = asked(stage, chen, wang.at(GROUP, topic_of(chen)), "主管〔supervisor〕找您，补〔amount〕。")

    assert question.labels == ["〔主管姓名〕周敏", word("button_give_up")]

    li = stage.person(4, "小李", "agent")
    wu = stage.person(9, "吴女士")
    wu.says("你好，在吗")
    question = asked(stage, wu, li.at(GROUP, topic_of(wu)), "主管〔supervisor〕找您。")

    assert question.labels == [word("button_give_up")]


def test_a_time_that_is_over_is_not_offered(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """Today at ten is offered until ten, and not as tomorrow's."""
    asked(stage, lin, wang, "〔eta〕前回您。")
    wang.says("今天10:00")
    assert asked(stage, lin, wang, "〔eta〕前回您。").labels[0] == "今天10:00"
    wang.taps(word("button_give_up"))
    stage.passes(hours=2)

    assert asked(stage, lin, wang, "〔eta〕前回您。").labels == [word("button_give_up")]


MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "hours", "stands"),
    [
        ("今天18:00", 8, True),
        ("今天18:00", 10, False),
        ("今天18:00", 24, False),
        ("下午3点半", 6, True),
        ("下午三點半", 7, False),
        ("明天上午10点", 2, True),
        ("明天上午10点", 24, False),
        ("周五前", 3, True),
        ("两小时内", 30, True),
        ("3個工作天", 30, True),
        ("3月5日", 48, True),
        ("3月5日", 96, False),
        ("2月31日", 1, False),
        ("今天中午前", 2, True),
        ("今天中午前", 5, False),
        ("6 pm today", 8, True),
        ("6:30 pm", 10, False),
        ("10 am tomorrow", 4, True),
        ("within two hours", 50, True),
        ("noon", 4, False),
        ("Friday 6 March", 3, True),
        ("Friday 6 March", 30, True),
        ("Friday 6 March", 120, False),
        ("马上", 0, False),
        ("上周三", 0, False),
    ],
)
def test_a_time_stands_while_it_lies_ahead(adviser: Adviser, value: str, hours: int, stands: bool) -> None:
    """Spans always do; a date until its day; hours and words such as today on the day on which they were typed, until they are over."""
    assert adviser.playbook.kinds["time"].stands(value, MORNING, MORNING + timedelta(hours=hours)) is stands


def test_a_name_for_a_time_is_asked_about_once(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """Nothing goes out; the question says what is wanted with an example, and another answer is taken."""
    asked(stage, lin, wang, "〔eta〕前回您。")
    before = len(stage.said_to(lin))
    wang.says("小王")

    assert word("odd_unlike", said="小王", kind="时间") in wang.last.text
    assert "例如：今天11:00" in wang.last.text
    assert len(stage.said_to(lin)) == before

    wang.says("今天18:00")
    assert "今天18:00前回您。" in stage.said_to(lin)


@pytest.mark.parametrize(("text", "said"), [("〔eta〕前回您。", "忙完就给您消息"), ("主管〔supervisor〕找您。", "工号1032")])
def test_the_same_words_again_are_meant(stage: Stage, lin: Somebody, wang: Somebody, text: str, said: str) -> None:
    """Nobody is kept from sending what they mean: the second time it goes."""
    asked(stage, lin, wang, text)
    wang.says(said)
    assert wang.last.text.startswith(f"“{said}”")
    wang.says(said)

    assert any(said in one for one in stage.said_to(lin))


def test_of_several_answers_only_the_odd_one_is_asked_about(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """What fits is kept; sending everything again, or that one alone, keeps the odd one too."""
    for again in ("今天18:00\n老板", "老板"):
        asked(stage, lin, wang, "〔eta〕前回您，金额〔amount〕。")
        wang.says("今天18:00\n老板")
        assert "“老板”" in wang.last.text
        assert "回复时间" not in wang.last.text
        wang.says(again)

        assert stage.said_to(lin)[-1] == "今天18:00前回您，金额老板。"


@pytest.mark.parametrize("how", ["tap", "again", "anew"])
def test_lines_in_another_order_are_shown_in_their_places_first(stage: Stage, lin: Somebody, wang: Somebody, how: str) -> None:
    """A sum for the time and a time for the sum: the reply is shown as it would be, and goes at a tap, or with the same words again."""
    asked(stage, lin, wang, "〔eta〕前回您，金额〔amount〕。")
    before = len(stage.said_to(lin))
    wang.says("300元\n今晚8点")
    assert word("ask_order") in wang.last.text
    assert "今晚8点前回您，金额300元。" in wang.last.text
    assert wang.last.labels == [word("button_order"), word("button_give_up")]
    assert len(stage.said_to(lin)) == before

    if how == "tap":
        wang.taps(word("button_order"))
    else:
        wang.says("300元\n今晚8点" if how == "again" else "今晚9点\n300元")
    assert stage.said_to(lin)[before:] == ["今晚9点前回您，金额300元。" if how == "anew" else "今晚8点前回您，金额300元。"]


def test_three_in_another_order_find_their_places(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """Each value goes where only it fits; what fits nowhere else is asked about by itself."""
    asked(stage, lin, wang, "主管〔supervisor〕〔eta〕前联系您，补〔amount〕。")
    wang.says("今天18:00\n30元\n周敏")
    assert "主管周敏今天18:00前联系您，补30元。" in wang.last.text
    wang.says("周敏\n老板\n30元")

    assert word("odd_unlike", said="老板", kind="时间") in wang.last.text
    assert word("ask_order") not in wang.last.text


@pytest.mark.parametrize(
    ("kind", "fit", "unfit"),
    [
        ("time", "下班前 | 今晚八点 | 11月28日 | 三天内 | 週五 | by close of business | 3 working days | 上周三 | 15号", "小王 | 周敏 | 30元 | Priya Shah | 老板"),
        ("sum", "30 | 30元 | 三十块 | NT$300 | £15 | 全额 | half | 20 quid | 10%", "今天18:00 | 小王 | 明天 | tomorrow"),
        ("name", "周敏 | 周一鸣 | 林佳穎 | Priya Shah | May Chen | O'Brien | 王主管", "今天18:00 | 明天上午 | 30元 | 两小时内 | Friday 6 pm | tomorrow"),
        ("share", "三成 | 30% | 一半 | 1/3 | 两盒 | a third | 百分之二十", "小王 | 今天18:00"),
        (
            "words",
            "退您50元 | 今天补发一箱新的 | 换新 | a new one | 30% off | 5折 | 明天补寄 | refund £20 | 全退",
            "-5元 2月30日 | 50元 | 11月28日 | 明天下午3点 | £15 | 3 May | 6 pm today | ？？ | 123",
        ),
        ("number", "SF1402233445566 | 9031 2234 5566 | RM 4410 2233 5GB | 顺丰SF1402233445566", "小王 | 明天 | 30元"),
    ],
)  # fmt: skip
def test_what_looks_like_what(adviser: Adviser, kind: str, fit: str, unfit: str) -> None:
    """What people write for a kind is taken at once, and what belongs to another one is doubted."""
    found = adviser.playbook.kinds[kind]

    assert [value for value in fit.split(" | ") if not found.fits(value)] == []
    assert [value for value in unfit.split(" | ") if found.fits(value)] == []


def test_in_a_private_chat_the_last_value_stands_in_the_question(tmp_path: Path) -> None:
    """Where a question opens the field for a reply there are no buttons; a tap on the value copies it."""
    stage = open_stage(tmp_path)
    wang, lin = stage.person(2, "小王", "agent"), stage.person(7, "林小姐")
    question = asked(stage, lin, wang, "补您〔amount〕。")
    wang.says("30元", reply_to=question.number)
    assert "补您30元。" in stage.said_to(lin)

    assert word("last_filled", value="<code>30元</code>") in asked(stage, lin, wang, "补您〔amount〕。").text
    stage.store.close()


EVENING = datetime(2026, 3, 2, 18, 47, tzinfo=UTC)


@pytest.mark.parametrize(
    ("odd", "values"),
    [
        ("over", "今天上午10点 | by this morning | 上周三 | 上週三 | last Wednesday | 昨天下午3点 | yesterday | 2月20日 | Feb 20 | 20 February | 2026-02-28 | 两小时前 | 6 pm today"),
        ("vague", "马上 | 馬上 | 尽快 | 盡快 | 晚点 | soon | later | later today | as soon as possible | whenever | 今天内尽快"),
        ("impossible", f"2月30日 | 30 February | 4/31 | 25点 | 今晚8:75 | {'9' * 20}月1日 | 3月{'9' * 400}日"),
        ("unlike", "今晚8点？？ | 小王 | 30元"),
        (None, "今晚8点 | 8 pm | 今晚十二点 | 凌晨1点 | midnight | tomorrow morning | 明天上午10点 | 28/11 | 11/28 | 2月20号到3月5日 | 周五前 | 尽快，今晚9点前 | 3-5个工作日"),
    ],
)  # fmt: skip
def test_what_is_odd_about_a_time_at_a_quarter_to_seven_in_the_evening(adviser: Adviser, odd: str | None, values: str) -> None:
    """What is past, names no time, or doesn't exist is odd; what lies ahead in any reading isn't."""
    kind = adviser.playbook.kinds["time"]

    assert {value: kind.doubt(value, EVENING) for value in values.split(" | ")} == dict.fromkeys(values.split(" | "), odd)


def test_a_sum_of_nothing_or_less_is_odd(adviser: Adviser) -> None:
    """Nobody means to pay back nothing, less than nothing, or a sum with a question mark; a range and cents are sums."""
    fits = adviser.playbook.kinds["sum"].fits

    assert [value for value in ("0元", "-5元", "0", "¥0", "£0.00", "零元", "-¥5", "30元？") if fits(value)] == []
    assert [value for value in ("0.5元", "100元", "£10.00", "20-30元", "1,000元", "30.05") if not fits(value)] == []


@pytest.mark.parametrize(
    ("text", "said", "why"),
    [
        ("〔eta〕前回您。", "今天上午8点", "odd_over"),
        ("最晚〔arrival〕到账。", "上周三", "odd_over"),
        ("最晚〔arrival〕到账。", "2月30日", "odd_impossible"),
        ("〔eta〕前回您。", "马上", "odd_vague"),
    ],
)
def test_a_time_that_cannot_be_is_asked_about_once_and_never_offered(
    stage: Stage, lin: Somebody, wang: Somebody, text: str, said: str, why: str
) -> None:
    """The question says what is wrong; the same words again are taken, but no button brings them back."""
    asked(stage, lin, wang, text)
    wang.says(said)
    assert word(why, said=said) in wang.last.text
    wang.says(said)
    assert any(said in one for one in stage.said_to(lin))

    assert asked(stage, lin, wang, text).labels == [word("button_give_up")]


@pytest.mark.parametrize(
    ("hour", "minute", "eta", "arrival"),
    [
        (9, 0, ("今天11:00", "11 am today"), ("3月7日", "Saturday 7 March")),
        (9, 1, ("今天12:00", "12 pm today"), ("3月7日", "Saturday 7 March")),
        (18, 47, ("今天21:00", "9 pm today"), ("3月7日", "Saturday 7 March")),
        (19, 30, ("明天上午10点", "10 am tomorrow"), ("3月7日", "Saturday 7 March")),
        (2, 0, ("今天9:00", "9 am today"), ("3月7日", "Saturday 7 March")),
    ],
)
def test_an_example_of_a_time_is_never_past(
    adviser: Adviser, hour: int, minute: int, eta: tuple[str, str], arrival: tuple[str, str]
) -> None:
    """It is the next full hour that leaves room for the work, tomorrow morning late in the day, and a day of this week or the next."""
    now, blanks = datetime(2026, 3, 2, hour, minute, tzinfo=UTC), adviser.playbook.blanks

    assert (blanks["eta"].at("zh-Hans", now), blanks["eta"].at("en", now)) == eta
    assert (blanks["arrival"].at("zh-Hans", now), blanks["arrival"].at("en", now)) == arrival


def test_every_example_is_one_that_would_be_taken(adviser: Adviser) -> None:
    """At no hour of the day does a question give an example that it would doubt."""
    playbook = adviser.playbook
    moments = [datetime(2026, 12, 30, hour, 31, tzinfo=UTC) for hour in range(24)]
    kinds = {key: playbook.kinds[blank.kind] for key, blank in playbook.blanks.items() if blank.kind}

    assert not [
        (key, example)
        for key, kind in kinds.items()
        for lang in playbook.languages
        for moment in moments
        if kind.doubt(example := playbook.blanks[key].at(lang, moment), moment)
    ]


@pytest.mark.parametrize(
    ("said", "of_kind"),
    [
        ("今天下午", "时间"),
        ("昨天下午3点", "时间"),
        ("whenever", "时间"),
        ("Friday 28 November", "时间"),
        ("30元", "金额"),
        ("NT$300", "金额"),
        ("今天18:00\n30元", "时间"),
        ("小王", "姓名"),
        ("周敏", "姓名"),
    ],
)
def test_a_bare_value_waits_for_a_tap(stage: Stage, lin: Somebody, wang: Somebody, said: str, of_kind: str) -> None:
    """A time, sum or known name alone is nearly always an answer that comes too late: it is held, with the reason, and one tap sends it."""
    asked(stage, lin, wang, "主管〔supervisor〕会找您。")
    wang.says("周敏")
    before = stage.said_to(lin)
    wang.says(said)

    assert stage.said_to(lin) == before
    assert word("bare_value", said=said, kind=of_kind) in wang.last.text
    assert word("button_better") not in wang.last.labels

    wang.taps(word("button_anyway"))
    assert stage.said_to(lin) == [*before, said]


@pytest.mark.parametrize(
    "said", ["今天下午给您打电话", "好的", "稍等", "早上好", "Thanks", "退您30元，明天到账", "周敏会找您", "SF1402233445566"]
)
def test_a_sentence_goes_as_it_is(stage: Stage, lin: Somebody, wang: Somebody, said: str) -> None:
    """Whoever writes even a little more than a value means the customer."""
    asked(stage, lin, wang, "主管〔supervisor〕会找您。")
    wang.says("周敏")
    wang.says(said)

    assert word("bare_value", said=said, kind="时间") not in wang.last.text


def test_a_value_that_answers_the_customers_question_goes_as_it_is(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """Who asks when the shop opens may be told just that."""
    lin.says("请问你们几点开门？")
    wang.says("上午9点")

    assert stage.said_to(lin)[-1] == "上午9点"


def test_a_solution_of_figures_and_dates_is_asked_about_once(stage: Stage, lin: Somebody, wang: Somebody) -> None:
    """What is to be done can't be said in figures alone; the same again is taken."""
    asked(stage, lin, wang, "这样办：〔solution〕。")
    wang.says("-5元 2月30日")
    assert word("odd_unlike", said="-5元 2月30日", kind="一句说明") in wang.last.text
    wang.says("今天补发一箱新的")

    assert "这样办：今天补发一箱新的。" in stage.said_to(lin)


@pytest.mark.parametrize(
    ("text", "values", "sent"),
    [
        ("You'll hear from me by 〔eta〕.", {"eta": "by Friday noon"}, "You'll hear from me by Friday noon."),
        ("You'll hear from me by 〔eta〕.", {"eta": "within two hours"}, "You'll hear from me within two hours."),
        ("By 〔eta〕 you'll know.", {"eta": "at 6 pm"}, "By 6 pm you'll know."),
        ("〔eta〕前回您。", {"eta": "明天中午前"}, "明天中午前回您。"),
        ("〔eta〕前回您。", {"eta": "明天中午以前"}, "明天中午以前回您。"),
        ("〔eta〕前回您。", {"eta": "两小时内"}, "两小时内回您。"),
        ("〔eta〕前回覆您。", {"eta": "三天內"}, "三天內回覆您。"),
        ("主管〔supervisor〕〔time〕打给您", {"supervisor": "主管林佳穎", "time": "18:00"}, "主管林佳穎18:00打给您"),
        ("My supervisor, 〔supervisor〕, rings.", {"supervisor": "Ann"}, "My supervisor, Ann, rings."),
        ("Call it 3 〔share〕", {"share": "30%"}, "Call it 3 30%"),
        ("We go by 〔supervisor〕.", {"supervisor": "Byron"}, "We go by Byron."),
        ("退您〔amount〕，〔eta〕前到。", {"eta": "周五"}, "退您〔amount〕，周五前到。"),
    ],
)
def test_a_value_and_the_words_around_it_make_one_sentence(adviser: Adviser, text: str, values: dict[str, str], sent: str) -> None:
    """What an agent types and the reply says already is said once; names and figures are never cut."""
    assert filled(text, values, adviser.playbook.joins) == sent
