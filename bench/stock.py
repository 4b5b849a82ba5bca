"""Part `stock`: Rasa as `rasa init` leaves it, on this machine in the same run, for comparison.

Its starter assistant knows seven intents of small talk in English and one channel, REST, that waits for
the answer. It is asked the same questions, as often, by as many at once; and then a burst, of the size of the
small one of part `burst`, because of five thousand it would be busy for minutes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import psutil

from bench import burst, line, machine, processes, questions
from bench.processes import Failed, Load
from bench.turns import AT_ONCE, CLOSED_TURNS, PEOPLE
from linea import settings
from linea.settings import ROOT

TRACKER_STORES = {
    "memory": "",
    "sqlite": "tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: {folder}/tracker.db\n",
}
ENVIRONMENT = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}


def measure() -> dict[str, Any]:
    """Turns a second, CPU and memory of the starter with its own tracker store, and with SQLite."""
    folder = processes.fresh_folder("stock")
    described = machine.describe(folder)
    starter = _starter()
    asked = questions.load(settings.load(processes.environment()))
    found = {}
    for name, tracker_store in TRACKER_STORES.items():
        endpoints = folder / f"endpoints-{name}.yml"
        endpoints.write_text(tracker_store.format(folder=folder), encoding="utf-8")
        with _served(starter, endpoints, folder / f"{name}.log") as (process, port), Load() as load:
            pace = {"questions": asked, "port": port, "at_once": AT_ONCE[0]}
            load.ask("rest", phones=questions.phones(0, 8), count=60, **pace)
            watch, load_before = line.Watch(process), os.getloadavg()[0]
            people = questions.phones(PEOPLE, PEOPLE)
            result = load.ask("rest", phones=people, count=CLOSED_TURNS, **pace)
            found[name] = {
                "turns": CLOSED_TURNS,
                "at_once": AT_ONCE[0],
                "turns_per_second": round(CLOSED_TURNS / result["seconds"], 1),
                "latency_ms": machine.percentiles(result["latencies_ms"]),
                "unanswered": result["unanswered"],
                **_spent(watch, CLOSED_TURNS),
                "pss_mib_total": round(sum(processes.pss_mib(processes.tree(process)).values())),
                "load_before": round(load_before, 2),
                "burst": _burst(load, process, port, asked),
            }
            print(f"  {name}: {found[name]}", flush=True)
    return {**described, **found}


def _burst(load: Load, process: psutil.Process, port: int, asked: list[str]) -> dict[str, Any]:
    watch = line.Watch(process)
    script = burst.script(2 * PEOPLE, burst.SMALL, asked)
    result = load.ask("rest", port=port, messages=script)
    return {
        "messages": burst.SMALL,
        "drained_seconds": round(result["seconds"], 1),
        "latency_ms": machine.percentiles(result["latencies_ms"]),
        "unanswered": result["unanswered"],
        "refused": result["refused"],
        **_spent(watch, burst.SMALL),
    }


def _spent(watch: line.Watch, count: int) -> dict[str, Any]:
    found = watch.figures(count, generator=0.0)
    return {name: found[name] for name in ("cpu_ms_per_turn", "others_cpu_percent")}


@contextlib.contextmanager
def _served(starter: Path, endpoints: Path, log: Path) -> Iterator[tuple[psutil.Process, int]]:
    (port,) = processes.free_ports(1)
    command = [sys.executable, "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port)]
    command += ["--endpoints", str(endpoints)]
    address = f"http://127.0.0.1:{port}/webhooks/rest/"
    started = processes.running(
        command,
        processes.environment(**ENVIRONMENT),
        log,
        lambda: processes.page(address).get("status") == "ok",
        cwd=starter,
    )
    with started as process:
        yield process, port


def _starter() -> Path:
    """A trained `rasa init`, made once for each version of Rasa's starter and kept."""
    folder = processes.FOLDER / f"starter-{_hash_of_starter()}"
    if (folder / "trained").is_file():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    print("  training stock Rasa's starter assistant, once", flush=True)
    log = processes.FOLDER / "starter.log"
    with log.open("wb") as output:
        trained = subprocess.run(
            [sys.executable, "-m", "rasa", "init", "--no-prompt", "--init-dir", str(folder)],
            env=processes.environment(**ENVIRONMENT),
            cwd=processes.FOLDER,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if trained.returncode or not list((folder / "models").glob("*.tar.gz")):
        raise Failed(f"rasa init left no model: see {log.relative_to(ROOT)}")
    (folder / "trained").touch()
    return folder


def _hash_of_starter() -> str:
    rasa = distribution("rasa")
    digest = hashlib.sha256(rasa.version.encode())
    for file in sorted(rasa.files or [], key=str):
        if "initial_project" in file.parts and file.suffix in (".yml", ".py"):
            digest.update(file.read_binary())
    return digest.hexdigest()[:12]
