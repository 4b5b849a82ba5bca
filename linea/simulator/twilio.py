"""Twilio as the line sees it: POST /twilio/2010-04-01/Accounts/{sid}/Messages.json."""

from __future__ import annotations

import asyncio
import base64
import hmac
from email.utils import formatdate
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from linea.settings import Settings
from linea.simulator import bodies, twilio_forms
from linea.simulator.delivery import Delivery
from linea.simulator.faults import TWILIO_CODES, TWILIO_KINDS, Faults
from linea.simulator.graph import cut
from linea.simulator.ledger import Ledger, Row
from linea.simulator.people import People
from linea.simulator.sms import TEXT_LIMIT, Sms
from linea.simulator.twilio_errors import TwilioError


class TwilioMessages:
    """Answers as Twilio does, writes every request down, and does wrong what it was told to do wrong."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        faults: Faults,
        delivery: Delivery,
        people: People,
        sms: Sms,
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._faults = faults
        self._delivery = delivery
        self._people = people
        self._sms = sms

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
        form = dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
        call: Row = {"path": request.url.path, "channel": "sms", "request": form}
        try:
            authorise(request, self._settings)
            self._check(form)
            return await self._message(call, form)
        except TwilioError as error:
            refused = "unauthorised" if error.http_status == 401 else "malformed"
            self._ledger.add_call(
                {"kind": refused, **call, "http_status": error.http_status, "answer": error.body}
            )
            return JSONResponse(error.body, error.http_status)

    def _check(self, form: dict[str, str]) -> None:
        """Raises TwilioError as Twilio refuses. https://www.twilio.com/docs/messaging/api/message-resource"""
        if not form.get("To"):
            raise TwilioError(21604)
        if not form.get("From"):
            raise TwilioError(21603)
        if not form.get("Body", "").strip():
            raise TwilioError(21602)
        if form["From"] != self._settings.twilio_from:
            raise TwilioError(21606)
        if not bodies.PHONE.fullmatch(form["To"]):
            raise TwilioError(21211)
        if len(form["Body"]) > TEXT_LIMIT:
            raise TwilioError(21617)
        if "StatusCallback" in form and self._delivery.callback_path(form["StatusCallback"]) is None:
            raise TwilioError(21609)  # here, any address that is not this line's

    async def _message(self, call: Row, form: dict[str, str]) -> Response | None:
        person = self._people.person(form["To"])
        call = {**call, "kind": "message", "phone": person["phone"]}
        slow = self._faults.draw(("slow",), person["phone"])
        fault = self._faults.draw(TWILIO_KINDS, person["phone"])
        call["fault"] = fault.kind if fault else "slow" if slow else None
        if fault and fault.kind != "twilio_break":
            answer = _faulty(fault.kind, call)
        elif person["stopped"]:
            answer = _refusal(21610, call)
        else:
            sid = twilio_forms.new_sid("SM")
            self._sms.receive(form, sid)
            call = {**call, "wamid": sid}
            if fault:
                answer = None
            else:
                content = _accepted(self._settings.twilio_account_sid, sid, form)
                call = {**call, "http_status": 201, "answer": content}
                answer = JSONResponse(content, 201)
        self._ledger.add_call(call)
        if slow:
            await asyncio.sleep(slow.seconds)
        return answer


def authorise(request: Request, settings: Settings) -> None:
    """Raises TwilioError unless the request names this account and proves it with its token."""
    account, token = settings.twilio_account_sid, settings.twilio_auth_token
    given = request.headers.get("authorization", "")
    wanted = "Basic " + base64.b64encode(f"{account}:{token}".encode()).decode()
    if not account or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise TwilioError(20003)
    if request.path_params["account"] != account:
        raise TwilioError(20404)


def _faulty(kind: str, call: Row) -> Response | None:
    """The wrong answer of this kind, also written into `call`; None: no answer at all."""
    if kind == "twilio_break_before":
        return None
    if kind == "twilio_bad_gateway":
        call.update(http_status=502, answer="Bad Gateway")
        return Response("Bad Gateway", 502, media_type="text/html")
    return _refusal(TWILIO_CODES[kind], call)


def _refusal(code: int, call: Row) -> Response:
    error = TwilioError(code)
    call.update(http_status=error.http_status, answer=error.body)
    return JSONResponse(error.body, error.http_status)


def _accepted(account: str, sid: str, form: dict[str, str]) -> Row:
    uri = f"/{twilio_forms.API_VERSION}/Accounts/{account}/Messages/{sid}"
    return {
        "sid": sid,
        "account_sid": account,
        "messaging_service_sid": None,
        "api_version": twilio_forms.API_VERSION,
        "body": form["Body"],
        "from": form["From"],
        "to": form["To"],
        "direction": "outbound-api",
        "status": "queued",
        "num_segments": str(twilio_forms.segments(form["Body"])),
        "num_media": "0",
        "date_created": formatdate(),
        "date_sent": None,
        "date_updated": formatdate(),
        "price": None,
        "price_unit": "USD",
        "error_code": None,
        "error_message": None,
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }
