"""The night: what was said, by whom and from where is erased, and nothing can bring it back (DESIGN 5.8).

Erased: conversations that have ended, once a night has passed over them; every one 24 hours after its last
message. Kept: an open red, until a person closes it; another open handoff, until the second day with
operators is over and at most seven days (`unanswered.py`). What was kept of a person goes with their last
conversation; the files on the disk go after their rows (`night.py`). What somebody agreed to has its own end
date (`consent.py`). Who asks for it is erased at once: the texts in that very moment, the address as soon as
the receipt has reached them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, func, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql import Select

from linea import alerts, consent, people, presence, slots
from linea.codes import new_id
from linea.conversations import TEAM
from linea.inbox import forget_repeats
from linea.keys import Keys
from linea.store.models import (
    Alert,
    Candidate,
    Conversation,
    Erasure,
    Handoff,
    InboxRow,
    MediaRow,
    OptionRow,
    OutboxRow,
    Page,
    Person,
    UnreadBody,
)
from linea.takeovers import OUTSIDERS

NIGHT = time(3, 0)  # in the line's own time zone
LIFETIME = timedelta(hours=24)
OPEN_HANDOFF_LIFETIME = timedelta(days=7)
ON_ITS_WAY = ("queued", "sending", "uncertain")
BATCH = 100  # conversations in one transaction, so that a webhook never waits long


@dataclass
class Counts:
    """What one erasure did, in numbers only."""

    conversations: int = 0
    messages: int = 0
    files: int = 0  # that people had sent
    people: int = 0
    unread_bodies: int = 0
    repeats: int = 0
    consents: int = 0  # that came to their end, with what was kept for them
    unanswered: int = 0  # handoffs erased though nobody had closed them
    open_reds: int = 0  # kept, and older than a day: a person must look
    more: bool = field(default=False, repr=False)


def last_night(now: datetime, zone: ZoneInfo) -> datetime:
    """The most recent moment at which a night began."""
    local = now.astimezone(zone)
    night = datetime.combine(local.date(), NIGHT, zone)
    return night if night <= local else night - timedelta(days=1)


def erase_due(session: Session, now: datetime, night: datetime) -> Counts:
    """Erase one batch of what is due; `more` says that another batch is. Safe to repeat after a crash."""
    counts = Counts()
    ids = [row.id for row in session.execute(_due(now, night).limit(BATCH + 1))]
    counts.more = len(ids) > BATCH
    ids = ids[:BATCH]
    _erase(session, ids, counts)
    counts.unread_bodies = _deleted(
        session.execute(delete(UnreadBody).where(UnreadBody.received_at < now - LIFETIME))
    )
    counts.repeats = forget_repeats(session, now)
    presence.forget(session, now)
    counts.consents = consent.erase_expired(session, now) + _half_candidates(session, now)
    slots.forget(session, now)
    counts.people += _forget_nobodies(session)
    counts.open_reds = session.execute(
        select(func.count())
        .select_from(Handoff)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Handoff.closed_at.is_(None), Handoff.colour == "red", Handoff.opened_at < now - LIFETIME)
        .where(Conversation.audience == TEAM)
    ).scalar_one()
    return counts


def erase_person(session: Session, keys: Keys, person_id: str, now: datetime) -> bool:
    """Erase at once all that was said with a person, and all they agreed to; they asked for it.

    True if the rest goes too, as soon as the line has told them. False if a conversation stays, with code,
    colour and address and not a word in it, until a person closes it: an open red, or one an operator has.
    """
    theirs = list(
        session.execute(
            select(Conversation).where(Conversation.person_id == person_id).with_for_update()
        ).scalars()
    )
    session.flush()
    _erase_texts(session, [conversation.id for conversation in theirs])
    consent.withdraw(session, keys, person_id)
    whole = True
    for conversation in theirs:
        conversation.events, conversation.asking, conversation.due_at = None, None, None
        conversation.lease_owner = conversation.lease_until = None  # a turn in flight writes nothing back
        conversation.erase_asked_at = conversation.erase_asked_at or now
        conversation.erased_at = now
        open_ones = session.execute(
            select(Handoff).where(Handoff.conversation_id == conversation.id, Handoff.closed_at.is_(None))
        ).scalars()
        standing = open_ones.first()
        if standing is not None and (conversation.mode == "human" or conversation.colour == "red"):
            whole = False
            continue
        if standing is not None:
            session.delete(standing)
        alerts.close(session, conversation.id, now)
        conversation.mode, conversation.ended_at = "bot", conversation.ended_at or now
    session.flush()
    return whole


def asked(session: Session, now: datetime, since: datetime | None) -> bool:
    """Whether something must be cleared now because somebody asked for it: after `since`, or what is left."""
    fresh = true() if since is None else Conversation.erased_at >= since
    found = select(Conversation.id).where(Conversation.erased_at.isnot(None), or_(fresh, _may_go()))
    return session.execute(found.limit(1)).first() is not None


def receipt(session: Session, counts: Counts, started: datetime, finished: datetime) -> None:
    """Keep what an erasure did: counts, no names."""
    values = {name: value for name, value in vars(counts).items() if name != "more"}
    session.add(Erasure(id=new_id(), started_at=started, finished_at=finished, counts=values))


def _due(now: datetime, night: datetime) -> Select:
    unanswered = (
        select(InboxRow.number)
        .where(InboxRow.conversation_id == Conversation.id, InboxRow.for_operator.is_(True))
        .exists()
    )
    # Who speaks from outside never closes a chat: it is kept only for what they have left unanswered.
    young = and_(
        Handoff.opened_at > now - OPEN_HANDOFF_LIFETIME,
        or_(Handoff.lives_until.is_(None), Handoff.lives_until > now),
        or_(Handoff.operator.is_(None), Handoff.operator.notin_(OUTSIDERS), unanswered),
    )
    kept_handoff = (
        select(Handoff.id)
        .where(Handoff.conversation_id == Conversation.id, Handoff.closed_at.is_(None))
        .where(or_(Handoff.colour == "red", young))
        .exists()
    )
    unhandled = (
        select(InboxRow.number)
        .where(InboxRow.conversation_id == Conversation.id, InboxRow.state.in_(("new", "waiting")))
        .exists()
    )
    passed = and_(Conversation.ended_at.isnot(None), Conversation.opened_at < night, _may_go())
    old = Conversation.last_inbound_at < now - LIFETIME
    wanted = and_(Conversation.erased_at.isnot(None), _may_go())
    return select(Conversation.id).where(or_(passed, old, wanted), ~kept_handoff, ~unhandled)


def _may_go() -> Any:
    """Nobody of the team is still needed in a conversation, and nothing is on its way to the person."""
    open_handoff = (
        select(Handoff.id)
        .where(Handoff.conversation_id == Conversation.id, Handoff.closed_at.is_(None))
        .exists()
    )
    on_its_way = (
        select(OutboxRow.number)
        .where(OutboxRow.conversation_id == Conversation.id, OutboxRow.state.in_(ON_ITS_WAY))
        .exists()
    )
    return and_(~open_handoff, ~on_its_way)


def _erase_texts(session: Session, ids: list[str]) -> None:
    """Every word of these conversations, files and all, but a safety text that has not reached them yet."""
    unsent_safety = and_(OutboxRow.safety.is_(True), OutboxRow.state.in_(ON_ITS_WAY))
    theirs = select(InboxRow.number).where(InboxRow.conversation_id.in_(ids))
    for statement in (
        delete(MediaRow).where(or_(MediaRow.conversation_id.in_(ids), MediaRow.inbox_number.in_(theirs))),
        delete(OptionRow).where(OptionRow.conversation_id.in_(ids)),
        delete(OutboxRow).where(OutboxRow.conversation_id.in_(ids), ~unsent_safety),
        delete(InboxRow).where(InboxRow.conversation_id.in_(ids)),
    ):
        session.execute(statement.execution_options(synchronize_session="fetch"))


def _half_candidates(session: Session, now: datetime) -> int:
    """Who began to be put on a list and did not come to the end is on none."""
    found = select(Candidate.consent_id).where(Candidate.complete.is_(False), Candidate.at < now - LIFETIME)
    ids = session.execute(found).scalars().all()
    for consent_id in ids:
        consent.end(session, consent_id)
    return len(ids)


def _erase(session: Session, ids: list[str], counts: Counts) -> None:
    if not ids:
        return
    persons = [
        row.person_id
        for row in session.execute(select(Conversation.person_id).where(Conversation.id.in_(ids)).distinct())
    ]
    awaited = or_(Handoff.operator.is_(None), Handoff.operator.notin_(OUTSIDERS))
    counts.unanswered = _deleted(
        session.execute(
            delete(Handoff).where(Handoff.conversation_id.in_(ids), Handoff.closed_at.is_(None), awaited)
        )
    )
    session.execute(delete(Handoff).where(Handoff.conversation_id.in_(ids)))
    called = select(Alert.id).where(Alert.conversation_id.in_(ids))
    session.execute(
        delete(Page).where(Page.alert_id.in_(called)).execution_options(synchronize_session=False)
    )
    session.execute(delete(Alert).where(Alert.conversation_id.in_(ids)))
    theirs = select(InboxRow.number).where(InboxRow.conversation_id.in_(ids))
    counts.files = _deleted(
        session.execute(
            delete(MediaRow)
            .where(or_(MediaRow.conversation_id.in_(ids), MediaRow.inbox_number.in_(theirs)))
            .execution_options(synchronize_session=False)
        )
    )
    session.execute(delete(OptionRow).where(OptionRow.conversation_id.in_(ids)))
    for table in (OutboxRow, InboxRow):
        counts.messages += _deleted(session.execute(delete(table).where(table.conversation_id.in_(ids))))
    counts.conversations = _deleted(session.execute(delete(Conversation).where(Conversation.id.in_(ids))))
    for person_id in persons:
        if not session.execute(
            select(Conversation.id).where(Conversation.person_id == person_id).limit(1)
        ).first():
            people.forget(session, person_id)
            counts.people += 1


def _forget_nobodies(session: Session) -> int:
    """People left without any conversation (an erasure that died half-way leaves none, but nobody stays)."""
    nobody = select(Person.id).where(~Person.id.in_(select(Conversation.person_id))).limit(BATCH)
    ids = [row.id for row in session.execute(nobody)]
    for person_id in ids:
        people.forget(session, person_id)
    return len(ids)


def _deleted(result: Any) -> int:
    return int(result.rowcount)
