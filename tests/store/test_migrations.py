"""The tables are those that the code needs, in a new database and in one brought up to date."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.command import downgrade
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from linea.store import migrations
from linea.store.models import Base


def test_there_is_one_newest_migration() -> None:
    script = ScriptDirectory.from_config(migrations.config("sqlite://"))
    assert len(script.get_heads()) == 1


def test_an_upgrade_makes_the_folder_and_every_table(tmp_path: Path) -> None:
    path = tmp_path / "not" / "there" / "yet.db"
    migrations.upgrade(f"sqlite:///{path}")
    tables = inspect(create_engine(f"sqlite:///{path}")).get_table_names()
    assert set(tables) == {*Base.metadata.tables, "alembic_version"}


def test_processes_that_start_together_find_the_file_in_the_mode_they_need(database: Path) -> None:
    with create_engine(f"sqlite:///{database}").connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_upgrading_twice_changes_nothing(database: Path) -> None:
    before = database.read_bytes()
    migrations.upgrade(f"sqlite:///{database}")
    assert database.read_bytes() == before


def test_the_migrated_tables_are_the_models_tables(database: Path) -> None:
    with create_engine(f"sqlite:///{database}").connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_migration_can_be_taken_back_and_repeated(database: Path) -> None:
    config = migrations.config(f"sqlite:///{database}")
    downgrade(config, "base")
    assert inspect(create_engine(f"sqlite:///{database}")).get_table_names() == ["alembic_version"]
    migrations.upgrade(f"sqlite:///{database}")
    assert "inbox" in inspect(create_engine(f"sqlite:///{database}")).get_table_names()


def test_a_percent_sign_in_the_address_of_the_database_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "100%.db"
    migrations.upgrade(f"sqlite:///{path}")
    assert path.is_file()
