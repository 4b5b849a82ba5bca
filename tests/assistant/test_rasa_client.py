"""The worker can tell Rasa being away from Rasa having failed, whatever comes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from linea import rasa_client

GOOD = {
    "messages": [{"utter": "utter_greet", "text": "hola"}],
    "events": [{"event": "action"}],
    "effects": [],
    "model": "m",
    "nlu": {"intent": "greet", "confidence": 0.9, "entry": None, "suggestions": [], "also": []},
}


def ask(answer: Callable[[httpx.Request], httpx.Response], what: str = "turn") -> Any:
    async def run() -> Any:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            if what == "health":
                return await rasa_client.health(client, "http://rasa")
            return await rasa_client.turn(client, "http://rasa", {"turn": "1"})

    return asyncio.run(run())


def broken(error: type[httpx.HTTPError]) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error("gone")

    return answer


def test_a_good_answer_is_read() -> None:
    result = ask(lambda request: httpx.Response(200, json=GOOD))
    assert result.messages == ({"utter": "utter_greet", "text": "hola"},)
    assert (result.intent, result.entry, result.model) == ("greet", None, "m")


@pytest.mark.parametrize(
    ("error", "broke_off"),
    [
        (httpx.ConnectError, False),
        (httpx.ConnectTimeout, False),
        (httpx.PoolTimeout, False),
        (httpx.ReadTimeout, True),
        (httpx.ReadError, True),
        (httpx.RemoteProtocolError, True),
    ],
)
def test_no_answer_is_away(error: type[httpx.HTTPError], broke_off: bool) -> None:
    with pytest.raises(rasa_client.RasaAway) as raised:
        ask(broken(error))
    assert raised.value.broke_off is broke_off


def test_not_ready_is_away() -> None:
    with pytest.raises(rasa_client.RasaAway, match="no_model") as raised:
        ask(lambda request: httpx.Response(503, json={"error": "no_model"}))
    assert not raised.value.broke_off


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(400, json={"error": "text_missing"}),
        httpx.Response(500, json={"error": "action_failed:x"}),
        httpx.Response(413, text="too large"),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={**GOOD, "nlu": None}),
        httpx.Response(200, json={**GOOD, "messages": [1]}),
        httpx.Response(200, json={**GOOD, "messages": []}),
        httpx.Response(200, json={"messages": []}),
    ],
    ids=lambda response: f"{response.status_code} {response.text[:30]}",
)
def test_anything_unusable_is_a_failure(response: httpx.Response) -> None:
    with pytest.raises(rasa_client.RasaFailed):
        ask(lambda request: response)


def test_an_effect_without_a_word_is_an_answer() -> None:
    effects = [{"effect": "hand_over", "reason": "asked"}]
    result = ask(lambda request: httpx.Response(200, json={**GOOD, "messages": [], "effects": effects}))
    assert result.effects == tuple(effects)


def test_a_reason_is_short_and_only_what_rasa_calls_the_error() -> None:
    body = json.dumps({"error": "x" * 500, "request_body": "+51999888777"})
    with pytest.raises(rasa_client.RasaFailed) as raised:
        ask(lambda request: httpx.Response(500, text=body))
    assert len(str(raised.value)) < 100
    assert "+51" not in str(raised.value)


def test_health_never_raises() -> None:
    ready = httpx.Response(200, json={"ready": True, "model": "m"})
    assert ask(lambda request: ready, "health") == rasa_client.Health(True, "m")
    away = rasa_client.Health(False, "")
    assert ask(broken(httpx.ConnectError), "health") == away
    assert ask(lambda request: httpx.Response(500, text="no"), "health") == away
    assert ask(lambda request: httpx.Response(200, json=[]), "health") == away
