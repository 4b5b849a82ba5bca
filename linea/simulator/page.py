"""The page with the phones: one template and static files, under a strict content security policy."""

from __future__ import annotations

from pathlib import Path

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from linea.settings import Settings

HERE = Path(__file__).parent
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


def routes(settings: Settings) -> list[BaseRoute]:
    """The page and its files."""
    templates = Jinja2Templates(HERE / "templates")
    host = settings.host if settings.host not in ("0.0.0.0", "::") else "127.0.0.1"

    async def page(request: Request) -> Response:
        line = f"http://{host}:{settings.port}"
        return templates.TemplateResponse(request, "phones.html", {"ready_url": f"{line}/readyz"})

    return [Route("/", page), Mount("/static", StaticFiles(directory=HERE / "static"))]


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
