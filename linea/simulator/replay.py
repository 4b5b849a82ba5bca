"""Plays a recorded conversation with a person of the simulator, and says where the line differs."""

from __future__ import annotations

from typing import Any

from linea.simulator import recording
from linea.simulator.asking import BadWish
from linea.simulator.changes import Changes
from linea.simulator.ledger import Ledger, Row
from linea.simulator.people import People
from linea.simulator.phones import Phones
from linea.simulator.recording import Conversation
from linea.simulator.sms import Sms

ACCEPTED_SECONDS = 20.0  # after which the line should have taken what somebody sent


class Player:
    """Sends each step when the one before it has arrived, and waits for what the line should say."""

    def __init__(self, ledger: Ledger, changes: Changes, people: People, phones: Phones, sms: Sms) -> None:
        self._ledger = ledger
        self._changes = changes
        self._people = people
        self._phones = phones
        self._sms = sms

    async def play(self, conversation: Conversation, phone: str, wait: float) -> Row:
        """What became of each step; ends at the first `expect` that is not met within `wait` seconds.

        Raises BadWish for a step that cannot be sent.
        """
        self._people.change({"phone": phone, "open": True, "shown": True})
        rows = self._ledger.messages(phone)
        heard = rows[-1]["id"] if rows else 0
        told: list[Row] = []
        for number, (kind, value) in enumerate(conversation.steps, 1):
            step: Row = {kind: value, "ok": True}
            if kind == "expect":
                found = await self._next(phone, conversation.channel, heard, wait)
                problem = "nothing came" if found is None else recording.missing(value, found)
                heard = found["id"] if found else heard
                step |= {"ok": problem is None, "found": found and found["text"], "problem": problem}
            else:
                try:
                    phone = await self._do(kind, value, phone, conversation.channel)
                except BadWish as error:
                    step |= {"ok": False, "problem": str(error)}
            told.append(step)
            progress = {"phone": phone, "step": number, "of": len(conversation.steps), "ok": step["ok"]}
            self._changes.publish("replay", progress)
            if not step["ok"]:
                break
        ok = all(step["ok"] for step in told)
        return {"ok": ok, "phone": phone, "title": conversation.title, "steps": told}

    async def _do(self, kind: str, value: Any, phone: str, channel: str) -> str:
        """Send one step; the number of the person afterwards."""
        if kind == "send":
            bubbles = (self._sms if channel == "sms" else self._phones).write(phone, value)
            await self._arrived([bubble["wamid"] for bubble in bubbles])
        elif kind == "standby":
            await self._arrived([self._phones.stand_by(phone, value)["wamid"]])
        elif kind == "echo":
            await self._told(self._phones.echo(phone, value)["wamid"])
        elif kind == "handover":
            await self._told(self._phones.hand_over(phone, taken=value == "taken")["wamid"])
        else:
            phone = self._change(value, phone)
            await self._told(self._ledger.messages(phone)[-1]["wamid"])
        return phone

    def _change(self, what: str, phone: str) -> str:
        if what == "number":
            return str(self._phones.change_number(phone, "")["phone"])
        if what == "user_id":
            return str(self._phones.change_user_id(phone, "")["phone"])
        return str(self._phones.change_device(phone)["phone"])

    async def _arrived(self, wamids: list[str]) -> None:
        """Wait until the line has taken these, so that what comes next comes after them."""

        def look() -> bool:
            found = [self._ledger.message(wamid) for wamid in wamids]
            return all(message is None or message["state"] != "waiting" for message in found)

        await self._changes.until(look, ACCEPTED_SECONDS)

    async def _told(self, wamid: str) -> None:
        await self._changes.until(
            lambda: any(
                row["wamid"] == wamid and row["accepted_at"] for row in self._ledger.webhooks(limit=50)
            ),
            ACCEPTED_SECONDS,
        )

    async def _next(self, phone: str, channel: str, since: int, wait: float) -> Row | None:
        def look() -> Row | None:
            for row in self._ledger.messages(phone, since):
                if row["sender"] == "line" and row["channel"] == channel and row["type"] != "reaction":
                    return row
            return None

        return await self._changes.until(look, wait)
