"""The list of possible recipients of cash: only while the programme has one open, and only with a yes.

Kept, sealed in one piece: the name to be called by, a phone, the district, who lives at home. No document,
no free words. Each entry has the end date that was told before the yes (facts: content.md 5.3).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from linea import consent, people, scope
from linea.bank import Bank
from linea.cash_answers import OTHER, name_in, phone_in
from linea.codes import new_id
from linea.keys import Keys
from linea.profile import CALM
from linea.rights import DATE
from linea.scene import Outcome, Scene
from linea.store.models import Candidate, Consent, Conversation

PURPOSE = "cash_list"
TERMS, LEFT = "utter_cash_list_terms", "utter_cash_list_left"
OPEN, CLOSED = "utter_cash_list_open", "utter_cash_list_closed"  # said after an entry that leads here
CLOSES_KEY, ERASED_KEY = "cash_list_until", "cash_list_erased"  # in programme.yml
ANSWERS = ("place", "people", "household")


@dataclass(frozen=True)
class Entry:
    """One of the list, for the programme's eyes; `answers` as in the profile."""

    since: datetime
    until: datetime
    name: str | None
    phone: str
    answers: Mapping[str, str]
    frozen: bool  # the number may be somebody else's now: do not call


def dates(bank: Bank, now: datetime) -> dict[str, str] | None:
    """{closes, erased} as they are said, while a list is open; None if there is none.

    Open means that the programme keeps such lists (`scope`) and has given both days, and the first has not
    passed.
    """
    if not scope.offers(bank.facts, "cash_list"):
        return None
    closes, erased = (_day(bank, key) for key in (CLOSES_KEY, ERASED_KEY))
    if closes is None or erased is None or erased < closes:
        return None
    if now.astimezone(bank.timezone).date() > closes:
        return None
    return {"closes": closes.strftime(DATE), "erased": erased.strftime(DATE)}


def open_to(conversation: Conversation, now: datetime, bank: Bank) -> dict[str, str] | None:
    """The same for whoever speaks here: not for a child, nor while somebody needs more than a list."""
    if conversation.child or conversation.colour not in CALM:
        return None
    return dates(bank, now)


def agreed(scene: Scene, asked: Mapping[str, Any]) -> None:
    """They authorise it. Raises ConsentError if they were not asked, or if the list was closed meanwhile."""
    told, erased = dates(scene.bank, scene.now), _day(scene.bank, ERASED_KEY)
    if told is None or erased is None:
        raise consent.ConsentError(PURPOSE)
    words = scene.bank.line(TERMS, scene.conversation.channel, **told).text
    until = datetime.combine(erased, time(), scene.bank.timezone)
    consent_id = consent.record(
        scene.session, scene.keys, scene.conversation, PURPOSE, TERMS, words, scene.now, until
    )
    row_id = new_id()
    secret = scene.keys.encrypt("{}", row_id)
    scene.session.add(Candidate(id=row_id, consent_id=consent_id, at=scene.now, secret=secret))
    scene.session.flush()


def save(scene: Scene, asked: Mapping[str, Any]) -> Outcome | None:
    """Keep an answer. `field` says what the turn's words are (`name`, `phone`), which no action passes on;
    `complete` brings the other answers and puts the person on the list. Without a consent (they took it back
    in the middle, on another channel) nothing is kept, and the questions end.
    """
    row = _of_conversation(scene)
    if row is None:
        return Outcome(line=LEFT, leaves=True)
    kept = json.loads(scene.keys.decrypt(row.secret, row.id))
    if asked.get("field") == "name":
        kept["name"] = name_in(scene.text)
    elif asked.get("field") == "phone":
        kept["phone"] = phone_in(scene.text) if asked.get("whose") == OTHER else _own_phone(scene)
    kept |= {name: str(asked[name]) for name in ANSWERS if asked.get(name) is not None}
    if asked.get("complete") and not kept.get("phone"):  # a list without a way to reach them is no help
        leave(scene, {})
        return Outcome(line="utter_cash_list_no_phone", handover="asked")
    row.secret = scene.keys.encrypt(json.dumps(kept), row.id)
    row.complete = bool(row.complete or asked.get("complete"))
    scene.session.flush()
    return None


def leave(scene: Scene, asked: Mapping[str, Any]) -> None:
    """They did not go on: nothing of it is kept."""
    for consent_id in consent.of_conversation(scene.session, scene.conversation, PURPOSE):
        consent.end(scene.session, consent_id)


def entries(session: Session, keys: Keys) -> list[Entry]:
    """Everybody on the list, who has waited longest first."""
    rows = session.execute(
        select(Candidate, Consent)
        .join(Consent, Consent.id == Candidate.consent_id)
        .where(Candidate.complete.is_(True))
        .order_by(Candidate.at)
    ).all()
    found = []
    for row, given in rows:
        kept = json.loads(keys.decrypt(row.secret, row.id))
        answers = {name: kept[name] for name in ANSWERS if name in kept}
        frozen = given.frozen_at is not None
        found.append(Entry(row.at, given.until, kept.get("name"), kept["phone"], answers, frozen))
    return found


def _of_conversation(scene: Scene) -> Candidate | None:
    given = consent.of_conversation(scene.session, scene.conversation, PURPOSE)
    found: Candidate | None = scene.session.execute(
        select(Candidate).where(Candidate.consent_id.in_(given)).order_by(Candidate.at.desc())
    ).scalar()
    return found


def _own_phone(scene: Scene) -> str | None:
    return people.address_of(scene.session, scene.keys, scene.conversation.person_id).phone


def _day(bank: Bank, key: str) -> date | None:
    try:
        return date.fromisoformat(bank.facts.value(key) or "")
    except ValueError:
        return None
