"""A conversation is followed by another after an hour of silence, never while somebody is awaited in it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from linea import conversations
from linea.conversations import COLOURS, URGENCIES
from linea.store.models import Conversation, Handoff
from tests.helpline import ANA, BETO, Helpline


def needs_person(helpline: Helpline, code: str, reason: str = "asked", colour: str = "none") -> bool:
    def work(session: object) -> bool:
        query = select(Conversation).where(Conversation.code == code)
        conversation = session.execute(query).scalar_one()  # type: ignore[attr-defined]
        conversations.raise_colour(conversation, colour, "none")
        return conversations.needs_person(session, conversation, reason, helpline.now)  # type: ignore[arg-type]

    return helpline.write(work)


def end_silent(helpline: Helpline) -> int:
    return helpline.write(lambda session: conversations.end_silent(session, helpline.now))


def test_messages_within_the_hour_are_one_conversation(helpline: Helpline) -> None:
    for _ in range(5):
        helpline.arrives("hola")
        helpline.answers()
        helpline.passes(minutes=59)
    assert len(helpline.all(Conversation)) == 1


@pytest.mark.parametrize("noticed", [True, False])
def test_after_61_silent_minutes_another_begins(helpline: Helpline, noticed: bool) -> None:
    helpline.arrives("hola")
    helpline.answers()
    helpline.passes(minutes=61)
    if noticed:
        assert end_silent(helpline) == 1
    helpline.arrives("hola de nuevo")
    first, second = helpline.all(Conversation)
    assert (first.ended_at, second.ended_at) == (helpline.now, None)
    assert (second.mode, second.events, first.person_id) == ("bot", None, second.person_id)
    assert first.code != second.code


@pytest.mark.parametrize("mode", ["waiting", "human"])
def test_while_a_person_is_awaited_or_has_it_no_silence_ends_it(helpline: Helpline, mode: str) -> None:
    helpline.arrives("hola")
    helpline.answers()
    needs_person(helpline, helpline.code())
    if mode == "human":
        helpline.takes(helpline.code())
    helpline.passes(hours=20)
    assert end_silent(helpline) == 0
    helpline.arrives("sigo aquí")
    assert helpline.one(Conversation).mode == mode


def test_while_a_message_still_waits_no_silence_ends_it(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.passes(minutes=61)
    assert end_silent(helpline) == 0
    helpline.arrives("¿hay alguien?")
    assert helpline.one(Conversation).ended_at is None


def test_the_conversations_of_others_and_of_other_channels_are_their_own(helpline: Helpline) -> None:
    helpline.arrives(helpline.message(), helpline.message(sender=BETO), helpline.message(channel="sms"))
    assert [c.channel for c in helpline.all(Conversation)] == ["whatsapp", "whatsapp", "sms"]
    assert len({c.person_id for c in helpline.all(Conversation)}) == 2


def test_no_two_conversations_have_the_same_code(helpline: Helpline, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter(["LUNA-1000", "LUNA-1000", "LUNA-1000", "SOL-2000"])
    monkeypatch.setattr(conversations, "new_code", lambda: next(codes))
    helpline.arrives(helpline.message(sender=ANA), helpline.message(sender=BETO))
    assert {c.code for c in helpline.all(Conversation)} == {"LUNA-1000", "SOL-2000"}


@pytest.mark.parametrize("ladder", [("colour", COLOURS), ("urgency", URGENCIES)])
def test_colour_and_urgency_go_up_and_never_down(ladder: tuple[str, tuple[str, ...]]) -> None:
    name, steps = ladder
    for was in steps:
        for said in steps:
            conversation = Conversation(colour="none", urgency="none")
            setattr(conversation, name, was)
            raised = {"colour": "none", "urgency": "none", name: said}
            conversations.raise_colour(conversation, raised["colour"], raised["urgency"])
            assert steps.index(getattr(conversation, name)) == max(steps.index(was), steps.index(said))


def test_a_conversation_is_put_before_a_person_once(helpline: Helpline) -> None:
    helpline.arrives("hola")
    assert needs_person(helpline, helpline.code(), "asked")
    assert not needs_person(helpline, helpline.code(), "failed")
    handoff = helpline.one(Handoff)
    assert (handoff.reason, handoff.opened_at, handoff.operator) == ("asked", helpline.now, None)
    assert helpline.mode() == "waiting"


def test_an_open_handoff_takes_the_colour_the_conversation_gets(helpline: Helpline) -> None:
    helpline.arrives("hola")
    for colour, kept in [("none", "none"), ("yellow", "yellow"), ("red", "red"), ("yellow", "red")]:
        needs_person(helpline, helpline.code(), "asked", colour)
        assert helpline.one(Handoff).colour == kept


def test_who_is_with_an_operator_stays_with_them(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.takes(helpline.code())
    assert not needs_person(helpline, helpline.code(), "undelivered")
    assert helpline.mode() == "human"


def test_a_conversation_that_had_ended_opens_again_when_a_person_is_needed(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers()
    helpline.passes(minutes=61)
    end_silent(helpline)
    assert needs_person(helpline, helpline.code(), "undelivered")
    helpline.arrives("aquí estoy")
    assert helpline.one(Conversation).mode == "waiting"


def test_a_conversation_that_had_ended_stays_so_where_the_person_has_begun_another(
    helpline: Helpline,
) -> None:
    helpline.arrives("hola")
    helpline.answers()
    helpline.passes(minutes=61)
    helpline.arrives("otra cosa")
    first, second = helpline.all(Conversation)
    assert needs_person(helpline, first.code, "undelivered")
    first, second = helpline.all(Conversation)
    assert (first.mode, first.ended_at is None) == ("waiting", False)
    assert (second.mode, second.ended_at is None) == ("bot", True)


def test_a_closed_handoff_does_not_count(helpline: Helpline) -> None:
    helpline.arrives("hola")
    needs_person(helpline, helpline.code())
    helpline.write(lambda session: session.execute(update(Handoff).values(closed_at=helpline.now)))
    assert needs_person(helpline, helpline.code(), "again")
    assert helpline.open_handoffs() == ["again"]
