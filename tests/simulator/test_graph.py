"""The Graph API answers as Meta's does: what it accepts, what it refuses, and with which code."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.simulator.harness import NUMBER, ROSA, Line, Simulator, text_body

BUTTONS: dict[str, Any] = {
    "messaging_product": "whatsapp",
    "recipient_type": "individual",
    "to": ROSA,
    "type": "interactive",
    "interactive": {
        "type": "button",
        "body": {"text": "¿Seguimos?"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "a", "title": "Sí"}},
                {"type": "reply", "reply": {"id": "b", "title": "No"}},
            ]
        },
    },
}
LIST: dict[str, Any] = {
    "messaging_product": "whatsapp",
    "to": ROSA,
    "type": "interactive",
    "interactive": {
        "type": "list",
        "body": {"text": "Elige un tema"},
        "action": {
            "button": "Ver temas",
            "sections": [
                {
                    "rows": [
                        {"id": "a", "title": "Salud", "description": "Síntomas"},
                        {"id": "b", "title": "Dinero"},
                    ]
                }
            ],
        },
    },
}
ROW_A = "interactive.action.sections.0.rows.0"
BUTTON_A = "interactive.action.buttons.0.reply"
MISSING = object()


def changed(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The body with one part replaced, or taken away."""
    result = copy.deepcopy(body)
    *parents, last = path.split(".")
    part: Any = result
    for name in parents:
        part = part[int(name)] if isinstance(part, list) else part[name]
    if value is MISSING:
        del part[last]
    else:
        part[int(last) if isinstance(part, list) else last] = value
    return result


def template(*values: str) -> dict[str, Any]:
    parameters = [{"type": "text", "text": value} for value in values]
    components = [{"type": "body", "parameters": parameters}]
    return {"name": "aviso", "language": {"code": "es"}, "components": components}


def buttons(count: int) -> list[dict[str, Any]]:
    return [{"type": "reply", "reply": {"id": f"{i}", "title": f"Opción {i}"}} for i in range(count)]


def rows(count: int) -> list[dict[str, Any]]:
    return [{"id": f"{i}", "title": f"Fila {i}"} for i in range(count)]


TEXT = text_body()
GOOD = {
    "a text of 4096": changed(TEXT, "text.body", "ñ" * 4096),
    "a text without a type": changed(TEXT, "type", MISSING),
    "three buttons": changed(BUTTONS, "interactive.action.buttons", buttons(3)),
    "a title of 20": changed(BUTTONS, f"{BUTTON_A}.title", "x" * 20),
    "a button id of 256": changed(BUTTONS, f"{BUTTON_A}.id", "x" * 256),
    "a body of 1024": changed(BUTTONS, "interactive.body.text", "x" * 1024),
    "header and footer": changed(
        changed(BUTTONS, "interactive.header", {"type": "text", "text": "x" * 60}),
        "interactive.footer",
        {"text": "x" * 60},
    ),
    "ten rows": changed(LIST, "interactive.action.sections.0.rows", rows(10)),
    "a row of 24 and 72": changed(LIST, ROW_A, {"id": "x" * 200, "title": "x" * 24, "description": "x" * 72}),
    "a quoted reply": {**TEXT, "context": {"message_id": "wamid.x"}},
    "callback data of 512": {**TEXT, "biz_opaque_callback_data": "x" * 512},
    "a picture by link": {**TEXT, "type": "image", "image": {"link": "https://example.org/a.png"}},
    "a template": {**TEXT, "type": "template", "template": {"name": "aviso", "language": {"code": "es"}}},
    "a template with what fills it": {**TEXT, "type": "template", "template": template("ROJO", "LUNA-4271")},
    "to a user id": {**changed(TEXT, "to", MISSING), "recipient": "PE.13491208655302741918"},
}
BAD = {
    "not an object": ([], 100),
    "no messaging_product": (changed(TEXT, "messaging_product", MISSING), 100),
    "another product": (changed(TEXT, "messaging_product", "messenger"), 100),
    "nobody": (changed(TEXT, "to", MISSING), 100),
    "a number without +": (changed(TEXT, "to", "51987000001"), 100),
    "a number as a number": (changed(TEXT, "to", 51987000001), 100),
    "a user id that is none": ({**changed(TEXT, "to", MISSING), "recipient": "51987000001"}, 100),
    "a group": ({**TEXT, "recipient_type": "group"}, 100),
    "an unknown type": (changed(TEXT, "type", "poem"), 100),
    "a type that is no text": (changed(TEXT, "type", []), 100),
    "callback data of 513": ({**TEXT, "biz_opaque_callback_data": "x" * 513}, 100),
    "callback data as a number": ({**TEXT, "biz_opaque_callback_data": 7}, 100),
    "a context without id": ({**TEXT, "context": {}}, 131008),
    "no text": (changed(TEXT, "text", MISSING), 131008),
    "text as a string": (changed(TEXT, "text", "Hola"), 100),
    "an empty text": (changed(TEXT, "text.body", ""), 100),
    "a text of spaces": (changed(TEXT, "text.body", " \n"), 100),
    "a text of 4097": (changed(TEXT, "text.body", "x" * 4097), 100),
    "a preview that is no boolean": (changed(TEXT, "text.preview_url", "yes"), 100),
    "no interactive body": (changed(BUTTONS, "interactive.body", MISSING), 131008),
    "a body of 1025": (changed(BUTTONS, "interactive.body.text", "x" * 1025), 131009),
    "an unknown interactive": (changed(BUTTONS, "interactive.type", "carousel"), 131009),
    "a footer of 61": (changed(BUTTONS, "interactive.footer", {"text": "x" * 61}), 131009),
    "a header of 61": (changed(BUTTONS, "interactive.header", {"type": "text", "text": "x" * 61}), 131009),
    "no action": (changed(BUTTONS, "interactive.action", MISSING), 131008),
    "no buttons": (changed(BUTTONS, "interactive.action.buttons", MISSING), 131008),
    "an empty row of buttons": (changed(BUTTONS, "interactive.action.buttons", []), 131009),
    "four buttons": (changed(BUTTONS, "interactive.action.buttons", buttons(4)), 131009),
    "a button that is a link": (changed(BUTTONS, "interactive.action.buttons.0.type", "url"), 131009),
    "a button title of 21": (changed(BUTTONS, f"{BUTTON_A}.title", "x" * 21), 131009),
    "a button id of 257": (changed(BUTTONS, f"{BUTTON_A}.id", "x" * 257), 131009),
    "a button without title": (changed(BUTTONS, f"{BUTTON_A}.title", MISSING), 131008),
    "the same button id twice": (changed(BUTTONS, f"{BUTTON_A}.id", "b"), 131009),
    "the same button title twice": (changed(BUTTONS, f"{BUTTON_A}.title", "No"), 131009),
    "a list without its button": (changed(LIST, "interactive.action.button", MISSING), 131008),
    "a list button of 21": (changed(LIST, "interactive.action.button", "x" * 21), 131009),
    "no sections": (changed(LIST, "interactive.action.sections", []), 131009),
    "eleven rows": (changed(LIST, "interactive.action.sections.0.rows", rows(11)), 131009),
    "eleven rows in two sections": (
        changed(
            LIST,
            "interactive.action.sections",
            [{"title": "A", "rows": rows(6)}, {"title": "B", "rows": rows(5)}],
        ),
        131009,
    ),
    "two sections without titles": (
        changed(LIST, "interactive.action.sections", [{"rows": rows(1)}, {"rows": rows(1)}]),
        131008,
    ),
    "a row title of 25": (changed(LIST, f"{ROW_A}.title", "x" * 25), 131009),
    "a description of 73": (changed(LIST, f"{ROW_A}.description", "x" * 73), 131009),
    "a row id of 201": (changed(LIST, f"{ROW_A}.id", "x" * 201), 131009),
    "the same row id twice": (changed(LIST, f"{ROW_A}.id", "b"), 131009),
    "a picture with id and link": (
        {**TEXT, "type": "image", "image": {"id": "1", "link": "https://a.pe"}},
        131008,
    ),
    "a caption on a voice note": ({**TEXT, "type": "audio", "audio": {"id": "1", "caption": "x"}}, 131009),
    "a place beyond the pole": (
        {**TEXT, "type": "location", "location": {"latitude": 91, "longitude": 0}},
        131009,
    ),
    "a template in capitals": ({**TEXT, "type": "template", "template": {"name": "Aviso"}}, 131009),
    "a template with a line break in it": (
        {**TEXT, "type": "template", "template": template("uno\ndos")},
        132018,
    ),
    "a template with nothing in it": ({**TEXT, "type": "template", "template": template("")}, 131009),
    "a template with a part nobody knows": (
        changed(
            {**TEXT, "type": "template", "template": template("x")}, "template.components.0.type", "foot"
        ),
        131009,
    ),
    "reading nothing": ({"messaging_product": "whatsapp", "status": "read"}, 100),
    "an unknown status": ({"messaging_product": "whatsapp", "status": "sent", "message_id": "w"}, 100),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_well_formed_body_is_accepted(judge: Simulator, name: str) -> None:
    answer = judge.send(GOOD[name])
    assert answer.status_code == 200, answer.text
    assert answer.json()["messages"][0]["id"].startswith("wamid.HBg")


@pytest.mark.parametrize("name", BAD)
def test_a_malformed_body_is_refused_with_metas_code_and_reaches_nobody(judge: Simulator, name: str) -> None:
    body, code = BAD[name]
    before = len(judge.rows("messages", phone=ROSA))
    answer = judge.send(body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, code)
    assert error["error_data"]["details"]
    assert len(judge.rows("messages", phone=ROSA)) == before
    assert judge.rows("ledger")[-1]["kind"] == "malformed"


def test_a_body_that_is_not_json_is_refused_and_kept(judge: Simulator) -> None:
    answer = judge.http.post(
        f"/graph/v25.0/{NUMBER}/messages", content=b"{nope", headers={"authorization": "Bearer desarrollo"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)
    assert judge.rows("ledger")[-1]["request"] == "{nope"


@pytest.mark.parametrize("token", ["otro", "desarrollo2", "Desarrollo"])
def test_a_wrong_token_is_refused_with_190(judge: Simulator, token: str) -> None:
    answer = judge.send(TEXT, token=token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)
    assert judge.rows("ledger")[-1]["kind"] == "unauthorised"


@pytest.mark.parametrize("path", [f"/graph/25/{NUMBER}/messages", "/graph/v25.0/999/messages"])
def test_another_version_or_number_does_not_exist(judge: Simulator, path: str) -> None:
    answer = judge.http.post(path, json=TEXT, headers={"authorization": "Bearer desarrollo"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


def test_the_answer_names_the_person_and_a_new_id_each_time(judge: Simulator) -> None:
    answers = [judge.text().json() for _ in range(50)]
    contact = answers[0]["contacts"][0]
    assert (contact["input"], contact["wa_id"]) == (ROSA, "51987000001")
    assert contact["user_id"].startswith("PE.")
    assert len({answer["messages"][0]["id"] for answer in answers}) == 50


def test_the_ledger_holds_request_answer_and_person(judge: Simulator) -> None:
    wamid = judge.text("¿Cómo estás?", biz_opaque_callback_data="o-7").json()["messages"][0]["id"]
    row = judge.rows("ledger", phone=ROSA)[-1]
    assert row["request"]["text"]["body"] == "¿Cómo estás?"
    assert row["request"]["biz_opaque_callback_data"] == "o-7"
    assert (row["http_status"], row["wamid"], row["phone"]) == (200, wamid, ROSA)
    assert json.dumps(row["answer"]).count(wamid) == 1


def test_the_ledger_can_be_read_from_a_row_on(judge: Simulator) -> None:
    last = judge.rows("ledger")[-1]["id"]
    judge.text("uno")
    judge.text("dos")
    texts = [row["request"]["text"]["body"] for row in judge.rows("ledger", since=last)]
    assert texts == ["uno", "dos"]


def test_a_person_known_by_user_id_alone_is_reached(judge: Simulator) -> None:
    answer = judge.send(GOOD["to a user id"]).json()["contacts"][0]
    assert answer == {"input": "PE.13491208655302741918", "user_id": "PE.13491208655302741918"}
    assert judge.rows("messages", phone="PE.13491208655302741918")[-1]["text"] == "Hola"


def test_the_user_id_of_a_known_number_reaches_the_same_person(judge: Simulator) -> None:
    user_id = judge.text().json()["contacts"][0]["user_id"]
    judge.send({**changed(TEXT, "to", MISSING), "recipient": user_id, "text": {"body": "por id"}})
    assert judge.rows("messages", phone=ROSA)[-1]["text"] == "por id"


def test_reading_and_typing_are_accepted_and_seen_by_the_person(simulator: Simulator, line: Line) -> None:
    wamid = simulator.write(text="Hola")["wamid"]
    line.messages(1)
    answer = simulator.send(
        {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": wamid,
            "typing_indicator": {"type": "text"},
        }
    )
    assert answer.json() == {"success": True}
    assert simulator.rows("messages", phone=ROSA)[0]["state"] == "read"
    assert simulator.rows("ledger", phone=ROSA)[0]["kind"] == "read"
