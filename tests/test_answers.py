"""What people answer to a question of ours, and what it means."""

from __future__ import annotations

import pytest

from linea import answers
from linea.answers import DECLINED, NO, YES, Heard

COLOURS = answers.one_of({"red": ["rojo", "color rojo oscuro"], "dark": ["oscuro"]})


@pytest.mark.parametrize(
    ("text", "intent", "value"),
    [
        ("sí", "", YES), ("SIII", "", YES), ("si por favor", "", YES), ("ya pe causa", "affirm", YES),
        ("claro que sí", "", YES), ("ok", "", YES), ("no", "", NO), ("Noo", "", NO), ("no gracias", "", NO),
        ("ninguno", "", NO), ("nel pastel", "deny", NO), ("no sé, mi hijo tiene fiebre desde ayer", "", None),
        ("mañana", "", None), ("", "", None), ("siempre", "", None), ("nosotros vamos", "", None),
        ("quién sabe", "", None),
        ("quiero", "", YES), ("quiero hablar con una persona", "ask_for_person", None),
    ],
)  # fmt: skip
def test_yes_and_no(text: str, intent: str, value: str | None) -> None:
    assert answers.yes_no(Heard(text, intent)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("rojo", "red"), ("es ROJO pues", "red"), ("color rojo oscuro", "red"), ("oscuro", "dark"),
        ("rojizo", None), ("", None), ("prefiero no decirlo", DECLINED), ("paso", DECLINED),
        ("siguiente", DECLINED), ("no quiero decir", DECLINED), ("no te voy a decir eso", DECLINED),
    ],
)  # fmt: skip
def test_one_of_a_list(text: str, value: str | None) -> None:
    assert COLOURS(Heard(text)) == value


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("3", 3), ("hace tres días", 3), ("desde ayer", 1), ("anteayer", 2), ("antes de ayer", 2), ("hoy", 0),
        ("recién hoy", 0), ("una semana", 7), ("hace 2 semanas", 14), ("un mes", 30), ("como 5 dias", 5),
        ("5 días más o menos", 5), ("unos diez", 10), ("no sé", None), ("somos 3 en casa", None), ("", None),
        ("quince", 15), ("hace dos anos", 730),
    ],
)  # fmt: skip
def test_a_number_of_days(text: str, days: int | None) -> None:
    assert answers.days(Heard(text)) == days
