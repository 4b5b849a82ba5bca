"""What the worker decides around a turn: which faults are the message's, which the assistant's."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from linea import clock, dispatch, keys, published, reception, settings, spool
from linea.bank import BankError
from linea.settings import ROOT, Settings
from linea.store.models import InboxRow, OutboxRow, UnreadBody
from linea.worker import MAX_BREAKS, Worker
from tests.helpline import Helpline

Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def here(database: Path, tmp_path: Path) -> Settings:
    """A line with a bank of its own to be edited."""
    shutil.copytree(ROOT / "data" / "bank", tmp_path / "bank")
    return settings.load({"LINEA_DATA_DIR": str(database.parent), "LINEA_BANK_DIR": str(tmp_path / "bank")})


@pytest.fixture
def now_line(helpline: Helpline) -> Helpline:
    """The same database, on the clock that the worker goes by."""
    helpline.now = clock.now()
    return helpline


def said(*utters: str) -> httpx.Response:
    """Rasa's answer to a turn."""
    nlu = {"intent": "faq", "confidence": 1.0, "entry": None, "suggestions": [], "also": []}
    messages = [{"utter": utter, "text": ""} for utter in utters]
    return httpx.Response(
        200, json={"messages": messages, "events": [], "effects": [], "model": "m", "nlu": nlu}
    )


def take_turns(here: Settings, helpline: Helpline, answer: Answer, count: int = 1) -> None:
    """So many turns of a worker with an assistant that answers like this."""

    async def work() -> None:
        worker = Worker(here)
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as worker.rasa:
            for _ in range(count):
                helpline.now = max(helpline.now, clock.now()) + timedelta(seconds=2)
                await worker._turn(helpline.turn(worker.name))
        worker.store.close()

    asyncio.run(work())


def rasa(reply: Callable[[dict[str, Any]], httpx.Response], ready: bool = True) -> Answer:
    """An assistant that says whether it is well, and answers a turn like this."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/health"):
            return httpx.Response(200, json={"ready": ready, "model": "m"})
        return reply(json.loads(request.content))

    return answer


def test_an_entry_that_was_taken_out_of_the_bank_goes_to_a_person_and_blocks_nobody(
    here: Settings, now_line: Helpline
) -> None:
    now_line.arrives("vieja", "nueva")
    entry = {"vieja": "utter_faq/ya_no_esta", "nueva": "utter_thank"}
    take_turns(here, now_line, rasa(lambda turn: said(entry[turn["text"]])), dispatch.MAX_FAILURES + 1)
    assert now_line.received() == [("dead", "failed"), ("done", "answered")]
    assert now_line.open_handoffs() == ["failed"]


@pytest.mark.parametrize(("ready", "failures"), [(True, 1), (False, 0)])
def test_a_failure_is_held_against_a_message_only_if_the_assistant_is_well(
    here: Settings, now_line: Helpline, ready: bool, failures: int
) -> None:
    now_line.arrives("hola")
    take_turns(here, now_line, rasa(lambda turn: httpx.Response(500), ready))
    row = now_line.one(InboxRow)
    assert (row.failures, row.state) == (failures, "waiting")


def test_while_the_assistant_cannot_be_reached_nothing_is_held_against_anybody(
    here: Settings, now_line: Helpline
) -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away")

    now_line.arrives("hola")
    take_turns(here, now_line, away, 10)
    assert (now_line.one(InboxRow).failures, now_line.received()) == (0, [("waiting", None)])


def test_who_waits_for_the_action_server_behind_a_ready_assistant_is_told_once(
    here: Settings, now_line: Helpline
) -> None:
    now_line.arrives("persona")
    now_line.write(
        lambda s: s.execute(update(InboxRow).values(received_at=now_line.now - timedelta(seconds=31)))
    )
    no_actions = httpx.Response(503, json={"error": "action_away:action_hand_over"})
    take_turns(here, now_line, rasa(lambda turn: no_actions), 3)
    assert now_line.utters() == ["utter_assistant_away"]
    assert now_line.received() == [("waiting", None)]


def test_an_answer_that_cannot_be_finished_is_held_against_the_message(
    here: Settings, now_line: Helpline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*args: Any) -> bool:
        raise TypeError

    monkeypatch.setattr(dispatch, "finish", breaks)
    now_line.arrives("hola")
    take_turns(here, now_line, rasa(lambda turn: said("utter_greet")), dispatch.MAX_FAILURES)
    assert now_line.received() == [("dead", "failed")]


def test_danger_is_seen_though_no_turn_can_be_made(
    here: Settings, now_line: Helpline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*args: Any) -> list[dispatch.Turn]:
        raise TypeError

    async def look() -> None:
        worker = Worker(here)
        with pytest.raises(TypeError):
            await worker._next_turns(8)
        worker.store.close()

    monkeypatch.setattr(dispatch, "prepare", breaks)
    now_line.arrives("me quiero morir")
    asyncio.run(look())
    assert now_line.utters() == ["utter_crisis_suicide"]


def test_a_message_at_which_the_assistant_breaks_off_again_and_again_is_taken_for_the_cause(
    here: Settings, now_line: Helpline
) -> None:
    def breaks_off(turn: dict[str, Any]) -> httpx.Response:
        raise httpx.ReadError("gone")

    now_line.arrives("veneno")
    take_turns(here, now_line, rasa(breaks_off), MAX_BREAKS * dispatch.MAX_FAILURES)
    assert now_line.received() == [("dead", "failed")]


def test_a_tapped_entry_is_asked_for_without_being_understood_again(
    here: Settings, now_line: Helpline
) -> None:
    asked: list[dict[str, Any]] = []

    def note(turn: dict[str, Any]) -> httpx.Response:
        asked.append(turn)
        return said("utter_fallback")

    now_line.arrives("hola")
    take_turns(here, now_line, rasa(note))
    option = now_line.one(OutboxRow).body["options"][0]
    tapped = now_line.message(option["title"], kind="option", type="interactive", option_id=option["id"])
    now_line.arrives(tapped)
    take_turns(here, now_line, rasa(note))
    assert asked[0]["parse_data"] is None
    assert asked[1]["parse_data"]["intent"]["name"] == "ask_for_person"


def test_a_mistake_in_a_file_leaves_what_was_published_before(here: Settings, tmp_path: Path) -> None:
    worker = Worker(here)
    (tmp_path / "bank" / "mala.yml").write_text("entry: [")
    before = worker.content.bank
    worker.content.refresh()
    assert worker.content.bank is before
    (tmp_path / "bank" / "mala.yml").unlink()
    worker.content.refresh()
    assert worker.content.bank is not before
    assert worker.content.bank.version == before.version
    worker.store.close()


def test_a_start_upon_a_mistake_takes_what_was_published_before(here: Settings, tmp_path: Path) -> None:
    before = Worker(here)
    before.store.close()
    (tmp_path / "bank" / "mala.yml").write_text("entry: [")
    worker = Worker(here)
    assert worker.content.bank.version == before.content.bank.version
    assert worker.content.classify("me quiero morir").colour == "red"
    (tmp_path / "bank" / "mala.yml").unlink()
    worker.content.refresh()
    assert worker.content.bank is not before.content.bank
    worker.store.close()


def test_a_first_start_upon_a_mistake_says_what_is_wrong(here: Settings, tmp_path: Path) -> None:
    (tmp_path / "bank" / "mala.yml").write_text("entry: [")
    with pytest.raises(BankError, match="mala"):
        Worker(here)


def test_content_that_cannot_be_kept_is_used_all_the_same(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*folders: Path) -> None:
        raise OSError

    monkeypatch.setattr(published, "keep", full)
    worker = Worker(here)
    assert worker.content.bank.entries
    worker.store.close()


ROSTER = 'on_call:\n  people:\n  - name: {}\n    phone: "+51987000101"\n'


def test_the_list_of_people_to_call_is_read_again_and_a_mistake_leaves_the_one_before(
    here: Settings, tmp_path: Path
) -> None:
    here = replace(here, on_call_file=tmp_path / "on_call.yml")
    (tmp_path / "on_call.yml").write_text(ROSTER.format("Rosa"))
    worker = Worker(here)
    for written, called in (("Luis", "Luis"), ("", "Luis"), ("Ana", "Ana")):
        (tmp_path / "on_call.yml").write_text(ROSTER.format(written))
        worker.content.refresh()
        assert [contact.name for contact in worker.content.duty.roster.people] == [called]
    (tmp_path / "on_call.yml").write_text(ROSTER.format(""))
    again = Worker(here)  # a start upon a mistake takes what was in order before it
    assert [contact.name for contact in again.content.duty.roster.people] == ["Ana"]
    for each in (worker, again):
        each.store.close()


def test_a_line_that_starts_with_nobody_to_call_says_so(
    here: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    async def work() -> None:
        worker = Worker(here)
        worker.stop()
        await worker.run()

    asyncio.run(work())
    assert "nobody_is_on_call" in capsys.readouterr().out


def drain(here: Settings, *bodies: bytes) -> None:
    """What lies in the spool is taken in."""
    for raw in bodies:
        content = reception.Delivery(reception.Source.WHATSAPP, raw).to_bytes()
        spool.write(here.data_dir / "spool", keys.load(here).seal(content, reception.SPOOL))

    async def stop_when_empty(worker: Worker) -> None:
        while list(spool.waiting(here.data_dir / "spool")):
            await asyncio.sleep(0)
        worker.stop()

    async def work() -> None:
        worker = Worker(here)
        await asyncio.gather(worker._drain_spool(), stop_when_empty(worker))
        worker.store.close()

    asyncio.run(work())


def test_a_spooled_body_is_taken_in_once_and_let_go(here: Settings, helpline: Helpline) -> None:
    payloads = ROOT / "tests" / "channels" / "whatsapp" / "payloads"
    raw = (payloads / "text.json").read_bytes()
    drain(here, raw, raw, b"{")
    assert len(helpline.all(InboxRow)) == 1
    assert len(helpline.all(UnreadBody)) == 1
    assert list(spool.waiting(here.data_dir / "spool")) == []
