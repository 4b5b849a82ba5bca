"""The commands with which the team enters hours and keeps the appointments."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from linea import appointments, bank, clock, keys, settings
from linea.commands import appointment, queue, slots
from linea.scene import Scene
from linea.store.models import Appointment, Conversation, Slot
from tests.helpline import ANA, YELLOW, Helpline

LIMA = ZoneInfo("America/Lima")
ROOT = settings.ROOT


@pytest.fixture
def here(database: Path, helpline: Helpline, monkeypatch: pytest.MonkeyPatch) -> Helpline:
    """A line that commands find by their settings, with the project's own texts."""
    monkeypatch.setenv("LINEA_DATA_DIR", str(database.parent))
    helpline.now = clock.now()
    helpline.keys = keys.load(settings.load())
    helpline.bank = bank.load(ROOT / "data" / "bank", ROOT / "data")
    return helpline


def run(*arguments: str) -> Result:
    """`linea slots …` or `linea appointment …`."""
    group = slots.group if arguments[0] == "slots" else appointment.group
    return CliRunner().invoke(group, arguments[1:])


def typed(hours: float) -> str:
    return f"{(clock.now() + timedelta(hours=hours)).astimezone(LIMA):%Y-%m-%d %H:%M}"


def booked(line: Helpline) -> str:
    """Ana in yellow has hour 1; the code of her appointment."""
    line.arrives(YELLOW)
    line.looks()

    def book(session):  # type: ignore[no-untyped-def]
        conversation = session.execute(select(Conversation)).scalar_one()
        conversation.urgency, conversation.asking = "appointment", "appointment"
        slot = session.get(Slot, 1)
        slot.held_by, slot.held_until = conversation.id, line.now + timedelta(minutes=5)
        session.flush()
        appointments.book(Scene(session, line.keys, conversation, line.now, line.bank), {})

    line.write(book)
    return str(line.one(Appointment).code)


def test_an_hour_is_entered_in_the_lines_own_time_listed_and_taken_back(here: Helpline) -> None:
    assert run("slots", "add", "Rosa", typed(5)).exit_code == 0
    assert run("slots", "add", "Luz", typed(6), "--way", "visit", "--place", "Jr. Ejemplo 123").exit_code == 0
    listed = run("slots", "list").output
    assert listed.count("LIBRE") == 2
    assert "Jr. Ejemplo 123" in listed
    assert run("slots", "remove", "1").exit_code == 0
    assert [slot.specialist for slot in here.all(Slot)] == ["Luz"]


@pytest.mark.parametrize("start", ["mañana a las 3", "2026-13-01 15:00", "2020-01-01 09:00", "15:00"])
def test_what_is_no_hour_to_come_is_refused_in_a_sentence(here: Helpline, start: str) -> None:
    refused = run("slots", "add", "Rosa", start)
    assert refused.exit_code == 2
    assert here.all(Slot) == []


def test_the_list_names_nobody_and_show_says_whom_to_call(here: Helpline) -> None:
    run("slots", "add", "Rosa", typed(5))
    code = booked(here)
    listed = run("appointment", "list").output
    assert code in listed
    assert "RESERVADA" in listed
    assert ANA not in listed
    assert ANA in run("appointment", "show", code.lower()).output
    assert f"cita {code}" in run("slots", "list").output
    assert "próximas 24 horas: 1" in CliRunner().invoke(queue.queue).output


def test_nothing_is_settled_before_it_began_and_no_hour_of_somebody_is_taken_back(here: Helpline) -> None:
    run("slots", "add", "Rosa", typed(5))
    code = booked(here)
    for refused in (
        ("appointment", "came", code),
        ("slots", "remove", "1"),
        ("appointment", "came", "SOL-1"),
    ):
        assert run(*refused).exit_code == 2
    here.write(lambda s: s.query(Slot).update({"starts_at": clock.now() - timedelta(minutes=50)}))
    assert run("appointment", "missed", code).exit_code == 0
    assert "no vino" in run("appointment", "list").output


def test_what_the_team_moves_or_cancels_is_said_to_the_person(here: Helpline) -> None:
    run("slots", "add", "Rosa", typed(5))
    run("slots", "add", "Rosa", typed(7))
    code = booked(here)
    assert "Se le avisa." in run("appointment", "move", code, "2").output
    assert "Tu trámite tiene otra hora" in here.queued()[-1]
    assert run("appointment", "move", code, "2").exit_code == 2
    assert "Se le avisa." in run("appointment", "cancel", code).output
    assert "no puede atender tu trámite" in here.queued()[-1]
    assert here.all(Appointment) == []
