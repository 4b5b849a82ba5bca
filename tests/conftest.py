"""What many tests start from; nothing is built, or even imported, before a test asks for it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from linea.store import Store
    from tests.helpline import Helpline
    from tests.journeys.harness import Assistant


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file brought up to date by the migrations, to be copied, never written to."""
    from linea.store import migrations

    path = tmp_path_factory.mktemp("migrated") / "linea.db"
    migrations.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Path:
    """A migrated SQLite file of this test's own, in a data directory of its own."""
    path = tmp_path / "var" / "linea.db"
    path.parent.mkdir()
    shutil.copy(migrated, path)
    return path


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    """The way to the test's own database."""
    from linea.store import Store

    opened = Store(f"sqlite:///{database}")
    yield opened
    opened.close()


@pytest.fixture
def helpline(store: Store) -> Helpline:
    """A line on a fixed clock over a real database (tests/helpline.py)."""
    from tests.helpline import Helpline

    return Helpline(store)


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Rasa and its action server with the project's own model: one for all tests, as they keep nothing."""
    from linea import settings, training
    from tests.journeys.harness import Assistant

    training.ensure_classifier(settings.load({}))
    training.ensure_model(settings.load({}))
    shared = Assistant(tmp_path_factory.mktemp("assistant"))
    shared.start()
    yield shared
    shared.stop()
