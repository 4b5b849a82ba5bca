"""What the Graph API may do to a message, and what the person and the operators see of it."""

from __future__ import annotations

import pytest

from linea.store.models import Halt, OutboxRow
from tests.journeys.harness import Line, until

QUESTION = "puedo tomar paracetamol para la fiebre"


def rows_to(line: Line, message_count: int) -> list[OutboxRow]:
    """The newest rows of the outbox."""
    return sorted(line.rows(OutboxRow), key=lambda row: row.number)[-message_count:]


def test_accepted_and_cut_off_is_settled_by_the_status_and_never_sent_twice(line: Line, phone: str) -> None:
    line.fault("accept_then_break", times=1, phone=phone)
    line.writes(phone, QUESTION)
    line.said(phone)
    until(lambda: rows_to(line, 1)[0].state in ("delivered", "read"), "the status settles it")
    assert rows_to(line, 1)[0].attempts == 1
    assert len(line.heard(phone, 2, wait=1)) == 1


@pytest.mark.parametrize("code", [130429, 131056])
def test_a_rate_limit_is_waited_out(line: Line, phone: str, code: int) -> None:
    line.fault(str(code), times=2, phone=phone)
    line.writes(phone, QUESTION)
    line.said(phone)
    until(lambda: rows_to(line, 1)[0].state in ("delivered", "read"), "it is delivered")
    assert rows_to(line, 1)[0].attempts == 3


@pytest.mark.parametrize("code", [131047, 131026])
def test_what_fails_for_good_goes_to_a_person(line: Line, phone: str, code: int) -> None:
    line.fault(str(code), times=1, phone=phone)
    line.writes(phone, QUESTION)
    until(lambda: any(waiting.reason == "undelivered" for waiting in line.queue()), "a person sees it")
    assert (rows_to(line, 1)[0].state, rows_to(line, 1)[0].error_code) == ("failed", code)
    for waiting in line.queue():
        line.cli("close", waiting.code, "--as", "Ana", "--quiet")


def test_a_status_that_says_failed_later_goes_to_a_person(line: Line, phone: str) -> None:
    line.fault("failed_status", code=131026, times=1, phone=phone)
    line.writes(phone, QUESTION)
    until(lambda: any(waiting.reason == "undelivered" for waiting in line.queue()), "a person sees it")
    for waiting in line.queue():
        line.cli("close", waiting.code, "--as", "Ana", "--quiet")


def test_statuses_out_of_order_never_go_backwards(line: Line, phone: str) -> None:
    line.fault("statuses_out_of_order", times=10, phone=phone)
    line.writes(phone, QUESTION)
    line.state_of(line.said(phone)[0], "read")
    until(lambda: rows_to(line, 1)[0].state == "read", "the outbox row is read")
    line.settled()
    assert rows_to(line, 1)[0].state == "read"
    line.no_faults()


def test_a_refused_token_stops_the_channel_and_nothing_is_lost(line: Line, phone: str) -> None:
    line.fault("190", times=1)
    line.writes(phone, QUESTION)
    until(lambda: line.rows(Halt), "the channel is halted")
    assert rows_to(line, 1)[0].state == "queued"
    line.stop("worker")
    line.start("worker", clock_offset=61)
    line.said(phone)
    until(lambda: not line.rows(Halt), "the channel goes on")
    line.stop("worker")
    line.start("worker")


def test_answers_to_one_person_keep_their_order(line: Line, phone: str) -> None:
    for text in ("que mascarilla uso", QUESTION, "cuantos dias me aislo si tengo covid"):
        line.writes(phone, text)
    line.settled()
    said = line.said(phone, 3)
    ours = rows_to(line, 3)
    assert [row.body["text"] for row in ours] == [message["text"] for message in said[-3:]]
