"""A write is on the disk when it returns, spoils no other, and says when the database cannot take it."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from linea.store import Store, StoreUnavailable, insert_once
from linea.store.models import Halt, SeenMessage

NOW = datetime(2026, 11, 10, 15, tzinfo=timezone.utc)


def seen(name: str) -> Callable[[Session], None]:
    return lambda session: session.add(SeenMessage(hash=name, seen_at=NOW))


def kept(database: Path) -> list[str]:
    """What another process finds in the table."""
    with closing(sqlite3.connect(database)) as other:
        return [row[0] for row in other.execute("SELECT hash FROM seen_messages ORDER BY hash")]


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another process in the middle of a write."""
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


class Held:
    """A job that keeps the writing thread until it is let go, so that the next jobs wait together."""

    def __init__(self, store: Store) -> None:
        self.started, self.go = threading.Event(), threading.Event()
        self.job = store.submit(self)
        assert self.started.wait(10)

    def __call__(self, session: Session) -> None:
        self.started.set()
        assert self.go.wait(10)


def together(store: Store, *jobs: Callable[[Session], object]) -> list[Future[object]]:
    """Jobs that are committed as one batch."""
    held = Held(store)
    submitted = [store.submit(job) for job in jobs]
    held.go.set()
    held.job.result(10)
    return submitted


def test_a_write_is_seen_by_others_when_it_returns(store: Store, database: Path) -> None:
    assert store.write(lambda session: session.add(SeenMessage(hash="a", seen_at=NOW)) or "done") == "done"
    assert kept(database) == ["a"]


def test_a_write_of_a_coroutine_is_seen_by_others_when_it_returns(store: Store, database: Path) -> None:
    asyncio.run(store.awrite(seen("a")))
    assert kept(database) == ["a"]


def test_writes_that_wait_together_are_committed_together(store: Store, database: Path) -> None:
    commits: list[object] = []
    event.listen(store._writing, "commit", commits.append)
    held_and_batch = 2
    for job in together(store, seen("a"), seen("b"), seen("c")):
        job.result(10)
    assert len(commits) == held_and_batch
    assert kept(database) == ["a", "b", "c"]


def test_one_bad_write_spoils_no_other(store: Store, database: Path) -> None:
    def bad(session: Session) -> None:
        session.add(SeenMessage(hash="bad", seen_at=NOW))
        session.flush()
        raise RuntimeError("bad")

    first, second, third = together(store, seen("a"), bad, seen("c"))
    first.result(10)
    third.result(10)
    with pytest.raises(RuntimeError):
        second.result(10)
    assert kept(database) == ["a", "c"]


def test_a_write_that_breaks_a_rule_of_the_database_spoils_no_other(store: Store, database: Path) -> None:
    store.write(seen("a"))
    first, second = together(store, seen("a"), seen("b"))
    second.result(10)
    assert first.exception(10) is not None
    assert kept(database) == ["a", "b"]


def test_a_write_nobody_waits_for_any_more_is_not_done_and_stops_no_other(
    store: Store, database: Path
) -> None:
    held = Held(store)
    left, next_one = store.submit(seen("left")), store.submit(seen("next"))
    assert left.cancel()
    held.go.set()
    next_one.result(10)
    store.write(seen("later"))
    assert kept(database) == ["later", "next"]


def test_a_caller_that_gives_up_in_the_middle_stops_no_other(store: Store, database: Path) -> None:
    async def give_up() -> None:
        started, go = threading.Event(), threading.Event()

        def slow(session: Session) -> None:
            started.set()
            go.wait(10)

        task = asyncio.ensure_future(store.awrite(slow))
        await asyncio.to_thread(started.wait, 10)
        task.cancel()
        go.set()
        await asyncio.wait([task])

    asyncio.run(give_up())
    store.write(seen("later"))
    assert kept(database) == ["later"]


def test_a_locked_database_is_said_and_nothing_is_written(database: Path) -> None:
    store = Store(f"sqlite:///{database}", busy_seconds=0.05)
    with locked(database), pytest.raises(StoreUnavailable):
        store.write(seen("a"))
    store.write(seen("b"))
    store.close()
    assert kept(database) == ["b"]


def test_every_write_that_waits_learns_that_the_database_is_locked(database: Path) -> None:
    store = Store(f"sqlite:///{database}", busy_seconds=0.05)
    with locked(database):
        jobs = [store.submit(seen(name)) for name in "abc"]
        assert [type(job.exception(10)) for job in jobs] == [StoreUnavailable] * 3
    store.close()
    assert kept(database) == []


def test_a_full_disk_is_said_and_the_next_write_works_when_there_is_room(
    store: Store, database: Path
) -> None:
    def pages(limit: int) -> None:
        store.write(lambda session: session.connection().exec_driver_sql(f"PRAGMA max_page_count={limit}"))

    pages(1)  # as many as there are
    with pytest.raises(StoreUnavailable):
        store.write(lambda session: [seen(str(number))(session) for number in range(1000)])
    pages(1_000_000)
    store.write(seen("a"))
    assert kept(database) == ["a"]


def test_a_database_without_tables_is_said(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/new/empty.db")
    with pytest.raises(StoreUnavailable):
        store.write(seen("a"))
    store.close()


def test_reading_goes_on_while_somebody_writes(store: Store, database: Path) -> None:
    store.write(seen("a"))
    with locked(database), store.reading() as session:
        assert session.get(SeenMessage, "a") is not None


def test_a_look_for_changes_sees_what_others_commit_and_nothing_else(store: Store, database: Path) -> None:
    store.changed()
    assert not store.changed()
    with locked(database):
        assert not store.changed()
    other = Store(f"sqlite:///{database}")
    other.write(seen("a"))
    other.close()
    assert store.changed()
    assert not store.changed()


def test_a_look_for_changes_sees_what_this_process_commits(store: Store) -> None:
    store.changed()
    store.write(seen("a"))
    assert store.changed()


def test_a_key_is_inserted_once(store: Store) -> None:
    values = {"hash": "a", "seen_at": NOW}
    assert store.write(lambda session: insert_once(session, SeenMessage, values)) is True
    assert store.write(lambda session: insert_once(session, SeenMessage, values)) is False


def test_a_moment_without_its_time_zone_is_refused(store: Store) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(StatementError, match="without its time zone"):
        store.write(lambda session: session.add(SeenMessage(hash="a", seen_at=naive)))


def test_a_moment_comes_back_in_utc_whatever_its_zone_was(store: Store) -> None:
    lima = timezone(timedelta(hours=-5))
    store.write(lambda session: session.add(SeenMessage(hash="a", seen_at=NOW.astimezone(lima))))
    with store.reading() as session:
        found = session.execute(select(SeenMessage.seen_at)).scalar_one()
    assert (found, found.tzinfo) == (NOW, timezone.utc)


def test_a_moment_is_compared_in_utc_whatever_its_zone(store: Store) -> None:
    store.write(seen("a"))
    lima = NOW.astimezone(timezone(timedelta(hours=-5)))
    with store.reading() as session:
        assert session.execute(select(SeenMessage).where(SeenMessage.seen_at == lima)).first()
        assert session.execute(select(SeenMessage).where(SeenMessage.seen_at > lima)).first() is None


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("secure_delete", 1),
        ("temp_store", 2),
        ("foreign_keys", 1),
    ],
)
def test_every_connection_is_durable_and_leaves_nothing_behind(
    store: Store, pragma: str, value: object
) -> None:
    found = [store.write(lambda session: session.connection().exec_driver_sql(f"PRAGMA {pragma}").scalar())]
    with store.reading() as session:
        found.append(session.connection().exec_driver_sql(f"PRAGMA {pragma}").scalar())
    assert found == [value, value]


def test_a_checkpoint_empties_the_write_ahead_log(store: Store, database: Path) -> None:
    store.write(seen("a"))
    log = database.with_name("linea.db-wal")
    assert log.stat().st_size > 0
    assert store.checkpoint()
    assert log.stat().st_size == 0


def test_a_checkpoint_says_when_somebody_still_reads(database: Path) -> None:
    store = Store(f"sqlite:///{database}", busy_seconds=0.05)
    store.write(seen("a"))
    with store.reading() as session:
        session.get(SeenMessage, "a")
        store.write(seen("b"))
        assert not store.checkpoint()
    assert store.checkpoint()
    store.close()


def test_closing_finishes_what_waits(database: Path) -> None:
    store = Store(f"sqlite:///{database}")
    held = Held(store)
    jobs = [store.submit(seen(name)) for name in "abc"]
    held.go.set()
    store.close()
    assert all(job.done() for job in jobs)
    assert kept(database) == ["a", "b", "c"]


def test_a_store_that_was_never_used_closes(database: Path) -> None:
    Store(f"sqlite:///{database}").close()


def test_no_value_stands_in_an_error_of_the_database(store: Store) -> None:
    store.write(lambda session: session.add(Halt(channel="canario", since=NOW, probe_at=NOW)))
    with pytest.raises(Exception, match="UNIQUE") as raised:
        store.write(
            lambda session: session.execute(
                Halt.__table__.insert().values(channel="canario", since=NOW, probe_at=NOW)
            )
        )
    assert "canario" not in str(raised.value)
