"""A storm: two hundred customers at once, and Telegram at its worst. Within the limits, the hottest and the newest come first."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from calmdesk.playground.clock import MovableClock
from calmdesk.playground.faults import BadGateway, LostAnswer, flood
from calmdesk.playground.people import Person
from tests.house import House, open_house

PACE = 15.0
"""A minute of Telegram's limits passes in four seconds, on both sides."""
CUSTOMERS = 200
HOT = "你们这群骗子！三次了还不退款，我今天就去12315投诉，再去媒体曝光你们！"
MILD = "请问我的快递到哪了，已经八天了"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Open a desk on a Telegram that keeps its limits, both hurried alike."""
    async with open_house(tmp_path, pace=PACE, limits=True, clock=MovableClock(speed=PACE)) as opened:
        yield opened


@pytest.mark.long
async def test_a_storm_of_customers_is_taken_in_the_order_of_heat_within_the_limit(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two hundred write within a minute: never more than twenty a minute reach the group, and the hot ones don't wait for the mild."""
    began = house.world.clock.now()
    people = [house.customer(f"客户{number}") for number in range(CUSTOMERS)]
    hot = {person for number, person in enumerate(people) if number % 10 == 9}
    for person in people:
        await person.says(HOT if person in hot else MILD)
    for person in people[:40]:  # a second and a third word while the first still waits
        await person.says("在吗")
        await person.says("有人吗")
    await house.world_until(lambda: len(_shown(house)) == CUSTOMERS, 240)
    shown = _shown(house)
    waits = [shown[person.name] - began for person in people]
    own_minimum = _minimum(2 * CUSTOMERS)
    with capsys.disabled():
        print(f"\n{CUSTOMERS} customers at once, one group: busiest minute {house.world.gate.busiest(house.group)} messages")
        print(f"{'':<28}{'first':>8}{'median':>8}{'last':>8}   (seconds until the card was there)")
        for name, chosen in (("hot", hot), ("others", set(people) - hot)):
            took = sorted(shown[person.name] - began for person in chosen)
            print(f"{name + f' ({len(took)})':<28}{took[0]:>8.0f}{took[len(took) // 2]:>8.0f}{took[-1]:>8.0f}")
        print(
            f"{'the limit itself (all)':<28}{0:>8}{_minimum(CUSTOMERS):>8.0f}{own_minimum:>8.0f}   (topic and card: two of twenty a minute)"
        )

    assert house.world.gate.busiest(house.group) <= 20
    assert max(waits) <= 1.25 * own_minimum  # the hurried clock makes each call's own time count fifteen times
    assert max(shown[person.name] for person in hot) < sorted(shown[person.name] for person in set(people) - hot)[CUSTOMERS // 2]


async def test_words_that_wait_are_shown_together(house: House) -> None:
    """While a group's minute is full, what a customer writes gathers: one message shows it all, with the card."""
    lin = house.customer()
    await lin.says(MILD)
    topic = await house.topic_of(lin)
    for number in range(22):
        await house.customer(f"路人{number}").says(HOT)
    for number in range(15):
        await lin.says(f"第{number}句")
    await house.world_until(lambda: any("第14句" in message.text for message in topic.messages), 60)
    said = [re.findall(r"^第\d+句$", message.text, re.MULTILINE) for message in topic.messages]

    assert len([lines for lines in said if lines]) <= 8
    assert [f"第{number}句" for number in range(15)] == [line for lines in said for line in lines]


async def test_a_desk_is_split_over_several_groups(tmp_path: Path) -> None:
    """With two groups, new customers go to the one with the fewer, and each group has a minute of its own."""
    async with open_house(tmp_path, groups=2, pace=PACE, limits=True, clock=MovableClock(speed=PACE)) as house:
        for number in range(20):
            await house.customer(f"客户{number}").says(MILD)
        await house.world_until(lambda: sum(len(group.topics) - 1 for group in house.groups) == 20, 30)

        assert [len(group.topics) - 1 for group in house.groups] == [10, 10]


async def test_nothing_is_lost_when_telegram_is_at_its_worst(tmp_path: Path) -> None:
    """Floods, bad gateways, lost answers, updates twice: each message is kept once, each answer arrives once or is uncertain."""
    async with open_house(tmp_path) as house:
        wang = await house.hires("小王")
        people = [house.customer(f"客户{number}") for number in range(10)]
        house.world.faults.add(flood(1), share=0.1)
        house.world.faults.add(BadGateway(), share=0.1)
        house.world.faults.add(LostAnswer(), method="sendMessage", share=0.05)
        said = []
        for number in range(60):
            if number % 7 == 0:
                house.world.updates.deliver_twice(2)
            said.append(f"快递八天没到，第{number}条")
            await people[number % 10].says(said[-1])
        await house.world_until(lambda: len([topic for topic in house.group.topics.values() if "客户" in topic.name]) >= 10, 60)
        answers: dict[str, Person] = {}
        for topic in list(house.group.topics.values()):
            person = next((person for person in people if topic.name.split(" · ")[0].endswith(f" {person.name}")), None)
            if person is not None and person not in answers.values():
                answers[f"{person.name}您好，18点前给您结果。"] = person
                await wang.says(f"{person.name}您好，18点前给您结果。", to=topic)
        house.world.faults.clear()
        await house.settles()
        kept = await house.read(lambda books: [row[0] for row in books.db.execute("SELECT text FROM messages WHERE role = 'customer'")])
        uncertain = await house.read(lambda books: {row[0] for row in books.db.execute(
            "SELECT messages.text FROM outbox JOIN messages ON messages.id = outbox.message_id WHERE outbox.state = 'unknown'"
        )})  # fmt: skip

        assert sorted(said) == sorted(kept)
        for answer, person in answers.items():
            assert person.chat.texts.count(answer) == 1 or (answer in uncertain and answer not in person.chat.texts)


async def test_a_bot_that_was_put_out_of_the_group_loses_nothing(tmp_path: Path) -> None:
    """While the bot is out, cards wait and the admins are told; when it is back, they come."""
    async with open_house(tmp_path) as house:
        await house.write(lambda books: books.staff.join(house.boss.id, "王经理", "admin"))
        await house.write(lambda books: books.staff.reachable(house.boss.id, "王经理"))
        house.boss.chat.started = True
        await house.boss.kicks_bot(house.group)
        lin = house.customer()
        await lin.says(MILD)
        await house.boss.chat.until(lambda messages: any("⚠️" in message.text for message in messages))
        await house.boss.adds_bot(house.group, ["can_manage_topics"])

        assert (await house.card(lin, "八天")).inline_rows


async def test_a_clock_that_jumps_neither_loses_nor_repeats(tmp_path: Path) -> None:
    """The machine's clock goes back an hour and forth a day between two messages; both are kept once and answered once."""
    async with open_house(tmp_path) as house:
        store = house.running.house.store
        real = store.clock
        lin = house.customer()
        await lin.says(MILD)
        await house.card(lin, "八天")
        store.clock = lambda: real() - timedelta(hours=1)
        await lin.says("还没到啊")
        await house.card(lin, "还没到啊")
        store.clock = lambda: real() + timedelta(days=1)
        await lin.says("第三次问了")
        await house.card(lin, "第三次问了")

        texts = await house.read(lambda books: [row[0] for row in books.db.execute("SELECT text FROM messages WHERE role = 'customer'")])
        assert texts == [MILD, "还没到啊", "第三次问了"]


def _shown(house: House) -> dict[str, float]:
    """Return when each customer's card was first there."""
    shown: dict[str, float] = {}
    for event in house.group.history:
        if event.kind == "sent" and event.message and event.message.inline_rows:
            name = event.message.text.split("\n")[0]
            shown.setdefault(name, event.at)
    return shown


def _minimum(calls: int) -> float:
    """Return in how many seconds so many calls can reach one group at the soonest."""
    return max(0, -(-calls // 20) - 1) * 60.0
