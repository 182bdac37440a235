"""A new text for a wording: what it may say, what is found in it, and how it is shown in cases before it counts."""

from __future__ import annotations

import re
from html import unescape

import pytest

from calmdesk.desk.admins.visit import fitting
from tests.admins.shop import ADMINS_ONLY, ONE, Open, opens, writes
from tests.desk_people import WORDS, Somebody, Stage, word


def at_line(number: int) -> str:
    """Return how a finding begins that is about one line."""
    return word("admin_at_line", line=number, what="")


def wrong(kind: str, about: str) -> str:
    """Return what is said of a piece of code in the first line."""
    return at_line(1) + word(f"admin_fault_{kind}", about=about)


def test_a_new_text_is_used_in_the_next_suggestion(shop: Stage, admin: Somebody) -> None:
    """From the text in the chat to the agents' card: no file, no restart."""
    said = writes(admin, "{% if name %}{{ name }}，{% endif %}坏的是哪一角呢？")
    assert word("admin_no_findings") in said
    agent = shop.person(2, "小王", "agent")
    for number in range(8):
        shop.person(50 + number, "Kim").says("东西坏了")
    assert not any("哪一角" in text for text in shop.said_to(agent))

    assert word("admin_published") in admin.taps(word("admin_button_publish"))
    origin = word("admin_from_chat", number=1, name="林姐", when=f"{shop.now.astimezone():%Y-%m-%d %H:%M}")
    assert any(origin in text for text in shop.said_to(admin))
    for number in range(8):
        shop.person(60 + number, "Lee").says("东西坏了")
    assert any("Lee，坏的是哪一角呢？" in text for text in shop.said_to(agent))


def test_the_front_matter_stays_with_a_new_text(open_shop: Open) -> None:
    """A new text keeps when it is used; one that begins with +++ brings that along."""
    shop = open_shop({ONE: "+++\nheat = [1, 4]\n+++\n哪一块坏了？", "replies/zh-Hans/ask/four.j2": "是哪一边呢？"})
    admin = shop.person(1, "林姐", "admin")
    admin.says("/templates 哪一块")
    admin.taps("1")
    assert word("admin_if_heat", what="1–4") in admin.last.text
    admin.taps(word("admin_button_new"))
    admin.says("坏的是哪一角？")
    admin.taps(word("admin_button_publish"))
    assert word("admin_if_heat", what="1–4") in admin.last.text

    admin.taps(word("admin_button_new"))
    admin.says('+++\ntypes = ["defect"]\n+++\n坏的是哪一角？')
    admin.taps(word("admin_button_publish"))
    assert word("admin_if_types", what="坏了") in admin.last.text
    assert "火气" not in admin.last.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("我们尽快处理。", "尽快"),
        ("{{ nmae }}，哪一块坏了？", f"{at_line(1)}nmae 系统填不了。您是不是想写 [称呼]？"),
        ("{{ 'a' * 1000000000 }}哪一块？", wrong("expression", "{{ 'a' * 1000000000 }}")),
        ("{{ 'a' ~ 'b' }}哪一块？", wrong("expression", "{{ 'a' ~ 'b' }}")),
        ("{{ 2 ** 99999999 }}哪一块？", wrong("expression", "{{ 2 ** 99999999 }}")),
        ("{% for one in points %}{{ one }}{% endfor %}", wrong("tag", "{% for one in points %}")),
        ("{{ points | batch(1) }}", wrong("filter", "batch")),
        ("{{ lipsum(n=100000) }}", wrong("expression", "{{ lipsum(n=100000) }}")),
        ("{{ name.__class__.__mro__ }}", wrong("expression", "{{ name.__class__.__mro__ }}")),
        ("{{ '%1000000000d' % 1 }}", wrong("expression", "{{ '%1000000000d' % 1 }}")),
        ("{% include '/etc/passwd' %}", wrong("tag", "{% include '/etc/passwd' %}")),
        ("{% macro a() %}{% endmacro %}好", wrong("tag", "{% macro a() %}")),
        ("{{ " + "(" * 1800 + "name" + ")" * 1800 + " }}好", word("admin_fault_deep", about="")),
        ("{{ " + "not " * 900 + "name }}好", word("admin_fault_deep", about="")),
        ("{% if name %}" * 120 + "好" + "{% endif %}" * 120, word("admin_fault_deep", about="")),
        ("+++\nheat = " + "[" * 1900 + "]" * 1900 + "\n+++\n好", word("admin_fault_deep", about="")),
        ("+++\nheat = [9999999999999999999999, 1]\n+++\n好", word("admin_fault_head_value", about="heat = [1, 3]")),
        ("+++\nhot = 1\n+++\n好", word("admin_fault_head_key", about="hot")),
        ("+++\ntypes = [\"nothing\"]\n+++\n好？", word("admin_fault_unknown", about="nothing (defect)")),
        ("+++\n坏的", word("admin_fault_head_open")),
        ("〔nothing〕前给您", "没有 〔nothing〕 这个空。\n客服能填的空：〔时间〕"),
        ("[nothing]坏了？", "[nothing] 系统填不了"),
        ("哪一块" * 60, "180/120"),
        ("{% if name %}{{ name }}，{% endif %}拍张照给我看看？", word("admin_fault_twin", about="zh-Hans/ask/three")),
        ("{% if name %}{{ name }}，{% endif %}是收到就坏的吗？", word("admin_fault_twin", about="zh-Hans/ask/two")),
        ("Which part is it?", word("admin_fault_foreign", about="zh-Hans")),
        ("〔时间前给您。", word("admin_write_so", said="〔时间", form="〔时间〕")),
        ("〔这天前给您。", word("admin_fault_unclosed")),
    ],
    ids=lambda value: value[:24],
)  # fmt: skip
def test_a_text_with_faults_is_not_published(shop: Stage, admin: Somebody, text: str, told: str) -> None:
    """What the check finds, and what somebody sends to harm, is told with the reason; there is no button to publish it."""
    said = writes(admin, text)

    assert word("admin_findings") in said
    assert told in re.sub("</?code>", "", unescape(said))
    assert word("admin_button_publish") not in admin.last.labels
    assert shop.store.now(lambda books: books.wordings.of(ONE)) == []


@pytest.mark.parametrize("other", ["[nothing]", "〔nothing〕", "{{ nmae }}"])
def test_all_faults_of_a_text_are_told_at_once(admin: Somebody, other: str) -> None:
    """An unknown name, in brackets or in code, doesn't hide what must not be said; neither is told twice."""
    said = writes(admin, f"{other}坏了？我们尽快处理。").replace("&#x27;", "'")

    assert "'尽快': " in said
    assert said.count("nothing") == ("nmae" not in other)
    assert ("nmae" in said) == ("nmae" in other)


def test_an_admin_writes_what_the_pages_show(shop: Stage, admin: Somebody) -> None:
    """Facts and blanks called by their names in brackets are filled in when it is sent, however the brackets are typed."""
    said = writes(admin, "［商品名］哪一块坏了？〔时间〕前给您回话。")
    assert word("admin_no_findings") in said
    admin.taps(word("admin_button_publish"))
    kept = shop.store.now(lambda books: books.wordings.of(ONE))[0].text

    assert "{{ product }}哪一块坏了？〔eta〕前给您回话。" in kept
    assert "[商品名]哪一块坏了？〔时间〕前给您回话。" in admin.last.text


def test_a_fact_is_put_in_as_before(open_shop: Open) -> None:
    """Points that were a list stay a list, when the admin writes the same name in brackets."""
    shop = open_shop({ONE: "您说的：{{ points | numbered }}对吗？"})
    admin = shop.person(1, "林姐", "admin")
    writes(admin, "您是说[顾客说的几点]是这样吗？")
    assert "您是说{{ points | numbered }}是这样吗？" in shop.store.now(lambda books: books.wordings.of(ONE))[0].text


def test_the_names_in_brackets_mean_one_thing() -> None:
    """No two facts, and no two blanks, are called alike in any language."""
    for prefix in ("admin_knows_", "admin_policy_"):
        names = [(sentence.casefold(), key) for words in WORDS.languages.values() for key, sentence in words.items() if prefix in key]
        assert len({name for name, _ in set(names)}) == len(set(names)), prefix


def test_only_findings_of_this_wording_are_shown(open_shop: Open) -> None:
    """A neighbour with faults of its own doesn't keep an admin from mending this one."""
    shop = open_shop({"replies/zh-Hans/ask/two.j2": "我们尽快处理。"})
    admin = shop.person(1, "林姐", "admin")
    admin.says("/templates 哪一块坏了")
    admin.taps("1")
    admin.taps(word("admin_button_new"))
    admin.says("坏的是哪一角呢？")

    assert word("admin_no_findings") in admin.last.text


def test_the_preview_shows_real_cases_before_and_after(shop: Stage, admin: Somebody) -> None:
    """The last three cases in which it fits stand there with what would be said now and then; customers' words are text."""
    for number, said in enumerate(["东西坏了", "盖子坏了", "坏了<b>", "不喜欢这个颜色"]):
        shop.person(50 + number, "Kim").says(said)
    said = writes(admin, "{% if name %}{{ name }}，{% endif %}坏的是哪一角呢？")

    assert word("admin_preview_cases") in said
    assert said.count(f"{word('admin_before')} Kim，哪一块坏了？") == 3
    assert said.count(f"{word('admin_after')} Kim，坏的是哪一角呢？") == 3
    assert "坏了&lt;b&gt;" in said


def test_the_preview_of_a_sent_wording_is_of_the_moment_when_it_went(shop: Stage, admin: Somebody) -> None:
    """Where it was sent counts first, whatever was said afterwards; and how often it was sent stands beside it."""
    agent, customer = shop.person(2, "小王", "agent"), shop.person(50, "Kim")
    customer.says("东西坏了")
    agent.taps(word("button_send", number=1))
    customer.says("好的谢谢")
    sent = shop.said_to(customer)[-1]
    number = {"哪一块": "1", "拍张照": "2", "收到就": "3"}[next(part for part in ("哪一块", "拍张照", "收到就") if part in sent)]
    opens(admin, number)
    assert word("admin_sent_since", count=1, when="") in admin.last.text
    admin.taps(word("admin_button_new"))
    admin.says("坏的是哪一角呢？")

    assert f"{word('admin_before')} {sent}" in admin.last.text
    assert "<blockquote>东西坏了</blockquote>" in admin.last.text


def test_a_page_keeps_within_what_telegram_takes() -> None:
    """With a dozen long conditions the last list is left out, and not the whole page refused."""
    assert fitting(["found nothing", "", "came", "when"]) == "found nothing\n\ncame\n\nwhen"
    assert fitting(["found nothing", "came " * 400, "when " * 500]) == "found nothing\n\n" + "came " * 400


def test_without_cases_the_preview_uses_the_samples(admin: Somebody) -> None:
    """A new shop sees what its wordings would say, too."""
    said = writes(admin, "{% if name %}{{ name }}，{% endif %}坏的是哪一角呢？")

    assert word("admin_preview_samples") in said
    assert f"{word('admin_before')} 韩，哪一块坏了？" in said
    assert f"{word('admin_after')} 韩，坏的是哪一角呢？" in said


def test_what_was_asked_for_has_its_time(shop: Stage, admin: Somebody) -> None:
    """Cancelled, after another command, or an hour later, the next words are a customer's, pasted."""
    for give_up in (lambda: admin.taps(word("button_give_up")), lambda: admin.says("/stats"), lambda: shop.passes(minutes=61)):
        opens(admin)
        admin.taps(word("admin_button_new"))
        give_up()
        admin.says("东西坏了")
        assert word("admin_no_findings") not in " ".join(shop.said_to(admin))
        assert word("admin_findings") not in " ".join(shop.said_to(admin))


def test_who_is_no_admin_any_more_finishes_no_step(shop: Stage) -> None:
    """The role counts when the text comes, not when it was asked for."""
    rui = shop.person(2, "阿瑞", "admin")
    opens(rui)
    rui.taps(word("admin_button_new"))
    shop.store.now(lambda books: books.staff.join(rui.id, "阿瑞", "supervisor"))
    rui.says("坏的是哪一角呢？")

    assert rui.last.text == ADMINS_ONLY


def test_only_text_is_a_wording(admin: Somebody) -> None:
    """A picture with words beneath it changes nothing."""
    opens(admin)
    admin.taps(word("admin_button_new"))
    admin.says("坏的是哪一角呢？", kind="photo", file_id="x")

    assert word("admin_only_text") in admin.last.text
