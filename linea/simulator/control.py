"""The simulator's own API, used by the page and by tests: /api/...

A chat is a phone and a channel: every message, request and webhook carries `channel` ("whatsapp" or "sms").
An SMS has Twilio's sid where a WhatsApp message has its wamid; both stand in `wamid`.

GET  /api/state      {people: [{phone, name, user_id, open, shown, hides_phone, stopped, messages: [bubble]}],
                     others: [phone], calls, webhooks, faults, samples: [name], recordings: [{name, title}]}
GET  /api/events     server-sent: person message call webhook faults typing reset behind moved replay
GET  /api/people     {people}; POST {phone?, name?, open?, shown?, hides_phone?}: add one or change one
POST /api/people/change {phone, new_phone | new_user_id | device: true}: WhatsApp tells the line that the
                     number, the user id or the telephone changed; "" invents the new one. The chat goes with
                     the person (event `moved` {from, to}). Answers the person
GET  /api/messages   {messages, last}; ?phone= &channel= &sender= &since= &wait= &count= &limit= or any column
POST /api/messages   {phone, channel?, ...a wish}: somebody writes. Answers the bubble; an album {messages}
POST /api/echo       {phone, text}: the team answers from the telephone's own app. Answers the bubble
POST /api/standby    {phone, text}: somebody writes while another system has the chat. Answers the bubble
POST /api/handover   {phone, taken: bool}: another system takes the chat, or gives it back
POST /api/webhook    {field, value, phone?}: any body of Meta's, signed (groups, history, account_update ...)
POST /api/media      {data: base64, mime, filename?} or a multipart form with `file`. Answers {id, mime, size,
                     sha256, name}
GET  /api/media/{id} the file itself, for the page
GET  /api/recording  ?phone= &channel= &since= &title=: the chat as a YAML conversation (text)
GET  /api/recordings {recordings: [{name, title, steps}]}; POST {name, phone, channel?, since?, title?} keeps
                     one in the data folder
POST /api/replay     {name | recording: YAML, phone?, channel?, wait?}: plays it, with a new person if no
                     phone is named. Answers {ok, phone, title, steps: [{send | change | echo | standby |
                     handover | expect ..., ok, found?}]}; the event `replay` tells {phone, step, of, ok}
GET  /api/ledger     {calls, last}: what the line asked of the Graph API and of Twilio
GET  /api/inbox      {webhooks, last}: what was sent to the line, and its answers; `given_up`: never again
GET  /api/faults     {faults}; POST {kind, phone?, times?, probability?, seconds?, copies?, code?, about?};
                     DELETE clears all; DELETE /api/faults/{id} one
POST /api/reset      forget everything but the people on the page

A wish is one of
  text                                  words; with `reply_to`, as an answer to a message
  option_id (title?, reply_to?)         a tap; with a title also of what nobody offered
  tap                                   a tap on the newest option with this title (or this id)
  image voice audio video document sticker  {media_id?, caption?, filename?}: a file of /api/media, or the
                                        built-in sample if no media_id is given; on SMS an MMS
  album                                 {count 2-30, caption?}: that many pictures at the same moment
  location                              {latitude, longitude, name?, address?}
  contacts                              [{name?, phones: [text]}]
  reaction                              {target, emoji}: "" takes it back
  edit                                  {target, text}
  revoke                                {target}
  unsupported                           its name: "poll", "gif" ...
  raw                                   any message object of Meta's; on SMS, any parameters of Twilio's form
and, beside any of them on WhatsApp, `referral` (true or Meta's object), `forwarded` (true).
`target` and `reply_to` are a wamid, or "own:1" (the person's newest), "own:2", "line:1", ...

A bubble is {id, phone, channel, sender, wamid, at, type, text, content, reply_to, outbox_id, state, error,
segments, media_id, reaction, edited, removed}. `sender`: person, line, team (the telephone's own app) or
twilio (its own answers to STOP, START and HELP). `type`: Meta's, also for SMS (text, image ...), and system.
`state`: waiting accepted lost (an SMS the line did not take: Twilio asks once) sent delivered read failed.
A reaction, an edit or a revoke is a bubble of its own with `reply_to`, and marks its target: `reaction` (an
emoji), `edited`, `removed`.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from linea.simulator import bodies
from linea.simulator.changes import Changes
from linea.simulator.delivery import Delivery
from linea.simulator.faults import FaultError, Faults
from linea.simulator.ledger import Ledger, Row
from linea.simulator.phones import Phones, UnknownOption

HEARTBEAT = 15.0  # seconds between signs of life on an open event stream
LONGEST_WAIT = 60.0
PAGE_MESSAGES = 500  # of each chat, when a page is opened
PAGE_CALLS = 40
SEPARATORS = re.compile(r"[\s().-]")


class BadWish(ValueError):
    """A request to the control API that cannot be read; answered with 400 and the reason."""


class Control:
    """The routes, bound to the parts they show and move."""

    def __init__(
        self, ledger: Ledger, faults: Faults, phones: Phones, delivery: Delivery, changes: Changes
    ) -> None:
        self._ledger = ledger
        self._faults = faults
        self._phones = phones
        self._delivery = delivery
        self._changes = changes

    def routes(self) -> list[Route]:
        """Every route of the control API."""
        return [
            Route("/api/state", self.state),
            Route("/api/events", self.events),
            Route("/api/people", self.people, methods=["GET", "POST"]),
            Route("/api/messages", self.messages, methods=["GET", "POST"]),
            Route("/api/ledger", self.calls),
            Route("/api/inbox", self.inbox),
            Route("/api/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/api/faults/{number:int}", self.fault, methods=["DELETE"]),
            Route("/api/reset", self.reset, methods=["POST"]),
        ]

    async def state(self, request: Request) -> Response:
        """All a page shows when it is opened."""
        people = self._ledger.people()
        shown = [
            {**person, "messages": self._ledger.messages(person["phone"], limit=PAGE_MESSAGES)}
            for person in people
            if person["shown"]
        ]
        return JSONResponse(
            {
                "people": shown,
                "others": [person["phone"] for person in people if not person["shown"]][-50:],
                "calls": self._ledger.calls(limit=PAGE_CALLS),
                "webhooks": self._ledger.webhooks(limit=PAGE_CALLS),
                "faults": self._faults.listing(),
            }
        )

    async def events(self, request: Request) -> Response:
        """Server-sent events: `hello`, then each change under its kind."""

        async def stream() -> AsyncIterator[str]:
            yield "retry: 1000\nevent: hello\ndata: {}\n\n"
            async for change in self._changes.listen(HEARTBEAT):
                if change is None:
                    yield ": \n\n"
                else:
                    yield f"event: {change.kind}\ndata: {json.dumps(change.data)}\n\n"

        return StreamingResponse(
            stream(), media_type="text/event-stream", headers={"cache-control": "no-store"}
        )

    async def people(self, request: Request) -> Response:
        """Everybody; POST adds a person or changes one."""
        if request.method == "GET":
            return JSONResponse({"people": self._ledger.people()})
        wish = await _wish(
            request, {"phone": str, "name": str, "open": bool, "shown": bool, "hides_phone": bool}
        )
        if "phone" in wish:
            wish["phone"] = _phone(wish["phone"])
        return JSONResponse(self._phones.change(wish))

    async def messages(self, request: Request) -> Response:
        """The chats; POST {phone, text | option_id | raw}: the person writes."""
        if request.method == "GET":
            return await self._listing(request, "messages", self._ledger.messages)
        wish = await _wish(
            request,
            {"phone": str, "text": str, "option_id": str, "title": str, "reply_to": str, "raw": dict},
        )
        phone = _phone(wish.get("phone", ""))
        if "raw" in wish:
            message = self._phones.write_raw(phone, wish["raw"])
        elif "option_id" in wish:
            try:
                message = self._phones.tap(phone, wish["option_id"], wish.get("title"), wish.get("reply_to"))
            except UnknownOption as error:
                raise BadWish(
                    "no message offers this option_id; give a title to send it all the same"
                ) from error
        elif wish.get("text"):
            message = self._phones.write_text(phone, wish["text"], wish.get("reply_to"))
        else:
            raise BadWish("text, option_id or raw is needed")
        return JSONResponse(message)

    async def calls(self, request: Request) -> Response:
        """What the line asked of the Graph API."""
        return await self._listing(request, "calls", self._ledger.calls)

    async def inbox(self, request: Request) -> Response:
        """The webhooks sent to the line, and its answers."""
        return await self._listing(request, "webhooks", self._ledger.webhooks)

    async def faults(self, request: Request) -> Response:
        """The faults switched on; POST adds one, DELETE clears all."""
        if request.method == "POST":
            try:
                return JSONResponse(self._faults.add(await _wish(request, None)))
            except FaultError as error:
                raise BadWish(str(error)) from error
        if request.method == "DELETE":
            self._faults.clear()
        return JSONResponse({"faults": self._faults.listing()})

    async def fault(self, request: Request) -> Response:
        """Switch one fault off."""
        self._faults.clear(request.path_params["number"])
        return JSONResponse({"faults": self._faults.listing()})

    async def reset(self, request: Request) -> Response:
        """Forget everything that happened and switch all faults off; the people on the page stay."""
        self._faults.clear()
        self._ledger.reset()
        return JSONResponse({})

    async def _listing(self, request: Request, name: str, rows: Callable[..., list[Row]]) -> Response:
        """Rows after `since`, of `phone`, at most `limit`; any other parameter names a column and its value.

        With `wait` (seconds) the answer comes once there are `count` such rows (1 if not said), or in the end
        with what there is.
        """
        query = dict(request.query_params)
        phone = _phone(query.pop("phone")) if query.get("phone") else None
        since = int(_number(query, "since", 0))
        limit = int(_number(query, "limit", 500))
        count = int(_number(query, "count", 1))
        wait = min(_number(query, "wait", 0), LONGEST_WAIT)
        seen: list[Row] = []

        def look() -> bool:
            found = rows(phone, since, limit)
            seen[:] = [
                row for row in found if all(str(row.get(key)) == value for key, value in query.items())
            ]
            return len(seen) >= count

        await self._changes.until(look, wait)
        return JSONResponse({name: seen, "last": max((row["id"] for row in seen), default=since)})


async def bad_wish(request: Request, error: Exception) -> Response:
    """The answer to a request that cannot be read."""
    return JSONResponse({"error": str(error)}, 400)


async def _wish(request: Request, types: dict[str, type] | None) -> dict[str, Any]:
    try:
        wish = await request.json()
    except ValueError as error:
        raise BadWish("the body is not JSON") from error
    if not isinstance(wish, dict):
        raise BadWish("the body is not a JSON object")
    given = {key: value for key, value in wish.items() if value is not None}
    if types is not None:
        for key, value in given.items():
            if key not in types or not isinstance(value, types[key]):
                raise BadWish(f"{key}: not known, or not of the right type")
    return given


def _number(query: dict[str, str], name: str, otherwise: float) -> float:
    try:
        return float(query.pop(name, otherwise))
    except ValueError as error:
        raise BadWish(f"{name} must be a number") from error


def _phone(given: str) -> str:
    phone = SEPARATORS.sub("", given) if not bodies.USER_ID.fullmatch(given) else given
    phone = phone if phone.startswith("+") or not phone.isdigit() else f"+{phone}"
    if not bodies.PHONE.fullmatch(phone) and not bodies.USER_ID.fullmatch(phone):
        raise BadWish("phone must be a number with its country code, such as +51987000001, or a user id")
    return phone
