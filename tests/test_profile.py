"""The profile is asked for after help, once, by day, of nobody in need; of it choices alone are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from linea import night
from linea.consent import ConsentError
from linea.store.models import Consent, Conversation, OutboxRow, Person, Profile
from tests.helpline import RED, YELLOW, Helpline

LIMA = ZoneInfo("America/Lima")
ASK = "utter_ask_profile"
YES = [{"effect": "record_consent"}]


def saves(**answers: Any) -> list[dict[str, Any]]:
    return [{"effect": "save_profile", **answers}]


def helped(helpline: Helpline) -> None:
    helpline.hears("que mascarilla uso", "utter_faq/mascarilla")


def may_ask(helpline: Helpline, words: str = "gracias") -> bool:
    helpline.arrives(words)
    turn = helpline.turn()
    helpline.finishes(turn, "utter_thank")
    return bool(turn.context["may_ask_profile"])


def agreed(helpline: Helpline) -> None:
    """Somebody was helped, asked, and said yes."""
    helped(helpline)
    helpline.hears("gracias", "utter_thank", ASK)
    helpline.hears("sí", "utter_ask_profile_age", effects=YES)


# -- when it may be asked -----------------------------------------------------------------------------


def test_after_help_it_may_be_asked(helpline: Helpline) -> None:
    helped(helpline)
    assert may_ask(helpline)


def test_before_help_it_may_not_be_asked(helpline: Helpline) -> None:
    helpline.hears("hola", "utter_greet")
    assert not may_ask(helpline)


@pytest.mark.parametrize("utter", ["utter_fallback", "utter_menu", "utter_out_of_scope"])
def test_what_is_no_answer_is_no_help(helpline: Helpline, utter: str) -> None:
    helpline.hears("asdf", utter)
    assert not may_ask(helpline)


def test_an_answer_that_could_not_be_given_is_no_help(helpline: Helpline) -> None:
    helpline.arrives("que mascarilla uso")
    helpline.finishes(helpline.turn(), "utter_faq/mascarilla", production=True)  # nobody has signed it
    assert not may_ask(helpline)


def test_it_is_asked_once(helpline: Helpline) -> None:
    helped(helpline)
    helpline.hears("gracias", "utter_thank", ASK)
    assert not may_ask(helpline)
    helpline.passes(minutes=61)
    helped(helpline)
    assert not may_ask(helpline)  # nor in another conversation of the same day


@pytest.mark.parametrize("words", [YELLOW, RED])
@pytest.mark.parametrize("before", [True, False])
def test_who_was_yellow_or_red_is_not_asked(helpline: Helpline, words: str, before: bool) -> None:
    if before:
        helped(helpline)
    helpline.arrives(words)
    for turn in helpline.turns():
        helpline.finishes(turn, "utter_thank")
    helpline.closes(helpline.code())
    helped(helpline)
    assert not may_ask(helpline)


@pytest.mark.parametrize("words", ["tengo 12 años", "soy una niña"])
def test_a_child_is_not_asked(helpline: Helpline, words: str) -> None:
    helped(helpline)
    helpline.hears(words, "utter_thank")
    assert not may_ask(helpline)
    helpline.closes(helpline.code())
    helped(helpline)
    assert not may_ask(helpline)


def test_who_waits_for_a_person_or_was_with_one_is_not_asked(helpline: Helpline) -> None:
    helped(helpline)
    helpline.hears("una persona", effects=[{"effect": "hand_over"}])
    assert not may_ask(helpline)
    helpline.closes(helpline.code())
    helped(helpline)
    assert not may_ask(helpline)


def test_after_a_complaint_it_is_not_asked(helpline: Helpline) -> None:
    helped(helpline)
    helpline.hears("el cajero me robó", "utter_faq/persona")  # an entry that is always a person's
    assert not may_ask(helpline)


@pytest.mark.parametrize(
    ("at", "may"),
    [("07:59", False), ("08:00", True), ("12:00", True), ("20:59", True), ("21:00", False), ("03:00", False)],
)
def test_it_is_asked_by_day_in_lima(helpline: Helpline, at: str, may: bool) -> None:
    helpline.now = datetime.fromisoformat(f"2026-11-10T{at}-05:00")
    helped(helpline)
    assert may_ask(helpline) == may


def test_a_question_that_turns_out_to_be_a_persons_is_not_followed_by_it(helpline: Helpline) -> None:
    helped(helpline)
    helpline.hears("otra cosa", "utter_faq/persona", ASK)
    assert ASK not in "".join(row.body["text"] for row in helpline.all(OutboxRow))
    assert helpline.all(Conversation)[-1].asking is None


# -- a yes, a no, and anything else ---------------------------------------------------------------------


def test_a_yes_is_a_yes_to_what_was_just_asked(helpline: Helpline) -> None:
    agreed(helpline)
    assert [row.purpose for row in helpline.all(Consent)] == ["profile"]


def test_a_no_keeps_nothing_and_changes_nothing(helpline: Helpline) -> None:
    helped(helpline)
    helpline.hears("gracias", "utter_thank", ASK)
    helpline.hears("no", "utter_consent_declined")
    assert (helpline.all(Consent), helpline.mode()) == ([], "bot")
    helpline.hears("que mascarilla uso", "utter_faq/mascarilla")
    assert "Respuesta mascarilla" in helpline.all(OutboxRow)[-1].body["text"]


@pytest.mark.parametrize("between", [["otra cosa"], []])
def test_a_yes_to_something_else_is_no_consent(helpline: Helpline, between: Sequence[str]) -> None:
    helped(helpline)
    if between:
        helpline.hears("gracias", "utter_thank", ASK)
    for words in between:
        helpline.hears(words, "utter_faq/mascarilla")
    helpline.arrives("sí")
    turn = helpline.turn()
    assert turn.context["asked_for"] is None
    with pytest.raises(ConsentError):
        helpline.finishes(turn, "utter_ask_profile_age", effects=YES)
    assert helpline.all(Consent) == []


def test_silence_sends_nothing(helpline: Helpline) -> None:
    helped(helpline)
    helpline.hears("gracias", "utter_thank", ASK)
    sent = len(helpline.all(OutboxRow))
    helpline.passes(hours=3)
    helpline.speaks_for_operators()
    helpline.sweeps()
    assert len(helpline.all(OutboxRow)) == sent


# -- what is kept -------------------------------------------------------------------------------------


def test_what_was_answered_is_kept_as_it_comes_and_the_rest_is_what_was_not_asked(helpline: Helpline) -> None:
    agreed(helpline)
    helpline.hears("34", "utter_ask_place", effects=saves(age="30_59"))
    helpline.hears("no quiero decir", "utter_ask_profile_gender", effects=saves(place="declined"))
    row = helpline.one(Profile)
    assert (row.age, row.place, row.gender, row.complete) == ("30_59", "declined", None, False)
    helpline.hears("otro", "utter_thank", effects=saves(gender="other", migrant="skipped", complete=True))
    row = helpline.one(Profile)
    assert (row.gender, row.migrant, row.complete) == ("other", "skipped", True)


def test_nothing_is_kept_without_a_consent(helpline: Helpline) -> None:
    helped(helpline)
    helpline.arrives("34")
    turn = helpline.turn()
    with pytest.raises(ConsentError):
        helpline.finishes(turn, "utter_ask_place", effects=saves(age="30_59"))
    assert helpline.all(Profile) == []


@pytest.mark.parametrize(
    "answers",
    [
        {"age": "34"},
        {"age": "under_14"},
        {"place": "Jr. Puno 345"},
        {"gender": "María"},
        {"migrant": "vengo de Caracas"},
        {"nationality": "Venezuela"},
        {"household": "mi mamá está enferma"},
        {"complete": "sí"},
    ],
)
def test_words_of_somebody_do_not_get_into_a_profile(helpline: Helpline, answers: dict[str, str]) -> None:
    agreed(helpline)
    helpline.arrives("x")
    turn = helpline.turn()
    with pytest.raises(ValueError):
        helpline.finishes(turn, "utter_ask_place", effects=saves(**answers))
    assert helpline.all(Profile) == []


def test_a_child_found_out_by_their_age_leaves_nothing_and_gets_a_person(helpline: Helpline) -> None:
    agreed(helpline)
    helpline.hears("12", effects=[{"effect": "no_profile"}])
    assert (helpline.all(Consent), helpline.all(Profile)) == ([], [])
    assert (helpline.mode(), helpline.open_handoffs()) == ("waiting", ["child"])
    assert "utter_child" in helpline.all(OutboxRow)[-1].body["text"]
    assert not may_ask(helpline)


def test_a_profile_survives_the_night_and_leads_to_nobody(helpline: Helpline) -> None:
    agreed(helpline)
    code, person = helpline.code(), helpline.one(Person).id
    helpline.hears("34", "utter_ask_place", effects=saves(age="30_59"))
    helpline.passes(hours=25)
    night.erase_now(helpline.store, LIMA, helpline.now)
    assert (helpline.all(Person), helpline.all(Conversation)) == ([], [])
    assert (helpline.one(Profile).age, helpline.one(Profile).code) == ("30_59", code)
    with helpline.store.reading() as session:
        dump = "\n".join(session.connection().connection.dbapi_connection.iterdump())
    assert person not in dump
    helpline.arrives("hola")
    turn = helpline.turn()
    helpline.finishes(turn, effects=[{"effect": "my_data"}])
    assert "utter_kept_profile" not in helpline.all(OutboxRow)[-1].body["text"]


@pytest.mark.parametrize("danger", [RED, YELLOW])
def test_danger_in_the_middle_of_it_ends_the_questions(helpline: Helpline, danger: str) -> None:
    agreed(helpline)
    helpline.arrives("34")
    form = [{"event": "active_loop", "name": "profile_form"}, {"event": "slot", "name": "x", "value": 1}]
    helpline.finishes(helpline.turn(), "utter_ask_place", effects=saves(age="30_59"), events=form)
    helpline.arrives(danger)
    helpline.looks()
    conversation = helpline.all(Conversation)[-1]
    assert [e["name"] for e in conversation.events if e["event"] == "active_loop"][-1] is None
    assert conversation.asking is None
    assert helpline.one(Profile).age == "30_59"  # what was agreed to before stays


def test_danger_while_a_turn_is_under_way_ends_the_questions_too(helpline: Helpline) -> None:
    agreed(helpline)
    helpline.arrives("34")
    turn = helpline.turn()
    helpline.arrives(RED)
    helpline.looks()
    form = [{"event": "active_loop", "name": "profile_form"}]
    assert not helpline.finishes(turn, "utter_ask_place", effects=saves(age="30_59"), events=form)
    events = helpline.all(Conversation)[-1].events
    assert "profile_form" not in [event["name"] for event in events or [] if event["event"] == "active_loop"]
