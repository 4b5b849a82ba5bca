"""Runs a simulator, and a tiny line it writes to, over real HTTP on free ports."""

from __future__ import annotations

import json
import queue
import socket
import threading
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from linea import settings
from linea.simulator.app import create
from linea.simulator.delivery import Pace

ROSA, YULEISY = "+51987000001", "+51987000002"
PATIENCE = 20  # seconds until a test that waits for something gives up
NUMBER = settings.DEVELOPMENT_PHONE_NUMBER_ID


def free_socket(port: int = 0) -> socket.socket:
    """A socket that already listens: whoever connects waits until its server has started."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


class Served:
    """An application on uvicorn in a thread."""

    def __init__(self, app: Starlette, listener: socket.socket) -> None:
        self.port: int = listener.getsockname()[1]
        config = uvicorn.Config(app, ws="none", log_level="error", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listener],))
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()


class Line:
    """The line: keeps every webhook, answers with the next of `answers`, then with `otherwise`."""

    def __init__(self, port: int = 0) -> None:
        self.listener = free_socket(port)
        self.port = self.listener.getsockname()[1]
        self.answers: list[int] = []
        self.otherwise = 200
        self.requests: queue.Queue[tuple[bytes, dict[str, str]]] = queue.Queue()
        self._served: Served | None = None

    def start(self) -> None:
        self._served = Served(
            Starlette(routes=[Route("/webhooks/whatsapp", self._hook, methods=["POST"])]), self.listener
        )

    def close(self) -> None:
        if self._served:
            self._served.stop()
        self.listener.close()

    async def _hook(self, request: Request) -> Response:
        self.requests.put((await request.body(), dict(request.headers)))
        return Response("", self.answers.pop(0) if self.answers else self.otherwise)

    def values(self, count: int) -> list[dict[str, Any]]:
        """The `value` of the next webhooks, as they arrive."""
        bodies = [json.loads(self.requests.get(timeout=PATIENCE)[0]) for _ in range(count)]
        return [body["entry"][0]["changes"][0]["value"] for body in bodies]

    def messages(self, count: int) -> list[dict[str, Any]]:
        """The messages of the next `count` webhooks."""
        return [message for value in self.values(count) for message in value.get("messages", [])]

    def statuses(self, count: int) -> list[dict[str, Any]]:
        """The statuses of the next `count` webhooks."""
        return [status for value in self.values(count) for status in value.get("statuses", [])]


class Simulator:
    """A running simulator, used as the line and as a test would use it."""

    def __init__(self, data_dir: Path, line_port: int) -> None:
        listener = free_socket()
        port = listener.getsockname()[1]
        environ = {"LINEA_DATA_DIR": str(data_dir), "LINEA_PORT": str(line_port)}
        self.settings = settings.load({**environ, "LINEA_SIMULATOR_PORT": str(port)})
        self._served = Served(create(self.settings, Pace(0, 0, 0)), listener)
        self.url = f"http://127.0.0.1:{port}"
        self.http = httpx.Client(base_url=self.url, trust_env=False, timeout=PATIENCE)

    def send(self, body: Any, token: str = settings.DEVELOPMENT_SECRET, **options: Any) -> httpx.Response:
        """One request to the Graph API."""
        headers = {"authorization": f"Bearer {token}"}
        return self.http.post(f"/graph/v25.0/{NUMBER}/messages", json=body, headers=headers, **options)

    def text(self, words: str = "Hola", to: str = ROSA, **more: Any) -> httpx.Response:
        """A text message of the line."""
        return self.send(text_body(words, to, **more))

    def fault(self, kind: str, **more: Any) -> None:
        """Switch a fault on."""
        self.http.post("/api/faults", json={"kind": kind, **more}).raise_for_status()

    def write(self, phone: str = ROSA, **what: Any) -> dict[str, Any]:
        """A person writes; the bubble."""
        answer = self.http.post("/api/messages", json={"phone": phone, **what})
        answer.raise_for_status()
        return dict(answer.json())

    def rows(self, what: str, **filters: Any) -> list[dict[str, Any]]:
        """Rows of `messages`, `ledger` or `inbox`; with `wait`, once there are some."""
        answer = self.http.get(f"/api/{what}", params=filters).json()
        return list(next(value for key, value in answer.items() if key != "last"))

    def stop(self) -> None:
        self.http.close()
        self._served.stop()


def text_body(words: str = "Hola", to: str = ROSA, **more: Any) -> dict[str, Any]:
    """The body of a text message."""
    return {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": words}, **more}
