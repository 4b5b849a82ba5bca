"""While the assistant is away people are told once; after ten minutes a person is asked (DESIGN 5.15)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select, true
from sqlalchemy.orm import Session

from linea import outbox
from linea.dispatch import FREE, to_person
from linea.on_call import Duty
from linea.store.models import Conversation, InboxRow
from linea.watch import NOBODY, Line

TOLD_AFTER = timedelta(seconds=30)
PATIENCE = timedelta(minutes=10)


def tell_away(session: Session, line: Line, now: datetime, conversation_id: str | None = None) -> int:
    """Say once to whoever has waited 30 s, in this conversation or in any, that the assistant is away; how
    many were told."""
    waiting = exists().where(
        InboxRow.conversation_id == Conversation.id,
        InboxRow.state == "waiting",
        InboxRow.received_at < now - TOLD_AFTER,
    )
    late = session.execute(
        select(Conversation)
        .where(Conversation.mode == "bot", Conversation.away_told_at.is_(None), waiting)
        .where(true() if conversation_id is None else Conversation.id == conversation_id)
        .with_for_update(skip_locked=True)
    ).scalars()
    count = 0
    for conversation in late.all():
        body = line("utter_assistant_away", conversation.channel)
        outbox.add(session, conversation, [body], "line", now, utter="utter_assistant_away")
        conversation.away_told_at = now
        count += 1
    return count


def give_up(session: Session, line: Line, now: datetime, duty: Duty = NOBODY) -> int:
    """Hand to a person what has waited ten minutes for the assistant; how many messages."""
    rows = session.execute(
        select(InboxRow, Conversation)
        .join(Conversation, Conversation.id == InboxRow.conversation_id)
        .where(InboxRow.state == "waiting", InboxRow.received_at < now - PATIENCE)
        .where(FREE),
        {"now": now},
    ).all()
    for row, conversation in rows:
        row.state, row.outcome, row.for_operator = "done", "assistant_away", True
        to_person(session, conversation, "assistant_away", line, now, row.number, duty)
    return len(rows)
