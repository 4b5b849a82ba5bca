"""The files people sent, as they lie on this disk: sealed, one for each row, gone when the row is gone.

Also the open copies that operators look at, which live for an hour.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection
from pathlib import Path

from linea.codes import new_id
from linea.keys import Keys

DRAFT_SECONDS = 3600
COPY_SECONDS = 3600

Known = Callable[[Collection[str]], set[str]]  # which of these names the database still knows


def folder(data_dir: Path) -> Path:
    """Where the sealed files are."""
    return data_dir / "media"


def copies(data_dir: Path) -> Path:
    """Where open copies are made for an operator, in a folder for each conversation's code."""
    return data_dir / "looking"


def write(data_dir: Path, keys: Keys, file_id: str, content: bytes) -> None:
    """Put a file on the disk, sealed for its id, synced, name and all. Raises OSError if it could not be."""
    place = folder(data_dir)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = place / f".{file_id}.{new_id()}"
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(keys.seal(content, file_id))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place / file_id)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    directory = os.open(place, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def read(data_dir: Path, keys: Keys, file_id: str) -> bytes:
    """The content of a file. Raises OSError if it is not there, ValueError if it is not whole."""
    return keys.unseal((folder(data_dir) / file_id).read_bytes(), file_id)


def remove(data_dir: Path, file_id: str) -> None:
    """Let a file go."""
    (folder(data_dir) / file_id).unlink(missing_ok=True)


def sweep(data_dir: Path, known: Known, now: float) -> int:
    """Remove every file that no row stands for any more, and drafts that a kill left; how many.

    `now` in seconds since 1970; a draft is taken for left behind when it is an hour old. The folder is listed
    before the database is asked, so that a file whose row is newer than the list is never touched.
    """
    place = folder(data_dir)
    paths = list(place.iterdir()) if place.is_dir() else []
    ids = {path: path.name.removeprefix(".").partition(".")[0] for path in paths}
    living = known(sorted(set(ids.values())))
    gone = [path for path in paths if ids[path] not in living or _old_draft(path, now)]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def clear_copies(data_dir: Path, known: Known, now: float) -> int:
    """Remove open copies older than an hour, and all of a conversation that is no more; how many files."""
    place = copies(data_dir)
    folders = [path for path in place.iterdir() if path.is_dir()] if place.is_dir() else []
    living = known(sorted(path.name for path in folders))
    count = 0
    for each in folders:
        files = [path for path in each.rglob("*") if path.is_file()]
        old = [path for path in files if each.name not in living or _age(path, now) > COPY_SECONDS]
        count += len(old)
        for path in old:
            path.unlink(missing_ok=True)
        if len(old) == len(files):
            shutil.rmtree(each, ignore_errors=True)
    return count


def _old_draft(path: Path, now: float) -> bool:
    return path.name.startswith(".") and _age(path, now) > DRAFT_SECONDS


def _age(path: Path, now: float) -> float:
    try:
        return now - path.stat().st_mtime
    except OSError:  # somebody else has just removed it
        return 0.0
