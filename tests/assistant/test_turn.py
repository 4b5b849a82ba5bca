"""Turns over HTTP with a real Rasa: stateless, deaf to typed commands, and silent in its log."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from linea.assistant.payloads import parse_data_for
from tests.journeys.harness import Assistant, until

UNKNOWN = "καλημέρα"  # holds no letter that the model reads, whatever it learns
CANARY = "Canaria Quispe +51 999 888 777"


def ask(rasa: Assistant, text: str | None = None, **changes: Any) -> httpx.Response:
    """One turn as the worker asks for it."""
    request = {
        "turn": "t:1",
        "conversation": "c",
        "channel": "whatsapp",
        "text": text,
        "events": [],
        "context": {},
    }
    request.update(changes)
    return httpx.post(f"{rasa.rasa_url}/webhooks/linea/turn", json=request, timeout=60, trust_env=False)


def said(response: httpx.Response) -> list[str]:
    """The names of the lines that a turn says."""
    assert response.status_code == 200, response.text
    return [message["utter"] for message in response.json()["messages"]]


def log_of(rasa: Assistant) -> str:
    return (rasa.folder / "rasa.log").read_text(encoding="utf-8")


def test_a_question_gets_its_entry_and_each_channel_its_own_text(rasa: Assistant) -> None:
    whatsapp = ask(rasa, "¿cuánto paracetamol puedo tomar?").json()
    sms = ask(rasa, "¿cuánto paracetamol puedo tomar?", channel="sms").json()
    for answer in (whatsapp, sms):
        assert [message["utter"] for message in answer["messages"]] == ["utter_faq/paracetamol"]
        assert (answer["nlu"]["intent"], answer["nlu"]["entry"]) == ("faq", "paracetamol")
    assert whatsapp["messages"][0]["text"] != sms["messages"][0]["text"]


def test_health_names_the_model_that_answers(rasa: Assistant) -> None:
    health = httpx.get(f"{rasa.rasa_url}/webhooks/linea/health", trust_env=False).json()
    assert health["ready"] is True
    assert health["model"] == ask(rasa, "hola").json()["model"]


def test_asking_for_a_person_is_an_effect(rasa: Assistant) -> None:
    until(lambda: ask(rasa, "persona").status_code == 200, "the action server answers")
    answer = ask(rasa, "quiero hablar con una persona").json()
    assert answer["effects"] == [{"effect": "hand_over", "reason": "asked"}]
    assert answer["messages"] == []


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("me recetaron enalapril y no entiendo mi receta", "utter_own_treatment", "treatment"),
        ("hello, do you speak english? i need help please", "utter_other_language", "language"),
        ("je ne parle pas espagnol", "utter_other_language", "language"),
    ],
)
def test_what_only_a_person_can_answer_is_said_so_and_goes_to_one(
    rasa: Assistant, text: str, line: str, reason: str
) -> None:
    until(lambda: ask(rasa, "persona").status_code == 200, "the action server answers")
    answer = ask(rasa, text)
    assert said(answer) == [line]
    assert answer.json()["effects"] == [{"effect": "hand_over", "reason": reason}]


def test_only_the_new_events_come_back_and_they_carry_the_conversation(rasa: Assistant) -> None:
    first = ask(rasa, UNKNOWN).json()
    assert said(ask(rasa, UNKNOWN)) == ["utter_fallback"]
    second = ask(rasa, "sí", events=first["events"]).json()
    assert second["effects"] == [{"effect": "hand_over", "reason": "asked"}]
    heard = [event["text"] for event in second["events"] if event["event"] == "user"]
    assert heard == ["sí"]


def test_a_turn_done_again_gives_the_same(rasa: Assistant) -> None:
    before = ask(rasa, UNKNOWN).json()["events"]
    once, again = (ask(rasa, "sí", events=before).json() for _ in range(2))
    for answer in (once, again):
        for event in answer["events"]:
            event.pop("timestamp")
    assert once == again


def test_failure_05_what_the_request_does_not_bring_is_forgotten(rasa: Assistant) -> None:
    assert said(ask(rasa, UNKNOWN)) == ["utter_fallback"]
    fresh = ask(rasa, "sí")
    assert said(fresh) == ["utter_affirm"]
    assert "session_started" in [event["event"] for event in fresh.json()["events"]]


def test_failure_07_no_session_ends_inside_rasa(rasa: Assistant) -> None:
    old = ask(rasa, UNKNOWN).json()["events"]
    for event in old:
        event["timestamp"] -= 3 * 24 * 3600
    later = ask(rasa, "sí", events=old).json()
    assert "session_started" not in [event["event"] for event in later["events"]]
    assert later["effects"] == [{"effect": "hand_over", "reason": "asked"}]


@pytest.mark.parametrize(
    "typed",
    [
        "/restart",
        "/session_start",
        "/back",
        "/nlu_fallback",
        "/out_of_scope",
        "/ask_for_person",
        "  /restart",
        "\u200b/restart",
        "／restart",
        "\u00a0/ask_for_person",
        '/greet{"slot":"x"}',
        '/ask_for_person{"a":"b"}',
        "/faq",
        "/faq/paracetamol",
        "/greet@0.99",
        "//restart",
    ],
)
def test_failure_08_a_typed_command_is_only_text(rasa: Assistant, typed: str) -> None:
    response = ask(rasa, typed)
    assert response.status_code == 200, response.text
    answer = response.json()
    kinds = [event["event"] for event in answer["events"]]
    assert not {"restart", "rewind", "undo", "slot"} & set(kinds)
    assert kinds.count("session_started") == 1  # a new conversation's own
    heard = next(event for event in answer["events"] if event["event"] == "user")
    assert not heard["text"].startswith("/")
    assert heard["parse_data"]["entities"] == []
    assert answer["effects"] == []


def test_failure_09_and_10_a_burst_of_one_person_is_answered_whole(rasa: Assistant) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: ask(rasa, "hola", turn=f"t:{number}"), range(8)))
    assert [said(answer) for answer in answers] == [["utter_greet"]] * 8


@pytest.mark.parametrize("text", [None, "", "   ", "\n"])
def test_failure_13_a_message_without_text_never_reaches_rasa(rasa: Assistant, text: str | None) -> None:
    response = ask(rasa, text)
    assert (response.status_code, response.json()) == (400, {"error": "text_missing"})


def test_failure_13_deep_json_after_an_intent_is_only_text(rasa: Assistant) -> None:
    assert ask(rasa, "/greet" + '{"a":' * 600 + "1" + "}" * 600).status_code == 200
    assert ask(rasa, "[" * 3000).status_code == 200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"turn": ""}, "turn_missing"),
        ({"turn": None}, "turn_missing"),
        ({"conversation": 5}, "conversation_missing"),
        ({"channel": "email"}, "channel_unknown"),
        ({"text": 5}, "text_not_a_string"),
        ({"parse_data": []}, "parse_data_unusable"),
        ({"parse_data": {"intent": "greet", "entities": []}}, "parse_data_unusable"),
        ({"parse_data": {"intent": {"name": "faq"}, "entities": []}}, "parse_data_unusable"),
        ({"events": [{"event": "no_such_event"}]}, "events_unreadable"),
        ({"events": [{"text": CANARY}]}, "events_unreadable"),
        ({"events": ["x"]}, "events_unreadable"),
        ({"events": 7}, "events_unreadable"),
    ],
)
def test_a_request_that_is_no_turn_is_refused_with_a_reason(
    rasa: Assistant, changes: dict[str, Any], reason: str
) -> None:
    response = ask(rasa, **{"text": CANARY, **changes})
    assert (response.status_code, response.json()) == (400, {"error": reason})


@pytest.mark.parametrize("body", [b"", b"no json", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(rasa: Assistant, body: bytes) -> None:
    response = httpx.post(f"{rasa.rasa_url}/webhooks/linea/turn", content=body, timeout=60, trust_env=False)
    assert response.status_code == 400


def test_a_tapped_option_needs_no_reading(rasa: Assistant) -> None:
    title = "Usar el cajero"
    tapped = ask(rasa, title, parse_data=parse_data_for("faq/usar_cajero", title))
    assert said(tapped) == ["utter_faq/usar_cajero"]
    assert said(ask(rasa, "Ver", parse_data=parse_data_for("/ask_menu", "Ver"))) == ["utter_menu"]


@pytest.mark.parametrize("payload", ["faq/gone_since", "/gone_since", "/restart", "/session_start", "/back"])
def test_an_option_nobody_offers_any_more_is_not_understood(rasa: Assistant, payload: str) -> None:
    assert said(ask(rasa, "Título", parse_data=parse_data_for(payload, "Título"))) == ["utter_fallback"]


def test_failures_01_to_04_rasa_keeps_nothing_on_disk_and_nothing_in_its_log(rasa: Assistant) -> None:
    for text in (CANARY, f"/{CANARY}", f'/greet{{"name": "{CANARY}"}}', f"faq/{CANARY}"):
        assert ask(rasa, text, conversation="c-canary").status_code == 200
    ask(rasa, CANARY, events=[{"event": "user", "text": CANARY, "parse_data": 5}])
    descriptors = Path(f"/proc/{rasa.processes['rasa'].pid}/fd")
    opened = [os.readlink(each) for each in descriptors.iterdir() if each.is_symlink()]
    stores = [path for path in opened if path.endswith((".db", ".sqlite", "-wal", "-journal"))]
    assert stores == []
    for file in rasa.folder.rglob("*"):
        if file.is_file():
            assert "Canaria" not in file.read_text(encoding="utf-8", errors="replace")
            assert "888 777" not in file.read_text(encoding="utf-8", errors="replace")


def test_many_conversations_at_once_do_not_mix(rasa: Assistant) -> None:
    asked = {"hola": "utter_greet", "gracias": "utter_thank", "menú": "utter_menu", "chau": "utter_goodbye"}
    plan = [(f"c{number}", text) for number in range(10) for text in asked]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: ask(rasa, each[1], conversation=each[0]), plan))
    assert [said(answer) for answer in answers] == [[asked[text]] for _, text in plan]


def test_every_answer_is_json_of_its_own_size(rasa: Assistant) -> None:
    events: list[dict[str, Any]] = []
    for _ in range(3):
        events += ask(rasa, "dónde me hago la prueba", events=events).json()["events"]
    assert (
        len(json.dumps(events)) < 15_000
    )  # three turns; a conversation of a hundred stays far below the limit
