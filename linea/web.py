"""The process that faces the internet: Meta's webhook and two health pages. It holds nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from linea import clock, dispatch, keys, logs, reception, spool
from linea.channels.whatsapp import signature
from linea.settings import Settings
from linea.steps import Step, reached
from linea.store import Store, StoreUnavailable
from linea.store.models import Heartbeat

LARGEST_BODY = 3 * 1024 * 1024  # Meta: payloads up to 3 MB
LOCK_SECONDS = 0.5  # then the spool: Meta wants 99 % of answers within a second
BEAT_FRESH = timedelta(seconds=10)
SECURITY_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


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
            Route("/healthz", alive),
            Route("/readyz", ready),
        ],
    )


async def verify(request: Request) -> Response:
    """Meta's question at subscription: the challenge back, as text, if the token is ours."""
    challenge = signature.verify_challenge(
        dict(request.query_params), request.app.state.settings.whatsapp_verify_token
    )
    if challenge is None:
        return _text("no", 403)
    return _text(challenge, 200)


async def receive(request: Request) -> Response:
    """A signed body from Meta: 200 once it is on the disk, in the database or else in the spool."""
    state = request.app.state
    headers = request.headers.getlist("x-hub-signature-256")
    if not signature.well_formed(headers):
        return _text("no signature", 401)
    try:
        raw = await _body(request)
    except ClientDisconnect:
        return _text("gone", 400)
    if raw is None:
        return _text("too large", 413)
    if not signature.valid(raw, headers, state.settings.whatsapp_app_secrets):
        state.log.warning("webhook_signature_refused")
        return _text("wrong signature", 401)
    reached(Step.WEB_RECEIVED)
    try:
        await state.store.awrite(partial(reception.accept, state.settings, state.keys, raw))
        reached(Step.WEB_COMMITTED)
    except Exception as error:
        if not isinstance(error, StoreUnavailable):
            state.log.error("webhook_not_stored", error=error)
        return await _spool(state, raw)
    return _text("ok", 200)


async def _spool(state: Any, raw: bytes) -> Response:
    folder, sealed = state.settings.data_dir / "spool", state.keys.seal(raw, reception.SPOOL)
    try:
        await asyncio.to_thread(spool.write, folder, sealed)
    except OSError as error:
        state.log.error("webhook_refused", error=error)
        return _text("try again", 503)
    state.log.warning("webhook_spooled")
    return _text("ok", 200)


async def _body(request: Request) -> bytes | None:
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > LARGEST_BODY:
        return None
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_BODY:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


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


def _text(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, headers=SECURITY_HEADERS)
