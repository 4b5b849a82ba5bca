"""The process that faces the internet: the webhooks and two health pages. It holds nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from linea import clock, dispatch, keys, logs
from linea.settings import Settings
from linea.store import Store
from linea.store.models import Heartbeat
from linea.webhooks import SECURITY_HEADERS, receive, receive_sms, receive_sms_status, verify

LOCK_SECONDS = 0.5  # then the spool: Meta wants 99 % of answers within a second
BEAT_FRESH = timedelta(seconds=10)


def create(settings: Settings) -> Starlette:
    """The web application for these settings."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.settings = settings
        app.state.keys = keys.load(settings)
        app.state.store = Store(settings.database_url, busy_seconds=LOCK_SECONDS)
        app.state.log = logs.get()
        async with httpx.AsyncClient(timeout=2.0, trust_env=False) as app.state.client:
            yield
        app.state.store.close()

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/webhooks/whatsapp", verify, methods=["GET"]),
            Route("/webhooks/whatsapp", receive, methods=["POST"]),
            Route("/webhooks/twilio/messages", receive_sms, methods=["POST"]),
            Route("/webhooks/twilio/status", receive_sms_status, methods=["POST"]),
            Route("/healthz", alive),
            Route("/readyz", ready),
        ],
    )


async def alive(request: Request) -> Response:
    """This process answers."""
    return JSONResponse({"alive": True}, headers=SECURITY_HEADERS)


async def ready(request: Request) -> Response:
    """Each part of the line, and for how long the oldest message has waited; 503 if a part is missing."""
    state = request.app.state
    rasa, actions, stored = await asyncio.gather(
        _ask(state.client, f"{state.settings.rasa_url}/webhooks/linea/health"),
        _ask(state.client, state.settings.actions_url.removesuffix("/webhook") + "/health"),
        asyncio.to_thread(_look, state.store),
    )
    parts: dict[str, Any] = {
        "database": stored is not None,
        "worker": bool(stored and stored["worker"]),
        "rasa": bool(rasa and rasa.get("ready")),
        "actions": actions is not None,
    }
    ok = all(parts.values())
    report = {
        "ready": ok,
        **parts,
        "model": (rasa or {}).get("model"),
        "oldest_waiting_seconds": stored["oldest"] if stored else None,
        "sending": stored["sending"] if stored else None,
    }
    return JSONResponse(report, 200 if ok else 503, headers=SECURITY_HEADERS)


async def _ask(client: httpx.AsyncClient, url: str) -> dict[str, Any] | None:
    try:
        answer = await client.get(url)
        found = answer.json() if answer.status_code == 200 else None
    except (httpx.HTTPError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _look(store: Store) -> dict[str, Any] | None:
    now = clock.now()
    try:
        with store.reading() as session:
            beat = session.get(Heartbeat, "worker")
            oldest = dispatch.oldest_waiting(session)
            halted = bool(beat and beat.detail.get("halted"))
    except Exception:
        return None
    return {
        "worker": beat is not None and beat.beat_at > now - BEAT_FRESH,
        "oldest": None if oldest is None else round((now - oldest).total_seconds(), 1),
        "sending": "halted" if halted else "ok",
    }
