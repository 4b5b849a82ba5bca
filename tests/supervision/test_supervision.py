"""The supervisor restarts what dies, stops in order, and leaves nobody behind."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from linea import settings as settings_module
from linea import supervision

from .conftest import PATIENCE, Supervised, gone

Start = Callable[..., Supervised]


def test_a_killed_process_is_started_again_and_said(supervised: Start) -> None:
    line = supervised("web", "worker")
    first = dict(line.events("start"))["web"]
    os.kill(first, signal.SIGKILL)
    line.wait(lambda: [name for name, _ in line.events("start")].count("web") == 2)
    assert not gone(dict(line.events("start"))["worker"])
    line.wait(
        lambda: "se enciende otra vez" in line.out.read_text() or "otro intento" in line.out.read_text()
    )


def test_what_a_process_prints_reaches_the_terminal_with_its_name(supervised: Start) -> None:
    line = supervised("web", "simulator")
    line.wait(lambda: "web       | hola desde web" in line.out.read_text())
    line.wait(lambda: "simulator | hola desde simulator" in line.out.read_text())


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_stopping_goes_in_order_one_after_the_other(supervised: Start, stop: signal.Signals) -> None:
    names = ("web", "worker", "rasa", "actions", "simulator")
    line = supervised(*names)
    os.killpg(line.process.pid, stop)  # as Ctrl-C does: to the whole group of the terminal
    assert line.process.wait(PATIENCE) == 0
    assert [name for name, _ in line.events("term")] == list(names)
    assert line.events("int") == [], "the terminal's SIGINT reached a child"
    assert "todo apagado" in line.out.read_text()


def test_nobody_outlives_a_killed_supervisor(supervised: Start) -> None:
    line = supervised("web", "worker", "rasa")
    line.process.kill()
    line.process.wait(PATIENCE)
    line.wait(lambda: all(gone(pid) for _, pid in line.events("start")))


def test_a_child_whose_supervisor_is_already_gone_ends_at_once() -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait(PATIENCE)
    code = "from linea.supervision import follow_parent; follow_parent(); print('still here')"
    child = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, supervision.PARENT: str(dead.pid)},
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL
    assert child.stdout == b""


def test_without_a_supervisor_a_child_simply_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(supervision.PARENT, raising=False)
    supervision.follow_parent()


def test_after_a_failed_training_rasa_is_started_all_the_same() -> None:
    code = (
        "import sys; from linea.supervision import one_after_another as run;"
        "run([sys.executable, '-c', 'raise SystemExit(7)'], [sys.executable, '-c', 'print(1)'])"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=PATIENCE, check=False)
    assert (child.returncode, child.stdout) == (0, b"1\n")


def test_training_gives_way_to_the_others_and_the_same_process_then_becomes_rasa() -> None:
    code = (
        "import os, sys; from linea.supervision import one_after_another as run;"
        "look = 'import os; print(os.getpid(), os.nice(0), flush=True)';"
        "print(os.getpid(), os.nice(0), flush=True);"
        "run([sys.executable, '-c', look], [sys.executable, '-c', look])"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=PATIENCE, check=True)
    (chain, usual), (training, low), (rasa, normal) = (line.split() for line in child.stdout.splitlines())
    assert training != chain == rasa
    assert int(low) == int(usual) + supervision.NICE
    assert normal == usual


def test_only_what_belongs_on_this_machine_is_run_here() -> None:
    here = settings_module.load({})
    assert [program.name for program in supervision.programs(here)] == [
        "web", "worker", "rasa", "actions", "simulator",
    ]  # fmt: skip
    apart = dataclasses.replace(here, rasa_url="http://rasa.example:5005", uses_simulator=False)
    assert [program.name for program in supervision.programs(apart)] == ["web", "worker", "actions"]
