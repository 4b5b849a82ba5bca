"""What the worker reads of the editors' files and of what was learnt, and when it reads it again."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from linea import settings
from linea.content import Content
from linea.settings import Settings
from linea.triage.classifier import Label
from linea.triage.fitting import fit
from linea.triage.lessons import Example

VEILED = "ocho nubes verdes"  # no rule knows it


class Log:
    """Keeps what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def _take(self, event: str, **fields: object) -> None:
        self.said.append(event)

    info = warning = error = _take


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """The project's own content, with a place of its own for what is learnt."""
    bank = tmp_path / "bank"
    bank.symlink_to(settings.ROOT / "data" / "bank")
    return dataclasses.replace(settings.load({}), bank_dir=bank, data_dir=tmp_path / "var")


def learn(here: Settings) -> None:
    said = [(VEILED, Label("red", "help", "now")), ("pan con queso", Label("none"))]
    examples = [
        Example(tuple(text.split()), label, voice) for text, label in said for voice in ("one", "two")
    ]
    here.models_dir.mkdir(parents=True, exist_ok=True)
    here.classifier_file.write_bytes(fit(examples).to_bytes())


def test_the_rules_decide_alone_until_something_is_learnt(here: Settings) -> None:
    log = Log()
    content = Content(here, log)
    assert content.classify("me quiero morir").colour == "red"
    assert content.classify(VEILED).colour == "none"
    learn(here)
    content.refresh()
    found = content.classify(VEILED)
    assert (found.colour, found.line) == ("red", "utter_crisis_help")
    assert log.said == ["triage_by_rules_alone", "content_read_again"]


def test_a_spoilt_classifier_is_said_once_and_the_rules_go_on(here: Settings) -> None:
    learn(here)
    here.classifier_file.write_bytes(b"spoilt")
    log = Log()
    content = Content(here, log)
    content.refresh()
    assert content.classify("me quiero morir").colour == "red"
    assert log.said == ["triage_by_rules_alone"]
