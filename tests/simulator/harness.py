"""Runs a simulator, and a tiny line it writes to, over real HTTP on free ports."""

from __future__ import annotations

import json
import queue
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from linea import settings
from linea.channels.sms import signature
from linea.simulator.app import create
from linea.simulator.delivery import Pace

ROSA, YULEISY = "+51987000001", "+51987000002"
PATIENCE = 20  # seconds until a test that waits for something gives up
NUMBER = settings.DEVELOPMENT_PHONE_NUMBER_ID
ACCOUNT = settings.DEVELOPMENT_ACCOUNT_SID
PUBLIC_URL = "https://linea.example.org"
CALLBACK = f"{PUBLIC_URL}/webhooks/twilio/status?o={'0' * 32}"


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


@dataclass(frozen=True)
class Form:
    """What Twilio told the line: where, and what."""

    path: str
    query: str
    fields: dict[str, str]
    raw: bytes
    headers: dict[str, str]

    @property
    def is_signed(self) -> bool:
        """Whether the line would take it for Twilio's."""
        url = PUBLIC_URL + self.path + (f"?{self.query}" if self.query else "")
        values = [self.headers.get("x-twilio-signature", "")]
        return signature.valid(url, signature.pairs(self.raw), values, settings.DEVELOPMENT_SECRET)


class Line:
    """The line: keeps every webhook, answers with the next of `answers`, then with `otherwise`."""

    def __init__(self, port: int = 0) -> None:
        self.listener = free_socket(port)
        self.port = self.listener.getsockname()[1]
        self.answers: list[int] = []
        self.otherwise = 200
        self.requests: queue.Queue[tuple[bytes, dict[str, str]]] = queue.Queue()
        self.forms: queue.Queue[Form] = queue.Queue()
        # What it does when somebody writes: channel, number, words.
        self.when_written_to: Callable[[str, str, str], object] | None = None
        self._served: Served | None = None

    def start(self) -> None:
        routes = [
            Route("/webhooks/whatsapp", self._hook, methods=["POST"]),
            Route("/webhooks/twilio/{door}", self._form, methods=["POST"]),
        ]
        self._served = Served(Starlette(routes=routes), self.listener)

    def close(self) -> None:
        if self._served:
            self._served.stop()
        self.listener.close()

    async def _hook(self, request: Request) -> Response:
        raw = await request.body()
        self.requests.put((raw, dict(request.headers)))
        for message in json.loads(raw)["entry"][0]["changes"][0]["value"].get("messages", []):
            await self._written("whatsapp", f"+{message.get('from')}", _words(message))
        return self._answer()

    async def _form(self, request: Request) -> Response:
        raw = await request.body()
        told = (request.url.path, request.url.query, dict(signature.pairs(raw)), raw, dict(request.headers))
        self.forms.put(form := Form(*told))
        await self._written("sms", form.fields["From"], form.fields.get("Body", ""))
        return self._answer()

    async def _written(self, channel: str, phone: str, words: str) -> None:
        if self.when_written_to and words:
            await run_in_threadpool(self.when_written_to, channel, phone, words)

    def _answer(self) -> Response:
        return Response("", self.answers.pop(0) if self.answers else self.otherwise)

    def form(self) -> Form:
        """What Twilio tells next."""
        return self.forms.get(timeout=PATIENCE)

    def reports(self, count: int) -> list[tuple[str, str | None]]:
        """The next status callbacks: the status, and the error if there is one."""
        forms = [self.form() for _ in range(count)]
        return [(form.fields["MessageStatus"], form.fields.get("ErrorCode")) for form in forms]

    def changes(self, count: int) -> list[tuple[str, dict[str, Any]]]:
        """Field and value of the next webhooks of Meta's."""
        bodies = [json.loads(self.requests.get(timeout=PATIENCE)[0]) for _ in range(count)]
        found = [body["entry"][0]["changes"][0] for body in bodies]
        return [(change["field"], change["value"]) for change in found]

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


def _words(message: dict[str, Any]) -> str:
    """What a message of WhatsApp says, if it is a text or a tap."""
    if message.get("type") == "interactive":
        return str(message["interactive"][message["interactive"]["type"]]["title"])
    return str(message["text"]["body"]) if message.get("type") == "text" and message["text"] else ""


class Simulator:
    """A running simulator, used as the line and as a test would use it."""

    def __init__(self, data_dir: Path, line_port: int) -> None:
        listener = free_socket()
        port = listener.getsockname()[1]
        environ = {"LINEA_DATA_DIR": str(data_dir), "LINEA_PORT": str(line_port)}
        environ["LINEA_PUBLIC_URL"] = PUBLIC_URL
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

    def sms(
        self, words: str = "Hola", to: str = ROSA, token: str = settings.DEVELOPMENT_SECRET, **more: Any
    ) -> httpx.Response:
        """One request to Twilio; a None takes a parameter away."""
        form = {"To": to, "From": settings.DEVELOPMENT_SMS_NUMBER, "Body": words, "StatusCallback": CALLBACK}
        return self.http.post(
            f"/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
            data={name: value for name, value in {**form, **more}.items() if value is not None},
            auth=(ACCOUNT, token),
        )

    def post(self, what: str, **wish: Any) -> dict[str, Any]:
        """One request to the control API."""
        answer = self.http.post(f"/api/{what}", json=wish)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def refusal(self, what: str, **wish: Any) -> str:
        """Why the control API refuses a request."""
        answer = self.http.post(f"/api/{what}", json=wish)
        assert answer.status_code == 400
        return str(answer.json()["error"])

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
