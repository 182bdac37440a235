"""Admins who don't program read, write and limit wordings in the chat: names in brackets instead of code, faults told in their language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest

from calmdesk.adviser import Adviser
from calmdesk.desk.admins import occasions
from calmdesk.desk.admins.brackets import as_written, shown
from calmdesk.desk.kit import Kit
from calmdesk.desk.words import Words
from calmdesk.replies.slips import ReplySyntaxError
from calmdesk.replies.template import uses_of
from tests.admins.shop import ONE, opens, small_shop, writes
from tests.desk_people import WORDS, Somebody, Stage
from tests.small import SMALL

LANGUAGES = list(WORDS.languages)
by_language = pytest.mark.parametrize("lang", LANGUAGES)
FOUR = {"replies/zh-Hans/ask/four.j2": "能看看是哪一边吗？"}
OpenIn = Callable[..., tuple[Stage, Somebody]]


@pytest.fixture
def open_in(tmp_path: Path) -> Iterator[OpenIn]:
    """Return how to open a shop with an admin who is spoken to in a language; files of the small playbook may be changed."""
    stages: list[Stage] = []

    def opened(lang: str = "zh-Hans", changes: dict[str, str | None] | None = None) -> tuple[Stage, Somebody]:
        stages.append(Stage(tmp_path, small_shop(tmp_path / "templates", changes)))
        admin = stages[-1].person(1, "林姐", "admin")
        admin.says("/language")
        admin.taps(WORDS(lang, "own_name"))
        return stages[-1], admin

    yield opened
    for stage in stages:
        stage.store.close()
        data = [button.data for call in stage.calls for row in getattr(call, "buttons", ()) for button in row]
        assert max(len(one.encode()) for one in data) <= 64


def first_opened(admin: Somebody) -> None:
    """Open the wording that asks which part is broken, by its words."""
    admin.says("/templates 哪一块")
    admin.taps("1")


def sent(admin: Somebody, text: str, lang: str) -> str:
    """Send a new text for that wording, and return what is said to it, without the marks of what can be copied."""
    first_opened(admin)
    admin.taps(WORDS(lang, "admin_button_new"))
    admin.says(text)
    return re.sub("</?code>", "", unescape(admin.last.text))


# -- faults

SLIPS = {
    "{{ name，哪一块坏了？": ("open", "{{ name，哪一块坏了？", 1),
    "哪一块坏了？\n{% if name %}{{ name }}": ("endless", "{% if name %}", 2),
    "哪一块坏了？{% endif %}": ("alone", "{% endif %}", 1),
    "{% fi name %}哪一块{% endif %}": ("tag", "{% fi name %}", 1),
    "{% if name == %}哪一块{% endif %}": ("expression", "{% if name == %}", 1),
    "{{ name | upper }}哪一块？": ("filter", "upper", 1),
    "哪一块坏了？\n\n{{ name? }}": ("expression", "{{ name? }}", 3),
    "{ name }}，哪一块坏了？": ("stray", "}}，哪一块坏了？", 0),
}


@by_language
@pytest.mark.parametrize("text", SLIPS)
def test_a_slip_in_the_code_is_told_in_the_admins_language(open_in: OpenIn, lang: str, text: str) -> None:
    """The line, the piece at fault as it was written, and what to write instead; not a word of the library's."""
    kind, about, line = SLIPS[text]
    _, admin = open_in(lang)
    told = sent(admin, text, lang)
    fault = WORDS(lang, f"admin_fault_{kind}", about=about) if kind != "stray" else "{"

    assert (WORDS(lang, "admin_at_line", line=line, what=fault) if line else fault) in told
    assert not any(word in told for word in ("expected", "Encountered", "unexpected", "Jinja", "template"))


@by_language
@pytest.mark.parametrize(
    ("text", "near"), [("{{ nmae }}，哪一块？", "name"), ("[{name}s]，哪一块？", "name"), ("{{{{ produkt }}}}哪一块？", "product")]
)
def test_a_name_that_there_is_not_is_told_with_the_one_it_is_like(open_in: OpenIn, lang: str, text: str, near: str) -> None:
    """Who mistypes a name, in code or in brackets, is asked whether they meant the one that there is."""
    _, admin = open_in(lang)
    told = sent(
        admin,
        text.format(name=WORDS(lang, "admin_knows_name")) if "{name}" in text else text.replace("{{{{", "{{").replace("}}}}", "}}"),
        lang,
    )

    assert WORDS(lang, "admin_meant", name=f"[{WORDS(lang, f'admin_knows_{near}')}]").strip() in told


@by_language
@pytest.mark.parametrize(
    ("head", "kind", "about", "line"),
    [
        ("heat = 2, 4", "head_line", "heat = 2, 4", 2),
        ("hot = 1", "head_key", "hot", 0),
        ('heat = "warm"', "head_value", "heat = [1, 3]", 0),
        ("shown = [1]", "head_value", "shown = true", 0),
        ("types = 3", "head_value", 'types = ["…"]', 0),
    ],
)
def test_faulty_conditions_are_told_in_the_admins_language(open_in: OpenIn, lang: str, head: str, kind: str, about: str, line: int) -> None:
    """Which line of the conditions can't be used, and how such a condition is written."""
    _, admin = open_in(lang)
    told = sent(admin, f"+++\n{head}\n+++\n哪一块坏了？", lang)
    fault = WORDS(lang, f"admin_fault_{kind}", about=about)

    assert (WORDS(lang, "admin_at_line", line=line, what=fault) if line else fault) in told
    assert "TOML" not in told


@by_language
def test_a_promise_is_told_with_the_policy_to_choose(open_in: OpenIn, lang: str) -> None:
    """What only the shop can make true: which of its policies to choose under the conditions, called by its name; chosen, it passes."""
    rule = 'policy = "postage_on_us"\n' + SMALL["wording/vague.toml"].replace("unless_timed = true", "").replace("尽快", "运费我们出")
    _, admin = open_in(lang, {"wording/postage.toml": rule.replace("soon", "post it free"), **FOUR})
    told = sent(admin, "运费我们出，哪一块坏了？", lang)
    assert WORDS(lang, "admin_fault_policy", about="运费我们出", policy=WORDS(lang, "admin_policy_postage_on_us")) in told

    first_opened(admin)
    chooses(
        admin, WORDS(lang, "admin_button_when"), WORDS(lang, "admin_button_only"), WORDS(lang, "admin_if_policy", what="…"),
        WORDS(lang, "admin_policy_postage_on_us"),
    )  # fmt: skip
    admin.taps(WORDS(lang, "admin_button_publish"))
    assert WORDS(lang, "admin_no_findings") in sent(admin, "运费我们出，哪一块坏了？", lang)


def test_a_line_is_counted_in_the_message_that_was_sent(open_in: OpenIn) -> None:
    """Below conditions of the admin's own, the text's first line is the fourth of what they sent."""
    _, admin = open_in()

    assert "第 4 行：" in sent(admin, "+++\nheat = [1, 4]\n+++\n{{ name，哪一块坏了？", "zh-Hans")


@pytest.mark.parametrize(
    ("text", "line", "about"),
    [
        ("{% if name %}{% if product %}好{% endif %}", 1, "{% if name %}"),
        ("好\n{% if name %}好{% elif naem %}好{% endif %}", 2, "naem"),
        ("{# never closed", 1, "{# never closed"),
        ("{% if name }好{% endif %}", 1, "{% if name }好"),
    ],
)
def test_a_slip_names_its_piece_and_line(text: str, line: int, about: str) -> None:
    """Of several pieces of code the one at fault is named, where it stands."""
    with pytest.raises(ReplySyntaxError) as raised:
        uses_of(text)

    assert (raised.value.line, raised.value.about) == (line, about)


# -- wordings as people read and write them

WITH_CODE = "{% if product %}您的{{ product }}{% else %}东西{% endif %}，是哪一块坏了？〔eta〕前回您。"
IN_WORDS = "【有[商品名]：您的[商品名]｜没有：东西】，是哪一块坏了？〔时间〕前回您。"


def test_no_page_shows_code(open_in: OpenIn) -> None:
    """List, page, the text to change, versions and preview call facts, blanks and conditions by their names."""
    shop, admin = open_in(changes={ONE: WITH_CODE})
    admin.says("/templates 哪一块")
    pages = [admin.last.text]
    admin.taps("1")
    pages.append(admin.last.text)
    assert IN_WORDS in admin.last.text
    admin.taps(WORDS("zh-Hans", "admin_button_new"))
    assert IN_WORDS in admin.last.text
    pages.append(admin.last.text)
    admin.says(IN_WORDS.replace("哪一块", "哪一边"))
    pages.append(admin.last.text)
    admin.taps(WORDS("zh-Hans", "admin_button_publish"))
    admin.taps(WORDS("zh-Hans", "admin_button_versions"))
    pages.append(admin.last.text)

    assert IN_WORDS in admin.last.text
    assert IN_WORDS.replace("哪一块", "哪一边") in admin.last.text
    assert not any(mark in page for page in pages for mark in ("{{", "{%", "〔eta〕"))
    assert shop.store.now(lambda books: books.wordings.of(ONE))[0].text == f"{WITH_CODE.replace('哪一块', '哪一边')}\n"


def test_a_list_shows_what_is_said_where_all_is_known(open_in: OpenIn) -> None:
    """Not both ways of a condition one after the other."""
    _, admin = open_in(changes={ONE: WITH_CODE})
    admin.says("/templates 哪一块")

    assert "1. 您的[商品名]，是哪一块坏了？" in admin.last.text


def test_who_approves_reads_words_and_not_conditions_as_the_file_has_them(tmp_path: Path) -> None:
    """A second admin sees the text and when it would be offered, in plain words."""
    shop = Stage(tmp_path, small_shop(tmp_path / "templates", {ONE: WITH_CODE}, desk={"two_people": True}))
    admin, second = shop.person(1, "林姐", "admin"), shop.person(2, "阿瑞", "admin")
    sent(admin, "+++\nheat = [1, 4]\n+++\n" + IN_WORDS.replace("哪一块", "哪一边"), "zh-Hans")
    admin.taps(WORDS("zh-Hans", "admin_button_propose"))
    shop.store.close()

    assert IN_WORDS.replace("哪一块", "哪一边") in second.last.text
    assert f"· {WORDS('zh-Hans', 'admin_if_heat', what='1–4')}" in second.last.text
    assert "heat" not in second.last.text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("【有[称呼]：[称呼]，】哪一块？", "{% if name %}{{ name }}，{% endif %}哪一块？"),
        ("【没有[商品名]：东西】哪一块？", "{% if not product %}东西{% endif %}哪一块？"),
        ("【有［商品名］: 这个|沒有:东西】哪一块？", "{% if product %}这个{% else %}东西{% endif %}哪一块？"),
        (
            "【有[称呼]：[称呼]【有[商品名]：的[商品名]】，】哪一块？",
            "{% if name %}{{ name }}{% if product %}的{{ product }}{% endif %}，{% endif %}哪一块？",
        ),
        ("【温馨提示】哪一块？", "【温馨提示】哪一块？"),
    ],
)
def test_a_condition_is_written_in_brackets(open_in: OpenIn, text: str, kept: str) -> None:
    """【有[…]：…｜没有：…】 is a condition, in one another too and however the marks are typed; other words in 【】 are text."""
    shop, admin = open_in()
    writes(admin, text)

    assert [one.text for one in shop.store.now(lambda books: books.wordings.of(ONE))] == [f"{kept}\n"]


def test_a_condition_that_is_not_whole_is_told(open_in: OpenIn) -> None:
    """A closing bracket that is missing, and a name that there isn't, each with what to write."""
    _, admin = open_in()

    said = "【有[称呼]：[称呼]，哪一块坏了？"
    assert WORDS("zh-Hans", "admin_open_condition", said=said, form=f"{said}】") in sent(admin, said, "zh-Hans")
    assert "【有[称呼]：哪一块坏了？】" in sent(admin, "【有[称呼：哪一块坏了？", "zh-Hans")
    assert "[商品] 系统填不了。您是不是想写 [商品名]？" in sent(admin, "【有[商品]：这个】哪一块坏了？", "zh-Hans")


@by_language
def test_every_shipped_wording_reads_and_writes_without_code(adviser: Adviser, lang: str) -> None:
    """As an admin sees it in any language, each of our wordings can be sent back and means the same."""
    kit = Kit(adviser.settings, adviser, Words.shipped())
    replies, _ = adviser.replies.all()

    assert [reply.id for reply in replies if "{" in shown(kit, reply.body, lang)] == []
    assert [reply.id for reply in replies if as_written(kit, reply.body, lang) != shown(kit, reply.body, lang)] == []


# -- when a wording is offered


def chooses(admin: Somebody, *said: str) -> None:
    """Tap one button after the other: a label, or the number of the line that says so on a page of choices."""
    for one in said:
        while one not in admin.last.labels and not any(one in line for line in admin.last.text.splitlines()) and "›" in admin.last.labels:
            admin.taps("›")
        line = next((line for line in admin.last.text.splitlines() if one in line and line[0].isdigit()), "")
        admin.taps(line.partition(".")[0] if line and one not in admin.last.labels else one, on=admin.last)


def test_only_if_a_photo_was_sent_takes_a_few_taps(open_in: OpenIn) -> None:
    """The condition is chosen from a list, checked and previewed like a new text, and holds once it is published."""
    shop, admin = open_in(changes=FOUR)
    first_opened(admin)
    chooses(admin, "使用条件", "只在…时用", WORDS("zh-Hans", "admin_if_shown"))
    assert WORDS("zh-Hans", "admin_no_findings") in admin.last.text
    assert f"· {WORDS('zh-Hans', 'admin_if_shown')}" in admin.last.text
    admin.taps(WORDS("zh-Hans", "admin_button_publish"))
    assert f"· {WORDS('zh-Hans', 'admin_if_shown')}" in admin.last.text

    agent = shop.person(2, "小王", "agent")
    for number in range(8):
        shop.person(50 + number, "Kim").says("东西坏了")
    assert not any("哪一块" in text for text in shop.said_to(agent))
    shop.person(70, "Lee").says("东西坏了", kind="photo", file_id="x")
    assert "哪一块坏了？" in agent.last.text


def test_not_if_and_a_second_condition(open_in: OpenIn) -> None:
    """One condition goes onto another's draft; what was shut out and is then asked for isn't shut out any more."""
    shop, admin = open_in(changes=FOUR)
    first_opened(admin)
    chooses(admin, "使用条件", "…时不用", WORDS("zh-Hans", "admin_if_types", what="…"), "坏了")
    chooses(admin, "使用条件", "…时不用", WORDS("zh-Hans", "admin_if_shown"))
    draft = shop.store.now(lambda books: books.wordings.of(ONE))[0].text
    assert draft.startswith('+++\nunless = { types = ["defect"], shown = true }\n+++\n')

    chooses(admin, "使用条件", "只在…时用", WORDS("zh-Hans", "admin_if_shown"))
    draft = shop.store.now(lambda books: books.wordings.of(ONE))[0].text
    assert draft.startswith('+++\nshown = true\nunless = { types = ["defect"] }\n+++\n')


def test_a_condition_is_dropped_with_a_tap(open_in: OpenIn) -> None:
    """Each stands with a number; dropped, the others stay."""
    shop, admin = open_in(changes={ONE: "+++\nheat = [2, 4]\nunless = { shown = true }\n+++\n哪一块坏了？"} | FOUR)
    first_opened(admin)
    admin.taps("使用条件")
    assert "1. 火气 2–4\n2. 顾客发过照片或视频时，不用" in admin.last.text
    admin.taps("去掉 1")

    assert shop.store.now(lambda books: books.wordings.of(ONE))[0].text == "+++\nunless = { shown = true }\n+++\n哪一块坏了？"


def test_versions_that_differ_in_when_they_are_offered_look_different(open_in: OpenIn) -> None:
    """Below each version's words stands when it is offered."""
    _, admin = open_in(changes=FOUR)
    first_opened(admin)
    chooses(admin, "使用条件", "只在…时用", WORDS("zh-Hans", "admin_if_shown"))
    for button in ("admin_button_publish", "admin_button_versions"):
        admin.taps(WORDS("zh-Hans", button))

    now, file = admin.last.text.split(WORDS("zh-Hans", "admin_the_file"))
    assert WORDS("zh-Hans", "admin_if_shown") in now
    assert WORDS("zh-Hans", "admin_always") in file


def test_the_last_wording_without_conditions_stays_without(open_in: OpenIn) -> None:
    """A condition that would leave some customers without any reply is refused, and the reason told."""
    shop, admin = open_in(
        changes={ONE.replace("one", other): "+++\nheat = [1, 4]\n+++\n是收到就坏的吗？" + other for other in ("two", "three")}
    )
    first_opened(admin)
    chooses(admin, "使用条件", "只在…时用", WORDS("zh-Hans", "admin_if_shown"))

    assert WORDS("zh-Hans", "admin_fault_special") in admin.last.text
    assert shop.store.now(lambda books: books.wordings.of(ONE)) == []


@by_language
def test_every_condition_that_is_offered_can_be_chosen(open_in: OpenIn, lang: str) -> None:
    """Through all pages of both lists: each choice leads to values or to a draft, and its words are the admin's."""
    _, admin = open_in(lang, FOUR)
    for side in ("admin_button_only", "admin_button_not"):
        opened: set[str] = set()
        while True:
            first_opened(admin)
            admin.taps(WORDS(lang, "admin_button_when"))
            admin.taps(WORDS(lang, side))
            for _ in range(len(opened) // 8):
                admin.taps("›")
            left = [label for label in admin.last.labels if label.isdigit() and label not in opened]
            if not left:
                break
            opened.add(left[0])
            admin.taps(left[0], on=admin.last)
            assert "admin_" not in admin.last.text
        assert len(opened) == len(occasions.OFFERED)


@pytest.mark.parametrize(
    "data", ["when:x:0", "side:{0}:0:up:0", "kind:{0}:0:only:99:0", "pick:{0}:0:only:2:zz", "drop:{0}:0:only:²", "pick:{0}"]
)
def test_made_up_buttons_of_conditions_do_nothing(open_in: OpenIn, data: str) -> None:
    """Data that no button of ours carries makes no draft and doesn't fail."""
    shop, admin = open_in()
    opens(admin)
    mark = next(button.data for row in admin.last.buttons for button in row if "script.when" in button.data).split(":")[1]
    admin.sends_data(f"script.{data.format(mark)}", admin.last.number)

    assert shop.store.now(lambda books: books.wordings.of(ONE)) == []


def test_back_leads_to_the_list_that_one_came_from(open_in: OpenIn) -> None:
    """From a search's hit to its hits, also by way of the versions; from a technique's list to that list."""
    _, admin = open_in()
    admin.says("/templates 哪一块")
    hits = admin.last.text
    admin.taps("1")
    for button in ("admin_button_versions", "admin_button_back", "admin_button_back"):
        admin.taps(WORDS("zh-Hans", button))
    assert admin.last.text == hits

    opens(admin)
    admin.taps(WORDS("zh-Hans", "admin_button_back"))
    assert admin.last.text.startswith("<b>问 · 语言1</b>")


def test_back_keeps_a_condition_that_was_added(open_in: OpenIn) -> None:
    """Under the draft's conditions stands that they aren't published, and a button leads to the page where they are."""
    shop, admin = open_in(changes=FOUR)
    first_opened(admin)
    chooses(admin, "使用条件", "只在…时用", WORDS("zh-Hans", "admin_if_shown"))
    assert WORDS("zh-Hans", "admin_came", what=WORDS("zh-Hans", "admin_if_shown")) in admin.last.text
    admin.taps(WORDS("zh-Hans", "admin_button_when"))
    assert f"1. {WORDS('zh-Hans', 'admin_if_shown')}" in admin.last.text
    assert WORDS("zh-Hans", "admin_a_draft") in admin.last.text
    admin.taps(WORDS("zh-Hans", "admin_button_draft"))
    admin.taps(WORDS("zh-Hans", "admin_button_publish"))

    assert [one.state for one in shop.store.now(lambda books: books.wordings.of(ONE))] == ["live"]


def test_only_what_was_published_has_a_number(open_in: OpenIn) -> None:
    """A tap on a condition takes the place of the draft before it; drafts are taken up or thrown away out of the list."""
    shop, admin = open_in(changes=FOUR)
    sent(admin, "哪一边坏了？", "zh-Hans")
    first_opened(admin)
    chooses(admin, "使用条件", "只在…时用", WORDS("zh-Hans", "admin_if_shown"))
    chooses(admin, "使用条件", "只在…时用", WORDS("zh-Hans", "admin_if_complaint"))
    assert len(shop.store.now(lambda books: books.wordings.of(ONE))) == 2

    first_opened(admin)
    chooses(admin, WORDS("zh-Hans", "admin_button_versions"), WORDS("zh-Hans", "admin_button_throw", number=2))
    assert "哪一边坏了？" not in admin.last.text
    chooses(admin, WORDS("zh-Hans", "admin_button_take_up", number=1), WORDS("zh-Hans", "admin_button_publish"))
    assert WORDS("zh-Hans", "admin_from_chat", number=1, name="林姐", when="")[:6] in admin.last.text


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("zh-Hans", "这条消息属于none或valid时，不用"),
        ("zh-Hant", "這則訊息屬於none或valid時，不用"),
        ("en", "never where the message counts as none or valid"),
    ],
)
def test_when_a_wording_is_not_offered_is_said_in_a_sentence(open_in: OpenIn, lang: str, told: str) -> None:
    """Not a list of the names that conditions have, with colons."""
    _, admin = open_in(lang, {ONE: '+++\nunless = { nature = ["none", "valid"] }\n+++\n哪一块坏了？'} | FOUR)
    first_opened(admin)

    assert f"· {told}" in admin.last.text


def test_what_waits_for_approval_stands_above_the_techniques(tmp_path: Path) -> None:
    """Where /templates begins, with a button that leads to it; who becomes an admin meanwhile is told."""
    shop = Stage(tmp_path, small_shop(tmp_path / "templates", desk={"two_people": True}))
    admin, wang = shop.person(1, "林姐", "admin"), shop.person(2, "小王", "agent")
    sent(admin, "哪一边坏了？", "zh-Hans")
    admin.taps(WORDS("zh-Hans", "admin_button_propose"))
    admin.says("/team")
    admin.taps("2")
    admin.taps(WORDS("zh-Hans", "team_button_becomes", role=WORDS("zh-Hans", "role_admin")))
    assert WORDS("zh-Hans", "admin_waiting") in wang.last.text
    wang.says("/templates")
    assert f"{WORDS('zh-Hans', 'admin_waiting')}</b>\n1. 问 · [称呼]，哪一块坏了？ · 林姐" in wang.last.text
    wang.taps("⏳ 1")
    wang.taps(WORDS("zh-Hans", "admin_button_approve"))
    wang.says("/templates")
    shop.store.close()

    assert WORDS("zh-Hans", "admin_waiting") not in wang.last.text


def test_an_english_hit_is_cut_late_and_behind_a_word(open_in: OpenIn) -> None:
    """As much as a line of a phone's list has room for, not a piece of a word."""
    said = "Could you tell me which part of it arrived broken, and whether the box around it was damaged as well?"
    _, admin = open_in(changes={"replies/en/ask/one.j2": said})
    admin.says("/templates arrived broken")

    assert "1. Could you tell me which part of it arrived broken, and whether the box around …" in admin.last.text
