"""Fixtures of the journeys: a fresh line for each file, over the one assistant of all tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from tests.journeys.harness import Assistant, Line

_numbers = itertools.count(900000001)


@pytest.fixture(scope="module")
def line(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line with a ready assistant; its people are told apart by their numbers."""
    running = Line(tmp_path_factory.mktemp("line"), assistant)
    running.start()
    yield running
    running.close()


@pytest.fixture(scope="module")
def line_without_rasa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line whose assistant does not run."""
    running = Line(tmp_path_factory.mktemp("line"))
    running.start()
    yield running
    running.close()


@pytest.fixture
def phone() -> str:
    """The number of somebody who has never written."""
    return f"+51{next(_numbers)}"
