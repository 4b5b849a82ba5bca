"""The leanest HTTP/1.1 that will do: a client with kept connections, and a server that plays the Graph API.

Lean because it runs on the same cores as what it measures.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable

AT_MOST = 128  # connections; more requests than that wait, and their waiting counts
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Client:
    """Posts to one address. Connections are kept, as Meta keeps them, and used newest first."""

    def __init__(self, host: str, port: int, path: str) -> None:
        self._host, self._port = host, port
        self._start = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n".encode()
        self._idle: list[_Connection] = []
        self._room = asyncio.Semaphore(AT_MOST)
        self.opened = 0

    async def post(self, body: bytes, *headers: str) -> tuple[int, bytes]:
        """Status and body of the answer. Raises ConnectionError when a fresh connection breaks too."""
        lines = "".join(f"{header}\r\n" for header in headers)
        request = self._start + f"{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body
        async with self._room:
            while self._idle:
                connection = self._idle.pop()
                if connection.open:
                    try:
                        return await self._ask(connection, request)
                    except ConnectionError:
                        break  # closed by the other side in this very moment: once more, as any client does
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(_Connection, self._host, self._port)
            self.opened += 1
            return await self._ask(connection, request)

    async def _ask(self, connection: _Connection, request: bytes) -> tuple[int, bytes]:
        answer = await connection.ask(request)
        self._idle.append(connection)
        return answer


class _Messages(asyncio.Protocol):
    """Cuts a stream into heads and bodies by their Content-Length."""

    def __init__(self) -> None:
        self.open = False
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.open = transport, True

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            found = _LENGTH.search(self._buffer, 0, end)
            whole = end + 4 + (int(found[1]) if found else 0)
            if len(self._buffer) < whole:
                return
            head, body = self._buffer[:end], self._buffer[end + 4 : whole]
            self._buffer = self._buffer[whole:]
            self.received(head, body)

    def connection_lost(self, exc: Exception | None) -> None:
        self.open = False

    def received(self, head: bytes, body: bytes) -> None:
        raise NotImplementedError


class _Connection(_Messages):
    _answer: asyncio.Future[tuple[int, bytes]] | None = None

    def ask(self, request: bytes) -> asyncio.Future[tuple[int, bytes]]:
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)  # type: ignore[attr-defined]
        return self._answer

    def received(self, head: bytes, body: bytes) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_result((int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._answer and not self._answer.done():
            self._answer.set_exception(ConnectionError("closed before the answer"))


class Graph(_Messages):
    """Accepts every message like Meta's `POST /{phone_number_id}/messages`.

    `sent(to, outbox_id)` is told of each one and gives the wamid for the answer.
    """

    def __init__(self, sent: Callable[[str, str], str]) -> None:
        super().__init__()
        self._sent = sent

    def received(self, head: bytes, body: bytes) -> None:
        message = json.loads(body)
        wamid = self._sent(message["to"], message.get("biz_opaque_callback_data", ""))
        answer = b'{"messaging_product":"whatsapp","messages":[{"id":"%s"}]}' % wamid.encode()
        start = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self.transport.write(start % len(answer) + answer)  # type: ignore[attr-defined]
