"""A person is needed: asked for, not understood, or for what only a person can answer."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import LineAction, effect

# Why, by what was said; whatever else was said was not understood.
REASONS = {
    "ask_for_person": "asked",
    "affirm": "asked",
    "ask_own_treatment": "treatment",
    "other_language": "language",
}


class HandOver(LineAction):
    """Asks the worker to put the chat into the operators' queue; it also says what the person reads."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_hand_over"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """No events: who has the chat is a column in the line's database."""
        intent = tracker.latest_message["intent"]["name"]
        effect(dispatcher, "hand_over", reason=REASONS.get(intent, "not_understood"))
        return []
