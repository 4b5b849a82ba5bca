"""Part `receive`: the web process alone under a steady stream of signed webhooks, everything kept."""

from __future__ import annotations

from functools import partial
from typing import Any

import psutil
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bench import machine, processes
from bench.processes import Load
from linea import clock, conversations, inbox, keys, outbox, people, settings
from linea.codes import new_id
from linea.messages import Body, Sender
from linea.settings import Settings
from linea.store import Store
from linea.store.models import Conversation, InboxRow, OutboxRow, UnreadBody

RATE, SECONDS = 300, 60  # issue 2
GOAL_P99_MS = 100.0
STEPS, STEP_SECONDS = (400, 500, 600, 800, 1000, 1200, 1500), 8
WRITERS, KNOWN = 2000, 500  # people who write; how many of them have written before
SEED_BATCH = 500

Known = list[tuple[str, str, str]]  # outbox id, wamid, phone


def measure() -> dict[str, Any]:
    """Latencies at 300 webhooks a second, what was lost, and the highest rate within 100 ms."""
    folder = processes.fresh_folder("receive")
    described = machine.describe(folder)
    (port,) = processes.free_ports(1)
    env = processes.environment(LINEA_DATA_DIR=str(folder), LINEA_PORT=str(port))
    config = settings.load(env)
    with processes.running(processes.linea("migrate"), env, folder / "migrate.log", lambda: True) as migrate:
        migrate.wait()
    counts = [RATE * SECONDS, *(rate * STEP_SECONDS for rate in STEPS)]
    store = Store(config.database_url)
    known = _seed(store, config, sum(counts) // 4)
    url = f"http://127.0.0.1:{port}/healthz"
    web = processes.running(
        processes.linea("web"), env, folder / "web.log", lambda: bool(processes.page(url))
    )
    with web as process, Load() as load:
        figures = _at_rate(load, process, store, config, port, RATE, counts[0], known)
        print(f"  {RATE}/s: p99 {figures['latency_ms']['p99']} ms, lost {figures['lost']}", flush=True)
        steps = []
        for rate, count in zip(STEPS, counts[1:], strict=True):
            step = _at_rate(load, process, store, config, port, rate, count, known)
            steps.append(step)
            print(f"  {rate}/s: p99 {step['latency_ms']['p99']} ms, lost {step['lost']}", flush=True)
            if step["latency_ms"]["p99"] > GOAL_P99_MS:
                break
    store.close()
    held = [s["rate"] for s in [figures, *steps] if s["latency_ms"]["p99"] <= GOAL_P99_MS]
    highest = max(held, default=0)
    lost = figures["lost"] + sum(step["lost"] for step in steps)
    return {
        **described,
        "steady": figures,
        "steps": steps,
        "highest_rate_within_goal": highest,
        "lost": lost,
    }


def _at_rate(
    load: Load,
    web: psutil.Process,
    store: Store,
    config: Settings,
    port: int,
    rate: int,
    count: int,
    known: Known,
) -> dict[str, Any]:
    mine = [known.pop() for _ in range(count // 4)]
    before = _stored(store, mine)
    spent, watch = processes.cpu_seconds({"web": web})["web"], machine.Clock()
    result = load.ask(
        "receive",
        web_port=port,
        phone_number_id=config.whatsapp_phone_number_id,
        secret=config.whatsapp_app_secrets[0],
        rate=rate,
        count=count,
        outbox=mine,
        phones=[_phone(number) for number in range(WRITERS)],
    )
    spent = processes.cpu_seconds({"web": web})["web"] - spent
    kept = {name: value - before[name] for name, value in _stored(store, mine).items()}
    spooled = len(list((config.data_dir / "spool").glob("*")))
    return {
        "rate": rate,
        "webhooks": count,
        "seconds": round(result["seconds"], 1),
        "latency_ms": machine.percentiles(result["latencies_ms"]),
        "answers": result["answers"],
        "messages_kept": kept["messages"],
        "statuses_kept": kept["read"] * 3,
        "spooled": spooled,
        "lost": max(0, count - kept["messages"] - kept["read"] * 3 - spooled) + kept["unread"],
        "connections": result["connections"],
        "cpu_ms_per_webhook": round(spent * 1000 / count, 2),
        "generator_cpu_percent_of_a_core": round(result["generator_cpu_seconds"] / result["seconds"] * 100),
        "others_cpu_percent": watch.others_percent(spent + result["generator_cpu_seconds"]),
    }


def _stored(store: Store, mine: Known) -> dict[str, int]:
    with store.reading() as session:
        ids = [outbox_id for outbox_id, _, _ in mine]
        read = 0
        for start in range(0, len(ids), SEED_BATCH):
            some = OutboxRow.id.in_(ids[start : start + SEED_BATCH])
            query = select(func.count()).select_from(OutboxRow).where(some, OutboxRow.state == "read")
            read += session.execute(query).scalar_one()
        messages = session.execute(select(func.count()).select_from(InboxRow)).scalar_one()
        unread = session.execute(select(func.count()).select_from(UnreadBody)).scalar_one()
    return {"messages": messages, "read": read, "unread": unread}


def _seed(store: Store, config: Settings, count: int) -> Known:
    """Messages the line has sent to people it knows, waiting for their statuses."""
    secret, now = keys.load(config), clock.now()
    found: Known = []

    def some(numbers: range, session: Session) -> None:
        for number in numbers:
            phone = _phone(number % KNOWN)
            sender = Sender(phone, f"PE.{phone.lstrip('+'):0>20}")
            person = people.resolve(session, secret, sender, now)
            assert person is not None
            conversation = session.get(Conversation, conversations.current(session, person, "whatsapp", now))
            (outbox_id,) = outbox.add(session, conversation, [Body("Hola.")], "bot", now)
            wamid = f"wamid.{new_id()}"
            row = update(OutboxRow).where(OutboxRow.id == outbox_id)
            session.execute(
                row.values(state="accepted", external_id=inbox.name_of(secret, wamid), attempts=1)
            )
            found.append((outbox_id, wamid, phone))

    for start in range(0, count, SEED_BATCH):
        numbers = range(start, min(start + SEED_BATCH, count))
        store.write(partial(some, numbers))
    return found


def _phone(number: int) -> str:
    return f"+519{number:08d}"
