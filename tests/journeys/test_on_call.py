"""A red at five past three with nobody there reaches somebody who comes: Rasa stopped, Twilio down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from linea.store.models import Alert, Conversation, Page
from tests.journeys.harness import Line, until

LIMA = ZoneInfo("America/Lima")
ROSA, LUIS, CARLA = "+51987000101", "+51987000102", "+51987000103"
RED = "ya no aguanto más, me quiero matar"
ON_CALL = f"""\
on_call:
  people:
  - name: Rosa
    phone: "{ROSA}"
    covers:
    - days: todos los días
      from: "18:00"
      to: "09:00"
  - name: Luis
    phone: "{LUIS}"
  coordinator:
    name: Carla
    phone: "{CARLA}"
"""


def ahead_to(moment: time) -> float:
    """Seconds from now to the next time that clocks in Lima show this."""
    now = datetime.now(LIMA)
    then = datetime.combine(now.date(), moment, LIMA)
    return ((then if then > now else then + timedelta(days=1)) - now).total_seconds()


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line at 03:05 with three people to call, nobody at work, and no Rasa."""
    folder = tmp_path_factory.mktemp("night")
    (folder / "on_call.yml").write_text(ON_CALL, encoding="utf-8")
    line = Line(folder, LINEA_ON_CALL_FILE=str(folder / "on_call.yml"))
    line.env["LINEA_TEST_CLOCK_OFFSET_SECONDS"] = str(ahead_to(time(3, 5)))
    line.start(clock_offset=ahead_to(time(3, 5)))
    yield line
    line.close()


@pytest.fixture(autouse=True)
def in_peace(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every chat is closed and every fault over before the next test begins."""
    yield
    if "night" in request.fixturenames:
        line: Line = request.getfixturevalue("night")
        line.no_faults()
        for row in line.rows(Conversation):
            line.cli("close", row.code, "--as", "Ana", "--quiet")


def alert_of(line: Line, code: str) -> Alert | None:
    """The alert of a conversation."""
    ids = {row.id for row in line.rows(Conversation) if row.code == code}
    return next((row for row in line.rows(Alert) if row.conversation_id in ids), None)


def code_in(line: Line, phone: str, channel: str = "sms", count: int = 1) -> str:
    """The code that the newest page to a phone names."""
    text = line.heard_on(channel, phone, count)[-1]["text"]
    return next(row.code for row in line.rows(Conversation) if row.code in text)


def test_at_five_past_three_the_first_cannot_be_reached_and_the_second_says_voy(
    night: Line, phone: str
) -> None:
    night.fault("twilio_30003", phone=ROSA)  # accepted, and reported undelivered later
    night.fault("131026", phone=ROSA)
    night.writes(phone, RED)
    crisis = night.said(phone)[0]["text"]
    assert "106" in "\n".join(crisis.splitlines()[:3])
    assert "Estoy avisando a una persona del equipo" in crisis
    (sms,), (template,) = night.heard_on("sms", LUIS, 1), night.heard_on("whatsapp", LUIS, 1)
    code = code_in(night, LUIS)
    assert code in template["text"]
    for page in (sms, template):
        assert "ROJO" in page["text"]
        assert not set(RED.replace(",", "").split()) & set(page["text"].split())
    night.asks(LUIS, "sms", text="VOY")
    assert code in night.heard_on("sms", LUIS, 2)[-1]["text"]
    answered = alert_of(night, code)
    assert answered is not None
    assert answered.acknowledged_by == "Luis"
    night.writes(phone, "me quiero matar de verdad")
    assert "ya respondió a mi aviso" in night.said(phone, 2)[-1]["text"]
    assert night.cli("take", code, "--as", "Luis").returncode == 0
    taken = alert_of(night, code)
    assert taken is not None
    assert taken.closed_at is not None
    assert {row.staff for row in night.rows(Page)} == {"Rosa", "Luis"}
    assert len(night.rows(Conversation)) == 1  # of those who were called nobody has a conversation
    assert all(number.encode() not in night.logs() for number in (ROSA[1:], LUIS[1:]))


def test_with_twilio_down_the_template_goes(night: Line, phone: str) -> None:
    night.fault("twilio_break_before")
    before = len(night.heard_on("whatsapp", ROSA, 0))
    night.writes(phone, RED)
    assert "Estoy avisando" in night.said(phone)[0]["text"]
    page = night.heard_on("whatsapp", ROSA, before + 1)[-1]
    assert (page["type"], "ROJO" in page["text"]) == ("template", True)


def test_by_sms_too_the_person_is_told_in_two_parts_and_a_shift_waits_a_minute(
    night: Line, phone: str
) -> None:
    assert night.cli("shift", "start", "--as", "Ana").returncode == 0
    calls = len(night.rows(Page))
    night.asks(phone, "sms", text=RED)
    crisis = night.heard_on("sms", phone, 1)[0]
    assert "ya tiene tu aviso" in crisis["text"]
    assert crisis["segments"] == 2
    assert len(night.rows(Page)) == calls
    assert night.cli("shift", "end", "--as", "Ana").returncode == 0
    until(lambda: len(night.rows(Page)) > calls, "who is on call is called when nobody is there any more")


def test_with_nobody_to_call_the_person_is_told_so(line_without_rasa: Line, phone: str) -> None:
    line_without_rasa.writes(phone, RED)
    crisis = line_without_rasa.said(phone)[0]["text"]
    assert "Ahora no hay nadie del equipo leyendo" in crisis
    assert "Estoy avisando" not in crisis
    assert "NADIE ESTÁ DE GUARDIA" in line_without_rasa.cli("queue", "--as", "Ana").stdout
    assert b"nobody_is_on_call" in line_without_rasa.logs()


def test_a_voice_note_with_nobody_there_is_answered_at_once_and_one_word_brings_help(
    line_without_rasa: Line, phone: str
) -> None:
    line_without_rasa.asks(phone, voice={})
    told = line_without_rasa.said(phone)[0]["text"]
    assert all(number in told for number in ("106", "105", "100", "113"))
    assert "AYUDA" in told
    line_without_rasa.writes(phone, "AYUDA")
    assert "106" in line_without_rasa.said(phone, 2)[-1]["text"]
