"""`linea train`: trains the traffic light and the assistant if anything they are made of has changed."""

from __future__ import annotations

import click

from linea import supervision, training, triage
from linea.commands.common import settings_or_exit


@click.command()
def train() -> None:
    """Entrena al semáforo y al asistente con lo que hay en data/ (si algo cambió)."""
    supervision.follow_parent()
    settings = settings_or_exit()
    failed = False
    # The traffic light first: it takes seconds, and whoever is in danger must not wait for the assistant.
    for ensure in (training.ensure_classifier, training.ensure_model):
        try:
            ensure(settings, say=_say)
        except (training.TrainingFailed, triage.TriageError) as error:
            click.echo(str(error), err=True)
            failed = True
    if failed:
        raise SystemExit(1)
    click.echo("El modelo está al día.")


def _say(sentence: str) -> None:
    print(sentence, flush=True)
