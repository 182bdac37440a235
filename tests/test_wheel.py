"""The built wheel is whole: it works where there is no checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel built from the checkout, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_playbook_the_weights_and_the_licence(wheel: Path) -> None:
    """Templates, weights, training messages, type marker, licence and notice are in it."""
    names = zipfile.ZipFile(wheel).namelist()

    assert sum(name.startswith("calmdesk/templates/replies/") for name in names) == sum(
        1 for _ in (ROOT / "templates" / "replies").rglob("*.j2")
    )
    for name in (
        "templates/techniques/topic_shift.toml",
        "data/weights.npz",
        "data/characters.txt",
        "data/meanings.txt",
        "data/expressions.txt",
        "data/messages/zh-Hans.jsonl",
        "py.typed",
    ):
        assert f"calmdesk/{name}" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("licenses/NOTICE") for name in names)


def test_the_installed_package_answers_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """Unpacked elsewhere and run from there, it reads, suggests and checks with what it brought along."""
    place = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(place)
    environment = {**os.environ, "PYTHONPATH": str(place)}

    def run(*arguments: str, text: str = "") -> str:
        command = [sys.executable, "-m", "calmdesk", *arguments]
        done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    found = subprocess.run(
        [sys.executable, "-c", "import calmdesk; print(calmdesk.__file__)"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        check=True,
    )
    assert str(place) in found.stdout
    advice = json.loads(run("suggest", text='{"text": "快递都八天了还没到"}\n'))
    assert advice["reading"]["types"][0] == "logistics"
    assert len(advice["suggestions"]) == 3
    assert "clean" in run("check")
