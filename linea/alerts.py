"""Alerts: conversations somebody must be called to, opened with the danger and closed when one is there.

`on_call.py` decides whom to call; `pages.py` has the messages. Everything here is safe to repeat, and two
workers at once do it once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from linea import on_call, pages, presence
from linea.codes import new_id
from linea.conversations import PROTECTION, standing_handoff
from linea.keys import Keys
from linea.messages import OUTSIDERS, Inbound
from linea.on_call import Case, Duty
from linea.plain import plain
from linea.store import insert_once
from linea.store.models import Alert, Conversation, Handoff, InboxRow, Page

_VOY = re.compile(r"(?:(?:si|ya|yo) )*voy(?: (?:yo|ya|ahora|enseguida|para alla))*(?: ([a-z]+ [0-9]{4}))?")
_ANSWERED_FOR = on_call.OLD_AFTER  # so long after a call a VOY is one

_URGENCY = {"old": 0, "today": 1, "red": 2, "held": 3}

_UNANSWERED = (
    select(InboxRow.number)
    .where(InboxRow.conversation_id == Conversation.id, InboxRow.for_operator.is_(True))
    .exists()
)
# Who speaks from outside the line is a person only if they have answered what was written.
_TAKEN = and_(
    Handoff.operator.isnot(None), or_(Handoff.operator.notin_(tuple(OUTSIDERS.values())), ~_UNANSWERED)
)
_STANDING = (
    select(Alert.id).where(Alert.conversation_id == Conversation.id, Alert.closed_at.is_(None)).exists()
)
_OPEN = (
    select(Alert, Conversation, Handoff, _TAKEN.label("taken"))
    .join(Conversation, Conversation.id == Alert.conversation_id)
    .outerjoin(Handoff, and_(Handoff.conversation_id == Conversation.id, Handoff.closed_at.is_(None)))
    .where(Alert.closed_at.is_(None))
)


def needed(
    session: Session, conversation: Conversation, now: datetime, since: datetime | None = None
) -> str | None:
    """Open the alert that a conversation asks for, if none stands; its kind, None if nobody need be called.

    `since`: when the danger was said, where that was before `now`.
    """
    handoff = standing_handoff(session, conversation.id)
    standing = _standing(session, conversation.id)
    kind = _kind(conversation, handoff) if handoff is not None else None
    if kind is None or (standing is not None and _URGENCY[standing.kind] >= _URGENCY[kind]):
        return standing.kind if standing is not None else None
    close(session, conversation.id, now)
    _add(session, conversation.id, kind, since or now, now)
    return kind


def who_comes(
    session: Session, conversation: Conversation, duty: Duty, now: datetime, *, waited: bool = False
) -> tuple[str, Mapping[str, str]]:
    """The line that says who comes, with its values. `waited`: an operator who is there did not answer."""
    alert = _standing(session, conversation.id)
    return on_call.who_comes(
        alert.kind if alert is not None else None,
        duty,
        now,
        present=presence.anybody(session, now) and not (waited and duty.ladder(now)),
        protected=conversation.audience == PROTECTION,
        acknowledged=alert is not None and alert.acknowledged_at is not None,
    )


def close(session: Session, conversation_id: str, now: datetime) -> None:
    """Somebody is there: nobody need be called to this conversation any more."""
    session.execute(
        update(Alert)
        .where(Alert.conversation_id == conversation_id, Alert.closed_at.is_(None))
        .values(closed_at=now)
    )


def go_on(session: Session, keys: Keys, duty: Duty, ways: Sequence[str], now: datetime) -> int:
    """Open and close what is due, and call whoever is to be called now by each of `ways`; how many people."""
    _close_taken(session, now)
    _open_missing(session, now)
    due = session.execute(
        _OPEN.where(Alert.next_at <= now)
        .order_by(Alert.opened_at)
        .with_for_update(skip_locked=True, of=Alert)
    ).all()
    present = presence.anybody(session, now) if due else False
    count = 0
    for alert, conversation, handoff, _ in due:
        case = Case(
            kind=alert.kind,
            opened_at=alert.opened_at,
            calls=pages.calls(session, alert.id),
            acknowledged_at=alert.acknowledged_at,
            protected=conversation.audience == PROTECTION,
            holder=handoff.operator,
        )
        decision = on_call.decide(case, duty, present, now)
        alert.next_at = decision.look_at
        for contact in decision.call:
            pages.add(session, keys, alert, contact.name, contact.phone, "call", ways, now)
            count += 1
    session.flush()
    return count


def answered(session: Session, keys: Keys, message: Inbound, now: datetime) -> bool:
    """Take in the VOY of somebody who was called, alone or with a code; False for every other message.

    Who was called is known by the keyed hash of the number; the message itself is kept nowhere.
    """
    said = _VOY.fullmatch(plain(message.text or ""))
    if said is None or not message.sender.phone or message.kind not in ("text", "option"):
        return False
    called = session.execute(
        select(Alert, Conversation.code, Page.staff)
        .join(Page, Page.alert_id == Alert.id)
        .join(Conversation, Conversation.id == Alert.conversation_id)
        .where(Page.number_hash.in_(keys.hashes(pages.PURPOSE, message.sender.phone)))
        .where(Page.kind == "call", Page.created_at > now - _ANSWERED_FOR)
        .order_by(Page.created_at.desc())
    ).all()
    if not called:
        return False
    meant = [row for row in called if plain(row.code) == said[1]] or called
    open_ones = {alert.id: (alert, staff) for alert, _, staff in meant if alert.closed_at is None}
    way = "sms" if message.channel == "sms" else "whatsapp"
    for alert, staff in open_ones.values() or [(meant[0][0], meant[0][2])]:
        free = alert.closed_at is None and alert.acknowledged_by in (None, staff)
        if free:
            alert.acknowledged_at, alert.acknowledged_by = alert.acknowledged_at or now, staff
        kind: pages.Kind = "thanks" if free else "late"
        pages.add(session, keys, alert, staff, message.sender.phone, kind, [way], now)
    session.flush()
    return True


def _kind(conversation: Conversation, handoff: Handoff) -> on_call.Kind | None:
    if handoff.operator is not None and handoff.operator not in OUTSIDERS.values():
        return "held" if conversation.unanswered_red_at is not None else None
    if conversation.colour == "red":
        return "red"
    return "today" if conversation.urgency in ("today", "now") else None


def _close_taken(session: Session, now: datetime) -> None:
    for alert, conversation, handoff, taken in session.execute(_OPEN).all():
        answered_for = {
            "held": handoff is None or handoff.operator is None or conversation.unanswered_red_at is None,
            "old": handoff is None or not taken,  # nobody has it any more: it is a red like any
        }
        if answered_for.get(alert.kind, handoff is None or taken):
            alert.closed_at = now
    session.flush()


def _open_missing(session: Session, now: datetime) -> None:
    """What nobody opened with the danger itself: a chat that was let go, a red that is open for a day."""
    rows = session.execute(
        select(Conversation, Handoff, _TAKEN.label("taken"))
        .join(Handoff, and_(Handoff.conversation_id == Conversation.id, Handoff.closed_at.is_(None)))
        .where(or_(Conversation.colour == "red", Conversation.urgency.in_(("today", "now"))), ~_STANDING)
        .with_for_update(skip_locked=True, of=Conversation)
    ).all()
    for conversation, handoff, taken in rows:
        if not taken or conversation.unanswered_red_at is not None:
            needed(session, conversation, now)
        elif conversation.colour == "red" and handoff.opened_at < now - on_call.OLD_AFTER:
            _add(session, conversation.id, "old", handoff.opened_at, now)


def _add(session: Session, conversation_id: str, kind: str, since: datetime, now: datetime) -> None:
    values = {"conversation_id": conversation_id, "kind": kind, "opened_at": since, "next_at": now}
    insert_once(session, Alert, {"id": new_id(), **values})


def _standing(session: Session, conversation_id: str) -> Alert | None:
    found: Alert | None = session.execute(
        select(Alert).where(Alert.conversation_id == conversation_id, Alert.closed_at.is_(None))
    ).scalar_one_or_none()
    return found
