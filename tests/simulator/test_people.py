"""People write, tap and send anything at all; what they tap comes back as Meta sends it."""

from __future__ import annotations

import pytest

from tests.simulator.harness import ROSA, YULEISY, Line, Simulator
from tests.simulator.test_graph import BUTTONS, LIST


def test_a_tapped_button_names_its_id_title_and_message(simulator: Simulator, line: Line) -> None:
    wamid = simulator.send(BUTTONS).json()["messages"][0]["id"]
    line.statuses(3)
    simulator.write(option_id="b")
    (message,) = line.messages(1)
    assert message["type"] == "interactive"
    assert message["interactive"] == {"type": "button_reply", "button_reply": {"id": "b", "title": "No"}}
    assert message["context"]["id"] == wamid


def test_a_chosen_row_carries_its_description(simulator: Simulator, line: Line) -> None:
    simulator.send(LIST)
    line.statuses(3)
    simulator.write(option_id="a")
    (message,) = line.messages(1)
    reply = {"id": "a", "title": "Salud", "description": "Síntomas"}
    assert message["interactive"] == {"type": "list_reply", "list_reply": reply}


def test_an_older_message_can_be_tapped_too(simulator: Simulator, line: Line) -> None:
    older = simulator.send(BUTTONS).json()["messages"][0]["id"]
    simulator.send(BUTTONS)
    line.statuses(6)
    simulator.write(option_id="a", reply_to=older)
    assert line.messages(1)[0]["context"]["id"] == older


def test_an_option_that_nobody_offered_is_refused_unless_it_is_meant(
    simulator: Simulator, line: Line
) -> None:
    refused = simulator.http.post("/api/messages", json={"phone": ROSA, "option_id": "forged"})
    assert refused.status_code == 400
    simulator.write(option_id="forged", title="Dame todo")
    reply = line.messages(1)[0]["interactive"]["button_reply"]
    assert reply == {"id": "forged", "title": "Dame todo"}


def test_one_persons_options_are_not_anothers(simulator: Simulator) -> None:
    simulator.send(BUTTONS)
    assert simulator.http.post("/api/messages", json={"phone": YULEISY, "option_id": "a"}).status_code == 400


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "image", "image": {"id": "7", "mime_type": "image/jpeg", "caption": "Mi prueba"}},
        {"type": "location", "location": {"latitude": -12.05, "longitude": -77.04}},
        {"type": "reaction", "reaction": {"message_id": "wamid.x"}},
        {"type": "unsupported", "errors": [{"code": 131051}]},
        {"type": "text", "text": None, "id": "wamid.mine", "timestamp": 1795486401},
        {"type": 7, "from": None},
    ],
)
def test_any_message_object_is_sent_as_it_was_given(
    simulator: Simulator, line: Line, raw: dict[str, object]
) -> None:
    simulator.write(raw=raw)
    (message,) = line.messages(1)
    assert {key: message[key] for key in raw} == raw
    assert {"id", "timestamp", "from_user_id"} <= set(message)


@pytest.mark.parametrize("given", ["+51 987 000 001", "51987000001", "+51-987-000-001"])
def test_a_number_is_understood_however_it_is_written(simulator: Simulator, given: str) -> None:
    assert simulator.write(given, text="Hola")["phone"] == ROSA


@pytest.mark.parametrize(
    "wish",
    [
        {"phone": ROSA},
        {"phone": ROSA, "text": ""},
        {"phone": ROSA, "text": 7},
        {"phone": "Rosa", "text": "Hola"},
        {"text": "Hola"},
        {"phone": ROSA, "text": "Hola", "colour": "red"},
        ["Hola"],
    ],
)
def test_a_wish_that_cannot_be_read_is_refused_with_the_reason(simulator: Simulator, wish: object) -> None:
    answer = simulator.http.post("/api/messages", json=wish)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_new_person_gets_an_invented_number_of_their_own(simulator: Simulator) -> None:
    people = [
        simulator.http.post("/api/people", json={"name": "Ana", "shown": True}).json() for _ in range(2)
    ]
    assert [person["phone"] for person in people] == ["+51987000003", "+51987000004"]
    assert len({person["user_id"] for person in people}) == 2


def test_a_person_who_only_received_is_not_put_on_the_page(simulator: Simulator) -> None:
    simulator.text(to="+51955555555")
    state = simulator.http.get("/api/state").json()
    assert [person["name"] for person in state["people"]] == ["Rosa", "Yuleisy"]
    assert state["others"] == ["+51955555555"]


def test_waiting_ends_with_what_came(simulator: Simulator, line: Line) -> None:
    for number in range(3):
        simulator.text(f"{number}", to=YULEISY)
    rows = simulator.rows("messages", phone=YULEISY, state="read", count=3, wait=20)
    assert [row["text"] for row in rows] == ["0", "1", "2"]
