"""Who is who: a random id for a person, and behind it, encrypted, the addresses they write from.

The only place in the line with an address. Since April 2026 a message can come without a phone, with
Meta's user id (BSUID) alone, or with both; where both are known and name two people, the phone wins and
nothing is merged (facts: Meta, business-scoped user ids).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from linea.codes import new_id
from linea.keys import Keys
from linea.messages import Sender
from linea.store import insert_once
from linea.store.models import Address, Conversation, IdentityRow, OutboxRow, Person

KINDS = ("phone", "bsuid", "parent_bsuid")  # in the order in which they are believed

# Built once: building one of these costs SQLAlchemy several times what running it costs.
_KNOWN = select(Address.kind, Address.person_id).where(Address.hash.in_(bindparam("hashes", expanding=True)))
_NEW = insert(Person.__table__)
_ADDRESSES = select(Address.kind, Address.id, Address.secret).where(
    Address.person_id == bindparam("its_person")
)


def resolve(session: Session, keys: Keys, sender: Sender, now: datetime) -> str | None:
    """The id of the person behind `sender`, made if they are new; None if the sender has no address."""
    given = addresses(sender)
    if not given:
        return None
    hashes = {kind: keys.hashes(kind, value) for kind, value in given.items()}
    known = _known(session, hashes)
    person_id = next((known[kind] for kind in KINDS if kind in known), None)
    if person_id is None:
        person_id = new_id()
        session.execute(_NEW, {"id": person_id, "created_at": now})
    for kind, value in given.items():
        if kind not in known:
            _add(session, keys, person_id, kind, value, hashes[kind][0])
    return person_id


def find(session: Session, keys: Keys, sender: Sender) -> str | None:
    """The id of the person behind `sender`; None if nobody is. Where several are, as `resolve` decides."""
    known = _known(session, {kind: keys.hashes(kind, value) for kind, value in addresses(sender).items()})
    return next((known[kind] for kind in KINDS if kind in known), None)


def addresses(sender: Sender) -> dict[str, str]:
    """The addresses that a sender gives, by their kind, the most believed first."""
    return {kind: value for kind in KINDS if (value := getattr(sender, kind))}


def address_of(session: Session, keys: Keys, person_id: str) -> Sender:
    """Where to write to a person. Raises LookupError if they have been erased."""
    rows = session.execute(_ADDRESSES, {"its_person": person_id}).all()
    if not rows:
        raise LookupError("this person has no address any more")
    found = {row.kind: keys.decrypt(row.secret, row.id) for row in rows}
    return Sender(found.get("phone"), found.get("bsuid"), found.get("parent_bsuid"))


def give(session: Session, keys: Keys, person_id: str, sender: Sender) -> None:
    """A person writes from these addresses now: each takes the place of the one they had of its kind."""
    for kind, value in addresses(sender).items():
        hashes = keys.hashes(kind, value)
        session.execute(
            delete(Address)
            .where(Address.kind == kind, Address.person_id == person_id, Address.hash.notin_(hashes))
            .execution_options(synchronize_session=False)
        )
        if kind not in _known(session, {kind: hashes}):
            _add(session, keys, person_id, kind, value, hashes[0])


def join(session: Session, newcomer: str, person_id: str) -> None:
    """The newcomer is this person: their addresses, conversations and messages are theirs from now on.

    Of each kind of address the newcomer's stays, being the one last written from.
    """
    kinds = select(Address.kind).where(Address.person_id == newcomer)
    session.execute(
        delete(Address)
        .where(Address.person_id == person_id, Address.kind.in_(kinds))
        .execution_options(synchronize_session=False)
    )
    for table in (Address, Conversation, OutboxRow, IdentityRow):
        session.execute(
            update(table)
            .where(table.person_id == newcomer)
            .values(person_id=person_id)
            .execution_options(synchronize_session="fetch")
        )
    session.execute(delete(Person).where(Person.id == newcomer))


def release(session: Session, person_id: str) -> None:
    """Whoever writes from this person's addresses from now on is somebody new; they have none any more."""
    session.execute(delete(Address).where(Address.person_id == person_id))


def forget(session: Session, person_id: str) -> None:
    """Erase a person with every address and all that is known of their changes."""
    session.execute(delete(IdentityRow).where(IdentityRow.person_id == person_id))
    session.execute(delete(Address).where(Address.person_id == person_id))
    session.execute(delete(Person).where(Person.id == person_id))


def _known(session: Session, hashes: dict[str, list[str]]) -> dict[str, str]:
    """Which person is behind each kind of address, of those somebody is behind."""
    rows = session.execute(_KNOWN, {"hashes": [each for found in hashes.values() for each in found]})
    return {row.kind: row.person_id for row in rows}


def _add(session: Session, keys: Keys, person_id: str, kind: str, value: str, hashed: str) -> None:
    address_id = new_id()
    insert_once(
        session,
        Address,
        {
            "id": address_id,
            "person_id": person_id,
            "kind": kind,
            "hash": hashed,
            "secret": keys.encrypt(value, address_id),
        },
    )
