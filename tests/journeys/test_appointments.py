"""An hour for somebody in yellow, by WhatsApp and by SMS, with real processes, model and clock."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from linea.clock import now
from linea.store.models import Appointment, Consent, Slot
from tests.journeys.harness import Line, until

SAD = "hace un mes que no como ni duermo"


@pytest.fixture
def hours(line: Line) -> list[datetime]:
    """Three free hours in the next two days, entered as the team does; those of other tests are over."""
    zone = line.settings.timezone
    first = (now() + timedelta(hours=3)).astimezone(zone).replace(minute=0, second=0, microsecond=0)
    starts = [first + timedelta(hours=hours) for hours in (0, 20, 30)]
    with line.store.reading() as session:
        taken = {slot.starts_at for slot in session.query(Slot).all()}
    for start in starts:
        if start not in taken:
            added = line.cli("slots", "add", "Rosa", f"{start:%Y-%m-%d %H:%M}")
            assert added.returncode == 0, added.stderr
    return starts


def rows(message: dict[str, Any]) -> list[dict[str, str]]:
    """What can be tapped below a message: the rows of a list, or buttons."""
    action = message["content"]["interactive"]["action"]
    buttons = [button["reply"] for button in action.get("buttons", ())]
    return [row for section in action.get("sections", ()) for row in section["rows"]] or buttons


def hears(line: Line, channel: str, phone: str, words: str, times: int = 1) -> dict[str, Any]:
    """The message with these words that somebody gets, or the second or third of them."""

    def look() -> dict[str, Any] | None:
        said = [message for message in line.heard_on(channel, phone, 0) if words in message["text"]]
        return said[times - 1] if len(said) >= times else None

    found: dict[str, Any] = until(look, f"«{words}» is said")
    return found


def test_by_whatsapp_an_hour_is_chosen_asked_about_booked_and_cancelled(
    line: Line, phone: str, hours: list[datetime]
) -> None:
    line.writes(phone, SAD)
    offer = hears(line, "whatsapp", phone, "te reservo una hora")
    assert "113" in line.said(phone)[0]["text"]  # whom to call comes before any hour
    assert len(rows(offer)) == 5
    line.taps(phone, rows(offer)[0]["id"])
    hears(line, "whatsapp", phone, "¿La reservo?")
    line.writes(phone, "que mascarilla uso")  # a question in between
    again = hears(line, "whatsapp", phone, "¿La reservo?", times=2)
    line.taps(phone, rows(again)[0]["id"])
    told = hears(line, "whatsapp", phone, "la hora es tuya")
    assert not re.search("psic|salud mental", told["text"].lower())
    (appointment,) = line.rows(Appointment)
    assert [row.purpose for row in line.rows(Consent)] == ["appointment"]
    assert phone not in line.cli("appointment", "list").stdout
    assert phone in line.cli("appointment", "show", appointment.code).stdout
    line.writes(phone, "cancelar mi cita")
    asked = hears(line, "whatsapp", phone, "¿La cancelo?")
    line.taps(phone, rows(asked)[0]["id"])
    hears(line, "whatsapp", phone, "la cancelé")
    assert (line.rows(Appointment), line.rows(Consent)) == ([], [])


def test_by_sms_with_a_red_in_the_middle_danger_comes_first(
    line: Line, phone: str, hours: list[datetime]
) -> None:
    line.asks(phone, "sms", text=SAD)
    hears(line, "sms", phone, "te reservo una hora")
    line.asks(phone, "sms", text="1")
    hears(line, "sms", phone, "¿Reservo?")
    line.asks(phone, "sms", text="me quiero matar")
    hears(line, "sms", phone, "106", times=2)  # after the text for somebody in yellow
    line.asks(phone, "sms", text="1")  # the yes to the hour: in red it books nothing
    hears(line, "sms", phone, "106", times=3)
    assert line.rows(Appointment) == []
    assert {waiting.colour for waiting in line.in_queue()} >= {"red"}


def test_by_sms_an_hour_is_booked_and_recalled_without_a_word_of_what_it_is(
    line: Line, phone: str, hours: list[datetime]
) -> None:
    line.asks(phone, "sms", text=SAD)
    hears(line, "sms", phone, "te reservo una hora")
    line.asks(phone, "sms", text="2")
    hears(line, "sms", phone, "¿Reservo?")
    line.asks(phone, "sms", text="si")
    hears(line, "sms", phone, "la hora es tuya")
    (appointment,) = line.rows(Appointment)
    line.stop("worker")
    line.start("worker", clock_offset=(appointment.remind_at - now()).total_seconds() + 5)
    reminder = hears(line, "sms", phone, "Recuerda")["text"].lower()
    assert "tramite" in reminder
    assert not re.search("psic|salud mental|cita", reminder)
