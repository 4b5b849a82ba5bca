"""How alembic reaches the database (batch mode, because SQLite cannot alter a column in place)."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import create_engine, pool

from linea.store.models import Base, UTCDateTime


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """A migration must not change when the models do: our own type is written as what it stores."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UTCDateTime) else False


engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool, future=True)
with engine.connect() as connection:
    if connection.dialect.name == "sqlite":  # kept in the file; later it would need the file to itself
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.commit()  # else alembic takes this transaction for somebody else's and leaves it open
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()
