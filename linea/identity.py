"""Who writes may be somebody else now: a new number, a new user id, WhatsApp installed anew (DESIGN 5.1).

A telephone changes hands, is lent or taken away. So nothing goes from one address to another by itself:
a person of the team decides who it is, and until then the new number is a stranger's.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from linea import appointments, consent, conversations, outbox, people
from linea.codes import new_id
from linea.keys import Keys
from linea.messages import IdentityChange, Sender
from linea.store.models import (
    Conversation,
    IdentityRow,
    InboxRow,
    MediaRow,
    OptionRow,
    OutboxRow,
    Person,
)

REASONS = {"number": "number_changed", "user_id": "identity_changed", "device": "identity_changed"}
TOLD = {
    "number": "WhatsApp avisa que cambió de número",
    "user_id": "WhatsApp avisa que cambió de número o de cuenta",
    "device": "WhatsApp avisa que instaló la aplicación otra vez o cambió de teléfono",
}


class IdentityError(Exception):
    """What an operator asked for cannot be done; the message is a Spanish sentence for them."""


@dataclass(frozen=True)
class Pending:
    """One change nobody has decided on: what, when, and the conversations that the new address has begun."""

    change: str
    at: datetime
    codes: tuple[str, ...]


def changed(session: Session, keys: Keys, change: IdentityChange, now: datetime) -> bool:
    """Put a change before a person, and take back what the assistant has not sent yet.

    False, and nothing done, if nobody is known by the old address: the caller keeps the notice unread.
    """
    consent.freeze(session, keys, change.before, now)
    person_id = people.find(session, keys, change.before)
    conversation = _latest(session, person_id, change.channel)
    if person_id is None or conversation is None:
        return False
    if _known_already(session, keys, person_id, change):
        return True
    row_id = new_id()
    session.add(
        IdentityRow(
            id=row_id,
            person_id=person_id,
            change=change.change,
            before=keys.encrypt(json.dumps(asdict(change.before)), row_id),
            after=keys.encrypt(json.dumps(asdict(change.after)), row_id) if change.after else None,
            at=change.at or now,
        )
    )
    session.execute(update(Person).where(Person.id == person_id).values(identity_changed_at=now))
    outbox.cancel_unsent(session, conversation.id, now)
    conversations.needs_person(session, conversation, REASONS[change.change], now)
    return True


def note(session: Session, conversation_id: str) -> str | None:
    """What an operator must know before writing in this conversation; None if nothing is undecided."""
    found = session.execute(
        select(IdentityRow.change, Conversation.code)
        .join(Conversation, Conversation.person_id == IdentityRow.person_id)
        .where(Conversation.id == conversation_id, IdentityRow.decided_at.is_(None))
        .order_by(IdentityRow.at.desc())
    ).first()
    if found is None:
        return None
    return (
        f"{TOLD[found.change]}: quizá ya no es la misma persona. No escribas nada privado hasta saberlo. "
        f"Cómo seguir: linea identity {found.code}"
    )


def pending(session: Session, keys: Keys, code: str) -> list[Pending]:
    """The undecided changes of the person of a conversation, the oldest first.

    Raises IdentityError if there is no such conversation (any more).
    """
    person_id = str(_conversation(session, code).person_id)
    waiting = []
    for row in _undecided(session, person_id):
        newcomer = _newcomer(session, keys, row)
        codes = select(Conversation.code).where(Conversation.person_id == newcomer)
        begun = session.execute(codes.order_by(Conversation.opened_at)).scalars().all()
        waiting.append(Pending(row.change, row.at, () if newcomer is None else tuple(begun)))
    return waiting


def decide(session: Session, keys: Keys, code: str, same: bool, operator: str, now: datetime) -> int:
    """What a person of the team found out about the person of a conversation; how many changes that settles.

    `same`: the new address is theirs, and what was begun from it joins what they said before. Else none of
    their old addresses is theirs any more: nothing goes there, and whoever writes from one is somebody new.
    Raises IdentityError if there is nothing to decide.
    """
    conversation = _conversation(session, code)
    person_id = str(conversation.person_id)
    rows = _undecided(session, person_id)
    if not rows:
        raise IdentityError(f"En {code} no hay ningún cambio por decidir.")
    for row in rows:
        if same and row.after is not None:
            _join(session, keys, row, now)
        after = _sender(keys, row.after, row.id) if row.after is not None else None
        before = _sender(keys, row.before, row.id)
        consent.settle(session, keys, before, after, same)
        appointments.follow(session, keys, before, after if same else None)
        row.decided_at, row.same, row.operator = now, same, operator
    session.execute(update(Person).where(Person.id == person_id).values(identity_changed_at=None))
    if not same:
        outbox.cancel_unsent(session, conversation.id, now)
        people.release(session, person_id)
    session.flush()
    return len(rows)


def _join(session: Session, keys: Keys, row: IdentityRow, now: datetime) -> None:
    person_id, newcomer = str(row.person_id), _newcomer(session, keys, row)
    if newcomer is not None:
        for theirs in _open(session, newcomer):
            ours = next((c for c in _open(session, person_id) if c.channel == theirs.channel), None)
            if ours is not None:
                _pour(session, theirs, ours, now)
        session.flush()
        people.join(session, newcomer, person_id)
    people.give(session, keys, person_id, _sender(keys, row.after, row.id))


def _pour(session: Session, theirs: Conversation, ours: Conversation, now: datetime) -> None:
    """All that was said in one conversation goes into another, as if it had been said there."""
    for table in (InboxRow, OutboxRow, OptionRow, MediaRow):
        session.execute(
            update(table)
            .where(table.conversation_id == theirs.id)
            .values(conversation_id=ours.id)
            .execution_options(synchronize_session="fetch")
        )
    conversations.raise_colour(ours, theirs.colour, theirs.urgency)
    if theirs.audience == conversations.PROTECTION:
        conversations.protect(session, ours, now)
    conversations.needs_person(session, ours, "joined", now)
    held, standing = (conversations.standing_handoff(session, each.id) for each in (theirs, ours))
    if held is not None:
        held.closed_at = now
        if held.operator is not None and standing is not None and standing.operator is None:
            standing.operator, standing.taken_at, ours.mode = held.operator, now, "human"
    ours.last_inbound_at = max(ours.last_inbound_at, theirs.last_inbound_at)
    ours.due_at = now
    theirs.mode, theirs.ended_at = "bot", now
    theirs.due_at = theirs.lease_owner = theirs.lease_until = None


def _newcomer(session: Session, keys: Keys, row: IdentityRow) -> str | None:
    """Whoever writes from the new address, if that is another person so far."""
    if row.after is None:
        return None
    found = people.find(session, keys, _sender(keys, row.after, row.id))
    return None if found == row.person_id else found


def _sender(keys: Keys, sealed: bytes, row_id: str) -> Sender:
    return Sender(**json.loads(keys.decrypt(sealed, row_id)))


def _known_already(session: Session, keys: Keys, person_id: str, change: IdentityChange) -> bool:
    """Whether it is already before a person: WhatsApp tells of a new user id in two ways."""
    if change.after is None or change.after.bsuid is None:
        return False
    rows = [row for row in _undecided(session, person_id) if row.change == change.change and row.after]
    return any(_sender(keys, row.after, row.id).bsuid == change.after.bsuid for row in rows)


def _undecided(session: Session, person_id: str) -> list[IdentityRow]:
    rows = select(IdentityRow).where(IdentityRow.person_id == person_id, IdentityRow.decided_at.is_(None))
    return list(session.execute(rows.order_by(IdentityRow.at)).scalars())


def _open(session: Session, person_id: str) -> list[Conversation]:
    found = select(Conversation).where(Conversation.person_id == person_id, Conversation.ended_at.is_(None))
    return list(session.execute(found.with_for_update()).scalars())


def _latest(session: Session, person_id: str | None, channel: str) -> Conversation | None:
    found: Conversation | None = (
        session.execute(
            select(Conversation)
            .where(Conversation.person_id == person_id, Conversation.channel == channel)
            .order_by(Conversation.ended_at.isnot(None), Conversation.opened_at.desc())
        )
        .scalars()
        .first()
    )
    return found


def _conversation(session: Session, code: str) -> Conversation:
    found: Conversation | None = session.execute(
        select(Conversation).where(Conversation.code == code.strip().upper())
    ).scalar_one_or_none()
    if found is None:
        raise IdentityError(f"No hay ninguna conversación {code}.")
    return found
