"""Whether somebody says that they are a child: under 14 they give no consent, and a person of ours answers.

Under 14 is a parent's to decide (DS 016-2024-JUS; facts: content.md 10.1, to be confirmed by a lawyer).
"""

from __future__ import annotations

import re

from linea.plain import plain

CONSENTS_FROM = 14  # years
_YOUNGEST = 5
_WORDS = "cinco seis siete ocho nueve diez once doce trece".split()

# Years that somebody has been doing something are no age: "tengo 12 años trabajando", "10 años de casada".
_AGE = re.compile(
    rf"\b(?:tengo|cumpli|voy a cumplir|acabo de cumplir|ando con|soy (?:una |un )?nin[oa] de)"
    rf" (?:recien |solo |apenas |ya )?([0-9]{{1,2}}|{'|'.join(_WORDS)}) (?:anos|anitos|ano)\b"
    r"(?! (?:de (?!edad)|en |que |con |sin |aca|aqui|fuera|casad|separad|viud|jubilad|\w+(?:ando|endo)\b))"
)
_CHILD = re.compile(
    r"\bsoy (?:una |un )?(?:nin[oa]|menor de edad|menor)\b(?! (?:de (?!edad)|que))"
    r"|\bestoy en (?:(?:primer|segundo|tercer|cuarto|quinto|sexto|[1-6](?:ro|do|to)?) )?(?:grado )?"
    r"(?:de )?primaria\b"
)


def says_child(text: str | None) -> bool:
    """Whether a message says that who writes is under 14, or a child without saying how old."""
    said = plain(text or "")
    return any(_is_childs(found[1]) for found in _AGE.finditer(said)) or bool(_CHILD.search(said))


def _is_childs(number: str) -> bool:
    years = int(number) if number.isdecimal() else _WORDS.index(number) + _YOUNGEST
    return _YOUNGEST <= years < CONSENTS_FROM
