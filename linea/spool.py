"""Where a webhook waits when the database cannot take it: one fsynced file each, taken in later.

Idea: nyaruka/courier keeps a spool for the same case.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from linea.codes import new_id


def write(folder: Path, raw: bytes) -> Path:
    """Put a raw body on the disk, synced, name and all. Raises OSError if it could not be."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{new_id()}"
    final = folder / f"{draft.name[1:]}.body"
    try:
        with draft.open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(final)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return final


def waiting(folder: Path) -> Iterator[Path]:
    """The bodies to be taken in, the oldest first."""
    if folder.is_dir():
        yield from sorted(folder.glob("*.body"), key=lambda path: path.stat().st_mtime_ns)
