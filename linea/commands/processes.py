"""`linea web|worker|simulator|migrate`: the processes that the supervisor starts."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import click
import uvicorn
from starlette.types import ASGIApp

from linea import logs, supervision
from linea.commands.common import settings_or_exit, stop
from linea.settings import SettingsError

GRACE_SECONDS = 8


@click.command()
def web() -> None:
    """El proceso que recibe los webhooks."""
    supervision.follow_parent()
    settings = settings_or_exit()
    logs.configure("web")
    from linea import web as web_module

    _serve(web_module.create(settings), settings.host, settings.port)


@click.command()
def worker() -> None:
    """El proceso que vigila, responde y envía."""
    supervision.follow_parent()
    settings = settings_or_exit()
    logs.configure("worker")
    from linea import bank, triage
    from linea import worker as worker_module

    try:
        asyncio.run(worker_module.serve(settings))
    except (SettingsError, bank.BankError, triage.TriageError) as error:
        stop(str(error))


@click.command()
def simulator() -> None:
    """Teléfonos de mentira y una API de Meta de mentira, para probar (solo en desarrollo)."""
    supervision.follow_parent()
    settings = settings_or_exit()
    if settings.production:
        stop("El simulador es solo para desarrollo.")
    logs.configure("simulator")
    from linea.simulator.app import create

    _serve(create(settings), "127.0.0.1", settings.simulator_port)


@click.command()
def migrate() -> None:
    """Crea la base de datos o la pone al día."""
    settings = settings_or_exit()
    from sqlalchemy.exc import SQLAlchemyError

    from linea.store import migrations

    try:
        migrations.upgrade(settings.database_url)
    except (SQLAlchemyError, OSError) as error:
        backend = urlsplit(settings.database_url).scheme
        stop(f"No se puede abrir la base de datos de LINEA_DATABASE_URL ({backend}): {type(error).__name__}.")


def _serve(app: ASGIApp, host: str, port: int) -> None:
    uvicorn.run(
        app,
        host=host,
        port=port,
        ws="none",  # nothing here speaks websockets, and uvicorn's does not fit Rasa's pinned library
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
