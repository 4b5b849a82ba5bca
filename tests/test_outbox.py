"""Every message to a person ends as sent, failed or openly unknown; in order, within limits, never twice."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linea import outbox
from linea.messages import Body, Option
from linea.store.models import Conversation, Halt, OptionRow, OutboxRow
from tests.helpline import ANA, BETO, RED, SUICIDE, Helpline


@pytest.fixture
def ana(helpline: Helpline) -> Helpline:
    """Ana has written and nothing is queued."""
    helpline.arrives("hola", sender=ANA)
    helpline.turns()
    return helpline


def row(helpline: Helpline, outbox_id: str) -> OutboxRow:
    found: OutboxRow = helpline.one(OutboxRow, OutboxRow.id == outbox_id)
    return found


# -- one attempt ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "details", "state", "handoffs"),
    [
        ("accepted", {"external_id": "wamid.1"}, "accepted", []),
        ("retry", {"error_code": 131056, "retry_after": 6.0}, "queued", []),
        ("retry", {"detail": "not connected"}, "queued", []),
        ("uncertain", {"detail": "no answer"}, "uncertain", []),
        ("halt", {"error_code": 190}, "queued", []),
        ("failed", {"error_code": 131047}, "failed", ["undelivered"]),
    ],
)
def test_each_outcome_of_an_attempt_has_its_state(
    ana: Helpline, outcome: str, details: dict[str, object], state: str, handoffs: list[str]
) -> None:
    sent = ana.adds()
    (sending,) = ana.claims()
    ana.records(sending, outcome, **details)
    found = row(ana, sent)
    assert (found.state, found.attempts, found.error_code) == (state, 1, details.get("error_code"))
    assert found.external_id == details.get("external_id")
    assert ana.open_handoffs() == handoffs


@pytest.mark.parametrize(("outcome", "wait"), [("retry", 6.0), ("retry", None), ("halt", None)])
def test_what_is_tried_again_waits_as_long_as_it_was_told(
    ana: Helpline, outcome: str, wait: float | None
) -> None:
    sent = ana.adds()
    ana.records(ana.claims()[0], outcome, retry_after=wait)
    seconds = 60.0 if outcome == "halt" else wait or 1.0
    assert row(ana, sent).next_at == ana.now + timedelta(seconds=seconds)
    ana.passes(seconds=seconds - 0.1)
    assert ana.claims() == []
    ana.passes(seconds=0.1)
    assert [again.attempt for again in ana.claims()] == [2]


def test_after_a_day_nothing_is_tried_again_and_a_person_knows(ana: Helpline) -> None:
    sent = ana.adds()
    ana.passes(hours=23)
    ana.records(ana.claims()[0], "retry")
    assert ana.state(sent) == "queued"
    ana.passes(hours=1)
    ana.records(ana.claims()[0], "retry")
    assert (ana.state(sent), ana.open_handoffs()) == ("failed", ["undelivered"])


def test_what_is_claimed_carries_the_message_and_who_it_is_for(ana: Helpline) -> None:
    body = Body("¿Sí?", (Option("/affirm", "Sí"),), "Elegir")
    sent = ana.adds(body=body)
    (sending,) = ana.claims()
    conversation = ana.one(Conversation)
    assert (sending.id, sending.person_id, sending.channel) == (sent, conversation.person_id, "whatsapp")
    assert (sending.body.text, sending.body.button, sending.body.options[0].title) == ("¿Sí?", "Elegir", "Sí")


def test_what_is_in_hand_is_not_claimed_again(ana: Helpline) -> None:
    ana.adds()
    assert (len(ana.claims()), len(ana.claims())) == (1, 0)


def test_no_more_is_claimed_than_there_is_room_for(ana: Helpline) -> None:
    for number in range(5):
        ana.arrives("hola", sender=f"+5190000010{number}")
        ana.adds()
    assert (len(ana.claims(2)), len(ana.claims(2)), len(ana.claims(2))) == (2, 2, 1)


def test_a_row_that_was_erased_while_it_was_sent_is_no_error(ana: Helpline) -> None:
    ana.adds()
    (sending,) = ana.claims()
    ana.write(lambda session: session.query(OutboxRow).delete())
    ana.records(sending, "accepted", external_id="wamid.1")
    assert ana.all(OutboxRow) == []


# -- order --------------------------------------------------------------------------------------------


def test_messages_to_one_person_go_one_after_another_in_order(ana: Helpline) -> None:
    said = ["uno", "dos", "tres"]
    for words in said:
        ana.adds(words)
    heard = []
    while claimed := ana.claims():
        assert ana.claims() == []
        heard.append([sending.body.text for sending in claimed])
        ana.records(claimed[0], "accepted")
    assert heard == [["uno"], ["dos"], ["tres"]]


def test_a_message_that_is_tried_again_holds_back_the_next_to_the_same_person_only(ana: Helpline) -> None:
    ana.adds("uno")
    ana.adds("dos")
    ana.arrives("hola", sender=BETO)
    beto = ana.adds("a Beto")
    first, other = ana.claims()
    ana.records(first, "retry", retry_after=30.0)
    ana.records(other, "accepted")
    assert (ana.claims(), ana.state(beto)) == ([], "accepted")
    ana.passes(seconds=30)
    assert [sending.body.text for sending in ana.claims()] == ["uno"]


@pytest.mark.parametrize("outcome", ["accepted", "failed", "uncertain"])
def test_what_is_settled_or_unknown_holds_back_nothing(ana: Helpline, outcome: str) -> None:
    ana.adds("uno")
    ana.adds("dos")
    ana.records(ana.claims()[0], outcome)
    assert [sending.body.text for sending in ana.claims()] == ["dos"]


def test_a_safety_text_goes_before_everything_else(ana: Helpline) -> None:
    ana.adds("uno")
    ana.arrives("hola", sender=BETO)
    ana.adds("a Beto")
    ana.adds("peligro", "line", safety=True)
    assert [sending.body.text for sending in ana.claims(1)] == ["peligro"]


def test_a_safety_text_waits_for_nothing_that_is_still_being_sent(ana: Helpline) -> None:
    ana.adds("uno")
    ana.claims()
    ana.adds("peligro", "line", safety=True)
    assert [sending.body.text for sending in ana.claims()] == ["peligro"]


# -- limits -------------------------------------------------------------------------------------------


def send_all(helpline: Helpline) -> int:
    count = 0
    while sent := helpline.sends():
        count += len(sent)
    return count


def test_forty_five_messages_at_once_then_one_in_six_seconds(ana: Helpline) -> None:
    for _ in range(50):
        ana.adds()
    assert send_all(ana) == outbox.PAIR_BURST == 45
    for _ in range(5):
        ana.passes(seconds=5)
        assert send_all(ana) == 0
        ana.passes(seconds=1)
        assert send_all(ana) == 1


def test_the_limit_is_paid_off_by_waiting(ana: Helpline) -> None:
    for _ in range(110):
        ana.adds()
    send_all(ana)
    ana.passes(seconds=6 * 10)
    assert send_all(ana) == 10
    ana.passes(hours=1)
    assert send_all(ana) == 45


def test_the_limit_is_metas_and_not_that_of_an_sms(ana: Helpline) -> None:
    ana.arrives(ana.message("hola", channel="sms"))
    for _ in range(60):
        ana.adds(code=ana.code())
    assert send_all(ana) == 60


def test_an_sms_knows_its_parts_with_its_options_before_it_is_sent(ana: Helpline) -> None:
    ana.arrives(ana.message("hola", channel="sms"))
    options = (Option("/ask_menu", "Ver preguntas"), Option("/ask_for_person", "Hablar con alguien"))
    for text in ("x" * 160, "x" * 161, "á" * 70, "á" * 71, "x" * 115, "x" * 150):
        ana.adds(body=Body(text, options if text in ("x" * 115, "x" * 150) else ()))
    assert [row.segments for row in ana.all(OutboxRow)] == [1, 2, 1, 2, 1, 2]


def test_the_limit_of_one_person_is_not_anothers(ana: Helpline) -> None:
    for _ in range(50):
        ana.adds()
    send_all(ana)
    ana.arrives("hola", sender=BETO)
    ana.adds()
    assert send_all(ana) == 1


def test_a_safety_text_goes_out_over_the_limit(ana: Helpline) -> None:
    for _ in range(50):
        ana.adds()
    send_all(ana)
    ana.adds("peligro", "line", safety=True)
    assert [sending.body.text for sending in ana.sends()] == ["peligro"]


def test_the_sender_knows_when_the_next_message_is_due(ana: Helpline) -> None:
    def due() -> object:
        with ana.store.reading() as session:
            return outbox.next_due(session)

    assert due() is None
    ana.adds()
    assert due() == ana.now
    ana.records(ana.claims()[0], "retry", retry_after=30.0)
    assert due() == ana.now + timedelta(seconds=30)


# -- an account that refuses us -----------------------------------------------------------------------


def halted(helpline: Helpline) -> list[str]:
    """Ten people wait; the first attempt was refused for the account's sake."""
    waiting = []
    for number in range(10):
        helpline.arrives("hola", sender=f"+5190000020{number}")
        waiting.append(helpline.adds())
    (first,) = helpline.claims(1)
    helpline.records(first, "halt", error_code=190)
    return waiting


def test_a_halted_channel_is_tried_once_a_minute(helpline: Helpline) -> None:
    halted(helpline)
    assert (helpline.claims(), helpline.one(Halt).code) == ([], 190)
    for _ in range(3):
        helpline.passes(seconds=59)
        assert helpline.claims() == []
        helpline.passes(seconds=1)
        (probe,) = helpline.claims()
        helpline.records(probe, "halt", error_code=190)
    assert helpline.open_handoffs() == []


def test_when_the_account_is_well_again_everything_goes_out(helpline: Helpline) -> None:
    waiting = halted(helpline)
    helpline.passes(seconds=60)
    (probe,) = helpline.claims()
    helpline.records(probe, "accepted", external_id="wamid.1")
    assert helpline.all(Halt) == []
    assert send_all(helpline) == 9
    assert {helpline.state(sent) for sent in waiting} == {"accepted"}


def test_one_halted_channel_does_not_halt_another(helpline: Helpline) -> None:
    halted(helpline)
    helpline.arrives(helpline.message(channel="sms", sender=BETO))
    helpline.adds("por SMS")
    assert [sending.channel for sending in helpline.claims(1)] == ["sms"]


# -- what the channel reports -------------------------------------------------------------------------

STATUSES = ("sent", "delivered", "read", "played")


@pytest.mark.parametrize("order", permutations(["sent", "delivered", "read"]))
@pytest.mark.parametrize("accepted_after", range(4))
def test_a_message_ends_as_read_in_whatever_order_that_is_reported(
    ana: Helpline, order: tuple[str, ...], accepted_after: int
) -> None:
    sent = ana.adds()
    (sending,) = ana.claims()
    reached = []
    for number, status in enumerate((*order, None)):
        if number == accepted_after:
            ana.records(sending, "accepted", external_id="wamid.1")
        if status:
            ana.reports(sent, status, "wamid.1")
        reached.append(outbox.RANK[ana.state(sent)])
    assert reached == sorted(reached)
    assert (ana.state(sent), row(ana, sent).external_id) == ("read", "wamid.1")


EVENTS = st.lists(
    st.sampled_from(["accepted", "uncertain", "sweep", *STATUSES, "failed", "weird"]), min_size=1, max_size=8
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_nothing_that_is_reported_takes_back_what_was_known(ana: Helpline, events: list[str]) -> None:
    sent = ana.adds(safety=True)
    (sending,) = ana.claims()
    known = 0
    for event in events:
        if event in ("accepted", "uncertain"):
            ana.records(sending, event, external_id=f"wamid.{sent}")
        elif event == "sweep":
            ana.passes(seconds=61)
            ana.sweeps()
        else:
            ana.reports(sent, event, f"wamid.{sent}")
        rank = outbox.RANK[ana.state(sent)]
        assert rank >= known
        known = rank
    seen = {outbox.PLAYED.get(event, event) for event in events}
    best = max((outbox.RANK[event] for event in seen if event in ("delivered", "read")), default=0)
    assert known >= best
    ana.write(lambda session: session.query(OutboxRow).delete())


@pytest.mark.parametrize("order", [("failed", "delivered"), ("delivered", "failed"), ("read", "failed")])
def test_what_was_delivered_did_not_fail(ana: Helpline, order: tuple[str, str]) -> None:
    sent = ana.adds()
    ana.sends()
    for status in order:
        ana.reports(sent, status, f"wamid.out.{sent}", code=131026 if status == "failed" else None)
    assert ana.state(sent) in ("delivered", "read")


def test_a_message_reported_as_failed_goes_to_a_person_once(ana: Helpline) -> None:
    sent = ana.adds()
    ana.sends()
    for _ in range(3):
        ana.reports(sent, "failed", f"wamid.out.{sent}", code=131026)
    assert (row(ana, sent).state, row(ana, sent).error_code) == ("failed", 131026)
    assert ana.open_handoffs() == ["undelivered"]
    ana.closes(ana.code(), farewell=[])
    ana.reports(sent, "failed", f"wamid.out.{sent}", code=131026)
    assert ana.open_handoffs() == []


@pytest.mark.parametrize(("by_ours", "by_theirs"), [(True, True), (True, False), (False, True)])
def test_a_status_finds_its_message_by_our_id_or_by_theirs(
    ana: Helpline, by_ours: bool, by_theirs: bool
) -> None:
    sent = ana.adds()
    ana.sends()
    wamid = f"wamid.out.{sent}" if by_theirs else "wamid.unknown"
    assert ana.reports(sent if by_ours else None, "delivered", wamid)
    assert ana.state(sent) == "delivered"


def test_a_status_that_is_none_of_ours_changes_nothing(ana: Helpline) -> None:
    sent = ana.adds()
    ana.sends()
    assert not ana.reports("unknown", "delivered", "wamid.unknown")
    assert not ana.reports(None, "delivered", "")
    assert ana.state(sent) == "accepted"


def test_a_name_not_known_yet_changes_nothing(ana: Helpline) -> None:
    sent = ana.adds()
    ana.sends()
    assert not ana.reports(sent, "warning")
    assert ana.state(sent) == "accepted"


def test_a_voice_note_that_was_played_was_read(ana: Helpline) -> None:
    sent = ana.adds()
    ana.sends()
    ana.reports(sent, "played")
    assert ana.state(sent) == "read"


def test_what_was_reported_as_sent_is_not_sent_again(ana: Helpline) -> None:
    sent = ana.adds()
    ana.records(ana.claims()[0], "retry")
    ana.reports(sent, "sent")
    ana.passes(minutes=5)
    assert ana.claims() == []


# -- what nobody answers for --------------------------------------------------------------------------


def test_a_late_acceptance_settles_what_was_uncertain(ana: Helpline) -> None:
    sent = ana.adds()
    (sending,) = ana.claims()
    ana.passes(seconds=61)
    ana.sweeps()
    assert ana.state(sent) == "uncertain"
    ana.records(sending, "accepted", external_id="wamid.1")
    assert (ana.state(sent), row(ana, sent).external_id) == ("accepted", "wamid.1")


@pytest.mark.parametrize("outcome", ["accepted", "retry", "uncertain", "failed", "halt"])
def test_an_attempt_that_comes_back_from_the_dead_changes_nothing(ana: Helpline, outcome: str) -> None:
    sent = ana.adds(safety=True)
    (zombie,) = ana.claims()
    ana.passes(seconds=61)
    ana.sweeps()
    ana.passes(seconds=61)
    ana.sweeps()
    (second,) = ana.claims()
    before = {name: value for name, value in vars(row(ana, sent)).items() if name[0] != "_"}
    ana.records(zombie, outcome, error_code=1, detail="late")
    assert {name: value for name, value in vars(row(ana, sent)).items() if name[0] != "_"} == before
    assert (ana.all(Halt), ana.open_handoffs()) == ([], [])
    ana.records(second, "accepted", external_id="wamid.2")
    assert row(ana, sent).external_id == "wamid.2"


def test_an_attempt_is_uncertain_after_a_minute_and_left_to_a_person_after_ten_more(ana: Helpline) -> None:
    sent = ana.adds()
    ana.claims()
    for minutes, state in [(1, "sending"), (0.1, "uncertain"), (9.9, "uncertain"), (0.2, "unresolved")]:
        ana.passes(minutes=minutes)
        ana.sweeps()
        assert ana.state(sent) == state
    assert ana.open_handoffs() == ["uncertain"]
    assert ana.claims() == []


@pytest.mark.parametrize("status", ["sent", "delivered", "read"])
@pytest.mark.parametrize("minutes", [2, 20])
def test_a_status_settles_what_was_uncertain(ana: Helpline, status: str, minutes: int) -> None:
    sent = ana.adds()
    ana.records(ana.claims()[0], "uncertain")
    ana.passes(minutes=minutes)
    ana.sweeps()
    ana.reports(sent, status)
    ana.passes(minutes=20)
    ana.sweeps()
    assert ana.state(sent) == status


def test_only_a_safety_text_goes_out_again_by_itself_and_only_once(ana: Helpline) -> None:
    ordinary, safety = ana.adds(), ana.adds("peligro", "line", safety=True)
    attempts = []
    for sending in ana.sends("uncertain") + ana.sends("uncertain"):
        attempts.append(sending.id)
    for _ in range(30):
        ana.passes(minutes=1)
        ana.sweeps()
        attempts += [sending.id for sending in ana.sends("uncertain")]
    assert sorted(attempts) == sorted([ordinary, safety, safety])
    assert (ana.state(ordinary), ana.state(safety)) == ("unresolved", "unresolved")


def test_a_safety_text_that_was_sent_twice_has_ten_minutes_to_be_reported(ana: Helpline) -> None:
    sent = ana.adds("peligro", "line", safety=True)
    for _ in range(2):
        ana.sends("uncertain")
        ana.passes(minutes=2)
        ana.sweeps()
    ana.passes(minutes=7)
    ana.sweeps()
    assert ana.state(sent) == "uncertain"
    ana.passes(minutes=2)
    ana.sweeps()
    assert ana.state(sent) == "unresolved"


def test_what_a_person_sends_again_goes_out(ana: Helpline) -> None:
    failed, unknown, fine = ana.adds("uno"), ana.adds("dos"), ana.adds("tres")
    for outcome in ("failed", "uncertain", "accepted"):
        ana.sends(outcome)
    ana.passes(minutes=11)
    ana.sweeps()
    conversation = ana.one(Conversation)
    assert ana.write(lambda session: outbox.send_again(session, conversation.id, ana.now)) == 2
    ana.sends()
    ana.sends()
    assert [ana.state(sent) for sent in (failed, unknown, fine)] == ["accepted"] * 3
    assert row(ana, failed).error_code is None


def test_while_an_operator_has_the_chat_nothing_of_the_assistants_goes_out_again(ana: Helpline) -> None:
    bot, theirs = ana.adds(), ana.adds(origin="operator", operator="rosa")
    safety = ana.adds(origin="line", safety=True)
    for _ in range(3):
        ana.sends("failed")
    conversation = ana.one(Conversation)
    ana.takes(conversation.code)
    assert ana.write(lambda session: outbox.send_again(session, conversation.id, ana.now)) == 2
    assert [ana.state(sent) for sent in (bot, theirs, safety)] == ["failed", "queued", "queued"]


def test_a_farewell_that_does_not_arrive_brings_nobody_back(ana: Helpline) -> None:
    ana.takes(ana.code())
    ana.closes(ana.code())
    ana.sends("failed")
    assert (ana.open_handoffs(), ana.mode(), ana.one(Conversation).ended_at) == ([], "bot", ana.now)


# -- taking back --------------------------------------------------------------------------------------


def test_taking_back_leaves_an_operators_words_and_safety_texts(ana: Helpline) -> None:
    bot, line = ana.adds(), ana.adds(origin="line")
    operator, safety = ana.adds(origin="operator", operator="rosa"), ana.adds(origin="line", safety=True)
    conversation = ana.one(Conversation)
    assert ana.write(lambda session: outbox.cancel_unsent(session, conversation.id, ana.now)) == 2
    assert [ana.state(sent) for sent in (bot, line, operator, safety)] == [
        "cancelled",
        "cancelled",
        "queued",
        "queued",
    ]


def test_taking_back_leaves_what_is_already_on_its_way_and_what_is_anothers(ana: Helpline) -> None:
    on_its_way = ana.adds()
    ana.claims()
    ana_code = ana.code()
    ana.arrives("hola", sender=BETO)
    other = ana.adds()
    conversation = ana.one(Conversation, Conversation.code == ana_code)
    assert ana.write(lambda session: outbox.cancel_unsent(session, conversation.id, ana.now)) == 0
    assert (ana.state(on_its_way), ana.state(other)) == ("sending", "queued")


@pytest.mark.parametrize("outcome", ["retry", "halt"])
def test_a_bot_message_that_comes_back_unsent_after_a_person_took_the_chat_is_taken_back(
    ana: Helpline, outcome: str
) -> None:
    sent = ana.adds()
    (sending,) = ana.claims()
    ana.takes(ana.code())
    ana.records(sending, outcome)
    assert ana.state(sent) == "cancelled"


def test_a_message_of_the_conversation_before_is_taken_back_when_it_comes_back_unsent(ana: Helpline) -> None:
    farewell = ana.adds()
    (sending,) = ana.claims()
    ana.takes(ana.code())
    ana.closes(ana.code(), farewell=[])
    ana.arrives("otra cosa")
    ana.takes(ana.code())
    ana.records(sending, "retry")
    assert ana.state(farewell) == "cancelled"


@pytest.mark.parametrize("options", [{"origin": "operator", "operator": "rosa"}, {"safety": True}])
def test_an_operators_words_and_a_safety_text_are_tried_again_while_a_person_has_the_chat(
    ana: Helpline, options: dict[str, object]
) -> None:
    ana.takes(ana.code())
    sent = ana.adds(**options)
    ana.records(ana.claims()[0], "retry")
    assert ana.state(sent) == "queued"


def test_a_status_for_what_was_taken_back_changes_nothing(ana: Helpline) -> None:
    sent = ana.adds()
    ana.takes(ana.code())
    assert not ana.reports(sent, "delivered")
    assert ana.state(sent) == "cancelled"


def test_nothing_fails_without_somebody_to_see_it(ana: Helpline) -> None:
    ana.adds()
    ana.sends("failed")
    assert (ana.mode(), ana.open_handoffs()) == ("waiting", ["undelivered"])


# -- what can be tapped -------------------------------------------------------------------------------


def test_what_travels_is_an_opaque_id_and_the_payload_stays(ana: Helpline) -> None:
    options = (Option("/ask_for_person", "Persona", "ahora"), Option("faq/mascarilla", "Mascarilla"))
    ana.adds(body=Body("¿Qué?", options))
    (sending,) = ana.claims()
    travelling = {option.id: option for option in sending.body.options}
    kept = {option.id: option for option in ana.all(OptionRow)}
    assert set(travelling) == set(kept)
    assert [o.title for o in travelling.values()] == ["Persona", "Mascarilla"]
    assert {kept[i].payload for i in travelling} == {"/ask_for_person", "faq/mascarilla"}
    assert not any("ask" in i or "faq" in i for i in travelling)


def test_the_same_buttons_sent_twice_have_different_ids(ana: Helpline) -> None:
    for _ in range(2):
        ana.adds(body=Body("¿Sí?", (Option("/affirm", "Sí"),)))
    assert len({option.id for option in ana.all(OptionRow)}) == 2


def test_what_was_tapped_in_one_conversation_means_nothing_in_another(ana: Helpline) -> None:
    ana.adds(body=Body("¿Sí?", (Option("/affirm", "Sí"),)))
    stolen = ana.one(OptionRow).id
    ana.arrives(ana.message("Sí", BETO, kind="option", type="interactive", option_id=stolen))
    (turn,) = ana.turns()
    assert (turn.payload, turn.text) == (None, "Sí")


def test_a_red_text_is_a_safety_text(helpline: Helpline) -> None:
    helpline.arrives(RED)
    helpline.looks()
    found = helpline.one(OutboxRow)
    assert (found.utter, found.safety, found.origin) == (SUICIDE, True, "line")
