"""Rules for what can be tapped, with Meta's limits for reply buttons and lists, or answered by number."""

from __future__ import annotations

from collections.abc import Iterator

from linea.bank.entry import Finding
from linea.bank.reading import File
from linea.bank.yaml_tree import Node

# Meta, Cloud API, "Interactive reply buttons" and "Interactive list messages".
MOST_BUTTONS = 3
MOST_BUTTON_TITLE = 20
MOST_ROWS = 10
MOST_ROW_TITLE = 24
MOST_DESCRIPTION = 72
MOST_LABEL = 20
# What is only tapped: intents without a single way of writing them, and what the worker itself understands.
ONLY_TAPPED = frozenset(
    {"answer", "join_cash_list", "erase", "keep_data"}
    | {"choose_slot", "other_slot", "book_slot", "no_appointment", "cancel_sure", "keep_appointment"}
)


def check(
    file: File, item: Node, entries: frozenset[str], intents: frozenset[str] | None, *, numbered: bool
) -> Iterator[Finding]:
    """Everything wrong with the buttons of one wording; payloads are `/intent` or `faq/<id>`.

    `intents` is None when they could not all be read: then they are not looked at. `numbered`: they go out
    as numbered lines (SMS), where nothing opens and a description only costs letters.
    """
    node = item.get("buttons")
    label = _label(item)
    if node is None:
        if label is not None:
            yield file.advice(label.line, "«button» abre una lista, y aquí no hay «buttons»: bórralo")
        return
    if not isinstance(node.value, list):
        yield file.finding(
            item.line_of("buttons"), "«buttons» es una lista: un guion con title y payload cada uno"
        )
        return
    buttons = node.items()
    described = any(button.get("description") for button in buttons)
    as_list = numbered or len(buttons) > MOST_BUTTONS or label is not None or described
    if len(buttons) > MOST_ROWS:
        yield file.advice(
            item.line_of("buttons"), f"hay {len(buttons)} opciones y caben {MOST_ROWS}: quita las que sobran"
        )
    if numbered:
        yield from _plain_lines(file, label, buttons)
    elif as_list:
        yield from _list_label(file, item, label)
    yield from _repeated(file, buttons)
    for button in buttons:
        yield from _words(file, button, as_list)
        yield from _payload(file, button, entries, intents)


def _label(item: Node) -> Node | None:
    metadata = item.get("metadata")
    return metadata.get("button") if metadata else None


def _list_label(file: File, item: Node, label: Node | None) -> Iterator[Finding]:
    if label is None:
        yield file.advice(
            item.line_of("buttons"),
            "son opciones de lista y falta el botón que la abre: añade «metadata: {button: Ver opciones}»",
        )
    elif (label.text() or "") == "" or len(label.text() or "") > MOST_LABEL:
        yield file.advice(label.line, f"el botón que abre la lista lleva de 1 a {MOST_LABEL} letras")


def _plain_lines(file: File, label: Node | None, buttons: list[Node]) -> Iterator[Finding]:
    if label is not None:
        yield file.advice(label.line, "por SMS las opciones salen numeradas y nada las abre: borra «button»")
    for button in buttons:
        description = button.get("description")
        if description is not None:
            yield file.advice(description.line, "por SMS una opción es solo su título: borra «description»")


def _words(file: File, button: Node, as_list: bool) -> Iterator[Finding]:
    title = button.get("title")
    words = title.text() if title else None
    most, name = (MOST_ROW_TITLE, "la fila") if as_list else (MOST_BUTTON_TITLE, "el botón")
    if title is None or words is None:
        yield file.finding(
            button.line_of("title"), "a un botón le falta su título: escribe «title: …» como texto"
        )
    elif len(words.strip()) > most:
        yield file.advice(
            title.line, f"{name} «{words.strip()}» tiene {len(words.strip())} letras y caben {most}: acórtalo"
        )
    description = button.get("description")
    if description is not None:
        size = len((description.text() or "").strip())
        if not 0 < size <= MOST_DESCRIPTION:
            yield file.advice(
                description.line, f"la descripción lleva de 1 a {MOST_DESCRIPTION} letras y tiene {size}"
            )


def _payload(
    file: File, button: Node, entries: frozenset[str], intents: frozenset[str] | None
) -> Iterator[Finding]:
    node = button.get("payload")
    payload = node.text() if node else None
    if node is None or payload is None:
        yield file.finding(
            button.line_of("payload"),
            "a un botón le falta qué pide: escribe «payload: faq/<pregunta>» o «/intención»",
        )
    elif payload.startswith("faq/"):
        if payload.removeprefix("faq/") not in entries:
            yield file.advice(node.line, f"no hay ninguna pregunta {payload}: corrige el nombre")
    elif not payload.startswith("/") or (intents is not None and payload[1:] not in intents | ONLY_TAPPED):
        yield file.advice(
            node.line, f"«{payload}» no es ni faq/<pregunta> ni una intención de data/nlu (/nombre)"
        )


def _repeated(file: File, buttons: list[Node]) -> Iterator[Finding]:
    """Meta refuses a message in which two buttons read the same."""
    seen: set[str] = set()
    for button in buttons:
        title = button.get("title")
        words = (title.text() or "").strip() if title else ""
        if words and words in seen:
            yield file.advice(button.line, f"hay dos opciones «{words}»: cambia una")
        seen.add(words)
