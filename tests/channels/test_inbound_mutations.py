"""Whatever is wrong with one value of a body, nothing raises and nothing that stands beside it is lost."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linea.messages import IdentityChange, Inbound, Parsed, Sender, Takeover
from tests.channels.doors import DOORS, EVERY_CASE, SMS, SMS_STATUS, WHATSAPP, Door, case_id

NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
KINDS = ("text", "option", "media", "location", "other", "silent", "copy")
FILES = ("image", "video", "audio", "document", "sticker")
DETAILS = {
    *("caption_of", "location", "contacts", "reaction", "edited", "removed", "forwarded", "failed", "group"),
    *("referral", "products", "form", "errors", "context_summary"),
}
LARGEST_INTEGER = 2**31 - 1  # of a column in the database


def assert_sound(parsed: Parsed) -> None:
    """Every part has the promised types and can be stored."""
    for message in parsed.messages:
        _assert_sound_message(message)
    for status in parsed.statuses:
        assert status.external_id
        assert status.status
        assert status.error_code is None or 0 <= status.error_code <= LARGEST_INTEGER
    for change in parsed.changes:
        assert isinstance(change, IdentityChange)
        assert _names_somebody(change.before)
        assert change.after is None or _names_somebody(change.after)
        assert change.after is not None or change.change == "device" or change.after != change.before
    for takeover in parsed.takeovers:
        assert isinstance(takeover, Takeover)
        assert _names_somebody(takeover.person)
    every: list[Any] = [*parsed.messages, *parsed.changes, *parsed.takeovers]
    assert all(each.key for each in every)
    stored = [(each.raw, getattr(each, "details", None)) for each in [*every, *parsed.problems]]
    written = json.dumps(stored, ensure_ascii=False, allow_nan=False).encode("utf-8")
    assert not NUL_IN_JSON.search(written)


def _assert_sound_message(message: Inbound) -> None:
    assert message.external_id
    assert _names_somebody(message.sender)
    assert message.kind in KINDS
    assert message.kind != "text" or message.text
    assert message.kind != "option" or message.option_id
    assert message.kind != "location" or message.details["location"]
    assert message.sent_at is None or message.sent_at.utcoffset() is not None
    assert "\x00" not in f"{message.text}{message.type}{message.option_id}"
    f"{message.text}{message.type}{message.option_id}".encode()
    assert set(message.details) <= DETAILS
    for file in message.media:
        assert file.ref
        assert file.type in FILES
        assert "/" not in (file.name or "")


def _names_somebody(sender: Sender) -> bool:
    return isinstance(sender, Sender) and bool(sender.phone or sender.bsuid)


def read(parsed: Parsed) -> set[str]:
    """Everything by which a message that was read is known: its id, its words, its files."""
    found = {message.external_id for message in parsed.messages}
    found |= {message.text for message in parsed.messages if message.text}
    return found | {file.ref for message in parsed.messages for file in message.media}


def kept(parsed: Parsed) -> str:
    """All that is kept for a person, of what was read and of what was not."""
    raws = [each.raw for each in (*parsed.messages, *parsed.problems, *parsed.changes, *parsed.takeovers)]
    return json.dumps(raws, ensure_ascii=False)


@pytest.mark.parametrize(("door", "name"), EVERY_CASE, ids=case_id)
def test_any_value_may_be_anything_and_no_neighbour_is_lost(door: Door, name: str) -> None:
    for mutation in door.mutations(name):
        parsed = door.parse(mutation.raw)
        assert_sound(parsed)
        where = (mutation.where, mutation.how)
        assert mutation.read <= read(parsed), where
        for mark in mutation.kept - read(parsed):
            assert json.dumps(mark, ensure_ascii=False) in kept(parsed), where


@pytest.mark.parametrize("door", DOORS, ids=case_id)
def test_a_body_cut_or_bitten_anywhere_never_raises(door: Door) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    for name in door.cases:
        whole = door.raw(name)
        for end in range(0, len(whole), max(1, len(whole) // 20)):
            bitten = bytearray(whole)
            bitten[end] = chance.randrange(256)
            try:
                assert_sound(door.parse(whole[:end]))
                assert_sound(door.parse(bytes(bitten)))
            except Exception as error:
                raise AssertionError(f"seed {seed}, {name} at {end}") from error


@settings(max_examples=100, deadline=None)
@given(st.binary())
def test_any_bytes_never_raise(raw: bytes) -> None:
    for door in DOORS:
        assert_sound(door.parse(raw))


KEYS = [
    *("from", "from_user_id", "id", "timestamp", "type", "text", "body", "context", "interactive"),
    *("button_reply", "title", "button", "payload", "image", "caption", "contacts", "wa_id", "user_id"),
    *("messages", "statuses", "status", "errors", "code", "metadata", "phone_number_id", "group_id", "order"),
    *("system", "previous_user_id", "message", "to", "message_echoes", "standby", "sender", "previous"),
    *("current", "user_id_update", "user_preferences", "location", "latitude", "vcard", "nfm_reply"),
]
FIELDS = ["messages", "standby", "smb_message_echoes", "messaging_handovers"]
FIELDS += ["user_preferences", "user_id_update"]
WORDS = ["messages", "text", "system", "control_taken", "PE.1", "51900000001", "user_changed_user_id"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(FIELDS), JSON)
def test_any_json_under_metas_own_keys_never_raises(field: str, value: Any) -> None:
    several = [{"field": field, "value": value}, {"field": "messages", "value": {"messages": [value]}}]
    body = {"object": "whatsapp_business_account", "entry": [{"changes": several}]}
    assert_sound(WHATSAPP.parse(json.dumps(body).encode("utf-8", "surrogatepass")))


NAMES = ["MessageSid", "SmsSid", "From", "To", "Body", "NumMedia", "MediaUrl0", "MediaUrl00", "MessageStatus"]
FORM = st.lists(st.tuples(st.sampled_from(NAMES), st.text() | st.sampled_from(["+51900000001", "7"])))


@settings(max_examples=100, deadline=None)
@given(FORM)
def test_any_form_under_twilios_own_names_never_raises(form: list[tuple[str, str]]) -> None:
    raw = "&".join(f"{name}={value}" for name, value in form).encode("utf-8", "surrogatepass")
    for door in (SMS, SMS_STATUS):
        assert_sound(door.parse(raw))
