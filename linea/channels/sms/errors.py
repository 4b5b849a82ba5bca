"""What to do about each of Twilio's error codes: the table, as data."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from linea.channels.attempts import wait
from linea.messages import SendResult

Action = Literal["retry", "uncertain", "halt", "failed"]


@dataclass(frozen=True)
class Rule:
    """`retry` later (nothing was sent), `uncertain` (it may have been sent: wait for the status callback),
    `halt` all sending and call a person, `failed` for good.
    """

    action: Action
    detail: str


def _rules(action: Action, details: dict[str, list[int]]) -> dict[int, Rule]:
    return {code: Rule(action, detail) for detail, codes in details.items() for code in codes}


# https://www.twilio.com/docs/api/errors. Only what stops every message halts; what may be this one
# person's number (21606) does not, for the same message would be tried again and hold up all others.
RULES: dict[int, Rule] = {
    **_rules("retry", {"rate_limit": [14107, 20429], "queue_full": [21611]}),
    **_rules("uncertain", {"twilio_trouble": [20500, 20503]}),
    **_rules(
        "halt",
        {
            "account_refused": [20003, 20005, 20008, 20403, 20404, 30002],
            "our_number_refused": [21212, 21603, 21659, 21660, 21661],
            "callback_refused": [21609],
            "daily_limit": [30454, 63038],
        },
    ),
    **_rules(
        "failed",
        {
            "bad_number": [21211, 21604],
            "not_a_mobile": [21614, 21635, 30006],
            "opted_out": [21610],
            "region_not_enabled": [21408],
            "no_route": [21606, 21608, 21612],
            "bad_text": [21602, 21605, 21617],
            "queue_overflow": [30001],
            "unreachable": [30003],
            "blocked": [30004],
            "unknown_number": [30005],
            "filtered": [30007],
            "undelivered": [30008],
            "too_dear": [30010],
            "not_registered": [30034],
        },
    ),
}


def outcome(
    code: Any, http_status: Any, attempt: int, chance: Callable[[], float] = random.random
) -> SendResult:
    """What one refused attempt means; never raises, whatever stands in `code` and `http_status`.

    The code decides. Twilio adds codes without notice: an unknown one with 400 to 499 was refused before
    anything was sent, `failed`. 429 is retried, 401 halts, and everything else is uncertain, an answer
    without a code too, for it may be a proxy's. `attempt` counts from 1; `chance` gives 0 to 1;
    `retry_after` is in seconds and set for `retry` alone.
    """
    known, status = _whole(code), _whole(http_status)
    rule = (RULES.get(known) if known is not None else None) or _by_status(known, status)
    if rule.action == "retry":
        return SendResult("retry", error_code=known, retry_after=wait(attempt, chance), detail=rule.detail)
    return SendResult(rule.action, error_code=known, detail=rule.detail)


def _by_status(code: int | None, status: int | None) -> Rule:
    if status == 429:
        return Rule("retry", "rate_limit")
    if status == 401:
        return Rule("halt", "account_refused")
    if code is not None and status is not None and 400 <= status < 500:
        return Rule("failed", "refused")
    return Rule("uncertain", "unknown_answer")


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
