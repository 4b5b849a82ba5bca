"""Somebody outside this line speaks with a person: the assistant is silent, and what they wrote is seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from linea import handoff, takeovers
from linea.messages import OUTSIDERS, Sender, Takeover
from linea.store.models import Conversation, Handoff, InboxRow, OutboxRow, Person
from tests.helpline import ANA, BETO, RED, SUICIDE, Helpline

WRITER = Sender(ANA)
BOTH = pytest.mark.parametrize("who", ["phone_app", "other_system"])


def takeover(
    who: Any = "phone_app",
    text: str | None = "Te llamo",
    taken: bool = True,
    person: Sender = WRITER,
    at: datetime | None = None,
) -> Takeover:
    return Takeover("whatsapp", "e:1", person, who, taken, text, at, {})


def happens(helpline: Helpline, told: Takeover) -> str | None:
    return helpline.write(lambda s: takeovers.apply(s, helpline.keys, told, helpline.now))


def gives_back(helpline: Helpline, who: Any = "other_system") -> str | None:
    return happens(helpline, takeover(who, None, taken=False))


def operator(helpline: Helpline) -> str | None:
    standing = helpline.all(Handoff, Handoff.closed_at.is_(None))
    return standing[0].operator if standing else None


def waits(helpline: Helpline) -> list[str]:
    """The messages that an operator has still to answer."""
    return [row.text for row in helpline.all(InboxRow, InboxRow.for_operator.is_(True))]


# -- taken --------------------------------------------------------------------------------------------


@BOTH
def test_whoever_speaks_outside_has_the_chat_and_the_assistant_is_silent(
    helpline: Helpline, who: str
) -> None:
    helpline.arrives("hola")
    helpline.answers()
    assert happens(helpline, takeover(who)) == helpline.one(Conversation).id
    assert (helpline.mode(), operator(helpline), helpline.queued()) == ("human", OUTSIDERS[who], [])
    helpline.arrives("¿y dónde?")
    assert helpline.turns() == []
    assert waits(helpline) == ["¿y dónde?"]


def test_somebody_who_never_wrote_has_a_conversation_from_then_on(helpline: Helpline) -> None:
    happens(helpline, takeover(person=Sender(None, "PE.1")))
    assert (helpline.mode(), operator(helpline)) == ("human", "teléfono")
    assert len(helpline.all(Person)) == 1


def test_nobody_can_be_spoken_with_who_has_no_address(helpline: Helpline) -> None:
    assert happens(helpline, takeover(person=Sender(None))) is None
    assert helpline.all(Conversation) == []


def test_what_they_wrote_stands_in_the_chat_and_is_never_sent_by_us(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers()
    helpline.sends()
    helpline.passes(minutes=5)
    happens(helpline, takeover(text="Soy Marta, te llamo"))
    assert helpline.claims() == []
    spoken = helpline.write(lambda s: handoff.transcript(s, helpline.one(Conversation).id))
    assert [(each.who, each.text) for each in spoken][-1] == ("teléfono", "Soy Marta, te llamo")
    assert helpline.all(OutboxRow)[-1].state == "sent"


@pytest.mark.parametrize(
    ("told", "placed"), [(-10, -10), (-5.5, -5.5), (0, 0), (None, 0), (60, 0), (-600, -20)]
)
def test_what_they_wrote_has_the_place_it_has_in_time(
    helpline: Helpline, told: float | None, placed: float
) -> None:
    """Webhooks come late and clocks go wrong: not before the chat began, not after now. In minutes."""
    helpline.arrives("hola")
    helpline.passes(minutes=20)
    at = None if told is None else helpline.now + timedelta(minutes=told)
    happens(helpline, takeover(at=at))
    assert helpline.one(OutboxRow).created_at == helpline.now + timedelta(minutes=placed)


def test_what_they_wrote_answers_what_came_before_it(helpline: Helpline) -> None:
    helpline.arrives("quiero una persona")
    helpline.finishes(helpline.turn(), effects=[{"effect": "hand_over", "reason": "asked"}])
    helpline.arrives("¿hola?")
    helpline.looks()
    assert waits(helpline) == ["quiero una persona", "¿hola?"]
    happens(helpline, takeover())
    assert waits(helpline) == []
    assert operator(helpline) == "teléfono"


def test_a_chat_taken_without_a_word_leaves_what_came_unanswered(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.looks()
    happens(helpline, takeover("other_system", None))
    assert waits(helpline) == ["hola"]
    assert helpline.all(OutboxRow) == []


def test_a_turn_in_flight_writes_nothing_any_more(helpline: Helpline) -> None:
    helpline.arrives("hola")
    turn = helpline.turn()
    happens(helpline, takeover())
    assert not helpline.finishes(turn, "utter_faq/mascarilla")
    assert [row.origin for row in helpline.all(OutboxRow)] == ["operator"]


def test_an_operator_of_ours_who_has_the_chat_keeps_it(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.takes(helpline.code(), "rosa")
    helpline.replies(helpline.code(), "Hola, soy Rosa")
    happens(helpline, takeover())
    assert operator(helpline) == "rosa"
    assert helpline.queued() == ["Hola, soy Rosa"]


def test_danger_is_watched_for_also_there(helpline: Helpline) -> None:
    happens(helpline, takeover())
    helpline.arrives(RED)
    helpline.looks()
    assert helpline.one(Conversation).colour == "red"
    assert SUICIDE not in helpline.utters()
    helpline.passes(seconds=61)
    helpline.speaks_for_operators()
    assert SUICIDE in helpline.utters()


def test_their_answer_to_a_red_is_an_answer(helpline: Helpline) -> None:
    happens(helpline, takeover())
    helpline.arrives(RED)
    helpline.looks()
    happens(helpline, takeover(text="Estoy contigo"))
    helpline.passes(seconds=120)
    assert helpline.speaks_for_operators() == 0


def test_several_messages_of_theirs_are_one_takeover(helpline: Helpline) -> None:
    for text in ("Hola", "soy Marta", None):
        happens(helpline, takeover(text=text))
    assert helpline.open_handoffs() == ["outside"]
    assert [row.body["text"] for row in helpline.all(OutboxRow)] == ["Hola", "soy Marta"]


def test_the_chats_of_others_are_left_alone(helpline: Helpline) -> None:
    helpline.arrives("hola", sender=BETO)
    helpline.answers()
    happens(helpline, takeover())
    beto, ana = helpline.all(Conversation)
    assert (beto.mode, ana.mode) == ("bot", "human")
    assert len(helpline.queued()) == 1


def test_they_have_one_channel_and_see_no_other(helpline: Helpline) -> None:
    happens(helpline, takeover())
    helpline.arrives(helpline.message("hola por SMS", channel="sms"))
    assert helpline.all(Conversation)[-1].mode == "bot"


# -- given back ---------------------------------------------------------------------------------------


def test_given_back_the_assistant_answers_again(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers()
    happens(helpline, takeover("other_system"))
    assert gives_back(helpline) == helpline.one(Conversation).id
    assert (helpline.mode(), helpline.open_handoffs()) == ("bot", [])
    helpline.arrives("¿y dónde?")
    assert helpline.answers()


def test_what_they_left_unanswered_waits_for_a_person_of_the_team(helpline: Helpline) -> None:
    happens(helpline, takeover("other_system"))
    helpline.arrives("¿y dónde?")
    assert helpline.turns() == []
    gives_back(helpline)
    assert (helpline.mode(), operator(helpline), waits(helpline)) == ("waiting", None, ["¿y dónde?"])


def test_a_red_is_never_given_back_to_the_assistant(helpline: Helpline) -> None:
    helpline.arrives(RED)
    helpline.looks()
    happens(helpline, takeover("other_system", "Te llamo"))
    gives_back(helpline)
    assert (helpline.mode(), operator(helpline)) == ("waiting", None)


@BOTH
def test_only_who_has_it_can_give_it_back(helpline: Helpline, who: str) -> None:
    happens(helpline, takeover("phone_app"))
    assert (gives_back(helpline, who) is None) is (who == "other_system")


def test_what_nobody_has_cannot_be_given_back(helpline: Helpline) -> None:
    assert gives_back(helpline) is None
    helpline.arrives("hola")
    assert gives_back(helpline) is None
    helpline.takes(helpline.code(), "rosa")
    assert gives_back(helpline) is None
    assert operator(helpline) == "rosa"


def test_anybody_may_close_it_for_them(helpline: Helpline) -> None:
    happens(helpline, takeover())
    helpline.closes(helpline.code(), "rosa")
    assert helpline.open_handoffs() == []
