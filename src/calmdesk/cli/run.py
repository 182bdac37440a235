"""`calmdesk run`, `config check`, `inbox`, `health`: the desk on Telegram, and whether it is well."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from calmdesk.cli.lines import stop
from calmdesk.cli.main import CONFIG, main, settings_from
from calmdesk.cli.records import AS_JSON, DB, records
from calmdesk.config import Settings
from calmdesk.reading.classifier import WeightsError
from calmdesk.shelf import PlaybookError

if TYPE_CHECKING:
    from calmdesk.store.store import Books

TOKEN = "CALMDESK_TOKEN"  # noqa: S105 - where it stands in the environment
_A_TOKEN = re.compile(r"\d{5,15}:[A-Za-z0-9_-]{30,60}")
_LOG = logging.getLogger(__name__)


@main.command()
@CONFIG
@DB
@click.option("--verbose", is_flag=True, help="Say more in the log.")
def run(config: Path | None, db: Path | None, verbose: bool) -> None:
    """Open the desk on Telegram and keep it open until Ctrl-C or SIGTERM; the bot's token stands in CALMDESK_TOKEN."""
    settings = _with_database(settings_from(config), db)
    token = _token()
    if token is None:
        stop(f"{TOKEN} isn't set: @BotFather on Telegram gives you the bot's token (/newbot); then export {TOKEN}=123456789:AA…")
    from calmdesk.store.store import StoreError
    from calmdesk.telegram.app import run as run_desk
    from calmdesk.telegram.connection import EdgeError
    from calmdesk.telegram.logs import configure, hiding

    configure(verbose)
    with hiding(token):
        try:
            asyncio.run(run_desk(settings, token))
        except (EdgeError, StoreError, PlaybookError, WeightsError) as error:
            stop(str(error))
        except Exception:  # noqa: BLE001 - shown by the log, which keeps the token out of it
            _LOG.critical("The desk was ended by an error; this is a fault of calmdesk's", exc_info=True)
            sys.exit(1)


def _with_database(settings: Settings, db: Path | None) -> Settings:
    if db is None:
        return settings
    return settings.model_copy(update={"store": settings.store.model_copy(update={"path": str(db.absolute())})})


def _token() -> str | None:
    """Return the bot's token, None where there is none; end where it can't be one, without showing it."""
    token = os.environ.get(TOKEN, "").strip()
    if token and not _A_TOKEN.fullmatch(token):
        stop(f"{TOKEN} isn't a bot's token: that looks like 123456789:AA… with 35 signs behind the colon; @BotFather shows yours (/mybots)")
    return token or None


@main.group()
def config() -> None:
    """Look after the settings: whether a desk could open with them."""


@config.command(name="check")
@CONFIG
def config_check(config: Path | None) -> None:
    """Report every problem at once: settings, playbook, database, and with CALMDESK_TOKEN set also token, groups, rights and admins."""
    from calmdesk.check import check_playbook
    from calmdesk.telegram.checking import Finding, ask_telegram

    settings = settings_from(config)
    findings = [Finding(text) for text in _own_problems(settings)]
    findings += [Finding(str(problem)) for problem in check_playbook(settings)]
    try:
        token = _token()
    except click.ClickException as error:
        findings.append(Finding(error.message))
    else:
        asked = token is not None
        findings += asyncio.run(ask_telegram(settings, token)) if token else []
        if not asked:
            findings.append(Finding(f"{TOKEN} isn't set, so Telegram wasn't asked about the bot and its groups", fault=False))
    for finding in findings:
        click.echo(f"{click.style('✗', fg='red') if finding.fault else '·'} {finding.text}")
    faults = sum(finding.fault for finding in findings)
    if faults:
        stop(f"{faults} problem{'s' if faults > 1 else ''} to mend before `calmdesk run`")
    click.echo("The desk can open.")


def _own_problems(settings: Settings) -> list[str]:
    """Return what is wrong as far as can be seen from here."""
    problems = []
    if not settings.staff.admins:
        problems.append("[staff] admins: is empty, so nobody could invite agents; put your own number in Telegram there")
    problems += [
        f"[staff] groups: {group}: is a person's number; a group's is negative, such as -1001234567890"
        for group in settings.staff.groups
        if group >= 0
    ]
    if len(set(settings.staff.groups)) < len(settings.staff.groups):
        problems.append("[staff] groups: one is named twice")
    path = settings.base / settings.store.path
    place = next(one for one in (path, *path.absolute().parents) if one.exists())
    if path.is_dir():
        problems.append(f"[store] path: {path}: is a folder; name a file")
    elif not os.access(place, os.W_OK):
        problems.append(f"[store] path: {path}: can't be written")
    if settings.telegram.mode == "webhook" and not re.fullmatch(r".+:\d{1,5}", settings.telegram.listen):
        problems.append(f'[telegram] listen: {settings.telegram.listen}: needs an address and a port, such as "127.0.0.1:8443"')
    return problems


@main.group()
def inbox() -> None:
    """Look after updates of Telegram's that couldn't be handled."""


@inbox.command(name="list")
@click.option("--most", type=click.IntRange(1), default=20, show_default=True, help="At most so many.")
@AS_JSON
@CONFIG
@DB
def inbox_list(most: int, as_json: bool, config: Path | None, db: Path | None) -> None:
    """List the dead letters: updates that failed again and again, when they came and why they failed."""
    with records(config, db) as store:
        dead, counts = store.look(lambda books: (books.inbox.dead(most), books.inbox.counts()))
    if as_json:
        click.echo(json.dumps([{"update": number, "came_at": at, "error": why} for number, at, why in dead], ensure_ascii=False, indent=1))
        return
    for number, at, why in dead:
        click.echo(f"{number}  {datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M}  {why}")
    if counts["dead"] > len(dead):
        click.echo(f"… and {counts['dead'] - len(dead)} more")
    click.echo("`calmdesk inbox retry` tries them again." if dead else "There are no dead letters.")


@inbox.command(name="retry")
@CONFIG
@DB
def inbox_retry(config: Path | None, db: Path | None) -> None:
    """Put the dead letters back in line; a desk that is open takes them within a second, else the next one does."""
    with records(config, db) as store:
        count = store.now(lambda books: books.inbox.retry())
    click.echo(f"{count} update{'' if count == 1 else 's'} back in line.")


@main.command()
@AS_JSON
@CONFIG
@DB
def health(as_json: bool, config: Path | None, db: Path | None) -> None:
    """Say whether the desk is well: what waits and for how long, what failed, what nobody knows; exit code 1 where somebody should look."""
    with records(config, db) as store:
        figures = store.look(_figures)
    well = not (figures["dead_letters"] or figures["failed"] or figures["unknown_outcome"] or figures["stuck"])
    if as_json:
        click.echo(json.dumps({"well": well, **figures}, indent=1))
    else:
        for name, value in figures.items():
            click.echo(f"{name.replace('_', ' '):28}{value}")
    sys.exit(0 if well else 1)


def _figures(books: Books) -> dict[str, Any]:
    from calmdesk.store.outbox import STUCK_AFTER

    inbox, outbox = books.inbox.counts(), books.outbox.counts()
    (came,) = books.db.execute("SELECT min(came_at) FROM inbox WHERE state = 'waiting'").fetchone()
    made = books.outbox.oldest_waiting()
    waits = {"update": None if came is None else datetime.fromisoformat(came), "message": made}
    seconds = {name: 0 if at is None else max(0, round((books.now - at).total_seconds())) for name, at in waits.items()}
    return {
        "updates_waiting": inbox["waiting"],
        "oldest_update_seconds": seconds["update"],
        "dead_letters": inbox["dead"],
        "messages_waiting": outbox["waiting"] + outbox["sending"],
        "oldest_message_seconds": seconds["message"],
        "failed": outbox["failed"],
        "unknown_outcome": outbox["unknown"],
        "stuck": len(books.outbox.stuck(books.now - STUCK_AFTER)),
    }
