"""Who is who: a random id for a person, and behind it, encrypted, the addresses they write from.

The only place in the line with an address. Since April 2026 a message can come without a phone, with
Meta's user id (BSUID) alone, or with both; where both are known and name two people, the phone wins and
nothing is merged (facts: Meta, business-scoped user ids).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from linea.codes import new_id
from linea.keys import Keys
from linea.messages import Sender
from linea.store import insert_once
from linea.store.models import Address, Person

KINDS = ("phone", "bsuid", "parent_bsuid")  # in the order in which they are believed

# Built once: building one of these costs SQLAlchemy several times what running it costs.
_KNOWN = select(Address.kind, Address.person_id).where(Address.hash.in_(bindparam("hashes", expanding=True)))
_NEW = insert(Person.__table__)
_ADDRESSES = select(Address.kind, Address.id, Address.secret).where(
    Address.person_id == bindparam("its_person")
)


def resolve(session: Session, keys: Keys, sender: Sender, now: datetime) -> str | None:
    """The id of the person behind `sender`, made if they are new; None if the sender has no address."""
    given = {kind: value for kind in KINDS if (value := getattr(sender, kind))}
    if not given:
        return None
    hashes = {kind: keys.hashes(kind, value) for kind, value in given.items()}
    rows = session.execute(_KNOWN, {"hashes": [each for found in hashes.values() for each in found]})
    known: dict[str, str] = {row.kind: row.person_id for row in rows}
    person_id = next((known[kind] for kind in KINDS if kind in known), None)
    if person_id is None:
        person_id = new_id()
        session.execute(_NEW, {"id": person_id, "created_at": now})
    for kind, value in given.items():
        if kind not in known:
            _add(session, keys, person_id, kind, value, hashes[kind][0])
    return person_id


def address_of(session: Session, keys: Keys, person_id: str) -> Sender:
    """Where to write to a person. Raises LookupError if they have been erased."""
    rows = session.execute(_ADDRESSES, {"its_person": person_id}).all()
    if not rows:
        raise LookupError("this person has no address any more")
    found = {row.kind: keys.decrypt(row.secret, row.id) for row in rows}
    return Sender(found.get("phone"), found.get("bsuid"), found.get("parent_bsuid"))


def forget(session: Session, person_id: str) -> None:
    """Erase a person with every address."""
    session.execute(delete(Address).where(Address.person_id == person_id))
    session.execute(delete(Person).where(Person.id == person_id))


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
