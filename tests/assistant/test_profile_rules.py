"""The journey of the profile stands in its own file of rules: with it it is led, without it it is gone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.generator import TrainingDataGenerator
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.importers.importer import TrainingDataImporter

from linea.settings import ROOT

RULES = sorted((ROOT / "data/rules").glob("*.yml"))
JOURNEY = ROOT / "data/rules/profile.yml"


class Rules:
    """Rasa's own policy, taught by some of the files of rules."""

    def __init__(self, files: Sequence[Path], folder: Path) -> None:
        data = [ROOT / "data" / name for name in ("bank", "lines", "nlu")]
        importer = TrainingDataImporter.load_from_config(
            str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(path) for path in (*data, *files)]
        )
        self.domain: Domain = importer.get_domain()
        self.policy = RulePolicy(
            {**RulePolicy.get_default_config(), "core_fallback_action_name": "utter_fallback"},
            LocalModelStorage(folder),
            Resource("rules"),
            ExecutionContext(GraphSchema({}), "rules"),
        )
        told = TrainingDataGenerator(importer.get_stories(), self.domain, use_story_concatenation=False)
        self.policy.train(told.generate(), self.domain)

    def lead(self, intent: str, **slots: Any) -> list[str]:
        """What is done after a message with this intent, until the next is waited for."""
        known = [SlotSet(name, value) for name, value in slots.items()]
        heard = UserUttered("…", intent={"name": intent, "confidence": 1.0})
        tracker = DialogueStateTracker.from_events(
            "somebody", [ActionExecuted("action_listen"), *known, heard], self.domain.slots
        )
        done: list[str] = []
        while len(done) < 8:
            prediction = self.policy.predict_action_probabilities(tracker, self.domain)
            best = max(range(len(prediction.probabilities)), key=prediction.probabilities.__getitem__)
            done.append(self.domain.action_names_or_texts[best])
            if done[-1] == "action_listen":
                return done[:-1]
            tracker.update(ActionExecuted(done[-1]))
        return done


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    """All the rules."""
    return Rules(RULES, tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    """All but those of the profile."""
    return Rules([path for path in RULES if path != JOURNEY], tmp_path_factory.mktemp("without"))


@pytest.mark.parametrize(
    ("intent", "answer"), [("thank", "utter_thank"), ("goodbye", "utter_goodbye"), ("faq", "utter_faq")]
)
def test_the_file_leads_to_the_question_where_it_may_be_asked_and_without_it_nobody_is_asked(
    whole: Rules, without: Rules, intent: str, answer: str
) -> None:
    assert whole.lead(intent, may_ask_profile=True) == [answer, "utter_ask_profile"]
    assert whole.lead(intent, may_ask_profile=False) == [answer]
    assert without.lead(intent, may_ask_profile=True) == [answer]


def test_without_the_file_a_yes_begins_nothing(whole: Rules, without: Rules) -> None:
    assert whole.lead("affirm", asked_for="profile")[:2] == ["action_record_consent", "profile_form"]
    assert without.lead("affirm", asked_for="profile") == ["utter_affirm"]


def test_a_yes_to_another_purpose_does_not_begin_the_profile(whole: Rules) -> None:
    for other in (None, "cash_list"):
        assert "profile_form" not in whole.lead("affirm", asked_for=other, cash_list_open=False)


def test_without_the_file_everything_else_is_as_it_was(whole: Rules, without: Rules) -> None:
    for intent in ("greet", "ask_menu", "ask_for_person", "leave", "my_data", "ask_erase", "deny"):
        assert without.lead(intent) == whole.lead(intent) != []
