"""A yes is kept with what was said yes to, and everything that hangs on it goes with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from linea import consent, identity, night
from linea.messages import IdentityChange, Parsed, Sender
from linea.store.models import (
    Candidate,
    Consent,
    ConsentHolder,
    ConsentText,
    Conversation,
    Person,
)
from tests.helpline import ANA, BETO, Helpline

LIMA = ZoneInfo("America/Lima")


def give(helpline: Helpline, purpose: str = "cash_list", words: str = "¿Aceptas?", days: int = 30) -> str:
    """The person of the newest conversation says yes to something they were just asked."""

    def work(session: Session) -> str:
        conversation = session.query(Conversation).order_by(Conversation.opened_at.desc()).first()
        conversation.asking = purpose
        until = helpline.now + timedelta(days=days)
        return consent.record(
            session, helpline.keys, conversation, purpose, "utter_x", words, helpline.now, until
        )

    return helpline.write(work)


def hang(helpline: Helpline, consent_id: str) -> None:
    """Something is kept because of a consent."""
    row: dict[str, Any] = {"id": consent_id, "consent_id": consent_id, "at": helpline.now}
    helpline.write(lambda s: s.add(Candidate(secret=b"x", complete=True, **row)))


def has(helpline: Helpline, purpose: str = "cash_list") -> bool:
    person = helpline.all(Person)[-1].id
    return helpline.write(lambda s: consent.has(s, helpline.keys, person, purpose))


def test_a_yes_is_stored_with_its_purpose_words_time_and_channel(helpline: Helpline) -> None:
    helpline.arrives("hola")
    give(helpline, words="¿Aceptas lo uno?")
    row, said = helpline.one(Consent), helpline.one(ConsentText)
    assert (row.purpose, row.channel, row.at) == ("cash_list", "whatsapp", helpline.now)
    assert (row.code, row.text_version) == (helpline.code(), said.version)
    assert said.text == "¿Aceptas lo uno?"
    assert has(helpline)


def test_other_words_are_another_version(helpline: Helpline) -> None:
    helpline.arrives("hola")
    give(helpline, words="¿Aceptas lo uno?")
    give(helpline, words="¿Aceptas lo otro?")
    assert len(helpline.all(ConsentText)) == 2
    assert helpline.one(Consent).text_version == helpline.all(ConsentText)[1].version


@pytest.mark.parametrize("asking", [None, "profile"])
def test_nothing_is_recorded_that_nobody_was_asked_for(helpline: Helpline, asking: str | None) -> None:
    helpline.arrives("hola")

    def work(session: Session) -> None:
        conversation = session.query(Conversation).one()
        conversation.asking = asking
        consent.record(session, helpline.keys, conversation, "cash_list", "utter_x", "?", helpline.now)

    with pytest.raises(consent.ConsentError):
        helpline.write(work)
    assert helpline.all(Consent) == []


def test_a_consent_for_one_purpose_is_none_for_another(helpline: Helpline) -> None:
    helpline.arrives("hola")
    give(helpline, "aviso")
    assert (has(helpline, "aviso"), has(helpline, "cash_list"), has(helpline, "appointment")) == (
        True,
        False,
        False,
    )


def test_what_was_agreed_to_outlives_the_night_and_is_found_again_by_the_number(helpline: Helpline) -> None:
    helpline.hears("hola", "utter_thank")
    give(helpline)
    helpline.passes(hours=25)
    night.erase_now(helpline.store, LIMA, helpline.now)
    assert helpline.all(Person) == []
    helpline.arrives("hola otra vez", sender=ANA)
    assert has(helpline)
    helpline.arrives("hola", sender=BETO)
    assert not has(helpline)


def test_at_its_own_end_date_a_consent_goes_with_all_that_hangs_on_it(helpline: Helpline) -> None:
    helpline.hears("hola", "utter_thank")
    hang(helpline, give(helpline, days=30))
    for days, left in [(29, 1), (1, 0)]:
        helpline.passes(days=days)
        night.erase_now(helpline.store, LIMA, helpline.now)
        rows = [len(helpline.all(table)) for table in (Consent, ConsentHolder, Candidate)]
        assert rows == [left] * 3


def test_what_is_withdrawn_goes_with_all_that_hangs_on_it_and_nothing_else(helpline: Helpline) -> None:
    helpline.arrives("hola")
    hang(helpline, give(helpline, "cash_list"))
    give(helpline, "appointment")
    person = helpline.one(Person).id
    left = helpline.write(lambda s: consent.withdraw(s, helpline.keys, person, consent.LISTS))
    assert left == ("cash_list",)
    assert (helpline.all(Candidate), helpline.one(Consent).purpose) == ([], "appointment")


# -- whose it is now (DESIGN 5.1) -----------------------------------------------------------------------

OTHER = "+51900000009"


def changes(helpline: Helpline, kind: str, after: Sender | None) -> None:
    change = IdentityChange("whatsapp", f"i:{kind}", kind, Sender(ANA), after, None, {})  # type: ignore[arg-type]
    helpline.accepts(Parsed(changes=(change,)))


@pytest.mark.parametrize(("kind", "after"), [("number", Sender(OTHER)), ("device", None)])
def test_a_change_of_identity_freezes_what_was_agreed_to(
    helpline: Helpline, kind: str, after: Sender | None
) -> None:
    helpline.arrives("hola")
    hang(helpline, give(helpline))
    changes(helpline, kind, after)
    assert not has(helpline)
    person = helpline.one(Person).id
    assert helpline.write(lambda s: consent.withdraw(s, helpline.keys, person)) == ()
    assert len(helpline.all(Candidate)) == 1


def test_it_is_frozen_too_when_the_night_has_erased_whom_it_was_of(helpline: Helpline) -> None:
    helpline.hears("hola", "utter_thank")
    give(helpline)
    helpline.passes(hours=25)
    night.erase_now(helpline.store, LIMA, helpline.now)
    changes(helpline, "device", None)
    helpline.arrives("hola", sender=ANA)
    assert not has(helpline)


def test_decided_to_be_the_same_person_it_holds_from_the_new_number(helpline: Helpline) -> None:
    helpline.arrives("hola")
    give(helpline)
    changes(helpline, "number", Sender(OTHER))
    code = helpline.code()
    helpline.write(lambda s: identity.decide(s, helpline.keys, code, True, "rosa", helpline.now))
    assert has(helpline)
    helpline.passes(hours=25)
    helpline.closes(code, farewell=[])
    night.erase_now(helpline.store, LIMA, helpline.now)
    helpline.arrives("hola", sender=OTHER)
    assert has(helpline)


def test_decided_to_be_another_nothing_is_kept_under_that_number(helpline: Helpline) -> None:
    helpline.arrives("hola")
    hang(helpline, give(helpline))
    changes(helpline, "device", None)
    code = helpline.code()
    helpline.write(lambda s: identity.decide(s, helpline.keys, code, False, "rosa", helpline.now))
    assert [helpline.all(table) for table in (Consent, ConsentHolder, Candidate)] == [[], [], []]
