"""What a case is known by: its goods, how often somebody asked, sums, and how the customer is addressed."""

from __future__ import annotations

import pytest

from calmdesk.adviser import Adviser
from calmdesk.desk.advising import form_of_address
from calmdesk.replies.known import address
from tests.people import conversation


def test_the_goods_are_those_complained_of(adviser: Adviser) -> None:
    """Goods that are named in passing don't take the place of those that the case is about."""
    reading = adviser.read(conversation("customer: 你们的电饭锅坏了，煮不熟饭", "customer: 我下班去给孩子买了双鞋，回来再跟你说"))

    assert reading.facts.product == "电饭锅"
    assert reading.product_kind == adviser.read(conversation("customer: 你们的电饭锅坏了")).product_kind


def test_a_later_complaint_is_of_its_own_goods(adviser: Adviser) -> None:
    """Where a later message complains of other goods, those count."""
    reading = adviser.read(conversation("customer: The kettle leaks.", "customer: And the jacket has a broken zip, it fell apart."))

    assert reading.facts.product == "jacket"


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("我又不是第一次买，凭什么我要去鉴定？", None),
        ("第三次在你家买了，这次太差", None),
        ("我問了三次都沒人理", "三次"),
        ("这是我第三次找你们了，还没解决", "三次"),
    ],
)
def test_only_what_was_tried_is_counted(adviser: Adviser, said: str, times: str | None) -> None:
    """How often somebody bought here isn't how often they asked."""
    assert adviser.read(conversation(f"customer: {said}")).facts.said.get("times") == times


@pytest.mark.parametrize(("said", "amount"), [("台灯收到了，盒子瘪了一角", None), ("少退了五毛钱", "五毛钱")])
def test_a_corner_is_no_coin(adviser: Adviser, said: str, amount: str | None) -> None:
    """一角 of a box isn't ten cents."""
    assert adviser.read(conversation(f"customer: {said}")).facts.said.get("amount") == amount


@pytest.mark.parametrize(
    ("name", "addressed"),
    [
        ("K. Stone", None),
        ("K Stone", None),
        ("J.R. Smith", None),
        ("Mr. K. Doyle", "Mr. Doyle"),
        ("Ms Harper", "Ms Harper"),
        ("Anna K.", "Anna"),
        ("Kate B. Stone", "Kate Stone"),
        ("🌸 Anna", "Anna"),
        ("B.", None),
        ("王小明", "王小明"),
    ],
)
def test_a_bare_surname_is_no_address(adviser: Adviser, name: str, addressed: str | None) -> None:
    """A Telegram name of initials and a surname gives no address; titles, first names and whole names do."""
    assert address(form_of_address(name), None, adviser.playbook.languages["en"]) == addressed


def test_a_surname_goes_with_its_title(adviser: Adviser) -> None:
    """Where the title is known, the surname behind initials is an address."""
    assert address("K. Stone", "female", adviser.playbook.languages["en"]) == "Ms Stone"
