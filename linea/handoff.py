"""Handing a conversation to a person and getting it back: who may speak is decided here alone.

`bot`: the assistant answers. `waiting`: it goes on answering bank questions while a person is awaited.
`human`: the line sends nothing (DESIGN 5.2), with the one exception of DESIGN 5.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from linea import alerts, describe, identity, media, numbered, optout, outbox, takeovers
from linea.conversations import COLOURS, PROTECTION, TEAM, current, needs_person, standing_handoff
from linea.keys import Keys
from linea.messages import Body
from linea.store.models import Conversation, Handoff, InboxRow, MediaRow, OutboxRow, UnreadBody

ERASED_FAREWELL = "utter_erased_closed"


class HandoffError(Exception):
    """What an operator asked for cannot be done; the message is a Spanish sentence for them."""


@dataclass(frozen=True)
class Waiting:
    """One row of the queue, for an operator's eyes."""

    code: str
    channel: str
    colour: str
    urgency: str
    reason: str
    operator: str | None
    since: datetime
    last_inbound_at: datetime
    unanswered: int
    first_words: str
    note: str | None  # that this may be somebody else now
    asked_erase: bool  # they wrote BORRAR


@dataclass(frozen=True)
class Spoken:
    """One message of a conversation, as an operator reads it. `who`: person, bot, line or an operator."""

    at: datetime
    who: str
    text: str
    state: str


def take(session: Session, code: str, operator: str, now: datetime, audience: str = TEAM) -> str:
    """Give the conversation `code` to `operator`; its id.

    Unsent bot messages are taken back, and what the assistant was about to answer is the operator's.
    Whoever has it outside the line cannot give it to anybody here: it is taken from them.
    `audience`: for whom the operator works. Raises HandoffError if there is none of that code, another
    operator has it, or the person has begun another one since: they would be read there and answered here.
    """
    conversation = find(session, code, audience)
    needs_person(session, conversation, "taken", now)
    if conversation.ended_at is not None:
        raise HandoffError(f"{code} ya terminó y la persona empezó otra conversación: toma esa.")
    won = session.execute(
        update(Handoff)
        .where(Handoff.conversation_id == conversation.id, Handoff.closed_at.is_(None))
        .where(or_(Handoff.operator.is_(None), Handoff.operator.in_(takeovers.OUTSIDERS)))
        .values(operator=operator, taken_at=now)
    )
    if won.rowcount == 0:
        holder = session.execute(
            select(Handoff.operator).where(
                Handoff.conversation_id == conversation.id, Handoff.closed_at.is_(None)
            )
        ).scalar_one()
        if holder != operator:
            raise HandoffError(f"{code} ya la tiene {holder}.")
    outbox.cancel_unsent(session, conversation.id, now)
    alerts.close(session, conversation.id, now)
    _take_from_assistant(session, conversation)
    for other in _elsewhere(session, conversation):  # who has a person has them on every channel
        needs_person(session, other, "other_channel", now)
        standing = standing_handoff(session, other.id)
        if standing is not None and standing.operator is None:
            standing.operator, standing.taken_at = operator, now
            _take_from_assistant(session, other)
    return str(conversation.id)


def reply(
    session: Session,
    keys: Keys,
    code: str,
    operator: str,
    bodies: Sequence[Body],
    now: datetime,
    audience: str = TEAM,
) -> list[str]:
    """Send an operator's words; the reply takes the conversation. The ids of the outgoing messages.

    Raises HandoffError as `take` does, and where the person asked to be written to no more; in danger they
    are written to all the same.
    """
    conversation = find(session, code, audience)
    if conversation.colour != "red" and optout.is_out(
        session, keys, conversation.person_id, conversation.channel
    ):
        raise HandoffError(f"{code} pidió que no le escriban más. Si vuelve a escribir, podrás responderle.")
    take(session, code, operator, now, audience)
    conversation.unanswered_red_at = None
    session.execute(
        update(InboxRow).where(InboxRow.conversation_id == conversation.id).values(for_operator=False)
    )
    return outbox.add(session, conversation, bodies, "operator", now, operator=operator)


def close(
    session: Session,
    keys: Keys,
    code: str,
    operator: str,
    farewell: Sequence[Body],
    now: datetime,
    audience: str = TEAM,
) -> None:
    """End the conversation and give the person back to the assistant, which answers their next message
    and any that nobody has handled yet.

    Raises HandoffError if there is none of that code, it had been closed, or another operator has it.
    """
    conversation = find(session, code, audience)
    standing = standing_handoff(session, conversation.id)
    if standing is None and conversation.ended_at is not None:
        raise HandoffError(f"{code} ya estaba cerrada.")
    if standing is not None and standing.operator not in (None, operator, *takeovers.OUTSIDERS):
        raise HandoffError(f"{code} la tiene {standing.operator}: que la cierre o te la pase.")
    if standing is not None:
        standing.operator, standing.closed_at = operator, now
        standing.taken_at = standing.taken_at or now
    unwanted = optout.is_out(session, keys, conversation.person_id, conversation.channel)
    if conversation.ended_at is None and not unwanted:  # else the person is elsewhere by now
        outbox.add(session, conversation, farewell, "line", now, utter=outbox.FAREWELL)
    conversation.mode, conversation.ended_at = "bot", now
    conversation.unanswered_red_at = None
    alerts.close(session, conversation.id, now)
    session.execute(
        update(InboxRow).where(InboxRow.conversation_id == conversation.id).values(for_operator=False)
    )
    _carry_over(session, conversation, now)


def _elsewhere(session: Session, conversation: Conversation) -> list[Conversation]:
    """The other conversations that are open with the same person, for the same eyes."""
    others = select(Conversation).where(
        Conversation.person_id == conversation.person_id,
        Conversation.id != conversation.id,
        Conversation.ended_at.is_(None),
        Conversation.audience == conversation.audience,
    )
    return list(session.execute(others).scalars())


def _take_from_assistant(session: Session, conversation: Conversation) -> None:
    """What waits for the assistant is the operator's, and a turn in flight writes nothing any more."""
    conversation.mode = "human"
    session.execute(
        update(InboxRow)
        .where(InboxRow.conversation_id == conversation.id, InboxRow.state == "waiting")
        .values(state="done", outcome="human", for_operator=True)
    )
    conversation.lease_owner = conversation.lease_until = None


def _carry_over(session: Session, conversation: Conversation, now: datetime) -> None:
    """What nobody has handled in a conversation that ends is the beginning of the next one."""
    left = [InboxRow.conversation_id == conversation.id, InboxRow.state.in_(("new", "waiting"))]
    session.flush()
    if session.execute(select(InboxRow.number).where(*left).limit(1)).first() is None:
        return
    following = current(session, conversation.person_id, conversation.channel, now)
    session.execute(update(InboxRow).where(*left).values(conversation_id=following))
    media.follow(session, conversation.id)
    same = {"due_at": now, "audience": conversation.audience}
    session.execute(update(Conversation).where(Conversation.id == following).values(**same))
    conversation.lease_owner = conversation.lease_until = conversation.due_at = None


def asked_erase(session: Session, conversation_id: str) -> bool:
    """Whether the person of a conversation wrote BORRAR, confirmed or not."""
    asked = select(Conversation.erase_asked_at).where(Conversation.id == conversation_id)
    return session.execute(asked).scalar_one() is not None


def farewell(session: Session, code: str, audience: str = TEAM) -> str:
    """The line that is said at the end of a conversation: to who wrote BORRAR, that all of it is erased.

    Raises HandoffError if there is none of that code.
    """
    return outbox.FAREWELL if find(session, code, audience).erased_at is None else ERASED_FAREWELL


def queue(session: Session, now: datetime, audience: str = TEAM) -> list[Waiting]:
    """Who waits for a person or is with one: red first, then yellow, then who has waited longest.

    What was told of the team itself is in the queue of `protection` alone (DESIGN 5.6).
    """
    unanswered = (
        select(InboxRow.conversation_id, func.count().label("n"), func.min(InboxRow.number).label("first"))
        .where(InboxRow.for_operator.is_(True))
        .group_by(InboxRow.conversation_id)
        .subquery()
    )
    rows = session.execute(
        select(Handoff, Conversation, unanswered.c.n, InboxRow)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .outerjoin(unanswered, unanswered.c.conversation_id == Conversation.id)
        .outerjoin(InboxRow, InboxRow.number == unanswered.c.first)
        .where(Handoff.closed_at.is_(None), Conversation.audience == audience)
    ).all()
    waiting = [
        Waiting(
            code=conversation.code,
            channel=conversation.channel,
            colour=conversation.colour,
            urgency=conversation.urgency,
            reason=handoff.reason,
            operator=handoff.operator,
            since=handoff.opened_at,
            last_inbound_at=conversation.last_inbound_at,
            unanswered=count or 0,
            first_words=_shown(first, media.of(session, conversation.id)) if first else "",
            note=identity.note(session, conversation.id),
            asked_erase=conversation.erase_asked_at is not None,
        )
        for handoff, conversation, count, first in rows
    ]
    return sorted(waiting, key=lambda w: (-COLOURS.index(w.colour), w.operator is not None, w.since))


def unread(session: Session) -> int:
    """How many bodies nobody could read are kept for a person to look at."""
    return int(session.execute(select(func.count()).select_from(UnreadBody)).scalar_one())


def transcript(session: Session, conversation_id: str) -> list[Spoken]:
    """Everything said in a conversation, in the order in which it was said."""
    inbound = session.execute(select(InboxRow).where(InboxRow.conversation_id == conversation_id)).scalars()
    files = media.of(session, conversation_id)
    said = [Spoken(r.received_at, "person", _shown(r, files), r.state) for r in inbound]
    outbound = session.execute(
        select(OutboxRow).where(OutboxRow.conversation_id == conversation_id)
    ).scalars()
    said += [Spoken(r.created_at, r.operator or r.origin, _written(r), r.state) for r in outbound]
    return sorted(said, key=lambda spoken: spoken.at)


def _written(row: OutboxRow) -> str:
    """One message of ours as an operator reads it, with what could be chosen: else «1» tells them nothing."""
    return numbered.text(Body.from_json(row.body))


def _shown(row: InboxRow, files: Mapping[int, Sequence[MediaRow]]) -> str:
    """One message of a person as an operator reads it, files and places included."""
    return describe.shown(row.type, row.text, row.details, files.get(row.number, ()))


def find(session: Session, code: str, audience: str = TEAM) -> Conversation:
    """The conversation of a code. Raises HandoffError if there is none (any more) or it is for other eyes."""
    found = session.execute(
        select(Conversation).where(Conversation.code == code.strip().upper()).with_for_update()
    ).scalar_one_or_none()
    if found is None:
        raise HandoffError(f"No hay ninguna conversación {code}.")
    if found.audience != audience:
        other = "la atiende otra persona" if found.audience == PROTECTION else "es de la cola de todos"
        raise HandoffError(f"{code} {other}.")
    return found
