"""The documents say what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from calmdesk.adviser import Adviser
from calmdesk.cli.main import main
from calmdesk.config import Policy
from calmdesk.playbook.conditions import CONDITION_KEYS
from calmdesk.replies.template import VARIABLES
from tests.conftest import ROOT

READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
by_readme = pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)


def between(path: Path, mark: str) -> str:
    """Return what stands between <!-- mark --> and <!-- /mark -->."""
    return path.read_text("utf-8").split(f"<!-- {mark} -->")[1].split(f"<!-- /{mark} -->")[0]


@by_readme
def test_the_readme_lists_every_command(readme: Path) -> None:
    """Each command stands in the README, and none that doesn't exist."""
    listed = re.findall(r"^\| `calmdesk (\w+)", between(readme, "commands"), re.MULTILINE)

    assert sorted(listed) == sorted(main.commands)


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_has_help(command: str) -> None:
    """`--help` says in a sentence what a command does."""
    assert len((main.commands[command].help or "").split()) >= 5


@by_readme
def test_the_readme_counts_the_playbook_right(readme: Path, adviser: Adviser) -> None:
    """The numbers in the README are those of the files."""
    playbook = adviser.playbook
    wordings = len(adviser.replies.all()[0])

    *counts, over = (int(number) for number in re.findall(r"\d+", between(readme, "counts")))

    assert counts == [len(playbook.complaints), len(playbook.techniques), len(playbook.products), len(playbook.languages)]
    assert over <= wordings < over + 100, "the README says how many hundreds of wordings there are"


@by_readme
def test_the_readme_names_only_targets_that_exist(readme: Path) -> None:
    """Each `make …` in the README is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    assert set(re.findall(r"make ([a-z-]+)", readme.read_text("utf-8"))) <= targets


def test_the_glossary_names_what_exists() -> None:
    """The words of the README's glossary are classes of the code."""
    text = (ROOT / "README.md").read_text("utf-8").split("## Words we use")[1]
    names = {name.strip() for row in re.findall(r"^\| ([A-Z][\w, ]+) \|", text, re.MULTILINE) for name in row.split(",")}
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))

    assert {"Reading", "Technique", "Suggestion"} <= names
    for name in names - {"Signal"}:
        assert re.search(rf"^class {name}\b", code, re.MULTILINE), name


def test_the_playbooks_document_has_every_condition_variable_and_policy_key() -> None:
    """docs/playbook.md knows each key of a condition, each variable of a reply and each key of [policy]."""
    text = (ROOT / "docs" / "playbook.md").read_text("utf-8")

    for name in (*CONDITION_KEYS, *VARIABLES, *Policy.model_fields):
        assert f"`{name}`" in text, name
