"""What the four YAML files name exists, and what the worker says is not also Rasa's to say."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
import yaml
from rasa.shared.core.domain import Domain

from linea.assistant.importer import SAID_BY_THE_WORKER, said_by_actions
from linea.assistant.preflight import CHANNEL, TRACKER_STORE
from linea.settings import ROOT


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def dotted_paths() -> list[str]:
    config = read("config.yml")
    found = [part["name"] for part in (*config["pipeline"], *config["importers"])]
    return [
        *found,
        *read("credentials.yml"),
        read("endpoints.yml")["tracker_store"]["type"],
        CHANNEL,
        TRACKER_STORE,
    ]


@pytest.mark.parametrize("path", sorted(set(dotted_paths())))
def test_what_a_file_names_can_be_imported(path: str) -> None:
    module, name = path.rsplit(".", 1)
    assert isinstance(getattr(importlib.import_module(module), name), type)


def rules() -> dict[str, list[str]]:
    """For every line or action that a rule calls, the intents before it."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "data/rules").glob("*.yml")):
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]:
            intents = [step["intent"] for step in rule["steps"] if "intent" in step]
            for step in rule["steps"]:
                if "action" in step:
                    found.setdefault(step["action"], []).extend(intents)
    return found


def lines() -> set[str]:
    return {
        name
        for folder in ("data/lines", "data/advice")
        for file in (ROOT / folder).glob("*.yml")
        for name in yaml.safe_load(file.read_text(encoding="utf-8"))["responses"]
    }


def test_every_intent_has_a_rule() -> None:
    answered = {intent for intents in rules().values() for intent in intents}
    assert answered == {*read("domain.yml")["intents"], "faq", "nlu_fallback"}


def test_every_line_is_said_by_a_rule_an_action_a_form_or_the_worker_alone() -> None:
    by_rules = {name for name in rules() if name.startswith("utter_") and name != "utter_faq"}
    by_actions = set(said_by_actions(Domain.load(str(ROOT / "domain.yml"))))
    assert by_rules | by_actions | SAID_BY_THE_WORKER == lines()
    assert (by_rules | by_actions) & SAID_BY_THE_WORKER == set()


def test_the_bank_is_not_listed_in_the_domain() -> None:
    assert "faq" not in read("domain.yml")["intents"]
    assert "responses" not in read("domain.yml")
