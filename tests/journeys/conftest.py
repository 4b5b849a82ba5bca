"""Fixtures of the journeys: one assistant for all of them, a fresh line for each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from tests.journeys.harness import Assistant, Line

from linea import settings, training

_numbers = itertools.count(900000001)


@pytest.fixture(scope="session")
def model() -> None:
    """The assistant trained on the project's own data."""
    training.ensure_model(settings.load({}))


@pytest.fixture(scope="session")
def assistant(model: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """A running Rasa and action server."""
    shared = Assistant(tmp_path_factory.mktemp("assistant"))
    shared.start()
    yield shared
    shared.stop()


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
