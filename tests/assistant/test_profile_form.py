"""The profile and the cash list with the real Rasa: asked, interrupted, explained, let go; at once by SMS."""

from __future__ import annotations

from typing import Any

import pytest

from linea.assistant.payloads import parse_data_for
from tests.assistant.test_forms import said, slots
from tests.assistant.test_turn import ask
from tests.journeys.harness import Assistant, until

MAY = {"may_ask_profile": True, "asked_for": None}
ASKED = {"may_ask_profile": False, "asked_for": "profile"}
LATER: dict[str, Any] = {"may_ask_profile": False, "asked_for": None}
LIST: dict[str, Any] = {
    "cash_list_open": True,
    "cash_list": {"closes": "15/12/2026", "erased": "15/03/2027"},
    "asked_for": None,
}
JOIN = ("Quiero anotarme", LIST, "/join_cash_list")
Step = tuple[Any, ...]


def talk(rasa: Assistant, *steps: str | Step, channel: str = "whatsapp") -> list[dict[str, Any]]:
    """The answers of one conversation. A step: what is written, what the line knows, and what was tapped."""
    until(lambda: ask(rasa, "persona").status_code == 200, "the action server answers")
    events: list[dict[str, Any]] = []
    answers = []
    for step in steps:
        words, known, *tapped = (step, LATER) if isinstance(step, str) else step
        more = {"parse_data": parse_data_for(tapped[0], words)} if tapped else {}
        answer = ask(rasa, words, events=events, context=known, channel=channel, **more).json()
        events += answer["events"]
        answers.append(answer)
    return answers


def kept(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """What the worker was asked to keep, all effects together."""
    effects = [effect for answer in answers for effect in answer["effects"]]
    saved = [effect for effect in effects if effect["effect"].startswith("save_")]
    return {name: value for effect in saved for name, value in effect.items() if name != "effect"}


BEGIN: tuple[str | Step, ...] = (("gracias", MAY), ("sí", ASKED))


def test_a_yes_leads_through_the_questions_and_is_recorded_before_them(rasa: Assistant) -> None:
    answers = talk(rasa, *BEGIN, "34", "SJL", "mujer", "soy venezolana", "mi mamá tiene 70 años y un bebé")
    assert [said(answer) for answer in answers] == [
        ["utter_thank", "utter_ask_profile"],
        ["utter_ask_profile_age"],
        ["utter_ask_place"],
        ["utter_ask_profile_gender"],
        ["utter_ask_profile_migrant"],
        ["utter_ask_household"],
        ["utter_profile_thanks"],
    ]
    assert answers[1]["effects"] == [{"effect": "record_consent"}]
    assert kept(answers) == {
        "age": "30_59",
        "place": "150132",
        "gender": "woman",
        "migrant": "migrant",
        "nationality": "VE",
        "household": "small_children elder",
        "complete": True,
    }


def test_a_no_ends_it(rasa: Assistant) -> None:
    *_, no, yes = talk(rasa, ("gracias", MAY), ("no gracias", ASKED), "sí")
    assert (said(no), no["effects"]) == (["utter_consent_declined"], [])
    assert (said(yes), yes["effects"]) == (["utter_affirm"], [])


def test_more_information_is_the_whole_notice_and_the_question_again(rasa: Assistant) -> None:
    *_, more, yes = talk(rasa, ("gracias", MAY), ("Más información", ASKED, "/ask_notice"), ("sí", ASKED))
    assert said(more) == ["utter_whole_notice", "utter_whole_notice_rights", "utter_ask_profile_again"]
    assert said(yes) == ["utter_ask_profile_age"]


def test_another_question_instead_of_an_answer_is_answered_and_nothing_more(rasa: Assistant) -> None:
    last = talk(rasa, ("gracias", MAY), ("que mascarilla uso", ASKED))[-1]
    assert (said(last), last["effects"]) == (["utter_faq/uso_mascarilla"], [])


def test_every_question_can_be_passed_over(rasa: Assistant) -> None:
    answers = talk(rasa, *BEGIN, "prefiero no decir", "paso", "no quiero decir", "paso", "prefiero no decir")
    assert said(answers[-1]) == ["utter_profile_thanks"]
    assert kept(answers) == {
        **dict.fromkeys(("age", "place", "gender", "migrant", "household"), "declined"),
        "complete": True,
    }


def test_what_is_no_answer_is_explained_once_and_then_let_go(rasa: Assistant) -> None:
    *_, once, twice = talk(rasa, *BEGIN, "34", "asdf qwer", "zxcv qwer")
    assert said(once) == ["utter_explain_place", "utter_ask_place"]
    assert (said(twice), kept([twice])) == (["utter_ask_profile_gender"], {"place": "skipped"})


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("que mascarilla uso", ["utter_faq/uso_mascarilla", "utter_ask_place"]),
        ("mis datos", ["utter_ask_place"]),
    ],
)
def test_a_question_in_between_is_answered_and_the_form_goes_on(
    rasa: Assistant, words: str, answer: list[str]
) -> None:
    *_, between, after = talk(rasa, *BEGIN, "34", words, "Comas")
    assert said(between) == answer
    assert (said(after), kept([after])) == (["utter_ask_profile_gender"], {"place": "150110"})


@pytest.mark.parametrize(
    ("words", "line", "effect"),
    [
        ("salir", ["utter_left"], None),
        ("menú", ["utter_menu"], None),
        ("quiero hablar con una persona", [], "hand_over"),
        ("quiero que borren todo lo que les conté", [], "ask_erase"),
        ("sáquenme de esa lista por favor", [], "leave_lists"),
    ],
)
def test_a_word_leaves_the_form_and_what_was_said_stays_said(
    rasa: Assistant, words: str, line: list[str], effect: str | None
) -> None:
    answers = talk(rasa, *BEGIN, "34", words, "hola")
    left, after = answers[-2:]
    assert said(left) == line
    assert [each["effect"] for each in left["effects"]] == ([effect] if effect else [])
    assert said(after) == ["utter_greet"]
    assert kept(answers) == {"age": "30_59"}


def test_of_several_places_of_one_name_it_is_asked_which(rasa: Assistant) -> None:
    answers = talk(rasa, *BEGIN, "34", "Miraflores", "arequipa")
    titles = [option["title"] for option in answers[-2]["messages"][0]["custom"]["options"]]
    assert said(answers[-2]) == ["utter_ask_place_which"]
    assert titles == [
        "Miraflores, Lima",
        "Miraflores, Arequipa",
        "Miraflores, Huamalíes",
        "Miraflores, Yauyos",
    ]
    assert kept(answers) == {"age": "30_59", "place": "040110"}


def test_where_it_is_not_said_which_the_wider_place_stays(rasa: Assistant) -> None:
    answers = talk(rasa, *BEGIN, "34", "Miraflores", "Otro lugar")
    assert said(answers[-1]) == ["utter_ask_profile_gender"]
    assert kept(answers)["place"] == "PE"


def test_a_child_is_asked_nothing_after_their_age(rasa: Assistant) -> None:
    *_, child, after = talk(rasa, *BEGIN, "12", "hola")
    assert (said(child), child["effects"]) == ([], [{"effect": "no_profile"}])
    assert said(after) == ["utter_greet"]


# -- by SMS -------------------------------------------------------------------------------------------


def test_by_sms_the_whole_profile_is_one_message_and_one_answer(rasa: Assistant) -> None:
    answers = talk(rasa, *BEGIN, "Comas, 34, mujer, venezolana, un bebe", channel="sms")
    assert [said(answer) for answer in answers[1:]] == [["utter_ask_profile_sms"], ["utter_profile_thanks"]]
    assert kept(answers) == {
        "age": "30_59",
        "place": "150110",
        "gender": "woman",
        "migrant": "migrant",
        "nationality": "VE",
        "household": "small_children",
        "complete": True,
    }


def test_by_sms_what_is_left_out_is_not_asked_for_again(rasa: Assistant) -> None:
    answers = talk(rasa, *BEGIN, "miraflores 40", channel="sms")
    assert said(answers[-1]) == ["utter_profile_thanks"]
    assert kept(answers) == {
        **dict.fromkeys(("gender", "migrant", "household"), "skipped"),
        "age": "30_59",
        "place": "PE",
        "complete": True,
    }


def test_by_sms_a_question_in_between_is_answered_too(rasa: Assistant) -> None:
    answers = talk(rasa, *BEGIN, "que mascarilla uso", "Comas 34", channel="sms")
    assert said(answers[-2]) == ["utter_faq/uso_mascarilla", "utter_ask_profile_sms"]
    assert kept(answers)["place"] == "150110"


# -- the cash list ------------------------------------------------------------------------------------


def test_the_list_is_explained_before_a_yes_and_asked_for_after_it(rasa: Assistant) -> None:
    answers = talk(
        rasa,
        JOIN,
        ("acepto", {**LIST, "asked_for": "cash_list"}),
        *((words, LIST) for words in ("María Pérez", "a este número", "comas", "somos 4", "un bebé")),
    )
    assert [said(answer) for answer in answers] == [
        ["utter_cash_list_terms"],
        ["utter_ask_cash_name"],
        ["utter_ask_cash_phone"],
        ["utter_ask_place"],
        ["utter_ask_cash_people"],
        ["utter_ask_household"],
        ["utter_cash_list_done"],
    ]
    assert answers[0]["messages"][0]["custom"]["values"] == LIST["cash_list"]
    assert kept(answers[-1:]) == {
        "complete": True,
        "place": "150110",
        "people": "4",
        "household": "small_children",
    }


def test_no_effect_and_no_slot_carries_a_name_or_a_number(rasa: Assistant) -> None:
    steps = ("me llamo Canaria", "al 987654321")
    answers = talk(
        rasa, JOIN, ("sí", {**LIST, "asked_for": "cash_list"}), *((words, LIST) for words in steps)
    )
    told = str([(answer["effects"], slots(answer)) for answer in answers])
    assert "Canaria" not in told
    assert "987654321" not in told


@pytest.mark.parametrize("known", [LATER, {**LIST, "cash_list_open": False}])
def test_while_no_list_is_open_nothing_is_taken(rasa: Assistant, known: dict[str, Any]) -> None:
    offered, yes = talk(rasa, ("Quiero anotarme", known, "/join_cash_list"), ("sí", known))
    assert (said(offered), offered["effects"]) == (["utter_cash_list_closed"], [])
    assert yes["effects"] == []


@pytest.mark.parametrize(
    ("words", "line", "effects"),
    [
        ("salir", ["utter_cash_list_left"], ["leave_cash_list"]),
        ("menú", ["utter_menu"], ["leave_cash_list"]),
        ("quiero hablar con una persona", [], ["leave_cash_list", "hand_over"]),
    ],
)
def test_who_leaves_the_list_half_way_is_on_none(
    rasa: Assistant, words: str, line: list[str], effects: list[str]
) -> None:
    left = talk(rasa, JOIN, ("sí", {**LIST, "asked_for": "cash_list"}), ("Ana", LIST), (words, LIST))[-1]
    assert (said(left), [each["effect"] for each in left["effects"]]) == (line, effects)


# -- in a sentence ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "effect"),
    [
        ("quisiera saber que datos guardaron de mi", "my_data"),
        ("por favor quiero que eliminen todo lo que escribi", "ask_erase"),
        ("ya no quiero seguir en la lista de la ayuda", "leave_lists"),
        ("MIS DATOS", "my_data"),
        ("borrar", "ask_erase"),
    ],
)
def test_what_is_asked_in_a_sentence_is_understood(rasa: Assistant, words: str, effect: str) -> None:
    (answer,) = talk(rasa, words)
    assert answer["effects"] == [{"effect": effect}]
