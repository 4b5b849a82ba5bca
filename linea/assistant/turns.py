"""The turn a request is in: what it brought, and what went wrong where Rasa itself would only log it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rasa.shared.core.events import Event


@dataclass
class Turn:
    """One request to the channel: the events Rasa is given before it, and the new ones after it.

    `opening` stands among the given ones and is new as well: how a conversation begins.
    """

    events: list[Event]
    opening: list[Event] = field(default_factory=list)
    new_events: list[dict[str, Any]] | None = None
    away: list[str] = field(default_factory=list)  # actions whose server could not be reached in time
    failed: list[str] = field(default_factory=list)  # actions that answered something unusable


_current: ContextVar[Turn | None] = ContextVar("linea_turn", default=None)


def current() -> Turn | None:
    """The turn this code runs in, or None outside one (`rasa shell`, `rasa test`)."""
    return _current.get()


@contextmanager
def entered(turn: Turn) -> Iterator[Turn]:
    """Makes `turn` the current one for the block; a kept-alive connection never sees the one before."""
    token = _current.set(turn)
    try:
        yield turn
    finally:
        _current.reset(token)
