"""The people with their phones: what they write, what reaches them, and what becomes of it."""

from __future__ import annotations

import asyncio
from typing import Any

from linea.simulator import bodies, envelopes
from linea.simulator.changes import Changes
from linea.simulator.delivery import Delivery, Pace
from linea.simulator.faults import Faults
from linea.simulator.ledger import Ledger, Row

FIRST_PEOPLE = (("+51987000001", "Rosa"), ("+51987000002", "Yuleisy"))
INVENTED = "+51987{:06d}"


class UnknownOption(LookupError):
    """A person tapped something that no message of the line offered, and gave no title for it."""


class Phones:
    """Writes for people, and receives for them what the Graph API has accepted."""

    def __init__(
        self,
        phone_number_id: str,
        ledger: Ledger,
        faults: Faults,
        delivery: Delivery,
        changes: Changes,
        pace: Pace,
    ) -> None:
        self._phone_number_id = phone_number_id
        self._ledger = ledger
        self._faults = faults
        self._delivery = delivery
        self._changes = changes
        self._pace = pace
        self._reports: dict[str, asyncio.Task[Any]] = {}

    def begin(self) -> None:
        """Put the first people on the page of a new ledger."""
        if not self._ledger.people():
            for phone, name in FIRST_PEOPLE:
                self.change({"phone": phone, "name": name, "open": True, "shown": True})

    def person(self, phone: str, *, open_: bool = False) -> Row:
        """The person of this number or user id; somebody new when nobody has it yet."""
        return self._ledger.person(phone) or self.change({"phone": phone, "open": open_})

    def change(self, wish: Row) -> Row:
        """Add a person or change `name open shown hides_phone`; without a phone an invented one is given.

        Opening a chat reads what had been delivered.
        """
        phone = wish.get("phone") or self._free_number()
        known = self._ledger.person(phone)
        nameless = phone.startswith("+")
        row: Row = known or {
            "phone": phone,
            "name": "",
            "user_id": envelopes.user_id_for(phone) if nameless else phone,
            "open": False,
            "shown": False,
            "hides_phone": not nameless,
        }
        wishes: Row = {key: wish[key] for key in ("name", "open", "shown", "hides_phone") if key in wish}
        person = self._ledger.put_person({**row, **wishes})
        if person["open"] and not (known or {}).get("open"):
            for message in self._ledger.line_messages(person["phone"], state="delivered"):
                self._delivery.spawn(self._read(person["phone"], message["wamid"], message["outbox_id"]))
        return person

    # from the person to the line

    def write_text(self, phone: str, text: str, reply_to: str | None = None) -> Row:
        """A person writes; the bubble, whose webhook is under way."""
        context = {"context": {"from": envelopes.DISPLAY_NUMBER, "id": reply_to}} if reply_to else {}
        return self._write(phone, {"type": "text", "text": {"body": text}, **context})

    def tap(self, phone: str, option_id: str, title: str | None = None, reply_to: str | None = None) -> Row:
        """A person taps a button or a list row, of the message `reply_to` or of the newest that offers it.

        With a `title`, an id that nobody offered is sent too (stale or forged). Else: UnknownOption.
        """
        person = self.person(phone, open_=True)
        for message in self._ledger.line_messages(person["phone"]):
            for option in bodies.options(message["content"]):
                if option["id"] == option_id and reply_to in (None, message["wamid"]):
                    return self._write(phone, _tapped(option, message["wamid"]))
        if title is None:
            raise UnknownOption(option_id)
        return self._write(
            phone, _tapped({"kind": "button_reply", "id": option_id, "title": title}, reply_to)
        )

    def write_raw(self, phone: str, raw: Row) -> Row:
        """A person sends any message object; what every message has is added where it is missing."""
        return self._write(phone, raw)

    def _write(self, phone: str, content: Row) -> Row:
        person = self.person(phone, open_=True)
        message = {**envelopes.message_from(person, envelopes.new_wamid(phone, incoming=True)), **content}
        bubble = self._ledger.add_message(
            {
                "phone": person["phone"],
                "sender": "person",
                "wamid": str(message["id"]),
                "type": str(message.get("type")),
                "text": _text_of(message),
                "content": message,
                "reply_to": _reply_to(message),
                "state": "waiting",
            }
        )
        body = envelopes.message_webhook(self._phone_number_id, person, message)
        self._delivery.spawn(self._delivery.send(person["phone"], "message", body, bubble["wamid"]))
        return bubble

    # from the line to the person

    def receive(self, to: str, body: Row) -> Row:
        """A checked message the Graph API has accepted: the bubble, whose statuses are under way."""
        person = self.person(to)
        bubble = self._ledger.add_message(
            {
                "phone": person["phone"],
                "sender": "line",
                "wamid": envelopes.new_wamid(person["phone"], incoming=False),
                "type": body.get("type", "text"),
                "text": bodies.shown(body),
                "content": body,
                "reply_to": (body.get("context") or {}).get("message_id"),
                "outbox_id": body.get("biz_opaque_callback_data"),
                "state": "accepted",
            }
        )
        self._delivery.spawn(self._progress(bubble))
        return bubble

    def mark_read(self, wamid: str, *, typing: bool) -> str | None:
        """The line has read a message, and perhaps types; the phone it came from, None if it is unknown."""
        message = self._ledger.message(wamid)
        if message is None or message["sender"] != "person":
            return None
        self._ledger.set_state(wamid, "read")
        if typing:
            self._changes.publish("typing", {"phone": message["phone"]})
        return str(message["phone"])

    async def _progress(self, bubble: Row) -> None:
        phone, wamid, outbox_id = bubble["phone"], bubble["wamid"], bubble["outbox_id"]
        if self._faults.draw(("no_statuses",), phone):
            return
        failed = self._faults.draw(("failed_status",), phone)
        if failed:
            await asyncio.sleep(self._pace.sent)
            self._ledger.set_state(wamid, "failed", failed.code)
            self._report(phone, wamid, outbox_id, "failed", failed.code)
            return
        backwards = self._faults.draw(("statuses_out_of_order",), phone)
        await asyncio.sleep(self._pace.sent)
        self._ledger.set_state(wamid, "sent")
        if not backwards:
            self._report(phone, wamid, outbox_id, "sent")
        await asyncio.sleep(self._pace.delivered)
        self._ledger.set_state(wamid, "delivered")
        if not backwards:
            self._report(phone, wamid, outbox_id, "delivered")
        if self.person(phone)["open"]:
            await self._read(phone, wamid, outbox_id)
        if backwards:
            self._report(phone, wamid, outbox_id, "delivered")
            self._report(phone, wamid, outbox_id, "sent")

    async def _read(self, phone: str, wamid: str, outbox_id: str | None) -> None:
        await asyncio.sleep(self._pace.read)
        message = self._ledger.message(wamid)
        if message and message["state"] == "delivered":
            self._ledger.set_state(wamid, "read")
            self._report(phone, wamid, outbox_id, "read")

    def _report(
        self, phone: str, wamid: str, outbox_id: str | None, status: str, error: int | None = None
    ) -> None:
        """Send a status webhook once the line has accepted the one before it."""
        person = self.person(phone)
        body = envelopes.status_webhook(self._phone_number_id, person, wamid, status, outbox_id, error)
        before = self._reports.get(wamid)

        async def report() -> None:
            if before:
                await asyncio.wait([before])
            await self._delivery.send(phone, "status", body, wamid, status)

        task = self._delivery.spawn(report())
        self._reports[wamid] = task
        task.add_done_callback(lambda done: self._forget_report(wamid, done))

    def _forget_report(self, wamid: str, task: asyncio.Task[Any]) -> None:
        if self._reports.get(wamid) is task:
            del self._reports[wamid]

    def _free_number(self) -> str:
        taken = {person["phone"] for person in self._ledger.people()}
        return next(n for n in (INVENTED.format(i) for i in range(1, 10**6)) if n not in taken)


def _tapped(option: Row, wamid: str | None) -> Row:
    reply = {key: option[key] for key in ("id", "title", "description") if option.get(key) is not None}
    context = {"context": {"from": envelopes.DISPLAY_NUMBER, "id": wamid}} if wamid else {}
    return {"type": "interactive", "interactive": {"type": option["kind"], option["kind"]: reply}, **context}


def _text_of(message: Row) -> str:
    kind = message.get("type")
    content = message.get(kind) if isinstance(kind, str) else None
    if not isinstance(content, dict):
        return ""
    if kind == "interactive":
        reply = content.get(content.get("type"))
        content = reply if isinstance(reply, dict) else {}
    for key in ("body", "title", "text", "caption", "emoji", "filename", "name"):
        if isinstance(content.get(key), str):
            return str(content[key])
    return ""


def _reply_to(message: Row) -> str | None:
    context = message.get("context")
    return context.get("id") if isinstance(context, dict) and isinstance(context.get("id"), str) else None
