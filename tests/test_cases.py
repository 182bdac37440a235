"""What is kept of customers and cases, how it is found again, and that what is erased is gone."""

from __future__ import annotations

import re
import sqlite3
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from calmdesk.config import Settings
from calmdesk.config import Store as StoreSettings
from calmdesk.store.forget import forget
from calmdesk.store.rows import Case
from calmdesk.store.search import indexed
from calmdesk.store.store import Books
from tests.keeping import GROUP, START, Clock, Do, advice, case_of, lin, opened, update


def edited(books: Books, text: str, number: int = 1) -> None:
    """Change the text of a message."""
    books.cases.edit(number, text, books.now)


def changed(books: Books, case: Case, **changes: Any) -> None:
    """Change what a case says of itself."""
    books.cases.set(case.id, **changes)


def test_a_person_in_two_chats_is_two_customers(do: Do) -> None:
    """The same Telegram user in the bot's chat and in a shop's own is two customers, with cases apart."""
    here, there = do(lin), do(lambda books: lin(books, account=99))
    do(lambda books: books.cases.open(here.id))

    assert here.id != there.id
    assert do(lambda books: (books.cases.number_of(here.id), books.cases.number_of(there.id))) == (1, 0)
    assert do(lambda books: lin(books, name="林小姐 🌸")).id == here.id


def test_a_language_that_was_chosen_stays(do: Do) -> None:
    """What a customer writes changes their language only until they choose one."""
    customer = do(lin)
    do(lambda books: books.customers.speaks(customer.id, "en", chosen=False))
    assert do(lambda books: books.customers.get(customer.id)).language == "en"
    do(lambda books: books.customers.speaks(customer.id, "zh-Hant", chosen=True))
    do(lambda books: books.customers.speaks(customer.id, "en", chosen=False))
    assert do(lin).language == "zh-Hant"


def test_a_message_of_a_chat_is_kept_once(do: Do) -> None:
    """The same message once more adds nothing; a value that a table refuses is an error, not silence."""
    case = do(case_of)
    assert do(lambda books: books.cases.add(case, "customer", "快递呢", chat_message_id=5)) == 1
    assert do(lambda books: books.cases.add(case, "customer", "快递呢", chat_message_id=5)) is None
    assert len(do(lambda books: books.cases.messages(case.id))) == 1
    with pytest.raises(sqlite3.IntegrityError):
        do(lambda books: books.cases.add(case, "somebody", "快递呢"))


def test_every_version_of_a_message_stays(do: Do, clock: Clock) -> None:
    """Edits keep the earlier texts in order, only the newest is found, and a deletion takes nothing out of the record."""
    case = do(lambda books: case_of(books, "我要退款"))
    for text in ("我要换货", "我要换货", "算了"):
        clock.pass_by(minutes=1)
        do(partial(edited, text=text))
    do(lambda books: books.cases.deleted(1))

    (message,) = do(lambda books: books.cases.messages(case.id))
    assert (message.text, message.edited_at, message.deleted_at) == ("算了", clock.now, clock.now)
    assert do(lambda books: books.cases.versions(1)) == ["我要退款", "我要换货"]
    assert do(lambda books: (books.cases.search("退款"), len(books.cases.search("算了")))) == ([], 1)


def test_cases_are_listed_by_what_is_asked(do: Do, clock: Clock) -> None:
    """State, type, heat, agent and time each narrow the list; the newest word comes first."""
    for chat in (1, 2, 3):
        case = do(partial(case_of, chat=chat))
        do(partial(changed, case=case, heat=chat, types=("logistics",) if chat > 1 else (), taken_by=chat % 2))
        clock.pass_by(hours=1)
    do(lambda books: books.cases.set(2, state="closed", closed_at=clock.now))

    def found(**asked: Any) -> list[int]:
        return [case.id for case in do(lambda books: books.cases.find(**asked))]

    assert found() == [3, 2, 1]
    assert found(state="open") == [3, 1]
    assert found(complaint="logistics", heat=3) == [3]
    assert found(taken_by=1, most=1) == [3]
    assert found(since=START + timedelta(minutes=30)) == [3, 2]


# -- search


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("退款", [1, 2, 6]),
        ("退", [1, 2, 6, 9]),
        ("款", [1, 2, 6]),
        ("快遞", [2, 3]),
        ("退款 快递", [2]),
        ("REFUND", [4]),
        ("refund please", [4]),
        ("refun", [4]),
        ("efund", []),
        ("SF12345", [5]),
        ("ｓｆ１２", [5]),
        ("доставка", [7]),
        ("จัดส่ง", [8]),
        ("要退", [1]),
        ("货退", []),
        ('" OR *', []),
        ("退款 NOT 快递", []),
        ("。", []),
    ],
)
def test_search_finds_words_of_every_script(do: Do, words: str, found: list[int]) -> None:
    """Two-character words, single characters, the other writing, several words, the beginning of a word; and nothing beside."""
    texts = [
        "我要退款！",
        "快递没到，退款",
        "快遞呢",
        "Refund, please",
        "单号SF1234567890",
        "退 款",
        "Где доставка?",
        "จัดส่งเมื่อไร",
        "发货。退货",
    ]
    do(lambda books: case_of(books, *texts))

    assert sorted(message.id for message in do(lambda books: books.cases.search(words))) == found


HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5) | st.sampled_from("退款快遞𠀀𪜀㐀"), min_size=2, max_size=6)
PIECES = st.lists(HAN | st.sampled_from(["，", " ", "a", "iPhone", "😡", "12", "\n", "。", "é", "ß"]), min_size=1, max_size=8)


@settings(max_examples=150, deadline=None)
@given(PIECES, PIECES, st.data())
def test_every_stretch_of_chinese_is_found_and_nothing_else(said: list[str], other: list[str], data: st.DataObject) -> None:
    """Any two or more Chinese characters in a row of a message find it; what is found holds them."""
    text, another = "".join(said), "".join(other)
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.row_factory = sqlite3.Row
    try:
        for statement in _search_tables():
            db.execute(statement)
        books = Books.of(db, START)
        case = case_of(books, text, another)
        stretches = re.findall(r"[㐀-鿿\U00020000-\U0003ffff]{2,}", text)
        if not stretches:
            return
        stretch = data.draw(st.sampled_from(stretches))
        start = data.draw(st.integers(0, len(stretch) - 2))
        wanted = stretch[start : data.draw(st.integers(start + 2, len(stretch)))]

        found = {message.id: message.text for message in books.cases.search(wanted)}

        assert case.id
        assert 1 in found
        plain = "".join(another.split())
        if 2 in found:
            assert indexed(wanted).split()[0] in indexed(plain).split()
        else:
            assert wanted not in plain
    finally:
        db.close()


def _search_tables() -> list[str]:
    """Return what makes the tables of a new database."""
    if not _STATEMENTS:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "desk.db"
            with opened(path):
                pass
            db = sqlite3.connect(path)
            rows = db.execute(
                "SELECT sql FROM sqlite_master WHERE sql NOT NULL AND name NOT LIKE 'message_words_%' AND name NOT LIKE 'sqlite%'"
            )
            _STATEMENTS.extend(row[0] for row in rows)
            db.close()
    return _STATEMENTS


_STATEMENTS: list[str] = []


# -- erasing


SECRETS = (
    "zxqv-林晚秋-name",
    "zxqv-我的电话是-139",
    "zxqv-earlier-version",
    "zxqv-note-about-her",
    "zxqv-suggested-for-her",
    "zxqv-in-a-raw-update",
    "zxqv-in-a-toast",
)
NAME, SAID, EARLIER, NOTE, OFFERED, RAW, TOLD = SECRETS


def a_whole_customer(books: Books) -> int:
    """Leave traces of a customer in every table that can hold some."""
    customer = lin(books, name=NAME)
    case = books.cases.open(customer.id)
    message = books.cases.add(case, "customer", EARLIER, chat_message_id=1, details={"file": SAID})
    assert message is not None
    books.cases.edit(message, SAID, books.now)
    books.cases.add(case, "note", NOTE, staff_id=50)
    books.cases.set(case.id, alert=SAID)
    books.readings.keep(case.id, message, advice(OFFERED, points=[SAID]))
    books.readings.correct(case.id, message, 50, "points", [SAID], [EARLIER])
    books.staff.join(50, "小周", "agent")
    books.staff.note("noted", 50, case.id, text=NOTE)
    books.staff.begin(50, GROUP, 5, "edit", case.id, {"text": OFFERED})
    books.places.want_topic(customer.id, GROUP)
    books.places.topic_made(customer.id, 5, NAME)
    books.places.want_card(case.id, GROUP)
    books.places.card_shows(case.id, GROUP, 77, SAID)
    books.places.mirrored(GROUP, 78, [message])
    books.outbox.put("say", 7, {"text": SAID}, customer_id=customer.id, message_id=message)
    books.outbox.put("mirror", GROUP, {"text": SAID}, case_id=case.id)
    books.outbox.end([books.outbox.put("whisper", 50, {"text": f"{NAME}: {TOLD}"})], "sent", "")
    mine = [update(1, text=SAID), update(2, text=RAW)]
    in_topic = {"update_id": 3, "message": {"message_id": 9, "message_thread_id": 5, "chat": {"id": GROUP}, "text": RAW}}
    tapped = {"update_id": 4, "callback_query": {"from": {"id": 50}, "message": {"message_id": 77, "chat": {"id": GROUP}, "text": SAID}}}
    waiting = {
        "update_id": 5,
        "message": {"message_id": 12, "chat": {"id": GROUP}, "reply_to_message": {"message_id": 78, "chat": {"id": GROUP}, "text": SAID}},
    }
    in_private = {"update_id": 6, "message": {"message_id": 13, "chat": {"id": 50}, "text": f"who is {NAME}"}}
    books.inbox.keep([*mine, in_topic, tapped, waiting, in_private])
    books.inbox.bury(1, f"can't make sense of {SAID}")
    for number in (2, 3, 4, 6):
        books.inbox.done(number)
    return customer.id


def traces(path: Path) -> dict[str, list[str]]:
    """Return which secrets stand in which file of a database, and in which statement of its dump."""
    db = sqlite3.connect(path)
    dump = [line for line in db.iterdump() if "zxqv" in line]
    db.close()
    files = {file.name: file.read_bytes() for file in path.parent.glob(f"{path.name}*")}
    return {"dump": dump, **{name: [one for one in SECRETS if one.encode() in data] for name, data in files.items()}}


def test_erasing_a_customer_leaves_nothing_of_them(tmp_path: Path) -> None:
    """Neither a table, nor the index, nor the file's bytes or its log hold name or words; others' records and what waits of others stay."""
    path = tmp_path / "desk.db"
    with opened(path) as store:
        other = store.now(lambda books: case_of(books, "别人的退款", chat=8))
        customer = store.now(a_whole_customer)
        store.now(
            lambda books: books.inbox.keep(
                [{"update_id": 7, "message": {"message_id": 77, "chat": {"id": 50}, "text": "another"}}, update(8, chat=8)]
            )
        )
        assert traces(path)["dump"]

        store.now(lambda books: books.customers.erase(customer))
        assert store.scrub_now()

        assert {where: what for where, what in traces(path).items() if what} == {}
        assert b"zxqv" not in path.read_bytes()
        assert store.look(lambda books: books.cases.search("zxqv")) == []
        assert [message.case_id for message in store.look(lambda books: books.cases.search("退款"))] == [other.id]
        assert [one.update_id for one in store.look(lambda books: books.inbox.next([], 9))] == [7, 8]
        assert store.now(lambda books: books.inbox.keep([update(1), update(3)])) == 0, "what came in isn't taken twice"


MOVED_WITHIN_A_PAGE = [
    *["a" * 12] * 6, "x坏服到到款aa坏ab到c坏坏客到递a到死客客b到坏快快款气到服死没到客款快到快到气服退", "a" * 12, "aaa到a到到坏到客快服款死退", "a" * 12,
    "a" * 12, "a" * 12, "a到b到到坏c到客到快服款死", "a到b到到坏到客到快服到款退", *["x到aa客c到坏a快b到服款死气退"] * 2, "a到服aaa到到坏坏款到b客c快死到退",
]  # fmt: skip


@example(MOVED_WITHIN_A_PAGE)
@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(st.sampled_from("退款快递没到客服气死坏abcxyz ，"), min_size=12, max_size=300), min_size=1, max_size=30))
def test_whatever_a_customer_said_is_gone(texts: list[str]) -> None:
    """Property: after erasing, no piece of any of their messages stands in the file, however long they were and however often changed."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "desk.db"
        marked = [f"秘{text}密" for text in texts]
        with opened(path) as store:
            store.now(lambda books: case_of(books, *["别的顾客的话，很长很长。" * 20] * 20, chat=8))
            store.now(lambda books: case_of(books, *marked))
            for number in range(21, 21 + len(texts), 2):
                store.now(partial(edited, number=number, text="秘改过密" * 30))
            store.now(lambda books: books.customers.erase(2))
            assert store.scrub_now()
        data = path.read_bytes()
        assert "秘".encode() not in data
        assert "密".encode() not in data


def test_a_number_is_never_given_twice(do: Do) -> None:
    """An old button, deed or post on its way can't come to mean another customer's case, message or suggestion."""
    customer = do(a_whole_customer)
    post = do(lambda books: books.outbox.put("say", 7, {}, customer_id=customer))
    do(lambda books: books.customers.erase(customer))

    case = do(lambda books: case_of(books, "新的", chat=9))

    assert case.id > 1
    assert case.customer_id > customer
    assert do(lambda books: books.cases.messages(case.id))[0].id > 2
    assert do(lambda books: books.outbox.put("say", 9, {}, customer_id=case.customer_id)) > post
    assert do(lambda books: books.readings.keep(case.id, 3, advice("好"))) > 1


def test_what_is_old_is_forgotten(do: Do, clock: Clock) -> None:
    """Closed cases after their days, then customers without any, handled updates and finished posts; open cases stay, and so does the rest."""
    shop = Settings(store=StoreSettings(keep_days=30, keep_updates_days=7))
    old, still_open = do(lambda books: case_of(books, "旧的", chat=1)), do(lambda books: case_of(books, "还开着", chat=2))
    do(lambda books: books.cases.set(old.id, state="closed", closed_at=books.now))
    do(lambda books: lin(books, chat=3))
    do(lambda books: books.inbox.keep([update(1), update(2), update(3)]))
    do(lambda books: books.inbox.done(1))
    do(lambda books: books.inbox.bury(2, "?"))
    do(lambda books: books.outbox.end([books.outbox.put("say", 7, {}), books.outbox.put("say", 7, {})], "sent", ""))
    do(lambda books: books.outbox.put("say", 7, {}))

    clock.pass_by(days=8)
    first = do(lambda books: forget(books, shop))
    assert (first.cases, first.customers, first.updates, first.posts) == (0, 0, 1, 2)
    do(lambda books: lin(books, chat=4))
    clock.pass_by(days=23)
    second = do(lambda books: forget(books, shop))
    assert (second.cases, second.customers, second.dead, second.more) == (1, 2, 1, False)
    assert do(lambda books: [case.id for case in books.cases.find()]) == [still_open.id]
    assert do(lambda books: (books.customers.find(1), books.customers.find(4) is None)) == (None, False)
    assert do(lambda books: (books.inbox.counts()["waiting"], books.outbox.counts()["waiting"])) == (1, 1)
    assert do(lambda books: forget(books, Settings(store=StoreSettings(keep_days=None)))).cases == 0


def test_forgetting_much_is_done_in_parts(do: Do, clock: Clock) -> None:
    """At most so many cases go at a time, the oldest first, and it says that there are more."""
    for chat in range(5):
        case = do(partial(case_of, chat=chat + 1))
        do(partial(changed, case=case, state="closed", closed_at=clock.now))
        clock.pass_by(minutes=1)
    clock.pass_by(days=400)

    parts = [do(lambda books: forget(books, Settings(), most=2)) for _ in range(3)]

    assert [(part.cases, part.more) for part in parts] == [(2, True), (2, True), (1, False)]
