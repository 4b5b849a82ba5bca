"""What an answer to a question of ours means: yes or no, one of a list, a number of days; None if nothing.

Pure: words in, a value out. A tap or the number of an option arrives here as its title (`linea/choices.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from linea.plain import plain

YES, NO = "yes", "no"
UNSURE = "unsure"  # "no sé", where a question takes it for an answer
DECLINED = "declined"  # "prefiero no decir": an answer too
SKIPPED = "skipped"  # asked twice and not answered: the question is let go
NOT_ASKED = "not_asked"  # what was answered before made the question needless
MOST_WORDS = 5  # of a yes or a no; what is longer says something else

_YES = re.compile(
    r"(?:si+|sip|claro|acepto|quiero$|dale|ok|okay|ya|bueno|de acuerdo|por supuesto)\b(?! (?:que )?no\b)"
)
_NO = re.compile(
    r"(?:(?:ya|bueno|mejor|creo que|(?:claro|por supuesto) que) )?"
    r"(?:no+|nop|nunca|ningun[oa]?|nada|para nada|tampoco|negativo)\b"
)
_DECLINED = re.compile(
    r"(?:prefiero no|no quiero|no deseo|paso|saltar|siguiente|omitir|no te (?:lo )?(?:voy a|pienso|digo))"
    r"(?: (?:a|la|lo|decir|decirlo|responder|contestar|esta|esa|eso|pregunta))*"
)
_UNSURE = re.compile(
    r"(?:(?:la verdad )?(?:no (?:lo )?se|nose|ni idea|no (?:estoy|ando) segur[oa]|no me acuerdo|no recuerdo"
    r"|quien sabe|a lo mejor|tal vez|quizas?|puede ser|no sabria|no tengo idea)"
    r"(?: (?:bien|la verdad|cual(?: es)?|cuando|exact\w*|decirte?))*)"
)
_BELIEVED = re.compile(r"^(?:yo )?(?:creo|pienso|supongo|me parece) que ")
_UNITS = {"dia": 1, "semana": 7, "mes": 30, "ano": 365}
_WORDS = (
    "cero un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciseis diecisiete dieciocho diecinueve veinte"
).split()
_NUMBER = rf"(?:[0-9]{{1,4}}|{'|'.join(_WORDS)}|uno|una)"
_SPAN = re.compile(rf"({_NUMBER}) (hora|dia|semana|mes|ano)(?:e?s)?\b")
_WEEKDAYS = ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo")
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})\b")
_MOMENTS = {"antes de ayer": 2, "anteayer": 2, "antier": 2, "ayer": 1, "anoche": 1, "hoy": 0, "recien": 0}


@dataclass(frozen=True)
class Heard:
    """What a person answered: their words, what the assistant took them for, by which channel, which day."""

    text: str
    intent: str = ""
    channel: str = "whatsapp"
    today: date | None = None


Question = Callable[[Heard], Any]  # the value of an answer, None where it is none


def yes_no(heard: Heard) -> str | None:
    """YES or NO: by the intents `affirm` and `deny`, or by the first word of a short message."""
    said = plain(heard.text)
    short = len(said.split()) <= MOST_WORDS
    if heard.intent == "affirm" or (short and _YES.match(said)):
        return YES
    if heard.intent == "deny" or (short and _NO.match(said)):
        return NO
    return None


def unsure(heard: Heard) -> str | None:
    """UNSURE for a whole message such as "no sé", "ni idea", "no estoy segura"."""
    return UNSURE if _UNSURE.fullmatch(plain(heard.text)) else None


def yes_no_unsure(heard: Heard) -> str | None:
    """YES, NO or UNSURE: "no sé" begins like a no, "creo que sí" means a yes."""
    said = _BELIEVED.sub("", plain(heard.text))
    return unsure(heard) or yes_no(replace(heard, text=said))


def one_of(values: Mapping[str, Sequence[str]]) -> Question:
    """A question with a list of answers: a value for each, with the words that mean it. Also DECLINED.

    Words count where they stand whole in the message; of several values the longest words win.
    """
    known = [(plain(word), value) for value, words in values.items() for word in words]
    known.sort(key=lambda pair: -len(pair[0]))

    def answer(heard: Heard) -> str | None:
        said = f" {plain(heard.text)} "
        for word, value in known:
            if f" {word} " in said:
                return value
        return declined(heard)

    return answer


def declined(heard: Heard) -> str | None:
    """DECLINED for "prefiero no decir", "paso", "siguiente" and the like."""
    return DECLINED if _DECLINED.fullmatch(plain(heard.text)) else None


def days(heard: Heard) -> int | None:
    """How many days ago or how many days long: "hoy", "ayer", "hace dos semanas", "5", "como 3 dias", "más de
    10", and, where the day is known, "desde el lunes" (a week ago, said on a Monday)."""
    said = plain(heard.text)
    more = 1 if re.search(r"\bmas de\b", said) else 0
    if span := _SPAN.search(said):
        if span[2] == "hora":
            return _number(span[1]) // 24
        half = _UNITS[span[2]] // 2 if re.match(r" y medi[oa]\b", said[span.end() :]) else 0
        return _number(span[1]) * _UNITS[span[2]] + half + more
    for words, count in _MOMENTS.items():
        if re.search(rf"\b{words}\b", said):
            return count
    if heard.today is not None and (weekday := _WEEKDAY.search(said)):
        return (heard.today.weekday() - _WEEKDAYS.index(weekday[1])) % 7 or 7
    alone = re.fullmatch(rf"(?:hace |como |unos |unas |mas o menos |mas de |desde hace )*({_NUMBER})", said)
    return _number(alone[1]) + more if alone else None


def _number(word: str) -> int:
    if word.isdecimal():
        return int(word)
    return 1 if word in ("uno", "una") else _WORDS.index(word)
