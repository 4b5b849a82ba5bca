"""Days and times as they stand in a file: `days`, `from` and `to`, checked and read."""

from __future__ import annotations

from linea import hours
from linea.bank.entry import Finding
from linea.bank.reading import File
from linea.bank.yaml_tree import Node
from linea.hours import Span

KEYS = ("days", "from", "to")
_DAYS = "«days» son días de la semana o feriados: «lunes a viernes», «sábado y domingo», «todos los días»"
_CLOCK = 'es una hora entre comillas, de "00:00" a "24:00"'


def read(file: File, item: Node, found: list[Finding]) -> Span | None:
    """One span; None, with what is wrong with it added to `found`, if it cannot be read."""
    before = len(found)
    for key in item.names():
        if key not in KEYS:
            found.append(file.advice(item.line_of(key), f"«{key}» no va aquí: usa {', '.join(KEYS)}"))
    named = item.get("days")
    words = ", ".join(each.text() or "" for each in named.items()) if named else ""
    days = hours.days(words or (named.text() or "") if named else "")
    if days is None:
        found.append(file.advice(item.line_of("days"), _DAYS))
    times: list[int | None] = []
    for key in ("from", "to"):
        node = item.get(key)
        minute = hours.minutes(node.text() or "") if node else None
        if minute is None:
            found.append(file.advice(item.line_of(key), f"«{key}» {_CLOCK}"))
        times.append(minute)
    start, end = times
    if start is not None and start == end:
        found.append(file.advice(item.line_of("to"), "empieza y termina a la misma hora: corrige una"))
    if len(found) > before or days is None or start is None or end is None:
        return None
    return Span(days, start % hours.DAY, end)
