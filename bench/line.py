"""All that `linea run` starts, with the load generator in the place of Meta and of the people."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench import machine, processes
from bench.processes import Load
from linea import inbox, keys, settings
from linea.keys import Keys
from linea.settings import Settings

PATIENCE = 60.0  # seconds in which less and less must be left to do
LOOK_EVERY = 0.2
_LEFT = """
    SELECT (SELECT count(*) FROM inbox WHERE state IN ('new', 'waiting'))
         + (SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending'))
"""


@dataclass(frozen=True)
class Line:
    """A line that answers, and who writes to it."""

    load: Load
    supervisor: psutil.Process
    config: Settings
    keys: Keys

    def rows(self, query: str) -> list[Any]:
        """What the line's own database says."""
        path = self.config.data_dir / "linea.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()

    def name_of(self, wamid: str) -> str:
        """By what the line's rows know a message."""
        return str(inbox.name_of(self.keys, wamid))

    def wait_until_drained(self) -> int:
        """Until every message is handled and every answer sent; how many are left when nothing moves."""
        least, moved = -1, time.monotonic()
        while left := int(self.rows(_LEFT)[0][0]):
            if least < 0 or left < least:
                least, moved = left, time.monotonic()
            if time.monotonic() - moved > PATIENCE:
                break
            time.sleep(LOOK_EVERY)
        return left

    def watch(self) -> Watch:
        """What the line's processes and the machine spend from now on."""
        return Watch(self.supervisor)


class Watch:
    """CPU of the line's processes, and what others took of the machine meanwhile."""

    def __init__(self, supervisor: psutil.Process) -> None:
        self._supervisor = supervisor
        self._before, self._clock = self._seconds(), machine.Clock()

    def figures(self, count: int, generator: float) -> dict[str, Any]:
        """CPU for each of `count` turns since the start; `generator`: its own seconds."""
        spent = {part: seconds - self._before.get(part, 0.0) for part, seconds in self._seconds().items()}
        total = sum(spent.values())
        return {
            "cpu_ms_per_turn": round(total * 1000 / count, 1),
            "cpu_ms_per_turn_by_process": {
                part: round(seconds * 1000 / count, 1) for part, seconds in sorted(spent.items())
            },
            "generator_cpu_ms_per_turn": round(generator * 1000 / count, 1),
            "others_cpu_percent": self._clock.others_percent(total + generator),
        }

    def _seconds(self) -> dict[str, float]:
        return processes.cpu_seconds(processes.tree(self._supervisor))


@contextlib.contextmanager
def running(folder: Path, burst_pause: float) -> Iterator[Line]:
    """The line, once the assistant answers; `burst_pause` in seconds."""
    with placed(folder, burst_pause) as (env, config, load):
        started = processes.running(processes.linea("run"), env, folder / "run.log", lambda: is_ready(config))
        with started as supervisor:
            yield Line(load, supervisor, config, keys.load(config))


@contextlib.contextmanager
def placed(folder: Path, burst_pause: float) -> Iterator[tuple[dict[str, str], Settings, Load]]:
    """Environment and settings for a line of its own in `folder`, and a load generator as its Graph API."""
    web, graph, rasa, actions = processes.free_ports(4)
    env = processes.environment(
        LINEA_DATA_DIR=str(folder),
        LINEA_BURST_PAUSE_SECONDS=str(burst_pause),
        LINEA_PORT=str(web),
        LINEA_GRAPH_URL=f"http://127.0.0.1:{graph}/v25.0",
        LINEA_RASA_URL=f"http://127.0.0.1:{rasa}",
        LINEA_ACTIONS_URL=f"http://127.0.0.1:{actions}/webhook",
    )
    config = settings.load(env)
    with Load() as load:
        load.ask(
            "graph",
            web_port=web,
            graph_port=graph,
            phone_number_id=config.whatsapp_phone_number_id,
            secret=config.whatsapp_app_secrets[0],
        )
        yield env, config, load


def is_ready(config: Settings) -> bool:
    """Whether messages are received and the assistant answers them."""
    return bool(processes.page(f"http://127.0.0.1:{config.port}/readyz").get("ready"))
