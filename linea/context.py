"""What a turn's request tells the assistant of the conversation; nothing in it names or quotes a person.

Actions read it (`actions.base.context`). What has the name of a slot of the domain is set for the turn, so
that rules can ask for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from linea import advice, cash_list, profile, scope
from linea.bank import Bank
from linea.store.models import Conversation


def of(
    session: Session, conversation: Conversation, now: datetime, bank: Bank, *, media: bool
) -> dict[str, Any]:
    """`mode`, `colour`, whether `media` came with the words; `may_ask_profile`, the purpose that the line has
    just `asked_for`, and whether the cash list is open to this person, with its dates as they are said."""
    open_list = cash_list.open_to(conversation, now, bank)
    return {
        "mode": conversation.mode,
        "colour": conversation.colour,
        "media": media,
        "may_ask_profile": profile.may_ask(session, conversation, now, bank),
        "asked_for": conversation.asking,
        "cash_list_open": open_list is not None,
        "cash_list": open_list,
    }


def of_content(bank: Bank, now: datetime, production: bool) -> dict[str, Any]:
    """`today` in the line's time zone, and of each table of advice what may be said (`test_advice`)."""
    today = now.astimezone(bank.timezone).date()
    states = {
        f"{table.id}_advice": advice.state(table, scope.offers(bank.facts, table.service), today, production)
        for table in bank.advice.values()
    }
    return {"today": today.isoformat(), **states}
