"""What the store promises: nothing is lost, nothing happens twice, the order holds. What it keeps of cases: test_cases.py."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from calmdesk.store.inbox import ATTEMPTS
from calmdesk.store.migrations import migrations
from calmdesk.store.rows import Post
from calmdesk.store.store import Books, Store, StoreError
from tests.keeping import GROUP, START, Clock, Do, case_of, update


def ids(posts: list[Post]) -> list[int]:
    """Return the numbers of posts."""
    return [post.id for post in posts]


# -- the inbox


def test_an_update_is_kept_once(do: Do) -> None:
    """What Telegram delivers twice, before or after it was handled, is kept and handled once."""
    assert do(lambda books: books.inbox.keep([update(1), update(2), update(1)])) == 2
    assert do(lambda books: books.inbox.done(1)) is True
    assert do(lambda books: books.inbox.keep([update(1)])) == 0
    assert do(lambda books: books.inbox.done(1)) is False
    assert [one.update_id for one in do(lambda books: books.inbox.next([], 9))] == [2]


def test_an_update_with_half_a_character_is_kept(do: Do) -> None:
    """JSON can carry what has no form in UTF-8; it doesn't keep the batch out, and comes back as it was."""
    half = update(1, text="坏了\ud83d")

    do(lambda books: books.inbox.keep([half]))

    assert json.loads(do(lambda books: books.inbox.next([], 1))[0].raw) == half
    assert do(lambda books: books.cases.messages(case_of(books, "坏了\ud83d").id))[0].text == "坏了?"


def test_within_a_lane_the_order_holds_and_lanes_run_side_by_side(do: Do) -> None:
    """Each chat gives its oldest update, none while one of it is being handled; the oldest chat comes first."""
    do(lambda books: books.inbox.keep([update(3, chat=1), update(1, chat=2), update(2, chat=1), update(4, chat=3)]))

    assert [one.update_id for one in do(lambda books: books.inbox.next([], 9))] == [1, 2, 4]
    assert [one.update_id for one in do(lambda books: books.inbox.next(["1"], 9))] == [1, 4]
    assert [one.update_id for one in do(lambda books: books.inbox.next([], 2))] == [1, 2]
    do(lambda books: books.inbox.done(2))
    assert [one.update_id for one in do(lambda books: books.inbox.next([], 9))] == [1, 3, 4]


def test_what_fails_is_tried_again_and_then_is_a_dead_letter(do: Do, clock: Clock) -> None:
    """A failing update holds its lane, is tried a few times with pauses, then stands aside until somebody has it tried again."""
    do(lambda books: books.inbox.keep([update(1), update(2)]))
    for attempt in range(1, ATTEMPTS + 1):
        (first,) = do(lambda books: books.inbox.next([], 9))
        assert (first.update_id, first.attempts) == (1, attempt - 1)
        assert do(lambda books: books.inbox.failed(1, "no such case")) is (attempt == ATTEMPTS)
        if attempt < ATTEMPTS:
            assert do(lambda books: books.inbox.next([], 9)) == [], "the pause holds the lane"
        clock.pass_by(minutes=1)

    assert [one.update_id for one in do(lambda books: books.inbox.next([], 9))] == [2]
    assert do(lambda books: books.inbox.counts()) == {"waiting": 1, "dead": 1}
    assert [(number, why) for number, _, why in do(lambda books: books.inbox.dead())] == [(1, "no such case")]
    assert do(lambda books: books.inbox.retry()) == 1
    assert do(lambda books: books.inbox.next([], 9))[0].update_id == 1


# -- the file


def test_a_transaction_that_raises_leaves_nothing(do: Do) -> None:
    """Effect, post and "done" stand or fall together, and the next transaction works."""

    def half(books: Books) -> None:
        books.inbox.done(1)
        case = case_of(books, "快递呢")
        books.outbox.put("say", 7, {"text": "在查"}, customer_id=case.customer_id)
        raise RuntimeError("power cut")

    do(lambda books: books.inbox.keep([update(1)]))
    with pytest.raises(RuntimeError, match="power cut"):
        do(half)

    assert do(lambda books: (len(books.inbox.next([], 9)), books.customers.find(7), books.outbox.ready([]))) == (1, None, [])


def test_reading_changes_nothing_and_sees_one_moment(store: Store) -> None:
    """`look` can't write, and what is written beside it doesn't move under it."""
    store.now(lambda books: case_of(books, "快递呢"))

    def look(books: Books) -> tuple[int, int]:
        before = len(books.cases.open_ones())
        store.now(lambda other: case_of(other, "还有", chat=8))
        return before, len(books.cases.open_ones())

    assert store.look(look) == (1, 1)
    assert len(store.look(lambda books: books.cases.open_ones())) == 2
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store.look(lambda books: case_of(books, "x", chat=9))


OTHER_DESK = """
import sys, time; from pathlib import Path; from calmdesk.store.store import Store, StoreError
try: store = Store.open(Path(sys.argv[1]))
except StoreError as error: sys.exit(str(error))
print("open", flush=True); time.sleep(60)
"""


def test_a_second_desk_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    """Another process on the same file gets one helpful line; a killed one leaves no lock; commands may look on beside it."""
    path = tmp_path / "desk.db"
    with subprocess.Popen([sys.executable, "-c", OTHER_DESK, str(path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(StoreError, match="another calmdesk runs on this database; stop it first"):
            Store.open(path)
        beside = Store.open(path, alone=False)
        assert beside.now(lambda books: case_of(books, "在吗").id) == 1
        beside.close()
        other.kill()
    again = Store.open(path)
    assert len(again.look(lambda books: books.cases.open_ones())) == 1
    again.close()


def test_a_file_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    """What isn't a database, isn't there, or is from a newer calmdesk is said, and the lock is let go."""
    path = tmp_path / "desk.db"
    with pytest.raises(StoreError, match="there is no database yet"):
        Store.open(path, alone=False)
    path.write_text("not a database, but long enough to be looked at " * 20)
    with pytest.raises(StoreError, match="isn't a database"):
        Store.open(path)
    path.unlink()
    Store.open(path).close()
    assert path.stat().st_mode & 0o077 == 0, "customers' words are nobody else's to read"
    db = sqlite3.connect(path)
    db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('calmdesk', 'm999_later', '')")
    db.commit()
    db.close()
    with pytest.raises(StoreError, match="a newer calmdesk"):
        Store.open(path)


STEPS = [step.name for step in migrations.pending(Database(memory=True))]


@pytest.mark.parametrize("step", [*STEPS, None])
def test_every_earlier_file_is_brought_up_to_date(tmp_path: Path, step: str | None) -> None:
    """From an empty file and from each step on the tables come out the same, rows stay, and a second time changes nothing."""

    def schema(path: Path) -> list[tuple[str, ...]]:
        db = sqlite3.connect(path)
        found = db.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2").fetchall()
        db.close()
        return found

    fresh, old = tmp_path / "fresh.db", tmp_path / "old.db"
    Store.open(fresh).close()
    db = Database(old)
    migrations.apply(db, stop_before=step) if step else migrations.apply(db)
    if "inbox" in db.table_names():
        db.execute("INSERT INTO inbox (update_id, lane, raw, came_at) VALUES (5, '7', '{}', '2026-01-01T00:00:00.000Z')")
        db.conn.commit()
    db.close()
    for _ in range(2):
        opened = Store.open(old)
        kept = opened.look(lambda books: books.inbox.counts()["waiting"])
        opened.close()
        assert schema(old) == schema(fresh)
    assert kept == (0 if step == STEPS[0] else 1)


# -- the outbox


def test_a_card_waits_once(do: Do, clock: Clock) -> None:
    """Several changes of a card are one post, as urgent as the most urgent; after it went, or while it goes, a new one can wait."""
    first = do(lambda books: books.outbox.put("card", GROUP, {}, customer_id=1, case_id=1, urgency=10))
    assert do(lambda books: books.outbox.put("card", GROUP, {}, customer_id=1, case_id=1, urgency=30)) == first
    assert do(lambda books: books.outbox.put("card", GROUP, {}, customer_id=1, case_id=1, urgency=0)) == first
    assert [(post.id, post.urgency) for post in do(lambda books: books.outbox.ready([]))] == [(first, 30)]

    do(lambda books: books.outbox.sending([first]))
    newer = do(lambda books: books.outbox.put("card", GROUP, {}, customer_id=1, case_id=1))
    assert newer != first
    do(lambda books: books.outbox.later([first], 5, "Too Many Requests"))
    clock.pass_by(seconds=6)
    assert ids(do(lambda books: books.outbox.ready([]))) == [newer], "the older one is dropped, for the newer shows the newest"


def test_a_customers_line_keeps_its_order(do: Do) -> None:
    """Of a customer's posts in a chat the first goes first, whatever is urgent; other customers and chats don't wait for it."""
    wanted = ((GROUP, 1, 0), (GROUP, 1, 50), (GROUP, 2, 20), (7, 1, 10))
    a1, a2, b1, c1 = do(
        lambda books: [books.outbox.put("mirror", chat, {}, customer_id=whose, urgency=urgency) for chat, whose, urgency in wanted]
    )

    assert ids(do(lambda books: books.outbox.ready([]))) == [b1, c1, a1]
    assert ids(do(lambda books: books.outbox.ready([GROUP]))) == [c1]
    do(lambda books: books.outbox.sending([a1]))
    assert ids(do(lambda books: books.outbox.ready([]))) == [b1, c1], "what is on its way holds its line"
    do(lambda books: books.outbox.sent([a1], 100))
    assert ids(do(lambda books: books.outbox.ready([]))) == [a2, b1, c1]


def test_a_card_may_overtake_but_not_its_topic(do: Do) -> None:
    """A card shows a state: it waits for no mirrored message and holds none up, but the topic must be there first."""
    kinds = ("topic", "mirror", "card")
    topic, mirror, card = do(lambda books: [books.outbox.put(kind, GROUP, {}, customer_id=1, case_id=1) for kind in kinds])

    assert ids(do(lambda books: books.outbox.ready([]))) == [topic]
    do(lambda books: books.outbox.sent([topic], 5))
    assert ids(do(lambda books: books.outbox.ready([]))) == [mirror, card]
    do(lambda books: books.outbox.sending([card]))
    assert ids(do(lambda books: books.outbox.ready([]))) == [mirror]


def test_answers_to_taps_stand_in_no_line(do: Do) -> None:
    """Toasts and results are all ready at once, whatever else waits."""
    first, second, third = do(lambda books: [books.outbox.put(kind, 0, {}, urgency=100) for kind in ("toast", "toast", "results")])

    do(lambda books: books.outbox.sending([first]))

    assert ids(do(lambda books: books.outbox.ready([]))) == [second, third]


def test_what_follows_can_be_gathered(do: Do) -> None:
    """Mirrored messages right behind one another can go as one; a card between is no matter, anything else is."""
    kinds = ("mirror", "mirror", "card", "mirror", "tell", "mirror")
    do(lambda books: [books.outbox.put(kind, GROUP, {}, customer_id=1, case_id=1) for kind in kinds])
    first = do(lambda books: books.outbox.ready([]))[0]

    assert ids(do(lambda books: books.outbox.following(first, "mirror"))) == [2, 4]


def test_every_way_that_a_post_can_go_is_told_apart(do: Do, clock: Clock) -> None:
    """Put off, of unknown outcome, failed, interrupted by a crash: none is sent again unless it is put back in line."""
    put = [do(lambda books: books.outbox.put("say", 7, {"text": "在查"}, customer_id=1, message_id=9)) for _ in range(4)]
    late, unknown, failed, interrupted = put
    do(lambda books: books.outbox.sending([late]))
    do(lambda books: books.outbox.later([late], 3, "Too Many Requests: retry after 3"))
    assert do(lambda books: books.outbox.ready([])) == []
    assert do(lambda books: books.outbox.next_at()) == START + timedelta(seconds=3)
    clock.pass_by(seconds=3)
    assert [(post.id, post.attempts) for post in do(lambda books: books.outbox.ready([]))] == [(late, 1)]
    do(lambda books: books.outbox.sent([late], 501))
    do(lambda books: books.outbox.end([unknown], "unknown", "read timed out"))
    do(lambda books: books.outbox.end([failed], "failed", "chat not found"))
    do(lambda books: books.outbox.sending([interrupted]))

    assert do(lambda books: books.outbox.ready([])) == []
    assert ids(do(lambda books: books.outbox.interrupted())) == [interrupted]
    assert do(lambda books: books.outbox.counts()) == {"waiting": 0, "sending": 1, "failed": 1, "unknown": 1}
    assert do(lambda books: books.outbox.state_of(9)) == ("sending", "")
    assert do(lambda books: books.outbox.sent_since(START)) == [(7, clock.now)]
