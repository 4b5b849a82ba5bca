"""A supervisor in its own process over tiny programs that write down what happens to them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

PATIENCE = 30  # seconds until a wait for an event gives up; nothing here is judged by its speed

CHILD = """
import os, signal, sys
from linea.supervision import follow_parent
follow_parent()
name, log = sys.argv[1:3]
def note(what):
    with open(log, "a") as file:
        file.write(f"{what} {name} {os.getpid()}\\n")
def stop(number, frame):
    note({signal.SIGTERM: "term", signal.SIGINT: "int"}[number])
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, stop)
print("hola desde", name)
note("start")
while True:
    signal.pause()
"""

SUPERVISOR = """
import sys
from pathlib import Path
from linea.supervision import Program, run
folder, child, log = map(Path, sys.argv[1:4])
run(
    [Program(name, (sys.executable, str(child), name, str(log))) for name in sys.argv[4:]],
    folder,
    lambda line: print(line, flush=True),
)
print("todo apagado", flush=True)
"""


class Supervised:
    """A running supervisor and the log of its programs."""

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self.names = names
        self.log = folder / "log"
        self.out = folder / "out"
        self.log.touch()
        child, main = folder / "child.py", folder / "main.py"
        child.write_text(CHILD)
        main.write_text(SUPERVISOR)
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, str(main), str(folder), str(child), str(self.log), *names],
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            )

    def events(self, what: str) -> list[tuple[str, int]]:
        """The names and process ids of one kind of event, in the order in which they happened."""
        found = re.findall(rf"^{what} (\S+) (\d+)$", self.log.read_text(), re.MULTILINE)
        return [(name, int(pid)) for name, pid in found]

    def wait(self, happened: Callable[[], bool]) -> None:
        """Until `happened()`; fails with the supervisor's output when it never does."""
        give_up = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < give_up, self.log.read_text() + self.out.read_text()
            time.sleep(0.02)

    def wait_started(self) -> None:
        """Until every program runs."""
        self.wait(lambda: {name for name, _ in self.events("start")} == set(self.names))

    def end(self) -> None:
        """Leave nothing behind, whatever the test did."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for _, pid in self.events("start"):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def gone(pid: int) -> bool:
    """True when no such process runs any more (a zombie nobody reaped counts as gone)."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Callable[..., Supervised]]:
    """A function that starts a supervisor over programs of the names given."""
    started: list[Supervised] = []

    def start(*names: str) -> Supervised:
        started.append(Supervised(tmp_path, names))
        started[-1].wait_started()
        return started[-1]

    yield start
    for one in started:
        one.end()
