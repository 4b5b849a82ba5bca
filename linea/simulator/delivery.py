"""Carries webhooks to the line over real HTTP, again and again until it answers 200, as Meta does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx

from linea.settings import Settings
from linea.simulator import envelopes
from linea.simulator.faults import WEBHOOK_KINDS, Faults
from linea.simulator.ledger import Ledger, Row

AT_ONCE = 40  # webhooks under way at the same time; Meta sends concurrently and promises no order
ANSWER_SECONDS = 20.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0  # seconds between attempts; Meta's grow to hours, nobody waits here


@dataclass(frozen=True)
class Pace:
    """Seconds from acceptance to `sent`, from there to `delivered`, and from there to `read`."""

    sent: float = 0.05
    delivered: float = 0.3
    read: float = 0.4


class Delivery:
    """Sends webhooks in the background; every attempt is written into the ledger."""

    def __init__(self, settings: Settings, ledger: Ledger, faults: Faults) -> None:
        host = settings.host if settings.host not in ("0.0.0.0", "::") else "127.0.0.1"
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/webhooks/whatsapp"
        self._secret = settings.whatsapp_app_secrets[0]
        self._ledger = ledger
        self._faults = faults
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._client = httpx.AsyncClient(
            timeout=ANSWER_SECONDS, trust_env=False, limits=httpx.Limits(max_connections=AT_ONCE)
        )

    def spawn(self, work: Any) -> asyncio.Task[Any]:
        """Run a coroutine in the background until `stop`."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def resume(self) -> None:
        """Go on with what the line had not accepted when the simulator was last stopped."""
        for row in self._ledger.open_webhooks():
            self.spawn(self._until_accepted(row))

    async def stop(self) -> None:
        """End everything under way; what the line has not accepted stays in the ledger."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()

    async def send(
        self, phone: str, kind: str, body: Row, wamid: str | None = None, status: str | None = None
    ) -> None:
        """Deliver one webhook (`kind` is "message" or "status"); returns once the line has accepted it.

        Copies asked for by a fault go out together with it.
        """
        late = self._faults.draw(WEBHOOK_KINDS[1:], phone, kind)
        if late:
            await asyncio.sleep(late.seconds)
        twice = self._faults.draw(WEBHOOK_KINDS[:1], phone, kind)
        raw = envelopes.serialise(body).decode("ascii")
        rows = [
            self._ledger.add_webhook(
                {"phone": phone, "kind": kind, "status": status, "wamid": wamid, "copy": copy, "body": raw}
            )
            for copy in range(twice.copies if twice else 1)
        ]
        await asyncio.gather(*(self._until_accepted(row) for row in rows))

    async def _until_accepted(self, row: Row) -> None:
        pause = FIRST_PAUSE
        while True:
            http_status, error = await self._attempt(row["body"].encode("ascii"))
            known = self._ledger.webhook_tried(row["id"], http_status, error)
            if http_status == 200:
                self._tick_off(row)
                return
            if known is None:  # the ledger was emptied: nobody waits for it any more
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _attempt(self, raw: bytes) -> tuple[int | None, str | None]:
        headers = {
            "content-type": "application/json",
            "user-agent": "facebookexternalua",
            "x-hub-signature-256": envelopes.sign(raw, self._secret),
        }
        async with self._slots:
            try:
                answer = await self._client.post(self.url, content=raw, headers=headers)
            except httpx.HTTPError as error:
                return None, type(error).__name__
        return answer.status_code, None

    def _tick_off(self, row: Row) -> None:
        message = self._ledger.message(row["wamid"]) if row["kind"] == "message" and row["wamid"] else None
        if message and message["state"] == "waiting":
            self._ledger.set_state(row["wamid"], "accepted")
