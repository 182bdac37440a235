"""`calmdesk`: the commands."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from pydantic import BaseModel, ValidationError

from calmdesk import __version__
from calmdesk.adviser import Adviser, shipped_weights
from calmdesk.cli.lines import LineError, answer_each, decoded, lines_of, stop, utf8_out
from calmdesk.config import ConfigError, Settings, load_settings
from calmdesk.conversation import Conversation
from calmdesk.reading.classifier import WeightsError
from calmdesk.shelf import PlaybookError, explained

if TYPE_CHECKING:
    from calmdesk.reading.shop import Verdict

M = TypeVar("M", bound=BaseModel)
FILE = click.argument("file", type=click.Path(path_type=Path, allow_dash=True, dir_okay=False), default="-")
CONFIG = click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Settings; by default ./bot.toml where there is one."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="calmdesk")
def main() -> None:
    """Read a shop's angry customers and suggest replies that a good agent would send."""


def settings_from(config: Path | None) -> Settings:
    """Return the settings, or end with what is wrong in them."""
    try:
        return load_settings(config)
    except ConfigError as error:
        stop(str(error))


def adviser_for(config: Path | None) -> Adviser:
    """Return the adviser for the settings, or end with what is wrong in the playbook."""
    gc.disable()  # nothing of what is loaded becomes garbage, and looking through it time and again takes a tenth of the start
    try:
        return Adviser.open(settings_from(config))
    except (PlaybookError, WeightsError) as error:
        stop(str(error))
    finally:
        gc.freeze()
        gc.enable()


@main.command()
@FILE
@CONFIG
def read(file: Path, config: Path | None) -> None:
    """Read each conversation of FILE (JSON lines; standard input by default): what the customer's side says."""
    adviser = adviser_for(config)
    sys.exit(0 if answer_each(file, lambda some: (reading.as_json() for reading in adviser.read_all(some)), utf8_out()) else 1)


@main.command()
@FILE
@CONFIG
def suggest(file: Path, config: Path | None) -> None:
    """Suggest up to three replies for each conversation of FILE (JSON lines; standard input by default)."""
    adviser = adviser_for(config)
    sys.exit(0 if answer_each(file, lambda some: (adviser.suggest(one).as_json() for one in some), utf8_out()) else 1)


@main.command()
@click.argument("gold", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--by-language", is_flag=True, help="Also each language by itself.")
def evaluate(gold: Path, config: Path | None, as_json: bool, by_language: bool) -> None:
    """Measure the reading against GOLD, JSON lines with the labels beside `id` and `text`."""
    from calmdesk.cli.figures import printed
    from calmdesk.evaluation import compare

    adviser = adviser_for(config)
    messages = labelled(gold)
    if not messages:
        stop(f"{gold}: no messages in it")
    pairs = [(message, adviser.read(Conversation.of(message.text))) for message in progress(messages, "reading")]
    known = adviser.reader.glancer.labels
    figures = {"": compare(pairs, known)}
    if by_language:
        for lang in sorted({message.lang for message in messages}):
            figures[lang] = compare([pair for pair in pairs if pair[0].lang == lang], known)
    if as_json:
        whole = figures[""].as_json()
        if by_language:
            whole["by_language"] = {lang: one.as_json() for lang, one in figures.items() if lang}
        click.echo(json.dumps(whole, ensure_ascii=False, indent=1))
    else:
        for lang, one in figures.items():
            click.echo(printed(one, lang))


def labelled(path: Path) -> list[Any]:
    """Return the labelled messages of *path*, or end with the first line that isn't one."""
    from calmdesk.reading.labelled import LabelledMessage

    return _parsed(path, LabelledMessage)


def _parsed(path: Path, form: type[M]) -> list[M]:
    """Return the lines of *path* in their *form*, or end with the first that doesn't have it."""
    messages = []
    for number, line in lines_of(path):
        try:
            messages.append(form.model_validate(decoded(line)))
        except LineError as error:
            stop(f"{path}: line {number}: {error}")
        except ValidationError as error:
            where, message = next(explained(error))
            stop(f"{path}: line {number}: {where}: {message}")
    return messages


def progress(items: list[Any], what: str) -> Iterable[Any]:
    """Yield *items*, with a bar on the terminal's error output where there is one."""
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label=what, file=sys.stderr) as bar:
        yield from bar


@main.command()
@CONFIG
def check(config: Path | None) -> None:
    """Check the whole playbook and report every problem with its file and key."""
    from calmdesk.check import check_playbook

    problems = check_playbook(settings_from(config))
    for problem in problems:
        click.echo(problem)
    if problems:
        stop(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in the playbook")
    click.echo("The playbook is clean.")


@main.command()
@click.option(
    "--with",
    "extra",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="More labelled messages (JSON lines).",
)
@click.option(
    "--labels",
    "tables",
    multiple=True,
    nargs=2,
    metavar="TABLE TEXTS",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Labels without texts, and the texts they are of (JSON lines with id and text).",
)
@click.option(
    "--corrections",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Fold what your agents corrected (`calmdesk corrections`) into the shipped weights instead; under two minutes.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the weights go; by default where calmdesk takes them from, with --corrections where bot.toml says, or shop-weights.npz.",
)
@CONFIG
def train(
    extra: tuple[Path, ...], tables: tuple[tuple[Path, Path], ...], corrections: Path | None, out: Path | None, config: Path | None
) -> None:
    """Train the classifier from the shipped messages and those given; some minutes, always with the same result."""
    if corrections:
        if extra or tables:
            raise click.UsageError("--corrections starts from the shipped weights; it doesn't go with --with or --labels")
        _fold_in(corrections, out, settings_from(config))
        return
    try:
        import jax  # noqa: F401
        import optax  # noqa: F401
        import sklearn  # noqa: F401
    except ImportError:
        stop('training needs scikit-learn, JAX and Optax: pip install "calmdesk[train]"')
    from calmdesk.cli.learning import sources, weights_of
    from calmdesk.playbook.playbook import Playbook
    from calmdesk.shelf import Shelf

    settings = settings_from(config)
    playbook, problems = Playbook.load(Shelf.open(settings.folders))
    if problems:
        stop(str(PlaybookError(problems)))
    found = sources(sorted((shipped_weights().parent / "messages").glob("*.jsonl")), extra, tables)
    classifier = weights_of(found, playbook)
    target = out or shipped_weights()
    classifier.save(target)
    size = target.stat().st_size / 1e6
    click.echo(f"{target}: {len(classifier.linear.table)} features, {sum(map(len, found))} messages, {size:.1f} MB")


def _fold_in(file: Path, out: Path | None, settings: Settings) -> None:
    """Write weights that learnt from the shop's *file* of corrections, with the figures before and after, or end with why not."""
    from calmdesk.config import Reading
    from calmdesk.reading import shop

    target = out or settings.base / (settings.reading.weights or "shop-weights.npz")
    if target.resolve() == shipped_weights().resolve():
        stop(f"{target}: these are the shipped weights, which every shop starts from; name another file with -o")
    said = shop.merged(_parsed(file, shop.Correction))
    teaching, judging = ([one for one in said if shop.judges(one[0]) is side] for side in (False, True))
    if len(judging) < shop.JUDGES_AT_LEAST or len(teaching) < shop.TEACHERS_AT_LEAST:
        wanted = f"at least {shop.TEACHERS_AT_LEAST} must teach and {shop.JUDGES_AT_LEAST} judge (every fourth does)"
        stop(f"{file}: {len(said)} different corrections, of which {len(judging)} judge, are too few: {wanted}; nothing was written")
    try:
        reader = Adviser.open(settings.model_copy(update={"reading": Reading()})).reader
    except (PlaybookError, WeightsError) as error:
        stop(str(error))
    shipped = sorted((shipped_weights().parent / "messages").glob("*.jsonl"))
    own = shop.of_our_own(message for path in shipped for message in labelled(path))
    click.echo(f"learning from {len(teaching)} corrections, judging by {len(judging)} others", err=True)
    became = shop.fold_in(reader, teaching, [one for one in own if not shop.judges(one[0])])
    verdict = shop.judged(reader, became, judging, [one for one in own if shop.judges(one[0])])
    click.echo("\n".join(_before_and_after(verdict)))
    if verdict.refusal:
        stop(f"{verdict.refusal}; nothing was written")
    part = target.with_name(f".{target.name}.part.npz")  # a file appears when it is whole: a desk may be opening
    try:
        became.save(part)
        part.replace(target)
    except OSError as error:
        stop(f"{target}: can't be written: {error.strerror}")
    finally:
        part.unlink(missing_ok=True)
    named, base = target.resolve(), settings.base.resolve()
    named = named.relative_to(base) if named.is_relative_to(base) else named
    click.echo(
        f'{target}: written; the desk reads with it from its next start on, once bot.toml has  [reading] weights = "{named.as_posix()}"'
    )


def _before_and_after(verdict: Verdict) -> Iterator[str]:
    """Yield the lines of the table of figures before and after, and what else was found."""
    sides = (*verdict.corrections, *verdict.own)
    yield f"{'held out':<26}{f'{sides[0].messages} corrections':>20}{f'{sides[2].messages} of our own messages':>30}"
    yield f"{'':<26}{'before':>11}{'after':>9}{'before':>21}{'after':>9}"
    for name, label in (("types", "types, micro-F1"), ("intensity", "intensity, steps off"), ("temperament", "temperament, accuracy")):
        cells = ["–" if (figure := getattr(side, name)) is None else f"{figure:.3f}" for side in sides]
        yield f"{label:<26}{cells[0]:>11}{cells[1]:>9}{cells[2]:>21}{cells[3]:>9}"
    yield f"Of what is read otherwise in the corrections, {verdict.nearer} came nearer to what was said, {verdict.astray} didn't."
    yield f"Of our own messages {verdict.changed} are read otherwise in one of the three."


@main.command(name="try")
@CONFIG
@click.option("--lang", help="In which language you are spoken to (zh-Hans, zh-Hant, en); by default the customer's.")
def try_(config: Path | None, lang: str | None) -> None:
    """Talk as the customer, see the reading and the replies, answer as the agent."""
    from calmdesk.cli.trial import Trial

    adviser = adviser_for(config)
    if lang and lang not in adviser.playbook.languages:
        raise click.BadParameter(f"{lang!r} isn't among {', '.join(sorted(adviser.playbook.languages))}", param_hint="--lang")
    Trial(adviser, lang).run()


@main.command()
@CONFIG
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where on this machine the page is; by default any free port.")
@click.option("--db", type=click.Path(path_type=Path, dir_okay=False), help="An SQLite file that stays; by default a fresh one.")
@click.option("--no-browser", is_flag=True, help="Only print the page's address.")
@click.option("--lang", help="In which language the agents are spoken to (zh-Hans, zh-Hant, en); by default as bot.toml says.")
def demo(config: Path | None, port: int, db: Path | None, no_browser: bool, lang: str | None) -> None:
    """Try it in a browser: customers, agents and admin side by side, no Telegram account."""
    from calmdesk.cli.demo import run as run_demo

    run_demo(settings_from(config), port, db, lang, browser=not no_browser)


from calmdesk.cli import records, run  # noqa: E402, F401 - their commands register themselves with `main`, which must be there first
