"""Taking in what a channel delivered: once each, in order, on the disk before anybody is told so."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, update
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
        if insert_once(session, SeenMessage, {"hash": keys.hash("message", message.key), "seen_at": now}):
            fresh += 1
            _store(session, keys, message, now, burst_pause)
    for problem in parsed.problems:
        keep(session, "whatsapp", problem.reason, json.dumps(problem.raw, ensure_ascii=True), now)
    for status in parsed.statuses:
        outbox.apply_status(session, status, now)
    return fresh


def keep(session: Session, channel: str, reason: str, body: str, now: datetime) -> None:
    """Keep whole what nobody understood, for a person to look at; the log has the reason alone."""
    logs.get().warning("kept_unread", channel=channel, reason=reason)
    session.execute(
        insert(UnreadBody).values(id=new_id(), channel=channel, reason=reason, body=body, received_at=now)
    )


def forget_repeats(session: Session, now: datetime) -> int:
    """Let go of message hashes that no repeat can need any more; how many."""
    result = session.execute(delete(SeenMessage).where(SeenMessage.seen_at < now - REPEATS))
    return int(result.rowcount)


def _store(session: Session, keys: Keys, message: Inbound, now: datetime, pause: timedelta) -> None:
    person_id = people.resolve(session, keys, message.sender, now)
    if person_id is None:
        keep(session, message.channel, "no_sender", json.dumps(message.raw, ensure_ascii=True), now)
        return
    conversation_id = conversations.current(session, person_id, message.channel, now)
    silent = message.kind == "silent"
    # Older than any repeat: a replay. One from the future only says that a clock is wrong, perhaps ours.
    believed = message.sent_at is None or now - REPEATS < message.sent_at
    session.execute(
        _NEW,
        {
            "conversation_id": conversation_id,
            "external_id": message.external_id,
            "kind": message.kind,
            "type": message.type[:40],
            "text": message.text,
            "option_id": message.option_id,
            "reply_to": message.reply_to,
            "raw": message.raw,
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
