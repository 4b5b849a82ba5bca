"""What the simulator has been told to do wrong, and to whom."""

from __future__ import annotations

import itertools
import random
from dataclasses import asdict, dataclass
from typing import Any

from linea.simulator.changes import Changes
from linea.simulator.graph_errors import ERRORS
from linea.simulator.twilio_errors import UNDELIVERED

# Kinds that change the answer to a request: Meta's, then Twilio's.
GRAPH_KINDS = ("accept_then_break", "break_before", "500", "bad_gateway")
ANSWER_KINDS = (*GRAPH_KINDS, *(str(code) for code in ERRORS))
TWILIO_CODES = {
    "twilio_401": 20003,
    "twilio_429": 20429,
    "twilio_500": 20500,
    "twilio_503": 20503,
    **{f"twilio_{code}": code for code in (21211, 21408, 21610, 21611, 21614)},
}
TWILIO_KINDS = (*TWILIO_CODES, "twilio_break", "twilio_break_before", "twilio_bad_gateway")
# Kinds that change what becomes of a message; the numbers are Twilio's.
STATUS_KINDS = ("statuses_out_of_order", "no_statuses", "failed_status")
UNDELIVERED_KINDS = {f"twilio_{code}": code for code in UNDELIVERED}
WEBHOOK_KINDS = ("duplicate_webhooks", "late_webhooks")
# Kinds that spoil a file on its way to the line, of both channels.
MEDIA_KINDS = (
    "media_404",  # the address is not there any more: a new one has to be asked for
    "media_gone",  # nor is the file
    "media_slow",
    "media_too_big",  # smaller when announced than when it comes
    "media_wrong_hash",
    "media_redirect",  # to another host
    "media_elsewhere",  # the address itself is another host's
)
KINDS = (
    *ANSWER_KINDS,
    *TWILIO_KINDS,
    "slow",
    *WEBHOOK_KINDS,
    *STATUS_KINDS,
    *UNDELIVERED_KINDS,
    *MEDIA_KINDS,
)
ABOUT = ("message", "status")


class FaultError(ValueError):
    """A fault that makes no sense; the message says which part."""


@dataclass
class Fault:
    """One thing to do wrong. `times` counts down; None means until it is switched off."""

    id: int
    kind: str
    phone: str | None = None
    times: int | None = None
    probability: float = 1.0
    seconds: float = 5.0  # slow, late_webhooks, media_slow
    copies: int = 2  # duplicate_webhooks
    code: int = 131026  # failed_status
    about: str | None = None  # duplicate_webhooks, late_webhooks: only "message" or only "status"
    used: int = 0


class Faults:
    """The faults switched on now, oldest first."""

    def __init__(self, changes: Changes, seed: int = 1) -> None:
        self._changes = changes
        self._faults: list[Fault] = []
        self._numbers = itertools.count(1)
        self._random = random.Random(seed)

    def add(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Switch a fault on. Raises FaultError when the wish cannot be read."""
        fault = Fault(id=next(self._numbers), **_checked(wish))
        self._faults.append(fault)
        self._announce()
        return asdict(fault)

    def listing(self) -> list[dict[str, Any]]:
        """The faults switched on, with how often each has been used."""
        return [asdict(fault) for fault in self._faults]

    def clear(self, number: int | None = None) -> None:
        """Switch off one fault, or all."""
        self._faults = [fault for fault in self._faults if number is not None and fault.id != number]
        self._announce()

    def draw(self, kinds: tuple[str, ...], phone: str | None, about: str | None = None) -> Fault | None:
        """The first fault that applies now, counted as used; None when all should go well."""
        for fault in self._faults:
            if (
                fault.kind in kinds
                and fault.phone in (None, phone)
                and fault.about in (None, about)
                and self._random.random() < fault.probability
            ):
                fault.used += 1
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self._faults.remove(fault)
                self._announce()
                return fault
        return None

    def _announce(self) -> None:
        self._changes.publish("faults", self.listing())


RANGES: dict[str, tuple[bool, float, float]] = {  # whole numbers only, lowest, highest
    "times": (True, 1, 1_000_000),
    "probability": (False, 0, 1),
    "seconds": (False, 0, 3600),
    "copies": (True, 2, 1000),
    "code": (True, 1, 10_000_000),
}


def _checked(wish: dict[str, Any]) -> dict[str, Any]:
    values = {key: value for key, value in wish.items() if value is not None}
    unknown = set(values) - {"kind", "phone", "about", *RANGES}
    if unknown:
        raise FaultError(f"unknown: {', '.join(sorted(unknown))}")
    if values.get("kind") not in KINDS:
        raise FaultError(f"kind must be one of: {', '.join(KINDS)}")
    if not isinstance(values.get("phone", ""), str) or values.get("about", "message") not in ABOUT:
        raise FaultError('phone is a text, about is "message" or "status"')
    for name, (whole, low, high) in RANGES.items():
        value = values.get(name, low)
        number = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
        if not number or not low <= value <= high:
            raise FaultError(f"{name} must be between {low} and {high}")
    return values
