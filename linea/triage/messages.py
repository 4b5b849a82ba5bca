"""The messages of data/triage/messages that the classifier learns from, read and checked line by line.

One file a voice (a person who wrote as many people would); every fault says where it is and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linea.triage.classifier import Label
from linea.triage.reading import COLOURS, KINDS, NEEDED, Finding, content_of, line_of

FOLDER = "messages"  # within data/triage
_FIELDS = ("colour", "kind", "urgency", "look_alike", "texts")
_URGENCIES = {"none": ("none",), "green": ("none",), "yellow": ("today", "appointment"), "red": ("now",)}
_LINE_BREAK = " / "  # how a line break within a message is written
_PHONE = re.compile(r"\d(?:[ .-]?\d){6,}")


@dataclass(frozen=True)
class Said:
    """A message, what it is, and where it stands; `voice` is the name of its file.

    `look_alike`: harmless, and written to sound like danger; where nobody says so, False.
    """

    text: str
    label: Label
    voice: str
    path: Path
    line: int
    look_alike: bool = False


def read_folder(folder: Path) -> tuple[list[Said], list[Finding]]:
    """All messages of the folder, with every fault found. A folder that is not there holds none."""
    findings: list[Finding] = []
    found: list[Said] = []
    for path in sorted(folder.glob("*.yml")):
        found += read_file(path, findings)
    seen: dict[str, Said] = {}
    for said in found:
        before = seen.setdefault(" ".join(said.text.lower().split()), said)
        where = f"{before.path.name}, línea {before.line}"
        if before.label != said.label:
            what = f"este mensaje está con otro color o motivo en {where}: decide uno"
        elif before is not said and before.path == said.path:
            what = f"este mensaje ya está en {where}: borra uno de los dos"
        else:  # two voices may well say the same
            continue
        findings.append(Finding(said.path, said.line, what))
    return found, findings


def read_file(path: Path, findings: list[Finding]) -> list[Said]:
    """The messages of one file; its faults are added to `findings`."""
    content = content_of(path, findings)
    if content is None:
        return []
    if not path.read_text(encoding="utf-8").startswith("#"):
        what = "el archivo debe abrir con un comentario que diga lo que contiene, antes de que alguien lo lea"
        findings.append(Finding(path, 1, what))
    for key in content:
        if key != "heard":
            what = f"no se conoce «{key}»: aquí solo va «heard»"
            findings.append(Finding(path, line_of(content, key), what))
    groups = content.get("heard")
    if not isinstance(groups, list) or not groups:
        findings.append(Finding(path, 1, "no hay mensajes: escribe «heard:» y debajo al menos un grupo"))
        return []
    return [said for index in range(len(groups)) for said in _of_group(path, groups, index, findings)]


def _of_group(path: Path, groups: Any, index: int, findings: list[Finding]) -> Iterator[Said]:
    group = groups[index]
    at = groups.lc.item(index)[0] + 1

    def fault(key: str | None, message: str) -> None:
        line = line_of(group, key) if isinstance(group, dict) and key in group else at
        findings.append(Finding(path, line, message))

    if not isinstance(group, dict):
        fault(None, "este grupo no tiene campos: empieza con «- colour: ...»")
        return
    before = len(findings)
    for key in group:
        if key not in _FIELDS:
            fault(key, f"no se conoce el campo «{key}»: corrígelo o bórralo")
    colour = group.get("colour")
    if colour not in COLOURS:
        fault("colour", f"«colour» debe ser uno de: {', '.join(COLOURS)}")
        return
    kind = None if group.get("kind") == "none" else group.get("kind")
    kinds = {"red": NEEDED, "none": (None,)}.get(colour, KINDS)
    if kind not in kinds:
        fault("kind", f"«kind» debe ser uno de: {', '.join(name or 'none' for name in kinds)}")
    urgency = group.get("urgency", "none")
    if urgency not in _URGENCIES[colour]:
        fault("urgency", f"con «colour: {colour}», «urgency» es: {' o '.join(_URGENCIES[colour])}")
    if group.get("look_alike") not in (None, True, False):
        fault("look_alike", "«look_alike» debe ser true o false")
    if not isinstance(group.get("texts"), str):
        fault("texts", "escribe «texts: |» y debajo un mensaje por línea, con «- » delante")
    if len(findings) > before:
        return
    label = Label(colour, kind, urgency)
    first = line_of(group, "texts") + 1
    for number, row in enumerate(group["texts"].splitlines(), start=first):
        text = row.removeprefix("- ").strip()
        if not row.strip():
            continue
        if not row.startswith("- ") or not text:
            findings.append(Finding(path, number, "cada mensaje va en su línea y empieza con «- »"))
        elif _PHONE.search(text):
            what = "hay un número que parece de teléfono o de documento: quítalo"
            findings.append(Finding(path, number, what))
        else:
            said = text.replace(_LINE_BREAK, "\n")
            yield Said(said, label, path.stem, path, number, bool(group.get("look_alike")))
