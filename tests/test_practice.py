"""The practice (PRACTICE A to D), as conversations: tests/practice/*.toml. Adding a case is adding an entry there."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from calmdesk.adviser import Adviser
from tests.people import conversation, leads, performed, texts

FOLDER = Path(__file__).parent / "practice"
ROWS = {f"A{n}" for n in range(1, 17)} | {f"B{n}" for n in range(1, 9)} | {f"C{n}" for n in range(1, 13)} | {f"D{n}" for n in range(1, 14)}


def _cases() -> list[dict[str, Any]]:
    return [case for path in sorted(FOLDER.glob("*.toml")) for case in tomllib.loads(path.read_text("utf-8"))["conversation"]]


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case['practice']}: {case['story']}")
def test_what_the_practice_asks_for_is_suggested(adviser: Adviser, case: dict[str, Any]) -> None:
    """In this conversation what the practice asks for is suggested, and what it forbids isn't."""
    known = {"practice", "story", "turns", "customer", "order", "reads", "leads", "suggests", "suggests_not", "says", "says_not"}
    known |= {"performs", "escalates", "alert", "checklist", "avoid", "why", "stage", "level", "blanks", "product", "shown"}
    assert set(case) <= known, f"unknown keys {set(case) - known}"
    about = {key: case[key] for key in ("customer", "order", "shown") if key in case}

    advice = adviser.suggest(conversation(*case["turns"], **about))

    reading, said = advice.reading, "\n".join(texts(advice))
    for dimension, wanted in case.get("reads", {}).items():
        seen = getattr(reading, dimension)
        if dimension == "intensity":
            assert wanted[0] <= seen <= wanted[-1], f"intensity {seen}"
        elif isinstance(seen, str) or seen is None:
            assert seen in wanted, f"{dimension} is {seen}"
        else:
            assert set(wanted) <= set(seen) if wanted else not seen, f"{dimension} are {seen}"
    if "leads" in case:
        assert leads(advice)[0] == case["leads"], f"{leads(advice)}"
    missing = [technique for technique in case.get("suggests", []) if technique not in leads(advice)]
    assert not missing, f"not led by {missing}: {leads(advice)}"
    assert set(case.get("performs", [])) <= performed(advice), f"{performed(advice)}"
    wrong = performed(advice) & set(case.get("suggests_not", []))
    assert not wrong, f"must not be suggested: {wrong}"
    for words in case.get("says", []):
        assert words in said, f"{words!r} isn't in:\n{said}"
    for words in case.get("says_not", []):
        assert words not in said, f"{words!r} is in:\n{said}"
    if "escalates" in case:
        assert advice.escalate == case["escalates"]
    if "alert" in case:
        assert case["alert"] in advice.alerts, f"{advice.alerts}"
    for key in ("checklist", "avoid"):
        for words in case.get(key, []):
            assert any(words in line for line in getattr(advice, key)), f"{words!r} isn't in {getattr(advice, key)}"
    for words in case.get("why", []):
        assert any(words in suggestion.why for suggestion in advice.suggestions), [suggestion.why for suggestion in advice.suggestions]
    for blank in case.get("blanks", []):
        assert any(blank in suggestion.blanks for suggestion in advice.suggestions), f"no reply has a blank for {blank}"
    for key in ("stage", "level", "product"):
        if key in case:
            assert (advice.stage if key == "stage" else getattr(reading, key)) == case[key]


def test_every_row_of_the_practice_has_a_conversation() -> None:
    """No row of PRACTICE A to D is without a conversation that shows it."""
    shown = {row for case in _cases() for row in case["practice"].split()}

    assert shown >= ROWS, f"without a conversation: {sorted(ROWS - shown)}"
