"""Every table of the line. A column marked `personal` holds something of a person and is emptied at night."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import declarative_base

Base: Any = declarative_base()
Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only on INTEGER


class UTCDateTime(TypeDecorator):
    """An aware moment, stored in UTC whatever the database; a naive one is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without its time zone")
        return value.astimezone(timezone.utc).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=timezone.utc)


def personal(*args: Any, **options: Any) -> Column[Any]:
    """A column that holds something of a person: the night must leave nothing of it."""
    return Column(*args, info={"personal": True}, **options)


def consented(*args: Any, **options: Any) -> Column[Any]:
    """A column that holds something of a person who agreed: it goes with their consent, not at night."""
    return Column(*args, info={"consented": True}, **options)


class Person(Base):
    """Somebody who writes, known only by a random id."""

    __tablename__ = "people"

    id = Column(String(32), primary_key=True)
    created_at = Column(UTCDateTime, nullable=False)
    identity_changed_at = Column(UTCDateTime)  # a person of the team has to decide who this is (DESIGN 5.1)
    pair_at = Column(UTCDateTime)  # when Meta's limit of one message in six seconds is paid off


class Address(Base):
    """A phone or Meta user id of a person: the only place with an address, and encrypted."""

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("kind", "hash"),)

    id = Column(String(32), primary_key=True)
    person_id = Column(ForeignKey("people.id"), nullable=False, index=True)
    kind = Column(String(16), nullable=False)  # phone, bsuid, parent_bsuid
    hash = personal(String(64), nullable=False)
    secret = personal(LargeBinary, nullable=False)


class Conversation(Base):
    """One conversation, from the first message to its end. Its id is all that Rasa knows of a person."""

    __tablename__ = "conversations"

    id = Column(String(32), primary_key=True)
    code = Column(String(16), nullable=False, unique=True)
    person_id = Column(ForeignKey("people.id"), nullable=False, index=True)
    channel = Column(String(16), nullable=False)
    mode = Column(String(8), nullable=False, default="bot")  # bot, waiting, human (DESIGN 5.2)
    # team, or protection: what is told of the team itself is for that role alone (DESIGN 5.6)
    audience = Column(String(12), nullable=False, default="team", server_default="team")
    colour = Column(String(8), nullable=False, default="none")
    urgency = Column(String(12), nullable=False, default="none")
    opened_at = Column(UTCDateTime, nullable=False, index=True)
    last_inbound_at = Column(UTCDateTime, nullable=False)
    ended_at = Column(UTCDateTime, index=True)
    events = personal(JSON)  # Rasa's tracker events, handed over with every turn
    notice_given = Column(Boolean, nullable=False, default=False)
    waiting_told = Column(Boolean, nullable=False, default=False)
    away_told_at = Column(UTCDateTime)
    reply_at = Column(UTCDateTime)  # when the allowance of answers to a flood is paid off
    child = Column(
        Boolean, nullable=False, default=False
    )  # they said that they are under 14 (linea/minors.py)
    helped_at = Column(UTCDateTime)  # when an answer of the bank last helped; no consent is asked before
    profile_asked_at = Column(UTCDateTime)  # when the profile was asked for: once
    asking = Column(String(16))  # the purpose whose consent the line's last words asked for
    erase_asked_at = Column(UTCDateTime)  # BORRAR, not confirmed yet
    erased_at = Column(UTCDateTime)  # BORRAR, done: the texts are gone, the rest goes as soon as it may
    appointment_offered_at = Column(UTCDateTime)  # when an hour was offered, or that there is none: once
    unanswered_red_at = Column(UTCDateTime)  # a red while an operator has the chat (DESIGN 5.3)
    unanswered_red_line = Column(String(40))
    due_at = Column(UTCDateTime, index=True)  # when the dispatcher should look; empty = nothing waits
    lease_owner = Column(String(32))
    lease_until = Column(UTCDateTime)
    fence = Column(Integer, nullable=False, default=0)


class InboxRow(Base):
    """One message received: `new` (not yet watched for danger), `waiting`, `done` or `dead`."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index("ix_inbox_state_number", "state", "number"),
        Index("ix_inbox_conversation_number", "conversation_id", "number"),
    )

    number = Column(Number, primary_key=True, autoincrement=True)
    conversation_id = Column(ForeignKey("conversations.id"), nullable=False)
    external_id = personal(String(64))  # a keyed hash: the wamid itself spells the phone in base64
    kind = Column(String(8), nullable=False)
    type = Column(String(40), nullable=False)
    text = personal(Text)
    option_id = personal(Text)
    reply_to = personal(String(64))  # a keyed hash too
    details = personal(JSON)  # what an operator is shown beside the text (names: `messages.Inbound`)
    raw = personal(LargeBinary, nullable=False)  # all that came, sealed for the conversation
    sent_at = Column(UTCDateTime)
    received_at = Column(UTCDateTime, nullable=False)
    state = Column(String(8), nullable=False, default="new")
    outcome = Column(String(24))
    for_operator = Column(Boolean, nullable=False, default=False)  # a person should still answer it
    failures = Column(Integer, nullable=False, default=0)
    colour = Column(String(8), nullable=False, default="none")
    signal = Column(String(64))


class MediaRow(Base):
    """One file somebody sent: where it is at the channel and, once a person may look, here, sealed on disk.

    `kept` (only at the channel), `wanted` (to be fetched), `fetched`, `refused` (not allowed in), `gone`.
    """

    __tablename__ = "media"

    id = Column(String(32), primary_key=True)  # also the name of its file
    conversation_id = Column(ForeignKey("conversations.id"), nullable=False, index=True)
    inbox_number = Column(ForeignKey("inbox.number"), nullable=False, index=True)
    channel = Column(String(16), nullable=False)
    type = Column(String(12), nullable=False)
    voice = Column(Boolean, nullable=False, default=False)
    mime = Column(String(80))
    name = personal(String(120))
    source = personal(LargeBinary, nullable=False)  # the channel's reference and checksum, sealed
    state = Column(String(8), nullable=False, default="kept", index=True)
    reason = Column(String(40))  # why it was refused or is gone
    size = Column(Integer)  # bytes, as it lies here
    attempts = Column(Integer, nullable=False, default=0)
    next_at = Column(UTCDateTime)


class IdentityRow(Base):
    """A change of number, user id or telephone that a person of the team has not decided on, or did."""

    __tablename__ = "identity_changes"

    id = Column(String(32), primary_key=True)
    person_id = Column(ForeignKey("people.id"), nullable=False, index=True)
    change = Column(String(8), nullable=False)  # number, user_id, device
    before = personal(LargeBinary, nullable=False)  # the addresses, sealed
    after = personal(LargeBinary)
    at = Column(UTCDateTime, nullable=False)
    decided_at = Column(UTCDateTime)
    same = Column(Boolean)  # whether it is the same person
    operator = Column(String(40))


class OptOut(Base):
    """The keyed hash of an address that asked to be written to no more; kept past the night (DESIGN 5.8)."""

    __tablename__ = "opt_outs"

    hash = Column(String(64), primary_key=True)
    channel = Column(String(16), primary_key=True)
    at = Column(UTCDateTime, nullable=False)


class ConsentText(Base):
    """The words of a consent as they were when somebody agreed to them, known by their hash."""

    __tablename__ = "consent_texts"

    version = Column(String(16), primary_key=True)
    line = Column(String(60), nullable=False)
    text = Column(Text, nullable=False)


class Consent(Base):
    """A yes to one purpose: to which words, when, on which channel. What it allows refers to it."""

    __tablename__ = "consents"

    id = Column(String(32), primary_key=True)
    purpose = Column(String(16), nullable=False)
    text_version = Column(ForeignKey("consent_texts.version"), nullable=False)
    channel = Column(String(16), nullable=False)
    code = Column(
        String(16), nullable=False, index=True
    )  # of the conversation; nothing else leads to a person
    at = Column(UTCDateTime, nullable=False)
    until = Column(UTCDateTime, index=True)  # its own end date
    frozen_at = Column(UTCDateTime)  # who has the address may be somebody else now (DESIGN 5.1)


class ConsentHolder(Base):
    """Who gave a consent that outlives the night: the keyed hash of an address, for this alone."""

    __tablename__ = "consent_holders"

    consent_id = Column(ForeignKey("consents.id"), primary_key=True)
    hash = consented(String(64), primary_key=True, index=True)


class Profile(Base):
    """What somebody told of themselves for the statistics: choices from lists, the code of a place, no words.

    Each is a value, `declined` (would not say), `skipped` (no usable answer), or empty: was not asked.
    """

    __tablename__ = "profiles"

    id = Column(String(32), primary_key=True)
    consent_id = Column(ForeignKey("consents.id"), nullable=False, unique=True)
    code = Column(String(16), nullable=False, index=True)  # of the conversation, as its log row has it
    at = Column(UTCDateTime, nullable=False)
    age = Column(String(12))
    place = Column(String(12))
    gender = Column(String(12))
    migrant = Column(String(12))
    nationality = Column(String(2))
    household = Column(String(80))  # several at once, one space apart
    complete = Column(Boolean, nullable=False, default=False)


class Candidate(Base):
    """Somebody on the list of possible recipients of cash; everything of them sealed in one piece."""

    __tablename__ = "candidates"

    id = Column(String(32), primary_key=True)
    consent_id = Column(ForeignKey("consents.id"), nullable=False, unique=True)
    at = Column(UTCDateTime, nullable=False)
    secret = consented(LargeBinary, nullable=False)
    complete = Column(Boolean, nullable=False, default=False)


class Slot(Base):
    """An hour of a specialist. Free if no appointment has it and nobody is being asked about it just now."""

    __tablename__ = "slots"

    number = Column(Number, primary_key=True, autoincrement=True)
    specialist = Column(String(40), nullable=False)
    starts_at = Column(UTCDateTime, nullable=False, index=True)
    ends_at = Column(UTCDateTime, nullable=False)
    way = Column(String(8), nullable=False)  # call (we call), line (they call `place`), visit (they go there)
    place = Column(String(60))
    held_by = Column(String(32))  # the conversation that chose it and has not said yes
    held_until = Column(UTCDateTime)


class Appointment(Base):
    """An hour that somebody agreed to: `booked`, then `came` or `missed`. Never why, never what was said."""

    __tablename__ = "appointments"

    id = Column(String(32), primary_key=True)
    code = Column(String(16), nullable=False, unique=True)  # its own: nothing leads to the conversation
    consent_id = Column(ForeignKey("consents.id"), nullable=False, unique=True)
    slot_number = Column(ForeignKey("slots.number"), nullable=False, unique=True)
    state = Column(String(8), nullable=False, default="booked")
    secret = consented(LargeBinary, nullable=False)  # channel and addresses, sealed
    booked_at = Column(UTCDateTime, nullable=False)
    last_inbound_at = Column(UTCDateTime, nullable=False)  # WhatsApp's window is open for a day after it
    remind_at = Column(UTCDateTime, index=True)  # the next reminder; empty: none follows
    unreminded = Column(Boolean, nullable=False, default=False)  # a reminder could not go out
    closed_at = Column(UTCDateTime)


class SeenMessage(Base):
    """The keyed hash of a message id, kept eight days so that a late repeat does nothing."""

    __tablename__ = "seen_messages"

    hash = Column(String(64), primary_key=True)
    seen_at = Column(UTCDateTime, nullable=False, index=True)


class UnreadBody(Base):
    """Something signed that could not be read or belongs to nobody; kept whole until a person looks."""

    __tablename__ = "unread_bodies"

    id = Column(String(32), primary_key=True)
    channel = Column(String(16), nullable=False)
    reason = Column(String(40), nullable=False)
    body = personal(LargeBinary, nullable=False)  # sealed
    received_at = Column(UTCDateTime, nullable=False, index=True)


class OutboxRow(Base):
    """One message to a person and what became of it (states and their order: `linea/outbox.py`)."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_state_number", "state", "number"),
        Index("ix_outbox_person_state", "person_id", "state", "number"),
    )

    number = Column(Number, primary_key=True, autoincrement=True)
    id = Column(String(32), nullable=False, unique=True)  # travels as biz_opaque_callback_data
    person_id = Column(ForeignKey("people.id"), nullable=False)
    conversation_id = Column(ForeignKey("conversations.id"), nullable=False, index=True)
    turn = Column(Number)  # the inbox row it answers
    origin = Column(String(8), nullable=False)  # bot, line (fixed text), operator
    operator = Column(String(40))
    utter = Column(String(120))
    safety = Column(Boolean, nullable=False, default=False)
    body = personal(JSON, nullable=False)
    segments = Column(Integer)  # of an SMS: how many parts it is sent and paid in
    state = Column(String(12), nullable=False, default="queued")
    attempts = Column(Integer, nullable=False, default=0)
    next_at = Column(UTCDateTime, nullable=False)
    sending_since = Column(UTCDateTime)
    external_id = personal(String(64), index=True)  # a keyed hash of the channel's id
    error_code = Column(Integer)
    detail = Column(String(120))
    created_at = Column(UTCDateTime, nullable=False)
    settled_at = Column(UTCDateTime)  # when the state last changed


class OptionRow(Base):
    """What an opaque button id stands for in one conversation."""

    __tablename__ = "options"

    id = Column(String(32), primary_key=True)
    conversation_id = Column(ForeignKey("conversations.id"), nullable=False, index=True)
    payload = Column(Text, nullable=False)
    title = Column(Text, nullable=False)


class Handoff(Base):
    """A conversation that a person should see: why, how urgent, who took it, when it was closed."""

    __tablename__ = "handoffs"

    id = Column(String(32), primary_key=True)
    conversation_id = Column(ForeignKey("conversations.id"), nullable=False, index=True)
    reason = Column(String(24), nullable=False)
    colour = Column(String(8), nullable=False, default="none")
    opened_at = Column(UTCDateTime, nullable=False)
    taken_at = Column(UTCDateTime)
    operator = Column(String(40))
    closed_at = Column(UTCDateTime, index=True)
    lives_until = Column(UTCDateTime)  # when it goes if nobody answers it (DESIGN 5.8)
    told_at = Column(UTCDateTime)  # when the person was told how to write again


class Shift(Base):
    """An operator at work: since when, when they were last seen, until when. Nothing of who writes."""

    __tablename__ = "shifts"

    id = Column(String(32), primary_key=True)
    operator = Column(String(40), nullable=False, index=True)
    started_at = Column(UTCDateTime, nullable=False)
    seen_at = Column(UTCDateTime, nullable=False)
    ended_at = Column(UTCDateTime)


class Alert(Base):
    """A conversation somebody of the team must be called to (what each kind is: `linea/on_call.py`)."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            *("ix_alerts_standing", "conversation_id"),  # one at a time, also with two workers
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id = Column(String(32), primary_key=True)
    conversation_id = Column(ForeignKey("conversations.id"), nullable=False, index=True)
    kind = Column(String(8), nullable=False)  # red, today, held, old
    opened_at = Column(UTCDateTime, nullable=False)
    next_at = Column(UTCDateTime, nullable=False)  # when to look again whom to call
    acknowledged_at = Column(UTCDateTime)
    acknowledged_by = Column(String(40))
    closed_at = Column(UTCDateTime, index=True)


class Page(Base):
    """One message to somebody of the team by one way, and what became of it. Their number is not kept."""

    __tablename__ = "pages"
    __table_args__ = (Index("ix_pages_state_next_at", "state", "next_at"),)

    id = Column(String(32), primary_key=True)
    alert_id = Column(ForeignKey("alerts.id"), nullable=False, index=True)
    staff = Column(String(40), nullable=False)  # the name in on_call.yml
    number_hash = personal(String(64), nullable=False, index=True)  # how their answer is recognised
    way = Column(String(10), nullable=False)  # sms, whatsapp
    kind = Column(String(8), nullable=False)  # call, thanks, late
    state = Column(String(12), nullable=False, default="queued")  # as in the outbox
    attempts = Column(Integer, nullable=False, default=0)
    next_at = Column(UTCDateTime, nullable=False)
    sending_since = Column(UTCDateTime)
    external_id = personal(String(64), index=True)
    error_code = Column(Integer)
    detail = Column(String(120))
    created_at = Column(UTCDateTime, nullable=False)
    settled_at = Column(UTCDateTime)


class Halt(Base):
    """A channel whose account refuses us (a token that ran out): nothing is sent but a probe a minute."""

    __tablename__ = "halts"

    channel = Column(String(16), primary_key=True)
    code = Column(Integer)
    since = Column(UTCDateTime, nullable=False)
    probe_at = Column(UTCDateTime, nullable=False)


class Heartbeat(Base):
    """When a process last said that it is alive, and what it saw."""

    __tablename__ = "heartbeats"

    process = Column(String(32), primary_key=True)
    beat_at = Column(UTCDateTime, nullable=False)
    detail = Column(JSON, nullable=False, default=dict)


class Erasure(Base):
    """The receipt of one erasure: counts only."""

    __tablename__ = "erasures"

    id = Column(String(32), primary_key=True)
    started_at = Column(UTCDateTime, nullable=False)
    finished_at = Column(UTCDateTime)
    counts = Column(JSON, nullable=False, default=dict)
