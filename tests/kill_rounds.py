"""Kills a running desk again and again while messages flow, then counts what became of each.

    python -m tests.kill_rounds --rounds 30 --messages 600 --mode polling

Customers write and an agent answers in their topics the whole time. The desk is a process of its own (`calmdesk run`), ended by SIGKILL at
random moments and started again on the same database; at the end it is let to finish.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from calmdesk.playground import TelegramWorld
from calmdesk.playground.chats import Group, Topic
from calmdesk.playground.people import Person
from tests.house import free_port

CUSTOMERS = 8
COMPLAINTS = ("快递都八天了还没到", "买的杯子到手就是碎的", "客服半天不回人", "少了一件，赶紧补给我", "我要退款，别再拖了", "颜色发错了")


@dataclass
class Counted:
    """What became of every message."""

    kills: int = 0
    said: int = 0
    """Messages of customers."""
    lost: int = 0
    """… that stand in no case."""
    twice: int = 0
    """… that were handled more than once in effect."""
    answers: int = 0
    """Messages of the agent's."""
    answers_lost: int = 0
    """… that neither reached the customer nor are shown as uncertain."""
    answers_twice: int = 0
    uncertain: int = 0
    """Outgoing messages of which nobody knew whether they arrived: shown to the agent, sent again by nobody."""
    dead_letters: int = 0
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        """Say whether nothing was lost and nothing done twice."""
        return not (self.lost or self.twice or self.answers_lost or self.answers_twice or self.dead_letters)

    def __str__(self) -> str:
        """Return the figures as a line."""
        return (
            f"{self.kills} kills, {self.said} customers' messages: {self.lost} lost, {self.twice} handled twice; "
            f"{self.answers} agents' answers: {self.answers_lost} lost, {self.answers_twice} sent twice; "
            f"{self.uncertain} outgoing messages of unknown outcome, shown as such; {self.dead_letters} dead letters; {self.seconds:.0f} s"
        )


@dataclass
class Rounds:
    """One run: the world, the folder of the desk, and what was said in it."""

    world: TelegramWorld
    folder: Path
    group: Group
    agent: Person
    chance: random.Random
    process: asyncio.subprocess.Process | None = None
    said: list[str] = field(default_factory=list)
    answers: dict[str, Person] = field(default_factory=dict)

    async def start(self) -> None:
        """Start the desk."""
        with (self.folder / "log.txt").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "calmdesk", "run", "--config", str(self.folder / "bot.toml"),
                env={**os.environ, "CALMDESK_TOKEN": self.world.token}, stdout=asyncio.subprocess.DEVNULL, stderr=log,
            )  # fmt: skip

    async def kill(self) -> None:
        """End it without a word."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def stop(self) -> int:
        """Ask it to end, and return how it did."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), 30)

    async def flow(self, messages: int, seconds: float) -> None:
        """Let customers write, and the agent answer where there is a topic, spread over some time."""
        people = [self.world.person(f"客户{number}", language_code="zh-hans") for number in range(CUSTOMERS)]
        for number in range(messages):
            person = self.chance.choice(people)
            text = f"{self.chance.choice(COMPLAINTS)}，第{number}条"
            self.said.append(text)
            await person.says(text)
            topic = _topic_of(self.group, person)
            if topic is not None and self.chance.random() < 0.3:
                answer = f"我这就去问，十八点前回您，答复{number}"
                self.answers[answer] = person
                await self.agent.says(answer, to=topic)
            await asyncio.sleep(seconds / messages * 2 * self.chance.random())

    def count(self) -> Counted:
        """Look at the database and at what the customers got."""
        db = sqlite3.connect(self.folder / "desk.db")
        kept = Counter(row[0] for row in db.execute("SELECT text FROM messages WHERE role = 'customer'"))
        kept_answers = Counter(row[0] for row in db.execute("SELECT text FROM messages WHERE role = 'agent'"))
        readings = Counter(row[0] for row in db.execute("SELECT message_id FROM readings"))
        uncertain = {row[0] for row in db.execute(
            "SELECT messages.text FROM outbox JOIN messages ON messages.id = outbox.message_id WHERE outbox.state = 'unknown'"
        )}  # fmt: skip
        counted = Counted(said=len(self.said), answers=len(self.answers), uncertain=len(uncertain))
        counted.lost = sum(not kept[text] for text in self.said)
        counted.twice = sum(kept[text] > 1 for text in self.said) + sum(count > 1 for count in readings.values())
        for answer, person in self.answers.items():
            arrived = person.chat.texts.count(answer)
            counted.answers_twice += arrived > 1 or kept_answers[answer] > 1
            if not arrived and answer not in uncertain:
                counted.answers_lost += 1
                states = db.execute(
                    "SELECT outbox.kind, outbox.state, outbox.error FROM messages LEFT JOIN outbox ON outbox.message_id = messages.id "
                    "WHERE messages.text = ?", (answer,),
                ).fetchall()  # fmt: skip
                print(f"lost: {answer}: {states}", file=sys.stderr)
        for person in self.world.people.values():  # what the bot says by itself counts as well
            own = Counter(text for text in person.chat.texts if text not in self.said and text not in self.answers)
            counted.answers_twice += sum(count > 1 for count in own.values())
        (counted.dead_letters,) = db.execute("SELECT count(*) FROM inbox WHERE state = 'dead'").fetchone()
        db.close()
        return counted

    def waiting(self) -> int:
        """Return how much is still to be handled or sent."""
        db = sqlite3.connect(self.folder / "desk.db")
        (inbox,) = db.execute("SELECT count(*) FROM inbox WHERE state = 'waiting'").fetchone()
        (outbox,) = db.execute("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending') AND chat_id > 0").fetchone()
        db.close()
        return int(inbox) + int(outbox) + len(self.world.updates)


def _topic_of(group: Group, person: Person) -> Topic | None:
    return next(
        (topic for topic in group.topics.values() if topic.name.split(" · ")[0].endswith(f" {person.name}") and not topic.is_deleted), None
    )


async def run(mode: str, rounds: int, messages: int, seed: int, tell: bool = False) -> Counted:
    """Return the figures of a run."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with TelegramWorld.serve(seed=seed) as world:
            agent = world.person("小王", language_code="zh-hans")
            group = world.forum("客服组", [agent])
            port = free_port()
            webhook = f'webhook_url = "http://127.0.0.1:{port}/telegram"\nlisten = "127.0.0.1:{port}"\n' if mode == "webhook" else ""
            (folder / "bot.toml").write_text(
                f'[telegram]\nmode = "{mode}"\napi = "{world.url}"\n{webhook}[staff]\ngroups = [{group.id}]\nadmins = [{agent.id}]\n'
                f'[store]\npath = "desk.db"\n[desk]\nflood_per_minute = 1000\n', "utf-8",
            )  # fmt: skip
            going = Rounds(world, folder, group, agent, random.Random(seed))  # noqa: S311 - the same run again, not a secret
            await going.start()
            flow = asyncio.create_task(going.flow(messages, rounds * 3.0))
            for number in range(rounds):
                await asyncio.sleep(1.0 + 3.0 * going.chance.random())
                await going.kill()
                await going.start()
                if tell:
                    print(f"round {number + 1}: {len(going.said)} messages so far", file=sys.stderr, flush=True)
            await flow
            async with asyncio.timeout(240):
                while going.waiting():
                    await asyncio.sleep(0.5)
            ended = await going.stop()
            counted = going.count()
            counted.kills, counted.seconds = rounds, time.monotonic() - began
            if ended != 0 or not counted.clean:
                print((folder / "log.txt").read_text("utf-8")[-4000:], file=sys.stderr)
            assert ended == 0, f"the desk ended with {ended}"
            return counted


def main() -> None:
    """Read the arguments, run, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=["polling", "webhook"], default="polling")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--messages", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    counted = asyncio.run(run(given.mode, given.rounds, given.messages, given.seed, tell=True))
    print(f"{given.mode}: {counted}")
    sys.exit(not counted.clean)


if __name__ == "__main__":
    main()
