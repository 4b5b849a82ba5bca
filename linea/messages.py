"""What comes in and what goes out, in the line's own words, whatever the channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Kind = Literal["text", "option", "other", "silent"]
Outcome = Literal["accepted", "retry", "uncertain", "failed", "halt"]


@dataclass(frozen=True)
class Sender:
    """Who wrote, as the channel names them. Any part may be missing (Meta, April 2026)."""

    phone: str | None  # "+" and exactly the digits received
    bsuid: str | None = None  # Meta's business-scoped user id
    parent_bsuid: str | None = None


@dataclass(frozen=True)
class Inbound:
    """One message of one person.

    `kind`: `text`, `option` (a tap), `other` (kept, not understood yet, answered kindly),
    `silent` (reaction, edit, system event: kept, never answered).
    """

    channel: str
    key: str  # what a repeat is recognised by
    external_id: str
    sender: Sender
    kind: Kind
    type: str  # the vendor's own name for it
    text: str | None
    option_id: str | None
    sent_at: datetime | None
    reply_to: str | None
    raw: dict[str, Any]


@dataclass(frozen=True)
class Status:
    """What became of a message we sent: `sent delivered read failed played`, or a name not known yet."""

    channel: str
    external_id: str
    outbox_id: str | None
    status: str
    error_code: int | None
    at: datetime | None


@dataclass(frozen=True)
class Problem:
    """Something signed that could not be read; kept whole, shown to a person, never dropped."""

    reason: str
    raw: Any


@dataclass(frozen=True)
class Parsed:
    """Everything one webhook body held."""

    messages: tuple[Inbound, ...] = ()
    statuses: tuple[Status, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Option:
    """One thing the person can tap. `id` is a payload until the outbox makes it opaque."""

    id: str
    title: str
    description: str | None = None


@dataclass(frozen=True)
class Body:
    """One message to a person: a text and, perhaps, what can be tapped below it."""

    text: str
    options: tuple[Option, ...] = ()
    button: str | None = None  # the label that opens the options as a list

    def to_json(self) -> dict[str, Any]:
        """As a plain dictionary, the form it is stored in."""
        options = [{"id": o.id, "title": o.title, "description": o.description} for o in self.options]
        return {"text": self.text, "options": options, "button": self.button}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Body:
        """The body stored by `to_json`."""
        options = tuple(Option(o["id"], o["title"], o.get("description")) for o in data.get("options", []))
        return cls(data["text"], options, data.get("button"))


@dataclass(frozen=True)
class SendResult:
    """What the channel answered to one attempt; `retry_after` in seconds, `detail` without personal data."""

    outcome: Outcome
    external_id: str | None = None
    error_code: int | None = None
    retry_after: float | None = None
    detail: str = ""
