"""What the staff do by chat: the team, the wordings, the figures, the desk's health; as a person at each end sees it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from html import unescape
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from calmdesk.adviser import Adviser
from calmdesk.config import Settings
from calmdesk.desk.admins.figures import Figures, width
from calmdesk.desk.calls import Outcome
from calmdesk.desk.desk import Desk
from calmdesk.desk.words import Words
from calmdesk.store.rows import Role
from calmdesk.store.store import Store
from tests.desk_people import Somebody, Stage
from tests.small import SMALL
from tests.small import write as write_small

ONE = "replies/zh-Hans/ask/one.j2"
Open = Callable[..., Stage]
WORDS = Words.shipped()


def word(key: str, **values: Any) -> str:
    """Return what the bot says for *key* in the language of these people."""
    return WORDS(WORDS.first, key, **values)


ADMINS_ONLY = word("not_your_role", role=word("role_admin"))
OUTDATED = word("outdated")


def at_line(number: int) -> str:
    """Return how a finding begins that is about one line."""
    return word("admin_at_line", line=number, what="")


def wrong(kind: str, about: str) -> str:
    """Return what is said of a piece of code in the first line."""
    return at_line(1) + word(f"admin_fault_{kind}", about=about)


JOINED = word("welcome_staff", name="小王", role=word("role_agent"))


_LABELS = {"nature": ("none", "valid"), "temperament": ("unclear", "choleric"), "intensity": ("0", "1", "2", "3", "4")}
"""What a card needs of labels, beside the small playbook."""


class SmallShop(Settings):
    """Settings of a shop whose only playbook is the one in *base*."""

    @property
    def folders(self) -> list[Path]:
        """Return that folder alone."""
        return [self.base]


def small_shop(folder: Path, changes: Mapping[str, str | None] | None = None, **sections: Any) -> Settings:
    """Write the small playbook of `tests.small` (with *changes*) to *folder* and return its shop's settings; *sections* as in bot.toml."""
    labels = {f"labels/{key}/{one}.toml": f'names = {{ zh-Hans = "{one}", en = "{one}" }}' for key, ones in _LABELS.items() for one in ones}
    return SmallShop.model_validate({**sections, "base": write_small(folder, {**labels, **(changes or {})})})


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[Open]:
    """Return how to open a shop with the small playbook: its files changed, its settings as in bot.toml.

    At the end everything that was shown fits into Telegram's limits.
    """
    stages: list[Stage] = []

    def opened(changes: dict[str, str | None] | None = None, **sections: Any) -> Stage:
        stages.append(Stage(tmp_path, small_shop(tmp_path / "templates", changes, **sections)))
        return stages[-1]

    yield opened
    for stage in stages:
        stage.store.close()
        for call in stage.calls:
            for button in (button for row in getattr(call, "buttons", ()) for button in row):
                assert len(button.data.encode()) <= 64, button
                assert len(button.copies) <= 256, button
            assert len(getattr(call, "text", "")) <= 4096


@pytest.fixture
def shop(open_shop: Open) -> Stage:
    """Return a shop as it comes."""
    return open_shop()


@pytest.fixture
def admin(shop: Stage) -> Somebody:
    """Return the shop's admin."""
    return shop.person(1, "林姐", "admin")


def goes_to(person: Somebody, *labels: str) -> list[str]:
    """Tap one button after the other; return what popped up."""
    return [person.taps(label) for label in labels]


def opens(person: Somebody, script: str = "1") -> None:
    """Open a wording of the small playbook: 1 哪一块坏了？, 2 拍张照给我看看？, 3 是收到就坏的吗？."""
    person.says("/templates")
    goes_to(person, "问", "语言1", script)


def writes(person: Somebody, text: str, script: str = "1") -> str:
    """Open a wording, send a new text for it, and return what is said to that."""
    opens(person, script)
    person.taps(word("admin_button_new"))
    person.says(text)
    return person.last.text


# -- the team


def invitation(inviter: Somebody, label: str = word("team_button_invite", role=word("role_agent"))) -> str:
    """Return the token of a new invitation."""
    inviter.says("/team")
    inviter.taps(label)
    return inviter.last.text.rpartition("start=")[2].removesuffix("</code>")


def test_an_invitation_takes_one_person_on(shop: Stage, admin: Somebody) -> None:
    """A link makes who opens it an agent, once; the next who opens it is a customer like any other."""
    token = invitation(admin)
    wang, other = shop.person(2, "小王"), shop.person(3, "路人")

    assert f"https://t.me/shop_bot?start={token}" in admin.last.text
    wang.says(f"/start {token}")
    assert JOINED in wang.last.text

    other.says(f"/start {token}")
    assert not any("路人" in text for text in shop.said_to(other))
    admin.says("/team")
    assert f"小王 · {word('role_agent')}" in admin.last.text
    assert "路人" not in admin.last.text


def test_an_invitation_ends_after_three_days(shop: Stage, admin: Somebody) -> None:
    """A link that was left lying opens nothing."""
    token = invitation(admin)
    shop.passes(days=3, minutes=1)
    late = shop.person(2, "小王")
    late.says(f"/start {token}")

    assert JOINED not in shop.said_to(late)


def test_an_invitation_changes_nothing_for_who_is_here(shop: Stage, admin: Somebody) -> None:
    """An admin who tries the agents' link stays an admin, and the link can still be used."""
    token = invitation(admin)
    admin.says(f"/start {token}")
    assert word("team_here_already") in admin.last.text
    admin.says("/health")
    assert word("health_well") in admin.last.text

    wang = shop.person(2, "小王")
    wang.says(f"/start {token}")
    assert JOINED in wang.last.text


def test_without_a_name_of_the_bot_the_invitation_is_a_command(shop: Stage, admin: Somebody) -> None:
    """Before Telegram has said what the bot is called, what to send to it is shown."""
    shop.desk.named("")
    admin.says("/team")
    admin.taps(word("team_button_invite", role=word("role_supervisor")))

    assert "<code>/start " in admin.last.text


def test_a_supervisor_invites_agents_only(shop: Stage) -> None:
    """A supervisor has one button, and a button made up for more does nothing."""
    chief = shop.person(2, "陈主管", "supervisor")
    chief.says("/team")

    assert chief.last.labels == [word("team_button_invite", role=word("role_agent"))]
    assert word("team_only_agents") in chief.sends_data("team.invite:admin", chief.last.number)
    assert ADMINS_ONLY in chief.sends_data("team.role:2:admin", chief.last.number)
    assert "start=" not in " ".join(shop.said_to(chief))


def test_an_admin_changes_a_role(shop: Stage, admin: Somebody) -> None:
    """The new role holds at once, and whose it is is told."""
    wang = shop.person(2, "小王", "agent")
    admin.says("/team")
    goes_to(admin, "2", word("team_button_becomes", role=word("role_supervisor")))

    assert wang.last.text == word("team_your_role", role=word("role_supervisor"))
    wang.says("/stats")
    assert word("stats_title") in wang.last.text


def test_removing_asks_first_and_then_holds(shop: Stage, admin: Somebody) -> None:
    """Who was removed can do nothing any more: no command, no button that still stands in their chat, no invitation they made."""
    rui = shop.person(2, "阿瑞", "admin")
    token = invitation(rui, word("team_button_invite", role=word("role_admin")))
    opens(rui)
    old = rui.last
    admin.says("/team")
    goes_to(admin, "2", word("team_button_remove"))
    assert word("team_remove_sure", name="阿瑞") in admin.last.text
    assert shop.store.now(lambda books: books.staff.get(rui.id)) is not None
    assert word("team_removed", name="阿瑞") in admin.taps(word("team_button_remove_yes"))

    assert word("staff_only") in rui.taps(word("admin_button_off"), on=old)
    rui.says("/templates")
    assert word("admin_scripts", count=6) not in shop.said_to(rui)[-1]
    friend = shop.person(3, "朋友")
    friend.says(f"/start {token}")
    assert shop.store.now(lambda books: books.staff.get(friend.id)) is None


def test_who_is_removed_is_told(shop: Stage, admin: Somebody) -> None:
    """In their own chat and language, so that they don't wonder why nothing works."""
    wang = shop.person(2, "小王", "agent")
    admin.says("/team")
    admin.taps("2")
    goes_to(admin, word("team_button_remove"), word("team_button_remove_yes"))

    assert wang.last.text == word("team_you_were_removed")


def test_the_last_admin_stays(shop: Stage, admin: Somebody) -> None:
    """The desk is never without an admin; with a second one the first may step down."""
    admin.says("/team")
    admin.taps("1")
    page = admin.last
    assert word("team_last_admin") in admin.taps(word("team_button_becomes", role=word("role_agent")), on=page)
    assert word("team_last_admin") in admin.taps(word("team_button_remove"), on=page)
    assert word("team_last_admin") in admin.sends_data("team.gone:1", page.number)

    shop.person(2, "阿瑞", "admin")
    admin.taps(word("team_button_becomes", role=word("role_agent")), on=page)
    admin.says("/health")
    assert ADMINS_ONLY in admin.last.text


def test_admins_of_the_settings_are_changed_there(open_shop: Open) -> None:
    """Whom bot.toml names is neither removed nor demoted by chat, whatever button is sent."""
    shop = open_shop(staff={"admins": [1]})
    boss = shop.person(1, "老板")
    rui = shop.person(2, "阿瑞", "admin")
    boss.says("/team")
    rui.says("/team")
    rui.taps("1")

    assert rui.last.labels == [word("admin_button_back")]
    for data in ("team.gone:1", "team.role:1:agent", "team.remove:1"):
        assert "bot.toml" in rui.sends_data(data, rui.last.number)
    boss.says("/health")
    assert word("health_well") in boss.last.text


@pytest.mark.parametrize(
    ("role", "command", "refused"),
    [
        ("agent", "/team", "supervisor"), ("agent", "/stats", "supervisor"), ("senior", "/team", "supervisor"),
        ("supervisor", "/templates", "admin"), ("supervisor", "/health", "admin"), ("supervisor", "/reload", "admin"),
    ],
)  # fmt: skip
def test_each_command_has_its_role(shop: Stage, role: Role, command: str, refused: str) -> None:
    """Who may not give a command is told who may."""
    someone = shop.person(2, "小王", role)
    someone.says(command)

    assert someone.last.text == word("not_your_role", role=word(f"role_{refused}"))


@pytest.mark.parametrize(
    "data",
    [
        "script.home:0",
        "script.publish:1",
        "script.approve:1",
        "script.off:x",
        "script.new:x",
        "script.return:1",
        "team.who:1",
        "team.gone:1",
    ],
)
def test_each_button_has_its_role(shop: Stage, admin: Somebody, data: str) -> None:
    """A button's data in an agent's hand does nothing, wherever they have it from."""
    admin.says("/team")
    agent = shop.person(2, "小王", "agent")
    agent.says("/language")

    assert agent.sends_data(data, agent.last.number) == ADMINS_ONLY


@pytest.mark.parametrize(
    "data",
    ["script.open:", "script.open:zz", "script.folder:zz:9", "script.publish:999", "script.publish:abc", "script.return:1e9", "script.return:²",
     "script.approve:" + "9" * 40, "script.type:x", "script.technique:x", "script.versions:x:y", "script.file:x", "script.off:", "team.who:x",
     "team.role:7", "team.role:9:admin", "team.gone:9", "script.new:x"],
)  # fmt: skip
def test_made_up_buttons_do_nothing(shop: Stage, admin: Somebody, data: str) -> None:
    """Data that no button of ours has ever carried changes nothing and doesn't fail."""
    admin.says("/templates")
    page = admin.last
    said = admin.sends_data(data, page.number)

    assert said in {OUTDATED, word("team_gone")}
    assert shop.store.now(lambda books: books.wordings.live()) == {}
    assert shop.store.now(lambda books: [one.role for one in books.staff.all()]) == ["admin"]


def test_names_are_shown_as_they_are_written(shop: Stage, admin: Somebody) -> None:
    """A name that looks like Telegram's HTML is text."""
    shop.person(2, "<b>王&", "agent")
    admin.says("/team")
    assert "&lt;b&gt;王&amp;" in admin.last.text
    goes_to(admin, "2", word("team_button_remove"))
    assert "&lt;b&gt;王&amp;" in admin.last.text


def test_one_of_the_staff_chooses_a_language(shop: Stage) -> None:
    """From then on the bot speaks it to them, and to them alone."""
    ann, wang = shop.person(2, "Ann", "agent"), shop.person(3, "小王", "agent")
    ann.says("/language")
    ann.taps("English")
    for person in (ann, wang):
        person.says("/team")

    assert ann.last.text == WORDS("en", "not_your_role", role=WORDS("en", "role_supervisor"))
    assert wang.last.text == word("not_your_role", role=word("role_supervisor"))


def test_in_a_group_pages_of_one_person_stay_private(open_shop: Open) -> None:
    """Figures may be asked for in the group; the team and the wordings are for the private chat, where no link is seen by others."""
    shop = open_shop(staff={"groups": [-100]})
    admin = shop.person(1, "林姐", "admin").at(-100)
    admin.says("/team")
    assert word("team_in_private") in admin.last.text
    admin.says("/stats")
    assert word("stats_title") in admin.last.text
    assert OUTDATED in admin.sends_data("team.invite:admin", admin.last.number)


# -- wordings


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


def test_without_cases_the_preview_uses_the_samples(admin: Somebody) -> None:
    """A new shop sees what its wordings would say, too."""
    said = writes(admin, "{% if name %}{{ name }}，{% endif %}坏的是哪一角呢？")

    assert word("admin_preview_samples") in said
    assert f"{word('admin_before')} 韩，哪一块坏了？" in said
    assert f"{word('admin_after')} 韩，坏的是哪一角呢？" in said


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


@pytest.mark.parametrize(
    ("words", "count"),
    [("照给", 1), ("坏了", 1), ("拍张 照给", 1), ("拍張照", 1), ("PHOTO", 1), ("坏", 2), ("没有这个", 0), ("{0}", 0), ("<b>", 0)],
)
def test_a_search_finds_words_in_any_wording(admin: Somebody, words: str, count: int) -> None:
    """Two Chinese characters are enough, Traditional find Simplified, several words must all be there."""
    admin.says("/templates")
    admin.taps(word("admin_button_search"))
    admin.says(words)

    assert f"· {count}" in admin.last.text.splitlines()[0]
    assert sum(label.isdigit() for label in admin.last.labels) == count


def test_long_lists_have_pages(open_shop: Open) -> None:
    """Eight at a time, round and round, with the same numbers as in the text; a search keeps its words."""
    more = {f"replies/zh-Hans/ask/more{number:02}.j2": f"第{number}个角坏了吗？" for number in range(20)}
    shop = open_shop(more)
    admin = shop.person(1, "林姐", "admin")
    admin.says("/templates 个角")
    assert "1. 第0个角" in admin.last.text
    assert "9. " not in admin.last.text
    admin.taps("›")
    assert "9. 第8个角" in admin.last.text
    admin.taps("›")
    assert "20. 第19个角" in admin.last.text
    admin.taps("›")
    assert "1. 第0个角" in admin.last.text

    admin.says("/templates " + "个角坏了吗" * 4)
    assert word("admin_nothing_found") in admin.last.text
    opens(admin, "›")
    assert "2/3" in admin.last.labels


def test_wordings_of_a_type_of_complaint(open_shop: Open) -> None:
    """What is made for a type is found under it, in every language."""
    shop = open_shop(
        {
            f"replies/{lang}/ask/made.j2": f'+++\ntypes = ["defect"]\n+++\n{text}'
            for lang, text in (("zh-Hans", "坏的是哪一角？"), ("en", "Which corner?"))
        }
    )
    admin = shop.person(1, "林姐", "admin")
    admin.says("/templates")
    goes_to(admin, word("admin_button_types"), "坏了")

    assert "1. 坏的是哪一角？" in admin.last.text
    assert "2. Which corner?" in admin.last.text


def test_long_names_of_a_shops_own_files_fit_a_button(open_shop: Open) -> None:
    """Callback data has 64 bytes; a file's name may have more."""
    long = "很长的名字" * 10
    shop = open_shop({f"replies/zh-Hans/ask/{long}.j2": "坏的是哪一角？"})
    admin = shop.person(1, "林姐", "admin")
    admin.says("/templates 哪一角")
    goes_to(admin, "1", word("admin_button_versions"), word("admin_button_back"), word("admin_button_new"))
    admin.says("坏的是哪一边？")

    assert word("admin_published") in admin.taps(word("admin_button_publish"))


# -- the files in the folders


def rewrite(stage: Stage, key: str, text: str) -> None:
    """Write a file of the playbook, and have the desk look as the clock does."""
    path = stage.desk.kit.settings.folders[0] / key
    path.write_text(text, "utf-8")
    stage.store.now(stage.desk.reload)
    stage.sends()


def test_a_changed_file_is_taken_over(shop: Stage, admin: Somebody) -> None:
    """Who works with files needs no restart, for wordings and for all the rest."""
    rewrite(shop, ONE, "坏的是哪一角呢？")
    opens(admin)
    assert "坏的是哪一角呢？" in admin.last.text

    rewrite(shop, "techniques/ask.toml", SMALL["techniques/ask.toml"].replace('zh-Hans = "问"', 'zh-Hans = "请教"'))
    admin.says("/templates")
    assert "请教 6" in admin.last.labels


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        (ONE, "我们尽快处理。", "尽快"),
        (ONE, "{{ nmae }}", "unknown variable"),
        (ONE, "{% if name %}" * 120 + "好" + "{% endif %}" * 120, "can't be used"),
        ("techniques/ask.toml", "rank = ", "isn't valid TOML"),
        ("techniques/ask.toml", SMALL["techniques/ask.toml"].replace('["defect"]', '["defekt"]'), "unknown 'defekt'"),
        ("complaints/defect.toml", SMALL["complaints/defect.toml"].replace('["broken"]', '["(broken"]'), "brackets don't match"),
        ("languages/en.toml", "enabled = false", "unknown language"),
        ("notes.toml", "a = 1", "isn't read"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_and_the_old_one_stays(shop: Stage, admin: Somebody, key: str, text: str, told: str) -> None:
    """The admins hear why, once; agents go on with what there was; mended, it is taken over."""
    agent = shop.person(2, "小王", "agent")
    rewrite(shop, key, text)
    assert word("admin_refused") in admin.last.text
    assert told in admin.last.text
    heard = len(shop.said_to(admin))
    for _ in range(3):
        shop.store.now(shop.desk.reload)
    shop.sends()
    assert len(shop.said_to(admin)) == heard
    shop.person(50, "Kim").says("东西坏了")
    assert any(text in agent.last.text for text in ("哪一块坏了？", "拍张照给我看看？", "是收到就坏的吗？"))
    admin.says("/health")
    assert told in admin.last.text

    if key == "notes.toml":
        (shop.desk.kit.settings.folders[0] / key).unlink()
        shop.store.now(shop.desk.reload)
    else:
        rewrite(shop, key, f"{SMALL[key]}\n")
    shop.passes(seconds=1)
    assert shop.desk.look() is None


def test_what_was_written_in_the_chat_stays_above_the_files(shop: Stage, admin: Somebody) -> None:
    """A changed file doesn't undo an admin's version; without that version the new file counts."""
    writes(admin, "坏的是哪一角呢？")
    admin.taps(word("admin_button_publish"))
    rewrite(shop, ONE, "坏的是哪一边呢？")
    opens(admin)
    assert "哪一角" in admin.last.text

    goes_to(admin, word("admin_button_versions"), word("admin_button_file"))
    assert "哪一边" in admin.last.text


def test_what_was_written_in_the_chat_outlives_a_restart(shop: Stage, admin: Somebody) -> None:
    """A desk that starts works with the live versions from its first suggestion on."""
    writes(admin, "坏的是哪一角呢？")
    admin.taps(word("admin_button_publish"))
    again = Desk(shop.desk.kit.settings, Adviser.open(shop.desk.kit.settings))
    shop.store.now(again.recover)

    assert again.kit.adviser.shelf.sheets[ONE].text == "坏的是哪一角呢？\n"


def test_a_version_that_cannot_be_used_any_more_is_taken_back(shop: Stage, admin: Somebody) -> None:
    """After an update that no longer knows a variable the file counts again, and the admins hear of it once."""
    version = shop.store.now(lambda books: books.wordings.add(ONE, "{{ nmae }}", 1))
    shop.store.now(lambda books: books.wordings.publish(version.id))
    for _ in range(2):
        shop.store.now(shop.desk.reload)
    shop.sends()

    assert len([text for text in shop.said_to(admin) if "unknown variable" in text]) == 1
    opens(admin)
    assert "哪一块坏了？" in admin.last.text


def test_reload_says_what_came_of_it(shop: Stage, admin: Somebody) -> None:
    """Nothing new, taken over, or refused: an admin who asks gets an answer."""
    admin.says("/reload")
    assert word("health_nothing_changed") in admin.last.text
    path = shop.desk.kit.settings.folders[0] / ONE
    path.write_text("坏的是哪一角呢？", "utf-8")
    admin.says("/reload")
    assert word("health_taken_over", count=1) in admin.last.text
    path.write_text("我们尽快处理。", "utf-8")
    for _ in range(2):
        admin.says("/reload")
        assert admin.last.text == word("health_not_taken_over")
    assert len([text for text in shop.said_to(admin) if word("admin_refused") in text]) == 1


def test_a_change_of_one_wording_is_quick(tmp_path: Path) -> None:
    """With the whole playbook a new text is in force within a few hundredths of a second; looking and seeing nothing takes less."""
    (tmp_path / "mine/replies/zh-Hans/ask").mkdir(parents=True)
    settings = Settings.model_validate({"base": tmp_path, "templates": {"folders": ["mine"]}})
    desk, store = Desk(settings, Adviser.open(settings)), Store.open(tmp_path / "desk.db")
    times, idle = [], []
    for number in range(4):
        text = f"是第{number}箱里的哪一块呢？"
        (tmp_path / "mine/replies/zh-Hans/ask/mine.j2").write_text(text, "utf-8")
        begin = process_time()
        store.now(desk.reload)
        times.append(process_time() - begin)
        begin = process_time()
        assert desk.look() is None
        idle.append(process_time() - begin)
        assert desk.kit.adviser.shelf.sheets["replies/zh-Hans/ask/mine.j2"].text == text
    store.close()

    assert min(times) < 0.1
    assert min(idle) < 0.02


# -- figures and health


def test_stats_of_today_and_of_the_week(shop: Stage) -> None:
    """What came in, how long people waited for a person, whether heat fell, what was sent: all in one table."""
    chief, agent = shop.person(1, "陈", "supervisor"), shop.person(2, "小王", "agent")
    old = shop.person(50, "Kim")
    old.says("东西坏了")
    shop.passes(minutes=3)
    agent.taps(word("button_send", number=1))
    agent.taps(word("button_close"))
    shop.passes(days=2)
    shop.person(51, "Lee").says("盖子坏了")
    chief.says("/stats")
    table = {line.split()[0]: line.split()[1:] for line in chief.last.text.splitlines() if len(line.split()) == 3 and "·" not in line}

    assert word("stats_open_now", count=1) in chief.last.text
    assert table[word("stats_opened")] == ["1", "2"]
    assert table[word("stats_closed")] == ["0", "1"]
    assert table[word("stats_first_answer")] == ["–", word("stats_minutes", count=3)]
    assert "坏了 · 2" in chief.last.text
    assert "问 · " in chief.last.text


def test_stats_call_a_wording_by_its_first_words(shop: Stage, admin: Somebody) -> None:
    """What was sent most is named as the list of wordings names it, not by a file."""
    shop.person(50, "韩先生").says("东西坏了")
    admin.taps(word("button_send", number=1))
    sent = shop.store.now(lambda books: [*books.readings.times_sent()])[0]
    admin.says("/stats")
    begins = {"zh-Hans/ask/one": "哪一块坏了？", "zh-Hans/ask/three": "拍张照给我看看？", "zh-Hans/ask/two": "是收到就坏的吗？"}[sent]

    assert f"问 · [称呼]，{begins}" in admin.last.text
    assert sent.rpartition("/")[2] not in admin.last.text


def test_the_table_is_straight(shop: Stage) -> None:
    """Chinese characters take two columns; no line is wider than a phone's."""
    chief = shop.person(1, "陈", "supervisor")
    chief.says("/stats")
    lines = chief.last.text.partition("<pre>")[2].partition("</pre>")[0].splitlines()

    assert len({width(line) for line in lines}) == 1
    assert width(lines[0]) <= 30


def test_stats_count_only_their_time(shop: Stage) -> None:
    """What is older than a week is in neither column."""
    chief = shop.person(1, "陈", "supervisor")
    for number in range(30):
        shop.person(50 + number, "Kim").says("东西坏了")
        shop.passes(days=1)
    figures = shop.store.now(lambda books: Figures.since(books, books.now - timedelta(days=7)))
    chief.says("/stats")

    assert figures.opened == 7
    assert word("stats_open_now", count=30) in chief.last.text


def test_health_says_what_waits_and_why(shop: Stage, admin: Somebody) -> None:
    """Well is said in a word; failed posts and dead letters stand with their reasons, which are text."""
    admin.says("/health")
    assert admin.last.text.startswith("✅")
    assert "2026-03-02" in admin.last.text
    customer, agent = shop.person(50, "Kim"), shop.person(2, "小王", "agent")
    customer.says("东西坏了")
    shop.outcomes[customer.id] = Outcome(done=False, trouble="unknown", reason="read timeout <x>")
    agent.taps(word("button_send", number=1))
    shop.store.now(lambda books: books.inbox.keep([{"update_id": 7}]))
    shop.store.now(lambda books: books.inbox.bury(7, "Traceback\nKeyError: 'chat'"))
    admin.says("/health")

    assert admin.last.text.startswith("⚠️")
    assert "say: read timeout &lt;x&gt;" in admin.last.text
    assert "#7: KeyError: 'chat'" in admin.last.text
    assert "calmdesk inbox retry" in admin.last.text
