"""`linea run`: the whole line on this machine, under one supervisor, with a word on where to look."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import NoReturn
from urllib.parse import urlsplit

import click

from linea import settings as settings_module
from linea import supervision
from linea.settings import Settings, SettingsError

LOOK_SECONDS = 1.0  # how long one look at a process may hold up the supervisor
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open  # our own processes: no proxy


@click.command("run")
def run() -> None:
    """Enciende la línea entera en esta máquina; Ctrl-C la apaga."""
    try:
        settings = settings_module.load()
        taken = list(taken_ports(settings))
    except SettingsError as error:
        _stop(str(error))
    if taken:
        _stop("\n".join(taken))
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _stop(f"No se puede crear la carpeta de LINEA_DATA_DIR, «{settings.data_dir}» ({error.strerror}).")
    migrated = subprocess.run([sys.executable, "-m", "linea.cli", "migrate"], check=False)
    if migrated.returncode:
        raise SystemExit(migrated.returncode)
    say("Encendiendo la línea. El primer entrenamiento del asistente tarda alrededor de un minuto.")
    supervision.run(
        supervision.programs(settings), settings.data_dir, say, each_second=Announcer(settings).look
    )
    say("La línea está apagada.")


def taken_ports(settings: Settings) -> Iterator[str]:
    """One sentence for each port that something else on this machine already holds."""
    for name, (host, port, variable) in _ports(settings).items():
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((host, port))
            except OSError as error:
                yield (
                    f"El puerto {port} ({name}) no está libre ({error.strerror}): "
                    f"cierra el programa que lo usa, o elige otro con {variable}."
                )


class Announcer:
    """Says once that messages are received, and once that the assistant answers them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.receiving = False
        self.answering = False

    def look(self) -> None:
        """Look at what is not up yet; says something only when that changed."""
        if self.answering:
            return
        report = _get(f"{_reached_at(self.settings)}/readyz")
        if not self.receiving and report.get("database") and report.get("worker"):
            self.receiving = True
            say(_where_to_look(self.settings))
        if report.get("ready"):
            self.answering = True
            say("El asistente ya contesta.")


def say(line: str) -> None:
    """One line for the terminal; a terminal that is gone is no reason to stop."""
    try:
        print(line, flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (open as long as the process lives)


def _ports(settings: Settings) -> dict[str, tuple[str, int, str]]:
    ports = {"web": (settings.host, settings.port, "LINEA_PORT")}
    for name, url, variable in (
        ("Rasa", settings.rasa_url, "LINEA_RASA_URL"),
        ("acciones", settings.actions_url, "LINEA_ACTIONS_URL"),
    ):
        parts = urlsplit(url)
        if supervision.is_local(url):
            ports[name] = (parts.hostname or "127.0.0.1", parts.port or 80, variable)
    if settings.uses_simulator:
        ports["simulador"] = ("127.0.0.1", settings.simulator_port, "LINEA_SIMULATOR_PORT")
    return ports


def _reached_at(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def _where_to_look(settings: Settings) -> str:
    lines = ["La línea recibe mensajes y vigila señales de peligro."]
    if settings.uses_simulator:
        lines.append(f"  Escribe como desde un teléfono:  http://127.0.0.1:{settings.simulator_port}/")
    lines.append(f"  Estado de cada parte:            {_reached_at(settings)}/readyz")
    lines.append("  Cola de personas que esperan:    .venv/bin/linea queue")
    lines.append("  Ctrl-C apaga todo en orden.")
    return "\n".join(lines)


def _get(url: str) -> dict[str, object]:
    """A process's own report, also when it says (503) that a part is missing; empty if there is none."""
    try:
        with _open(url, timeout=LOOK_SECONDS) as answer:
            body = answer.read()
    except urllib.error.HTTPError as error:
        body = error.read()
    except (OSError, ValueError):
        return {}
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _stop(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    raise SystemExit(2)
