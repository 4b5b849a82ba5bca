"""Rules for the tables of data/advice: every combination of answers leads to exactly one row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from linea import advice, scope
from linea.advice import DAYS, Condition, Days, Table
from linea.answers import UNSURE
from linea.bank import advice_files, field_rules, reading
from linea.bank.advice_files import condition, members, own_part, value
from linea.bank.entry import STATUSES, Finding
from linea.bank.entry_rules import version
from linea.bank.field_rules import DATE_FORM
from linea.bank.reading import File, Files
from linea.bank.spelling import meant, nearest
from linea.bank.text_rules import dates_in
from linea.bank.yaml_tree import Node

TOP_KEYS = ("version", "advice", "responses")
REQUIRED = (
    *("title", "service", "version", "date", "status", "sources", "read", "expires", "questions", "rows"),
)
ROW_KEYS = ("row", "when", "why", "alarm", "handover", "safety")
_ENOUGH = 3  # combinations named of those without a row, or with several: the others have the same cause


def check(files: Files) -> Iterator[Finding]:
    """Everything wrong with the tables, apart from their texts, and the questions that nobody would ask."""
    lines = {name: file for file in files.lines for name in reading.responses(file)}
    for file in files.advice:
        if file.root is None:
            continue
        yield from version(file)
        found = list(_rule(file))
        yield from found
        if not any(each.blocks for each in found):
            yield from _lines(file, advice_files.read(file), lines)


class Tables:
    """The tables of a folder, read again when a file changes; with a mistake in one, as they were before."""

    def __init__(self, content_dir: Path) -> None:
        self._folder = content_dir
        self._stamp: tuple[tuple[str, int], ...] | None = None
        self._tables: dict[str, Table] = {}

    def get(self, name: str) -> Table:
        """A table as it is now. Raises KeyError for one that is not there, or has never been in order."""
        files = sorted((self._folder / "advice").glob("*.yml"))
        stamp = tuple((file.name, file.stat().st_mtime_ns) for file in files)
        if stamp != self._stamp:
            self._stamp = stamp
            for file in reading.advice(self._folder):
                if file.root is not None and not any(found.blocks for found in _rule(file)):
                    self._tables[file.path.stem] = advice_files.read(file)
        return self._tables[name]


def _rule(file: File) -> Iterator[Finding]:
    """The rule without its texts: its shape and, where that is in order, that every answer has its row."""
    found = list(_shape(file))
    yield from found
    if not any(each.blocks for each in found):
        yield from _combinations(file, advice_files.read(file))


def _shape(file: File) -> Iterator[Finding]:
    root = file.root
    assert root is not None
    for key in root.names():
        if key not in TOP_KEYS:
            what = f"«{key}» no va aquí{nearest(key, TOP_KEYS)}: solo {', '.join(TOP_KEYS)}"
            yield file.finding(root.line_of(key), what)
    own = root.get("advice")
    if own is None or not own.names():
        yield file.finding(root.line_of("advice"), "falta «advice:» con la regla: cópiala de otro archivo")
        return
    yield from dates_in(file, root.get("responses") or Node(None, 1))
    yield from _fields(file, own)
    questions = dict(members(own, "questions"))
    if not questions:
        yield file.finding(own.line_of("questions"), "faltan las preguntas: «alarm: [yes, no, unsure]» …")
    for name, node in questions.items():
        if condition(node) != (DAYS,) and UNSURE not in condition(node):
            what = f"a «{name}» también se contesta «no sé»: añade {UNSURE} a sus respuestas"
            yield file.finding(node.line, what)
    yield from _rows(file, own, {name: condition(node) for name, node in questions.items()})


def _fields(file: File, own: Node) -> Iterator[Finding]:
    for key in own.names():
        if key not in (*REQUIRED, "signed"):
            what = f"«{key}» no es un campo{nearest(key, REQUIRED)}: corrígelo o bórralo"
            yield file.finding(own.line_of(key), what)
    misspelt = meant(own.names(), (*REQUIRED, "signed"))
    for key in REQUIRED:
        if own.get(key) is None and key != "sources" and key not in misspelt:
            line = file.root.line_of("advice") if file.root else 1
            yield file.finding(line, f"falta «{key}» en advice: complétalo")
    number, since, service, status = (value(own, key) for key in ("version", "date", "service", "status"))
    if number is not None and (not isinstance(number, int) or isinstance(number, bool) or number < 1):
        yield file.finding(
            own.line_of("version"), "«version» de la regla es un número: súbelo en cada cambio"
        )
    if since is not None and type(since) is not date:
        yield file.finding(own.line_of("date"), f"«date» es el día de esta versión: {DATE_FORM}")
    if service is not None and service not in scope.SERVICES:
        what = f"«service: {service}» no existe: elige {', '.join(scope.SERVICES)}"
        yield file.finding(own.line_of("service"), what)
    if status is not None and status not in STATUSES:
        what = f"«status: {status}» no existe: elige {', '.join(STATUSES)}"
        yield file.finding(own.line_of("status"), what)
    yield from field_rules.dates(file, own)
    yield from field_rules.sources(file, own)
    yield from field_rules.signature(file, own)


def _rows(file: File, own: Node, questions: Mapping[str, Condition]) -> Iterator[Finding]:
    node = own.get("rows")
    rows = node.items() if node else []
    if not rows:
        yield file.finding(own.line_of("rows"), "faltan las filas: «- row: …» con su «when» y su «why»")
    seen: dict[str, int] = {}
    for row in rows:
        name = (row.get("row") or row).text() or ""
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            yield file.finding(row.line, "la fila lleva «row: nombre», en minúsculas y con _ por espacio")
        elif name in seen:
            yield file.finding(
                row.line, f"la fila «{name}» ya está en la línea {seen[name]}: cámbiale el nombre"
            )
        seen.setdefault(name, row.line)
        for key in row.names():
            if key not in ROW_KEYS:
                yield file.finding(row.line_of(key), f"«{key}» no va en una fila{nearest(key, ROW_KEYS)}")
        if (row.get("why") or row).text() is None:
            yield file.advice(row.line_of("why"), f"a «{name}» le falta «why»: por qué dice lo que dice")
        for key in ("alarm", "handover", "safety"):
            if not isinstance(value(row, key), bool | None):
                yield file.finding(row.line_of(key), f"«{key}» es true o false, sin comillas")
        if not members(row, "when"):
            yield file.finding(row.line_of("when"), f"a «{name}» le falta «when»: para qué respuestas es")
        for question, node in members(row, "when"):
            yield from _when(file, question, node, questions)


def _when(file: File, question: str, node: Node, questions: Mapping[str, Condition]) -> Iterator[Finding]:
    allowed = questions.get(question)
    if allowed is None:
        yield file.finding(
            node.line, f"«{question}» no está en «questions»{nearest(question, list(questions))}"
        )
        return
    for each in condition(node):
        if isinstance(each, Days):
            good = DAYS in allowed and (each.last is None or each.first <= each.last)
        else:
            good = each == UNSURE if DAYS in allowed else each in allowed
        if not good:
            kind = f"días (3, 0-7, 15+) o {UNSURE}" if DAYS in allowed else ", ".join(map(str, allowed))
            yield file.finding(node.line, f"«{question}» se contesta con {kind}: corrige la fila")


def _combinations(file: File, table: Table) -> Iterator[Finding]:
    """Every combination of answers has its one row, and every row a combination."""
    own = own_part(file)
    where = {str(value(node, "row")): node.line for node in (own.get("rows") or own).items()}
    reached: set[str] = set()
    wrong = 0
    for answers, rows in advice.ways(table):
        reached |= {row.id for row in rows}
        if len(rows) == 1:
            continue
        wrong += 1
        said = ", ".join(f"{name} {value}" for name, value in answers.items())
        if wrong > _ENOUGH:
            continue
        if rows:
            names = " y ".join(f"«{row.id}»" for row in rows)
            yield file.finding(where[rows[-1].id], f"{names} valen para lo mismo ({said}): estrecha una")
        else:
            yield file.finding(own.line_of("rows"), f"ninguna fila es para esto: {said}. Añádela")
    for name, line in where.items():
        if name not in reached:
            yield file.finding(line, f"a la fila «{name}» no se llega nunca: corrige su «when» o bórrala")


def _lines(file: File, table: Table, others: Mapping[str, File]) -> Iterator[Finding]:
    """Each row has its text here, and nothing else has; each question is asked and explained somewhere."""
    node = (file.root or Node(None, 1)).get("responses") or Node(None, 1)
    texts = reading.responses(file)
    wanted = [table.line, *(table.line_of(row) for row in table.rows if not row.alarm)]
    for name in wanted:
        if name not in texts:
            line = file.root.line_of("responses") if file.root else 1
            yield file.finding(line, f"falta el texto {name}: añádelo en responses")
        elif name in others:
            yield file.finding(node.line_of(name), f"{name} ya está en {others[name].shown}: deja una")
    for name in texts:
        if name not in wanted:
            yield file.finding(
                node.line_of(name), f"{name} no es de ninguna fila: corrige el nombre o bórralo"
            )
    for question in table.questions:
        for name in (f"utter_ask_{advice.SLOT}{question}", f"utter_explain_{advice.SLOT}{question}"):
            if name not in others:
                line = own_part(file).line_of("questions")
                yield file.finding(line, f"«{question}» no se puede preguntar: falta {name} en data/lines")
