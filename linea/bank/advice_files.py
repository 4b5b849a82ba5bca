"""From the files of data/advice to tables; `advice_rules.py` sees to it that their shape is in order."""

from __future__ import annotations

import re
from datetime import date
from typing import cast

from linea.advice import Condition, Days, Row, Table
from linea.bank import reading
from linea.bank.reading import File, Files
from linea.bank.yaml_tree import Node

_SPAN = re.compile(r"([0-9]+)(?:-([0-9]+)|(\+))?")


def tables(files: Files) -> dict[str, Table]:
    """The tables by name; of files in which nothing that blocks was found."""
    return {file.path.stem: read(file) for file in files.advice}


def read(file: File) -> Table:
    """The table of a file whose shape is in order."""
    own = own_part(file)
    questions = {name: condition(node) for name, node in members(own, "questions")}
    node = own.get("rows")
    return Table(
        id=file.path.stem,
        version=cast(int, value(own, "version")),
        since=cast(date, value(own, "date")),
        expires=cast(date, value(own, "expires")),
        status=str(value(own, "status")),
        signed=reading.signature(own) is not None,
        service=str(value(own, "service")),
        questions=questions,
        rows=tuple(_row(each) for each in (node.items() if node else [])),
    )


def _row(node: Node) -> Row:
    return Row(
        id=str(value(node, "row")),
        when={name: condition(each) for name, each in members(node, "when")},
        why=str(value(node, "why") or ""),
        alarm=value(node, "alarm") is True,
        handover=value(node, "handover") is True,
        safety=value(node, "safety") is True,
    )


def condition(node: Node) -> Condition:
    """`no`, `[yes, unsure]`, `3`, `0-7`, `15+`: one answer or several, in words or in days."""
    return tuple(_answer(each) for each in (node.items() if isinstance(node.value, list) else [node]))


def _answer(node: Node) -> str | Days:
    span = _SPAN.fullmatch(str(node.value))
    if span is None:
        return str(node.value)
    first = int(span[1])
    return Days(first, None if span[3] else int(span[2] or first))


def own_part(file: File) -> Node:
    """What stands under `advice:`."""
    own = file.root.get("advice") if file.root else None
    assert own is not None
    return own


def members(node: Node, key: str) -> list[tuple[str, Node]]:
    """The parts under a key by name; none where there is no such mapping."""
    child = node.get(key)
    return list(child.value.items()) if child is not None and isinstance(child.value, dict) else []


def value(node: Node, key: str) -> object:
    """The value under a key, None where there is none."""
    child = node.get(key)
    return child.value if child is not None else None
