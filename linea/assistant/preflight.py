"""What must be true before Rasa may start: its four files and its environment, read as plain YAML.

Rasa itself starts with any of these wrong, most of them without a word: a misspelt tracker store becomes
one in memory, a second channel lets anybody speak as anybody, an event broker can lose a turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

CHANNEL = "linea.assistant.channel.LineInput"
TRACKER_STORE = "linea.assistant.tracker_store.PassThroughTrackerStore"
_ENDPOINTS = {"action_endpoint", "tracker_store"}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def problems(root: Path, environ: Mapping[str, str], rasa_url: str, actions_url: str) -> list[str]:
    """One Spanish sentence for each unsafe setting of the project in `root`; empty when Rasa may start."""
    found = [
        *_read_and(root / "credentials.yml", _credentials),
        *_read_and(root / "endpoints.yml", _endpoints),
        *_read_and(root / "domain.yml", _domain),
    ]
    for name, url in (("LINEA_RASA_URL", rasa_url), ("LINEA_ACTIONS_URL", actions_url)):
        if urlsplit(url).hostname not in _LOOPBACK:
            found.append(f"{name} debe ser de esta máquina (127.0.0.1): Rasa no pide contraseña a nadie.")
    if environ.get("SANIC_WORKERS", "1") != "1":
        found.append(
            "SANIC_WORKERS debe ser 1 o no estar: para ir más rápido se encienden más procesos de Rasa."
        )
    return found


def with_actions_url(endpoints: Path, actions_url: str) -> str:
    """The text of `endpoints.yml` with this action server; in Rasa `${}` has no default value."""
    content = yaml.safe_load(endpoints.read_text(encoding="utf-8"))
    content["action_endpoint"]["url"] = actions_url
    return yaml.safe_dump(content, allow_unicode=True)


def _read_and(file: Path, check: Any) -> list[str]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return [f"{file.name} no se puede leer: debe estar en la carpeta del proyecto y ser YAML correcto."]
    if not isinstance(content, dict):
        return [f"{file.name} está vacío o no tiene la forma esperada."]
    result: list[str] = check(content)
    return result


def _credentials(content: dict[str, Any]) -> list[str]:
    if set(content) == {CHANNEL}:
        return []
    return [f"credentials.yml debe tener un solo canal, {CHANNEL}: cualquier otro deja entrar a extraños."]


def _endpoints(content: dict[str, Any]) -> list[str]:
    found = []
    store = content.get("tracker_store")
    if not isinstance(store, dict) or store.get("type") != TRACKER_STORE:
        found.append(f"endpoints.yml debe tener tracker_store.type: {TRACKER_STORE}.")
    action = content.get("action_endpoint")
    if not isinstance(action, dict) or not isinstance(action.get("url"), str):
        found.append("endpoints.yml debe tener action_endpoint.url.")
    for name in sorted(set(content) - _ENDPOINTS):
        found.append(f"endpoints.yml no debe tener {name}: se perderían mensajes o saldrían datos de aquí.")
    return found


def _domain(content: dict[str, Any]) -> list[str]:
    session = content.get("session_config")
    session = session if isinstance(session, dict) else {}
    found = []
    if session.get("session_expiration_time") != 0:
        found.append(
            "domain.yml debe tener session_expiration_time: 0; cuándo termina un chat no lo decide Rasa."
        )
    if session.get("carry_over_slots_to_new_session") is not False:
        found.append("domain.yml debe tener carry_over_slots_to_new_session: false.")
    return found
