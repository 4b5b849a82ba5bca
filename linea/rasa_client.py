"""The worker's side of a turn: asks Rasa over loopback, and tells "away" from "failed". Imports no Rasa."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from linea.assistant.payloads import UnknownPayload, parse_data_for

__all__ = [
    "Health",
    "RasaAway",
    "RasaFailed",
    "TurnResult",
    "UnknownPayload",
    "health",
    "parse_data_for",
    "turn",
]

TURN_TIMEOUT = httpx.Timeout(15.0, connect=2.0)  # seconds; an action may take 10 of them
HEALTH_TIMEOUT = httpx.Timeout(2.0)
_NEVER_ASKED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class RasaAway(Exception):
    """Rasa or its action server cannot be asked now: not connected, not ready, too slow. Ask again later.

    `broke_off`: Rasa had the request and then went silent, so this very turn may be what brings it down.
    """

    def __init__(self, reason: str, broke_off: bool = False) -> None:
        super().__init__(reason)
        self.broke_off = broke_off


class RasaFailed(Exception):
    """Rasa gave nothing usable for this turn; the message is a reason without anybody's words."""


@dataclass(frozen=True)
class Health:
    """Whether Rasa can take a turn, and with which model."""

    ready: bool
    model: str


@dataclass(frozen=True)
class TurnResult:
    """What a turn came to. `events` are only the new ones, to be stored after those that were sent."""

    messages: tuple[dict[str, Any], ...]  # {utter, text, buttons?, custom?, …}, in the order said
    events: tuple[dict[str, Any], ...]
    effects: tuple[dict[str, Any], ...]  # {effect: "hand_over", reason: "asked"}
    model: str
    intent: str
    confidence: float
    entry: str | None  # the bank entry's id, without faq/
    suggestions: tuple[str, ...] = ()  # ids of entries for utter_suggest, likeliest first
    also: tuple[str, ...] = ()  # ids of entries to be answered besides


async def turn(client: httpx.AsyncClient, url: str, request: dict[str, Any]) -> TurnResult:
    """One turn: `request` as {turn, conversation, channel, text or parse_data, events, context}.

    Raises RasaAway (nothing was lost, the same request can be sent again) or RasaFailed. A turn that says
    nothing and does nothing is a failed one: in stock Rasa that is how a person is left without an answer.
    """
    try:
        response = await client.post(f"{url}/webhooks/linea/turn", json=request, timeout=TURN_TIMEOUT)
    except httpx.HTTPError as error:
        raise RasaAway(type(error).__name__, broke_off=not isinstance(error, _NEVER_ASKED)) from error
    if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        raise RasaAway(_reason(response))
    if response.status_code != httpx.codes.OK:
        raise RasaFailed(_reason(response))
    try:
        return _result(response.json())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RasaFailed(f"unusable answer: {type(error).__name__}") from error


async def health(client: httpx.AsyncClient, url: str) -> Health:
    """Whether Rasa is ready; not ready, with no model, when nobody answers there. Never raises."""
    try:
        response = await client.get(f"{url}/webhooks/linea/health", timeout=HEALTH_TIMEOUT)
        answer = response.json()
        return Health(bool(answer["ready"]), str(answer["model"]))
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return Health(ready=False, model="")


def _result(answer: dict[str, Any]) -> TurnResult:
    result = TurnResult(
        messages=tuple(dict(message) for message in answer["messages"]),
        events=tuple(dict(event) for event in answer["events"]),
        effects=tuple(dict(effect) for effect in answer["effects"]),
        model=str(answer["model"]),
        intent=str(answer["nlu"]["intent"]),
        confidence=float(answer["nlu"]["confidence"]),
        entry=answer["nlu"]["entry"],
        suggestions=_ids(answer["nlu"]["suggestions"]),
        also=_ids(answer["nlu"]["also"]),
    )
    if not result.messages and not result.effects:
        raise RasaFailed("said nothing and did nothing")
    return result


def _ids(found: Any) -> tuple[str, ...]:
    if not isinstance(found, list):
        raise TypeError("ids come as a list")
    return tuple(str(entry) for entry in found)


def _reason(response: httpx.Response) -> str:
    try:
        reason = response.json()["error"]
    except (ValueError, KeyError, TypeError):
        reason = "no reason given"
    return f"{response.status_code} {str(reason)[:80]}"
