"""JSON of others is read as far as it can be, and always into what a database takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from linea.channels.whatsapp import reading
from linea.channels.whatsapp.reading import CUT, MAX_DEPTH


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'"a\tb\nc"', "a\tb\nc"),
        (b'"a\x00b"', "ab"),
        (b'"\\u0000a\\ud83d\\u0000"', "a\ufffd"),
        (b'"\\ud83d\\ude4f"', "🙏"),
        (b'{"a\\u0000b": {"\\udc00": 1}}', {"ab": {"\ufffd": 1}}),
        (b'"\xff"', "\ufffd"),
        (b"\xef\xbb\xbf7", 7),
        (b"999999999999999999", 999999999999999999),
        (b"9223372036854775808", "9223372036854775808"),
        (b"-" + b"9" * 5000, "-" + "9" * 5000),
        (b"1e999", "1e999"),
        (b"-1.5", -1.5),
        (b"[NaN, -Infinity]", ["NaN", "-Infinity"]),
        (b'{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_read(raw: bytes, value: Any) -> None:
    read = reading.read(raw)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b'{"a"}', b"[1,]", b"nul", b"[" * 100_000, b"]" * 100_000, b"[[]"]
)
def test_what_is_no_json_is_unreadable(raw: bytes) -> None:
    with pytest.raises(reading.Unreadable):
        reading.read(raw)


def nested(depth: int, inside: Any, key: str | None = None) -> Any:
    for _ in range(depth):
        inside = {key: inside} if key else [inside]
    return inside


def test_the_deepest_that_is_kept_is_kept_whole() -> None:
    for whole in (nested(MAX_DEPTH, "x"), nested(MAX_DEPTH, "x", key="a")):
        assert reading.read(json.dumps(whole).encode()) == whole


# Python's own reader gives up somewhere between the second and the third.
@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 600, 1100, 20_000])
def test_what_is_deeper_is_cut_in_the_same_place_however_deep_it_is(depth: int) -> None:
    assert reading.read(b"[" * depth + b"]" * depth) == nested(MAX_DEPTH, CUT)


@pytest.mark.parametrize("depth", [MAX_DEPTH, 600, 1100, 20_000])
def test_what_stands_beside_something_too_deep_is_read(depth: int) -> None:
    deep = '{"a]":[' * depth + '"[{\\""' + "]}" * depth
    value = reading.read(f'[{deep}, "beside", {{"after": [1]}}, {deep}, 2]'.encode())
    assert value[1:3] == ["beside", {"after": [1]}]
    assert value[4] == 2
    assert value[0] == value[3]
