"""The `linea` command; each subcommand is imported only when it is called."""

from __future__ import annotations

import importlib
import os

import click

COMMANDS = {
    "run": "run:run",
    "web": "processes:web",
    "worker": "processes:worker",
    "rasa": "rasa:rasa",
    "actions": "rasa:actions",
    "simulator": "processes:simulator",
    "migrate": "processes:migrate",
    "train": "train:train",
    "doctor": "doctor:doctor",
    "shift": "shift:shift",
    "queue": "queue:queue",
    "take": "queue:take",
    "reply": "queue:reply",
    "close": "queue:close",
    "resend": "queue:resend",
    "slots": "slots:group",
    "appointment": "appointment:group",
    "media": "media:media",
    "identity": "identity:decide",
    "candidates": "candidates:candidates",
    "erase": "erase:erase",
    "bank": "bank:bank",
    "classify": "classify:classify",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        found: click.Command = getattr(importlib.import_module(f"linea.commands.{module}"), name)
        return found


@click.command(cls=_Lazy)
def main() -> None:
    """Línea: una línea humanitaria de WhatsApp con un asistente de Rasa."""
    os.umask(0o077)  # what people wrote is in these files: for nobody else on this machine


if __name__ == "__main__":
    main()
