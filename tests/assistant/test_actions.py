"""An action returns effects; when it breaks, nothing of the conversation leaves the action server."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import LineAction, effect
from actions.handoff import HandOver

CANARY = "+51999888777 me llamo Canaria"


def run(action: LineAction, intent: str = "") -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    heard = {"text": CANARY, "intent": {"name": intent}}
    tracker = Tracker("c", {}, heard, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    events = asyncio.run(action.run(dispatcher, tracker, {}))
    return events, [message["custom"] for message in dispatcher.messages]


class Broken(LineAction):
    """Says something, then fails with the person's own words in the error."""

    def name(self) -> str:
        return "action_broken"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
        effect(dispatcher, "hand_over", reason="asked")
        raise ValueError(tracker.latest_message["text"])


@pytest.mark.parametrize(
    ("intent", "reason"),
    [
        ("ask_for_person", "asked"),
        ("affirm", "asked"),
        ("nlu_fallback", "not_understood"),
        ("none_of_these", "not_understood"),
        ("ask_own_treatment", "treatment"),
        ("other_language", "language"),
    ],
)
def test_handing_over_is_an_effect_that_says_why_and_no_event(intent: str, reason: str) -> None:
    assert run(HandOver(), intent) == ([], [{"effect": "hand_over", "reason": reason}])


def test_failure_12_a_broken_action_says_so_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        events, effects = run(Broken())
    assert (events, effects) == ([], [{"effect": "failed", "action": "action_broken"}])
    assert "action_broken failed: ValueError at test_actions.py" in caplog.text
    assert "Canaria" not in caplog.text
    assert "999888777" not in caplog.text
