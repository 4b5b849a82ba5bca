"""The content last read without a mistake, kept beside the data: a restart upon a mistake silences nobody.

A running worker keeps what it has when an editor leaves a mistake in a file. One that is started then would
not start at all, and nobody would see who is in danger; it starts with this copy instead.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

FOLDER = "published"


def kept(data_dir: Path) -> tuple[Path, Path]:
    """Where the copies of the bank and of the other content are, if there are any."""
    return data_dir / FOLDER / "bank", data_dir / FOLDER / "content"


def kept_roster(data_dir: Path) -> Path:
    """Where the copy of the roster is, if there is one."""
    return data_dir / FOLDER / "on_call.yml"


def keep(data_dir: Path, bank_dir: Path, content_dir: Path, roster: Path) -> None:
    """Copy the content in the place of the copy from before. Raises OSError if the disk does not take it."""
    draft = data_dir / f".{FOLDER}-{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    try:
        shutil.copytree(content_dir, draft / "content", ignore=_all_but_yaml)
        shutil.copytree(bank_dir, draft / "bank", ignore=_all_but_yaml)
        if roster.is_file():
            shutil.copy(roster, draft / "on_call.yml")
        shutil.rmtree(data_dir / FOLDER, ignore_errors=True)
        draft.rename(data_dir / FOLDER)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _all_but_yaml(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not name.endswith(".yml") and not os.path.isdir(f"{folder}/{name}")]
