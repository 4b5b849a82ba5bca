"""Reads the project for Rasa, so that `rasa train` and `rasa data validate` warn only of what is wrong.

Some things here are right, and Rasa's own importer warns of them: the rule for `faq`, an intent that the
answers bring with them and that listed in the domain would count as double; lines that no rule says
because the worker says them, also when Rasa is down; lines that only actions and forms say; and intents
that nobody writes.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers import utils
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from linea.assistant.reading import RETRIEVAL, UNWRITTEN
from linea.settings import ROOT

# The worker takes these from data/lines/ itself. A new line that neither a rule nor this list names is
# reported by `rasa data validate` as not used: put it here once the worker says it.
SAID_BY_THE_WORKER = frozenset(
    {
        "utter_appointment_again",
        "utter_appointment_booked",
        "utter_appointment_by_call",
        "utter_appointment_by_line",
        "utter_appointment_by_visit",
        "utter_appointment_cancel_ask",
        "utter_appointment_cancelled",
        "utter_appointment_declined",
        "utter_appointment_end",
        "utter_appointment_kept",
        "utter_appointment_move",
        "utter_appointment_moved",
        "utter_appointment_moved_by_team",
        "utter_appointment_none",
        "utter_appointment_none_to_move",
        "utter_appointment_none_today",
        "utter_appointment_not_theirs",
        "utter_appointment_off",
        "utter_appointment_offer",
        "utter_appointment_other",
        "utter_appointment_taken",
        "utter_appointment_terms",
        "utter_appointment_unsure",
        "utter_appointment_when",
        "utter_assistant_away",
        "utter_cash_list_no_phone",
        "utter_cash_list_open",
        "utter_child",
        "utter_contacts_kept",
        "utter_crisis_again",
        "utter_crisis_answered",
        "utter_crisis_called",
        "utter_crisis_child",
        "utter_crisis_help",
        "utter_crisis_nobody",
        "utter_crisis_nobody_until",
        "utter_crisis_present",
        "utter_crisis_suicide",
        "utter_crisis_violence",
        "utter_empty_value",
        "utter_erase_ask",
        "utter_erase_confirm",
        "utter_erase_kept",
        "utter_erased",
        "utter_erased_but_open",
        "utter_erased_closed",
        "utter_expired",
        "utter_file_kept",
        "utter_handoff_closed",
        "utter_handoff_lapsing",
        "utter_handoff_waiting",
        "utter_handoff_waiting_closed",
        "utter_handoff_waiting_hours",
        "utter_handover_offer",
        "utter_kept_appointment",
        "utter_kept_aviso",
        "utter_kept_cash_list",
        "utter_kept_chat",
        "utter_kept_frozen",
        "utter_kept_profile",
        "utter_kept_request",
        "utter_kept_subscription",
        "utter_left_lists",
        "utter_location_kept",
        "utter_media_failed",
        "utter_media_unseen",
        "utter_medical_alarm",
        "utter_my_data",
        "utter_my_data_end",
        "utter_not_for_children",
        "utter_not_understood_type",
        "utter_notice",
        "utter_on_no_list",
        "utter_opted_out",
        "utter_page",
        "utter_page_kind_held",
        "utter_page_kind_old",
        "utter_page_kind_protection",
        "utter_page_kind_red",
        "utter_page_kind_today",
        "utter_page_late",
        "utter_page_thanks",
        "utter_photo_kept",
        "utter_protection_called",
        "utter_protection_nobody",
        "utter_reminder",
        "utter_reminder_by_call",
        "utter_reminder_end",
        "utter_staff_abuse",
        "utter_sticker_kept",
        "utter_still_waiting",
        "utter_unsigned",
        "utter_voice_kept",
        "utter_voice_nobody",
        "utter_yellow",
    }
)


_IN_AN_ACTION = re.compile(r"[\"'](utter_[a-z0-9_]+)[\"']")
_OF_A_TABLE = re.compile(r"^  (utter_[a-z0-9_]+):$", re.MULTILINE)


def said_by_actions(domain: Domain) -> Iterator[str]:
    """The lines that actions name, those of the tables of advice, and those with which forms ask."""
    for file in sorted((ROOT / "actions").glob("*.py")):
        yield from _IN_AN_ACTION.findall(file.read_text(encoding="utf-8"))
    for file in sorted((ROOT / "data" / "advice").glob("*.yml")):
        yield from _OF_A_TABLE.findall(file.read_text(encoding="utf-8"))
    for form in domain.forms.values():
        for slot in form["required_slots"]:
            yield from (f"utter_ask_{slot}", f"utter_explain_{slot}")


class LineImporter(RasaFileImporter):
    """Rasa's own importer, told about the bank's intent and about who says which line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(said_by_actions(self.get_domain())):  # Rasa looks for them in rules only
            warnings.filterwarnings("ignore", re.escape(f"The utterance '{name}' is not used"))

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """The rules of data/rules/."""
        return utils.story_graph_from_paths(self._story_files, self._domain_with_bank(), exclusion_percentage)

    def get_conversation_tests(self) -> StoryGraph:
        """The whole conversations of tests/test_stories.yml."""
        return utils.story_graph_from_paths(self._conversation_test_files, self._domain_with_bank())

    def get_nlu_data(self, language: str | None = "es") -> TrainingData:
        """Examples and answers, without the lines that Rasa never says."""
        data = super().get_nlu_data(language)
        for name in SAID_BY_THE_WORKER & data.responses.keys():
            del data.responses[name]
        for intent in UNWRITTEN:  # left out in training (nlu.py)
            data.training_examples.append(Message.build(intent, intent=intent))
        return data

    def _domain_with_bank(self) -> Domain:
        return self.get_domain().merge(Domain.from_dict({"intents": [RETRIEVAL]}))
