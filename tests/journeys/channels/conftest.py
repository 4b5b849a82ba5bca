"""One line for all journeys about what people send: they leave it as they found it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.harness import Assistant, Line


@pytest.fixture(scope="session")
def line(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line with somebody at work, for several files; its people are told apart by their numbers."""
    running = Line(tmp_path_factory.mktemp("line"), assistant)
    running.start()
    running.cli("shift", "start", "--as", "Ana")  # somebody can look at a file and listen
    yield running
    running.close()
