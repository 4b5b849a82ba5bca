"""The process that does the work: watches for danger, takes turns with Rasa, sends, and keeps the night.

Nothing lives in its memory that matters: every step is a transaction, every message in hand is a lease.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from linea import (
    absence,
    clock,
    clock_steps,
    context,
    conversations,
    dispatch,
    erasure,
    inbox,
    keys,
    logs,
    night,
    outbox,
    people,
    rasa_client,
    reception,
    reminders,
    spool,
    watch,
)
from linea.calling import AT_ONCE as PAGES_AT_ONCE
from linea.calling import Calling
from linea.channels.sms.channel import Sms
from linea.channels.whatsapp.channel import WhatsApp
from linea.codes import new_id
from linea.content import Content
from linea.fetching import AT_ONCE as FILES_AT_ONCE
from linea.fetching import Fetching
from linea.messages import SendResult
from linea.settings import Settings
from linea.steps import Step, reached
from linea.store import Store, StoreUnavailable
from linea.store.models import Halt, Heartbeat

# httpcore asks for this module, which nobody brings, at every lock it makes, and Python looks for it in every
# folder each time: a fifth of the worker's CPU. None in its place says at once that it is not there.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]

TURNS_AT_ONCE = 8
SENDS_AT_ONCE = 16
LOOK_EVERY = 0.02  # seconds between two looks at SQLite's data_version, which costs microseconds
LOOK_EVERY_SERVER = 0.2  # the same on a database server, where a look is a query
TICK_EVERY = 1.0
BEAT_EVERY = 2.0
AWAY_DELAY = timedelta(seconds=1)
MAX_BREAKS = 5  # a message in whose turns Rasa broke off this often is taken for the cause
ERASE_EVERY = timedelta(minutes=10)
SEND_TIMEOUT = httpx.Timeout(15.0, connect=5.0)


class Worker:
    """One worker process. `run` returns after `stop`, when everything in hand is done or given back."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.name = new_id()
        self.log = logs.get()
        self.keys = keys.load(settings)
        self.store = Store(settings.database_url)
        self.content = Content(settings, self.log)
        self.stopping = asyncio.Event()
        self.wake = {name: asyncio.Event() for name in ("turns", "sends", "files", "pages")}
        self.in_hand: dict[str, set[asyncio.Task[None]]] = {name: set() for name in self.wake}
        self.assistant_ready = True
        self.halted = False
        self.breaks: dict[int, int] = {}
        self.last_erasure: datetime | None = None

    async def run(self) -> None:
        """Work until stopped."""
        if not self.content.roster.people and not self.content.roster.coordinator:
            self.log.warning("nobody_is_on_call", see="data/on_call.yml")
        async with httpx.AsyncClient(timeout=SEND_TIMEOUT, trust_env=False) as outside:
            self.channels: dict[str, WhatsApp | Sms] = {"whatsapp": WhatsApp(self.settings, outside)}
            if self.settings.sms:
                self.channels["sms"] = Sms(self.settings, outside)
            calling = Calling(self.store, self.settings, self.keys, self.content, self.channels)
            files = Fetching(self.store, self.keys, self.settings.data_dir, self.channels)
            async with httpx.AsyncClient(timeout=10.0, trust_env=False) as self.rasa:
                loops = [
                    self._guard(self._look_for_changes),
                    self._guard(partial(self._work, "turns", TURNS_AT_ONCE, self._next_turns, self._turn)),
                    self._guard(partial(self._work, "sends", SENDS_AT_ONCE, self._next_sends, self._send)),
                    self._guard(partial(self._work, "files", FILES_AT_ONCE, files.take, files.fetch)),
                    self._guard(partial(self._work, "pages", PAGES_AT_ONCE, calling.take, calling.send)),
                    self._guard(self._beat),
                    self._guard(self._tick),
                    self._guard(partial(self._every_second, calling.look)),
                    self._guard(self._drain_spool),
                    self._guard(self._erase),
                ]
                await asyncio.gather(*loops)
                left = [task for tasks in self.in_hand.values() for task in tasks]
                if left:
                    await asyncio.wait(left, timeout=12.0)
        self.store.close()

    def stop(self) -> None:
        """Take nothing new; finish what is in hand."""
        self.stopping.set()
        for event in self.wake.values():
            event.set()

    async def _guard(self, loop: Callable[[], Awaitable[None]]) -> None:
        """A loop that outlives its own mistakes: said in one line, then again."""
        while not self.stopping.is_set():
            try:
                await loop()
            except StoreUnavailable as error:
                self.log.warning("database_unavailable", error=error)
                await self._sleep(1.0)
            except Exception as error:
                self.log.error("loop_broke", error=error)
                await self._sleep(1.0)

    async def _every_second(self, do: Callable[[], Awaitable[None]]) -> None:
        while not self.stopping.is_set():
            await do()
            await self._sleep(TICK_EVERY)

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)

    async def _look_for_changes(self) -> None:
        every = LOOK_EVERY if self.store.sqlite else LOOK_EVERY_SERVER
        deadline = 0.0
        while not self.stopping.is_set():
            if self.store.changed() or time.monotonic() > deadline:
                deadline = time.monotonic() + TICK_EVERY
                for event in self.wake.values():
                    event.set()
            await asyncio.sleep(every)  # not `_sleep`, which at this rate would cost an idle line the most

    async def _work(
        self,
        name: str,
        at_once: int,
        take: Callable[[int], Awaitable[list[Any]]],
        do: Callable[[Any], Coroutine[Any, Any, None]],
    ) -> None:
        """Keep up to `at_once` things in hand, taking more whenever something changed."""
        event, tasks = self.wake[name], self.in_hand[name]
        while not self.stopping.is_set():
            await event.wait()
            event.clear()
            for item in await take(at_once - len(tasks)):
                task = asyncio.create_task(self._hand(do, item, name))
                tasks.add(task)
                task.add_done_callback(tasks.discard)

    async def _hand(self, do: Callable[[Any], Awaitable[None]], item: Any, name: str) -> None:
        try:
            await do(item)
        except StoreUnavailable as error:
            self.log.warning("database_unavailable", error=error)
        except Exception as error:
            self.log.error("work_broke", work=name, error=error)
        self.wake[name].set()

    # -- danger and turns ---------------------------------------------------------------------------

    async def _next_turns(self, room: int) -> list[dispatch.Turn]:
        now = clock.now()
        with self.store.reading() as session:
            if not dispatch.anything_due(session, now):
                return []
        try:
            turns = await self.store.awrite(partial(self._watch_and_prepare, now, room))
        except StoreUnavailable:
            raise
        except Exception:  # danger is seen even where no turn can be made
            await self.store.awrite(partial(self._watch, now))
            raise
        if turns:
            reached(Step.TURN_PREPARED)
        return turns

    def _watch_and_prepare(self, now: datetime, room: int, session: Session) -> list[dispatch.Turn]:
        self._watch(now, session)
        burst = self.settings.burst_pause_seconds > 0
        return dispatch.prepare(session, self.name, now, room, self.content.bank, burst)

    def _watch(self, now: datetime, session: Session) -> None:
        content = self.content
        watch.look(session, content.classify, content.line, now, duty=content.duty, keys=self.keys)

    async def _turn(self, turn: dispatch.Turn) -> None:
        if turn.stop:
            stop = partial(dispatch.finish_stop, keys=self.keys, turn=turn, line=self.content.line)
            await self.store.awrite(lambda session: stop(session, now=clock.now()))
            return
        if turn.right is not None:
            await self._finish(turn, dispatch.Reply((), (), [{"effect": turn.right}]))
            return
        if turn.text is None and turn.payload is None:
            await self.store.awrite(
                lambda session: dispatch.finish_kept(
                    session, turn, self.content.line, clock.now(), self.content.duty
                )
            )
            return
        try:
            answer = await rasa_client.turn(self.rasa, self.settings.rasa_url, self._request(turn))
        except rasa_client.RasaAway as error:
            await self._assistant_away(turn, error)
            return
        except rasa_client.RasaFailed as error:
            self.log.error("turn_failed", conversation=turn.conversation, error=error)
            await self._assistant_failed(turn)
            return
        reached(Step.TURN_ANSWERED)
        self.assistant_ready = True
        self.halted = False
        self.breaks.pop(turn.rows[0], None)
        reply = dispatch.Reply(
            *(answer.messages, answer.events, answer.effects),
            *(answer.intent, answer.suggestions, answer.also),
        )
        await self._finish(turn, reply)

    async def _finish(self, turn: dispatch.Turn, reply: dispatch.Reply) -> None:
        try:
            kept = await self.store.awrite(
                lambda session: dispatch.finish(
                    *(session, self.keys, turn, reply),
                    *(self.content.bank, clock.now(), self.settings.production, self.content.duty),
                )
            )
        except StoreUnavailable:
            raise
        except Exception as error:  # such as a model that names what an editor has taken out of the bank
            self.log.error("turn_not_finished", conversation=turn.conversation, error=error)
            await self._assistant_failed(turn)
            return
        reached(Step.TURN_COMMITTED)
        if not kept:
            self.log.info("turn_thrown_away", conversation=turn.conversation)

    def _request(self, turn: dispatch.Turn) -> dict[str, Any]:
        production = self.settings.production
        parse_data = None
        if turn.payload:
            with contextlib.suppress(rasa_client.UnknownPayload):  # then the option's title is read
                parse_data = rasa_client.parse_data_for(turn.payload, turn.text or "")
        return {
            "turn": f"{turn.conversation}:{turn.rows[0]}",
            "conversation": turn.conversation,
            "channel": turn.channel,
            "text": turn.text,
            "parse_data": parse_data,
            "events": turn.events,
            "context": {**turn.context, **context.of_content(self.content.bank, clock.now(), production)},
        }

    async def _assistant_away(self, turn: dispatch.Turn, error: rasa_client.RasaAway) -> None:
        if self.assistant_ready:
            self.log.warning("assistant_away", error=error)
        self.assistant_ready = False
        row = turn.rows[0]
        if error.broke_off:
            self.breaks[row] = self.breaks.get(row, 0) + 1
        if self.breaks.get(row, 0) >= MAX_BREAKS:
            self.breaks.pop(row)
            await self._assistant_failed(turn)
            return
        await self.store.awrite(partial(self._put_back, turn))

    def _put_back(self, turn: dispatch.Turn, session: Session) -> None:
        now = clock.now()
        dispatch.put_back(session, turn, now, AWAY_DELAY)
        # Here too: Rasa can say that it is well while the action server behind it is not.
        absence.tell_away(session, self.content.line, now, turn.conversation)

    async def _assistant_failed(self, turn: dispatch.Turn) -> None:
        """Held against the message only if the assistant is well for others (DESIGN 5.15)."""
        health = await rasa_client.health(self.rasa, self.settings.rasa_url)
        if not health.ready:
            self.assistant_ready = False
            await self.store.awrite(partial(self._put_back, turn))
            return
        dead = await self.store.awrite(
            lambda session: dispatch.count_failure(
                session, turn, self.content.line, clock.now(), self.content.duty
            )
        )
        if dead:
            self.log.error("message_to_person", conversation=turn.conversation)

    # -- sending ------------------------------------------------------------------------------------

    async def _next_sends(self, room: int) -> list[outbox.Sending]:
        now = clock.now()
        with self.store.reading() as session:
            due = outbox.next_due(session)
        if due is None or due > now or room <= 0:
            return []
        claimed = await self.store.awrite(lambda session: outbox.claim(session, now, room))
        if claimed:
            reached(Step.SEND_CLAIMED)
        return claimed

    async def _send(self, item: outbox.Sending) -> None:
        try:
            with self.store.reading() as session:
                address = people.address_of(session, self.keys, item.person_id)
            channel = self.channels[item.channel]
        except LookupError as error:
            self.log.error("cannot_send", error=error)
            result = SendResult("failed", detail="unsendable")
        else:
            result = await channel.send(item.body, address, item.id, item.attempt)
            reached(Step.SEND_POSTED)
        named = replace(result, external_id=inbox.name_of(self.keys, result.external_id))
        await self.store.awrite(lambda session: outbox.record(session, item, named, clock.now()))
        reached(Step.SEND_RECORDED)
        if result.outcome not in ("accepted", "retry"):
            self.log.warning(f"send_{result.outcome}", code=result.error_code, detail=result.detail)

    # -- what time brings ---------------------------------------------------------------------------

    async def _tick(self) -> None:
        while not self.stopping.is_set():
            if not self.assistant_ready:
                self.assistant_ready = (await rasa_client.health(self.rasa, self.settings.rasa_url)).ready
                if self.assistant_ready:
                    self.log.info("assistant_back")
            await self.store.awrite(partial(self._on_tick, clock.now(), self.assistant_ready))
            await self._remind(clock.now())
            await asyncio.to_thread(self.content.refresh)  # a second of reading, when something changed
            await self._sleep(TICK_EVERY)

    def _on_tick(self, now: datetime, assistant_ready: bool, session: Session) -> None:
        line, duty = self.content.line, self.content.duty
        if clock_steps.release(session, now):
            self.log.warning("clock_was_set_back")
        watch.speak_for_silent_operators(session, line, now, duty)
        outbox.sweep(session, now)
        conversations.end_silent(session, now)
        if not assistant_ready:
            absence.tell_away(session, line, now)
        absence.give_up(session, line, now, duty)

    async def _remind(self, now: datetime) -> None:
        """In a transaction of its own: a mistake in it holds up nothing else of the tick."""
        with self.store.reading() as session:
            if not reminders.any_due(session, now):
                return
        ways = tuple(self.channels)
        await self.store.awrite(
            lambda session: reminders.look(session, self.keys, self.content.bank, ways, now)
        )

    async def _beat(self) -> None:
        while not self.stopping.is_set():
            await self.store.awrite(self._write_beat)
            await self._sleep(BEAT_EVERY)

    def _write_beat(self, session: Session) -> None:
        halted = session.execute(select(Halt.channel)).scalars().all()
        if halted and not self.halted:
            self.log.error("sending_halted", channels=",".join(halted))
        self.halted = bool(halted)
        detail = {"halted": list(halted), "bank": self.content.bank.version, "pid": os.getpid()}
        session.merge(Heartbeat(process="worker", beat_at=clock.now(), detail=detail))

    async def _drain_spool(self) -> None:
        folder = self.settings.data_dir / "spool"
        while not self.stopping.is_set():
            for path in spool.waiting(folder):
                sealed = path.read_bytes()
                await self.store.awrite(partial(self._accept_spooled, sealed))
                reached(Step.SPOOL_ACCEPTED)
                path.unlink()
            await self._sleep(TICK_EVERY)

    def _accept_spooled(self, sealed: bytes, session: Session) -> None:
        raw = sealed
        try:
            raw = self.keys.unseal(sealed, reception.SPOOL)
            with session.begin_nested():
                reception.accept(self.settings, self.keys, reception.Delivery.from_bytes(raw), session)
        except OperationalError:  # the database, not the body: it is read again
            raise
        except Exception as error:
            self.log.error("spooled_body_unreadable", error=error)
            inbox.keep(session, self.keys, "whatsapp", "spooled", raw, clock.now())

    async def _erase(self) -> None:
        while not self.stopping.is_set():
            now = clock.now()
            if self._erasure_due(now):
                await asyncio.to_thread(
                    night.clean, self.store, self.settings.data_dir, self.settings.timezone, now
                )
                spool.clear_drafts(self.settings.data_dir / "spool", now.timestamp())
                self.last_erasure = now
            await self._sleep(TICK_EVERY)

    def _erasure_due(self, now: datetime) -> bool:
        """Every ten minutes, and at once where somebody asked for it."""
        if self.last_erasure is None or now - self.last_erasure >= ERASE_EVERY:
            return True
        with self.store.reading() as session:
            return erasure.asked(session, now, self.last_erasure)


async def serve(settings: Settings) -> None:
    """Run a worker until SIGTERM or SIGINT."""
    worker = Worker(settings)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, worker.stop)
    await worker.run()
