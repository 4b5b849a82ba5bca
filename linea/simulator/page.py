"""The page with the phones: one template and static files, under a strict content security policy.

The page asks `GET /line` how the line is: {reached, missing: [part], halted}.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from linea.settings import Settings

HERE = Path(__file__).parent
PARTS = ("database", "worker", "rasa", "actions")  # of the line, as its /readyz names them
LOOK_SECONDS = 3.0
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self';"
        " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


def routes(settings: Settings) -> list[BaseRoute]:
    """The page and its files."""
    templates = Jinja2Templates(HERE / "templates")
    host = settings.host if settings.host not in ("0.0.0.0", "::") else "127.0.0.1"
    ready_url = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/readyz"

    async def page(request: Request) -> Response:
        return templates.TemplateResponse(request, "phones.html", {"ready_url": ready_url})

    async def line(request: Request) -> Response:
        async with httpx.AsyncClient(timeout=LOOK_SECONDS, trust_env=False) as client:
            return JSONResponse(await line_state(client, ready_url))

    return [
        Route("/", page),
        Route("/line", line),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]


async def line_state(client: httpx.AsyncClient, ready_url: str) -> dict[str, Any]:
    """What the line says of itself, as the page wants it; a line that says nothing readable lacks nothing."""
    try:
        answer = await client.get(ready_url)
    except httpx.HTTPError:
        return {"reached": False, "missing": [], "halted": False}
    try:
        told = answer.json()
    except ValueError:
        told = None
    report = told if isinstance(told, dict) else {}
    missing = [part for part in PARTS if report.get(part) is False]
    return {"reached": True, "missing": missing, "halted": report.get("sending") == "halted"}


class SecurityHeaders:
    """Puts the headers on every answer that has not said otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; `receive` stays the server's own (the Graph API cuts connections with it)."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((k.encode(), v.encode()) for k, v in HEADERS.items() if k.encode() not in given),
                ]
            await send(message)

        await self._app(scope, receive, with_headers)


MIDDLEWARE = [Middleware(SecurityHeaders)]
