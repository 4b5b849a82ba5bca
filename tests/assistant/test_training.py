"""The model is trained when what it is made of changes, vouched for by its hash, and never lost."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from linea import settings, training, triage
from linea.settings import ROOT, Settings

MESSAGES = """\
# Lo que hay aquí.
heard:
- colour: red
  kind: help
  urgency: now
  texts: |
    - ya vienen
- colour: none
  texts: |
    - hola
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Settings:
    """Settings with a bank of their own: one entry."""
    bank = tmp_path / "bank"
    bank.mkdir()
    shutil.copy(ROOT / "data/bank/alivio/paracetamol.yml", bank)
    return dataclasses.replace(settings.load({}), bank_dir=bank, data_dir=tmp_path / "var")


def trained_before(elsewhere: Settings) -> Path:
    """A model and its note as an earlier training left them, for the data as it is now."""
    model = training.model_path(elsewhere)
    model.parent.mkdir(parents=True)
    model.write_bytes(b"a model")
    note = {"data": training._hash_of_sources(elsewhere), "model": training._sha256(model)}
    model.with_name("linea.json").write_text(json.dumps(note), encoding="utf-8")
    return model


def test_the_projects_own_model_is_where_rasa_shell_looks(elsewhere: Settings) -> None:
    assert training.model_path(settings.load({})) == ROOT / "models" / "linea.tar.gz"
    assert training.model_path(elsewhere) == elsewhere.data_dir / "models" / "linea.tar.gz"


def test_with_nothing_changed_there_is_no_training(elsewhere: Settings) -> None:
    model = trained_before(elsewhere)
    spoken: list[str] = []
    assert training.ensure_model(elsewhere, say=spoken.append) == model
    assert spoken == []
    assert model.read_bytes() == b"a model"


def test_one_changed_word_in_an_answer_changes_the_hash(elsewhere: Settings) -> None:
    before = training._hash_of_sources(elsewhere)
    entry = elsewhere.bank_dir / "paracetamol.yml"
    entry.write_text(
        entry.read_text(encoding="utf-8").replace("paracetamol", "acetaminofén", 1), encoding="utf-8"
    )
    changed = training._hash_of_sources(elsewhere)
    assert changed != before
    entry.rename(entry.with_name("otro.yml"))
    assert training._hash_of_sources(elsewhere) != changed


@pytest.mark.parametrize("note", [None, "", "[]", "{}", '{"model": "0"}'])
def test_a_model_without_its_own_note_is_not_intact(elsewhere: Settings, note: str | None) -> None:
    model = trained_before(elsewhere)
    assert training.is_intact(model)
    if note is None:
        model.with_name("linea.json").unlink()
    else:
        model.with_name("linea.json").write_text(note, encoding="utf-8")
    assert not training.is_intact(model)


def test_a_changed_model_file_is_not_intact(elsewhere: Settings) -> None:
    model = trained_before(elsewhere)
    model.write_bytes(b"another model")
    assert not training.is_intact(model)


def test_when_training_fails_the_last_model_stays_and_the_reason_is_given(elsewhere: Settings) -> None:
    model = trained_before(elsewhere)
    (elsewhere.bank_dir / "broken.yml").write_text('version: "3.1"\nnlu:\n- intent: [\n', encoding="utf-8")
    with pytest.raises(training.TrainingFailed, match="el modelo anterior"):
        training.ensure_model(elsewhere, say=lambda sentence: None)
    assert model.read_bytes() == b"a model"
    assert [path.name for path in model.parent.iterdir() if path.is_dir()] == []


@pytest.fixture
def with_messages(elsewhere: Settings, tmp_path: Path) -> Settings:
    """The same, with the rules as they are and a handful of messages."""
    content = tmp_path / "data"
    shutil.copytree(ROOT / "data/triage", content / "triage", ignore=shutil.ignore_patterns("messages"))
    (content / "triage/messages").mkdir()
    (content / "triage/messages/ana.yml").write_text(MESSAGES, encoding="utf-8")
    return dataclasses.replace(elsewhere, content_dir=content)


def test_the_classifier_learns_again_only_when_something_changed(with_messages: Settings) -> None:
    spoken: list[str] = []
    file = training.ensure_classifier(with_messages, say=spoken.append)
    assert file == with_messages.classifier_file
    assert training.is_intact(file)
    assert len(spoken) == 2
    assert training.ensure_classifier(with_messages, say=spoken.append) == file
    assert len(spoken) == 2
    (with_messages.content_dir / "triage/messages/eva.yml").write_text(
        "# Otra voz.\nheard:\n- colour: none\n  texts: |\n    - gracias\n", encoding="utf-8"
    )
    training.ensure_classifier(with_messages, say=spoken.append)
    assert len(spoken) == 4


def test_a_fault_in_the_messages_leaves_the_classifier_from_before(with_messages: Settings) -> None:
    with_messages.models_dir.mkdir(parents=True)
    with_messages.classifier_file.write_bytes(b"from before")
    (with_messages.content_dir / "triage/messages/mala.yml").write_text("heard: [", encoding="utf-8")
    with pytest.raises(triage.TriageError, match=r"mala\.yml: 1"):
        training.ensure_classifier(with_messages, say=lambda sentence: None)
    assert with_messages.classifier_file.read_bytes() == b"from before"


def test_without_messages_there_is_nothing_to_learn(with_messages: Settings) -> None:
    shutil.rmtree(with_messages.content_dir / "triage/messages")
    assert training.ensure_classifier(with_messages) is None
