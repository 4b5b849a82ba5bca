"""What every command does first: read the settings, open the database, know who types."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from typing import NoReturn, TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from linea import clock, presence
from linea import settings as settings_module
from linea.conversations import PROTECTION, TEAM
from linea.settings import Settings, SettingsError
from linea.store import Store, StoreUnavailable

T = TypeVar("T")

as_operator = click.option(
    "--as",
    "operator",
    default=lambda: _account(),
    help="Tu nombre de operador; si falta, tu usuario de esta máquina.",
)
for_protection = click.option(
    "--protection",
    "audience",
    flag_value=PROTECTION,
    default=TEAM,
    help="Solo para la persona de protección: lo que se contó del propio equipo.",
)


def settings_or_exit() -> Settings:
    """The settings; a wrong one ends the command with its sentence and exit code 2."""
    try:
        return settings_module.load()
    except SettingsError as error:
        stop(str(error))


def stop(sentence: str) -> NoReturn:
    """End the command with one sentence and exit code 2."""
    print(sentence, file=sys.stderr)
    raise SystemExit(2)


def with_store(work: Callable[[Settings, Store], T]) -> T:
    """Run `work` with the settings and an open database."""
    settings = settings_or_exit()
    store = Store(settings.database_url)
    try:
        return work(settings, store)
    except (StoreUnavailable, SQLAlchemyError):
        stop("La base de datos no responde: ¿está encendida la línea (make run) o corrió `linea migrate`?")
    finally:
        store.close()


def named(operator: str) -> str:
    """The operator's name as it is kept; without one the command ends."""
    if not operator.strip():
        stop("¿Quién eres? Añade --as con tu nombre.")
    return operator.strip()[:40]


def at_work(store: Store, operator: str) -> None:
    """An operator did something: they are there. Who has not begun a shift is told how."""
    name = operator.strip()[:40]
    if name and not store.write(lambda session: presence.seen(session, name, clock.now())):
        click.echo(
            f"OJO: no has empezado tu turno y la línea no cuenta contigo: linea shift start --as '{name}'",
            err=True,
        )


def _account() -> str:
    """The name of the account on this machine; empty where there is none, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
