"""Stock Rasa is held to a rate of false answers, and the threshold curve is drawn alike every time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.language import curve
from bench.language.asked import Question
from bench.language.stock import Stock
from linea.assistant.reading import FALLBACK


def prediction(intent: str, confidence: float, answer: float = 1.0, fallback: bool = False) -> dict[str, Any]:
    """What stock_reads.py writes for one text."""
    found = {"intent": intent, "confidence": confidence, "fallback": fallback}
    return {**found, "response": "faq/cajero", "response_confidence": answer}


STOCK = Stock(
    "3.6.21",
    {
        "sure": prediction("faq", 1.0, 0.9),
        "less sure": prediction("faq", 0.8, 1.0),
        "unsure": prediction("faq", 1.0, 0.5),
        "fallen back": prediction("faq", 0.2, 1.0, fallback=True),
        "greeting": prediction("greet", 0.4),
    },
    {"seconds": 0.0, "load": 0.0},
)


@pytest.mark.parametrize(
    ("least", "labels"),
    [
        (0.0, ["faq/cajero", "faq/cajero", "faq/cajero", FALLBACK, "greet"]),
        (0.6, ["faq/cajero", "faq/cajero", FALLBACK, FALLBACK, "greet"]),
        (1.0, [FALLBACK, FALLBACK, FALLBACK, FALLBACK, "greet"]),
    ],
)
def test_stock_answers_only_when_it_is_sure_enough(least: float, labels: list[str]) -> None:
    reader = STOCK.reader(least)
    assert [reader.read(text).label for text in STOCK.predictions] == labels


@pytest.mark.parametrize("allowed", [0, 1, 2, 3, 4])
def test_held_stock_answers_no_more_than_is_allowed(allowed: int) -> None:
    answered = ["less sure", "sure", "unsure"]
    reader = STOCK.reader(STOCK.least_for(answered, allowed))
    still = [text for text in answered if reader.read(text).entry]
    assert len(still) == min(allowed, 3)


def swept() -> dict[str, Any]:
    """A sweep over three questions whose answers depend on the threshold."""
    sureness = {"a": 0.9, "b": 0.5, "c": 0.3}
    questions = [Question("a", "answer", ("cajero",)), Question("b", "answer", ("prueba",))]
    questions += [Question("c", "off_topic", None)]

    def decide_at(threshold: float) -> Any:
        def decide(text: str) -> dict[str, Any]:
            answer = sureness[text] >= threshold
            decision, entry = ("answer", "cajero") if answer else ("suggest", None)
            return {"decision": decision, "entry": entry, "suggestions": ["cajero"], "also": []}

        return decide

    return curve.sweep(questions, {"cajero", "prueba"}, decide_at, 0.2, 0.55)


def test_a_sweep_counts_at_every_threshold_and_at_the_one_in_use() -> None:
    found = swept()
    at = dict(zip(found["thresholds"], range(len(found["thresholds"])), strict=True))
    answer, off_topic = found["groups"]["answer"], found["groups"]["off_topic"]
    assert found["current"] == 0.55
    for threshold, right, wrong, false in ((0.2, 1, 1, 1), (0.4, 1, 1, 0), (0.55, 1, 0, 0), (0.95, 0, 0, 0)):
        counts = [
            series[at[threshold]] for series in (answer["right"], answer["wrong"], off_topic["answered"])
        ]
        assert counts == [right, wrong, false]
    assert (answer["questions"], off_topic["questions"]) == (2, 1)


@pytest.mark.parametrize(("false_share", "threshold"), [(1.0, 0.2), (0.5, 0.325), (0.0, 0.325)])
def test_the_lowest_threshold_that_answers_little_off_topic(false_share: float, threshold: float) -> None:
    assert curve.lowest_with(swept(), false_share) == threshold


def test_the_picture_depends_on_the_figures_alone(tmp_path: Path) -> None:
    found = swept()
    for name in ("one.svg", "two.svg"):
        curve.draw(found, tmp_path / name)
    picture = (tmp_path / "one.svg").read_bytes()
    assert picture == (tmp_path / "two.svg").read_bytes()
    assert b"<svg" in picture
    assert b"<dc:date>" not in picture
