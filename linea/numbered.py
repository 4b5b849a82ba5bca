"""Options where nothing can be tapped: written as numbered lines, and what was answered to them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from linea.messages import Body
from linea.plain import plain

_WORDS = ("uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez")
_ORDINALS = (
    "primer", "segund", "tercer", "cuart", "quint", "sext", "septim", "octav", "noven", "decim",
)  # fmt: skip
_ASIDE = re.compile(r"(?:(?:la|el|opcion|numero|nro|num|n|respuesta|quiero|pregunta) )+")
_NUMBER = re.compile(r"0?([1-9][0-9]?)")


def text(body: Body) -> str:
    """The whole message as plain text: its words, then a numbered line for each option."""
    lines = []
    for number, option in enumerate(body.options, 1):
        lines.append(f"{number}. {option.title}")
        if option.description:
            lines.append(f"   {option.description}")
    return "\n\n".join(part for part in (body.text, "\n".join(lines)) if part.strip())


def chosen(answer: str, titles: Sequence[str]) -> int | None:
    """The place (from 0) of the option that a whole message names: "2", "2)", "la 2", "dos", "la segunda",
    or its title without accents, capitals and marks. None if it names none of them."""
    said = plain(answer)
    for place, title in enumerate(titles):
        if said and said == plain(title):
            return place
    number = _number(said)
    return number - 1 if number is not None and number <= len(titles) else None


def is_number(answer: str) -> bool:
    """Whether a whole message is the number of an option, in figures or in words."""
    return _number(plain(answer)) is not None


def _number(said: str) -> int | None:
    said = _ASIDE.sub("", f"{said} ").strip() if _ASIDE.match(said) else said
    if digits := _NUMBER.fullmatch(said):
        return int(digits[1])
    if said in _WORDS:
        return _WORDS.index(said) + 1
    return next((n for n, stem in enumerate(_ORDINALS, 1) if re.fullmatch(f"{stem}[oa]?", said)), None)
