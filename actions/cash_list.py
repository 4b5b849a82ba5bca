"""The list of possible recipients of cash: explained before a yes, then asked for, a question at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import LineAction, context, effect, say
from actions.forms import LineForm
from actions.profile import place, took_place, took_which, which
from linea import cash_answers, profile_answers
from linea.answers import DECLINED, SKIPPED, Heard, Question


class CashListTerms(LineAction):
    """All that must be known before a yes, with the days of the list that is open."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_cash_list_terms"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """No events: what was asked for, the worker remembers."""
        say(dispatcher, "utter_cash_list_terms", **context(tracker)["cash_list"])
        return []


class CashListForm(LineForm):
    """A name, a phone, where, how many and who at home."""

    def name(self) -> str:
        """As Rasa names the check of a form."""
        return "validate_cash_list_form"

    @property
    def questions(self) -> Mapping[str, Question]:
        """One for each slot that is asked for."""
        return {
            "cash_name": cash_answers.name,
            "cash_phone": cash_answers.phone,
            "place": place,
            "cash_people": cash_answers.people,
            "household": profile_answers.household,
        }

    def means(self, tracker: Tracker, asked: str, heard: Heard) -> Any:
        """As in the profile."""
        return which(tracker, heard) if asked == "place_which" else super().means(tracker, asked, heard)

    def took(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, asked: str, value: Any
    ) -> list[dict[str, Any]]:
        """The worker takes a name and a number from the message itself: no effect carries them."""
        if asked == "cash_name" and value == cash_answers.GIVEN:
            effect(dispatcher, "save_candidate", field="name")
        if asked == "cash_phone" and value in (cash_answers.OWN, cash_answers.OTHER):
            effect(dispatcher, "save_candidate", field="phone", whose=value)
        if asked == "place":
            return took_place(value, context(tracker).get("channel", "whatsapp"))
        return (
            took_which(value) if asked == "place_which" else super().took(dispatcher, tracker, asked, value)
        )


class SaveCandidate(LineAction):
    """Puts the person on the list and says what that means."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_save_candidate"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """No events: where and who at home stay, for the profile need not ask again."""
        slots = {"place": "place", "people": "cash_people", "household": "household"}
        answers = {name: tracker.get_slot(slot) for name, slot in slots.items()}
        given = {name: value for name, value in answers.items() if value not in (None, SKIPPED, DECLINED)}
        effect(dispatcher, "save_candidate", complete=True, **given)
        erased = (context(tracker).get("cash_list") or {}).get("erased", "")
        say(dispatcher, "utter_cash_list_done", erased=erased)
        return []


class LeaveCashList(LineAction):
    """Nothing is kept of somebody who did not come to the end."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_leave_cash_list"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """Said where nothing else follows."""
        effect(dispatcher, "leave_cash_list")
        if tracker.latest_message["intent"].get("name") == "leave":
            say(dispatcher, "utter_cash_list_left")
        return []
