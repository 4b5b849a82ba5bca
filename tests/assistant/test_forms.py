"""A form asks one thing after another; questions in between are answered, nobody is asked a third time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.assistant.test_turn import ask
from tests.journeys.harness import Assistant, until

BEGIN = "me hago la prueba o no"
TO_DAYS = (BEGIN, "no", "no", "sí")  # no alarm, no result, symptoms: for how many days?


def talk(rasa: Assistant, *texts: str) -> list[dict[str, Any]]:
    """The answers of one conversation, each with the events of those before."""
    until(lambda: ask(rasa, "persona").status_code == 200, "the action server answers")
    events: list[dict[str, Any]] = []
    answers = []
    for text in texts:
        answer = ask(rasa, text, events=events).json()
        events += answer["events"]
        answers.append(answer)
    return answers


def said(answer: dict[str, Any]) -> list[str]:
    return [message["utter"] for message in answer["messages"]]


def slots(answer: dict[str, Any]) -> dict[str, Any]:
    return {event["name"]: event["value"] for event in answer["events"] if event["event"] == "slot"}


def test_a_question_in_between_is_answered_and_asked_again(rasa: Assistant) -> None:
    last = talk(rasa, *TO_DAYS, "que mascarilla uso")[-1]
    assert said(last) == ["utter_faq/uso_mascarilla", "utter_ask_advice_days"]
    assert "advice_days" not in slots(last)


def test_a_value_wins_over_what_the_words_were_taken_for(rasa: Assistant) -> None:
    last = talk(rasa, *TO_DAYS, "que mascarilla uso", "hace tres dias")[-1]
    assert slots(last)["advice_days"] == 3


def test_what_is_no_answer_is_explained_once_and_then_let_go(rasa: Assistant) -> None:
    *_, once, twice = talk(rasa, *TO_DAYS, "asdf qwer", "zxcv qwer")
    assert said(once) == ["utter_explain_advice_days", "utter_ask_advice_days"]
    assert slots(twice)["advice_days"] == "skipped"
    assert said(twice) == ["utter_ask_advice_risk"]


@pytest.mark.parametrize(("words", "effects"), [("salir", 0), ("quiero hablar con una persona", 1)])
def test_who_leaves_or_asks_for_a_person_is_asked_nothing_more(
    rasa: Assistant, words: str, effects: int
) -> None:
    *_, left, after = talk(rasa, BEGIN, words, "hola")
    assert len(left["effects"]) == effects
    assert not any(name.startswith("utter_ask_") for name in said(left))
    assert said(after) == ["utter_greet"]


def test_what_the_line_knows_of_a_turn_is_not_kept_with_it(rasa: Assistant) -> None:
    answer = ask(rasa, "hola", context={"explained": "advice_days", "colour": "green"}).json()
    assert slots(answer) == {}
