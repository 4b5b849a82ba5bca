"""What is known after one attempt to send, against a real server on this machine that misbehaves."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx
import pytest

from linea.channels.whatsapp import outbound, sending
from linea.messages import Body, Sender, SendResult

TOKEN = "EAAsecretTokenThatNobodyMaySee"
NUMBER, WORDS = "+51900000001", "palabras de una persona"
PAYLOAD = outbound.build(Body(WORDS), Sender(NUMBER), "o-17")
TLS = ssl.create_default_context()
WAMID = "wamid.HBgLNTE5MDAwMDAwMDEVAgARGBI"
ACCEPTED = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": NUMBER, "wa_id": NUMBER[1:]}],
    "messages": [{"id": WAMID}],
}


Behaviour: TypeAlias = "Callable[[Graph, asyncio.StreamWriter], Awaitable[None]]"


@dataclass
class Graph:
    """A server that keeps what it was sent and answers as its `behave` says."""

    behave: Behaviour
    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    connections: int = 0
    url: str = ""
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    held: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode().strip().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines)
                headers["authorization"] = next(x for x in lines if x.lower().startswith("authorization"))
                body = await reader.readexactly(int(headers["content-length"]))
                self.requests.append((first, headers, json.loads(body)))
                await self.behave(self, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self.gone.set()


def answers(status: int, body: Any, *headers: str) -> Behaviour:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = "\r\n".join([f"HTTP/1.1 {status} X", f"Content-Length: {len(raw)}", *headers, "", ""])

    async def behave(graph: Graph, writer: asyncio.StreamWriter) -> None:
        writer.write(head.encode() + raw)
        await writer.drain()

    return behave


def refuses(code: Any, status: int = 400) -> Behaviour:
    return answers(status, {"error": {"message": f"about {NUMBER}", "type": "OAuthException", "code": code}})


def says(raw: bytes) -> Behaviour:
    """These bytes, then the end of the connection."""

    async def behave(graph: Graph, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        writer.close()

    return behave


async def resets(graph: Graph, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def holds(graph: Graph, writer: asyncio.StreamWriter) -> None:
    graph.held.set()
    await graph.release.wait()


def attempt(
    behave: Behaviour,
    times: int = 1,
    number: int = 1,
    **timeouts: float,
) -> tuple[list[SendResult], Graph]:
    async def run() -> tuple[list[SendResult], Graph]:
        graph = Graph(behave)
        server = await asyncio.start_server(graph.serve, "127.0.0.1", 0)
        graph.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/graph/v25.0"
        async with httpx.AsyncClient(verify=TLS, timeout=httpx.Timeout(10.0, **timeouts)) as client:
            results = [
                await sending.send(client, graph.url, TOKEN, "100000000000001", PAYLOAD, number)
                for _ in range(times)
            ]
            graph.release.set()
        server.close()
        await server.wait_closed()
        return results, graph

    return asyncio.run(run())


def test_an_accepted_message_gives_its_id_and_was_asked_for_as_meta_wants() -> None:
    results, graph = attempt(answers(200, ACCEPTED))
    assert results == [SendResult("accepted", WAMID)]
    ((first, headers, body),) = graph.requests
    assert first == "POST /graph/v25.0/100000000000001/messages HTTP/1.1"
    assert headers["authorization"] == f"Authorization: Bearer {TOKEN}"
    assert headers["content-type"] == "application/json"
    assert body == PAYLOAD
    assert TOKEN not in first + json.dumps(body)


def test_any_success_status_with_an_id_is_accepted() -> None:
    assert attempt(answers(201, ACCEPTED))[0] == [SendResult("accepted", WAMID)]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"OK", b"<html>", b"\xff\xfe", b"null", b"[]", b"[" * 100_000, b'{"messages": []}'),
        *(b'{"messages": {}}', b'{"messages": "x"}', b'{"messages": [null]}', b'{"messages": [{"id": ""}]}'),
        b'{"messages": [{"id": 5}]}',
    ],
)
def test_a_success_without_a_message_id_is_uncertain(body: bytes) -> None:
    assert attempt(answers(200, body))[0] == [SendResult("uncertain", detail="no_message_id")]


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        *((code, 400, "retry") for code in (4, 80007, 130429, 131056)),
        (613, 429, "retry"),
        *((code, 400, "uncertain") for code in (1, 131000, 131016, 131057, 424242)),
        (2, 503, "uncertain"),
        (133004, 503, "uncertain"),
        (190, 401, "halt"),
        ("190", 401, "halt"),
        (0, 401, "halt"),
        (3, 500, "halt"),
        (10, 403, "halt"),
        (200, 403, "halt"),
        (368, 403, "halt"),
        *((code, 400, "failed") for code in (100, 131026, 131047, 131048, 131049, 131050, 137000)),
        (132001, 404, "failed"),
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
        (500, b'{"error": null}', "uncertain"),
        (502, b"Bad Gateway", "uncertain"),
        (503, b'{"error": {"code": [190]}}', "uncertain"),
        (504, b"[" * 100_000, "uncertain"),
    ],
)
def test_an_unreadable_answer_is_judged_by_its_status(status: int, body: bytes, outcome: str) -> None:
    ((result,), _) = attempt(answers(status, body))
    assert (result.outcome, result.error_code) == (outcome, None)


def test_the_attempt_decides_how_long_to_wait() -> None:
    ((result,), _) = attempt(refuses(131056), number=3)
    assert result.retry_after == 16.0


@pytest.mark.parametrize(
    "behave",
    [
        resets,
        says(b""),
        says(b"HTTP/1.1 200"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"),
        says(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"),
        says(b"\x00\xff garbage \r\n\r\n"),
        says(b"SSH-2.0-OpenSSH_9.2\r\n"),
    ],
)
def test_a_connection_broken_after_reading_is_uncertain(
    behave: Behaviour,
) -> None:
    ((result,), graph) = attempt(behave)
    assert len(graph.requests) == 1
    assert (result.outcome, result.retry_after, result.external_id) == ("uncertain", None, None)


def test_a_hundred_messages_accepted_and_then_reset_are_never_sent_again_by_themselves() -> None:
    results, graph = attempt(resets, times=100)
    assert {result.outcome for result in results} == {"uncertain"}
    assert len(graph.requests) == 100


def test_no_answer_in_time_is_uncertain() -> None:
    ((result,), graph) = attempt(holds, read=0.05)
    assert len(graph.requests) == 1
    assert result == SendResult("uncertain", detail="ReadTimeout")


def test_a_request_that_could_not_be_written_whole_is_uncertain() -> None:
    async def run() -> SendResult:
        listening = socket.create_server(("127.0.0.1", 0))
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        payload = {**PAYLOAD, "text": {"body": "a" * 30_000_000}}
        async with httpx.AsyncClient(verify=TLS, timeout=httpx.Timeout(10.0, write=0.05)) as client:
            result = await sending.send(client, url, TOKEN, "1", payload, 1)
        listening.close()
        return result

    assert asyncio.run(run()) == SendResult("uncertain", detail="WriteTimeout")


def test_a_connection_closed_while_idle_costs_nothing() -> None:
    async def run() -> list[SendResult]:
        async def once(graph: Graph, writer: asyncio.StreamWriter) -> None:
            await answers(200, ACCEPTED)(graph, writer)
            writer.close()

        graph = Graph(once)
        server = await asyncio.start_server(graph.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with httpx.AsyncClient(verify=TLS) as client:
            results = []
            for _ in range(3):
                results.append(await sending.send(client, url, TOKEN, "1", PAYLOAD, 1))
                await graph.gone.wait()
                graph.gone.clear()
        server.close()
        return results

    assert asyncio.run(run()) == [SendResult("accepted", WAMID)] * 3


def try_once(
    url: str, token: str = TOKEN, payload: dict[str, Any] = PAYLOAD, **timeouts: float
) -> SendResult:
    async def run() -> SendResult:
        async with httpx.AsyncClient(verify=TLS, timeout=httpx.Timeout(10.0, **timeouts)) as client:
            return await sending.send(client, url, token, "1", payload, 1)

    return asyncio.run(run())


def test_nobody_listening_is_retried() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    result = try_once(f"http://127.0.0.1:{port}")
    assert (result.outcome, result.detail) == ("retry", "ConnectError")
    assert 1.0 <= (result.retry_after or 0) <= 2.0


def test_a_connection_that_never_opens_is_retried() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        result = try_once(f"http://127.0.0.1:{full.getsockname()[1]}", connect=0.1)
        for one in waiting:
            one.close()
    assert (result.outcome, result.detail) == ("retry", "ConnectTimeout")


def test_a_failed_tls_handshake_is_retried_and_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        async def run() -> tuple[SendResult, bytes]:
            seen = b""

            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                nonlocal seen
                seen = await reader.read(65_536)
                writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                writer.close()

            server = await asyncio.start_server(serve, sock=listening)
            async with httpx.AsyncClient(verify=TLS) as client:
                url = f"https://127.0.0.1:{port}"
                result = await sending.send(client, url, TOKEN, "1", PAYLOAD, 1)
            server.close()
            return result, seen

        result, seen = asyncio.run(run())
    assert (result.outcome, result.detail) == ("retry", "ConnectError")
    assert seen
    assert TOKEN.encode() not in seen
    assert WORDS.encode() not in seen


def test_no_free_connection_is_retried() -> None:
    async def run() -> SendResult:
        graph = Graph(holds)
        server = await asyncio.start_server(graph.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        limits, timeout = httpx.Limits(max_connections=1), httpx.Timeout(10.0, pool=0.05)
        async with httpx.AsyncClient(verify=TLS, limits=limits, timeout=timeout) as client:
            first = asyncio.create_task(sending.send(client, url, TOKEN, "1", PAYLOAD, 1))
            await graph.held.wait()
            second = await sending.send(client, url, TOKEN, "1", PAYLOAD, 1)
            first.cancel()
            graph.release.set()
        server.close()
        return second

    result = asyncio.run(run())
    assert (result.outcome, result.detail) == ("retry", "PoolTimeout")


def test_a_cancelled_send_stays_cancelled() -> None:
    async def run() -> bool:
        graph = Graph(holds)
        server = await asyncio.start_server(graph.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with httpx.AsyncClient(verify=TLS) as client:
            task = asyncio.create_task(sending.send(client, url, TOKEN, "1", PAYLOAD, 1))
            await graph.held.wait()
            task.cancel()
            await asyncio.wait([task])
            graph.release.set()
        server.close()
        return task.cancelled()

    assert asyncio.run(run())


@pytest.mark.parametrize("url", ["", "graph", "ftp://127.0.0.1", "http://", "http://[::1", "http://a\x00b"])
def test_an_address_that_is_none_halts(url: str) -> None:
    assert try_once(url) == SendResult("halt", detail="address_unusable")


@pytest.mark.parametrize("token", ["", "two words", "line\n", "señal", "\x00"])
def test_a_token_that_cannot_stand_in_a_header_halts(token: str) -> None:
    assert try_once("http://127.0.0.1:9", token) == SendResult("halt", detail="token_unusable")


@pytest.mark.parametrize("payload", [{"a": object()}, {"a": float("nan")}])
def test_what_is_no_json_fails(payload: dict[str, Any]) -> None:
    assert try_once("http://127.0.0.1:9", payload=payload) == SendResult("failed", detail="not_json")


def test_a_redirect_is_not_followed_with_the_token() -> None:
    async def run() -> tuple[SendResult, Graph]:
        elsewhere = Graph(answers(200, ACCEPTED))
        other = await asyncio.start_server(elsewhere.serve, "127.0.0.1", 0)
        address = f"http://127.0.0.1:{other.sockets[0].getsockname()[1]}/"
        graph = Graph(answers(307, b"", f"Location: {address}"))
        server = await asyncio.start_server(graph.serve, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with httpx.AsyncClient(verify=TLS, follow_redirects=True) as client:
            result = await sending.send(client, url, TOKEN, "1", PAYLOAD, 1)
        server.close()
        other.close()
        return result, elsewhere

    result, elsewhere = asyncio.run(run())
    assert result.outcome == "uncertain"
    assert elsewhere.connections == 0


@pytest.mark.parametrize("behave", [answers(200, ACCEPTED), refuses(131047), refuses(190, 401), resets])
def test_no_token_number_or_word_reaches_a_log(behave: Behaviour, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        attempt(behave)
    assert not [secret for secret in (TOKEN, NUMBER[1:], WORDS) if secret in caplog.text]
