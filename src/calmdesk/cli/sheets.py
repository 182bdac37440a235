"""Cases as they are printed in a terminal. Customers' words are shown as text alone: nothing in them moves the cursor or colours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from calmdesk.store.times import moment

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CURVE = "▁▃▅▆█"
_HEAT_STYLES = ("green", "yellow", "dark_orange", "red", "bold red")
_ROLE_STYLES = {"customer": "bold cyan", "agent": "bold green", "bot": "dim", "note": "bold magenta"}


def visible(text: str) -> str:
    """Return a text without the signs that would steer a terminal."""
    return _UNSEEN.sub("�", text)


def case_list(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return cases as a table."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("case", "customer", "heat", "level", "types", "agent", "state", "last word", "waits"):
        table.add_column(heading, justify="right" if heading in {"case", "level", "waits"} else "left", overflow="ellipsis")
    for row in rows:
        waits = row["state"] == "open" and row["said_at"] and (row["answered_at"] is None or row["answered_at"] < row["said_at"])
        table.add_row(
            str(row["id"]), Text(f"{row['customer_id']} {visible(row['customer'])}"), heat_of(row["heats"] or [row["heat"]]),
            str(row["level"]), ", ".join(row["types"]), Text(visible(row["agent"] or "")),
            Text("⚠ " + row["state"], style="red") if row["alert"] and row["state"] == "open" else row["state"], _when(row["last_at"]),
            _long(datetime.now(UTC) - row["said_at"]) if waits else "",
        )  # fmt: skip
    return table


def heat_of(heats: Sequence[int]) -> Text:
    """Return the heat of the last messages as a curve."""
    return Text("").join(Text(_CURVE[heat], style=_HEAT_STYLES[heat]) for heat in heats[-12:])


def hits(rows: Sequence[Mapping[str, Any]], wanted: str) -> Table:
    """Return found messages as a table, the words marked."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("case", "customer", "at", "who", "text"):
        table.add_column(heading, justify="right" if heading == "case" else "left", no_wrap=heading == "at")
    for row in rows:
        text = Text(visible(row["text"]))
        text.highlight_words(wanted.split(), "black on yellow", case_sensitive=False)
        table.add_row(str(row["case_id"]), Text(f"{row['customer_id']} {visible(row['customer'])}"), _when(row["at"]), row["role"], text)
    return table


def whole_case(record: Mapping[str, Any], names: Mapping[int, str]) -> Iterator[RenderableType]:
    """Yield a case as an agent reads it."""
    customer = record["customer"]
    yield Rule(Text(f"case {record['id']} · {visible(customer['name'])}"), align="left")
    facts = {
        "state": f"{record['state']}, opened {_when(record['opened_at'])}"
        + (f", closed {_when(record['closed_at'])} by {_who(record['closed_by'], names)}" if record["closed_at"] else ""),
        "customer": f"{customer['id']}, writes {customer['language']}, since {_when(customer['first_seen'])}",
        "agent": _who(record["taken_by"], names) if record["taken_by"] else "nobody yet",
        "about": ", ".join(record["types"]) or "no complaint",
        "level": str(record["level"]) + (f", stage {record['stage']}" if record["stage"] else ""),
        "alert": record["alert"] or "",
    }
    grid = Table.grid(padding=(0, 2))
    for name, value in facts.items():
        if value:
            grid.add_row(Text(name, style="dim"), Text(visible(value), style="bold red" if name == "alert" else ""))
    grid.add_row(Text("heat", style="dim"), heat_of(record["heats"] or [record["heat"]]))
    yield grid
    for message in record["messages"]:
        yield from _message(message, customer["name"], names)
    if record["deeds"]:
        yield Rule(Text("who did what"), align="left", style="dim")
        yield Text("\n".join(f"{_when(deed['at'])}  {deed['deed']}  {_who(deed['staff_id'], names)}" for deed in record["deeds"]))


def _message(message: Mapping[str, Any], customer: str, names: Mapping[int, str]) -> Iterator[RenderableType]:
    who = {"customer": visible(customer), "bot": "calmdesk"}.get(message["role"]) or _who(message["staff_id"], names)
    head = Text(f"\n{_when(message['at'])}  ", style="dim") + Text(who, style=_ROLE_STYLES[message["role"]])
    marks = [
        "internal note" if message["role"] == "note" else "",
        message["kind"] if message["kind"] != "text" else "",
        f"edited {_when(message['edited_at'])}" if message["edited_at"] else "",
        f"taken back {_when(message['deleted_at'])}" if message["deleted_at"] else "",
        f"from {message['template']}" if message["template"] else "",
        f"sent although warned: {', '.join(message['warned'])}" if message["warned"] else "",
    ]
    for mark in filter(None, marks):
        head.append(f"  [{mark}]", style="dim")
    yield head
    yield Padding(Text(visible(message["text"])), (0, 0, 0, 2))
    for version in message["versions"]:
        yield Padding(Text(f"before: {visible(version['text'])}", style="dim strike"), (0, 0, 0, 2))
    if message["readings"]:
        yield Padding(Text(f"reads as: {_reading(message['readings'][-1])}", style="yellow"), (0, 0, 0, 2))
    for one in message["corrections"]:
        said = f"corrected by {_who(one['staff_id'], names)}: {one['dimension']} {_said(one['was'])} → {_said(one['became'])}"
        yield Padding(Text(said, style="magenta"), (0, 0, 0, 2))
    for offered in message["suggestions"]:
        sent = "sent" if offered["sent_at"] else "offered"
        yield Padding(
            Text(f"{sent} {offered['place']}: {visible(offered['text'])}", style="green" if offered["sent_at"] else "dim"), (0, 0, 0, 4)
        )


def _reading(reading: Mapping[str, Any]) -> str:
    parts = [f"{name} {_said(reading.get(name))}" for name in ("types", "nature", "intensity", "temperament", "traits", "needs", "risks")]
    return " · ".join(part for part in parts if not part.endswith(" –"))


def _said(value: Any) -> str:
    if value is None or value == []:
        return "–"
    return visible(", ".join(map(str, value)) if isinstance(value, list) else str(value))


def _who(user_id: int | None, names: Mapping[int, str]) -> str:
    return "calmdesk" if user_id is None else visible(names.get(user_id, str(user_id)))


def _when(at: datetime | str) -> str:
    """Return a time as the terminal's own clock has it."""
    return f"{(moment(at) if isinstance(at, str) else at).astimezone():%Y-%m-%d %H:%M}"


def _long(waited: Any) -> str:
    minutes = max(0, int(waited.total_seconds() // 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} d"
