"""Erased means erased: no byte of it in any file, nothing brings it back; nobody in danger is forgotten."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from linea import erasure, inbox, night, pages
from linea.conversations import needs_person, raise_colour
from linea.messages import IdentityChange, Media, Parsed, Problem, Sender
from linea.on_call import Duty
from linea.settings import ROOT
from linea.steps import Step
from linea.store import Store
from linea.store.models import (
    Address,
    Base,
    Conversation,
    Erasure,
    IdentityRow,
    InboxRow,
    MediaRow,
    OutboxRow,
    Person,
    SeenMessage,
    UnreadBody,
)
from tests.helpline import ANA, BETO, ON_CALL, RED, ROSA, YELLOW, Helpline

LIMA = ZoneInfo("America/Lima")
PERSONAL = sorted(
    (table.name, column.name)
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if column.info.get("personal")
)


def erase(helpline: Helpline) -> erasure.Counts:
    return night.erase_now(helpline.store, LIMA, helpline.now)


def left(helpline: Helpline) -> dict[str, int]:
    """How many rows each table still has, but for receipts and hashes of message ids."""
    tables = [table for table in Base.metadata.tables if table not in ("erasures", "seen_messages")]
    with helpline.store.reading() as session:
        rows = {
            name: session.connection().exec_driver_sql(f"SELECT count(*) FROM {name}").scalar()
            for name in tables
        }
    return {name: count for name, count in rows.items() if count}


def on_disk(database: Path) -> bytes:
    """Every byte of every file of the data directory."""
    return b"".join(path.read_bytes() for path in sorted(database.parent.rglob("*")) if path.is_file())


# -- every personal column ----------------------------------------------------------------------------


def token(name: str) -> str:
    return f"canario{name}{os.urandom(8).hex()}"


def call_the_team(helpline: Helpline, external_id: str) -> None:
    """Somebody is called to the newest conversation."""

    def danger(session: Session) -> None:
        conversation = session.get(Conversation, helpline.all(Conversation)[-1].id)
        raise_colour(conversation, "red", "now")
        needs_person(session, conversation, "red", helpline.now)

    helpline.write(danger)
    helpline.duty = Duty(ON_CALL)
    helpline.calls("sms")
    assert [paging.staff for paging in helpline.pages(external_id=external_id)] == [ROSA.name]


def plant(helpline: Helpline) -> dict[tuple[str, str], bytes]:
    """Something unique in every personal column, put there by the line's own functions; as it is stored."""
    text, wamid, option, reply_to, raw = (token(name) for name in ("text", "wamid", "option", "reply", "raw"))
    body, sent, event, answer = (token(name) for name in ("body", "sent", "event", "answer"))
    place, file = token("place"), token("file")
    phone = "+519" + str(int.from_bytes(os.urandom(4), "big")).zfill(10)
    message = helpline.message(
        text,
        phone,
        kind="option",
        external_id=wamid,
        option_id=option,
        reply_to=reply_to,
        raw={"x": raw},
        media=(Media(f"ref{file}", "image", name=file),),
        details={"location": {"name": place}},
    )
    helpline.accepts(Parsed((message,), (), (Problem("not_json", body),)))
    helpline.finishes(helpline.turn(), "utter_fallback", events=[{"event": "user", "text": event}])
    helpline.adds(answer)
    for sending in [*helpline.sends(), *helpline.claims()]:
        helpline.records(sending, "accepted", external_id=sent)  # the worker hashes it before
    paged = token("page")
    call_the_team(helpline, paged)
    device = IdentityChange("whatsapp", f"i:{wamid}", "number", Sender(phone), Sender(f"{phone}9"), None, {})
    helpline.accepts(Parsed(changes=(device,)))
    helpline.closes(helpline.code())
    (received,) = [row for row in helpline.all(InboxRow) if row.text == text]
    (unread,) = [
        row for row in helpline.all(UnreadBody) if body.encode() in helpline.keys.unseal(row.body, row.id)
    ]
    assert raw in helpline.keys.decrypt(received.raw, received.conversation_id)
    hashed = helpline.keys.hash("phone", phone)
    (sealed,) = [row.secret for row in helpline.all(Address) if row.hash == hashed]
    (changed,) = [
        row for row in helpline.all(IdentityRow) if phone in helpline.keys.decrypt(row.before, row.id)
    ]
    (kept,) = [row for row in helpline.all(MediaRow) if row.name == file]
    assert f"ref{file}" in helpline.keys.decrypt(kept.source, kept.id)
    return {
        ("addresses", "hash"): hashed.encode(),
        ("addresses", "secret"): sealed,
        ("conversations", "events"): event.encode(),
        ("inbox", "external_id"): helpline.keys.hash("wamid", wamid).encode(),
        ("inbox", "text"): text.encode(),
        ("inbox", "option_id"): option.encode(),
        ("inbox", "reply_to"): helpline.keys.hash("wamid", reply_to).encode(),
        ("inbox", "details"): place.encode(),
        ("inbox", "raw"): received.raw,
        ("identity_changes", "before"): changed.before,
        ("identity_changes", "after"): changed.after,
        ("media", "name"): file.encode(),
        ("media", "source"): kept.source,
        ("unread_bodies", "body"): unread.body,
        ("pages", "number_hash"): helpline.keys.hash(pages.PURPOSE, ROSA.phone).encode(),
        ("pages", "external_id"): paged.encode(),
        ("outbox", "body"): answer.encode(),
        ("outbox", "external_id"): sent.encode(),
    }


def test_something_is_planted_in_every_column_marked_personal(helpline: Helpline) -> None:
    assert sorted(plant(helpline)) == PERSONAL


@pytest.mark.parametrize("checkpointed", [False, True])
def test_after_the_night_nothing_personal_is_left_in_any_file(
    helpline: Helpline, database: Path, checkpointed: bool
) -> None:
    planted = plant(helpline)
    if checkpointed:
        helpline.store.checkpoint()
    missing = [column for column, value in planted.items() if value not in on_disk(database)]
    assert missing == []
    helpline.passes(hours=24, seconds=1)
    erase(helpline)
    found = [column for column, value in planted.items() if value in on_disk(database)]
    assert found == []
    assert left(helpline) == {}


def test_what_stays_of_others_is_whole(helpline: Helpline, database: Path) -> None:
    plant(helpline)
    helpline.passes(hours=23)
    helpline.arrives("sigo aquí", sender=BETO)
    helpline.answers("utter_thank")
    helpline.passes(hours=2)
    erase(helpline)
    assert [row.text for row in helpline.all(InboxRow)] == ["sigo aquí"]
    assert len(helpline.all(Person)) == 1
    with closing(sqlite3.connect(database)) as other:
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_an_erasure_leaves_a_receipt_of_counts_alone(helpline: Helpline) -> None:
    plant(helpline)
    helpline.passes(hours=25)
    erase(helpline)
    assert helpline.one(Erasure).counts == {
        "conversations": 1,
        "messages": 4,
        "files": 1,
        "people": 1,
        "unread_bodies": 1,
        "repeats": 0,
        "consents": 0,
        "unanswered": 0,
        "open_reds": 0,
    }
    assert helpline.one(Erasure).started_at == helpline.now


def test_an_erasure_that_found_nothing_leaves_no_receipt(helpline: Helpline) -> None:
    helpline.arrives("hola")
    erase(helpline)
    assert helpline.all(Erasure) == []


# -- when ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "began"),
    [
        ("2026-11-10T02:59-05:00", "2026-11-09T03:00-05:00"),
        ("2026-11-10T03:00-05:00", "2026-11-10T03:00-05:00"),
        ("2026-11-10T23:59-05:00", "2026-11-10T03:00-05:00"),
        ("2026-11-10T07:59+00:00", "2026-11-09T03:00-05:00"),
        ("2026-11-10T08:00+00:00", "2026-11-10T03:00-05:00"),
        ("2027-01-01T01:00-05:00", "2026-12-31T03:00-05:00"),
    ],
)
def test_a_night_begins_at_three_in_the_lines_own_time(now: str, began: str) -> None:
    assert erasure.last_night(datetime.fromisoformat(now), LIMA) == datetime.fromisoformat(began)


def test_a_conversation_that_has_ended_stays_until_a_night_has_passed(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers()
    helpline.sends()
    helpline.closes(helpline.code(), farewell=[])
    for hours, conversations in [(0, 1), (16, 1), (0.99, 1), (0.02, 0)]:
        helpline.passes(hours=hours)
        erase(helpline)
        assert len(helpline.all(Conversation)) == conversations


def test_a_conversation_lives_at_most_a_day_after_its_last_message(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers()
    helpline.sends()
    helpline.passes(hours=24)
    erase(helpline)
    assert len(helpline.all(Conversation)) == 1
    helpline.passes(seconds=1)
    erase(helpline)
    assert left(helpline) == {}


def test_who_writes_on_keeps_the_conversation(helpline: Helpline) -> None:
    for _ in range(40):
        helpline.arrives("hola")
        helpline.answers("utter_thank")
        helpline.sends()
        helpline.passes(minutes=50)
        erase(helpline)
    assert len(helpline.all(InboxRow)) == 40


@pytest.mark.parametrize("outcome", [None, "uncertain", "retry"])
def test_what_is_still_on_its_way_to_the_person_is_not_erased_before_it_arrives(
    helpline: Helpline, outcome: str | None
) -> None:
    helpline.arrives("hola")
    helpline.turns()
    helpline.passes(hours=18)
    helpline.replies(helpline.code(), "Te ayudo")
    helpline.closes(helpline.code(), farewell=[])
    if outcome:
        helpline.sends(outcome)
    erase(helpline)
    assert len(helpline.all(OutboxRow)) == 1
    helpline.passes(minutes=1)
    sent = helpline.one(OutboxRow).id
    helpline.sends()
    helpline.reports(sent, "sent")
    erase(helpline)
    assert left(helpline) == {}


def test_a_message_nobody_has_handled_keeps_its_conversation(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.passes(hours=30)
    erase(helpline)
    assert helpline.answers("utter_thank")


def test_a_day_after_it_was_kept_an_unread_body_is_gone(helpline: Helpline) -> None:
    helpline.write(lambda s: inbox.keep(s, helpline.keys, "whatsapp", "not_json", b"{", helpline.now))
    helpline.passes(hours=24)
    assert erase(helpline).unread_bodies == 0
    helpline.passes(seconds=1)
    assert erase(helpline).unread_bodies == 1


# -- who is kept --------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [2, 8, 60])
@pytest.mark.parametrize("taken", [False, True])
def test_an_open_red_is_kept_until_a_person_closes_it(helpline: Helpline, days: int, taken: bool) -> None:
    helpline.arrives(RED)
    helpline.looks()
    helpline.sends()
    if taken:
        helpline.takes(helpline.code())
    helpline.passes(days=days)
    assert erase(helpline).open_reds == 1
    assert [row.text for row in helpline.all(InboxRow)] == [RED]
    helpline.closes(helpline.code(), farewell=[])
    assert erase(helpline).conversations == 1
    assert left(helpline) == {}


@pytest.mark.parametrize(("hours", "alarmed"), [(24, False), (25, True)])
def test_a_red_that_is_open_for_more_than_a_day_is_an_alarm_in_the_log(
    helpline: Helpline, capsys: pytest.CaptureFixture[str], hours: int, alarmed: bool
) -> None:
    helpline.arrives(RED)
    helpline.looks()
    helpline.passes(hours=hours)
    erase(helpline)
    assert ("red_open_for_more_than_a_day" in capsys.readouterr().out) == alarmed


def test_another_open_handoff_is_kept_for_seven_days_and_then_counted(helpline: Helpline) -> None:
    helpline.arrives(YELLOW)
    helpline.answers("utter_thank")
    while helpline.sends():
        pass
    helpline.passes(days=7, seconds=-1)
    assert (erase(helpline).unanswered, len(helpline.all(Conversation))) == (0, 1)
    helpline.passes(seconds=1)
    assert erase(helpline).unanswered == 1
    assert left(helpline) == {}


@pytest.mark.parametrize(
    ("opened", "shifts", "gone"),
    [
        ("2026-11-10T10:00", ["2026-11-10T11:00", "2026-11-11T09:00"], "2026-11-12T00:00"),
        ("2026-11-10T20:00", ["2026-11-10T11:00", "2026-11-11T09:00"], None),  # before it, they do not count
        ("2026-11-13T20:00", ["2026-11-16T09:00", "2026-11-17T09:00"], "2026-11-18T00:00"),
        ("2026-11-10T10:00", ["2026-11-10T11:00", "2026-11-10T17:00"], None),
        ("2026-11-10T10:00", [], None),
    ],
)
def test_an_open_handoff_lives_until_the_second_day_with_operators_is_over(
    helpline: Helpline, opened: str, shifts: list[str], gone: str | None
) -> None:
    def to(moment: str) -> datetime:
        return datetime.fromisoformat(moment).replace(tzinfo=LIMA)

    helpline.now = to(opened)
    moments = sorted([opened, *shifts])
    for moment in moments:
        helpline.now = to(moment)
        if moment == opened:
            helpline.arrives("quiero una persona")
            helpline.finishes(helpline.turn(), effects=[{"effect": "hand_over", "reason": "asked"}])
            helpline.sends()
        if moment in shifts:
            helpline.starts()
            helpline.goes_home()
        helpline.reminds()
        helpline.sends()
    last = to(gone) if gone else to(opened) + erasure.OPEN_HANDOFF_LIFETIME
    for seconds, unanswered in ((-1, 0), (0, 1)):
        helpline.now = last + timedelta(seconds=seconds)
        helpline.reminds()
        helpline.sends()
        assert erase(helpline).unanswered == unanswered
    assert helpline.all(Erasure)[-1].counts["unanswered"] == 1


def test_a_person_with_another_conversation_keeps_their_address(helpline: Helpline) -> None:
    helpline.arrives("hola", sender=ANA)
    helpline.answers("utter_thank")
    helpline.sends()
    helpline.passes(hours=23)
    helpline.arrives("otra vez", sender=ANA)
    helpline.answers("utter_thank")
    helpline.sends()
    helpline.passes(hours=2)
    counts = erase(helpline)
    assert (counts.conversations, counts.people) == (1, 0)
    assert set(left(helpline)) == {"people", "addresses", "conversations", "inbox", "outbox"}


# -- nothing comes back -------------------------------------------------------------------------------


def test_a_turn_that_finishes_after_the_erasure_writes_nothing(helpline: Helpline) -> None:
    helpline.arrives("hola")
    turn = helpline.turn()
    helpline.closes(helpline.code(), farewell=[])
    redone = helpline.turn()
    assert helpline.finishes(redone, "utter_thank")
    helpline.sends()
    helpline.passes(hours=25)
    erase(helpline)
    for late in (turn, redone):
        assert not helpline.finishes(late, "utter_thank", events=[{"text": "canario"}])
    assert left(helpline) == {}


def test_a_conversation_with_a_turn_in_flight_is_erased_after_it(helpline: Helpline) -> None:
    helpline.arrives("hola")
    turn = helpline.turn()
    helpline.passes(hours=25)
    assert erase(helpline).conversations == 0
    assert helpline.finishes(turn, "utter_thank")
    assert erase(helpline).conversations == 1
    assert left(helpline) == {}


@pytest.mark.parametrize("outcome", ["accepted", "retry", "uncertain", "failed", "halt"])
def test_an_attempt_that_ends_after_the_erasure_brings_nothing_back(helpline: Helpline, outcome: str) -> None:
    helpline.arrives("hola")
    helpline.answers("utter_thank")
    (sending,) = helpline.claims()
    helpline.passes(hours=25)
    erase(helpline)
    helpline.records(sending, outcome, external_id="wamid.canario")
    helpline.reports(sending.id, "delivered", "wamid.canario")
    assert set(left(helpline)) <= {"halts"}


def test_the_hashes_of_message_ids_outlive_the_night_by_eight_days(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers("utter_thank")
    for day in range(1, 10):
        helpline.passes(days=1)
        erase(helpline)
        assert len(helpline.all(SeenMessage)) == (1 if day <= 8 else 0)
    assert left(helpline) == {}


# -- when it dies half-way ----------------------------------------------------------------------------

CROWD = erasure.BATCH * 2 + 50


def crowd(helpline: Helpline) -> None:
    """Many people who wrote a day ago."""
    for start in range(0, CROWD, 50):
        people = [helpline.message("canario", f"+519{number:08}") for number in range(start, start + 50)]
        helpline.arrives(*people)
    for _ in range(CROWD // 200 + 1):
        helpline.looks()
    helpline.write(lambda s: s.query(InboxRow).update({"state": "done"}))
    helpline.passes(hours=25)


def test_an_erasure_of_many_goes_on_batch_after_batch(helpline: Helpline) -> None:
    crowd(helpline)
    counts = erase(helpline)
    assert (counts.conversations, counts.messages, counts.people) == (CROWD, CROWD, CROWD)
    assert (helpline.one(Erasure).counts["conversations"], left(helpline)) == (CROWD, {})


KILLED = """
import sys
from datetime import datetime
from zoneinfo import ZoneInfo
from linea import night
from linea.store import Store
night.erase_now(Store(sys.argv[1]), ZoneInfo("America/Lima"), datetime.fromisoformat(sys.argv[2]))
"""


@pytest.mark.parametrize("step", [Step.ERASE_BATCH, Step.ERASE_RECEIPT])
def test_an_erasure_that_is_killed_half_way_is_completed_by_the_next(
    helpline: Helpline, database: Path, tmp_path: Path, step: Step
) -> None:
    crowd(helpline)
    kill = tmp_path / "kill"
    kill.write_text(step.value)
    process = subprocess.run(
        [sys.executable, "-c", KILLED, f"sqlite:///{database}", helpline.now.isoformat()],
        env={**os.environ, "LINEA_TEST_KILL_FILE": str(kill)},
        cwd=ROOT,
        timeout=120,
    )
    assert process.returncode == -signal.SIGKILL
    assert len(helpline.all(Conversation)) == (CROWD - erasure.BATCH if step == Step.ERASE_BATCH else 0)
    erase(helpline)
    assert left(helpline) == {}
    assert b"canario" not in on_disk(database)


def test_people_left_without_a_conversation_do_not_stay(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.write(lambda s: [s.query(table).delete() for table in (InboxRow, Conversation)])
    assert erase(helpline).people == 1
    assert left(helpline) == {}


def test_the_log_is_emptied_once_a_reader_has_let_go(
    helpline: Helpline, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(night.time, "sleep", lambda seconds: None)
    helpline.arrives("canario")
    helpline.answers("utter_thank")
    helpline.passes(hours=25)
    with closing(sqlite3.connect(database, isolation_level=None, check_same_thread=False)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM inbox").fetchone()
        impatient = Store(f"sqlite:///{database}", busy_seconds=0.01)
        night.erase_now(impatient, LIMA, helpline.now)
        impatient.close()
        assert b"canario" in on_disk(database)
        reader.execute("ROLLBACK")
    erase(helpline)
    assert b"canario" not in on_disk(database)


def test_the_command_erases_what_has_ended_without_waiting_for_the_night(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers("utter_thank")
    helpline.sends()
    helpline.closes(helpline.code(), farewell=[])
    helpline.arrives("sigo", sender=BETO)
    helpline.passes(minutes=1)
    counts = night.erase_now(helpline.store, LIMA, helpline.now, night=helpline.now)
    assert (counts.conversations, len(helpline.all(Conversation))) == (1, 1)
