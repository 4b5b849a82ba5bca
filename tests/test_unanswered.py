"""Who waits for a person and goes unanswered is told once, in time and by day, how to write again."""

from __future__ import annotations

from datetime import datetime

import pytest

from linea import optout, unanswered
from linea.hours import LIMA
from linea.store.models import Conversation
from tests.helpline import RED, YELLOW, Helpline

HAND_OVER = [{"effect": "hand_over", "reason": "asked"}]


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=LIMA)


def asks(helpline: Helpline, moment: str, channel: str = "whatsapp") -> Helpline:
    """Somebody asks for a person at this moment."""
    helpline.now = at(moment)
    helpline.arrives(helpline.message("quiero una persona", channel=channel))
    helpline.finishes(helpline.turn(), effects=HAND_OVER)
    return helpline


def told_at(helpline: Helpline, days: int = 8) -> list[str]:
    """When they are told in the days ahead, looked at every half hour."""
    told = []
    for _ in range(days * 48):
        helpline.passes(minutes=30)
        if helpline.reminds():
            told.append(f"{helpline.now.astimezone(LIMA):%d %H:%M}")
    return told


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("2026-11-10T10:00", ["11 09:00"]),  # an hour before WhatsApp lets nothing through any more
        ("2026-11-10T14:20", ["11 13:20"]),
        ("2026-11-10T22:30", ["11 20:00"]),  # the last hour is at night: the evening before
        ("2026-11-10T02:00", ["10 20:00"]),
        ("2026-11-10T08:10", ["10 20:10"]),
    ],
)
def test_on_whatsapp_they_are_told_before_nothing_can_be_written_any_more(
    helpline: Helpline, asked: str, told: list[str]
) -> None:
    asks(helpline, asked)
    assert told_at(helpline) == told
    assert helpline.utters()[-1] == unanswered.TOLD


def test_by_sms_they_are_told_before_it_is_erased(helpline: Helpline) -> None:
    asks(helpline, "2026-11-10T10:00", "sms")
    assert told_at(helpline) == ["17 09:00"]


def test_by_sms_the_second_day_with_operators_counts(helpline: Helpline) -> None:
    asks(helpline, "2026-11-10T10:00", "sms")
    helpline.starts()
    helpline.goes_home()
    helpline.passes(hours=24)
    helpline.starts()
    helpline.goes_home()
    assert told_at(helpline) == ["11 20:00"]


def test_who_writes_again_has_another_day(helpline: Helpline) -> None:
    asks(helpline, "2026-11-10T10:00")
    helpline.passes(hours=8)
    helpline.arrives("¿hola?")
    helpline.looks()
    assert told_at(helpline) == ["11 17:00"]


@pytest.mark.parametrize("what", ["taken", "closed", "red", "out", "undelivered"])
def test_who_is_answered_or_awaits_nobody_is_not_told(helpline: Helpline, what: str) -> None:
    if what == "undelivered":
        helpline.arrives("hola")
        helpline.answers()
        helpline.sends("failed")
    else:
        asks(helpline, "2026-11-10T10:00")
    if what == "taken":
        helpline.takes(helpline.code())
    elif what == "closed":
        helpline.closes(helpline.code())
    elif what == "red":
        helpline.arrives(RED)
        helpline.looks()
    elif what == "out":
        conversation = helpline.one(Conversation)
        helpline.write(lambda s: optout.stop(s, helpline.keys, conversation, helpline.now))
    assert told_at(helpline) == []


def test_who_suffers_and_waits_is_told_too(helpline: Helpline) -> None:
    helpline.now = at("2026-11-10T10:00")
    helpline.arrives(YELLOW)
    helpline.looks()
    assert told_at(helpline) == ["11 09:00"]


def test_after_a_night_in_which_nothing_ran_nobody_is_told_too_late(helpline: Helpline) -> None:
    asks(helpline, "2026-11-10T10:00")
    helpline.passes(hours=24)
    assert helpline.reminds() == 0
