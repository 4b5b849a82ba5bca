"""kill -9 while the night erases, the spool is emptied and the team is called: the next run ends the work."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from linea.steps import Step
from linea.store.models import Conversation, Erasure, InboxRow, Page
from tests.journeys.harness import Line, canaries, until


@pytest.mark.parametrize("step", [Step.ERASE_BATCH, Step.ERASE_RECEIPT], ids=lambda step: step.value)
def test_an_erasure_that_dies_is_finished_by_the_next(line: Line, phone: str, step: Step) -> None:
    token = f"TOKEN{phone[1:]}"
    line.writes(phone, f"hola soy {token}")
    line.said(phone)
    line.settled()
    code = max(line.rows(Conversation), key=lambda row: row.opened_at).code
    line.cli("close", code, "--as", "Ana", "--quiet")
    line.kill_at(step.value)
    assert line.cli("erase").returncode == -9
    assert line.cli("erase").returncode == 0
    assert list(canaries(token.encode(), line.folder)) == []
    assert code not in {row.code for row in line.rows(Conversation)}
    assert all(set(receipt.counts) and "TOKEN" not in str(receipt.counts) for receipt in line.rows(Erasure))


def test_a_worker_that_dies_while_emptying_the_spool_takes_each_body_in_once(line: Line, phone: str) -> None:
    line.kill_at(Step.SPOOL_ACCEPTED.value)
    path = line.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        line.writes(phone, "cuantos dias me aislo si doy positivo")
        until(lambda: list((line.folder / "spool").glob("*.body")), "the webhook is in the spool")
        other.execute("ROLLBACK")
    until(lambda: line.processes["worker"].poll() is not None, "the worker dies")
    line.start("worker", clock_offset=31)
    line.said(phone)
    until(lambda: not list((line.folder / "spool").glob("*.body")), "the spool is empty")
    mine = [row for row in line.rows(InboxRow) if row.text == "cuantos dias me aislo si doy positivo"]
    assert len(mine) == 1
    assert len(line.heard(phone, 2, wait=0.5)) == 1
    line.stop("worker")
    line.start("worker")


@pytest.mark.parametrize("step", [Step.PAGE_CLAIMED, Step.PAGE_POSTED], ids=lambda step: step.value)
def test_a_worker_that_dies_while_it_calls_somebody_calls_them_all_the_same(
    tmp_path: Path, phone: str, step: Step
) -> None:
    """A call that went out twice wakes somebody twice; one that did not, nobody."""
    roster = tmp_path / "on_call.yml"
    roster.write_text('on_call:\n  people:\n  - {name: Rosa, phone: "+51987000101"}\n', encoding="utf-8")
    night = Line(tmp_path, LINEA_ON_CALL_FILE=str(roster))
    try:
        night.start()
        night.kill_at(step.value)
        night.writes(phone, "me quiero matar")
        until(lambda: night.processes["worker"].poll() is not None, "the worker dies")
        night.start("worker", clock_offset=70)
        until(
            lambda: {row.state for row in night.rows(Page)} <= {"accepted", "sent", "delivered", "read"},
            "both calls are out",
        )
        assert {row.way for row in night.rows(Page)} == {"sms", "whatsapp"}
        assert len(night.said(phone)) == 1
    finally:
        night.close()
