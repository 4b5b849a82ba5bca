"""A person takes a conversation alone, answers in it, and gives it back awake."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from linea import handoff, inbox
from linea.handoff import HandoffError
from linea.messages import Body
from linea.store import Store
from linea.store.models import Conversation, Handoff, InboxRow, OutboxRow
from tests.helpline import ANA, BETO, RED, YELLOW, Helpline

OPERATORS = 20
DESKS = 4  # processes they work through
ROUNDS = 20


def queue(helpline: Helpline) -> list[handoff.Waiting]:
    with helpline.store.reading() as session:
        return handoff.queue(session, helpline.now)


# -- taking -------------------------------------------------------------------------------------------


@pytest.fixture
def desks(helpline: Helpline) -> Iterator[list[Store]]:
    """The operators' ways to the database."""
    stores = [Store(str(helpline.store._reading.url), busy_seconds=60) for _ in range(DESKS)]
    yield stores
    for store in stores:
        store.close()


def test_of_twenty_operators_who_take_a_chat_at_once_exactly_one_has_it(
    helpline: Helpline, desks: list[Store]
) -> None:
    helpline.arrives(*[helpline.message(sender=f"+51900001{n:03}") for n in range(ROUNDS)])
    codes = [conversation.code for conversation in helpline.all(Conversation)]
    together = threading.Barrier(OPERATORS)

    def claim(number: int) -> list[bool]:
        won = []
        for code in codes:
            together.wait()
            try:
                desks[number % DESKS].write(lambda s, c=code: handoff.take(s, c, f"op{number}", helpline.now))
                won.append(True)
            except HandoffError:
                won.append(False)
        return won

    with ThreadPoolExecutor(OPERATORS) as pool:
        results = list(pool.map(claim, range(OPERATORS)))
    assert [sum(round_) for round_ in zip(*results, strict=True)] == [1] * ROUNDS
    holders = {row.conversation_id: row.operator for row in helpline.all(Handoff)}
    winners = [f"op{column.index(True)}" for column in zip(*results, strict=True)]
    assert list(holders.values()) == winners


def test_taking_a_chat_silences_the_assistant_in_it(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers()
    conversation_id = helpline.takes(helpline.code())
    assert conversation_id == helpline.one(Conversation).id
    assert helpline.mode() == "human"
    assert [row.state for row in helpline.all(OutboxRow)] == ["cancelled"]
    found = helpline.one(Handoff)
    assert (found.reason, found.operator, found.taken_at) == ("taken", "rosa", helpline.now)


def test_who_already_has_a_chat_may_take_it_again(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.takes(helpline.code())
    began = helpline.now
    helpline.passes(minutes=5)
    helpline.takes(helpline.code())
    assert helpline.one(Handoff).taken_at == began


@pytest.mark.parametrize("act", ["takes", "replies", "closes"])
def test_another_operator_is_refused_and_changes_nothing(helpline: Helpline, act: str) -> None:
    helpline.arrives("hola")
    helpline.takes(helpline.code(), "rosa")
    with pytest.raises(HandoffError, match="rosa"):
        getattr(helpline, act)(helpline.code(), operator="otro")
    assert (helpline.mode(), helpline.one(Handoff).operator) == ("human", "rosa")
    assert helpline.all(OutboxRow) == []


@pytest.mark.parametrize("act", ["takes", "replies", "closes"])
@pytest.mark.parametrize("code", ["NADIE-1234", "", "'; --"])
def test_a_code_that_does_not_exist_is_said(helpline: Helpline, act: str, code: str) -> None:
    with pytest.raises(HandoffError, match="No hay ninguna conversación"):
        getattr(helpline, act)(code)


def test_a_code_may_be_typed_in_small_letters_and_with_spaces(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.takes(f" {helpline.code().lower()} ")
    assert helpline.mode() == "human"


def test_taking_a_conversation_that_had_ended_opens_it_again(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers()
    helpline.closes(helpline.code())
    helpline.takes(helpline.code())
    helpline.arrives("¿sí?")
    assert (helpline.turns(), helpline.one(Conversation).ended_at) == ([], None)


def test_the_old_conversation_of_somebody_who_began_another_cannot_be_taken(helpline: Helpline) -> None:
    helpline.arrives("hola")
    old = helpline.code()
    helpline.closes(old)
    helpline.arrives("otra cosa")
    with pytest.raises(HandoffError, match="toma esa"):
        helpline.takes(old)
    assert [conversation.mode for conversation in helpline.all(Conversation)] == ["bot", "bot"]
    assert helpline.open_handoffs() == []


# -- answering ----------------------------------------------------------------------------------------


def test_a_reply_takes_the_conversation_and_is_sent_as_it_was_written(helpline: Helpline) -> None:
    helpline.arrives("quiero una persona")
    helpline.answers()
    ids = helpline.replies(helpline.code(), "Hola, soy Rosa")
    assert (helpline.mode(), helpline.queued()) == ("human", ["Hola, soy Rosa"])
    row = helpline.one(OutboxRow, OutboxRow.id == ids[0])
    assert (row.origin, row.operator, row.safety) == ("operator", "rosa", False)


def test_a_reply_answers_what_waited_for_the_operator(helpline: Helpline) -> None:
    helpline.arrives(YELLOW, "¿hola?")
    helpline.looks()
    assert queue(helpline)[0].unanswered == 2
    helpline.replies(helpline.code())
    assert queue(helpline)[0].unanswered == 0
    helpline.arrives("gracias")
    helpline.looks()
    assert (queue(helpline)[0].unanswered, queue(helpline)[0].first_words) == (1, "gracias")


def test_the_parts_of_a_long_reply_keep_their_order(helpline: Helpline) -> None:
    helpline.arrives("hola")
    parts = [Body("uno"), Body("dos"), Body("tres")]
    helpline.write(lambda s: handoff.reply(s, helpline.keys, helpline.code(), "rosa", parts, helpline.now))
    assert helpline.queued() == ["uno", "dos", "tres"]


# -- giving back --------------------------------------------------------------------------------------


def test_closing_wakes_the_assistant_for_the_next_message(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.looks()
    helpline.replies(helpline.code())
    helpline.closes(helpline.code())
    assert (helpline.mode(), helpline.open_handoffs()) == ("bot", [])
    helpline.arrives("otra pregunta")
    first, second = helpline.all(Conversation)
    assert (first.ended_at, second.mode, second.ended_at) == (helpline.now, "bot", None)
    assert helpline.answers("utter_faq/mascarilla")
    assert "Respuesta mascarilla" in helpline.queued()[-1]


def test_the_farewell_follows_what_the_operator_wrote(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.replies(helpline.code(), "Cuídate")
    helpline.closes(helpline.code(), farewell=[Body("Vuelvo yo")])
    assert helpline.queued() == ["Cuídate", "Vuelvo yo"]


def test_a_conversation_can_be_closed_in_silence(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.closes(helpline.code(), farewell=[])
    assert helpline.all(OutboxRow) == []


def test_who_closes_what_nobody_had_taken_is_written_down(helpline: Helpline) -> None:
    helpline.arrives(RED)
    helpline.looks()
    helpline.closes(helpline.code())
    found = helpline.one(Handoff)
    assert (found.operator, found.taken_at, found.closed_at) == ("rosa", helpline.now, helpline.now)


@pytest.mark.parametrize("watched", [False, True])
def test_a_message_nobody_had_handled_when_the_chat_was_closed_is_answered_in_the_next(
    helpline: Helpline, watched: bool
) -> None:
    helpline.arrives(YELLOW)
    helpline.finishes(helpline.turn(), "utter_thank")
    helpline.arrives("¿y la mascarilla?")
    turns = helpline.turns() if watched else []
    helpline.closes(helpline.code(), farewell=[])
    assert not any(helpline.finishes(turn, "utter_faq/mascarilla") for turn in turns)
    first, second = helpline.all(Conversation)
    assert (first.due_at, second.due_at, second.mode) == (None, helpline.now, "bot")
    turn = helpline.turn()
    assert (turn.conversation, turn.text) == (second.id, "¿y la mascarilla?")
    assert helpline.finishes(turn, "utter_faq/mascarilla")


def test_a_conversation_is_closed_once(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.looks()
    helpline.replies(helpline.code())
    helpline.closes(helpline.code())
    with pytest.raises(HandoffError, match="ya estaba cerrada"):
        helpline.closes(helpline.code())
    assert helpline.queued() == ["Te ayudo", "Adiós"]


def test_closing_an_old_conversation_says_nothing_to_who_is_in_another_by_now(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers()
    old, (sending,) = helpline.code(), helpline.claims()
    helpline.passes(minutes=61)
    helpline.arrives("otra cosa")
    helpline.looks()
    helpline.takes(helpline.code())
    helpline.records(sending, "failed")
    helpline.closes(old)
    assert helpline.queued() == []
    assert [conversation.mode for conversation in helpline.all(Conversation)] == ["bot", "human"]
    assert helpline.open_handoffs() == ["taken"]


# -- what operators see -------------------------------------------------------------------------------


def test_the_queue_has_red_first_then_yellow_then_who_waits_longest_and_free_before_taken(
    helpline: Helpline,
) -> None:
    codes = {}
    waiting = [("a", "espera"), ("b", YELLOW), ("c", "espera"), ("d", RED), ("e", YELLOW), ("f", RED)]
    for number, (name, text) in enumerate(waiting):
        helpline.arrives(text, sender=f"+5190000040{number}")
        for turn in helpline.turns():
            helpline.finishes(turn, effects=[{"effect": "hand_over", "reason": "asked"}])
        codes[helpline.code()] = name
        helpline.passes(minutes=1)
    helpline.takes(next(code for code, name in codes.items() if name == "d"))
    helpline.takes(next(code for code, name in codes.items() if name == "a"))
    assert [codes[row.code] for row in queue(helpline)] == ["f", "d", "b", "e", "c", "a"]


def test_a_row_of_the_queue_says_all_that_an_operator_must_know(helpline: Helpline) -> None:
    began = helpline.now
    helpline.arrives(helpline.message(None, kind="media", type="image"), RED)
    helpline.looks()
    helpline.passes(minutes=3)
    helpline.arrives("¿hola?")
    helpline.looks()
    (row,) = queue(helpline)
    assert (row.colour, row.urgency, row.reason, row.operator) == ("red", "now", "red", None)
    assert (row.since, row.last_inbound_at, row.channel) == (began, helpline.now, "whatsapp")
    assert (row.unanswered, row.first_words) == (2, RED)


def test_who_has_a_person_has_them_on_every_channel(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers()
    whatsapp = helpline.code()
    helpline.arrives(helpline.message("no tengo internet", channel="sms"))
    helpline.takes(whatsapp)
    assert {row.operator for row in helpline.all(Handoff)} == {"rosa"}
    assert (helpline.turns(), helpline.received()[-1]) == ([], ("done", "human"))
    with pytest.raises(HandoffError, match="ya la tiene rosa"):
        helpline.takes(helpline.code(), "luis")


def test_who_is_with_an_operator_and_writes_by_sms_is_with_the_same_one(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers()
    helpline.takes(helpline.code())
    helpline.arrives(helpline.message("se me fue la señal", channel="sms"))
    assert (helpline.turns(), helpline.mode()) == ([], "human")
    assert [(row.reason, row.operator) for row in helpline.all(Handoff)][1:] == [("other_channel", "rosa")]
    helpline.replies(helpline.code())
    assert [(row.conversation_id, row.segments) for row in helpline.all(OutboxRow)][-1] == (
        helpline.all(Conversation)[-1].id,
        1,
    )


def test_a_photo_has_its_kind_for_words(helpline: Helpline) -> None:
    helpline.arrives(RED)
    helpline.looks()
    helpline.replies(helpline.code())
    helpline.arrives(helpline.message(None, kind="media", type="image"))
    helpline.looks()
    assert queue(helpline)[0].first_words == "[image]"


def test_who_is_with_nobody_is_not_in_the_queue(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers()
    helpline.arrives(YELLOW, sender=BETO)
    helpline.looks()
    helpline.closes(helpline.code())
    assert queue(helpline) == []


def test_an_operator_reads_what_was_said_in_the_order_in_which_it_was_said(helpline: Helpline) -> None:
    helpline.arrives("hola", sender=ANA)
    helpline.answers("utter_faq/persona")
    helpline.passes(seconds=5)
    helpline.arrives("¿y ahora?")
    helpline.looks()
    helpline.passes(seconds=5)
    conversation_id = helpline.takes(helpline.code())
    helpline.replies(helpline.code(), "Te ayudo")
    helpline.arrives("no es mío", sender=BETO)
    with helpline.store.reading() as session:
        said = handoff.transcript(session, conversation_id)
    assert [(spoken.who, spoken.text.split("\n")[0], spoken.state) for spoken in said] == [
        ("person", "hola", "done"),
        ("bot", "(Prueba)", "cancelled"),
        ("person", "¿y ahora?", "done"),
        ("rosa", "Te ayudo", "queued"),
    ]


def test_bodies_nobody_could_read_are_counted(helpline: Helpline) -> None:
    for _ in range(2):
        helpline.write(lambda s: inbox.keep(s, helpline.keys, "whatsapp", "not_json", b"{", helpline.now))
    with helpline.store.reading() as session:
        assert handoff.unread(session) == 2


def test_nothing_waits_for_an_operator_any_more_in_what_was_closed(helpline: Helpline) -> None:
    helpline.arrives(RED, "¿hola?")
    helpline.looks()
    helpline.takes(helpline.code())
    helpline.closes(helpline.code())
    assert [row.for_operator for row in helpline.all(InboxRow)] == [False, False]
