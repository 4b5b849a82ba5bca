"""A conversation from its opening to its end: its colour, and that a person is needed in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from linea import media
from linea.codes import new_code, new_id
from linea.messages import OUTSIDERS
from linea.store.models import Conversation, Handoff

SILENCE = timedelta(minutes=60)  # after this the conversation has ended (DESIGN 5.8)
COLOURS = ("none", "green", "yellow", "red")
# As Rasa's own `action_deactivate_loop` leaves a form (rasa/core/actions/action.py).
LEAVE_FORM = (
    {"event": "active_loop", "name": None},
    {"event": "slot", "name": "requested_slot", "value": None},
)
URGENCIES = ("none", "appointment", "today", "now")
TEAM, PROTECTION = "team", "protection"  # who may see a conversation (DESIGN 5.6)

# Built once: building one of these costs SQLAlchemy several times what running it costs.
_OPEN = (
    select(Conversation.id, Conversation.mode, Conversation.due_at, Conversation.last_inbound_at)
    .where(
        Conversation.person_id == bindparam("its_person"), Conversation.channel == bindparam("its_channel")
    )
    .where(Conversation.ended_at.is_(None))
)
_HOLDER = (
    select(Handoff.operator, Conversation.audience)
    .join(Conversation, Conversation.id == Handoff.conversation_id)
    .where(Conversation.person_id == bindparam("its_person"), Conversation.mode == "human")
    .where(Handoff.closed_at.is_(None), Handoff.operator.isnot(None))
    .where(Handoff.operator.notin_(OUTSIDERS.values()))  # they have one channel and see no other
    .order_by(Conversation.audience)  # protection before the team
)
_CODE_TAKEN = select(Conversation.id).where(Conversation.code == bindparam("its_code"))
_NEW = insert(Conversation.__table__)


def current(session: Session, person_id: str, channel: str, now: datetime) -> str:
    """The id of the conversation a new message of this person belongs to, opened if there is none.

    One in which a message or the person is still waiting is not over, however long ago that was.
    """
    row = session.execute(_OPEN, {"its_person": person_id, "its_channel": channel}).first()
    if row is not None:
        silent = row.mode == "bot" and row.due_at is None and row.last_inbound_at <= now - SILENCE
        if not silent:
            return str(row.id)
        session.execute(update(Conversation).where(Conversation.id == row.id).values(ended_at=now))
    holder = _holder(session, person_id)
    conversation_id, code = new_id(), new_code()
    while session.execute(_CODE_TAKEN, {"its_code": code}).first():
        code = new_code()
    session.execute(
        _NEW,
        {
            "id": conversation_id,
            "code": code,
            "person_id": person_id,
            "channel": channel,
            "mode": "human" if holder else "bot",
            "audience": holder.audience if holder else TEAM,
            "opened_at": now,
            "last_inbound_at": now,
        },
    )
    if holder:  # whoever speaks with them on one channel has them on the other too
        values = {"conversation_id": conversation_id, "reason": "other_channel", "operator": holder.operator}
        session.add(Handoff(id=new_id(), opened_at=now, taken_at=now, **values))
        session.flush()
    return conversation_id


def end_silent(session: Session, now: datetime) -> int:
    """End the conversations nobody wrote in for an hour and nobody waits in; how many."""
    result = session.execute(
        update(Conversation)
        .where(Conversation.ended_at.is_(None), Conversation.mode == "bot", Conversation.due_at.is_(None))
        .where(Conversation.last_inbound_at < now - SILENCE)
        .values(ended_at=now)
    )
    return int(result.rowcount)


def raise_colour(conversation: Conversation, colour: str, urgency: str) -> None:
    """Colour and urgency go up, never down."""
    conversation.colour = max(conversation.colour, colour, key=COLOURS.index)
    conversation.urgency = max(conversation.urgency, urgency, key=URGENCIES.index)


def leave_form(conversation: Conversation) -> None:
    """Whatever the assistant was asking for is asked no more: this is no moment for it (DESIGN 5.5).

    A turn in flight writes nothing any more.
    """
    conversation.asking = None
    loops = [event["name"] for event in conversation.events or () if event["event"] == "active_loop"]
    if loops and loops[-1] is not None:
        conversation.events = [*conversation.events, *LEAVE_FORM]
    conversation.lease_owner = conversation.lease_until = None


def standing_handoff(session: Session, conversation_id: str) -> Handoff | None:
    """The handoff that is open in a conversation, if a person is awaited or has it."""
    found: Handoff | None = session.execute(
        select(Handoff).where(Handoff.conversation_id == conversation_id, Handoff.closed_at.is_(None))
    ).scalar_one_or_none()
    return found


def needs_person(session: Session, conversation: Conversation, reason: str, now: datetime) -> bool:
    """Put a conversation before a person; False if one already waits or has it.

    One that had ended is opened again, unless the person has begun another, so that what they write
    next joins it.
    """
    standing = standing_handoff(session, conversation.id)
    if standing is not None:
        standing.colour = max(standing.colour, conversation.colour, key=COLOURS.index)
        return False
    media.want(session, conversation.id, now)
    session.add(
        Handoff(
            id=new_id(),
            conversation_id=conversation.id,
            reason=reason,
            colour=conversation.colour,
            opened_at=now,
        )
    )
    if conversation.mode == "bot":
        conversation.mode = "waiting"
    if conversation.ended_at is not None and not _successor(session, conversation):
        conversation.ended_at = None
    session.flush()
    return True


def protect(session: Session, conversation: Conversation, now: datetime) -> bool:
    """What is told here is about the team itself: from now on only the role of protection sees it.

    Who had the chat has it no longer, and the assistant says no more of the team's queue in it. False if it
    was so already.
    """
    if conversation.audience == PROTECTION:
        return False
    needs_person(session, conversation, "staff_abuse", now)
    standing = standing_handoff(session, conversation.id)
    if standing is not None:
        standing.reason, standing.colour = "staff_abuse", conversation.colour
        standing.operator = standing.taken_at = None
    conversation.unanswered_red_at = None
    conversation.mode, conversation.audience, conversation.waiting_told = "waiting", PROTECTION, True
    session.flush()
    return True


def is_held(session: Session, conversation: Conversation) -> bool:
    """Whether an operator is speaking with the person now, in this conversation or in another of theirs."""
    held = select(Conversation.id).where(Conversation.person_id == conversation.person_id)
    return session.execute(held.where(Conversation.mode == "human")).first() is not None


def _holder(session: Session, person_id: str) -> Any:
    """The operator who has a person now, on any channel, and for whom; None if nobody has."""
    return session.execute(_HOLDER, {"its_person": person_id}).first()


def _successor(session: Session, conversation: Conversation) -> bool:
    found = session.execute(
        select(Conversation.id)
        .where(Conversation.person_id == conversation.person_id, Conversation.channel == conversation.channel)
        .where(Conversation.ended_at.is_(None))
    ).first()
    return found is not None
