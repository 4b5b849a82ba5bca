"""How the tables of the channels write down what a body should become: our own messages, without the raw."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias

from linea.messages import IdentityChange, Inbound, Parsed, Status, Takeover

# A problem is written as its reason.
Expected: TypeAlias = "Inbound | Status | IdentityChange | Takeover | str"


def told(parsed: Parsed) -> list[Expected]:
    """Everything a body held in the order in which it is stored, each thing without what it was read from."""
    changes = [replace(change, raw={}, at=_whole(change.at)) for change in parsed.changes]
    takeovers = [replace(takeover, raw={}, at=_whole(takeover.at)) for takeover in parsed.takeovers]
    messages = [replace(message, raw={}, sent_at=_whole(message.sent_at)) for message in parsed.messages]
    reasons = [problem.reason for problem in parsed.problems]
    return [*changes, *takeovers, *messages, *parsed.statuses, *reasons]


def _whole(moment: Any) -> Any:
    """Without the milliseconds that some versions give."""
    return moment.replace(microsecond=0) if moment else None
