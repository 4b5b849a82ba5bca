"""Hours, holidays and moments, as an editor writes them and as a person reads them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linea import hours
from linea.hours import HOLIDAY, LIMA, WEEK, Schedule, Span

WEEKDAYS = frozenset(range(5))
OFFICE = Schedule((Span(WEEKDAYS, 9 * 60, 18 * 60), Span(frozenset({5}), 9 * 60, 13 * 60)), country="PE")
NIGHTS = (Span(WEEKDAYS, 18 * 60, 9 * 60),)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LIMA)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("lunes a viernes", WEEKDAYS),
        ("de Lunes a Viernes", WEEKDAYS),
        ("sábado", {5}),
        ("los sábados y domingos", {5, 6}),
        ("sabado, domingo y feriados", {5, 6, HOLIDAY}),
        ("lunes, miércoles y viernes", {0, 2, 4}),
        ("viernes a lunes", {4, 5, 6, 0}),
        ("todos los días", WEEK),
        ("feriados", {HOLIDAY}),
        ("", None),
        ("siempre", None),
        ("lunes a", None),
        ("lunes a feriados", None),
        ("lunes viernez", None),
    ],
)
def test_days_are_read_as_people_write_them(text: str, days: set[int] | None) -> None:
    assert hours.days(text) == (None if days is None else frozenset(days))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("09:00", 540),
        ("9:30", 570),
        ("18.15", 1095),
        ("24:00", 1440),
        ("24:01", None),
        ("9", None),
        ("", None),
    ],
)
def test_clock_times_are_read(text: str, minutes: int | None) -> None:
    assert hours.minutes(text) == minutes


@pytest.mark.parametrize(
    ("now", "is_open", "opens"),
    [
        ("2026-11-10T10:00", True, None),
        ("2026-11-10T09:00", True, None),
        ("2026-11-10T18:00", False, "2026-11-11T09:00"),
        ("2026-11-10T03:05", False, "2026-11-10T09:00"),
        ("2026-11-13T20:00", False, "2026-11-14T09:00"),
        ("2026-11-14T13:00", False, "2026-11-16T09:00"),
        ("2026-12-07T20:00", False, "2026-12-10T09:00"),  # the 8th and the 9th are public holidays
        ("2026-12-08T10:00", False, "2026-12-10T09:00"),
    ],
)
def test_open_closed_and_when_next(now: str, is_open: bool, opens: str | None) -> None:
    assert OFFICE.is_open(at(now)) == is_open
    assert OFFICE.opens(at(now)) == (None if opens is None else at(opens))


def test_a_date_of_its_own_is_closed_and_a_holiday_can_be_worked() -> None:
    closed = Schedule(OFFICE.spans, frozenset({date(2026, 11, 11)}), "PE")
    assert closed.opens(at("2026-11-10T20:00")) == at("2026-11-12T09:00")
    works = Schedule((Span(WEEKDAYS | {HOLIDAY}, 540, 1080),), country="PE")
    assert works.is_open(at("2026-12-08T10:00"))
    assert Schedule(OFFICE.spans).is_open(at("2026-12-08T10:00"))


def test_where_nobody_gave_hours_nothing_is_promised() -> None:
    assert (Schedule().known, Schedule().is_open(at("2026-11-10T10:00"))) == (False, False)
    assert Schedule().opens(at("2026-11-10T03:05")) is None
    assert hours.text(Schedule(country="PE")) == ""


def test_past_midnight_belongs_to_the_day_on_which_it_began() -> None:
    night = Schedule((Span(frozenset({0}), 22 * 60, 6 * 60),))
    assert night.is_open(at("2026-11-10T05:59"))  # the Tuesday after Monday's night
    assert not night.is_open(at("2026-11-10T22:30"))


@pytest.mark.parametrize(
    ("now", "covered"),
    [
        ("2026-11-09T18:00", True),
        ("2026-11-10T03:05", True),
        ("2026-11-10T09:00", False),
        ("2026-11-14T08:59", True),  # Friday's night
        ("2026-11-14T09:00", False),
        ("2026-12-08T20:00", True),  # a public holiday is a weekday too
    ],
)
def test_who_is_on_call_at_night(now: str, covered: bool) -> None:
    assert hours.covers(NIGHTS, at(now), LIMA) == covered
    assert hours.covers((), at(now), LIMA)


def test_who_has_the_holidays_has_them_whole() -> None:
    holidays = (Span(frozenset({HOLIDAY})),)
    assert hours.covers(holidays, at("2026-12-08T10:00"), LIMA)
    assert not hours.covers(holidays, at("2026-11-10T10:00"), LIMA)


@pytest.mark.parametrize(
    ("moment", "said", "until"),
    [
        ("2026-11-10T09:00", "hoy a las 09:00", "las 09:00"),
        ("2026-11-11T09:00", "mañana a las 09:00", "las 09:00 de mañana"),
        ("2026-11-16T13:30", "el lunes 16 a las 13:30", "las 13:30 del lunes 16"),
        ("2026-11-12T01:00", "el jueves 12 a la 01:00", "la 01:00 del jueves 12"),
    ],
)
def test_a_moment_is_said_as_people_say_it(moment: str, said: str, until: str) -> None:
    now = at("2026-11-10T03:05")
    assert hours.at(at(moment), now, LIMA) == said
    assert hours.until(at(moment), now, LIMA) == until


@pytest.mark.parametrize(
    ("schedule", "text"),
    [
        (OFFICE, "de lunes a viernes, de 9:00 a 18:00; los sábados, de 9:00 a 13:00, menos feriados"),
        (Schedule((Span(WEEK, 0, 1440),)), "todos los días, de 0:00 a 24:00"),
        (Schedule((Span(frozenset({5, 6, HOLIDAY}), 540, 780),), country="PE"),
         "los sábados, domingos y feriados, de 9:00 a 13:00"),
        (Schedule((Span(frozenset({0, 4}), 540, 780),)), "los lunes y viernes, de 9:00 a 13:00"),
    ],
)  # fmt: skip
def test_the_hours_are_written_out_for_people(schedule: Schedule, text: str) -> None:
    assert hours.text(schedule) == text


@given(
    st.frozensets(st.integers(0, 7), min_size=1),
    st.integers(0, 1439),
    st.integers(1, 1440),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
)
def test_the_next_opening_is_the_first_moment_that_is_open(
    days: frozenset[int], start: int, end: int, naive: datetime
) -> None:
    schedule = Schedule((Span(days, start, end),), country="PE") if start != end else OFFICE
    now = naive.replace(tzinfo=LIMA)
    opens = schedule.opens(now)
    if opens is None:
        assert schedule.is_open(now) or days == {HOLIDAY}  # the next holiday may be further than we look
    else:
        assert not schedule.is_open(now)
        assert schedule.is_open(opens)
        assert not schedule.is_open(opens - timedelta(microseconds=1))
