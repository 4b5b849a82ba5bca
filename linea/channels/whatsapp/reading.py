"""Reads JSON that somebody else wrote, whatever its bytes, into values that can be stored."""

from __future__ import annotations

import json
import math
import re
from typing import Any

# Meta's payloads are some 12 levels deep. What lies deeper is cut, so that the rest can be read
# and stored without running into Python's own limit.
MAX_DEPTH = 64
CUT = "…"

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_STRING_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)


class Unreadable(Exception):
    """The bytes are no JSON at all."""


def read(raw: bytes) -> Any:
    """The JSON value, storable in any database: no NUL, no lone surrogate, no NaN, no endless depth.

    Bytes that are no UTF-8 become the replacement character rather than spoiling the whole. Numbers
    too big for 64 bits, infinities and NaN stay as the text they were written in.
    Raises Unreadable, and nothing else.
    """
    written = text(raw)
    try:
        return _clean(_parse(written), 1)
    except RecursionError:
        pass
    except ValueError as error:
        raise Unreadable from error
    try:
        return _clean(_parse(_cut_depth(written)), 1)
    except (ValueError, RecursionError) as error:
        raise Unreadable from error


def text(raw: bytes) -> str:
    """The bytes as storable text, unreadable ones replaced."""
    return clean_text(raw.decode("utf-8-sig", "replace"))


def clean_text(value: str) -> str:
    """The text without NUL (PostgreSQL refuses it) and with lone surrogates replaced."""
    return _UNSTORABLE.sub(lambda found: "" if found[0] == "\x00" else "\ufffd", value)


def _parse(written: str) -> Any:
    return json.loads(
        written, strict=False, parse_int=_integer, parse_float=_float, parse_constant=lambda name: name
    )


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= 18 else digits


def _float(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _clean(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, (dict, list)) and depth > MAX_DEPTH:
        return CUT
    if isinstance(value, dict):
        return {clean_text(key): _clean(part, depth + 1) for key, part in value.items()}
    if isinstance(value, list):
        return [_clean(part, depth + 1) for part in value]
    return value


def _cut_depth(written: str) -> str:
    """The same JSON with every value below MAX_DEPTH replaced by a short text."""
    kept: list[str] = []
    depth = start = 0
    for found in _STRING_OR_BRACKET.finditer(written):
        mark = found[0][0]
        if mark in "[{":
            depth += 1
            if depth == MAX_DEPTH + 1:
                kept += written[start : found.start()], f'"{CUT}"'
        elif mark in "]}":
            if depth == MAX_DEPTH + 1:
                start = found.end()
            depth -= 1
    return "".join([*kept, written[start:]])
