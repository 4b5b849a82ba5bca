"""A clock that was set back: what would now wait for hours is due at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from linea.store.models import Alert, Conversation, Halt, OutboxRow, Page, Person, Slot

# The line itself sets none of these further ahead (the longest are a wait of 300 s between two attempts and
# the pair limit's 270 s), so one that is was set by a clock that has been put right since.
FURTHEST = timedelta(minutes=10)


def _to_now(column: Any) -> Any:
    column = column.property.columns[0]
    return update(column.table).where(column > bindparam("furthest")).values({column.name: bindparam("now")})


_STATEMENTS = tuple(
    _to_now(column)
    for column in (
        Conversation.due_at,
        Conversation.lease_until,
        Conversation.unanswered_red_at,
        OutboxRow.next_at,
        OutboxRow.sending_since,
        Person.pair_at,
        Halt.probe_at,
        Alert.next_at,
        Page.next_at,
        Page.sending_since,
        Slot.held_until,
    )
)


def release(session: Session, now: datetime) -> int:
    """Bring to `now` every moment that lies further ahead than the line ever looks; how many there were."""
    moments = {"now": now, "furthest": now + FURTHEST}
    return sum(int(session.execute(statement, moments).rowcount) for statement in _STATEMENTS)
