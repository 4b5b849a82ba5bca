"""From a red nobody opened to somebody of the team who comes: who is called, who answers, when it ends."""

from __future__ import annotations

import pytest

from linea import pages
from linea.messages import Parsed, Sender, SendResult, Takeover
from linea.on_call import Duty
from linea.roster import Contact
from linea.store.models import Alert, Conversation, InboxRow, Page, Person
from tests.helpline import BETO, CARLA, ON_CALL, RED, ROSA, YELLOW, Helpline, both, crisis

LUIS = ON_CALL.people[1]


@pytest.fixture
def night(helpline: Helpline) -> Helpline:
    """A line with a list of people to call, and nobody at work."""
    helpline.duty = Duty(ON_CALL)
    return helpline


# -- who is called ------------------------------------------------------------------------------------


def test_a_red_with_nobody_there_calls_the_first_at_once_and_the_text_says_so(night: Helpline) -> None:
    night.danger()
    assert night.queued() == [crisis(who="utter_crisis_called")]
    assert night.goes_by() == both("Rosa")


def test_with_somebody_there_a_red_is_called_for_after_a_minute(night: Helpline) -> None:
    night.starts("Ana")
    night.danger()
    assert night.queued() == [crisis(who="utter_crisis_present")]
    assert night.goes_by(seconds=59) == []
    assert night.goes_by(seconds=1) == both("Rosa")


def test_who_opens_it_within_the_minute_calls_nobody(night: Helpline) -> None:
    night.starts("Ana")
    night.danger()
    night.passes(seconds=30)
    night.takes(night.code(), "Ana")
    assert night.goes_by(minutes=20) == []
    assert night.open_alerts() == []


@pytest.mark.parametrize(("there", "called"), [(True, []), (False, both("Rosa"))])
def test_a_yellow_for_today_is_called_for_only_while_nobody_is_there(
    night: Helpline, there: bool, called: list[tuple[str, str]]
) -> None:
    if there:
        night.starts("Ana")
    night.danger(YELLOW)
    assert night.goes_by(seconds=61) == called
    night.goes_home("Ana")
    assert night.goes_by(seconds=61)[:2] == both("Rosa")


def test_a_red_after_a_yellow_for_today_waits_no_longer(night: Helpline) -> None:
    night.starts("Ana")
    night.danger(YELLOW)
    assert night.open_alerts() == ["today"]
    night.danger()
    assert night.open_alerts() == ["red"]
    assert night.goes_by(seconds=61) == both("Rosa")


def test_no_answer_for_five_minutes_calls_the_next_then_the_coordinator_then_all_again(
    night: Helpline,
) -> None:
    night.danger()
    night.goes_by()
    assert night.goes_by(minutes=5) == both("Rosa", "Luis")
    assert night.goes_by(minutes=5) == both("Rosa", "Luis", "Carla")
    assert len(night.goes_by(minutes=14)) == 6
    assert night.goes_by(minutes=1)[6:] == both("Rosa", "Luis", "Carla")


def test_a_way_that_fails_is_made_good_by_the_other(night: Helpline) -> None:
    night.danger()
    night.calls()
    sms, _ = night.write(lambda s: pages.claim(s, night.now, 16))
    failed = SendResult("failed", error_code=30005)
    night.write(lambda s: pages.record(s, sms, failed, night.now))
    assert night.goes_by(seconds=5) == both("Rosa")


def test_where_both_ways_fail_the_next_is_called_at_once(night: Helpline) -> None:
    night.danger()
    night.calls()
    night.pages("failed", error_code=131026)
    assert night.goes_by(seconds=1) == both("Rosa", "Luis")


def test_a_failure_that_is_reported_later_calls_the_next_at_once_too(night: Helpline) -> None:
    night.danger()
    night.goes_by()
    for page in night.all(Page):
        night.reports_page(page.id, "failed")
    assert night.goes_by(seconds=1) == both("Rosa", "Luis")


def test_a_page_that_was_delivered_did_not_fail(night: Helpline) -> None:
    night.danger()
    night.goes_by()
    sms = night.all(Page, Page.way == "sms")[0]
    assert [night.reports_page(sms.id, name) for name in ("delivered", "sent", "failed")] == [
        True,
        False,
        False,
    ]
    assert night.one(Page, Page.id == sms.id).state == "delivered"
    assert night.goes_by(seconds=1) == both("Rosa")


def test_where_the_line_has_no_sms_people_are_called_by_whatsapp(night: Helpline) -> None:
    night.danger()
    night.calls("whatsapp")
    assert night.called() == [("Rosa", "whatsapp")]


def test_an_empty_list_calls_nobody_until_somebody_is_in_it(helpline: Helpline) -> None:
    helpline.danger()
    assert helpline.queued() == [crisis(who="utter_crisis_nobody")]
    assert helpline.goes_by() == []
    helpline.duty = Duty(ON_CALL)
    assert helpline.goes_by(seconds=30) == both("Rosa")


def test_a_red_in_a_chat_that_is_held_calls_holder_and_coordinator(night: Helpline) -> None:
    night.arrives("hola")
    night.answers()
    night.starts("Rosa")
    night.takes(night.code(), "Rosa")
    night.danger()
    assert night.open_alerts() == ["held"]
    assert night.goes_by() == both("Rosa", "Carla")


def test_who_answers_the_held_red_ends_it(night: Helpline) -> None:
    night.arrives("hola")
    night.answers()
    night.takes(night.code(), "Ana")
    night.danger()
    night.replies(night.code(), operator="Ana")
    assert night.goes_by(minutes=20) == []


def test_a_held_red_nobody_answers_goes_on_call_with_its_text(night: Helpline) -> None:
    night.arrives("hola")
    night.answers()
    night.starts("Ana")
    night.takes(night.code(), "Ana")
    night.danger()
    night.goes_by()
    night.passes(seconds=61)
    night.speaks_for_operators()
    assert night.queued()[-1] == crisis(who="utter_crisis_called")
    assert night.open_alerts() == ["red"]
    assert night.goes_by() == [*both("Carla"), *both("Rosa")]


def test_a_red_that_is_open_for_a_day_is_the_coordinators_once_a_day_by_day(night: Helpline) -> None:
    night.danger()
    night.takes(night.code())
    assert night.goes_by(hours=24) == []
    assert night.goes_by(seconds=1) == both("Carla")
    assert night.goes_by(hours=23) == both("Carla")
    assert night.goes_by(hours=1) == both("Carla", "Carla")
    night.closes(night.code())
    assert night.goes_by(hours=24) == both("Carla", "Carla")


def test_what_somebody_outside_answered_calls_nobody_and_what_they_left_does(night: Helpline) -> None:
    night.danger()
    takeover = Takeover("whatsapp", "k1", Sender("+51900000001"), "phone_app", True, "Hola", None, {})
    night.accepts(Parsed(takeovers=(takeover,)))
    assert night.goes_by(minutes=20) == []
    night.danger()
    assert night.goes_by()[-2:] == both("Rosa")


def test_a_copy_of_a_red_that_another_system_answers_calls_somebody(night: Helpline) -> None:
    night.arrives(night.message(RED, kind="copy"))
    night.looks()
    assert (night.goes_by(), night.queued()) == (both("Rosa"), [])


# -- VOY ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["VOY", "voy", "Ya voy!", "Sí, voy", "voy yo", "VOY {code}"])
@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_voy_is_known_by_the_number_holds_the_calls_and_is_no_conversation(
    night: Helpline, words: str, channel: str
) -> None:
    night.danger()
    night.goes_by()
    assert night.says(words.format(code=night.code()), channel=channel) == 1
    alert = night.one(Alert)
    assert (alert.acknowledged_by, alert.acknowledged_at) == ("Rosa", night.now)
    assert (len(night.all(Person)), len(night.all(Conversation)), len(night.all(InboxRow))) == (1, 1, 1)
    assert night.goes_by(minutes=14) == both("Rosa")
    thanks = night.one(Page, Page.kind == "thanks")
    assert (thanks.staff, thanks.way, thanks.state) == ("Rosa", channel, "accepted")


def test_who_said_voy_and_did_not_come_is_called_again_with_all(night: Helpline) -> None:
    night.danger()
    night.goes_by()
    night.says("VOY")
    assert night.goes_by(minutes=15)[2:] == both("Rosa", "Luis", "Carla")
    night.takes(night.code(), "Rosa")
    assert len(night.goes_by(minutes=16)) == 8


def test_who_comes_is_told_to_the_person_who_writes_on(night: Helpline) -> None:
    night.danger()
    night.goes_by()
    night.says("VOY")
    night.danger()
    assert night.queued()[-1] == crisis("utter_crisis_again", "utter_crisis_answered")


@pytest.mark.parametrize("words", ["hola", "voy a morir", "no voy", "voy al médico", "me voy", "", "VOY VOY"])
def test_everything_else_from_that_number_is_treated_like_anybodys(night: Helpline, words: str) -> None:
    night.danger()
    night.goes_by()
    night.says(words)
    assert night.one(Alert).acknowledged_at is None
    assert len(night.all(Conversation)) == 2


def test_voy_from_anybody_else_is_a_message_like_any(night: Helpline) -> None:
    night.danger()
    night.goes_by()
    for contact in (Contact("nobody", BETO), LUIS, CARLA):  # of the team, and not called yet
        night.says("VOY", contact)
    assert night.one(Alert).acknowledged_at is None
    assert len(night.all(Conversation)) == 4


def test_a_second_voy_is_told_that_somebody_is_on_the_way(night: Helpline) -> None:
    night.danger()
    night.goes_by()
    night.goes_by(minutes=5)
    night.says("VOY", LUIS)
    night.says("VOY", ROSA)
    assert night.one(Alert).acknowledged_by == "Luis"
    assert [(row.staff, row.kind) for row in night.all(Page, Page.kind != "call")] == [
        ("Luis", "thanks"),
        ("Rosa", "late"),
    ]


def test_a_voy_to_what_somebody_has_taken_is_answered_too(night: Helpline) -> None:
    night.danger()
    night.goes_by()
    night.takes(night.code())
    night.says("VOY")
    assert [row.kind for row in night.all(Page, Page.kind != "call")] == ["late"]
    assert len(night.all(Conversation)) == 1


def test_one_voy_answers_all_that_were_called_and_a_code_one_of_them(night: Helpline) -> None:
    night.danger()
    first = night.code()
    night.danger(sender=BETO)
    night.goes_by()
    night.says(f"voy {first}")
    assert [alert.acknowledged_by for alert in night.all(Alert)] == ["Rosa", None]
    night.says("voy")
    assert [alert.acknowledged_by for alert in night.all(Alert)] == ["Rosa", "Rosa"]


def test_a_voy_that_is_delivered_twice_is_one(night: Helpline) -> None:
    night.danger()
    night.goes_by()
    message = night.message("VOY", ROSA.phone, channel="sms")
    assert (night.arrives(message), night.arrives(message)) == (1, 0)
    assert len(night.all(Page, Page.kind == "thanks")) == 1


def test_a_day_after_the_call_voy_is_a_word_like_any(night: Helpline) -> None:
    night.danger()
    night.goes_by()
    night.takes(night.code())
    night.passes(hours=24, seconds=1)
    night.says("VOY")
    assert len(night.all(Conversation)) == 2
