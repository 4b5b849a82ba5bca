"""A person is a random id; the addresses behind it are sealed, and never merge two people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from linea import people
from linea.messages import Sender
from linea.store.models import Address, Person
from tests.helpline import ANA, BETO, Helpline

BSUID, OTHER_BSUID, PARENT = "PE.1234567890123456", "PE.6543210987654321", "PE.ENT.111222333"


def resolve(helpline: Helpline, sender: Sender) -> str | None:
    return helpline.write(lambda session: people.resolve(session, helpline.keys, sender, helpline.now))


def address(helpline: Helpline, person_id: str | None) -> Sender:
    with helpline.store.reading() as session:
        return people.address_of(session, helpline.keys, person_id or "")


@pytest.mark.parametrize(
    "sender",
    [
        Sender(ANA),
        Sender(None, BSUID),
        Sender(ANA, BSUID),
        Sender(ANA, BSUID, PARENT),
        Sender(None, None, PARENT),
    ],
)
def test_the_same_sender_is_the_same_person_and_can_be_written_to(helpline: Helpline, sender: Sender) -> None:
    person = resolve(helpline, sender)
    assert resolve(helpline, sender) == person
    assert address(helpline, person) == sender
    assert helpline.one(Person).created_at == helpline.now


def test_a_sender_without_any_address_is_nobody(helpline: Helpline) -> None:
    assert resolve(helpline, Sender(None)) is None
    assert helpline.all(Person) == []


def test_two_senders_are_two_people(helpline: Helpline) -> None:
    assert resolve(helpline, Sender(ANA)) != resolve(helpline, Sender(BETO))


@pytest.mark.parametrize("second", [Sender(ANA), Sender(None, BSUID), Sender(ANA, BSUID)])
@pytest.mark.parametrize("first", [Sender(ANA, BSUID)])
def test_who_came_with_both_is_known_by_either(helpline: Helpline, first: Sender, second: Sender) -> None:
    assert resolve(helpline, first) == resolve(helpline, second)


@pytest.mark.parametrize(
    ("first", "then", "known"),
    [
        (Sender(ANA), Sender(ANA, BSUID), Sender(ANA, BSUID)),
        (Sender(None, BSUID), Sender(ANA, BSUID), Sender(ANA, BSUID)),
        (Sender(ANA, BSUID), Sender(ANA, BSUID, PARENT), Sender(ANA, BSUID, PARENT)),
    ],
)
def test_a_new_address_joins_the_person_it_came_with(
    helpline: Helpline, first: Sender, then: Sender, known: Sender
) -> None:
    person = resolve(helpline, first)
    assert resolve(helpline, then) == person
    assert address(helpline, person) == known


@pytest.mark.parametrize("phone_first", [True, False])
def test_where_phone_and_user_id_name_two_people_the_phone_wins_and_nothing_is_merged(
    helpline: Helpline, phone_first: bool
) -> None:
    known = dict.fromkeys((Sender(ANA), Sender(None, BSUID)), "")
    for sender in known if phone_first else reversed(known):
        known[sender] = resolve(helpline, sender) or ""
    by_phone, by_bsuid = known.values()
    assert resolve(helpline, Sender(ANA, BSUID)) == by_phone
    assert address(helpline, by_phone) == Sender(ANA)
    assert address(helpline, by_bsuid) == Sender(None, BSUID)
    assert len(helpline.all(Person)) == 2


def test_a_phone_and_a_user_id_of_the_same_letters_are_two_people(helpline: Helpline) -> None:
    assert resolve(helpline, Sender(ANA)) != resolve(helpline, Sender(None, ANA))


def test_no_address_stands_in_the_database_as_it_is(helpline: Helpline) -> None:
    resolve(helpline, Sender(ANA, BSUID))
    for row in helpline.all(Address):
        assert ANA.encode() not in row.secret
        assert BSUID.encode() not in row.secret
        assert row.hash not in (ANA, BSUID)


def test_a_row_moved_to_another_person_opens_no_address(helpline: Helpline) -> None:
    ana, beto = resolve(helpline, Sender(ANA)), resolve(helpline, Sender(BETO))

    def swap(session: object) -> None:
        rows = {row.person_id: row for row in session.query(Address)}  # type: ignore[attr-defined]
        rows[ana].secret = rows[beto].secret

    helpline.write(swap)
    with pytest.raises(ValueError, match="another owner"):
        address(helpline, ana)


def test_who_is_forgotten_has_no_address_and_comes_back_as_somebody_new(helpline: Helpline) -> None:
    person = resolve(helpline, Sender(ANA, BSUID))
    helpline.write(lambda session: people.forget(session, person))
    assert helpline.all(Address) == []
    with pytest.raises(LookupError):
        address(helpline, person)
    assert resolve(helpline, Sender(ANA)) != person


def test_after_the_keys_changed_old_and_new_people_can_be_written_to(helpline: Helpline) -> None:
    ana = resolve(helpline, Sender(ANA))
    helpline.keys = replace(helpline.keys, encryption={**helpline.keys.encryption, "2": b"n" * 32})
    beto = resolve(helpline, Sender(BETO))
    assert resolve(helpline, Sender(ANA)) == ana
    assert (address(helpline, ana), address(helpline, beto)) == (Sender(ANA), Sender(BETO))
