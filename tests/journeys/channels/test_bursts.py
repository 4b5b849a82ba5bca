"""Messages that come close together, at a line that waits two seconds for what may follow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from linea.bursts import ANSWER_EVERY, ANSWERS_AT_ONCE
from linea.store.models import InboxRow, MediaRow, OutboxRow
from tests.journeys.harness import Assistant, Line


@pytest.fixture(scope="module")
def line(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line that waits as it does where nobody has changed that."""
    running = Line(tmp_path_factory.mktemp("patient"), assistant, LINEA_BURST_PAUSE_SECONDS="2")
    running.start()
    yield running
    running.close()


def received(line: Line, phone: str) -> list[InboxRow]:
    """What somebody has sent, in order, once all of it is handled."""
    line.settled()
    mine = line.conversation(phone).id
    return sorted((r for r in line.rows(InboxRow) if r.conversation_id == mine), key=lambda r: r.number)


def sent(line: Line, phone: str) -> list[OutboxRow]:
    """What the line has sent to somebody, in order, once nothing more is to come."""
    line.settled()
    mine = line.conversation(phone).id
    return sorted((r for r in line.rows(OutboxRow) if r.conversation_id == mine), key=lambda r: r.number)


def test_four_short_messages_are_read_as_one_and_answered_in_one_turn(line: Line, phone: str) -> None:
    for words in ("hola", "una pregunta", "mi hijo tiene fiebre", "le puedo dar paracetamol"):
        line.writes(phone, words)
    first, *others = received(line, phone)
    assert {row.turn for row in sent(line, phone)} == {first.number}
    assert {row.state for row in (first, *others)} == {"done"}
    assert "paracetamol" in line.answers(phone)[0]["text"].lower()


def test_an_album_of_ten_is_kept_whole_and_answered_once(line: Line, phone: str) -> None:
    line.asks(phone, album={"count": 10})
    assert [row.type for row in received(line, phone)] == ["image"] * 10
    mine = line.conversation(phone).id
    assert [row.conversation_id for row in line.rows(MediaRow)].count(mine) == 10
    assert [row.utter for row in sent(line, phone)] == ["utter_photo_kept"]


def test_a_photo_and_the_question_about_it_are_answered_together(line: Line, phone: str) -> None:
    line.asks(phone, image={})
    line.writes(phone, "que mascarilla uso")
    rows = sent(line, phone)
    assert {(row.utter, row.turn) for row in rows} == {
        ("utter_faq/uso_mascarilla", received(line, phone)[0].number)
    }
    assert "yo no puedo verlo" in " ".join(row.body["text"] for row in rows)


def test_danger_does_not_wait_for_what_may_follow(line: Line, phone: str) -> None:
    line.writes(phone, "hola")
    line.writes(phone, "me quiero morir")
    crisis = next(row for row in sent(line, phone) if row.utter == "utter_crisis_suicide")
    said = next(row for row in received(line, phone) if row.colour == "red")
    assert crisis.created_at < said.received_at + timedelta(seconds=line.settings.burst_pause_seconds)


def test_danger_in_two_pieces_is_seen(line: Line, phone: str) -> None:
    line.writes(phone, "me quiero")
    line.writes(phone, "morir")
    assert line.waiting(phone).colour == "red"


def test_a_flood_is_read_together_and_does_not_hold_up_who_is_in_danger(line: Line, phone: str) -> None:
    flood = [f"¿que mascarilla uso para ir a {place}?" for place in range(60)]
    for words in flood:
        line.writes(phone, words)
    line.writes(phone, "me esta pegando mi marido")
    said = received(line, phone)
    assert sorted(row.text for row in said) == sorted([*flood, "me esta pegando mi marido"])
    assert {row.state for row in said} == {"done"}
    rows = sent(line, phone)
    answers = sorted({row.turn: row.created_at for row in rows if not row.safety}.values())
    assert len(answers) < len(flood)
    for before, after in zip(answers, answers[ANSWERS_AT_ONCE:], strict=False):
        assert after - before >= ANSWER_EVERY
    assert [row.utter for row in rows if row.safety] == ["utter_crisis_violence"]
