"""Whatever is wrong with one item, nothing raises and no neighbour is lost."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linea.channels.whatsapp import inbound
from linea.messages import Parsed, Sender

Place: TypeAlias = "tuple[str | int, ...]"

PAYLOADS = sorted((Path(__file__).parent / "payloads").glob("*.json"))
OUR_NUMBER = "100000000000001"
HERE = "put-it-here"
NEIGHBOURS = {f"wamid.NEIGHBOUR{number}" for number in (1, 2, 3)}
# Metadata and contacts are the same in nearly every file: they are changed in these.
WHOLE = {"text_bsuid_and_phone", "text_names_nobody", "batch"}
SAME = {"metadata", "contacts"}
ITEMS = {"messages", "statuses", "contacts", "errors"}
NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
KEYS = [
    *("from", "from_user_id", "id", "timestamp", "type", "text", "body", "context", "interactive"),
    *("button_reply", "title", "button", "payload", "image", "caption", "contacts", "wa_id", "user_id"),
    *("messages", "statuses", "status", "errors", "code", "metadata", "phone_number_id", "group_id", "order"),
]

# What a value is replaced by, as JSON text: null, other types, huge, deep, and no JSON at all.
REPLACEMENTS = {
    "null": "null",
    "huge number": "9" * 5000,
    "not a number": "NaN",
    "empty text": '""',
    "text with NUL and half a pair": '"\\u0000\\ud83d\\u0000"',
    "long text": '"' + "ñ" * 1000 + '"',
    "empty list": "[]",
    "list": '[null, -1, 1e999, {}, [], "x"]',
    "empty object": "{}",
    "object": '{"id": {"id": []}, "body": 7, "code": "x"}',
    "deep object": '{"text":' * 1100 + "1" + "}" * 1100,
}


def neighbour(number: int) -> dict[str, Any]:
    return {
        "from": f"5190000100{number}",
        "id": f"wamid.NEIGHBOUR{number}",
        "timestamp": "1762500000",
        "type": "text",
        "text": {"body": f"vecina {number}"},
    }


def with_neighbours(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload with a good message before and after its own, and one more in another entry."""
    payload = copy.deepcopy(payload)
    metadata = {"phone_number_id": OUR_NUMBER}
    for entry in payload["entry"] if isinstance(payload["entry"], list) else []:
        for change in entry.get("changes", []) if isinstance(entry, dict) else []:
            value = change.get("value") if isinstance(change, dict) else None
            if isinstance(value, dict) and "messages" in value:
                value["messages"] = [neighbour(1), *value["messages"], neighbour(2)]
    if isinstance(payload["entry"], list):
        change = {"field": "messages", "value": {"metadata": metadata, "messages": [neighbour(3)]}}
        payload["entry"].append({"id": "1", "changes": [change]})
    return payload


def paths(value: Any, above: Place = ()) -> Iterator[Place]:
    """The way to every value but the neighbours."""
    if above:
        yield above
    if isinstance(value, dict):
        for key, part in value.items():
            yield from () if is_neighbour(part) else paths(part, (*above, key))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from () if is_neighbour(part) else paths(part, (*above, place))


def mutations(payload: Any, places: list[Place]) -> Iterator[tuple[Place, str, str]]:
    """The value at each place gone or replaced: where, by what, and the JSON that results."""
    for place in places:
        changed = json.loads(json.dumps(payload))
        parent = changed
        for step in place[:-1]:
            parent = parent[step]
        parent[place[-1]] = HERE
        written = json.dumps(changed)
        for name, replacement in REPLACEMENTS.items():
            yield place, name, written.replace(f'"{HERE}"', replacement)
        del parent[place[-1]]
        yield place, "gone", json.dumps(changed)


def parse(written: str) -> Parsed:
    return inbound.parse(written.encode("utf-8", "surrogatepass"), OUR_NUMBER)


def assert_sound(parsed: Parsed) -> None:
    """Every part has the promised types and can be stored."""
    for message in parsed.messages:
        assert message.external_id
        assert message.sender.phone or message.sender.bsuid
        assert isinstance(message.sender, Sender)
        assert message.kind in ("text", "option", "other", "silent")
        assert message.kind != "text" or message.text
        assert message.kind != "option" or message.option_id
        assert message.sent_at is None or message.sent_at.utcoffset() is not None
    for status in parsed.statuses:
        assert status.external_id
        assert status.status
    kept = [message.raw for message in parsed.messages] + [problem.raw for problem in parsed.problems]
    stored = json.dumps(kept, ensure_ascii=False, allow_nan=False).encode("utf-8")
    assert not NUL_IN_JSON.search(stored)


def neighbours_read(parsed: Parsed) -> set[str]:
    return {message.external_id for message in parsed.messages} & NEIGHBOURS


def is_neighbour(value: Any) -> bool:
    return isinstance(value, dict) and value.get("id") in NEIGHBOURS


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_any_value_may_be_anything_and_no_neighbour_is_lost(path: Path) -> None:
    payload = with_neighbours(json.loads(path.read_text()))
    before = neighbours_read(parse(json.dumps(payload)))
    places = [place for place in paths(payload) if path.stem in WHOLE or not SAME & set(place[5:6])]
    for place, name, written in mutations(payload, places):
        parsed = parse(written)
        assert_sound(parsed)
        read = neighbours_read(parsed)
        if ITEMS & set(place[:-1]):
            assert before <= read, (place, name)
        for wamid in NEIGHBOURS - read:
            kept = any(wamid in str(problem.raw) for problem in parsed.problems)
            assert kept or f'"{wamid}"' not in written, (place, name)


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_a_body_cut_or_bitten_anywhere_never_raises(path: Path) -> None:
    whole, chance = path.read_bytes(), random.Random(7)
    for end in range(0, len(whole), 31):
        assert_sound(inbound.parse(whole[:end], OUR_NUMBER))
        bitten = bytearray(whole)
        bitten[end] = chance.randrange(256)
        assert_sound(inbound.parse(bytes(bitten), OUR_NUMBER))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["messages", "text"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_json_under_our_own_keys_never_raises(value: Any) -> None:
    payload = {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "changes": [
                    {"field": "messages", "value": value},
                    {"field": "messages", "value": {"messages": [value]}},
                ]
            }
        ],
    }
    assert_sound(parse(json.dumps(payload)))


@settings(max_examples=300, deadline=None)
@given(st.binary())
def test_any_bytes_never_raise(raw: bytes) -> None:
    assert_sound(inbound.parse(raw, OUR_NUMBER))
