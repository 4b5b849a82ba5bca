"""Somebody outside this line speaks with a person: on the team's telephone, or another system on the number.

The assistant is silent there as it is beside an operator of ours, and what they wrote stands in the chat.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from linea import conversations, outbox, people
from linea.keys import Keys
from linea.messages import OUTSIDERS as HOLDERS
from linea.messages import Body, Takeover
from linea.store.models import Conversation, Handoff, InboxRow, OutboxRow

OUTSIDERS = frozenset(HOLDERS.values())  # they cannot close a chat here, so anybody may do it for them
REASON = "outside"


def apply(session: Session, keys: Keys, takeover: Takeover, now: datetime) -> str | None:
    """Let somebody outside have a conversation, or have it back; its id. None if the person has no address.

    Unsent bot messages are taken back. An operator of ours who has it keeps it. The caller sees to it that a
    repeat of the same webhook does not come here.
    """
    if not takeover.taken:
        return _given_back(session, keys, takeover, now)
    person_id = people.resolve(session, keys, takeover.person, now)
    if person_id is None:
        return None
    conversation_id = conversations.current(session, person_id, takeover.channel, now)
    conversation = session.get(Conversation, conversation_id)
    conversations.needs_person(session, conversation, REASON, now)
    standing = conversations.standing_handoff(session, conversation_id)
    if standing is not None and standing.operator is None:
        standing.operator, standing.taken_at = HOLDERS[takeover.who], now
    conversation.mode = "human"
    outbox.cancel_unsent(session, conversation_id, now)
    conversation.lease_owner = conversation.lease_until = None
    if takeover.text is not None:
        _said(session, conversation, takeover, now)
    _pass_on(session, conversation, answered=takeover.text is not None)
    return conversation_id


def _said(session: Session, conversation: Conversation, takeover: Takeover, now: datetime) -> None:
    """What they wrote, in the place it has in time; it was sent by them and never by us."""
    (row_id,) = outbox.add(
        session, conversation, [Body(takeover.text or "")], "operator", now, operator=HOLDERS[takeover.who]
    )
    at = now if takeover.at is None else min(takeover.at, now)
    sent = {"state": "sent", "created_at": max(at, conversation.opened_at), "settled_at": now}
    session.execute(update(OutboxRow).where(OutboxRow.id == row_id).values(**sent))
    conversation.unanswered_red_at = None


def _pass_on(session: Session, conversation: Conversation, *, answered: bool) -> None:
    """What waits for the assistant is theirs; what they wrote answers all that came before it."""
    session.execute(
        update(InboxRow)
        .where(InboxRow.conversation_id == conversation.id, InboxRow.state == "waiting")
        .values(state="done", outcome="human", for_operator=True)
    )
    if answered:
        session.execute(
            update(InboxRow).where(InboxRow.conversation_id == conversation.id).values(for_operator=False)
        )


def _given_back(session: Session, keys: Keys, takeover: Takeover, now: datetime) -> str | None:
    """The assistant answers again; but what nobody has answered waits for a person of the team."""
    person_id = people.find(session, keys, takeover.person)
    found = session.execute(
        select(Handoff, Conversation)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Conversation.person_id == person_id, Conversation.channel == takeover.channel)
        .where(Handoff.operator == HOLDERS[takeover.who], Handoff.closed_at.is_(None))
    ).first()
    if found is None:
        return None
    handoff, conversation = found
    unanswered = select(InboxRow.number).where(
        InboxRow.conversation_id == conversation.id, InboxRow.for_operator.is_(True)
    )
    if handoff.colour == "red" or session.execute(unanswered.limit(1)).first() is not None:
        handoff.operator, conversation.mode = None, "waiting"
    else:
        handoff.closed_at, conversation.mode = now, "bot"
        conversation.unanswered_red_at = None
    return str(conversation.id)
