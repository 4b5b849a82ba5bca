"""One turn at a time per conversation, committed whole or not at all, and no message waits for ever."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from linea import dispatch
from linea.dispatch import AWAY_PATIENCE, LEASE, MAX_FAILURES
from linea.store.models import Conversation, Handoff, InboxRow, OutboxRow
from tests.helpline import ANA, BETO, RED, YELLOW, Helpline

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


def finish_other(helpline: Helpline, turn: dispatch.Turn) -> bool:
    return helpline.write(lambda s: dispatch.finish_other(s, turn, helpline.line, helpline.now))


def tell_away(helpline: Helpline) -> int:
    return helpline.write(lambda s: dispatch.tell_away(s, helpline.line, helpline.now))


def give_up(helpline: Helpline) -> int:
    return helpline.write(lambda s: dispatch.give_up(s, helpline.line, helpline.now))


# -- who is next --------------------------------------------------------------------------------------


def test_a_conversation_has_one_turn_at_a_time(helpline: Helpline) -> None:
    helpline.arrives("uno", "dos")
    assert (len(helpline.turns()), len(helpline.turns(worker="w2"))) == (1, 0)


def test_turns_of_one_person_start_in_the_order_of_their_messages(helpline: Helpline) -> None:
    said = [f"{number}" for number in range(10)]
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
        turns = helpline.write(lambda s: dispatch.prepare(s, "w1", helpline.now, 8))
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
        finish_other,
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
    helpline.finishes(helpline.turn(), effects=[{"effect": "weird"}, *HAND_OVER])
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


@pytest.mark.parametrize("act", [finish_other, count_failure, put_back])
def test_nothing_else_is_said_by_a_turn_after_a_person_took_the_chat(helpline: Helpline, act: Any) -> None:
    helpline.arrives(helpline.message(None, kind="other", type="image"))
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


@pytest.mark.parametrize("act", [finish_other, count_failure, put_back])
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
    assert (turn.kind, turn.payload, turn.text) == ("option", "/ask_for_person", "Hablar con alguien")


@pytest.mark.parametrize("option_id", [None, "", "/restart", "faq/mascarilla", "0" * 32, "x" * 5000])
def test_an_id_that_is_not_ours_is_read_as_its_words(helpline: Helpline, option_id: str | None) -> None:
    turn = tapped(helpline, "Hablar con alguien", option_id)
    assert (turn.payload, turn.text) == (None, "Hablar con alguien")


# -- bursts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kinds", "first"),
    [
        (["text", "text", "text"], 3),
        (["text", "other", "text"], 1),
        (["other", "text"], 1),
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


def test_a_flood_is_read_in_bounded_pieces(helpline: Helpline) -> None:
    helpline.arrives(*["x"] * 50)
    sizes = []
    while turns := helpline.turns(burst=True):
        sizes.append(len(turns[0].rows))
        helpline.finishes(turns[0], "utter_thank")
    assert sizes == [20, 20, 10]


# -- what is not understood yet -----------------------------------------------------------------------


def photo(helpline: Helpline) -> dispatch.Turn:
    helpline.arrives(helpline.message(None, kind="other", type="image"))
    return helpline.turn()


def test_a_photo_is_answered_kindly_once_a_minute(helpline: Helpline) -> None:
    for _ in range(10):
        finish_other(helpline, photo(helpline))
        helpline.passes(seconds=10)
    assert helpline.utters() == ["utter_not_understood_type"] * 2
    assert set(helpline.received()) == {("done", "kept")}
    assert ["«utter_notice»" in text for text in helpline.queued()] == [True, False]


def test_while_waiting_a_photo_is_for_the_operator_and_nothing_is_said(helpline: Helpline) -> None:
    helpline.arrives("quiero una persona")
    helpline.finishes(helpline.turn(), effects=HAND_OVER)
    finish_other(helpline, photo(helpline))
    assert len(helpline.all(OutboxRow)) == 1
    assert helpline.all(InboxRow)[-1].for_operator


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
    helpline.passes(seconds=AWAY_PATIENCE.total_seconds())
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
    assert len(helpline.one(Conversation).events) <= dispatch.KEPT_EVENTS
