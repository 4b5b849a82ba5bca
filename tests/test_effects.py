"""What an action asks for is done in its turn, or the turn is none."""

from __future__ import annotations

import pytest

from linea import effects
from linea.store.models import Conversation, InboxRow, OutboxRow
from tests.helpline import Helpline


def test_what_nobody_does_fails_the_turn_and_nothing_of_it_is_kept(helpline: Helpline) -> None:
    helpline.arrives("hola")
    turn = helpline.turn()
    with pytest.raises(effects.UnknownEffect, match="sing"):
        helpline.finishes(turn, "utter_thank", effects=[{"effect": "sing"}])
    assert helpline.all(OutboxRow) == []


def test_a_line_of_an_effect_takes_the_place_of_what_the_assistant_said(
    helpline: Helpline, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = effects.Outcome(line="utter_fallback")
    monkeypatch.setattr(effects, "EFFECTS", {"book": lambda scene, asked: gone})
    helpline.arrives("hola")
    helpline.finishes(helpline.turn(), "utter_thank", effects=[{"effect": "book"}])
    assert "utter_fallback" in helpline.queued()[0]
    assert "utter_thank" not in helpline.queued()[0]


def test_an_alarm_that_an_action_raises_goes_the_way_of_a_red_message(helpline: Helpline) -> None:
    """DESIGN 5.3: the fixed text, a person, and nothing of what the assistant said beside it."""
    helpline.arrives("me hago la prueba o no")
    helpline.answers("utter_menu")
    helpline.arrives("sí")
    left = [{"event": "active_loop", "name": None}]
    asked = [{"effect": "raise_alarm"}]
    assert helpline.finishes(helpline.turn(), "utter_thank", effects=asked, events=left)
    conversation, message = helpline.one(Conversation), helpline.all(InboxRow)[-1]
    assert (conversation.colour, conversation.urgency, conversation.mode) == ("red", "now", "waiting")
    assert conversation.events == left
    assert (message.state, message.outcome, message.colour, message.for_operator) == (
        *("done", "red", "red"),
        True,
    )
    assert helpline.open_handoffs() == ["red"]
    (text,) = helpline.queued()  # what was still to be sent was taken back
    assert text.startswith("«utter_medical_alarm»")
    assert helpline.one(OutboxRow, OutboxRow.state == "queued").safety


def test_an_alarm_raised_again_gets_the_short_text(helpline: Helpline) -> None:
    for _ in range(2):
        helpline.arrives("sí")
        helpline.finishes(helpline.turn(), effects=[{"effect": "raise_alarm"}])
    assert helpline.utters() == ["utter_medical_alarm", "utter_crisis_again"]


def test_an_alarm_raised_after_an_operator_took_the_chat_is_theirs_to_read(helpline: Helpline) -> None:
    helpline.arrives("sí")
    turn = helpline.turn()
    helpline.takes(helpline.code())
    assert not helpline.finishes(turn, effects=[{"effect": "raise_alarm"}])
    assert helpline.queued() == []
    assert helpline.one(InboxRow).for_operator
