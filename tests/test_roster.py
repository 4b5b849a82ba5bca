"""Who is called, as the file says it; a mistake is told with its line and costs one contact, not the list."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from linea import roster
from linea.hours import LIMA
from linea.settings import ROOT

WHOLE = """\
on_call:
  people:
  - name: Rosa
    phone: "+51 987 000 101"
    covers:
    - days: todos los días
      from: "18:00"
      to: "09:00"
  - name: Luis
    phone: "+51987000102"
  coordinator:
    name: Carla
    phone: "+51987000103"
  protection:
  - name: Pilar
    phone: "+51987000104"
"""


def read(tmp_path: Path, text: str) -> tuple[roster.Roster, list[str]]:
    path = tmp_path / "on_call.yml"
    path.write_text(text, encoding="utf-8")
    found, findings = roster.read(path)
    return found, [f"{finding.line}: {finding.message}" for finding in findings]


def names(found: roster.Roster, now: str) -> list[str]:
    moment = datetime.fromisoformat(now).replace(tzinfo=LIMA)
    return [contact.name for contact in found.ladder(moment, LIMA)]


def test_the_list_that_is_shipped_is_empty_and_in_order() -> None:
    assert roster.read(ROOT / "data" / "on_call.yml") == (roster.Roster(), [])


def test_the_example_that_is_shipped_can_be_used(tmp_path: Path) -> None:
    lines = (ROOT / "data" / "on_call.yml").read_text(encoding="utf-8").splitlines()
    begun = lines.index("on_call:")
    example = "\n".join(line.replace("# ", "", 1) for line in lines[begun:])
    found, findings = read(tmp_path, example)
    assert findings == []
    assert (len(found.people), found.coordinator is not None, len(found.protection)) == (1, True, 1)


def test_people_are_called_in_order_while_they_cover_and_the_coordinator_last(tmp_path: Path) -> None:
    found, findings = read(tmp_path, WHOLE)
    assert findings == []
    assert names(found, "2026-11-10T03:05") == ["Rosa", "Luis", "Carla"]
    assert names(found, "2026-11-10T12:00") == ["Luis", "Carla"]
    assert found.people[0].phone == "+51987000101"


def test_nobody_is_called_twice_in_a_round(tmp_path: Path) -> None:
    found, _ = read(tmp_path, WHOLE.replace("+51987000103", "+51987000102"))
    assert names(found, "2026-11-10T12:00") == ["Luis"]


def test_a_contact_is_found_by_their_name_as_it_is_typed(tmp_path: Path) -> None:
    found, _ = read(tmp_path, WHOLE.replace("name: Luis", "name: José Luis"))
    assert found.named("jose luis") == found.people[1]
    assert (found.named("otro"), found.named(None), found.named("")) == (None, None, None)


def test_no_number_is_shown_by_what_is_printed(tmp_path: Path) -> None:
    assert "51987" not in repr(read(tmp_path, WHOLE)[0])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"+51 987 000 101"', "51987000101", "4: el teléfono va entre comillas"),
        ('"+51 987 000 101"', '"+51"', "4: el teléfono va entre comillas"),
        ('"+51 987 000 101"', '"+99912"', "4: el teléfono va entre comillas"),
        ("- name: Rosa\n    phone", "- phone", "3: falta «name»"),
        ("days: todos los días", "days: a veces", "6: «days» son días"),
        ('from: "18:00"', "from: tarde", "7: «from» es una hora"),
        ('to: "09:00"', 'to: "18:00"', "8: empieza y termina"),
        ('      to: "09:00"', '      hasta: "09:00"', "8: «hasta» no va aquí"),
        ("- name: Luis", "- name: Luis\n    canal: sms", "10: «canal» no va aquí"),
        ("  coordinator:", "  coordinadora:", "11: «coordinadora» no va aquí"),
        ("name: Pilar", "name: Luis", "1: hay dos personas que se llaman «Luis»"),
        ("on_call:", "guardia:", "1: aquí va «on_call:»"),
    ],
)
def test_each_mistake_says_its_line_and_what_to_do(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in WHOLE
    _, findings = read(tmp_path, WHOLE.replace(old, new, 1))
    assert any(finding.startswith(told) for finding in findings), findings


def test_a_mistake_leaves_out_one_contact_and_keeps_the_others(tmp_path: Path) -> None:
    found, findings = read(tmp_path, WHOLE.replace("+51 987 000 101", "no sé"))
    assert len(findings) == 1
    assert names(found, "2026-11-10T03:05") == ["Luis", "Carla"]


@pytest.mark.parametrize("text", ["", "on_call: [", "\t", "on_call:\n  people: nadie\n", "- x\n"])
def test_whatever_the_file_holds_reading_it_does_not_fail(tmp_path: Path, text: str) -> None:
    found, findings = read(tmp_path, text)
    assert found == roster.Roster()
    assert findings


def test_a_file_that_is_not_there_is_an_empty_list_and_is_said(tmp_path: Path) -> None:
    found, findings = roster.read(tmp_path / "nada.yml")
    assert found == roster.Roster()
    assert "falta el archivo" in findings[0].message
    assert not findings[0].blocks
