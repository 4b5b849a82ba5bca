"""Days and hours as people say them, what they mean when people say them, and when a reminder goes out."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from linea.plain import plain

DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTHS = ("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre").split()
_HOURS = "una dos tres cuatro cinco seis siete ocho nueve diez once doce".split()
_MINUTES = {0: "", 15: " y cuarto", 30: " y media", 45: " y cuarenta y cinco"}

DAY_FROM, DAY_UNTIL = time(8, 0), time(21, 0)  # outside these nobody is reminded of anything (DESIGN 5.7)
EVENING = time(19, 0)
SHORTLY = timedelta(hours=2)
JUST_BOOKED = timedelta(hours=1)  # whoever has just been told need not be reminded

_CLOCK = re.compile(
    rf"\b(?:a )?las? ({'|'.join(_HOURS)}|[0-9]{{1,2}})\b|\b([0-9]{{1,2}}) (?:00|15|30|45)\b"
    r"|\b([0-9]{1,2}) (?:de la|pm|am|p m|a m)\b"
)
_AFTERNOON = re.compile(r"\b(?:tarde|noche|pm|p m)\b")
_MORNING = re.compile(r"\b(?:(?:en|de|por) la manana|temprano|am|a m)\b")
_TOMORROW = re.compile(r"(?<!la )\bmanana\b")


def title(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as the title of an option, at most 24 letters: "mié 11 nov, 3:00 p. m."

    Never "hoy": an option is still there to be chosen when the day is over.
    """
    at = moment.astimezone(zone)
    half = "a. m." if at.hour < 12 else "p. m."
    day = f"{DAYS[at.weekday()][:3]} {at.day} {MONTHS[at.month - 1][:3]}"
    return f"{day}, {at.hour % 12 or 12}:{at.minute:02} {half}"


def spoken(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A moment in words: "hoy, martes 10 de noviembre, a las tres y media de la tarde"."""
    at, today = moment.astimezone(zone), now.astimezone(zone).date()
    near = {today: "hoy, ", today + timedelta(days=1): "mañana, "}.get(at.date(), "el ")
    comma = "," if near.endswith(", ") else ""
    return f"{near}{DAYS[at.weekday()]} {at.day} de {MONTHS[at.month - 1]}{comma} {clock(at.time())}"


def clock(at: time) -> str:
    """An hour in words: "a la una de la tarde", "a las once y cuarto de la mañana"."""
    article = "a la" if at.hour % 12 == 1 else "a las"
    minutes = _MINUTES.get(at.minute, f" y {at.minute}")
    if at.hour == 12:
        part = "del día"
    else:
        part = "de la mañana" if at.hour < 12 else "de la tarde" if at.hour < 19 else "de la noche"
    return f"{article} {_HOURS[(at.hour - 1) % 12]}{minutes} {part}"


def is_day(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether people may be reminded of something at this moment."""
    return DAY_FROM <= moment.astimezone(zone).time() < DAY_UNTIL


def next_reminder(start: datetime, booked: datetime, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the next reminder of `start` is due after `now`: the evening before, or two hours before; None
    if no more follows. By day only: for nine in the morning it is at eight."""
    local = start.astimezone(zone)
    evening = datetime.combine(local.date() - timedelta(days=1), EVENING, zone)
    shortly = start - SHORTLY
    if not is_day(shortly, zone):
        opens = datetime.combine(local.date(), DAY_FROM, zone)
        shortly = opens if shortly < opens < start else evening
    after = max(now, booked + JUST_BOOKED)
    return min((each for each in (evening, shortly) if after < each < start), default=None)


def meant(text: str, moments: list[datetime], now: datetime, zone: ZoneInfo) -> list[datetime]:
    """Which of these moments somebody means by a day, an hour or a part of the day ("el jueves en la tarde");
    none if they name none of these."""
    said, today = plain(text), now.astimezone(zone).date()
    left = [(moment, moment.astimezone(zone)) for moment in moments]
    named = False
    day = _day(said, today)
    if day is not None:
        named, left = True, [(m, at) for m, at in left if day in (at.date(), at.weekday())]
    if found := _CLOCK.search(said):
        hour = next(each for each in found.groups() if each)
        hours = _HOURS.index(hour) + 1 if hour in _HOURS else int(hour)
        named, left = True, [(m, at) for m, at in left if hours in (at.hour, at.hour % 12 or 12)]
    for words, in_it in ((_AFTERNOON, lambda at: at.hour >= 12), (_MORNING, lambda at: at.hour < 12)):
        if words.search(said):
            named, left = True, [(m, at) for m, at in left if in_it(at)]
    return [moment for moment, _ in left] if named else []


def _day(said: str, today: date) -> date | int | None:
    """A day that is named, or the number of a weekday."""
    for number, name in enumerate(DAYS):
        if re.search(rf"\b{plain(name)}\b", said):
            return number
    if re.search(r"\b(?:hoy|ahora|ahorita)\b", said):
        return today
    return today + timedelta(days=1) if _TOMORROW.search(said) else None
