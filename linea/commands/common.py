"""What every command does first: read the settings, or say in one sentence why not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NoReturn, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from linea import settings as settings_module
from linea.settings import Settings, SettingsError
from linea.store import Store, StoreUnavailable

T = TypeVar("T")


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
