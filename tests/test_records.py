"""The records on the command line: lists, exports, erasure; and docs/data.md, which says what is kept."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from calmdesk.cli.main import main
from calmdesk.reading.labelled import LabelledMessage
from calmdesk.reading.reading import DIMENSIONS
from calmdesk.store.export import TABLE, customer_record
from calmdesk.store.store import Books
from tests.conftest import ROOT
from tests.keeping import GROUP, Clock, advice, case_of, lin, opened

DOCUMENT = (ROOT / "docs" / "data.md").read_text("utf-8")
MANNER = {"temperament", "traits", "reading_temperament", "reading_traits"}


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Return the records of a small shop: two customers, three cases, one closed."""
    path = tmp_path / "desk.db"
    clock = Clock()
    with opened(path, clock) as store:
        store.now(lambda books: books.staff.join(50, "小周", "agent"))
        store.now(angry)
        clock.pass_by(hours=5)
        store.now(lambda books: case_of(books, "=HYPERLINK(1)", "换货\x1b[31m[red]！\u202e", chat=8))
        store.now(lambda books: lin(books, chat=8, name="王先生"))
        clock.pass_by(hours=1)
        store.now(closed)
        store.now(lambda books: lin(books, chat=8, name="王先生"))
    return path


def angry(books: Books) -> None:
    """Leave a case with everything that one can have."""
    customer = lin(books)
    case = books.cases.open(customer.id)
    message = books.cases.add(case, "customer", "快递八天没到，我要退款", chat_message_id=5) or 0
    reading = books.readings.keep(case.id, message, advice("请问单号是多少？", "我来查"))
    books.readings.sent(1, 50)
    books.readings.correct(case.id, message, 50, "temperament", "choleric", "melancholic")
    books.readings.correct(case.id, message, 50, "intensity", 2, 3)
    books.cases.add(case, "agent", "请问单号是多少？", staff_id=50, template="zh-Hans/ask/1", techniques=["ask"], warned=["vague"])
    books.cases.add(case, "note", "老顾客，别急", staff_id=50)
    books.cases.edit(message, "快递九天没到，我要退款", datetime(2026, 11, 22, 12, tzinfo=UTC))
    books.cases.set(case.id, heat=3, heats=[2, 3], types=["logistics"], taken_by=50, alert="当心")
    books.staff.note("took", 50, case.id)
    books.places.want_topic(customer.id, GROUP)
    books.places.topic_made(customer.id, 44, "林小姐")
    assert reading == 1


def closed(books: Books) -> None:
    """Close a case."""
    case = case_of(books, "好了", chat=8)
    books.cases.set(case.id, state="closed", closed_at=books.now, closed_by=50)


def run(*arguments: str, db: Path, give: str | None = None) -> Result:
    """Run a command on the records."""
    result = CliRunner().invoke(main, [*arguments, "--db", str(db)], input=give)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def answer(*arguments: str, db: Path) -> Any:
    """Return the JSON that a command gives."""
    result = run(*arguments, db=db)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], [2, 1]),
        (["--all"], [3, 2, 1]),
        (["--state", "closed"], [3]),
        (["--type", "logistics"], [1]),
        (["--heat", "3"], [1]),
        (["--agent", "小周"], [1]),
        (["--agent", "50"], [1]),
        (["--since", "2026-11-22T11:00+00:00"], [2]),
        (["--since", "2099-01-01"], []),
        (["--all", "--most", "1"], [3]),
    ],
)
def test_cases_are_listed_by_what_is_asked(db: Path, options: list[str], found: list[int]) -> None:
    """The open ones, or those that fit; for people and for programs."""
    assert sorted(case["id"] for case in answer("cases", *options, "--json", db=db)) == sorted(found)
    printed = run("cases", *options, db=db).stdout
    assert ("林小姐" in printed) == (1 in found)


def test_a_case_is_shown_whole(db: Path) -> None:
    """Messages in order with their versions, readings, corrections, what was sent, notes, and who did what."""
    printed = run("cases", "show", "1", db=db).stdout

    for part in ("林小姐", "当心", "快递九天没到", "before: 快递八天没到", "reads as: types logistics", "corrected by 小周: intensity 2 → 3", "sent 1:",
                 "sent although warned: vague", "internal note", "老顾客", "took"):  # fmt: skip
        assert part in printed
    assert answer("cases", "show", "1", "--json", db=db)["customer"]["name"] == "林小姐"


def test_a_customers_text_does_nothing_to_the_terminal(db: Path) -> None:
    """Escape sequences and direction marks become a visible sign, markup stays text."""
    for arguments in (("cases", "show", "2"), ("cases", "search", "换货")):
        printed = run(*arguments, db=db).stdout
        assert "\x1b" not in printed
        assert "\u202e" not in printed
        assert "[red]" in printed


def test_search_finds_chinese_words(db: Path) -> None:
    """退款 is found with its case and customer, and what isn't there is said so."""
    assert [hit["case_id"] for hit in answer("cases", "search", "退款", "--json", db=db)] == [1]
    assert "九天没到" in run("cases", "search", "退款", db=db).stdout
    assert run("cases", "search", "发票", db=db).stdout == "No message has 发票.\n"


def test_an_export_is_complete(db: Path) -> None:
    """Every column of every table that hangs on a customer is in the JSON, but for the places on the desk."""
    (lin_, other) = answer("export", "--all", db=db)["customers"]
    (case,) = lin_["cases"]
    first = case["messages"][0]

    def columns(table: str) -> set[str]:
        connection = sqlite3.connect(db)
        found = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        connection.close()
        return found - {"customer_id", "case_id", "message_id"}

    assert set(lin_) == columns("customers") | {"cases"}
    assert set(case) == columns("cases") | {"messages", "deeds"}
    assert set(first) == columns("messages") | {"versions", "readings", "corrections", "suggestions"}
    assert set(first["versions"][0]) == columns("message_versions")
    assert set(first["corrections"][0]) == columns("corrections")
    assert set(first["suggestions"][0]) == columns("suggestions")
    assert set(first["readings"][0]) >= {"is", "at", "advice", "id", "types", "temperament"}
    assert set(case["deeds"][0]) == columns("deeds") - {"id"}
    assert [message["role"] for message in case["messages"]] == ["customer", "agent", "note"]
    assert len(other["cases"]) == 2


def test_manner_stands_only_beside_the_message_it_was_read_from(db: Path) -> None:
    """Temperament and traits are nowhere in an export but in a message's readings, which say what they are, and in their corrections; no view has them."""

    def places(data: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
        if isinstance(data, list):
            return {place for one in data for place in places(one, path)}
        if not isinstance(data, dict):
            return set()
        inside = {place for key, value in data.items() for place in places(value, (*path, key))}
        return inside | {(*path, key) for key in data if key in MANNER}

    records = answer("export", "--all", db=db)["customers"]
    assert places(records) == {("cases", "messages", "readings", "temperament"), ("cases", "messages", "readings", "traits")}
    assert "not a judgement of the person" in records[0]["cases"][0]["messages"][0]["readings"][0]["is"]
    for case in answer("cases", "--all", "--json", db=db):
        assert not MANNER & set(case)
    connection = sqlite3.connect(db)
    for view, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'"):
        assert "advice" not in sql, view
        assert not re.search("temperament|trait", sql), view
    connection.close()


def test_what_a_customer_gets_leaves_the_shops_doings_out(db: Path) -> None:
    """Their words and how they read, yes; internal notes, suggestions and who of the staff did what, no."""
    with opened(db) as store:
        record = store.look(lambda books: customer_record(books, 1))

    text = json.dumps(record, ensure_ascii=False)
    assert "快递九天没到" in text
    assert "not a judgement" in text
    for part in ("老顾客", "我来查", "小周", "staff_id", "zh-Hans/ask", "vague", "taken_by", "当心", "别解释太多"):
        assert part not in text


def test_a_table_is_safe_in_a_spreadsheet(db: Path, tmp_path: Path) -> None:
    """One row a message; no cell begins like a formula; a file opens as UTF-8 and is its owner's alone."""
    out = tmp_path / "out.csv"
    result = run("export", "--all", "--format", "csv", "-o", str(out), db=db)
    assert result.exit_code == 0, result.output

    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    assert out.stat().st_mode & 0o077 == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))
    assert tuple(rows[0]) == TABLE
    assert len(rows) == 6
    assert all(not cell.lstrip().startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert [row["text"] for row in rows if "HYPERLINK" in row["text"]] == ["'=HYPERLINK(1)"]
    assert rows[0]["reading_types"] == "logistics"
    assert not [cell for row in rows for cell in row.values() if cell == "'"], "an empty cell is empty"


def test_erasing_asks_and_then_erases(db: Path) -> None:
    """A no changes nothing; a yes erases the customer, says what Telegram still has, and notes that somebody was erased."""
    assert run("erase", "--customer", "1", db=db, give="n\n").exit_code == 1
    assert len(answer("export", "--all", db=db)["customers"]) == 2

    result = run("erase", "--customer", "1", db=db, give="y\n")

    assert "customer 1 (林小姐): 1 case, 3 messages" in result.stdout
    assert f"group {GROUP} (number 44)" in result.stdout
    assert [one["id"] for one in answer("export", "--all", db=db)["customers"]] == [2]
    assert "林小姐".encode() not in db.read_bytes()
    assert run("erase", "--customer", "2", "--yes", db=db).exit_code == 0


def test_corrections_train_the_reading(db: Path, tmp_path: Path) -> None:
    """A corrected message comes out as the agents saw and labelled it, in the form of the messages for training."""
    out = tmp_path / "corrections.jsonl"
    assert run("corrections", "-o", str(out), db=db).stderr.endswith("1 corrected message\n")

    (line,) = out.read_text("utf-8").splitlines()
    message = LabelledMessage.model_validate_json(line)
    assert set(json.loads(line)["corrected"]) <= set(DIMENSIONS), "what an agent said, apart from what was only read"
    assert json.loads(line)["corrected"]
    assert message.text == "快递八天没到，我要退款", "as it stood when it was corrected"
    assert (message.types, message.intensity, message.temperament, message.lang) == (("logistics",), 3, "melancholic", "zh-Hans")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cases", "show", "99"), "there is no case 99"),
        (("export", "--customer", "99"), "there is no customer 99"),
        (("erase", "--customer", "99", "--yes"), "there is no customer 99"),
        (("export",), "name a customer with --customer NUMBER, or take --all"),
        (("cases", "--since", "gestern"), "write a number of days"),
        (("cases", "--agent", "nobody"), "nobody of the staff is called so; there is 小周 (50)"),
        (("export", "--all", "-o", "/nowhere/at/all.json"), "can't be written"),
    ],
)
def test_a_mistake_is_one_helpful_line(db: Path, arguments: tuple[str, ...], said: str) -> None:
    """No traceback: what is wrong, and what to do."""
    result = run(*arguments, db=db)

    assert result.exit_code != 0
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_without_a_database_nothing_is_made(tmp_path: Path) -> None:
    """A look at records that aren't there says so and leaves no file behind."""
    result = run("cases", db=tmp_path / "none.db")

    assert "there is no database yet; `calmdesk run` makes it" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_commands_work_while_a_desk_runs(db: Path) -> None:
    """With the store open elsewhere, lists, exports and erasure go on."""
    with opened(db) as desk:
        assert len(answer("cases", "--json", db=db)) == 2
        assert run("erase", "--customer", "1", "--yes", db=db).exit_code == 0
        assert desk.look(lambda books: books.customers.find(7)) is None


def test_the_document_names_every_table_and_column(db: Path) -> None:
    """docs/data.md lists the tables, columns and views of the real schema, all of them and no others."""
    connection = sqlite3.connect(db)
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'message_words_%' AND name NOT LIKE '%sqlite%'"
    )
    schema = {name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")] for (name,) in names.fetchall()}
    views = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
    for view in views:
        assert Database(connection)[view].count > 0, f"{view} shows something"
    connection.close()

    _, *sections = re.split(r"^### ", DOCUMENT.split("## The views")[0], flags=re.MULTILINE)
    described = {section.split("`")[1]: re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) for section in sections}

    assert described == schema
    assert set(re.findall(r"^\| `(\w+)` \|", DOCUMENT.split("## The views")[1], re.MULTILINE)) == views
    assert set(TABLE) <= set(re.findall(r"`(\w+)`", DOCUMENT))
