"""The database of the line: tables, sessions, migrations."""

from linea.store.session import Store, StoreUnavailable, insert_once

__all__ = ["Store", "StoreUnavailable", "insert_once"]
