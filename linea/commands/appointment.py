"""`linea appointment`: who comes when, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click
from sqlalchemy.orm import Session

from linea import agenda, bank, clock, keys, moments
from linea.commands.common import stop, with_store
from linea.commands.slots import WAYS
from linea.settings import Settings
from linea.store import Store

T = TypeVar("T")

STATES = {"booked": "RESERVADA", "came": "vino", "missed": "no vino"}
NOT_TOLD = "NO se le pudo avisar: avísale tú antes"


@click.group(name="appointment")
def group() -> None:
    """Las citas: la lista, a quién llamar, vino o no vino, cambiarla o cancelarla."""


@group.command(name="list")
def show() -> None:
    """Todas las citas que se guardan, la primera primero. Sin números: eso es con `show`."""

    def work(settings: Settings, store: Store) -> None:
        with store.reading() as session:
            entries = agenda.entries(session)
        if not entries:
            click.echo("No hay ninguna cita.")
        for entry in entries:
            at = entry.starts_at.astimezone(settings.timezone)
            over = entry.state == "booked" and entry.ends_at < clock.now()
            state = "¿VINO?" if over else STATES[entry.state]
            notes = ["sin recordatorio"] if entry.unreminded and not over else []
            notes += ["OJO: cambió de número o de teléfono"] if entry.frozen else []
            click.echo(
                f"{moments.DAYS[at.weekday()][:3]} {at:%d/%m %H:%M}  {entry.code:12} {entry.specialist:16} "
                f"{state:10} {WAYS[entry.way]} {entry.place or ''}  {', '.join(notes)}".rstrip()
            )

    with_store(work)


@group.command(name="show")
@click.argument("code")
def show_one(code: str) -> None:
    """A qué número llamar a quien tiene la cita CODE."""

    def work(settings: Settings, store: Store) -> None:
        secrets = keys.load(settings)
        with store.reading() as session:
            channel, sender = _do(lambda: agenda.address(session, secrets, code))
        phone = sender.phone or "no se conoce su número: solo escribe por WhatsApp"
        click.echo(
            f"{code.upper()}: {phone} ({channel}). No digas de qué se trata hasta saber con quién hablas."
        )

    with_store(work)


@group.command()
@click.argument("code")
def came(code: str) -> None:
    """La cita CODE tuvo lugar."""
    _settle(code, "came")


@group.command()
@click.argument("code")
def missed(code: str) -> None:
    """La persona de la cita CODE no estuvo."""
    _settle(code, "missed")


@group.command()
@click.argument("code")
def cancel(code: str) -> None:
    """El equipo no puede: se lo dice a la persona y libera la hora."""

    def work(settings: Settings, store: Store) -> None:
        content, secrets, ways = _needed(settings)
        told = _do(lambda: store.write(lambda s: agenda.cancel(s, secrets, code, content, ways, clock.now())))
        click.echo(f"Cancelada {code.upper()}. {'Se le avisa.' if told else NOT_TOLD + '.'}")

    with_store(work)


@group.command()
@click.argument("code")
@click.argument("number", type=int)
def move(code: str, number: int) -> None:
    """Pasa la cita CODE a la hora NUMBER (`linea slots list`) y se lo dice a la persona."""

    def work(settings: Settings, store: Store) -> None:
        content, secrets, ways = _needed(settings)
        told = _do(
            lambda: store.write(lambda s: agenda.move(s, secrets, code, number, content, ways, clock.now()))
        )
        click.echo(
            f"{code.upper()} tiene ahora la hora {number}. {'Se le avisa.' if told else NOT_TOLD + '.'}"
        )

    with_store(work)


def _settle(code: str, state: str) -> None:
    def work(settings: Settings, store: Store) -> None:
        def settle(session: Session) -> None:
            agenda.settle(session, code, state, clock.now())

        _do(lambda: store.write(settle))
        click.echo(f"Anotado: {code.upper()}, {STATES[state]}. Se borra sola en 90 días.")

    with_store(work)


def _needed(settings: Settings) -> tuple[bank.Bank, keys.Keys, tuple[str, ...]]:
    try:
        content = bank.load(settings.bank_dir, settings.content_dir, settings.timezone)
    except bank.BankError as error:
        stop(f"No hay texto con que avisarle: corrige esto antes.\n{error}")
    return content, keys.load(settings), ("whatsapp", "sms") if settings.sms else ("whatsapp",)


def _do(work: Callable[[], T]) -> T:
    try:
        return work()
    except agenda.AgendaError as error:
        stop(str(error))
