"""Rasa's tracker store that stores nothing: events come with the request and leave with the answer.

Outside a turn of our channel (`rasa shell`, `rasa test`) there is nobody to bring the events, so
there, and only there, conversations are kept in this process's memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from linea.assistant import turns


class PassThroughTrackerStore(TrackerStore):
    """Hands a turn's events to Rasa and the new ones back; never raises, never touches a disk.

    Rasa wraps every store so that an error becomes an empty conversation and a copy in memory that
    nobody reads (rasa/core/tracker_store.py, FailSafeTrackerStore). Nothing here can fail: the channel
    has turned the events into Rasa's own before the turn begins.
    """

    def __init__(
        self, domain: Domain | None = None, event_broker: EventBroker | None = None, **_: Any
    ) -> None:
        super().__init__(domain, event_broker)
        self._shell = InMemoryTrackerStore(self.domain, None)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation as the turn's request brought it; None when it is new."""
        turn = turns.current()
        if turn is None:
            self._shell.domain = self.domain
            return await self._shell.retrieve(sender_id)
        if not turn.events:
            return None
        return DialogueStateTracker.from_events(sender_id, turn.events, self.domain.slots)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Leaves the events that are new since the request in the turn, for the channel's answer."""
        turn = turns.current()
        if turn is None:
            await self._shell.save(tracker)
            return
        new = [*turn.opening, *list(tracker.events)[len(turn.events) :]]
        turn.new_events = [event.as_dict() for event in new]

    async def keys(self) -> Iterable[str]:
        """Conversations kept for `rasa shell`; in a turn there are none."""
        return await self._shell.keys()
