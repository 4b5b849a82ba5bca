"""The other side, in a process of its own: Meta, the people who write, and whoever talks to stock Rasa.

Reads one order in JSON per line from its parent, carries it out, and answers with one line. Moments are
`time.monotonic()`, which on Linux is the same clock in every process.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import uvloop

from bench.wire import Client, Graph
from linea.simulator import envelopes

PATIENCE = 60.0  # seconds without anything happening, then what is missing is lost
STATUS_AFTER = {"sent": 0.1, "delivered": 0.3, "read": 1.0}  # seconds after the message was accepted
SEED = 20


class Meta:
    """Delivers signed webhooks, and receives what the line sends."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.client = Client("127.0.0.1", order["web_port"], "/webhooks/whatsapp")
        self.number, self.secret = order["phone_number_id"], order["secret"]
        self.reached: list[tuple[str, float]] = []  # outbox id, moment
        self.answered: Callable[[str], None] = lambda phone: None
        self.pending: set[asyncio.Task[None]] = set()
        self.refused = 0
        self.moved = time.monotonic()

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
        self.reached.append((outbox_id, self.moved))
        wamid = envelopes.new_wamid(to, incoming=False)
        task = asyncio.create_task(self._report(to, wamid, outbox_id))
        self.pending.add(task)
        task.add_done_callback(self.pending.discard)
        self.answered(to)
        return wamid

    async def _report(self, to: str, wamid: str, outbox_id: str) -> None:
        began = time.monotonic()
        for status, after in STATUS_AFTER.items():
            await _until(began + after)
            body = envelopes.status_webhook(self.number, _person(to), wamid, status, outbox_id, None)
            if await self.deliver(body) != 200:
                self.refused += 1


async def receive(order: dict[str, Any]) -> dict[str, Any]:
    """`rate` webhooks a second at even distance, one message to three statuses, whatever the answers."""
    meta = Meta(order)
    bodies = [(raw, envelopes.sign(raw, meta.secret)) for raw in _webhooks(order)]
    latencies: list[float] = []
    answers: Counter[int] = Counter()

    async def one(due: float, raw: bytes, signature: str) -> None:
        try:
            status, _ = await meta.client.post(raw, f"X-Hub-Signature-256: {signature}")
        except OSError:
            status = 0
        latencies.append((time.monotonic() - due) * 1000)
        answers[status] += 1

    began = time.monotonic() + 0.2
    dues = (began + number / order["rate"] for number in range(len(bodies)))
    spent = time.process_time()
    await _at(dues, lambda number, due: one(due, *bodies[number]))
    return {
        "latencies_ms": latencies,
        "answers": {str(status): count for status, count in answers.items()},
        "seconds": time.monotonic() - began,
        "generator_cpu_seconds": time.process_time() - spent,
        "connections": meta.client.opened,
    }


def _webhooks(order: dict[str, Any]) -> Iterator[bytes]:
    """Message, `sent`, and further back in time `delivered` and `read`: the way they come in reality."""
    number, known, phones = order["phone_number_id"], order["outbox"], order["phones"]
    for turn in range(order["count"] // 4):
        person = _person(phones[turn % len(phones)])
        yield envelopes.serialise(_message(number, person, "¿Dónde me puedo hacer la prueba?")[1])
        for status, back in (("sent", 0), ("delivered", 30), ("read", 150)):
            outbox_id, wamid, phone = known[(turn - back) % len(known)]
            yield envelopes.serialise(
                envelopes.status_webhook(number, _person(phone), wamid, status, outbox_id, None)
            )


class Turns:
    """People who ask, and their answers at the Graph API."""

    def __init__(self, meta: Meta) -> None:
        self.meta = meta

    async def run(self, order: dict[str, Any]) -> dict[str, Any]:
        """One phase: `rate` turns a second as chance has it, or `at_once` people waiting at any time."""
        meta, phones, questions = self.meta, order["phones"], order["questions"]
        meta.reached, meta.refused = [], 0
        due_of: dict[str, float] = {}
        acknowledged: list[float] = []
        waiting: Counter[str] = Counter()
        free: asyncio.Queue[None] = asyncio.Queue()

        def answered(to: str) -> None:
            if waiting[to]:
                waiting[to] -= 1
                free.put_nowait(None)

        async def ask(number: int, due: float) -> None:
            phone = phones[number % len(phones)]
            wamid, body = _message(meta.number, _person(phone), questions[number % len(questions)])
            due_of[wamid] = due
            waiting[phone] += 1
            if await meta.deliver(body) != 200:
                meta.refused += 1
            acknowledged.append((time.monotonic() - due) * 1000)

        meta.answered = answered
        spent, began = time.process_time(), time.monotonic()
        if "rate" in order:
            chance = random.Random(SEED)
            moments: list[float] = []
            due = began
            while len(moments) < order["count"]:
                due += chance.expovariate(order["rate"])
                moments.append(due)
            await _at(moments, ask)
        else:
            tasks = []
            for number in range(order["count"]):
                if number >= order["at_once"]:
                    try:
                        await asyncio.wait_for(free.get(), PATIENCE)
                    except asyncio.TimeoutError:
                        break
                tasks.append(asyncio.create_task(ask(number, time.monotonic())))
            await asyncio.gather(*tasks)
        await self._quiet(waiting)
        return {
            "due_of": due_of,
            "reached": meta.reached,
            "acknowledged_ms": acknowledged,
            "refused": meta.refused,
            "unanswered": sum(waiting.values()),
            "began": began,
            "generator_cpu_seconds": time.process_time() - spent,
        }

    async def _quiet(self, waiting: Counter[str]) -> None:
        """Until everybody has an answer and every status is delivered, or nothing moves any more."""
        self.meta.moved = time.monotonic()
        while sum(waiting.values()) or self.meta.pending:
            if time.monotonic() - self.meta.moved > PATIENCE:
                return
            await asyncio.sleep(0.05)


async def rest(order: dict[str, Any]) -> dict[str, Any]:
    """Stock Rasa's REST channel: `at_once` people, each asks again when answered."""
    client = Client("127.0.0.1", order["port"], "/webhooks/rest/webhook")
    latencies: list[float] = []
    unanswered = 0
    senders, questions = order["phones"], order["questions"]
    numbers = iter(range(order["count"]))

    async def talk() -> None:
        nonlocal unanswered
        for number in numbers:
            body = {"sender": senders[number % len(senders)], "message": questions[number % len(questions)]}
            began = time.monotonic()
            status, answer = await client.post(json.dumps(body).encode())
            latencies.append((time.monotonic() - began) * 1000)
            unanswered += status != 200 or answer in (b"", b"[]")

    began = time.monotonic()
    await asyncio.gather(*(talk() for _ in range(order["at_once"])))
    return {"latencies_ms": latencies, "unanswered": unanswered, "seconds": time.monotonic() - began}


async def _at(moments: Any, do: Callable[[int, float], Awaitable[None]]) -> None:
    """Start `do` at each of the moments, never waiting for the one before."""
    tasks = []
    for number, due in enumerate(moments):
        await _until(due)
        tasks.append(asyncio.ensure_future(do(number, due)))
    await asyncio.gather(*tasks)


async def _until(moment: float) -> None:
    delay = moment - time.monotonic()
    if delay > 0:
        await asyncio.sleep(delay)


def _person(phone: str) -> dict[str, Any]:
    return {
        "name": "Persona",
        "phone": phone,
        "user_id": f"PE.{phone.lstrip('+'):0>20}",
        "hides_phone": False,
    }


def _message(number: str, person: dict[str, Any], text: str) -> tuple[str, dict[str, Any]]:
    wamid = envelopes.new_wamid(person["phone"], incoming=True)
    message = {**envelopes.message_from(person, wamid), "type": "text", "text": {"body": text}}
    return wamid, envelopes.message_webhook(number, person, message)


async def main() -> None:
    """Orders in, results out, until the parent closes the pipe."""
    loop = asyncio.get_running_loop()
    turns: Turns | None = None
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        if order["do"] == "receive":
            result = await receive(order)
        elif order["do"] == "rest":
            result = await rest(order)
        elif order["do"] == "graph":
            turns = Turns(Meta(order))
            await loop.create_server(partial(Graph, turns.meta.accept), "127.0.0.1", order["graph_port"])
            result = {}
        else:
            assert turns is not None, "the Graph API comes first"
            result = await turns.run(order)
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    uvloop.install()
    asyncio.run(main())
