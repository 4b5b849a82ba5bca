"""What the database cannot take is on the disk, whole, and comes back in order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from linea import spool

RAW = '{"texto": "ñ \x00"}'.encode() * 1000


def test_a_body_is_on_the_disk_whole_under_its_own_name(tmp_path: Path) -> None:
    path = spool.write(tmp_path / "not" / "there" / "spool", RAW)
    assert path.read_bytes() == RAW
    assert os.listdir(path.parent) == [path.name]


def test_bodies_come_back_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    written = [spool.write(tmp_path, f"{number}".encode()) for number in range(200)]
    assert list(spool.waiting(tmp_path)) == written


def test_a_touched_file_does_not_change_the_order(tmp_path: Path) -> None:
    written = [spool.write(tmp_path, b"x") for _ in range(3)]
    os.utime(written[0])
    assert list(spool.waiting(tmp_path)) == written


def test_without_a_spool_nothing_waits(tmp_path: Path) -> None:
    assert list(spool.waiting(tmp_path / "spool")) == []


def test_a_draft_does_not_wait(tmp_path: Path) -> None:
    (tmp_path / ".draft").write_bytes(b"{")
    assert list(spool.waiting(tmp_path)) == []


def test_a_spool_that_cannot_be_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "spool").touch()
    with pytest.raises(OSError):
        spool.write(tmp_path / "spool", RAW)


@pytest.mark.parametrize("broken", ["fsync", "rename"])
def test_a_body_that_cannot_be_kept_leaves_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, "fsync", full) if broken == "fsync" else (Path, "rename", full)))
    with pytest.raises(OSError, match="No space left"):
        spool.write(tmp_path, RAW)
    assert os.listdir(tmp_path) == []


def test_drafts_that_a_kill_left_behind_are_cleared_away_and_nothing_else(tmp_path: Path) -> None:
    kept = spool.write(tmp_path, RAW)
    old, fresh = tmp_path / ".old", tmp_path / ".fresh"
    for draft in (old, fresh):
        draft.write_bytes(RAW)
    hour_ago = fresh.stat().st_mtime - 3601
    os.utime(old, (hour_ago, hour_ago))
    os.utime(kept, (hour_ago, hour_ago))
    assert spool.clear_drafts(tmp_path, fresh.stat().st_mtime) == 1
    assert sorted(tmp_path.iterdir()) == sorted([fresh, kept])
