"""`make pictures`: the README's picture of `calmdesk try`, from a real run."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from calmdesk.adviser import Adviser
from calmdesk.cli.trial import Trial
from calmdesk.config import load_settings

ROOT = Path(__file__).parent.parent
# Chinese signs are made exactly as wide as two Latin ones, or the frames don't close.
PAGE = """<!DOCTYPE html><meta charset="utf-8"><style>{stylesheet}
@font-face {{ font-family: wide; src: local("Noto Sans Mono CJK SC"); size-adjust: 120.4%; unicode-range: U+2E80-9FFF, U+FF00-FFEF; }}
body {{ margin: 0; padding: 16px; color: {foreground}; background: {background}; }}
pre {{ font: 15px/22px "DejaVu Sans Mono", wide, monospace; margin: 0; }}</style><pre>{code}</pre>"""
LINES = [
    "收到的山药,粗的像手腕,细得像筷子,坑人呢!",
    "1",
    "你们这群骗子!垃圾店!说了一堆没用的!",
    "1",
    "骗子!再不处理我天天来骂,滚!",
]
FOR_A_BLANK = "今天18:00"


def main() -> None:
    """Play the lines and write docs/session.png."""
    console = Console(record=True, width=104, file=io.StringIO(), force_terminal=True, highlight=False)
    left = list(LINES)

    def ask(prompt: str) -> str:
        is_for_a_blank = "[dim](" in prompt  # an example stands beside it; which replies have one changes with the wordings
        if not left and not is_for_a_blank:
            raise EOFError
        line = FOR_A_BLANK if is_for_a_blank else left.pop(0)
        console.print(f"{prompt}[bold]{line}[/]")
        return line

    Trial(Adviser.open(load_settings(ROOT / "bot.toml")), "zh-Hans", console, ask).run()
    photograph(console.export_html(theme=MONOKAI, code_format=PAGE))


def photograph(page: str) -> None:
    """Take a picture of *page* with a headless Chromium."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        raise SystemExit("make pictures needs chromium (and a monospaced Chinese font: Debian's fonts-noto-cjk)")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "session.html"
        file.write_text(page, "utf-8")
        height = 32 + 22 * page.partition("<pre>")[2].count("\n")
        subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/profile",
             f"--window-size=1010,{height}", f"--screenshot={ROOT / 'docs' / 'session.png'}", file.as_uri()],
            check=True, capture_output=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
