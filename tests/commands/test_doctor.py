"""The doctor says of each thing whether it is well, and ends with an error if one is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.command import downgrade
from alembic.script import ScriptDirectory
from click.testing import CliRunner

from linea import clock
from linea.commands import doctor
from linea.store import migrations
from linea.store.models import Halt, Heartbeat
from tests.helpline import RED, Helpline

ROSTER = """\
on_call:
  people:
  - name: Rosa
    phone: "+51987000101"
    covers:
    - {days: todos los días, from: "18:00", to: "09:00"}
  coordinator: {name: Carla, phone: "+51987000102"}
  protection: {name: Pilar, phone: "+51987000103"}
"""


@pytest.fixture
def here(database: Path, tmp_path: Path, helpline: Helpline, monkeypatch: pytest.MonkeyPatch) -> Helpline:
    """A line whose database, keys and list of people to call are in order."""
    monkeypatch.setenv("LINEA_DATA_DIR", str(database.parent))
    monkeypatch.setenv("LINEA_ON_CALL_FILE", str(tmp_path / "on_call.yml"))
    (tmp_path / "on_call.yml").write_text(ROSTER, encoding="utf-8")
    helpline.now = clock.now()
    beat = Heartbeat(process="worker", beat_at=helpline.now, detail={})
    helpline.write(lambda s: s.add(beat))
    return helpline


def looks() -> dict[str, tuple[str, str]]:
    """Each thing with whether it is well and what is said."""
    done = CliRunner().invoke(doctor.doctor)
    rows = {line[6:21].strip(): (line[:5].strip(), line[22:]) for line in done.output.splitlines()}
    assert done.exit_code == (1 if any(mark == "OJO" for mark, _ in rows.values()) else 0)
    return rows


def test_each_thing_has_its_line(here: Helpline) -> None:
    found = looks()
    assert list(found) == [
        *("claves", "base de datos", "worker", "envíos", "turno", "rojos abiertos", "sin leer"),
        *("banco", "semáforo", "modelo", "guardia", "protección", "horario", "disco"),
    ]
    well = {thing for thing, (mark, _) in found.items() if mark == "bien"}
    assert well >= {"claves", "base de datos", "worker", "envíos", "banco", "guardia", "protección", "disco"}
    assert "Carla" in found["guardia"][1]


@pytest.mark.parametrize(
    ("roster", "thing", "said"),
    [
        ("on_call:\n", "guardia", "NADIE: llena on_call.yml"),
        (ROSTER.replace("coordinator", "#"), "guardia", "cubre esas horas"),
        (ROSTER.replace("+51987000101", "no sé"), "guardia", "1 errores"),
        (ROSTER.replace("protection", "#"), "protección", "sin persona de protección"),
    ],
)
def test_what_is_missing_in_the_list_of_people_to_call_is_said(
    here: Helpline, tmp_path: Path, roster: str, thing: str, said: str
) -> None:
    (tmp_path / "on_call.yml").write_text(roster, encoding="utf-8")
    output = CliRunner().invoke(doctor.doctor).output
    assert any(line.startswith(f"OJO   {thing}") and said in line for line in output.splitlines()), output


def test_what_goes_wrong_in_the_line_is_said(here: Helpline) -> None:
    here.danger(RED)
    here.write(lambda s: s.add(Halt(channel="sms", since=here.now, probe_at=here.now)))
    here.write(lambda s: s.query(Heartbeat).delete())
    found = looks()
    assert found["worker"][0] == found["envíos"][0] == found["rojos abiertos"][0] == "OJO"
    assert ("sms" in found["envíos"][1], found["rojos abiertos"][1]) == (True, "1: linea queue")


def test_without_a_database_the_rest_is_still_looked_at(
    here: Helpline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINEA_DATA_DIR", str(tmp_path / "elsewhere"))
    found = looks()
    assert found["base de datos"][0] == "OJO"
    assert found["guardia"][0] == "bien"


def test_tables_of_another_version_are_said(here: Helpline, database: Path) -> None:
    config = migrations.config(f"sqlite:///{database}")
    downgrade(config, "0002")
    head = ScriptDirectory.from_config(config).get_current_head()
    assert looks()["base de datos"] == (
        "OJO",
        f"sus tablas son de otra versión (0002, y toca {head}): linea migrate",
    )
