"""What a channel delivers is taken in once, in order, whole, and a bad neighbour spoils nothing."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from linea import inbox, night
from linea.keys import Keys
from linea.messages import IdentityChange, Media, Parsed, Problem, Sender, Status, Takeover
from linea.store import Store
from linea.store.models import (
    Conversation,
    Handoff,
    InboxRow,
    MediaRow,
    OutboxRow,
    Person,
    SeenMessage,
    UnreadBody,
)
from tests.helpline import ANA, BETO, RED, SUICIDE, YELLOW, Helpline

LIMA = ZoneInfo("America/Lima")
EIGHT_DAYS = timedelta(days=8)


def texts(helpline: Helpline) -> list[str | None]:
    return [row.text for row in helpline.all(InboxRow)]


def test_a_message_is_kept_whole_and_waits_to_be_watched(helpline: Helpline) -> None:
    raw = {"id": "wamid.9", "nested": [1, {"a": None}], "n": 10**30}
    message = helpline.message(
        "¿hola?", kind="option", type="interactive", option_id="o1", reply_to="r1", raw=raw
    )
    assert helpline.arrives(message) == 1
    row = helpline.one(InboxRow)
    assert (row.text, row.kind, row.type, row.option_id) == ("¿hola?", "option", "interactive", "o1")
    assert row.reply_to == inbox.name_of(helpline.keys, "r1")
    assert json.loads(helpline.keys.decrypt(row.raw, row.conversation_id)) == raw
    assert (row.state, row.external_id, row.sent_at, row.received_at) == (
        "new",
        inbox.name_of(helpline.keys, message.external_id),
        helpline.now,
        helpline.now,
    )
    assert helpline.one(Conversation).due_at == helpline.now


def test_fifty_copies_are_one_message(helpline: Helpline) -> None:
    message = helpline.message("hola")
    assert helpline.arrives(*[message] * 25) == 1
    for _ in range(25):
        assert helpline.arrives(message) == 0
    assert texts(helpline) == ["hola"]


def test_copies_that_come_at_the_same_time_by_several_ways_are_one_message(helpline: Helpline) -> None:
    message = helpline.message("hola")
    stores = [Store(str(helpline.store._reading.url)) for _ in range(4)]

    def deliver(store: Store) -> int:
        return store.write(lambda s: inbox.accept(s, helpline.keys, Parsed((message,)), helpline.now))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(deliver, stores * 12)) == 1
    for store in stores:
        store.close()
    assert texts(helpline) == ["hola"]


def test_the_same_words_sent_twice_are_two_messages(helpline: Helpline) -> None:
    helpline.arrives("hola", "hola")
    assert texts(helpline) == ["hola", "hola"]


def test_a_copy_that_comes_after_the_erasure_brings_nothing_back(helpline: Helpline) -> None:
    message = helpline.message("hola")
    helpline.arrives(message)
    helpline.answers()
    helpline.passes(hours=25)
    night.erase_now(helpline.store, LIMA, helpline.now)
    assert helpline.arrives(message) == 0
    assert helpline.turns() == []
    assert [helpline.all(table) for table in (InboxRow, OutboxRow, Person, Conversation)] == [[], [], [], []]


def test_a_message_is_recognised_for_eight_days(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.passes(days=7, hours=23)
    assert helpline.write(lambda session: inbox.forget_repeats(session, helpline.now)) == 0
    helpline.passes(hours=2)
    assert helpline.write(lambda session: inbox.forget_repeats(session, helpline.now)) == 1
    assert helpline.all(SeenMessage) == []


def test_what_recognises_a_message_does_not_tell_its_id(helpline: Helpline) -> None:
    helpline.arrives(helpline.message(key="m:100:wamid.HBgLNTE5"))
    assert "wamid" not in helpline.one(SeenMessage).hash


def test_messages_keep_the_order_in_which_they_came(helpline: Helpline) -> None:
    said = [f"{number}" for number in range(100)]
    for start in range(0, 100, 10):
        helpline.arrives(*said[start : start + 10])
    assert texts(helpline) == said
    numbers = [row.number for row in helpline.all(InboxRow)]
    assert numbers == sorted(set(numbers))


def test_no_address_stands_in_the_database_but_sealed(helpline: Helpline, database: Path) -> None:
    wamid = "wamid.HBgLNTE5ODc2NTQzMjE"
    raw = {"from": ANA[1:], "id": wamid}
    helpline.arrives(helpline.message("hola", ANA, external_id=wamid, reply_to=wamid, raw=raw))
    helpline.accepts(Parsed((), (), (Problem("bad_item", raw),)))
    helpline.store.checkpoint()
    for token in (ANA[1:], wamid):
        assert token.encode() not in database.read_bytes()


def test_after_a_hash_key_is_changed_people_and_repeats_are_still_known(helpline: Helpline) -> None:
    message = helpline.message("hola")
    helpline.arrives(message)
    old = helpline.keys
    helpline.keys = Keys(old.encryption, b"n" * 32, (old.hashing,))
    assert helpline.arrives(message) == 0
    assert helpline.arrives(helpline.message("¿sigues?")) == 1
    assert len(helpline.all(Person)) == 1


def test_bad_neighbours_are_kept_and_spoil_nothing(helpline: Helpline) -> None:
    problems = (Problem("bad_item", {"type": ["\ud800"]}), Problem("not_json", "\x01{"))
    statuses = (Status("whatsapp", "wamid.unknown", None, "read", None, None),)
    nobody = helpline.message("anónimo", Sender(None), raw={"id": "x", "text": "anónimo"})
    good = helpline.message("hola")
    assert helpline.accepts(Parsed((nobody, good), statuses, problems)) == 2
    assert texts(helpline) == ["hola"]
    unseal = helpline.keys.unseal
    kept = {row.reason: json.loads(unseal(row.body, row.id)) for row in helpline.all(UnreadBody)}
    assert kept == {
        "bad_item": {"type": ["\ud800"]},
        "not_json": "\x01{",
        "no_sender": {"id": "x", "text": "anónimo"},
    }


def test_the_log_says_why_something_is_kept_and_nothing_of_what_it_says(
    helpline: Helpline, capsys: pytest.CaptureFixture[str]
) -> None:
    helpline.accepts(Parsed(problems=(Problem("other_number", {"from": ANA, "text": "palabras"}),)))
    written = capsys.readouterr().out
    assert "other_number" in written
    assert ANA not in written
    assert "palabras" not in written


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"kind": "other", "type": "hologram"}, "hologram"),
        ({"kind": "other", "type": "Ana: +51 900"}, "?"),
        ({"kind": "other", "type": "unsupported"}, None),
        ({"kind": "other", "type": "text"}, None),
        ({"kind": "media", "type": "image"}, None),
    ],
)
def test_a_type_that_is_new_is_named_in_the_log(
    helpline: Helpline, capsys: pytest.CaptureFixture[str], told: dict[str, Any], said: str | None
) -> None:
    helpline.arrives(helpline.message(None, **told))
    written = capsys.readouterr().out
    assert ("unknown_type" in written) is (said is not None)
    assert said is None or f"name={said}" in written
    assert "Ana" not in written


@pytest.mark.parametrize(("name", "is_new"), [("teleported", True), ("played", False), ("delivered", False)])
def test_a_status_that_is_new_is_named_in_the_log(
    helpline: Helpline, capsys: pytest.CaptureFixture[str], name: str, is_new: bool
) -> None:
    helpline.accepts(Parsed(statuses=(Status("whatsapp", "wamid.1", None, name, None, None),)))
    assert ("unknown_status" in capsys.readouterr().out) is is_new


def test_a_message_of_nobody_is_kept_once(helpline: Helpline) -> None:
    nobody = helpline.message("anónimo", Sender(None))
    helpline.arrives(nobody)
    helpline.arrives(nobody)
    assert len(helpline.all(UnreadBody)) == 1


@pytest.mark.parametrize(
    ("offset", "believed"),
    [
        (timedelta(), True),
        (None, True),
        (timedelta(days=-7, hours=-23), True),
        (-EIGHT_DAYS, False),
        (timedelta(days=-400), False),
        (timedelta(hours=1), True),  # our clock is an hour slow: nobody may be lost for it
    ],
)
def test_a_message_older_than_any_repeat_is_kept_and_not_answered(
    helpline: Helpline, offset: timedelta | None, believed: bool
) -> None:
    sent_at = None if offset is None else helpline.now + offset
    helpline.arrives(helpline.message(RED, sent_at=sent_at))
    row = helpline.one(InboxRow)
    assert (row.text, row.state, row.for_operator) == (RED, "new" if believed else "done", not believed)
    assert (helpline.looks(), len(helpline.turns()), len(helpline.all(OutboxRow))) == (
        (1, 0, 1) if believed else (0, 0, 0)
    )
    assert helpline.open_handoffs() == (["red"] if believed else ["not_believed"])


def test_a_silent_kind_is_kept_and_wakes_nobody(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers()
    helpline.arrives(helpline.message(None, kind="silent", type="reaction"))
    row = helpline.all(InboxRow)[-1]
    assert (row.state, row.outcome, row.for_operator) == ("done", "silent", False)
    assert helpline.turns() == []
    assert helpline.one(Conversation).due_at is None


def test_a_silent_kind_does_not_keep_a_conversation_open(helpline: Helpline) -> None:
    helpline.arrives("hola")
    began = helpline.now
    helpline.passes(minutes=30)
    helpline.arrives(helpline.message(None, kind="silent", type="reaction"))
    assert helpline.one(Conversation).last_inbound_at == began


def test_an_edit_is_watched_for_danger_and_not_answered(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers()
    edit = {"kind": "silent", "type": "edit", "details": {"edited": True}}
    helpline.arrives(helpline.message("gracias", **edit))
    assert (helpline.turns(), helpline.received()[-1]) == ([], ("done", "silent"))
    helpline.arrives(helpline.message(RED, **edit))
    helpline.looks()
    assert (helpline.utters()[-1], helpline.open_handoffs()) == (SUICIDE, ["red"])


@pytest.mark.parametrize(("words", "handoffs"), [("hola", []), (RED, ["red"]), (YELLOW, ["yellow"])])
def test_what_somebody_else_answers_is_watched_and_never_answered(
    helpline: Helpline, words: str, handoffs: list[str]
) -> None:
    helpline.arrives(helpline.message(words, kind="copy"))
    helpline.looks()
    assert (helpline.turns(), helpline.all(OutboxRow), helpline.open_handoffs()) == ([], [], handoffs)


def test_a_file_is_noted_and_wanted_once_a_person_is_needed(helpline: Helpline) -> None:
    photo = {"kind": "media", "type": "image", "media": (Media("m1", "image"), Media("m2", "image"))}
    helpline.arrives(helpline.message(None, details={"forwarded": True}, **photo))
    assert helpline.one(InboxRow).details == {"forwarded": True}
    assert [row.state for row in helpline.all(MediaRow)] == ["kept", "kept"]
    helpline.arrives(RED)
    helpline.looks()
    helpline.arrives(helpline.message(None, **photo))
    assert [row.state for row in helpline.all(MediaRow)] == ["wanted"] * 4


@pytest.mark.parametrize(
    "told",
    [
        {"changes": (IdentityChange("whatsapp", "i:1", "number", Sender(ANA), Sender(BETO), None, {}),)},
        {"takeovers": (Takeover("whatsapp", "e:1", Sender(ANA), "other_system", False, None, None, {}),)},
    ],
)
def test_what_is_told_of_somebody_unknown_is_kept_once_for_a_person(
    helpline: Helpline, told: dict[str, Any]
) -> None:
    for _ in range(2):
        helpline.accepts(Parsed(**told))
    assert [row.reason[-9:] for row in helpline.all(UnreadBody)] == ["of_nobody"]


def test_who_took_a_chat_outside_has_it_before_the_message_beside_it_is_read(helpline: Helpline) -> None:
    taken = Takeover("whatsapp", "e:1", Sender(ANA), "phone_app", True, "Te llamo", None, {})
    helpline.accepts(Parsed((helpline.message("hola"),), takeovers=(taken, taken)))
    assert (helpline.turns(), helpline.mode(), helpline.open_handoffs()) == ([], "human", ["outside"])
    assert [(row.operator, row.state) for row in helpline.all(OutboxRow)] == [("teléfono", "sent")]


def test_an_operator_can_take_a_chat_from_whoever_has_it_outside(helpline: Helpline) -> None:
    taken = Takeover("whatsapp", "e:1", Sender(ANA), "phone_app", True, "Te llamo", None, {})
    helpline.accepts(Parsed((helpline.message("hola"),), takeovers=(taken,)))
    helpline.takes(helpline.code())
    again = Takeover("whatsapp", "e:2", Sender(ANA), "phone_app", True, "Ya te llamo", None, {})
    helpline.accepts(Parsed(takeovers=(again,)))
    assert ([row.operator for row in helpline.all(Handoff)], helpline.mode()) == (["rosa"], "human")


def test_who_changes_number_begins_anew_and_a_person_is_told(helpline: Helpline) -> None:
    helpline.arrives("hola")
    helpline.answers()
    change = IdentityChange("whatsapp", "i:1", "number", Sender(ANA), Sender(BETO), None, {})
    helpline.accepts(Parsed((helpline.message("sigo aquí", BETO),), changes=(change,)))
    before, after = helpline.all(Conversation)
    assert before.person_id != after.person_id
    assert (before.mode, after.mode, helpline.open_handoffs()) == ("waiting", "bot", ["number_changed"])


def test_the_vendors_name_for_a_kind_can_be_of_any_length(helpline: Helpline) -> None:
    helpline.arrives(helpline.message(None, kind="other", type="x" * 5000))
    assert helpline.one(InboxRow).type == "x" * 40


@pytest.mark.parametrize(
    "text", ["", " ", "ñandú 😀", "\u202eoculto", "=1+1", "'; DROP TABLE inbox; --", "{7*7}", "x" * 70_000]
)
def test_any_text_is_kept_as_it_is(helpline: Helpline, text: str) -> None:
    helpline.arrives(text)
    assert texts(helpline) == [text]


def test_the_assistant_waits_while_somebody_may_still_be_writing(helpline: Helpline) -> None:
    helpline.arrives("hola", pause=3)
    assert helpline.turns() == []
    helpline.passes(seconds=2)
    helpline.arrives("soy Ana", pause=3)
    helpline.passes(seconds=2)
    assert helpline.turns() == []
    helpline.passes(seconds=1)
    assert helpline.turn(burst=True).text == "hola\nsoy Ana"


def test_danger_is_watched_for_without_any_pause(helpline: Helpline) -> None:
    helpline.arrives(RED, pause=60)
    assert helpline.looks() == 1
    assert helpline.utters() == ["utter_crisis_suicide"]


def test_statuses_reach_the_outbox(helpline: Helpline) -> None:
    helpline.arrives("hola")
    sent = helpline.adds("respuesta")
    helpline.claims()
    status = Status("whatsapp", "wamid.out", sent, "delivered", None, None)
    helpline.accepts(Parsed((), (status,)))
    assert helpline.state(sent) == "delivered"


def test_two_people_in_one_body_are_two_conversations(helpline: Helpline) -> None:
    helpline.arrives(helpline.message("a", ANA), helpline.message("b", BETO), helpline.message("c", ANA))
    conversations: dict[Any, list[str]] = {}
    for row in helpline.all(InboxRow):
        conversations.setdefault(row.conversation_id, []).append(row.text)
    assert sorted(conversations.values()) == [["a", "c"], ["b"]]
