"""What is wrong in a file of signals is said with its place and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from linea import triage
from linea.triage.reading import NEEDED

from .conftest import ROOT, SHIPPED

GOOD = """\
signals:
- id: {kind}_one
  kind: {kind}
  colour: red
  urgency: now
  alarm: false
  line: utter_crisis_{kind}
  why: Porque sí.
  phrases:
  - {word} (uno|dos)
  unless:
  - no {word}
  fires_on:
  - {word} uno
  silent_on:
  - no {word} uno
"""
LISTS = """\
lists:
  gente:
  - (mamá|papá)
spellings:
  k: que
typos:
- respirar
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small folder without a fault: one signal of each kind that must be there."""
    for kind in NEEDED:
        (tmp_path / f"{kind}.yml").write_text(
            GOOD.format(kind=kind, word=kind.replace("_", "")), encoding="utf-8"
        )
    (tmp_path / "lists.yml").write_text(LISTS, encoding="utf-8")
    return tmp_path


def test_a_folder_without_a_fault_loads(folder: Path) -> None:
    signals = triage.load(folder)
    assert signals.classify("mi violence dos").line == "utter_crisis_violence"
    assert signals.classify("no violence dos").colour == "none"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("id: child_one", "id: help_one", 2, "usa otro"),
        ("kind: child", "kind: kind", 3, "uno de: suicide, medical_alarm"),
        ("kind: child", "kind: 3", 3, "uno de"),
        ("colour: red", "colour: rojo", 4, "uno de: green, yellow, red"),
        ("urgency: now", "urgency: today", 5, "pon urgency: now"),
        ("alarm: false", "alarm: maybe", 6, "true o false"),
        ("line: utter_crisis_child", "line:", 7, "pon su utter_"),
        ("line: utter_crisis_child", "line: Hola", 7, "empieza con utter_"),
        ("why: Porque sí.", "why:", 8, "explica en una frase"),
        ("why: Porque sí.", "razon: Porque sí.", 8, "no se conoce el campo «razon»"),
        ("  why: Porque sí.\n", "", 2, "falta el campo «why»"),
        ("  phrases:\n  - child (uno|dos)\n", "", 2, "no tiene frases"),
        ("phrases:\n  - child (uno|dos)", "phrases: child", 9, "es una lista"),
        ("- child (uno|dos)", "- child (uno|dos", 10, "falta cerrar con «)»"),
        ("- child (uno|dos)", "- child uno|dos)", 10, "sobra «)»"),
        ("- child (uno|dos)", "- child (uno|)", 10, "alternativa vacía"),
        ("- child (uno|dos)", '- "[child]"', 10, "no obliga a ninguna palabra"),
        ("- child (uno|dos)", '- "* child"', 10, "empezar ni terminar"),
        ("- child (uno|dos)", "- child [uno *] ", 10, "empezar ni terminar"),
        ("- child (uno|dos)", "- child *20 uno", 10, "de 1 a 8"),
        ("- child (uno|dos)", "- child ch* uno", 10, "tres letras"),
        ("- child (uno|dos)", "- child 9-3", 10, "el primer número"),
        ("- child (uno|dos)", "- child <perro>", 10, "ninguna lista «perro»"),
        ("- child (uno|dos)", "- child <perro", 10, "revisa los signos"),
        ("- child (uno|dos)", "- ¿child uno?", 10, "un signo que no va"),
        ("- child (uno|dos)", "- [child] uno", 10, "va entre comillas"),
        ("- child (uno|dos)", "- 105", 10, "ponlo entre comillas"),
        ("- no child\n", "- no (child\n", 12, "falta cerrar"),
        ("fires_on:\n  - child uno", "fires_on:\n  - child tres", 14, "debería encender «child_one»"),
        ("fires_on:\n  - child uno", "fires_on: []", 13, "al menos un ejemplo"),
        ("- no child uno", "- child dos", 16, "no debería encender «child_one»"),
        ("signals:", "senales:", 1, "no se conoce «senales»"),
        ("signals:\n", "nlu: no\nsignals:\n", 1, "Rasa tomaría «nlu:»"),
        ("  why: Porque sí.", "  why: Porque: sí.", 8, "no se puede leer"),
    ],
)
def test_a_fault_is_said_with_its_line(folder: Path, old: str, new: str, line: int, says: str) -> None:
    path = folder / "child.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(triage.TriageError) as error:
        triage.load(folder)
    # The second of two equal ids is the one reported: help.yml comes after child.yml.
    places = (f"{path}: {line}: ", f"{folder / 'help.yml'}: {line}: ")
    rows = str(error.value).splitlines()
    assert any(row.startswith(places) and says in row for row in rows), rows


def test_a_broken_list_is_said_with_its_line(folder: Path) -> None:
    path = folder / "lists.yml"
    path.write_text(LISTS.replace("- (mamá|papá)", "- (mamá|papá"), encoding="utf-8")
    with pytest.raises(triage.TriageError, match=re.escape(f"{path}: 3: «(mamá|papá»: falta cerrar")):
        triage.load(folder)


@pytest.mark.parametrize("kind", NEEDED)
def test_without_a_red_of_a_kind_nothing_starts(folder: Path, kind: str) -> None:
    (folder / f"{kind}.yml").unlink()
    with pytest.raises(triage.TriageError, match=f"falta una señal roja del motivo «{kind}»"):
        triage.load(folder)


def test_every_fault_is_said_at_once(folder: Path) -> None:
    for kind in ("child", "help"):
        path = folder / f"{kind}.yml"
        path.write_text(
            path.read_text(encoding="utf-8").replace("colour: red", "colour: rojo"), encoding="utf-8"
        )
    with pytest.raises(triage.TriageError) as error:
        triage.load(folder)
    assert {finding.path.name for finding in error.value.findings} >= {"child.yml", "help.yml"}


def test_a_missing_folder_and_a_wrong_encoding_are_said(folder: Path) -> None:
    with pytest.raises(triage.TriageError, match="no existe la carpeta"):
        triage.load(folder / "nada")
    (folder / "child.yml").write_bytes("signals: ñ".encode("latin-1"))
    with pytest.raises(triage.TriageError, match="UTF-8"):
        triage.load(folder)


def test_an_idiom_cancels_only_what_it_overlaps(folder: Path) -> None:
    signals = triage.load(folder)
    assert signals.classify("no child uno").colour == "none"
    assert signals.classify("no child uno pero child dos").colour == "red"
    assert signals.classify("no child uno, help dos").kind == "help"
    assert signals.classify("no, child uno").colour == "red"


def test_each_text_that_goes_out_is_written(signals: triage.Signals) -> None:
    written = (ROOT / "data" / "lines" / "crisis.yml").read_text(encoding="utf-8")
    for signal in signals.signals:
        assert signal.line is None or re.search(rf"^\s+{signal.line}:$", written, re.MULTILINE), signal.line


def test_the_shipped_files_open_with_what_they_hold(signals: triage.Signals) -> None:
    for path in SHIPPED.glob("*.yml"):
        assert path.read_text(encoding="utf-8").startswith("#"), path.name
    assert "No hay detalles de ningún método" in (SHIPPED / "suicide.yml").read_text(encoding="utf-8")


def test_a_medical_alarm_is_red_and_says_so(signals: triage.Signals) -> None:
    found = signals.classify("me quiero morir y me falta el aire")
    assert (found.colour, found.alarm, found.kind) == ("red", True, "suicide")
    assert all(signal.alarm == (signal.kind == "medical_alarm") for signal in signals.signals)


def test_the_reason_is_told(signals: triage.Signals) -> None:
    fired = signals.explain("hola, mi hermana dice que se kiere matar")
    assert [f.signal for f in fired] == ["suicide_someone"]
    assert "matar" in fired[0].words
