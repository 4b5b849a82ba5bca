"""WhatsApp on the people's phones: what they send, what reaches them, and what becomes of it."""

from __future__ import annotations

import asyncio
from typing import Any

from linea.simulator import bodies, envelopes, events
from linea.simulator.changes import Changes
from linea.simulator.delivery import Delivery, Pace, meta_hook
from linea.simulator.faults import Faults
from linea.simulator.ledger import Ledger, Row
from linea.simulator.people import People
from linea.simulator.wishes import Wishes


class Phones:
    """Writes for people, and receives for them what the Graph API has accepted."""

    def __init__(
        self,
        phone_number_id: str,
        ledger: Ledger,
        faults: Faults,
        delivery: Delivery,
        changes: Changes,
        people: People,
        wishes: Wishes,
        pace: Pace,
    ) -> None:
        self._number = phone_number_id
        self._ledger = ledger
        self._faults = faults
        self._delivery = delivery
        self._changes = changes
        self._people = people
        self._wishes = wishes
        self._pace = pace

    # from the person to the line

    def write(self, phone: str, wish: Row) -> list[Row]:
        """Somebody sends what is wished for; the bubbles, whose webhooks are under way. Raises BadWish."""
        person = self._people.person(phone, open_=True)
        return [self._write(person, content) for content in self._wishes.messages(person["phone"], wish)]

    def stand_by(self, phone: str, text: str) -> Row:
        """Somebody writes while another system has the chat: the line gets a copy."""
        person = self._people.person(phone, open_=True)
        return self._write(person, {"type": "text", "text": {"body": text}}, standby=True)

    def _write(self, person: Row, content: Row, *, standby: bool = False) -> Row:
        phone = person["phone"]
        message = {**envelopes.message_from(person, envelopes.new_wamid(phone, incoming=True)), **content}
        part = _part(message)
        bubble = self._ledger.add_message(
            {
                "phone": phone,
                "sender": "person",
                "wamid": str(message["id"]),
                "type": str(message.get("type")),
                "text": _text_of(part),
                "content": {**message, "standby": True} if standby else message,
                "reply_to": _reply_to(message),
                "media_id": part["id"] if self._ledger.has_media(part.get("id")) else None,
                "state": "waiting",
            }
        )
        build = events.standby_webhook if standby else envelopes.message_webhook
        body = build(self._number, person, message)
        self._delivery.spawn(self._delivery.send(meta_hook(phone, "message", body, bubble["wamid"])))
        return bubble

    # what else happens to a chat

    def change_number(self, phone: str, new_phone: str) -> Row:
        """Somebody has another number ("" invents one); the person. Raises BadWish."""
        before = self._people.person(phone, open_=True)
        after = self._people.new_number(before, new_phone)
        return self._happened(after, "number", events.number_changed(before, after), after["phone"])

    def change_user_id(self, phone: str, new_user_id: str) -> Row:
        """Somebody has another user id ("" invents one); the person. Raises BadWish."""
        before = self._people.person(phone, open_=True)
        after = self._people.new_user_id(before, new_user_id)
        return self._happened(after, "user_id", [events.user_id_changed(before, after)], after["user_id"])

    def change_device(self, phone: str) -> Row:
        """WhatsApp is installed anew for this number; the person."""
        person = self._people.person(phone, open_=True)
        return self._happened(person, "device", [events.device_changed(person)], "")

    def hand_over(self, phone: str, *, taken: bool) -> Row:
        """Another system takes the chat, or gives it back; what the chat shows of it."""
        person = self._people.person(phone, open_=True)
        body = events.handover_webhook(self._number, person, taken=taken)
        return self._note(person, "handover", "taken" if taken else "passed", body)

    def echo(self, phone: str, text: str) -> Row:
        """The team answers from the telephone's own app; the bubble, of which the line gets an echo."""
        person = self._people.person(phone, open_=True)
        wamid = envelopes.new_wamid(person["phone"], incoming=False)
        body = events.echo_webhook(self._number, person, wamid, text)
        bubble = self._ledger.add_message(
            {
                "phone": person["phone"],
                "sender": "team",
                "wamid": wamid,
                "type": "text",
                "text": text,
                "content": {"text": {"body": text}},
                "state": "delivered",
            }
        )
        self._delivery.spawn(self._delivery.send(meta_hook(person["phone"], "event", body, wamid)))
        return bubble

    def webhook(self, phone: str | None, field: str, value: Row) -> None:
        """Send any change of any field, as it is given."""
        body = envelopes.webhook(field, value)
        self._delivery.spawn(self._delivery.send(meta_hook(phone, "raw", body)))

    def _happened(self, person: Row, kind: str, messages: list[Row], text: str) -> Row:
        self._note(person, kind, text, events.system_webhook(self._number, messages))
        return person

    def _note(self, person: Row, kind: str, text: str, body: Row) -> Row:
        wamid = envelopes.new_wamid(person["phone"], incoming=True)
        note = {"phone": person["phone"], "sender": "system", "wamid": wamid, "type": kind, "text": text}
        bubble = self._ledger.add_message({**note, "content": body, "state": "delivered"})
        self._delivery.spawn(self._delivery.send(meta_hook(person["phone"], "event", body, wamid)))
        return bubble

    # from the line to the person

    def receive(self, to: str, body: Row) -> Row:
        """A checked message the Graph API has accepted: the bubble, whose statuses are under way."""
        person = self._people.person(to)
        if body.get("type") == "reaction":
            self._ledger.mark(body["reaction"]["message_id"], reaction=body["reaction"]["emoji"] or None)
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

    def open(self, phone: str) -> None:
        """Somebody opens the chat and reads what had been delivered."""
        for message in self._ledger.chat(phone, "line", state="delivered"):
            self._delivery.spawn(self._read(message))

    async def _progress(self, bubble: Row) -> None:
        phone, wamid = bubble["phone"], bubble["wamid"]
        if self._faults.draw(("no_statuses",), phone):
            return
        failed = self._faults.draw(("failed_status",), phone)
        if failed:
            await asyncio.sleep(self._pace.sent)
            self._ledger.set_state(wamid, "failed", failed.code)
            self._report(bubble, "failed", failed.code)
            return
        backwards = self._faults.draw(("statuses_out_of_order",), phone)
        await asyncio.sleep(self._pace.sent)
        self._ledger.set_state(wamid, "sent")
        if not backwards:
            self._report(bubble, "sent")
        await asyncio.sleep(self._pace.delivered)
        self._ledger.set_state(wamid, "delivered")
        if not backwards:
            self._report(bubble, "delivered")
        if self._person_of(bubble)["open"]:
            await self._read(bubble)
        if backwards:
            self._report(bubble, "delivered")
            self._report(bubble, "sent")

    async def _read(self, bubble: Row) -> None:
        await asyncio.sleep(self._pace.read)
        message = self._ledger.message(bubble["wamid"])
        if message and message["state"] == "delivered":
            self._ledger.set_state(bubble["wamid"], "read")
            self._report(bubble, "read")

    def _report(self, bubble: Row, status: str, error: int | None = None) -> None:
        person = self._person_of(bubble)
        body = envelopes.status_webhook(
            self._number, person, bubble["wamid"], status, bubble["outbox_id"], error
        )
        self._delivery.report(meta_hook(person["phone"], "status", body, bubble["wamid"], status=status))

    def _person_of(self, bubble: Row) -> Row:
        """Whose bubble it is, also after the number has changed."""
        known = self._ledger.message(bubble["wamid"]) or bubble
        return self._people.person(known["phone"])


def _part(message: Row) -> Row:
    """The part of a message object that its type names; what was typed or chosen, for some types."""
    kind = message.get("type")
    part: Any = message.get(kind) if isinstance(kind, str) else None
    if kind == "contacts" and isinstance(part, list):
        part = (part[0] if part and isinstance(part[0], dict) else {}).get("name")
    if kind == "interactive" and isinstance(part, dict):
        part = part.get(part.get("type"))
    if kind == "edit" and isinstance(part, dict) and isinstance(part.get("message"), dict):
        part = part["message"].get("text")
    return part if isinstance(part, dict) else {}


def _text_of(part: Row) -> str:
    names = ("body", "title", "text", "caption", "emoji", "filename", "name", "formatted_name", "type")
    return next((str(part[name]) for name in names if isinstance(part.get(name), str)), "")


def _reply_to(message: Row) -> str | None:
    for part, name in (
        ("context", "id"),
        ("reaction", "message_id"),
        ("edit", "original_message_id"),
        ("revoke", "original_message_id"),
    ):
        found = message.get(part)
        if isinstance(found, dict) and isinstance(found.get(name), str):
            return str(found[name])
    return None
