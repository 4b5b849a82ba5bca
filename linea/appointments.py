"""Yellow gets an appointment: an hour is offered, chosen, agreed to, booked, moved, cancelled (DESIGN 5.5).

Of an appointment are kept the hour and, sealed, how to reach the person; never why. It hangs on a consent of
its own and goes with it (DESIGN 5.8).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from linea import consent, gsm7, moments, people, scope, slots
from linea.bank import Bank
from linea.codes import new_code, new_id
from linea.keys import Keys
from linea.messages import Sender
from linea.plain import plain
from linea.scene import Outcome, Scene
from linea.store import insert_once
from linea.store.models import Appointment, Consent, OptionRow, Slot

PURPOSE = "appointment"
RETENTION = timedelta(days=90)  # after it was closed (proposed in content.md 10.4; the organisation decides)
OFFERED = 3  # hours at a time
MOST_ASKED = 6  # offers and questions in one conversation; who answers none of them is asked no more
OFFER, TERMS = "utter_appointment_offer", "utter_appointment_terms"
# What the last words of the line asked for (`Conversation.asking`); a yes or a no counts for that alone.
QUESTIONS = {
    OFFER: "slot",
    "utter_appointment_move": "slot",
    TERMS: PURPOSE,
    "utter_appointment_cancel_ask": "cancel",
}
HOW = {
    "call": "utter_appointment_by_call",
    "line": "utter_appointment_by_line",
    "visit": "utter_appointment_by_visit",
}
CHOOSE, NO = "/choose_slot", "/no_appointment"  # payloads


def in_scope(bank: Bank) -> bool:
    """Whether the programme gives appointments (`scope` in data/programme.yml)."""
    return scope.offers(bank.facts, "appointments")


def first_offer(scene: Scene) -> Outcome:
    """What follows the answer to somebody in yellow: up to three hours, once; or plainly that there is none.

    Nothing to a child, in red, to somebody who has an appointment, or where the line gives none.
    """
    conversation = scene.conversation
    if (
        conversation.colour != "yellow"
        or conversation.child
        or conversation.mode == "human"
        or conversation.appointment_offered_at is not None
        or not in_scope(scene.bank)
        or standing(scene) is not None
    ):
        return Outcome()
    conversation.appointment_offered_at = scene.now
    return _offer(scene)


def offer(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """The hours again, to who said yes without saying to which; where there is one, that one is meant."""
    free = _free(scene)
    if asked.get("yes") and len(free) == 1 and standing(scene) is None:
        slots.hold(scene.session, free[0], scene.conversation.id, scene.now)
        return ask(scene, {})
    return _again(scene)


def choose(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """An hour was chosen: held while the person is asked for their yes or, if they have one, changed.

    `tapped`: the turn's words are the title of an option; else they may say a day and an hour. `unsure`: or
    half a question, to which the assistant says what it may mean.
    """
    if (instead := _not_now(scene)) is not None:
        return instead
    zone, said = scene.bank.timezone, plain(scene.text)
    theirs = standing(scene)
    if theirs is not None and plain(moments.title(_slot(scene, theirs).starts_at, zone)) == said:
        return keep(scene, {})
    free = _free(scene)
    found = [slot for slot in free if plain(moments.title(slot.starts_at, zone)) == said]
    if not found and asked.get("tapped"):
        return _offer(scene, "utter_appointment_taken")
    if not found:
        meant = moments.meant(scene.text, [slot.starts_at for slot in free], scene.now, zone)
        found = [slot for slot in free if slot.starts_at in meant]
    if not found:
        waits = scene.conversation.mode == "waiting" and not asked.get("unsure")
        return _again(scene) if waits else Outcome()
    if len(found) > 1:
        return _shown(scene, found, ())
    if theirs is not None:
        change(scene.session, theirs, found[0], scene)
        return _told(scene, theirs, "utter_appointment_moved")
    slots.hold(scene.session, found[0], scene.conversation.id, scene.now)
    return ask(scene, {})


def other(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """None of the hours offered so far suits them: others, or a person asks when they can."""
    if (instead := _not_now(scene)) is not None:
        return instead
    slots.release(scene.session, scene.conversation.id)
    seen = select(OptionRow.title).where(
        OptionRow.conversation_id == scene.conversation.id, OptionRow.payload == CHOOSE
    )
    shown = {plain(title) for title in scene.session.execute(seen).scalars()}
    zone = scene.bank.timezone
    left = [slot for slot in _free(scene) if plain(moments.title(slot.starts_at, zone)) not in shown]
    return _shown(scene, left, ()) if left else Outcome("appointment", "utter_appointment_other")


def ask(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """The question for the yes, with hour and place; with nothing chosen, the hours again."""
    slot = _held(scene)
    if slot is None or _asked_often(scene):
        return _again(scene)
    more = (HOW[slot.way], TERMS)
    return Outcome(line="utter_appointment_when", more=more, values=_values(scene, slot), beside=True)


def book(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """They agree: the hour is theirs. Asks again where they were not asked last; says so if it is gone."""
    if (instead := _not_now(scene)) is not None:
        return instead
    slot = _held(scene)
    if slot is None:
        return keep(scene, {}) if standing(scene) is not None else _offer(scene, "utter_appointment_taken")
    if scene.conversation.asking != PURPOSE:
        return ask(scene, {})
    words = scene.bank.line(TERMS, scene.conversation.channel, **_values(scene, slot)).text
    until = slot.ends_at + RETENTION
    consent_id = consent.record(
        scene.session, scene.keys, scene.conversation, PURPOSE, TERMS, words, scene.now, until
    )
    row = _add(scene, slot, consent_id)
    if row is None:
        consent.end(scene.session, consent_id)
        return _offer(scene, "utter_appointment_taken")
    slots.release(scene.session, scene.conversation.id)
    return _told(scene, row, "utter_appointment_booked")


def decline(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """No is a complete answer."""
    slots.release(scene.session, scene.conversation.id)
    return Outcome(line="utter_appointment_declined")


def move(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """They want another hour: the free ones; theirs stays theirs until they choose."""
    row = standing(scene)
    if row is None:
        return _nothing(scene)
    values = _values(scene, _slot(scene, row))
    free = _free(scene)
    if not free:
        return Outcome("appointment", "utter_appointment_none_to_move", values)
    return Outcome(line="utter_appointment_move", values=values, options=_options(scene, free))


def ask_cancel(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """Says which, and asks once."""
    row = standing(scene)
    if row is None:
        return _nothing(scene)
    return Outcome(line="utter_appointment_cancel_ask", values=_values(scene, _slot(scene, row)))


def cancel(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """Nothing of it is kept, and the hour is free again."""
    row = standing(scene)
    if row is None:
        return _nothing(scene)
    consent.end(scene.session, row.consent_id)
    return Outcome(line="utter_appointment_cancelled")


def keep(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """It stays as it is, and is said once more."""
    row = standing(scene)
    return _nothing(scene) if row is None else _told(scene, row, "utter_appointment_kept")


def standing(scene: Scene) -> Appointment | None:
    """The appointment of whoever speaks here that is still to come; not while it is unsure who that is."""
    held = consent.held(scene.session, scene.keys, scene.conversation.person_id)
    found: Appointment | None = (
        scene.session.execute(
            select(Appointment)
            .join(Slot, Slot.number == Appointment.slot_number)
            .where(Appointment.consent_id.in_([one.id for one in held if not one.frozen]))
            .where(Appointment.state == "booked", Slot.ends_at > scene.now)
        )
        .scalars()
        .first()
    )
    return found


def change(session: Session, row: Appointment, slot: Slot, scene: Scene) -> None:
    """Another hour for an appointment; the one it had is free again."""
    shift(session, row, slot, scene.now, scene.bank)
    slots.release(session, scene.conversation.id)


def shift(session: Session, row: Appointment, slot: Slot, now: datetime, bank: Bank) -> None:
    """The same, whoever asks for it: reminders and the day of its erasure go with it."""
    row.slot_number, row.booked_at, row.unreminded = slot.number, now, False
    row.remind_at = moments.next_reminder(slot.starts_at, now, now, bank.timezone)
    session.get(Consent, row.consent_id).until = slot.ends_at + RETENTION
    session.flush()


def reached_by(keys: Keys, row: Appointment) -> tuple[str, Sender]:
    """The channel on which it was agreed to and the addresses of the person."""
    kept = json.loads(keys.decrypt(row.secret, row.id))
    return str(kept.pop("channel")), Sender(**kept)


def follow(session: Session, keys: Keys, before: Sender, after: Sender | None) -> None:
    """A person of the team found that the addresses of `before` are `after` now: reminders go there."""
    if after is None:
        return
    theirs = set(people.addresses(before).items())
    for row in session.execute(select(Appointment).where(Appointment.state == "booked")).scalars():
        channel, sender = reached_by(keys, row)
        known = people.addresses(sender)
        if theirs & set(known.items()):
            fresh = asdict(Sender(**{**dict.fromkeys(people.KINDS), **known, **people.addresses(after)}))
            row.secret = keys.encrypt(json.dumps({"channel": channel, **fresh}), row.id)
    session.flush()


def _add(scene: Scene, slot: Slot, consent_id: str) -> Appointment | None:
    """None if somebody else has the hour."""
    conversation, row_id, code = scene.conversation, new_id(), new_code()
    while scene.session.execute(select(Appointment.id).where(Appointment.code == code)).first():
        code = new_code()
    sender = people.address_of(scene.session, scene.keys, conversation.person_id)
    how = json.dumps({"channel": conversation.channel, **asdict(sender)})
    values = {
        "id": row_id,
        "code": code,
        "consent_id": consent_id,
        "slot_number": slot.number,
        "state": "booked",
        "secret": scene.keys.encrypt(how, row_id),
        "booked_at": scene.now,
        "last_inbound_at": conversation.last_inbound_at,
        "remind_at": moments.next_reminder(slot.starts_at, scene.now, scene.now, scene.bank.timezone),
        "unreminded": False,
    }
    if not insert_once(scene.session, Appointment, values):
        return None
    return scene.session.get(Appointment, row_id)


def _not_now(scene: Scene) -> Outcome | None:
    """What is said instead where an appointment is no help: in red, and to a child."""
    if scene.conversation.colour == "red":
        return Outcome(line="utter_crisis_again")
    return Outcome(line="utter_child") if scene.conversation.child else None


def _nothing(scene: Scene) -> Outcome:
    """They have none, or it is unsure whether it is theirs: then a person sees to it."""
    held = consent.held(scene.session, scene.keys, scene.conversation.person_id)
    if any(one.frozen for one in held if one.purpose == PURPOSE):
        return Outcome("appointment", "utter_appointment_unsure")
    return Outcome(line="utter_appointment_not_theirs")


def _offer(scene: Scene, *before: str) -> Outcome:
    """Free hours below a line, or plainly that there is none."""
    return _shown(scene, _free(scene), before)


def _again(scene: Scene) -> Outcome:
    """Once more, for who said something else; not for ever."""
    if (instead := _not_now(scene)) is not None:
        return instead
    if _asked_often(scene):
        return Outcome(handover="not_understood")
    return replace(_offer(scene, "utter_appointment_again"), beside=True)


def _shown(scene: Scene, free: Collection[Slot], before: tuple[str, ...]) -> Outcome:
    if not free:
        none = "utter_appointment_none_today" if _today(scene) else "utter_appointment_none"
        lines = (*(line for line in before if line != "utter_appointment_again"), none)
        return Outcome("appointment", lines[0], more=lines[1:])
    lines = (*before, OFFER)
    return Outcome(line=lines[0], more=lines[1:], options=_options(scene, free))


def _options(scene: Scene, free: Collection[Slot]) -> tuple[Mapping[str, str], ...]:
    zone, sms = scene.bank.timezone, scene.conversation.channel == "sms"
    titles = [moments.title(slot.starts_at, zone) for slot in list(free)[:OFFERED]]
    return tuple({"payload": CHOOSE, "title": gsm7.plain(title) if sms else title} for title in titles)


def _told(scene: Scene, row: Appointment, line: str) -> Outcome:
    slot = _slot(scene, row)
    more = (HOW[slot.way], "utter_appointment_end")
    return Outcome(line=line, more=more, values=_values(scene, slot))


def _values(scene: Scene, slot: Slot) -> dict[str, str]:
    return {
        "when": moments.spoken(slot.starts_at, scene.now, scene.bank.timezone),
        "where": slot.place or "",
        "days": str(RETENTION.days),
    }


def _free(scene: Scene) -> list[Slot]:
    """What whoever speaks here may have: today's alone where it cannot wait, and no call without a number."""
    try:
        phone = people.address_of(scene.session, scene.keys, scene.conversation.person_id).phone
    except LookupError:
        phone = None
    ways = [way for way in get_args(slots.Way) if way != "call" or phone]
    zone = scene.bank.timezone
    on = scene.now.astimezone(zone).date() if _today(scene) and standing(scene) is None else None
    return list(slots.free(scene.session, scene.conversation.id, scene.now, ways=ways, on=on, zone=zone))


def _today(scene: Scene) -> bool:
    return scene.conversation.urgency in ("today", "now")


def _held(scene: Scene) -> Slot | None:
    return slots.held(scene.session, scene.conversation.id, scene.now)


def _slot(scene: Scene, row: Appointment) -> Slot:
    return scene.session.get(Slot, row.slot_number)


def _asked_often(scene: Scene) -> bool:
    asked = select(func.count()).where(
        OptionRow.conversation_id == scene.conversation.id, OptionRow.payload == NO
    )
    return bool(scene.session.execute(asked).scalar_one() >= MOST_ASKED)
