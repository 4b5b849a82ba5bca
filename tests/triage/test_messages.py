"""What is wrong in a file of messages is said with its place and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from linea.triage import messages
from linea.triage.classifier import Label
from linea.triage.reading import COLOURS

from .conftest import SHIPPED

GOOD = """\
# Lo que hay aquí.
heard:
- colour: red
  kind: suicide
  urgency: now
  texts: |
    - uno
    - dos / tres
- colour: none
  look_alike: true
  texts: |
    - cuatro
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ana.yml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_a_message_knows_what_it_is_and_where_it_stands(folder: Path) -> None:
    said, findings = messages.read_folder(folder)
    assert findings == []
    assert [(one.text, one.label, one.voice, one.line, one.look_alike) for one in said] == [
        ("uno", Label("red", "suicide", "now"), "ana", 7, False),
        ("dos\ntres", Label("red", "suicide", "now"), "ana", 8, False),
        ("cuatro", Label("none"), "ana", 12, True),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("# Lo que hay aquí.\n", "", 1, "debe abrir con un comentario"),
        ("heard:", "oido:", 2, "no se conoce «oido»"),
        ("heard:", "heard: 1\nx:", 1, "no hay mensajes"),
        ("colour: red", "colour: rojo", 3, "uno de: none, green, yellow, red"),
        ("kind: suicide", "kind: distress", 4, "«kind» debe ser uno de: suicide"),
        ("urgency: now", "urgency: today", 5, "«urgency» es: now"),
        ("urgency: now", "prisa: now", 5, "no se conoce el campo «prisa»"),
        ("- colour: red", "- kind: suicide\n- colour: red", 3, "uno de: none, green"),
        ("- colour: red", "- suelto\n- colour: red", 3, "no tiene campos"),
        ("look_alike: true", "look_alike: tal vez", 10, "true o false"),
        ("texts: |\n    - uno", "texts:\n    - uno", 6, "escribe «texts: |»"),
        ("    - uno\n", "    uno\n", 7, "empieza con «- »"),
        ("    - uno\n", "    - \n", 7, "empieza con «- »"),
        ("- uno", "- llámame al 987 654 321", 7, "quítalo"),
        ("- cuatro", "- Uno", 12, "con otro color o motivo en ana.yml, línea 7"),
        ("- dos / tres", "- uno", 8, "ya está en ana.yml, línea 7"),
        ("heard:", "nlu: x\nheard:", 2, "Rasa tomaría «nlu:»"),
    ],
)
def test_a_fault_is_said_with_its_line(folder: Path, old: str, new: str, line: int, says: str) -> None:
    path = folder / "ana.yml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    _, findings = messages.read_folder(folder)
    rows = [str(finding) for finding in findings]
    assert any(row.startswith(f"{path}: {line}: ") and says in row for row in rows), rows


def test_two_voices_may_say_the_same(folder: Path) -> None:
    (folder / "eva.yml").write_text(GOOD, encoding="utf-8")
    said, findings = messages.read_folder(folder)
    assert (len(said), findings) == (6, [])


def test_without_a_folder_there_are_no_messages(tmp_path: Path) -> None:
    assert messages.read_folder(tmp_path / "nada") == ([], [])


def test_the_shipped_messages_are_in_order_and_half_of_them_harmless() -> None:
    said, findings = messages.read_folder(SHIPPED / messages.FOLDER)
    assert findings == []
    assert len(said) >= 3000
    colours = [one.label.colour for one in said]
    assert set(colours) == set(COLOURS)
    assert sum(colour in ("none", "green") for colour in colours) >= 0.4 * len(colours)


def test_every_file_says_what_it_holds_before_it_is_opened() -> None:
    for path in (SHIPPED / messages.FOLDER).glob("*.yml"):
        opening = path.read_text(encoding="utf-8").split("heard:")[0]
        assert opening.startswith("# QUÉ HAY AQUÍ"), path.name
        assert "déjalo para otro" in opening, path.name
