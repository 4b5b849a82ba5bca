"""Two questions in one breath are told apart, and no more is cut than is asked."""

from __future__ import annotations

import pytest

from linea.assistant.pieces import questions


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("donde me hago la prueba y cuanto cuesta", ["donde me hago la prueba", "cuanto cuesta"]),
        ("qué mascarilla uso y hasta cuándo me aíslo", ["qué mascarilla uso", "hasta cuándo me aíslo"]),
        (
            "como saco la plata y donde queda el cajero y cuanto puedo sacar",
            ["como saco la plata", "donde queda el cajero", "cuanto puedo sacar"],
        ),
        ("tengo fiebre y tos", ["tengo fiebre y tos"]),
        ("tengo fiebre y no sé qué tomar", ["tengo fiebre y no sé qué tomar"]),
        ("mi mamá y mi hijo dónde se hacen la prueba", ["mi mamá y mi hijo dónde se hacen la prueba"]),
        ("", [""]),
    ],
)
def test_a_piece_is_cut_where_a_second_question_begins(text: str, asked: list[str]) -> None:
    assert questions(text) == asked
