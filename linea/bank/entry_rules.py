"""Rules for the file of an entry: one name everywhere, its parts, its variants."""

from __future__ import annotations

from collections.abc import Iterator

from linea.bank import field_rules, reading
from linea.bank.entry import Finding
from linea.bank.reading import File
from linea.bank.spelling import meant, nearest
from linea.bank.yaml_tree import Node

FEWEST_VARIANTS = 10
TOP_KEYS = ("version", "entry", "nlu", "responses")


def check(file: File) -> Iterator[Finding]:
    """Everything wrong with the entry of a file, apart from its texts."""
    root = file.root
    if root is None:
        return
    if not root.names():
        yield file.finding(
            root.line, "el archivo no tiene la forma «clave: valor»: empieza por version y entry"
        )
        return
    yield from _top_keys(file, root)
    yield from version(file)
    own, misspelt = root.get("entry"), meant(root.names(), TOP_KEYS)
    yield from _name(file, misspelt)
    yield from _variants(file)
    if own is None and "entry" not in misspelt:
        yield file.finding(root.line_of("entry"), "falta «entry:» con los datos de la pregunta: añádelo")
    elif own is not None and not isinstance(own.value, dict):
        yield file.finding(own.line, "«entry:» debe llevar debajo sus campos, con sangría")
    elif own is not None:
        yield from field_rules.check(file, own)


def version(file: File) -> Iterator[Finding]:
    """Rasa reads the version as a text; as a number it warns, and without it it guesses."""
    assert file.root is not None
    node = file.root.get("version")
    if node is None or node.value != "3.1":
        yield file.advice(file.root.line_of("version"), 'escribe version: "3.1", con comillas')


def _top_keys(file: File, root: Node) -> Iterator[Finding]:
    for key in root.names():
        if key not in TOP_KEYS:
            yield file.finding(
                root.line_of(key),
                f"«{key}» no va en una pregunta{nearest(key, TOP_KEYS)}: solo {', '.join(TOP_KEYS)}",
            )


def _name(file: File, misspelt: set[str]) -> Iterator[Finding]:
    """One name everywhere: file, intent and response; else Rasa trains a bot that stays silent."""
    assert file.root is not None
    name = file.path.stem
    found = reading.intents(file)
    if not found and "nlu" not in misspelt:
        yield file.finding(
            file.root.line_of("nlu"), f"faltan las variantes: añade nlu con «- intent: faq/{name}»"
        )
    for intent, item in found[:1]:
        if intent != f"faq/{name}":
            yield file.finding(
                item.line_of("intent"),
                f"el archivo es {file.path.name} y la intención {intent}: escribe «faq/{name}», o renombra",
            )
    for intent, item in found[1:]:
        yield file.finding(
            item.line_of("intent"), f"sobra la intención {intent}: una sola por archivo, en el suyo"
        )
    if "responses" not in misspelt:
        yield from _response_name(file, found[0][0] if found else f"faq/{name}")


def _response_name(file: File, intent: str) -> Iterator[Finding]:
    assert file.root is not None
    expected = f"utter_faq/{file.path.stem}"
    texts = reading.responses(file)
    if not texts:
        yield file.finding(
            file.root.line_of("responses"),
            f"falta la respuesta: añade responses con {expected}, o nadie contesta",
        )
    elif expected not in texts and f"utter_{intent}" not in texts:
        first = next(iter(texts))
        yield file.finding(
            _line_of_response(file, first),
            f"la respuesta se llama {first}: escribe «{expected}», o nadie contesta",
        )
    elif len(texts) > 1:
        extra = next((name for name in texts if name not in (expected, f"utter_{intent}")), expected)
        yield file.finding(
            _line_of_response(file, extra), f"sobra la respuesta {extra}: una sola por archivo, en el suyo"
        )


def _variants(file: File) -> Iterator[Finding]:
    for intent, item in reading.intents(file):
        yield from variant_shape(file, item)
        if intent == f"faq/{file.path.stem}":
            different = {variant.text for variant, _ in reading.variants(item)}
            if len(different) < FEWEST_VARIANTS:
                yield file.advice(
                    item.line_of("examples"),
                    f"hay {len(different)} variantes distintas: escribe al menos {FEWEST_VARIANTS}",
                )


def variant_shape(file: File, item: Node) -> Iterator[Finding]:
    """Variants that Rasa would drop without a word, or learn as an empty text."""
    examples = item.get("examples")
    if examples is not None and not isinstance(examples.value, str | list):
        yield file.finding(
            item.line_of("examples"), "las variantes van debajo de «examples: |», una por línea con guion"
        )
        return
    for variant, dash in reading.variants(item):
        if not dash:
            yield file.finding(
                variant.line,
                f"la variante «{_cut(variant.text)}» no empieza con guion y se perdería: ponle «- »",
            )
        elif not variant.text:
            yield file.finding(variant.line, "hay una variante vacía: escríbela o borra la línea")


def _line_of_response(file: File, name: str) -> int:
    node = file.root.get("responses") if file.root else None
    return node.line_of(name) if node else 1


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
