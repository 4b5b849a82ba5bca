"""Everything that may be wrong with one value of a body of Meta's, with good messages around it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from linea.messages import Parsed
from tests.channels.mutation import Mutation
from tests.channels.whatsapp.cases import OUR_NUMBER

Place: TypeAlias = "tuple[str | int, ...]"

HERE = "put-it-here"
NEIGHBOURS = {f"wamid.NEIGHBOUR{number}" for number in (1, 2, 3)}
# What stands around the items is the same in nearly every file: it is changed in these.
WHOLE = {"text_bsuid_and_phone", "text_names_nobody", "batch", "smb_message_echoes", "user_id_update"}
SAME = {"messaging_product", "metadata", "contacts"}
DEEP_EVERY = 10  # places; deep JSON is read in a slower way of its own
ITEMS = {
    *("messages", "statuses", "contacts", "errors"),
    *("message_echoes", "user_preferences", "user_id_update"),
}

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


def of(name: str, raw: bytes, parse: Callable[[bytes], Parsed]) -> Iterator[Mutation]:
    """The body with each of its values in turn gone, twice, or replaced."""
    try:
        payload = with_neighbours(json.loads(raw))
    except (ValueError, KeyError, TypeError):
        return
    messages = parse(json.dumps(payload).encode()).messages
    before = {message.external_id for message in messages} & NEIGHBOURS
    places = [place for place in _places(payload) if name in WHOLE or _is_of_its_own(place)]
    for number, place in enumerate(places):
        inside = ITEMS & set(place[:-1])
        for how, written in _changed(payload, place):
            if how == "deep object" and number % DEEP_EVERY:
                continue
            kept = {wamid for wamid in NEIGHBOURS if f'"{wamid}"' in written}
            yield Mutation(
                *("/".join(map(str, place)), how, written.encode("utf-8", "surrogatepass")),
                read=frozenset(before if inside else ()),
                kept=frozenset(kept),
            )


def with_neighbours(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload with a good message before and after its own, and one more in another entry."""
    payload = copy.deepcopy(payload)
    metadata = {"phone_number_id": OUR_NUMBER}
    for entry in payload["entry"] if isinstance(payload["entry"], list) else []:
        for change in entry.get("changes", []) if isinstance(entry, dict) else []:
            value = change.get("value") if isinstance(change, dict) else None
            if isinstance(value, dict) and "messages" in value:
                value["messages"] = [_neighbour(1), *value["messages"], _neighbour(2)]
    if isinstance(payload["entry"], list):
        change = {"field": "messages", "value": {"metadata": metadata, "messages": [_neighbour(3)]}}
        payload["entry"].append({"id": "1", "changes": [change]})
    return payload


def _neighbour(number: int) -> dict[str, Any]:
    return {
        "from": f"5190000100{number}",
        "id": f"wamid.NEIGHBOUR{number}",
        "timestamp": "1762500000",
        "type": "text",
        "text": {"body": f"vecina {number}"},
    }


def _places(value: Any, above: Place = ()) -> Iterator[Place]:
    """The way to every value but the neighbours."""
    if above:
        yield above
    if isinstance(value, dict):
        for key, part in value.items():
            yield from () if _is_neighbour(part) else _places(part, (*above, key))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from () if _is_neighbour(part) else _places(part, (*above, place))


def _is_of_its_own(place: Place) -> bool:
    """Whether it lies in the value of a change (entry, 0, changes, 0, value, …) and not around it."""
    return len(place) > 5 and place[5] not in SAME


def _is_neighbour(value: Any) -> bool:
    return isinstance(value, dict) and value.get("id") in NEIGHBOURS


def _changed(payload: Any, place: Place) -> Iterator[tuple[str, str]]:
    """The JSON with the value at this place changed, by each way of changing it."""
    changed = json.loads(json.dumps(payload))
    parent, last = changed, place[-1]
    for step in place[:-1]:
        parent = parent[step]
    whole = json.dumps(parent[last])
    parent[last] = HERE
    written = json.dumps(changed)
    for how, replacement in REPLACEMENTS.items():
        yield how, written.replace(f'"{HERE}"', replacement)
    if isinstance(last, str):  # of two the last counts
        yield "twice", written.replace(f'"{HERE}"', f"null, {json.dumps(last)}: {whole}")
    del parent[last]
    yield "gone", json.dumps(changed)
