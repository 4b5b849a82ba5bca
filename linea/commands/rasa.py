"""`linea rasa` and `linea actions`: check what must be safe, then become the process."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click

from linea import supervision, training
from linea.assistant import preflight
from linea.commands.common import settings_or_exit, stop
from linea.settings import ROOT, Settings

# Rasa's and Sanic's own switches (facts of 3.6.21). A turn carries its conversation, so requests may be
# longer than a message; two megabytes are some four thousand events.
ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TICKET_LOCK_LIFETIME": "600",
    "LOG_LEVEL": "WARNING",
    "LOG_LEVEL_LIBRARIES": "ERROR",
    "SANIC_HOST": "127.0.0.1",
    "SANIC_ACCESS_LOG": "false",
    "SANIC_REQUEST_MAX_SIZE": str(2 * 1024 * 1024),
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "NUMEXPR_MAX_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


@click.command()
def rasa() -> None:
    """El asistente (Rasa), solo para esta máquina."""
    supervision.follow_parent()
    settings = settings_or_exit()
    _refuse_unsafe(settings)
    model = training.model_path(settings)
    if not model.is_file():
        stop("Todavía no hay modelo: corre `linea train`.")
    if not training.is_intact(model):
        stop("El modelo no es el que dejó el entrenamiento: corre `linea train` para hacerlo de nuevo.")
    address = urlsplit(settings.rasa_url)
    _become(
        *("rasa", "run", "-i", address.hostname or "127.0.0.1", "-p", str(address.port or 5005)),
        *("--model", str(model), "--credentials", "credentials.yml"),
        *("--endpoints", str(_endpoints(settings))),
    )


@click.command()
def actions() -> None:
    """El servidor de acciones del asistente, solo para esta máquina."""
    supervision.follow_parent()
    settings = settings_or_exit()
    _refuse_unsafe(settings)
    port = urlsplit(settings.actions_url).port or 5055
    _become("rasa_sdk", "--actions", "actions", "--port", str(port), "--quiet")


def _refuse_unsafe(settings: Settings) -> None:
    found = preflight.problems(ROOT, os.environ, settings.rasa_url, settings.actions_url)
    if found:
        stop("\n".join(found))


def _endpoints(settings: Settings) -> Path:
    """A copy of endpoints.yml with this installation's action server."""
    path = settings.data_dir / "rasa-endpoints.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        preflight.with_actions_url(ROOT / "endpoints.yml", settings.actions_url), encoding="utf-8"
    )
    return path


def _become(*arguments: str) -> None:
    """Replace this process; it gets none of the line's secrets, because it needs none."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LINEA_")}
    os.chdir(ROOT)
    command = [sys.executable, "-m", "linea.assistant.launch", *arguments]
    os.execve(sys.executable, command, {**kept, **ENVIRONMENT})
