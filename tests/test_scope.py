"""What the programme gives beside information is a setting, and what is off refers outwards."""

from __future__ import annotations

import pytest

from linea import context, scope
from linea.bank import load
from linea.bank.placeholders import Facts
from linea.settings import ROOT
from tests.helpline import TUESDAY


@pytest.mark.parametrize(
    ("value", "given"),
    [
        ("consejos, citas, lista", {"health_advice", "appointments", "cash_list"}),
        (" Citas ,CONSEJOS", {"health_advice", "appointments"}),
        ("lista", {"cash_list"}),
        ("", set()),
        (None, set()),
    ],
)
def test_the_scope_names_what_is_given(value: str | None, given: set[str]) -> None:
    facts = Facts(programme={} if value is None else {"scope": value})
    assert {service for service in scope.SERVICES if scope.offers(facts, service)} == given


def test_a_service_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        scope.offers(Facts(programme={"scope": "consejos"}), "surgery")


def test_the_assistant_is_told_what_may_be_said_of_each_table() -> None:
    bank = load(ROOT / "data/bank", ROOT / "data")
    here = context.of_content(bank, TUESDAY, production=False)
    assert here == {"today": "2026-11-10", "test_advice": "review", "symptom_advice": "review"}
    there = context.of_content(bank, TUESDAY, production=True)
    assert there == {"today": "2026-11-10", "test_advice": "closed", "symptom_advice": "closed"}
