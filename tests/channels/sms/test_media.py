"""A file that came with an SMS is had from Twilio alone, and the account's password goes nowhere else."""

from __future__ import annotations

import asyncio
import base64
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from linea.channels.download import Fetched, MediaAway, MediaRefused
from linea.channels.sms import media
from linea.messages import Media
from tests.channels.server import TLS, Asked, Behaviour, answers, resets, vendor

ACCOUNT, TOKEN = "AC" + "a1" * 16, "tokenThatNobodyMaySee"
PASSWORD = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1"
AT_TWILIO = f"https://api.twilio.com{PATH}"
STORED = "https://mms.twiliocdn.com/AC1/abc?Expires=1"


def from_here(behave: Behaviour, limit: int = 1000, mime: str | None = "image/png") -> tuple[Fetched, Asked]:
    """A file at the configured Twilio, on this machine."""

    async def run() -> tuple[Fetched, Asked]:
        async with vendor(behave, path="/twilio") as here, httpx.AsyncClient(verify=TLS) as client:
            file = Media(here.url + PATH, "image", mime)
            fetched = await media.fetch(client, here.url, ACCOUNT, TOKEN, file, limit)
            return fetched, here.requests[0]

    return asyncio.run(run())


def test_a_file_is_asked_for_with_the_accounts_password() -> None:
    fetched, asked = from_here(answers(200, PNG, "Content-Type: image/png"))
    assert fetched == Fetched(PNG, "image/png")
    assert asked.line == f"GET /twilio{PATH} HTTP/1.1"
    assert asked.headers["authorization"] == PASSWORD


def test_the_type_that_twilio_says_with_the_file_counts_where_the_message_said_none() -> None:
    fetched, _ = from_here(answers(200, PNG, "Content-Type: image/png; charset=binary"), mime=None)
    assert fetched.mime == "image/png"
    with pytest.raises(MediaRefused, match="wrong_type"):
        from_here(answers(200, PNG, "Content-Type: text/html"), mime=None)


@pytest.mark.parametrize(
    ("behave", "error", "reason"),
    [
        (answers(200, PNG * 100), MediaRefused, "too_large"),
        (answers(200, b"<html>"), MediaRefused, "wrong_type"),
        (answers(200, b""), MediaRefused, "empty"),
        (answers(302, b""), MediaRefused, "redirect"),
        (answers(410, b""), MediaRefused, "gone"),
        (answers(401, b""), MediaAway, "http_401"),
        (answers(404, b"{}"), MediaAway, "not_found"),
        (answers(500, PNG), MediaAway, "http_500"),
        (resets, MediaAway, "Error"),
    ],
)
def test_what_is_no_file_that_may_come_in_is_said_in_a_word(
    behave: Behaviour, error: type[Exception], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        from_here(behave)


# -- over the internet, which is played here: names by a table, hosts by a function ---------------------

Host = Callable[[httpx.Request], httpx.Response]
ADDRESSES = {
    "api.twilio.com": "54.244.51.1",
    "mms.twiliocdn.com": "18.65.3.1",
    "media.twiliocdn.com": "18.65.3.2",
}


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The DNS, to be changed; whatever is not in it is at an address of the internet too."""
    table = dict(ADDRESSES)

    def look_up(host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (table.get(host, "93.184.216.34"), port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return table


def over_the_internet(ref: str, hosts: dict[str, Host]) -> tuple[Fetched | Exception, list[tuple[str, str]]]:
    """What was had, and who was asked, each with the password that it was shown."""
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.headers["host"], request.headers.get("authorization", "")))
        return hosts[request.headers["host"]](request)

    async def run() -> Fetched:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            twilio_url = "https://api.twilio.com"
            return await media.fetch(
                client, twilio_url, ACCOUNT, TOKEN, Media(ref, "image", "image/png"), 1000
            )

    try:
        return asyncio.run(run()), asked
    except (MediaAway, MediaRefused) as error:
        return error, asked


def to(address: str) -> Host:
    return lambda request: httpx.Response(307, stream=httpx.ByteStream(b""), headers={"Location": address})


def file(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, stream=httpx.ByteStream(PNG), headers={"Content-Type": "image/png"})


def test_twilio_sends_us_on_to_its_store_where_no_password_is_shown(names: dict[str, str]) -> None:
    fetched, asked = over_the_internet(AT_TWILIO, {"api.twilio.com": to(STORED), "mms.twiliocdn.com": file})
    assert fetched == Fetched(PNG, "image/png")
    assert asked == [("api.twilio.com", PASSWORD), ("mms.twiliocdn.com", "")]


def test_it_may_send_us_on_twice_and_not_in_a_circle(names: dict[str, str]) -> None:
    first = "https://media.twiliocdn.com/AC1/abc"
    hosts = {"api.twilio.com": to(first), "media.twiliocdn.com": to(STORED), "mms.twiliocdn.com": file}
    assert over_the_internet(AT_TWILIO, hosts)[0] == Fetched(PNG, "image/png")
    error, asked = over_the_internet(AT_TWILIO, {**hosts, "mms.twiliocdn.com": to(first)})
    assert isinstance(error, MediaRefused)
    assert (error.reason, len(asked)) == ("redirect", 3)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "http://mms.twiliocdn.com/a",
            "https://mms.twiliocdn.com:8443/a",
            "https://mms.twiliocdn.com.evil.pe/a",
        ),
        *(
            "https://mms.twiliocdn.com@evil.pe/a",
            "https://evil.pe/mms.twiliocdn.com",
            "//mms.twiliocdn.com/a",
        ),
        *("https://api.twilio.com/a", "https://169.254.169.254/a", "https://[::1]/a", "https://127.0.0.1/a"),
        *("file:///etc/passwd", "gopher://mms.twiliocdn.com/a", "/a", "", "https://", "http://[::1"),
        *(
            "https://mms.twiliocdn.com%2eevil.pe/a",
            "https://x:y@mms.twiliocdn.com/a",
            "ftp://mms.twiliocdn.com",
        ),
    ],
)
def test_to_anywhere_else_nobody_goes(address: str, names: dict[str, str]) -> None:
    error, asked = over_the_internet(AT_TWILIO, {"api.twilio.com": to(address)})
    assert isinstance(error, (MediaRefused, MediaAway))  # away: httpx cannot read the address at all
    assert asked == [("api.twilio.com", PASSWORD)]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "0.0.0.0"])
def test_a_name_that_leads_into_our_own_network_is_not_followed(address: str, names: dict[str, str]) -> None:
    names["mms.twiliocdn.com"] = address
    error, asked = over_the_internet(AT_TWILIO, {"api.twilio.com": to(STORED)})
    assert (isinstance(error, MediaAway), len(asked)) == (True, 1)
    names["api.twilio.com"] = address
    assert over_the_internet(AT_TWILIO, {})[1] == []


@pytest.mark.parametrize(
    "ref",
    [
        *("http://api.twilio.com/a", "https://api.twilio.com.evil.pe/a", "https://api.twilio.com@evil.pe/a"),
        *("https://evil.pe/api.twilio.com", "https://api.twilio.com:444/a", "https://mms.twiliocdn.com/a"),
        *("https://x:y@api.twilio.com/a", "file:///etc/passwd", "", "ME1", "https://", "\x00"),
    ],
)
def test_an_address_that_is_not_twilios_is_never_asked(ref: str, names: dict[str, str]) -> None:
    error, asked = over_the_internet(ref, {})
    assert isinstance(error, MediaRefused)
    assert asked == []
