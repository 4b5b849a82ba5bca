"""What people answer to the questions of health advice (data/lines/advice.yml): the values of data/advice.

Pure. Alarm signs are taken only for a plain yes or a plain no: anything else is asked again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from linea.answers import NO, UNSURE, YES, Heard, Question, days, unsure, yes_no_unsure
from linea.plain import plain

_PLAIN_YES = re.compile(
    r"(?:si+|sip|claro)(?: (?:si|senor|senorita|por favor|ayuda|una|alguna|varias|tiene|tengo|hay|la tiene"
    r"|las tiene|urgente))*|(?:claro|por supuesto) que si|afirmativo"
    r"|(?:si )?(?:tengo|tiene|hay) (?:una|alguna|varias)(?: de esas)?"
)
_PLAIN_NO = re.compile(
    r"(?:no+|nop|negativo|para nada|nada)(?: (?:no|gracias|senor|senorita|por suerte|gracias a dios))*"
    r"|(?:no )?(?:hay |tengo |tiene |me pasa |le pasa )?(?:ningun[oa]|nada)"
    r"(?: de (?:eso|esas|ellas)(?: cosas)?)?"
    r"|no (?:tengo|tiene|hay|me pasa|le pasa) eso"
)
_DOUBTED = re.compile(r"(?:no (?:lo )?se|nose|no (?:estoy|ando) segur[oa])\b")
_NEGATED = re.compile(r"(?:no|ningun[oa]?|nada|tampoco|ni)\b")
_BUT = re.compile(r"\b(?:pero|solo|solamente|menos|excepto|salvo)\b")
_SYMPTOMS = re.compile(
    r"\b(?:fiebre|calentura|quebranto|tos|tosiendo|toso|garganta|mocos?|moquera|nariz|congestion|resfri\w*"
    r"|gripe|agripad\w*|dol(?:or|ores)|duelen?|cansad\w*|cansancio|malestar|diarrea|escalofri\w*|olfato|gusto"
    r"|ronc[oa]|ronquera|vomit\w*|nauseas?|mal del cuerpo|enfermo|enferma|sintomas?)\b"
)
_CONTACT = re.compile(r"\b(?:positiv\w*|contagiad\w*|con covid|viv\w+ con|misma casa|mi casa|estuve con)\b")
_RISK = re.compile(
    r"\b(?:embaraz\w*|gestante|diabet\w*|azucar|presion|hipertens\w*|hipertenso|corazon|cardiac\w*|asma|asmatic\w*"
    r"|pulmon\w*|epoc|rinon\w*|dialisis|cancer|quimio\w*|vih|sida|trasplant\w*|obes\w*|sobrepeso|defensas"
    r"|higado|cirrosis|lupus|epilepsia|tuberculosis|tbc|cronic\w*|anciano|anciana|adulto mayor|abuel\w+)\b"
)
_OLD = re.compile(r"\b(?:6[0-9]|[7-9][0-9]|10[0-9])(?: anos)?\b")
_WORSE = re.compile(
    r"\b(?:peor|empeor\w*|no (?:baja|mejor\w*|ha mejorado|se pasa)|mas mal|cada vez mas|3 dias|tres dias)\b"
)
_NO_WORSE = re.compile(r"\bno (?:va |esta |ha )?(?:peor|empeor\w*)\b")
_NOBODY = re.compile(r"\bnadie\b")
_BETTER = re.compile(r"\b(?:mejor\w*|igual|estable|ya paso|va bien)\b")
_TITLES = {"menor de 18": "child", "18 a 59": "adult", "60 anos o mas": "older"}
_YEARS = re.compile(r"(?:(?:de|tiene|tengo|unos|como|yo) )*([0-9]{1,3})(?: anos?| anitos)?(?: de edad)?")
_YEARS_OLD = re.compile(r"\b([0-9]{1,3}) an(?:o|ito)s?\b")
_MONTHS = re.compile(r"\b[0-9]{1,2} (?:mes|meses|dias|semanas)\b")
_CHILD = re.compile(
    r"\b(?:menor|nin[oa]s?|bebes?|bebita?o?|hijit[oa]|guagua|chibol\w|adolescente"
    r"|recien nacid[oa])\b"
)
_OLDER = re.compile(r"\b(?:60|sesenta|mayor|ancian[oa]|abuel\w+|tercera edad)\b")
_ADULT = re.compile(r"\b(?:adult[oa]|yo|esposo|esposa|marido|mujer|joven)\b")
_BLOOD = re.compile(r"\b(?:sangre|igm|igg|anticuerpos|serologica|pinchazo)\b")
_POSITIVE = re.compile(r"\b(?:positiv\w*|reactiv\w*)\b")
_NEGATIVE = re.compile(r"\b(?:negativ\w*)\b")
_MOLECULAR = re.compile(r"\b(?:molecular|pcr)\b")
_NO_RESULT = re.compile(
    r"(?:no|todavia no|aun no|nunca|ningun[oa]?|sin|nada)(?: (?:tengo|hay|resultado|prueba|ningun[oa]?"
    r"|me (?:la )?(?:hice|he hecho|hicieron|saque)|sale|salio|ha salido|todavia|aun|gracias|la|nada))*"
)


def alarm(heard: Heard) -> str | None:
    """YES or NO, said plainly."""
    said = plain(heard.text)
    if _PLAIN_YES.fullmatch(said):
        return YES
    return NO if _PLAIN_NO.fullmatch(said) else None


def result(heard: Heard) -> str | None:
    """`none`, `positive`, `negative` (antigen, or not known which), `negative_molecular`, `blood`, UNSURE."""
    said = plain(heard.text)
    if _asks(heard):
        return None
    if _BLOOD.search(said):
        return "blood"
    positive, negative = bool(_POSITIVE.search(said)), bool(_NEGATIVE.search(said))
    if positive != negative:
        if positive:
            return None if _NEGATED.match(said) else "positive"
        return "negative_molecular" if _MOLECULAR.search(said) else "negative"
    if _NO_RESULT.fullmatch(said) or (heard.intent == "deny" and not positive):
        return "none"
    return unsure(heard)


def age(heard: Heard) -> str | None:
    """`child` under 18, `adult`, `older` from 60 on, UNSURE; also from a number of years."""
    said = plain(heard.text)
    if _asks(heard):
        return None
    for title, value in _TITLES.items():
        if title in said:
            return value
    if _MONTHS.search(said):
        return "child"
    if years := _YEARS.fullmatch(said) or _YEARS_OLD.search(said):
        number = int(years[1])
        return "child" if number < 18 else "adult" if number < 60 else "older"
    for pattern, value in ((_CHILD, "child"), (_OLDER, "older"), (_ADULT, "adult")):
        if pattern.search(said):
            return value
    return unsure(heard)


def days_ago(heard: Heard) -> int | str | None:
    """A number of days, or UNSURE."""
    found = days(heard)
    return unsure(heard) if found is None else found


def worse(heard: Heard) -> str | None:
    """YES, NO or UNSURE; "no mejora" is a yes and "no empeora" a no."""
    said = plain(heard.text)
    if _DOUBTED.match(said):
        return UNSURE
    if _NO_WORSE.search(said):
        return NO
    if _WORSE.search(said) and not _asks(heard):
        return YES
    return NO if _BETTER.search(said) and not _asks(heard) else yes_no_unsure(heard)


def _mentions(*patterns: re.Pattern[str], no: re.Pattern[str] | None = None) -> Question:
    """A yes or no question that is also answered by naming what it asks for: "tengo tos"; "no tengo tos" is
    a no, "no, pero tengo tos" is a yes, and who asks back answers nothing."""

    def answer(heard: Heard) -> str | None:
        said = plain(heard.text)
        plainly = yes_no_unsure(heard)
        named = any(pattern.search(said) for pattern in patterns)
        if plainly == UNSURE or _asks(heard):
            return plainly
        if _DOUBTED.match(said):
            return UNSURE
        if no is not None and no.search(said):
            return NO
        if named and (not _NEGATED.match(said) or _BUT.search(said)):
            return YES
        if named and _NEGATED.match(said):
            return NO
        return plainly

    return answer


def _asks(heard: Heard) -> bool:
    return "?" in heard.text or "¿" in heard.text


QUESTIONS: Mapping[str, Question] = {
    "alarm": alarm,
    "result": result,
    "symptoms": _mentions(_SYMPTOMS),
    "days": days_ago,
    "contact": _mentions(_CONTACT, no=_NOBODY),
    "contact_days": days_ago,
    "risk": _mentions(_RISK, _OLD),
    "age": age,
    "worse": worse,
    "condition": _mentions(_RISK, _OLD),
}
