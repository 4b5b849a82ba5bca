"""Question files: what strangers ask, and what should come of it (bench/questions/README.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.processes import Failed

SHIPPED = Path(__file__).resolve().parent.parent / "questions"
EXPECTED = ("answer", "smalltalk", "off_topic")
EITHER = "off_topic_or_"  # and a word for what may be answered as well


class BadLine(Failed):
    """A line of a question or label file cannot be used; the message names the file, the line and why."""


@dataclass(frozen=True)
class Question:
    """One text and what it deserves."""

    text: str
    expect: str
    entries: tuple[str, ...] | None  # ids that answer it; empty: the bank has none; None: nobody has said
    topic: str | None = None


@dataclass(frozen=True)
class QuestionFile:
    """A file's name, without where it lies, and its questions."""

    name: str
    questions: tuple[Question, ...]


def read_all(files: Sequence[Path], labels: Sequence[Path] = ()) -> list[QuestionFile]:
    """Those files, or the ones that ship with the bench; a label replaces the entries of its text.

    Raises BadLine.
    """
    labelled: dict[str, tuple[str, ...]] = {}
    for path in labels:
        for where, line in _lines(path):
            if "entry" not in line:
                raise BadLine(f"{where}: entry is missing")
            labelled[_text(where, line)] = _entries(where, line) or ()
    read = [read_file(path) for path in files or sorted(SHIPPED.glob("*.jsonl"))]
    return [replace(file, questions=tuple(_labelled(file.questions, labelled))) for file in read]


def read_file(path: Path) -> QuestionFile:
    """The questions of one file. Raises BadLine, also for a file without any."""
    questions = tuple(_question(where, line) for where, line in _lines(path))
    if not questions:
        raise BadLine(f"{path}: no question in it")
    return QuestionFile(path.name, questions)


def _labelled(questions: Iterable[Question], labelled: dict[str, tuple[str, ...]]) -> Iterator[Question]:
    for question in questions:
        yield replace(question, entries=labelled.get(question.text, question.entries))


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadLine(f"{path}: cannot be read ({error})") from error
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}: line {number}"
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadLine(f"{where}: not JSON ({error})") from error
        if not isinstance(found, dict):
            raise BadLine(f"{where}: not a JSON object")
        yield where, found


def _question(where: str, line: dict[str, Any]) -> Question:
    expect, topic = line.get("expect"), line.get("topic")
    if not isinstance(expect, str) or not (expect in EXPECTED or expect.startswith(EITHER)):
        raise BadLine(f"{where}: expect is {expect!r}, and not one of {', '.join(EXPECTED)}, {EITHER}…")
    if topic is not None and not isinstance(topic, str):
        raise BadLine(f"{where}: topic is no text")
    return Question(_text(where, line), expect, _entries(where, line), topic)


def _text(where: str, line: dict[str, Any]) -> str:
    text = line.get("text")
    if not isinstance(text, str) or not text.strip():
        raise BadLine(f"{where}: text is missing, or empty, or no text")
    return text


def _entries(where: str, line: dict[str, Any]) -> tuple[str, ...] | None:
    if "entry" not in line:
        return None
    entries = line["entry"]
    if isinstance(entries, str):
        entries = [entries]
    if not isinstance(entries, list) or not all(isinstance(entry, str) and entry for entry in entries):
        raise BadLine(f"{where}: entry is neither an id nor a list of ids")
    return tuple(entries)
