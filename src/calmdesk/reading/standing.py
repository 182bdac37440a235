"""What agents said of a case holds in it: what they added stays, what they took away comes back only when it is spoken of. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

Said = Mapping[int, Mapping[str, Any]]
"""What agents say of the customer's messages, by their number from 0 and by dimension: types, intensity, risks, temperament, and under
GONE the risks that the case has no more from this message on."""

GONE = "gone"


@dataclass(slots=True)
class Standing:
    """What agents said so far of one dimension with many labels."""

    added: dict[str, None] = field(default_factory=dict)
    """In the order in which they were added."""
    gone: set[str] = field(default_factory=set)

    def heard(self, labels: Iterable[str], spoken: Set[str]) -> tuple[str, ...]:
        """Return what a message is read with but for what is gone; what it has words of its own for is back."""
        labels = tuple(labels)
        self.gone -= spoken & set(labels)
        return tuple(label for label in labels if label not in self.gone)

    def taken_away(self, labels: Iterable[str]) -> None:
        """Take in that an agent says that the case has these no more."""
        self.gone |= set(labels)
        self.added = {label: None for label in self.added if label not in self.gone}

    def corrected(self, shown: Collection[str], became: Collection[str]) -> None:
        """Take in that an agent who was shown some labels says which they are."""
        self.gone = (self.gone | set(shown)) - set(became)
        added = dict.fromkeys((*self.added, *(label for label in became if label not in shown)))
        self.added = {label: None for label in added if label in became}
