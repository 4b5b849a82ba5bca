"""What is done with a message, in one pure function: the order is the live line's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from linea.assistant.joining import SUGGESTIONS
from linea.assistant.reading import DOUBT, FALLBACK, JOURNEYS, OUTSIDE, Reading
from linea.triage import Triage

Decision = Literal[
    "red", "command", "yellow", "green", "answer", "journey", "suggest", "smalltalk", "off_topic", "handoff"
]
TO_PERSON = ("ask_for_person", "none_of_these", "ask_own_treatment", "other_language")


@dataclass(frozen=True)
class Decided:
    """The decision and the entry it answers with; `suggestions` are what a doubt offers, else the nearest
    entries whether certain or not; `also` is answered besides."""

    decision: Decision
    entry: str | None
    confidence: float
    suggestions: tuple[str, ...]
    also: tuple[str, ...] = ()


def decide(triage: Triage, reading: Reading, always_to_person: bool = False) -> Decided:
    """`red` before everything, then `command`, then `yellow`; `green` only where no entry answers.

    `journey`: the line answers with the first question of a form, by which it will advise or do something.
    `always_to_person`: the entry that answers hands over as well (`handover: always`).
    """
    suggestions = reading.suggestions or tuple(reading.entries(SUGGESTIONS))
    decision = _decision(triage, reading, always_to_person)
    return Decided(decision, reading.entry, reading.confidence, suggestions, reading.also)


def _decision(triage: Triage, reading: Reading, always_to_person: bool) -> Decision:
    if triage.colour == "red":
        return "red"
    if reading.command:
        return "command"
    if triage.colour == "yellow":
        return "yellow"
    if reading.entry is not None:
        return "handoff" if always_to_person else "answer"
    if reading.intent in TO_PERSON:
        return "handoff"
    if reading.intent in JOURNEYS:
        return "journey"
    if triage.colour == "green":
        return "green"
    if reading.intent == DOUBT:
        return "suggest"
    if reading.intent in (FALLBACK, *OUTSIDE):
        return "off_topic"
    return "smalltalk"
