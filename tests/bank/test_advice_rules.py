"""A mistake in a table of advice is one finding, where it stands, with what to do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linea import bank
from linea.bank.advice_rules import Tables

if TYPE_CHECKING:
    from tests.bank.conftest import Content

PATH = "data/advice/rain.yml"
TABLE = """\
version: "3.1"
advice:
  title: ¿Llevo paraguas?
  service: health_advice
  version: 1
  date: 2026-11-01
  status: review
  sources:
  - {org: SENAMHI, title: Lluvia, url: "https://example.org/l", published: 2023-01-13}
  read: 2026-11-01
  expires: 2027-11-01
  signed: {}
  questions:
    rain: [yes, no, unsure]
    days: days
  rows:
  - row: take
    when: {rain: [yes, unsure], days: [0-3, unsure]}
    why: Llueve.
  - row: wait
    when: {rain: [yes, unsure], days: 4+}
    why: Ya llovió.
  - row: leave
    when: {rain: no}
    why: No llueve.
responses:
  utter_rain_advice:
  - text: Automático.
  - channel: sms
    text: Automatico.
  utter_rain_advice_take:
  - text: Llévalo.
  - channel: sms
    text: Lleva.
  utter_rain_advice_wait:
  - text: Espera.
  - channel: sms
    text: Espera un poco.
  utter_rain_advice_leave:
  - text: Déjalo.
  - channel: sms
    text: Deja.
"""
ASKED = [f"utter_{verb}_advice_{question}" for question in ("rain", "days") for verb in ("ask", "explain")]


@pytest.fixture
def table(content: Content) -> Content:
    """The small bank with a table in order, and the lines that ask its questions."""
    content.write(PATH, TABLE)
    rows = [f"  {name}:\n  - text: a\n  - channel: sms\n    text: b\n" for name in ASKED]
    content.write("data/lines/rain.yml", 'version: "3.1"\nresponses:\n' + "".join(rows))
    return content


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        # The fields
        ("advice:\n", "advise:\n", 2, "¿querías «advice»?"),
        ("  version: 1\n", "  version: uno\n", 5, "es un número: súbelo en cada cambio"),
        ("  version: 1\n", "", 2, "falta «version» en advice"),
        ("  date: 2026-11-01", "  date: noviembre", 6, "año-mes-día"),
        ("health_advice", "health", 4, "elige health_advice, appointments, cash_list"),
        ("status: review", "status: listo", 7, "elige draft, review, live, withdrawn"),
        ("  expires: 2027", "  expire: 2027", 11, "¿querías «expires»?"),
        ("  expires: 2027", "  expires: 2025", 11, "es anterior a «read»"),
        ("org: SENAMHI, ", "", 9, "falta org"),
        ("status: review", "status: live", 7, "«live» sin firma"),
        ("signed: {}", "signed: {name: Ana}", 12, "la firma está incompleta"),
        # Questions and rows
        ("rain: [yes, no, unsure]", "rain: [yes, no]", 14, "añade unsure a sus respuestas"),
        ("days: 4+", "day: 4+", 21, "¿querías «days»?"),
        ("rain: no}", "rain: nunca}", 24, "se contesta con yes, no, unsure"),
        ("days: 4+", "days: mucho", 21, "días (3, 0-7, 15+) o unsure"),
        ("[0-3, unsure]", "[3-0, unsure]", 18, "días (3, 0-7, 15+) o unsure"),
        ("row: wait", "row: take", 20, "ya está en la línea 17"),
        ("row: wait", "row: Espera", 20, "en minúsculas"),
        ("    why: No llueve.\n", "", 23, "falta «why»"),
        ("    why: No llueve.", "    why: No llueve.\n    alarm: sí", 26, "true o false"),
        ("    when: {rain: no}\n", "", 23, "falta «when»"),
        # Every combination of answers has one row
        ("[0-3, unsure]", "[0-2, unsure]", 16, "ninguna fila es para esto: rain yes, days 3"),
        ("days: 4+", "days: 3+", 20, "«take» y «wait» valen para lo mismo (rain yes, days 3)"),
        ("[0-3, unsure]", "0-3", 16, "ninguna fila es para esto: rain yes, days unsure"),
        # Texts
        ("utter_rain_advice_wait", "utter_rain_advice_later", 26, "falta el texto utter_rain_advice_wait"),
        ("  utter_rain_advice:", "  utter_rain_rule:", 26, "falta el texto utter_rain_advice"),
        ("Lleva.", "Lleva más.", 34, "en un SMS no cabe «á»"),
        ("Espera.", "Llama al 113.", 36, "el número 113 está escrito a mano"),
        ("Espera.", "Llama al [[nadie]].", 36, "no está en directory.yml"),
    ],
)
def test_a_mistake_is_found_where_it_stands(table: Content, old: str, new: str, line: int, says: str) -> None:
    table.replace(PATH, old, new)
    findings = bank.check(table.bank_dir, table.content_dir)
    assert findings, "nothing was found"
    assert {finding.path for finding in findings} == {PATH}
    assert any(says in finding.message and finding.line == line for finding in findings), [
        *map(str, findings)
    ]


def test_a_table_in_order_has_no_findings(table: Content) -> None:
    assert bank.check(table.bank_dir, table.content_dir) == []


def test_a_row_that_no_answer_leads_to_is_said(table: Content) -> None:
    table.replace(
        PATH, "  - row: leave", "  - row: never\n    when: {rain: [yes], days: 1}\n    why: x\n  - row: leave"
    )
    messages = [finding.message for finding in bank.check(table.bank_dir, table.content_dir)]
    assert any("«take» y «never» valen para lo mismo" in message for message in messages)


def test_a_question_nobody_can_ask_and_a_text_that_stands_twice_are_said(table: Content) -> None:
    table.replace("data/lines/rain.yml", "utter_explain_advice_days", "utter_rain_advice_take")
    messages = [finding.message for finding in bank.check(table.bank_dir, table.content_dir)]
    assert sorted(messages) == [
        "utter_rain_advice_take ya está en data/lines/rain.yml: deja una",
        "«days» no se puede preguntar: falta utter_explain_advice_days en data/lines",
    ]


@pytest.mark.parametrize("raw", [b"", b"- lista\n", b"advice: [\n", b"\xff"])
def test_a_file_that_is_no_table_is_said_and_never_a_traceback(table: Content, raw: bytes) -> None:
    (table.root / PATH).write_bytes(raw)
    assert {finding.path for finding in bank.check(table.bank_dir, table.content_dir)} == {PATH}


def test_a_changed_table_is_a_new_version_of_the_bank(table: Content) -> None:
    first = bank.load(table.bank_dir, table.content_dir)
    assert first.advice["rain"].version == 1
    table.replace(PATH, "Espera.", "Espera ahí.")
    assert bank.load(table.bank_dir, table.content_dir).version != first.version


def test_tables_follow_their_files_and_stay_as_they_were_upon_a_mistake(table: Content) -> None:
    tables = Tables(Path("data"))
    assert tables.get("rain").version == 1
    table.replace(PATH, "version: 1", "version: 2")
    later(table.root / PATH)
    assert tables.get("rain").version == 2
    table.replace(PATH, "rain: no}", "rain: nunca}")
    later(table.root / PATH)
    assert tables.get("rain").version == 2
    with pytest.raises(KeyError):
        tables.get("snow")


@pytest.mark.parametrize(
    ("value", "ok"), [("consejos, citas", True), ("", True), ("consejos, cirugía", False)]
)
def test_the_scope_names_services_that_there_are(content: Content, value: str, ok: bool) -> None:
    content.replace(content.programme, "  hours:", f'  scope:\n    value: "{value}"\n  hours:')
    findings = bank.check(content.bank_dir, content.content_dir)
    assert (findings == []) is ok
    assert ok or "«cirugia» no es un servicio: escribe consejos, citas, lista" in findings[0].message


def later(path: Path) -> None:
    """As if time had passed since the last change, however fast this machine is."""
    stamp = path.stat().st_mtime_ns + 1_000_000_000
    os.utime(path, ns=(stamp, stamp))
