"""A vendor on this machine for the tests: keeps what it was asked and answers as it is told."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

TLS = ssl.create_default_context()

Behaviour: TypeAlias = "Callable[[Vendor, asyncio.StreamWriter], Awaitable[None]]"


@dataclass
class Asked:
    """One request."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Vendor:
    """A server that answers its first request as the first of `behaves` says, and so on; the last stays."""

    behaves: list[Behaviour]
    requests: list[Asked] = field(default_factory=list)
    url: str = ""
    held: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                line, *lines = head.decode().strip().split("\r\n")
                headers = {name.lower(): value for name, value in (one.split(": ", 1) for one in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.requests.append(Asked(line, headers, body))
                await self.behaves[min(len(self.requests), len(self.behaves)) - 1](self, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def vendor(*behaves: Behaviour, path: str = "/vendor") -> AsyncIterator[Vendor]:
    """Such a server, listening at `url`, which ends in `path`."""
    here = Vendor(list(behaves))
    server = await asyncio.start_server(here.serve, "127.0.0.1", 0)
    here.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{path}"
    yield here
    here.release.set()
    server.close()


def answers(status: int, body: Any, *headers: str) -> Behaviour:
    """This status and body; what is no bytes is written as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = "\r\n".join([f"HTTP/1.1 {status} X", f"Content-Length: {len(raw)}", *headers, "", ""])
    return _writes(head.encode() + raw)


def says(raw: bytes) -> Behaviour:
    """These bytes, then the end of the connection."""
    write = _writes(raw)

    async def behave(here: Vendor, writer: asyncio.StreamWriter) -> None:
        await write(here, writer)
        writer.close()

    return behave


async def resets(here: Vendor, writer: asyncio.StreamWriter) -> None:
    """The connection breaks."""
    writer.transport.abort()


async def holds(here: Vendor, writer: asyncio.StreamWriter) -> None:
    """No answer until the test is over."""
    here.held.set()
    await here.release.wait()


def _writes(raw: bytes) -> Behaviour:
    async def behave(here: Vendor, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return behave
