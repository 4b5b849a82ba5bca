"""Fetches a file from a channel's own servers and from nowhere else, however its address came to us."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import httpx

SECONDS = 15.0  # for the whole of one request, from the name's look-up to the last byte

_ADDRESSES_TRIED = 4
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Fetched:
    """A file as it came, and the type that its bytes show (without parameters, in small letters)."""

    content: bytes
    mime: str


class MediaAway(Exception):
    """The file could not be had now and may be had later; `reason` is one word without personal data."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MediaRefused(Exception):
    """The file will not be had, now or later: not there any more, too large, or not allowed in."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """What a server said: `mime` without parameters, `location` where it points elsewhere."""

    status: int
    mime: str
    content: bytes
    location: str | None


def origin(url: str) -> str:
    """Scheme, host and port of an address, as `get` compares them; raises MediaRefused if it has none."""
    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, ValueError):
        raise MediaRefused("bad_address") from None
    if parts.scheme not in ("http", "https") or not parts.host or parts.userinfo:
        raise MediaRefused("bad_address")
    return f"{parts.scheme}://{parts.netloc.decode('ascii')}"


async def get(
    client: httpx.AsyncClient,
    url: str,
    *,
    origins: Collection[str],
    limit: int,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
) -> tuple[bytes, str]:
    """The file at an address, of at most `limit` bytes, and the type its server gives it.

    Raises as `request` and `opened` do.
    """
    answer = await request(client, url, origins=origins, limit=limit, headers=headers, auth=auth)
    return opened(answer), answer.mime


def opened(answer: Answer) -> bytes:
    """What the answer holds, if it is the file.

    Raises, for any status but 200, MediaRefused for a redirect ("redirect") and for 410 ("gone"),
    MediaAway for everything else, a missing file too ("not_found").
    """
    if answer.status == 200:
        return answer.content
    if 300 <= answer.status < 400:
        raise MediaRefused("redirect")
    if answer.status == 410:
        raise MediaRefused("gone")
    raise MediaAway("not_found" if answer.status == 404 else f"http_{answer.status}")


async def request(
    client: httpx.AsyncClient,
    url: str,
    *,
    origins: Collection[str],
    limit: int,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    seconds: float = SECONDS,
) -> Answer:
    """What one server answers, whatever its status; redirects are never followed.

    `origins` are the only ones asked, and the only ones that see `headers` and `auth`, each as `origin`
    writes it. The name is looked up once and that very address connected to, so that a second answer of
    the DNS changes nothing; only public addresses, unless the origin itself is on this machine, and
    plain http only there.
    Raises MediaRefused ("bad_address", "host_not_allowed", "too_large", "encoded") and MediaAway
    ("timeout", "no_such_name", "private_address", or the name of the network's error); nothing else.
    """
    if origin(url) not in origins:
        raise MediaRefused("host_not_allowed")
    asked = httpx.URL(url)
    try:
        return await asyncio.wait_for(_request(client, asked, limit, dict(headers or {}), auth), seconds)
    except asyncio.TimeoutError:
        raise MediaAway("timeout") from None
    except (httpx.TransportError, httpx.StreamError, OSError) as error:
        raise MediaAway(type(error).__name__) from None
    except (httpx.InvalidURL, ValueError):  # httpx reads where a redirect leads, though nobody follows it
        raise MediaRefused("bad_address") from None


async def _request(
    client: httpx.AsyncClient,
    url: httpx.URL,
    limit: int,
    headers: dict[str, str],
    auth: tuple[str, str] | None,
) -> Answer:
    addresses = await _addresses(url)
    # Closed afterwards: two names at one address must not share a connection that only one was checked for.
    headers |= {"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity", "Connection": "close"}
    for place, address in enumerate(addresses, 1):
        pinned = client.build_request(
            "GET",
            url.copy_with(host=str(address)),
            headers=headers,
            timeout=SECONDS,
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        try:
            response = await client.send(pinned, stream=True, auth=auth, follow_redirects=False)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            if place == len(addresses):
                raise
            continue
        try:
            return await _read(response, limit)
        finally:
            await response.aclose()
    raise MediaAway("no_such_name")


async def _read(response: httpx.Response, limit: int) -> Answer:
    """The answer with its body; of a refusal's long page, only the beginning."""
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise MediaRefused("encoded")  # what unpacks to more than it weighs
    declared = response.headers.get("content-length", "0")
    if response.is_success and declared.isdecimal() and int(declared) > limit:
        raise MediaRefused("too_large")
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > limit:
            if response.is_success:
                raise MediaRefused("too_large")
            break
    mime = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Answer(response.status_code, mime, bytes(content[:limit]), response.headers.get("location"))


async def _addresses(url: httpx.URL) -> list[Address]:
    """Where the host is, every address checked before the first is connected to."""
    here = _on_this_machine(url.host)
    if url.scheme != "https" and not here:
        raise MediaRefused("bad_address")
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in found))
    except (OSError, ValueError, UnicodeError):
        raise MediaAway("no_such_name") from None
    if not all(address.is_loopback if here else _public(address) for address in addresses):
        raise MediaAway("private_address")  # our own DNS lies: the file is not to blame, nothing is sent
    return addresses[:_ADDRESSES_TRIED]


def _on_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _public(address: Address) -> bool:
    """Whether it leads to the internet, also where an IPv4 address is wrapped in an IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped is not None:
            return _public(wrapped)
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
