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


def test_by_whatsapp_an_hour_is_chosen_asked_about_booked_and_cancelled(
    line: Line, phone: str, hours: list[datetime]
) -> None:
    line.writes(phone, SAD)
    yellow, *_, offer = line.said(phone, 2)
    assert "113" in yellow["text"]
    assert len(rows(offer)) == 5
    line.taps(phone, rows(offer)[0]["id"])
    asked = line.said(phone, 3)[-1]
    assert "¿La reservo?" in asked["text"]
    line.writes(phone, "que mascarilla uso")  # a question in between
    until(lambda: "¿La reservo?" in line.said(phone, 4)[-1]["text"], "the question comes again")
    again = line.said(phone, 4)
    line.taps(phone, rows(again[-1])[0]["id"])
    told = line.said(phone, len(again) + 1)[-1]
    assert "la hora es tuya" in told["text"]
    assert not re.search("psic|salud mental", told["text"].lower())
    (appointment,) = line.rows(Appointment)
    assert [row.purpose for row in line.rows(Consent)] == ["appointment"]
    assert phone not in line.cli("appointment", "list").stdout
    assert phone in line.cli("appointment", "show", appointment.code).stdout
    line.writes(phone, "cancelar mi cita")
    ask = line.said(phone, len(again) + 2)[-1]
    line.taps(phone, next(row["id"] for row in rows(ask) if row["title"].startswith("Sí")))
    assert "la cancelé" in line.said(phone, len(again) + 3)[-1]["text"]
    assert (line.rows(Appointment), line.rows(Consent)) == ([], [])


def test_by_sms_with_a_red_in_the_middle_danger_comes_first(
    line: Line, phone: str, hours: list[datetime]
) -> None:
    line.asks(phone, "sms", text=SAD)
    offer = line.heard_on("sms", phone, 2)[-1]
    assert "1. " in offer["text"]
    line.asks(phone, "sms", text="1")
    assert "¿Reservo?" in line.heard_on("sms", phone, 3)[-1]["text"]
    line.asks(phone, "sms", text="me quiero matar")
    assert "106" in line.heard_on("sms", phone, 4)[-1]["text"]
    line.asks(phone, "sms", text="1")
    assert "106" in line.heard_on("sms", phone, 5)[-1]["text"]
    assert line.rows(Appointment) == []
    assert {waiting.colour for waiting in line.in_queue()} >= {"red"}


def test_by_sms_an_hour_is_booked_and_recalled_without_a_word_of_what_it_is(
    line: Line, phone: str, hours: list[datetime]
) -> None:
    line.asks(phone, "sms", text=SAD)
    line.heard_on("sms", phone, 2)
    line.asks(phone, "sms", text="2")
    assert "¿Reservo?" in line.heard_on("sms", phone, 3)[-1]["text"]
    line.asks(phone, "sms", text="si")
    assert "la hora es tuya" in line.heard_on("sms", phone, 4)[-1]["text"]
    (appointment,) = line.rows(Appointment)
    assert appointment.remind_at is not None
    line.stop("worker")
    line.start("worker", clock_offset=(appointment.remind_at - now()).total_seconds() + 5)
    reminder = line.heard_on("sms", phone, 5)[-1]["text"]
    assert "tramite" in reminder
    assert not re.search("psic|salud mental|cita", reminder.lower())
    line.stop("worker")
    line.start("worker")
