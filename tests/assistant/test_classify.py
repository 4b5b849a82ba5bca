"""`linea classify`: one line in, one line out, whatever the line holds."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from linea import settings, training
from linea.settings import ROOT

FIELDS = {"decision", "entry", "topic", "confidence", "suggestions", "also", "colour", "urgency", "alarm"}


@pytest.fixture(scope="module")
def classified() -> list[dict[str, Any]]:
    """The answers to LINES, from the real command with the project's own model."""
    training.ensure_model(settings.load({}))
    command = [sys.executable, "-m", "linea.cli", "classify"]
    done = subprocess.run(
        command, input="\n".join(LINES), cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


LINES = [
    '{"text": "me quiero morir", "id": 7}',
    '{"text": "¿dónde me hago la prueba?", "last_entry": "sintomas_covid"}',
    '{"text": "MENÚ"}',
    "not json",
    '{"text": 5, "id": 8}',
    "[1]",
    '{"text": "hola"}',
    '{"text": "quiero hablar con una persona"}',
    '{"text": "quién ganó el partido"}',
    '{"text": ""}',
    '{"text": "no puede respirar y tiene los labios morados"}',
]


def test_every_line_gets_its_own_answer_in_order(classified: list[dict[str, Any]]) -> None:
    assert len(classified) == len(LINES)
    decisions = [answer.get("decision") for answer in classified]
    assert decisions == [
        "red",
        "answer",
        "command",
        None,
        None,
        None,
        "smalltalk",
        "handoff",
        "off_topic",
        "off_topic",
        "red",
    ]


def test_a_line_that_cannot_be_read_has_an_error_and_the_rest_goes_on(
    classified: list[dict[str, Any]],
) -> None:
    broken = [answer for answer in classified if "error" in answer]
    assert len(broken) == 3
    assert broken[1]["id"] == 8


def test_what_came_in_comes_out_with_every_field(classified: list[dict[str, Any]]) -> None:
    answer = classified[1]
    assert answer.keys() == {"text", "last_entry", *FIELDS}
    assert (answer["entry"], answer["topic"]) == ("donde_hacerse_prueba", "pruebas")
    assert answer["suggestions"][0] == "donde_hacerse_prueba"
    assert len(answer["suggestions"]) == 3


def test_danger_is_told_with_its_urgency(classified: list[dict[str, Any]]) -> None:
    plain = {name: classified[0][name] for name in ("colour", "urgency", "alarm", "id")}
    assert plain == {"colour": "red", "urgency": "now", "alarm": False, "id": 7}
    assert classified[-1]["alarm"] is True
