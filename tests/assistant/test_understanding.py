"""What a fitted model says of a message, and what a model file may and may not hold."""

from __future__ import annotations

import io
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from linea.assistant import payloads
from linea.assistant.fitting import TooLittleToLearn, _paraphrases, fit
from linea.assistant.understanding import ModelUnreadable, Understanding, load_from_archive
from tests.assistant.conftest import EXAMPLES, fit_examples


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("como retiro dinero con mi tarjeta del cajero", "faq/usar_cajero"),
        ("cuantas pastillas de paracetamol tomo para la fiebre", "faq/paracetamol"),
        ("donde puedo hacerme una prueba de covid", "faq/prueba"),
        ("holaaa buenas tardes", "greet"),
        ("PARASETAMOL dosis", "faq/paracetamol"),
    ],
)
def test_a_new_wording_finds_its_entry(small: Understanding, text: str, label: str) -> None:
    assert small.read(text).ranking[0][0] == label


def test_what_an_editor_wrote_is_always_understood(small: Understanding) -> None:
    for label, texts in EXAMPLES.items():
        for text in texts:
            reading = small.read(text.upper() + "!!")
            assert (reading.label, reading.confidence) == (label, 1.0)


def test_one_wording_under_two_labels_is_no_certainty() -> None:
    model = fit_examples({**EXAMPLES, "faq/otra": ["cajero", "otra cosa distinta", "algo diferente"]})
    assert model.read("cajero").confidence < 1.0


@pytest.mark.parametrize("text", ["", "   ", "...", "zxcvb qwrt", "привет", "\x00", "a" * 100_000])
def test_what_holds_nothing_known_is_not_understood(small: Understanding, text: str) -> None:
    assert small.read(text).label == "nlu_fallback"


def test_below_the_threshold_nothing_is_answered_and_the_nearest_are_still_named(
    small: Understanding,
) -> None:
    unsure = fit_examples(EXAMPLES, threshold=0.999)
    reading = unsure.read("mi plata y mi tarjeta")
    assert reading.label == "nlu_fallback"
    assert reading.entry is None
    assert reading.entries(3)[0] == "usar_cajero"


def test_an_entry_written_out_is_that_entry_and_an_unknown_one_is_only_text(small: Understanding) -> None:
    assert small.read("faq/paracetamol").label == "faq/paracetamol"
    assert small.read("faq/paracetamol").confidence == 1.0
    assert small.read("faq/no_existe").confidence < 1.0


@pytest.mark.parametrize(("text", "intent"), [("MENÚ", "ask_menu"), ("persona.", "ask_for_person")])
def test_a_command_word_is_a_command(small: Understanding, text: str, intent: str) -> None:
    reading = small.read(text)
    assert reading.command
    assert reading.intent == intent
    assert not small.read(f"{text} que sabe de cajeros").command


def test_confidences_with_none_of_these_add_up_to_one(small: Understanding) -> None:
    shares = small.shares(small.scores("dónde hay un cajero"))
    assert 0 < shares.sum() < 1


def test_a_stored_model_reads_the_same(small: Understanding, tmp_path: Path) -> None:
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        member = tarfile.TarInfo("components/train_x/understanding.npz")
        data = small.to_bytes()
        member.size = len(data)
        file.addfile(member, io.BytesIO(data))
    again = load_from_archive(archive)
    for text in ("cuánto tomo", "el cajero se tragó mi tarjeta", "hola", "asdf"):
        assert again.read(text) == small.read(text)


def test_a_model_file_runs_nothing(small: Understanding) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return print, ("run",)

    file = io.BytesIO()
    np.savez(file, labels=np.array([Bomb()], dtype=object))
    with pytest.raises(ModelUnreadable):
        Understanding.from_bytes(file.getvalue())


@pytest.mark.parametrize("data", [b"", b"not a model", b"PK\x03\x04"])
def test_a_broken_model_file_is_said_to_be_one(data: bytes) -> None:
    with pytest.raises(ModelUnreadable):
        Understanding.from_bytes(data)


def test_a_model_whose_parts_do_not_fit_is_refused(small: Understanding) -> None:
    with np.load(io.BytesIO(small.to_bytes())) as state:
        parts = dict(state)
    file = io.BytesIO()
    np.savez(file, **{**parts, "bias": parts["bias"][:-1]})
    with pytest.raises(ModelUnreadable, match="fit together"):
        Understanding.from_bytes(file.getvalue())


def test_an_archive_without_our_model_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "model.tar.gz"
    tarfile.open(archive, "w:gz").close()
    with pytest.raises(ModelUnreadable, match="no model of ours"):
        load_from_archive(archive)
    archive.write_bytes(b"cut short")
    with pytest.raises(ModelUnreadable):
        load_from_archive(archive)


def test_one_question_asked_twice_stays_together_in_cross_validation() -> None:
    texts = [
        "dónde me hago la prueba",
        "donde me hago la prueba?",
        "quiero un hisopado",
        "dónde me hago la prueba",
    ]
    groups = _paraphrases(texts, ["a", "a", "a", "b"])
    assert groups[0] == groups[1]
    assert len({groups[0], groups[2], groups[3]}) == 3


@pytest.mark.parametrize("examples", [[], [("hola", "greet")], [("...", "a"), ("!!", "b")]])
def test_too_little_to_learn_from_is_said(examples: list[tuple[str, str]]) -> None:
    with pytest.raises(TooLittleToLearn):
        fit(
            [t for t, _ in examples],
            [label for _, label in examples],
            c=1.0,
            min_df=1,
            threshold=0.5,
            suggest_threshold=0.2,
        )


def test_two_labels_are_enough() -> None:
    model = fit_examples({"a": ["perro negro", "perro grande"], "b": ["gato blanco", "gato chico"]})
    assert model.read("un perro").ranking[0][0] == "a"
    assert model.read("un gato").ranking[0][0] == "b"


def test_between_a_form_and_the_entry_that_says_the_same_the_entry_answers_and_leads_on() -> None:
    """Neither is sure by itself; together they are (`joining.in_words`)."""
    own = {
        "ask_test_advice": [
            "debo hacerme la prueba",
            "me toca la prueba",
            "necesito la prueba",
            "va la prueba",
        ],
        "faq/cuando_hacerse_prueba": [
            "cuándo la prueba",
            "qué día la prueba",
            "ya la prueba",
            "hoy la prueba",
        ],
    }
    others = {label: texts for label, texts in EXAMPLES.items() if label != "faq/prueba"}
    model = fit_examples({**others, **own})
    surest = float(max(model.shares(model.scores("la prueba"))))
    reading = replace(model, threshold=surest + 0.05).read("la prueba")
    assert reading.label == "faq/cuando_hacerse_prueba"
    assert reading.confidence > surest + 0.05
    selected = payloads.parsed(reading)["response_selector"]["faq"]["response"]
    assert selected["intent_response_key"] == reading.label
