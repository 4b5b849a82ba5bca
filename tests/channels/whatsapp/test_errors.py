"""Every error code of Meta's, at every attempt, leads to one known next state."""

from __future__ import annotations

from typing import Any

import pytest

from linea.channels.whatsapp import errors
from linea.messages import SendResult

# Written out a second time, by hand, from Meta's page of error codes.
RETRIED = [4, 613, 80007, 130429]
UNCERTAIN = [1, 2, 131000, 131016, 131057, 133004]
HALTING = [0, 3, 10, 190, 368, 130497, 131005, 131031, *range(200, 300)]
FAILED = [
    *(33, 100, 130403, 130472, 131008, 131009, 131021, 131026, 131037, 131042, 131045, 131047, 131048),
    *(131049, 131050, 131051, 131052, 131053, 131055, 131059, 131062, 131063, 131064, 131201, 132000),
    *(132001, 132005, 132007, 132012, 132015, 132016, 132018, 132068, 132069, 134011, 134100, 134101),
    *(134102, 135000, 137000, 133000, 133001, 133002, 133003, 133005, 133006, 133007, 133008, 133009),
    *(133010, 133011, 133012, 133013, 133014, 133015, 133016, 139100, 139101, 139102, 139103),
]
UNKNOWN = [None, 5, 300, 999, 131001, 199999]
ATTEMPTS = range(1, 13)

# Seconds after the 1st, 2nd, ... attempt.
LONGEST_WAITS = [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]
PAIR_WAITS = [1, 4, 16, 64, 64, 64, 64, 64, 64, 64, 64, 64]


def test_every_code_in_the_table_is_tried_here() -> None:
    assert sorted(errors.RULES) == sorted([*RETRIED, errors.PAIR_LIMIT, *UNCERTAIN, *HALTING, *FAILED])


@pytest.mark.parametrize("code", RETRIED)
def test_a_rate_limit_is_waited_out_ever_longer_with_half_of_it_by_chance(code: int) -> None:
    for share, chance in ((0.5, lambda: 0.0), (0.75, lambda: 0.5), (1.0, lambda: 1.0)):
        waits = [errors.outcome(code, 400, attempt, chance) for attempt in ATTEMPTS]
        assert [result.outcome for result in waits] == ["retry"] * len(ATTEMPTS)
        assert [result.error_code for result in waits] == [code] * len(ATTEMPTS)
        assert [result.retry_after for result in waits] == [longest * share for longest in LONGEST_WAITS]


def test_the_pair_limit_waits_one_four_sixteen_and_sixty_four_seconds() -> None:
    results = [errors.outcome(131056, 400, attempt) for attempt in ATTEMPTS]
    assert [(result.outcome, result.error_code, result.retry_after) for result in results] == [
        ("retry", 131056, wait) for wait in PAIR_WAITS
    ]


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
@pytest.mark.parametrize("status", [200, 302, 400, 403, 404, 500, 502, 503, 504, None])
def test_what_nobody_knows_is_uncertain(code: int | None, status: int | None) -> None:
    assert errors.outcome(code, status, 1) == SendResult("uncertain", None, code, None, "unknown_answer")


@pytest.mark.parametrize("code", UNKNOWN)
def test_too_many_requests_is_retried_without_a_known_code(code: int | None) -> None:
    assert errors.outcome(code, 429, 3, lambda: 1.0) == SendResult("retry", None, code, 8.0, "rate_limit")


def test_unauthorized_without_a_readable_code_halts() -> None:
    assert errors.outcome(None, 401, 1).outcome == "halt"
    assert errors.outcome(131001, 401, 1).outcome == "uncertain"


@pytest.mark.parametrize(("code", "known"), [("131047", 131047), (" 190 ", 190), ("0", 0), (131056, 131056)])
def test_a_code_written_as_text_counts(code: Any, known: int) -> None:
    assert errors.outcome(code, "400", 1) == errors.outcome(known, 400, 1)


@pytest.mark.parametrize(
    "odd", ["", "abc", "-1", "1.5", "٣", "9" * 5000, True, False, 1.5, [], {}, b"190", object(), float("nan")]
)
def test_an_odd_code_or_status_never_raises(odd: Any) -> None:
    assert errors.outcome(odd, 400, 1) == SendResult("uncertain", detail="unknown_answer")
    assert errors.outcome(None, odd, 1) == SendResult("uncertain", detail="unknown_answer")
    assert errors.outcome(131047, odd, 1).outcome == "failed"


@pytest.mark.parametrize("attempt", [-5, 0, 1, 10**6, 10**400])
def test_any_attempt_has_a_wait_within_bounds(attempt: int) -> None:
    assert errors.wait(attempt, lambda: 1.0) == (2.0 if attempt <= 1 else 300.0)
    assert errors.outcome(131056, 400, attempt).retry_after == (1.0 if attempt <= 1 else 64.0)


def test_every_detail_is_a_plain_word_without_anything_personal() -> None:
    assert all(rule.detail.replace("_", "").isalpha() for rule in errors.RULES.values())
