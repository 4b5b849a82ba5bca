"""When people of the team are there: hours, public holidays, and how a moment is said in Spanish. Pure.

An empty schedule means that nobody has told us: then nothing is promised and nothing is said of hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from linea.plain import plain

LIMA = ZoneInfo("America/Lima")
DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
WEEK = frozenset(range(7))
HOLIDAY = 7  # beside the seven days: "feriados"
DAY = 24 * 60  # minutes
QUIET = (time(21), time(8))  # nobody is written to first in these hours (DESIGN 5.7)
FURTHEST = 60  # days in which the next opening is looked for

_PLAIN = {plain(day): number for number, day in enumerate(DAYS)}
_PLAIN |= {"sabados": 5, "domingos": 6, "feriado": HOLIDAY, "feriados": HOLIDAY}
_JOINING = frozenset(("y", "e", "de", "los", "el"))
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4])[:.]([0-5][0-9])")


@dataclass(frozen=True)
class Span:
    """Some days from one time to another, in minutes after midnight; overnight where `end` is not later."""

    days: frozenset[int]
    start: int = 0
    end: int = DAY

    def on(self, day: date, number: int, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """When it begins and ends on a day that counts as `number`; None on another day."""
        if number not in self.days:
            return None
        last = self.end if self.end > self.start else self.end + DAY
        return _at(day, self.start, zone), _at(day, last, zone)


@dataclass(frozen=True)
class Schedule:
    """When the programme is open. `country`: whose public holidays it keeps closed; "" = none."""

    spans: tuple[Span, ...] = ()
    closed: frozenset[date] = field(default_factory=frozenset)
    country: str = ""
    zone: ZoneInfo = LIMA

    @property
    def known(self) -> bool:
        """Whether anybody has told us the hours."""
        return bool(self.spans)

    def is_open(self, now: datetime) -> bool:
        """Whether the programme is open; False while the hours are not known."""
        day = now.astimezone(self.zone).date()
        near = (day - timedelta(days=1), day)
        return any(start <= now < end for each in near for start, end in self._openings(each))

    def opens(self, now: datetime) -> datetime | None:
        """When it opens next; None while it is open, while the hours are not known, and if it never does."""
        if not self.known or self.is_open(now):
            return None
        day = now.astimezone(self.zone).date()
        for ahead in range(FURTHEST):
            later = [start for start, _ in self._openings(day + timedelta(days=ahead)) if start > now]
            if later:
                return min(later)
        return None

    def _openings(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if day in self.closed:
            return
        number = HOLIDAY if is_holiday(day, self.country) else day.weekday()
        for span in self.spans:
            times = span.on(day, number, self.zone)
            if times is not None:
                yield times


def covers(spans: tuple[Span, ...], now: datetime, zone: ZoneInfo, country: str = "PE") -> bool:
    """Whether any of the spans holds `now`; no span at all holds always.

    Unlike opening hours, a weekday counts on a public holiday too: who has the nights has that night.
    """
    day = now.astimezone(zone).date()
    for each in (day - timedelta(days=1), day):
        numbers = [each.weekday(), *([HOLIDAY] if is_holiday(each, country) else [])]
        for span in spans:
            for number in numbers:
                times = span.on(each, number, zone)
                if times is not None and times[0] <= now < times[1]:
                    return True
    return not spans


def is_holiday(day: date, country: str) -> bool:
    """Whether a day is a public holiday of a country (the `holidays` library, ISO code); "" has none."""
    return bool(country) and day in _holidays(country, day.year)


def has_holidays(country: str) -> bool:
    """Whether the holidays of this country (ISO code) are known."""
    import holidays

    return country in holidays.list_supported_countries()


@lru_cache(maxsize=16)
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays  # half a second, and only where somebody has given hours

    return frozenset(holidays.country_holidays(country, years=year))


def is_quiet(now: datetime, zone: ZoneInfo) -> bool:
    """Whether it is night for who is written to first: from 21:00 to 08:00."""
    local = now.astimezone(zone).time()
    return local >= QUIET[0] or local < QUIET[1]


def days(text: str) -> frozenset[int] | None:
    """The days that a text names ("lunes a viernes", "sábado y feriados", "todos los días"); None if none."""
    words = [word for word in plain(text).split() if word not in _JOINING]
    if words == ["todos", "dias"]:
        return WEEK
    found: set[int] = set()
    while words:
        first = _PLAIN.get(words.pop(0))
        if first is None:
            return None
        if len(words) > 1 and words[0] == "a":
            last = _PLAIN.get(words[1])
            if last is None or HOLIDAY in (first, last):
                return None
            found |= {(first + n) % 7 for n in range((last - first) % 7 + 1)}
            words = words[2:]
        found.add(first)
    return frozenset(found) or None


def minutes(text: str) -> int | None:
    """Minutes after midnight of a clock time such as "09:00" or "24:00"; None for anything else."""
    match = _CLOCK.fullmatch(text.strip())
    found = int(match[1]) * 60 + int(match[2]) if match else DAY + 1
    return found if found <= DAY else None


def text(schedule: Schedule) -> str:
    """The hours as they are said after «Atendemos»; "" while they are not known."""
    said = [
        f"{_days_said(span.days)}, de {_clock(span.start)} a {_clock(span.end)}" for span in schedule.spans
    ]
    rest = schedule.country and not any(HOLIDAY in span.days for span in schedule.spans)
    return "; ".join(said) + (", menos feriados" if said and rest else "")


def at(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A moment ahead as it is said: "hoy a las 09:00", "mañana a las 09:00", "el lunes 16 a las 09:00"."""
    day, clock = _near(moment, now, zone)
    return f"{day} a {clock}"


def until(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The same after «antes de»: "las 09:00", "las 09:00 de mañana", "las 09:00 del lunes 16"."""
    day, clock = _near(moment, now, zone)
    if day == "hoy":
        return clock
    return f"{clock} de mañana" if day == "mañana" else f"{clock} del {day.removeprefix('el ')}"


def _near(moment: datetime, now: datetime, zone: ZoneInfo) -> tuple[str, str]:
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    clock = f"{'la' if local.hour == 1 else 'las'} {local:%H:%M}"
    ahead = (local.date() - today).days
    if ahead < 2:
        return ("hoy", "mañana")[max(ahead, 0)], clock
    return f"el {DAYS[local.weekday()]} {local.day}", clock


def _at(day: date, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=minute // DAY), time(minute % DAY // 60, minute % 60), zone)


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def _days_said(days: frozenset[int]) -> str:
    week = sorted(days & WEEK)
    also = " y feriados" if HOLIDAY in days else ""
    if len(week) == len(DAYS):
        return f"todos los días{also}"
    if len(week) > 2 and week[-1] - week[0] == len(week) - 1:
        return f"de {DAYS[week[0]]} a {DAYS[week[-1]]}{also}"
    names = [DAYS[day] + ("s" if day > 4 else "") for day in week] + (["feriados"] if also else [])
    return f"los {', '.join(names[:-1])} y {names[-1]}" if len(names) > 1 else f"los {names[0]}"
