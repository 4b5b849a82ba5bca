"""Reading and writing the database; every write is one transaction that is on the disk when it returns.

SQLite: WAL, `synchronous=FULL`, BEGIN IMMEDIATE for writes, `secure_delete`. Writes that wait together
are committed together (`Store.submit`): one fsync serves many webhooks.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Table, create_engine, event
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection, Dialect, Engine, make_url
from sqlalchemy.engine.interfaces import Compiled
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

T = TypeVar("T")
BATCH = 200
LOOK_AT_LOCK = 0.0005  # seconds between two tries to take SQLite's write lock


class StoreUnavailable(Exception):
    """The database could not take a write: locked, full, read-only or away. Nothing was written."""


@dataclass
class _Job:
    work: Callable[[Session], Any]
    done: Future[Any]


class Store:
    """One process's way to the database. `busy_seconds`: how long a write waits for SQLite's lock."""

    def __init__(self, url: str, busy_seconds: float = 5.0) -> None:
        self.sqlite = make_url(url).get_backend_name() == "sqlite"
        if self.sqlite:
            Path(make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
        self._reading = _engine(url, busy_seconds, "BEGIN")
        self._writing = _engine(url, busy_seconds, "BEGIN IMMEDIATE")
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._ended = False
        self._watch: Any = None
        self._version = -1

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking only."""
        with Session(self._reading, future=True) as session:
            yield session

    def write(self, work: Callable[[Session], T]) -> T:
        """What `work` returns, once its transaction is on the disk. `work` may run twice; it must only
        touch the database. Raises StoreUnavailable if nothing could be written."""
        return self.submit(work).result()

    async def awrite(self, work: Callable[[Session], T]) -> T:
        """`write` for a coroutine."""
        return await asyncio.wrap_future(self.submit(work))

    def submit(self, work: Callable[[Session], T]) -> Future[T]:
        """Hand `work` to the writing thread, which commits what is waiting together."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()
        done: Future[T] = Future()
        self._jobs.put(_Job(work, done))
        return done

    def changed(self) -> bool:
        """Whether anybody has committed since the last call (SQLite's `data_version`; elsewhere always)."""
        if not self.sqlite:
            return True
        if self._watch is None:
            self._watch = self._reading.raw_connection()
        cursor = self._watch.cursor()
        version = cursor.execute("PRAGMA data_version").fetchone()[0]
        cursor.close()
        changed = version != self._version
        self._version = version
        return bool(changed)

    def checkpoint(self) -> bool:
        """Empty SQLite's write-ahead log into the main file; False while somebody is still reading it."""
        if not self.sqlite:
            return True
        raw = self._writing.raw_connection()
        try:
            busy, _, _ = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
        finally:
            raw.close()

    def close(self) -> None:
        """Finish what is waiting and let the database go."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
        if self._watch is not None:
            self._watch.close()
        self._reading.dispose()
        self._writing.dispose()

    def _run(self) -> None:
        while not self._ended:
            batch: list[_Job] = []
            self._add(batch, self._jobs.get())
            self._gather(batch)
            if batch:
                self._commit(batch, self._gather)

    def _gather(self, batch: list[_Job]) -> None:
        while len(batch) < BATCH and not self._ended and not self._jobs.empty():
            self._add(batch, self._jobs.get())

    def _add(self, batch: list[_Job], job: _Job | None) -> None:
        # From here on a caller that gives up changes nothing; one that already has is left out.
        if job is None:
            self._ended = True
        elif job.done.set_running_or_notify_cancel():
            batch.append(job)

    def _commit(self, batch: list[_Job], gather: Callable[[list[_Job]], None] | None = None) -> None:
        try:
            with self._writing.begin() as connection:
                if gather is not None:
                    gather(batch)  # what came while others held the lock
                results = [_do(job, connection) for job in batch]
        except BaseException as error:
            if len(batch) > 1 and not _unavailable(error):
                for job in batch:  # one of them is bad: each alone, so that it spoils no other
                    self._commit([job])
                return
            failure: BaseException = error
            if _unavailable(error):
                failure = StoreUnavailable(type(error).__name__)
                failure.__cause__ = error
            for job in batch:
                job.done.set_exception(failure)
        else:
            for job, result in zip(batch, results, strict=True):
                job.done.set_result(result)


def _do(job: _Job, connection: Connection) -> Any:
    """One piece of work in a session of its own, so that it never sees another's objects grown old."""
    with Session(connection, future=True) as session:
        result = job.work(session)
        session.flush()
        return result


def insert_once(session: Session, model: Any, values: dict[str, Any]) -> bool:
    """Insert a row unless its key is taken; whether it was inserted."""
    connection = session.connection()
    statement = _insert_once(connection.dialect, model.__table__, tuple(values))
    return bool(connection.execute(statement, values).rowcount == 1)


@lru_cache
def _insert_once(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> Compiled:
    """Compiled here, because SQLAlchemy 1.4 compiles an "on conflict" anew each time it runs."""
    insert = sqlite_insert if dialect.name == "sqlite" else postgresql_insert
    return insert(table).on_conflict_do_nothing().compile(dialect=dialect, column_keys=list(columns))


def _unavailable(error: BaseException) -> bool:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(error, OperationalError):
        return True
    return isinstance(error, SQLAlchemyError) and "readonly" in str(error.__cause__)


def _engine(url: str, busy_seconds: float, begin: str) -> Engine:
    options: dict[str, Any] = {"future": True, "hide_parameters": True}
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, **options)
    engine = create_engine(
        url,
        poolclass=QueuePool,  # SQLAlchemy 1.4 would open the file anew for every transaction
        connect_args={"timeout": busy_seconds, "check_same_thread": False},
        **options,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, below
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "secure_delete=ON",
            "temp_store=MEMORY",
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # SQLite's own wait for the lock sleeps ever longer, up to 0.1 s; the lock is held for milliseconds.
        raw = connection.connection.dbapi_connection
        deadline = time.monotonic() + busy_seconds
        raw.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    raw.execute(begin)
                    return
                except sqlite3.OperationalError as error:
                    if "locked" not in str(error) or time.monotonic() > deadline:
                        break
                time.sleep(LOOK_AT_LOCK)
            connection.exec_driver_sql(begin)  # once more, for SQLAlchemy to say what is wrong
        finally:
            raw.execute(f"PRAGMA busy_timeout = {round(busy_seconds * 1000)}")

    return engine
