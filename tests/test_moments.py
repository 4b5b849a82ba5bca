"""Days and hours in words, what people mean by them, and when they are reminded."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from linea import gsm7, moments

LIMA = ZoneInfo("America/Lima")


def at(text: str) -> datetime:
    """A moment of November 2026 in Lima, "10 15:30"; the tenth is a Tuesday."""
    day, hour = text.split()
    return datetime.fromisoformat(f"2026-11-{day}T{hour}:00").replace(tzinfo=LIMA)


NOW = at("10 10:00")


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("10 15:30", "hoy, martes 10 de noviembre, a las tres y media de la tarde"),
        ("11 13:00", "mañana, miércoles 11 de noviembre, a la una de la tarde"),
        ("12 08:15", "el jueves 12 de noviembre a las ocho y cuarto de la mañana"),
        ("12 12:00", "el jueves 12 de noviembre a las doce del día"),
        ("12 19:20", "el jueves 12 de noviembre a las siete y 20 de la noche"),
        ("12 00:00", "el jueves 12 de noviembre a las doce de la mañana"),
    ],
)
def test_a_moment_in_words(moment: str, words: str) -> None:
    assert moments.spoken(at(moment), NOW, LIMA) == words


def test_every_title_of_a_year_fits_a_row_and_an_sms() -> None:
    titles = {
        moments.title(datetime(2026, month, day, hour, 30, tzinfo=LIMA), LIMA)
        for month in range(1, 13)
        for day in range(20, 27)
        for hour in range(24)
    }
    assert len(titles) == 12 * 7 * 24
    assert max(map(len, titles)) <= 24
    assert not any(gsm7.foreign(gsm7.plain(title)) for title in titles)


@pytest.mark.parametrize(
    ("start", "booked", "reminders"),
    [
        ("10 15:00", "10 10:00", ["10 13:00"]),
        ("10 12:00", "10 10:00", []),  # they have just been told
        ("11 15:00", "10 10:00", ["10 19:00", "11 13:00"]),
        ("12 15:00", "10 10:00", ["11 19:00", "12 13:00"]),
        ("11 09:00", "10 10:00", ["10 19:00", "11 08:00"]),
        ("11 08:00", "10 10:00", ["10 19:00"]),
        ("11 07:00", "10 23:00", []),
        ("11 15:00", "10 18:30", ["11 13:00"]),
    ],
)
def test_reminders_by_day_the_evening_before_and_two_hours_before(
    start: str, booked: str, reminders: list[str]
) -> None:
    found, now = [], at(booked)
    while (moment := moments.next_reminder(at(start), at(booked), now, LIMA)) is not None:
        found.append(moment.astimezone(LIMA).strftime("%d %H:%M"))
        now = moment
    assert found == reminders


HOURS = ["10 15:00", "11 09:00", "11 16:00", "12 09:00"]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("hoy", ["10 15:00"]),
        ("mañana", ["11 09:00", "11 16:00"]),
        ("mañana en la tarde", ["11 16:00"]),
        ("el miércoles a las 4", ["11 16:00"]),
        ("miercoles alas 4 de la tarde", ["11 16:00"]),
        ("el jueves por la mañana", ["12 09:00"]),
        ("la de las nueve del jueves", ["12 09:00"]),
        ("a las 3 pm", ["10 15:00"]),
        ("en la mañana", ["11 09:00", "12 09:00"]),
        ("el viernes", []),
        ("no sé qué hacer con mi vida", []),
        ("tengo 3 hijos", []),
    ],
)
def test_a_day_and_an_hour_in_words_mean_the_hours_that_fit(words: str, meant: list[str]) -> None:
    found = moments.meant(words, [at(each) for each in HOURS], NOW, LIMA)
    assert [each.strftime("%d %H:%M") for each in found] == meant
