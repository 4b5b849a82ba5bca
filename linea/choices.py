"""What somebody chose who was offered options: by a tap, by its number, or by writing what it says."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from linea import numbered
from linea.store.models import InboxRow, OptionRow, OutboxRow

LONGEST = 60  # letters of an answer that names an option; the longest title has 24
LOOK_BACK = 4  # messages of ours, the newest first: an answer may stand between the list and the choice

_LAST = (  # built once: building it costs SQLAlchemy several times what running it costs
    select(OutboxRow.body, OutboxRow.safety)
    .where(OutboxRow.conversation_id == bindparam("its_conversation"))
    .where(OutboxRow.state != "cancelled")
    .order_by(OutboxRow.number.desc())
    .limit(LOOK_BACK)
)


def chosen(session: Session, row: InboxRow) -> OptionRow | None:
    """The option of this very conversation that a message chooses; None if it chooses none.

    A forged or forgotten id chooses nothing: its title is then read like any words.
    """
    if row.kind == "option":
        option = session.get(OptionRow, row.option_id or "")
        return option if option is not None and option.conversation_id == row.conversation_id else None
    if row.kind != "text" or len(row.text or "") > LONGEST:
        return None
    offered = _offered(session, row.conversation_id)
    place = numbered.chosen(row.text, [option["title"] for option in offered])
    return None if place is None else session.get(OptionRow, offered[place]["id"])


def _offered(session: Session, conversation_id: str) -> list[dict[str, str]]:
    for body, safety in session.execute(_LAST, {"its_conversation": conversation_id}):
        if safety:  # "1" to "is there a safe place?" is no option of a list from before
            return []
        if body["options"]:
            options: list[dict[str, str]] = body["options"]
            return options
        if body.get("words"):  # "3" to "how many days?" is no third option of the question before
            return []
    return []
