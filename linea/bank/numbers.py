"""Telephone numbers written by hand in a text, which belong in the directory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from linea.bank import placeholders

_FEWEST_DIGITS = 3
_URL = re.compile(r"https?://\S+|\b\w+(?:\.\w+)*\.(?:com|org|pe|net|int|gob)\b\S*")
# What stands before or after a number that is an amount, a date or a size, not a telephone number.
_AMOUNT_BEFORE = r"(?<![\d/.,])(?<!S/ )(?<!\$)(?<!\$ )"
_AMOUNT_AFTER = (
    r"(?![\d/°]|[.,]\d|\s*%|\s*(?:mg|ml|mL|cc|g|kg|km|cm|m|°|soles|d[oó]lares|bol[ií]vares|personas|gente|pasos|veces|"
    r"horas?|minutos?|segundos?|d[ií]as?|meses|años|metros?|litros?|gramos?|grados|gotas|latidos|mil|millones|"
    r"pastillas|tabletas|casos|euros)\b)"
)
_SHAPES = re.compile(
    r"\+\d[\d\s-]{7,}\d"  # international
    r"|\(0\d{1,2}\)\s*\d{3}[\s-]?\d{3,4}"  # with an area code
    r"|(?<!\d)0800[\s-]?\d[\d\s-]{2,}\d"  # free of charge
    r"|(?<![\d.,])9\d{2}[\s-]?\d{3}[\s-]?\d{3}(?!\d)"  # Peru's mobile numbers
    rf"|{_AMOUNT_BEFORE}(?:10\d|11\d|911|18[0-2]\d){_AMOUNT_AFTER}"  # Peru's short numbers
)
_CALL = re.compile(
    rf"\b(?:llam|marc|línea|linea|tel[eé]fono|n[uú]mero|whatsapp)\w*(?:\s+(?:al?|gratis|ya|el|la|es)){{0,3}}\s+"
    rf"(?P<number>\d[\d-]{{2,}}){_AMOUNT_AFTER}",
    re.IGNORECASE,
)


def literal_numbers(text: str, directory: Mapping[str, str]) -> Iterator[tuple[int, str, str | None]]:
    """Every number that looks like a telephone number: its place, itself, its key in the directory."""
    hidden = _hide(_hide(text, placeholders.PLACEHOLDER), _URL)
    found: dict[int, tuple[str, str | None]] = {}
    for key, number in directory.items():
        digits = re.sub(r"\D", "", number)
        if len(digits) >= _FEWEST_DIGITS and not re.search(r"[a-z]{3}", number, re.IGNORECASE):
            spaced = r"[\s().-]*".join(digits)
            for match in re.finditer(rf"{_AMOUNT_BEFORE}\(?{spaced}{_AMOUNT_AFTER}", hidden):
                found.setdefault(match.start(), (match.group().strip(), key))
    for match in _SHAPES.finditer(hidden):
        if not _inside(match.start(), found):
            found.setdefault(match.start(), (match.group().strip(), None))
    for match in _CALL.finditer(hidden):
        if not _inside(match.start("number"), found):
            found.setdefault(match.start("number"), (match.group("number"), None))
    yield from ((start, *number_and_key) for start, number_and_key in sorted(found.items()))


def _hide(text: str, pattern: re.Pattern[str]) -> str:
    """The text with every match blanked out, so that places stay the same."""
    return pattern.sub(lambda match: " " * len(match.group()), text)


def _inside(start: int, found: Mapping[int, tuple[str, str | None]]) -> bool:
    return any(begin <= start < begin + len(number) for begin, (number, _) in found.items())
