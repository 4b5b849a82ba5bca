"""Keys seal and recognise, can be changed, and are made once and for their owner's eyes only."""

from __future__ import annotations

import base64
import json
import multiprocessing
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from linea import keys, settings
from linea.keys import Keys
from linea.settings import Settings, SettingsError

OLD = Keys({"1": b"a" * 32}, b"h" * 32)
ROTATED = Keys({"1": b"a" * 32, "2": b"b" * 32}, b"h" * 32)
NEW = Keys({"2": b"b" * 32}, b"h" * 32)


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """Development, with its keys in a folder of the test."""
    return settings.load({"LINEA_KEYS_FILE": str(tmp_path / "secrets" / "keys.json")})


def written(here: Settings, data: Any) -> Settings:
    """A keys file with this in it."""
    here.keys_file.parent.mkdir()
    here.keys_file.write_text(data if isinstance(data, str) else json.dumps(data))
    return here


def key(letter: bytes, length: int = 32) -> str:
    return base64.b64encode(letter * length).decode()


def test_what_is_sealed_comes_back_for_its_owner() -> None:
    assert OLD.decrypt(OLD.encrypt("+51900000001 ñ", "row-1"), "row-1") == "+51900000001 ñ"


def test_what_is_sealed_for_one_row_opens_for_no_other() -> None:
    with pytest.raises(ValueError, match="another owner"):
        OLD.decrypt(OLD.encrypt("+51900000001", "row-1"), "row-2")


def test_the_same_number_is_never_sealed_to_the_same_bytes() -> None:
    assert OLD.encrypt("+51900000001", "row-1") != OLD.encrypt("+51900000001", "row-1")


def test_after_a_rotation_old_rows_still_open_and_new_ones_use_the_newest_key() -> None:
    assert ROTATED.decrypt(OLD.encrypt("x", "row"), "row") == "x"
    assert NEW.decrypt(ROTATED.encrypt("x", "row"), "row") == "x"


def test_the_tenth_key_is_newer_than_the_ninth() -> None:
    tenth = Keys({"9": b"a" * 32, "10": b"b" * 32}, b"h" * 32)
    assert tenth.encrypt("x", "row").startswith(b"10:")


def test_when_a_key_is_gone_its_rows_are_gone() -> None:
    with pytest.raises(ValueError, match="no longer in the keys file"):
        NEW.decrypt(OLD.encrypt("x", "row"), "row")


@pytest.mark.parametrize("sealed", [b"", b"1", b"1:", b"1:short", b"\xff:abc", b"1:" + b"x" * 40])
def test_anything_else_is_refused_with_one_kind_of_error(sealed: bytes) -> None:
    with pytest.raises(ValueError):
        OLD.decrypt(sealed, "row")


def test_after_a_rotation_the_newest_hash_comes_first_and_the_older_are_still_known() -> None:
    both = replace(OLD, hashing=b"i" * 32, older_hashing=(b"h" * 32,))
    assert both.hashes("phone", "x")[1:] == OLD.hashes("phone", "x")
    assert both.hash("phone", "x") == both.hashes("phone", "x")[0] != OLD.hash("phone", "x")


def test_a_hash_is_the_same_each_time_and_another_for_each_purpose_and_key() -> None:
    other = replace(OLD, hashing=b"i" * 32)
    hashes = [
        OLD.hash("phone", "+51900000001"),
        OLD.hash("bsuid", "+51900000001"),
        other.hash("phone", "+51900000001"),
    ]
    assert hashes[0] == OLD.hash("phone", "+51900000001")
    assert len(set(hashes)) == 3


def test_development_makes_keys_that_only_their_owner_can_read(here: Settings) -> None:
    made = keys.load(here)
    assert stat.S_IMODE(here.keys_file.stat().st_mode) == 0o400
    assert keys.load(here) == made
    assert list(here.keys_file.parent.iterdir()) == [here.keys_file]


def _load(here: Settings, barrier: Any, found: Any) -> None:
    barrier.wait()
    found.put(keys.load(here).hashing)


def test_processes_that_start_together_agree_on_one_file(here: Settings) -> None:
    fork = multiprocessing.get_context("fork")
    barrier, found = fork.Barrier(8), fork.SimpleQueue()
    processes = [fork.Process(target=_load, args=(here, barrier, found)) for _ in range(8)]
    for process in processes:
        process.start()
    assert len({found.get() for _ in processes}) == 1
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert os.listdir(here.keys_file.parent) == ["keys.json"]


def test_production_makes_no_keys(here: Settings) -> None:
    with pytest.raises(SettingsError, match="no se puede leer"):
        keys.load(replace(here, env="production"))
    assert not here.keys_file.exists()


def test_the_highest_number_of_a_hash_key_is_the_one_in_use(here: Settings) -> None:
    both = written(here, {"encryption": {"1": key(b"a")}, "hash": {"2": key(b"x"), "10": key(b"y")}})
    assert keys.load(both).hashing == b"y" * 32


@pytest.mark.parametrize(
    "data",
    [
        "",
        "no es json",
        "[]",
        {"encryption": {"1": key(b"a")}},
        {"encryption": {"1": key(b"a")}, "hash": {}},
        {"encryption": {"1": key(b"a", 16)}, "hash": {"1": key(b"h")}},
        {"encryption": {"uno": key(b"a")}, "hash": {"1": key(b"h")}},
        {"encryption": {"1": "no es base64"}, "hash": {"1": key(b"h")}},
        {"encryption": {"1": 5}, "hash": {"1": key(b"h")}},
        {"encryption": [key(b"a")], "hash": {"1": key(b"h")}},
        {"encryption": {"²": key(b"a")}, "hash": {"1": key(b"h")}},
    ],
)
def test_a_file_that_is_no_keys_file_is_said_in_one_sentence(here: Settings, data: Any) -> None:
    with pytest.raises(SettingsError, match="LINEA_KEYS_FILE") as refused:
        keys.load(written(here, data))
    assert "\n" not in str(refused.value)


def test_no_key_is_shown() -> None:
    assert "eeee" not in repr(Keys({"1": b"e" * 32}, b"e" * 32))
