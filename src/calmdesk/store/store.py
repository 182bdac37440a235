"""The store: one SQLite file, written by one thread that owns the connection; each piece of work is one transaction."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, TypeVar

from filelock import BaseFileLock, FileLock, Timeout
from sqlite_utils import Database

from calmdesk.store.cases import Cases
from calmdesk.store.customers import Customers
from calmdesk.store.inbox import Inbox
from calmdesk.store.migrations import migrations
from calmdesk.store.outbox import Outbox
from calmdesk.store.places import Places
from calmdesk.store.readings import Readings
from calmdesk.store.staff import Staff
from calmdesk.store.wordings import Wordings

T = TypeVar("T")
Clock = Callable[[], datetime]
_WAITS_MS = 10_000
"""How long to wait for another program that writes to the file, such as sqlite-utils in a terminal."""
_WRITE, _READ, _BARE = "BEGIN IMMEDIATE", "BEGIN", ""
"""How a piece of work begins."""


class StoreError(RuntimeError):
    """A database that can't be opened; the message says why and what to do."""


@dataclass(frozen=True)
class Books:
    """Everything that is kept, within one transaction."""

    db: sqlite3.Connection
    now: datetime
    inbox: Inbox
    outbox: Outbox
    customers: Customers
    cases: Cases
    readings: Readings
    staff: Staff
    places: Places
    wordings: Wordings

    @classmethod
    def of(cls, db: sqlite3.Connection, now: datetime) -> Self:
        """Return the books in *db* at the time *now*."""
        return cls(
            db, now, Inbox(db, now), Outbox(db, now), Customers(db, now), Cases(db, now), Readings(db, now), Staff(db, now), Places(db),
            Wordings(db, now),
        )  # fmt: skip


class Store:
    """The file, open. `write` and `read` take a function of the books and run it as one transaction; `now` and `look` do and wait."""

    def __init__(self, path: Path, clock: Clock, lock: BaseFileLock) -> None:
        self.path = path
        self.clock = clock
        self._lock = lock
        self._own = threading.local()
        self._writer = ThreadPoolExecutor(1, "store-writer")
        self._reader = ThreadPoolExecutor(1, "store-reader")
        self._connections: list[sqlite3.Connection] = []

    @classmethod
    def open(cls, path: Path, *, clock: Clock = lambda: datetime.now(UTC), alone: bool = True) -> Self:
        """Return the store in *path*, made or brought up to date; raise StoreError where it can't be used.

        *alone*: refuse where another desk has it open; for one that runs, not for commands beside it.
        """
        if not alone and not path.is_file():
            raise StoreError(f"{path}: there is no database yet; `calmdesk run` makes it, or [store] path in bot.toml says where it is")
        # The lock goes with the process that holds it, however that ends; whichever thread closes the store lets it go.
        lock = FileLock(f"{path}.lock", thread_local=False)
        store = cls(path, clock, lock)
        try:
            if alone:
                path.parent.mkdir(parents=True, exist_ok=True)
                lock.acquire(timeout=0)
                path.touch(mode=0o600)  # customers' words are nobody else's to read
            store._bring_up_to_date()
        except Timeout as error:
            store.close()
            remedy = "stop it first, or give this one a [store] path of its own" if alone else "stop it once, to bring the file up to date"
            raise StoreError(f"{path}: another calmdesk runs on this database; {remedy}") from error
        except OSError as error:
            store.close()
            raise StoreError(f"{path}: can't be opened: {error.strerror}") from error
        except sqlite3.DatabaseError as error:
            store.close()
            raise StoreError(f"{path}: isn't a database that calmdesk can use: {error}") from error
        except BaseException:
            store.close()
            raise
        return store

    async def write(self, work: Callable[[Books], T]) -> T:
        """Run *work* as one transaction; what it raises undoes it."""
        return await asyncio.wrap_future(self._writer.submit(self._run, work, _WRITE))

    async def read(self, work: Callable[[Books], T]) -> T:
        """Run *work*, which can't change anything, beside the writer; all that it sees is of one moment."""
        return await asyncio.wrap_future(self._reader.submit(self._run, work, _READ))

    def now(self, work: Callable[[Books], T], *, bare: bool = False) -> T:
        """Run *work* as one transaction and wait for it, where there is no event loop; *bare* leaves the transaction to it."""
        future: Future[T] = self._writer.submit(self._run, work, _BARE if bare else _WRITE)
        return future.result()

    def look(self, work: Callable[[Books], T]) -> T:
        """Run *work* as `read` does and wait for it, where there is no event loop."""
        future: Future[T] = self._reader.submit(self._run, work, _READ)
        return future.result()

    async def scrub(self) -> bool:
        """Take the last traces of what was erased out of the file (250 MB: a second); False where somebody reads and some stay."""
        while await self.write(lambda books: books.cases.scrub_words()):
            pass
        return await asyncio.wrap_future(self._writer.submit(self._run, _written_anew, _BARE))

    def scrub_now(self) -> bool:
        """Do what `scrub` does and wait for it, where there is no event loop."""
        while self.now(lambda books: books.cases.scrub_words()):
            pass
        return self.now(_written_anew, bare=True)

    def close(self) -> None:
        """Finish what is running and close the file."""
        for pool in (self._writer, self._reader):
            pool.shutdown(wait=True)
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._lock.release()

    def _bring_up_to_date(self) -> None:
        """Apply the migrations that are missing: under the lock, for no desk may run while its tables change."""
        done, missing = self.now(lambda books: (migrations.applied(Database(books.db)), migrations.pending(Database(books.db))), bare=True)
        blank = Database(memory=True)
        known = {step.name for step in migrations.pending(blank)}
        blank.close()
        if newer := [step.name for step in done if step.name not in known]:
            raise StoreError(f"{self.path}: a newer calmdesk has worked on this database ({newer[-1]}); update this one")
        if missing:
            with self._lock.acquire(timeout=0):
                self.now(lambda books: migrations.apply(Database(books.db)), bare=True)

    def _run(self, work: Callable[[Books], T], begin: str) -> T:
        db = self._connection(begin == _READ)
        books = Books.of(db, self.clock())
        if begin == _BARE:
            return work(books)
        db.execute(begin)
        try:
            result = work(books)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:  # a full disk ends it by itself
                db.execute("ROLLBACK")
            raise
        return result

    def _connection(self, only_reads: bool) -> sqlite3.Connection:
        """Return the connection of the thread that asks, opened at its first call."""
        db: sqlite3.Connection | None = getattr(self._own, "db", None)
        if db is None:
            db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, cached_statements=512)
            self._connections.append(db)
            db.row_factory = sqlite3.Row
            db.execute(f"PRAGMA busy_timeout = {_WAITS_MS}")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA secure_delete = ON")
            db.execute(f"PRAGMA query_only = {only_reads:d}")
            self._own.db = db
        return db


def _written_anew(books: Books) -> bool:
    """Write the file anew where pages came free, and empty the log; False where a reader still needs it.

    SQLite zeroes what it deletes, but not what it leaves behind where it moves a page's content together.
    """
    if books.db.execute("PRAGMA freelist_count").fetchone()[0]:
        books.db.execute("VACUUM")
    books.db.execute("PRAGMA busy_timeout = 0")  # who reads need not be waited for: the next time does
    busy: int = books.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    books.db.execute(f"PRAGMA busy_timeout = {_WAITS_MS}")
    return not busy
