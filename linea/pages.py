"""Messages to people of the team: one row for each way, and what became of it. No number is kept.

The states are those of the outbox. Unlike there, nothing is lost by sending one twice, so whatever is in
doubt goes out again; what is older than the next round of calls does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from linea.codes import new_id
from linea.keys import Keys
from linea.messages import SendResult, Status
from linea.on_call import AGAIN_AFTER, Call
from linea.outbox import PLAYED, RANK
from linea.store.models import Alert, Conversation, Page

Kind = Literal["call", "thanks", "late"]
PURPOSE = "on_call"  # what a number of the team is hashed for
LIFETIME = AGAIN_AFTER
SENDING_LEASE = timedelta(seconds=60)  # longer than any attempt
HALTED_FOR = timedelta(seconds=60)  # between two tries on an account that refuses us
MOST_UNCERTAIN = 3  # attempts that brought no answer


@dataclass(frozen=True)
class Paging:
    """A page claimed for one attempt, with all that its words need."""

    id: str
    staff: str
    way: str
    kind: str
    code: str
    alert: str  # the kind of the alert
    protected: bool
    attempt: int


def add(
    session: Session,
    keys: Keys,
    alert: Alert,
    staff: str,
    phone: str,
    kind: Kind,
    ways: Iterable[str],
    now: datetime,
) -> None:
    """A message to somebody of the team by each of these ways."""
    for way in ways:
        session.add(
            Page(
                id=new_id(),
                alert_id=alert.id,
                staff=staff,
                number_hash=keys.hash(PURPOSE, phone),
                way=way,
                kind=kind,
                next_at=now,
                created_at=now,
                settled_at=now,
            )
        )
    session.flush()


def calls(session: Session, alert_id: str) -> list[Call]:
    """Who has been called to an alert, in order; failed, where no way reached them."""
    rows = session.execute(
        select(Page.staff, Page.created_at, func.min(Page.state), func.max(Page.state))
        .where(Page.alert_id == alert_id, Page.kind == "call")
        .group_by(Page.staff, Page.created_at)
        .order_by(Page.created_at)
    ).all()
    return [Call(staff, at, failed=first == last == "failed") for staff, at, first, last in rows]


def anything_due(session: Session, now: datetime) -> bool:
    """Whether a page should go out now; only looks."""
    due = select(Page.id).where(Page.state == "queued", Page.next_at <= now).limit(1)
    return session.execute(due).first() is not None


def claim(session: Session, now: datetime, limit: int) -> list[Paging]:
    """Take up to `limit` pages for one attempt each. A call to what somebody has taken is taken back."""
    rows = session.execute(
        select(Page, Alert, Conversation.code, Conversation.audience)
        .join(Alert, Alert.id == Page.alert_id)
        .join(Conversation, Conversation.id == Alert.conversation_id)
        .where(Page.state == "queued", Page.next_at <= now)
        .order_by(Page.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Page)
    ).all()
    claimed = []
    for page, alert, code, audience in rows:
        if page.kind == "call" and alert.closed_at is not None:
            page.state, page.settled_at = "cancelled", now
            continue
        page.state, page.sending_since, page.attempts = "sending", now, page.attempts + 1
        told = (page.id, page.staff, page.way, page.kind, code, alert.kind, audience == "protection")
        claimed.append(Paging(*told, page.attempts))
    session.flush()
    return claimed


def record(session: Session, paging: Paging, result: SendResult, now: datetime) -> None:
    """Write down what one attempt brought; where it failed for good, the next is looked for at once."""
    page = session.execute(select(Page).where(Page.id == paging.id).with_for_update()).scalar_one_or_none()
    if page is None or (page.attempts, page.state) != (paging.attempt, "sending"):
        return
    page.external_id = result.external_id or page.external_id
    page.error_code, page.detail, page.settled_at = result.error_code, result.detail[:120] or None, now
    wait = timedelta(seconds=result.retry_after or 1.0) if result.outcome == "retry" else HALTED_FOR
    if result.outcome == "accepted":
        page.state = "accepted"
    elif result.outcome == "uncertain" and page.attempts >= MOST_UNCERTAIN:
        page.state = "uncertain"
    elif result.outcome == "failed" or now + wait > page.created_at + LIFETIME:
        _fail(session, page, now)
    else:
        page.state, page.next_at = "queued", now + wait


def apply_status(session: Session, status: Status, now: datetime) -> bool:
    """Bring a page forward to what the channel reports; False if it is none of ours or nothing new."""
    mine = or_(Page.id == (status.outbox_id or ""), Page.external_id == (status.external_id or ""))
    page = session.execute(select(Page).where(mine).with_for_update()).scalars().first()
    if page is None:
        return False
    name = PLAYED.get(status.status, status.status)
    page.external_id = page.external_id or status.external_id or None
    if name == "failed" and page.state != "failed" and RANK.get(page.state, 0) < RANK["delivered"]:
        page.error_code, page.settled_at = status.error_code, now
        _fail(session, page, now)
        return True
    if name == "failed" or RANK.get(name, -1) <= RANK.get(page.state, 9):
        return False
    page.state, page.settled_at = name, now
    return True


def sweep(session: Session, now: datetime) -> int:
    """Send again what an attempt never answered for; how many."""
    result = session.execute(
        update(Page)
        .where(Page.state == "sending", Page.sending_since < now - SENDING_LEASE)
        .values(state="queued", next_at=now)
    )
    return int(result.rowcount)


def _fail(session: Session, page: Page, now: datetime) -> None:
    page.state = "failed"
    session.execute(
        update(Alert).where(Alert.id == page.alert_id, Alert.closed_at.is_(None)).values(next_at=now)
    )
