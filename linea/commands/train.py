"""`linea train`: trains the assistant if anything it is made of has changed."""

from __future__ import annotations

import click

from linea import supervision, training
from linea.commands.common import settings_or_exit


@click.command()
def train() -> None:
    """Entrena al asistente con lo que hay en data/ (si algo cambió)."""
    supervision.follow_parent()
    settings = settings_or_exit()
    try:
        training.ensure_model(settings, say=_say)
    except training.TrainingFailed as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from error
    click.echo("El modelo está al día.")


def _say(sentence: str) -> None:
    print(sentence, flush=True)
