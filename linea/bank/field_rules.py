"""Rules for the fields of an entry: title, dates, sources, signature. Each yields what to do, in Spanish."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from linea import gsm7
from linea.bank import reading
from linea.bank.entry import AUDIENCES, HANDOVERS, LEADS_TO, STATUSES, Finding
from linea.bank.reading import File
from linea.bank.spelling import meant, nearest
from linea.bank.yaml_tree import Node

MOST_IN_TITLE = 80
MOST_IN_SHORT = 24  # Meta: the title of a list's row
MOST_IN_OFFICIAL = 120  # it is put into an SMS of two parts
MOST_FOLLOW_UPS = 3  # Meta: reply buttons in one message
REQUIRED = ("title", "topic", "status", "sources", "read", "expires", "official", "handover", "short")
OPTIONAL = (
    "signed",
    "media",
    "owner",
    "audience",
    "rumour_of",
    "follow_up",
    "key_message",
    "safety",
    "leads_to",
)
# Without these an answer cannot be rendered or would be a guess; the others can wait for an editor.
BLOCKING = ("status", "expires", "official", "handover")
DATE_FORM = "escribe la fecha como año-mes-día, por ejemplo 2026-11-01"


def check(file: File, own: Node) -> Iterator[Finding]:
    """Everything wrong with the fields under `entry:`."""
    for rule in _RULES:
        yield from rule(file, own)


def _unknown_fields(file: File, own: Node) -> Iterator[Finding]:
    known = (*REQUIRED, *OPTIONAL)
    for key in own.names():
        if key not in known:
            lost = meant([key], known) & {*BLOCKING, "safety"} - {*own.names()}
            message = f"«{key}» no es un campo{nearest(key, known)}: corrígelo o bórralo"
            yield file.finding(own.line_of(key), message, blocks=bool(lost))


def _missing_fields(file: File, own: Node) -> Iterator[Finding]:
    misspelt = meant(own.names(), (*REQUIRED, *OPTIONAL))
    for key in REQUIRED:
        if own.get(key) is None and key != "sources" and key not in misspelt:
            line = own.line_of(key) if key in own.names() else _entry_line(file)
            yield file.finding(line, f"falta «{key}» en entry: complétalo", blocks=key in BLOCKING)


def _texts(file: File, own: Node) -> Iterator[Finding]:
    for key, most in (
        ("title", MOST_IN_TITLE),
        ("short", MOST_IN_SHORT),
        ("topic", None),
        ("official", MOST_IN_OFFICIAL),
    ):
        node = own.get(key)
        if node is None:
            continue
        text = node.text()
        if text is None:
            yield file.finding(
                node.line, f"«{key}» debe ser un texto: escríbelo entre comillas", key in BLOCKING
            )
        elif most is not None and len(text.strip()) > most:
            yield file.advice(node.line, f"«{key}» tiene {len(text.strip())} letras y caben {most}: acórtalo")
        elif key == "short":
            yield from _short_in_sms(file, node.line, text)


def _short_in_sms(file: File, line: int, text: str) -> Iterator[Finding]:
    """A suggested entry is a numbered line of an SMS, where its name stands without accents."""
    strange = gsm7.foreign(gsm7.plain(text))
    if strange:
        yield file.advice(line, f"«{strange[0][1]}» no cabe en un SMS, y «short» sale también allí: quítalo")


def _choices(file: File, own: Node) -> Iterator[Finding]:
    for key, choices in (("status", STATUSES), ("handover", HANDOVERS)):
        node = own.get(key)
        if node is not None and node.value not in choices:
            yield file.finding(node.line, f"«{key}: {node.value}» no existe: elige {', '.join(choices)}")
    safety = own.get("safety")
    if safety is not None and not isinstance(safety.value, bool):
        yield file.finding(safety.line, "«safety» es true o false, sin comillas")


def dates(file: File, own: Node) -> Iterator[Finding]:
    """`read` and `expires` are days, in that order."""
    days: dict[str, date] = {}
    for key in ("read", "expires"):
        node = own.get(key)
        if node is None:
            continue
        if type(node.value) is date:
            days[key] = node.value
        else:
            yield file.finding(
                node.line, f"«{key}: {node.value}» no es una fecha: {DATE_FORM}", key in BLOCKING
            )
    if len(days) == 2 and days["expires"] < days["read"]:
        yield file.advice(
            own.line_of("expires"), "«expires» es anterior a «read»: pon una fecha posterior a la lectura"
        )


def sources(file: File, own: Node) -> Iterator[Finding]:
    """At least one source, each with who says it, where, and when."""
    node = own.get("sources")
    if node is None or not node.items():
        yield file.advice(
            own.line_of("sources") if "sources" in own.names() else _entry_line(file),
            "falta la fuente: escribe en «sources» de dónde sale la respuesta, con org, title y url",
        )
        return
    for item in node.items():
        missing = [key for key in ("org", "title", "url") if (item.get(key) or item).text() is None]
        if missing:
            yield file.advice(item.line, f"a esta fuente le falta {' y '.join(missing)}: complétala")
        published = item.get("published")
        if published is not None and type(published.value) is not date:
            yield file.advice(published.line, f"«published: {published.value}» no es una fecha: {DATE_FORM}")


def signature(file: File, own: Node) -> Iterator[Finding]:
    """Only a whole signature makes an entry live, and a signature is of a live (or once live) entry."""
    signed, status = own.get("signed"), own.get("status")
    state = status.value if status is not None else None
    filled = signed is not None and bool(signed.names() or signed.text())
    if filled and signed is not None and reading.signature(own) is None:
        yield file.advice(
            own.line_of("signed"), "la firma está incompleta: lleva role, name y date (una fecha)"
        )
    elif state == "live" and not filled:
        yield file.advice(
            own.line_of("status"), "«live» sin firma: vuelve a «review»; la persona responsable la firma"
        )
    elif filled and state in ("draft", "review"):
        yield file.advice(
            own.line_of("signed"), f"hay firma, pero el estado es «{state}»: pasa a «live» o quita la firma"
        )


def _follow_up_shape(file: File, own: Node) -> Iterator[Finding]:
    node = own.get("follow_up")
    if node is None:
        return
    if not node.items() or any(item.text() is None for item in node.items()):
        yield file.advice(node.line, "«follow_up» es una lista de preguntas del banco: [id, id]")
    elif len(node.items()) > MOST_FOLLOW_UPS:
        yield file.advice(node.line, f"«follow_up» lleva {MOST_FOLLOW_UPS} preguntas como máximo")


def _audience(file: File, own: Node) -> Iterator[Finding]:
    node = own.get("audience")
    for item in node.items() if node else []:
        if item.text() not in AUDIENCES:
            yield file.advice(item.line, f"«audience» lleva una lista con algunos de: {', '.join(AUDIENCES)}")
    leads = own.get("leads_to")
    if leads is not None and leads.text() not in LEADS_TO:
        yield file.advice(leads.line, f"«leads_to» es uno de: {', '.join(LEADS_TO)}")


def _folder(file: File, own: Node) -> Iterator[Finding]:
    topic, folder = own.get("topic"), file.path.parent.name
    if topic is not None and topic.text() and topic.value != folder:
        yield file.advice(
            topic.line, f"el tema es «{topic.value}» y la carpeta «{folder}»: ponle el mismo nombre"
        )


_RULES: tuple[Callable[[File, Node], Iterator[Finding]], ...] = (
    _unknown_fields,
    _missing_fields,
    _texts,
    _choices,
    dates,
    sources,
    signature,
    _follow_up_shape,
    _audience,
    _folder,
)


def _entry_line(file: File) -> int:
    return file.root.line_of("entry") if file.root else 1
