"""Evidence: the words behind each label of a reading. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from calmdesk.reading.classifier import HIGHEST
from calmdesk.reading.cues import Hit
from calmdesk.reading.reading import Evidence, Reading
from calmdesk.text.fold import Folded

_Spans = list[tuple[int, int]]


def evidence_of(reading: Reading, folded: Folded, hits: Sequence[Hit], strongest: Callable[[str], _Spans]) -> tuple[Evidence, ...]:
    """Return the words behind each label of a message's *reading*: its cues among *hits*, else the *strongest* stretches for it."""
    fired: dict[str, _Spans] = {}
    for hit in hits:
        if not hit.negated:
            fired.setdefault(hit.cue.label, []).append((hit.start, hit.end))
    return tuple(_piece(label, folded, *span) for label, span in _grounds(reading, folded, fired, strongest))


def _grounds(
    reading: Reading, folded: Folded, fired: dict[str, _Spans], strongest: Callable[[str], _Spans]
) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield each label with each of its stretches of the folded text."""
    for claim in _claims(reading):
        for span in _merged(fired.get(claim) or strongest(claim)) or _all_of(folded):
            yield claim, span
    if reading.intensity:
        said = [span for step in range(1, HIGHEST + 1) for span in fired.get(f"intensity.{step}", ())]
        for span in _merged(said or strongest(f"intensity>{reading.intensity - 1}")):
            yield f"intensity.{reading.intensity}", span
    for signal in reading.signals:
        for span in fired.get(f"signals.{signal}", ()):  # what an earlier message asked has none here
            yield f"signals.{signal}", span


def _claims(reading: Reading) -> Iterator[str]:
    """Yield the labels that a reading claims."""
    yield from (f"types.{label}" for label in reading.types)
    yield f"nature.{reading.nature}"
    if reading.temperament != "unclear":
        yield f"temperament.{reading.temperament}"
    for dimension in ("traits", "needs", "risks"):
        yield from (f"{dimension}.{label}" for label in getattr(reading, dimension))


def _piece(label: str, folded: Folded, start: int, end: int) -> Evidence:
    left, right = folded.span(start, end)
    return Evidence(label, left, right, folded.raw[left:right])


def _merged(spans: Sequence[tuple[int, int]]) -> _Spans:
    """Return overlapping stretches as one."""
    merged: _Spans = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _all_of(folded: Folded) -> _Spans:
    """Return the whole text as one stretch: a label that rests on no word of it, such as that of an unlettered message."""
    return [(0, len(folded.text))] if folded.text else []
