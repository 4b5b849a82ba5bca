"""Every kind of webhook body Meta sends, as a file, and what the line makes of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

from linea.channels.whatsapp import inbound
from linea.messages import Inbound, Kind, Parsed, Problem, Sender, Status

PAYLOADS = Path(__file__).parent / "payloads"
OUR_NUMBER = "100000000000001"
AT = datetime(2025, 11, 7, 7, 20, tzinfo=timezone.utc)  # 1762500000
ROSA = Sender("+51900000001")
ROSA_WITH_ALL_HER_NAMES = Sender("+51900000001", "PE.13491208655302741918", "PE.ENT.11815799212886844830")


def said(
    wamid: str,
    kind: Kind,
    vendor_type: str,
    text: str | None = None,
    option_id: str | None = None,
    *,
    sender: Sender = ROSA,
    sent_at: datetime | None = AT,
    reply_to: str | None = None,
) -> Inbound:
    key = f"m:{OUR_NUMBER}:{wamid}"
    return Inbound(
        "whatsapp", key, wamid, sender, kind, vendor_type, text, option_id, sent_at, reply_to, raw={}
    )


def became(
    wamid: str, status: str, outbox_id: str | None = None, code: int | None = None, at: datetime | None = AT
) -> Status:
    return Status("whatsapp", wamid, outbox_id, status, code, at)


# file -> messages, statuses, and reasons of problems, in order
CASES: dict[str, list[Inbound | Status | str]] = {
    "text": [said("wamid.T1", "text", "text", "¿Dónde me hago la prueba? 🙏")],
    "text_bsuid_and_phone": [said("wamid.T2", "text", "text", "hola", sender=ROSA_WITH_ALL_HER_NAMES)],
    "text_bsuid_only": [
        said("wamid.T3", "text", "text", "hola", sender=Sender(None, "PE.13491208655302741918"))
    ],
    "text_bsuid_completed_from_contact": [
        said("wamid.T19", "text", "text", "hola", sender=ROSA_WITH_ALL_HER_NAMES)
    ],
    "text_names_nobody": [said("wamid.T4", "text", "text", "hola", sender=Sender("+51900000001", "PE.777"))],
    "text_names_nobody_two_contacts": ["no_sender"],
    "text_names_nobody_no_contacts": ["no_sender"],
    "text_completed_from_its_contact": [
        said("wamid.T7", "text", "text", "hola", sender=Sender("+51900000002", "PE.222"))
    ],
    "text_contact_of_somebody_else": [said("wamid.T8", "text", "text", "hola")],
    "text_contact_contradicts": [
        said("wamid.T9", "text", "text", "hola", sender=Sender("+51900000001", "PE.111"))
    ],
    "text_without_contacts": [said("wamid.T10", "text", "text", "hola")],
    "text_reply": [said("wamid.T11", "text", "text", "sí", reply_to="wamid.OUT01")],
    "text_forwarded_from_ad": [said("wamid.T12", "text", "text", "info")],
    "text_blank": [said("wamid.T13", "other", "text")],
    "text_slash": [said("wamid.T14", "text", "text", "/restart")],
    "text_argentina_and_mexico": [
        said("wamid.T15", "text", "text", "hola", sender=Sender("+5491150000000")),
        said("wamid.T16", "text", "text", "buenas", sender=Sender("+5215550000000")),
    ],
    "text_nul_and_lone_surrogate": [said("wamid.T17", "text", "text", "hola \ufffd fin")],
    "text_escaped_unicode": [
        said("wamid.T18", "text", "text", "mañana en https://minsa.example/centro"),
    ],
    "timestamps": [
        said("wamid.S1", "text", "text", "a"),
        said("wamid.S2", "text", "text", "b"),
        said("wamid.S3", "text", "text", "c"),
        said("wamid.S4", "text", "text", "d", sent_at=None),
        said("wamid.S5", "text", "text", "e", sent_at=None),
        said("wamid.S6", "text", "text", "f", sent_at=None),
    ],
    "button_template": [
        said("wamid.B1", "option", "button", "Sí, acepto", "opt_8f2c", reply_to="wamid.OUT02")
    ],
    "button_without_payload": [said("wamid.B2", "text", "button", "Sí, acepto")],
    "button_reply": [
        said("wamid.B3", "option", "interactive", "Hablar con alguien", "opt_1a", reply_to="wamid.OUT03")
    ],
    "list_reply": [said("wamid.B4", "option", "interactive", "Pruebas", "opt_7", reply_to="wamid.OUT04")],
    "flow_reply": [said("wamid.B5", "other", "interactive")],
    "call_permission_reply": [said("wamid.B6", "silent", "interactive")],
    "interactive_missing": [said("wamid.B7", "other", "interactive"), "value_error"],
    "image_with_caption": [said("wamid.M1", "other", "image", "mi prueba salió así")],
    "image_not_downloaded": [said("wamid.M2", "other", "image")],
    "video": [said("wamid.M3", "other", "video")],
    "sticker": [said("wamid.M4", "other", "sticker")],
    "voice_note": [said("wamid.M5", "other", "audio")],
    "voice_legacy": [said("wamid.M6", "other", "voice")],
    "document": [said("wamid.M7", "other", "document", "mis papeles")],
    "location": [said("wamid.M8", "other", "location")],
    "contact_cards": [said("wamid.M9", "other", "contacts")],
    "order": [said("wamid.M10", "other", "order", "dos por favor")],
    "reaction": [said("wamid.Q1", "silent", "reaction")],
    "reaction_removed": [said("wamid.Q2", "silent", "reaction")],
    "system_number_changed": [said("wamid.Q3", "silent", "system")],
    "system_user_id_changed": [said("wamid.Q4", "silent", "system", sender=Sender(None, "PE.1"))],
    "system_identity_changed": [said("wamid.Q5", "silent", "system")],
    "edit": [said("wamid.Q6", "silent", "edit")],
    "revoke": [said("wamid.Q7", "silent", "revoke")],
    "request_welcome": [said("wamid.Q8", "silent", "request_welcome")],
    "ephemeral": [said("wamid.Q9", "other", "ephemeral")],
    "group_text": [said("wamid.Q10", "silent", "text", "hola a todos")],
    "unsupported_poll": [said("wamid.U1", "other", "unsupported")],
    "unknown_type": [said("wamid.U2", "other", "hologram", "mírame")],
    "missing_type": [said("wamid.U3", "other", "unknown", "me quiero morir")],
    "missing_id": ["no_id"],
    "statuses": [
        became("wamid.OUT01", "sent", "o-17"),
        became("wamid.OUT01", "delivered", "o-17", at=AT.replace(second=2)),
        became("wamid.OUT01", "read", at=AT.replace(second=3)),
        became("wamid.OUT02", "played"),
        became("wamid.OUT03", "warning"),
    ],
    "status_failed": [became("wamid.OUT01", "failed", "o-18", 131047)],
    "status_of_group": [became("wamid.OUT05", "read")],
    "status_broken_beside_good": [
        became("wamid.OUT01", "read"),
        became("wamid.OUT06", "delivered", None, 131026),
        "bad_item",
        "bad_item",
        "bad_item",
    ],
    "value_errors": ["value_error", "value_error"],
    "standby": ["standby"],
    "standby_empty": ["standby"],
    "smb_message_echoes": ["smb_message_echoes"],
    "history": ["history"],
    "user_preferences": ["user_preferences"],
    "messaging_handovers": ["messaging_handovers"],
    "account_update": ["account_update"],
    "template_status": ["message_template_status_update"],
    "phone_quality": ["phone_number_quality_update"],
    "field_with_odd_name": ["unknown_field"],
    "other_number": ["other_number"],
    "no_content": ["empty_change"],
    "entry_is_an_object": [],
    "not_whatsapp": ["not_whatsapp"],
    "batch": [
        said("wamid.X1", "text", "text", "uno"),
        said("wamid.X2", "text", "text", "dos", sender=Sender("+51900000002", "PE.2")),
        said("wamid.X3", "text", "text", "tres", sender=Sender("+51900000003")),
        became("wamid.OUT07", "delivered"),
        "no_sender",
        "bad_item",
        "value_error",
        "bad_item",
        "account_update",
        "bad_item",
        "bad_item",
    ],
}


def parse(raw: bytes | str) -> Parsed:
    return inbound.parse(raw.encode() if isinstance(raw, str) else raw, OUR_NUMBER)


def test_every_payload_file_has_its_row() -> None:
    assert {path.stem for path in PAYLOADS.glob("*.json")} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_payload(name: str) -> None:
    parsed = parse((PAYLOADS / f"{name}.json").read_bytes())
    messages = [replace(message, sent_at=_whole(message.sent_at), raw={}) for message in parsed.messages]
    assert [*messages, *parsed.statuses, *(problem.reason for problem in parsed.problems)] == CASES[name]


def _whole(moment: datetime | None) -> datetime | None:
    return moment.replace(microsecond=0) if moment else None


def test_a_message_keeps_its_item_whole() -> None:
    payload = json.loads((PAYLOADS / "contact_cards.json").read_text())
    (message,) = parse(json.dumps(payload)).messages
    assert message.raw == payload["entry"][0]["changes"][0]["value"]["messages"][0]


@pytest.mark.parametrize(
    "name", ["standby", "history", "smb_message_echoes", "user_preferences", "other_number"]
)
def test_what_is_not_for_the_assistant_is_kept_whole(name: str) -> None:
    payload = json.loads((PAYLOADS / f"{name}.json").read_text())
    (problem,) = parse(json.dumps(payload)).problems
    assert problem.raw == payload["entry"][0]["changes"][0]


def test_a_message_from_nobody_keeps_the_contacts_a_person_would_need() -> None:
    payload = json.loads((PAYLOADS / "text_names_nobody_two_contacts.json").read_text())
    value = payload["entry"][0]["changes"][0]["value"]
    (problem,) = parse(json.dumps(payload)).problems
    assert problem.raw == {"message": value["messages"][0], "contacts": value["contacts"]}


def test_a_text_longer_than_whatsapp_allows_is_kept_whole() -> None:
    long = "ñ" * 60_000
    payload = json.loads((PAYLOADS / "text.json").read_text())
    payload["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"] = long
    (message,) = parse(json.dumps(payload)).messages
    assert message.text == long


def test_nul_characters_go_from_raw_too() -> None:
    payload = (PAYLOADS / "text_nul_and_lone_surrogate.json").read_bytes()
    assert b"\\u0000" in payload
    (message,) = parse(payload).messages
    assert "\x00" not in str(message.raw)
    assert message.raw["text"]["body"].encode()


def test_a_thousand_people_in_one_body_are_all_told_apart() -> None:
    payload = json.loads((PAYLOADS / "text.json").read_text())
    value = payload["entry"][0]["changes"][0]["value"]
    numbers = [str(51_900_000_000 + place) for place in range(1000)]
    value["contacts"] = [{"wa_id": number, "user_id": f"PE.{number}"} for number in reversed(numbers)]
    value["messages"] = [{**value["messages"][0], "id": f"w.{number}", "from": number} for number in numbers]
    read = [(message.external_id, message.sender) for message in parse(json.dumps(payload)).messages]
    assert read == [(f"w.{number}", Sender(f"+{number}", f"PE.{number}")) for number in numbers]


@pytest.mark.parametrize("raw", [b"", b"hola", b"{", b"\xff\xfe\x00", b"[" * 100_000, b'{"a":' * 100_000])
def test_what_is_no_json_is_kept_as_text(raw: bytes) -> None:
    (problem,) = parse(raw).problems
    assert problem == Problem("not_json", raw.decode("utf-8", "replace").replace("\x00", ""))


@pytest.mark.parametrize("raw", ["null", "0", '"hola"', "[]", "{}", "true", "NaN", '{"object": []}'])
def test_json_of_another_kind_is_a_problem(raw: str) -> None:
    assert [problem.reason for problem in parse(raw).problems] == ["not_whatsapp"]


def test_bytes_that_are_no_utf8_spoil_only_their_own_letters() -> None:
    raw = (PAYLOADS / "text.json").read_bytes().replace(b"prueba", b"pru\xffeba")
    (message,) = parse(raw).messages
    assert message.text == "¿Dónde me hago la pru\ufffdeba? 🙏"


def test_a_byte_order_mark_does_no_harm() -> None:
    assert parse(b"\xef\xbb\xbf" + (PAYLOADS / "text.json").read_bytes()).messages
