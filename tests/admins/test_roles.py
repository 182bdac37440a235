"""What each may do by chat, where, and what becomes of buttons in the wrong hands."""

from __future__ import annotations

import pytest

from calmdesk.store.rows import Role
from tests.admins.shop import ADMINS_ONLY, OUTDATED, Open, goes_to
from tests.desk_people import WORDS, Somebody, Stage, word


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
    ["script.open:", "script.open:zz", "script.folder:zz:9", "script.publish:999", "script.publish:abc", "script.return:1e9", "script.return:²", "team.who:²", "team.who:" + "9" * 40,
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


@pytest.mark.parametrize("page", ["²", "9" * 40, "x", ""])
def test_a_made_up_page_is_one_of_those_there_are(admin: Somebody, page: str) -> None:
    """Whatever stands where a page's number should, the list is shown."""
    admin.says("/team")
    admin.sends_data(f"team.list:{page}", admin.last.number)

    assert "林姐" in admin.last.text


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
