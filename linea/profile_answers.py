"""What an answer to a question of the profile means: age, gender, where from, who is at home; or all at once.

Pure, as `linea/answers.py`: words in, a choice from a list out. What stands in no list is not kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from linea.answers import DECLINED, NO, Heard, declined, one_of, yes_no
from linea.minors import CONSENTS_FROM
from linea.places import PERU, Places
from linea.plain import plain

UNDER_14 = "under_14"
AGES = (UNDER_14, "14_17", "18_29", "30_59", "60_up")
GENDERS = ("woman", "man", "other")
PERUVIAN, MIGRANT = "peruvian", "migrant"
MIGRANTS = (PERUVIAN, MIGRANT)
NONE = "none"
HOUSEHOLD = ("pregnancy", "small_children", "disability", "chronic", "elder")

_BANDS = one_of(
    {
        UNDER_14: ("menos de 14", "menor de 14"),
        "14_17": ("14 a 17", "de 14 a 17", "14 17"),
        "18_29": ("18 a 29", "de 18 a 29", "18 29"),
        "30_59": ("30 a 59", "de 30 a 59", "30 59"),
        "60_up": ("60 o mas", "mas de 60", "60 a mas", "adulta mayor", "adulto mayor", "tercera edad"),
    }
)
_TENS = {
    "veinte": 20,
    "treinta": 30,
    "cuarenta": 40,
    "cincuenta": 50,
    "sesenta": 60,
    "setenta": 70,
    "ochenta": 80,
}
_TWENTIES = (
    "veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho veintinueve"
)
_SMALL = "uno dos tres cuatro cinco seis siete ocho nueve".split()
_TEENS = "diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve".split()
_OWN_AGE = re.compile(r"\b(?:tengo|edad|cumpli) (?:de )?([0-9]{1,3})\b|\b([0-9]{1,3}) (?:anos|anitos|ano)\b")

GENDER = one_of(
    {
        "woman": ("mujer", "femenino", "femenina", "fem", "senora"),
        "man": ("hombre", "masculino", "varon", "masc", "senor"),
        "other": ("otro", "otra", "otre", "no binario", "no binaria", "no binarie", "trans"),
    }
)
_OTHER_LAND = re.compile(r"\b(?:otro pais|otra nacion|otro lugar)\b")
_FROM_HERE = re.compile(r"\b(?:de aqui|de aca|del peru|nacional|naci en (?:el )?peru|de peru)\b")
_FROM_AWAY = re.compile(
    r"\b(?:in?migrant\w*|extranjer\w*|refugiad\w*|refugio|otr[oa] (?:pais|nacion)|no soy peruan[oa])\b"
)
_HOME: Mapping[str, re.Pattern[str]] = {
    "pregnancy": re.compile(r"embaraz\w*|gestante?s?\b|gestando|encinta|en cinta"),
    "small_children": re.compile(
        r"bebes?\b|recien nacid\w*|\bnin[oa]s?\b|\bnen[ea]s?\b|menor(?:es)? de (?:5|cinco)"
        r"|hij[oa]s? (?:chic|pequen)\w*|\b[0-4] (?:anos|anitos|ano|mes|meses)\b"
    ),
    "disability": re.compile(
        r"discapaci\w*|silla de ruedas|cieg[oa]s?\b|sord[oa]s?\b|autis\w*|sindrome de down"
    ),
    "chronic": re.compile(
        r"cronic\w*|diabet\w*|azucar alta|hipertens\w*|presion alta|cancer|\basma\w*|\bvih\b|epilep\w*"
        r"|dialisis|renal|enfermedad|enferm[oa]s?\b|\btbc\b|tuberculosis"
    ),
    "elder": re.compile(
        r"adult[oa]s? mayor(?:es)?|ancian[oa]s?|abuel\w*|viejit[oa]s?|tercera edad"
        r"|mayor(?:es)? de (?:60|sesenta)|persona mayor|60 o mas"
        r"|\b(?:6[0-9]|[7-9][0-9]|10[0-9]) (?:anos|anitos)\b"
    ),
}
_NOBODY = re.compile(r"\b(?:nadie|ningun[oa]?|no hay|no tengo|nada|no vive\w*)\b")
_OWN = re.compile(r"\b[0-9]{1,3} ?a(?:ñ|n)os\b")  # one's own age names nobody else at home
_ONLY_NOBODY = re.compile(r"\b(?:nadie|ningun[oa])\b")
_NOT = re.compile(r"\b(?:no hay|no tengo|sin|ningun[oa]?|no) (?:\w+ ){0,1}$")
# In the order of the numbers that an SMS shows.
_NUMBERED = (*HOUSEHOLD, NONE)


def age(heard: Heard) -> str | None:
    """The band of an age in figures or words, of a chosen band, or DECLINED."""
    said = plain(heard.text)
    if (band := _BANDS(heard)) is not None:
        return str(band)
    if found := _OWN_AGE.search(said):
        return _band(int(found[1] or found[2]))
    numbers = re.findall(r"\b[0-9]{1,3}\b", said)
    if len(numbers) == 1 and len(said.split()) <= 4:
        return _band(int(numbers[0]))
    return _band(_in_words(said)) if not numbers else None


def gender(heard: Heard) -> str | None:
    """`woman`, `man`, `other` or DECLINED; a letter alone is left open, "m" is either."""
    said = _OTHER_LAND.sub(" ", plain(heard.text))
    if said == "h":
        return "man"
    found = GENDER(Heard(said, heard.intent, heard.channel))
    return None if found is None else str(found)


def migrant(places: Places, heard: Heard) -> dict[str, str] | str | None:
    """{status, nationality?}: PERUVIAN, or MIGRANT with the country if they say which; or DECLINED."""
    said = plain(heard.text)
    if (nobody := declined(heard)) is not None:
        return nobody
    nation = places.nation(heard.text)
    if nation not in (None, PERU):
        return {"status": MIGRANT, "nationality": str(nation)}
    if _FROM_AWAY.search(said):
        return {"status": MIGRANT}
    if nation == PERU or _FROM_HERE.search(said):
        return {"status": PERUVIAN}
    return None


def household(heard: Heard) -> str | None:
    """Who lives at home, several at once, one space apart ("chronic elder"); NONE for nobody; DECLINED.

    Numbers alone ("1 y 3") are those that an SMS shows.
    """
    said = plain(heard.text)
    found = {
        kind for kind, words in _HOME.items() for match in words.finditer(said) if _affirmed(said, match)
    }
    digits = re.fullmatch(r"(?:[1-6](?: y | e | )?)+", said)
    if digits:
        found = {_NUMBERED[int(number) - 1] for number in re.findall("[1-6]", said)} - {NONE} or {NONE}
    if found:
        return " ".join(kind for kind in (*HOUSEHOLD, NONE) if kind in found)
    if (nobody := declined(heard)) is not None:
        return nobody
    return NONE if _NOBODY.search(said) or yes_no(heard) == NO else None


def place(places: Places, heard: Heard) -> dict[str, Any] | str | None:
    """{code, among}: where somebody is; or DECLINED. No slip is guessed at where they ask for something."""
    found = places.resolve(heard.text)
    if found is None or (not found.sure and heard.intent in ("faq", "leave", "ask_for_person", "ask_menu")):
        return declined(heard)
    return {"code": found.code, "among": list(found.among)}


def in_one(places: Places, heard: Heard) -> dict[str, Any] | None:
    """All that one message says to all questions at once, by question; None if it says nothing to any."""
    if (nobody := declined(heard)) is not None:
        return dict.fromkeys(("age", "place", "gender", "migrant", "household"), nobody)
    found: dict[str, Any] = {}
    for piece in _pieces(heard.text):
        here = Heard(piece, heard.intent, heard.channel)
        for name, value in (
            ("age", age(here)),
            ("gender", gender(here)),
            ("migrant", migrant(places, here)),
            ("household", NONE if _ONLY_NOBODY.search(plain(piece)) else None),
        ):
            if value is not None and value != DECLINED:
                found.setdefault(name, value)
    found |= _several(heard.text)
    where = places.resolve(heard.text, loose=True)
    if where is not None and (where.sure or found):
        found["place"] = {"code": where.code, "among": []}
    return found or None


def _pieces(text: str) -> Sequence[str]:
    """What a comma, a line or a full stop sets apart; of a message without any the whole and each word."""
    pieces = [piece.strip() for piece in re.split(r"[,;\n/]|\.\s| - ", text) if piece.strip()]
    return pieces if len(pieces) > 1 else [text, *text.split()]


def _several(text: str) -> dict[str, str]:
    """Who lives at home, from the whole message: named in several of its pieces."""
    said = plain(_OWN.sub(" ", text.lower(), count=1))
    found = [
        kind for kind, words in _HOME.items() if any(_affirmed(said, each) for each in words.finditer(said))
    ]
    return {"household": " ".join(found)} if found else {}


def _affirmed(said: str, match: re.Match[str]) -> bool:
    return not _NOT.search(said[: match.start()])


def _band(years: int | None) -> str | None:
    if years is None or not 4 < years < 111:
        return None
    limits = ((CONSENTS_FROM, UNDER_14), (18, "14_17"), (30, "18_29"), (60, "30_59"))
    return next((band for limit, band in limits if years < limit), "60_up")


def _in_words(said: str) -> int | None:
    words = said.split()
    for place, word in enumerate(words):
        if word in _TENS:
            small = words[place + 2 : place + 3] if words[place + 1 : place + 2] == ["y"] else []
            return _TENS[word] + (_SMALL.index(small[0]) + 1 if small and small[0] in _SMALL else 0)
        if word in _TWENTIES.split():
            return 21 + _TWENTIES.split().index(word)
        if word in _TEENS:
            return 10 + _TEENS.index(word)
    return None
