"""From the files of the bank to trees with lines, and from a clean tree to entries and wordings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

from linea.bank.entry import Entry, Finding, Handover, Signature, Variant, Wording
from linea.bank.placeholders import Facts
from linea.bank.yaml_tree import Mistake, Node, parse
from linea.messages import Option

VARIANT_DASH = "-"


@dataclass(frozen=True)
class File:
    """One YAML file: its tree (None when it cannot be read) and what is wrong with its YAML."""

    path: Path
    shown: str  # as a person types it, from where they stand
    raw: bytes
    root: Node | None
    mistakes: tuple[Mistake, ...]

    def finding(self, line: int, message: str, blocks: bool = True) -> Finding:
        """A mistake in this file with which the line cannot answer rightly."""
        return Finding(self.shown, line, message, blocks)

    def advice(self, line: int, message: str) -> Finding:
        """A mistake that an editor has to mend, and that does not keep the line from starting."""
        return Finding(self.shown, line, message, blocks=False)


@dataclass(frozen=True)
class Files:
    """Every file the bank is read from or compared with."""

    bank_dir: Path
    content_dir: Path
    entries: tuple[File, ...]
    lines: tuple[File, ...]
    nlu: tuple[File, ...]  # intents that are no bank question
    own: tuple[File, ...]  # files with keys of our own: directory, programme, triage, ...
    directory: File | None
    programme: File | None
    advice: tuple[File, ...] = ()  # tables of advice, each with the lines of its rows

    def version(self) -> str:
        """A hash over all that can change what is said: entries, lines, advice, directory and programme."""
        digest = hashlib.sha256()
        named = [(path_in(file.path, self.bank_dir), file) for file in self.entries]
        named += [(path_in(file.path, self.content_dir), file) for file in (*self.lines, *self.advice)]
        named += [(file.path.name, file) for file in (self.directory, self.programme) if file]
        for name, file in named:
            digest.update(f"{name}\0{len(file.raw)}\0".encode())
            digest.update(file.raw)
        return digest.hexdigest()


def read(bank_dir: Path, content_dir: Path) -> Files:
    """All files, in the order of their names. What cannot be read comes back as a mistake, not an error."""
    entries = _folder(bank_dir)
    lines = _folder(content_dir / "lines")
    nlu = _folder(content_dir / "nlu")
    triage = _folder(content_dir / "triage")
    loose = tuple(file(path) for path in _yaml_files(content_dir, deep=False))
    named = {file.path.stem: file for file in loose}
    return Files(
        bank_dir,
        content_dir,
        entries,
        lines,
        nlu,
        (*loose, *triage),
        named.get("directory"),
        named.get("programme"),
        advice(content_dir),
    )


def advice(content_dir: Path) -> tuple[File, ...]:
    """The tables of advice alone."""
    return _folder(content_dir / "advice")


def path_in(path: Path, folder: Path) -> str:
    """The path as it reads from a folder, with slashes; the whole path when it lies elsewhere."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()


def shown(path: Path) -> str:
    """The path as a person types it from where they stand; the whole path when it lies elsewhere."""
    return path_in(path.absolute(), Path.cwd())


def facts(files: Files) -> Facts:
    """The directory's numbers and the programme's values, as far as they can be read."""
    return Facts(
        _values(files.directory, "directory", "number"), _values(files.programme, "programme", "value")
    )


def variants(node: Node) -> Iterator[tuple[Variant, bool]]:
    """The variants of one intent, each with whether it has the dash without which Rasa drops it.

    Both of Rasa's forms: a block with a dash per line, and a list of `- text: ...`.
    """
    examples = node.get("examples")
    if examples is None:
        return
    if isinstance(examples.value, str):
        for number, row in enumerate(examples.value.splitlines()):
            line = examples.line + (1 + number if examples.literal else 0)
            if row.strip():
                yield Variant(row.removeprefix(VARIANT_DASH).strip(), line), row.startswith(VARIANT_DASH)
    for item in examples.items():
        text = item.get("text")
        words = text.value if text is not None and isinstance(text.value, str) else ""
        yield Variant(words.strip().removeprefix(VARIANT_DASH).strip(), item.line), True


def intents(file: File) -> list[tuple[str, Node]]:
    """The intents of a file by name, with the item that holds their variants."""
    found = []
    for item in _below(file.root, "nlu"):
        intent = item.get("intent")
        if intent is not None and isinstance(intent.value, str):
            found.append((intent.value, item))
    return found


def responses(file: File) -> dict[str, Node]:
    """The responses of a file by name."""
    node = file.root.get("responses") if file.root else None
    return node.value if node is not None and isinstance(node.value, dict) else {}


def wordings(node: Node) -> tuple[Wording, ...]:
    """The wordings of one response whose shape has been checked."""
    return tuple(wording(item) for item in node.items() if _text(item, "text"))


def wording(item: Node) -> Wording:
    """One wording, its options with the payload as their id; what is missing is empty."""
    metadata = item.get("metadata")
    buttons = item.get("buttons")
    options = tuple(
        Option(_text(button, "payload"), _text(button, "title"), _text(button, "description") or None)
        for button in (buttons.items() if buttons else [])
    )
    label = _text(metadata, "button") if metadata else ""
    return Wording(_text(item, "text"), _text(item, "channel") or None, options, label or None)


def entry(file: File) -> Entry:
    """The entry of a file in which the checker found nothing that blocks."""
    assert file.root is not None
    own = file.root.get("entry")
    assert own is not None
    name = file.path.stem
    expires = own.get("expires")
    assert expires is not None
    safety = own.get("safety")
    texts = responses(file).get(f"utter_faq/{name}")
    return Entry(
        id=name,
        title=_text(own, "title"),
        topic=_text(own, "topic"),
        status=_text(own, "status"),
        expires=cast(date, expires.value),
        official=_text(own, "official"),
        handover=cast(Handover, _text(own, "handover")),
        short=_text(own, "short"),
        safety=safety is not None and safety.value is True,
        signed=signature(own),
        variants=tuple(variant for _, item in intents(file) for variant, dash in variants(item) if dash),
        wordings=wordings(texts) if texts is not None else (),
        audience=tuple(text for item in _items(own, "audience") if (text := item.text())),
        leads_to=_text(own, "leads_to"),
    )


def signature(own: Node) -> Signature | None:
    """Who signed, or None unless role, name and date are all there."""
    signed = own.get("signed")
    if signed is None:
        return None
    role, name, day = _text(signed, "role"), _text(signed, "name"), signed.get("date")
    if role and name and day is not None and type(day.value) is date:
        return Signature(role, name, day.value)
    return None


def _items(node: Node, key: str) -> list[Node]:
    child = node.get(key)
    return child.items() if child else []


def _text(node: Node, key: str) -> str:
    child = node.get(key)
    return (child.text() or "").strip() if child else ""


def _below(root: Node | None, key: str) -> list[Node]:
    node = root.get(key) if root else None
    return node.items() if node else []


def _values(file: File | None, top: str, key: str) -> dict[str, str]:
    node = file.root.get(top) if file and file.root else None
    return (
        {name: _text(node.value[name], key) for name in node.names()}
        if node and isinstance(node.value, dict)
        else {}
    )


def _folder(folder: Path) -> tuple[File, ...]:
    return tuple(file(path) for path in _yaml_files(folder, deep=True))


def _yaml_files(folder: Path, *, deep: bool) -> list[Path]:
    found = folder.rglob("*") if deep else folder.glob("*")
    return sorted(path for path in found if path.suffix in (".yml", ".yaml") and path.is_file())


def file(path: Path) -> File:
    """One file, whether it can be read or not."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        mistake = Mistake(1, f"no se puede leer ({error.strerror}): revisa sus permisos")
        return File(path, shown(path), b"", None, (mistake,))
    root, mistakes = parse(raw)
    return File(path, shown(path), raw, root, tuple(mistakes))
