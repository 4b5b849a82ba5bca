"""Which of a message's meanings wins: danger, then a command, then worry, then the bank, then a form."""

from __future__ import annotations

import pytest

from linea.assistant.decision import decide
from linea.assistant.joining import Part, in_words, joined
from linea.assistant.reading import Reading
from linea.triage import Triage

NONE = Triage("none", "none", False, None, None, None)
GREEN = Triage("green", "none", False, "sad", "sad", None)
YELLOW = Triage("yellow", "today", False, "suicide", "passive", None)
RED = Triage("red", "now", False, "suicide", "plan", "utter_crisis_suicide")

ANSWER = Reading("faq/cajero", 0.9, (("faq/cajero", 0.9), ("faq/b", 0.1)))
COMMAND = Reading("ask_menu", 1.0, (("ask_menu", 1.0),), command=True)
PERSON = Reading("ask_for_person", 0.9, (("ask_for_person", 0.9),))
TREATMENT = Reading("ask_own_treatment", 0.9, (("ask_own_treatment", 0.9),))
GREETING = Reading("greet", 0.9, (("greet", 0.9),))
UNSURE = Reading("nlu_fallback", 0.8, (("faq/a", 0.2), ("greet", 0.1), ("faq/b", 0.05)))
ELSEWHERE = Reading("out_of_scope", 0.9, (("out_of_scope", 0.9),))
FORM = Reading("ask_test_advice", 0.9, (("ask_test_advice", 0.9), ("faq/cuando_hacerse_prueba", 0.1)))
NO_ENTRY = Reading("not_in_bank", 0.9, (("not_in_bank", 0.9),))


@pytest.mark.parametrize(
    ("triage", "reading", "always", "decision"),
    [
        (RED, COMMAND, False, "red"),
        (RED, ANSWER, True, "red"),
        (YELLOW, COMMAND, False, "command"),
        (YELLOW, ANSWER, False, "yellow"),
        (YELLOW, PERSON, False, "yellow"),
        (NONE, ANSWER, False, "answer"),
        (GREEN, ANSWER, False, "answer"),
        (NONE, ANSWER, True, "handoff"),
        (NONE, PERSON, False, "handoff"),
        (GREEN, TREATMENT, False, "handoff"),
        (GREEN, UNSURE, False, "green"),
        (GREEN, GREETING, False, "green"),
        (NONE, FORM, False, "journey"),
        (GREEN, FORM, False, "journey"),
        (YELLOW, FORM, False, "yellow"),
        (NONE, GREETING, False, "smalltalk"),
        (NONE, UNSURE, False, "off_topic"),
        (NONE, ELSEWHERE, False, "off_topic"),
        (NONE, NO_ENTRY, False, "off_topic"),
    ],
)
def test_the_order_of_decisions(triage: Triage, reading: Reading, always: bool, decision: str) -> None:
    assert decide(triage, reading, always).decision == decision


def test_the_nearest_entries_are_named_though_nothing_is_answered() -> None:
    decided = decide(NONE, UNSURE)
    assert decided.entry is None
    assert decided.suggestions == ("a", "b")


def test_a_form_has_no_entry_of_its_own() -> None:
    assert decide(NONE, FORM).entry is None


@pytest.mark.parametrize(
    ("whole", "parts", "label"),
    [
        (FORM, (ANSWER, GREETING), "ask_test_advice"),
        (UNSURE, (GREETING, FORM), "ask_test_advice"),
        (UNSURE, (FORM, ANSWER), "faq/cajero"),
        (FORM, (PERSON,), "ask_for_person"),
    ],
)
def test_a_form_is_asked_for_by_the_whole_message_or_beside_courtesy(
    whole: Reading, parts: tuple[Reading, ...], label: str
) -> None:
    assert joined(whole, [Part(part, asks=True) for part in parts], 0.2).label == label


def test_a_form_that_may_be_meant_counts_for_the_entry_that_says_the_same() -> None:
    ranking = (("faq/cajero", 0.32), ("ask_test_advice", 0.3), ("faq/cuando_hacerse_prueba", 0.25))
    assert in_words(ranking) == (("faq/cuando_hacerse_prueba", 0.55), ("faq/cajero", 0.32))
