"""What somebody sent, in words an operator can read: «[foto] mira mi receta», «[nota de voz]».

What people and their phones write is shown with everything in it that could mislead made visible.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from linea.store.models import MediaRow

LONGEST_VALUE = 200  # letters of one name, title or answer inside a label
MARK = "·"  # stands for a character that cannot be seen or that would turn the text round

FILES = {
    "image": ("foto", "fotos"),
    "voice": ("nota de voz", "notas de voz"),
    "audio": ("audio", "audios"),
    "video": ("video", "videos"),
    "sticker": ("sticker", "stickers"),
    "document": ("archivo", "archivos"),
}
NO_FILE = {
    "gone": "ya no se puede ver",
    "refused": "no se pudo abrir",
    "too_large": "demasiado grande para abrirlo aquí",
}
OTHERS = {
    "unsupported": "algo que WhatsApp no deja ver aquí",
    "ephemeral": "mensaje temporal que WhatsApp no deja ver aquí",
    "request_welcome": "abrió el chat",
    "system": "aviso de WhatsApp",
    "location": "ubicación",
    "contacts": "contacto",
    "order": "pedido",
    "button": "tocó un botón",
    "interactive": "tocó un botón",
    "user_preferences": "cambió lo que quiere recibir",
}

_JOINER = "\u200d"  # holds the parts of one emoji together; anywhere else it hides
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs that show nothing
_PILE = 3  # marks on one letter; no language needs more, and a heap of them covers other lines


def shown(
    type: str, text: str | None, details: Mapping[str, Any] | None, media: Sequence[MediaRow] = ()
) -> str:
    """One message as an operator reads it: labels in square brackets, then the words.

    `details` as `messages.Inbound` names them; unknown names are left out. Never raises on what came in.
    """
    told = dict(details or {})
    labels = [*_circumstances(told), *_files(media), *_contents(type, told, bool(media))]
    words = visible(text) if text else ""
    if not labels and not words:
        labels = [OTHERS.get(type, _value(type))]
    return " ".join([*(f"[{label}]" for label in labels), words]).strip()


def visible(text: str) -> str:
    """Text with nothing hidden in it: control, format and invisible characters become «·».

    Lines stay lines; every other blank becomes a space; an emoji put together of several stays whole.
    """
    kept: list[str] = []
    marks = 0
    for place, sign in enumerate(text):
        category = unicodedata.category(sign)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if sign == "\n":
            kept.append(sign)
        elif sign.isspace():
            kept.append(" ")
        elif sign == _JOINER and _joins(text, place):
            kept.append(sign)
        elif not sign.isprintable() or sign in _BLANKS:
            kept.append(MARK)
        elif marks <= _PILE:
            kept.append(sign)
        elif marks == _PILE + 1:
            kept.append(MARK)
    return "".join(kept)


def _joins(text: str, place: int) -> bool:
    """Whether the joiner at `place` stands between two parts of an emoji."""
    around = (text[place - 1 : place], text[place + 1 : place + 2])
    return all(sign and unicodedata.category(sign) in ("So", "Sk", "Mn") for sign in around)


def _value(anything: Any) -> str:
    """Somebody else's words inside a label: one line, no brackets that could end it, not too long."""
    words = visible(str(anything)).replace("[", "(").replace("]", ")")
    words = " ".join(words.split())
    return words if len(words) <= LONGEST_VALUE else f"{words[: LONGEST_VALUE - 1]}…"


def _circumstances(details: Mapping[str, Any]) -> Iterable[str]:
    """How the message came."""
    referral = details.get("referral")
    if isinstance(referral, Mapping):
        title = referral.get("headline") or referral.get("body") or referral.get("source")
        yield f"llegó por el anuncio «{_value(title)}»" if title else "llegó por un anuncio"
    if details.get("group"):
        yield "en un grupo"
    if details.get("forwarded"):
        yield "reenviado"
    if details.get("context_summary"):
        yield f"resumen hecho por una máquina, puede estar mal: {_value(details['context_summary'])}"


def _files(media: Sequence[MediaRow]) -> Iterable[str]:
    """The files of the message; several of a kind are counted."""
    plain: Counter[str] = Counter()
    for row in media:
        trouble = NO_FILE.get(row.reason or "", NO_FILE.get(row.state, ""))
        if not row.name and not trouble and row.type != "document":
            plain["voice" if row.voice else row.type] += 1
            continue
        parts = [" ".join(filter(None, (kind(row), _value(row.name or "")))), _size(row.size)]
        yield ", ".join(filter(None, parts)) + (f": {trouble}" if trouble else "")
    for name, count in plain.items():
        yield _kind(name) if count == 1 else f"{count} {_kind(name, count)}"


def kind(row: MediaRow) -> str:
    """What a file is called: «foto», «nota de voz»."""
    return _kind("voice" if row.voice else row.type)


def _kind(kind: str, count: int = 1) -> str:
    one, several = FILES.get(kind, FILES["document"])
    return one if count == 1 else several


def _size(size: int | None) -> str:
    if size is None:
        return ""
    return f"{max(1, round(size / 1000))} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def _contents(type: str, details: Mapping[str, Any], has_file: bool) -> Iterable[str]:
    """What the message is, where it is more than words and files."""
    if details.get("failed"):
        kind = type if type in FILES else "document"
        yield f"{_kind(kind)}: no llegó bien, hay que pedir que lo envíe otra vez"
    elif details.get("caption_of") and not has_file:
        yield _kind(str(details["caption_of"]))
    if isinstance(details.get("location"), Mapping):
        yield _location(details["location"])
    for contact in _list(details.get("contacts")):
        yield _contact(contact)
    if "reaction" in details:
        sign = details["reaction"]
        yield f"reaccionó {_value(sign)}" if sign else "quitó su reacción"
    if details.get("edited"):
        yield "corrigió su mensaje"
    if details.get("removed"):
        yield "borró un mensaje"
    products = [_product(product) for product in _list(details.get("products"))]
    if products:
        yield _value(f"pedido: {', '.join(products)}")
    if details.get("form") not in (None, "", {}, []):
        yield f"formulario: {_form(details['form'])}"
    errors = [_value(code) for code in _list(details.get("errors"))]
    if errors and not details.get("failed"):
        yield f"no llegó entero: error {', '.join(errors)}"


def _location(place: Mapping[str, Any]) -> str:
    point = [_value(place[key]) for key in ("latitude", "longitude") if place.get(key) is not None]
    names = [_value(place[key]) for key in ("name", "address") if place.get(key)]
    return " ".join(filter(None, ("ubicación", ", ".join(point), ", ".join(names))))


def _contact(contact: Any) -> str:
    if not isinstance(contact, Mapping):
        return "contacto"
    name = _value(contact.get("name") or "sin nombre")
    phones = ", ".join(_value(phone) for phone in _list(contact.get("phones")))
    return f"contacto {name}: {phones}" if phones else f"contacto {name}"


def _product(product: Any) -> str:
    if not isinstance(product, Mapping):
        return _value(product)
    return f"{_value(product.get('quantity') or 1)} × {_value(product.get('id') or '?')}"


def _form(form: Any) -> str:
    if isinstance(form, Mapping):
        return _value("; ".join(f"{name}: {answer}" for name, answer in form.items() if name != "flow_token"))
    return _value(form)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
