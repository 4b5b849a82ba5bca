"""Taking in what a channel delivered: once each, in order, on the disk before anybody is told so."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from linea import (
    alerts,
    bursts,
    conversations,
    describe,
    identity,
    logs,
    media,
    optout,
    outbox,
    pages,
    people,
    takeovers,
)
from linea.codes import new_id
from linea.keys import Keys
from linea.messages import Inbound, Parsed
from linea.store import insert_once
from linea.store.models import Conversation, InboxRow, SeenMessage, UnreadBody

NEVER_ANSWERED = ("silent", "copy")
_NAME = re.compile(r"[a-z_]{1,40}")
_KNOWN_TYPES = frozenset({"text", *describe.FILES, *describe.OTHERS})
REPEATS = timedelta(days=8)  # Meta delivers again for up to seven days

# Built once: building one of these costs SQLAlchemy several times what running it costs.
_NEW = insert(InboxRow.__table__)
_FIRST_WAITING = (
    select(InboxRow.received_at)
    .where(InboxRow.conversation_id == bindparam("its_conversation"))
    .where(InboxRow.state.in_(("new", "waiting")))
    .order_by(InboxRow.number)
    .limit(1)
)
_DUE = (
    update(Conversation.__table__)
    .where(Conversation.__table__.c.id == bindparam("its_id"))
    .values(last_inbound_at=bindparam("now"), due_at=bindparam("due"))
)


def accept(
    session: Session,
    keys: Keys,
    parsed: Parsed,
    now: datetime,
    burst_pause: timedelta = timedelta(),
    channel: str = "whatsapp",
) -> int:
    """Store everything of one webhook body; how many messages were new.

    A repeat stores nothing. What cannot be read is kept as an unread body of `channel`. Statuses go to the
    outbox. Who somebody is, and who has the chat, is settled before what they wrote.
    """
    fresh = 0
    for change in parsed.changes:
        if _is_new(session, keys, change.key, now) and not identity.changed(session, keys, change, now):
            keep(session, keys, change.channel, "identity_of_nobody", json.dumps(change.raw).encode(), now)
    for takeover in parsed.takeovers:
        if _is_new(session, keys, takeover.key, now) and not takeovers.apply(session, keys, takeover, now):
            keep(
                session, keys, takeover.channel, "takeover_of_nobody", json.dumps(takeover.raw).encode(), now
            )
    for message in parsed.messages:
        if _is_new(session, keys, message.key, now):
            fresh += 1
            if message.kind == "other" and message.type not in _KNOWN_TYPES:
                _note_new_name("type", message.channel, message.type)
            if not alerts.answered(session, keys, message, now):  # somebody of the team who was called
                _store(session, keys, message, now, burst_pause)
    for problem in parsed.problems:
        keep(session, keys, channel, problem.reason, json.dumps(problem.raw).encode(), now)
    for status in parsed.statuses:
        if status.status not in outbox.REPORTS:
            _note_new_name("status", status.channel, status.status)
        named = replace(status, external_id=name_of(keys, status.external_id) or "")
        if not outbox.apply_status(session, named, now):
            pages.apply_status(session, named, now)
    return fresh


def name_of(keys: Keys, external_id: str | None) -> str | None:
    """What a message id is known by here: its keyed hash, because Meta's own spells the phone in base64."""
    return keys.hash("wamid", external_id) if external_id else None


def keep(session: Session, keys: Keys, channel: str, reason: str, body: bytes, now: datetime) -> None:
    """Keep whole, sealed, what nobody understood, for a person to look at; the log has the reason alone."""
    logs.get().warning("kept_unread", channel=channel, reason=reason)
    body_id = new_id()
    values = {"id": body_id, "channel": channel, "reason": reason, "received_at": now}
    session.execute(insert(UnreadBody).values(body=keys.seal(body, body_id), **values))


def forget_repeats(session: Session, now: datetime) -> int:
    """Let go of message hashes that no repeat can need any more; how many."""
    result = session.execute(delete(SeenMessage).where(SeenMessage.seen_at < now - REPEATS))
    return int(result.rowcount)


def _note_new_name(what: str, channel: str, name: str) -> None:
    """Say in the log that a channel has a new word, if it is one: whoever keeps the line has to learn it."""
    logs.get().warning(f"unknown_{what}", channel=channel, name=name if _NAME.fullmatch(name) else "?")


def _is_new(session: Session, keys: Keys, key: str, now: datetime) -> bool:
    newest, *older = keys.hashes("message", key)
    if older and session.execute(select(SeenMessage.hash).where(SeenMessage.hash.in_(older))).first():
        return False
    return insert_once(session, SeenMessage, {"hash": newest, "seen_at": now})


def _store(session: Session, keys: Keys, message: Inbound, now: datetime, pause: timedelta) -> None:
    person_id = people.resolve(session, keys, message.sender, now)
    if person_id is None:
        keep(session, keys, message.channel, "no_sender", json.dumps(message.raw).encode(), now)
        return
    conversation_id = conversations.current(session, person_id, message.channel, now)
    if message.kind not in NEVER_ANSWERED and optout.word(message.text, message.channel) != "stop":
        optout.lift(session, keys, person_id, message.channel)
    # Older than any repeat: a replay. One from the future only says that a clock is wrong, perhaps ours.
    believed = message.sent_at is None or now - REPEATS < message.sent_at
    answered = believed and message.kind not in NEVER_ANSWERED
    watched = believed and (answered or bool(message.text))
    due = None
    if answered and pause:
        first = session.execute(_FIRST_WAITING, {"its_conversation": conversation_id}).scalar_one_or_none()
        due = bursts.due(message, now, pause, first)
    result = session.execute(
        _NEW,
        {
            "conversation_id": conversation_id,
            "external_id": name_of(keys, message.external_id),
            "kind": message.kind,
            "type": message.type[:40],
            "text": message.text,
            "option_id": message.option_id,
            "reply_to": name_of(keys, message.reply_to),
            "details": message.details or None,
            "raw": keys.encrypt(json.dumps(message.raw), conversation_id),
            "sent_at": message.sent_at,
            "received_at": now,
            "state": "new" if watched else "done",
            "outcome": None if watched else "silent" if believed else "not_believed",
            "for_operator": not believed and message.kind not in NEVER_ANSWERED,
        },
    )
    for file in message.media:
        media.keep(session, keys, conversation_id, result.inserted_primary_key[0], message.channel, file)
    if not believed and message.kind not in NEVER_ANSWERED:  # nothing is said to anybody, but a person knows
        conversation = session.get(Conversation, conversation_id)
        conversations.needs_person(session, conversation, "not_believed", now)
    elif answered:
        session.execute(_DUE, {"its_id": conversation_id, "now": now, "due": due or now})
