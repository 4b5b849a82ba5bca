"""Thanks, a yes, a profile; what is kept, told and erased: by WhatsApp and SMS, with real processes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from linea import clock
from linea.bank.rendering import LIMA
from linea.store.models import Consent, Conversation, InboxRow, OutboxRow, Person, Profile
from tests.journeys.harness import Assistant, Line, canaries, until

_numbers = itertools.count(900700001)
CANARY = "CANARIO7391"


def offset(hour: int) -> float:
    """How many seconds from now it is the next time so late in Lima."""
    now = clock.now().astimezone(LIMA)
    then = datetime.combine(now.date(), now.time().replace(hour=hour, minute=5), LIMA)
    return ((then if then > now else then + timedelta(days=1)) - now).total_seconds()


@pytest.fixture(scope="module")
def day(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line on which it is ten in the morning."""
    running = Line(tmp_path_factory.mktemp("day"), assistant)
    running.start(clock_offset=offset(10))
    yield running
    running.close()


@pytest.fixture
def phone() -> str:
    """The number of somebody who has never written."""
    return f"+51{next(_numbers)}"


def said(line: Line, phone: str, words: str, count: int, channel: str = "whatsapp") -> str:
    """What the line has said once there are `count` messages after these words; the new ones together."""
    before = len(line.heard_on(channel, phone, 0))
    line.asks(phone, channel, text=words)
    texts = [message["text"] for message in line.heard_on(channel, phone, before + count)[before:]]
    return "\n".join(texts)


def helped_and_asked(line: Line, phone: str, channel: str = "whatsapp") -> None:
    """A question is answered, and at the thanks the profile is asked for."""
    assert "mascarilla" in said(line, phone, "que mascarilla uso", 1, channel).lower()
    line.settled()
    assert "estadística" not in said(line, phone, "gracias", 1, channel)
    line.settled()
    assert [row.asking for row in _of(line, phone, channel)] == ["profile"]


def _of(line: Line, phone: str, channel: str = "whatsapp") -> list[Conversation]:
    """The newest conversation on a channel: each test has people of its own."""
    del phone
    found = [row for row in line.rows(Conversation) if row.channel == channel]
    return [max(found, key=lambda row: row.opened_at)] if found else []


def answers(line: Line, phone: str, *words: str) -> None:
    for each in words:
        said(line, phone, each, 1)
        line.settled()


def test_by_whatsapp_thanks_lead_to_a_profile_with_a_question_in_between(day: Line, phone: str) -> None:
    helped_and_asked(day, phone)
    answers(day, phone, "sí", "34")
    assert "mascarilla" in said(day, phone, "que mascarilla uso", 1).lower()
    day.settled()
    answers(day, phone, "SJL", "mujer", "soy venezolana", "un bebé")
    (code,) = [row.code for row in _of(day, phone)]
    (profile,) = [row for row in day.rows(Profile) if row.code == code]
    assert (profile.age, profile.place, profile.gender) == ("30_59", "150132", "woman")
    assert (profile.migrant, profile.nationality, profile.complete) == ("migrant", "VE", True)
    assert profile.household == "small_children"
    (consent,) = [row for row in day.rows(Consent) if row.id == profile.consent_id]
    assert (consent.purpose, consent.channel) == ("profile", "whatsapp")


def test_by_sms_the_profile_is_one_message_and_one_answer(day: Line, phone: str) -> None:
    helped_and_asked(day, phone, "sms")
    assert "UN mensaje" in said(day, phone, "1", 1, "sms")
    day.settled()
    assert "Gracias" in said(day, phone, "Comas, 34, mujer, Venezuela, un bebe", 1, "sms")
    day.settled()
    (code,) = [row.code for row in _of(day, phone, "sms")]
    (profile,) = [row for row in day.rows(Profile) if row.code == code]
    assert (profile.place, profile.age, profile.nationality) == ("150110", "30_59", "VE")


def test_a_no_changes_nothing(day: Line, phone: str) -> None:
    before = len(day.rows(Consent))
    helped_and_asked(day, phone)
    assert "no cambia nada" in said(day, phone, "no gracias", 1)
    day.settled()
    assert "mascarilla" in said(day, phone, "que mascarilla uso", 1).lower()
    assert len(day.rows(Consent)) == before


def test_from_a_number_of_mexico_and_after_baja_it_is_the_same(day: Line) -> None:
    phone = "+5215512345678"
    said(day, phone, "BAJA", 1)
    day.settled()
    helped_and_asked(day, phone)
    answers(day, phone, "sí", "22", "estoy en México")
    (code,) = [row.code for row in _of(day, phone)]
    assert [row.place for row in day.rows(Profile) if row.code == code] == ["MX"]


def test_red_in_the_middle_of_the_profile_ends_its_questions(day: Line, phone: str) -> None:
    helped_and_asked(day, phone)
    answers(day, phone, "sí", "34")
    assert "106" in said(day, phone, "ya no aguanto, me quiero matar", 1)
    day.settled()
    line_before = len(day.rows(OutboxRow))
    day.asks(phone, text="estoy en mi casa")
    day.settled()
    later = sorted(day.rows(OutboxRow), key=lambda row: row.number)[line_before:]
    assert not any((row.utter or "").startswith("utter_ask_") for row in later)


def test_what_is_kept_is_told_and_erased_from_every_file(day: Line, phone: str) -> None:
    said(day, phone, f"hola, mi ficha es {CANARY}", 1)
    day.settled()
    assert "guardo de ti" in said(day, phone, "mis datos", 1)
    assert "¿Lo borro?" in said(day, phone, "BORRAR", 1)
    before = len(day.rows(Person))
    assert "está borrado" in said(day, phone, "sí", 1)
    until(lambda: len(day.rows(Person)) == before - 1, "the number is let go")
    until(lambda: list(canaries(CANARY.encode(), day.folder)) == [], "no file has it any more")
    assert not any(CANARY in (row.text or "") for row in day.rows(InboxRow))


def test_with_rasa_stopped_the_words_do_the_same(line_without_rasa: Line, phone: str) -> None:
    assert "guardo de ti" in said(line_without_rasa, phone, "MIS DATOS", 1)
    assert "¿Lo borro?" in said(line_without_rasa, phone, "borrar", 1)
    assert "está borrado" in said(line_without_rasa, phone, "BORRAR", 1)
    until(lambda: line_without_rasa.rows(Person) == [], "nobody is known any more")
