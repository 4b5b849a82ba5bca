"""The files people send: where they are at the channel and, once a person may look, here, sealed.

A file that nobody will look at is never fetched: it stays at the channel, and only its kind is known here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from linea.codes import new_id
from linea.keys import Keys
from linea.messages import Media
from linea.store.models import Conversation, InboxRow, MediaRow

LEASE = timedelta(seconds=90)  # longer than the longest download with its cleaning
LIFETIME = timedelta(days=7)  # Meta keeps what people send for seven days
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)

# Built once: building one of these costs SQLAlchemy several times what running it costs.
_WANT = (
    update(MediaRow.__table__)
    .where(MediaRow.__table__.c.conversation_id == bindparam("its_conversation"))
    .where(MediaRow.__table__.c.state == "kept")
    .values(state="wanted", next_at=bindparam("now"))
)
_IS_DUE = and_(
    MediaRow.state == "wanted", or_(MediaRow.next_at.is_(None), MediaRow.next_at <= bindparam("now"))
)
_DUE = (
    select(MediaRow, InboxRow.received_at)
    .join(InboxRow, InboxRow.number == MediaRow.inbox_number)
    .where(_IS_DUE)
    .order_by(MediaRow.inbox_number)
    .limit(bindparam("at_most", type_=Integer))
    .with_for_update(skip_locked=True, of=MediaRow)
)
_ANY_DUE = select(MediaRow.id).where(_IS_DUE).limit(1)


@dataclass(frozen=True)
class Wanted:
    """One file claimed for an attempt to fetch it."""

    id: str  # also the name of its file, and what its content is sealed for
    channel: str
    media: Media
    attempt: int


def keep(
    session: Session, keys: Keys, conversation_id: str, inbox_number: int, channel: str, media: Media
) -> None:
    """Note one file that came with a message. Where a person is awaited already, it is wanted at once."""
    media_id = new_id()
    mode = session.execute(select(Conversation.mode).where(Conversation.id == conversation_id)).scalar_one()
    session.add(
        MediaRow(
            id=media_id,
            conversation_id=conversation_id,
            inbox_number=inbox_number,
            channel=channel,
            type=media.type[:12],
            voice=media.voice,
            mime=media.mime[:80] if media.mime else None,
            name=media.name[:120] if media.name else None,
            source=keys.encrypt(json.dumps({"ref": media.ref, "sha256": media.sha256}), media_id),
            state="kept" if mode == "bot" else "wanted",
        )
    )
    session.flush()


def want(session: Session, conversation_id: str, now: datetime) -> int:
    """Have the files of a conversation fetched, because a person is needed in it; how many. Cheap if none."""
    return int(session.execute(_WANT, {"its_conversation": conversation_id, "now": now}).rowcount)


def of(session: Session, conversation_id: str) -> dict[int, list[MediaRow]]:
    """The files of a conversation by the number of the message they came with, in their order."""
    rows = session.execute(
        select(MediaRow).where(MediaRow.conversation_id == conversation_id).order_by(MediaRow.inbox_number)
    ).scalars()
    found: dict[int, list[MediaRow]] = {}
    for row in rows:
        found.setdefault(row.inbox_number, []).append(row)
    return found


def follow(session: Session, conversation_id: str) -> None:
    """The files of a conversation go where the messages went that they came with."""
    where = select(InboxRow.conversation_id).where(InboxRow.number == MediaRow.inbox_number)
    session.execute(
        update(MediaRow)
        .where(MediaRow.conversation_id == conversation_id)
        .values(conversation_id=where.scalar_subquery())
        .execution_options(synchronize_session=False)
    )


def anything_due(session: Session, now: datetime) -> bool:
    """Whether a file should be fetched now; only looks."""
    return session.execute(_ANY_DUE, {"now": now}).first() is not None


def claim(session: Session, keys: Keys, now: datetime, limit: int) -> list[Wanted]:
    """Take up to `limit` wanted files for one attempt each, the first that came first.

    Who dies with one in hand loses it after `LEASE`. What the channel no longer has is given up.
    """
    claimed = []
    for row, received_at in session.execute(_DUE, {"now": now, "at_most": limit}).all():
        if received_at < now - LIFETIME:
            row.state, row.reason, row.next_at = "gone", "too_old", None
            continue
        row.attempts += 1
        row.next_at = now + LEASE
        source = json.loads(keys.decrypt(row.source, row.id))
        file = Media(source["ref"], row.type, row.mime, source["sha256"], row.name, row.voice)
        claimed.append(Wanted(row.id, row.channel, file, row.attempts))
    session.flush()
    return claimed


def record_fetched(session: Session, wanted: Wanted, mime: str, size: int) -> bool:
    """A file lies here now, of this type and so many bytes; False if nobody waits for it any more."""
    row = _still_ours(session, wanted)
    if row is None:
        return False
    row.state, row.reason, row.next_at = "fetched", None, None
    row.mime, row.size = mime[:80], size
    return True


def record_refused(session: Session, wanted: Wanted, reason: str, *, gone: bool = False) -> None:
    """A file will not come: not allowed in, or no longer at the channel."""
    row = _still_ours(session, wanted)
    if row is not None:
        row.state, row.reason, row.next_at = "gone" if gone else "refused", reason[:40], None


def record_away(session: Session, wanted: Wanted, reason: str, now: datetime) -> None:
    """A file could not be had this time: again after 10 s, 40 s … an hour, while the channel has it."""
    row = _still_ours(session, wanted)
    if row is not None:
        wait = min(FIRST_WAIT * 4 ** min(wanted.attempt - 1, 9), LONGEST_WAIT)
        row.reason, row.next_at = reason[:40], now + wait


def _still_ours(session: Session, wanted: Wanted) -> MediaRow | None:
    row: MediaRow | None = session.execute(
        select(MediaRow).where(MediaRow.id == wanted.id).with_for_update()
    ).scalar_one_or_none()
    if row is None or (row.state, row.attempts) != ("wanted", wanted.attempt):
        return None
    return row
