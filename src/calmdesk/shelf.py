"""The shelf: the folders that hold the playbook, read once, with problems told by file and key. The only I/O of the core."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Self, TypeVar

import tomli
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)
Stamp = tuple[int, int]
"""When a file was last written, in nanoseconds, and its size."""
Stamps = Mapping[str, Stamp]

_FRONT_MATTER = re.compile(r"\A\+\+\+[ \t]*\n(?P<head>.*?)^\+\+\+[ \t]*\n?(?P<body>.*)\Z", re.DOTALL | re.MULTILINE)
_READ = (".toml", ".j2")
_SHOWN = 60
"""Characters of a line that can't be read."""
_LINE = re.compile(r"\(at line (\d+)")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file that people write."""

    path: str
    where: str
    """A line or a key in it; empty for the whole file."""
    message: str
    """What is wrong and what to do."""
    kind: str = ""
    """What sort of fault it is, where somebody may be told in a language of theirs."""
    about: str = ""
    """The words or figures that such a fault is about."""
    line: int = 0
    """Of a wording's text or front matter, from 1; 0 where the whole is meant."""

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.path}{f': {self.where}' if self.where else ''}: {self.message}"


class PlaybookError(ValueError):
    """A playbook that can't be used; `problems` says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        more = f" (and {len(problems) - 1} more; `calmdesk check` lists them)" if len(problems) > 1 else ""
        super().__init__(f"{problems[0]}{more}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file of the playbook."""

    key: str
    """Its path below the folder, such as "techniques/ask.toml"."""
    path: str
    """Where it is, as shown to people."""
    text: str

    @property
    def id(self) -> str:
        """Return the file's name without its ending."""
        return Path(self.key).stem


@dataclass(frozen=True)
class Shelf:
    """The files of several folders; a file of an earlier folder replaces one of the same path whole."""

    sheets: dict[str, Sheet]
    problems: tuple[Problem, ...] = ()
    stamps: Stamps = field(default_factory=dict)
    """The files' stamps when they were read."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Texts that stand above the files, by key."""
    files: Shelf | None = None
    """The shelf without such texts; None where there are none."""

    @classmethod
    def open(cls, folders: Iterable[Path], before: Shelf | None = None) -> Self:
        """Read all files of *folders*, the first folder going before the others; from *before* comes what hasn't changed since."""
        read = {sheet.path: sheet for sheet in before.bare().sheets.values()} if before else {}
        sheets: dict[str, Sheet] = {}
        problems: list[Problem] = []
        stamps: dict[str, Stamp] = {}
        for folder in folders:
            if not folder.is_dir():
                problems.append(Problem(str(folder), "", "there is no such folder; name one that exists in [templates] folders"))
                continue
            root = len(os.path.join(folder, ""))  # noqa: PTH118 - this runs whenever a file has changed, over a thousand of them
            for path, stamp in stamps_of([folder]).items():
                stamps[path] = stamp
                key = path[root:].replace(os.sep, "/")
                if not path.endswith(_READ):
                    problems += [] if path.endswith(".md") else [Problem(path, "", "isn't read; files end in .toml, replies in .j2")]
                elif key in sheets:
                    continue
                elif before and path in read and before.stamps.get(path) == stamp:
                    sheets[key] = read[path]
                else:
                    sheets[key] = Sheet(key, path, _text(path, problems))
        return cls(sheets, tuple(problems), stamps)

    def over(self, texts: Mapping[str, str]) -> Shelf:
        """Return the shelf with *texts* above its files, each in place of the file of that key, which may be missing; no others."""
        if not texts:
            return self.bare()
        bare = self.bare()
        above = {key: Sheet(key, key, text) for key, text in texts.items()}
        return Shelf({**bare.sheets, **above}, bare.problems, bare.stamps, dict(texts), bare)

    def bare(self) -> Shelf:
        """Return the shelf with nothing above its files."""
        return self.files or self

    def below(self, folder: str, ending: str = ".toml") -> Iterator[Sheet]:
        """Yield the files below *folder*, by path."""
        for key in sorted(self.sheets):
            if key.startswith(f"{folder}/") and key.endswith(ending):
                yield self.sheets[key]


def stamps_of(folders: Iterable[Path]) -> dict[str, Stamp]:
    """Return by path when each file of *folders* was last written, and its size: it has changed where this has."""
    stamps: dict[str, Stamp] = {}
    for folder in folders:
        for below, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(below, name)  # noqa: PTH118 - this runs every few seconds over a thousand files
                try:
                    found = os.stat(path)  # noqa: PTH116
                except OSError:
                    continue  # gone since
                if not name.startswith(".") and stat.S_ISREG(found.st_mode):
                    stamps[path] = (found.st_mtime_ns, found.st_size)
    return dict(sorted(stamps.items()))


def _text(path: str, problems: list[Problem]) -> str:
    try:
        return Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(path, "", f"can't be read as UTF-8 text: {error}"))
        return "enabled = false"


def front_matter(text: str) -> tuple[str, str]:
    """Return a reply's front matter with its marks, empty where it has none, and the text below it."""
    match = _FRONT_MATTER.match(text)
    return (text[: match.start("body")], match["body"]) if match else ("", text)


def shipped_templates() -> Path:
    """Return the folder of the playbook that ships with calmdesk."""
    installed = Path(str(files("calmdesk"))) / "templates"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "templates"


def parsed(model: type[M], sheet: Sheet, problems: list[Problem]) -> M | None:
    """Return the TOML file *sheet* as *model*; None, with problems noted, where it is faulty; None where it is switched off."""
    data = _toml(sheet.text, sheet, problems)
    return None if data is None else _validated(model, data, sheet, problems)


def parsed_with_body(model: type[M], sheet: Sheet, problems: list[Problem]) -> tuple[M, str] | None:
    """Return front matter (TOML between `+++` lines) as *model*, and the text below it; see `parsed`."""
    match = _FRONT_MATTER.match(sheet.text)
    if not match and sheet.text.startswith("+++"):
        problems.append(Problem(sheet.path, "line 1", "the front matter isn't closed; put a line `+++` below it", "head_open", "+++", 1))
        return None
    data = _toml(match["head"], sheet, problems, below=1) if match else {}
    if data is None:
        return None
    head = _validated(model, data, sheet, problems)
    return None if head is None else (head, match["body"] if match else sheet.text)


def _toml(text: str, sheet: Sheet, problems: list[Problem], below: int = 0) -> dict[str, Any] | None:
    try:
        data = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        number = int(line[1]) + below if line else 0
        about = sheet.text.splitlines()[number - 1 : number]
        where = f"line {number}" if line else ""
        problems.append(Problem(sheet.path, where, f"isn't valid TOML: {error}", "head_line", "".join(about)[:_SHOWN], number))
        return None
    except RecursionError:
        problems.append(Problem(sheet.path, "", "isn't valid TOML: brackets stand too deep in one another", "deep"))
        return None
    enabled = data.pop("enabled", True)
    return data if enabled else None


def _validated(model: type[M], data: dict[str, Any], sheet: Sheet, problems: list[Problem]) -> M | None:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        kinds = ["head_key" if fault["type"] == "extra_forbidden" else "head_value" for fault in error.errors()]
        told = zip(explained(error), kinds, strict=True)
        problems.extend(Problem(sheet.path, where, message, kind, where) for (where, message), kind in told)
        return None


_PLAIN = {
    "extra_forbidden": "unknown key; see docs/playbook.md for those there are",
    "missing": "is missing",
}


def explained(error: ValidationError) -> Iterator[tuple[str, str]]:
    """Yield (key, what is wrong) for each fault that a model found, in plain words."""
    for fault in error.errors():
        where = ".".join(str(part) for part in fault["loc"])
        yield where, _PLAIN.get(fault["type"], fault["msg"][:1].lower() + fault["msg"][1:])
