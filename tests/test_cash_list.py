"""The list takes somebody while it is open, with a yes to all that was said before, and keeps it sealed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from linea import bank as real
from linea import cash_list, dispatch, night, settings
from linea.bank import Bank
from linea.bank.placeholders import Facts
from linea.consent import ConsentError
from linea.messages import Sender
from linea.store.models import Candidate, Consent, Conversation, OutboxRow
from tests.helpline import ANA, Helpline, entry, small_bank

LIMA = ZoneInfo("America/Lima")
YES = [{"effect": "record_consent"}]
DAYS = {"scope": "lista", "cash_list_until": "2026-12-15", "cash_list_erased": "2027-03-15"}


def list_bank(**days: str) -> Bank:
    """A small bank with an entry that leads to the list, on which the programme has set these days."""
    bank = small_bank("", entry("mascarilla"), entry("anotarse", leads_to="cash_list"))
    return replace(bank, facts=Facts({}, {"hours": "", **days}))


@pytest.fixture
def line(helpline: Helpline) -> Helpline:
    """A line on which a list is open."""
    helpline.bank = list_bank(**DAYS)
    return helpline


def said(helpline: Helpline) -> str:
    return str(helpline.all(OutboxRow)[-1].body["text"])


def saves(**answers: Any) -> list[dict[str, Any]]:
    return [{"effect": "save_candidate", **answers}]


def joins(
    line: Helpline, sender: str = ANA, name: str = "me llamo Rosa Canaria", phone: str = "este"
) -> None:
    """Somebody goes all the way."""
    line.hears("quiero anotarme", "utter_cash_list_terms", sender=sender)
    line.hears("acepto", "utter_ask_cash_name", sender=sender, effects=YES)
    line.hears(name, "utter_ask_cash_phone", sender=sender, effects=saves(field="name"))
    whose = "own" if phone == "este" else "other"
    line.hears(phone, "utter_ask_place", sender=sender, effects=saves(field="phone", whose=whose))
    done = saves(complete=True, place="150110", people="4", household="small_children elder")
    line.hears("listo", "utter_cash_list_done", sender=sender, effects=done)


# -- while it is open ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "open_"),
    [
        (DAYS, True),
        ({}, False),
        ({**DAYS, "cash_list_erased": ""}, False),
        ({**DAYS, "cash_list_until": ""}, False),
        ({**DAYS, "scope": "consejos"}, False),
        ({**DAYS, "cash_list_until": "2026-11-10"}, True),  # today
        ({**DAYS, "cash_list_until": "2026-11-09"}, False),
        ({**DAYS, "cash_list_until": "pronto"}, False),
        ({**DAYS, "cash_list_erased": "2026-12-01"}, False),  # erased before it closes
    ],
)
def test_a_list_is_open_while_the_programme_says_so(
    helpline: Helpline, days: dict[str, str], open_: bool
) -> None:
    helpline.bank = list_bank(**days)
    helpline.hears("como me inscribo", "utter_faq/anotarse")
    assert ("utter_cash_list_open" in said(helpline)) == open_
    assert ("utter_cash_list_closed" in said(helpline)) == (not open_)
    helpline.arrives("quiero anotarme")
    assert helpline.turn().context["cash_list_open"] == open_


def test_only_an_entry_that_leads_there_leads_there(line: Helpline) -> None:
    line.hears("que mascarilla uso", "utter_faq/mascarilla")
    assert "utter_cash_list" not in said(line)


def test_the_closing_day_is_shown_and_the_day_of_erasing() -> None:
    ready = real.load(settings.ROOT / "data/bank", settings.ROOT / "data")
    told = {"closes": "15/12/2026", "erased": "15/03/2027"}
    for channel in ("whatsapp", "sms"):
        terms = ready.line("utter_cash_list_terms", channel, **told).text
        assert all(day in terms for day in told.values())
        assert "15/12/2026" in ready.line("utter_cash_list_open", channel, **told).text


@pytest.mark.parametrize("words", ["tengo 12 años", "ojalá no despertar"])
def test_it_is_open_to_no_child_and_to_nobody_who_needs_more(line: Helpline, words: str) -> None:
    line.hears(words, "utter_thank")
    line.arrives("quiero anotarme")
    assert not line.turn().context["cash_list_open"]


def test_a_yes_after_it_closed_keeps_nothing(line: Helpline) -> None:
    line.hears("quiero anotarme", "utter_cash_list_terms")
    line.bank = list_bank()
    line.arrives("acepto")
    turn = line.turn()
    with pytest.raises(ConsentError):
        line.finishes(turn, "utter_ask_cash_name", effects=YES)
    assert (line.all(Consent), line.all(Candidate)) == ([], [])


# -- what is kept -------------------------------------------------------------------------------------


def test_who_agreed_is_on_the_list_with_what_they_gave(line: Helpline) -> None:
    joins(line)
    (one,) = line.write(lambda s: cash_list.entries(s, line.keys))
    assert (one.name, one.phone) == ("Rosa Canaria", ANA)
    assert one.answers == {"place": "150110", "people": "4", "household": "small_children elder"}
    given = line.one(Consent)
    assert (given.purpose, given.until.astimezone(LIMA).isoformat()) == (
        "cash_list",
        "2027-03-15T00:00:00-05:00",
    )


def test_another_phone_is_kept_as_it_can_be_called(line: Helpline) -> None:
    joins(line, phone="mejor al 987 654 321")
    (one,) = line.write(lambda s: cash_list.entries(s, line.keys))
    assert one.phone == "+51987654321"


def test_of_a_name_and_a_phone_nothing_stands_in_the_file_after_the_night(
    line: Helpline, database: Path
) -> None:
    joins(line, phone="al 987654321")
    line.passes(hours=25)
    night.erase_now(line.store, LIMA, line.now)
    everything = b"".join(path.read_bytes() for path in database.parent.rglob("*") if path.is_file())
    for token in (b"Canaria", b"987654321", ANA[1:].encode(), b"150110"):
        assert token not in everything
    (one,) = line.write(lambda s: cash_list.entries(s, line.keys))
    assert one.name == "Rosa Canaria"


def test_without_a_phone_nobody_is_put_on_it(line: Helpline) -> None:
    joins(line, sender=Sender(None, "PE.NOPHONE"))  # type: ignore[arg-type]
    assert (line.all(Candidate), line.all(Consent), line.open_handoffs()) == ([], [], ["asked"])
    assert "utter_cash_list_no_phone" in said(line)


def test_who_leaves_half_way_is_on_no_list_and_nothing_is_kept(line: Helpline) -> None:
    line.hears("quiero anotarme", "utter_cash_list_terms")
    line.hears("acepto", "utter_ask_cash_name", effects=YES)
    line.hears("Rosa", "utter_ask_cash_phone", effects=saves(field="name"))
    line.hears("salir", "utter_cash_list_left", effects=[{"effect": "leave_cash_list"}])
    assert (line.all(Candidate), line.all(Consent)) == ([], [])


def test_who_falls_silent_half_way_is_forgotten_after_a_day(line: Helpline) -> None:
    line.hears("quiero anotarme", "utter_cash_list_terms")
    line.hears("acepto", "utter_ask_cash_name", effects=YES)
    line.hears("Rosa", "utter_ask_cash_phone", effects=saves(field="name"))
    assert line.write(lambda s: cash_list.entries(s, line.keys)) == []
    line.passes(hours=25)
    night.erase_now(line.store, LIMA, line.now)
    assert (line.all(Candidate), line.all(Consent)) == ([], [])


def test_nothing_is_kept_without_a_consent(line: Helpline) -> None:
    line.hears("Rosa", "utter_ask_cash_phone", effects=saves(field="name"))
    assert line.all(Candidate) == []
    assert "utter_cash_list_left" in said(line)


@pytest.mark.parametrize("words", ["salir de la lista", "BAJA"])
def test_a_word_in_the_middle_of_the_questions_ends_them(line: Helpline, words: str) -> None:
    line.hears("quiero anotarme", "utter_cash_list_terms")
    line.arrives("acepto")
    form = [{"event": "active_loop", "name": "cash_list_form"}]
    line.finishes(line.turn(), "utter_ask_cash_name", effects=YES, events=form)
    line.arrives(words)
    turn = line.turn()
    if turn.stop:
        line.write(lambda s: dispatch.finish_stop(s, line.keys, turn, line.line, line.now))
    else:
        line.finishes(turn, effects=[{"effect": turn.right}])
    events = line.all(Conversation)[-1].events
    assert [e["name"] for e in events if e["event"] == "active_loop"][-1] is None
    assert (line.all(Candidate), line.all(Consent)) == ([], [])


def test_who_joins_again_is_there_once(line: Helpline) -> None:
    joins(line)
    line.passes(minutes=5)
    joins(line, name="me llamo Rosa Nueva")
    (one,) = line.write(lambda s: cash_list.entries(s, line.keys))
    assert one.name == "Rosa Nueva"


@pytest.mark.parametrize("words", ["salir de la lista", "BAJA", "BORRAR"])
def test_a_word_takes_somebody_off_it_also_another_day(line: Helpline, words: str) -> None:
    joins(line)
    line.passes(hours=25)
    night.erase_now(line.store, LIMA, line.now)
    line.arrives(words)
    turn = line.turn()
    if turn.stop:
        line.write(lambda s: dispatch.finish_stop(s, line.keys, turn, line.line, line.now))
    else:
        line.finishes(turn, effects=[{"effect": turn.right}])
    if words == "BORRAR":
        line.hears("sí")
    assert (line.all(Candidate), line.all(Consent)) == ([], [])


def test_at_its_own_end_date_it_goes(line: Helpline) -> None:
    joins(line)
    line.passes(days=124)
    night.erase_now(line.store, LIMA, line.now)
    assert len(line.all(Candidate)) == 1
    line.passes(days=1)
    night.erase_now(line.store, LIMA, line.now)
    assert line.all(Candidate) == []
