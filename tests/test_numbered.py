"""Options as numbered lines, and what was answered to them."""

from __future__ import annotations

import pytest

from linea import gsm7, numbered
from linea.messages import Body, Option

TITLES = ["Señales de peligro", "Síntomas de COVID", "Ninguna de estas"]


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ("1", 0), ("2", 1), (" 2 ", 1), ("2.", 1), ("2)", 1), ("02", 1), ("la 2", 1), ("el numero 2", 1),
        ("opción 2", 1), ("n° 2", 1), ("2️⃣", 1), ("dos", 1), ("Dos.", 1), ("la segunda", 1), ("tercera", 2),
        ("sintomas de covid", 1), ("SÍNTOMAS DE COVID!!", 1), ("ninguna de estas", 2),
        ("senales de peligro", 0),
        ("4", None), ("0", None), ("22", None), ("", None), ("?", None), ("dos personas", None),
        ("una", None), ("la", None), ("tengo 2 hijos", None), ("síntomas", None), ("١", None), ("²", 1),
    ],
)  # fmt: skip
def test_an_answer_names_an_option_or_none(answer: str, place: int | None) -> None:
    assert numbered.chosen(answer, TITLES) == place


def test_a_title_goes_before_a_number() -> None:
    assert numbered.chosen("2", ["10", "1", "2"]) == 2


@pytest.mark.parametrize(
    ("words", "is_one"), [("3", True), ("la tercera", True), ("tres", True), ("tos", False)]
)
def test_a_number_is_known_without_options(words: str, is_one: bool) -> None:
    assert numbered.is_number(words) == is_one


def test_options_are_written_below_the_words() -> None:
    body = Body("Elige", (Option("a", "Una"), Option("b", "Otra", "más larga")))
    assert numbered.text(body) == "Elige\n\n1. Una\n2. Otra\n   más larga"
    assert numbered.text(Body("Sola")) == "Sola"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1), ("x" * 160, 1), ("x" * 161, 2), ("x" * 306, 2), ("x" * 307, 3),
        ("ñ¿é" * 53 + "x", 1), ("€" * 80, 1), ("€" * 81, 2), ("x" * 152 + "€" + "x" * 152, 3),
        ("á" * 70, 1), ("á" * 71, 2), ("á" * 134, 2), ("á" * 135, 3), ("😀" * 35, 1), ("😀" * 36, 2),
        ("á" * 66 + "😀" + "á" * 66, 3),
    ],
)  # fmt: skip
def test_the_parts_of_an_sms_are_counted_as_they_are_sent(text: str, parts: int) -> None:
    assert gsm7.segments(text) == parts
