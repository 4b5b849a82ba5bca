"""What stock Rasa 3.6.21 loses and the whole line keeps; numbered as in docs/decisions/0006.

Rasa's own side of the same list is in tests/assistant, the storage side in tests/journeys/faults.
"""

from __future__ import annotations

import signal

from linea.store.models import Conversation, InboxRow, OutboxRow
from tests.journeys.harness import Assistant, Line, until


def test_failure_01_rasa_killed_in_the_middle_of_a_turn_loses_no_message(
    line: Line, assistant: Assistant, phone: str
) -> None:
    assistant.signal("rasa", signal.SIGSTOP)
    line.writes(phone, "que mascarilla uso")
    until(lambda: any(row.lease_owner for row in line.rows(Conversation)), "the turn is under way")
    assistant.signal("rasa", signal.SIGKILL)
    assistant.stop("rasa")
    assistant.start("rasa")
    answers = [m for m in line.said(phone) if "mascarilla" in m["text"].lower()]
    until(lambda: not [r for r in line.rows(InboxRow) if r.state != "done"], "the turn is done")
    answers = [m for m in line.heard(phone, 2, wait=2) if "mascarilla" in m["text"].lower()]
    assert len(answers) == 1


def test_failure_02_a_send_that_fails_loses_neither_the_turn_nor_the_answer(line: Line, phone: str) -> None:
    line.fault("bad_gateway", times=1, phone=phone)
    line.writes(phone, "que mascarilla uso")
    until(
        lambda: [row for row in line.rows(OutboxRow) if row.state == "uncertain"],
        "a gateway's error is taken as uncertain: the message may have gone out",
    )
    conversation = max(line.rows(Conversation), key=lambda row: row.opened_at)
    assert [event["text"] for event in conversation.events if event["event"] == "user"] == [
        "que mascarilla uso"
    ]


def test_failure_07_an_hour_later_the_bot_does_not_talk_over_the_operator(line: Line, phone: str) -> None:
    line.writes(phone, "quiero hablar con una persona")
    line.said(phone)
    code = max(line.rows(Conversation), key=lambda row: row.opened_at).code
    line.cli("reply", code, "Hola, soy Ana.", "--as", "Ana")
    before = len(line.said(phone, 2))
    line.stop("worker", "web")
    line.start("web", "worker", clock_offset=61 * 60)
    line.writes(phone, "que mascarilla uso")
    until(lambda: [r for r in line.rows(InboxRow) if r.outcome == "human"], "it is the operator's to answer")
    assert len(line.heard(phone, before + 1, wait=1)) == before
    line.stop("worker", "web")
    line.start("web", "worker")


def test_failure_09_a_burst_of_eight_is_answered_eight_times_in_order(line: Line, phone: str) -> None:
    questions = ["que mascarilla uso", "puedo tomar paracetamol"] * 4
    for text in questions:
        line.writes(phone, text)
    said = [message["text"].lower() for message in line.said(phone, 8)]
    mine = [row.text for row in line.rows(InboxRow) if row.text in questions][-8:]
    assert ["mascarilla" in text for text in said] == ["mascarilla" in text for text in mine]


def test_failure_12_no_log_of_any_process_holds_a_number_or_a_word(
    line: Line, assistant: Assistant, phone: str
) -> None:
    for text in ("palabrasecretauno hola", "/greet palabrasecretados", "me quiero matar palabrasecretatres"):
        line.writes(phone, text)
    line.said(phone, 2)
    line.settled()
    printed = line.logs() + b"".join(path.read_bytes() for path in assistant.folder.glob("*.log"))
    assert b"palabrasecreta" not in printed
    assert phone[1:].encode() not in printed
