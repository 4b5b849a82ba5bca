"""`linea doctor`: is the line well? One line for each thing, and for each that is not, what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from linea import bank, clock, handoff, hours, keys, presence, roster, training
from linea.commands.bank import everything_wrong
from linea.commands.common import settings_or_exit
from linea.conversations import TEAM
from linea.settings import Settings, SettingsError
from linea.store import Store, StoreUnavailable, migrations
from linea.store.models import Conversation, Halt, Handoff, Heartbeat

BEAT_FRESH = timedelta(seconds=10)
LITTLE_ROOM = 1_000_000_000  # bytes; a day of thousands of messages with their files fits in it
WEEK_AHEAD = 7 * 24  # hours looked through for one without anybody on call


@dataclass(frozen=True)
class Look:
    """What was found of one thing."""

    thing: str
    well: bool
    said: str


@click.command()
def doctor() -> None:
    """Revisa la línea entera, una cosa por renglón; termina con error si algo no está bien."""
    settings = settings_or_exit()
    looks = [look for check in CHECKS for look in check(settings)]
    for look in looks:
        click.echo(f"{'bien' if look.well else 'OJO':5} {look.thing:15} {look.said}")
    if not all(look.well for look in looks):
        raise SystemExit(1)


def _keys(settings: Settings) -> Iterator[Look]:
    try:
        found = keys.load(settings)
    except SettingsError as error:
        yield Look("claves", False, str(error))
    else:
        yield Look(
            "claves", True, f"{len(found.encryption)} de cifrado, {1 + len(found.older_hashing)} de huella"
        )


def _content(settings: Settings) -> Iterator[Look]:
    findings = len(everything_wrong(settings, settings.bank_dir))
    said = f"{findings} errores: linea bank check" if findings else "textos, números y señales en orden"
    yield Look("banco", not findings, said)
    learnt = settings.classifier_file.is_file()
    yield Look("semáforo", learnt, "aprendido" if learnt else "solo con las reglas escritas: linea train")
    intact = training.is_intact(training.model_path(settings))
    yield Look(
        "modelo", intact, "entrenado" if intact else "no hay modelo entrenado, o está dañado: linea train"
    )


def _duty(settings: Settings) -> Iterator[Look]:
    """Who is called, and whether there is an hour of the week ahead in which nobody would be."""
    found, mistakes = roster.read(settings.on_call_file)
    if mistakes:
        name = settings.on_call_file.name
        yield Look("guardia", False, f"{len(mistakes)} errores en {name}: linea bank check")
    now = clock.now()
    gap = next(
        (
            at
            for n in range(WEEK_AHEAD)
            if not found.ladder(at := now + timedelta(hours=n), settings.timezone)
        ),
        None,
    )
    empty = not found.people and found.coordinator is None
    if empty:
        said = f"NADIE: llena {settings.on_call_file.name}; un rojo sin nadie en turno no le llega a nadie"
    elif gap is not None:
        said = f"nadie {hours.at(gap, now, settings.timezone)}: cubre esas horas, o pon «coordinator»"
    else:
        said = f"ahora: {', '.join(each.name for each in found.ladder(now, settings.timezone))}"
    yield Look("guardia", gap is None, said)
    alone = "sin persona de protección: lo que se cuente del equipo no le llega a nadie"
    named = ", ".join(each.name for each in found.protection)
    yield Look("protección", bool(found.protection), named or alone)
    if not settings.sms:
        yield Look("SMS", True, "sin cuenta de Twilio: a la guardia se le avisa solo por WhatsApp")
    try:
        schedule = bank.load(settings.bank_dir, settings.content_dir, settings.timezone).schedule
    except bank.BankError:
        return
    told = hours.text(schedule) or "no está en programme.yml: no se promete cuándo atiende nadie"
    yield Look("horario", schedule.known, told)


def _database(settings: Settings) -> Iterator[Look]:
    """The tables, and everything that stands in them."""
    store = Store(settings.database_url)
    try:
        with store.reading() as session:
            behind = _behind(settings, session)
            yield Look("base de datos", not behind, behind or "responde, y está al día")
            if not behind:
                yield from _inside(session, clock.now(), settings)
    except (StoreUnavailable, SQLAlchemyError) as error:
        yield Look("base de datos", False, f"no responde ({type(error).__name__}): ¿corrió linea migrate?")
    finally:
        store.close()


def _behind(settings: Settings, session: Session) -> str:
    here = MigrationContext.configure(session.connection()).get_current_revision()
    head = ScriptDirectory.from_config(migrations.config(settings.database_url)).get_current_head()
    return "" if here == head else f"sus tablas son de otra versión ({here}, y toca {head}): linea migrate"


def _inside(session: Session, now: datetime, settings: Settings) -> Iterator[Look]:
    beat = session.get(Heartbeat, "worker")
    fresh = beat is not None and beat.beat_at > now - BEAT_FRESH
    yield Look("worker", fresh, "trabaja" if fresh else "no da señales: nadie vigila ni envía. linea run")
    halted = session.execute(select(Halt.channel).order_by(Halt.channel)).scalars().all()
    said = f"detenidos en {', '.join(halted)}: la cuenta nos rechaza; revisa el permiso"
    yield Look("envíos", not halted, said if halted else "salen")
    present = ", ".join(each.operator for each in presence.present(session, now))
    yield Look("turno", True, present or "nadie en turno ahora")
    reds = session.execute(
        select(func.count())
        .select_from(Handoff)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Handoff.closed_at.is_(None), Conversation.colour == "red", Conversation.audience == TEAM)
    ).scalar_one()
    yield Look("rojos abiertos", not reds, f"{reds}: linea queue" if reds else "ninguno")
    unread = handoff.unread(session)
    yield Look("sin leer", not unread, f"{unread} avisos que nadie pudo leer" if unread else "ninguno")


def _disk(settings: Settings) -> Iterator[Look]:
    try:
        free = shutil.disk_usage(settings.data_dir).free
    except OSError as error:
        yield Look("disco", False, f"no se puede mirar LINEA_DATA_DIR ({error.strerror})")
    else:
        yield Look("disco", free > LITTLE_ROOM, f"{free / 1e9:.1f} GB libres")


CHECKS: tuple[Callable[[Settings], Iterator[Look]], ...] = (_keys, _database, _content, _duty, _disk)
