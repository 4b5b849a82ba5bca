"""The simulator's own API, used by the page and by tests: /api/...

A chat is a phone and a channel: every message, request and webhook carries `channel` ("whatsapp" or "sms").
An SMS has Twilio's sid where a WhatsApp message has its wamid; both stand in `wamid`.

GET  /api/state      {people: [{phone, name, user_id, open, shown, hides_phone, stopped, messages: [bubble]}],
                     others: [phone], calls, webhooks, faults}
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
POST /api/media      the bytes of a file, its type as content-type, ?filename=. Answers {id, mime, size,
                     sha256, name}
GET  /api/media/{id} the file itself, for the page
GET  /api/recording  ?phone= &channel= &since= &title=: the chat as a YAML conversation (text)
GET  /api/recordings {recordings: [{name, title, channel, steps}]}; POST {name, phone, channel?, since?,
                     title?} keeps one in the data folder; name: a-z 0-9 _ -
POST /api/replay     {name | recording: YAML, phone?, channel?, wait?}: plays it, with a new person if no
                     phone is named (wait: seconds for each answer, 30). Answers {ok, phone, title, steps:
                     [{send | change | echo | standby | handover | expect: ..., ok, found?, problem?}]} up to
                     the first that fails; the event `replay` tells {phone, step, of, ok}
GET  /api/ledger     {calls, last}: what the line asked of the Graph API and of Twilio
GET  /api/inbox      {webhooks, last}: what was sent to the line, and its answers: `kind` message, status,
                     event (identity, echo, handover) or raw; `given_up`: it does not come again
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
segments, media_id, reaction, edited, removed}. `sender`: person, line, team (the telephone's own app),
twilio (its own answers to STOP, START and HELP) or system: no bubble but what happened, with the `type`
number (`text`: the new one), user_id, device or handover (`text`: taken or passed). Other types are Meta's,
also for SMS (text image audio video document sticker location contacts interactive ...).
`state`: waiting accepted lost (an SMS the line did not take: Twilio asks once) sent delivered read failed.
A reaction, an edit or a revoke is a bubble of its own with `reply_to`, and marks its target: `reaction` (an
emoji), `edited`, `removed`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from linea.simulator import asking, wishes
from linea.simulator.asking import BadWish
from linea.simulator.changes import Changes
from linea.simulator.faults import FaultError, Faults
from linea.simulator.files import Files
from linea.simulator.ledger import Ledger, Row
from linea.simulator.people import People
from linea.simulator.phones import Phones
from linea.simulator.sms import Sms

HEARTBEAT = 15.0  # seconds between signs of life on an open event stream
LONGEST_WAIT = 60.0
PAGE_MESSAGES = 500  # of each person, when a page is opened
PAGE_CALLS = 40
WRITING: asking.Types = {"phone": str, "channel": str, **wishes.WISHES, **wishes.BESIDE}


class Control:
    """The routes, bound to the parts they show and move."""

    def __init__(
        self,
        ledger: Ledger,
        faults: Faults,
        people: People,
        phones: Phones,
        sms: Sms,
        store: Files,
        changes: Changes,
    ) -> None:
        self._ledger = ledger
        self._faults = faults
        self._people = people
        self._phones = phones
        self._sms = sms
        self._files = store
        self._changes = changes

    def routes(self) -> list[Route]:
        """Every route of the control API but those of recordings."""
        return [
            Route("/api/state", self.state),
            Route("/api/events", self.events),
            Route("/api/people", self.people, methods=["GET", "POST"]),
            Route("/api/people/change", self.change, methods=["POST"]),
            Route("/api/messages", self.messages, methods=["GET", "POST"]),
            Route("/api/echo", self.echo, methods=["POST"]),
            Route("/api/standby", self.standby, methods=["POST"]),
            Route("/api/handover", self.handover, methods=["POST"]),
            Route("/api/webhook", self.webhook, methods=["POST"]),
            Route("/api/media", self.upload, methods=["POST"]),
            Route("/api/media/{media_id}", self.file),
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
        """Everybody; POST adds a person or changes one. Opening a chat reads what had been delivered."""
        if request.method == "GET":
            return JSONResponse({"people": self._ledger.people()})
        wish = await asking.wish(
            request, {"phone": str, "name": str, "open": bool, "shown": bool, "hides_phone": bool}
        )
        if "phone" in wish:
            wish["phone"] = asking.phone(wish["phone"])
        known = self._ledger.person(wish["phone"]) if "phone" in wish else None
        person = self._people.change(wish)
        if person["open"] and not (known or {}).get("open"):
            self._phones.open(person["phone"])
        return JSONResponse(person)

    async def change(self, request: Request) -> Response:
        """Another number, user id or telephone; the person."""
        types: asking.Types = {"phone": str, "new_phone": str, "new_user_id": str, "device": bool}
        wish = await asking.wish(request, types, ("phone",))
        phone = asking.phone(wish["phone"])
        if len(wish) != 2:
            raise BadWish("exactly one is needed of: new_phone, new_user_id, device")
        if "new_phone" in wish:
            new = wish["new_phone"] and asking.phone(wish["new_phone"])
            return JSONResponse(self._phones.change_number(phone, new))
        if "new_user_id" in wish:
            return JSONResponse(self._phones.change_user_id(phone, wish["new_user_id"]))
        return JSONResponse(self._phones.change_device(phone))

    async def messages(self, request: Request) -> Response:
        """The chats; POST {phone, channel?, ...a wish}: somebody writes."""
        if request.method == "GET":
            return await self._listing(request, "messages", self._ledger.messages)
        wish = await asking.wish(request, WRITING, ("phone",))
        phone, channel = asking.phone(wish.pop("phone")), asking.channel(wish.pop("channel", None))
        bubbles = (self._sms if channel == "sms" else self._phones).write(phone, wish)
        return JSONResponse({"messages": bubbles} if "album" in wish else bubbles[0])

    async def echo(self, request: Request) -> Response:
        """The team answers from the telephone's own app."""
        wish = await asking.wish(request, {"phone": str, "text": str}, ("phone", "text"))
        return JSONResponse(self._phones.echo(asking.phone(wish["phone"]), wish["text"]))

    async def standby(self, request: Request) -> Response:
        """Somebody writes while another system has the chat."""
        wish = await asking.wish(request, {"phone": str, "text": str}, ("phone", "text"))
        return JSONResponse(self._phones.stand_by(asking.phone(wish["phone"]), wish["text"]))

    async def handover(self, request: Request) -> Response:
        """Another system takes the chat, or gives it back."""
        wish = await asking.wish(request, {"phone": str, "taken": bool}, ("phone", "taken"))
        return JSONResponse(self._phones.hand_over(asking.phone(wish["phone"]), taken=wish["taken"]))

    async def webhook(self, request: Request) -> Response:
        """Any change of any field, signed and sent as it is."""
        wish = await asking.wish(request, {"field": str, "value": dict, "phone": str}, ("field", "value"))
        phone = asking.phone(wish["phone"]) if "phone" in wish else None
        self._phones.webhook(phone, wish["field"], wish["value"])
        return JSONResponse({})

    async def upload(self, request: Request) -> Response:
        """Keep a file that people can send from now on."""
        mime = request.headers.get("content-type", "application/octet-stream")
        file = self._files.keep(await request.body(), mime, request.query_params.get("filename"))
        return JSONResponse({name: file[name] for name in ("id", "mime", "size", "sha256", "name")})

    async def file(self, request: Request) -> Response:
        """A file as the page shows it."""
        file = self._files.get(request.path_params["media_id"])
        if file is None:
            return JSONResponse({"error": "there is no such file"}, 404)
        return Response(file["data"], media_type=file["mime"])

    async def calls(self, request: Request) -> Response:
        """What the line asked of the Graph API and of Twilio."""
        return await self._listing(request, "calls", self._ledger.calls)

    async def inbox(self, request: Request) -> Response:
        """The webhooks sent to the line, and its answers."""
        return await self._listing(request, "webhooks", self._ledger.webhooks)

    async def faults(self, request: Request) -> Response:
        """The faults switched on; POST adds one, DELETE clears all."""
        if request.method == "POST":
            try:
                return JSONResponse(self._faults.add(await asking.wish(request)))
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
        phone = asking.phone(query.pop("phone")) if query.get("phone") else None
        since = int(asking.number(query, "since", 0))
        limit = int(asking.number(query, "limit", 500))
        count = int(asking.number(query, "count", 1))
        wait = min(asking.number(query, "wait", 0), LONGEST_WAIT)
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
