"""What every action shares: an error inside one never carries the conversation out of the process."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from linea import logs

logger = logging.getLogger(__name__)


class LineAction(Action, ABC):
    """An action whose `act` may fail: the answer then says `failed`, and nothing of the request.

    rasa_sdk answers an exception with the whole request body, and Rasa writes that into its log
    (rasa_sdk/endpoint.py, `exception_handler`). The channel turns `failed` into a failed turn.
    """

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """The events of `act`; after an error none, and `failed` as the only effect."""
        try:
            return self.act(dispatcher, tracker)
        except Exception as error:
            logger.error("%s failed: %s", self.name(), logs.place(error))
            dispatcher.messages.clear()
            effect(dispatcher, "failed", action=self.name())
            return []

    @abstractmethod
    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """What the action does; returns Rasa events."""


def context(tracker: Tracker) -> dict[str, Any]:
    """What the line knew when the turn began (`linea/context.py`); empty in `rasa shell`."""
    return dict(tracker.get_slot("context") or {})


def effect(dispatcher: CollectingDispatcher, name: str, **details: Any) -> None:
    """Asks the worker for something Rasa cannot do itself; no details that name or quote a person."""
    dispatcher.utter_message(json_message={"effect": name, **details})


def say(
    dispatcher: CollectingDispatcher,
    line: str,
    options: Sequence[dict[str, str]] = (),
    **values: str,
) -> None:
    """Says a line of data/lines/. `values` fill its [[names]] (`linea/bank/placeholders.py` lists them);
    `options` {payload, title, description?} stand above the line's own."""
    dispatcher.utter_message(response=line, json_message={"values": values, "options": list(options)})
