"""`linea shift`: an operator begins and ends a shift, and sees who is at work."""

from __future__ import annotations

import click

from linea import clock, presence
from linea.commands.common import as_operator, named, with_store
from linea.settings import Settings
from linea.store import Store

MINUTES = int(presence.SEEN_WITHIN.total_seconds() // 60)


@click.group()
def shift() -> None:
    """Tu turno: con alguien en turno, un aviso rojo espera un minuto antes de llamar a la guardia."""


@shift.command()
@as_operator
def start(operator: str) -> None:
    """Empieza tu turno."""

    def work(settings: Settings, store: Store) -> None:
        name = named(operator)
        began = store.write(lambda session: presence.start(session, name, clock.now()))
        click.echo(f"{name}, en turno desde las {began.astimezone(settings.timezone):%H:%M}.")
        click.echo(
            f"La línea cuenta contigo mientras uses sus órdenes: tras {MINUTES} minutos sin ninguna, llama a"
            " quien está de guardia. Al irte: linea shift end"
        )

    with_store(work)


@shift.command()
@as_operator
def end(operator: str) -> None:
    """Termina tu turno."""

    def work(settings: Settings, store: Store) -> None:
        name = named(operator)
        if store.write(lambda session: presence.end(session, name, clock.now())):
            click.echo(f"{name}, tu turno terminó.")
        else:
            click.echo(f"{name}, no tenías un turno empezado.")
        _show(settings, store)

    with_store(work)


@shift.command()
@as_operator
def show(operator: str) -> None:
    """Quién está en turno ahora."""

    def work(settings: Settings, store: Store) -> None:
        if operator.strip():
            store.write(lambda session: presence.seen(session, operator.strip()[:40], clock.now()))
        _show(settings, store)

    with_store(work)


def _show(settings: Settings, store: Store) -> None:
    with store.reading() as session:
        present = presence.present(session, clock.now())
    if not present:
        click.echo("No hay nadie en turno.")
    for each in present:
        since, seen = (at.astimezone(settings.timezone) for at in (each.since, each.seen_at))
        click.echo(f"{each.operator}  desde las {since:%H:%M}, con actividad a las {seen:%H:%M}")
