"""Gives one message to Meta and says honestly what is known about it afterwards."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx

from linea.channels.attempts import NOT_CONNECTED, wait
from linea.channels.whatsapp import errors, reading
from linea.messages import SendResult

_TOKEN = re.compile(r"[!-~]+")


async def send(
    client: httpx.AsyncClient,
    graph_url: str,
    token: str,
    phone_number_id: str,
    payload: dict[str, Any],
    attempt: int,
) -> SendResult:
    """The outcome of one attempt to send what `outbound.build` made; never raises, logs nothing.

    Not connected is `retry`. Once a byte may have left and no clear answer came back (timeout, reset,
    an answer without a message id), it is `uncertain`: the person may have the message.
    Redirects are not followed, so that the token goes to `graph_url` alone.
    """
    try:
        content = json.dumps(payload, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError):
        return SendResult("failed", detail="not_json")
    if not _TOKEN.fullmatch(token):
        return SendResult("halt", detail="token_unusable")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        url = httpx.URL(f"{graph_url.rstrip('/')}/{phone_number_id}/messages")
        response = await client.post(url, content=content, headers=headers, follow_redirects=False)
    except NOT_CONNECTED as error:
        return SendResult("retry", retry_after=wait(attempt), detail=type(error).__name__)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        return SendResult("halt", detail="address_unusable")
    except Exception as error:  # whatever else a network can do: the bytes may have left
        return SendResult("uncertain", detail=type(error).__name__)
    return _read_answer(response, attempt)


def _read_answer(response: httpx.Response, attempt: int) -> SendResult:
    try:
        answer = reading.read(response.content)
    except reading.Unreadable:
        answer = None
    code = _inside(answer, "error", "code")
    if not response.is_success:
        return errors.outcome(code, response.status_code, attempt)
    wamid = _inside(answer, "messages", 0, "id")
    if isinstance(wamid, str) and wamid.strip():
        return SendResult("accepted", external_id=wamid)
    return SendResult("uncertain", error_code=code if isinstance(code, int) else None, detail="no_message_id")


def _inside(value: Any, *path: str | int) -> Any:
    """What lies at the end of the path, or None where the path leads nowhere."""
    for step in path:
        try:
            value = value[step]
        except (TypeError, KeyError, IndexError):
            return None
    return value
