"""Whom to call and when, decided from what is known; and what a person is told of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linea import on_call
from linea.hours import LIMA, Schedule, Span
from linea.on_call import Call, Case, Duty, Kind
from linea.roster import Contact, Roster
from tests.helpline import CARLA, ON_CALL, PILAR, ROSA, TUESDAY

DUTY = Duty(ON_CALL)
NIGHT = datetime(2026, 11, 10, 3, 5, tzinfo=LIMA)
OPEN = Schedule((Span(frozenset(range(5)), 9 * 60, 18 * 60),))


def after(**span: float) -> datetime:
    return NIGHT + timedelta(**span)


def called(
    case: Case, now: datetime, *, duty: Duty = DUTY, present: bool = False
) -> tuple[list[str], timedelta]:
    """Who is called now, and after how long it is looked at again."""
    decision = on_call.decide(case, duty, present, now)
    return [contact.name for contact in decision.call], decision.look_at - now


def red(*calls: Call, kind: Kind = "red", **more: object) -> Case:
    return Case(kind, NIGHT, calls, **more)  # type: ignore[arg-type]


def to(name: str, failed: bool = False, **span: float) -> Call:
    return Call(name, after(**span), failed)


EVERYBODY = (to("Rosa"), to("Luis", minutes=5), to("Carla", minutes=10))

DECISIONS = {
    "a red with nobody there calls the first at once": (red(), 0, False, ["Rosa"]),
    "with somebody there it waits": (red(), 59, True, []),
    "for a minute": (red(), 60, True, ["Rosa"]),
    "the first has five minutes": (red(to("Rosa")), 299, False, []),
    "then the next": (red(to("Rosa")), 300, False, ["Luis"]),
    "at once where no way reached the first": (red(to("Rosa", failed=True)), 1, False, ["Luis"]),
    "then the coordinator": (red(*EVERYBODY[:2]), 600, False, ["Carla"]),
    "then a quarter of an hour": (red(*EVERYBODY), 600 + 899, False, []),
    "and everybody again": (red(*EVERYBODY), 600 + 900, False, ["Rosa", "Luis", "Carla"]),
    "also when nobody could be reached": (
        red(*(Call(c.name, NIGHT, True) for c in EVERYBODY)),
        60,
        False,
        [],
    ),
    "VOY holds the calls": (red(to("Rosa"), acknowledged_at=after(minutes=2)), 119 + 900, False, []),
    "for a quarter of an hour": (
        red(to("Rosa"), acknowledged_at=after(minutes=2)),
        120 + 900,
        False,
        ["Rosa", "Luis", "Carla"],
    ),
    "who came meanwhile does not stop the calls": (red(to("Rosa")), 300, True, ["Luis"]),
    "a yellow for today waits while somebody is there": (red(kind="today"), 3600, True, []),
    "and is called for when nobody is": (red(kind="today"), 3600, False, ["Rosa"]),
    "a held chat calls holder and coordinator": (red(kind="held", holder="rosa"), 0, True, ["Rosa", "Carla"]),
    "or the coordinator alone": (red(kind="held", holder="Ana"), 0, True, ["Carla"]),
    "once": (red(to("Carla"), kind="held", holder="Ana"), 60, True, []),
    "an old red waits for the morning": (red(kind="old"), 0, False, []),
    "and is then the coordinator's": (red(kind="old"), 6 * 3600, True, ["Carla"]),
    "once a day": (red(to("Carla", hours=6), kind="old"), 29 * 3600, False, []),
    "every day": (red(to("Carla", hours=6), kind="old"), 30 * 3600, False, ["Carla"]),
    "what is told of the team is for protection alone": (red(protected=True), 0, True, ["Pilar"]),
    "at night too, when it is old": (red(kind="old", protected=True), 6 * 3600, False, ["Pilar"]),
    "and again for protection alone": (red(to("Pilar"), protected=True), 900, False, ["Pilar"]),
}


@pytest.mark.parametrize("name", DECISIONS)
def test_who_is_called(name: str) -> None:
    case, seconds, present, names = DECISIONS[name]
    assert called(case, after(seconds=seconds), present=present)[0] == names


def test_an_empty_list_calls_nobody_and_is_looked_at_again() -> None:
    assert called(red(), NIGHT, duty=Duty()) == ([], on_call.LOOK_AGAIN)
    assert called(red(protected=True), NIGHT, duty=Duty(Roster((ROSA,), CARLA))) == ([], on_call.LOOK_AGAIN)


def test_who_is_not_on_call_at_this_hour_is_passed_over() -> None:
    mornings = Contact("Rosa", ROSA.phone, (Span(frozenset(range(7)), 6 * 60, 12 * 60),))
    duty = Duty(Roster((mornings, ON_CALL.people[1]), CARLA))
    assert called(red(), NIGHT, duty=duty)[0] == ["Luis"]
    assert called(red(to("Luis")), after(hours=3), duty=duty)[0] == ["Rosa"]


def test_after_the_clock_was_set_back_somebody_is_called_and_then_waited_for_as_always() -> None:
    future = red(to("Rosa", hours=1), acknowledged_at=after(hours=1))
    assert called(future, NIGHT)[0] == ["Rosa", "Luis", "Carla"]
    called_again = red(to("Rosa", hours=1), to("Rosa"), acknowledged_at=after(hours=1))
    assert called(called_again, after(seconds=1))[0] == []
    late = Case("red", after(hours=1))
    assert called(late, NIGHT, present=True)[0] == ["Rosa"]


@given(
    kind=st.sampled_from(["red", "today", "held", "old"]),
    calls=st.lists(
        st.builds(
            Call,
            st.sampled_from(["Rosa", "Luis", "Carla", "Pilar", "Otro"]),
            st.integers(-3600, 90000).map(lambda s: NIGHT + timedelta(seconds=s)),
            st.booleans(),
        ),
        max_size=8,
    ).map(lambda found: sorted(found, key=lambda call: call.at)),
    answered=st.none() | st.integers(0, 90000).map(lambda s: NIGHT + timedelta(seconds=s)),
    protected=st.booleans(),
    present=st.booleans(),
    later=st.integers(0, 100000),
)
def test_whatever_happened_only_the_right_people_are_called_and_it_is_looked_at_again_soon(
    kind: Kind, calls: list[Call], answered: datetime | None, protected: bool, present: bool, later: int
) -> None:
    case = Case(kind, NIGHT, calls, answered, protected)
    names, again = called(case, after(seconds=later), present=present)
    assert timedelta() < again <= on_call.FURTHEST
    assert len(names) == len(set(names))
    assert set(names) <= ({"Pilar"} if protected else {"Rosa", "Luis", "Carla"})


def test_from_the_red_to_the_end_of_the_list_and_round_again() -> None:
    """The whole night with nobody answering, looked at every ten seconds as the worker does."""
    calls: list[Call] = []
    for seconds in range(0, 45 * 60, 10):
        for name in called(red(*calls), after(seconds=seconds))[0]:
            calls.append(Call(name, after(seconds=seconds)))
    said = [(call.name, int((call.at - NIGHT).total_seconds() // 60)) for call in calls]
    assert said == [
        *[("Rosa", 0), ("Luis", 5), ("Carla", 10)],
        *[("Rosa", 25), ("Luis", 25), ("Carla", 25)],
        *[("Rosa", 40), ("Luis", 40), ("Carla", 40)],
    ]


@pytest.mark.parametrize(
    ("kind", "duty", "now", "known", "said"),
    [
        ("red", DUTY, NIGHT, {"present": True}, "utter_crisis_present"),
        ("red", DUTY, NIGHT, {"present": False}, "utter_crisis_called"),
        ("today", DUTY, NIGHT, {"present": False}, "utter_crisis_called"),
        (None, DUTY, NIGHT, {"present": False}, "utter_crisis_nobody"),
        ("red", Duty(), NIGHT, {"present": False}, "utter_crisis_nobody"),
        ("red", Duty(schedule=OPEN), NIGHT, {"present": False}, "utter_crisis_nobody_until"),
        ("red", Duty(schedule=OPEN), TUESDAY, {"present": False}, "utter_crisis_nobody"),
        ("red", Duty(ON_CALL, OPEN), NIGHT, {"present": False}, "utter_crisis_called"),
        ("red", Duty(Roster((), CARLA)), NIGHT, {"present": False}, "utter_crisis_called"),
        ("red", DUTY, NIGHT, {"present": False, "acknowledged": True}, "utter_crisis_answered"),
        ("red", DUTY, NIGHT, {"present": True, "protected": True}, "utter_protection_called"),
        (
            "red",
            Duty(Roster((ROSA,))),
            NIGHT,
            {"present": True, "protected": True},
            "utter_protection_nobody",
        ),
    ],
)
def test_a_person_is_told_what_is_true(
    kind: str | None, duty: Duty, now: datetime, known: dict[str, bool], said: str
) -> None:
    name, values = on_call.who_comes(kind, duty, now, **known)  # type: ignore[arg-type]
    assert name == said
    assert values == ({"until": "las 09:00"} if said == "utter_crisis_nobody_until" else {})


def test_who_is_of_protection_is_on_no_other_ladder() -> None:
    assert PILAR not in DUTY.ladder(NIGHT)
    assert DUTY.ladder(NIGHT, protected=True) == (PILAR,)
