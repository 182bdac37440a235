"""The shape of the code: imports run one way, the core does no I/O, files hold one idea."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

SOURCE = ROOT / "src" / "calmdesk"
ROOMS = [
    "text", "conversation", "reading", "shelf", "playbook", "replies", "config", "adviser", "evaluation", "check", "store", "desk", "telegram",
    "playground", "cli", "__main__",
]  # fmt: skip
"""Each may import those before it, never those behind."""
PURE = ["text", "conversation", "reading", "playbook", "replies"]
FORBIDDEN = {"telegram", "sqlite3", "sqlite_utils", "os", "time", "asyncio", "logging", "random", "socket", "subprocess"}
LOADS_ONCE = {"fold.py", "classifier.py"}
"""These read packaged data when they are opened."""


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def _room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


FILES = [path for path in sorted(SOURCE.rglob("*.py")) if path != SOURCE / "__init__.py"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_run_one_way(path: Path) -> None:
    """A room imports only itself and the rooms before it."""
    place = ROOMS.index(_room(path))
    for name in _imports(path):
        if name.startswith("calmdesk."):
            assert ROOMS.index(name.split(".")[1]) <= place, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", [path for path in FILES if _room(path) in PURE], ids=lambda path: str(path.relative_to(SOURCE)))
def test_the_core_does_no_io(path: Path) -> None:
    """Reading, choosing and rendering import nothing that talks to the world, the clock or chance."""
    forbidden = FORBIDDEN | (set() if path.name in LOADS_ONCE else {"pathlib"})
    allowed = {"PurePosixPath"} if "PurePosixPath" in path.read_text("utf-8") else set()
    assert not {name.split(".")[0] for name in _imports(path)} & (forbidden - ({"pathlib"} if allowed else set()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_file_is_small(path: Path) -> None:
    """No file has grown past 400 lines."""
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_no_label_or_language_is_named_in_code() -> None:
    """What can be added as a file isn't a branch in code: no complaint type, product kind or language id stands in a comparison."""
    ids = {
        path.stem for folder in ("complaints", "products", "languages", "demands") for path in (ROOT / "templates" / folder).glob("*.toml")
    }
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Compare):
                constants = {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}
                assert not constants & ids, f"{path.name}:{node.lineno} compares with {constants & ids}"


def test_the_policy_keys_of_replies_are_those_of_the_settings() -> None:
    """What a reply may promise is what bot.toml can set."""
    from calmdesk.config import Policy
    from calmdesk.replies.template import POLICY_KEYS

    assert set(Policy.model_fields) == POLICY_KEYS
    assert set(tomllib.loads((ROOT / "bot.toml").read_text("utf-8"))["policy"]) <= POLICY_KEYS
