"""Where `calmdesk train` takes its messages from, and which of them only judge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from calmdesk.cli.lines import LineError, decoded, lines_of, stop
from calmdesk.cli.main import labelled
from calmdesk.playbook.playbook import Playbook
from calmdesk.reading.classifier import Classifier
from calmdesk.reading.labelled import LabelledMessage, LabelTableError, joined, labels_by_id
from calmdesk.reading.training import Judges, train

_JUDGES = 5
"""Every fifth message of the most trusted source is never trained on …"""
_JUDGES_OF_POINTS = 30
"""… and every thirtieth of those with labels from a table: these say which clauses are points."""


@dataclass(frozen=True, slots=True)
class Source:
    """Messages of one file."""

    name: str
    messages: Sequence[LabelledMessage]
    judges: int
    """Every so many-th message judges instead of teaching; 0 for none."""
    trusted: bool = True
    """Whether its labels judge; else only its marks of points."""

    def __len__(self) -> int:
        """Return how many messages there are."""
        return len(self.messages)

    def judging(self) -> list[LabelledMessage]:
        """Return the messages that judge."""
        return list(self.messages[self.judges - 1 :: self.judges]) if self.judges else []

    def teaching(self) -> list[LabelledMessage]:
        """Return the messages that teach."""
        return [message for number, message in enumerate(self.messages, 1) if not self.judges or number % self.judges]


def sources(own: Sequence[Path], extra: Sequence[Path], tables: Iterable[tuple[Path, Path]]) -> list[Source]:
    """Return the messages of the files: the project's *own*, *extra* labelled ones, and *tables* of labels with their texts.

    The most trusted real messages judge: the *extra* ones, else those of the tables, else some of our own.
    """
    every = _JUDGES_OF_POINTS if extra else _JUDGES
    joining = [Source(table.name, _joined(table, texts), every, trusted=not extra) for table, texts in tables]
    ours = [Source(path.name, labelled(path), 0 if extra or joining else _JUDGES) for path in own]
    return [*ours, *(Source(path.name, labelled(path), _JUDGES) for path in extra), *joining]


def _joined(table: Path, texts: Path) -> list[LabelledMessage]:
    try:
        labels = labels_by_id(line for _, line in lines_of(table))
        return list(joined((decoded(line) for _, line in lines_of(texts)), labels))
    except LabelTableError as error:
        stop(f"{table}: {error}")
    except LineError as error:
        stop(f"{texts}: {error}")


def weights_of(found: Sequence[Source], playbook: Playbook) -> Classifier:
    """Return the classifier that the sources teach, for the labels of *playbook*."""
    return train(
        [message for source in found for message in source.teaching()],
        Judges(
            [message for source in found if source.trusted for message in source.judging()],
            [message for source in found for message in source.judging() if message.pointed is not None],
        ),
        playbook.lexicon,
        playbook.languages,
        {"types": tuple(playbook.complaints), **{key: tuple(labels) for key, labels in playbook.labels.items()}},
        {source.name: len(source) for source in found},
        lambda line: click.echo(line, err=True),
    )
