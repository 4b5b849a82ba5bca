"""The classifier raises a colour and never lowers one; its file is plain arrays."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest

from linea.linear import Unreadable
from linea.triage import Classifier, Signals, TrafficLight, Triage
from linea.triage.classifier import Label, Thresholds
from linea.triage.fitting import TooLittleToLearn, fit
from linea.triage.lessons import Example
from linea.triage.reading import COLOURS, URGENCIES

from .conftest import CASES

RED = Label("red", "violence", "now")
TODAY = Label("yellow", "distress", "today")
LATER = Label("yellow", "distress", "appointment")
GREEN = Label("green", "distress", "none")
SAID = {
    RED: "oso me acorrala|el oso viene otra vez|oso en la puerta|me busca el oso|oso con hambre",
    TODAY: "nubes sin final|solo veo nubes|las nubes no se van|puras nubes dentro|nubes y nubes",
    LATER: "lluvia hace meses|meses de lluvia|la lluvia de meses|otra vez lluvia de meses|lluvia y meses",
    GREEN: "brisa fresca hoy|hoy hay brisa|la brisa me enfria|brisa y ya|un poco de brisa",
    Label("none"): "pan con queso|el pan sube|quiero pan|pan de ayer|compro pan y queso|hay pan",
}


def examples() -> list[Example]:
    return [
        Example(tuple(text.split()), label, f"voice {number % 2}")
        for label, texts in SAID.items()
        for number, text in enumerate(texts.split("|"))
    ]


@pytest.fixture(scope="module")
def learnt() -> Classifier:
    return replace(fit(examples()), thresholds=Thresholds(0.5, 0.5, 0.5))


@pytest.mark.parametrize("label", [RED, TODAY, LATER, GREEN], ids=str)
def test_what_was_learnt_is_heard(learnt: Classifier, label: Label) -> None:
    for text in SAID[label].split("|"):
        heard = learnt.hear(text.split())
        assert heard is not None
        assert (heard.label, heard.words) == (label, text)


@pytest.mark.parametrize("text", ["", ". , ;", "pan con queso", "quiero pan"])
def test_of_what_is_harmless_nothing_is_heard(learnt: Classifier, text: str) -> None:
    assert learnt.hear(text.split()) is None


def test_a_red_is_heard_in_the_middle_of_a_long_message(learnt: Classifier) -> None:
    around = "pan con queso " * 30
    heard = learnt.hear(f"{around} . me busca el oso . {around}".split())
    assert heard is not None
    assert (heard.label, heard.words) == (RED, "me busca el oso")


def test_what_is_nearly_red_is_seen_today(learnt: Classifier) -> None:
    careful = replace(learnt, thresholds=Thresholds(1.1, 0.3, 0.3))
    heard = careful.hear("me busca el oso".split())
    assert heard is not None
    assert (heard.label.colour, heard.label.urgency) == ("yellow", "today")


def test_the_file_holds_all_there_is(learnt: Classifier) -> None:
    again = Classifier.from_bytes(learnt.to_bytes())
    assert again.to_bytes() == learnt.to_bytes()
    assert [again.hear(each.tokens) for each in examples()] == [
        learnt.hear(each.tokens) for each in examples()
    ]


def cut_short(data: bytes) -> bytes:
    return data[: len(data) // 2]


def with_a_pickle(data: bytes) -> bytes:
    file = io.BytesIO()
    np.savez(file, labels=np.array([object()], dtype=object))
    return file.getvalue()


def of_another_kind(data: bytes) -> bytes:
    file = io.BytesIO()
    np.savez(file, something=np.zeros(3))
    return file.getvalue()


def misfitting(data: bytes) -> bytes:
    with np.load(io.BytesIO(data)) as state:
        parts = {name: state[name] for name in state.files}
    file = io.BytesIO()
    np.savez(file, **{**parts, "bias": parts["bias"][:-1]})
    return file.getvalue()


@pytest.mark.parametrize("spoil", [cut_short, with_a_pickle, of_another_kind, misfitting])
def test_a_file_that_is_no_model_is_refused(learnt: Classifier, spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(Unreadable):
        Classifier.from_bytes(spoil(learnt.to_bytes()))


def test_one_label_teaches_nothing() -> None:
    with pytest.raises(TooLittleToLearn):
        fit([example for example in examples() if example.label == RED])


def test_the_shipped_classifier_lowers_nothing(signals: Signals, light: TrafficLight) -> None:
    def height(found: Triage) -> tuple[int, int]:
        return COLOURS.index(found.colour), URGENCIES.index(found.urgency)

    for case in CASES:
        assert height(light.classify(case.text)) >= height(signals.classify(case.text)), case.text


def test_without_a_classifier_the_rules_decide(signals: Signals) -> None:
    alone = TrafficLight(signals)
    assert [alone.classify(case.text) for case in CASES] == [signals.classify(case.text) for case in CASES]


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("suicide", "utter_crisis_suicide"),
        ("violence", "utter_crisis_violence"),
        ("child", "utter_crisis_child"),
        ("medical_alarm", "utter_medical_alarm"),
        ("help", "utter_crisis_help"),
    ],
)
def test_a_red_that_is_heard_gets_the_text_of_its_kind(
    signals: Signals, learnt: Classifier, kind: str, line: str
) -> None:
    labels = tuple(Label("red", kind, "now") if label == RED else label for label in learnt.labels)
    found = TrafficLight(signals, replace(learnt, labels=labels)).classify("oso en la puerta")
    assert (found.colour, found.kind, found.line) == ("red", kind, line)
    assert (found.alarm, found.signal) == (kind == "medical_alarm", f"heard_{kind}")


def test_a_yellow_that_is_heard_leaves_its_text_to_the_line(signals: Signals, learnt: Classifier) -> None:
    found = TrafficLight(signals, learnt).classify("solo veo nubes")
    assert (found.colour, found.urgency, found.line) == ("yellow", "today", None)


def test_the_reason_is_told(signals: Signals, learnt: Classifier) -> None:
    (fired,) = TrafficLight(signals, learnt).explain("compro pan. oso en la puerta")
    assert (fired.signal, fired.colour, fired.words) == ("heard_violence", "red", "oso en la puerta")


def test_words_that_an_idiom_switches_off_are_not_heard_either(signals: Signals) -> None:
    _, rest = signals.judge_and_rest(signals.tokens("hola, no me duele el pecho, gracias"))
    assert "peCo" not in rest
    assert rest[0] == "ola"
