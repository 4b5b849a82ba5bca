"""Every error code of Twilio's that the line knows, at every attempt, leads to one known next state."""

from __future__ import annotations

from typing import Any

import pytest

from linea.channels.sms import errors
from linea.messages import SendResult

# Written out a second time, by hand, from Twilio's pages of error codes.
RETRIED = [14107, 20429, 21611]
UNCERTAIN = [20500, 20503]
HALTING = [
    *(20003, 20005, 20008, 20403, 20404, 30002, 21212, 21603, 21659, 21660, 21661, 21609, 30454, 63038),
]
FAILED = [
    *(21211, 21408, 21602, 21604, 21605, 21606, 21608, 21610, 21612, 21614, 21617, 21635),
    *(30001, 30003, 30004, 30005, 30006, 30007, 30008, 30010, 30034),
]
UNKNOWN = [5, 11200, 21999, 63016]
ATTEMPTS = range(1, 13)


def test_every_code_in_the_table_is_tried_here() -> None:
    assert sorted(errors.RULES) == sorted([*RETRIED, *UNCERTAIN, *HALTING, *FAILED])


@pytest.mark.parametrize("code", RETRIED)
def test_a_rate_limit_is_waited_out_ever_longer(code: int) -> None:
    results = [errors.outcome(code, 429, attempt, lambda: 1.0) for attempt in ATTEMPTS]
    assert {(result.outcome, result.error_code) for result in results} == {("retry", code)}
    assert [result.retry_after for result in results] == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]


@pytest.mark.parametrize(
    ("code", "state"),
    [
        *((code, "uncertain") for code in UNCERTAIN),
        *((code, "halt") for code in HALTING),
        *((code, "failed") for code in FAILED),
    ],
)
def test_any_other_code_decides_alone_whatever_the_status_and_the_attempt(code: int, state: str) -> None:
    for status in (400, 401, 403, 404, 429, 500, 503, None):
        for attempt in ATTEMPTS:
            result = errors.outcome(code, status, attempt)
            assert (result.outcome, result.error_code, result.retry_after) == (state, code, None)


@pytest.mark.parametrize("code", UNKNOWN)
@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
def test_a_new_code_of_twilios_was_refused_before_anything_was_sent(code: int, status: int) -> None:
    assert errors.outcome(code, status, 1) == SendResult("failed", None, code, None, "refused")


@pytest.mark.parametrize("code", [None, *UNKNOWN])
@pytest.mark.parametrize("status", [200, 302, 500, 502, 503, 504, None])
def test_what_nobody_knows_is_uncertain(code: int | None, status: int | None) -> None:
    assert errors.outcome(code, status, 1) == SendResult("uncertain", None, code, None, "unknown_answer")


@pytest.mark.parametrize("status", [400, 403, 404, 408])
def test_a_refusal_without_a_code_may_be_a_proxys_and_is_uncertain(status: int) -> None:
    assert errors.outcome(None, status, 1).outcome == "uncertain"


@pytest.mark.parametrize("code", [None, *UNKNOWN])
def test_too_many_requests_is_retried_and_unauthorized_halts_without_a_known_code(code: int | None) -> None:
    assert errors.outcome(code, 429, 3, lambda: 1.0) == SendResult("retry", None, code, 8.0, "rate_limit")
    assert errors.outcome(code, 401, 1) == SendResult("halt", None, code, None, "account_refused")


@pytest.mark.parametrize(
    "odd", ["", "abc", "-1", "1.5", "٣", "9" * 5000, True, False, 1.5, [], {}, b"190", object(), float("nan")]
)
def test_an_odd_code_or_status_never_raises(odd: Any) -> None:
    assert errors.outcome(odd, 400, 1) == SendResult("uncertain", detail="unknown_answer")
    assert errors.outcome(None, odd, 1) == SendResult("uncertain", detail="unknown_answer")
    assert errors.outcome(21610, odd, 1).outcome == "failed"


def test_a_code_written_as_text_counts() -> None:
    assert errors.outcome(" 21610 ", "400", 1) == errors.outcome(21610, 400, 1)


def test_every_detail_is_a_plain_word_without_anything_personal() -> None:
    assert all(rule.detail.replace("_", "").isalpha() for rule in errors.RULES.values())
