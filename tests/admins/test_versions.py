"""Versions of a wording: back to any of them, off, and a second person's yes."""

from __future__ import annotations

from tests.admins.shop import ADMINS_ONLY, ONE, OUTDATED, Open, goes_to, opens, writes
from tests.desk_people import Somebody, Stage, word


def test_every_version_is_kept_and_any_comes_back_with_one_tap(shop: Stage, admin: Somebody) -> None:
    """Who wrote what when stands in the list; back to an earlier one, or to the file."""
    rui = shop.person(2, "阿瑞", "admin")
    for person, text in ((admin, "坏的是哪一角呢？"), (rui, "坏的是哪一边呢？")):
        writes(person, text)
        person.taps(word("admin_button_publish"))
    opens(admin)
    admin.taps(word("admin_button_versions"))
    assert f"<b>第 2 版 {word('admin_state_live')}</b> · 阿瑞" in admin.last.text
    assert f"<b>第 1 版 {word('admin_state_past')}</b> · 林姐" in admin.last.text

    assert word("admin_published") in admin.taps(word("admin_button_return", number=1))
    assert "坏的是哪一角呢？" in admin.last.text
    goes_to(admin, word("admin_button_versions"), word("admin_button_file"))
    assert word("admin_from_file") in admin.last.text
    assert "哪一块坏了？" in admin.last.text
    assert shop.store.now(lambda books: [one.state for one in books.wordings.of(ONE)]) == ["past", "past"]


def test_a_wording_is_switched_off_unless_it_is_needed(open_shop: Open) -> None:
    """What nobody wants to hear any more isn't suggested; the last that a technique can't do without stays."""
    shop = open_shop({"replies/zh-Hans/ask/four.j2": "能看看是哪一边吗？"})
    admin, agent = shop.person(1, "林姐", "admin"), shop.person(2, "小王", "agent")
    admin.says("/templates 哪一边")
    admin.taps("1")
    admin.taps(word("admin_button_off"))
    assert f"🚫 {word('admin_is_off')}" in admin.last.text
    for number in range(8):
        shop.person(50 + number, "Kim").says("东西坏了")
    assert not any("哪一边" in text for text in shop.said_to(agent))

    opens(admin, "2")
    assert word("admin_not_off") in admin.taps(word("admin_button_off"))
    assert any(word("admin_fault_few", about="2/3") in text for text in shop.said_to(admin))


def test_a_second_person_approves_where_the_settings_ask_for_it(open_shop: Open) -> None:
    """The author can't approve their own; the other admins get it in private, and one yes is enough."""
    shop = open_shop(desk={"two_people": True})
    admin, rui, chief = shop.person(1, "林姐", "admin"), shop.person(2, "阿瑞", "admin"), shop.person(3, "陈", "supervisor")
    writes(admin, "坏的是哪一角呢？")
    assert word("admin_button_publish") not in admin.last.labels
    assert word("admin_proposed") in admin.taps(word("admin_button_propose"))
    assert word("admin_one_awaits", name="林姐") in admin.last.text
    assert word("admin_please_approve", name="林姐", script="问 · [称呼]，哪一块坏了？") in rui.last.text
    assert f"{word('admin_after')} 坏的是哪一角呢？" in rui.last.text
    assert shop.store.now(lambda books: books.wordings.live()) == {}

    assert word("admin_not_your_own") in admin.sends_data("script.approve:1", admin.last.number)
    assert ADMINS_ONLY in chief.sends_data("script.approve:1", 1)
    proposal = rui.last
    assert word("admin_published") in rui.taps(word("admin_button_approve"), on=proposal)
    assert word("admin_was_approved", name="阿瑞", script="问 · [称呼]，哪一块坏了？") in admin.last.text
    assert shop.store.now(lambda books: books.wordings.live()) == {ONE: "坏的是哪一角呢？\n"}
    assert rui.sends_data("script.refuse:1", proposal.number) == OUTDATED


def test_going_back_needs_a_second_person_too(open_shop: Open) -> None:
    """An earlier version and the file's own text change what is said as a new one does, and wait as it does for another admin's yes."""
    shop = open_shop(desk={"two_people": True})
    admin, rui = shop.person(1, "林姐", "admin"), shop.person(2, "阿瑞", "admin")
    for text in ("坏的是哪一角呢？", "坏的是哪一边呢？"):
        writes(admin, text)
        admin.taps(word("admin_button_propose"))
        rui.taps(word("admin_button_approve"))

    def live() -> str:
        return "".join(shop.store.now(lambda books: books.wordings.live()).values())

    for label, after in ((word("admin_button_return", number=1), "坏的是哪一角呢？\n"), (word("admin_button_file"), "")):
        before = live()
        opens(admin)
        admin.taps(word("admin_button_versions"))
        assert word("admin_proposed") in admin.taps(label)
        assert live() == before
        rui.taps(word("admin_button_approve"))
        assert live() == after


def test_a_refused_text_stays_out(open_shop: Open) -> None:
    """A no is told to the author; the version remains in the list, and its buttons are void."""
    shop = open_shop(desk={"two_people": True})
    admin, rui = shop.person(1, "林姐", "admin"), shop.person(2, "阿瑞", "admin")
    writes(admin, "坏的是哪一角呢？")
    admin.taps(word("admin_button_propose"))
    proposal = rui.last
    rui.taps(word("admin_button_refuse"), on=proposal)

    assert word("admin_was_refused", name="阿瑞", script="问 · [称呼]，哪一块坏了？") in admin.last.text
    assert rui.sends_data("script.approve:1", proposal.number) == OUTDATED
    assert shop.store.now(lambda books: books.wordings.live()) == {}


def test_an_admin_alone_hears_that_nobody_can_approve(open_shop: Open) -> None:
    """Two people are asked for and there is one: it waits, and that is said."""
    shop = open_shop(desk={"two_people": True})
    admin = shop.person(1, "林姐", "admin")
    writes(admin, "坏的是哪一角呢？")

    assert word("admin_nobody_approves") in admin.taps(word("admin_button_propose"))


def test_two_admins_at_once_do_not_overwrite_each_other(shop: Stage, admin: Somebody) -> None:
    """A draft that was made before another version came into force isn't published over it."""
    rui = shop.person(2, "阿瑞", "admin")
    writes(admin, "坏的是哪一角呢？")
    writes(rui, "坏的是哪一边呢？")
    rui.taps(word("admin_button_publish"))

    assert word("admin_overtaken") in admin.taps(word("admin_button_publish"))
    assert OUTDATED in rui.sends_data("script.publish:2", rui.last.number)
    assert "哪一边呢" in "".join(shop.store.now(lambda books: books.wordings.live()).values())
