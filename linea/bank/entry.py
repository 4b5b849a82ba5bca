"""What the bank is made of: entries, their variants and wordings, and what a check finds wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from linea.messages import Body, Option

Handover = Literal["never", "offer", "always"]
State = Literal["live", "review", "unsigned", "expired", "empty", "withdrawn"]

CHANNELS = ("whatsapp", "sms")
STATUSES = ("draft", "review", "live", "withdrawn")
HANDOVERS = ("never", "offer", "always")
CHILDREN = "minor-safe"  # fit to be read by a child
AUDIENCES = ("all", "migrant", "pregnant", "carer", CHILDREN, "staff-only")
LEADS_TO = ("cash_list",)


@dataclass(frozen=True, order=True)
class Finding:
    """One mistake in a content file, as a sentence that says what to do.

    `blocks`: the line cannot answer rightly with it, so `load` refuses the bank. The rest only stops
    `linea bank check`: an editor's text that is too long must not keep a running line from starting.
    """

    path: str
    line: int
    message: str
    blocks: bool = field(default=True, compare=False)

    def __str__(self) -> str:
        return f"{self.path}: {self.line}: {self.message}"


class BankError(Exception):
    """The bank cannot be used; `findings` says why, one mistake each."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class RenderError(LookupError):
    """A line, an entry or a placeholder's value was asked for that does not exist."""


@dataclass(frozen=True)
class Variant:
    """One way in which people ask, and the line of the file it stands on."""

    text: str
    line: int


@dataclass(frozen=True)
class Wording:
    """What is said on one channel; `channel` None is the default, which `rasa shell` shows too."""

    text: str
    channel: str | None = None
    options: tuple[Option, ...] = ()
    button: str | None = None


@dataclass(frozen=True)
class Signature:
    """Who answers for an entry."""

    role: str
    name: str
    date: date


@dataclass(frozen=True)
class Entry:
    """One question of the bank. `expires` is the last day on which its answer is sent."""

    id: str
    title: str
    topic: str
    status: str
    expires: date
    official: str
    handover: Handover
    short: str
    safety: bool
    signed: Signature | None
    variants: tuple[Variant, ...]
    wordings: tuple[Wording, ...]
    audience: tuple[str, ...] = ()
    leads_to: str = ""  # a purpose that the line offers below the answer

    def is_live(self) -> bool:
        """Whether a person has signed it; the status alone is not enough."""
        return self.status == "live" and self.signed is not None

    def is_expired(self, today: date) -> bool:
        """Whether its last day has passed, by the line's own calendar."""
        return today > self.expires


@dataclass(frozen=True)
class Answer:
    """What to send for an entry now, and what has to follow.

    `state` is the entry's; `withheld` says that the entry's own text was not sent. An entry marked
    `safety` is sent in any state but `withdrawn` and `empty`: the coordinator is alarmed by its state.
    """

    body: Body
    handover: Handover
    state: State
    entry_id: str
    withheld: bool = False
