"""A person asked for a person, or was not understood."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import LineAction, effect


class HandOver(LineAction):
    """Asks the worker to put the chat into the operators' queue; it also says what the person reads."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_hand_over"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """No events: who has the chat is a column in the line's database."""
        asked = tracker.latest_message["intent"]["name"] in ("ask_for_person", "affirm")
        effect(dispatcher, "hand_over", reason="asked" if asked else "not_understood")
        return []
