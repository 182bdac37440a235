"""How an admin finds a wording: by a search, page by page, by the type of complaint."""

from __future__ import annotations

import pytest

from tests.admins.shop import Open, goes_to, opens
from tests.desk_people import Somebody, word


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
