"""What an action asks for is done in its turn, or the turn is none."""

from __future__ import annotations

import pytest

from linea import effects
from linea.store.models import OutboxRow
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
