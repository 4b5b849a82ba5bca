"""A clock that steps back by an hour holds nobody up (a step forward only makes leases run out early)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from linea import clock_steps
from linea.on_call import Duty
from linea.store.models import OutboxRow
from tests.helpline import ON_CALL, RED, SUICIDE, Helpline


def steps_back(helpline: Helpline, **span: float) -> int:
    """The clock is set back and the worker notices; how many moments it brought to now."""
    helpline.now -= timedelta(**span)
    return helpline.write(lambda session: clock_steps.release(session, helpline.now))


def test_a_message_that_waits_is_answered(helpline: Helpline) -> None:
    helpline.arrives("hola")
    steps_back(helpline, hours=1)
    assert helpline.answers()
    assert len(helpline.sends()) == 1


def test_a_turn_of_a_worker_that_died_is_taken_up_by_another(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.turn("dead")
    steps_back(helpline, hours=1)
    helpline.passes(seconds=1)
    assert helpline.finishes(helpline.turn("alive"), "utter_thank")


def test_what_is_queued_goes_out_and_what_hangs_blocks_nobody(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.adds("uno")
    helpline.claims()
    helpline.adds("dos")
    steps_back(helpline, hours=1)
    helpline.passes(seconds=61)
    helpline.sweeps()
    assert [sending.body.text for sending in helpline.claims()] == ["dos"]


def test_the_pair_limit_is_not_owed_for_an_hour(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.adds("antes")
    helpline.sends()
    steps_back(helpline, hours=1)
    helpline.adds("después")
    assert [sending.body.text for sending in helpline.claims()] == ["después"]


def test_an_operator_is_still_spoken_for_after_a_minute(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.looks()
    helpline.takes(helpline.code())
    helpline.arrives(RED)
    helpline.looks()
    steps_back(helpline, hours=1)
    helpline.passes(seconds=61)
    assert helpline.speaks_for_operators() == 1
    assert helpline.one(OutboxRow, OutboxRow.state == "queued").utter == SUICIDE


def test_whoever_is_on_call_is_still_called_and_the_next_after_them(helpline: Helpline) -> None:
    helpline.duty = Duty(ON_CALL)
    helpline.danger()
    helpline.calls("sms")
    assert len(helpline.pages("retry", retry_after=30.0)) == 1
    steps_back(helpline, hours=1)
    helpline.calls("sms")
    assert {paging.staff for paging in helpline.pages()} == {"Rosa", "Luis"}
    helpline.passes(minutes=4)
    assert helpline.goes_by()[2:] == []
    assert helpline.goes_by(minutes=1)[2:]


@pytest.mark.parametrize("span", [{"minutes": 0}, {"minutes": 5}])
def test_nothing_is_changed_while_the_clock_runs_as_usual(helpline: Helpline, span: dict[str, float]) -> None:
    helpline.arrives("hola")
    helpline.answers()
    for number in range(60):
        helpline.adds(str(number))
    helpline.sends()
    helpline.arrives("¿hola?")
    helpline.turn()
    helpline.duty = Duty(ON_CALL)
    helpline.danger(sender="+51900000077")
    helpline.calls()
    helpline.pages("retry", retry_after=300.0)
    assert steps_back(helpline, **span) == 0
