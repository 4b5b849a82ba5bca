"""Each fault is really seen by an HTTP client, as often and for whom it was asked."""

from __future__ import annotations

import httpx
import pytest

from tests.simulator.harness import ROSA, YULEISY, Line, Simulator

OPEN = ["sent", "delivered", "read"]  # what the line hears about a message to somebody who looks


def test_accept_then_break_reaches_the_person_and_cuts_the_connection(
    simulator: Simulator, line: Line
) -> None:
    simulator.fault("accept_then_break", times=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        simulator.text("¿Llegó?", biz_opaque_callback_data="o-1")
    statuses = line.statuses(3)
    assert [status["status"] for status in statuses] == OPEN
    assert {status["biz_opaque_callback_data"] for status in statuses} == {"o-1"}
    assert simulator.rows("messages", phone=ROSA)[0]["text"] == "¿Llegó?"
    row = simulator.rows("ledger")[0]
    assert (row["http_status"], row["answer"], row["fault"]) == (None, None, "accept_then_break")
    assert simulator.text().status_code == 200


def test_break_before_reaches_nobody(simulator: Simulator) -> None:
    simulator.fault("break_before", times=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        simulator.text()
    assert simulator.rows("messages", phone=ROSA) == []


@pytest.mark.parametrize(
    ("kind", "http_status", "code"),
    [
        ("131047", 400, 131047),
        ("131056", 400, 131056),
        ("130429", 400, 130429),
        ("131026", 400, 131026),
        ("190", 401, 190),
        ("613", 429, 613),
        ("131016", 500, 131016),
        ("500", 500, 131000),
    ],
)
def test_a_code_is_answered_and_the_message_reaches_nobody(
    simulator: Simulator, kind: str, http_status: int, code: int
) -> None:
    simulator.fault(kind, times=1)
    answer = simulator.text()
    assert (answer.status_code, answer.json()["error"]["code"]) == (http_status, code)
    assert simulator.rows("messages", phone=ROSA) == []
    assert simulator.rows("ledger")[0]["fault"] == kind
    assert simulator.text().status_code == 200


def test_bad_gateway_is_not_json(simulator: Simulator) -> None:
    simulator.fault("bad_gateway", times=1)
    answer = simulator.text()
    assert (answer.status_code, answer.text) == (502, "Bad Gateway")


def test_slow_accepts_at_once_and_answers_too_late(simulator: Simulator, line: Line) -> None:
    simulator.fault("slow", seconds=3, times=1)
    with pytest.raises(httpx.ReadTimeout):
        simulator.send({"messaging_product": "whatsapp", "to": ROSA, "text": {"body": "Hola"}}, timeout=0.3)
    assert [status["status"] for status in line.statuses(3)] == OPEN


def test_a_fault_for_one_person_leaves_the_others_alone(simulator: Simulator) -> None:
    simulator.fault("131056", phone=ROSA)
    assert simulator.text(to=YULEISY).status_code == 200
    assert [simulator.text().status_code for _ in range(2)] == [400, 400]


def test_a_fault_is_counted_down_and_then_gone(simulator: Simulator) -> None:
    simulator.fault("130429", times=2)
    assert [simulator.text().status_code for _ in range(3)] == [400, 400, 200]
    assert simulator.http.get("/api/faults").json() == {"faults": []}


def test_a_fault_with_a_probability_strikes_some_and_spares_some(simulator: Simulator) -> None:
    simulator.fault("500", probability=0.5)
    assert {simulator.text().status_code for _ in range(60)} == {200, 500}


def test_a_probability_of_nought_never_strikes(simulator: Simulator) -> None:
    simulator.fault("500", probability=0)
    assert {simulator.text().status_code for _ in range(10)} == {200}


def test_faults_can_be_switched_off_one_by_one_and_all_at_once(simulator: Simulator) -> None:
    for kind in ("500", "131047", "190"):
        simulator.fault(kind)
    first = simulator.http.get("/api/faults").json()["faults"][0]
    simulator.http.delete(f"/api/faults/{first['id']}")
    assert simulator.text().json()["error"]["code"] == 131047
    simulator.http.delete("/api/faults")
    assert simulator.text().status_code == 200


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"kind": "meteor"},
        {"kind": "500", "times": 0},
        {"kind": "500", "times": "dos"},
        {"kind": "500", "probability": 2},
        {"kind": "slow", "seconds": -1},
        {"kind": "duplicate_webhooks", "copies": 1},
        {"kind": "late_webhooks", "about": "weather"},
        {"kind": "500", "colour": "red"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(simulator: Simulator, wish: dict[str, object]) -> None:
    assert simulator.http.post("/api/faults", json=wish).status_code == 400
    assert simulator.http.get("/api/faults").json() == {"faults": []}


def test_duplicate_webhooks_are_the_same_bytes_several_times(simulator: Simulator, line: Line) -> None:
    simulator.fault("duplicate_webhooks", copies=50, times=1)
    wamid = simulator.write(text="Hola")["wamid"]
    assert {message["id"] for message in line.messages(50)} == {wamid}
    rows = simulator.rows("inbox", kind="message", http_status=200, count=50, wait=20)
    assert sorted(row["copy"] for row in rows) == list(range(50))
    assert len({row["body"] for row in rows}) == 1


def test_duplicates_of_statuses_alone_leave_messages_alone(simulator: Simulator, line: Line) -> None:
    simulator.fault("duplicate_webhooks", about="status", times=1)
    simulator.write(text="Hola")
    assert len(line.messages(1)) == 1
    simulator.text()
    assert [status["status"] for status in line.statuses(4)] == ["sent", *OPEN]


def test_a_late_webhook_is_overtaken(simulator: Simulator, line: Line) -> None:
    simulator.fault("late_webhooks", seconds=2, times=1)
    simulator.write(text="primero")
    simulator.write(text="segundo")
    assert [message["text"]["body"] for message in line.messages(2)] == ["segundo", "primero"]


def test_statuses_out_of_order_come_backwards(simulator: Simulator, line: Line) -> None:
    simulator.fault("statuses_out_of_order", times=1)
    simulator.text()
    assert [status["status"] for status in line.statuses(3)] == OPEN[::-1]


def test_no_statuses_leaves_the_line_without_news_of_that_message(simulator: Simulator, line: Line) -> None:
    simulator.fault("no_statuses", times=1)
    silent = simulator.text().json()["messages"][0]["id"]
    told = simulator.text().json()["messages"][0]["id"]
    assert {status["id"] for status in line.statuses(3)} == {told}
    assert silent not in {row["wamid"] for row in simulator.rows("inbox")}


def test_failed_status_accepts_and_then_reports_the_code(simulator: Simulator, line: Line) -> None:
    simulator.fault("failed_status", code=131049, times=1)
    wamid = simulator.text(biz_opaque_callback_data="o-9").json()["messages"][0]["id"]
    (status,) = line.statuses(1)
    assert (status["id"], status["status"], status["biz_opaque_callback_data"]) == (wamid, "failed", "o-9")
    assert status["errors"][0]["code"] == 131049
    assert simulator.rows("messages", phone=ROSA)[0]["error"] == 131049
