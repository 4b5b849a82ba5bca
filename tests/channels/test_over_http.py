"""Bodies with something wrong in them, signed and posted to the real web process over a real database.

Each gets 200, and all that can be read of it is in the inbox; what cannot be read is kept.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from linea import web
from linea.reception import Source
from tests.channels.doors import DOORS, Door, case_id
from tests.channels.mutation import Mutation
from tests.channels.web import address, line_in, rows, signed

HOW_MANY = {Source.WHATSAPP: 160, Source.TWILIO_MESSAGE: 90, Source.TWILIO_STATUS: 40}


@pytest.fixture
def client(database: Path) -> Iterator[TestClient]:
    """The web process; what it does not expect would be raised here instead of being answered with 500."""
    with TestClient(web.create(line_in(database.parent))) as client:
        yield client


def unlike_any_other(number: int, raw: bytes) -> bytes:
    """The body with message ids of its own, so that it is no repeat of another."""
    own = f"{number:06d}".encode()
    for start, rest in ((b'"wamid.', b""), (b"=SM", b"000000"), (b"=MM", b"000000")):
        raw = raw.replace(start + rest, start + own)
    return raw


def count(folder: Path) -> tuple[int, int]:
    """Messages in the inbox, and bodies kept unread."""
    both = "SELECT (SELECT count(*) FROM inbox), (SELECT count(*) FROM unread_bodies)"
    ((inbox, unread),) = rows(folder, both)
    return inbox, unread


def some(door: Door, chance: random.Random) -> list[Mutation]:
    """So many mutations of the door's payloads, of every payload about as many."""
    names = list(door.cases)
    each = max(1, HOW_MANY[door.source] // len(names))
    found: list[Mutation] = []
    for name in names:
        all_of_it = list(door.mutations(name))
        found += chance.sample(all_of_it, min(each, len(all_of_it)))
    return found


@pytest.mark.parametrize("door", DOORS, ids=case_id)
def test_whatever_is_wrong_it_is_taken_and_nothing_beside_it_is_lost(
    door: Door, client: TestClient, database: Path
) -> None:
    seed = random.randrange(2**32)
    seen: set[str] = set()
    posted = 0
    for number, mutation in enumerate(some(door, random.Random(seed))):
        raw = unlike_any_other(number, mutation.raw)
        parsed = door.parse(raw)
        before = count(database.parent)
        answer = client.post(
            address(door.source, door.query), content=raw, headers=signed(door.source, raw, door.query)
        )
        where = f"seed {seed}: {mutation.where} {mutation.how}"
        assert answer.status_code == 200, where
        messages, unread = (now - then for now, then in zip(count(database.parent), before, strict=True))
        keys = {message.key for message in parsed.messages} - seen
        assert messages == len(keys), where
        seen |= keys
        assert unread >= len(parsed.problems), where
        posted += 1
    assert posted >= HOW_MANY[door.source] // 2
    assert not list((database.parent / "spool").glob("*"))


@pytest.mark.parametrize("door", DOORS, ids=case_id)
def test_every_payload_is_taken_once_however_often_it_comes(
    door: Door, client: TestClient, database: Path
) -> None:
    def post() -> None:
        for name in door.cases:
            raw = door.raw(name)
            to, headers = address(door.source, door.query), signed(door.source, raw, door.query)
            assert client.post(to, content=raw, headers=headers).status_code == 200

    post()
    first, _ = count(database.parent)
    assert first == len({m.key for name in door.cases for m in door.parse(door.raw(name)).messages})
    post()
    assert count(database.parent)[0] == first
