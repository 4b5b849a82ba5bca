"""What people answer to the questions of the cash list."""

from __future__ import annotations

import pytest

from linea import cash_answers
from linea.answers import DECLINED, Heard


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("María Pérez", "María Pérez"),
        ("me llamo Juan", "Juan"),
        ("Doña Rosa", "Doña Rosa"),
        ("díganme Pepe", "Pepe"),
        ("Ana\nvivo en comas", "Ana"),
        ("DNI 12345678", None),
        ("Juan 45", None),
        ("soy Ana María de la Cruz Quispe", None),
        ("¿para qué?", None),
        ("", None),
    ],
)
def test_a_name_to_be_called_by_is_a_few_words_of_letters(said: str, name: str | None) -> None:
    assert cash_answers.name_in(said) == name


@pytest.mark.parametrize("intent", ["leave", "ask_for_person", "ask_menu", "faq", "affirm"])
def test_what_is_meant_for_the_line_is_no_name(intent: str) -> None:
    assert cash_answers.name(Heard("salir", intent)) is None


def test_of_a_name_only_that_it_was_given_is_passed_on() -> None:
    assert cash_answers.name(Heard("María", "nlu_fallback")) == cash_answers.GIVEN


@pytest.mark.parametrize(
    ("said", "phone"),
    [
        ("987654321", "+51987654321"),
        ("987 654 321", "+51987654321"),
        ("mi cel es 999-888-777", "+51999888777"),
        ("+58 412 1234567", "+584121234567"),
        ("+52 55 1234 5678", "+525512345678"),
        ("01 345 6789", "+5113456789"),
        ("12345", None),
        ("mi dni es 45678912", None),
        ("este", None),
    ],
)
def test_a_phone_is_one_that_can_be_called(said: str, phone: str | None) -> None:
    assert cash_answers.phone_in(said) == phone


@pytest.mark.parametrize(
    ("said", "whose"),
    [
        ("A este número", "own"),
        ("sí", "own"),
        ("el mismo", "own"),
        ("al 987654321", "other"),
        ("mañana", None),
    ],
)
def test_the_phone_is_confirmed_or_another_is_given(said: str, whose: str | None) -> None:
    assert cash_answers.phone(Heard(said)) == whose


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("4", "4"),
        ("somos 5", "5"),
        ("tres", "3"),
        ("solo yo", "1"),
        ("paso", DECLINED),
        ("99", None),
        ("?", None),
    ],
)
def test_how_many_live_at_home_is_a_number(said: str, count: str | None) -> None:
    assert cash_answers.people(Heard(said)) == count
