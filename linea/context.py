"""What a turn's request tells the assistant of the conversation; nothing in it names or quotes a person.

Actions read it (`actions.base.context`). What has the name of a slot of the domain is set for the turn, so
that rules can ask for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from linea import advice, scope
from linea.bank import Bank
from linea.store.models import Conversation


def of(session: Session, conversation: Conversation, now: datetime, *, media: bool) -> dict[str, Any]:
    """`mode`, `colour`, and whether `media` came with the words."""
    return {"mode": conversation.mode, "colour": conversation.colour, "media": media}


def of_content(bank: Bank, now: datetime, production: bool) -> dict[str, Any]:
    """`today` in the line's time zone, and of each table of advice what may be said (`test_advice`)."""
    today = now.astimezone(bank.timezone).date()
    states = {
        f"{table.id}_advice": advice.state(table, scope.offers(bank.facts, table.service), today, production)
        for table in bank.advice.values()
    }
    return {"today": today.isoformat(), **states}
