"""How long a customer's message takes from the moment it came in until its card is in the outbox, in a database that has grown.

Fills a database with cases, then lets updates come in evenly and takes the time of each, from before it is kept in the inbox until the
transaction that put its card into the outbox has been committed. Prints the median, the 99th percentile and the longest, and beside them
what the same costs in an empty database, measured in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from calmdesk.adviser import Adviser
from calmdesk.config import Settings, Staff
from calmdesk.desk.desk import Desk
from calmdesk.desk.events import Chat, Content, Person, Said
from calmdesk.store.search import indexed
from calmdesk.store.store import Books, Store
from calmdesk.store.times import stamp

GROUP = -1001000000001
LINES = (
    "快递都八天了还没到，你们管不管？", "买的杯子到手就是碎的，怎么处理", "客服半天不回人，什么态度！", "说好三天发货，今天第七天了",
    "少了一件，赶紧补给我", "我要退款，别再拖了", "颜色发错了，我要的是黑色", "收到貨一打開就壞了，我要退貨", "Where is my order?",
    "Third time I am asking: refund me.",
)  # fmt: skip


def fill(books: Books, cases: int) -> None:
    """Put in customers, each with a closed case of six messages and a reading."""
    chance = random.Random(1)  # noqa: S311 - a fixed sequence of lines
    start = books.now - timedelta(days=300)
    for number in range(1, cases + 1):
        at = stamp(start + timedelta(seconds=number * 200))
        books.db.execute(
            "INSERT INTO customers (id, chat_id, user_id, name, language, first_seen, last_seen) VALUES (?, ?, ?, ?, 'zh-Hans', ?, ?)",
            (number, number, number, f"客户{number}", at, at),
        )
        books.db.execute(
            "INSERT INTO cases (id, customer_id, state, opened_at, last_at, closed_at, heat) VALUES (?, ?, 'closed', ?, ?, ?, 2)",
            (number, number, at, at, at),
        )
        for turn in range(6):
            text = chance.choice(LINES)
            row = books.db.execute(
                "INSERT INTO messages (case_id, customer_id, role, at, text, chat_message_id) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
                (number, number, "agent" if turn % 2 else "customer", at, text, turn + 1),
            ).fetchone()
            books.db.execute("INSERT INTO message_words (rowid, words) VALUES (?, ?)", (row[0], indexed(text)))
        books.db.execute("INSERT INTO readings (case_id, message_id, at, advice, offered) VALUES (?, ?, ?, '{}', 0)", (number, row[0], at))
        books.db.execute(
            "INSERT INTO inbox (update_id, lane, raw, state, came_at, done_at) VALUES (?, ?, '{}', 'done', ?, ?)",
            (number, str(number), at, at),
        )
        books.db.execute(
            "INSERT INTO outbox (chat_id, customer_id, kind, content, state, made_at, sent_at) VALUES (?, ?, 'say', '{}', 'sent', ?, ?)",
            (number, number, at, at),
        )


def _handle(books: Books, desk: Desk, update_id: int, said: Said) -> None:
    if books.inbox.done(update_id):
        desk.handle(books, said)


async def timed(store: Store, desk: Desk, count: int, rate: float, first: int) -> list[float]:
    """Return the milliseconds that each of *count* messages took, coming in evenly at *rate* a second."""
    took: list[float] = []

    async def one(number: int) -> None:
        customer = first + number % max(1, count // 2)  # each writes twice
        update = {"update_id": first + number, "message": {"chat": {"id": customer}}}
        said = Said(
            Chat(customer, "private"), Person(customer, f"客户{customer}", language="zh-hans"), number + 100, datetime.now(UTC),
            Content(LINES[number % len(LINES)]),
        )  # fmt: skip
        began = time.perf_counter()
        await store.write(lambda books: books.inbox.keep([update]))
        await store.write(lambda books: _handle(books, desk, first + number, said))
        took.append(1000 * (time.perf_counter() - began))

    began = time.perf_counter()
    tasks = []
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    return sorted(took)


def line(name: str, took: list[float]) -> str:
    """Return a line of the table."""
    p99 = took[int(len(took) * 0.99)]
    return f"{name:<28} median {took[len(took) // 2]:6.1f} ms   p99 {p99:6.1f} ms   longest {took[-1]:6.1f} ms"


async def run(cases: int, count: int, rate: float) -> None:
    """Measure in an empty database and in a grown one."""
    settings = Settings(staff=Staff(groups=(GROUP,)))
    adviser = Adviser.open(settings)
    print(f"{count} messages at {rate:g} a second on one core, from update to outbox row", flush=True)
    for size in (0, cases):
        with tempfile.TemporaryDirectory() as folder:
            store = Store.open(Path(folder) / "bench.db")
            if size:
                print(f"filling a database with {size:,} cases …", file=sys.stderr, flush=True)
                store.now(lambda books: fill(books, cases))
            desk = Desk(settings, adviser)
            await timed(store, desk, 60, rate, 50_000_000)  # wordings are parsed when they are first used
            took = await timed(store, desk, count, rate, 10_000_000)
            megabytes = (Path(folder) / "bench.db").stat().st_size / 1e6
            print(line(f"{size:>9,} cases, {megabytes:5.0f} MB", took), flush=True)
            store.close()
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def main() -> None:
    """Read the arguments, stay on one core, and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=900)
    parser.add_argument("--rate", type=float, default=30)
    given = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    asyncio.run(run(given.cases, given.messages, given.rate))


if __name__ == "__main__":
    main()
