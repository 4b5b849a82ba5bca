"""Bringing a database to the tables this code needs; alembic does the work."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import make_url


def upgrade(database_url: str) -> None:
    """Create the database or bring it up to date; nothing if it already is."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(config(database_url), "head")


def config(database_url: str) -> Config:
    """Alembic's configuration for one database; there is no alembic.ini."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "alembic"))
    settings.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return settings
