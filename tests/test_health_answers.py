"""What people answer to the questions of health advice, in their own words."""

from __future__ import annotations

from typing import Any

import pytest

from linea.answers import NO, UNSURE, YES, Heard
from linea.health_answers import QUESTIONS

# fmt: off
ANSWERS = {
    "alarm": [
        (YES, "Sí", "sii", "si tiene", "si, una", "claro que sí", "tengo una de esas"),
        (NO, "No", "noo", "nada", "ninguna", "no tiene ninguna", "no tengo nada de eso", "no gracias a Dios"),
        (None, "no sé", "ok", "ya", "bueno", "no puedo respirar", "no despierta", "creo que sí",
         "más o menos", "¿qué es confusión?", ""),
    ],
    "result": [
        ("none", "No tengo resultado", "no", "todavía no me la hice", "no me he hecho prueba",
         "nunca", "ninguna"),
        ("positive", "Positivo, con hisopo", "salió positivo", "positiva la molecular"),
        ("negative", "Negativo, antígeno", "Negativo, no sé cuál", "me salio negativo"),
        ("negative_molecular", "Negativo, molecular", "negativa la pcr"),
        ("blood", "De sangre", "igm positivo", "fue de sangre y salió positivo"),
        (UNSURE, "no sé", "ni idea"),
        (None, "no salí positivo", "¿y si sale positivo?", "uno positivo y otro negativo", "mañana"),
    ],
    "symptoms": [
        (YES, "sí", "tengo tos", "estoy resfriada", "no tengo fiebre pero sí tos", "tos y fiebre desde ayer"),
        (NO, "no", "no tengo nada", "no tengo ni fiebre ni tos", "ninguno"),
        (UNSURE, "no sé", "no sé si es tos o alergia"),
        (None, "¿la tos es síntoma de covid?", "que mascarilla uso", "mañana"),
    ],
    "days": [
        (3, "3", "hace tres días"), (1, "desde ayer"), (0, "hoy", "hace 5 horas"), (8, "más de una semana"),
        (15, "más de dos semanas"), (10, "hace una semana y media"),
        (UNSURE, "no me acuerdo", "no sé"), (None, "hace tiempo", "¿para qué?"),
    ],
    "contact": [
        (YES, "sí", "vivo con un positivo", "mi hermano dio positivo", "creo que sí"),
        (NO, "no", "no que yo sepa", "nadie", "no he estado con nadie", "creo que no"),
        (UNSURE, "no sé", "no sé si era positivo"),
        (None, "¿cómo sé si era positivo?"),
    ],
    "risk": [
        (YES, "sí", "soy diabética", "tengo 67 años", "estoy embarazada", "no, pero vivo con mi abuela",
         "presión"),
        (NO, "no", "no tengo diabetes ni nada", "ninguna"),
        (UNSURE, "no sé", "no sé si tengo diabetes"),
        (None, "tengo 35 años", "¿el asma cuenta?"),
    ],
    "age": [
        ("child", "Menor de 18 años", "un niño", "mi hijo de 3 años", "8 meses", "17", "es bebé"),
        ("adult", "De 18 a 59 años", "45", "tengo 35 años", "mi esposa", "yo", "18"),
        ("older", "De 60 años o más", "60", "mi abuelita", "tiene 70 años", "adulto mayor"),
        (UNSURE, "no sé"),
        (None, "mi hijo", "¿para qué?", "María"),
    ],
    "worse": [
        (YES, "sí", "cada vez peor", "no mejora", "no le baja la fiebre, no baja", "creo que sí"),
        (NO, "no", "va mejorando", "igual", "no empeora"),
        (UNSURE, "no sé", "no sé si está peor"),
        (None, "más o menos", "¿cómo sé si empeora?"),
    ],
}
# fmt: on
CASES = [
    (question, text, value) for question, rows in ANSWERS.items() for value, *texts in rows for text in texts
]


@pytest.mark.parametrize(("question", "text", "value"), CASES)
def test_an_answer_means(question: str, text: str, value: Any) -> None:
    assert QUESTIONS[question](Heard(text)) == value


def test_a_refusal_that_only_the_assistant_understood_is_no_result() -> None:
    assert QUESTIONS["result"](Heard("nel pastel", "deny")) == "none"
