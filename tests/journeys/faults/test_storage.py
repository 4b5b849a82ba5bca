"""The disk is full, the database is locked: a webhook is kept or refused aloud, never lost in silence."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from linea.store.models import InboxRow
from tests.journeys.harness import Line, until

NOTHING = (0, resource.RLIM_INFINITY)
EVERYTHING = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@contextmanager
def full_disk(line: Line, *names: str) -> Iterator[None]:
    """Every write of these processes to a file fails, as on a full disk."""
    for name in names:
        resource.prlimit(line.processes[name].pid, resource.RLIMIT_FSIZE, NOTHING)
    try:
        yield
    finally:
        for name in names:
            resource.prlimit(line.processes[name].pid, resource.RLIMIT_FSIZE, EVERYTHING)


def answers_to(line: Line, wamid: str) -> list[int | None]:
    """What the web answered last to the deliveries of one message."""
    found = line.client.get(f"{line.simulator_url}/api/inbox", params={"wamid": wamid}).json()
    return [row["http_status"] for row in found["webhooks"]]


def received(line: Line, text: str) -> list[InboxRow]:
    """The inbox rows of one text."""
    return [row for row in line.rows(InboxRow) if row.text == text]


def test_a_full_disk_is_said_to_meta_and_the_redelivery_is_taken_once(line: Line, phone: str) -> None:
    with full_disk(line, "web"):
        wamid = line.writes(phone, "que mascarilla uso yo")["wamid"]
        until(lambda: answers_to(line, wamid) == [503], "the web says that it cannot")
        assert received(line, "que mascarilla uso yo") == []
    line.said(phone)
    assert len(received(line, "que mascarilla uso yo")) == 1
    assert answers_to(line, wamid) == [200]


def test_the_worker_survives_a_full_disk_and_answers_when_there_is_room(line: Line, phone: str) -> None:
    with full_disk(line, "worker"):
        line.writes(phone, "puedo tomar paracetamol hoy")
        until(lambda: received(line, "puedo tomar paracetamol hoy"), "the web takes it in")
        assert line.heard(phone, 1, wait=2) == []
    assert len(line.said(phone)) == 1


def test_a_locked_database_sends_the_webhook_to_the_spool_and_it_is_taken_in_later(
    line: Line, phone: str
) -> None:
    path = line.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        wamid = line.writes(phone, "cuantos dias me aislo yo")["wamid"]
        until(lambda: answers_to(line, wamid) == [200], "the web answers 200 all the same")
        spooled = list((line.folder / "spool").glob("*.body"))
        assert len(spooled) == 1
        other.execute("ROLLBACK")
    line.said(phone)
    until(lambda: not list((line.folder / "spool").glob("*")), "the spool is empty")
    assert len(received(line, "cuantos dias me aislo yo")) == 1


@pytest.mark.parametrize("victim", ["web", "worker", "simulator"])
def test_restarts_under_a_stream_of_questions_lose_and_double_nothing(
    line: Line, phone: str, victim: str
) -> None:
    people = [f"{phone}{n}" for n in range(6)]
    for number, person in enumerate(people):
        line.writes(person, "que mascarilla uso")
        if number == 2 and victim != "simulator":
            line.stop(victim, number=9)
            line.start(victim, clock_offset=31 if victim == "worker" else 0)
    for person in people:
        assert len(line.said(person)) == 1
    line.settled()
    assert all(len(line.heard(person, 2, wait=0.2)) == 1 for person in people)
    if victim == "worker":
        line.stop("worker")
        line.start("worker")
