"""Who somebody is and who speaks with them: new numbers, new telephones, the team's own telephone."""

from __future__ import annotations

import pytest

from linea.store.models import InboxRow
from tests.journeys.harness import Line, until


def changed_number(line: Line, phone: str) -> tuple[str, str]:
    """Somebody writes, changes number and writes on; the code of the old conversation, and the new number."""
    new = phone.replace("+519", "+517")
    line.writes(phone, "hola, mi caso es ESTOESPRIVADO")
    line.settled()
    line.tells("people/change", phone=phone, new_phone=new)
    until(lambda: [row for row in line.queue() if row.reason == "number_changed"], "a person is told")
    line.writes(new, "que mascarilla uso")
    line.settled()
    (waiting,) = [row for row in line.queue() if row.reason == "number_changed" and not row.operator]
    assert waiting.note is not None
    assert line.conversation(new).code != waiting.code
    return waiting.code, new


def test_who_writes_from_a_new_number_begins_anew_until_a_person_says_who_it_is(
    line: Line, phone: str
) -> None:
    code, new = changed_number(line, phone)
    begun = line.conversation(new)
    assert line.cli("take", code, "--as", "Ana").returncode == 0
    shown = line.cli("identity", code, "--as", "Ana").stdout
    assert begun.code in shown
    assert line.cli("identity", code, "--same", "--as", "Ana").returncode == 0
    joined = line.cli("take", code, "--as", "Ana").stdout
    assert "ESTOESPRIVADO" in joined
    assert "que mascarilla uso" in joined
    assert line.cli("reply", code, "Soy Ana, ¿sigues ahí?", "--as", "Ana").returncode == 0
    assert line.answers(new)[-1]["text"] == "Soy Ana, ¿sigues ahí?"


def test_who_is_found_to_be_somebody_else_keeps_what_is_theirs_and_gets_nothing_of_the_other(
    line: Line, phone: str
) -> None:
    code, new = changed_number(line, phone)
    heard = len(line.answers(new))
    assert line.cli("take", code, "--as", "Ana").returncode == 0
    assert line.cli("identity", code, "--other", "--as", "Ana").returncode == 0
    line.cli("reply", code, "para quien era antes", "--as", "Ana")
    line.cli("close", code, "--as", "Ana", "--quiet")
    assert len(line.answers(new)) == heard
    line.writes(new, "quiero hablar con una persona")
    mine = line.cli("take", line.waiting(new).code, "--as", "Ana").stdout
    assert "que mascarilla uso" in mine
    assert "ESTOESPRIVADO" not in mine


def test_whatsapp_installed_anew_is_said_to_a_person_before_they_write(line: Line, phone: str) -> None:
    line.writes(phone, "hola")
    line.settled()
    line.tells("people/change", phone=phone, device=True)
    row = until(lambda: next((r for r in line.queue() if r.reason == "identity_changed"), None), "it waits")
    assert "quizá ya no es la misma persona" in line.cli("take", row.code, "--as", "Ana").stdout
    line.cli("identity", row.code, "--same", "--as", "Ana")
    assert "OJO" not in line.cli("take", row.code, "--as", "Ana").stdout


def test_the_assistant_is_silent_where_the_team_answers_from_its_telephone(line: Line, phone: str) -> None:
    line.writes(phone, "hola")
    before = len(line.answers(phone))
    line.tells("echo", phone=phone, text="Hola, te llamo en un rato")
    row = line.waiting(phone)
    assert (row.reason, row.operator) == ("outside", "teléfono")
    line.writes(phone, "que mascarilla uso")
    assert len(line.answers(phone)) == before
    read = line.cli("take", row.code, "--as", "Ana").stdout
    assert "teléfono: Hola, te llamo en un rato" in read
    assert "que mascarilla uso" in read
    assert line.cli("close", row.code, "--as", "Ana", "--quiet").returncode == 0
    line.writes(phone, "cuantos dias me aislo si doy positivo")
    assert len(line.answers(phone)) == before + 1


def test_a_red_to_the_teams_telephone_is_spoken_for_after_a_minute(line: Line, phone: str) -> None:
    """DESIGN 5.3 holds also where the person who has the chat is outside."""
    line.writes(phone, "hola")
    before = len(line.answers(phone))
    line.tells("echo", phone=phone, text="Hola, te llamo en un rato")
    line.waiting(phone)
    line.writes(phone, "me quiero matar")
    assert len(line.answers(phone)) == before
    line.stop("worker")
    line.start("worker", clock_offset=70)
    assert "106" in line.said(phone, before + 1)[-1]["text"]
    row = line.waiting(phone)
    assert (row.colour, row.operator) == ("red", None)
    line.stop("worker")
    line.start("worker")


def test_what_another_system_answers_is_watched_for_danger_and_never_answered(line: Line, phone: str) -> None:
    line.tells("standby", phone=phone, text="que mascarilla uso")
    line.tells("standby", phone=phone, text="me quiero morir")
    line.settled()
    mine = line.conversation(phone).id
    copies = [row for row in line.rows(InboxRow) if row.conversation_id == mine]
    assert sorted((row.kind, row.colour) for row in copies) == [("copy", "none"), ("copy", "red")]
    assert line.waiting(phone).reason == "red"
    assert line.answers(phone) == []


@pytest.mark.parametrize("unanswered", [False, True])
def test_what_another_system_gives_back_is_the_assistants_or_a_persons(
    line: Line, phone: str, unanswered: bool
) -> None:
    line.writes(phone, "hola")
    before = len(line.answers(phone))
    line.tells("handover", phone=phone, taken=True)
    code = line.waiting(phone).code
    if unanswered:
        line.writes(phone, "cuanto me falta para mi cita")
        assert len(line.answers(phone)) == before
    line.tells("handover", phone=phone, taken=False)
    until(lambda: line.conversation(phone).mode != "human", "it is given back")
    assert (code in [row.code for row in line.queue()]) == unanswered
    line.writes(phone, "que mascarilla uso")
    assert "mascarilla" in line.answers(phone)[-1]["text"].lower()


def test_one_operator_has_somebody_on_both_channels(line: Line, phone: str) -> None:
    line.writes(phone, "quiero hablar con una persona")
    code = line.waiting(phone).code
    line.cli("take", code, "--as", "Ana")
    line.asks(phone, "sms", text="que mascarilla uso")
    row = line.waiting(phone, "sms")
    assert (row.reason, row.operator) == ("other_channel", "Ana")
    assert line.answers(phone, "sms") == []
