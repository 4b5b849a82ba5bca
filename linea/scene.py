"""Where an effect takes place and what it can come to; `linea/effects.py` says which there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from linea.bank import Bank
from linea.keys import Keys
from linea.store.models import Conversation


@dataclass(frozen=True)
class Scene:
    """Where an effect takes place: whose conversation, with which keys, when; what the line can say; and the
    words that the turn answers, which no action passes on."""

    session: Session
    keys: Keys
    conversation: Conversation
    now: datetime
    bank: Bank
    text: str = ""


@dataclass(frozen=True)
class Outcome:
    """What an effect came to. `handover`: why a person is needed. `line`: said instead of what the assistant
    said, or with `beside` below it; after it the lines of `more`, with `values` for their [[names]] and
    `options` above those of the last. `leaves`: the form that the assistant was in is left. `erased`: nothing
    of the conversation is kept. `red`: the fixed text of a red message, instead of all."""

    handover: str | None = None
    line: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    more: tuple[str, ...] = ()
    options: tuple[Mapping[str, str], ...] = ()
    beside: bool = False
    leaves: bool = False
    erased: bool = False
    red: str | None = None

    def messages(self) -> list[dict[str, Any]]:
        """What it says, in the form in which the assistant's words come (`compose.Picked`)."""
        said: list[dict[str, Any]] = [
            {"utter": line, "custom": {"values": dict(self.values)}}
            for line in ((self.line, *self.more) if self.line else ())
        ]
        if said and self.options:
            said[-1]["custom"]["options"] = [dict(option) for option in self.options]
        return said


Effect = Callable[[Scene, Mapping[str, Any]], Outcome | None]
