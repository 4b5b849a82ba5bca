"""MIS DATOS and BORRAR do what they say in every state, and nobody who is in danger is lost by it."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from linea import bank as real
from linea import dispatch, erasure, handoff, night, optout, settings
from linea.messages import IdentityChange, Media, Parsed, Sender
from linea.store.models import (
    Candidate,
    Consent,
    Conversation,
    Erasure,
    Handoff,
    InboxRow,
    MediaRow,
    OptionRow,
    OutboxRow,
    Person,
    Profile,
)
from tests.helpline import ANA, BETO, RED, SUICIDE, YELLOW, Helpline, entry, small_bank
from tests.test_cash_list import DAYS, joins, list_bank
from tests.test_consent import give
from tests.test_profile import agreed, saves

LIMA = ZoneInfo("America/Lima")
CANARY = "canario7391"
HAND_OVER = [{"effect": "hand_over"}]


def said(helpline: Helpline) -> str:
    return str(helpline.all(OutboxRow)[-1].body["text"])


def erases(helpline: Helpline) -> None:
    """BORRAR, and the yes that is asked for."""
    helpline.hears("BORRAR")
    helpline.hears("sí")


def clears(helpline: Helpline) -> erasure.Counts:
    """What the worker does when somebody asked for it."""
    return night.erase_now(helpline.store, LIMA, helpline.now)


def texts(helpline: Helpline) -> list[str]:
    """Every word that is kept of a conversation."""
    inbound = [row.text for row in helpline.all(InboxRow)]
    outbound = [row.body["text"] for row in helpline.all(OutboxRow) if row.utter != "utter_erased"]
    return [text for text in (*inbound, *outbound) if text]


def on_disk(database: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(database.parent.rglob("*")) if path.is_file())


# -- MIS DATOS ----------------------------------------------------------------------------------------


def test_my_data_names_the_kinds_that_are_kept(helpline: Helpline) -> None:
    helpline.hears("MIS DATOS")
    assert "«utter_my_data»" in said(helpline)
    assert "«utter_kept_chat»" in said(helpline)
    assert "utter_kept_request" not in said(helpline)


@pytest.mark.parametrize("purpose", ["appointment", "cash_list", "subscription", "aviso", "profile"])
def test_my_data_names_what_was_agreed_to(helpline: Helpline, purpose: str) -> None:
    helpline.arrives("hola")
    helpline.finishes(helpline.turn(), "utter_thank")
    give(helpline, purpose)
    helpline.hears("mis datos")
    assert f"«utter_kept_{purpose}»" in said(helpline)


def test_my_data_says_that_the_team_has_something_to_do(helpline: Helpline) -> None:
    helpline.hears("una persona", effects=HAND_OVER)
    helpline.hears("mis datos")
    assert "«utter_kept_request»" in said(helpline)


def test_nothing_that_is_said_of_the_data_tells_another_reader_of_psychology_or_violence() -> None:
    ready = real.load(settings.ROOT / "data/bank", settings.ROOT / "data")
    values = dict.fromkeys(("until_cash_list", "closes", "erased"), "1/1/2027")
    words = ("psic", "emocion", "violen", "suici", "crisis", "terap", "maltrat", "abuso", "golpe")
    for name in ready.lines:
        if name.startswith(("utter_my_data", "utter_kept", "utter_erase", "utter_left", "utter_on_no")):
            for channel in ("whatsapp", "sms"):
                text = ready.line(name, channel, **values).text.lower()
                assert not any(word in text for word in words), name


def test_while_it_is_not_known_whose_the_number_is_nothing_of_a_list_is_told(helpline: Helpline) -> None:
    helpline.bank = list_bank(**DAYS)
    joins(helpline)
    change = IdentityChange("whatsapp", "i:1", "device", Sender(ANA), None, None, {})
    helpline.accepts(Parsed(changes=(change,)))
    helpline.passes(minutes=5)
    helpline.hears("mis datos")
    assert "utter_kept_cash_list" not in said(helpline)
    assert "utter_kept_frozen" in said(helpline)
    erases(helpline)
    assert len(helpline.all(Candidate)) == 1


# -- BORRAR -------------------------------------------------------------------------------------------


def test_erasing_is_asked_about_once_and_names_what_goes(helpline: Helpline) -> None:
    helpline.hears(CANARY, "utter_thank")
    helpline.hears("borrar")
    for line in ("utter_erase_ask", "utter_kept_chat", "utter_erase_confirm"):
        assert f"«{line}»" in said(helpline)
    assert CANARY in texts(helpline)


@pytest.mark.parametrize("yes", ["sí", "BORRAR", "si borrar", "ok", "confirmo", "claro"])
def test_a_yes_erases_at_once_and_the_address_as_soon_as_the_receipt_is_there(
    helpline: Helpline, database: Path, yes: str
) -> None:
    helpline.hears(CANARY, "utter_thank")
    helpline.hears("borrar")
    helpline.arrives(yes)
    turn = helpline.turn()
    helpline.finishes(turn, effects=[{"effect": turn.right}])
    assert texts(helpline) == []
    assert helpline.queued() == ["«utter_erased»"]
    assert len(helpline.all(Person)) == 1  # else it could not be told
    assert clears(helpline).people == 0
    helpline.sends()
    assert clears(helpline).people == 1
    tables = (Person, Conversation, InboxRow, OutboxRow, OptionRow)
    assert [helpline.all(table) for table in tables] == [[]] * len(tables)
    assert CANARY.encode() not in on_disk(database)
    assert len(helpline.all(Erasure)) == 1


@pytest.mark.parametrize("no", ["no", "mejor no", "ya no", "claro que no"])
def test_a_no_keeps_everything(helpline: Helpline, no: str) -> None:
    helpline.hears(CANARY, "utter_thank")
    helpline.hears("borrar")
    helpline.hears(no)
    assert CANARY in texts(helpline)
    assert "utter_erase_kept" in said(helpline)


def test_a_yes_to_anything_said_in_between_erases_nothing(helpline: Helpline) -> None:
    helpline.hears(CANARY, "utter_thank")
    helpline.hears("borrar")
    helpline.hears("que mascarilla uso", "utter_faq/mascarilla")
    helpline.hears("sí", "utter_affirm")
    assert CANARY in texts(helpline)
    helpline.hears("borrar")
    assert "utter_erase_confirm" in said(helpline)  # it is asked anew


def test_everything_of_a_person_goes_on_every_channel(helpline: Helpline) -> None:
    helpline.hears(CANARY, "utter_thank")
    sms = helpline.message(f"{CANARY} por sms", ANA, channel="sms")
    helpline.arrives(sms)
    helpline.finishes(helpline.turn(), "utter_thank")
    file = Media("ref", "image", name="dni.jpg")
    helpline.arrives(helpline.message(None, ANA, kind="media", type="image", media=(file,)))
    for turn in helpline.turns():
        helpline.write(lambda s, t=turn: dispatch.finish_kept(s, t, helpline.line, helpline.now))
    while helpline.sends():
        pass
    erases(helpline)
    assert (texts(helpline), helpline.all(MediaRow)) == ([], [])
    clears(helpline)
    assert helpline.all(Person) == []


def test_others_lose_nothing(helpline: Helpline) -> None:
    helpline.hears("soy otra", "utter_thank", sender=BETO)
    erases(helpline)
    clears(helpline)
    assert "soy otra" in texts(helpline)


def test_a_profile_goes_while_it_can_be_found(helpline: Helpline) -> None:
    agreed(helpline)
    helpline.hears("34", "utter_ask_place", effects=saves(age="30_59"))
    erases(helpline)
    assert (helpline.all(Profile), helpline.all(Consent)) == ([], [])


def test_whoever_waits_for_a_person_is_erased_and_waits_no_more(helpline: Helpline) -> None:
    helpline.hears("una persona", effects=HAND_OVER)
    erases(helpline)
    assert (helpline.all(Handoff), texts(helpline)) == ([], [])
    clears(helpline)
    assert helpline.all(Conversation) == []


def test_who_writes_again_begins_anew(helpline: Helpline) -> None:
    helpline.hears(CANARY, "utter_thank")
    erases(helpline)
    helpline.arrives("hola de nuevo")
    turn = helpline.turn()
    assert turn.events == []
    assert helpline.finishes(turn, "utter_greet")
    helpline.sends()
    clears(helpline)
    assert [row.text for row in helpline.all(InboxRow)] == ["hola de nuevo"]


def test_a_turn_in_flight_brings_nothing_back(helpline: Helpline) -> None:
    helpline.hears("borrar")
    sms = helpline.message(CANARY, ANA, channel="sms")
    helpline.arrives(sms)
    flying = helpline.turn(worker="w2")
    helpline.hears("sí")
    assert not helpline.finishes(flying, "utter_thank", events=[{"text": CANARY}])
    assert CANARY not in "".join(texts(helpline))


@pytest.mark.parametrize("outcome", ["failed", "uncertain"])
def test_a_receipt_that_does_not_arrive_keeps_nobody(helpline: Helpline, outcome: str) -> None:
    helpline.hears("borrar")
    helpline.arrives("sí")
    turn = helpline.turn()
    helpline.finishes(turn, effects=[{"effect": turn.right}])
    helpline.sends(outcome)
    helpline.passes(minutes=11)
    helpline.sweeps()
    clears(helpline)
    assert (helpline.all(Person), helpline.open_handoffs()) == ([], [])


def test_the_worker_clears_up_as_soon_as_somebody_asked(helpline: Helpline) -> None:
    def asked() -> bool:
        return helpline.write(lambda s: erasure.asked(s, helpline.now, last))

    last = helpline.now
    helpline.passes(seconds=1)
    helpline.hears("borrar")
    assert not asked()
    helpline.hears("sí")
    assert asked()
    clears(helpline)
    assert not asked()


# -- in danger ----------------------------------------------------------------------------------------


def test_in_an_open_red_every_text_goes_and_the_way_to_the_person_stays(helpline: Helpline) -> None:
    helpline.arrives(RED)
    helpline.looks()
    helpline.sends()
    erases(helpline)
    assert RED not in texts(helpline)
    assert "utter_erased_but_open" in said(helpline)
    conversation = helpline.one(Conversation)
    assert (conversation.colour, conversation.mode, conversation.events) == ("red", "waiting", None)
    for _ in range(3):
        helpline.passes(days=2)
        clears(helpline)
    assert len(helpline.all(Person)) == 1
    (waiting,) = helpline.write(lambda s: handoff.queue(s, helpline.now))
    assert (waiting.colour, waiting.asked_erase) == ("red", True)
    helpline.replies(waiting.code, "Aquí estoy")
    while helpline.sends():
        pass
    helpline.closes(waiting.code, farewell=[])
    clears(helpline)
    assert (helpline.all(Person), helpline.all(Conversation)) == ([], [])


def test_a_crisis_text_that_has_not_gone_out_yet_still_does(helpline: Helpline) -> None:
    helpline.hears("BORRAR")
    helpline.arrives(RED)
    helpline.looks()
    helpline.arrives("BORRAR")
    turn = helpline.turn()
    helpline.finishes(turn, effects=[{"effect": "erase"}])
    assert SUICIDE in [row.utter for row in helpline.all(OutboxRow, OutboxRow.state == "queued")]


def test_what_is_written_after_it_in_a_red_is_read_and_goes_at_closing(helpline: Helpline) -> None:
    helpline.arrives(RED)
    helpline.looks()
    erases(helpline)
    helpline.hears("sigo aquí", "utter_thank")
    assert "sigo aquí" in texts(helpline)
    helpline.closes(helpline.code(), farewell=[])
    while helpline.sends():
        pass
    clears(helpline)
    assert helpline.all(InboxRow) == []


def test_a_yellow_that_waits_is_erased(helpline: Helpline) -> None:
    helpline.hears(YELLOW, "utter_thank")
    erases(helpline)
    clears(helpline)
    assert helpline.all(Conversation) == []


# -- while an operator has the chat -------------------------------------------------------------------


def held(helpline: Helpline) -> str:
    helpline.hears(CANARY, effects=HAND_OVER)
    helpline.takes(helpline.code())
    return helpline.code()


def test_an_operator_sees_that_it_was_asked_and_the_line_stays_silent(helpline: Helpline) -> None:
    code = held(helpline)
    before = len(helpline.all(OutboxRow))
    helpline.arrives("borrar mis datos")
    helpline.looks()
    (waiting,) = helpline.write(lambda s: handoff.queue(s, helpline.now))
    assert (waiting.code, waiting.asked_erase) == (code, True)
    assert len(helpline.all(OutboxRow)) == before
    assert CANARY in texts(helpline)


def test_written_once_more_it_erases_and_what_is_left_goes_at_closing(helpline: Helpline) -> None:
    code = held(helpline)
    before = [row.id for row in helpline.all(OutboxRow, OutboxRow.state == "queued")]
    helpline.arrives("borrar")
    helpline.arrives("BORRAR")
    helpline.looks()
    assert texts(helpline) == []
    assert [row.id for row in helpline.all(OutboxRow, OutboxRow.state == "queued")] == before
    assert helpline.mode() == "human"
    clears(helpline)
    assert len(helpline.all(Person)) == 1
    helpline.closes(code, farewell=[])
    clears(helpline)
    assert helpline.all(Person) == []


def test_to_leave_the_lists_needs_no_operator(helpline: Helpline) -> None:
    helpline.bank = list_bank(**DAYS)
    joins(helpline)
    helpline.passes(minutes=5)
    held(helpline)
    helpline.arrives("sáquenme de la lista")
    helpline.looks()
    assert helpline.all(Candidate) == []


def test_who_writes_baja_to_an_operator_is_written_to_no_more(helpline: Helpline) -> None:
    held(helpline)
    helpline.arrives("BAJA")
    helpline.looks()
    person = helpline.one(Person).id
    assert helpline.write(lambda s: optout.is_out(s, helpline.keys, person))


def test_red_in_a_chat_of_an_operator_is_seen_beside_it(helpline: Helpline) -> None:
    held(helpline)
    helpline.arrives("borrar")
    helpline.arrives(RED)
    helpline.looks()
    (waiting,) = helpline.write(lambda s: handoff.queue(s, helpline.now))
    assert (waiting.colour, waiting.asked_erase, waiting.unanswered) == ("red", True, 3)


# -- children -----------------------------------------------------------------------------------------


def test_a_child_gets_a_person_and_words_for_a_child(helpline: Helpline) -> None:
    helpline.arrives("tengo 12 años")
    helpline.looks()
    assert (helpline.open_handoffs(), helpline.utters()) == (["child"], ["utter_child"])
    assert helpline.one(Conversation).child


def test_a_child_in_danger_gets_the_crisis_text_first(helpline: Helpline) -> None:
    helpline.arrives(RED)
    helpline.looks()
    helpline.arrives("tengo 12 años")
    helpline.looks()
    assert helpline.utters()[0] == SUICIDE
    assert helpline.one(Conversation).child


def test_a_child_reads_the_answers_that_are_for_children_and_no_others(helpline: Helpline) -> None:
    helpline.bank = small_bank("", entry("mascarilla"), entry("manos", audience=("minor-safe",)))
    helpline.hears("tengo 12 años", "utter_thank")
    helpline.hears("cuanto paracetamol tomo", "utter_faq/mascarilla")
    assert "utter_not_for_children" in said(helpline)
    helpline.hears("como me lavo las manos", "utter_faq/manos")
    assert "Respuesta manos" in said(helpline)


def test_the_answers_for_children_hold_no_dose_and_say_nothing_of_money() -> None:
    ready = real.load(settings.ROOT / "data/bank", settings.ROOT / "data")
    marked = [each for each in ready.entries.values() if ready.is_for_children(each.id)]
    assert len(marked) >= 10
    for each in marked:
        text = " ".join(wording.text.lower() for wording in each.wordings)
        assert not any(word in text for word in ("mg", "paracetamol", "pastilla", "cajero", "tarjeta"))
