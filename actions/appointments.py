"""An appointment for somebody in yellow: each step is an effect, for only the worker knows what is free."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import LineAction, effect, say


class Step(LineAction):
    """Asks for the effect that has the action's name without `action_`."""

    @abstractmethod
    def name(self) -> str:
        """As in `domain.yml`."""

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """No events: what was offered and chosen stands in the line's database."""
        effect(dispatcher, self.name().removeprefix("action_"))
        return []


class OfferAppointment(Step):
    """The hours once more; after a yes that said to none of several which."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_offer_appointment"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """No events."""
        yes = tracker.latest_message["intent"].get("name") == "affirm"
        effect(dispatcher, "offer_appointment", yes=yes)
        return []


class ChooseSlot(Step):
    """An hour was tapped, or named in words."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_choose_slot"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """The worker has the words: no effect carries them."""
        intent = tracker.latest_message["intent"].get("name")
        effect(dispatcher, "choose_slot", tapped=intent == "choose_slot", unsure=intent == "doubt")
        return []


class OtherSlot(Step):
    """None of these hours."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_other_slot"


class AskAppointment(Step):
    """The question for their yes once more, after what came in between."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_ask_appointment"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """The whole notice before it, if that is what they wanted to know: said here, so that it is also
        said to who waits for a person."""
        if tracker.latest_message["intent"].get("name") == "ask_notice":
            say(dispatcher, "utter_whole_notice")
            say(dispatcher, "utter_whole_notice_rights")
        effect(dispatcher, "ask_appointment")
        return []


class BookAppointment(Step):
    """Their yes: recorded and booked by the worker in one."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_book_appointment"


class NoAppointment(Step):
    """Their no."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_no_appointment"


class MoveAppointment(Step):
    """Another hour for the one they have."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_move_appointment"


class AskCancel(Step):
    """Whether it is to be cancelled."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_ask_cancel"


class CancelAppointment(Step):
    """It is."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_cancel_appointment"


class KeepAppointment(Step):
    """It stays, or: when is it?"""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_keep_appointment"
