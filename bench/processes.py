"""Starts what is measured, asks for loads, and reads CPU and memory of whole process trees."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from linea.settings import ROOT

FOLDER = ROOT / "var" / "bench"
PATIENCE = 300.0  # seconds for something to start, training included
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


class Failed(Exception):
    """Something did not start or broke off; the message says what and where to read on."""


def fresh_folder(name: str) -> Path:
    """An empty folder for one part's databases, on the project's own disk."""
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def free_ports(count: int) -> list[int]:
    """Ports nobody holds at this moment."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def environment(**settings: str) -> dict[str, str]:
    """This environment with these settings of the line and no others."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LINEA_")} | settings


@contextlib.contextmanager
def running(
    command: list[str], env: dict[str, str], log: Path, ready: Callable[[], bool], cwd: Path = ROOT
) -> Iterator[psutil.Process]:
    """A process, once `ready` says so; ended with everything below it. Raises Failed if it never is."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"{' '.join(command[1:4])} did not start: see {log.relative_to(ROOT)}")
            time.sleep(0.2)
        yield psutil.Process(process.pid)
    finally:
        _end(process)


def linea(*args: str) -> list[str]:
    """The command line of `linea ARGS`."""
    return [sys.executable, "-m", "linea.cli", *args]


def page(url: str) -> dict[str, Any]:
    """A JSON object from a page, or an empty one while there is none."""
    try:
        with _open(url, timeout=5) as answer:
            found = json.load(answer)
    except urllib.error.HTTPError as error:
        return {"status": error.code}
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


class Load:
    """The load generator (bench/load.py) in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.load"],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Load:
        return self

    def __exit__(self, *error: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        _end(self._process)

    def ask(self, do: str, **order: Any) -> dict[str, Any]:
        """Have an order carried out; its result. Raises Failed if the generator broke."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **order}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise Failed(f"the load generator broke off during {do!r}")
        return dict(json.loads(line))


def tree(root: psutil.Process) -> dict[str, psutil.Process]:
    """The processes below and with `root`, by what they are."""
    return {_name(each): each for each in [root, *root.children(recursive=True)]}


def cpu_seconds(processes: dict[str, psutil.Process]) -> dict[str, float]:
    """User and system time of each process so far."""
    return {name: sum(each.cpu_times()[:2]) for name, each in processes.items()}


def pss_mib(processes: dict[str, psutil.Process]) -> dict[str, float]:
    """Proportional set size of each process: what it holds alone, and its share of what it shares."""
    return {name: round(each.memory_full_info().pss / 2**20, 1) for name, each in processes.items()}


def _name(process: psutil.Process) -> str:
    words = process.cmdline()
    if words[1:3] == ["-m", "linea.cli"]:
        return "supervisor" if words[3] == "run" else words[3]
    for word, name in (("rasa_sdk", "actions"), ("rasa", "rasa")):
        if word in words[2:4]:  # behind `-m`, or behind a launcher of ours
            return name
    return f"{Path(words[0]).name if words else '?'}-{process.pid}"


def _end(process: subprocess.Popen[Any]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
