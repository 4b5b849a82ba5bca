"""Which operators are at work: those who began a shift and were seen a moment ago.

The commands and, later, the console say both. Whoever is not seen for a while is not there, whatever they
forgot to say: a red then goes to whoever is on call.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from linea.codes import new_id
from linea.store.models import Shift

# Longer than reading a chat and answering it in the terminal takes, and short, because until it is over a
# person in danger is told that somebody is there.
SEEN_WITHIN = timedelta(minutes=10)
LONGEST_BREAK = timedelta(hours=4)  # who comes back after more has begun another shift
KEPT = timedelta(days=8)  # longer than a handoff lives that waits for days with operators (DESIGN 5.8)

# Built once: building one of these costs SQLAlchemy several times what running it costs.
_PRESENT = (
    select(Shift.operator)
    .where(Shift.ended_at.is_(None), Shift.seen_at > bindparam("since"), Shift.seen_at <= bindparam("until"))
    .order_by(Shift.started_at)
)


@dataclass(frozen=True)
class Present:
    """An operator at work."""

    operator: str
    since: datetime
    seen_at: datetime


def start(session: Session, operator: str, now: datetime) -> datetime:
    """An operator is at work from now on; since when. Who already is, goes on."""
    shift = _standing(session, operator, now)
    if shift is None:
        shift = Shift(id=new_id(), operator=operator, started_at=now, seen_at=now)
        session.add(shift)
    shift.seen_at = now
    session.flush()
    began: datetime = shift.started_at
    return began


def seen(session: Session, operator: str, now: datetime) -> bool:
    """An operator did something; False if they have not begun a shift, and then nothing is changed."""
    shift = _standing(session, operator, now)
    if shift is not None:
        shift.seen_at = now
        session.flush()
    return shift is not None


def end(session: Session, operator: str, now: datetime) -> bool:
    """An operator goes home; False if they had not begun."""
    shift = _standing(session, operator, now)
    if shift is not None:
        shift.seen_at = shift.ended_at = now
        session.flush()
    return shift is not None


def present(session: Session, now: datetime) -> list[Present]:
    """Who is at work now, in the order in which they came."""
    shifts = session.execute(
        select(Shift)
        .where(
            Shift.ended_at.is_(None), Shift.seen_at > now - SEEN_WITHIN, Shift.seen_at <= now + SEEN_WITHIN
        )
        .order_by(Shift.started_at)
    ).scalars()
    return [Present(shift.operator, shift.started_at, shift.seen_at) for shift in shifts]


def anybody(session: Session, now: datetime) -> bool:
    """Whether an operator is at work now. Cheap: it is asked in every turn that hands over."""
    moments = {"since": now - SEEN_WITHIN, "until": now + SEEN_WITHIN}  # later: the clock was set back
    return session.execute(_PRESENT.limit(1), moments).first() is not None


def spans(session: Session) -> list[tuple[datetime, datetime]]:
    """From when until when operators were at work, as far back as that is kept."""
    rows = session.execute(select(Shift.started_at, Shift.seen_at)).all()
    return [(row.started_at, row.seen_at) for row in rows]


def days(worked: Iterable[tuple[datetime, datetime]], since: datetime, zone: ZoneInfo) -> set[date]:
    """The days, in the line's own time zone, on which an operator was at work at `since` or later."""
    found = set()
    for started_at, seen_at in worked:
        first = max(started_at, since).astimezone(zone).date()
        last = seen_at.astimezone(zone).date()
        count = (last - first).days + 1 if seen_at >= since else 0
        found |= {first + timedelta(days=n) for n in range(count)}
    return found


def forget(session: Session, now: datetime) -> int:
    """Let go of shifts that nobody asks for any more; how many."""
    return int(session.execute(delete(Shift).where(Shift.seen_at < now - KEPT)).rowcount)


def _standing(session: Session, operator: str, now: datetime) -> Shift | None:
    """The shift an operator has begun and not ended; one left long ago ended when they were last seen."""
    shift: Shift | None = (
        session.execute(
            select(Shift)
            .where(Shift.operator == operator, Shift.ended_at.is_(None))
            .order_by(Shift.started_at.desc())
            .limit(1)
            .with_for_update()
        )
        .scalars()
        .first()
    )
    if shift is not None and shift.seen_at < now - LONGEST_BREAK:
        shift.ended_at = shift.seen_at
        session.flush()
        return None
    return shift
