"""The Graph API as the line sees it: POST /graph/{version}/{phone_number_id}/messages."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from linea.settings import Settings
from linea.simulator import bodies
from linea.simulator.faults import ANSWER_KINDS, Faults
from linea.simulator.graph_errors import GraphError
from linea.simulator.ledger import Ledger, Row
from linea.simulator.people import People
from linea.simulator.phones import Phones

VERSION = re.compile(r"v\d{1,2}\.\d")


class GraphMessages:
    """Answers as Meta does, writes every request down, and does wrong what it was told to do wrong."""

    def __init__(
        self, settings: Settings, ledger: Ledger, faults: Faults, people: People, phones: Phones
    ) -> None:
        self._token = settings.whatsapp_token
        self._phone_number_id = settings.whatsapp_phone_number_id
        self._ledger = ledger
        self._faults = faults
        self._people = people
        self._phones = phones

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; cutting the connection is an answer too."""
        request = Request(scope, receive)
        raw = await request.body()
        answer = await self._answer(request, raw)
        if answer is None:
            await cut(receive)
        else:
            await answer(scope, receive, send)

    async def _answer(self, request: Request, raw: bytes) -> Response | None:
        call: Row = {"path": request.url.path, "request": _readable(raw)}
        try:
            self._authorise(request)
            kind = bodies.check(_parsed(raw))
            if kind == "read":
                return self._read(call)
            return await self._message(call)
        except GraphError as error:
            refused = "unauthorised" if error.code == 190 else "malformed"
            self._ledger.add_call(
                {"kind": refused, **call, "http_status": error.http_status, "answer": error.body}
            )
            return JSONResponse(error.body, error.http_status)

    async def _message(self, call: Row) -> Response | None:
        body = call["request"]
        to = bodies.recipient(body)
        person = self._people.person(to)
        call = {**call, "kind": "message", "phone": person["phone"]}
        slow = self._faults.draw(("slow",), person["phone"])
        fault = self._faults.draw(ANSWER_KINDS, person["phone"])
        call["fault"] = fault.kind if fault else "slow" if slow else None
        if fault and fault.kind != "accept_then_break":
            answer = _faulty(fault.kind, call)
        else:
            wamid = self._phones.receive(to, body)["wamid"]
            content = {
                "messaging_product": "whatsapp",
                "contacts": [_contact(to, person)],
                "messages": [{"id": wamid}],
            }
            call = {**call, "wamid": wamid}
            if fault:
                answer = None
            else:
                call = {**call, "http_status": 200, "answer": content}
                answer = JSONResponse(content)
        self._ledger.add_call(call)
        if slow:
            await asyncio.sleep(slow.seconds)
        return answer

    def _read(self, call: Row) -> Response:
        body = call["request"]
        phone = self._phones.mark_read(body["message_id"], typing="typing_indicator" in body)
        answer = {"success": True}
        self._ledger.add_call({**call, "kind": "read", "phone": phone, "http_status": 200, "answer": answer})
        return JSONResponse(answer)

    def _authorise(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            raise GraphError(190, "The access token is missing, wrong or has expired.")
        wanted = request.path_params
        if (
            request.method != "POST"
            or not VERSION.fullmatch(wanted["version"])
            or wanted["number"] != self._phone_number_id
        ):
            raise GraphError(100, "Unsupported request. The version or the object of this id does not exist.")


async def cut(receive: Receive) -> None:
    """Close the TCP connection without a byte of answer, and return once it is closed.

    ASGI has no word for it; uvicorn's `receive` belongs to the object that holds the transport.
    Raises RuntimeError under another server, which would answer 500.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        raise RuntimeError("only uvicorn lets the simulator cut a connection")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def _faulty(kind: str, call: Row) -> Response | None:
    """The wrong answer of this kind, also written into `call`; None: no answer at all."""
    if kind == "break_before":
        return None
    if kind == "bad_gateway":
        call.update(http_status=502, answer="Bad Gateway")
        return Response("Bad Gateway", 502, media_type="text/html")
    error = GraphError(131000 if kind == "500" else int(kind), "Told to fail in the simulator.")
    call.update(http_status=error.http_status, answer=error.body)
    return JSONResponse(error.body, error.http_status)


def _contact(to: str, person: Row) -> Row:
    contact: Row = {"input": to, "user_id": person["user_id"]}
    if not person["hides_phone"]:
        contact["wa_id"] = person["phone"].lstrip("+")
    return contact


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError as error:
        raise GraphError(100, "The request body is not valid JSON.") from error


def _readable(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode("utf-8", "replace")
