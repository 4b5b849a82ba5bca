"""What every form shares: a question at a time, answered, interrupted, explained once, or let go."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import LineAction, context
from linea.answers import NOT_ASKED, SKIPPED, Heard, Question

REQUESTED, EXPLAINED = "requested_slot", "explained"
# What is meant for somebody else than the form: a rule of its journey answers, and the question comes again.
INTERRUPTS = frozenset(
    (
        *("faq", "ask_for_person", "ask_menu", "leave", "ask_test_advice", "ask_symptom_advice"),
        *("my_data", "ask_erase", "leave_lists", "ask_notice"),
    )
)


class LineForm(LineAction):
    """`validate_<form>`: fills the slot that was asked for (DESIGN 3).

    A value that resolves wins; else an interruption is a rule's affair; else the question is explained once
    (`utter_explain_<slot>`) and, answered no better, let go with SKIPPED. Slots are `type: custom`.
    """

    begun_by = ""  # the intent that begins it: said once more, the question is asked once more

    @property
    @abstractmethod
    def questions(self) -> Mapping[str, Question]:
        """What an answer to each slot means."""

    def begin(self, tracker: Tracker) -> list[dict[str, Any]]:
        """What holds when the form begins."""
        return []

    def needless(self, answers: Mapping[str, Any]) -> Iterable[str]:
        """The slots that need not be asked for any more, after these answers: they are set to NOT_ASKED."""
        return ()

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        """The slots that the answer fills; none where it was no answer to this form."""
        asked = tracker.get_slot(REQUESTED)
        if asked is None:
            return self.begin(tracker)
        if not _is_answer(tracker):
            return []
        heard = _heard(tracker)
        value = self.means(tracker, asked, heard)
        if value is None and heard.intent == self.begun_by:
            return [SlotSet(asked, None)]
        if value is None and heard.intent in INTERRUPTS:
            return []
        if value is None and tracker.get_slot(EXPLAINED) != asked:
            dispatcher.utter_message(response=f"utter_explain_{asked}")
            return [SlotSet(asked, None), SlotSet(EXPLAINED, asked)]
        value = SKIPPED if value is None else value
        answers = {slot: tracker.get_slot(slot) for slot in self.questions} | {asked: value}
        passed_over = [SlotSet(slot, NOT_ASKED) for slot in self.needless(answers)]
        return [*self.took(dispatcher, tracker, asked, value), SlotSet(EXPLAINED, None), *passed_over]

    def means(self, tracker: Tracker, asked: str, heard: Heard) -> Any:
        """The value of an answer, None where it is none; a form that needs more than words says so here."""
        return self.questions[asked](heard) if asked in self.questions else None

    def took(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, asked: str, value: Any
    ) -> list[dict[str, Any]]:
        """The slots that a value fills; a form that does more with it says so here."""
        return [SlotSet(asked, value)]


def _heard(tracker: Tracker) -> Heard:
    message = tracker.latest_message
    known = context(tracker)
    today = date.fromisoformat(known["today"]) if "today" in known else None
    channel = known.get("channel", "whatsapp")
    return Heard(message.get("text") or "", message["intent"].get("name") or "", channel, today)


def _is_answer(tracker: Tracker) -> bool:
    """Whether the form was called for the message itself, and not again after a rule had answered it."""
    since = []
    for event in reversed(tracker.events):
        if event["event"] == "user":
            break
        since.append(event)
    return not any(event["event"] in ("action_execution_rejected", "bot") for event in since)
