"""A simulator and a line, fresh for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.simulator.harness import Line, Simulator


@pytest.fixture
def line() -> Iterator[Line]:
    """A line that listens and answers 200."""
    line = Line()
    line.start()
    yield line
    line.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[int], Simulator]]:
    """Starts simulators on one ledger, one after the other."""
    running: list[Simulator] = []

    def start_one(line_port: int) -> Simulator:
        while running:
            running.pop().stop()
        running.append(Simulator(tmp_path, line_port))
        return running[0]

    yield start_one
    while running:
        running.pop().stop()


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """One simulator for many requests that leave nothing behind, with a line that accepts its webhooks."""
    line = Line()
    line.start()
    simulator = Simulator(tmp_path_factory.mktemp("judge"), line.port)
    yield simulator
    simulator.stop()
    line.close()


@pytest.fixture
def simulator(start: Callable[[int], Simulator], line: Line) -> Simulator:
    """A fresh simulator that writes to `line`."""
    return start(line.port)
