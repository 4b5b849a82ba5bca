"""What counts as right, suggested, an honest miss and wrong."""

from __future__ import annotations

from typing import Any

import pytest

from bench.language import outcomes
from bench.language.asked import Question

BANK = {"prueba", "cajero", "tarjeta"}


def decided(decision: str, entry: str | None = None, suggestions: str = "", also: str = "") -> dict[str, Any]:
    """The fields of `linea classify` that an outcome depends on."""
    return {"decision": decision, "entry": entry, "suggestions": suggestions.split(), "also": also.split()}


ANSWER = decided("answer", "cajero")
OFFER = decided("suggest", suggestions="cajero prueba")
NOTHING = decided("off_topic", suggestions="cajero prueba tarjeta")  # the nearest are named, not offered
PERSON = decided("handoff")
RED = decided("red", "cajero")


@pytest.mark.parametrize(
    ("expect", "entries", "decision", "group", "outcome"),
    [
        ("answer", ("cajero",), ANSWER, "answer", "right"),
        ("answer", ("tarjeta", "cajero"), ANSWER, "answer", "right"),
        ("answer", ("cajero",), decided("handoff", "cajero"), "answer", "right"),
        ("answer", ("cajero",), decided("answer", "prueba", also="cajero"), "answer", "right"),
        ("answer", ("cajero",), decided("off_topic", also="cajero"), "answer", "right"),
        ("answer", ("prueba",), OFFER, "answer", "suggested"),
        ("answer", ("tarjeta",), OFFER, "answer", "miss"),
        ("answer", ("cajero",), NOTHING, "answer", "miss"),
        ("answer", ("cajero",), decided("smalltalk"), "answer", "miss"),
        ("answer", ("prueba",), ANSWER, "answer", "wrong"),
        ("answer", ("prueba",), decided("off_topic", also="cajero"), "answer", "wrong"),
        ("answer", ("cajero",), PERSON, "answer", "person"),
        ("answer", ("cajero",), RED, "answer", "safety"),
        ("answer", ("cajero", "vacuna"), ANSWER, "answer", "right"),
        ("answer", ("vacuna",), ANSWER, "lacking", "wrong"),
        ("answer", ("vacuna",), OFFER, "lacking", "miss"),
        ("answer", ("vacuna",), NOTHING, "lacking", "miss"),
        ("answer", (), ANSWER, "lacking", "wrong"),
        ("answer", None, ANSWER, "unlabelled", "answered"),
        ("answer", None, OFFER, "unlabelled", "suggested"),
        ("answer", None, NOTHING, "unlabelled", "miss"),
        ("smalltalk", None, decided("smalltalk"), "smalltalk", "understood"),
        ("smalltalk", None, decided("command"), "smalltalk", "understood"),
        ("smalltalk", None, ANSWER, "smalltalk", "answered"),
        ("smalltalk", None, OFFER, "smalltalk", "suggested"),
        ("smalltalk", None, NOTHING, "smalltalk", "miss"),
        ("off_topic", None, ANSWER, "off_topic", "answered"),
        ("off_topic", None, decided("handoff", "cajero"), "off_topic", "answered"),
        ("off_topic", None, OFFER, "off_topic", "suggested"),
        ("off_topic", None, NOTHING, "off_topic", "refused"),
        ("off_topic", None, decided("smalltalk"), "off_topic", "refused"),
        ("off_topic", None, PERSON, "off_topic", "person"),
        ("off_topic", None, decided("yellow", "cajero"), "off_topic", "safety"),
        ("off_topic_or_card", None, ANSWER, "either", "answered"),
        ("off_topic_or_card", None, NOTHING, "either", "refused"),
        ("off_topic_or_card", ("cajero",), ANSWER, "answer", "right"),
        ("off_topic_or_card", ("vacuna",), ANSWER, "lacking", "wrong"),
        ("off_topic_or_card", (), ANSWER, "off_topic", "answered"),
    ],
)
def test_outcome_of_a_question(
    expect: str, entries: tuple[str, ...] | None, decision: dict[str, Any], group: str, outcome: str
) -> None:
    question = Question("¿…?", expect, entries)
    assert outcomes.group(question, BANK) == group
    assert outcomes.judge(question, BANK, lambda _: decision) == outcome
    assert outcome in outcomes.KINDS[group] + outcomes.ELSEWHERE


def test_a_tally_counts_each_question_once_in_its_group() -> None:
    answers = {"a": ANSWER, "b": OFFER, "c": NOTHING}
    questions = [Question("a", "answer", ("cajero",)), Question("b", "answer", ("cajero",))]
    questions += [Question("c", "off_topic", None)]
    found = outcomes.tally(questions, BANK, answers.__getitem__)
    assert found == {"answer": {"right": 1, "suggested": 1}, "off_topic": {"refused": 1}}
    shares = outcomes.shares("answer", found["answer"])
    assert {kind: share["count"] for kind, share in shares.items()} == {
        "right": 1,
        "suggested": 1,
        "miss": 0,
        "wrong": 0,
    }
    assert shares["right"]["share"] == 0.5
