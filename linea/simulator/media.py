"""Hands files out: Meta's two steps (id, then an address that dies after five minutes) and Twilio's one.

Meta: https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
Twilio: https://www.twilio.com/docs/messaging/api/media-resource
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from linea.settings import Settings
from linea.simulator.faults import Fault, Faults
from linea.simulator.files import Files
from linea.simulator.graph import VERSION
from linea.simulator.graph_errors import GraphError
from linea.simulator.ledger import Ledger, Row
from linea.simulator.twilio import authorise
from linea.simulator.twilio_errors import TwilioError

ADDRESS_SECONDS = 300
CHUNK = 64 * 1024
TOO_BIG = 150 * 1024 * 1024  # more than Meta takes for any type
DOWNLOAD_KINDS = ("media_404", "media_slow", "media_too_big", "media_wrong_hash", "media_redirect")


class Media:
    """The routes that give files to the line, and one where nobody should ever come."""

    def __init__(self, settings: Settings, ledger: Ledger, faults: Faults, store: Files) -> None:
        self._settings = settings
        self._ledger = ledger
        self._faults = faults
        self._files = store
        self._addresses: dict[str, tuple[str, float]] = {}

    def routes(self) -> list[BaseRoute]:
        """Every route a file can be asked for at."""
        account = "/twilio/2010-04-01/Accounts/{account}/Messages/{message}/Media/{media}"
        return [
            Route("/graph/{version}/{media_id}", self.address),
            Route("/lookaside/{token}", self.download),
            Route(account, self.twilio),
            Route("/elsewhere/{token}", self.elsewhere),
        ]

    async def address(self, request: Request) -> Response:
        """Where the file of an id can be had for five minutes; needs the token."""
        media_id = request.path_params["media_id"]
        file = self._files.get(media_id)
        call: Row = {"kind": "media", "path": request.url.path, "request": dict(request.query_params)}
        call["phone"] = phone = file["phone"] if file else None
        try:
            self._authorise(request)
            gone = self._faults.draw(("media_gone",), phone)
            if file is None or gone:
                call["fault"] = "media_gone" if gone else None
                raise GraphError(100, f"Object with ID '{media_id}' does not exist.")
        except GraphError as error:
            self._ledger.add_call({**call, "http_status": error.http_status, "answer": error.body})
            return JSONResponse(error.body, error.http_status)
        token = secrets.token_urlsafe(24)
        self._addresses[token] = (media_id, time.monotonic() + ADDRESS_SECONDS)
        url = f"{_here(request)}/lookaside/{token}"
        away = self._faults.draw(("media_elsewhere",), phone)
        if away:
            url = _elsewhere(request)
        answer = {
            "messaging_product": "whatsapp",
            "url": url,
            "mime_type": file["mime"],
            "sha256": file["sha256"],
            "file_size": str(file["size"]),
            "id": media_id,
        }
        fault = {"fault": "media_elsewhere"} if away else {}
        self._ledger.add_call({**call, **fault, "http_status": 200, "answer": answer})
        return JSONResponse(answer)

    async def download(self, request: Request) -> Response:
        """The file itself; needs the token too, as Meta's does."""
        media_id, until = self._addresses.get(request.path_params["token"], ("", 0.0))
        file = self._files.get(media_id) if time.monotonic() < until else None
        call: Row = {"kind": "download", "path": request.url.path, "request": {"media_id": media_id}}
        try:
            self._authorise(request)
        except GraphError as error:
            self._ledger.add_call({**call, "http_status": error.http_status, "answer": error.body})
            return JSONResponse(error.body, error.http_status)
        return await self._hand_out(request, file, call, DOWNLOAD_KINDS)

    async def twilio(self, request: Request) -> Response:
        """The file of an MMS; needs the account's token."""
        media_id = request.path_params["media"].removeprefix("ME").lstrip("0")
        file = self._files.get(media_id)
        call: Row = {"kind": "download", "channel": "sms", "path": request.url.path}
        call["request"] = {"media_id": media_id}
        try:
            authorise(request, self._settings)
        except TwilioError as error:
            self._ledger.add_call({**call, "http_status": error.http_status, "answer": error.body})
            return JSONResponse(error.body, error.http_status)
        return await self._hand_out(request, file, call, (*DOWNLOAD_KINDS, "media_gone"))

    async def elsewhere(self, request: Request) -> Response:
        """Another host's page, which the line must not ask; the ledger says whether it did, and as whom."""
        seen = {"authorization": request.headers.get("authorization")}
        call = {"kind": "elsewhere", "path": request.url.path, "request": seen, "http_status": 200}
        self._ledger.add_call({**call, "answer": "", "fault": "media_elsewhere"})
        return Response(b"elsewhere", media_type="image/jpeg")

    async def _hand_out(
        self, request: Request, file: Row | None, call: Row, kinds: tuple[str, ...]
    ) -> Response:
        fault = self._faults.draw(kinds, file["phone"]) if file else None
        call = {**call, "phone": file and file["phone"], "fault": fault and fault.kind}
        answer = _answer(request, file, fault)
        self._ledger.add_call({**call, "http_status": answer.status_code, "answer": ""})
        if fault and fault.kind == "media_slow":
            await asyncio.sleep(fault.seconds)
        return answer

    def _authorise(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._settings.whatsapp_token}".encode()):
            raise GraphError(190, "The access token is missing, wrong or has expired.")
        version = request.path_params.get("version", "v1.0")
        number = request.query_params.get("phone_number_id", self._settings.whatsapp_phone_number_id)
        if not VERSION.fullmatch(version) or number != self._settings.whatsapp_phone_number_id:
            raise GraphError(100, "Unsupported request. The version or the number does not exist.")


def _answer(request: Request, file: Row | None, fault: Fault | None) -> Response:
    kind = fault.kind if fault else None
    if file is None or kind in ("media_404", "media_gone"):
        return Response("Not found", 404, media_type="text/plain")
    if kind == "media_redirect":
        return RedirectResponse(_elsewhere(request), 307)
    if kind == "media_too_big":
        return StreamingResponse(_endless(), media_type=file["mime"])
    data = file["data"][:-1] + bytes([file["data"][-1] ^ 1]) if kind == "media_wrong_hash" else file["data"]
    return Response(data, media_type=file["mime"])


async def _endless() -> AsyncIterator[bytes]:
    for _ in range(TOO_BIG // CHUNK):
        yield bytes(CHUNK)


def _here(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _elsewhere(request: Request) -> str:
    """The same machine under a name that is not the one asked for: to the line, another host."""
    host = "localhost" if request.url.hostname != "localhost" else "127.0.0.1"
    return f"{request.url.scheme}://{host}:{request.url.port}/elsewhere/{secrets.token_urlsafe(8)}"
