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
from collections.abc import Iterator
from functools import partial
from typing import Any

import uvloop

from bench.meta import Meta, at, message, person
from bench.wire import Client, Graph
from linea.simulator import envelopes

PATIENCE = 60.0  # seconds without anything happening, then what is missing is lost
SEED = 20


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
    await at(dues, lambda number, due: one(due, *bodies[number]))
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
        who = person(phones[turn % len(phones)])
        yield envelopes.serialise(message(number, who, "¿Dónde me puedo hacer la prueba?")[1])
        for status, back in (("sent", 0), ("delivered", 30), ("read", 150)):
            outbox_id, wamid, phone = known[(turn - back) % len(known)]
            yield envelopes.serialise(
                envelopes.status_webhook(number, person(phone), wamid, status, outbox_id, None)
            )


class Turns:
    """People who ask, and their answers at the Graph API."""

    def __init__(self, meta: Meta) -> None:
        self.meta = meta

    async def run(self, order: dict[str, Any]) -> dict[str, Any]:
        """One phase: `rate` turns a second as chance has it, or `at_once` people waiting at any time."""
        meta, phones, questions = self.meta, order["phones"], order["questions"]
        meta.start_again()
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
            wamid, body = message(meta.number, person(phone), questions[number % len(questions)])
            due_of[wamid] = due
            waiting[phone] += 1
            if await meta.deliver(body) != 200:
                meta.refused += 1
            acknowledged.append((time.monotonic() - due) * 1000)

        meta.answered = answered
        began = time.monotonic()
        if "rate" in order:
            chance = random.Random(SEED)
            moments: list[float] = []
            due = began
            while len(moments) < order["count"]:
                due += chance.expovariate(order["rate"])
                moments.append(due)
            await at(moments, ask)
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
            "generator_cpu_seconds": meta.spent(),
        }

    async def _quiet(self, waiting: Counter[str]) -> None:
        """Until everybody has an answer and every status is delivered, or nothing moves any more."""
        self.meta.moved = time.monotonic()
        while sum(waiting.values()) or self.meta.pending:
            if time.monotonic() - self.meta.moved > PATIENCE:
                return
            await asyncio.sleep(0.05)


async def say(meta: Meta, order: dict[str, Any]) -> dict[str, Any]:
    """`messages` as (second, phone, text), each at its moment whatever became of those before it.

    For each, in the given order: its id, when it was due, when acknowledged, and with which status. Answers
    are not waited for: `reached` tells of them.
    """
    meta.start_again()
    messages = order["messages"]
    sent: list[Any] = [None] * len(messages)

    async def one(number: int, due: float) -> None:
        _, phone, text = messages[number]
        wamid, body = message(meta.number, person(phone), text)
        status = await meta.deliver(body)
        sent[number] = (wamid, due, time.monotonic(), status)

    began = time.monotonic() + 0.2
    await at((began + second for second, _, _ in messages), one)
    return {"sent": sent, "began": began}


async def reached(meta: Meta) -> dict[str, Any]:
    """What the line has sent since the last `say`, once Meta has told it of every delivery."""
    meta.moved = time.monotonic()
    while meta.pending and time.monotonic() - meta.moved < PATIENCE:
        await asyncio.sleep(0.05)
    return {
        "reached": meta.reached,
        "refused": meta.refused,
        "generator_cpu_seconds": meta.spent(),
    }


async def rest(order: dict[str, Any]) -> dict[str, Any]:
    """Stock Rasa's REST channel: `at_once` people who ask again when answered, or `messages` as in `say`."""
    client = Client("127.0.0.1", order["port"], "/webhooks/rest/webhook")
    latencies: list[float] = []
    unanswered = refused = 0

    async def ask(phone: str, text: str, due: float) -> None:
        nonlocal unanswered, refused
        try:
            status, answer = await client.post(json.dumps({"sender": phone, "message": text}).encode())
        except OSError:
            status, answer = 0, b""
        latencies.append((time.monotonic() - due) * 1000)
        refused += status != 200
        unanswered += status != 200 or answer in (b"", b"[]")

    began = time.monotonic()
    if messages := order.get("messages"):
        moments = (began + second for second, _, _ in messages)
        await at(moments, lambda number, due: ask(*messages[number][1:], due))
    else:
        senders, questions = order["phones"], order["questions"]
        numbers = iter(range(order["count"]))

        async def talk() -> None:
            for number in numbers:
                who, text = senders[number % len(senders)], questions[number % len(questions)]
                await ask(who, text, time.monotonic())

        await asyncio.gather(*(talk() for _ in range(order["at_once"])))
    return {
        "latencies_ms": latencies,
        "unanswered": unanswered,
        "refused": refused,
        "seconds": time.monotonic() - began,
    }


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
            if order["do"] == "say":
                result = await say(turns.meta, order)
            elif order["do"] == "reached":
                result = await reached(turns.meta)
            else:
                result = await turns.run(order)
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    uvloop.install()
    asyncio.run(main())
