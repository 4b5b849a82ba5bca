"""A yes for one purpose: which, to which words, when, on which channel; and what it allows goes with it.

Whatever is kept of somebody because they agreed refers to its row here by a column `consent_id`, a foreign
key. `withdraw` and the night then delete both together, whichever table that is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from linea import people
from linea.codes import new_id
from linea.keys import Keys
from linea.messages import Sender
from linea.store import insert_once
from linea.store.models import Base, Consent, ConsentHolder, ConsentText, Conversation

PURPOSES = ("profile", "appointment", "cash_list", "subscription", "aviso")
# For the statistics alone: after the night nothing leads from it to a person, and nobody can be written to.
NAMELESS = ("profile",)
# Which purpose a line asks for: the last of these that was said is what a yes is a yes to.
QUESTIONS = {
    "utter_ask_profile": "profile",
    "utter_ask_profile_again": "profile",
    "utter_cash_list_terms": "cash_list",
}
LISTS = ("cash_list", "subscription", "aviso")  # what BAJA leaves

_ANY_HOLDER = select(ConsentHolder.hash).limit(1)


class ConsentError(Exception):
    """A consent was to be recorded that nobody was asked for."""


@dataclass(frozen=True)
class Held:
    """A consent that stands. `frozen`: nothing may be done with it until a person knows whose it is now."""

    id: str
    purpose: str
    at: datetime
    until: datetime | None
    frozen: bool


def record(
    session: Session,
    keys: Keys,
    conversation: Conversation,
    purpose: str,
    line: str,
    words: str,
    now: datetime,
    until: datetime | None = None,
) -> str:
    """The id of a consent given now in `conversation` to the `words` of `line`, kept until `until`.

    It takes the place of an earlier one for the same purpose. Raises ConsentError if the line's last words
    to the person did not ask for this (`Conversation.asking`), ValueError for an unknown purpose.
    """
    if purpose not in PURPOSES:
        raise ValueError(purpose)
    if conversation.asking != purpose:
        raise ConsentError(purpose)
    version = hashlib.sha256(words.encode()).hexdigest()[:16]
    insert_once(session, ConsentText, {"version": version, "line": line, "text": words})
    nameless = purpose in NAMELESS
    earlier = of_conversation(session, conversation, purpose)
    earlier += [] if nameless else [held.id for held in _held(session, keys, conversation, (purpose,))]
    _delete(session, earlier)
    consent_id = new_id()
    session.add(
        Consent(
            id=consent_id,
            purpose=purpose,
            text_version=version,
            channel=conversation.channel,
            code=conversation.code,
            at=now,
            until=until,
        )
    )
    session.flush()
    if not nameless:
        _hold(session, keys, consent_id, people.address_of(session, keys, conversation.person_id))
    return consent_id


def has(session: Session, keys: Keys, person_id: str, purpose: str) -> bool:
    """Whether a consent of this person stands for `purpose` and may be used: not while it is frozen."""
    return any(one.purpose == purpose and not one.frozen for one in held(session, keys, person_id))


def held(session: Session, keys: Keys, person_id: str) -> list[Held]:
    """The consents of a person, the oldest first, frozen ones included; profiles as long as their
    conversation lasts."""
    found = select(Consent).where(Consent.id.in_(_ids_of_address(session, keys, person_id)))
    rows = [*session.execute(found).scalars(), *_profiles(session, person_id)]
    return [
        Held(row.id, row.purpose, row.at, row.until, row.frozen_at is not None)
        for row in sorted(rows, key=lambda row: row.at)
    ]


def of_conversation(session: Session, conversation: Conversation, purpose: str) -> list[str]:
    """The ids of the consents for `purpose` that were given in this very conversation."""
    found = select(Consent.id).where(
        Consent.code == conversation.code,
        Consent.at >= conversation.opened_at,  # a code is used again
        Consent.purpose == purpose,
    )
    return list(session.execute(found.order_by(Consent.at)).scalars())


def withdraw(
    session: Session, keys: Keys, person_id: str, purposes: Collection[str] = PURPOSES
) -> tuple[str, ...]:
    """Take back what a person agreed to, with all that was kept for it; the purposes that had a consent.

    What is frozen stays: somebody who may not be its owner asks.
    """
    theirs = [one for one in held(session, keys, person_id) if one.purpose in purposes and not one.frozen]
    _delete(session, [one.id for one in theirs])
    return tuple(dict.fromkeys(one.purpose for one in theirs))


def end(session: Session, consent_id: str) -> None:
    """Delete one consent with all that was kept for it: it has served its purpose."""
    _delete(session, [consent_id])


def erase_expired(session: Session, now: datetime) -> int:
    """Delete the consents whose own end date has passed, with all that was kept for them; how many."""
    ids = list(session.execute(select(Consent.id).where(Consent.until <= now)).scalars())
    _delete(session, ids)
    return len(ids)


def freeze(session: Session, keys: Keys, sender: Sender, now: datetime) -> None:
    """Whoever has these addresses now may be somebody else: nothing is told or done until that is decided."""
    ids = _ids(session, keys, sender)
    session.execute(update(Consent).where(Consent.id.in_(ids)).values(frozen_at=now))


def settle(session: Session, keys: Keys, before: Sender, after: Sender | None, same: bool) -> None:
    """It was decided who has the addresses of `before`: their owner, who writes from `after` now, goes on as
    before; of somebody else nothing is kept under that number any more."""
    ids = _ids(session, keys, before)
    if not same:
        _delete(session, ids)
        return
    session.execute(update(Consent).where(Consent.id.in_(ids)).values(frozen_at=None))
    for consent_id in ids if after is not None else ():
        _hold(session, keys, consent_id, after)


def _hold(session: Session, keys: Keys, consent_id: str, sender: Sender | None) -> None:
    for kind, value in people.addresses(sender).items() if sender else ():
        values = {"consent_id": consent_id, "hash": keys.hash(f"consent {kind}", value)}
        insert_once(session, ConsentHolder, values)


def _held(session: Session, keys: Keys, conversation: Conversation, purposes: Collection[str]) -> list[Held]:
    return [one for one in held(session, keys, conversation.person_id) if one.purpose in purposes]


def _ids_of_address(session: Session, keys: Keys, person_id: str) -> list[str]:
    if session.execute(_ANY_HOLDER).first() is None:
        return []
    try:
        return _ids(session, keys, people.address_of(session, keys, person_id))
    except LookupError:
        return []


def _ids(session: Session, keys: Keys, sender: Sender) -> list[str]:
    """The consents that the addresses of a sender hold, under any living key."""
    hashes = [
        each
        for kind, value in people.addresses(sender).items()
        for each in keys.hashes(f"consent {kind}", value)
    ]
    found = select(ConsentHolder.consent_id).where(ConsentHolder.hash.in_(hashes)).distinct()
    return list(session.execute(found).scalars())


def _profiles(session: Session, person_id: str) -> list[Consent]:
    found = (
        select(Consent)
        .join(Conversation, Conversation.code == Consent.code)
        .where(Conversation.person_id == person_id, Consent.at >= Conversation.opened_at)
        .where(Consent.purpose.in_(NAMELESS))
    )
    return list(session.execute(found).scalars())


def _delete(session: Session, ids: Iterable[str]) -> None:
    ids = list(ids)
    if not ids:
        return
    session.flush()
    for table in reversed(Base.metadata.sorted_tables):
        for key in table.foreign_keys:
            if key.column.table is Consent.__table__:
                session.execute(delete(table).where(key.parent.in_(ids)))
    session.execute(delete(Consent).where(Consent.id.in_(ids)).execution_options(synchronize_session="fetch"))
