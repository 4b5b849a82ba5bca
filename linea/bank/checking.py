"""The checker: every rule over every file, and the rules that need several files at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from linea.bank import (
    advice_rules,
    content_rules,
    entry_rules,
    placeholders,
    reading,
    schedule,
    text_rules,
)
from linea.bank.entry import Finding
from linea.bank.reading import File, Files
from linea.bank.text_rules import Known, Response


@dataclass(frozen=True)
class Checked:
    """The files of the bank, and what is wrong with them in the order of their names and lines."""

    files: Files
    findings: tuple[Finding, ...]

    def blocking(self) -> tuple[Finding, ...]:
        """The findings with which the line could not answer rightly."""
        return tuple(finding for finding in self.findings if finding.blocks)


def check(bank_dir: Path, content_dir: Path) -> list[Finding]:
    """Everything wrong with the bank and the content beside it, one finding for each mistake.

    `content_dir` holds lines/, nlu/, triage/, directory.yml and programme.yml. Nothing in a file makes
    this raise. No finding depends on the day: what is in order today is in order tomorrow.
    """
    return list(inspect(bank_dir, content_dir).findings)


def inspect(bank_dir: Path, content_dir: Path) -> Checked:
    """The files together with their findings, for those who go on to use them."""
    files = reading.read(bank_dir, content_dir)
    known = Known(
        schedule.facts(files),
        frozenset(file.path.stem for file in files.entries),
        frozenset(intent for file in files.nlu for intent, _ in reading.intents(file)),
        whole_facts=all(
            file is not None and not file.mistakes for file in (files.directory, files.programme)
        ),
        whole_intents=not any(file.mistakes for file in files.nlu),
    )
    return Checked(files, tuple(sorted(set(_findings(files, known)))))


def _findings(files: Files, known: Known) -> Iterator[Finding]:
    for file in (*files.entries, *files.lines, *files.advice, *files.nlu, *files.own):
        for mistake in file.mistakes:
            yield file.finding(mistake.line, mistake.message)
    if not files.entries:
        yield Finding(
            reading.shown(files.bank_dir), 1, "no hay ninguna pregunta: revisa la carpeta del banco"
        )
    for file in files.entries:
        yield from entry_rules.check(file)
        yield from _entry_texts(file, known)
        yield from _entry_values(file, known)
        yield from _follow_ups(file, known)
    yield from content_rules.lines_files(files)
    yield from advice_rules.check(files)
    for file in (*files.lines, *files.advice):
        for response in _responses(file):
            yield from text_rules.check(response, known)
            for item in response.node.items():
                yield from content_rules.crisis(response, item)
                yield from content_rules.empty_values(response, item, known)
    fixed = [response for file in files.lines for response in _responses(file)]
    yield from content_rules.crisis_in_two_parts(fixed, known)
    yield from content_rules.directory(files)
    yield from content_rules.programme(files)
    yield from schedule.check(files)
    yield from content_rules.own_files(files)
    yield from content_rules.nlu_files(files)
    yield from _same_name(files)
    yield from _same_short(files)
    yield from _same_variant(files)


def _responses(file: File) -> list[Response]:
    node = file.root.get("responses") if file.root else None
    return [
        Response(file, name, node.line_of(name) if node else 1, item)
        for name, item in reading.responses(file).items()
    ]


def _entry_texts(file: File, known: Known) -> Iterator[Finding]:
    for response in _responses(file):
        yield from text_rules.check(response, known)
    for key in ("nlu", "responses"):
        node = file.root.get(key) if file.root else None
        if node is not None:
            yield from text_rules.dates_in(file, node)


def _entry_values(file: File, known: Known) -> Iterator[Finding]:
    """The values an entry leans on: the official place must always be there, and safety waits for none."""
    own = file.root.get("entry") if file.root else None
    official = own.get("official") if own else None
    if official is not None and isinstance(official.value, str):
        for key in placeholders.keys(official.value):
            if known.lacks(key) or known.facts.is_empty(key):
                yield file.finding(
                    official.line, f"[[{key}]] no tiene valor, y «official» se usa siempre: cámbialo"
                )
    safety = own.get("safety") if own else None
    if safety is None or safety.value is not True:
        return
    for response in _responses(file):
        for item in response.node.items():
            for node, text in text_rules.fillable(response, item):
                for match in placeholders.PLACEHOLDER.finditer(text):
                    if known.facts.is_empty(match.group(1)):
                        yield file.finding(
                            node.line_at(match.start()),
                            f"[[{match.group(1)}]] está vacío y una respuesta «safety» sale siempre: quítalo",
                        )


def _follow_ups(file: File, known: Known) -> Iterator[Finding]:
    own = file.root.get("entry") if file.root else None
    node = own.get("follow_up") if own else None
    for item in node.items() if node else []:
        name = item.text()
        if name is not None and name.removeprefix("faq/") not in known.entries:
            yield file.advice(item.line, f"no hay ninguna pregunta {name}: corrige el nombre")


def _same_name(files: Files) -> Iterator[Finding]:
    """Two files of one name in two topics: Rasa keeps one of the answers without a word."""
    first: dict[str, File] = {}
    for file in files.entries:
        kept = first.setdefault(file.path.stem, file)
        if kept is not file:
            yield file.finding(1, f"ya hay una pregunta con este nombre en {kept.shown}: renombra una")


def _same_short(files: Files) -> Iterator[Finding]:
    """Two entries suggested under one name: nobody could choose, and Meta refuses the whole message."""
    first: dict[str, File] = {}
    for file in files.entries:
        own = file.root.get("entry") if file.root else None
        short = own.get("short") if own else None
        words = normal(short.text() or "") if short else ""
        kept = first.setdefault(words, file) if words else file
        if short is not None and kept.path.stem != file.path.stem:
            yield file.advice(
                short.line, f"«{(short.text() or '').strip()}» ya es el «short» de {kept.shown}: cambia uno"
            )


def _same_variant(files: Files) -> Iterator[Finding]:
    """One question under two intents: the model can only guess between them."""
    first: dict[str, tuple[str, File, int]] = {}
    for file in (*files.entries, *files.nlu):
        for intent, item in reading.intents(file):
            for variant, _ in reading.variants(item):
                words = normal(variant.text)
                kept = first.setdefault(words, (intent, file, variant.line)) if words else None
                if kept is not None and kept[0] != intent:
                    yield file.advice(
                        variant.line,
                        f"«{variant.text}» ya está en {kept[0]} ({kept[1].shown}, línea {kept[2]}): deja una",
                    )


def normal(text: str) -> str:
    """The words of a variant without accents, capitals and signs, as two people may write the same."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("ñ", "\0"))
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter)).replace("\0", "ñ")
    return " ".join(re.findall(r"\w+", letters))
