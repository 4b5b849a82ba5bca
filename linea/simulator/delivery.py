"""Carries webhooks to the line over real HTTP: Meta's again and again until it answers 200, Twilio's once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from linea.settings import Settings
from linea.simulator import envelopes, twilio_forms
from linea.simulator.faults import WEBHOOK_KINDS, Faults
from linea.simulator.ledger import Ledger, Row

META_PATH = "/webhooks/whatsapp"
AT_ONCE = 40  # webhooks under way at the same time; Meta sends concurrently and promises no order
ANSWER_SECONDS = 20.0  # Twilio's are 15
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0  # seconds between attempts; Meta's grow to hours, nobody waits here


@dataclass(frozen=True)
class Pace:
    """Seconds from acceptance to `sent`, from there to `delivered`, and from there to `read`."""

    sent: float = 0.05
    delivered: float = 0.3
    read: float = 0.4


@dataclass(frozen=True)
class Hook:
    """One webhook: `kind` is message, status, event or raw; `body` the bytes as text."""

    phone: str | None
    kind: str
    body: str
    channel: str = "whatsapp"
    path: str = META_PATH
    wamid: str | None = None
    status: str | None = None


def meta_hook(phone: str | None, kind: str, body: Row, wamid: str | None = None, **more: Any) -> Hook:
    """A webhook of Meta's with this body."""
    return Hook(phone, kind, envelopes.serialise(body).decode("ascii"), wamid=wamid, **more)


class Delivery:
    """Sends webhooks in the background; every attempt is written into the ledger."""

    def __init__(self, settings: Settings, ledger: Ledger, faults: Faults) -> None:
        host = settings.host if settings.host not in ("0.0.0.0", "::") else "127.0.0.1"
        self._line = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
        self._public_url = settings.public_url
        self._secret = settings.whatsapp_app_secrets[0]
        self._twilio_token = settings.twilio_auth_token
        self._ledger = ledger
        self._faults = faults
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._last: dict[str, asyncio.Task[Any]] = {}
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

    def report(self, hook: Hook) -> None:
        """Send a status once the one before it, of the same message, is done with."""
        wamid = str(hook.wamid)
        before = self._last.get(wamid)

        async def send() -> None:
            if before:
                await asyncio.wait([before])
            await self.send(hook)

        task = self.spawn(send())
        self._last[wamid] = task
        task.add_done_callback(lambda done: self._last.pop(wamid) if self._last.get(wamid) is done else None)

    async def send(self, hook: Hook) -> None:
        """Deliver one webhook; returns once the line has accepted it, or will not be asked again.

        Copies asked for by a fault go out together with it.
        """
        late = self._faults.draw(WEBHOOK_KINDS[1:], hook.phone, hook.kind)
        if late:
            await asyncio.sleep(late.seconds)
        twice = self._faults.draw(WEBHOOK_KINDS[:1], hook.phone, hook.kind)
        rows = [
            self._ledger.add_webhook({**vars(hook), "copy": copy})
            for copy in range(twice.copies if twice else 1)
        ]
        await asyncio.gather(*(self._until_accepted(row) for row in rows))

    async def _until_accepted(self, row: Row) -> None:
        pause = FIRST_PAUSE
        once = row["channel"] == "sms"  # Twilio does not come again
        while True:
            http_status, error = await self._attempt(row)
            accepted = http_status is not None and (200 <= http_status < 300 if once else http_status == 200)
            known = self._ledger.webhook_tried(
                row["id"], http_status, error, accepted=accepted, given_up=once and not accepted
            )
            if accepted or once:
                self._tick_off(row, "accepted" if accepted else "lost")
                return
            if known is None:  # the ledger was emptied: nobody waits for it any more
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _attempt(self, row: Row) -> tuple[int | None, str | None]:
        raw = row["body"].encode("ascii")
        async with self._slots:
            try:
                answer = await self._client.post(
                    self._line + row["path"], content=raw, headers=self._headers(row, raw)
                )
            except httpx.HTTPError as error:
                return None, type(error).__name__
        return answer.status_code, None

    def _headers(self, row: Row, raw: bytes) -> dict[str, str]:
        if row["channel"] == "sms":
            url = self._public_url + row["path"]
            return {
                "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
                "user-agent": "TwilioProxy/1.1",
                "x-twilio-signature": twilio_forms.sign(url, row["body"], self._twilio_token),
            }
        return {
            "content-type": "application/json",
            "user-agent": "facebookexternalua",
            "x-hub-signature-256": envelopes.sign(raw, self._secret),
        }

    def callback_path(self, url: str) -> str | None:
        """The path and query of an address of this line, as Twilio is given it; None if it is not ours."""
        if not url.startswith(self._public_url + "/"):
            return None
        path = url.removeprefix(self._public_url)
        return None if urlsplit(path).fragment else path

    def _tick_off(self, row: Row, state: str) -> None:
        message = self._ledger.message(row["wamid"]) if row["kind"] == "message" and row["wamid"] else None
        if message and message["state"] == "waiting":
            self._ledger.set_state(row["wamid"], state)
