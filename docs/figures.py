"""`make figures`: writes the measured tables of README.md, README.zh-CN.md and docs/reading.md from an evaluation of GOLD."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
DIMENSIONS = ("types", "nature", "temperament", "needs", "risks", "traits")
ROWS = (
    ("complaint types, micro-F1 (macro)", "投诉类型 micro-F1（macro）", lambda one: _many(one, "types")),
    ("intensity 0–4, quadratic kappa", "情绪强度 0–4，加权 kappa", lambda one: f"{one['intensity']['kappa']:.3f}"),
    ("complaint or not, macro-F1", "是否投诉 macro-F1", lambda one: f"{one['complaint_macro_f1']:.3f}"),
    ("nature, accuracy", "性质，准确率", lambda one: f"{one['nature_accuracy']:.3f}"),
    ("temperament, accuracy", "气质，准确率", lambda one: f"{one['temperament_accuracy']:.3f}"),
    ("needs, micro-F1 (macro)", "需求 micro-F1（macro）", lambda one: _many(one, "needs")),
    ("risks, micro-F1 (macro)", "风险 micro-F1（macro）", lambda one: _many(one, "risks")),
    ("traits, micro-F1 (macro)", "特征 micro-F1（macro）", lambda one: _many(one, "traits")),
    ("points, F1", "要点 F1", lambda one: f"{one['points']['f1']:.3f}" if one["points"] else "–"),
    ("unsure of the types: how often", "类型没把握的比例", lambda one: f"{one['unsure']['types']['rate']:.0%}"),
    ("types wholly right where sure (where unsure)", "类型全对：有把握时（没把握时）", lambda one: _right(one["unsure"]["types"])),
    ("calibration error of the types' scores", "类型分数的校准误差", lambda one: f"{one['calibration_error']['types']:.3f}"),
)


def _right(doubt: dict[str, float]) -> str:
    return f"{doubt['right_when_sure']:.0%} ({doubt['right_when_unsure']:.0%})"


def _many(one: dict[str, Any], dimension: str) -> str:
    return f"{one[dimension]['micro']['f1']:.3f} ({one[dimension]['macro_f1']:.2f})"


def summary(figures: dict[str, Any], name: int) -> str:
    """Return the table of all measures, with English (0) or Chinese (1) names."""
    head = (f"| {figures['messages']:,} messages | all |", f"| {figures['messages']} 条消息 | 全部 |")[name]
    lines = [head + "".join(f" {lang} |" for lang in LANGUAGES), "|---|---|" + "---|" * len(LANGUAGES)]
    for row in ROWS:
        cells = [row[2](figures), *(row[2](figures["by_language"][lang]) for lang in LANGUAGES)]
        lines.append(f"| {row[name]} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def labels(figures: dict[str, Any], dimension: str) -> str:
    """Return the table of a dimension's labels."""
    lines = ["| label | messages | precision | recall | F1 |" + "".join(f" F1 {lang} (messages) |" for lang in LANGUAGES)]
    lines.append("|---|---|---|---|---|" + "---|" * len(LANGUAGES))
    for label, one in figures[dimension]["labels"].items():
        cells = [f"`{label}`", str(one["support"]), *(f"{one[key]:.2f}" for key in ("precision", "recall", "f1"))]
        for lang in LANGUAGES:
            there = figures["by_language"][lang][dimension]["labels"][label]
            cells.append(f"{there['f1']:.2f} ({there['support']})" if there["support"] else "–")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def put(file: str, mark: str, text: str) -> None:
    """Replace what stands between <!-- mark --> and <!-- /mark --> in *file*."""
    path = ROOT / file
    old = path.read_text("utf-8")
    pattern = rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)"
    new, count = re.subn(pattern, lambda match: f"{match[1]}{text}\n{match[2]}", old, flags=re.DOTALL)
    if count != 1:
        raise SystemExit(f"{file}: has no place marked {mark}")
    path.write_text(new, "utf-8")


def main() -> None:
    """Evaluate GOLD and write the tables."""
    command = [sys.executable, "-m", "calmdesk", "evaluate", "--json", "--by-language", sys.argv[1]]
    figures = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)
    put("README.md", "figures", summary(figures, 0))
    put("README.zh-CN.md", "figures", summary(figures, 1))
    put("docs/reading.md", "figures", summary(figures, 0))
    for dimension in DIMENSIONS:
        put("docs/reading.md", dimension, labels(figures, dimension))


if __name__ == "__main__":
    main()
