"""What people may ask for about what is kept of them: to be told, to have it erased, to leave the lists.

Whole messages are understood here, without Rasa (`linea/words.py`); sentences come as effects of its actions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from linea import consent, erasure, optout, outbox, words
from linea.answers import NO, YES, Heard, yes_no
from linea.conversations import standing_handoff
from linea.keys import Keys
from linea.scene import Outcome, Scene
from linea.store.models import Conversation, InboxRow, OutboxRow

ERASE_ASKED = "utter_erase_ask"  # the line after which a yes erases
TAPS = {"/erase": "erase", "/keep_data": "keep"}  # what the options below it stand for
DATE = "%d/%m/%Y"


def heard(session: Session, conversation: Conversation, text: str | None, payload: str | None) -> str | None:
    """The effect that a message asks for by itself: one of this file's, by name; None if it asks for none.

    A yes erases only if nothing has been said to the person since they were asked.
    """
    if payload is not None:
        return TAPS.get(payload)
    asked = words.right(text)
    if conversation.erase_asked_at is not None and _last_said(session, conversation) == ERASE_ASKED:
        answer = yes_no(Heard(text or ""))
        if asked == "ask_erase" or answer == YES or words.confirms(text):
            return "erase"
        if answer == NO and asked is None:
            return "keep"
    return asked


def while_held(
    session: Session, keys: Keys, conversation: Conversation, row: InboxRow, now: datetime
) -> None:
    """The same for somebody an operator has: the line stays silent, and the operator sees what was asked.

    BORRAR marks the conversation; written once more it erases, and what is left goes when the chat is closed.
    """
    asked = words.right(row.text)
    if optout.word(row.text, conversation.channel) == "stop":
        optout.stop(session, keys, conversation, now)
        consent.withdraw(session, keys, conversation.person_id, consent.LISTS)
    elif asked == "leave_lists":
        consent.withdraw(session, keys, conversation.person_id, consent.LISTS)
    elif conversation.erase_asked_at is not None and words.confirms(row.text):
        erasure.erase_person(session, keys, conversation.person_id, now)
    elif asked == "ask_erase":
        conversation.erase_asked_at = now


def my_data(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """Says in simple words which kinds of things are kept, and nothing that another reader should not see."""
    lines, values = _kept(scene)
    return Outcome(line="utter_my_data", more=(*lines, "utter_my_data_end"), values=values)


def ask_erase(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """Names what would go, and asks once whether it should."""
    scene.conversation.erase_asked_at = scene.now
    lines, values = _kept(scene)
    return Outcome(line=ERASE_ASKED, more=(*lines, "utter_erase_confirm"), values=values)


def erase(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """Erases at once and says so; asks first where that was not done."""
    if scene.conversation.erase_asked_at is None:
        return ask_erase(scene, asked)
    frozen = _frozen(scene)
    whole = erasure.erase_person(scene.session, scene.keys, scene.conversation.person_id, scene.now)
    line = outbox.RECEIPT if whole else "utter_erased_but_open"
    return Outcome(line=line, more=("utter_kept_frozen",) if frozen else (), erased=True)


def keep(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """They thought better of it."""
    scene.conversation.erase_asked_at = None
    return Outcome(line="utter_erase_kept")


def leave_lists(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """Takes the person off every list they are on."""
    left = consent.withdraw(scene.session, scene.keys, scene.conversation.person_id, consent.LISTS)
    return Outcome(line="utter_left_lists" if left else "utter_on_no_list", leaves=True)


def _kept(scene: Scene) -> tuple[list[str], dict[str, str]]:
    """The lines that name what is kept of a person, and the dates in them."""
    lines, values = ["utter_kept_chat"], {}
    if standing_handoff(scene.session, scene.conversation.id) is not None:
        lines.append("utter_kept_request")
    for one in consent.held(scene.session, scene.keys, scene.conversation.person_id):
        if one.frozen:
            continue
        lines.append(f"utter_kept_{one.purpose}")
        if one.until is not None:
            values[f"until_{one.purpose}"] = one.until.astimezone(scene.bank.timezone).strftime(DATE)
    if _frozen(scene):
        lines.append("utter_kept_frozen")
    return list(dict.fromkeys(lines)), values


def _frozen(scene: Scene) -> bool:
    held = consent.held(scene.session, scene.keys, scene.conversation.person_id)
    return any(one.frozen for one in held)


def _last_said(session: Session, conversation: Conversation) -> str | None:
    said = select(OutboxRow.utter).where(OutboxRow.conversation_id == conversation.id)
    found: str | None = session.execute(said.order_by(OutboxRow.number.desc()).limit(1)).scalar()
    return found
