"""One line for all journeys about what people send: they leave it as they found it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.harness import Assistant, Line


@pytest.fixture(scope="session")
def line(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line with a ready assistant, for several files; its people are told apart by their numbers."""
    running = Line(tmp_path_factory.mktemp("line"), assistant)
    running.start()
    yield running
    running.close()
