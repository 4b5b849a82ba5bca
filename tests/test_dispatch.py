"""One turn at a time per conversation, committed whole or not at all, and no message waits for ever."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from linea import absence, bursts, dispatch, handoff, optout
from linea.dispatch import LEASE, MAX_FAILURES
from linea.hours import Schedule, Span
from linea.messages import Body, Option
from linea.on_call import Duty
from linea.store.models import Conversation, Handoff, InboxRow, OutboxRow
from tests.helpline import ANA, BETO, RED, TUESDAY, YELLOW, Helpline

HAND_OVER = [{"effect": "hand_over", "reason": "asked"}]
ASKED = "utter_handoff_waiting"


def everything(helpline: Helpline) -> list[Any]:
    """All that a turn can change, to see whether anything did."""
    tables = (Conversation, InboxRow, OutboxRow, Handoff)
    return [
        {name: value for name, value in vars(row).items() if name[0] != "_"}
        for table in tables
        for row in helpline.all(table)
    ]


def put_back(helpline: Helpline, turn: dispatch.Turn) -> None:
    helpline.write(lambda s: dispatch.put_back(s, turn, helpline.now, LEASE / 30))


def count_failure(helpline: Helpline, turn: dispatch.Turn) -> bool:
    return helpline.write(lambda s: dispatch.count_failure(s, turn, helpline.line, helpline.now))


def finish_kept(helpline: Helpline, turn: dispatch.Turn) -> bool:
    return helpline.write(lambda s: dispatch.finish_kept(s, turn, helpline.line, helpline.now))


def tell_away(helpline: Helpline) -> int:
    return helpline.write(lambda s: absence.tell_away(s, helpline.line, helpline.now))


def give_up(helpline: Helpline) -> int:
    return helpline.write(lambda s: absence.give_up(s, helpline.line, helpline.now))


# -- who is next --------------------------------------------------------------------------------------


def test_a_conversation_has_one_turn_at_a_time(helpline: Helpline) -> None:
    helpline.arrives("uno", "dos")
    assert (len(helpline.turns()), len(helpline.turns(worker="w2"))) == (1, 0)


def test_turns_of_one_person_start_in_the_order_of_their_messages(helpline: Helpline) -> None:
    said = [f"{number}" for number in range(8)]
    helpline.arrives(*said)
    heard = []
    while turns := helpline.turns():
        heard += [turn.text for turn in turns]
        helpline.finishes(turns[0], "utter_thank")
    assert heard == said


def test_a_turn_that_hangs_holds_back_nobody_else(helpline: Helpline) -> None:
    helpline.arrives("cuelga", sender=ANA)
    helpline.turn()
    helpline.arrives("hola", sender=BETO)
    assert helpline.turn().text == "hola"


def test_who_has_waited_longest_comes_first(helpline: Helpline) -> None:
    for number in range(5):
        helpline.arrives(f"{number}", sender=f"+5190000030{number}")
        helpline.passes(seconds=1)
    assert [turn.text for turn in helpline.turns(2)] == ["0", "1"]
    assert [turn.text for turn in helpline.turns(9)] == ["2", "3", "4"]


@pytest.mark.parametrize("room", [0, -1])
def test_without_room_danger_is_watched_for_and_nothing_is_leased(helpline: Helpline, room: int) -> None:
    helpline.arrives("hola", RED)
    assert helpline.turns(room) == []
    assert len(helpline.all(OutboxRow)) == 1
    assert len(helpline.turns()) == 1


def test_a_message_that_comes_in_a_flood_of_anothers_is_answered(helpline: Helpline) -> None:
    helpline.arrives(*["hola"] * 3, sender=ANA)
    helpline.arrives("hola", sender=BETO)
    helpline.passes(seconds=1)
    helpline.arrives("sigo", sender=ANA)

    def watch_two() -> list[str]:
        helpline.looks(2)
        turns = helpline.write(lambda s: dispatch.prepare(s, "w1", helpline.now, 8, helpline.bank))
        for turn in turns:
            helpline.finishes(turn, "utter_thank")
        return [turn.conversation for turn in turns]

    answered = [conversation for _ in range(8) for conversation in watch_two()]
    assert len(answered) == 5
    assert {row.state for row in helpline.all(InboxRow)} == {"done"}


def test_the_worker_sees_whether_anything_is_due(helpline: Helpline) -> None:
    def due() -> bool:
        with helpline.store.reading() as session:
            return dispatch.anything_due(session, helpline.now)

    assert not due()
    helpline.arrives("hola")
    assert due()
    turn = helpline.turn()
    assert not due()
    helpline.finishes(turn, "utter_thank")
    assert not due()


# -- leases -------------------------------------------------------------------------------------------


def test_a_lease_that_ran_out_is_given_to_another_once(helpline: Helpline) -> None:
    helpline.arrives("hola")
    first = helpline.turn("w1")
    helpline.passes(seconds=LEASE.total_seconds())
    assert helpline.turns(worker="w2") == []
    helpline.passes(seconds=1)
    second = helpline.turn("w2")
    assert (second.rows, second.text, second.fence) == (first.rows, first.text, first.fence + 1)
    assert helpline.turns(worker="w3") == []


@pytest.mark.parametrize("worker", ["w1", "w2"])
@pytest.mark.parametrize(
    "act",
    [
        lambda helpline, turn: helpline.finishes(turn, "utter_thank", effects=HAND_OVER),
        finish_kept,
        count_failure,
        put_back,
    ],
)
def test_a_zombie_writes_nothing(helpline: Helpline, act: Any, worker: str) -> None:
    helpline.arrives("hola")
    zombie = helpline.turn("w1")
    helpline.passes(seconds=31)
    second = helpline.turn(worker)
    before = everything(helpline)
    assert not act(helpline, zombie)
    assert everything(helpline) == before
    assert helpline.finishes(second, "utter_thank")
    after = everything(helpline)
    assert not act(helpline, zombie)
    assert everything(helpline) == after


def test_an_answer_that_comes_late_counts_while_nobody_else_has_the_lease(helpline: Helpline) -> None:
    helpline.arrives("hola")
    turn = helpline.turn()
    helpline.passes(seconds=31)
    assert helpline.finishes(turn, "utter_thank")
    assert not helpline.finishes(turn, "utter_thank")
    assert helpline.utters() == ["utter_thank"]


def test_a_turn_starts_from_the_events_before_it_however_often_it_is_redone(helpline: Helpline) -> None:
    helpline.arrives("uno")
    helpline.finishes(helpline.turn(), "utter_thank", events=[{"event": "a"}])
    helpline.arrives("dos")
    assert helpline.turn("w1").events == [{"event": "a"}]
    helpline.passes(seconds=31)
    second = helpline.turn("w2")
    assert second.events == [{"event": "a"}]
    helpline.finishes(second, "utter_thank", events=[{"event": "b"}])
    assert helpline.one(Conversation).events == [{"event": "a"}, {"event": "b"}]


# -- a turn is committed ------------------------------------------------------------------------------


def test_a_turn_is_committed_whole(helpline: Helpline) -> None:
    helpline.arrives("hola")
    turn = helpline.turn()
    assert helpline.finishes(turn, "utter_faq/mascarilla", events=[{"event": "x"}])
    sent, conversation = helpline.one(OutboxRow), helpline.one(Conversation)
    assert (sent.turn, sent.origin, sent.utter) == (turn.rows[0], "bot", "utter_faq/mascarilla")
    assert (conversation.mode, conversation.notice_given, conversation.events) == (
        "bot",
        True,
        [{"event": "x"}],
    )
    assert (conversation.lease_owner, conversation.lease_until, conversation.due_at) == (None, None, None)
    assert helpline.received() == [("done", "answered")]


def test_a_turn_that_breaks_while_it_is_committed_leaves_nothing(helpline: Helpline) -> None:
    helpline.arrives("hola")
    turn = helpline.turn()
    before = everything(helpline)
    with pytest.raises(LookupError):
        helpline.finishes(turn, "utter_faq/mascarilla", "utter_faq/no_existe")
    assert everything(helpline) == before


def test_who_asks_for_a_person_waits_for_one(helpline: Helpline) -> None:
    helpline.arrives("quiero una persona")
    helpline.finishes(helpline.turn(), effects=HAND_OVER)
    assert (helpline.mode(), helpline.open_handoffs()) == ("waiting", ["asked"])
    assert helpline.one(InboxRow).for_operator
    assert ASKED in helpline.queued()[0]


def test_an_assistant_that_says_nothing_is_made_up_for(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.finishes(helpline.turn())
    assert (helpline.mode(), helpline.open_handoffs()) == ("waiting", ["no_answer"])
    assert "«utter_fallback»" in helpline.queued()[0]


def test_an_entry_that_only_a_person_can_answer_goes_to_one(helpline: Helpline) -> None:
    helpline.arrives("mi saldo")
    helpline.answers("utter_faq/persona")
    assert (helpline.mode(), helpline.open_handoffs()) == ("waiting", ["entry"])


def test_the_notice_is_given_once_in_a_conversation(helpline: Helpline) -> None:
    for _ in range(3):
        helpline.arrives("hola")
        helpline.answers("utter_thank")
    assert ["«utter_notice»" in text for text in helpline.queued()] == [True, False, False]


def test_while_waiting_the_bank_answers_and_the_wait_is_told_at_most_once(helpline: Helpline) -> None:
    helpline.arrives("quiero una persona")
    helpline.finishes(helpline.turn(), effects=HAND_OVER)
    for utter in ("utter_faq/mascarilla", "utter_fallback", "utter_greet", "utter_faq/mascarilla"):
        helpline.arrives("?")
        helpline.finishes(helpline.turn(), utter, effects=HAND_OVER)
    assert [ASKED in text for text in helpline.queued()] == [True, False, False]
    assert len([text for text in helpline.queued() if "Respuesta mascarilla" in text]) == 2


def test_what_a_person_was_told_before_a_failure_sent_them_to_the_queue_is_told_once(
    helpline: Helpline,
) -> None:
    helpline.arrives("hola")
    helpline.answers()
    helpline.sends("failed")
    for _ in range(3):
        helpline.arrives("¿?")
        helpline.finishes(helpline.turn(), "utter_fallback")
    assert [text for text in helpline.queued() if "utter_still_waiting" in text] == ["«utter_still_waiting»"]


# -- a person has it ----------------------------------------------------------------------------------


def test_an_answer_that_comes_after_a_person_took_the_chat_is_thrown_away(helpline: Helpline) -> None:
    helpline.arrives("hola", "sigo")
    turn = helpline.turn()
    helpline.takes(helpline.code())
    assert not helpline.finishes(turn, "utter_faq/mascarilla", events=[{"event": "x"}])
    assert helpline.all(OutboxRow) == []
    assert helpline.one(Conversation).events is None
    assert helpline.turns() == []
    assert [(row.state, row.outcome, row.for_operator) for row in helpline.all(InboxRow)] == [
        ("done", "human", True)
    ] * 2


@pytest.mark.parametrize("act", [finish_kept, count_failure, put_back])
def test_nothing_else_is_said_by_a_turn_after_a_person_took_the_chat(helpline: Helpline, act: Any) -> None:
    helpline.arrives(helpline.message(None, kind="media", type="image"))
    turn = helpline.turn()
    helpline.takes(helpline.code())
    assert not act(helpline, turn)
    assert helpline.all(OutboxRow) == []
    assert helpline.received() == [("done", "human")]


def test_an_answer_that_comes_after_the_operator_closed_again_is_thrown_away(helpline: Helpline) -> None:
    helpline.arrives("hola")
    turn = helpline.turn()
    helpline.replies(helpline.code())
    helpline.closes(helpline.code(), farewell=[])
    assert not helpline.finishes(turn, "utter_faq/mascarilla")
    helpline.passes(seconds=31)
    assert helpline.turns() == []
    assert helpline.utters() == ["operator"]


def test_messages_that_come_while_a_person_has_it_are_theirs(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.takes(helpline.code())
    helpline.arrives("uno", "dos")
    assert helpline.turns() == []
    assert {(row.state, row.outcome) for row in helpline.all(InboxRow)} == {("done", "human")}
    assert helpline.one(Conversation).due_at is None


@pytest.mark.parametrize("act", [finish_kept, count_failure, put_back])
def test_a_chat_that_another_process_took_meanwhile_is_left_alone(helpline: Helpline, act: Any) -> None:
    """On a server two processes can meet between a look and a lease: the mode decides at the commit, too."""
    helpline.arrives("uno", "dos")
    turn = helpline.turn()
    helpline.write(lambda s: s.execute(update(Conversation).values(mode="human")))
    assert not act(helpline, turn)
    assert helpline.turns() == []
    assert helpline.turns() == []
    assert helpline.all(OutboxRow) == []
    assert set(helpline.received()) == {("done", "human")}
    assert helpline.one(Conversation).due_at is None


# -- what was tapped ----------------------------------------------------------------------------------


def tapped(helpline: Helpline, title: str | None, option_id: str | None) -> dispatch.Turn:
    helpline.arrives(helpline.message(title, kind="option", type="interactive", option_id=option_id))
    return helpline.turn()


def test_what_is_tapped_comes_back_as_its_payload(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers("utter_fallback")
    option = helpline.one(OutboxRow).body["options"][0]["id"]
    turn = tapped(helpline, "Cambiado por el teléfono", option)
    assert (turn.payload, turn.text) == ("/ask_for_person", "Hablar con alguien")


@pytest.mark.parametrize("option_id", [None, "", "/restart", "faq/mascarilla", "0" * 32, "x" * 5000])
def test_an_id_that_is_not_ours_is_read_as_its_words(helpline: Helpline, option_id: str | None) -> None:
    turn = tapped(helpline, "Hablar con alguien", option_id)
    assert (turn.payload, turn.text) == (None, "Hablar con alguien")


# -- bursts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kinds", "first"),
    [
        (["text", "text", "text"], 3),
        (["text", "media", "text"], 3),
        (["media", "media", "text"], 3),
        (["option", "text"], 1),
        (["text", "text", "option"], 2),
    ],
)
def test_a_burst_of_texts_is_read_as_one(helpline: Helpline, kinds: list[str], first: int) -> None:
    messages = [helpline.message(f"{number}", kind=kind) for number, kind in enumerate(kinds)]
    helpline.arrives(*messages)
    turn = helpline.turn(burst=True)
    assert turn.text == "\n".join(f"{number}" for number in range(first))
    helpline.finishes(turn, "utter_thank")
    assert [row.state for row in helpline.all(InboxRow)] == ["done"] * first + ["waiting"] * (
        len(kinds) - first
    )


def test_without_the_setting_each_text_is_a_turn(helpline: Helpline) -> None:
    helpline.arrives("uno", "dos")
    assert helpline.turn().text == "uno"


def test_what_came_long_after_is_a_turn_of_its_own(helpline: Helpline) -> None:
    helpline.arrives("uno")
    helpline.passes(seconds=11)
    helpline.arrives("dos")
    assert helpline.turn(burst=True).text == "uno"


def test_a_flood_is_read_in_bounded_pieces(helpline: Helpline) -> None:
    helpline.arrives(*["x"] * 450)
    helpline.looks(limit=1000)
    sizes = []
    while turns := helpline.turns(burst=True):
        sizes.append(len(turns[0].rows))
        helpline.finishes(turns[0], "utter_thank")
    assert sizes == [200, 200, 50]


def test_who_floods_the_line_gets_an_answer_in_six_seconds_after_the_first_few(helpline: Helpline) -> None:
    answered = []
    for second in range(30):
        helpline.arrives(f"{second}", sender=ANA)
        for turn in helpline.turns(burst=True):
            answered.append(second)
            helpline.finishes(turn, "utter_thank")
        helpline.passes(seconds=1)
    assert answered == [*range(bursts.ANSWERS_AT_ONCE + 1), 12, 18, 24]
    assert {row.state for row in helpline.all(InboxRow, InboxRow.number <= 25)} == {"done"}


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        (["hola"], 2),
        (["hola", "una pregunta"], 3),
        (["hola", "¿dónde me hago la prueba?"], 0),
        (["hola"] * 12, 8),
        (["2"], 0),
        (["me hice la prueba el lunes y todavía no me dan el resultado, cuánto demora"], 0),
    ],
)
def test_after_a_few_words_the_next_are_waited_for(helpline: Helpline, sent: list[str], seconds: int) -> None:
    """A message a second, a pause of two seconds: how long after the first the turn is due."""
    for words in sent:
        helpline.arrives(words, pause=2)
        helpline.passes(seconds=1)
    helpline.looks()
    due = helpline.one(Conversation).due_at
    assert (due - TUESDAY).total_seconds() == seconds


def test_what_comes_during_a_turn_is_waited_for_too(helpline: Helpline) -> None:
    helpline.arrives("hola")
    turn = helpline.turn(burst=True)
    helpline.arrives("una", pause=2)
    helpline.finishes(turn, "utter_greet")
    assert helpline.turns(burst=True) == []
    helpline.passes(seconds=1)
    helpline.arrives("pregunta", pause=2)
    helpline.passes(seconds=2)
    assert helpline.turn(burst=True).text == "una\npregunta"


# -- what was offered ---------------------------------------------------------------------------------

OFFER = [Option("faq/mascarilla", "Mascarilla"), Option("/ask_for_person", "Hablar con alguien")]


@pytest.mark.parametrize(
    ("words", "payload"),
    [
        ("1", "faq/mascarilla"),
        ("2.", "/ask_for_person"),
        ("dos", "/ask_for_person"),
        ("la segunda", "/ask_for_person"),
        ("hablar CON alguien", "/ask_for_person"),
        ("máscarilla", "faq/mascarilla"),
        ("3", None),
        ("dos personas", None),
        ("quiero hablar con alguien", None),
    ],
)
def test_an_option_can_be_written(helpline: Helpline, words: str, payload: str | None) -> None:
    helpline.arrives("hola")
    helpline.answers("utter_thank")
    helpline.adds(body=Body("Elige", tuple(OFFER)))
    helpline.adds("Una cosa más")
    helpline.arrives(words)
    turn = helpline.turn()
    assert (turn.payload, turn.text) == (payload, words if payload is None else title_of(payload))


def title_of(payload: str) -> str:
    return next(option.title for option in OFFER if option.id == payload)


def test_a_number_means_the_options_shown_last(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers("utter_thank")
    helpline.adds(body=Body("Elige", tuple(OFFER)))
    helpline.adds(body=Body("O esto", (Option("/ask_menu", "Ver preguntas"),)))
    helpline.arrives("1")
    assert helpline.turn().payload == "/ask_menu"


@pytest.mark.parametrize(("words", "payload"), [("1", None), ("2", None), ("dos", None)])
def test_a_number_answers_the_question_that_asks_for_one_and_is_no_earlier_option(
    helpline: Helpline, words: str, payload: str | None
) -> None:
    helpline.arrives("hola")
    helpline.answers("utter_thank")
    helpline.adds(body=Body("Elige", tuple(OFFER)))
    helpline.adds(body=Body("¿Hace cuántos días?", words=True))
    helpline.adds("Una cosa más")
    helpline.arrives(words)
    turn = helpline.turn()
    assert (turn.payload, turn.text) == (payload, words)


def test_an_option_that_was_taken_back_is_not_chosen(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers("utter_thank")
    helpline.adds(body=Body("Elige", tuple(OFFER)))
    helpline.takes(helpline.code())
    helpline.closes(helpline.code())
    helpline.arrives("1")
    assert helpline.turn().payload is None


# -- who wants no more --------------------------------------------------------------------------------


def stops(helpline: Helpline, words: str = "BAJA", **changes: Any) -> bool:
    helpline.arrives(helpline.message(words, **changes))
    turn = helpline.turn()
    assert turn.stop
    return helpline.write(lambda s: dispatch.finish_stop(s, helpline.keys, turn, helpline.line, helpline.now))


def is_out(helpline: Helpline) -> bool:
    person = helpline.all(Conversation)[-1].person_id
    return helpline.write(lambda s: optout.is_out(s, helpline.keys, person))


def test_who_asks_for_no_more_is_told_once_and_the_rest_is_taken_back(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers("utter_thank")
    stops(helpline)
    assert (helpline.utters(), helpline.queued()) == (
        ["utter_thank", "utter_opted_out"],
        ["«utter_opted_out» whatsapp"],
    )
    assert is_out(helpline)


@pytest.mark.parametrize(("words", "said"), [("STOP", []), ("alto", ["«utter_opted_out» sms"])])
def test_what_twilio_confirms_itself_is_not_said_again(
    helpline: Helpline, words: str, said: list[str]
) -> None:
    stops(helpline, words, channel="sms")
    assert helpline.queued() == said
    assert is_out(helpline)


def test_who_writes_again_is_answered_again(helpline: Helpline) -> None:
    stops(helpline)
    helpline.arrives("¿dónde me hago la prueba?")
    assert helpline.answers()
    assert not is_out(helpline)


def test_to_who_asked_for_no_more_an_operator_writes_only_in_danger(helpline: Helpline) -> None:
    helpline.arrives("quiero una persona")
    helpline.finishes(helpline.turn(), effects=HAND_OVER)
    stops(helpline)
    with pytest.raises(handoff.HandoffError, match="pidió que no le escriban más"):
        helpline.replies(helpline.code())
    helpline.closes(helpline.code())
    assert "utter_handoff_closed" not in helpline.utters()
    helpline.arrives(RED)
    helpline.looks()
    stops(helpline)
    assert helpline.replies(helpline.code())


# -- what is not understood yet -----------------------------------------------------------------------


def photo(helpline: Helpline, type: str = "image", **changes: Any) -> dispatch.Turn:
    helpline.arrives(helpline.message(None, kind="media", type=type, **changes))
    return helpline.turn()


@pytest.mark.parametrize(
    ("type", "details", "said"),
    [
        ("image", {}, "utter_photo_kept"),
        ("audio", {}, "utter_voice_kept"),
        ("voice", {}, "utter_voice_kept"),
        ("video", {}, "utter_file_kept"),
        ("document", {}, "utter_file_kept"),
        ("sticker", {}, "utter_sticker_kept"),
        ("location", {}, "utter_location_kept"),
        ("contacts", {}, "utter_contacts_kept"),
        ("unsupported", {}, "utter_not_understood_type"),
        ("image", {"failed": True}, "utter_media_failed"),
    ],
)
def test_what_is_no_text_is_answered_by_what_it_is(
    helpline: Helpline, type: str, details: dict[str, Any], said: str
) -> None:
    helpline.starts()
    finish_kept(helpline, photo(helpline, type, details=details))
    assert helpline.utters() == [said]


def test_an_album_is_answered_once(helpline: Helpline) -> None:
    for _ in range(10):
        helpline.arrives(helpline.message(None, kind="media", type="image"), pause=2)
    assert helpline.turns(burst=True) == []
    helpline.passes(seconds=2)
    finish_kept(helpline, helpline.turn(burst=True))
    assert (helpline.utters(), set(helpline.received())) == (["utter_photo_kept"], {("done", "kept")})


def test_the_second_voice_note_goes_to_a_person(helpline: Helpline) -> None:
    finish_kept(helpline, photo(helpline, "audio"))
    assert helpline.open_handoffs() == []
    finish_kept(helpline, photo(helpline, "audio"))
    assert (helpline.open_handoffs(), helpline.utters()[-1]) == (["voice"], "utter_handoff_waiting")


def test_a_voice_note_with_nobody_there_is_answered_with_the_numbers_at_once(helpline: Helpline) -> None:
    finish_kept(helpline, photo(helpline, "audio"))
    assert helpline.utters() == ["utter_voice_nobody"]
    helpline.starts()
    helpline.passes(minutes=2)
    finish_kept(helpline, photo(helpline, "audio", sender=BETO))
    assert helpline.utters() == ["utter_voice_nobody", "utter_voice_kept"]


def test_who_waits_for_a_person_is_told_too_that_nobody_hears_and_not_at_every_note(
    helpline: Helpline,
) -> None:
    helpline.arrives("quiero una persona")
    helpline.finishes(helpline.turn(), effects=HAND_OVER)
    for minutes in (0, 5, 6):
        helpline.passes(minutes=minutes)
        finish_kept(helpline, photo(helpline, "audio"))
    assert helpline.utters()[1:] == ["utter_voice_nobody"] * 2
    helpline.starts()
    helpline.passes(minutes=11)
    helpline.starts()
    finish_kept(helpline, photo(helpline, "audio"))
    assert helpline.utters()[3:] == ["utter_still_waiting"]


NIGHT = Schedule((Span(frozenset(range(7)), 16 * 60, 20 * 60),))  # at this clock's hour it is closed


@pytest.mark.parametrize(
    ("there", "schedule", "said"),
    [
        (False, NIGHT, "«utter_handoff_waiting_closed» hoy a las 16:00"),
        (True, NIGHT, "«utter_handoff_waiting»"),
        (False, Schedule(), "«utter_handoff_waiting»"),
    ],
)
def test_out_of_hours_who_asks_for_a_person_is_told_when_the_team_is_back(
    helpline: Helpline, there: bool, schedule: Schedule, said: str
) -> None:
    helpline.bank = replace(helpline.bank, schedule=schedule)
    if there:
        helpline.starts()
    helpline.arrives("quiero una persona")
    helpline.finishes(helpline.turn(), effects=HAND_OVER)
    assert helpline.queued()[0].startswith(said)
    helpline.arrives("¿hola?", "¿hay alguien?")
    for _ in range(2):
        helpline.finishes(helpline.turn(), "utter_fallback")
    assert ["closed" in text for text in helpline.queued()].count(True) == ("closed" in said)


def test_what_the_assistant_could_not_answer_waits_for_the_team_to_be_back(helpline: Helpline) -> None:
    helpline.arrives("hola")
    put_back(helpline, helpline.turn())
    helpline.passes(minutes=10, seconds=1)
    duty = Duty(schedule=NIGHT)
    helpline.write(lambda s: absence.give_up(s, helpline.line, helpline.now, duty))
    assert helpline.queued() == ["«utter_handoff_waiting_closed» whatsapp hoy a las 16:00"]


def captioned(helpline: Helpline, intent: str, *utters: str) -> None:
    helpline.arrives(helpline.message("mira", kind="media", type="image"))
    assert helpline.finishes(helpline.turn(), *utters, intent=intent)


def test_a_picture_with_a_question_is_answered_and_said_to_be_unseen(helpline: Helpline) -> None:
    captioned(helpline, "faq", "utter_faq/mascarilla")
    assert "Respuesta mascarilla\n\n«utter_media_unseen»" in helpline.queued()[0]


def test_a_picture_whose_words_are_not_understood_is_said_to_be_kept(helpline: Helpline) -> None:
    captioned(helpline, "nlu_fallback", "utter_fallback")
    assert helpline.utters() == ["utter_photo_kept"]


def test_a_photo_is_answered_kindly_once_a_minute(helpline: Helpline) -> None:
    for _ in range(10):
        finish_kept(helpline, photo(helpline))
        helpline.passes(seconds=10)
    assert helpline.utters() == ["utter_photo_kept"] * 2
    assert set(helpline.received()) == {("done", "kept")}
    assert ["«utter_notice»" in text for text in helpline.queued()] == [True, False]


def test_while_waiting_a_photo_is_for_the_operator_and_that_is_said_once(helpline: Helpline) -> None:
    helpline.arrives("quiero una persona")
    helpline.finishes(helpline.turn(), effects=HAND_OVER)
    helpline.starts()
    for type in ("image", "video", "audio", "audio"):
        finish_kept(helpline, photo(helpline, type))
    assert helpline.utters()[1:] == ["utter_still_waiting"]
    assert all(row.for_operator for row in helpline.all(InboxRow)[1:])


def test_each_kind_of_thing_is_answered_by_what_it_is_also_in_one_minute(helpline: Helpline) -> None:
    helpline.starts()
    for type in ("image", "audio", "sticker", "image", "location"):
        finish_kept(helpline, photo(helpline, type))
    said = ["utter_photo_kept", "utter_voice_kept", "utter_sticker_kept", "utter_location_kept"]
    assert (helpline.utters(), helpline.open_handoffs()) == (said, [])


# -- the assistant is away ----------------------------------------------------------------------------


def test_while_the_assistant_is_away_messages_wait_and_nothing_is_held_against_them(
    helpline: Helpline,
) -> None:
    helpline.arrives("hola")
    for _ in range(50):
        put_back(helpline, helpline.turn())
        assert helpline.turns() == []
        helpline.passes(seconds=1)
    assert helpline.one(InboxRow).failures == 0
    assert helpline.answers("utter_thank")


def test_who_waits_for_half_a_minute_is_told_once(helpline: Helpline) -> None:
    helpline.arrives("hola")
    put_back(helpline, helpline.turn())
    helpline.passes(seconds=30)
    assert tell_away(helpline) == 0
    helpline.passes(seconds=1)
    assert (tell_away(helpline), tell_away(helpline)) == (1, 0)
    helpline.passes(minutes=5)
    helpline.arrives("¿hola?")
    helpline.looks()
    helpline.passes(minutes=1)
    assert tell_away(helpline) == 0
    assert helpline.queued() == ["«utter_assistant_away» whatsapp"]


@pytest.mark.parametrize("mode", ["waiting", "human"])
def test_who_waits_for_a_person_is_not_told_about_the_assistant(helpline: Helpline, mode: str) -> None:
    helpline.arrives(YELLOW)
    helpline.looks()
    if mode == "human":
        helpline.takes(helpline.code())
    helpline.passes(minutes=1)
    assert tell_away(helpline) == 0


def test_back_within_ten_minutes_the_assistant_answers(helpline: Helpline) -> None:
    helpline.arrives("hola")
    put_back(helpline, helpline.turn())
    helpline.passes(seconds=absence.PATIENCE.total_seconds())
    assert give_up(helpline) == 0
    assert helpline.answers("utter_thank")


def test_what_waited_ten_minutes_goes_to_a_person(helpline: Helpline) -> None:
    helpline.arrives("hola", "¿hay alguien?")
    put_back(helpline, helpline.turn())
    helpline.passes(minutes=10, seconds=1)
    assert (give_up(helpline), give_up(helpline)) == (2, 0)
    assert (helpline.mode(), helpline.open_handoffs()) == ("waiting", ["assistant_away"])
    assert helpline.queued() == [f"«{ASKED}» whatsapp"]
    assert [(row.state, row.for_operator) for row in helpline.all(InboxRow)] == [("done", True)] * 2
    assert helpline.turns() == []
    assert helpline.one(Conversation).due_at is None


def test_a_turn_that_is_being_answered_is_not_given_up(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.passes(minutes=11)
    turn = helpline.turn()
    assert give_up(helpline) == 0
    assert helpline.finishes(turn, "utter_thank")


def test_who_already_waits_for_a_person_is_not_told_again_when_the_assistant_gives_up(
    helpline: Helpline,
) -> None:
    helpline.arrives(YELLOW)
    helpline.looks()
    helpline.passes(minutes=11)
    assert give_up(helpline) == 1
    assert helpline.utters() == ["utter_yellow"]


def test_the_age_of_the_oldest_message_is_known(helpline: Helpline) -> None:
    def oldest() -> object:
        with helpline.store.reading() as session:
            return dispatch.oldest_waiting(session)

    assert oldest() is None
    began = helpline.now
    helpline.arrives("hola")
    helpline.passes(minutes=5)
    helpline.arrives("¿?")
    assert oldest() == began
    helpline.answers("utter_thank")
    assert oldest() == helpline.now


# -- poison -------------------------------------------------------------------------------------------


def test_a_message_that_breaks_the_assistant_three_times_goes_to_a_person(helpline: Helpline) -> None:
    helpline.arrives("veneno", "normal")
    for attempt in range(1, MAX_FAILURES + 1):
        assert count_failure(helpline, helpline.turn()) == (attempt == MAX_FAILURES)
        helpline.passes(seconds=1)
    first, second = helpline.all(InboxRow)
    assert (first.state, first.outcome, first.for_operator, first.failures) == ("dead", "failed", True, 3)
    assert (helpline.mode(), helpline.open_handoffs()) == ("waiting", ["failed"])
    assert helpline.queued() == [f"«{ASKED}» whatsapp"]
    assert second.state == "waiting"
    assert helpline.answers("utter_faq/mascarilla")
    assert helpline.all(InboxRow)[1].state == "done"


def test_between_two_failures_a_second_passes_for_this_person_alone(helpline: Helpline) -> None:
    helpline.arrives("veneno")
    count_failure(helpline, helpline.turn())
    helpline.arrives("hola", sender=BETO)
    assert [turn.text for turn in helpline.turns()] == ["hola"]
    helpline.passes(seconds=1)
    assert [turn.text for turn in helpline.turns()] == ["veneno"]


def test_a_burst_that_breaks_the_assistant_goes_to_a_person_as_one(helpline: Helpline) -> None:
    helpline.arrives("ve", "ne", "no")
    for _ in range(MAX_FAILURES):
        count_failure(helpline, helpline.turn(burst=True))
        helpline.passes(seconds=1)
    assert {row.state for row in helpline.all(InboxRow)} == {"dead"}
    assert helpline.turns() == []


def test_a_button_of_a_finished_turn_belongs_to_its_conversation(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers("utter_fallback")
    helpline.closes(helpline.code(), farewell=[])
    old = helpline.one(OutboxRow).body["options"][0]
    turn = tapped(helpline, old["title"], old["id"])
    assert (turn.payload, turn.text) == (None, "Hablar con alguien")


# -- what is kept of a conversation -----------------------------------------------------------------

LISTEN = {"event": "action", "name": "action_listen"}


def turn_events(number: int) -> list[dict[str, Any]]:
    """What a turn leaves."""
    return [{"event": "user", "text": str(number)}, {"event": "bot", "text": "…"}, LISTEN]


def test_a_short_conversation_is_kept_whole() -> None:
    events = [LISTEN, *(event for number in range(33) for event in turn_events(number))]
    assert dispatch.recent(events) == events


def test_of_a_long_one_the_last_turns_are_kept_and_what_still_holds() -> None:
    events: list[dict[str, Any]] = [LISTEN]
    for number in range(500):
        events += turn_events(number)
        events += [{"event": "slot", "name": name, "value": number} for name in ("a", "b")]
        events += [{"event": "active_loop", "name": None if number % 2 else "form"}]
    kept: list[dict[str, Any]] = []
    for event in events:  # as turn after turn brings and takes them
        kept = dispatch.recent([*kept, event])
    assert len(kept) <= dispatch.KEPT_EVENTS + 3
    first = next(place for place, event in enumerate(kept) if event == LISTEN)
    assert sorted(event["event"] for event in kept[:first]) == ["active_loop", "slot", "slot"]
    assert kept[-1] == events[-1]
    assert kept[first:] == events[-len(kept[first:]) :]


def test_a_conversation_that_goes_on_for_days_does_not_grow(helpline: Helpline) -> None:
    for _ in range(40):
        helpline.arrives("hola")
        events = [{"event": "user", "text": "hola" * 100}, *([LISTEN] * 4)]
        assert helpline.finishes(helpline.turn(), "utter_thank", events=events)
        helpline.passes(minutes=1)
    assert len(helpline.one(Conversation).events) <= dispatch.KEPT_EVENTS
