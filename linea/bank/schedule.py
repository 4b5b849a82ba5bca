"""The opening hours of `programme.yml`: checked for the editor, and read for who asks when we open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from linea import hours
from linea.bank import reading, spans
from linea.bank.entry import Finding
from linea.bank.field_rules import DATE_FORM
from linea.bank.placeholders import Facts
from linea.bank.reading import File, Files
from linea.bank.yaml_tree import Node
from linea.hours import LIMA, Schedule

KEYS = ("open", "closed", "holidays")


def check(files: Files) -> Iterator[Finding]:
    """Everything wrong with the hours; none of it keeps the line from starting: no hours are then known."""
    found: list[Finding] = []
    read(files, LIMA, found)
    yield from found


def read(files: Files, zone: ZoneInfo, found: list[Finding] | None = None) -> Schedule:
    """The hours of the programme, empty where they are not given or have a mistake."""
    found = [] if found is None else found
    file = files.programme
    top = file.root.get("schedule") if file and file.root else None
    if file is None or top is None:
        return Schedule(zone=zone)
    for key in top.names():
        if key not in KEYS:
            found.append(file.advice(top.line_of(key), f"«{key}» no va aquí: usa {', '.join(KEYS)}"))
    opened, country = top.get("open"), _country(file, top, found)
    if opened is not None and not opened.items():
        found.append(file.advice(opened.line, "«open» es una lista: - days, from y to; vacía si no se sabe"))
    given = tuple(
        span for each in (opened.items() if opened else []) if (span := spans.read(file, each, found))
    )
    closed = frozenset(_closed(file, top, found))
    return Schedule(zone=zone) if found else Schedule(given, closed, country, zone)


def facts(files: Files) -> Facts:
    """The directory's numbers and the programme's values; the hours by the schedule if nobody wrote them."""
    known = reading.facts(files)
    if known.programme.get("hours") != "":
        return known
    return replace(known, programme={**known.programme, "hours": hours.text(read(files, LIMA))})


def _closed(file: File, top: Node, found: list[Finding]) -> Iterator[date]:
    node = top.get("closed")
    for each in node.items() if node else []:
        if type(each.value) is date:
            yield each.value
        else:
            found.append(file.advice(each.line, f"en «closed» van fechas sueltas: {DATE_FORM}"))


def _country(file: File, top: Node, found: list[Finding]) -> str:
    node = top.get("holidays")
    code = (node.text() or "").strip().upper() if node else ""
    if code and not hours.has_holidays(code):
        found.append(
            file.advice(node.line if node else 1, '«holidays» es el país de los feriados: PE; "" = ninguno')
        )
        return ""
    return code
