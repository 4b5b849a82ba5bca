"""The appointments as the team sees them: who comes when, how to reach them, came or did not come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from linea import consent, reminders
from linea.appointments import RETENTION, reached_by, shift
from linea.bank import Bank
from linea.keys import Keys
from linea.messages import Sender
from linea.slots import Way
from linea.store.models import Appointment, Consent, Slot


class AgendaError(Exception):
    """What the team asked for cannot be done; the message is a Spanish sentence for them."""


@dataclass(frozen=True)
class Entry:
    """One appointment. `unreminded`: a reminder could not go out. `frozen`: the number may be another's."""

    code: str
    starts_at: datetime
    ends_at: datetime
    specialist: str
    way: Way
    place: str | None
    state: str
    unreminded: bool
    frozen: bool


def entries(session: Session) -> list[Entry]:
    """Every appointment that is kept, the earliest first."""
    rows = session.execute(
        select(Appointment, Slot, Consent)
        .join(Slot, Slot.number == Appointment.slot_number)
        .join(Consent, Consent.id == Appointment.consent_id)
        .order_by(Slot.starts_at, Appointment.code)
    )
    return [
        Entry(
            *(row.code, slot.starts_at, slot.ends_at, slot.specialist, slot.way, slot.place, row.state),
            *(row.unreminded, given.frozen_at is not None),
        )
        for row, slot, given in rows
    ]


def soon(session: Session, now: datetime) -> int:
    """How many appointments begin within a day and are still to come: whoever looks at the queue is told."""
    found = (
        select(func.count())
        .select_from(Appointment)
        .join(Slot, Slot.number == Appointment.slot_number)
        .where(Appointment.state == "booked", Slot.ends_at > now, Slot.starts_at <= now + timedelta(hours=24))
    )
    return int(session.execute(found).scalar_one())


def address(session: Session, keys: Keys, code: str) -> tuple[str, Sender]:
    """The channel and the addresses of whoever has an appointment. Raises AgendaError as `settle` does, and
    while it is unsure whose they are."""
    row = _booked(session, code, any_state=True)
    if session.get(Consent, row.consent_id).frozen_at is not None:
        raise AgendaError(
            f"Quien tiene {code} cambió de número o de teléfono: antes decide con linea identity."
        )
    return reached_by(keys, row)


def settle(session: Session, code: str, state: str, now: datetime) -> None:
    """It took place (`came`) or they were not there (`missed`); kept for 90 days from now on.

    Raises AgendaError if there is no such appointment or it has not begun.
    """
    row = _booked(session, code, any_state=True)
    if session.get(Slot, row.slot_number).starts_at > now:
        raise AgendaError(f"{code} todavía no empieza.")
    row.state, row.closed_at, row.remind_at = state, now, None
    session.get(Consent, row.consent_id).until = now + RETENTION
    session.flush()


def cancel(session: Session, keys: Keys, code: str, bank: Bank, ways: Collection[str], now: datetime) -> bool:
    """The team cannot: the person is told, and nothing is kept. Whether they could be told.

    Raises AgendaError if there is no such appointment, or an operator has the person just now.
    """
    row = _booked(session, code)
    told = _tell(session, keys, row, bank, ("utter_appointment_off",), ways, now)
    consent.end(session, row.consent_id)
    return told


def move(
    session: Session, keys: Keys, code: str, number: int, bank: Bank, ways: Collection[str], now: datetime
) -> bool:
    """Another hour, arranged with the person; it is said to them once more. Whether it could be.

    Raises AgendaError as `cancel` does, and if the hour is over or somebody's.
    """
    row = _booked(session, code)
    slot = session.execute(select(Slot).where(Slot.number == number).with_for_update()).scalar_one_or_none()
    if slot is None or slot.starts_at <= now:
        raise AgendaError(f"No hay ninguna hora {number} por venir: mira linea slots list.")
    if session.execute(select(Appointment.id).where(Appointment.slot_number == number)).first():
        raise AgendaError(f"La hora {number} ya es de alguien.")
    shift(session, row, slot, now, bank)
    slot.held_by = slot.held_until = None
    lines = ("utter_appointment_moved_by_team", reminders.HOW[slot.way], "utter_reminder_end")
    return _tell(session, keys, row, bank, lines, ways, now)


def _tell(
    session: Session,
    keys: Keys,
    row: Appointment,
    bank: Bank,
    lines: Collection[str],
    ways: Collection[str],
    now: datetime,
) -> bool:
    if session.get(Consent, row.consent_id).frozen_at is not None:
        return False
    slot = session.get(Slot, row.slot_number)
    told = reminders.tell(session, keys, row, slot, bank, lines, ways, now)
    return bool(told)  # with an operator: they say it themselves


def _booked(session: Session, code: str, *, any_state: bool = False) -> Appointment:
    row: Appointment | None = session.execute(
        select(Appointment).where(Appointment.code == code.strip().upper()).with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise AgendaError(f"No hay ninguna cita {code}.")
    if row.state != "booked" and not any_state:
        raise AgendaError(f"{code} ya se cerró.")
    return row
