"""Looking at every new message for danger, in plain code, before Rasa and without it (DESIGN 5.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Integer, bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from linea import logs, outbox
from linea.conversations import COLOURS, needs_person, raise_colour, standing_handoff
from linea.messages import Body
from linea.store.models import Conversation, InboxRow, OutboxRow
from linea.triage import Triage

AGAIN_AFTER = timedelta(minutes=2)  # a red person who writes on is not sent the numbers at every line
OPERATOR_ANSWERS_WITHIN = timedelta(seconds=60)  # DESIGN 5.3
JUST_BEFORE = timedelta(minutes=2)  # short messages so close together are read as one sentence too
A_FEW, SHORT = 4, 100  # so many of them, each of so many letters at most
AT_ONCE = 100  # messages in one transaction: at most half of the half second that a webhook waits for it

_NEW = (  # built once: building it costs SQLAlchemy several times what running it costs
    select(InboxRow, Conversation)
    .join(Conversation, Conversation.id == InboxRow.conversation_id)
    .where(InboxRow.state == "new")
    .order_by(InboxRow.number)
    .limit(bindparam("at_most", type_=Integer))
    .with_for_update(skip_locked=True, of=InboxRow)
)
_BEFORE = (
    select(InboxRow.text, InboxRow.colour)
    .where(InboxRow.conversation_id == bindparam("its_conversation"))
    .where(InboxRow.number < bindparam("its_number"))
    .where(InboxRow.received_at > bindparam("since"), InboxRow.kind == "text")
    .order_by(InboxRow.number.desc())
    .limit(A_FEW)
)

Classify = Callable[[str], Triage]
Line = Callable[[str, str], Body]  # name of a line and channel -> what is sent


def look(session: Session, classify: Classify, line: Line, now: datetime, limit: int = AT_ONCE) -> int:
    """Give every new message its colour; how many there were.

    Red is answered here with its fixed text and waits for a person; the rest goes on to the dispatcher,
    or to the operator who has the chat.
    """
    rows = session.execute(_NEW, {"at_most": limit}).all()
    for row, conversation in rows:
        try:
            _look_at(session, row, conversation, classify, line, now)
        except SQLAlchemyError:
            raise
        except Exception as error:  # one message must not hide the danger in another
            logs.get().error("watch_broke", message=row.number, error=error)
            _pass_on(row, conversation)
            needs_person(session, conversation, "failed", now)
            row.for_operator = True
    session.flush()
    return len(rows)


def speak_for_silent_operators(session: Session, line: Line, now: datetime) -> int:
    """Send the crisis text where an operator has the chat and has not answered a red for 60 s; how many.

    The one exception to silence in `human`; the chat is then free for others to take (DESIGN 5.3).
    """
    late = session.execute(
        select(Conversation)
        .where(Conversation.mode == "human")
        .where(Conversation.unanswered_red_at < now - OPERATOR_ANSWERS_WITHIN)
        .with_for_update(skip_locked=True)
    ).scalars()
    count = 0
    for conversation in late:
        signal_line = conversation.unanswered_red_line or "utter_crisis_help"
        _send(session, conversation, signal_line, line, now, safety=True)
        conversation.unanswered_red_at = None
        standing = standing_handoff(session, conversation.id)
        if standing is not None:
            standing.operator = None
        count += 1
    return count


def _look_at(
    session: Session,
    row: InboxRow,
    conversation: Conversation,
    classify: Classify,
    line: Line,
    now: datetime,
) -> None:
    found = _read(session, row, classify)
    row.colour, row.signal = found.colour, found.signal
    raise_colour(conversation, found.colour, found.urgency)
    _pass_on(row, conversation)
    if row.kind == "copy":  # somebody else answers there: a person of ours knows, the line says nothing
        if found.colour in ("red", "yellow"):
            row.for_operator = True
            needs_person(session, conversation, found.colour, now)
        return
    if found.colour == "red":
        _red(session, row, conversation, found.line or "utter_crisis_help", line, now)
    elif found.colour == "yellow":
        _yellow(session, row, conversation, found.line or "utter_yellow", line, now)


def _read(session: Session, row: InboxRow, classify: Classify) -> Triage:
    """The colour of a message by itself or, if that is higher, of the sentence it ends: people send one in
    pieces ("me quiero", "morir"). What has had its colour already is not read again."""
    alone = classify(row.text or "")
    if alone.colour == "red" or row.kind != "text" or len(row.text) > SHORT:
        return alone
    wanted = {"its_conversation": row.conversation_id, "its_number": row.number}
    pieces = [row.text]
    for text, colour in session.execute(_BEFORE, {**wanted, "since": row.received_at - JUST_BEFORE}):
        if colour not in ("none", "green") or len(text) > SHORT:
            break
        pieces.insert(0, text)
    if len(pieces) == 1:
        return alone
    return max(alone, classify("\n".join(pieces)), key=lambda found: COLOURS.index(found.colour))


def _pass_on(row: InboxRow, conversation: Conversation) -> None:
    """To the dispatcher, or to the operator who has the chat; an edit and the like are answered by nobody."""
    if row.kind in ("silent", "copy"):
        row.state, row.outcome = "done", "silent"
        return
    row.state, row.outcome = ("done", "human") if conversation.mode == "human" else ("waiting", None)
    row.for_operator = conversation.mode != "bot"


def _red(
    session: Session, row: InboxRow, conversation: Conversation, name: str, line: Line, now: datetime
) -> None:
    held = conversation.mode == "human"
    row.state, row.outcome, row.for_operator = "done", "red", True
    needs_person(session, conversation, "red", now)
    if held:
        conversation.unanswered_red_at = conversation.unanswered_red_at or now
        conversation.unanswered_red_line = name
        return
    outbox.cancel_unsent(session, conversation.id, now)
    sent = dict(
        session.execute(
            select(OutboxRow.utter, OutboxRow.created_at)
            .where(OutboxRow.conversation_id == conversation.id, OutboxRow.safety.is_(True))
            .order_by(OutboxRow.number)
        ).all()
    )
    if name not in sent:
        _send(session, conversation, name, line, now, row.number, safety=True)
    elif "utter_crisis_again" not in sent or max(sent.values()) < now - AGAIN_AFTER:
        _send(session, conversation, "utter_crisis_again", line, now, row.number, safety=True)


def _yellow(
    session: Session, row: InboxRow, conversation: Conversation, name: str, line: Line, now: datetime
) -> None:
    row.for_operator = True
    needs_person(session, conversation, "yellow", now)
    # Also to who already waits for a person: it says whom to call today. After a crisis text it says less.
    first = conversation.colour == "yellow" and name not in _said(session, conversation)
    if first and conversation.mode == "waiting":
        _send(session, conversation, name, line, now, row.number)
        conversation.waiting_told = True


def _said(session: Session, conversation: Conversation) -> set[str]:
    said = select(OutboxRow.utter).where(OutboxRow.conversation_id == conversation.id)
    return set(session.execute(said).scalars())


def _send(
    session: Session,
    conversation: Conversation,
    name: str,
    line: Line,
    now: datetime,
    turn: int | None = None,
    *,
    safety: bool = False,
) -> None:
    try:
        body = line(name, conversation.channel)
    except LookupError as error:  # the person is still put before an operator
        logs.get().error("line_missing", line=name, error=error)
        return
    outbox.add(session, conversation, [body], "line", now, utter=name, turn=turn, safety=safety)
