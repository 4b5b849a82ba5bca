"""Gives one message to Twilio and says honestly what is known about it afterwards."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import httpx

from linea.channels.attempts import NOT_CONNECTED, wait
from linea.channels.sms import errors
from linea.messages import SendResult

_FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
_ACCOUNT = re.compile(r"[0-9A-Za-z]+")
_TOKEN = re.compile(r"[!-~]+")


async def send(
    client: httpx.AsyncClient,
    twilio_url: str,
    account_sid: str,
    auth_token: str,
    form: dict[str, str],
    attempt: int,
) -> SendResult:
    """The outcome of one attempt to send what `outbound.build` made; never raises, logs nothing.

    Not connected is `retry`. Once a byte may have left and no clear answer came back (timeout, reset,
    an answer without a message id), it is `uncertain`: the person may have the message.
    Redirects are not followed, so that the token goes to `twilio_url` alone.
    """
    if not (_ACCOUNT.fullmatch(account_sid) and _TOKEN.fullmatch(auth_token)):
        return SendResult("halt", detail="account_unusable")
    try:
        response = await client.post(
            httpx.URL(f"{twilio_url.rstrip('/')}/2010-04-01/Accounts/{account_sid}/Messages.json"),
            content=urlencode(form, errors="replace").encode("ascii"),
            headers=_FORM,
            auth=(account_sid, auth_token),
            follow_redirects=False,
        )
    except NOT_CONNECTED as error:
        return SendResult("retry", retry_after=wait(attempt), detail=type(error).__name__)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        return SendResult("halt", detail="address_unusable")
    except Exception as error:  # whatever else a network can do: the bytes may have left
        return SendResult("uncertain", detail=type(error).__name__)
    return _read_answer(response, attempt)


def _read_answer(response: httpx.Response, attempt: int) -> SendResult:
    answer: Any = None
    try:
        answer = json.loads(response.content)
    except (ValueError, RecursionError):
        pass
    fields = answer if isinstance(answer, dict) else {}
    if not response.is_success:
        return errors.outcome(fields.get("code"), response.status_code, attempt)
    sid = fields.get("sid")
    if isinstance(sid, str) and sid.strip():
        return SendResult("accepted", external_id=sid)
    return SendResult("uncertain", detail="no_message_id")
