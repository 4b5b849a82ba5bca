"""What actions of the assistant ask for, done in the transaction of their turn (DESIGN 2).

An action names an effect; the subject that it is about does it. What cannot be done any more (an hour that
somebody else took) says what is said in the place of the assistant's words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from linea.conversations import raise_colour
from linea.keys import Keys
from linea.store.models import Conversation


@dataclass(frozen=True)
class Scene:
    """Where an effect takes place: whose conversation, with which keys, when."""

    session: Session
    keys: Keys
    conversation: Conversation
    now: datetime


@dataclass(frozen=True)
class Outcome:
    """What an effect came to. `handover`: why a person is needed. `line`: said instead of what the assistant
    said, with `values` for its [[names]]. `red`: the fixed text of a red message, instead of all."""

    handover: str | None = None
    line: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    red: str | None = None


Effect = Callable[[Scene, Mapping[str, Any]], Outcome | None]


class UnknownEffect(LookupError):
    """An action asked for something nobody does."""


def _hand_over(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    return Outcome(handover=str(asked.get("reason", "asked")))


def _raise_alarm(scene: Scene, asked: Mapping[str, Any]) -> Outcome:
    """A person said yes to the list of alarm signs: as if they had written one of them."""
    raise_colour(scene.conversation, "red", "now")
    return Outcome(red="utter_medical_alarm")


EFFECTS: Mapping[str, Effect] = {
    "hand_over": _hand_over,
    "raise_alarm": _raise_alarm,
}


def apply(scene: Scene, asked: Iterable[Mapping[str, Any]]) -> Outcome:
    """Do everything a turn asks for, in order; of the outcomes the first reason and the first line count.

    Raises UnknownEffect: the turn is then a failed one, and nothing of it is kept.
    """
    handover, said, red = None, Outcome(), None
    for each in asked:
        effect = EFFECTS.get(str(each.get("effect")))
        if effect is None:
            raise UnknownEffect(str(each.get("effect"))[:40])
        outcome = effect(scene, each) or Outcome()
        handover = handover or outcome.handover
        said = said if said.line else outcome
        red = red or outcome.red
    return Outcome(handover, said.line, said.values, red)
