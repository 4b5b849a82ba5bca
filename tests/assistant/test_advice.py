"""The two forms of health advice with the real Rasa: the shortest way to one row, alarm signs first."""

from __future__ import annotations

from typing import Any

import pytest

from linea.assistant.payloads import parse_data_for
from tests.assistant.test_forms import said, slots, talk
from tests.assistant.test_turn import ask
from tests.journeys.harness import Assistant

TEST, SYMPTOMS = "me hago la prueba o no", "con estos síntomas voy al hospital o me quedo en casa?"


def effects(answer: dict[str, Any]) -> list[str]:
    return [effect["effect"] for effect in answer["effects"]]


def left(answer: dict[str, Any]) -> bool:
    """Whether no form is active after it."""
    loops = [event["name"] for event in answer["events"] if event["event"] == "active_loop"]
    return bool(loops) and loops[-1] is None


@pytest.mark.parametrize(
    ("begin", "answers", "row"),
    [
        (TEST, ["no", "no tengo resultado", "sí", "hace 3 días", "no"], "utter_test_advice_now"),
        (
            TEST,
            ["no", "todavía no", "tengo fiebre y tos", "2", "soy diabética"],
            "utter_test_advice_now_risk",
        ),
        (TEST, ["ninguna", "no", "si", "hace una semana y media", "no"], "utter_test_advice_later"),
        (TEST, ["no", "de sangre", "no", "no"], "utter_test_advice_nothing"),
        (TEST, ["no", "no", "no", "vivo con alguien positivo", "ayer"], "utter_test_advice_contact_first"),
        (TEST, ["no", "no", "no", "sí", "3", "no sé"], "utter_test_advice_contact_wait_risk"),
        (TEST, ["no", "Positivo, con hisopo", "no", "no"], "utter_test_advice_positive_quiet"),
        (TEST, ["no", "Negativo, antígeno", "sí", "4", "no"], "utter_test_advice_negative"),
        (SYMPTOMS, ["no", "mi hijo, un niño de 5", "no", "no", "2"], "utter_symptom_advice_child_home"),
        (SYMPTOMS, ["no", "De 60 años o más", "no"], "utter_symptom_advice_older"),
        (SYMPTOMS, ["no", "34", "sí"], "utter_symptom_advice_worse"),
    ],
)
def test_a_form_asks_what_decides_and_no_more(
    rasa: Assistant, begin: str, answers: list[str], row: str
) -> None:
    last = talk(rasa, begin, *answers)[-1]
    assert said(last) == [row, row.rsplit("_advice", 1)[0] + "_advice"]
    assert last["messages"][-1]["custom"]["values"] == {"version": "1", "date": "01/11/2026"}
    assert last["effects"] == []
    assert left(last)
    assert {value for name, value in slots(last).items() if name.startswith("advice_")} == {None}


@pytest.mark.parametrize("begin", [TEST, SYMPTOMS])
def test_a_yes_to_the_alarm_signs_is_an_alarm_and_no_advice(rasa: Assistant, begin: str) -> None:
    first, last = talk(rasa, begin, "sí")
    assert said(first) == ["utter_ask_advice_alarm"]
    assert (said(last), effects(last)) == ([], ["raise_alarm"])
    assert left(last)


@pytest.mark.parametrize("vague", ["ok", "un poquito", "no creo pero está raro"])
def test_the_alarm_signs_are_asked_again_where_the_answer_is_not_plain(rasa: Assistant, vague: str) -> None:
    again = talk(rasa, TEST, vague)[-1]
    assert said(again) == ["utter_explain_advice_alarm", "utter_ask_advice_alarm"]


def test_who_does_not_know_of_alarm_signs_is_told_to_call_and_gets_a_person(rasa: Assistant) -> None:
    once, twice = talk(rasa, SYMPTOMS, "no sé", "no sé")[1:]
    assert said(once) == ["utter_explain_advice_alarm", "utter_ask_advice_alarm"]
    assert said(twice) == ["utter_symptom_advice_alarm_unsure"]
    assert twice["effects"] == [{"effect": "hand_over", "reason": "advice"}]


def test_what_was_answered_an_earlier_time_does_not_count(rasa: Assistant) -> None:
    *_, gone, again = talk(rasa, TEST, "no", "no", "sí", "salir", TEST)
    assert said(gone) == ["utter_left"]
    assert said(again) == ["utter_ask_advice_alarm"]


def test_the_menu_in_between_leaves_the_questions(rasa: Assistant) -> None:
    *_, menu, after = talk(rasa, TEST, "no", "menú", "hola")
    assert said(menu) == ["utter_menu"]
    assert left(menu)
    assert said(after) == ["utter_greet"]


def test_asking_the_same_again_goes_on_and_the_other_advice_takes_its_place(rasa: Assistant) -> None:
    *_, same, other, no = talk(rasa, TEST, "no", TEST, SYMPTOMS, "no")
    assert said(same) == ["utter_ask_advice_result"]
    assert said(other) == ["utter_ask_advice_alarm"]
    assert said(no) == ["utter_ask_advice_age"]


@pytest.mark.parametrize("intent", ["ask_test_advice", "ask_symptom_advice"])
def test_a_button_begins_the_questions(rasa: Assistant, intent: str) -> None:
    tapped = ask(rasa, "Ver mi caso", parse_data=parse_data_for(f"/{intent}", "Ver mi caso")).json()
    assert said(tapped) == ["utter_ask_advice_alarm"]


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("open", "utter_ask_advice_alarm"),
        ("review", "utter_ask_advice_alarm"),
        ("expired", "utter_ask_advice_alarm"),
        ("closed", "utter_advice_closed"),
        ("elsewhere", "utter_advice_elsewhere"),
    ],
)
def test_a_table_that_may_not_be_said_asks_nothing(rasa: Assistant, state: str, line: str) -> None:
    known = {"test_advice": state, "symptom_advice": "open", "today": "2026-11-10"}
    assert said(ask(rasa, TEST, context=known).json()) == [line]
    assert said(ask(rasa, SYMPTOMS, context=known).json()) == ["utter_ask_advice_alarm"]


@pytest.mark.parametrize(
    ("state", "lines"),
    [
        ("review", ["utter_review_mark", "utter_test_advice_nothing", "utter_test_advice"]),
        ("expired", ["utter_expired_mark", "utter_test_advice_nothing", "utter_test_advice"]),
        ("closed", ["utter_advice_closed"]),
    ],
)
def test_advice_nobody_answers_for_has_a_mark_or_is_held_back(
    rasa: Assistant, state: str, lines: list[str]
) -> None:
    events = [event for answer in talk(rasa, TEST, "no", "no", "no") for event in answer["events"]]
    last = ask(rasa, "no", events=events, context={"test_advice": state}).json()
    assert said(last) == lines


def test_days_are_counted_from_the_weekday_that_was_said(rasa: Assistant) -> None:
    events = [event for answer in talk(rasa, TEST, "no", "no", "sí") for event in answer["events"]]
    known = {"today": "2026-11-12", "test_advice": "open"}  # a Thursday
    assert slots(ask(rasa, "desde el lunes", events=events, context=known).json())["advice_days"] == 3


def test_a_form_that_a_red_message_left_asks_nothing_more(rasa: Assistant) -> None:
    """As `conversations.leave_form` writes it (DESIGN 5.3): the next message is read by itself."""
    events = [event for answer in talk(rasa, TEST, "no", "no") for event in answer["events"]]
    events += [
        {"event": "active_loop", "name": None},
        {"event": "slot", "name": "requested_slot", "value": None},
    ]
    assert said(ask(rasa, "hola", events=events).json()) == ["utter_greet"]
    assert said(ask(rasa, TEST, events=events).json()) == ["utter_ask_advice_alarm"]
