"""Rules for what is said, in entries and lines alike: channels, lengths, placeholders, numbers, buttons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from linea import gsm7, numbered
from linea.bank import placeholders, reading
from linea.bank.button_rules import check as check_buttons
from linea.bank.entry import CHANNELS, Finding
from linea.bank.numbers import literal_numbers
from linea.bank.placeholders import Facts
from linea.bank.reading import File
from linea.bank.yaml_tree import Node
from linea.messages import Body

MOST_WHATSAPP = 1024  # Meta: the body of a message with buttons or a list
GOOD_WHATSAPP = 700  # as much as is still read on a small phone
KEYS = ("text", "channel", "buttons", "metadata", "custom", "id")


@dataclass(frozen=True)
class Known:
    """What a text may refer to.

    `whole_facts` and `whole_intents`: nothing is missing there because a file could not be read; else
    one mistake in directory.yml would show up again in every text.
    """

    facts: Facts
    entries: frozenset[str]
    intents: frozenset[str]
    whole_facts: bool
    whole_intents: bool

    def lacks(self, key: str) -> bool:
        """Whether nobody knows this placeholder."""
        return self.whole_facts and self.facts.value(key) is None


@dataclass(frozen=True)
class Response:
    """One response: its name, the line it is named on, its wordings, and what may stand in them."""

    file: File
    name: str
    line: int
    node: Node

    def finding(self, line: int, message: str) -> Finding:
        """A finding in this response's file."""
        return self.file.finding(line, message)

    def advice(self, line: int, message: str) -> Finding:
        """A finding in this response's file that does not block."""
        return self.file.advice(line, message)

    def may_fill(self, key: str) -> bool:
        """Whether code passes this value when the response is said."""
        return key in placeholders.LINE_VALUES.get(self.name, frozenset())


def check(response: Response, known: Known) -> Iterator[Finding]:
    """Everything wrong with the wordings of one response."""
    items = response.node.items()
    if not items:
        yield response.finding(response.line, f"{response.name} no dice nada: añade «- text: …»")
        return
    whole = []
    for item in items:
        shape = list(_shape(response, item))
        yield from shape
        if not any(finding.blocks for finding in shape):
            whole.append(item)
    if len(whole) == len(items):
        yield from _channels(response, items)
    for item in whole:
        for rule in _RULES:
            yield from rule(response, item, known)
        yield from check_buttons(
            response.file,
            item,
            known.entries,
            known.intents if known.whole_intents else None,
            numbered=is_sms(item),
        )


def dates_in(file: File, node: Node) -> Iterator[Finding]:
    """Dates without quotes in what Rasa reads: it cannot store them and training breaks."""
    for below in node.walk():
        if isinstance(below.value, date):
            yield file.finding(
                below.line, f"pon la fecha {below.value} entre comillas, o no se podrá entrenar"
            )


def fillable(response: Response, item: Node) -> Iterator[tuple[Node, str]]:
    """Every text of a wording that is filled: the text itself, and its buttons' words."""
    buttons = item.get("buttons")
    nodes = [item.get("text")]
    nodes += [
        button.get(key) for button in (buttons.items() if buttons else []) for key in ("title", "description")
    ]
    for node in nodes:
        if node is not None and isinstance(node.value, str):
            yield node, node.value


def _shape(response: Response, item: Node) -> Iterator[Finding]:
    text = item.get("text")
    if text is None or text.text() is None:
        yield response.finding(
            item.line_of("text"),
            f"a {response.name} le falta un texto: escribe «text: …», entre comillas si hace falta",
        )
    for key in item.names():
        if key not in KEYS:
            yield response.advice(item.line_of(key), f"la línea no envía «{key}»: usa {', '.join(KEYS)}")


def _channels(response: Response, items: list[Node]) -> Iterator[Finding]:
    seen: dict[str | None, int] = {}
    for item in items:
        node = item.get("channel")
        channel = str(node.value) if node is not None else None
        if channel is not None and channel not in CHANNELS:
            yield response.finding(
                item.line_of("channel"),
                f"no hay canal «{channel}»: escribe {' o '.join(CHANNELS)}, o quita la línea",
            )
            return  # which channels are missing shows when this one has its name
        if channel in seen:
            yield response.advice(
                item.line,
                f"ya hay un texto para {channel or 'el chat'} en la línea {seen[channel]}: deja uno",
            )
        seen.setdefault(channel, item.line)
    if None not in seen:
        yield response.finding(
            response.line,
            f"{response.name} no tiene texto sin «channel»: en rasa shell callaría; quítaselo al de WhatsApp",
        )
    if "sms" not in seen:
        yield response.advice(
            response.line, f"{response.name} no tiene texto para SMS: añade «- channel: sms»"
        )


def _placeholders(response: Response, item: Node, known: Known) -> Iterator[Finding]:
    for node, text in fillable(response, item):
        for match in placeholders.PLACEHOLDER.finditer(text):
            key = match.group(1)
            if known.lacks(key) and not response.may_fill(key):
                yield response.finding(
                    node.line_at(match.start()),
                    f"[[{key}]] no está en directory.yml ni en programme.yml: corrígelo o añádelo allí",
                )
        rest = placeholders.PLACEHOLDER.sub(lambda match: " " * len(match.group()), text)
        broken = next((match for match in placeholders.BROKEN.finditer(rest) if _meant(match, known)), None)
        if broken:
            yield response.finding(
                node.line_at(broken.start()),
                "un dato va como [[nombre]], en minúsculas y sin espacios: corrígelo",
            )
        brace = re.search(r"[{}]", rest)
        if brace:
            yield response.finding(
                node.line_at(brace.start()),
                "no uses llaves { }: Rasa las toma por suyas; los datos van como [[nombre]]",
            )


def _numbers(response: Response, item: Node, known: Known) -> Iterator[Finding]:
    for node, text in fillable(response, item):
        for start, number, key in literal_numbers(text, known.facts.directory):
            instead = (
                f"escribe [[{key}]]" if key else "ponlo en directory.yml y escribe aquí su nombre, [[nombre]]"
            )
            yield response.advice(node.line_at(start), f"el número {number} está escrito a mano: {instead}")


def _whatsapp(response: Response, item: Node, known: Known) -> Iterator[Finding]:
    if is_sms(item):
        return
    node, text = _text(item)
    size = len(_filled(text, known.facts, "whatsapp"))
    if size > MOST_WHATSAPP:
        yield response.advice(
            node.line,
            f"el texto tiene {size} letras y caben {MOST_WHATSAPP}: déjalo en {GOOD_WHATSAPP} o menos",
        )
    elif size > GOOD_WHATSAPP:
        yield response.advice(
            node.line, f"el texto tiene {size} letras: déjalo en {GOOD_WHATSAPP}, o haz de él dos preguntas"
        )


def _sms(response: Response, item: Node, known: Known) -> Iterator[Finding]:
    if not is_sms(item):
        return
    for node, text in fillable(response, item):
        strange = gsm7.foreign(text)
        if strange:
            letters = " ".join(dict.fromkeys(f"«{letter}»" for _, letter in strange))
            yield response.advice(
                node.line_at(strange[0][0]),
                f"en un SMS no cabe {letters} (lo parte en trozos de 67): usa otra palabra, o sin tilde",
            )
    size = places(item, known)
    if size > gsm7.TWO_PARTS:
        also = " con sus opciones" if item.get("buttons") else ""
        yield response.advice(
            item.line_of("text"), f"el SMS ocupa {size} letras{also} y caben {gsm7.TWO_PARTS}: acórtalo"
        )


_RULES: tuple[Callable[[Response, Node, Known], Iterator[Finding]], ...] = (
    _placeholders,
    _numbers,
    _whatsapp,
    _sms,
)


def places(item: Node, known: Known) -> int:
    """How many places a wording takes in an SMS, with its options and the longest of its values."""
    wording = reading.wording(item)
    whole = numbered.text(Body(wording.text, wording.options))
    return gsm7.length(_filled(whole, known.facts, "sms"))


def _meant(match: re.Match[str], known: Known) -> bool:
    """Whether brackets were meant as a placeholder: doubled, or around a name that has a value."""
    return match.group(1) is None or known.facts.value(match.group(1)) is not None


def is_sms(item: Node) -> bool:
    """Whether a wording is for SMS."""
    channel = item.get("channel")
    return channel is not None and channel.value == "sms"


def _text(item: Node) -> tuple[Node, str]:
    node = item.get("text")
    assert node is not None
    assert isinstance(node.value, str)
    return node, node.value.strip()


def _filled(text: str, facts: Facts, channel: str) -> str:
    """The text as it goes out; a value not known yet counts as its placeholder, or its longest."""
    longest = placeholders.LONGEST
    values = {key: facts.value(key) or longest.get(key) or f"[[{key}]]" for key in placeholders.keys(text)}
    return placeholders.fill(text, facts, channel, values)
