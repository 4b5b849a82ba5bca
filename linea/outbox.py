"""What is to be sent: one row per message, in order per person, honest about what became of it.

    queued -> sending -> accepted -> sent -> delivered -> read
                 |-> queued again (rejected before processing, or never connected)
                 |-> uncertain (bytes went out, no answer came) -> settled by a status; after ten
                 |   minutes without one unresolved: a person decides
                 '-> failed (for good) -> a person
    queued -> cancelled (somebody took the chat)

The pair limit is Meta's: one message in six seconds to one person, 45 at once borrowed from the future.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, and_, bindparam, delete, exists, insert, or_, select, true, update
from sqlalchemy.orm import Session, aliased

from linea import gsm7, numbered
from linea.codes import new_id
from linea.conversations import is_held, needs_person
from linea.messages import Body, Option, SendResult, Status
from linea.store.models import Conversation, Halt, OptionRow, OutboxRow, Person

RANK = {
    "queued": 0,
    "sending": 0,
    "uncertain": 0,
    "unresolved": 0,
    "accepted": 1,
    "sent": 2,
    "failed": 2,  # reports come in any order: what was delivered after all did not fail
    "delivered": 3,
    "read": 4,
}
PLAYED = {"played": "read"}  # a voice note that was played was read (Meta, November 2025)
REPORTS = frozenset({"accepted", "sent", "failed", "delivered", "read", *PLAYED})  # what a channel tells
PAIR_EVERY = timedelta(seconds=6)
PAIR_BURST = 45
SENDING_LEASE = timedelta(seconds=60)  # longer than any attempt; then its outcome is uncertain
UNCERTAIN_FOR = timedelta(minutes=10)  # time a status has to settle it (DESIGN 5.10)
SAFETY_UNCERTAIN_FOR = timedelta(seconds=60)  # only a red safety text goes out again by itself
PROBE_EVERY = timedelta(seconds=60)
FAREWELL = "utter_handoff_closed"  # closing an old chat
RECEIPT = "utter_erased"  # to somebody who had all erased: nothing is left to come back to
LAST_WORDS = (FAREWELL, RECEIPT, "utter_opted_out")  # when these do not arrive, nobody need come back
MAX_AGE = timedelta(hours=24)  # WhatsApp's window; after it nothing free-form is delivered

# Built once: building one of these costs SQLAlchemy several times what running it costs.
_TABLE = OutboxRow.__table__
_NEW = insert(_TABLE)
_NEW_OPTION = insert(OptionRow.__table__)
_HALTS = select(Halt)
_RESUME = delete(Halt.__table__).where(Halt.__table__.c.channel == bindparam("its_channel"))
_EARLIER = aliased(OutboxRow)
_WAITS = exists().where(
    _EARLIER.person_id == OutboxRow.person_id,
    _EARLIER.number < OutboxRow.number,
    _EARLIER.state.in_(("queued", "sending")),
)
_TO_SEND = (
    select(
        *(OutboxRow.number, OutboxRow.id, OutboxRow.person_id, OutboxRow.safety, OutboxRow.body),
        *(OutboxRow.attempts, Conversation.channel, Person.pair_at),
    )
    .join(Conversation, Conversation.id == OutboxRow.conversation_id)
    .join(Person, Person.id == OutboxRow.person_id)
    .where(OutboxRow.state == "queued", OutboxRow.next_at <= bindparam("now"))
    .where(Conversation.channel.notin_(bindparam("silent", expanding=True)))
    .where(or_(OutboxRow.safety.is_(True), ~_WAITS))
    .order_by(OutboxRow.safety.desc(), OutboxRow.number)
    .limit(bindparam("at_most", type_=Integer))
    .with_for_update(skip_locked=True, of=(OutboxRow, Person))
)
_CLAIM = (
    update(_TABLE)
    .where(_TABLE.c.number == bindparam("its_number"))
    .values(state="sending", sending_since=bindparam("now"), attempts=bindparam("attempt"))
)
_LATER = update(_TABLE).where(_TABLE.c.number == bindparam("its_number")).values(next_at=bindparam("at"))
_PAY = (
    update(Person.__table__)
    .where(Person.__table__.c.id == bindparam("its_person"))
    .values(pair_at=bindparam("at"))
)
_ITSELF = select(OutboxRow).where(OutboxRow.id == bindparam("its_id")).with_for_update()
_NEXT = select(OutboxRow.next_at).where(OutboxRow.state == "queued").order_by(OutboxRow.next_at).limit(1)
_BY_NAME = (
    select(OutboxRow.number, OutboxRow.state, OutboxRow.external_id, OutboxRow.settled_at)
    .where(or_(OutboxRow.id == bindparam("its_id"), OutboxRow.external_id == bindparam("its_external_id")))
    .with_for_update()
)
_FORWARD = (
    update(_TABLE)
    .where(_TABLE.c.number == bindparam("its_number"))
    .values(
        state=bindparam("new_state"), external_id=bindparam("new_external_id"), settled_at=bindparam("at")
    )
)


@dataclass(frozen=True)
class Sending:
    """A row claimed for one attempt."""

    id: str
    person_id: str
    channel: str
    body: Body
    attempt: int


def add(
    session: Session,
    conversation: Conversation,
    bodies: Iterable[Body],
    origin: str,
    now: datetime,
    *,
    utter: str | None = None,
    turn: int | None = None,
    safety: bool = False,
    operator: str | None = None,
) -> list[str]:
    """Queue messages to the person of `conversation`, in order; their ids.

    The payloads behind the options stay here; what travels is an opaque id that nobody can forge.
    """
    ids = []
    for body in bodies:
        row_id = new_id()
        ids.append(row_id)
        sms = conversation.channel == "sms"
        session.execute(
            _NEW,
            {
                "id": row_id,
                "person_id": conversation.person_id,
                "conversation_id": conversation.id,
                "turn": turn,
                "origin": origin,
                "operator": operator,
                "utter": utter,
                "safety": safety,
                "segments": gsm7.segments(numbered.text(body)) if sms else None,
                "body": _opaque(session, conversation.id, body).to_json(),
                "state": "queued",
                "next_at": now,
                "created_at": now,
                "settled_at": now,
            },
        )
    return ids


def _opaque(session: Session, conversation_id: str, body: Body) -> Body:
    options = []
    for option in body.options:
        option_id = new_id()
        named = {"conversation_id": conversation_id, "payload": option.id, "title": option.title}
        session.execute(_NEW_OPTION, {"id": option_id, **named})
        options.append(Option(option_id, option.title, option.description))
    return replace(body, options=tuple(options))


def claim(session: Session, now: datetime, limit: int) -> list[Sending]:
    """Take up to `limit` messages for sending now: the oldest of each person, safety texts before all.

    Skips whoever would break the pair limit, and a halted channel but for one probe a minute.
    """
    halted = {row.channel: row for row in session.execute(_HALTS).scalars()}
    silent = [channel for channel, halt in halted.items() if halt.probe_at > now]
    rows = session.execute(_TO_SEND, {"now": now, "silent": silent, "at_most": limit}).all()
    claimed = []
    for row in rows:
        if row.channel in halted and not _probe(halted[row.channel], now):
            continue
        limited = row.channel == "whatsapp" and not row.safety
        if limited and not _within_pair_limit(session, row, now):
            continue
        attempt = row.attempts + 1
        session.execute(_CLAIM, {"its_number": row.number, "now": now, "attempt": attempt})
        claimed.append(Sending(row.id, row.person_id, row.channel, Body.from_json(row.body), attempt))
    session.flush()
    return claimed


def _probe(halt: Halt, now: datetime) -> bool:
    if halt.probe_at > now:
        return False
    halt.probe_at = now + PROBE_EVERY
    return True


def _within_pair_limit(session: Session, row: Any, now: datetime) -> bool:
    paid_off = max(row.pair_at or now, now)
    room_at = paid_off - PAIR_EVERY * (PAIR_BURST - 1)
    if room_at > now:
        session.execute(_LATER, {"its_number": row.number, "at": room_at})
        return False
    session.execute(_PAY, {"its_person": row.person_id, "at": paid_off + PAIR_EVERY})
    return True


def record(session: Session, sending: Sending, result: SendResult, now: datetime) -> None:
    """Write down what one attempt brought. A late answer never takes back what a status already said."""
    row = session.execute(_ITSELF, {"its_id": sending.id}).scalar_one_or_none()
    if row is None or row.attempts != sending.attempt or row.state not in ("sending", "uncertain"):
        if row is not None and result.external_id and row.external_id is None:
            row.external_id = result.external_id
        return
    row.external_id = result.external_id or row.external_id
    row.error_code, row.detail = result.error_code, result.detail[:120] or None
    row.settled_at = now
    if result.outcome == "accepted":
        row.state = "accepted"
        session.execute(_RESUME, {"its_channel": sending.channel})
    elif result.outcome == "uncertain":
        row.state = "uncertain"
    elif result.outcome == "halt":
        _queue_again(session, row, now + PROBE_EVERY)
        _halt(session, sending.channel, result.error_code, now)
    elif result.outcome == "retry" and now - row.created_at < MAX_AGE:
        _queue_again(session, row, now + timedelta(seconds=result.retry_after or 1.0))
    else:
        _fail(session, row, now)


def _queue_again(session: Session, row: OutboxRow, at: datetime) -> None:
    """Another attempt at `at`, unless a person took the chat while this one was on its way."""
    conversation = session.get(Conversation, row.conversation_id)
    if row.origin != "operator" and not row.safety and is_held(session, conversation):
        row.state = "cancelled"
    else:
        row.state, row.next_at = "queued", at


def apply_status(session: Session, status: Status, now: datetime) -> bool:
    """Bring a message forward to what the channel reports; False if it is none of ours or nothing new."""
    found = session.execute(
        _BY_NAME, {"its_id": status.outbox_id, "its_external_id": status.external_id or None}
    ).first()
    if found is None:
        return False
    name = PLAYED.get(status.status, status.status)
    if name == "failed":
        if found.state == "failed" or RANK.get(found.state, 9) >= RANK["delivered"]:
            return False
        row = session.get(OutboxRow, found.number)
        row.external_id = row.external_id or status.external_id
        row.error_code, row.settled_at = status.error_code, now
        _fail(session, row, now)
        return True
    forward = name in RANK and RANK[name] > RANK.get(found.state, 9)
    if forward or found.external_id is None:
        reached = (
            {"new_state": name, "at": now} if forward else {"new_state": found.state, "at": found.settled_at}
        )
        named = found.external_id or status.external_id
        session.execute(_FORWARD, {"its_number": found.number, "new_external_id": named, **reached})
    return forward


def sweep(session: Session, now: datetime) -> int:
    """Settle what took too long: attempts nobody answers for, and uncertain ones without a status."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.state == "sending", OutboxRow.sending_since < now - SENDING_LEASE)
        .values(state="uncertain", settled_at=now)
    )
    old = and_(OutboxRow.state == "uncertain", OutboxRow.settled_at < now - UNCERTAIN_FOR)
    again = and_(
        OutboxRow.state == "uncertain",
        OutboxRow.safety.is_(True),
        OutboxRow.attempts < 2,
        OutboxRow.settled_at < now - SAFETY_UNCERTAIN_FOR,
    )
    rows = session.execute(select(OutboxRow).where(or_(old, again))).scalars().all()
    for row in rows:
        conversation = session.get(Conversation, row.conversation_id)
        held = conversation is not None and is_held(session, conversation)
        if row.safety and row.attempts < 2 and not held:
            row.state, row.next_at = "queued", now
        elif row.settled_at < now - UNCERTAIN_FOR:
            _fail(session, row, now, reason="uncertain")
    return len(rows)


def cancel_unsent(session: Session, conversation_id: str, now: datetime) -> int:
    """Take back what the assistant has not sent yet to the person of a conversation; how many.

    Also in one before it, such as its farewell, and on another channel. Safety texts and operators' words
    stay.
    """
    this, any_of_theirs = aliased(Conversation), aliased(Conversation)
    theirs = (
        select(any_of_theirs.id)
        .join(this, this.person_id == any_of_theirs.person_id)
        .where(this.id == conversation_id)
    )
    result = session.execute(
        update(OutboxRow)
        .where(OutboxRow.conversation_id.in_(theirs))
        .where(OutboxRow.state == "queued", OutboxRow.origin != "operator", OutboxRow.safety.is_(False))
        .values(state="cancelled", settled_at=now)
        .execution_options(synchronize_session="fetch")
    )
    return int(result.rowcount)


def send_again(session: Session, conversation_id: str, now: datetime) -> int:
    """Queue once more what failed or stayed without an answer in a conversation; how many.

    While an operator has the chat that is their own words and safety texts alone.
    """
    conversation = session.get(Conversation, conversation_id)
    held = conversation is not None and is_held(session, conversation)
    result = session.execute(
        update(OutboxRow)
        .where(OutboxRow.conversation_id == conversation_id)
        .where(OutboxRow.state.in_(("failed", "unresolved")))
        .where(or_(OutboxRow.origin == "operator", OutboxRow.safety.is_(True)) if held else true())
        .values(state="queued", next_at=now, settled_at=now, error_code=None, detail=None)
    )
    return int(result.rowcount)


def next_due(session: Session) -> datetime | None:
    """When the earliest queued message may go out."""
    found: Any = session.execute(_NEXT).scalar_one_or_none()
    return found


def _fail(session: Session, row: OutboxRow, now: datetime, reason: str = "undelivered") -> None:
    row.settled_at = now
    row.state = "unresolved" if reason == "uncertain" else "failed"
    if row.utter in LAST_WORDS:
        return
    conversation = session.get(Conversation, row.conversation_id)
    if conversation is not None:
        needs_person(session, conversation, reason, now)


def _halt(session: Session, channel: str, code: int | None, now: datetime) -> None:
    if session.get(Halt, channel) is None:
        session.add(Halt(channel=channel, code=code, since=now, probe_at=now + PROBE_EVERY))
        session.flush()
