"""Health advice: what decides it is asked for, and a table that a health editor signs answers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import LineAction, context, effect, say
from actions.forms import EXPLAINED, LineForm
from linea import advice
from linea.advice import SLOT, Table
from linea.answers import Question
from linea.bank.advice_rules import Tables
from linea.health_answers import QUESTIONS
from linea.settings import ROOT

TABLES = Tables(ROOT / "data")
MARKS = {"review": "utter_review_mark", "expired": "utter_expired_mark"}


class AdviceForm(LineForm):
    """The questions of a table, as far as they still decide something."""

    @property
    @abstractmethod
    def table(self) -> Table:
        """The table as it is now."""

    @property
    def questions(self) -> Mapping[str, Question]:
        """The table's, by their slots."""
        return {SLOT + question: QUESTIONS[question] for question in self.table.questions}

    def begin(self, tracker: Tracker) -> list[dict[str, Any]]:
        """Answers of an earlier time do not count."""
        old = [slot for slot in (*self.questions, EXPLAINED) if tracker.get_slot(slot) is not None]
        return [SlotSet(slot, None) for slot in old]

    def needless(self, answers: Mapping[str, Any]) -> Iterable[str]:
        """What no row left looks at."""
        table = self.table
        return [SLOT + question for question in advice.needless(table, advice.told(table, answers))]


class AdviceAction(LineAction):
    """Says the row that the answers lead to, by which rule, and forgets the answers."""

    @property
    @abstractmethod
    def table(self) -> Table:
        """The table as it is now."""

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """An alarm row is an effect; a table that may not be said any more says so."""
        table = self.table
        found = advice.advise(table, advice.told(table, tracker.slots))
        state = context(tracker).get(f"{table.id}_advice", "open")
        if found.row.alarm:
            effect(dispatcher, "raise_alarm")
        elif state in ("closed", "elsewhere") and not found.row.safety:
            say(dispatcher, f"utter_advice_{state}")
        else:
            if state in MARKS:
                say(dispatcher, MARKS[state])
            say(dispatcher, table.line_of(found.row))
            if not found.row.safety:  # whom to call now, and nothing else
                say(dispatcher, table.line, version=str(found.version), date=f"{found.since:%d/%m/%Y}")
        if found.row.handover:
            effect(dispatcher, "hand_over", reason="advice")
        return [SlotSet(SLOT + question, None) for question in table.questions]


class TestAdviceForm(AdviceForm):
    """Whether somebody should be tested."""

    begun_by = "ask_test_advice"
    table = property(lambda self: TABLES.get("test"))

    def name(self) -> str:
        """As Rasa names the check of a form."""
        return "validate_test_advice_form"


class TestAdvice(AdviceAction):
    """Whether somebody should be tested."""

    table = property(lambda self: TABLES.get("test"))

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_test_advice"


class SymptomAdviceForm(AdviceForm):
    """What somebody who is ill should do today."""

    begun_by = "ask_symptom_advice"
    table = property(lambda self: TABLES.get("symptom"))

    def name(self) -> str:
        """As Rasa names the check of a form."""
        return "validate_symptom_advice_form"


class SymptomAdvice(AdviceAction):
    """What somebody who is ill should do today."""

    table = property(lambda self: TABLES.get("symptom"))

    def name(self) -> str:
        """As in `domain.yml`."""
        return "action_symptom_advice"
