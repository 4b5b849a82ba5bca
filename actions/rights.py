"""What somebody asks about their own data in a sentence: told, erased, off the lists. The worker does it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import LineAction, effect


class MyData(LineAction):
    """What is kept of whoever asks."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_my_data"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """No events: what is kept is not known here."""
        effect(dispatcher, "my_data")
        return []


class AskErase(LineAction):
    """Asks once whether all is to be erased."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_ask_erase"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """No events: a yes is understood by the worker, which has Rasa's events erased as well."""
        effect(dispatcher, "ask_erase")
        return []


class LeaveLists(LineAction):
    """Takes whoever asks off every list."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_leave_lists"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """No events: the lists are the worker's."""
        effect(dispatcher, "leave_lists")
        return []
