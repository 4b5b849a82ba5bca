"""One turn after another: lease a conversation, ask the assistant, commit everything or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from linea import (
    appointments,
    bursts,
    choices,
    consent,
    context,
    effects,
    hours,
    optout,
    outbox,
    presence,
    rights,
    watch,
)
from linea.bank import Bank
from linea.compose import Picked, compose, merge
from linea.conversations import LEAVE_FORM, leave_form, needs_person
from linea.keys import Keys
from linea.messages import Body
from linea.on_call import Duty
from linea.steps import Step, reached
from linea.store.models import Conversation, InboxRow, OutboxRow
from linea.watch import NOBODY, Line

LEASE = timedelta(seconds=30)  # three times the longest turn
MAX_FAILURES = 3
SAME_AGAIN = timedelta(minutes=1)
# What is said of a file or a place that came without words; whatever else is answered by the last.
KEPT = {
    "image": "utter_photo_kept",
    "audio": "utter_voice_kept",
    "voice": "utter_voice_kept",
    "video": "utter_file_kept",
    "document": "utter_file_kept",
    "sticker": "utter_sticker_kept",
    "location": "utter_location_kept",
    "contacts": "utter_contacts_kept",
}
KEPT_OTHER, KEPT_BROKEN = "utter_not_understood_type", "utter_media_failed"
SPOKEN = ("audio", "voice")  # who speaks twice cannot write: a person listens
VOICE_KEPT, VOICE_NOBODY = "utter_voice_kept", "utter_voice_nobody"
VOICE_AGAIN = timedelta(minutes=10)  # who waits for a person is told no more often that nobody listens now
# Read as none of the bank's questions: to a picture with such words it is said that it is kept.
NOT_UNDERSTOOD = ("nlu_fallback", "out_of_scope", "not_in_bank")
KEPT_EVENTS = 100  # some twenty turns; every turn brings them all, and Rasa takes no more than 2 MB

# Built once: building one of these costs SQLAlchemy several times what running it costs.
FREE = or_(Conversation.lease_until.is_(None), Conversation.lease_until < bindparam("now"))
_ANY_NEW = select(InboxRow.number).where(InboxRow.state == "new").limit(1)
_ANY_DUE = select(Conversation.id).where(Conversation.due_at <= bindparam("now"), FREE).limit(1)
_DUE = (
    select(Conversation)
    .where(Conversation.due_at <= bindparam("now"), FREE)
    .order_by(Conversation.due_at)
    .limit(bindparam("at_most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_IN_IT = InboxRow.conversation_id == bindparam("its_conversation")
_WAITING = (
    select(InboxRow)
    .where(_IN_IT, InboxRow.state == "waiting")
    .order_by(InboxRow.number)
    .limit(bindparam("at_most", type_=Integer))
)
_ANY_UNHANDLED = select(InboxRow.number).where(_IN_IT, InboxRow.state.in_(("new", "waiting"))).limit(1)
_LEASED = select(Conversation).where(Conversation.id == bindparam("its_conversation")).with_for_update()
_INBOX = InboxRow.__table__
_DONE = (
    update(_INBOX)
    .where(_INBOX.c.number.in_(bindparam("rows", expanding=True)))
    .values(
        state="done",
        outcome=bindparam("new_outcome"),
        for_operator=or_(_INBOX.c.for_operator, bindparam("also_for_operator")),
    )
)


@dataclass(frozen=True)
class Turn:
    """One leased conversation with the message (or burst) to be answered."""

    worker: str
    fence: int
    conversation: str
    channel: str
    rows: tuple[int, ...]
    text: str | None
    payload: str | None  # behind a chosen option
    stop: bool  # they ask to be written to no more
    right: str | None  # the effect that a word about their own data asks for, whatever the assistant is doing
    kept: tuple[str, ...]  # the lines about what is no text in it
    spoken: bool  # a voice note is in it
    events: list[dict[str, Any]]
    context: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What the assistant answered: messages, new tracker events, effects, and how it read the words."""

    messages: Sequence[dict[str, Any]]
    events: Sequence[dict[str, Any]]
    effects: Sequence[dict[str, Any]]
    intent: str = ""
    suggestions: Sequence[str] = ()
    also: Sequence[str] = ()


def anything_due(session: Session, now: datetime) -> bool:
    """Whether a new message waits to be watched or a conversation to be answered; only looks."""
    return any(session.execute(query, {"now": now}).first() is not None for query in (_ANY_NEW, _ANY_DUE))


def prepare(
    session: Session, worker: str, now: datetime, limit: int, bank: Bank, burst: bool = False
) -> list[Turn]:
    """Lease up to `limit` conversations in which a message waits, the longest waiting first.

    `burst`: what one person sent close together is read as one; else every message is a turn.
    """
    if limit <= 0:
        return []
    due = session.execute(_DUE, {"now": now, "at_most": limit}).scalars()
    turns = []
    for conversation in due.all():
        turn = _lease(session, conversation, worker, now, bank, burst)
        if turn is not None:
            turns.append(turn)
    session.flush()
    return turns


def _lease(
    session: Session, conversation: Conversation, worker: str, now: datetime, bank: Bank, burst: bool
) -> Turn | None:
    room = bursts.room_at(conversation.reply_at, now)
    if room > now and conversation.mode != "human":  # a flood: what waits is read together then
        conversation.due_at = room
        return None
    which = {"its_conversation": conversation.id, "at_most": bursts.MOST if burst else 1}
    rows = session.execute(_WAITING, which).scalars().all()
    if not rows or conversation.mode == "human":
        for row in rows:
            row.state, row.outcome, row.for_operator = "done", "human", True
        if not _unhandled(session, conversation):
            conversation.due_at = None
        return None
    read = bursts.together(rows, conversation.channel)
    option = choices.chosen(session, read[0]) if len(read) == 1 else None
    text = option.title if option is not None else "\n".join(row.text for row in read if row.text) or None
    silent = [row for row in read if row.kind not in ("text", "option")]
    payload = option.payload if option is not None else None
    conversation.lease_owner, conversation.lease_until = worker, now + LEASE
    conversation.fence += 1
    return Turn(
        worker=worker,
        fence=conversation.fence,
        conversation=conversation.id,
        channel=conversation.channel,
        rows=tuple(row.number for row in read),
        text=text,
        payload=payload,
        right=rights.heard(session, conversation, text, payload),
        stop=option is None and optout.word(text or "", conversation.channel) == "stop",
        kept=tuple(dict.fromkeys(map(_kept_line, silent))),
        spoken=any(row.type in SPOKEN for row in silent),
        events=conversation.events or [],
        context=context.of(session, conversation, now, bank, media=bool(silent)),
    )


def _kept_line(row: InboxRow) -> str:
    return KEPT_BROKEN if (row.details or {}).get("failed") else KEPT.get(row.type, KEPT_OTHER)


def finish(
    session: Session,
    keys: Keys,
    turn: Turn,
    reply: Reply,
    bank: Bank,
    now: datetime,
    production: bool,
    duty: Duty = NOBODY,
) -> bool:
    """Commit a turn: events, messages, effects, mode and "done" together. `duty`: who can be called.

    False, and nothing written, if the lease is no longer ours or a person has taken the chat meanwhile.
    """
    conversation = _still_ours(session, turn)
    if conversation is None:
        return False
    if turn.kept and reply.intent in NOT_UNDERSTOOD:
        reply = replace(reply, messages=[{"utter": turn.kept[0]}], effects=())
    scene = effects.Scene(session, keys, conversation, now, bank, turn.text or "")
    done = effects.apply(scene, reply.effects)
    if done.red:
        _red(session, conversation, turn, reply, done.red, bank, duty, now)
        return True
    if done.line:
        reply = replace(reply, messages=[*(reply.messages if done.beside else ()), *done.messages()])
    elif not done.erased:
        reply = replace(reply, messages=[*reply.messages, *appointments.first_offer(scene).messages()])
    composed = compose(
        bank,
        Picked(reply.messages, reply.suggestions, reply.also, unseen=bool(turn.kept)),
        done.handover,
        channel=conversation.channel,
        mode=conversation.mode,
        notice_given=conversation.notice_given,
        waiting_told=conversation.waiting_told,
        child=conversation.child,
        now=now,
        production=production,
        anybody=lambda: presence.anybody(session, now),
    )
    conversation.reply_at = bursts.paid(conversation.reply_at, now)
    events = [*turn.events, *reply.events]
    if done.leaves or conversation.colour != turn.context["colour"]:  # or danger came up meanwhile
        events += LEAVE_FORM
    conversation.events = None if done.erased else recent(events)
    conversation.asking = composed.asked
    conversation.helped_at = now if composed.helped else conversation.helped_at
    if composed.asked == "profile":
        conversation.profile_asked_at = now
    conversation.notice_given = conversation.notice_given or composed.notice
    conversation.waiting_told = conversation.waiting_told or composed.told_waiting
    outbox.add(session, conversation, composed.bodies, "bot", now, utter=composed.utter, turn=turn.rows[0])
    if composed.handover:
        needs_person(session, conversation, composed.handover, now)
    reached(Step.TURN_IN_TRANSACTION)
    _done(session, turn, "answered", for_operator=bool(composed.handover))
    _release(session, conversation, now)
    return True


def _red(
    session: Session,
    conversation: Conversation,
    turn: Turn,
    reply: Reply,
    name: str,
    bank: Bank,
    duty: Duty,
    now: datetime,
) -> None:
    """A turn that turned out red goes the way of a message that the watch took for red."""
    conversation.events = recent([*turn.events, *reply.events])
    _done(session, turn, "red", for_operator=True)
    row = session.get(InboxRow, turn.rows[0])
    row.colour = "red"
    watch.red(session, row, conversation, name, bank.line, duty, now)
    _release(session, conversation, now)


def recent(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A conversation's tracker events as they are kept: the last turns, from a moment at which the assistant
    listened, and of what is older what still holds, the last value of each slot and the form it was in."""
    first = len(events) - KEPT_EVENTS
    while 0 < first < len(events) and events[first].get("name") != "action_listen":
        first += 1
    if first <= 0:
        return list(events)
    standing: dict[str, dict[str, Any]] = {}
    for event in events[:first]:
        if event["event"] in ("slot", "active_loop"):
            slot = event["name"] if event["event"] == "slot" else ""
            standing[f"{event['event']} {slot}"] = event
    return [*standing.values(), *events[first:]]


def finish_kept(session: Session, turn: Turn, line: Line, now: datetime, duty: Duty = NOBODY) -> bool:
    """Answer kindly what nobody has read (a photo, a place): kept, and a person can see it. The same is said
    once a minute, so that an album is answered once; to who waits for a person, once that they do.
    The second voice note goes to a person who can listen; while nobody can, that is said with the numbers."""
    conversation = _still_ours(session, turn)
    if conversation is None:
        return False
    name = turn.kept[0] if turn.kept else KEPT_OTHER
    unheard = VOICE_KEPT in turn.kept and not presence.anybody(session, now)
    if unheard:
        name = VOICE_NOBODY
    if conversation.mode == "waiting":
        if unheard and not _just_said(session, conversation, name, now, VOICE_AGAIN):
            _say(session, conversation, name, line, now, turn)
        elif not unheard and not conversation.waiting_told:
            _say(session, conversation, "utter_still_waiting", line, now, turn)
            conversation.waiting_told = True
    elif turn.spoken and _spoke_before(session, turn):
        to_person(session, conversation, "voice", line, now, turn.rows[0], duty)
    elif not _just_said(session, conversation, name, now):
        _say(session, conversation, name, line, now, turn)
    _done(session, turn, "kept", for_operator=conversation.mode != "bot")
    _release(session, conversation, now)
    return True


def _say(
    session: Session, conversation: Conversation, name: str, line: Line, now: datetime, turn: Turn
) -> None:
    bodies = [line(name, conversation.channel)]
    if conversation.mode == "bot" and not conversation.notice_given:
        bodies = merge([line("utter_notice", conversation.channel), *bodies], conversation.channel)
        conversation.notice_given = True
    outbox.add(session, conversation, bodies, "line", now, utter=name, turn=turn.rows[0])
    conversation.reply_at = bursts.paid(conversation.reply_at, now)


def _spoke_before(session: Session, turn: Turn) -> bool:
    earlier = select(InboxRow.number).where(
        InboxRow.conversation_id == turn.conversation,
        InboxRow.number < turn.rows[0],
        InboxRow.type.in_(SPOKEN),
    )
    return session.execute(earlier.limit(1)).first() is not None


def _just_said(
    session: Session,
    conversation: Conversation,
    name: str,
    now: datetime,
    pause: timedelta = SAME_AGAIN,
) -> bool:
    said = select(OutboxRow.number).where(
        OutboxRow.conversation_id == conversation.id,
        OutboxRow.utter == name,
        OutboxRow.created_at >= now - pause,
    )
    return session.execute(said.limit(1)).first() is not None


def finish_stop(session: Session, keys: Keys, turn: Turn, line: Line, now: datetime) -> bool:
    """They want no more messages: what was not sent is taken back, and that is confirmed once.

    Not where the channel itself says so (Twilio, to the English words) and would refuse ours.
    """
    conversation = _still_ours(session, turn)
    if conversation is None:
        return False
    optout.stop(session, keys, conversation, now)
    consent.withdraw(session, keys, conversation.person_id, consent.LISTS)
    leave_form(conversation)
    if not optout.answered_by_channel(turn.text or "", conversation.channel):
        body = line("utter_opted_out", conversation.channel)
        outbox.add(session, conversation, [body], "line", now, utter="utter_opted_out", turn=turn.rows[0])
    _done(session, turn, "opted_out", for_operator=conversation.mode != "bot")
    _release(session, conversation, now)
    return True


def put_back(session: Session, turn: Turn, now: datetime, delay: timedelta) -> None:
    """The assistant is away: the message waits, the lease is given back, and nothing is held against it."""
    conversation = _still_ours(session, turn)
    if conversation is not None:
        _release(session, conversation, now + delay)


def count_failure(session: Session, turn: Turn, line: Line, now: datetime, duty: Duty = NOBODY) -> bool:
    """The message itself broke the turn; after three times it goes to a person. Whether it did."""
    conversation = _still_ours(session, turn)
    if conversation is None:
        return False
    row = session.get(InboxRow, turn.rows[0])
    row.failures += 1
    dead = bool(row.failures >= MAX_FAILURES)
    if dead:
        for number in turn.rows:
            session.get(InboxRow, number).state = "dead"
        row.outcome, row.for_operator = "failed", True
        to_person(session, conversation, "failed", line, now, row.number, duty)
    _release(session, conversation, now + timedelta(seconds=0 if dead else 1))
    return dead


def oldest_waiting(session: Session) -> datetime | None:
    """When the oldest message arrived that nobody has handled yet."""
    found: datetime | None = session.execute(
        select(func.min(InboxRow.received_at)).where(InboxRow.state.in_(("new", "waiting")))
    ).scalar_one()
    return found


def to_person(
    session: Session,
    conversation: Conversation,
    reason: str,
    line: Line,
    now: datetime,
    turn: int,
    duty: Duty = NOBODY,
) -> None:
    """Put a conversation before a person, and say so if nobody had it yet: also when the team is there again,
    if nobody is now."""
    if needs_person(session, conversation, reason, now):
        opens = None if presence.anybody(session, now) else duty.schedule.opens(now)
        name = "utter_handoff_waiting_closed" if opens else "utter_handoff_waiting"
        values = {"opens": hours.at(opens, now, duty.schedule.zone)} if opens else {}
        body: Body = line(name, conversation.channel, **values)
        outbox.add(session, conversation, [body], "line", now, utter=name, turn=turn)


def _still_ours(session: Session, turn: Turn) -> Conversation | None:
    conversation: Conversation | None = session.execute(
        _LEASED, {"its_conversation": turn.conversation}
    ).scalar_one_or_none()
    if conversation is None or (conversation.lease_owner, conversation.fence) != (turn.worker, turn.fence):
        return None
    if conversation.mode == "human":
        _done(session, turn, "human", for_operator=True)
        _release(session, conversation, conversation.due_at)
        return None
    return conversation


def _done(session: Session, turn: Turn, outcome: str, *, for_operator: bool) -> None:
    session.execute(_DONE, {"rows": turn.rows, "new_outcome": outcome, "also_for_operator": for_operator})


def _release(session: Session, conversation: Conversation, due: datetime) -> None:
    """Give the lease back; a message that came meanwhile, and what may follow it, is waited for."""
    conversation.lease_owner = conversation.lease_until = None
    later = max(due, conversation.due_at or due)
    conversation.due_at = later if _unhandled(session, conversation) else None


def _unhandled(session: Session, conversation: Conversation) -> bool:
    """Whether a message still waits in it, watched for danger or not yet."""
    return session.execute(_ANY_UNHANDLED, {"its_conversation": conversation.id}).first() is not None
