"""The tables of advice: every case of the health team's table, one row for every combination of answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
import yaml

from linea import advice, bank, gsm7, numbered
from linea.advice import NoSingleRow, Table
from linea.answers import DECLINED, NOT_ASKED, SKIPPED
from linea.bank import Bank
from linea.bank.advice_rules import Tables
from linea.compose import LIMITS, merge
from linea.settings import ROOT

TABLES = Tables(ROOT / "data")
TEST, SYMPTOM = TABLES.get("test"), TABLES.get("symptom")
BOTH = pytest.mark.parametrize("table", [TEST, SYMPTOM], ids=["test", "symptom"])
ILL = {"alarm": "no", "result": "none", "symptoms": "yes"}
CONTACT = {"alarm": "no", "result": "none", "symptoms": "no", "contact": "yes"}
ADULT = {"alarm": "no", "age": "adult", "worse": "no", "condition": "no"}
CHILD = {**ADULT, "age": "child"}


@pytest.fixture(scope="module")
def ready() -> Bank:
    return bank.load(ROOT / "data/bank", ROOT / "data")


@pytest.mark.parametrize(
    ("answers", "row"),
    [
        # Alarm signs before everything.
        ({"alarm": "yes"}, "alarm"),
        ({"alarm": "unsure"}, "alarm_unsure"),
        # Symptoms, day 0-7, 8-14, more; with and without risk.
        ({**ILL, "days": 0, "risk": "no"}, "now"),
        ({**ILL, "days": 7, "risk": "no"}, "now"),
        ({**ILL, "days": 3, "risk": "yes"}, "now_risk"),
        ({**ILL, "days": 3, "risk": "unsure"}, "now_risk"),
        ({**ILL, "days": "unsure", "risk": "no"}, "now"),
        ({**ILL, "symptoms": "unsure", "days": 2, "risk": "no"}, "now"),
        ({**ILL, "days": 8, "risk": "no"}, "later"),
        ({**ILL, "days": 14, "risk": "no"}, "later"),
        ({**ILL, "days": 9, "risk": "yes"}, "later_risk"),
        ({**ILL, "days": 15, "risk": "no"}, "long"),
        ({**ILL, "days": 90, "risk": "yes"}, "long_risk"),
        # No symptoms, contact: day 0-1, 2-4, 5-10, more.
        ({**CONTACT, "contact_days": 0}, "contact_first"),
        ({**CONTACT, "contact_days": 1}, "contact_first"),
        ({**CONTACT, "contact_days": 2, "risk": "no"}, "contact_wait"),
        ({**CONTACT, "contact_days": 4, "risk": "no"}, "contact_wait"),
        ({**CONTACT, "contact_days": 2, "risk": "yes"}, "contact_wait_risk"),
        ({**CONTACT, "contact_days": 5}, "contact_now"),
        ({**CONTACT, "contact_days": 10}, "contact_now"),
        ({**CONTACT, "contact_days": 11}, "contact_past"),
        ({**CONTACT, "contact_days": "unsure"}, "contact_unknown"),
        # Neither.
        ({**CONTACT, "contact": "no"}, "nothing"),
        ({**CONTACT, "contact": "unsure"}, "nothing"),
        # A test of blood says nothing of today.
        ({**ILL, "result": "blood", "days": 1, "risk": "no"}, "now"),
        ({**CONTACT, "result": "blood", "contact": "no"}, "nothing"),
        # Antigen negative: with symptoms, with contact only, with neither.
        ({**ILL, "result": "negative", "days": 3, "risk": "no"}, "negative"),
        ({**ILL, "result": "negative", "days": 3, "risk": "yes"}, "negative_risk"),
        ({**ILL, "result": "negative", "days": 20, "risk": "no"}, "long"),
        ({**CONTACT, "result": "negative", "contact_days": 6}, "negative_contact"),
        ({**CONTACT, "result": "negative", "contact_days": 12}, "contact_past"),
        ({**CONTACT, "result": "negative", "contact": "no"}, "negative_nothing"),
        # Molecular negative.
        ({**ILL, "result": "negative_molecular", "days": 3, "risk": "no"}, "molecular"),
        ({**ILL, "result": "negative_molecular", "days": 3, "risk": "yes"}, "molecular_risk"),
        ({**CONTACT, "result": "negative_molecular", "contact_days": 3}, "molecular_contact_early"),
        ({**CONTACT, "result": "negative_molecular", "contact_days": 7}, "molecular_contact"),
        # Positive, with and without symptoms and risk.
        ({**ILL, "result": "positive", "risk": "no"}, "positive"),
        ({**ILL, "result": "positive", "risk": "yes"}, "positive_risk"),
        ({**CONTACT, "result": "positive", "risk": "no"}, "positive_quiet"),
        ({**CONTACT, "result": "positive", "risk": "yes"}, "positive_quiet_risk"),
    ],
)
def test_every_case_of_whether_to_be_tested(answers: dict[str, Any], row: str) -> None:
    assert advice.advise(TEST, answers).row.id == row


@pytest.mark.parametrize(
    ("answers", "row"),
    [
        ({"alarm": "yes"}, "alarm"),
        ({"alarm": "unsure"}, "alarm_unsure"),
        ({**CHILD, "worse": "yes"}, "child_worse"),
        ({**CHILD, "worse": "unsure"}, "child_worse"),
        ({**CHILD, "condition": "yes"}, "child_condition"),
        ({**CHILD, "days": 7}, "child_home"),
        ({**CHILD, "days": 8}, "child_long"),
        ({**ADULT, "worse": "yes"}, "worse"),
        ({**ADULT, "age": "older", "worse": "yes"}, "worse"),
        ({**ADULT, "age": "older"}, "older"),
        ({**ADULT, "age": "unsure"}, "older"),
        ({**ADULT, "condition": "yes"}, "condition"),
        ({**ADULT, "condition": "unsure"}, "condition"),
        ({**ADULT, "days": 7}, "home"),
        ({**ADULT, "days": "unsure"}, "home"),
        ({**ADULT, "days": 8}, "second_week"),
        ({**ADULT, "days": 15}, "long"),
    ],
)
def test_every_case_of_what_to_do_with_symptoms(answers: dict[str, Any], row: str) -> None:
    assert advice.advise(SYMPTOM, answers).row.id == row


@BOTH
def test_every_combination_of_answers_leads_to_exactly_one_row(table: Table) -> None:
    """All of them, one by one; `bank check` follows only the ways of the form (`advice.ways`)."""
    for combination in product(*(advice.values(table, question) for question in table.questions)):
        answers = dict(zip(table.questions, combination, strict=True))
        assert len(advice.rows_left(table, answers)) == 1, answers


@BOTH
def test_the_ways_of_the_form_reach_every_row_and_ask_nothing_that_decides_nothing(table: Table) -> None:
    ways = list(advice.ways(table))
    assert {rows[0].id for _, rows in ways if len(rows) == 1} == {row.id for row in table.rows}
    assert all(len(rows) == 1 for _, rows in ways)
    for answers, (row,) in ways:
        last = list(answers)[-1]
        others = [{**answers, last: value} for value in advice.values(table, last) if value != answers[last]]
        assert any(advice.rows_left(table, other) != (row,) for other in others), answers


@BOTH
def test_the_form_asks_the_questions_of_its_table_in_their_order(table: Table) -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    slots = [advice.SLOT + question for question in table.questions]
    assert domain["forms"][f"{table.id}_advice_form"]["required_slots"] == slots
    assert set(slots) <= set(domain["slots"])


def test_an_alarm_ends_the_questions_at_once_and_no_symptoms_need_no_days() -> None:
    assert advice.needless(TEST, {"alarm": "yes"}) == list(TEST.questions)[1:]
    assert "days" in advice.needless(TEST, {"alarm": "no", "result": "none", "symptoms": "no"})
    assert advice.needless(TEST, {"alarm": "no"}) == []
    assert advice.needless(SYMPTOM, {"alarm": "no", "age": "older", "worse": "no"}) == ["condition", "days"]


def test_what_was_let_go_or_makes_no_sense_counts_as_unsure_and_what_was_not_asked_is_not_there() -> None:
    slots = {
        "advice_alarm": "no",
        "advice_result": SKIPPED,
        "advice_symptoms": "of old",
        "advice_days": DECLINED,
        "advice_contact": NOT_ASKED,
        "advice_contact_days": None,
        "advice_risk": "yes",
        "other": "yes",
    }
    said = {"alarm": "no", "result": "unsure", "symptoms": "unsure", "days": "unsure", "risk": "yes"}
    assert advice.told(TEST, slots) == said


def test_advice_says_why_and_by_which_rule_and_half_the_answers_are_no_advice() -> None:
    found = advice.advise(TEST, {**ILL, "days": 1, "risk": "no"})
    assert (found.version, found.since) == (1, date(2026, 11, 1))
    assert "día 7" in found.why
    with pytest.raises(NoSingleRow):
        advice.advise(TEST, ILL)


SIGNED = replace(TEST, status="live", signed=True)
DAY, AFTER = date(2026, 11, 10), TEST.expires + timedelta(days=1)


@pytest.mark.parametrize(
    ("table", "offered", "today", "here", "in_production"),
    [
        (SIGNED, True, DAY, "open", "open"),
        (TEST, True, DAY, "review", "closed"),
        (replace(TEST, status="live"), True, DAY, "review", "closed"),
        (SIGNED, True, TEST.expires, "open", "open"),
        (SIGNED, True, AFTER, "expired", "closed"),
        (replace(SIGNED, status="withdrawn"), True, DAY, "closed", "closed"),
        (SIGNED, False, DAY, "elsewhere", "elsewhere"),
    ],
)
def test_a_table_is_said_as_an_entry_of_the_bank_is(
    table: Table, offered: bool, today: date, here: str, in_production: str
) -> None:
    assert advice.state(table, offered, today, production=False) == here
    assert advice.state(table, offered, today, production=True) == in_production


def lines(ready: Bank, table: Table, channel: str) -> dict[str, str]:
    """What is sent for each row but the alarm, with its options as the channel shows them."""
    found = {}
    for row in table.rows:
        if not row.alarm:
            bodies = [ready.line(table.line_of(row), channel)]
            if not row.safety:
                bodies.append(ready.line(table.line, channel, version="1", date="01/11/2026"))
            (body,) = merge(bodies, channel)
            assert len(body.text) <= LIMITS[channel][bool(body.options)]
            found[row.id] = numbered.text(body) if channel == "sms" else body.text
    return found


@BOTH
def test_every_row_says_whom_to_ask_and_by_which_rule_in_one_message_that_fits(
    ready: Bank, table: Table
) -> None:
    for row, text in lines(ready, table, "whatsapp").items():
        assert "113" in text or "106" in text, row
        assert row == "alarm_unsure" or "versión 1, del 01/11/2026" in text
    for row, text in lines(ready, table, "sms").items():
        assert gsm7.segments(text) <= 2, (row, gsm7.length(text))
        assert "113" in text or "106" in text, row


def test_who_is_at_risk_is_told_to_call_the_same_day_in_the_first_line(ready: Bank) -> None:
    for channel in ("whatsapp", "sms"):
        said = {**lines(ready, TEST, channel), **lines(ready, SYMPTOM, channel)}
        for row in said.keys() & {*(row.id for row in TEST.rows if row.id.endswith("_risk"))}:
            if row != "contact_wait_risk":
                assert "hoy" in said[row].splitlines()[0].lower(), (row, channel)
        for row in ("older", "condition", "child_condition", "child_worse", "worse"):
            assert "hoy" in said[row].splitlines()[0].lower(), (row, channel)


def test_who_cannot_get_a_test_is_told_to_act_as_positive(ready: Bank) -> None:
    said = lines(ready, TEST, "whatsapp")
    for row in ("now", "now_risk", "later"):
        assert "Si no consigues prueba" in said[row]
        assert "10" in said[row].split("Si no consigues prueba")[1].splitlines()[0]


def test_symptoms_send_nobody_without_papers_away_and_no_child_gets_a_dose(ready: Bank) -> None:
    said = lines(ready, SYMPTOM, "whatsapp")
    for row, text in said.items():
        assert "papeles" in text, row
        assert not any(word in text.lower() for word in (" mg", "miligramos", "paracetamol", "gotas")), row
    children = [row.id for row in SYMPTOM.rows if row.id.startswith("child_")]
    assert all("sin preguntar" in said[row] for row in children)
