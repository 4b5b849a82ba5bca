"""YAML with the line of every value, read as Rasa reads it (YAML 1.2), and its errors in plain Spanish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import yaml

Scalar = str | int | float | bool | date | datetime | None

_TAG = "tag:yaml.org,2002:"
_NUMBER = re.compile(r"^[-+]?(?:[0-9]+|[0-9]*\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+\.[0-9]*)$")
_BOOLEAN = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
_NOTHING = re.compile(r"^(?:~|null|Null|NULL|)$")
_DATE = re.compile(r"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?$")


class _Loader(yaml.CSafeLoader):
    """The C parser (200 files in well under a second), reading YAML 1.2 as Rasa does.

    There `no` and `si` are words and 0800 is no octal number. It only composes; `_scalar` builds.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


_Loader.add_implicit_resolver(_TAG + "bool", _BOOLEAN, list("tTfF"))
_Loader.add_implicit_resolver(_TAG + "null", _NOTHING, ["~", "n", "N", ""])
_Loader.add_implicit_resolver(_TAG + "timestamp", _DATE, list("0123456789"))
_Loader.add_implicit_resolver(_TAG + "float", _NUMBER, list("-+.0123456789"))


@dataclass(frozen=True)
class Node:
    """A value and the line (from 1) it starts on; mappings also know the line of each key."""

    value: Scalar | list[Node] | dict[str, Node]
    line: int
    key_lines: dict[str, int] = field(default_factory=dict)
    literal: bool = False  # written as a block after "|": its lines are the file's lines

    def get(self, key: str) -> Node | None:
        """The value under `key`, or None when this is no mapping, has no such key or it is empty."""
        child = self.value.get(key) if isinstance(self.value, dict) else None
        return None if child is None or child.value is None else child

    def names(self) -> list[str]:
        """The keys of a mapping in the file's order; none for anything else."""
        return list(self.value) if isinstance(self.value, dict) else []

    def items(self) -> list[Node]:
        """The members of a list; none for anything else."""
        return self.value if isinstance(self.value, list) else []

    def text(self) -> str | None:
        """The value when it is a text that is not blank."""
        return self.value if isinstance(self.value, str) and self.value.strip() else None

    def line_of(self, key: str) -> int:
        """The line of a key, or of the mapping when it is missing."""
        return self.key_lines.get(key, self.line)

    def line_at(self, offset: int) -> int:
        """The line of the character at `offset` of a text."""
        if not self.literal or not isinstance(self.value, str):
            return self.line
        return self.line + 1 + self.value.count("\n", 0, offset)

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        below = self.value.values() if isinstance(self.value, dict) else self.items()
        for child in below:
            yield from child.walk()


@dataclass(frozen=True)
class Mistake:
    """Something wrong with the YAML itself."""

    line: int
    message: str


def parse(raw: bytes) -> tuple[Node | None, list[Mistake]]:
    """The tree of a file and what is wrong with it; the tree is None when it cannot be read at all."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, [Mistake(line, "hay una letra que no está en UTF-8: guarda el archivo como UTF-8")]
    mistakes: list[Mistake] = []
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
        if root is None:
            return None, [Mistake(1, "el archivo está vacío: complétalo o bórralo")]
        return _node(root, mistakes), mistakes
    except yaml.MarkedYAMLError as error:
        return None, [_explain(error, text)]
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return None, [Mistake(line, "hay un carácter de control que no se ve: bórralo")]
    except RecursionError:
        return None, [Mistake(1, "hay demasiados niveles, uno dentro de otro: simplifica el archivo")]


def _node(node: yaml.Node, mistakes: list[Mistake]) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Node(_scalar(node), line, literal=node.style == "|")
    if isinstance(node, yaml.SequenceNode):
        return Node([_node(child, mistakes) for child in node.value], line)
    value: dict[str, Node] = {}
    key_lines: dict[str, int] = {}
    for key_node, child in node.value:
        key_line = key_node.start_mark.line + 1
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        if key is None:
            mistakes.append(Mistake(key_line, "la clave no es una palabra: escribe «nombre: valor»"))
        elif key in value:
            first = key_lines[key]
            mistakes.append(
                Mistake(key_line, f"«{key}» ya está en la línea {first}, y solo valdría una: deja una")
            )
        else:
            value[key] = _node(child, mistakes)
            key_lines[key] = key_line
    return Node(value, line, key_lines)


def _scalar(node: yaml.ScalarNode) -> Scalar:
    text: str = node.value
    kind = node.tag.removeprefix(_TAG)
    if kind == "bool":
        return text.lower() == "true"
    if kind == "null":
        return None
    if kind == "float":
        return float(text) if "." in text else int(text)
    if kind == "timestamp":
        return _date(text)
    return text


def _date(text: str) -> Scalar:
    """The date, or the text itself when the calendar has no such day: the rules then name it."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return text


_PROBLEMS: tuple[tuple[str, str], ...] = (
    ("mapping values are not allowed", "hay un «:» suelto o falta sangría: pon el texto entre comillas"),
    ("could not find expected ':'", "falta «:» después de la clave, o el texto perdió su sangría"),
    ("did not find expected key", "la sangría no coincide con la de arriba, o falta entrecomillar el texto"),
    ("did not find expected '-'", "la sangría de la lista no coincide: alinea los guiones"),
    ("undefined alias", "un texto empieza con «*»: ponlo entre comillas"),
    ("expected a single document", "hay una línea «---» de más: bórrala"),
)
# What was opened and not closed is told where it was opened.
_OPENED = ("quoted scalar", "flow mapping", "flow sequence")


def _explain(error: yaml.MarkedYAMLError, text: str) -> Mistake:
    context = error.context or ""
    if error.context_mark is not None and any(opened in context for opened in _OPENED):
        line = error.context_mark.line
        return Mistake(line + 1, "unas comillas, llaves o corchetes se abren y no se cierran bien: ciérralos")
    mark = error.problem_mark or error.context_mark
    rows = text.splitlines() or [""]
    line = min(mark.line, len(rows) - 1) if mark is not None else 0  # at the end of the file it says one more
    if rows[line].lstrip(" ").startswith("\t"):
        return Mistake(line + 1, "la línea empieza con un tabulador: usa espacios")
    for english, spanish in _PROBLEMS:
        if english in f"{context} {error.problem or ''}":
            return Mistake(line + 1, spanish)
    return Mistake(line + 1, "el YAML no se entiende: revisa sangría, comillas y dos puntos")
