"""What Meta and Twilio deliver: every payload file becomes what its row says, by one runner for all doors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from linea.channels.sms.signature import pairs
from linea.messages import Parsed
from tests.channels.doors import DOORS, EVERY_CASE, SMS, SMS_STATUS, WHATSAPP, Door, case_id
from tests.channels.expected import told


@pytest.mark.parametrize("door", DOORS, ids=case_id)
def test_every_payload_file_has_its_row_and_every_row_its_file(door: Door) -> None:
    assert sorted(path.stem for path in door.files) == sorted(door.cases)


@pytest.mark.parametrize(("door", "name"), EVERY_CASE, ids=case_id)
def test_a_payload_becomes_what_its_row_says(door: Door, name: str) -> None:
    assert told(door.parse(door.raw(name))) == door.cases[name]


@pytest.mark.parametrize("door", DOORS, ids=case_id)
def test_a_body_that_comes_again_has_the_same_keys_and_no_two_things_share_one(door: Door) -> None:
    for name in door.cases:
        first, again = (keys(door.parse(door.raw(name))) for _ in range(2))
        assert first == again, name
        assert len(set(first)) == len(first), name


def keys(parsed: Parsed) -> list[str]:
    return [each.key for each in (*parsed.changes, *parsed.takeovers, *parsed.messages)]


@pytest.mark.parametrize("door", DOORS, ids=case_id)
def test_no_word_of_anybody_is_lost(door: Door) -> None:
    for name in door.cases:
        parsed = door.parse(door.raw(name))
        each = (*parsed.messages, *parsed.changes, *parsed.takeovers, *parsed.problems)
        leaves = [leaf for one in each for leaf in _leaves(one.raw)]
        lost = [words for words in _texts(door, name) if words not in leaves]
        assert not lost, name


def _texts(door: Door, name: str) -> list[str]:
    """The words people wrote in a payload, wherever they stand."""
    if door is WHATSAPP:
        found: list[str] = []
        _bodies(json.loads(door.raw(name)), found)
        return [words for words in found if "\x00" not in words]
    return [value.replace("\x00", "") for key, value in pairs(door.raw(name)) if key == "Body"]


def _bodies(value: Any, found: list[str]) -> None:
    if isinstance(value, dict):
        found += [value[name] for name in ("body", "caption") if isinstance(value.get(name), str)]
        for part in value.values():
            _bodies(part, found)
    elif isinstance(value, list):
        for part in value:
            _bodies(part, found)


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in _leaves(part)]
    if isinstance(value, list):
        return [leaf for part in value for leaf in _leaves(part)]
    return [value]


def test_a_status_names_our_own_message_by_the_address_it_was_told_to() -> None:
    assert {status.outbox_id for name in SMS_STATUS.cases for status in _statuses(name)} == {
        SMS_STATUS.query.removeprefix("o=")
    }


def _statuses(name: str) -> Any:
    return SMS_STATUS.parse(SMS_STATUS.raw(name)).statuses


def test_a_repeated_parameter_is_kept_with_all_its_values() -> None:
    (message,) = SMS.parse(SMS.raw("names_that_come_twice")).messages
    assert message.raw["Body"] == ["primero", "segundo"]
