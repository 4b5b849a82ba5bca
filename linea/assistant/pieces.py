"""Cuts a message into the pieces that may each be a question: lines, sentences, and parts of a long one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from linea.assistant.normal import words

MOST = 12  # pieces read of one message, or of one burst
LONGEST = 8000  # characters looked at; a burst is a few messages of at most 4,096
# Words. What is longer than LONG is cut at commas and connectives, and where there are none every few words;
# a part shorter than SHORT stays with the next. By cross-validation, on questions put together of variants.
LONG, SHORT, WINDOW = 10, 4, 10

# A full stop ends a sentence only before a space: "37.5", "www.gob.pe".
_SENTENCES = re.compile(r"\n+|(?<=[!?…])\s*|(?<=[.;])\s+|(?=[¿¡])")
_PARTS = re.compile(
    r"\s*[,:()]\s+|\s+(?=(?:pero|entonces|porque|adem[aá]s|tambi[eé]n|y|o sea|quisiera|quer[ií]a"
    r"|quiero saber|mi (?:pregunta|consulta|duda)|una (?:pregunta|consulta|duda))\s)",
    re.IGNORECASE,
)
# Two questions in one breath, without a mark: "donde me hago la prueba y cuanto cuesta".
_ASKED_BESIDES = re.compile(
    r"\s+(?:y|e|adem[aá]s|tambi[eé]n)\s+(?=(?:(?:a|de|en|con|por|para|desde|hasta)\s+)?"
    r"(?:d[oó]nde|c[oó]mo|cu[aá]nt[oa]s?|qu[eé]|k|q|cu[aá]l(?:es)?|cu[aá]ndo|qui[eé]n(?:es)?|puedo|debo)\s)",
    re.IGNORECASE,
)


def pieces(text: str) -> list[str]:
    """The pieces in their order, at most MOST: questions before the rest, the last before the first."""
    found = [
        piece for sentence in _SENTENCES.split(text[:LONGEST]) for piece in _cut(sentence) if words(piece)
    ]
    if len(found) <= MOST:
        return found
    by_weight = sorted(range(len(found)), key=lambda place: ("?" in found[place], place), reverse=True)
    return [found[place] for place in sorted(by_weight[:MOST])]


def questions(piece: str) -> list[str]:
    """The questions that one piece asks one after the other; the piece itself where it asks only one."""
    return _ASKED_BESIDES.split(piece)


def _cut(sentence: str) -> Iterator[str]:
    """A sentence as it is or, if it is long, its parts, none of them of two or three words."""
    if len(sentence.split()) <= LONG:
        yield sentence
        return
    held: list[str] = []
    for part in _PARTS.split(sentence):
        held.append(part)
        if sum(len(each.split()) for each in held) >= SHORT:
            yield from _windows(" ".join(held).split())
            held = []
    if held:
        yield " ".join(held)


def _windows(found: list[str]) -> Iterator[str]:
    """Overlapping by half, so that a question falls whole into one of them."""
    half = WINDOW // 2
    for start in range(0, max(len(found) - half, 1), half):
        yield " ".join(found[start : start + WINDOW])
