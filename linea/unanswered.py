"""Who waits for a person and is not answered: how long that is kept, and what they are told before it goes.

An open handoff lives until the end of the second day on which operators were at work, at most seven days
(DESIGN 5.8); a red one until a person closes it. On WhatsApp nothing can be written a day after the person's
last message, so they are told before that how to write again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from linea import hours, logs, optout, outbox, presence
from linea.erasure import OPEN_HANDOFF_LIFETIME
from linea.keys import Keys
from linea.store.models import Conversation, Handoff
from linea.watch import Line

TOLD = "utter_handoff_lapsing"
DAYS_WITH_OPERATORS = 2
BEFORE = timedelta(hours=1)  # the last moment at which they are told is an hour before it is too late
WINDOW = timedelta(hours=24)  # WhatsApp's, after the person's last message
EARLIEST = timedelta(hours=8)  # no sooner after the handoff, whatever the night leaves of a day
EVENING = time(20)  # told then, if the last moment falls into the night
# Where nobody was told that a person would write, there is nothing to take back.
NOT_AWAITED = (
    *("undelivered", "uncertain", "not_believed", "taken", "outside", "other_channel", "joined"),
    *("number_changed", "identity_changed", "red", "staff_abuse"),
)


def look(session: Session, keys: Keys, line: Line, zone: ZoneInfo, now: datetime) -> int:
    """Settle how long each open handoff lives, and tell who goes unanswered how to write again; how many."""
    rows = session.execute(
        select(Handoff, Conversation)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Handoff.closed_at.is_(None), Handoff.colour != "red", Handoff.opened_at < now - EARLIEST)
        .where(or_(Handoff.lives_until.is_(None), Handoff.told_at.is_(None)))
        .with_for_update(skip_locked=True, of=Handoff)
    ).all()
    worked = presence.spans(session) if rows else []
    count = 0
    for handoff, conversation in rows:
        if handoff.lives_until is None:
            handoff.lives_until = _lives_until(worked, handoff.opened_at, zone)
        awaited = handoff.operator is None and handoff.reason not in NOT_AWAITED
        if awaited and handoff.told_at is None and _is_time(handoff, conversation, zone, now):
            handoff.told_at = now
            count += _tell(session, keys, conversation, line, now)
    session.flush()
    return count


def _lives_until(
    worked: Sequence[tuple[datetime, datetime]], opened_at: datetime, zone: ZoneInfo
) -> datetime | None:
    """The end of the second day with operators; None while there have not been two."""
    days = sorted(presence.days(worked, opened_at, zone))[:DAYS_WITH_OPERATORS]
    if len(days) < DAYS_WITH_OPERATORS:
        return None
    return datetime.combine(days[-1] + timedelta(days=1), time(), zone)


def _is_time(handoff: Handoff, conversation: Conversation, zone: ZoneInfo, now: datetime) -> bool:
    last = handoff.lives_until or handoff.opened_at + OPEN_HANDOFF_LIFETIME
    if conversation.channel == "whatsapp":
        closes: datetime = conversation.last_inbound_at + WINDOW
        if closes <= now:  # it can no longer be said
            return False
        last = min(last, closes)
    moment = (last - BEFORE).astimezone(zone)
    if hours.is_quiet(moment, zone):
        evening = datetime.combine(moment.date(), EVENING, zone)
        moment = evening if evening <= moment else evening - timedelta(days=1)
    return now >= moment and not hours.is_quiet(now, zone)


def _tell(session: Session, keys: Keys, conversation: Conversation, line: Line, now: datetime) -> int:
    if optout.is_out(session, keys, conversation.person_id, conversation.channel):
        return 0
    try:
        body = line(TOLD, conversation.channel)
    except LookupError as error:
        logs.get().error("line_missing", line=TOLD, error=error)
        return 0
    outbox.add(session, conversation, [body], "line", now, utter=TOLD)
    return 1
