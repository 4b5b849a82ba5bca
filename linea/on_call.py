"""Who of the team is called for a conversation, when, and what the person is told of it (DESIGN 5.4). Pure.

    red        nobody has opened it: at once while nobody is at work, else after a minute
    today      the same, but only while nobody is at work
    held       an operator has the chat and has not answered a red: they and the coordinator, at once
    old        a red that nobody has closed for a day: the coordinator, once a day and not at night

What was told of the team itself goes, whatever its kind, to the people of protection alone, at once.

Each of the ladder is called by every way there is; five minutes later, or at once where no way reached them,
the next; when all have been called, all again every 15 minutes until somebody takes the chat. VOY holds the
calls for as long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from linea import hours
from linea.hours import Schedule
from linea.roster import Contact, Roster

Kind = Literal["red", "today", "held", "old"]

OPENS_WITHIN = timedelta(seconds=60)  # an operator who is there (DESIGN 5.4)
ANSWERS_WITHIN = timedelta(minutes=5)
AGAIN_AFTER = timedelta(minutes=15)
OLD_AFTER = timedelta(hours=24)  # DESIGN 5.8
LOOK_AGAIN = timedelta(seconds=30)  # the roster may have changed
STILL_THERE = timedelta(seconds=5)  # between two looks whether an operator still is
FURTHEST = timedelta(minutes=5)  # ahead of which no look is planned (`linea/clock_steps.py`)


@dataclass(frozen=True)
class Duty:
    """Who may be called, and when the programme is open: what the editors' files say."""

    roster: Roster = field(default_factory=Roster)
    schedule: Schedule = field(default_factory=Schedule)

    def ladder(
        self, now: datetime, kind: str = "red", *, protected: bool = False, holder: str | None = None
    ) -> tuple[Contact, ...]:
        """Whom an alert of this kind goes to now, in order."""
        if protected:
            return self.roster.protection
        coordinator = (self.roster.coordinator,) if self.roster.coordinator else ()
        if kind == "old":
            return coordinator
        if kind == "held":
            known = self.roster.named(holder)
            both = (*((known,) if known else ()), *coordinator)
            return tuple({each.phone: each for each in both}.values())
        return self.roster.ladder(now, self.schedule.zone, self.schedule.country or "PE")


@dataclass(frozen=True)
class Call:
    """Somebody who was called, when, and whether no way reached them."""

    name: str
    at: datetime
    failed: bool = False


@dataclass(frozen=True)
class Case:
    """An alert as the decision sees it; `calls` in the order in which they were made."""

    kind: Kind
    opened_at: datetime
    calls: Sequence[Call] = ()
    acknowledged_at: datetime | None = None
    protected: bool = False  # told of the team itself
    holder: str | None = None  # the operator who has the chat


@dataclass(frozen=True)
class Decision:
    """Whom to call now, if anybody, and when to look at this alert again."""

    call: tuple[Contact, ...]
    look_at: datetime


def decide(case: Case, duty: Duty, present: bool, now: datetime) -> Decision:
    """What to do about an alert that nobody has taken. `present`: whether an operator is at work."""
    wait = _waits_for_operators(case, present, now) or _waits_for_morning(case, duty, now)
    ladder = duty.ladder(now, case.kind, protected=case.protected, holder=case.holder)
    if wait is None and ladder:
        wait = _waits_for_answer(case, ladder, now)
    if wait is not None or not ladder:
        return Decision((), min(wait or now + LOOK_AGAIN, now + FURTHEST))
    called = {call.name for call in case.calls}
    following = next((each for each in ladder if each.name not in called), None)
    everybody = case.kind == "held" or case.acknowledged_at is not None or following is None
    return Decision(ladder if everybody or following is None else (following,), now + LOOK_AGAIN)


def who_comes(
    kind: str | None,
    duty: Duty,
    now: datetime,
    *,
    present: bool,
    protected: bool = False,
    acknowledged: bool = False,
) -> tuple[str, Mapping[str, str]]:
    """The line that says who reads a person's words, and the values of its [[names]]; true when it is said.

    `kind`: of the alert that has been opened for them, None where nobody is called.
    """
    if protected:
        return ("utter_protection_called" if duty.roster.protection else "utter_protection_nobody"), {}
    if acknowledged:
        return "utter_crisis_answered", {}
    if present:
        return "utter_crisis_present", {}
    if kind is not None and duty.ladder(now, kind):
        return "utter_crisis_called", {}
    opens = duty.schedule.opens(now)
    if opens is None:
        return "utter_crisis_nobody", {}
    return "utter_crisis_nobody_until", {"until": hours.until(opens, now, duty.schedule.zone)}


def _waits_for_operators(case: Case, present: bool, now: datetime) -> datetime | None:
    if not present or case.protected:
        return None
    again = now + STILL_THERE
    if case.kind == "today":
        return again
    over = _until(case.opened_at, OPENS_WITHIN, now) if case.kind == "red" else None
    return min(over, again) if over else None


def _waits_for_morning(case: Case, duty: Duty, now: datetime) -> datetime | None:
    at_night = case.kind == "old" and hours.is_quiet(now, duty.schedule.zone)
    return now + FURTHEST if at_night else None


def _waits_for_answer(case: Case, ladder: Sequence[Contact], now: datetime) -> datetime | None:
    """Until when whoever was called last, or said VOY, is waited for; None if the next are to be called."""
    past = [call for call in case.calls if call.at <= now]  # else the clock has been set back since
    if not past:
        return None
    last = past[-1]
    if case.kind == "old":
        return _until(last.at, OLD_AFTER, now)
    if case.acknowledged_at is not None:
        answered = [at for at in (case.acknowledged_at, last.at) if at <= now]
        return _until(max(answered), AGAIN_AFTER, now)
    if {each.name for each in ladder} <= {call.name for call in case.calls}:
        return _until(last.at, AGAIN_AFTER, now)
    return None if last.failed else _until(last.at, ANSWERS_WITHIN, now)


def _until(since: datetime, span: timedelta, now: datetime) -> datetime | None:
    """The end of a span that is not over; None if it is, or if the clock has been set back since."""
    return since + span if since <= now < since + span else None
