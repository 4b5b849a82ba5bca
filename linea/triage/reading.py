"""The files of data/triage, read and checked line by line; every fault says where it is and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

LISTS_FILE = "lists.yml"
COLOURS = ("none", "green", "yellow", "red")
URGENCIES = ("none", "appointment", "today", "now")
# When several signals fire in one colour, the text of the first of these kinds goes out. A wish to die comes
# first because fear often takes the breath away; then whoever needs an ambulance.
# Then abuse by somebody of the organisation, which the others must not read (DESIGN 5.6).
KINDS = ("suicide", "medical_alarm", "staff_abuse", "child", "violence", "help", "distress")
NEEDED = KINDS[:-1]  # without a red of these, no start

_RASA_WORD = re.compile(r"(nlu|rules|stories|responses|actions)\s*:")
_FIELDS = frozenset(
    "id kind colour urgency alarm line why phrases alone unless fires_on silent_on".split(),
)
_NEEDED_FIELDS = ("id", "kind", "colour", "urgency", "alarm", "line", "why", "fires_on", "silent_on")
_TEXT_LISTS = ("phrases", "alone", "unless", "fires_on", "silent_on")


@dataclass(frozen=True)
class Finding:
    """One fault in a file: where it is, and in Spanish what to do."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.line}: {self.message}"


class TriageError(Exception):
    """The signals cannot be used. `findings`: every fault; as text, one `path: line: what to do` a line."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))


@dataclass(frozen=True)
class Text:
    """A phrase or an example, and the line of the file on which it stands."""

    value: str
    line: int


@dataclass(frozen=True)
class Signal:
    """One signal of danger as the protection team wrote it."""

    path: Path
    at: int
    id: str
    kind: str
    colour: str
    urgency: str
    alarm: bool
    line: str | None
    why: str
    phrases: tuple[Text, ...] = ()
    alone: tuple[Text, ...] = ()
    unless: tuple[Text, ...] = ()
    fires_on: tuple[Text, ...] = ()
    silent_on: tuple[Text, ...] = ()


@dataclass
class Lists:
    """What all signals share: named lists of words, spellings, and words recognised with one letter wrong."""

    path: Path
    lists: dict[str, list[Text]] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)
    typos: list[str] = field(default_factory=list)


def read_folder(folder: Path) -> tuple[Lists, list[Signal], list[Finding]]:
    """The shared lists and all signals of the folder, with every fault found."""
    findings: list[Finding] = []
    if not folder.is_dir():
        missing = Finding(folder, 1, "no existe la carpeta de señales: créala con sus archivos")
        return Lists(folder), [], [missing]
    lists = Lists(folder / LISTS_FILE)
    signals: list[Signal] = []
    for path in sorted(folder.glob("*.yml")):
        content = content_of(path, findings)
        if content is None:
            continue
        if path.name == LISTS_FILE:
            lists = _read_lists(path, content, findings)
        else:
            signals.extend(_read_signals(path, content, findings))
    seen: dict[str, Signal] = {}
    for signal in signals:
        if signal.id in seen:
            first = seen[signal.id]
            where = f"{first.path.name}, línea {first.at}"
            message = f"el id «{signal.id}» ya está en {where}: usa otro"
            findings.append(Finding(signal.path, signal.at, message))
        seen[signal.id] = signal
    for kind in NEEDED:
        if not any(signal.kind == kind and signal.colour == "red" for signal in signals):
            message = f"falta una señal roja del motivo «{kind}»: sin ella la línea no arranca"
            findings.append(Finding(folder, 1, message))
    return lists, signals, findings


def content_of(path: Path, findings: list[Finding]) -> Any:
    """What stands in a file, as ruamel reads it with its lines; None, and a finding, if it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        findings.append(Finding(path, 1, "el archivo no está en UTF-8: guárdalo con esa codificación"))
        return None
    for number, row in enumerate(text.splitlines(), 1):
        if _RASA_WORD.match(row):
            word = row.split(":")[0]
            findings.append(Finding(path, number, f"Rasa tomaría «{word}:» como suyo: usa otra palabra"))
    try:
        content = YAML(typ="rt", pure=True).load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) if isinstance(error, MarkedYAMLError) else None
        line = mark.line + 1 if mark is not None else 1
        what = "no se puede leer: revisa comillas y sangría; una frase que empieza con «[» va entre comillas"
        findings.append(Finding(path, line, what))
        return None
    if not isinstance(content, dict):
        findings.append(Finding(path, 1, "está vacío o no tiene la forma esperada: copia la de otro archivo"))
        return None
    return content


def _read_lists(path: Path, content: Any, findings: list[Finding]) -> Lists:
    lists = Lists(path)
    for key in content:
        if key not in ("lists", "spellings", "typos"):
            what = f"no se conoce «{key}»: usa lists, spellings o typos"
            findings.append(Finding(path, line_of(content, key), what))
    for name, values in (content.get("lists") or {}).items():
        lists.lists[str(name)] = _texts(path, content["lists"], name, values, findings)
    for typed, meant in (content.get("spellings") or {}).items():
        lists.spellings[str(typed)] = str(meant)
    lists.typos = [str(word) for word in content.get("typos") or []]
    return lists


def _read_signals(path: Path, content: Any, findings: list[Finding]) -> list[Signal]:
    for key in content:
        if key != "signals":
            what = f"no se conoce «{key}»: aquí solo va «signals»"
            findings.append(Finding(path, line_of(content, key), what))
    signals = []
    rows = content.get("signals")
    if not isinstance(rows, list) or not rows:
        findings.append(Finding(path, 1, "no hay señales: escribe «signals:» y debajo al menos una"))
        return []
    for index, row in enumerate(rows):
        at = rows.lc.item(index)[0] + 1 if hasattr(rows, "lc") else 1
        if not isinstance(row, dict):
            findings.append(Finding(path, at, "esta señal no tiene campos: empieza con «- id: ...»"))
            continue
        signal = _read_signal(path, at, row, findings)
        if signal is not None:
            signals.append(signal)
    return signals


def _read_signal(path: Path, at: int, row: Any, findings: list[Finding]) -> Signal | None:
    before = len(findings)

    def fault(key: str | None, message: str) -> None:
        findings.append(Finding(path, line_of(row, key) if key in row else at, message))

    for key in row:
        if key not in _FIELDS:
            fault(key, f"no se conoce el campo «{key}»: corrígelo o bórralo")
    for key in _NEEDED_FIELDS:
        if key not in row:
            fault(None, f"falta el campo «{key}»: agrégalo")
    for key, allowed in (("kind", KINDS), ("colour", COLOURS[1:]), ("urgency", URGENCIES)):
        if key in row and row[key] not in allowed:
            fault(key, f"«{key}» debe ser uno de: {', '.join(allowed)}")
    if not isinstance(row.get("alarm", False), bool):
        fault("alarm", "«alarm» debe ser true o false")
    if row.get("alarm") is True and row.get("colour") != "red":
        fault("alarm", "una alarma médica siempre es roja: pon colour: red")
    if row.get("colour") == "red" and row.get("urgency") != "now":
        fault("urgency", "una señal roja es para ahora: pon urgency: now")
    if row.get("colour") == "red" and not row.get("line"):
        fault("line", "una señal roja necesita el texto que sale de inmediato: pon su utter_... en «line»")
    line = row.get("line")
    if line is not None and not str(line).startswith("utter_"):
        fault("line", "«line» es el nombre de un texto y empieza con utter_")
    if not str(row.get("why") or "").strip():
        fault("why", "explica en una frase por qué esta señal tiene este color")
    texts = {key: tuple(_texts(path, row, key, row.get(key), findings)) for key in _TEXT_LISTS}
    if not texts["phrases"] and not texts["alone"]:
        fault("phrases", "la señal no tiene frases: escribe al menos una en «phrases» o en «alone»")
    for key in ("fires_on", "silent_on"):
        if not texts[key] and key in row:
            fault(key, f"«{key}» necesita al menos un ejemplo")
    if len(findings) > before:
        return None
    return Signal(
        path=path,
        at=at,
        id=str(row["id"]),
        kind=row["kind"],
        colour=row["colour"],
        urgency=row["urgency"],
        alarm=row["alarm"],
        line=None if line is None else str(line),
        why=str(row["why"]),
        phrases=texts["phrases"],
        alone=texts["alone"],
        unless=texts["unless"],
        fires_on=texts["fires_on"],
        silent_on=texts["silent_on"],
    )


def _texts(path: Path, owner: Any, key: Any, values: Any, findings: list[Finding]) -> list[Text]:
    if values is None:
        return []
    if not isinstance(values, list):
        what = f"«{key}» es una lista: pon cada frase en su línea con «- »"
        findings.append(Finding(path, line_of(owner, key), what))
        return []
    texts = []
    for index, value in enumerate(values):
        line = values.lc.item(index)[0] + 1 if hasattr(values, "lc") else 1
        if isinstance(value, str):
            texts.append(Text(value, line))
        else:
            findings.append(Finding(path, line, f"«{value}» no es un texto: ponlo entre comillas"))
    return texts


def line_of(owner: Any, key: Any) -> int:
    """The line of the file on which a key of `owner` stands."""
    return owner.lc.key(key)[0] + 1 if hasattr(owner, "lc") else 1
