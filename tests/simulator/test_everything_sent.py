"""Everything people, the team and other systems do in a chat comes to the line as Meta tells it.

Each webhook is read by the line's own parser: what the simulator sends is what the line knows.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from linea.channels.whatsapp import inbound
from linea.messages import Parsed, Sender
from tests.simulator.harness import NUMBER, PATIENCE, ROSA, YULEISY, Line, Simulator

NEW = "+51987999999"


def told(line: Line) -> Parsed:
    """What the next webhook means to the line."""
    parsed = inbound.parse(line.requests.get(timeout=PATIENCE)[0], NUMBER)
    assert parsed.problems == ()
    return parsed


def writes(simulator: Simulator, line: Line, **wish: Any) -> Any:
    """Somebody sends something; the message as the line reads it."""
    simulator.write(**wish)
    (message,) = told(line).messages
    return message


def user_id(simulator: Simulator, phone: str = ROSA) -> str:
    people = simulator.http.get("/api/people").json()["people"]
    return str(next(person["user_id"] for person in people if person["phone"] == phone))


# -- what people send ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "kind", "text", "details"),
    [
        (
            {"location": {"latitude": -12.05, "longitude": -77.04, "name": "Plaza"}},
            *("location", None),
            {"location": {"latitude": -12.05, "longitude": -77.04, "name": "Plaza", "address": None}},
        ),
        (
            {"contacts": [{"name": "Ana", "phones": ["+51900000003"]}, {"phones": []}]},
            *("other", None),
            {"contacts": [{"name": "Ana", "phones": ["+51900000003"]}, {"name": None, "phones": []}]},
        ),
        ({"unsupported": "poll"}, "other", None, {"errors": [131051]}),
        ({"text": "Hola", "forwarded": True}, "text", "Hola", {"forwarded": True}),
        (
            {"text": "Hola", "referral": True},
            *("text", "Hola"),
            {
                "referral": {
                    "headline": "Línea de ayuda",
                    "body": "Escríbenos por WhatsApp",
                    "source": "ad",
                }
            },
        ),
        ({"image": {"caption": "mira"}}, "media", "mira", {"caption_of": "image"}),
        ({"raw": {"type": "hologram"}}, "other", None, {}),
        ({"raw": {"type": "text", "text": {"body": "x"}, "group_id": "g"}}, "silent", "x", {"group": True}),
    ],
    ids=str,
)
def test_what_somebody_sends_is_what_the_line_reads(
    simulator: Simulator, line: Line, wish: dict[str, Any], kind: str, text: str | None, details: Any
) -> None:
    message = writes(simulator, line, **wish)
    assert (message.kind, message.text, message.details) == (kind, text, details)
    assert message.sender == Sender(ROSA, user_id(simulator))


def test_an_answer_names_what_it_answers(simulator: Simulator, line: Line) -> None:
    first = writes(simulator, line, text="¿Hay alguien?").external_id
    assert writes(simulator, line, text="¿hola?", reply_to="own:1").reply_to == first
    ours = simulator.text("Sí").json()["messages"][0]["id"]
    line.statuses(3)
    assert writes(simulator, line, text="gracias", reply_to="line:1").reply_to == ours


def marks(simulator: Simulator) -> dict[str, Any]:
    """What the page shows of the newest message that stands for itself."""
    rows = simulator.rows("messages", phone=ROSA)
    row = [row for row in rows if row["type"] == "text"][-1]
    return {name: row[name] for name in ("text", "reaction", "edited", "removed")}


def test_a_reaction_an_edit_and_a_removal_mark_their_message_and_are_told(
    simulator: Simulator, line: Line
) -> None:
    first = writes(simulator, line, text="Hola").external_id
    reaction = writes(simulator, line, reaction={"target": "own:1", "emoji": "👍"})
    assert (reaction.kind, reaction.details, reaction.reply_to) == ("silent", {"reaction": "👍"}, first)
    assert marks(simulator)["reaction"] == "👍"
    assert writes(simulator, line, reaction={"target": first}).details == {"reaction": ""}
    assert marks(simulator)["reaction"] is None
    edit = writes(simulator, line, edit={"target": "own:1", "text": "Hola a todos"})
    assert (edit.kind, edit.text, edit.reply_to) == ("silent", "Hola a todos", first)
    assert edit.details == {"edited": True}
    assert (marks(simulator)["text"], bool(marks(simulator)["edited"])) == ("Hola a todos", True)
    removal = writes(simulator, line, revoke={"target": "own:1"})
    assert (removal.kind, removal.details, removal.reply_to) == ("silent", {"removed": True}, first)
    assert marks(simulator)["removed"]


@pytest.mark.parametrize(
    "wish",
    [
        *({"reaction": {"target": "own:9", "emoji": "x"}}, {"edit": {"target": "own:1"}}, {"revoke": {}}),
        *({"text": "x", "reply_to": "line:99"}, {"contacts": []}, {"contacts": ["Ana"]}),
        *({"location": {"latitude": 1}}, {"location": {"latitude": "x", "longitude": 2}}),
        *({"unsupported": ""}, {"text": "x", "tap": "y"}, {"raw": []}, {"forwarded": True}),
    ],
    ids=str,
)
def test_a_wish_that_makes_no_sense_is_refused(judge: Simulator, wish: dict[str, Any]) -> None:
    assert judge.refusal("messages", phone="+51987000050", **wish)


# -- who somebody is ----------------------------------------------------------------------------------


def test_a_new_number_is_told_with_the_new_user_id_and_the_chat_goes_along(
    simulator: Simulator, line: Line
) -> None:
    before = Sender(ROSA, user_id(simulator))
    writes(simulator, line, text="Hola")
    person = simulator.post("people/change", phone=ROSA, new_phone=NEW)
    assert (person["phone"], person["name"]) == (NEW, "Rosa")
    number, identity = told(line).changes
    assert (number.change, number.before, number.after) == ("number", before, Sender(NEW))
    assert (identity.change, identity.before) == ("user_id", before)
    assert identity.after == Sender(NEW, person["user_id"])
    assert simulator.rows("messages", phone=NEW)[0]["text"] == "Hola"
    assert simulator.rows("messages", phone=ROSA) == []
    assert writes(simulator, line, phone=NEW, text="soy yo").sender == Sender(NEW, person["user_id"])


def test_a_new_user_id_and_a_new_telephone_are_told(simulator: Simulator, line: Line) -> None:
    before = user_id(simulator)
    person = simulator.post("people/change", phone=ROSA, new_user_id="")
    assert person["user_id"] != before
    (change,) = told(line).changes
    assert (change.change, change.before, change.after) == (
        "user_id",
        Sender(None, before),
        Sender(ROSA, person["user_id"]),
    )
    simulator.post("people/change", phone=ROSA, device=True)
    (change,) = told(line).changes
    assert (change.change, change.before, change.after) == ("device", Sender(ROSA, person["user_id"]), None)


@pytest.mark.parametrize(
    "wish",
    [
        *({}, {"new_phone": YULEISY}, {"new_phone": "Rosa"}, {"new_user_id": "x"}, {"device": "x"}),
        *({"new_phone": "", "device": True}, {"new_phone": "PE.13491208655302741918"}),
    ],
    ids=str,
)
def test_a_change_that_makes_no_sense_is_refused(judge: Simulator, wish: dict[str, Any]) -> None:
    assert judge.refusal("people/change", phone=ROSA, **wish)


def test_who_hides_the_number_changes_by_user_id_alone(simulator: Simulator, line: Line) -> None:
    simulator.post("people", phone=ROSA, hides_phone=True)
    before = user_id(simulator)
    person = simulator.post("people/change", phone=ROSA, new_user_id="")
    raw, _ = line.requests.get(timeout=PATIENCE)
    assert ROSA[1:].encode() not in raw
    (change,) = inbound.parse(raw, NUMBER).changes
    assert (change.before, change.after) == (Sender(None, before), Sender(None, person["user_id"]))


# -- somebody else speaks -----------------------------------------------------------------------------


def test_what_the_team_writes_on_its_telephone_is_echoed(simulator: Simulator, line: Line) -> None:
    bubble = simulator.post("echo", phone=ROSA, text="Te llamo")
    assert bubble["sender"] == "team"
    (takeover,) = told(line).takeovers
    assert (takeover.who, takeover.taken, takeover.text) == ("phone_app", True, "Te llamo")
    assert takeover.person == Sender(ROSA, user_id(simulator))


def test_what_another_system_answers_is_shown_as_a_copy(simulator: Simulator, line: Line) -> None:
    simulator.post("standby", phone=ROSA, text="me quiero morir")
    (message,) = told(line).messages
    assert (message.kind, message.text) == ("copy", "me quiero morir")


@pytest.mark.parametrize("taken", [True, False])
def test_another_system_takes_a_chat_and_gives_it_back(simulator: Simulator, line: Line, taken: bool) -> None:
    simulator.post("handover", phone=ROSA, taken=taken)
    (takeover,) = told(line).takeovers
    assert (takeover.who, takeover.taken, takeover.person.phone) == ("other_system", taken, ROSA)


def test_any_change_of_any_field_can_be_sent(simulator: Simulator, line: Line) -> None:
    value = {"event": "ACCOUNT_RESTRICTION", "n": [1, None]}
    simulator.post("webhook", field="account_update", value=value)
    assert line.changes(1) == [("account_update", value)]
    assert simulator.refusal("webhook", field="account_update", value=[])


# -- and the page hears of it -------------------------------------------------------------------------


def test_the_page_hears_of_everything_as_it_happens(simulator: Simulator, line: Line) -> None:
    heard: list[str] = []
    wanted = {"hello", "message", "webhook", "call", "faults", "moved", "person"}
    with simulator.http.stream("GET", "/api/events") as events:
        lines = events.iter_lines()
        heard.append(next(line for line in lines if line.startswith("event: ")).removeprefix("event: "))
        simulator.write(text="Hola")
        simulator.text("Hola")
        simulator.fault("500", times=1)
        simulator.post("people/change", phone=YULEISY, new_phone="")
        simulator.post("people", name="Ana", shown=True)
        for each in lines:
            if each.startswith("event: "):
                heard.append(each.removeprefix("event: "))
            elif each.startswith("data: "):
                json.loads(each.removeprefix("data: "))
            if wanted <= set(heard):
                break
    assert wanted <= set(heard)
