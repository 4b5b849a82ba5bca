"""What one person sends close together: how long it waits, what is read as one, how often answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from linea import bursts
from linea.messages import Inbound, Sender
from linea.store.models import InboxRow
from tests.helpline import TUESDAY

PAUSE = timedelta(seconds=2)


def message(text: str | None, kind: Any = "text", channel: str = "whatsapp") -> Inbound:
    return Inbound(channel, "k", "w", Sender("+51900000001"), kind, kind, text, None, None, None, {})


def row(second: float, text: str | None = "hola", kind: str = "text") -> InboxRow:
    return InboxRow(text=text, kind=kind, received_at=TUESDAY + timedelta(seconds=second))


def wait(said: Inbound, first: float | None = None, pause: timedelta = PAUSE) -> float:
    """Seconds from now until it is answered; `first`: how many seconds ago the first that waits came."""
    since = None if first is None else TUESDAY - timedelta(seconds=first)
    return (bursts.due(said, TUESDAY, pause, since) - TUESDAY).total_seconds()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (message("hola"), 2),
        (message("tengo una pregunta"), 2),
        (message("x" * 60), 2),
        (message("x" * 61), 0),
        (message("¿Dónde me hago la prueba?"), 0),
        (message("Ya fui."), 0),
        (message("espera…"), 0),
        (message("2"), 0),
        (message("la segunda"), 0),
        (message("ALTO"), 0),
        (message("stop", channel="sms"), 0),
        (message("unsubscribe", channel="sms"), 0),
        (message("unsubscribe"), 2),
        (message("Sí", "option"), 0),
        (message(None, "media"), 2),
        (message("mi receta.", "media"), 2),
        (message(None, "location"), 0),
        (message(None, "other"), 0),
    ],
    ids=str,
)
def test_what_may_go_on_is_waited_for_and_what_says_enough_is_answered(said: Inbound, seconds: float) -> None:
    assert wait(said) == seconds


def test_without_the_setting_nothing_is_waited_for() -> None:
    assert wait(message("hola"), pause=timedelta()) == 0


@pytest.mark.parametrize(("first", "seconds"), [(0, 2), (5, 2), (6, 2), (7, 1), (8, 0), (20, -12)])
def test_it_is_never_waited_longer_than_four_pauses(first: float, seconds: float) -> None:
    assert wait(message("y"), first) == seconds


def test_a_whole_sentence_does_not_lose_the_place_of_what_waits_before_it() -> None:
    assert wait(message("¿Dónde?"), first=5) == -5


@pytest.mark.parametrize(
    ("rows", "read"),
    [
        ([row(0)], 1),
        ([row(0), row(1), row(2)], 3),
        ([row(0), row(10), row(20)], 3),
        ([row(0), row(10.1)], 1),
        ([row(0), row(5), row(16)], 2),
        ([row(0, "Sí", "option"), row(1)], 1),
        ([row(0), row(1, "Sí", "option"), row(2)], 1),
        ([row(0, None, "media"), row(1, None, "media"), row(2, "mira")], 3),
        ([row(0), row(1, "ALTO"), row(2)], 1),
        ([row(0, "alto"), row(1)], 1),
        ([row(0), row(1, "el río está muy alto")], 2),
    ],
)
def test_what_belongs_together_is_read_as_one(rows: list[InboxRow], read: int) -> None:
    assert bursts.together(rows, "whatsapp") == rows[:read]


def test_twilios_own_words_stand_alone_by_sms_only() -> None:
    rows = [row(0), row(1, "END")]
    assert [len(bursts.together(rows, channel)) for channel in ("sms", "whatsapp")] == [1, 2]


def test_a_flood_gets_eight_answers_and_then_one_in_six_seconds() -> None:
    now, paid_off, answered = TUESDAY, None, []
    for _ in range(11):
        now = bursts.room_at(paid_off, now)
        answered.append((now - TUESDAY).total_seconds())
        paid_off = bursts.paid(paid_off, now)
    assert answered == [0] * 8 + [6, 12, 18]


def test_after_a_while_the_allowance_is_whole_again() -> None:
    paid_off = None
    for _ in range(8):
        paid_off = bursts.paid(paid_off, TUESDAY)
    later = TUESDAY + timedelta(minutes=1)
    assert bursts.room_at(paid_off, later) == later
    assert bursts.paid(paid_off, later) == later + bursts.ANSWER_EVERY
