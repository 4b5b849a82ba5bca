"""Reads requests to the control API: what is wished for, by whom, and what makes no sense."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request

from linea.simulator import bodies

CHANNELS = ("whatsapp", "sms")
SEPARATORS = re.compile(r"[\s().-]")

Types = dict[str, type | tuple[type, ...]]


class BadWish(ValueError):
    """A request to the control API that cannot be read; answered with 400 and the reason."""


async def wish(request: Request, types: Types | None = None, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    """The JSON object of a request, without its nulls; with `types`, no other name and no other type.

    Raises BadWish, also when one of `needed` is missing.
    """
    try:
        given = await request.json()
    except ValueError as error:
        raise BadWish("the body is not JSON") from error
    return checked(given, types, needed)


def checked(given: Any, types: Types | None = None, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    """The same for an object at hand."""
    if not isinstance(given, dict):
        raise BadWish("a JSON object is needed")
    found = {key: value for key, value in given.items() if value is not None}
    if types is not None:
        for key, value in found.items():
            if key not in types or not isinstance(value, types[key]):
                raise BadWish(f"{key}: not known, or not of the right type")
    for key in needed:
        if key not in found:
            raise BadWish(f"{key} is needed")
    return found


def number(query: dict[str, str], name: str, otherwise: float) -> float:
    """A number taken out of a query. Raises BadWish."""
    try:
        return float(query.pop(name, otherwise))
    except ValueError as error:
        raise BadWish(f"{name} must be a number") from error


def phone(given: str) -> str:
    """A number with its "+", however it was written, or a user id. Raises BadWish."""
    found = SEPARATORS.sub("", given) if not bodies.USER_ID.fullmatch(given) else given
    found = found if found.startswith("+") or not found.isdigit() else f"+{found}"
    if not bodies.PHONE.fullmatch(found) and not bodies.USER_ID.fullmatch(found):
        raise BadWish("phone must be a number with its country code, such as +51987000001, or a user id")
    return found


def channel(given: str | None) -> str:
    """The channel a wish is for: WhatsApp if it does not say. Raises BadWish."""
    if given is not None and given not in CHANNELS:
        raise BadWish(f"channel must be one of: {', '.join(CHANNELS)}")
    return given or CHANNELS[0]
