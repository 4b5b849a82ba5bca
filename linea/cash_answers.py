"""What an answer to a question of the cash list means: a name to be called by, a phone, how many at home."""

from __future__ import annotations

import re

import phonenumbers

from linea.answers import Heard, declined, yes_no
from linea.plain import plain

GIVEN = "given"  # it is in the message; the words themselves are taken from there, not passed on
OWN, OTHER = "own", "other"
REGION = "PE"  # a number without its country's code
MOST_AT_HOME = 25
LONGEST_NAME, MOST_WORDS = 40, 4

_SAID_BEFORE = re.compile(
    r"^\s*(?:hola[,.]?\s+)?(?:me llamo|mi nombre es|me dicen|ll[aá]m[ae]me|d[ií]ga(?:n)?me|soy)\s+",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]+(?:[ '’.-]+[^\W\d_]+)*")
_SAME = re.compile(r"\b(?:mismo|este|a este|desde donde escribo|el que escribo|por aqui)\b")
_MEANT_ELSE = ("faq", "leave", "ask_for_person", "ask_menu", "affirm", "deny", "greet", "thank", "goodbye")


def name_in(text: str) -> str | None:
    """The name somebody gives to be called by, as they write it; None if it is none."""
    name = _SAID_BEFORE.sub("", text.splitlines()[0] if text.strip() else "").strip(" .,!¡")
    if not _LETTERS.fullmatch(name) or len(name) > LONGEST_NAME or len(name.split()) > MOST_WORDS:
        return None
    return name


def name(heard: Heard) -> str | None:
    """GIVEN where the message is a name and nothing else that the line understands; DECLINED."""
    if (nobody := declined(heard)) is not None:
        return nobody
    said_so = _SAID_BEFORE.match(heard.text) is not None
    if heard.intent in _MEANT_ELSE and not said_so:
        return None
    return GIVEN if name_in(heard.text) else None


def phone_in(text: str) -> str | None:
    """The first phone number in a message, with its country's code; None if none can be called."""
    for match in phonenumbers.PhoneNumberMatcher(text, REGION):
        return str(phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164))
    return None


def phone(heard: Heard) -> str | None:
    """OWN: the one they write from; OTHER: another that stands in the message; None if neither."""
    if phone_in(heard.text):
        return OTHER
    if yes_no(heard) == "yes" or _SAME.search(plain(heard.text)):
        return OWN
    return None


def people(heard: Heard) -> str | None:
    """How many live at home, as a number in figures; DECLINED."""
    numbers = [int(n) for n in re.findall(r"\b[0-9]{1,2}\b", plain(heard.text))]
    words = ("uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez")
    numbers += [words.index(w) + 1 for w in plain(heard.text).split() if w in words]
    if re.search(r"\b(?:solo yo|sola|solo|nadie mas|yo no mas)\b", plain(heard.text)) and not numbers:
        return "1"
    if len(numbers) == 1 and 1 <= numbers[0] <= MOST_AT_HOME:
        return str(numbers[0])
    return declined(heard)
