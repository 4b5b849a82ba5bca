"""What is done with a message, in one pure function: the order is the live line's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from linea.assistant.reading import FALLBACK, OUTSIDE, Reading
from linea.triage import Triage

Decision = Literal[
    "red", "command", "yellow", "green", "answer", "suggest", "smalltalk", "off_topic", "handoff"
]
SUGGESTIONS = 3
ASK_FOR_PERSON = "ask_for_person"


@dataclass(frozen=True)
class Decided:
    """The decision, the entry it answers with, and the nearest entries whether certain or not."""

    decision: Decision
    entry: str | None
    confidence: float
    suggestions: tuple[str, ...]


def decide(triage: Triage, reading: Reading, always_to_person: bool = False) -> Decided:
    """`red` before everything, then `command`, then `yellow`; `green` only where no entry answers.

    `always_to_person`: the entry that answers hands over as well (`handover: always`). The line does not
    ask "¿quisiste decir…?" yet: what it is unsure of is `off_topic`, with the nearest entries beside it.
    """
    suggestions = tuple(reading.entries(SUGGESTIONS))
    return Decided(
        _decision(triage, reading, always_to_person), reading.entry, reading.confidence, suggestions
    )


def _decision(triage: Triage, reading: Reading, always_to_person: bool) -> Decision:
    if triage.colour == "red":
        return "red"
    if reading.command:
        return "command"
    if triage.colour == "yellow":
        return "yellow"
    if reading.entry is not None:
        return "handoff" if always_to_person else "answer"
    if reading.intent == ASK_FOR_PERSON:
        return "handoff"
    if triage.colour == "green":
        return "green"
    if reading.intent in (FALLBACK, *OUTSIDE):
        return "off_topic"
    return "smalltalk"
