"""Looking at every new message for danger, in plain code, before Rasa and without it (DESIGN 5.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Integer, bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from linea import alerts, logs, minors, outbox, rights
from linea.compose import merge
from linea.conversations import (
    COLOURS,
    leave_form,
    needs_person,
    protect,
    raise_colour,
    standing_handoff,
)
from linea.keys import Keys
from linea.messages import Body
from linea.on_call import Duty
from linea.store.models import Conversation, InboxRow, OutboxRow
from linea.triage import Triage

STAFF_ABUSE = "staff_abuse"  # the kind of danger that is told of the team itself (DESIGN 5.6)
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
Line = Callable[..., Body]  # name of a line, channel and the values of its [[names]] -> what is sent
NOBODY = Duty()


def look(
    session: Session,
    classify: Classify,
    line: Line,
    now: datetime,
    limit: int = AT_ONCE,
    duty: Duty = NOBODY,
    *,
    keys: Keys | None = None,
) -> int:
    """Give every new message its colour; how many there were. `duty`: who of the team can be called.

    Red is answered here with its fixed text and waits for a person; the rest goes on to the dispatcher,
    or to the operator who has the chat. The text ends with who comes, and whoever that is, is called
    with it. With `keys`, a word about one's own data is heard where a person has the chat, too.
    """
    rows = session.execute(_NEW, {"at_most": limit}).all()
    for row, conversation in rows:
        try:
            _look_at(session, row, conversation, classify, line, duty, now)
        except SQLAlchemyError:
            raise
        except Exception as error:  # one message must not hide the danger in another
            logs.get().error("watch_broke", message=row.number, error=error)
            _pass_on(row, conversation)
            needs_person(session, conversation, "failed", now)
            row.for_operator = True
        if keys is not None and row.kind == "text" and conversation.mode == "human":
            session.flush()
            rights.while_held(session, keys, conversation, row, now)
    session.flush()
    return len(rows)


def speak_for_silent_operators(session: Session, line: Line, now: datetime, duty: Duty = NOBODY) -> int:
    """Send the crisis text where an operator has the chat and has not answered a red for 60 s; how many.

    The one exception to silence in `human`; the chat is then free for others to take (DESIGN 5.3), and goes
    on call at once.
    """
    late = session.execute(
        select(Conversation)
        .where(Conversation.mode == "human")
        .where(Conversation.unanswered_red_at < now - OPERATOR_ANSWERS_WITHIN)
        .with_for_update(skip_locked=True)
    ).scalars()
    count = 0
    for conversation in late:
        since, conversation.unanswered_red_at = conversation.unanswered_red_at, None
        standing = standing_handoff(session, conversation.id)
        if standing is not None:
            standing.operator = None
            alerts.close(session, conversation.id, now)
            alerts.needed(session, conversation, now, since)
        signal_line = conversation.unanswered_red_line or "utter_crisis_help"
        _send(session, conversation, signal_line, line, duty, now, safety=True, waited=True)
        count += 1
    return count


def red(
    session: Session,
    row: InboxRow,
    conversation: Conversation,
    name: str,
    line: Line,
    duty: Duty,
    now: datetime,
) -> None:
    """Answer a red message with its fixed text, once, and put it before a person; a form is left.

    While an operator has the chat it is theirs to answer first.
    """
    held = conversation.mode == "human"
    row.state, row.outcome, row.for_operator = "done", "red", True
    needs_person(session, conversation, "red", now)
    if held:
        conversation.unanswered_red_at = conversation.unanswered_red_at or now
        conversation.unanswered_red_line = name
    alerts.needed(session, conversation, now)
    if held:
        return
    leave_form(conversation)
    outbox.cancel_unsent(session, conversation.id, now)
    sent = dict(
        session.execute(
            select(OutboxRow.utter, OutboxRow.created_at)
            .where(OutboxRow.conversation_id == conversation.id, OutboxRow.safety.is_(True))
            .order_by(OutboxRow.number)
        ).all()
    )
    if name not in sent:
        _send(session, conversation, name, line, duty, now, row.number, safety=True)
    elif "utter_crisis_again" not in sent or max(sent.values()) < now - AGAIN_AFTER:
        _send(session, conversation, "utter_crisis_again", line, duty, now, row.number, safety=True)


def _look_at(
    session: Session,
    row: InboxRow,
    conversation: Conversation,
    classify: Classify,
    line: Line,
    duty: Duty,
    now: datetime,
) -> None:
    found = _read(session, row, classify)
    row.colour, row.signal = found.colour, found.signal
    raise_colour(conversation, found.colour, found.urgency)
    if found.kind == STAFF_ABUSE and protect(session, conversation, now):
        alerts.close(session, conversation.id, now)  # what the team was called to is not theirs any more
    _pass_on(row, conversation)
    if row.kind == "copy":  # somebody else answers there: a person of ours knows, the line says nothing
        if found.colour in ("red", "yellow"):
            row.for_operator = True
            needs_person(session, conversation, found.colour, now)
            alerts.needed(session, conversation, now)
        return
    child = not conversation.child and row.kind == "text" and minors.says_child(row.text)
    conversation.child = conversation.child or child
    if child or found.colour in ("red", "yellow"):
        leave_form(conversation)
    if found.colour == "red":
        red(session, row, conversation, found.line or "utter_crisis_help", line, duty, now)
    elif found.colour == "yellow":
        _yellow(session, row, conversation, found.line or "utter_yellow", line, duty, now)
    elif child:
        _child(session, row, conversation, line, duty, now)


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


def _yellow(
    session: Session,
    row: InboxRow,
    conversation: Conversation,
    name: str,
    line: Line,
    duty: Duty,
    now: datetime,
) -> None:
    row.for_operator = True
    needs_person(session, conversation, "yellow", now)
    alerts.needed(session, conversation, now)
    # Also to who already waits for a person: it says whom to call today. After a crisis text it says less.
    first = conversation.colour == "yellow" and name not in _said(session, conversation)
    if first and conversation.mode == "waiting":
        _send(session, conversation, name, line, duty, now, row.number)
        conversation.waiting_told = True


def _child(
    session: Session,
    row: InboxRow,
    conversation: Conversation,
    line: Line,
    duty: Duty,
    now: datetime,
) -> None:
    """Whoever says to be under 14 is told, in words for a child, who helps; and a person of ours answers."""
    row.for_operator = True
    needs_person(session, conversation, "child", now)
    if conversation.mode == "waiting":
        _send(session, conversation, "utter_child", line, duty, now, row.number)
        conversation.waiting_told = True


def _said(session: Session, conversation: Conversation) -> set[str]:
    said = select(OutboxRow.utter).where(OutboxRow.conversation_id == conversation.id)
    return set(session.execute(said).scalars())


def _send(
    session: Session,
    conversation: Conversation,
    name: str,
    line: Line,
    duty: Duty,
    now: datetime,
    turn: int | None = None,
    *,
    safety: bool = False,
    waited: bool = False,
) -> None:
    """The text, and below it who reads what the person writes, as it is at this moment."""
    try:
        bodies = [line(name, conversation.channel)]
    except LookupError as error:  # the person is still put before an operator
        logs.get().error("line_missing", line=name, error=error)
        return
    try:
        who, values = alerts.who_comes(session, conversation, duty, now, waited=waited)
        bodies.append(line(who, conversation.channel, **values))
    except SQLAlchemyError:
        raise
    except Exception as error:  # the numbers to call go out all the same
        logs.get().error("who_comes_missing", error=error)
    bodies = merge(bodies, conversation.channel)
    outbox.add(session, conversation, bodies, "line", now, utter=name, turn=turn, safety=safety)
