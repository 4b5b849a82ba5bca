"""What is peculiar to Meta's bodies, beside the table of `tests/channels/test_inbound.py`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from linea.messages import Parsed, Problem, Sender
from tests.channels.doors import WHATSAPP


def parse(raw: bytes | str) -> Parsed:
    return WHATSAPP.parse(raw.encode() if isinstance(raw, str) else raw)


def payload(name: str) -> Any:
    return json.loads(WHATSAPP.raw(name))


def value_of(body: Any) -> Any:
    return body["entry"][0]["changes"][0]["value"]


def test_a_message_keeps_its_item_whole() -> None:
    body = payload("contact_cards")
    (message,) = parse(json.dumps(body)).messages
    assert message.raw == value_of(body)["messages"][0]


@pytest.mark.parametrize("name", ["history", "other_number", "messaging_handovers", "account_update"])
def test_what_is_not_for_the_assistant_is_kept_whole(name: str) -> None:
    body = payload(name)
    (problem,) = parse(json.dumps(body)).problems
    assert problem.raw == body["entry"][0]["changes"][0]


@pytest.mark.parametrize("field", ["messages", "smb_message_echoes", "user_preferences", "user_id_update"])
def test_a_change_in_which_nothing_known_stands_is_kept_whole(field: str) -> None:
    change = {"field": field, "value": {"renamed": [{"text": {"body": "ayuda"}}]}}
    body = {"object": "whatsapp_business_account", "entry": [{"changes": [change]}]}
    assert parse(json.dumps(body)).problems == (Problem("empty_change", change),)


def test_a_message_from_nobody_keeps_the_contacts_a_person_would_need() -> None:
    body = payload("text_names_nobody_two_contacts")
    value = value_of(body)
    (problem,) = parse(json.dumps(body)).problems
    assert problem.raw == {"message": value["messages"][0], "contacts": value["contacts"]}


def test_a_text_longer_than_whatsapp_allows_is_kept_whole() -> None:
    long, body = "ñ" * 60_000, payload("text")
    value_of(body)["messages"][0]["text"]["body"] = long
    (message,) = parse(json.dumps(body)).messages
    assert message.text == long


def test_nul_characters_go_from_raw_too() -> None:
    raw = WHATSAPP.raw("text_nul_and_lone_surrogate")
    assert b"\\u0000" in raw
    (message,) = parse(raw).messages
    assert "\x00" not in str(message.raw)
    assert message.raw["text"]["body"].encode()


def test_a_thousand_people_in_one_body_are_all_told_apart() -> None:
    body = payload("text")
    value = value_of(body)
    numbers = [str(51_900_000_000 + place) for place in range(1000)]
    value["contacts"] = [{"wa_id": number, "user_id": f"PE.{number}"} for number in reversed(numbers)]
    value["messages"] = [{**value["messages"][0], "id": f"w.{number}", "from": number} for number in numbers]
    read = [(message.external_id, message.sender) for message in parse(json.dumps(body)).messages]
    assert read == [(f"w.{number}", Sender(f"+{number}", f"PE.{number}")) for number in numbers]


@pytest.mark.parametrize("raw", [b"", b"hola", b"{", b"\xff\xfe\x00", b"[" * 100_000, b'{"a":' * 100_000])
def test_what_is_no_json_is_kept_as_text(raw: bytes) -> None:
    (problem,) = parse(raw).problems
    assert problem == Problem("not_json", raw.decode("utf-8", "replace").replace("\x00", ""))


@pytest.mark.parametrize("raw", ["null", "0", '"hola"', "[]", "{}", "true", "NaN", '{"object": []}'])
def test_json_of_another_kind_is_a_problem(raw: str) -> None:
    assert [problem.reason for problem in parse(raw).problems] == ["not_whatsapp"]


def test_bytes_that_are_no_utf8_spoil_only_their_own_letters() -> None:
    raw = WHATSAPP.raw("text").replace(b"prueba", b"pru\xffeba")
    (message,) = parse(raw).messages
    assert message.text == "¿Dónde me hago la pru\ufffdeba? 🙏"


def test_a_byte_order_mark_does_no_harm() -> None:
    assert parse(b"\xef\xbb\xbf" + WHATSAPP.raw("text")).messages


def test_a_change_of_user_id_told_in_two_ways_has_two_keys_and_one_meaning() -> None:
    """Meta's example of the system message names the new id alone; `user_id_update` ties it to the old."""
    (message,) = parse(WHATSAPP.raw("system_user_id_changed_as_in_metas_example")).changes
    (update,) = parse(WHATSAPP.raw("user_id_update")).changes
    assert (message.before.bsuid, update.before.bsuid) == ("PE.1", "PE.1")
    assert message.after is not None
    assert update.after is not None
    assert message.after.bsuid == update.after.bsuid
    assert message.key != update.key


def test_a_copy_has_another_key_than_the_message_that_may_still_come() -> None:
    copy = parse(WHATSAPP.raw("standby")).messages[0]
    own = payload("text")
    value_of(own)["messages"][0]["id"] = copy.external_id
    assert parse(json.dumps(own)).messages[0].key != copy.key
