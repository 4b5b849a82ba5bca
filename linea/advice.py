"""Decision tables of health advice: what was answered leads to exactly one row, and no more is asked.

Pure. A table is data that a health editor reads, changes and signs (data/advice/); it is read and checked in
`linea/bank/advice_rules.py`, its questions are asked by the form of its name (domain.yml, actions/advice.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from linea.answers import NOT_ASKED, UNSURE

SLOT = "advice_"  # the question `days` is the slot advice_days of domain.yml
DAYS = "days"  # of a question that is answered with a number of days

Value = str | int
# What may be said of a table now: `review` and `expired` with a mark, and only where the line is tried.
State = Literal["open", "review", "expired", "closed", "elsewhere"]


@dataclass(frozen=True)
class Days:
    """A span of days, both ends included; `last` None: that many or more."""

    first: int
    last: int | None

    def holds(self, value: Value) -> bool:
        """Whether a number of days lies in it."""
        return isinstance(value, int) and self.first <= value and (self.last is None or value <= self.last)


Condition = tuple[str | Days, ...]  # any of these answers


@dataclass(frozen=True)
class Row:
    """One row: for which answers it is (a question not named does not matter), and why it says what it says.

    `alarm`: no advice but an alarm, as if the signs had been written. `handover`: a person is called.
    `safety`: it is said whether the table is signed or not.
    """

    id: str
    when: Mapping[str, Condition]
    why: str
    alarm: bool = False
    handover: bool = False
    safety: bool = False

    def allows(self, question: str, value: Value) -> bool:
        """Whether this answer does not rule the row out."""
        wanted = self.when.get(question)
        return wanted is None or any(
            each.holds(value) if isinstance(each, Days) else each == value for each in wanted
        )


@dataclass(frozen=True)
class Table:
    """One table, such as `test`. `service`: what of the programme's scope it belongs to (`linea/scope.py`).

    `questions`: each with its answers, in the order in which they are asked; (DAYS,) for a number of days.
    """

    id: str
    version: int
    since: date
    expires: date
    status: str
    signed: bool
    service: str
    questions: Mapping[str, Condition]
    rows: tuple[Row, ...]

    @property
    def line(self) -> str:
        """The line below every row: that it is automatic, by which rule, of when."""
        return f"utter_{self.id}_advice"

    def line_of(self, row: Row) -> str:
        """The line that says a row."""
        return f"{self.line}_{row.id}"


@dataclass(frozen=True)
class Advice:
    """The row that the answers lead to, why, and by which version of the rule, of which day."""

    row: Row
    why: str
    version: int
    since: date


class NoSingleRow(LookupError):
    """The answers lead to no row, or to several: not all was answered, or the table has a fault."""


def state(table: Table, offered: bool, today: date, production: bool) -> State:
    """What may be said of the table today; `offered`: whether its service is in the programme's scope.

    As entries of the bank: in production nothing that is unsigned or expired, elsewhere with a mark.
    """
    if not offered:
        return "elsewhere"
    if table.status == "withdrawn":
        return "closed"
    if today > table.expires:
        return "closed" if production else "expired"
    if table.status == "live" and table.signed:
        return "open"
    return "closed" if production else "review"


def told(table: Table, slots: Mapping[str, Any]) -> dict[str, Value]:
    """What was answered, by question; one that was let go counts as `unsure`, one not asked is not there."""
    answers: dict[str, Value] = {}
    for question, allowed in table.questions.items():
        value = slots.get(SLOT + question)
        if value in (None, NOT_ASKED):
            continue
        known = isinstance(value, int) if DAYS in allowed else value in allowed
        answers[question] = value if known else UNSURE
    return answers


def rows_left(table: Table, answers: Mapping[str, Value]) -> tuple[Row, ...]:
    """The rows that no answer has ruled out."""
    return tuple(row for row in table.rows if all(row.allows(*answer) for answer in answers.items()))


def needless(table: Table, answers: Mapping[str, Value]) -> list[str]:
    """The questions not answered yet that no longer decide anything."""
    named = {question for row in rows_left(table, answers) for question in row.when}
    return [question for question in table.questions if question not in answers and question not in named]


def advise(table: Table, answers: Mapping[str, Value]) -> Advice:
    """What the answers lead to. Raises NoSingleRow."""
    rows = rows_left(table, answers)
    if len(rows) != 1:
        raise NoSingleRow(f"{table.id}: {len(rows)} rows")
    return Advice(rows[0], rows[0].why, table.version, table.since)


def ways(
    table: Table, answers: Mapping[str, Value] | None = None
) -> Iterator[tuple[dict[str, Value], tuple[Row, ...]]]:
    """Every way through the questions, asking only what still decides, and the rows at its end.

    Every combination of answers goes one of these ways: a question is passed over only where none of the rows
    left looks at it.
    """
    so_far = dict(answers or {})
    rows = rows_left(table, so_far)
    gone = needless(table, so_far)
    asked = next((each for each in table.questions if each not in so_far and each not in gone), None)
    if asked is None or not rows:
        yield so_far, rows
        return
    for value in values(table, asked):
        yield from ways(table, {**so_far, asked: value})


def values(table: Table, question: str) -> list[Value]:
    """The answers to a question; of a number of days, those at which some row begins or ends."""
    allowed = table.questions[question]
    if DAYS not in allowed:
        return [each for each in allowed if isinstance(each, str)]
    spans = [each for row in table.rows for each in row.when.get(question, ()) if isinstance(each, Days)]
    ends = {0, *(each.first for each in spans), *(each.last for each in spans if each.last is not None)}
    return [*sorted(ends | {end + 1 for end in ends}), UNSURE]
