"""What is told of the team itself goes to the role of protection alone: nobody else sees or counts it."""

from __future__ import annotations

import pytest

from linea.handoff import HandoffError
from linea.on_call import Duty
from linea.roster import Roster
from linea.store.models import Alert, Handoff, OutboxRow, Page
from tests.helpline import CARLA, ON_CALL, STAFF_ABUSE, SUICIDE, Helpline, both, crisis


@pytest.fixture
def night(helpline: Helpline) -> Helpline:
    """A line with a list of people to call, and nobody at work."""
    helpline.duty = Duty(ON_CALL)
    return helpline


def test_abuse_by_staff_is_for_protection_alone_with_nobody_there(night: Helpline) -> None:
    night.danger(STAFF_ABUSE)
    assert night.queued() == [crisis("utter_staff_abuse", "utter_protection_called")]
    assert night.queue() == []
    (row,) = night.queue("protection")
    assert (row.code, row.reason, row.colour) == (night.code(), "staff_abuse", "red")
    assert night.goes_by(minutes=30)[:2] == both("Pilar")
    assert {name for name, _ in night.called()} == {"Pilar"}


def test_abuse_by_staff_does_not_wait_for_operators(night: Helpline) -> None:
    night.starts("Ana")
    night.danger(STAFF_ABUSE)
    assert night.goes_by() == both("Pilar")


def test_without_anybody_of_protection_nobody_else_is_told(helpline: Helpline) -> None:
    helpline.duty = Duty(Roster(ON_CALL.people, CARLA))
    helpline.danger(STAFF_ABUSE)
    assert helpline.queued() == [crisis("utter_staff_abuse", "utter_protection_nobody")]
    assert helpline.goes_by(minutes=60) == []


@pytest.mark.parametrize("act", ["takes", "replies", "closes"])
def test_nobody_of_the_team_can_open_it_and_protection_can(night: Helpline, act: str) -> None:
    night.danger(STAFF_ABUSE)
    with pytest.raises(HandoffError, match="la atiende otra persona"):
        getattr(night, act)(night.code())
    getattr(night, act)(night.code(), operator="Pilar", audience="protection")
    assert night.one(Handoff).operator == "Pilar"


def test_what_an_operator_held_is_theirs_no_longer(night: Helpline) -> None:
    night.arrives("hola")
    night.answers()
    night.takes(night.code(), "Ana")
    night.danger(STAFF_ABUSE)
    assert (night.mode(), night.one(Handoff).operator) == ("waiting", None)
    with pytest.raises(HandoffError):
        night.replies(night.code(), operator="Ana")
    assert (night.queue(), len(night.queue("protection"))) == ([], 1)


def test_what_the_team_was_called_to_goes_over_to_protection(night: Helpline) -> None:
    night.danger()
    night.goes_by()
    night.danger(STAFF_ABUSE)
    assert night.goes_by()[2:] == both("Pilar")
    night.says("VOY")
    assert [row.kind for row in night.all(Page, Page.kind != "call")] == ["late"]
    assert night.all(Alert)[-1].acknowledged_at is None


def test_a_red_in_it_stays_with_protection(night: Helpline) -> None:
    night.danger(STAFF_ABUSE)
    night.goes_by()
    night.danger()
    assert night.queued()[-1] == crisis(SUICIDE, "utter_protection_called")
    assert night.goes_by(minutes=30)
    assert {name for name, _ in night.called()} == {"Pilar"}


def test_on_another_channel_the_team_goes_on_and_does_not_get_it(night: Helpline) -> None:
    night.danger(STAFF_ABUSE)
    secret = night.code()
    night.arrives(night.message("hola", channel="sms"))
    night.answers()
    night.takes(night.code(), "Ana")
    assert night.one(Handoff, Handoff.reason == "staff_abuse").operator is None
    assert [row.code for row in night.queue("protection")] == [secret]


def test_who_of_protection_has_the_person_has_them_on_the_other_channel_too(night: Helpline) -> None:
    night.danger(STAFF_ABUSE)
    night.takes(night.code(), "Pilar", "protection")
    night.arrives(night.message("soy yo", channel="sms"))
    assert night.queue() == []
    assert [row.operator for row in night.queue("protection")] == ["Pilar", "Pilar"]


def test_the_assistant_says_nothing_of_the_team_in_it(night: Helpline) -> None:
    night.danger(STAFF_ABUSE)
    night.arrives("¿hola?")
    night.finishes(night.turn(), "utter_fallback")
    assert night.utters() == ["utter_staff_abuse"]


def test_an_open_one_is_kept_and_counted_for_nobody_else(night: Helpline) -> None:
    night.danger(STAFF_ABUSE)
    night.passes(days=9)
    counts = night.erases()
    assert (counts.open_reds, counts.conversations) == (0, 0)
    night.closes(night.code(), "Pilar", [], "protection")
    assert night.erases().conversations == 1
    assert (night.all(Alert), night.all(OutboxRow)) == ([], [])
