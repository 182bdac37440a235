"""`calmdesk cases`, `export`, `erase`, `corrections`: the records, on the command line, also while a desk runs."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from calmdesk import __version__
from calmdesk.cli.lines import stop, utf8_out
from calmdesk.cli.main import CONFIG, main, settings_from

if TYPE_CHECKING:
    from calmdesk.store.store import Books, Store

DB = click.option("--db", type=click.Path(path_type=Path, dir_okay=False), help="The database; by default [store] path of bot.toml.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="For programs.")
OUT = click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file that only you can read.")
_LAST = re.compile(r"(\d+)\s*([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


@contextmanager
def records(config: Path | None, db: Path | None) -> Iterator[Store]:
    """Open the records beside a desk that may be running, or end with what is wrong."""
    from calmdesk.store.store import Store, StoreError

    settings = settings_from(config)
    try:
        store = Store.open(db or settings.base / settings.store.path, alone=False)
    except StoreError as error:
        stop(str(error))
    try:
        yield store
    except LookupError as error:
        stop(f"there is {error.args[0]}; `calmdesk cases --all` and `calmdesk cases search` show the numbers")
    finally:
        store.close()


def since(text: str | None) -> datetime | None:
    """Return the time that a person means by 7d, 12h or 2026-11-01; end with how it is written where it is neither."""
    if text is None:
        return None
    now = datetime.now().astimezone()
    try:
        if match := _LAST.fullmatch(text.strip().lower()):
            return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
        return datetime.fromisoformat(text.strip()).astimezone()
    except (ValueError, OverflowError):
        stop(f"--since {text}: write a number of days or hours (7d, 12h) or a date (2026-11-01)")


@main.group(invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Closed ones as well.")
@click.option("--state", type=click.Choice(["open", "closed"]), help="By default the open ones.")
@click.option("--type", "complaint", help="Of this complaint type, such as logistics.")
@click.option("--heat", type=click.IntRange(0, 4), default=0, help="At least so hot (0 to 4).")
@click.option("--agent", help="Whose cases: the name or number of one of the staff.")
@click.option("--since", "since_text", help="With a word since then: 7d, 12h or 2026-11-01.")
@click.option("--most", type=click.IntRange(1), default=50, show_default=True, help="At most so many.")
@AS_JSON
@CONFIG
@DB
@click.pass_context
def cases(
    context: click.Context, everything: bool, state: str | None, complaint: str | None, heat: int, agent: str | None,
    since_text: str | None, most: int, as_json: bool, config: Path | None, db: Path | None,
) -> None:  # fmt: skip
    """List the cases, the one with the newest word first; show one, or search them all."""
    if context.invoked_subcommand:
        return
    start = since(since_text)

    def found(books: Books) -> list[dict[str, Any]]:
        chosen = books.cases.find(
            state=state or (None if everything else "open"), complaint=complaint, heat=heat,
            taken_by=None if agent is None else _colleague(books, agent), since=start, most=most,
        )  # fmt: skip
        return [
            {**asdict(case), "customer": books.customers.get(case.customer_id).name, "agent": _name(books, case.taken_by)}
            for case in chosen
        ]

    with records(config, db) as store:
        rows = store.look(found)
    if as_json:
        _print_json(rows)
    elif rows:
        from calmdesk.cli.sheets import case_list

        _print(case_list(rows))
    else:
        click.echo("No case fits." if complaint or heat or agent or start or everything or state else "No case is open.")


@cases.command()
@click.argument("number", type=int)
@AS_JSON
@CONFIG
@DB
@click.pass_context
def show(context: click.Context, number: int, as_json: bool, config: Path | None, db: Path | None) -> None:
    """Show case NUMBER as an agent reads it: every message with its versions, how it was read, and who did what."""
    from calmdesk.cli.sheets import whole_case
    from calmdesk.store.export import case_record

    with _of(context, config, db) as store:
        record, names = store.look(lambda books: (case_record(books, number), _names(books)))
    if as_json:
        _print_json(record)
    else:
        _print(*whole_case(record, names))


@cases.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--most", type=click.IntRange(1), default=20, show_default=True, help="At most so many.")
@AS_JSON
@CONFIG
@DB
@click.pass_context
def search(context: click.Context, words: tuple[str, ...], most: int, as_json: bool, config: Path | None, db: Path | None) -> None:
    """Find the newest messages with all of WORDS, such as 退款, in whatever case they stand."""
    wanted = " ".join(words)

    def found(books: Books) -> list[dict[str, Any]]:
        return [
            {**asdict(message), "customer": books.customers.get(message.customer_id).name}
            for message in books.cases.search(wanted, most)
        ]  # fmt: skip

    with _of(context, config, db) as store:
        rows = store.look(found)
    if as_json:
        _print_json(rows)
    elif rows:
        from calmdesk.cli.sheets import hits

        _print(hits(rows, wanted))
    else:
        click.echo(f"No message has {wanted}.")


@main.command()
@click.option("--customer", type=int, help="One customer, by number.")
@click.option("--all", "everybody", is_flag=True, help="All customers.")
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json", show_default=True)
@OUT
@CONFIG
@DB
def export(customer: int | None, everybody: bool, form: str, out: Path | None, config: Path | None, db: Path | None) -> None:
    """Export all that is kept of one customer or of all, as JSON (complete) or as a table of the messages (CSV)."""
    if (customer is None) != everybody:
        raise click.UsageError("name a customer with --customer NUMBER, or take --all; not both")
    from calmdesk.store.export import customer_numbers, customer_record

    def write(books: Books) -> int:
        numbers = customer_numbers(books) if customer is None else iter([books.customers.get(customer).id])
        found = (customer_record(books, number, internal=True) for number in numbers)
        with _written(out, "utf-8-sig" if form == "csv" and out else "utf-8") as stream:
            return _write_csv(found, stream) if form == "csv" else _write_json(found, stream, settings_from(config).shop.name)

    with records(config, db) as store:
        count = store.look(write)
    if out:
        click.echo(f"{out}: {count} customer{'' if count == 1 else 's'}", err=True)


def _write_json(found: Iterator[dict[str, Any]], stream: IO[str], shop: str) -> int:
    """Write one object; customers go in one by one, for there may be more of them than memory."""
    head = {"calmdesk": __version__, "shop": shop, "exported_at": datetime.now().astimezone().isoformat(timespec="seconds")}
    stream.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "customers": [')
    count = 0
    for count, record in enumerate(found, 1):
        stream.write(("," if count > 1 else "") + "\n" + json.dumps(record, ensure_ascii=False))
    stream.write("\n]}\n")
    return count


def _write_csv(found: Iterator[dict[str, Any]], stream: IO[str]) -> int:
    from calmdesk.store.export import TABLE, table_rows

    writer = csv.DictWriter(stream, TABLE)
    writer.writeheader()
    count = 0
    for record in found:
        writer.writerows(table_rows(record))
        count += 1
    return count


@main.command()
@click.option("--customer", type=int, required=True, help="Whom, by number.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@CONFIG
@DB
def erase(customer: int, yes: bool, config: Path | None, db: Path | None) -> None:
    """Erase a customer with all cases, messages and readings, for good."""
    with records(config, db) as store:
        name, (count, messages), topic = store.look(
            lambda books: (books.customers.get(customer).name, _extent(books, customer), books.places.topic(customer))
        )
        what = f"customer {customer} ({_visible(name)}): {count} case{'' if count == 1 else 's'}, {messages} messages"
        if not yes:
            click.confirm(f"Erase {what}? This can't be undone.", abort=True)

        def work(books: Books) -> None:
            books.customers.erase(customer)
            books.staff.note("erased", None)

        store.now(work)
        clean = store.scrub_now()
    click.echo(f"Erased {what}.")
    if topic and topic.thread_id:
        click.echo(f"Telegram still has the topic in the group {topic.chat_id} (number {topic.thread_id}): delete it there.")
    if not clean:
        click.echo("Another program reads the file just now: its log keeps traces until the desk's daily job, or until you erase again.")


def _extent(books: Books, customer_id: int) -> tuple[int, int]:
    row = books.db.execute("SELECT count(DISTINCT case_id), count(*) FROM messages WHERE customer_id = ?", (customer_id,)).fetchone()
    return books.cases.number_of(customer_id), row[1]


@main.command()
@OUT
@CONFIG
@DB
def corrections(out: Path | None, config: Path | None, db: Path | None) -> None:
    """Write the messages whose reading the agents corrected, labelled as they say, for `calmdesk train --with`."""
    from pydantic import ValidationError

    from calmdesk.reading.labelled import LabelledMessage
    from calmdesk.reading.reading import DIMENSIONS

    with records(config, db) as store:
        found = store.look(lambda books: books.readings.all_corrected())
    written = 0
    with _written(out, "utf-8") as stream:
        for number, (text, reading, corrected) in enumerate(found, 1):
            labels = {name: corrected.get(name, reading.get(name)) for name in DIMENSIONS}
            line = {"id": f"shop-{number:05}", "lang": reading.get("lang", ""), "text": text, **labels, "corrected": sorted(corrected)}
            try:
                LabelledMessage.model_validate(line)
            except ValidationError:
                continue  # corrected before anything was read: not enough is known of it
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
            written += 1
    left = f"; {len(found) - written} left out, for they were never read" if written < len(found) else ""
    click.echo(f"{out or 'written'}: {written} corrected message{'' if written == 1 else 's'}{left}", err=True)


# -- what they share


def _of(context: click.Context, config: Path | None, db: Path | None) -> Any:
    """Open the records that a subcommand, or `cases` before it, names."""
    above = context.parent.params if context.parent else {}
    return records(config or above.get("config"), db or above.get("db"))


@contextmanager
def _written(out: Path | None, encoding: str) -> Iterator[IO[str]]:
    """Open where the records go: a file that appears when it is whole, for its owner alone, or standard output."""
    if out is None:
        yield utf8_out()
        return
    part = out.with_name(f".{out.name}.part")
    try:
        part.touch(mode=0o600)
        part.chmod(0o600)
        with part.open("w", encoding=encoding, newline="") as stream:
            yield stream
        part.replace(out)
    except OSError as error:
        stop(f"{out}: can't be written: {error.strerror}")
    finally:
        part.unlink(missing_ok=True)


def _names(books: Books) -> dict[int, str]:
    """Return the names of all who work or worked here."""
    return {row["user_id"]: row["name"] for row in books.db.execute("SELECT user_id, name FROM staff")}


def _name(books: Books, user_id: int | None) -> str | None:
    return None if user_id is None else _names(books).get(user_id, str(user_id))


def _colleague(books: Books, asked: str) -> int:
    """Return the number of the one of the staff who is meant, or end with who there is."""
    names = _names(books)
    if asked.isdecimal() and int(asked) in names:
        return int(asked)
    fitting = [number for number, name in names.items() if asked.casefold() in name.casefold()]
    if len(fitting) != 1:
        there = ", ".join(f"{_visible(name)} ({number})" for number, name in names.items()) or "nobody yet"
        stop(f"--agent {asked}: {'several of the staff' if fitting else 'nobody of the staff'} is called so; there is {there}")
    return fitting[0]


def _visible(text: str) -> str:
    from calmdesk.cli.sheets import visible

    return visible(text)


def _print_json(data: Any) -> None:
    from calmdesk.store.times import stamp

    default: Callable[[Any], str] = stamp
    utf8_out().write(json.dumps(data, ensure_ascii=False, indent=1, default=default) + "\n")


def _print(*parts: Any) -> None:
    from rich.console import Console

    console = Console(file=utf8_out(), highlight=False)
    if not console.is_terminal:
        console.width = 160
    for part in parts:
        console.print(part)
