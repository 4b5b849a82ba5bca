"""Yellow gets an appointment: offered once, agreed to, one hour for one person, and nothing kept of why."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from linea import agenda, appointments, bank, consent, dispatch, night, reminders, settings, slots
from linea.messages import IdentityChange, Parsed, Sender
from linea.store import Store
from linea.store.models import (
    Appointment,
    Consent,
    ConsentHolder,
    ConsentText,
    Conversation,
    OptionRow,
    OutboxRow,
    Slot,
)
from linea.triage import Triage
from tests.helpline import ANA, BETO, RED, Helpline

ROOT = settings.ROOT
SAD, TODAY = "estoy muy triste", "ojalá no despertar"
COLOURS = {
    SAD: Triage("yellow", "appointment", False, "distress", "sad", None),
    TODAY: Triage("yellow", "today", False, "suicide", "passive_wish", None),
    RED: Triage("red", "now", False, "suicide", "wants_to_die", "utter_crisis_suicide"),
}
NONE = Triage("none", "none", False, None, None, None)
WAYS = ("whatsapp", "sms")


@pytest.fixture(scope="module")
def content() -> bank.Bank:
    """The project's own texts."""
    return bank.load(ROOT / "data" / "bank", ROOT / "data")


@pytest.fixture
def line(store: Store, content: bank.Bank, monkeypatch: pytest.MonkeyPatch) -> Helpline:
    """A line that knows these texts, with three hours of Rosa: today at three, tomorrow at nine and four."""
    from tests import helpline as parts

    monkeypatch.setattr(parts, "classify", lambda text: COLOURS.get(text, NONE))
    helpline = Helpline(store, content)
    helpline.line = content.line
    for hours in (5, 23, 30):
        adds(helpline, hours)
    return helpline


def adds(line: Helpline, hours: float, who: str = "Rosa", way: slots.Way = "call", place: str = "") -> int:
    start = line.now + timedelta(hours=hours)
    return line.write(lambda s: slots.add(s, who, start, 45, way, place, line.now))


def says(
    line: Helpline, words: str, *effects: str, sender: str = ANA, utters: Sequence[str] = (), **details: Any
) -> str:
    """A person writes, the assistant asks for these effects; the texts that answer, one below the other."""
    before = len(line.all(OutboxRow))
    channel = details.pop("channel", "whatsapp")
    line.arrives(line.message(words, sender, channel=channel))
    turns = line.turns()
    asked = [{"effect": name, **details} for name in effects]
    for turn in turns:
        line.finishes(turn, *utters, effects=asked)
    return "\n\n".join(row.body["text"] for row in line.all(OutboxRow)[before:])


def options(line: Helpline) -> list[str]:
    """What can be tapped below the last message."""
    return [option["title"] for option in line.all(OutboxRow)[-1].body["options"]]


def booked(line: Helpline, place: int = 0, sender: str = ANA, **details: Any) -> str:
    """Somebody in yellow chooses an hour and agrees; the confirmation."""
    says(line, SAD, sender=sender, **details)
    says(line, options(line)[place], "choose_slot", tapped=True, sender=sender, **details)
    return says(line, "Sí, reservar", "book_appointment", sender=sender, **details)


def theirs(line: Helpline) -> tuple[Appointment, Slot]:
    row = line.one(Appointment)
    return row, line.one(Slot, Slot.number == row.slot_number)


# -- the offer ------------------------------------------------------------------------------------------


def test_the_hours_come_below_the_answer_and_after_the_text_with_the_numbers(line: Helpline) -> None:
    says(line, SAD, utters=["utter_faq/psicologo_gratis"])
    assert line.utters()[:2] == ["utter_yellow", "utter_faq/psicologo_gratis"]
    assert options(line) == [
        "mar 10 nov, 3:00 p. m.",
        "mié 11 nov, 9:00 a. m.",
        "mié 11 nov, 4:00 p. m.",
        "Otro momento",
        "No, gracias",
    ]
    assert line.mode() == "waiting"


def test_the_hours_are_offered_once(line: Helpline) -> None:
    says(line, SAD)
    assert says(line, "hola", utters=["utter_fallback"]) == ""
    assert says(line, SAD) == ""


def test_what_cannot_wait_until_tomorrow_is_offered_today_alone(line: Helpline) -> None:
    says(line, TODAY)
    assert options(line)[0] == "mar 10 nov, 3:00 p. m."
    assert len(options(line)) == 3


@pytest.mark.parametrize(("words", "hours"), [(SAD, 73), (TODAY, 20), (SAD, 0.2)])
def test_that_there_is_no_hour_is_said_plainly_with_whom_to_call(
    store: Store, line: Helpline, words: str, hours: float
) -> None:
    line.write(lambda s: s.query(Slot).delete())
    adds(line, hours)
    said = says(line, words)
    assert "113" in said
    assert "hora libre" in said
    assert options(line) == []
    assert line.open_handoffs() == ["yellow"]


@pytest.mark.parametrize("words", ["hola", RED])
def test_nobody_else_is_offered_an_hour(line: Helpline, words: str) -> None:
    says(line, words, utters=["utter_greet"])
    assert line.all(OptionRow, OptionRow.payload == appointments.CHOOSE) == []


def test_a_child_is_offered_no_hour_and_cannot_take_one(line: Helpline) -> None:
    says(line, "tengo 12 años")
    says(line, SAD)
    assert line.all(OptionRow, OptionRow.payload == appointments.CHOOSE) == []
    says(line, "mar 10 nov, 3:00 p. m.", "choose_slot", tapped=True)
    assert line.one(Slot, Slot.number == 1).held_by is None


@pytest.mark.parametrize(("scope", "offered"), [("", 0), ("consejos", 0), ("consejos, citas", 3)])
def test_where_the_programme_gives_no_appointments_none_is_offered(
    line: Helpline, content: bank.Bank, scope: str, offered: int
) -> None:
    from dataclasses import replace

    facts = replace(content.facts, programme={**content.facts.programme, "scope": scope})
    line.bank = replace(content, facts=facts)
    says(line, SAD)
    assert len(line.all(OptionRow, OptionRow.payload == appointments.CHOOSE)) == offered


def test_who_has_no_telephone_is_offered_no_call(line: Helpline) -> None:
    adds(line, 6, "Luz", "visit", "Jr. Ejemplo 123, Comas")
    line.arrives(line.message(SAD, Sender(None, "BSUID.1")))
    line.finishes(line.turn())
    assert options(line)[0] == "mar 10 nov, 4:00 p. m."
    assert len(options(line)) == 3


def test_two_specialists_at_one_moment_are_one_option_and_both_are_taken(line: Helpline) -> None:
    adds(line, 5, "Luz")
    booked(line)
    booked(line, sender=BETO)
    taken = {row.slot_number for row in line.all(Appointment)}
    assert len(taken) == 2
    assert {row.starts_at for row in line.all(Slot, Slot.number.in_(taken))} == {line.all(Slot)[0].starts_at}


# -- choosing and agreeing ------------------------------------------------------------------------------


def test_a_choice_asks_for_a_yes_and_the_yes_books(line: Helpline) -> None:
    says(line, SAD)
    asked = says(line, options(line)[0], "choose_slot", tapped=True)
    assert "hoy, martes 10 de noviembre, a las tres de la tarde" in asked
    assert "90 días" in asked
    assert line.all(Consent) == []
    told = says(line, "Sí, reservar", "book_appointment")
    assert "hoy, martes 10 de noviembre, a las tres de la tarde" in told
    row, slot = theirs(line)
    given = line.one(Consent)
    assert (given.purpose, given.id, given.until) == (
        "appointment",
        row.consent_id,
        slot.ends_at + timedelta(90),
    )
    assert line.one(ConsentText).line == appointments.TERMS
    assert appointments.reached_by(line.keys, row) == ("whatsapp", Sender(ANA))


def test_without_the_question_there_is_no_consent_and_the_question_comes(line: Helpline) -> None:
    says(line, SAD)
    says(line, options(line)[0], "choose_slot", tapped=True)
    says(line, SAD)  # which takes back what was asked
    assert "¿La reservo?" in says(line, "Sí, reservar", "book_appointment")
    assert line.all(Appointment) == []
    says(line, "Sí, reservar", "book_appointment")
    assert len(line.all(Appointment)) == 1


def test_a_question_in_between_is_answered_and_the_yes_is_asked_for_again(line: Helpline) -> None:
    says(line, SAD)
    says(line, options(line)[0], "choose_slot", tapped=True)
    said = says(line, "¿es gratis?", "ask_appointment", utters=["utter_faq/psicologo_gratis"])
    assert "¿La reservo?" in said
    assert line.all(Conversation)[-1].asking == "appointment"


@pytest.mark.parametrize(
    ("words", "when"),
    [("mañana a las 4", "cuatro de la tarde"), ("el miércoles en la mañana", "nueve de la mañana")],
)
def test_an_hour_in_words_is_an_hour(line: Helpline, words: str, when: str) -> None:
    says(line, SAD)
    assert when in says(line, words, "choose_slot", tapped=False)


def test_of_two_hours_that_may_be_meant_both_are_offered(line: Helpline) -> None:
    says(line, SAD)
    says(line, "mañana", "choose_slot", tapped=False)
    assert options(line)[:2] == ["mié 11 nov, 9:00 a. m.", "mié 11 nov, 4:00 p. m."]


def test_what_names_no_hour_is_read_and_asked_about_no_more_than_a_few_times(line: Helpline) -> None:
    says(line, SAD)
    said = [says(line, "me siento sola", "choose_slot", tapped=False) for _ in range(8)]
    assert "sigue escribiéndome" in said[0]
    assert said[-1] == ""


def test_a_yes_to_the_only_hour_means_that_hour(line: Helpline) -> None:
    says(line, TODAY)
    assert "¿La reservo?" in says(line, "sí", "offer_appointment", yes=True)


def test_none_of_these_brings_others_and_then_a_person(line: Helpline) -> None:
    adds(line, 50)
    says(line, SAD)
    says(line, "Otro momento", "other_slot")
    assert options(line)[0] == "jue 12 nov, 12:00 p. m."
    assert "qué días y a qué horas" in says(line, "Otro momento", "other_slot")


def test_no_is_a_complete_answer_and_the_hour_is_free_again(line: Helpline) -> None:
    says(line, SAD)
    says(line, options(line)[0], "choose_slot", tapped=True)
    assert "no cambia nada" in says(line, "No, gracias", "no_appointment")
    assert line.one(Slot, Slot.number == 1).held_by is None
    assert line.all(Consent) == []


def test_in_red_an_hour_is_no_answer(line: Helpline) -> None:
    says(line, SAD)
    hour = options(line)[0]
    says(line, hour, "choose_slot", tapped=True)
    says(line, RED)
    for effect, words in (
        ("choose_slot", hour),
        ("book_appointment", "Sí, reservar"),
        ("other_slot", "otro"),
    ):
        assert "106" in says(line, words, effect)
    assert line.all(Appointment) == []


def test_a_red_during_the_turn_leaves_the_offer_unsaid(line: Helpline) -> None:
    line.arrives(SAD)
    turn = line.turn()
    line.arrives(RED)
    line.looks()
    line.finishes(turn)
    assert line.all(OptionRow, OptionRow.payload == appointments.CHOOSE) == []


# -- one hour, one person -------------------------------------------------------------------------------


def test_who_comes_second_is_told_so_with_what_is_left(line: Helpline) -> None:
    for sender in (ANA, BETO):
        says(line, SAD, sender=sender)
    hour = "mar 10 nov, 3:00 p. m."
    says(line, hour, "choose_slot", tapped=True, sender=ANA)
    told = says(line, hour, "choose_slot", tapped=True, sender=BETO)
    assert "ya no está libre" in told
    assert options(line)[:2] == ["mié 11 nov, 9:00 a. m.", "mié 11 nov, 4:00 p. m."]
    says(line, "Sí", "book_appointment", sender=ANA)
    says(line, "Sí", "book_appointment", sender=BETO)
    assert len(line.all(Appointment)) == 1


def test_an_hour_is_kept_ten_minutes_for_who_was_asked_and_is_theirs_later_too_if_nobody_took_it(
    line: Helpline,
) -> None:
    for sender in (ANA, BETO):
        says(line, SAD, sender=sender)
    hour = "mar 10 nov, 3:00 p. m."
    says(line, hour, "choose_slot", tapped=True, sender=ANA)
    line.passes(minutes=11)
    says(line, hour, "choose_slot", tapped=True, sender=BETO)
    assert "ya no está libre" in says(line, "Sí", "book_appointment", sender=ANA)
    line.passes(minutes=11)
    says(line, "Sí", "book_appointment", sender=BETO)
    assert len(line.all(Appointment)) == 1


def test_of_two_who_agree_in_the_same_moment_one_has_the_hour(line: Helpline) -> None:
    """Two turns on two threads, each a transaction of its own, for an hour that both were shown."""
    line.write(lambda s: s.query(Slot).filter(Slot.number > 1).delete())
    turns = []
    for sender in (ANA, BETO):
        says(line, SAD, sender=sender)
        line.arrives(line.message("mar 10 nov, 3:00 p. m.", sender))
        turns += line.turns()
    choose = dispatch.Reply((), (), [{"effect": "choose_slot", "tapped": True}])

    def finish(turn: dispatch.Turn) -> bool:
        return line.write(
            lambda s: dispatch.finish(s, line.keys, turn, choose, line.bank, line.now, production=False)
        )

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(finish, turns)) == [True, True]
    for sender in (ANA, BETO):
        says(line, "Sí, reservar", "book_appointment", sender=sender)
    assert len(line.all(Appointment)) == 1
    said = [row.body["text"] for row in line.all(OutboxRow)]
    assert sum("ya no está libre" in text for text in said) >= 1


# -- afterwards -----------------------------------------------------------------------------------------


def test_it_is_moved_without_another_yes_and_the_old_hour_is_free(line: Helpline) -> None:
    booked(line)
    assert "¿A cuál la cambio?" in says(line, "cambiar mi cita", "move_appointment")
    told = says(line, options(line)[0], "choose_slot", tapped=True)
    assert "mañana, miércoles 11 de noviembre, a las nueve de la mañana" in told
    slot = theirs(line)[1]
    assert line.one(Consent).until == slot.ends_at + appointments.RETENTION
    says(line, SAD, sender=BETO)
    assert options(line)[0] == "mar 10 nov, 3:00 p. m."


def test_it_is_cancelled_after_one_question_and_nothing_is_kept(line: Helpline) -> None:
    booked(line)
    assert "¿La cancelo?" in says(line, "cancelar mi cita", "ask_cancel")
    assert len(line.all(Appointment)) == 1
    says(line, "sí", "cancel_appointment")
    assert (line.all(Appointment), line.all(Consent)) == ([], [])
    assert "No tengo ninguna hora" in says(line, "cancelar mi cita", "ask_cancel")


def test_in_the_next_conversation_it_is_theirs_still_and_no_other_is_offered(line: Helpline) -> None:
    booked(line, 2)
    line.closes(line.code(), farewell=[])
    assert "cuatro de la tarde" in says(line, "cuándo es mi cita", "keep_appointment")
    says(line, SAD)
    assert line.utters()[-1] == "utter_yellow"


def test_after_the_night_the_hour_and_the_way_to_reach_them_are_left_and_nothing_else(line: Helpline) -> None:
    booked(line, 2)
    line.closes(line.code(), farewell=[])
    while line.sends():
        pass
    line.passes(hours=20)
    night.erase_now(line.store, line.bank.timezone, line.now)
    assert line.all(Conversation) == []
    assert "cuatro de la tarde" in says(line, "cuándo es mi cita", "keep_appointment")


def test_with_the_end_of_its_consent_an_appointment_is_erased(line: Helpline) -> None:
    booked(line)
    code = line.one(Appointment).code
    line.passes(hours=6)
    line.write(lambda s: agenda.settle(s, code, "came", line.now))
    line.passes(days=89, hours=23)
    night.erase_now(line.store, line.bank.timezone, line.now)
    assert line.one(Appointment).state == "came"
    line.passes(hours=2)
    night.erase_now(line.store, line.bank.timezone, line.now)
    assert (line.all(Appointment), line.all(Consent)) == ([], [])
    assert line.all(Slot) == []


def test_borrar_takes_it_and_mis_datos_says_what_no_other_reader_understands(line: Helpline) -> None:
    booked(line)
    told = says(line, "mis datos", "my_data")
    assert "un trámite que pediste" in told
    says(line, "borrar", "ask_erase")
    says(line, "sí", "erase")
    assert (line.all(Appointment), line.all(Consent)) == ([], [])


def test_a_number_that_changed_is_told_nothing_until_a_person_knows_whose_it_is(line: Helpline) -> None:
    booked(line, 2)
    change = IdentityChange("whatsapp", "i:1", "number", Sender(ANA), Sender(BETO), None, {})
    line.accepts(Parsed(changes=(change,)))
    assert "persona del equipo" in says(line, "cancelar mi cita", "ask_cancel")
    assert line.one(Appointment).state == "booked"
    line.passes(hours=10)
    assert looks(line) == 0
    code = line.all(Conversation)[0].code
    from linea import identity

    line.write(lambda s: identity.decide(s, line.keys, code, True, "rosa", line.now))
    assert appointments.reached_by(line.keys, line.one(Appointment)) == ("whatsapp", Sender(BETO))


# -- reminders ------------------------------------------------------------------------------------------


def looks(line: Helpline, ways: Sequence[str] = WAYS) -> int:
    return line.write(lambda s: reminders.look(s, line.keys, line.bank, ways, line.now))


def test_a_reminder_comes_two_hours_before_and_says_nothing_to_another_reader(line: Helpline) -> None:
    booked(line)
    line.passes(hours=2, minutes=59)
    assert looks(line) == 0
    line.passes(minutes=1)
    assert (looks(line), looks(line)) == (1, 0)
    said = line.all(OutboxRow)[-1].body["text"].lower()
    assert "hoy, martes 10 de noviembre, a las tres de la tarde" in said
    for word in slots.TELLING:
        assert word not in said


def test_for_tomorrow_there_is_one_the_evening_before_and_one_before_it(line: Helpline) -> None:
    booked(line, 2)
    sent = []
    for _ in range(31):
        line.passes(hours=1)
        if looks(line):
            sent.append(line.now.astimezone(line.bank.timezone).strftime("%d %H"))
    assert sent == ["10 19", "11 14"]


def test_where_whatsapps_window_is_closed_it_goes_by_sms_and_without_sms_it_is_noted(line: Helpline) -> None:
    booked(line, 2)
    line.closes(line.code(), farewell=[])
    while line.sends():
        pass
    line.passes(hours=28)
    night.erase_now(line.store, line.bank.timezone, line.now)
    assert looks(line, ("whatsapp",)) == 0
    assert line.one(Appointment).unreminded
    line.write(lambda s: s.query(Appointment).update({"remind_at": line.now}))
    assert looks(line) == 1
    (sending,) = line.claims()
    assert sending.channel == "sms"
    assert not line.one(Appointment).unreminded


def test_inside_the_window_it_goes_by_whatsapp_though_the_night_has_been(line: Helpline) -> None:
    booked(line, 1)
    line.closes(line.code(), farewell=[])
    while line.sends():
        pass
    line.passes(hours=20)
    night.erase_now(line.store, line.bank.timezone, line.now)
    wrote = line.one(Appointment).last_inbound_at
    line.write(lambda s: s.query(Appointment).update({"remind_at": line.now}))
    line.passes(hours=2)
    assert looks(line) == 1
    opened = line.one(Conversation)
    assert (opened.channel, opened.last_inbound_at) == ("whatsapp", wrote)


def test_who_wants_no_messages_gets_no_reminder_and_keeps_the_hour(line: Helpline) -> None:
    booked(line)
    line.arrives("BAJA")
    turn = line.turn()
    line.write(lambda s: dispatch.finish_stop(s, line.keys, turn, line.line, line.now))
    line.passes(hours=3)
    assert looks(line) == 0
    assert line.one(Appointment).unreminded


def test_while_an_operator_speaks_with_them_the_reminder_waits(line: Helpline) -> None:
    booked(line)
    line.takes(line.code())
    line.passes(hours=3)
    assert looks(line) == 0
    line.closes(line.code(), farewell=[])
    line.passes(minutes=5)
    assert looks(line) == 1


# -- the team -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "minutes", "who", "way", "place"),
    [
        (-1, 45, "Luz", "call", ""),
        (5.5, 45, "rosa", "call", ""),
        (6, 5, "Luz", "call", ""),
        (6, 45, "Luz", "visit", ""),
        (6, 45, "Luz", "call", "Comas"),
        (6, 45, "Luz", "visit", "Consultorio de psicología"),
        (6, 45, " ", "call", ""),
        (6, 45, "Luz", "visit", "x" * 61),
    ],
)
def test_an_hour_that_cannot_be_is_refused(
    line: Helpline, hours: float, minutes: int, who: str, way: slots.Way, place: str
) -> None:
    start = line.now + timedelta(hours=hours)
    with pytest.raises(slots.SlotError):
        line.write(lambda s: slots.add(s, who, start, minutes, way, place, line.now))
    assert len(line.all(Slot)) == 3


def test_an_hour_that_is_somebodys_is_not_taken_back(line: Helpline) -> None:
    booked(line)
    number = line.one(Appointment).slot_number
    with pytest.raises(slots.SlotError):
        line.write(lambda s: slots.remove(s, number))
    line.write(lambda s: slots.remove(s, number + 1))
    assert len(line.all(Slot)) == 2


def test_the_list_shows_no_number_and_nothing_leads_from_it_to_the_conversation(line: Helpline) -> None:
    booked(line)
    with line.store.reading() as session:
        (entry,) = agenda.entries(session)
        assert agenda.address(session, line.keys, entry.code) == ("whatsapp", Sender(ANA))
    assert entry.code != line.code()
    assert ANA[-8:] not in repr(entry)


def test_it_came_or_did_not_come_only_once_it_has_begun(line: Helpline) -> None:
    booked(line)
    code = line.one(Appointment).code
    with pytest.raises(agenda.AgendaError):
        line.write(lambda s: agenda.settle(s, code, "missed", line.now))
    line.passes(hours=5)
    line.write(lambda s: agenda.settle(s, code.lower(), "missed", line.now))
    assert line.one(Consent).until == line.now + appointments.RETENTION


def test_what_the_team_cancels_or_moves_the_person_is_told(line: Helpline) -> None:
    booked(line)
    code = line.one(Appointment).code
    assert line.write(lambda s: agenda.move(s, line.keys, code, 3, line.bank, WAYS, line.now))
    assert "mañana, miércoles" in line.all(OutboxRow)[-1].body["text"]
    assert line.write(lambda s: agenda.cancel(s, line.keys, code, line.bank, WAYS, line.now))
    assert "no puede atender tu trámite" in line.all(OutboxRow)[-1].body["text"]
    assert (line.all(Appointment), line.all(Consent)) == ([], [])


@pytest.mark.parametrize("goes", ["cancelled", "erased", "expired"])
def test_when_it_goes_no_byte_of_it_is_left_in_any_file(line: Helpline, database: Path, goes: str) -> None:
    booked(line, 2)
    secret, consent_id = line.one(Appointment).secret, line.one(Consent).id

    def on_disk() -> bytes:
        return b"".join(path.read_bytes() for path in sorted(database.parent.rglob("*")) if path.is_file())

    assert secret in on_disk()
    hashes = [row.hash.encode() for row in line.all(ConsentHolder, ConsentHolder.consent_id == consent_id)]
    assert hashes
    if goes == "cancelled":
        says(line, "cancelar mi cita", "ask_cancel")
        says(line, "sí", "cancel_appointment")
    if goes == "erased":
        says(line, "borrar", "ask_erase")
        says(line, "sí", "erase")
    line.passes(days=100 if goes == "expired" else 0)
    night.erase_now(line.store, line.bank.timezone, line.now)
    line.store.checkpoint()
    left = on_disk()
    assert secret not in left
    assert not any(each in left for each in hashes)


def test_nothing_of_it_stands_in_the_clear_in_the_database(line: Helpline) -> None:
    booked(line)
    with line.store.reading() as session:
        row = session.execute(select(Appointment)).scalar_one()
        assert ANA.encode() not in row.secret
        assert [
            one.purpose for one in consent.held(session, line.keys, line.all(Conversation)[0].person_id)
        ] == ["appointment"]
