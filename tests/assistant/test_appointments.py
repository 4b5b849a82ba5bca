"""What a real Rasa asks the worker for on the way to an appointment: effects alone, no word of anybody."""

from __future__ import annotations

from typing import Any

import pytest

from linea.assistant.payloads import parse_data_for
from tests.assistant.test_turn import ask
from tests.journeys.harness import Assistant, until


@pytest.fixture(scope="module")
def ready(rasa: Assistant) -> Assistant:
    until(lambda: ask(rasa, "persona").status_code == 200, "the action server answers")
    return rasa


def effects(rasa: Assistant, text: str, asked_for: str | None = None, **changes: Any) -> list[dict[str, Any]]:
    context = {"mode": "waiting", "colour": "yellow", "asked_for": asked_for}
    answer = ask(rasa, text, context=context, **changes)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["effects"])


@pytest.mark.parametrize(
    ("payload", "effect"),
    [
        ("/choose_slot", {"effect": "choose_slot", "tapped": True, "unsure": False}),
        ("/other_slot", {"effect": "other_slot"}),
        ("/book_slot", {"effect": "book_appointment"}),
        ("/no_appointment", {"effect": "no_appointment"}),
        ("/move_appointment", {"effect": "move_appointment"}),
        ("/cancel_sure", {"effect": "cancel_appointment"}),
        ("/keep_appointment", {"effect": "keep_appointment"}),
    ],
)
@pytest.mark.parametrize("asked_for", [None, "slot", "appointment"])
def test_a_tap_means_the_same_whatever_was_asked_last(
    ready: Assistant, payload: str, effect: dict[str, Any], asked_for: str | None
) -> None:
    tapped = parse_data_for(payload, "mié 11 nov, 3:00 p. m.")
    assert effects(ready, "mié 11 nov, 3:00 p. m.", asked_for, parse_data=tapped) == [effect]


@pytest.mark.parametrize(
    ("text", "asked_for", "effect"),
    [
        ("sí", "slot", "offer_appointment"),
        ("sí", "appointment", "book_appointment"),
        ("ya, está bien", "appointment", "book_appointment"),
        ("sí", "cancel", "cancel_appointment"),
        ("no", "slot", "no_appointment"),
        ("no gracias", "appointment", "no_appointment"),
        ("no", "cancel", "keep_appointment"),
        ("cancelar mi cita", None, "ask_cancel"),
        ("CANCELAR MI HORA", None, "ask_cancel"),
        ("señorita no voy a poder ir a mi cita de mañana", None, "ask_cancel"),
        ("cambiar mi cita", None, "move_appointment"),
        ("se puede mover mi cita para otro día", "slot", "move_appointment"),
        ("a qué hora era mi cita", None, "keep_appointment"),
        ("el miércoles a las 4", "slot", "choose_slot"),
        ("en la tarde", "slot", "choose_slot"),
        ("cuéntame más del aviso de privacidad", "appointment", "ask_appointment"),
    ],
)
def test_words_are_taken_for_what_was_asked(
    ready: Assistant, text: str, asked_for: str | None, effect: str
) -> None:
    assert [each["effect"] for each in effects(ready, text, asked_for)] == [effect]


@pytest.mark.parametrize(
    ("asked_for", "effect"), [("slot", "offer_appointment"), ("appointment", "ask_appointment")]
)
def test_a_question_in_between_is_answered_and_the_line_goes_on(
    ready: Assistant, asked_for: str, effect: str
) -> None:
    answer = ask(ready, "que mascarilla uso", context={"mode": "waiting", "asked_for": asked_for}).json()
    assert [message["utter"] for message in answer["messages"]] == ["utter_faq/uso_mascarilla"]
    assert [each["effect"] for each in answer["effects"]] == [effect]


@pytest.mark.parametrize("text", ["sí", "no"])
def test_a_yes_that_answers_nothing_books_and_cancels_nothing(ready: Assistant, text: str) -> None:
    assert effects(ready, text) == []


def test_a_wish_for_a_psychologist_is_a_question_of_the_bank(ready: Assistant) -> None:
    answer = ask(ready, "me pueden dar cita con el psicólogo").json()
    assert answer["nlu"]["entry"] == "psicologo_gratis"
