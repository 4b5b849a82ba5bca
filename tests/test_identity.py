"""Who writes may be somebody else now: nothing goes from one address to another until a person decides."""

from __future__ import annotations

from typing import Any

import pytest

from linea import handoff, identity, people
from linea.identity import IdentityError
from linea.messages import Change, IdentityChange, Media, Sender
from linea.store.models import Address, Conversation, IdentityRow, InboxRow, MediaRow, OutboxRow, Person
from tests.helpline import ANA, BETO, RED, Helpline, crisis

NEW = "+51900000077"  # Ana's new number
OLD_ID, NEW_ID = "PE.1111111111111111", "PE.2222222222222222"


BEFORE, AFTER = Sender(ANA), Sender(NEW)


def change(kind: Change = "number", before: Sender = BEFORE, after: Sender | None = AFTER) -> IdentityChange:
    return IdentityChange("whatsapp", "c:1", kind, before, after, None, {})


def happens(helpline: Helpline, told: IdentityChange | None = None) -> bool:
    told = told or change()
    return helpline.write(lambda s: identity.changed(s, helpline.keys, told, helpline.now))


def decides(helpline: Helpline, code: str, same: bool) -> int:
    return helpline.write(lambda s: identity.decide(s, helpline.keys, code, same, "rosa", helpline.now))


def pending(helpline: Helpline, code: str) -> list[identity.Pending]:
    with helpline.store.reading() as session:
        return identity.pending(session, helpline.keys, code)


def note(helpline: Helpline, conversation_id: str) -> str | None:
    with helpline.store.reading() as session:
        return identity.note(session, conversation_id)


def person_of(helpline: Helpline, sender: Sender) -> str | None:
    with helpline.store.reading() as session:
        return people.find(session, helpline.keys, sender)


def address(helpline: Helpline, person: str) -> Sender:
    with helpline.store.reading() as session:
        return people.address_of(session, helpline.keys, person)


@pytest.fixture
def ana(helpline: Helpline) -> Helpline:
    """Ana has told the line something, and an answer is on its way."""
    helpline.arrives(helpline.message("mi hermana está enferma", Sender(ANA, OLD_ID)))
    helpline.answers()
    return helpline


def first(helpline: Helpline) -> Conversation:
    return helpline.all(Conversation)[0]


# -- what is told -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "before", "after", "reason", "told"),
    [
        ("number", Sender(ANA), Sender(NEW), "number_changed", "cambió de número"),
        ("user_id", Sender(None, OLD_ID), Sender(ANA, NEW_ID), "identity_changed", "de número o de cuenta"),
        ("device", Sender(ANA), None, "identity_changed", "instaló la aplicación otra vez"),
    ],
)
def test_a_change_is_put_before_a_person_and_what_was_not_sent_is_taken_back(
    ana: Helpline, kind: Change, before: Sender, after: Sender | None, reason: str, told: str
) -> None:
    assert ana.queued() != []
    assert happens(ana, change(kind, before, after))
    assert (ana.queued(), ana.mode(), ana.open_handoffs()) == ([], "waiting", [reason])
    assert ana.one(Person).identity_changed_at == ana.now
    said = note(ana, first(ana).id)
    assert said is not None
    assert told in said
    assert f"linea identity {first(ana).code}" in said


def test_a_change_of_somebody_unknown_is_not_settled_here(helpline: Helpline) -> None:
    assert not happens(helpline)
    assert helpline.all(IdentityRow) == []


def test_safety_texts_and_operators_words_still_go_out(helpline: Helpline) -> None:
    helpline.arrives(RED)
    helpline.looks()
    helpline.replies(helpline.code(), "Estoy contigo")
    happens(helpline)
    assert helpline.queued() == [crisis(), "Estoy contigo"]


def test_a_conversation_that_had_ended_is_opened_again_for_the_person_who_decides(ana: Helpline) -> None:
    ana.sends()
    ana.passes(minutes=61)
    ana.write(lambda s: setattr(s.get(Conversation, first(ana).id), "ended_at", ana.now))
    happens(ana)
    assert (first(ana).ended_at, ana.open_handoffs()) == (None, ["number_changed"])


def test_an_operator_who_has_the_chat_keeps_it_and_is_told(ana: Helpline) -> None:
    ana.takes(ana.code())
    happens(ana)
    assert ana.mode() == "human"
    assert note(ana, first(ana).id) is not None


def test_no_address_of_the_change_stands_in_the_database_but_sealed(ana: Helpline, database: Any) -> None:
    happens(ana)
    ana.store.checkpoint()
    content = database.read_bytes()
    for number in (ANA, NEW):
        assert number[1:].encode() not in content


def test_what_is_told_in_two_ways_is_one_thing_to_decide(ana: Helpline) -> None:
    """WhatsApp tells of a new user id by a system message and by `user_id_update`."""
    for after in (Sender(None, NEW_ID), Sender(ANA, NEW_ID, "PE.ENT.2")):
        assert happens(ana, change("user_id", Sender(None, OLD_ID), after))
    assert len(ana.all(IdentityRow)) == 1
    assert decides(ana, ana.code(), True) == 1
    assert happens(ana, change("user_id", Sender(ANA), Sender(None, "PE.3333333333333333")))
    assert len(ana.all(IdentityRow)) == 2


def test_two_changes_of_one_person_are_decided_together(ana: Helpline) -> None:
    happens(ana)
    happens(ana, change("device", Sender(ANA), None))
    assert [each.change for each in pending(ana, ana.code())] == ["number", "device"]
    assert decides(ana, ana.code(), True) == 2
    assert pending(ana, ana.code()) == []


# -- until somebody decides ---------------------------------------------------------------------------


def test_who_writes_from_the_new_number_is_a_stranger(ana: Helpline) -> None:
    happens(ana)
    ana.arrives("hola, ¿qué te había contado?", sender=NEW)
    old, new = ana.all(Conversation)
    assert old.person_id != new.person_id
    turn = ana.turn()
    assert (turn.conversation, turn.events) == (new.id, [])
    assert note(ana, new.id) is None


def test_what_the_new_number_has_begun_is_shown_to_who_decides(ana: Helpline) -> None:
    happens(ana)
    assert pending(ana, ana.code().lower()) == [identity.Pending("number", ana.now, ())]
    code = first(ana).code
    ana.arrives("soy yo", sender=NEW)
    begun = ana.all(Conversation)[1].code
    assert pending(ana, code) == [identity.Pending("number", ana.now, (begun,))]


def test_the_old_number_is_still_theirs(ana: Helpline) -> None:
    happens(ana)
    ana.arrives("sigo aquí", sender=ANA)
    assert len(ana.all(Conversation)) == 1


# -- the same person ----------------------------------------------------------------------------------


def test_the_same_person_is_reached_at_the_new_number_alone(ana: Helpline) -> None:
    happens(ana)
    ana_id = first(ana).person_id
    assert decides(ana, first(ana).code, True) == 1
    assert address(ana, ana_id).phone == NEW
    assert person_of(ana, Sender(NEW)) == ana_id
    assert person_of(ana, Sender(ANA)) is None
    assert ana.one(Person).identity_changed_at is None
    assert note(ana, first(ana).id) is None


def test_what_was_begun_from_the_new_number_joins_what_was_said_before(ana: Helpline) -> None:
    happens(ana)
    photo = ana.message(None, Sender(NEW, NEW_ID), kind="media", type="image", media=(Media("7", "image"),))
    ana.arrives(photo, ana.message("¿sigues ahí?", Sender(NEW, NEW_ID)))
    old = first(ana)
    decides(ana, old.code, True)
    assert {row.conversation_id for row in ana.all(InboxRow)} == {old.id}
    assert {row.conversation_id for row in ana.all(MediaRow)} == {old.id}
    assert len(ana.all(Person)) == 1
    joined = ana.all(Conversation)
    assert [(each.person_id, each.ended_at is None) for each in joined] == [
        (old.person_id, True),
        (old.person_id, False),
    ]
    assert address(ana, old.person_id) == Sender(NEW, NEW_ID)
    assert ana.open_handoffs() == ["number_changed"]


def test_a_red_from_the_new_number_makes_the_old_conversation_red(ana: Helpline) -> None:
    happens(ana)
    ana.arrives(RED, sender=NEW)
    ana.looks()
    code = first(ana).code
    decides(ana, code, True)
    assert (first(ana).colour, first(ana).urgency) == ("red", "now")
    (row,) = ana.write(lambda s: handoff.queue(s, ana.now))
    assert (row.code, row.colour) == (code, "red")


def test_an_operator_who_has_the_new_conversation_has_both(ana: Helpline) -> None:
    happens(ana)
    ana.arrives("soy yo", sender=NEW)
    ana.takes(ana.code(), "pablo")
    decides(ana, first(ana).code, True)
    (row,) = ana.write(lambda s: handoff.queue(s, ana.now))
    assert (row.code, row.operator, first(ana).mode) == (first(ana).code, "pablo", "human")


def test_a_turn_in_flight_for_the_new_conversation_writes_nothing_any_more(ana: Helpline) -> None:
    happens(ana)
    ana.arrives("soy yo", sender=NEW)
    turn = ana.turn()
    decides(ana, first(ana).code, True)
    assert not ana.finishes(turn, "utter_faq/mascarilla")
    assert ana.queued() == []


def test_an_answer_that_was_queued_for_the_new_number_still_goes_there(ana: Helpline) -> None:
    happens(ana)
    ana.arrives("soy yo", sender=NEW)
    ana.answers()
    decides(ana, first(ana).code, True)
    (sending,) = ana.claims()
    assert address(ana, sending.person_id).phone == NEW


def test_a_new_telephone_of_the_same_person_changes_no_address(ana: Helpline) -> None:
    happens(ana, change("device", Sender(ANA), None))
    decides(ana, ana.code(), True)
    assert address(ana, first(ana).person_id) == Sender(ANA, OLD_ID)


# -- another person -----------------------------------------------------------------------------------


def test_to_another_person_nothing_goes_and_nothing_of_theirs_is_told(ana: Helpline) -> None:
    happens(ana)
    ana.adds("algo privado", origin="bot")
    decides(ana, first(ana).code, False)
    assert ana.queued() == []
    assert ana.all(Address) == []
    with pytest.raises(LookupError):
        address(ana, first(ana).person_id)


@pytest.mark.parametrize("number", [ANA, NEW])
def test_whoever_writes_from_either_number_then_is_somebody_new(ana: Helpline, number: str) -> None:
    happens(ana)
    decides(ana, first(ana).code, False)
    ana.arrives("hola", sender=number)
    old, new = ana.all(Conversation)
    assert old.person_id != new.person_id
    assert ana.turn().events == []


def test_what_was_decided_is_written_down_with_who_and_when(ana: Helpline) -> None:
    happens(ana)
    ana.passes(minutes=5)
    decides(ana, first(ana).code, False)
    row = ana.one(IdentityRow)
    assert (row.same, row.operator, row.decided_at) == (False, "rosa", ana.now)


@pytest.mark.parametrize("code", ["SOL-9999", "", "x"])
def test_a_code_that_nobody_has_is_said_in_spanish(ana: Helpline, code: str) -> None:
    with pytest.raises(IdentityError, match="No hay ninguna conversación"):
        decides(ana, code, True)
    with pytest.raises(IdentityError, match="No hay ninguna conversación"):
        pending(ana, code)


def test_nothing_to_decide_is_said_in_spanish(ana: Helpline) -> None:
    with pytest.raises(IdentityError, match="no hay ningún cambio por decidir"):
        decides(ana, ana.code(), True)


def test_a_change_of_one_person_says_nothing_of_another(ana: Helpline) -> None:
    ana.arrives("hola", sender=BETO)
    happens(ana)
    beto = ana.all(Conversation)[1]
    assert note(ana, beto.id) is None
    assert pending(ana, beto.code) == []
    assert [row.state for row in ana.all(OutboxRow)] == ["cancelled"]
