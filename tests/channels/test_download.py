"""A file is had from the channel's own servers alone, whatever addresses we are given."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
import pytest

from linea.channels import download
from linea.channels.download import Answer, MediaAway, MediaRefused
from linea.channels.sms import media as sms
from linea.channels.whatsapp import media as whatsapp
from linea.messages import Media
from tests.channels.hostile_addresses import INNER_ADDRESSES, all_of_them
from tests.channels.server import TLS, Asked, Behaviour, Vendor, answers, holds, resets, says, vendor

T = TypeVar("T")

TOKEN, ACCOUNT = "tokenThatNobodyMaySee", "AC" + "a1" * 16
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 60
PUBLIC = "93.184.216.34"


# -- every connection that this process tries is seen ----------------------------------------------------

_tried: list[Any] | None = None


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _tried is not None:
        _tried.append(arguments[1])


sys.addaudithook(_listen)  # https://docs.python.org/3/library/audit_events.html; it cannot be taken away


@contextmanager
def connections() -> Iterator[list[Any]]:
    """The addresses to which a connection is tried meanwhile, whether it comes about or not."""
    global _tried
    _tried = found = []
    try:
        yield found
    finally:
        _tried = None


@pytest.fixture
def sink() -> Iterator[int]:
    """Somebody who listens on every address of this machine; the port. Whoever comes is in the log above."""
    if socket.has_dualstack_ipv6():
        listening = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    else:
        listening = socket.create_server(("0.0.0.0", 0))
    yield listening.getsockname()[1]
    listening.setblocking(False)
    with pytest.raises(BlockingIOError):
        listening.accept()
    listening.close()


def run(work: Callable[[httpx.AsyncClient], Coroutine[Any, Any, T]]) -> T:
    """The work with a client such as the worker has."""

    async def with_client() -> T:
        async with httpx.AsyncClient(verify=TLS, trust_env=False, timeout=5.0) as client:
            return await work(client)

    return asyncio.run(with_client())


# -- no address leads anywhere else ----------------------------------------------------------------------


def test_no_address_that_came_with_an_sms_is_asked(sink: int) -> None:
    addresses = all_of_them(sink)
    assert len(addresses) >= 100

    async def ask(client: httpx.AsyncClient) -> list[str]:
        asked = []
        for address in addresses:
            try:
                file = Media(address, "image", "image/jpeg")
                await sms.fetch(client, "https://api.twilio.com", ACCOUNT, TOKEN, file, 1000)
                asked.append(address)
            except (MediaRefused, MediaAway):
                pass
        return asked

    with connections() as tried:
        assert run(ask) == []
    assert tried == []


def test_no_address_to_which_graph_points_is_asked(sink: int) -> None:
    """Even if Meta's own answer were forged: the token goes nowhere but to Meta."""
    addresses = all_of_them(sink)

    async def ask(client: httpx.AsyncClient) -> tuple[list[str], Vendor]:
        had = []
        behaves = [answers(200, {"url": address}, "Connection: close") for address in addresses]
        async with vendor(*behaves) as graph:
            for address in addresses:
                try:
                    await whatsapp.fetch(client, graph.url, TOKEN, "1", Media("77", "image"), 1000)
                    had.append(address)
                except (MediaRefused, MediaAway):
                    pass
        return had, graph

    with connections() as tried:
        had, graph = run(ask)
    port = int(graph.url.split(":")[2].split("/")[0])
    assert had == []
    assert set(tried) == {("127.0.0.1", port)}
    assert len(graph.requests) == len(addresses)
    assert {asked.line for asked in graph.requests} == {"GET /vendor/77?phone_number_id=1 HTTP/1.1"}


def test_no_address_to_which_twilio_sends_us_on_is_asked(sink: int) -> None:
    addresses = [one for one in all_of_them(sink) if one.isprintable() and one.isascii()]
    assert len(addresses) >= 100

    async def ask(client: httpx.AsyncClient) -> tuple[list[str], Vendor]:
        had = []
        behaves = [answers(302, b"", f"Location: {address}", "Connection: close") for address in addresses]
        async with vendor(*behaves) as twilio:
            for address in addresses:
                try:
                    file = Media(f"{twilio.url}/ME1", "image", "image/jpeg")
                    await sms.fetch(client, twilio.url, ACCOUNT, TOKEN, file, 1000)
                    had.append(address)
                except (MediaRefused, MediaAway):
                    pass
        return had, twilio

    with connections() as tried:
        had, twilio = run(ask)
    port = int(twilio.url.split(":")[2].split("/")[0])
    assert had == []
    assert set(tried) == {("127.0.0.1", port)}
    assert len(twilio.requests) == len(addresses)


def test_meta_is_never_followed_elsewhere_not_even_to_itself(sink: int) -> None:
    async def ask(client: httpx.AsyncClient) -> tuple[list[str], Vendor]:
        reasons = []
        places = ("{}/b", f"http://127.0.0.1:{sink}/b", "https://lookaside.fbsbx.com/b", "/b")
        for place in places:
            async with vendor() as graph:
                found = answers(200, {"url": f"{graph.url}/a"})
                graph.behaves = [found, answers(302, b"", f"Location: {place.format(graph.url)}")]
                with pytest.raises(MediaRefused) as refused:
                    await whatsapp.fetch(client, graph.url, TOKEN, "1", Media("77", "image"), 1000)
                reasons.append((refused.value.reason, len(graph.requests)))
        return reasons, graph

    reasons, _ = run(ask)
    assert reasons == [("redirect", 2)] * 4


# -- a DNS that lies -------------------------------------------------------------------------------------


class Names:
    """The DNS for these tests: answers with what it is told, and counts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: list[list[str]] = []
        self.asked: list[str] = []
        monkeypatch.setattr(socket, "getaddrinfo", self._look_up)

    def _look_up(self, host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        self.asked.append(host)
        found = self.answers[min(len(self.asked), len(self.answers)) - 1]
        return [
            (
                socket.AF_INET6 if ":" in each else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (each, port, 0, 0) if ":" in each else (each, port),
            )
            for each in found
        ]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    return Names(monkeypatch)


@pytest.mark.parametrize("beside", [[], [PUBLIC]], ids=["alone", "beside a public one"])
@pytest.mark.parametrize("address", INNER_ADDRESSES)
def test_a_trusted_name_that_leads_into_our_own_network_is_not_followed(
    names: Names, address: str, beside: list[str]
) -> None:
    names.answers = [[*beside, address]]
    with connections() as tried:
        with pytest.raises(MediaAway, match="private_address"):
            run(lambda client: ask(client, "https://lookaside.fbsbx.com/x"))
    assert tried == []


def ask(client: httpx.AsyncClient, url: str, **options: Any) -> Coroutine[Any, Any, Answer]:
    origins = ("https://lookaside.fbsbx.com",)
    return download.request(client, url, **{"origins": origins, "limit": 1000, **options})


def test_the_name_is_looked_up_once_and_that_very_address_is_asked(names: Names) -> None:
    """A second answer of the DNS (rebinding) changes nothing; the certificate is still the name's."""
    names.answers = [["2606:2800:220:1::1", PUBLIC], ["127.0.0.1"]]
    asked: list[httpx.Request] = []

    def internet(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.url.host != PUBLIC:
            raise httpx.ConnectError("no way there")
        return httpx.Response(200, stream=httpx.ByteStream(JPEG), headers={"Content-Type": "Image/JPEG; x=y"})

    async def get() -> tuple[bytes, str]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(internet)) as client:
            found = {"origins": ("https://lookaside.fbsbx.com",), "limit": 1000}
            headers = {"Authorization": "Bearer x"}
            return await download.get(client, "https://lookaside.fbsbx.com/x?y=1", headers=headers, **found)

    assert asyncio.run(get()) == (JPEG, "image/jpeg")
    assert names.asked == ["lookaside.fbsbx.com"]
    assert [request.url.host for request in asked] == ["2606:2800:220:1::1", PUBLIC]
    for request in asked:
        assert request.headers["host"] == "lookaside.fbsbx.com"
        assert request.extensions["sni_hostname"] == "lookaside.fbsbx.com"
        assert request.url.raw_path == b"/x?y=1"
        assert request.headers["authorization"] == "Bearer x"


@pytest.mark.parametrize("answer", [[], ["no-address"]])
def test_a_name_that_leads_nowhere_is_away(names: Names, answer: list[str]) -> None:
    names.answers = [answer]
    with pytest.raises(MediaAway, match="no_such_name"):
        run(lambda client: ask(client, "https://lookaside.fbsbx.com/x"))


def test_at_most_four_addresses_of_a_name_are_tried(names: Names) -> None:
    names.answers = [[f"93.184.216.{number}" for number in range(20)]]
    asked = []

    def nobody(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        raise httpx.ConnectTimeout("nobody")

    async def get() -> Answer:
        async with httpx.AsyncClient(transport=httpx.MockTransport(nobody)) as client:
            return await ask(client, "https://lookaside.fbsbx.com/x")

    with pytest.raises(MediaAway, match="ConnectTimeout"):
        asyncio.run(get())
    assert len(asked) == 4


# -- how much and how long -------------------------------------------------------------------------------


def from_here(*behaves: Behaviour, limit: int = 1000, seconds: float = 5.0) -> tuple[Any, list[Asked]]:
    """What a server on this machine, whose origin is allowed, is asked and what came of it."""

    async def get(client: httpx.AsyncClient) -> tuple[Any, list[Asked]]:
        async with vendor(*behaves) as here:
            origins = (download.origin(here.url),)
            try:
                found: Any = await download.request(
                    client, f"{here.url}/x", origins=origins, limit=limit, seconds=seconds
                )
            except (MediaAway, MediaRefused) as error:
                found = (type(error), error.reason)
            return found, here.requests

    return run(get)


CHUNK = b"190\r\n" + b"x" * 400 + b"\r\n"
CHUNKED = b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("behave", "found"),
    [
        (answers(200, b"x" * 1000), Answer(200, "", b"x" * 1000, None)),
        (answers(200, b"x", "Content-Type: IMAGE/Png ; a=b"), Answer(200, "image/png", b"x", None)),
        (answers(404, b"no"), Answer(404, "", b"no", None)),
        (answers(302, b"", "Location: /b"), Answer(302, "", b"", "/b")),
        (answers(500, b"x" * 5000), Answer(500, "", b"x" * 1000, None)),
        (answers(200, b"x" * 1001), (MediaRefused, "too_large")),
        (says(CHUNKED + CHUNK * 2 + b"0\r\n\r\n"), Answer(200, "", b"x" * 800, None)),
        (says(CHUNKED + CHUNK * 3), (MediaRefused, "too_large")),
        (says(b"HTTP/1.1 200 X\r\nContent-Length: 99999999999\r\n\r\nx"), (MediaRefused, "too_large")),
        (answers(200, b"x", "Content-Encoding: gzip"), (MediaRefused, "encoded")),
        (answers(200, b"x", "Content-Encoding: br"), (MediaRefused, "encoded")),
        (answers(200, b"x", "Content-Encoding: identity"), Answer(200, "", b"x", None)),
        (says(b"HTTP/1.1 200 X\r\nContent-Length: 500\r\n\r\nx"), (MediaAway, "broken off")),
        (says(b"garbage\r\n\r\n"), (MediaAway, "broken off")),
        (says(b""), (MediaAway, "broken off")),
        (resets, (MediaAway, "broken off")),
        (holds, (MediaAway, "timeout")),
    ],
    ids=lambda value: "" if callable(value) else str(value)[:40],
)  # fmt: skip
def test_an_answer_is_taken_as_far_as_it_may_be(behave: Behaviour, found: Any) -> None:
    seconds = 0.3 if found == (MediaAway, "timeout") else 5.0
    came, _ = from_here(behave, seconds=seconds)
    if came in ((MediaAway, "ReadError"), (MediaAway, "RemoteProtocolError")):  # as the socket closes
        came = (MediaAway, "broken off")
    assert came == found


def test_it_asks_for_the_bytes_as_they_are_and_for_one_answer() -> None:
    _, (asked,) = from_here(answers(200, b"x"))
    assert asked.line == "GET /vendor/x HTTP/1.1"
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.headers["connection"] == "close"


def test_a_server_that_dribbles_is_not_listened_to_for_ever() -> None:
    async def dribbles(here: Vendor, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 1000\r\n\r\n")
        while not here.release.is_set():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    assert from_here(dribbles, seconds=0.3)[0] == (MediaAway, "timeout")
    assert download.SECONDS == 15.0


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        (301, MediaRefused, "redirect"),
        (304, MediaRefused, "redirect"),
        (410, MediaRefused, "gone"),
        (404, MediaAway, "not_found"),
        (401, MediaAway, "http_401"),
        (429, MediaAway, "http_429"),
        (503, MediaAway, "http_503"),
        (206, MediaAway, "http_206"),
    ],
)
def test_what_is_no_file_is_said_in_a_word(status: int, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        download.opened(Answer(status, "", b"x", None))
    assert download.opened(Answer(200, "", b"x", None)) == b"x"


def test_plain_http_is_for_this_machine_alone() -> None:
    with connections() as tried:
        for url in ("http://lookaside.fbsbx.com/x", "http://93.184.216.34/x"):
            with pytest.raises(MediaRefused, match="bad_address"):
                run(lambda client, url=url: ask(client, url, origins=(download.origin(url),)))
    assert tried == []


def test_a_configured_name_of_this_machine_must_lead_to_this_machine(names: Names) -> None:
    names.answers = [["10.0.0.7"]]
    with connections() as tried:
        with pytest.raises(MediaAway, match="private_address"):
            run(lambda client: ask(client, "http://localhost:1/x", origins=("http://localhost:1",)))
    assert tried == []


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://graph.facebook.com/v25.0", "https://graph.facebook.com"),
        ("https://GRAPH.facebook.com:443/x", "https://graph.facebook.com"),
        ("http://127.0.0.1:8010/graph/v25.0", "http://127.0.0.1:8010"),
        ("http://[::1]:80/", "http://[::1]"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, found: str) -> None:
    assert download.origin(url) == found


def test_no_address_or_token_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    async def both(client: httpx.AsyncClient) -> None:
        async with vendor(answers(500, b"x")) as here:
            with pytest.raises(MediaAway):
                await whatsapp.fetch(client, here.url, TOKEN, "1", Media("771234567", "image"), 10)

    with caplog.at_level(logging.WARNING):
        run(both)
    assert TOKEN not in caplog.text
    assert "771234567" not in caplog.text
