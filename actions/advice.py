"""Whether somebody should be tested: what decides it is asked for, and the table answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import LineAction, say
from actions.forms import LineForm
from linea.answers import Question, days, yes_no


class TestAdviceForm(LineForm):
    """Symptoms, for how long, and contact."""

    def name(self) -> str:
        """As Rasa names the check of a form."""
        return "validate_test_advice_form"

    @property
    def questions(self) -> Mapping[str, Question]:
        """Yes or no, a number of days, yes or no."""
        return {"test_symptoms": yes_no, "test_days": days, "test_contact": yes_no}


class TestAdvice(LineAction):
    """Says the advice."""

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_test_advice"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """The answers are forgotten with the advice."""
        say(dispatcher, "utter_test_advice", answers="3")
        return []
