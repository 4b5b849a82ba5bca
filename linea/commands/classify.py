"""`linea classify`: what the line would do with each message, for checking many at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import click

from linea import bank as bank_module
from linea import training, triage
from linea.assistant.decision import decide
from linea.assistant.understanding import ModelUnreadable, Understanding, load_from_archive
from linea.bank import Bank
from linea.commands.common import settings_or_exit, stop
from linea.settings import Settings


@click.command()
def classify() -> None:
    """Lee mensajes (una línea JSON cada uno, {"text": …}) y dice qué haría la línea con cada uno.

    \b
    decision dice qué:
      red, yellow, green  señal de peligro, necesita apoyo, primer apoyo
      answer, suggest     responde una pregunta del banco (entry), o propone las más parecidas
      journey             empieza a preguntar: si hacerse la prueba, qué hacer con los síntomas
      command, handoff    una palabra que es una orden, o pasa a una persona
      smalltalk           saludo, gracias, sí, no
      off_topic           otro tema, o no se entendió
    """
    settings = settings_or_exit()
    try:
        model = training.ensure_model(settings, say=_aside)
        understanding = load_from_archive(model)
        light = traffic_light(settings)
        bank = bank_module.load(settings.bank_dir, settings.content_dir)
    except (ModelUnreadable, training.TrainingFailed, triage.TriageError, bank_module.BankError) as error:
        stop(str(error))
    classified = classifier(understanding, light, bank)
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(_answer(line, classified), ensure_ascii=False))


def traffic_light(settings: Settings) -> triage.TrafficLight:
    """The rules together with what was learnt, which is fitted if it has changed. Raises TriageError."""
    signals = triage.load(settings.content_dir / "triage")
    learnt = training.ensure_classifier(settings, say=_aside)
    return triage.TrafficLight(signals, triage.Classifier.from_bytes(learnt.read_bytes()) if learnt else None)


def classifier(
    understanding: Understanding, light: triage.TrafficLight, bank: Bank
) -> Callable[[str], dict[str, Any]]:
    """A function from a message's text to the fields that `linea classify` adds to it."""

    def classified(text: str) -> dict[str, Any]:
        colour = light.classify(text)
        reading = understanding.read(text)
        entry = bank.entries.get(reading.entry or "")
        decided = decide(colour, reading, entry is not None and entry.handover == "always")
        return {
            "decision": decided.decision,
            "entry": decided.entry,
            "topic": entry.topic if entry else None,
            "confidence": round(decided.confidence, 4),
            "suggestions": list(decided.suggestions),
            "also": list(decided.also),
            "colour": colour.colour,
            "urgency": colour.urgency,
            "alarm": colour.alarm,
        }

    return classified


def _answer(line: str, classified: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "la línea no es JSON"}
    if not isinstance(asked, dict):
        return {"error": "la línea no es un objeto JSON"}
    if not isinstance(asked.get("text"), str):
        return {**asked, "error": "falta text, o no es un texto"}
    return {**asked, **classified(asked["text"])}


def _aside(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
