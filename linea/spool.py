"""Where a webhook waits when the database cannot take it: one fsynced file each, taken in later.

Idea: nyaruka/courier keeps a spool for the same case.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from linea.codes import new_id

DRAFT_SECONDS = 3600


def write(folder: Path, raw: bytes) -> Path:
    """Put a raw body on the disk, synced, name and all. Raises OSError if it could not be."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _sync(folder.parent)
    name = f"{time.time_ns():020}-{new_id()}"  # so that names sort in the order of arrival
    draft, final = folder / f".{name}", folder / f"{name}.body"
    try:
        with draft.open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(final)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    _sync(folder)
    return final


def waiting(folder: Path) -> Iterator[Path]:
    """The bodies to be taken in, the oldest first."""
    if folder.is_dir():
        yield from sorted(folder.glob("*.body"))


def clear_drafts(folder: Path, now: float) -> int:
    """Remove drafts older than an hour at `now` (seconds since 1970): a kill left them, and nobody was
    told that they were kept; how many."""
    old = [path for path in folder.glob(".*") if path.stat().st_mtime < now - DRAFT_SECONDS]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _sync(folder: Path) -> None:
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
