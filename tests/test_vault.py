"""A file that somebody sent lies sealed on this disk, whole or not at all, and goes when its row is gone."""

from __future__ import annotations

import os
import resource
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from linea import vault
from linea.keys import Keys

KEYS = Keys({"1": b"e" * 32}, b"h" * 32)
NOW = 1_800_000_000.0
CONTENT = b"canary " * 500


def nobody(names: Collection[str]) -> set[str]:
    return set()


def everybody(names: Collection[str]) -> set[str]:
    return set(names)


def only(*known: str) -> vault.Known:
    return lambda names: set(names) & set(known)


def aged(path: Path, seconds: float) -> Path:
    """The file as if it had last been written so long ago."""
    os.utime(path, (NOW - seconds, NOW - seconds))
    return path


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


@contextmanager
def small_disk(largest: int) -> Iterator[None]:
    """No file may grow larger than this meanwhile."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_comes_back_as_it_was_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    vault.write(tmp_path, KEYS, "f1", CONTENT)
    assert vault.read(tmp_path, KEYS, "f1") == CONTENT
    (path,) = vault.folder(tmp_path).iterdir()
    assert b"canary" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("content", [b"", b"\x00", b"x" * 1_000_000])
def test_any_content_comes_back(tmp_path: Path, content: bytes) -> None:
    vault.write(tmp_path, KEYS, "f1", content)
    assert vault.read(tmp_path, KEYS, "f1") == content


def test_a_second_attempt_takes_the_place_of_the_first(tmp_path: Path) -> None:
    vault.write(tmp_path, KEYS, "f1", b"one")
    vault.write(tmp_path, KEYS, "f1", b"two")
    assert (vault.read(tmp_path, KEYS, "f1"), files(vault.folder(tmp_path))) == (b"two", ["f1"])


def test_a_file_put_in_the_place_of_another_is_not_taken_for_it(tmp_path: Path) -> None:
    vault.write(tmp_path, KEYS, "f1", CONTENT)
    (vault.folder(tmp_path) / "f1").rename(vault.folder(tmp_path) / "f2")
    with pytest.raises(ValueError, match="another owner"):
        vault.read(tmp_path, KEYS, "f2")


@pytest.mark.parametrize("spoil", [lambda b: b[:-1], lambda b: b[:5], lambda b: b"", lambda b: b[:-1] + b"x"])
def test_a_file_that_is_not_whole_is_not_read(tmp_path: Path, spoil: object) -> None:
    vault.write(tmp_path, KEYS, "f1", CONTENT)
    path = vault.folder(tmp_path) / "f1"
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(ValueError):
        vault.read(tmp_path, KEYS, "f1")


def test_what_is_not_there_cannot_be_read_and_can_be_removed(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        vault.read(tmp_path, KEYS, "f1")
    vault.remove(tmp_path, "f1")
    vault.write(tmp_path, KEYS, "f1", CONTENT)
    vault.remove(tmp_path, "f1")
    assert files(vault.folder(tmp_path)) == []


def test_on_a_full_disk_nothing_is_left_behind_and_the_old_file_stays(tmp_path: Path) -> None:
    vault.write(tmp_path, KEYS, "f1", b"old")
    with small_disk(200), pytest.raises(OSError):
        vault.write(tmp_path, KEYS, "f1", CONTENT)
    assert files(vault.folder(tmp_path)) == ["f1"]
    assert vault.read(tmp_path, KEYS, "f1") == b"old"


# -- the night ----------------------------------------------------------------------------------------


def test_the_sweep_takes_every_file_that_no_row_stands_for(tmp_path: Path) -> None:
    for name in ("f1", "f2", "f3"):
        vault.write(tmp_path, KEYS, name, CONTENT)
    assert vault.sweep(tmp_path, only("f2"), NOW) == 2
    assert files(vault.folder(tmp_path)) == ["f2"]
    assert vault.sweep(tmp_path, nobody, NOW) == 1
    assert files(vault.folder(tmp_path)) == []


def test_where_nothing_was_ever_kept_there_is_nothing_to_sweep(tmp_path: Path) -> None:
    assert (vault.sweep(tmp_path, nobody, NOW), vault.clear_copies(tmp_path, nobody, NOW)) == (0, 0)


@pytest.mark.parametrize(
    ("name", "age", "known", "goes"),
    [
        (".f1.draft", 0, everybody, False),  # somebody is writing it
        (".f1.draft", 3599, everybody, False),
        (".f1.draft", 3601, everybody, True),  # a kill left it
        (".f1.draft", 0, nobody, True),
        ("f1", 10**7, everybody, False),
        ("f1", 0, nobody, True),
    ],
)
def test_a_draft_goes_with_its_row_or_after_an_hour(
    tmp_path: Path, name: str, age: float, known: vault.Known, goes: bool
) -> None:
    vault.folder(tmp_path).mkdir()
    path = vault.folder(tmp_path) / name
    path.write_bytes(b"x")
    aged(path, age)
    assert vault.sweep(tmp_path, known, NOW) == int(goes)
    assert path.exists() is not goes


def test_the_folder_is_listed_before_the_database_is_asked(tmp_path: Path) -> None:
    """A file written meanwhile, whose row is newer than the list, is never touched."""
    vault.write(tmp_path, KEYS, "f1", CONTENT)

    def asked(names: Collection[str]) -> set[str]:
        vault.write(tmp_path, KEYS, "f2", CONTENT)
        return set()

    assert vault.sweep(tmp_path, asked, NOW) == 1
    assert files(vault.folder(tmp_path)) == ["f2"]


@pytest.mark.parametrize(
    ("code", "age", "goes"), [("LUNA-1", 60, False), ("LUNA-1", 3601, True), ("SOL-2", 0, True)]
)
def test_an_open_copy_lives_for_an_hour_or_as_long_as_its_conversation(
    tmp_path: Path, code: str, age: float, goes: bool
) -> None:
    folder = vault.copies(tmp_path) / code
    (folder / "inside").mkdir(parents=True)
    path = folder / "inside" / "1-foto.jpg"
    path.write_bytes(b"x")
    aged(path, age)
    assert vault.clear_copies(tmp_path, only("LUNA-1"), NOW) == int(goes)
    assert (path.exists(), folder.exists()) == (not goes, not goes)


def test_of_several_copies_only_the_old_go(tmp_path: Path) -> None:
    folder = vault.copies(tmp_path) / "LUNA-1"
    folder.mkdir(parents=True)
    for name, age in (("1.jpg", 7200), ("2.jpg", 5)):
        (folder / name).write_bytes(b"x")
        aged(folder / name, age)
    assert vault.clear_copies(tmp_path, everybody, NOW) == 1
    assert files(folder) == ["2.jpg"]
