"""Brackets that an admin gets wrong never reach a card: they are refused, and the right form is shown, ready to copy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from calmdesk.desk.words import Words
from tests.admins.shop import ONE, small_shop
from tests.conftest import ROOT
from tests.desk_people import Somebody, Stage
from tests.small import SMALL

WORDS = Words.shipped()
BLANKS = re.sub(r"(?m)^kind = .*\n", "", (ROOT / "templates" / "blanks.toml").read_text("utf-8"))
ASIDES = {"zh-Hans": "图片", "zh-Hant": "圖片", "en": "picture"}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Stage]:
    """Return a shop with the shipped blanks, whose languages know what chats show in square brackets."""
    settings = small_shop(tmp_path / "templates", {"blanks.toml": BLANKS})
    language = settings.base / "languages" / "zh-Hans.toml"
    language.write_text(f'asides = ["图片"]\n{language.read_text("utf-8")}', "utf-8")
    stage = Stage(tmp_path, settings)
    yield stage
    stage.store.close()


def told(shop: Stage, text: str, lang: str = "zh-Hans") -> str:
    """Send a new text for a wording as an admin of a language, and return the answer as HTML."""
    admin = shop.person(1, "林姐", "admin")
    admin.says("/language")
    admin.taps(WORDS(lang, "own_name"))
    return writes(admin, text, lang)


def writes(admin: Somebody, text: str, lang: str = "zh-Hans") -> str:
    """Send a new text for the wording that asks which part is broken."""
    admin.says("/templates 哪一块")
    admin.taps("1")
    admin.taps(WORDS(lang, "admin_button_new"))
    admin.says(text)
    return unescape(admin.last.text)


def copied(html: str) -> list[str]:
    """Return what an answer offers to copy."""
    return re.findall("<code>(.*?)</code>", html)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("【有[商品名]，您的[商品名]我看到了】哪一块？", ["【有[商品名]：您的[商品名]我看到了】"]),
        ("【有[商品名] 您的[商品名]】哪一块？", ["【有[商品名]：您的[商品名]】"]),
        ("[商品名的事我来办，哪一块？", ["[商品名]"]),
        ("商品名]的事我来办，哪一块？", ["[商品名]"]),
        ("（商品名）的事我来办，（回复时间）前回您", ["[商品名]", "〔回复时间〕"]),
        ("【商品名】的事，哪一块？", ["[商品名]"]),
        ("【有订单号：这单】，【没有：发我订单号】", ["【有[订单号]：这单】", "【没有[订单号]：发我订单号】"]),
        ("【有[商品名]：您的[商品名]，没有：东西】哪一块？", ["【有[商品名]：您的[商品名]｜没有：东西】"]),
        ("【有〔回复时间〕：好的】哪一块？", ["〔回复时间〕"]),
        ("【有[商品名]：您的[商品名]哪一块？", ["【有[商品名]：您的[商品名]哪一块？】"]),
        ("【[商品名]：您的[商品名]】哪一块？", ["【有[商品名]：您的[商品名]】"]),
        ("哪一块？（金额）", ["[金额]", "〔金额〕"]),
        ("【有[商【y】品]：这个】哪一块？", ["[商品名]"]),
        ("【ıf [the gooðs]: yours】哪一块？", ["[商品名]"]),
        ("（tıme）前回您，哪一块？", ["〔约定时间〕"]),
        ("【İf tıme: yours】哪一块？", ["〔约定时间〕"]),
    ],
)
def test_a_broken_bracket_is_refused_with_the_right_form_to_copy(shop: Stage, text: str, right: list[str]) -> None:
    """A comma for a colon, a bracket of another kind, one that isn't closed: each is told once, with what to write."""
    answer = told(shop, text)

    assert answer.startswith("⛔")
    assert copied(answer) == right
    assert "\0" not in answer
    assert not shop.store.now(lambda books: books.wordings.of(ONE))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("【if [the goods], your [the goods]】哪一块?", ["【if [the goods]: your [the goods]】"]),
        ("【if the goods: yours|else: it】哪一块?", ["【if [the goods]: yours｜else: it】"]),
        ("Your <product> 哪一块 (when we come back)", ["[the goods]", "〔when we come back〕"]),
    ],
)
def test_so_it_is_in_english(shop: Stage, text: str, right: list[str]) -> None:
    """The same slips, in the words of an admin who is spoken to in English."""
    assert copied(told(shop, text, "en")) == right


@pytest.mark.parametrize(
    "text",
    [
        "【温馨提示】哪一块坏了？",
        "哪一块坏了（三天内的）？",
        "哪一块坏了，发[图片]给我？",
        "（订单号在短信里）哪一块坏了？",
        "【关于[订单号]】哪一块？",
    ],
)
def test_ordinary_brackets_stay_text(shop: Stage, text: str) -> None:
    """What shops write in brackets anyway passes the check."""
    assert WORDS("zh-Hans", "admin_no_findings") in told(shop, text)


def test_if_not_is_a_condition(shop: Stage) -> None:
    """【if not [the goods]: …】 reads as it says, and 【without [the goods]: …】 means the same."""
    for said in ("if not", "without"):
        writes(shop.person(1, "林姐", "admin"), f"【{said} [the goods]: 东西】哪一块?")
        newest = shop.store.now(lambda books: books.wordings.of(ONE))[0]
        assert newest.text == "{% if not product %}东西{% endif %}哪一块?\n"


@pytest.mark.parametrize(
    ("lang", "text", "meant"),
    [
        ("zh-Hans", "[回复时间]前说哪一块", ["〔回复时间〕"]),
        ("zh-Hans", "〔商品名〕哪一块", ["[商品名]"]),
        ("zh-Hans", "[快递]哪一块", ["[快递公司]"]),
        ("zh-Hans", "〔几点〕哪一块", ["〔回复时间〕", "〔约定时间〕"]),
        ("zh-Hans", "[时间]哪一块", ["〔回复时间〕", "〔约定时间〕"]),
        ("en", "[time]哪一块", ["〔appointed time〕"]),
        ("en", "[carrier]哪一块", ["[the courier]"]),
    ],
)
def test_what_is_meant_is_found_by_what_people_call_it(shop: Stage, lang: str, text: str, meant: list[str]) -> None:
    """In the wrong brackets, by another word, or nearly: the one name is shown, and no list of all that there are."""
    answer = told(shop, text, lang)

    assert copied(answer) == meant
    assert WORDS(lang, "admin_knows_demand") not in answer


def test_what_there_is_is_listed_once(shop: Stage) -> None:
    """Two names that nothing is like: both are told, and below them once what can be filled in."""
    answer = told(shop, "[哈哈哈]和[嘻嘻嘻]，哪一块？")

    assert "[哈哈哈]" in answer
    assert "[嘻嘻嘻]" in answer
    assert answer.count("[快递单号]") == 1


def test_a_better_wording_calls_blanks_as_the_page_does(tmp_path: Path) -> None:
    """Who wrote a vague promise is shown the blank's name, not what the code calls it."""
    rule = SMALL["wording/vague.toml"].replace("写上时间", "说个时间，例如〔eta〕")
    stage = Stage(tmp_path, small_shop(tmp_path / "templates", {"wording/vague.toml": rule}))
    answer = told(stage, "哪一块坏了？尽快回您")
    stage.store.close()

    assert "例如〔时间〕" in answer


def test_a_wording_that_fits_no_case_is_shown_in_one_where_it_does(shop: Stage) -> None:
    """The cases so far aren't about it: what it would say is shown all the same, and said to be made up."""
    shop.person(50, "Kim").says("东西坏了")
    answer = told(shop, "+++\nheat = [4, 4]\n+++\n[订单号]这单是哪一块坏了？")

    assert WORDS("zh-Hans", "admin_not_here") in answer
    assert f"{WORDS('zh-Hans', 'admin_preview_made_up')}</b>\n{WORDS('zh-Hans', 'admin_after')} 1这单是哪一块坏了？" in answer
