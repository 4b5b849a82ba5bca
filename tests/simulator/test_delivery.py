"""Webhooks are signed, come again until the line accepts them, and tell what became of a message."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from linea import settings
from linea.simulator.app import ProductionError, create
from tests.simulator.harness import PATIENCE, ROSA, YULEISY, Line, Simulator


def test_the_signature_covers_the_raw_bytes(simulator: Simulator, line: Line) -> None:
    simulator.write(text="¿Dónde está el niño? a/b 👋")
    raw, headers = line.requests.get(timeout=PATIENCE)
    expected = hmac.new(b"desarrollo", raw, hashlib.sha256).hexdigest()
    assert headers["x-hub-signature-256"] == f"sha256={expected}"


def test_the_bytes_are_escaped_as_meta_escapes_them(simulator: Simulator, line: Line) -> None:
    simulator.write(text="niño a/b")
    raw, _ = line.requests.get(timeout=PATIENCE)
    assert b"ni\\u00f1o a\\/b" in raw
    assert json.loads(raw)["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"] == "niño a/b"


def test_a_text_arrives_as_meta_sends_it(simulator: Simulator, line: Line) -> None:
    wamid = simulator.write(text="Hola")["wamid"]
    (value,) = line.values(1)
    (contact,), (message,) = value["contacts"], value["messages"]
    assert value["metadata"]["phone_number_id"] == simulator.settings.whatsapp_phone_number_id
    assert (contact["profile"]["name"], contact["wa_id"]) == ("Rosa", "51987000001")
    assert (message["from"], message["id"], message["type"]) == ("51987000001", wamid, "text")
    assert message["from_user_id"] == contact["user_id"]
    assert isinstance(message["timestamp"], str)


def test_a_person_who_hides_the_number_comes_by_user_id_alone(simulator: Simulator, line: Line) -> None:
    simulator.http.post("/api/people", json={"phone": ROSA, "hides_phone": True})
    simulator.write(text="Hola")
    (value,) = line.values(1)
    assert "from" not in value["messages"][0]
    assert "wa_id" not in value["contacts"][0]
    assert value["messages"][0]["from_user_id"] == value["contacts"][0]["user_id"]
    assert b"51987000001" not in json.dumps(value).encode()


def test_a_webhook_comes_again_until_the_line_answers_200(simulator: Simulator, line: Line) -> None:
    line.answers = [503, 403, 202]
    wamid = simulator.write(text="Hola")["wamid"]
    assert [message["id"] for message in line.messages(4)] == [wamid] * 4
    (row,) = simulator.rows("inbox", http_status=200, wait=20)
    assert row["attempts"] == 4
    assert simulator.rows("messages", state="accepted", wait=20)[0]["wamid"] == wamid


def test_a_line_that_is_away_gets_the_message_when_it_comes(start: Callable[[int], Simulator]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    simulator = start(port)
    wamid = simulator.write(text="¿Hay alguien?")["wamid"]
    (row,) = simulator.rows("inbox", error="ConnectError", wait=20)
    assert (row["accepted_at"], row["http_status"]) == (None, None)
    assert simulator.rows("messages", phone=ROSA)[0]["state"] == "waiting"

    line = Line(port)
    line.start()
    assert [message["id"] for message in line.messages(1)] == [wamid]
    assert simulator.rows("messages", state="accepted", wait=20)[0]["wamid"] == wamid
    line.close()


def test_what_was_not_accepted_goes_out_after_a_restart(
    start: Callable[[int], Simulator], line: Line
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    simulator = start(port)
    wamid = simulator.write(text="Hola")["wamid"]
    simulator.rows("inbox", error="ConnectError", wait=20)
    start(line.port)
    assert [message["id"] for message in line.messages(1)] == [wamid]


def test_an_open_chat_is_sent_delivered_and_read_in_this_order(simulator: Simulator, line: Line) -> None:
    wamid = simulator.text(biz_opaque_callback_data="o-1").json()["messages"][0]["id"]
    statuses = line.statuses(3)
    assert [status["status"] for status in statuses] == ["sent", "delivered", "read"]
    assert {status["id"] for status in statuses} == {wamid}
    assert {status["recipient_id"] for status in statuses} == {"51987000001"}
    assert {status["biz_opaque_callback_data"] for status in statuses} == {"o-1"}
    assert simulator.rows("messages", state="read", wait=20)[0]["wamid"] == wamid


def test_a_closed_chat_is_read_when_it_is_opened(simulator: Simulator, line: Line) -> None:
    simulator.http.post("/api/people", json={"phone": YULEISY, "open": False})
    simulator.text(to=YULEISY)
    assert [status["status"] for status in line.statuses(2)] == ["sent", "delivered"]
    assert simulator.rows("messages", phone=YULEISY)[0]["state"] == "delivered"
    simulator.http.post("/api/people", json={"phone": YULEISY, "open": True})
    assert [status["status"] for status in line.statuses(1)] == ["read"]


def test_reset_forgets_the_past_and_keeps_the_people_of_the_page(simulator: Simulator, line: Line) -> None:
    simulator.fault("500", phone=YULEISY)
    simulator.write("+51911111111", text="Hola")
    simulator.http.post("/api/reset")
    assert [simulator.rows(what) for what in ("messages", "ledger", "inbox")] == [[], [], []]
    people = simulator.http.get("/api/people").json()["people"]
    assert [person["name"] for person in people] == ["Rosa", "Yuleisy"]
    assert simulator.text(to=YULEISY).status_code == 200


def test_production_refuses_the_simulator(tmp_path: Path, simulator: Simulator) -> None:
    with pytest.raises(ProductionError, match="solo para desarrollo"):
        create(replace(simulator.settings, env="production", data_dir=tmp_path))
    assert settings.load({}).env == "development"
