"""Meta and the people who write, as the load generator plays them: signed webhooks in, messages out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from bench.wire import Client
from linea.simulator import envelopes

STATUS_AFTER = {"sent": 0.1, "delivered": 0.3, "read": 1.0}  # seconds after the message was accepted


class Meta:
    """Delivers signed webhooks, and receives what the line sends."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.client = Client("127.0.0.1", order["web_port"], "/webhooks/whatsapp")
        self.number, self.secret = order["phone_number_id"], order["secret"]
        self.answered: Callable[[str], None] = lambda phone: None
        self.pending: set[asyncio.Task[None]] = set()
        self.moved = time.monotonic()
        self.start_again()

    def start_again(self) -> None:
        """Forget what has been counted so far."""
        self.reached: list[tuple[str, float, str]] = []  # outbox id, moment, to whom
        self.refused = 0
        self._spent = time.process_time()

    def spent(self) -> float:
        """Seconds of CPU this process has used since then."""
        return time.process_time() - self._spent

    async def deliver(self, body: dict[str, Any]) -> int:
        """One webhook; the status of the answer, 0 when there was none."""
        raw = envelopes.serialise(body)
        try:
            status, _ = await self.client.post(
                raw, f"X-Hub-Signature-256: {envelopes.sign(raw, self.secret)}"
            )
        except OSError:
            return 0
        return status

    def accept(self, to: str, outbox_id: str) -> str:
        """A message of the line: it is sent, delivered and read, and Meta says so in three webhooks."""
        self.moved = time.monotonic()
        self.reached.append((outbox_id, self.moved, to))
        wamid = envelopes.new_wamid(to, incoming=False)
        task = asyncio.create_task(self._report(to, wamid, outbox_id))
        self.pending.add(task)
        task.add_done_callback(self.pending.discard)
        self.answered(to)
        return wamid

    async def _report(self, to: str, wamid: str, outbox_id: str) -> None:
        began = time.monotonic()
        for status, after in STATUS_AFTER.items():
            await until(began + after)
            body = envelopes.status_webhook(self.number, person(to), wamid, status, outbox_id, None)
            if await self.deliver(body) != 200:
                self.refused += 1


async def at(moments: Iterable[float], do: Callable[[int, float], Awaitable[None]]) -> None:
    """Start `do` at each of the moments, never waiting for the one before."""
    tasks = []
    for number, due in enumerate(moments):
        await until(due)
        tasks.append(asyncio.ensure_future(do(number, due)))
    await asyncio.gather(*tasks)


async def until(moment: float) -> None:
    """Sleep until this moment of `time.monotonic()`, if it is still to come."""
    delay = moment - time.monotonic()
    if delay > 0:
        await asyncio.sleep(delay)


def person(phone: str) -> dict[str, Any]:
    """Somebody with this number, as the envelopes take them."""
    return {
        "name": "Persona",
        "phone": phone,
        "user_id": f"PE.{phone.lstrip('+'):0>20}",
        "hides_phone": False,
    }


def message(number: str, who: dict[str, Any], text: str) -> tuple[str, dict[str, Any]]:
    """The id and the webhook of a text."""
    wamid = envelopes.new_wamid(who["phone"], incoming=True)
    written = {**envelopes.message_from(who, wamid), "type": "text", "text": {"body": text}}
    return wamid, envelopes.message_webhook(number, who, written)
