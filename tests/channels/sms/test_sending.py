"""What is known after one attempt to send an SMS, against a real server on this machine that misbehaves."""

from __future__ import annotations

import asyncio
import base64
import logging
import socket
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from linea.channels.sms import outbound, sending
from linea.messages import Body, Sender, SendResult
from tests.channels.server import TLS, Behaviour, Vendor, answers, holds, resets, says, vendor

ACCOUNT, TOKEN = "AC" + "a1" * 16, "tokenThatNobodyMaySee"
NUMBER, WORDS = "+51900000001", "palabras de una persona: ¿sí? 1+1 & 50 %"
FORM = outbound.build(
    Body(WORDS), Sender(NUMBER), "+5115550100", "https://linea.example.org/status", "0" * 32
)
SID = "SM" + "b2" * 16
ACCEPTED = {"sid": SID, "status": "queued", "num_segments": "1", "error_code": None, "to": NUMBER}


def refuses(code: Any, status: int = 400) -> Behaviour:
    message = {"code": code, "message": f"about {NUMBER}", "more_info": "https://…", "status": status}
    return answers(status, message)


def attempt(
    behave: Behaviour, times: int = 1, number: int = 1, **timeouts: float
) -> tuple[list[SendResult], Vendor]:
    async def run() -> tuple[list[SendResult], Vendor]:
        async with vendor(behave, path="/twilio") as here:
            async with httpx.AsyncClient(verify=TLS, timeout=httpx.Timeout(10.0, **timeouts)) as client:
                results = [
                    await sending.send(client, here.url, ACCOUNT, TOKEN, FORM, number) for _ in range(times)
                ]
            return results, here

    return asyncio.run(run())


def test_an_accepted_message_gives_its_id_and_was_asked_for_as_twilio_wants() -> None:
    results, here = attempt(answers(201, ACCEPTED))
    assert results == [SendResult("accepted", SID)]
    (asked,) = here.requests
    assert asked.line == f"POST /twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json HTTP/1.1"
    assert asked.headers["content-type"].startswith("application/x-www-form-urlencoded")
    scheme, credentials = asked.headers["authorization"].split(" ")
    assert (scheme, base64.b64decode(credentials).decode()) == ("Basic", f"{ACCOUNT}:{TOKEN}")
    assert dict(parse_qsl(asked.body.decode("ascii"), strict_parsing=True)) == FORM


def test_a_letter_that_no_encoding_has_does_not_stop_the_message() -> None:
    async def run() -> tuple[SendResult, Vendor]:
        async with (
            vendor(answers(201, ACCEPTED), path="/twilio") as here,
            httpx.AsyncClient(verify=TLS) as client,
        ):
            form = {**FORM, "Body": "ho\ud800la"}
            return await sending.send(client, here.url, ACCOUNT, TOKEN, form, 1), here

    result, here = asyncio.run(run())
    assert result.outcome == "accepted"
    assert b"Body=ho%3Fla" in here.requests[0].body


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"OK", b"<html>", b"\xff\xfe", b"null", b"[]", b"[" * 100_000, b'{"sid": null}'),
        *(b'{"sid": ""}', b'{"sid": 5}', b'{"sid": ["SM1"]}'),
    ],
)
def test_a_success_without_a_message_id_is_uncertain(body: bytes) -> None:
    assert attempt(answers(201, body))[0] == [SendResult("uncertain", detail="no_message_id")]


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        (20003, 401, "halt"),
        (20404, 404, "halt"),
        (21660, 400, "halt"),
        (63038, 429, "halt"),
        (20429, 429, "retry"),
        (21611, 429, "retry"),
        ("21611", 400, "retry"),
        (21211, 400, "failed"),
        (21610, 400, "failed"),
        (21614, 400, "failed"),
        (21999, 400, "failed"),
        (20500, 500, "uncertain"),
        (21999, 500, "uncertain"),
    ],
)
def test_an_error_is_answered_by_its_code(code: Any, status: int, outcome: str) -> None:
    ((result,), _) = attempt(refuses(code, status))
    assert (result.outcome, result.error_code, result.external_id) == (outcome, int(code), None)
    assert (result.retry_after is not None) == (outcome == "retry")
    assert NUMBER not in result.detail


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (400, b"bad json", "uncertain"),
        (401, b"", "halt"),
        (403, b"<html>Forbidden</html>", "uncertain"),
        (404, b"{}", "uncertain"),
        (429, b"Too Many Requests", "retry"),
        (500, b'{"code": null}', "uncertain"),
        (502, b"Bad Gateway", "uncertain"),
        (503, b'{"code": [20003]}', "uncertain"),
        (504, b"[" * 100_000, "uncertain"),
    ],
)
def test_an_unreadable_answer_is_judged_by_its_status(status: int, body: bytes, outcome: str) -> None:
    ((result,), _) = attempt(answers(status, body))
    assert (result.outcome, result.error_code) == (outcome, None)


@pytest.mark.parametrize(
    "behave",
    [
        resets,
        says(b""),
        says(b"HTTP/1.1 201"),
        says(b"HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{"),
        says(b"\x00\xff garbage \r\n\r\n"),
    ],
)
def test_a_connection_broken_after_reading_is_uncertain(behave: Behaviour) -> None:
    ((result,), here) = attempt(behave)
    assert len(here.requests) == 1
    assert (result.outcome, result.retry_after, result.external_id) == ("uncertain", None, None)


def test_a_hundred_messages_accepted_and_then_reset_are_never_sent_again_by_themselves() -> None:
    results, here = attempt(resets, times=100)
    assert {result.outcome for result in results} == {"uncertain"}
    assert len(here.requests) == 100


def test_no_answer_in_time_is_uncertain() -> None:
    ((result,), here) = attempt(holds, read=0.05)
    assert len(here.requests) == 1
    assert result == SendResult("uncertain", detail="ReadTimeout")


def try_once(url: str, account: str = ACCOUNT, token: str = TOKEN) -> SendResult:
    async def run() -> SendResult:
        async with httpx.AsyncClient(verify=TLS) as client:
            return await sending.send(client, url, account, token, FORM, 2)

    return asyncio.run(run())


def test_nobody_listening_is_retried() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    result = try_once(f"http://127.0.0.1:{port}")
    assert (result.outcome, result.detail) == ("retry", "ConnectError")
    assert 2.0 <= (result.retry_after or 0) <= 4.0


@pytest.mark.parametrize("url", ["", "twilio", "ftp://127.0.0.1", "http://", "http://[::1", "http://a\x00b"])
def test_an_address_that_is_none_halts(url: str) -> None:
    assert try_once(url) == SendResult("halt", detail="address_unusable")


@pytest.mark.parametrize(
    ("account", "token"),
    [("", TOKEN), ("AC/../x", TOKEN), ("AC1 ", TOKEN), (ACCOUNT, ""), (ACCOUNT, "two words"), (ACCOUNT, "ñ")],
)
def test_an_account_that_cannot_stand_in_a_request_halts(account: str, token: str) -> None:
    assert try_once("http://127.0.0.1:9", account, token) == SendResult("halt", detail="account_unusable")


def test_a_redirect_is_not_followed_with_the_token() -> None:
    async def run() -> tuple[SendResult, list[Any]]:
        async with vendor(answers(201, ACCEPTED)) as elsewhere:
            async with vendor(answers(307, b"", f"Location: {elsewhere.url}"), path="/twilio") as here:
                async with httpx.AsyncClient(verify=TLS, follow_redirects=True) as client:
                    result = await sending.send(client, here.url, ACCOUNT, TOKEN, FORM, 1)
            return result, elsewhere.requests

    result, requests = asyncio.run(run())
    assert result.outcome == "uncertain"
    assert requests == []


@pytest.mark.parametrize(
    "behave", [answers(201, ACCEPTED), refuses(21610), refuses(20003, 401), resets, says(b"")]
)
def test_no_token_number_or_word_reaches_a_log(behave: Behaviour, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        attempt(behave)
    assert not [secret for secret in (TOKEN, NUMBER[1:], "palabras") if secret in caplog.text]
