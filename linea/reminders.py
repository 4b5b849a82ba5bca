"""What the line says by itself of an appointment: a reminder, by day, that tells no other reader what it is.

The address is the appointment's own, because the conversation may be long erased. Inside WhatsApp's 24 hours
it goes there; else by SMS, where the line has a number; else it needs a template (`_way`), which is not built
yet: the appointment is then marked as not reminded, for the team to call.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from linea import conversations, moments, optout, outbox, people
from linea.appointments import reached_by
from linea.bank import Bank
from linea.compose import merge
from linea.keys import Keys
from linea.store.models import Appointment, Consent, Conversation, Slot

WINDOW = timedelta(hours=23, minutes=50)  # of Meta's 24: a message must arrive inside them
LATER = timedelta(minutes=5)
HOW = {
    "call": "utter_reminder_by_call",
    "line": "utter_appointment_by_line",
    "visit": "utter_appointment_by_visit",
}

_ANY_DUE = select(Appointment.id).where(Appointment.remind_at <= bindparam("now")).limit(1)


def any_due(session: Session, now: datetime) -> bool:
    """Whether a reminder may be due; only looks."""
    return session.execute(_ANY_DUE, {"now": now}).first() is not None


def look(session: Session, keys: Keys, bank: Bank, ways: Collection[str], now: datetime) -> int:
    """Send the reminders that are due by those of `ways` (channels) that can reach the person; how many.

    Nothing between nine at night and eight in the morning, to whoever is with an operator just now, who
    wants no messages, or who may be somebody else by now.
    """
    due = session.execute(
        select(Appointment, Slot, Consent)
        .join(Slot, Slot.number == Appointment.slot_number)
        .join(Consent, Consent.id == Appointment.consent_id)
        .where(Appointment.remind_at <= now)
        .with_for_update(skip_locked=True, of=Appointment)
    ).all()
    count = 0
    for row, slot, given in due:
        row.remind_at = moments.next_reminder(slot.starts_at, row.booked_at, now, bank.timezone)
        if row.state != "booked" or now >= slot.starts_at or not moments.is_day(now, bank.timezone):
            continue
        if given.frozen_at is not None:
            row.unreminded = True
            continue
        lines = ("utter_reminder", HOW[slot.way], "utter_reminder_end")
        told = tell(session, keys, row, slot, bank, lines, ways, now)
        if told is None:
            row.remind_at = min(now + LATER, row.remind_at or now + LATER)
            continue
        row.unreminded = not told
        count += told
    session.flush()
    return count


def tell(
    session: Session,
    keys: Keys,
    row: Appointment,
    slot: Slot,
    bank: Bank,
    lines: Collection[str],
    ways: Collection[str],
    now: datetime,
) -> bool | None:
    """Say these lines, one below the other, to whoever has an appointment. False if no way reaches them or
    they want no messages; None if an operator has them just now: then nobody else speaks."""
    found = _way(session, keys, row, ways, now)
    if found is None:
        return False
    channel, person_id, wrote = found
    if optout.is_out(session, keys, person_id, channel):
        return False
    conversation = session.get(Conversation, conversations.current(session, person_id, channel, now))
    if conversation.opened_at == now and channel == "whatsapp":  # nobody wrote in it: the window is as it was
        conversation.last_inbound_at = wrote
    if conversations.is_held(session, conversation):
        return None
    when = moments.spoken(slot.starts_at, now, bank.timezone)
    bodies = [bank.line(name, channel, when=when, where=slot.place or "") for name in lines]
    first = next(iter(lines))
    outbox.add(session, conversation, merge(bodies, channel), "line", now, utter=first)
    return True


def _way(
    session: Session, keys: Keys, row: Appointment, ways: Collection[str], now: datetime
) -> tuple[str, str, datetime] | None:
    """The channel that reaches the person now, the person, made anew if the night has erased them, and when
    they last wrote on WhatsApp.

    Where this is None although they have a WhatsApp number, a template approved by Meta would reach them.
    """
    channel, sender = reached_by(keys, row)
    wrote = row.last_inbound_at
    if channel == "whatsapp":
        person_id = people.find(session, keys, sender)
        theirs = Conversation.person_id == person_id, Conversation.channel == channel
        last = session.execute(select(func.max(Conversation.last_inbound_at)).where(*theirs)).scalar()
        wrote = max(last or wrote, wrote)
        channel = "whatsapp" if now < wrote + WINDOW else "sms"
    if channel not in ways or (channel == "sms" and not sender.phone):
        return None
    person_id = people.resolve(session, keys, sender, now)
    return None if person_id is None else (channel, person_id, wrote)
