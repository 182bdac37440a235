"""The team by chat: who is taken on, who becomes what, who goes."""

from __future__ import annotations

from tests.admins.shop import ADMINS_ONLY, Open, goes_to, opens
from tests.desk_people import Somebody, Stage, word

JOINED = word("welcome_staff", name="小王", role=word("role_agent"))


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
