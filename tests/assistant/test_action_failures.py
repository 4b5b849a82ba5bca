"""When the action server is away or breaks, the turn fails as a whole and nobody's words get out."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

import httpx
import pytest

from tests.assistant.test_turn import CANARY, ask, log_of
from tests.journeys.harness import Assistant, until


class StockActionServer(BaseHTTPRequestHandler):
    """Answers as stock rasa_sdk does when an action breaks: with the whole request."""

    answer: ClassVar[tuple[int, bytes]] = (500, b"")

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        status, body = self.answer
        body = body or json.dumps({"error": "bug", "request_body": json.loads(asked)}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def no_actions(rasa: Assistant) -> Iterator[None]:
    """The action server is down; it is back after the test."""
    rasa.stop("actions")
    yield
    rasa.start("actions")
    health = rasa.actions_url.replace("/webhook", "/health")
    until(lambda: _answers(health), "the action server is back")


@pytest.fixture
def stock(rasa: Assistant, no_actions: None) -> Iterator[None]:
    """In the action server's place stands one that breaks as stock Rasa's does."""
    server = HTTPServer(("127.0.0.1", urlsplit(rasa.actions_url).port or 0), StockActionServer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield
    server.shutdown()
    server.server_close()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.mark.usefixtures("no_actions")
def test_an_action_server_that_is_away_makes_the_turn_wait(rasa: Assistant) -> None:
    response = ask(rasa, "persona")
    assert (response.status_code, response.json()) == (503, {"error": "action_away:action_hand_over"})
    assert ask(rasa, "hola").status_code == 200


@pytest.mark.usefixtures("stock")
@pytest.mark.parametrize(
    "answer",
    [
        (500, b""),
        (404, b'{"error": "unknown", "action_name": "action_hand_over"}'),
        (200, b'{"events": 5}'),
        (200, b"no json"),
        (
            200,
            b'{"events": [], "responses": [{"custom": {"effect": "failed", "action": "action_hand_over"}}]}',
        ),
    ],
)
def test_failure_12_a_broken_action_fails_the_turn_and_nothing_is_logged_of_it(
    rasa: Assistant, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, bytes]
) -> None:
    monkeypatch.setattr(StockActionServer, "answer", answer)
    first = ask(rasa, f"hola soy {CANARY}").json()
    response = ask(rasa, "quiero hablar con una persona", events=first["events"])
    assert (response.status_code, response.json()) == (500, {"error": "action_failed:action_hand_over"})
    log = log_of(rasa)
    assert "Canaria" not in log
    assert "888 777" not in log
    assert "request_body" not in log
