"""Tells whoever listens (an open page, a waiting test) what has just changed in the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

LISTENER_LIMIT = 2000  # changes a slow page may fall behind before it has to load everything again

Found = TypeVar("Found")


@dataclass(frozen=True)
class Change:
    """One thing that happened: `person message call webhook faults typing reset behind end`."""

    kind: str
    data: Any = None


class Changes:
    """Fans each change out to all listeners of one event loop; never blocks whoever publishes."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Change]] = set()
        self._ended = False

    def end(self) -> None:
        """Let every listener go, so that open pages do not hold up the end of the process."""
        self._ended = True
        self.publish("end")

    def publish(self, kind: str, data: Any = None) -> None:
        """Hand a change to every listener; one that has fallen behind gets a single `behind` instead."""
        for queue in self._queues:
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(Change("behind"))
            else:
                queue.put_nowait(Change(kind, data))

    @contextmanager
    def _queue(self) -> Iterator[asyncio.Queue[Change]]:
        queue: asyncio.Queue[Change] = asyncio.Queue(LISTENER_LIMIT)
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    async def listen(self, heartbeat: float) -> AsyncIterator[Change | None]:
        """Every change from now on until the end; `None` when `heartbeat` seconds passed without one."""
        with self._queue() as queue:
            while not self._ended:
                try:
                    yield await asyncio.wait_for(queue.get(), heartbeat)
                except asyncio.TimeoutError:
                    yield None

    async def until(self, look: Callable[[], Found], seconds: float) -> Found:
        """What `look` finds as soon as it finds something; what it finds last once `seconds` have passed."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        with self._queue() as queue:
            while True:
                found = look()
                left = end - loop.time()
                if found or left <= 0 or self._ended:
                    return found
                try:
                    await asyncio.wait_for(queue.get(), left)
                except asyncio.TimeoutError:
                    return look()
