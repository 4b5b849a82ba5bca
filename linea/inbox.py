"""Taking in what a channel delivered: once each, in order, on the disk before anybody is told so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from linea import conversations, logs, outbox, people
from linea.codes import new_id
from linea.keys import Keys
from linea.messages import Inbound, Parsed
from linea.store import insert_once
from linea.store.models import Conversation, InboxRow, SeenMessage, UnreadBody

REPEATS = timedelta(days=8)  # Meta delivers again for up to seven days

# Built once: building one of these costs SQLAlchemy several times what running it costs.
_NEW = insert(InboxRow.__table__)
_DUE = (
    update(Conversation.__table__)
    .where(Conversation.__table__.c.id == bindparam("its_id"))
    .values(last_inbound_at=bindparam("now"), due_at=bindparam("due"))
)


def accept(
    session: Session, keys: Keys, parsed: Parsed, now: datetime, burst_pause: timedelta = timedelta()
) -> int:
    """Store everything of one webhook body; how many messages were new.

    A repeat stores nothing. What cannot be read is kept as an unread body. Statuses go to the outbox.
    """
    fresh = 0
    for message in parsed.messages:
        if _is_new(session, keys, message.key, now):
            fresh += 1
            _store(session, keys, message, now, burst_pause)
    for problem in parsed.problems:
        keep(session, keys, "whatsapp", problem.reason, json.dumps(problem.raw).encode(), now)
    for status in parsed.statuses:
        named = replace(status, external_id=name_of(keys, status.external_id) or "")
        outbox.apply_status(session, named, now)
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
    silent = message.kind == "silent"
    # Older than any repeat: a replay. One from the future only says that a clock is wrong, perhaps ours.
    believed = message.sent_at is None or now - REPEATS < message.sent_at
    session.execute(
        _NEW,
        {
            "conversation_id": conversation_id,
            "external_id": name_of(keys, message.external_id),
            "kind": message.kind,
            "type": message.type[:40],
            "text": message.text,
            "option_id": message.option_id,
            "reply_to": name_of(keys, message.reply_to),
            "raw": keys.encrypt(json.dumps(message.raw), conversation_id),
            "sent_at": message.sent_at,
            "received_at": now,
            "state": "done" if silent or not believed else "new",
            "outcome": "silent" if silent else None if believed else "not_believed",
            "for_operator": not silent and not believed,
        },
    )
    if silent:
        return
    if not believed:  # nothing is said to anybody, but a person knows
        conversation = session.get(Conversation, conversation_id)
        conversations.needs_person(session, conversation, "not_believed", now)
        return
    session.execute(_DUE, {"its_id": conversation_id, "now": now, "due": now + pause})
