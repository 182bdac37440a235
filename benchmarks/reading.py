"""`make bench`: how fast one message is read and answered, beside snownlp's and jiagu's sentiment of the same texts.

Each worker is a process of its own on one core; rounds take turns, so that a machine that slows down slows all of them.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
MESSAGES = ROOT / "src" / "calmdesk" / "data" / "messages"
ROUNDS = 3
TEXTS = 400
STARTS = 7


def texts(lang: str) -> list[str]:
    """Return messages spread evenly over the project's own."""
    rows = [json.loads(line)["text"] for line in (MESSAGES / f"{lang}.jsonl").read_text("utf-8").splitlines()]
    return rows[:: max(1, len(rows) // TEXTS)][:TEXTS]


Answer = Callable[[list[str]], Any]
"""What is measured: it takes one message, or some at once."""


def _calmdesk(verb: str) -> Answer:
    from calmdesk.adviser import Adviser
    from calmdesk.config import load_settings
    from calmdesk.conversation import Conversation

    adviser = Adviser.open(load_settings(ROOT / "bot.toml"))
    gc.freeze()  # as the command does
    if verb == "read":
        return lambda some: adviser.read_all([Conversation.of(text) for text in some])
    return lambda some: [adviser.suggest(Conversation.of(text)) for text in some]


def _snownlp() -> Answer:
    from snownlp import SnowNLP

    return lambda some: [SnowNLP(text).sentiments for text in some]


def _jiagu() -> Answer:
    import jiagu

    return lambda some: [jiagu.sentiment(text) for text in some]


WORKERS: dict[str, tuple[str, int, Callable[[], Answer]]] = {
    "calmdesk read": ("zh-Hans", 1, lambda: _calmdesk("read")),
    "calmdesk read, 64 at once": ("zh-Hans", 64, lambda: _calmdesk("read")),
    "calmdesk suggest": ("zh-Hans", 1, lambda: _calmdesk("suggest")),
    "calmdesk read, Traditional": ("zh-Hant", 1, lambda: _calmdesk("read")),
    "calmdesk read, English": ("en", 1, lambda: _calmdesk("read")),
    "snownlp sentiment": ("zh-Hans", 1, _snownlp),
    "jiagu sentiment": ("zh-Hans", 1, _jiagu),
}
"""For each the language of the messages, how many it takes at once, and how it is begun."""


def work(name: str) -> None:
    """Measure one worker in this process and print its figures as JSON."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    lang, size, make = WORKERS[name]
    messages = texts(lang)
    began = time.perf_counter()
    answer = make()
    ready = time.perf_counter() - began
    for text in messages[:50]:
        answer([text])
    taken = []
    for first in range(0, len(messages), size):
        some = messages[first : first + size]
        start = time.perf_counter()
        answer(some)
        taken += [(time.perf_counter() - start) / len(some)] * len(some)
    taken.sort()
    figures = {
        "ready": ready,
        "median": statistics.median(taken) * 1000,
        "p99": taken[int(len(taken) * 0.99)] * 1000,
        "rate": len(taken) / sum(taken),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(figures))


def measured(name: str) -> dict[str, float] | None:
    """Return the figures of a worker, None where its package isn't installed."""
    done = subprocess.run([sys.executable, __file__, "--worker", name], capture_output=True, text=True, check=False)
    if done.returncode:
        if "ModuleNotFoundError" not in done.stderr:
            print(done.stderr, file=sys.stderr)
        return None
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def started(verb: str) -> list[float]:
    """Return the wall-clock seconds of whole runs of `calmdesk VERB` on one message."""
    command = [str(Path(sys.executable).with_name("calmdesk")), verb, "--config", str(ROOT / "bot.toml")]
    taken = []
    for _ in range(STARTS + 1):
        start = time.perf_counter()
        subprocess.run(command, input='{"text": "快递都八天了还没到"}\n', text=True, capture_output=True, check=True)
        taken.append(time.perf_counter() - start)
    return sorted(taken[1:])


def main() -> None:
    """Run all workers in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worker", choices=WORKERS)
    name = parser.parse_args().worker
    if name:
        work(name)
        return
    rounds: dict[str, list[dict[str, float]]] = {}
    for turn in range(ROUNDS):
        for name in WORKERS:
            print(f"round {turn + 1} of {ROUNDS}: {name} …", file=sys.stderr)
            if figures := measured(name):
                rounds.setdefault(name, []).append(figures)
    middle = {name: {key: statistics.median(one[key] for one in found) for key in found[0]} for name, found in rounds.items()}
    base = middle["calmdesk read"]["rate"]
    print(f"{TEXTS} messages of the project's own, one core, median of {ROUNDS} rounds; Python {sys.version.split()[0]}\n")
    print(f"{'':<28}{'median ms':>10}{'p99 ms':>9}{'messages/s':>12}{'beside read':>13}{'memory MB':>11}{'ready s':>9}")
    for name, one in middle.items():
        speed = f"{one['median']:>10.2f}{one['p99']:>9.2f}{one['rate']:>12.0f}{one['rate'] / base:>12.2f}x"
        print(f"{name:<28}{speed}{one['memory']:>11.0f}{one['ready']:>9.2f}")
    for name in sorted(set(WORKERS) - set(middle)):
        print(f"{name:<28}not measured (not installed)")
    for verb in ("read", "suggest"):
        taken = started(verb)
        spread = f"median {statistics.median(taken):.2f} s ({taken[0]:.2f}–{taken[-1]:.2f}, {STARTS} runs)"
        print(f"\n`calmdesk {verb}` of one message, whole process: {spread}")


if __name__ == "__main__":
    main()
