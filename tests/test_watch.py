"""Danger is seen in every message, whatever the mode, answered at once and put before a person."""

from __future__ import annotations

import pytest

from linea import watch
from linea.messages import Body, Option
from linea.store.models import Conversation, Handoff, InboxRow, OutboxRow
from linea.triage import Triage
from tests.helpline import ANA, BETO, RED, SUICIDE, YELLOW, Helpline, classify, crisis

MEDICAL = "no puedo respirar"


def in_mode(helpline: Helpline, mode: str) -> Helpline:
    """Ana has a conversation in this mode, and all that was sent to her has gone out."""
    helpline.arrives("hola")
    helpline.answers()
    if mode != "bot":
        helpline.arrives("quiero una persona")
        helpline.finishes(helpline.turn(), effects=[{"effect": "hand_over", "reason": "asked"}])
    if mode == "human":
        helpline.takes(helpline.code())
    while helpline.sends():
        pass
    return helpline


@pytest.mark.parametrize("mode", ["bot", "waiting"])
def test_a_red_message_gets_its_text_at_once_and_waits_for_a_person(helpline: Helpline, mode: str) -> None:
    in_mode(helpline, mode).arrives(RED)
    helpline.looks()
    assert helpline.queued() == [crisis()]
    conversation, row = helpline.one(Conversation), helpline.all(InboxRow)[-1]
    assert (conversation.mode, conversation.colour, conversation.urgency) == ("waiting", "red", "now")
    assert (row.state, row.outcome, row.for_operator) == ("done", "red", True)
    assert (row.colour, row.signal) == ("red", "wants_to_die")
    assert helpline.one(Handoff).colour == "red"


def test_a_red_message_is_not_given_to_the_assistant(helpline: Helpline) -> None:
    helpline.arrives(RED)
    assert helpline.turns() == []
    assert helpline.one(Conversation).due_at is None


def test_while_an_operator_has_the_chat_a_red_message_is_theirs_first(helpline: Helpline) -> None:
    in_mode(helpline, "human").arrives(RED)
    helpline.looks()
    assert helpline.queued() == []
    assert helpline.one(Conversation).colour == "red"
    assert helpline.one(Handoff).colour == "red"
    assert helpline.all(InboxRow)[-1].for_operator


def test_an_operator_who_does_not_answer_a_red_for_a_minute_is_spoken_for_once(helpline: Helpline) -> None:
    in_mode(helpline, "human").arrives(RED)
    helpline.looks()
    helpline.passes(seconds=60)
    assert helpline.speaks_for_operators() == 0
    helpline.passes(seconds=1)
    assert helpline.speaks_for_operators() == 1
    assert helpline.queued() == [crisis()]
    assert helpline.one(OutboxRow, OutboxRow.state == "queued").safety
    helpline.passes(minutes=5)
    assert helpline.speaks_for_operators() == 0
    assert helpline.mode() == "human"


def test_who_was_spoken_for_no_longer_keeps_others_away(helpline: Helpline) -> None:
    in_mode(helpline, "human").arrives(RED)
    helpline.looks()
    helpline.passes(seconds=61)
    helpline.speaks_for_operators()
    helpline.takes(helpline.code(), "otro")
    assert helpline.one(Handoff).operator == "otro"


def test_an_operator_who_answers_within_the_minute_is_not_spoken_for(helpline: Helpline) -> None:
    in_mode(helpline, "human").arrives(RED)
    helpline.looks()
    helpline.passes(seconds=59)
    helpline.replies(helpline.code(), "Estoy contigo")
    helpline.passes(minutes=10)
    assert helpline.speaks_for_operators() == 0
    assert helpline.queued() == ["Estoy contigo"]


def test_the_minute_runs_from_the_first_red_without_an_answer(helpline: Helpline) -> None:
    in_mode(helpline, "human")
    for text in (RED, MEDICAL):
        helpline.arrives(text)
        helpline.looks()
        helpline.passes(seconds=31)
    assert helpline.speaks_for_operators() == 1
    assert helpline.queued() == [crisis("utter_medical_alarm")]


def test_a_chat_that_was_closed_within_the_minute_is_not_spoken_for(helpline: Helpline) -> None:
    in_mode(helpline, "human").arrives(RED)
    helpline.looks()
    helpline.closes(helpline.code(), farewell=[])
    helpline.passes(minutes=2)
    assert helpline.speaks_for_operators() == 0


@pytest.mark.parametrize("again", [RED, MEDICAL])
def test_a_text_is_given_once_then_the_short_one_and_another_danger_gets_its_own(
    helpline: Helpline, again: str
) -> None:
    helpline.arrives(RED)
    helpline.looks()
    helpline.passes(seconds=30)
    helpline.arrives(again)
    helpline.looks()
    assert helpline.utters() == [SUICIDE, "utter_medical_alarm" if again == MEDICAL else "utter_crisis_again"]
    assert [row.outcome for row in helpline.all(InboxRow)] == ["red", "red"]


def test_who_writes_on_gets_the_short_text_at_once_and_then_every_two_minutes(helpline: Helpline) -> None:
    for _ in range(5):
        helpline.arrives(RED)
        helpline.looks()
        helpline.passes(minutes=1, seconds=30)
    assert helpline.utters() == [SUICIDE, "utter_crisis_again", "utter_crisis_again"]


def test_a_red_in_the_next_conversation_gets_the_text_again(helpline: Helpline) -> None:
    for _ in range(2):
        helpline.arrives(RED)
        helpline.looks()
        helpline.closes(helpline.code(), farewell=[])
    assert helpline.utters() == [SUICIDE, SUICIDE]


def test_the_crisis_text_takes_back_what_the_assistant_had_not_sent(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers()
    helpline.arrives(RED)
    helpline.looks()
    assert [(row.utter, row.state) for row in helpline.all(OutboxRow)] == [
        ("utter_faq/mascarilla", "cancelled"),
        (SUICIDE, "queued"),
    ]


def test_a_red_behind_a_turn_that_hangs_is_answered(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.turn()
    helpline.arrives(RED)
    helpline.looks()
    assert helpline.queued() == [crisis()]


@pytest.mark.parametrize(("kind", "option"), [("text", None), ("option", "forged"), ("other", None)])
def test_danger_is_seen_in_whatever_carries_words(helpline: Helpline, kind: str, option: str | None) -> None:
    helpline.arrives(helpline.message(RED, kind=kind, type="x", option_id=option))
    helpline.looks()
    assert helpline.utters() == [SUICIDE]


def test_the_text_is_that_of_the_persons_channel(helpline: Helpline) -> None:
    helpline.arrives(helpline.message(RED, channel="sms"))
    helpline.looks()
    assert helpline.queued() == [crisis(channel="sms")]


def test_a_danger_whose_text_is_not_named_gets_the_general_one(helpline: Helpline) -> None:
    helpline.arrives("x")
    nameless = Triage("red", "now", False, "violence", "s", None)
    helpline.write(lambda s: watch.look(s, lambda text: nameless, helpline.line, helpline.now))
    assert helpline.utters() == ["utter_crisis_help"]


def test_yellow_waits_for_a_person_and_is_told_so_and_still_gets_an_answer(helpline: Helpline) -> None:
    helpline.arrives(YELLOW)
    turn = helpline.turn()
    assert helpline.utters() == ["utter_yellow"]
    conversation = helpline.one(Conversation)
    assert (conversation.mode, conversation.colour, conversation.urgency) == ("waiting", "yellow", "today")
    assert (helpline.open_handoffs(), helpline.one(InboxRow).for_operator) == (["yellow"], True)
    assert {name: turn.context[name] for name in ("mode", "colour", "media", "may_ask_profile")} == {
        "mode": "waiting",
        "colour": "yellow",
        "media": False,
        "may_ask_profile": False,
    }


def test_who_is_told_by_the_yellow_text_that_a_person_comes_is_not_told_again(helpline: Helpline) -> None:
    helpline.arrives(YELLOW)
    helpline.finishes(helpline.turn(), "utter_fallback")
    helpline.arrives(YELLOW)
    helpline.looks()
    assert helpline.queued() == [crisis("utter_yellow")]


def test_who_already_waits_for_a_person_is_given_the_yellow_text_too(helpline: Helpline) -> None:
    in_mode(helpline, "waiting").arrives(YELLOW)
    helpline.looks()
    assert helpline.queued() == [crisis("utter_yellow")]
    assert helpline.one(Handoff).colour == "yellow"


def test_after_a_crisis_text_yellow_says_no_less(helpline: Helpline) -> None:
    helpline.arrives(RED, YELLOW)
    helpline.looks()
    assert helpline.utters() == [SUICIDE]


def in_pieces(text: str) -> Triage:
    """What says that a text is dangerous, whatever breaks its lines."""
    return classify(text.replace("\n", " "))


def looks_at_pieces(helpline: Helpline) -> list[str]:
    """The watch goes by and reads so; what was said until now."""
    helpline.write(lambda s: watch.look(s, in_pieces, helpline.line, helpline.now))
    return helpline.utters()


@pytest.mark.parametrize("at_once", [True, False])
def test_a_red_sent_in_pieces_is_seen(helpline: Helpline, at_once: bool) -> None:
    for piece in ("me", "quiero", "morir"):
        helpline.passes(seconds=30)
        helpline.arrives(piece)
        if not at_once:
            looks_at_pieces(helpline)
    assert looks_at_pieces(helpline) == [SUICIDE]
    assert [row.colour for row in helpline.all(InboxRow)] == ["none", "none", "red"]


def test_what_has_had_its_crisis_text_is_not_read_again_with_the_next_message(helpline: Helpline) -> None:
    helpline.arrives("me quiero", "morir", "¿hola?")
    assert looks_at_pieces(helpline) == [SUICIDE]
    assert [row.outcome for row in helpline.all(InboxRow)] == [None, "red", None]


@pytest.mark.parametrize(
    ("before", "pause"), [("me quiero", 121), ("me quiero" + " de verdad" * 20, 0), ("otra cosa", 0)]
)
def test_messages_far_apart_or_long_are_read_one_by_one(helpline: Helpline, before: str, pause: int) -> None:
    helpline.arrives(before)
    looks_at_pieces(helpline)
    helpline.passes(seconds=pause)
    helpline.arrives("morir")
    assert looks_at_pieces(helpline) == []


def test_pieces_of_two_people_are_never_put_together(helpline: Helpline) -> None:
    helpline.arrives("me quiero", sender=ANA)
    helpline.arrives("morir", sender=BETO)
    assert looks_at_pieces(helpline) == []


def test_nothing_is_said_to_yellow_while_an_operator_has_the_chat(helpline: Helpline) -> None:
    in_mode(helpline, "human").arrives(YELLOW)
    assert helpline.turns() == []
    assert helpline.queued() == []
    assert helpline.one(Conversation).colour == "yellow"


def test_taking_the_chat_takes_back_the_yellow_text_but_no_crisis_text(helpline: Helpline) -> None:
    helpline.arrives(YELLOW, sender=ANA)
    helpline.looks()
    helpline.takes(helpline.code())
    helpline.arrives(RED, sender=BETO)
    helpline.looks()
    helpline.takes(helpline.code())
    assert [(row.utter, row.state) for row in helpline.all(OutboxRow)] == [
        ("utter_yellow", "cancelled"),
        (SUICIDE, "queued"),
    ]


def test_yellow_after_red_lowers_nothing(helpline: Helpline) -> None:
    helpline.arrives(RED, YELLOW, "hola")
    helpline.looks()
    assert (helpline.one(Conversation).colour, helpline.one(Handoff).colour) == ("red", "red")


def test_a_message_without_danger_goes_on_to_the_assistant(helpline: Helpline) -> None:
    helpline.arrives("hola")
    assert (helpline.looks(), helpline.looks()) == (1, 0)
    row = helpline.one(InboxRow)
    assert (row.state, row.colour, row.signal, row.for_operator) == ("waiting", "none", None, False)


def test_a_message_without_danger_is_the_operators_where_one_has_the_chat(helpline: Helpline) -> None:
    in_mode(helpline, "human").arrives("hola de nuevo")
    helpline.looks()
    row = helpline.all(InboxRow)[-1]
    assert (row.state, row.outcome, row.for_operator) == ("done", "human", True)


def test_what_is_said_while_waiting_is_shown_to_the_operator_too(helpline: Helpline) -> None:
    in_mode(helpline, "waiting").arrives("¿cómo uso la mascarilla?")
    helpline.looks()
    row = helpline.all(InboxRow)[-1]
    assert (row.state, row.for_operator) == ("waiting", True)


def test_five_hundred_messages_of_one_person_are_all_watched(helpline: Helpline) -> None:
    helpline.arrives(*["hola"] * 486, RED, *["hola"] * 13)
    while helpline.looks():
        pass
    assert helpline.utters() == [SUICIDE]
    assert helpline.all(InboxRow)[486].outcome == "red"


def test_a_message_that_breaks_the_watch_goes_to_a_person_and_stops_no_other(helpline: Helpline) -> None:
    def breaks(text: str) -> Triage:
        if text == "rompe":
            raise RecursionError
        return classify(text)

    helpline.arrives("rompe", sender=BETO)
    helpline.arrives(RED, sender=ANA)
    helpline.write(lambda s: watch.look(s, breaks, helpline.line, helpline.now))
    assert helpline.utters() == [SUICIDE]
    assert helpline.open_handoffs() == ["failed", "red"]
    assert [(row.state, row.for_operator) for row in helpline.all(InboxRow)] == [
        ("waiting", True),
        ("done", True),
    ]


def test_a_red_whose_text_cannot_be_said_still_waits_for_a_person(helpline: Helpline) -> None:
    def missing(name: str, channel: str, **values: str) -> Body:
        raise LookupError(name)

    helpline.arrives(RED)
    helpline.write(lambda s: watch.look(s, classify, missing, helpline.now))
    assert (helpline.open_handoffs(), helpline.one(Conversation).colour) == (["red"], "red")
    assert helpline.one(InboxRow).for_operator


def test_what_is_known_of_a_danger_stays_when_the_rest_breaks(helpline: Helpline) -> None:
    def breaks(name: str, channel: str, **values: str) -> Body:
        raise ValueError(name)

    helpline.arrives(RED, "hola")
    helpline.write(lambda s: watch.look(s, classify, breaks, helpline.now))
    assert (helpline.open_handoffs(), helpline.one(Handoff).colour) == (["red"], "red")
    assert [row.for_operator for row in helpline.all(InboxRow)] == [True, True]


def test_buttons_of_a_fixed_text_can_be_tapped(helpline: Helpline) -> None:
    button = (Option("/ask_for_person", "Persona"),)
    helpline.line = lambda name, channel: Body(name, button if name == SUICIDE else ())
    helpline.arrives(RED)
    helpline.looks()
    tapped = helpline.all(OutboxRow)[0].body["options"][0]["id"]
    helpline.arrives(helpline.message("Persona", kind="option", type="interactive", option_id=tapped))
    assert helpline.turn().payload == "/ask_for_person"


ASKING = [
    {"event": "active_loop", "name": "test_advice_form"},
    {"event": "slot", "name": "requested_slot", "value": "advice_days"},
]


def in_a_form(helpline: Helpline) -> Helpline:
    """Ana is being asked something."""
    helpline.arrives("me hago la prueba o no")
    helpline.finishes(helpline.turn(), "utter_menu", events=ASKING)
    return helpline


@pytest.mark.parametrize("danger", [RED, YELLOW])
def test_a_message_of_danger_leaves_the_form_it_was_written_into(helpline: Helpline, danger: str) -> None:
    in_a_form(helpline).arrives(danger)
    helpline.looks()
    left = helpline.one(Conversation).events
    assert left == [*ASKING, {**ASKING[0], "name": None}, {**ASKING[1], "value": None}]
    helpline.arrives(RED)
    helpline.looks()
    assert helpline.one(Conversation).events == left


def test_a_form_does_not_go_on_over_a_red_that_came_while_it_was_answering(helpline: Helpline) -> None:
    in_a_form(helpline).arrives("3")
    answering = helpline.turn()
    helpline.arrives(RED)
    helpline.looks()
    assert not helpline.finishes(answering, "utter_menu", events=[{**ASKING[1], "value": "advice_risk"}])
    assert helpline.queued() == [crisis()]
    again = helpline.turn()  # what was to be answered is answered, and not as an answer to the form
    assert again.text == "3"
    assert again.events[-1] == {**ASKING[1], "value": None}
