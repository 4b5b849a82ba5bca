"""The hours that specialists have free: entered by the team, offered to people, held while one is asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from linea import gsm7
from linea.plain import plain
from linea.store.models import Appointment, Slot

Way = Literal["call", "line", "visit"]  # we call; they call a number; they go to a place

WITHIN = timedelta(hours=72)  # a specialist for yellow within 24-72 h (content.md 8.3)
NOTICE = timedelta(
    minutes=15
)  # an hour that begins sooner is offered to nobody: no specialist is told in time
HELD_FOR = timedelta(minutes=10)  # between choosing an hour and saying yes
LENGTHS = range(10, 181)  # minutes
LONGEST_PLACE = 60
# What must not be read on a telephone that others hold (issue 4: never a word of psychology).
TELLING = ("psico", "salud mental", "mental", "terapia", "terapeuta", "violencia", "suicid", "psiq")


class SlotError(Exception):
    """What the team asked for cannot be done; the message is a Spanish sentence for them."""


@dataclass(frozen=True)
class Hour:
    """An hour as the team sees it; `code` of the appointment that has it, if one has."""

    number: int
    specialist: str
    starts_at: datetime
    ends_at: datetime
    way: Way
    place: str | None
    code: str | None


def add(
    session: Session, specialist: str, start: datetime, minutes: int, way: Way, place: str, now: datetime
) -> int:
    """Enter an hour; its number. Raises SlotError for one that is over, that overlaps another of the same
    specialist, or that says on somebody's telephone what it is about."""
    name, where = " ".join(specialist.split())[:40], " ".join(place.split())
    end = start + timedelta(minutes=minutes)
    if not name:
        raise SlotError("¿De quién es la hora? Pon el nombre de la persona especialista.")
    if start <= now:
        raise SlotError("Esa hora ya pasó.")
    if minutes not in LENGTHS:
        raise SlotError(f"Una hora dura de {LENGTHS[0]} a {LENGTHS[-1]} minutos.")
    if way not in get_args(Way) or (way == "call") == bool(where):
        raise SlotError(
            "Con «call» llama el equipo y no va --place; con «line» o «visit», di el número o el lugar."
        )
    if len(where) > LONGEST_PLACE or gsm7.foreign(gsm7.plain(where)):
        raise SlotError(f"El lugar lleva como máximo {LONGEST_PLACE} letras, y solo las que caben en un SMS.")
    if any(word in plain(where) for word in TELLING):
        raise SlotError("Otra persona puede leer ese teléfono: di el lugar sin nombrar de qué es la cita.")
    others = select(Slot.specialist).where(Slot.starts_at < end, Slot.ends_at > start)
    if plain(name) in {plain(other) for other in session.execute(others).scalars()}:
        raise SlotError(f"{name} ya tiene una hora que se cruza con esa.")
    slot = Slot(specialist=name, starts_at=start, ends_at=end, way=way, place=where or None)
    session.add(slot)
    session.flush()
    return int(slot.number)


def remove(session: Session, number: int) -> None:
    """Take an hour back. Raises SlotError if there is none of that number or an appointment has it."""
    slot = session.execute(select(Slot).where(Slot.number == number).with_for_update()).scalar_one_or_none()
    if slot is None:
        raise SlotError(f"No hay ninguna hora {number}.")
    code = session.execute(select(Appointment.code).where(Appointment.slot_number == number)).scalar()
    if code is not None:
        raise SlotError(f"La hora {number} es de la cita {code}: antes cámbiala o cancélala.")
    session.delete(slot)
    session.flush()


def entered(session: Session, now: datetime) -> list[Hour]:
    """The hours that are not over, the next first."""
    rows = session.execute(
        select(Slot, Appointment.code)
        .outerjoin(Appointment, Appointment.slot_number == Slot.number)
        .where(Slot.ends_at > now)
        .order_by(Slot.starts_at, Slot.number)
    )
    return [
        Hour(slot.number, slot.specialist, slot.starts_at, slot.ends_at, slot.way, slot.place, code)
        for slot, code in rows
    ]


def free(
    session: Session,
    conversation_id: str,
    now: datetime,
    *,
    ways: Collection[str] = get_args(Way),
    on: date | None = None,
    zone: ZoneInfo,
) -> Sequence[Slot]:
    """The hours within 72 hours that `conversation_id` may have, the next first and one for each moment;
    with `on` those of that day alone."""
    taken = select(Appointment.id).where(Appointment.slot_number == Slot.number).exists()
    others = [Slot.held_by.is_(None), Slot.held_by == conversation_id, Slot.held_until < now]
    rows = session.execute(
        select(Slot)
        .where(Slot.starts_at > now + NOTICE, Slot.starts_at <= now + WITHIN, Slot.way.in_(tuple(ways)))
        .where(or_(*others), ~taken)
        .order_by(Slot.starts_at, Slot.number)
        .with_for_update(skip_locked=True)
    ).scalars()
    at_once: dict[datetime, Slot] = {}
    for slot in rows:
        if on is None or slot.starts_at.astimezone(zone).date() == on:
            at_once.setdefault(slot.starts_at, slot)
    return list(at_once.values())


def hold(session: Session, slot: Slot, conversation_id: str, now: datetime) -> None:
    """Keep an hour for a conversation while the person is asked; what it held before is free again."""
    release(session, conversation_id)
    slot.held_by, slot.held_until = conversation_id, now + HELD_FOR
    session.flush()


def held(session: Session, conversation_id: str, now: datetime) -> Slot | None:
    """The hour that a conversation holds, if it is still to come and nobody has it."""
    taken = select(Appointment.id).where(Appointment.slot_number == Slot.number).exists()
    found: Slot | None = (
        session.execute(
            select(Slot)
            .where(Slot.held_by == conversation_id, Slot.starts_at > now, ~taken)
            .with_for_update()
        )
        .scalars()
        .first()
    )
    return found


def release(session: Session, conversation_id: str) -> None:
    """A conversation holds no hour any more."""
    session.execute(
        update(Slot)
        .where(Slot.held_by == conversation_id)
        .values(held_by=None, held_until=None)
        .execution_options(synchronize_session="fetch")
    )


def forget(session: Session, now: datetime) -> None:
    """Delete the hours that are over and nobody's, and let go of what was held too long ago."""
    theirs = select(Appointment.slot_number)
    for statement in (
        delete(Slot).where(Slot.ends_at < now, Slot.number.notin_(theirs)),
        update(Slot).where(Slot.held_until < now - HELD_FOR).values(held_by=None, held_until=None),
    ):
        session.execute(statement.execution_options(synchronize_session="fetch"))
