"""Single values out of Meta's JSON: each is what it should be, or nothing."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

Item = dict[str, Any]

_PHONE = re.compile(r"\+?([0-9]{5,20})")
_PHONE_ORNAMENT = re.compile(r"[\s().-]")
_LARGEST_SECONDS = 10**11  # the year 5138; what is larger is milliseconds


def items(value: Any) -> list[Any]:
    """The members of a list; a lone value as a list of one; nothing for what is absent or empty."""
    if isinstance(value, list):
        return value
    return [] if value is None or value == {} else [value]


def part(value: Any, name: str) -> Item:
    """The object under this name, or an empty one."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def text(value: Any) -> str | None:
    """A text that says something (a whole number counts as its digits), or None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value.strip() else None


def number(value: Any) -> int | None:
    """A whole number of 18 digits at most, also written as text, or None."""
    digits = text(value)
    return int(digits) if digits and re.fullmatch(r"[0-9]{1,18}", digits) else None


def degrees(value: Any, largest: float) -> float | None:
    """A latitude or longitude, as number or text, or None if it lies outside the globe."""
    try:
        found = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
    return found if found is not None and -largest <= found <= largest else None


def phone(value: Any) -> str | None:
    """ "+" and exactly the digits received: a national prefix is never mended (Argentina, Mexico)."""
    shape = _PHONE.fullmatch(_PHONE_ORNAMENT.sub("", text(value) or ""))
    return f"+{shape[1]}" if shape else None


def moment(value: Any) -> datetime | None:
    """Seconds or milliseconds since 1970, as number or text, in UTC."""
    found = number(int(value) if isinstance(value, float) else value)
    if found is None:
        return None
    seconds = found // 1000 if found > _LARGEST_SECONDS else found
    if seconds > _LARGEST_SECONDS:
        return None
    return datetime.fromtimestamp(seconds, timezone.utc)


def error_codes(value: Any) -> list[int]:
    """The codes in a list of Meta's error objects, in order; none that a database's integer cannot hold."""
    found = [number(error.get("code")) for error in items(value) if isinstance(error, dict)]
    return [code for code in found if code is not None and code < 2**31]
