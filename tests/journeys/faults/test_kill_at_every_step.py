"""kill -9 at every named step of a message's way: nothing is lost, nothing is said twice."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from linea.steps import Step
from linea.store.models import InboxRow, OutboxRow
from tests.journeys.harness import Assistant, Line, until

ROUNDS = max(1, round(float(os.environ.get("LINEA_TEST_SCALE", "1"))))
QUESTION = "que mascarilla debo usar"
# Dead after the claim, nothing on this machine can tell whether the bytes left: the second test.
TURN = [
    step
    for step in Step
    if step.value.startswith(("web.", "turn.", "send.")) and step is not Step.SEND_CLAIMED
]


@pytest.fixture(scope="module")
def line(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    running = Line(tmp_path_factory.mktemp("killed"), assistant)
    running.start()
    yield running
    running.close()


@pytest.mark.parametrize("step", TURN, ids=lambda step: step.value)
@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_question_survives_a_kill_at(line: Line, phone: str, step: Step, number: int) -> None:
    victim = "web" if step.value.startswith("web.") else "worker"
    line.kill_at(step.value)
    line.writes(phone, QUESTION)
    until(lambda: line.processes[victim].poll() is not None, f"{victim} dies at {step.value}")
    # a worker that died with a message in hand: its leases run out by themselves, here by the clock
    line.start(victim, clock_offset=61 if victim == "worker" else 0)
    said = line.said(phone)
    line.settled()
    received = [row for row in line.rows(InboxRow) if row.state not in ("done", "dead")]
    assert received == []
    assert len(line.heard(phone, 2, wait=0.5)) == 1, "said twice"
    assert "mascarilla" in said[0]["text"].lower()
    if victim == "worker":
        line.stop("worker")
        line.start("worker")


def test_a_kill_before_the_post_is_shown_to_a_person_who_sends_it_again(line: Line, phone: str) -> None:
    line.kill_at(Step.SEND_CLAIMED.value)
    line.writes(phone, QUESTION)
    until(lambda: line.processes["worker"].poll() is not None, "the worker dies")
    line.start("worker", clock_offset=61)
    until(lambda: any(row.state == "uncertain" for row in line.rows(OutboxRow)), "its fate is uncertain")
    line.stop("worker")
    line.start("worker", clock_offset=61 + 660)
    code = until(
        lambda: next((w.code for w in line.queue() if w.reason == "uncertain"), None), "in the queue"
    )
    assert line.heard(phone, 1, wait=0.5) == []
    assert line.cli("resend", code).returncode == 0
    assert len(line.said(phone)) == 1
    line.stop("worker")
    line.start("worker")
