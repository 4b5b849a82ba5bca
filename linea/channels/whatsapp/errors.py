"""What to do about each of Meta's error codes: the table, as data."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from linea.channels.attempts import wait
from linea.messages import SendResult

# The pair limit: this one person, and nobody else, must wait.
# https://developers.facebook.com/docs/whatsapp/cloud-api/overview#pair-rate-limits
PAIR_LIMIT = 131056
PAIR_WAITS = (1.0, 4.0, 16.0, 64.0)  # seconds after the 1st, 2nd, ... attempt

Action = Literal["retry", "pair", "uncertain", "halt", "failed"]


@dataclass(frozen=True)
class Rule:
    """`retry` later (nothing was sent), `pair` the same for one person only, `uncertain` (it may have
    been sent: wait for the status webhook), `halt` all sending and call a person, `failed` for good.
    """

    action: Action
    detail: str


def _rules(action: Action, details: dict[str, list[int]]) -> dict[int, Rule]:
    return {code: Rule(action, detail) for detail, codes in details.items() for code in codes}


# https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
RULES: dict[int, Rule] = {
    **_rules("retry", {"rate_limit": [4, 613, 80007, 130429]}),
    **_rules("pair", {"pair_rate_limit": [PAIR_LIMIT]}),
    **_rules(
        "uncertain", {"meta_trouble": [1, 2, 131000, 131016, 133004], "number_in_maintenance": [131057]}
    ),
    **_rules(
        "halt",
        {
            "token_refused": [0, 190],
            "no_permission": [3, 10, *range(200, 300), 131005],
            "account_blocked": [368, 131031],
            "country_restricted": [130497],
        },
    ),
    **_rules(
        "failed",
        {
            "bad_request": [33, 100, 131008, 131009, 135000],
            "to_ourselves": [131021],
            "spam_limit": [131048],
            "registration": [131037, 131045, *range(133000, 133004), *range(133005, 133017)],
            "payment": [131042, 134011],
            "undeliverable": [131026],
            "window_closed": [131047],
            "user_in_experiment": [130472],
            "marketing_limit": [131049],
            "marketing_stopped": [131050],
            "marketing_not_allowed": [131055, 131063, 134100, 134101, 134102],
            "unsupported_type": [131051],
            "their_media_unreadable": [131052],
            "our_media_unreadable": [131053],
            "groups_only": [131059, 131201],
            "needs_phone_number": [131062],
            "template_limit": [131064],
            "template_parameters": [132000, 132012, 132018],
            "template_missing": [132001],
            "template_text": [132005, 132007],
            "template_paused": [132015, 132016],
            "flow_blocked": [132068, 132069],
            "identity_changed": [137000],
            "blocked_by_us": [130403],
            "block_list": [139100, 139101, 139102, 139103],
        },
    ),
}


def outcome(
    code: Any, http_status: Any, attempt: int, chance: Callable[[], float] = random.random
) -> SendResult:
    """What one refused attempt means; never raises, whatever stands in `code` and `http_status`.

    The code decides; the HTTP status only where there is no code or an unknown one: 429 is retried,
    401 without a code halts, everything else is uncertain, for it may have been sent.
    `attempt` counts from 1; `chance` gives 0 to 1. `retry_after` is in seconds and set for `retry`
    alone: 1, 4, 16, 64 s (and 64 s from then on) for the pair limit, else see `attempts.wait`.
    """
    known, status = _whole(code), _whole(http_status)
    rule = RULES.get(known) if known is not None else None
    if rule is None:
        rule = _by_status(known, status)
    if rule.action == "pair":
        waits = PAIR_WAITS[min(max(attempt, 1), len(PAIR_WAITS)) - 1]
        return SendResult("retry", error_code=known, retry_after=waits, detail=rule.detail)
    if rule.action == "retry":
        return SendResult("retry", error_code=known, retry_after=wait(attempt, chance), detail=rule.detail)
    return SendResult(rule.action, error_code=known, detail=rule.detail)


def _by_status(code: int | None, status: int | None) -> Rule:
    if status == 429:
        return Rule("retry", "rate_limit")
    if status == 401 and code is None:
        return Rule("halt", "token_refused")
    return Rule("uncertain", "unknown_answer")


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
