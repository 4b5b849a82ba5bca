"""The doors for Meta and Twilio: who signed may come in, and 200 is said when the body is on the disk."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from linea import reception, spool
from linea.channels.sms import signature as twilio
from linea.channels.whatsapp import signature as meta
from linea.reception import Delivery, Source
from linea.steps import Step, reached
from linea.store import StoreUnavailable

LARGEST_BODY = 3 * 1024 * 1024  # Meta: payloads up to 3 MB
LARGEST_FORM = 64 * 1024  # an SMS of 1,600 letters, each in nine bytes, and Twilio's parameters
SECURITY_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}

# TwiML: nothing is answered here, the worker sends the answer. https://www.twilio.com/docs/messaging/twiml
NO_REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


async def verify(request: Request) -> Response:
    """Meta's question at subscription: the challenge back, as text, if the token is ours."""
    challenge = meta.verify_challenge(
        dict(request.query_params), request.app.state.settings.whatsapp_verify_token
    )
    if challenge is None:
        return _text("no", 403)
    return _text(challenge, 200)


async def receive(request: Request) -> Response:
    """A signed body from Meta: 200 once it is on the disk, in the database or else in the spool."""
    state = request.app.state
    headers = request.headers.getlist("x-hub-signature-256")
    if not meta.well_formed(headers):
        return _text("no signature", 401)
    raw = await _body(request, LARGEST_BODY)
    if isinstance(raw, Response):
        return raw
    if not meta.valid(raw, headers, state.settings.whatsapp_app_secrets):
        state.log.warning("webhook_signature_refused", channel="whatsapp")
        return _text("wrong signature", 401)
    if not await _keep(state, Delivery(Source.WHATSAPP, raw)):
        return _text("try again", 503)
    return _text("ok", 200)


async def receive_sms(request: Request) -> Response:
    """A signed form from Twilio that holds a message."""
    return await _receive_form(request, Source.TWILIO_MESSAGE)


async def receive_sms_status(request: Request) -> Response:
    """A signed form from Twilio that says what became of a message we sent."""
    return await _receive_form(request, Source.TWILIO_STATUS)


async def _receive_form(request: Request, source: Source) -> Response:
    """200 once it is on the disk; Twilio does not come again with a message, so 503 is the last resort."""
    state = request.app.state
    if not state.settings.sms:
        return _text("no sms here", 404)
    headers = request.headers.getlist("x-twilio-signature")
    if not twilio.well_formed(headers):
        return _text("no signature", 401)
    raw = await _body(request, LARGEST_FORM)
    if isinstance(raw, Response):
        return raw
    query = request.scope["query_string"].decode("latin-1")
    # As Twilio was given the address, which a proxy may have rewritten on the way here.
    url = state.settings.public_url + request.url.path + (f"?{query}" if query else "")
    if not twilio.valid(url, twilio.pairs(raw), headers, state.settings.twilio_auth_token):
        state.log.warning("webhook_signature_refused", channel="sms")
        return _text("wrong signature", 401)
    if not await _keep(state, Delivery(source, raw, query)):
        return _text("try again", 503)
    return Response(NO_REPLY, 200, SECURITY_HEADERS, "text/xml")


async def _keep(state: Any, delivery: Delivery) -> bool:
    """Whether the body is on the disk, in the database or else in the spool."""
    reached(Step.WEB_RECEIVED)
    try:
        await state.store.awrite(partial(reception.accept, state.settings, state.keys, delivery))
        reached(Step.WEB_COMMITTED)
        return True
    except Exception as error:
        if not isinstance(error, StoreUnavailable):
            state.log.error("webhook_not_stored", error=error)
    sealed = state.keys.seal(delivery.to_bytes(), reception.SPOOL)
    try:
        await asyncio.to_thread(spool.write, state.settings.data_dir / "spool", sealed)
    except OSError as error:
        state.log.error("webhook_refused", error=error)
        return False
    state.log.warning("webhook_spooled")
    return True


async def _body(request: Request, largest: int) -> bytes | Response:
    """The whole body, or what to answer instead."""
    too_large = _text("too large", 413)
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > largest:
        return too_large
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > largest:
                return too_large
            chunks.append(chunk)
    except ClientDisconnect:
        return _text("gone", 400)
    return b"".join(chunks)


def _text(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, headers=SECURITY_HEADERS)
