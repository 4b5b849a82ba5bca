"""`linea slots`: the hours that specialists have free for people in yellow."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from linea import clock, moments, slots
from linea.commands.common import stop, with_store
from linea.settings import Settings
from linea.store import Store

FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
WAYS = {"call": "llama el equipo", "line": "llama la persona a", "visit": "en"}


@click.group(name="slots")
def group() -> None:
    """Las horas libres de las personas especialistas, que la línea ofrece a quien está en amarillo."""


@group.command()
@click.argument("specialist")
@click.argument("start")
@click.option("--minutes", default=45, show_default=True, help="Cuánto dura.")
@click.option(
    "--way",
    type=click.Choice(list(WAYS)),
    default="call",
    show_default=True,
    help="call: llama el equipo; line: llama la persona al número de --place; visit: va al lugar de --place.",
)
@click.option("--place", default="", help="El número o el lugar; otra persona puede leerlo en ese teléfono.")
def add(specialist: str, start: str, minutes: int, way: str, place: str) -> None:
    """Una hora más de SPECIALIST, que empieza en START ("2026-11-12 15:00", hora de la línea)."""

    def work(settings: Settings, store: Store) -> None:
        at = moment(start, settings.timezone)
        try:
            number = store.write(
                lambda session: slots.add(session, specialist, at, minutes, way, place, clock.now())  # type: ignore[arg-type]
            )
        except slots.SlotError as error:
            stop(str(error))
        when = moments.spoken(at, clock.now(), settings.timezone)
        click.echo(f"Hora {number}: {when}, {minutes} minutos, {specialist}.")

    with_store(work)


@group.command(name="list")
def show() -> None:
    """Las horas que no han pasado, la más próxima primero, y de qué cita es cada una."""

    def work(settings: Settings, store: Store) -> None:
        with store.reading() as session:
            hours = slots.entered(session, clock.now())
        if not hours:
            click.echo('No hay ninguna hora. Se añade con: linea slots add NOMBRE "2026-11-12 15:00"')
        for hour in hours:
            at, ends = (each.astimezone(settings.timezone) for each in (hour.starts_at, hour.ends_at))
            whose = f"cita {hour.code}" if hour.code else "LIBRE"
            how = f"{WAYS[hour.way]} {hour.place or ''}".strip()
            click.echo(
                f"{hour.number:4}  {moments.DAYS[at.weekday()][:3]} {at:%d/%m %H:%M}-{ends:%H:%M}  "
                f"{hour.specialist:16} {whose:18} {how}"
            )

    with_store(work)


@group.command()
@click.argument("number", type=int)
def remove(number: int) -> None:
    """Quita la hora NUMBER, si no es de nadie."""

    def work(settings: Settings, store: Store) -> None:
        try:
            store.write(lambda session: slots.remove(session, number))
        except slots.SlotError as error:
            stop(str(error))
        click.echo(f"Quitada la hora {number}.")

    with_store(work)


def moment(text: str, zone: ZoneInfo) -> datetime:
    """A day and an hour as they are typed, in the line's own time."""
    for form in FORMS:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=zone)
        except ValueError:
            continue
    stop(f'«{text}» no es un día y una hora: escribe "2026-11-12 15:00".')
